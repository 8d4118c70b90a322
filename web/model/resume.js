// What survives a reload of the page: the name, the secret by which the session is resumed, the open
// conversations and which of them is shown, without their lines. After a reload the state is as after a
// lost connection, so that the page comes back by the same path. Does not know where it is stored.

import { current, find, findOrOpen, inOrder, nameKey, ofKind } from "./state.js";

const MOST = 200; // conversations
const SECRET = 200; // letters

/** A plain object to be stored; null unless the user is logged in. */
export function describeSession(state) {
	if (state.phase !== "in")
		return null;
	const { nick, secret, lastId, lineage, elsewhere } = state;
	const list = inOrder(state).filter(({ former }) => !former).map(({ kind, name, offline, changed, unread, mentions }) => ({ kind, name, offline, changed, unread, mentions }));
	const shown = current(state);
	return { nick, secret, lastId, lineage, elsewhere, conversations: list, current: shown ? nameKey(shown) : "" };
}

/**
 * Restores what was described. left: when the page was left, in ms; 0 if it is not known to have
 * been, as in a copy of a tab whose original goes on. room: the one that the page's address names, or
 * "". Returns whether there was anything to restore.
 */
export function resumeSession(state, stored, left, room) {
	if (!isDescription(stored))
		return false;
	for (const { kind, name, offline, changed, unread, mentions } of stored.conversations)
		Object.assign(findOrOpen(state, kind, name), {
			joined: kind === "dm", offline: offline === true, changed: changed === true, unread: countOf(unread), mentions: countOf(mentions),
		});
	state.current = state.conversations.has(stored.current) ? stored.current : ofKind(state, "room")[0].key;
	if (room !== "" && !find(state, "room", room))
		state.toEnter = findOrOpen(state, "room", room).name;
	if (room !== "" && current(state).kind === "room")
		state.current = find(state, "room", room).key;
	const [first] = ofKind(state, "room");
	Object.assign(state, { phase: "in", nick: stored.nick, wanted: { nick: stored.nick, room: first.name }, restored: true });
	takeUp(state, stored);
	// The server may not know yet that the connection is gone.
	state.ghostSince = state.secret === "" ? left : 0;
	return true;
}

/** A later load of the page in this tab has gone on with the session: it can be resumed by what that has stored. */
export function takeUpSession(state, stored) {
	if (isDescription(stored) && stored.lineage === state.lineage)
		state.secret = textOf(stored.secret);
}

function takeUp(state, { secret, lastId, lineage, elsewhere }) {
	Object.assign(state, { secret: textOf(secret), lastId: countOf(lastId), lineage: textOf(lineage), elsewhere: elsewhere === true });
	for (const conversation of ofKind(state, "room"))
		conversation.seen = state.lastId;
}

function textOf(value) {
	return typeof value === "string" && value.length <= SECRET ? value : "";
}

function countOf(value) {
	return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function isDescription(stored) {
	const isName = (name) => typeof name === "string" && name !== "" && name.length <= 200;
	return isName(stored?.nick) && Array.isArray(stored.conversations) && stored.conversations.length <= MOST
		&& stored.conversations.every((one) => (one?.kind === "room" || one?.kind === "dm") && isName(one.name))
		&& stored.conversations.some(({ kind }) => kind === "room");
}
