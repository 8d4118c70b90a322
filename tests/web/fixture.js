// A state that has come in, for tests of what happens then: ann in the room main.

import { page } from "./load.js";

const { enter } = await page("model/actions.js");
const { receive } = await page("model/packets.js");
const { createState } = await page("model/state.js");

export const NOON = Date.UTC(2026, 0, 2, 12);

/** Takes in packets one after the other; gives all that is to be sent in turn. */
export function hear(state, ...packets) {
	return packets.flatMap((packet) => receive(state, packet, NOON));
}

export function welcomed(nick = "ann", room = "main") {
	const state = createState();
	enter(state, nick, "");
	// What the server's commands are is asked for once.
	state.help = [{ usage: "/me ACTION", about: "others see [you do that]" }];
	hear(state,
		{ type: "welcome", server: "Teahouse", nick, room, version: 2, limits: { message: 100, lines: 3 } },
		{ type: "join", nick, room },
		{ type: "names", room, nicks: [nick, "bob"], first: true });
	return state;
}

/** The lines of a conversation, each as [kind, nick, text]. */
export function linesOf(state, key) {
	return state.conversations.get(key).lines.map(({ kind, nick, text }) => [kind, nick, text]);
}
