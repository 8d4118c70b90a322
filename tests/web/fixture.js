// The state after a login, for tests of what follows: ann is in the room main, with bob.

import { load } from "./load.js";

const { startLogin } = await load("model/actions.js");
const { receive } = await load("model/packets.js");
const { createState } = await load("model/state.js");

export const NOON = Date.UTC(2026, 0, 2, 12);

/** Applies packets one after the other; returns all packets to send in reply. */
export function receiveAll(state, ...packets) {
	return packets.flatMap((packet) => receive(state, packet, NOON));
}

export function welcomed(nick = "ann", room = "main") {
	const state = createState();
	startLogin(state, nick, "");
	// What the server's commands are is asked for once.
	state.help = [{ usage: "/me ACTION", about: "others see [you do that]" }];
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
