// Completes the word before the caret: a command at the start of a line, a room after /join and
// /leave, elsewhere a nick, with or without an @ before it. Does not know keys or fields.

import { fold } from "../lib/names.js";

/**
 * Returns complete(text, caret, known), with known = { nicks, rooms, commands } in order of
 * preference. It returns { text, caret }, or null if there is nothing (more) to offer. Called again
 * with its own result, it offers the next choice.
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

/**
 * The suggestions to show while the user types a word that begins with @ or a slash, as
 * { value, shown, about }. value replaces the word.
 */
export function suggestions(text, caret, known) {
	const { word, before } = wordAt(text, caret);
	if (before === "" && /^\/[^/\s]*$/u.test(word))
		return known.help.filter(({ usage }) => usage.startsWith(word) && usage.split(" ")[0] !== word)
			.map(({ usage, about }) => ({ value: `${usage.split(" ")[0]} `, shown: usage, about }));
	if (!/^@./u.test(word))
		return [];
	return known.nicks.filter((nick) => fold(nick).startsWith(fold(word.slice(1))) && fold(nick) !== fold(word.slice(1)))
		.map((nick) => ({ value: `@${nick} `, shown: nick, about: "" }));
}

/** Replaces the word before the caret; returns { text, caret }. */
export function replaceWord(text, caret, value) {
	const { before } = wordAt(text, caret);
	return { text: before + value + text.slice(caret), caret: before.length + value.length };
}

function wordAt(text, caret) {
	const word = /\S*$/u.exec(text.slice(0, caret))[0];
	return { word, before: text.slice(0, caret - word.length) };
}

function begin(text, caret, known) {
	const { word, before } = wordAt(text, caret);
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
	return word.startsWith("@") ? known.nicks.map((nick) => `@${nick}`) : known.nicks;
}

// A nick at the start of a message is followed by a colon, which addresses the person.
function tail(before, name) {
	return before === "" && !/^[/@]/u.test(name) ? ": " : " ";
}
