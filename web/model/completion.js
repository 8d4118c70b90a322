// Completes the word before the caret: a command at the start of a line, what a command takes after
// it, elsewhere a nick, with or without an @ before it. Does not know keys or fields.

import { commandHelp } from "../i18n/command_help.js";
import { fold } from "../lib/names.js";
import { findCommand, namesOf, usageOf } from "./commands.js";

/**
 * Returns complete(text, caret, known), with known = { nicks, rooms, commands }: names in order of
 * preference, and the table of commands. It returns { text, caret }, or null if there is nothing
 * (more) to offer. Called again with its own result, it offers the next choice.
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
		return suggestedCommands(word.slice(1), known.commands);
	if (!/^@./u.test(word))
		return [];
	return known.nicks.filter((nick) => continues(nick, word.slice(1)))
		.map((nick) => ({ value: `@${nick} `, shown: nick, about: "" }));
}

// An alias is suggested only where the command's name does not fit.
function suggestedCommands(word, commands) {
	return commands.filter((command) => command !== findCommand(commands, word)).flatMap((command) => {
		const name = namesOf(command).find((candidate) => continues(candidate, word));
		return name === undefined ? [] : [{ value: `/${name} `, shown: usageOf(command, name), about: commandHelp(command) }];
	});
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
		return known.commands.flatMap(namesOf).map((name) => `/${name}`).sort();
	if (word.startsWith("@"))
		return known.nicks.map((nick) => `@${nick}`);
	switch (paramAt(before, known.commands)) {
	case "room":
		return known.rooms;
	case "command":
		return known.commands.flatMap(namesOf).sort();
	default:
		return known.nicks;
	}
}

// The name of the command's parameter that the word after this text is for.
function paramAt(before, commands) {
	const [word, ...given] = before.split(/\s+/u).slice(0, -1);
	const command = word?.startsWith("/") ? findCommand(commands, word.slice(1)) : undefined;
	return command?.params[Math.min(given.length, command.params.length - 1)]?.name;
}

// A nick at the start of a message is followed by a colon, which addresses the person.
function tail(before, name) {
	return before === "" && !/^[/@]/u.test(name) ? ": " : " ";
}

function continues(name, word) {
	return fold(name).startsWith(fold(word)) && fold(name) !== fold(word);
}
