// Parses a typed line into an action, and describes the commands for completion. The server's table
// says which commands there are; the page does itself only those that concern what it shows, and
// sends all others to the server as they were typed. Does not know the state.

import { fold } from "../lib/names.js";

/**
 * Until the server has sent its table (a packet `commands`), these are known: the commands that the
 * page does itself, in the form of the table.
 */
export const OWN_COMMANDS = [
	{ name: "help", aliases: [], params: [{ name: "command", optional: true }], help: "" },
	{ name: "join", aliases: [], params: [{ name: "room", rest: true }], help: "" },
	{ name: "leave", aliases: [], params: [{ name: "room", optional: true }], help: "" },
	{ name: "logout", aliases: ["quit", "q"], params: [], help: "" },
	{ name: "look", aliases: ["names"], params: [], help: "" },
	{ name: "me", aliases: [], params: [{ name: "action", rest: true }], help: "" },
	{ name: "msg", aliases: ["message"], params: [{ name: "name" }, { name: "text", rest: true }], help: "" },
	{ name: "say", aliases: [], params: [{ name: "text", rest: true }], help: "" },
	{ name: "search", aliases: [], params: [{ name: "words", rest: true }], help: "" },
	{ name: "topic", aliases: [], params: [{ name: "text", optional: true, rest: true }], help: "" },
];

// Each returns null if an argument is missing.
const PARSERS = new Map(Object.entries({
	help: (word) => ({ do: "help", word }),
	history: () => ({ do: "history" }),
	join: (room) => room && { do: "join", room },
	leave: (room) => ({ do: "leave", room }),
	logout: () => ({ do: "quit" }),
	look: () => ({ do: "names" }),
	me: (text) => text && { do: "emote", text },
	password: (text) => text === "" && { do: "openAccount", what: "password" },
	register: (text) => text === "" && { do: "openAccount", what: "register" },
	sessions: (text) => text === "" && { do: "openAccount", what: "sessions" },
	unregister: (text) => text === "" && { do: "openAccount", what: "unregister" },
	msg: parseDirect,
	say: (text) => text && { do: "say", text },
	search: (text) => ({ do: "search", text }),
	topic: (text) => ({ do: "topic", text }),
}));

// A text of several lines that begins with a slash is pasted rather than a command, but for these:
// what is meant for a single person must never be sent to a room.
const TAKE_LINES = new Set(["me", "msg", "say"]);

// What follows them is a password, or has one.
const SECRET = new Set(["login", "password", "register", "unregister"]);

// What nobody sees before a slash.
const UNSEEN = /^[\s\p{Cc}\p{Cf}]+(?=\/)/u;

/** The action for a line that is not empty. */
export function parse(line, commands) {
	const text = line.replace(UNSEEN, "");
	if (!text.startsWith("/"))
		return { do: "say", text: line };
	if (text.startsWith("//"))
		return { do: "say", text: text.slice(1) };
	const [, word, rest] = /^\/(\S*)\s*([^]*)$/u.exec(text.trimEnd());
	// As in a path: /etc/hosts
	if (word.includes("/"))
		return { do: "say", text };
	const command = findCommand(commands, word);
	const own = command && namesOf(command).find((name) => PARSERS.has(name));
	if (text.trimEnd().includes("\n") && !TAKE_LINES.has(own) && !SECRET.has(fold(word)))
		return { do: "say", text };
	return PARSERS.get(own)?.(rest) || { do: "command", line: text.trimEnd() };
}

/** Whether a typed line has a password in it, and so must be kept nowhere. */
export function isSecret(line) {
	const [, word = ""] = /^\/(\S+)\s+\S/u.exec(line.replace(UNSEEN, "")) ?? [];
	return SECRET.has(fold(word));
}

function parseDirect(rest) {
	const found = /^(\S+)\s+([^]+)$/u.exec(rest);
	return found && { do: "direct", to: found[1], text: found[2] };
}

/** The command with this name or alias, in any case; undefined if there is none. */
export function findCommand(commands, word) {
	return commands.find((command) => namesOf(command).includes(fold(word)));
}

/** The command's name, followed by its aliases. */
export function namesOf({ name, aliases }) {
	return [name, ...aliases];
}

/** The commands that are of use after the login. */
export function forUsers(commands) {
	return commands.filter(({ name }) => name !== "login");
}

/** How a command is typed under one of its names: `/msg NICK TEXT`, `/topic [TEXT]`. */
export function usageOf({ params }, name) {
	const words = params.map((param) => param.optional ? `[${param.name.toUpperCase()}]` : param.name.toUpperCase());
	return [`/${name}`, ...words].join(" ");
}
