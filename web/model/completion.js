// Completes the word before the caret: a command at the start of a line, what a command takes after
// it, elsewhere a nick, with or without an @ before it. Does not know keys or fields.

import { commandHelp } from "../i18n/command_help.js";
import { t } from "../i18n/translate.js";
import { fold, sameName } from "../lib/names.js";
import { findCommand, forUsers, namesOf, usageOf } from "./commands.js";

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
 * The suggestions to show while the user types, as { value, shown, about }, of which the first is
 * highlighted. value replaces the word. There are none for a word that is complete as it is.
 */
export function suggestions(text, caret, known) {
	const { word, before } = wordAt(text, caret);
	if (before === "" && /^\/[^/\s]*$/u.test(word))
		return suggestedCommands(word.slice(1), known.commands);
	if (word.startsWith("@"))
		return suggestedNames("@", word.slice(1), known.nicks);
	if (word.startsWith("#"))
		return suggestedNames("#", word.slice(1), known.rooms);
	// Names stand first after a command; what follows them is text.
	const param = /^\S+\s+$/u.test(before) ? paramAt(before, known.commands) : undefined;
	// A command that needs no more than its name must be sent by Enter.
	if (!param || param.rest && param.name !== "room" || param.optional && word === "")
		return [];
	if (param.name === "name")
		return suggestedNames("", word, known.nicks);
	return param.name === "room" ? suggestedRooms(word, known.rooms, !param.optional) : [];
}

function suggestedNames(mark, word, names) {
	if (names.some((name) => sameName(name, word)))
		return [];
	return names.filter((name) => continues(name, word)).map((name) => ({ value: `${mark}${name} `, shown: mark + name, about: "" }));
}

// A new room comes first, so that Enter does not enter another one whose name begins like it.
function suggestedRooms(word, rooms, maybeNew) {
	const others = suggestedNames("", word, rooms);
	if (word === "" || !maybeNew || others.length === 0)
		return others;
	return [{ value: word, shown: word, about: t("newRoom") }, ...others];
}

// An alias is suggested only where the command's name does not fit.
function suggestedCommands(word, commands) {
	if (findCommand(commands, word))
		return [];
	return forUsers(commands).flatMap((command) => {
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
		return forUsers(known.commands).flatMap(namesOf).map((name) => `/${name}`).sort();
	if (word.startsWith("@"))
		return known.nicks.map((nick) => `@${nick}`);
	switch (paramAt(before, known.commands)?.name) {
	case "room":
		return known.rooms;
	case "command":
		return known.commands.flatMap(namesOf).sort();
	default:
		return known.nicks;
	}
}

// The command's parameter that the word after this text is for.
function paramAt(before, commands) {
	const [word, ...given] = before.split(/\s+/u).slice(0, -1);
	const command = word?.startsWith("/") ? findCommand(commands, word.slice(1)) : undefined;
	return command?.params[Math.min(given.length, command.params.length - 1)];
}

// A nick at the start of a message is followed by a colon, which addresses the person.
function tail(before, name) {
	return before === "" && !/^[/@]/u.test(name) ? ": " : " ";
}

function continues(name, word) {
	return fold(name).startsWith(fold(word)) && fold(name) !== fold(word);
}
