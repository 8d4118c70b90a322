// The state after a login, for tests of what follows: ann is in the room main, with bob.

import { load } from "./load.js";

const { startLogin } = await load("model/login.js");
const { receive } = await load("model/packets.js");
const { createState } = await load("model/state.js");

/** The server's table of commands, or enough of it. */
export const COMMANDS = [
	{ name: "login", aliases: [], params: [{ name: "name", rest: true }], help: "take a nick and enter", before_login: true },
	{ name: "nick", aliases: [], params: [{ name: "name", rest: true }], help: "change your nick" },
	{ name: "rooms", aliases: [], params: [], help: "the rooms, with how many are in each" },
	{ name: "me", aliases: [], params: [{ name: "action", rest: true }], help: "others see [you do that]" },
	{ name: "say", aliases: [], params: [{ name: "text", rest: true }], help: "say it in the current room" },
	{ name: "msg", aliases: ["message", "tell"], params: [{ name: "name" }, { name: "text", rest: true }], help: "tell it to one person alone" },
	{ name: "join", aliases: [], params: [{ name: "room", rest: true }], help: "enter a room" },
	{ name: "leave", aliases: [], params: [{ name: "room", optional: true }], help: "leave a room" },
	{ name: "look", aliases: ["names"], params: [], help: "who is in the current room" },
	{ name: "who", aliases: [], params: [], help: "who is logged in to the server" },
	{ name: "rooms", aliases: ["list"], params: [], help: "the rooms" },
	{ name: "nick", aliases: [], params: [{ name: "name", rest: true }], help: "change your nick", before_login: true },
	{ name: "topic", aliases: [], params: [{ name: "text", optional: true, rest: true }], help: "show or set the topic" },
	{ name: "search", aliases: [], params: [{ name: "words", rest: true }], help: "search the messages of your rooms" },
	{ name: "help", aliases: [], params: [{ name: "command", optional: true }], help: "this list" },
	{ name: "logout", aliases: ["quit", "q"], params: [], help: "leave the server" },
];
export const NOON = Date.UTC(2026, 0, 2, 12);

/** Applies packets one after the other; returns all packets to send in reply. */
export function receiveAll(state, ...packets) {
	return packets.flatMap((packet) => receive(state, packet, NOON));
}

export function welcomed(nick = "ann", room = "main") {
	const state = createState();
	startLogin(state, nick, "");
	// The table of commands is requested only until it has come.
	state.commands = COMMANDS;
	receiveAll(state,
		{ type: "welcome", server: "Teahouse", nick, room, version: 2, limits: { message: 100, lines: 3 } },
		{ type: "join", nick, room },
		{ type: "names", room, nicks: [nick, "bob"], first: true });
	return state;
}

/** The lines of a conversation, each as [kind, nick, text]. */
export function linesOf(state, key) {
	return state.conversations.get(key).lines.map(({ kind, nick, text }) => [kind, nick, text]);
}
