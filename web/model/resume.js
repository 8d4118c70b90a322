// What survives a reload of the page: the name, the open conversations and which of them is shown,
// without their lines. After a reload the state is as after a lost connection, so that the page
// logs in again by the same path. Does not know where it is stored.

import { current, find, findOrOpen, inOrder, nameKey, ofKind } from "./state.js";

const MOST = 200; // conversations

/** A plain object to be stored; null unless the user is logged in. */
export function describeSession(state) {
	if (state.phase !== "in")
		return null;
	const list = inOrder(state).filter(({ former }) => !former).map(({ kind, name, offline, changed }) => ({ kind, name, offline, changed }));
	const shown = current(state);
	return { nick: state.nick, conversations: list, current: shown ? nameKey(shown) : "" };
}

/**
 * Restores what was described. left: when the page was left, in ms; 0 if it is not known to have
 * been, as in a copy of a tab whose original goes on. room: the one that the page's address names, or
 * "". Returns whether there was anything to restore.
 */
export function resumeSession(state, stored, left, room) {
	if (!isDescription(stored))
		return false;
	for (const { kind, name, offline, changed } of stored.conversations)
		Object.assign(findOrOpen(state, kind, name), { joined: kind === "dm", offline: offline === true, changed: changed === true });
	state.current = state.conversations.has(stored.current) ? stored.current : ofKind(state, "room")[0].key;
	if (room !== "" && !find(state, "room", room))
		findOrOpen(state, "room", room).joined = false;
	if (room !== "" && current(state).kind === "room")
		state.current = find(state, "room", room).key;
	const [first] = ofKind(state, "room");
	Object.assign(state, {
		phase: "in", nick: stored.nick, wanted: { nick: stored.nick, room: first.name },
		disconnectedAt: left, heardAt: left, resumed: true,
	});
	return true;
}

function isDescription(stored) {
	const isName = (name) => typeof name === "string" && name !== "" && name.length <= 200;
	return isName(stored?.nick) && Array.isArray(stored.conversations) && stored.conversations.length <= MOST
		&& stored.conversations.every((one) => (one?.kind === "room" || one?.kind === "dm") && isName(one.name))
		&& stored.conversations.some(({ kind }) => kind === "room");
}
