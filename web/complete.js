// Completes the word before the caret: a command at the start of a line, a room after
// /join and /leave, a nick anywhere else. Knows no key and no field.

import { fold } from "./names.js";

/**
 * Gives complete(text, caret, known), with known = { nicks, rooms, commands } in order of
 * preference. It returns { text, caret }, or null where there is nothing (more) to offer.
 * Called again on its own answer, it offers the next choice.
 */
export function createCompleter() {
	let last = null;

	return function complete(text, caret, known) {
		const again = last !== null && last.text === text && last.caret === caret;
		if (again && last.choices.length < 2)
			return null;
		const turn = again ? { ...last, chosen: (last.chosen + 1) % last.choices.length } : begin(text, caret, known);
		if (turn === null)
			return null;
		const choice = turn.choices[turn.chosen];
		last = { ...turn, text: turn.before + choice + turn.after, caret: turn.before.length + choice.length };
		return { text: last.text, caret: last.caret };
	};
}

function begin(text, caret, known) {
	const word = /\S*$/u.exec(text.slice(0, caret))[0];
	const before = text.slice(0, caret - word.length);
	if (word === "")
		return null;
	const choices = candidates(before, word, known)
		.filter((name) => fold(name).startsWith(fold(word)))
		.map((name) => name + tail(before, name));
	return choices.length === 0 ? null : { before, after: text.slice(caret), choices, chosen: 0 };
}

function candidates(before, word, known) {
	if (before === "" && word.startsWith("/"))
		return known.commands;
	if (/^\/(join|leave)\s+$/u.test(before))
		return known.rooms;
	return known.nicks;
}

// Who is named first is spoken to.
function tail(before, name) {
	return before === "" && !name.startsWith("/") ? ": " : " ";
}
