// What survives a reload of the page: the name, the secret by which the session is resumed, the open
// conversations and which of them is shown. The server has the lines of rooms; those of direct messages
// are kept here. After a reload the state is as after a lost connection, so that the page comes back by
// the same path. Does not know where it is stored.

import { track } from "./outbox.js";
import { append, current, find, findOrOpen, inOrder, nameKey, ofKind } from "./state.js";

const MOST = 200; // conversations
const DIRECTS = 30; // lines of each conversation
const SECRET = 200; // letters

/** A plain object to be stored; null unless the user is logged in. */
export function describeSession(state) {
	if (state.phase !== "in")
		return null;
	const { nick, secret, lastId, lineage, elsewhere } = state;
	const list = inOrder(state).filter(({ former }) => !former).map(({ kind, name, offline, changed, registered, unread, mentions }) => ({ kind, name, offline, changed, registered, unread, mentions }));
	const shown = current(state);
	return { nick, secret, lastId, lineage, elsewhere, outbox: describeOutbox(state), conversations: list, current: shown ? nameKey(shown) : "" };
}

/**
 * Restores what was described. left: when the page was left, in ms; 0 if it is not known to have
 * been, as in a copy of a tab whose original goes on. room: the one that the page's address names, or
 * "". Returns whether there was anything to restore.
 */
export function resumeSession(state, stored, left, room) {
	if (!isDescription(stored))
		return false;
	for (const { kind, name, offline, changed, registered, unread, mentions } of stored.conversations)
		Object.assign(findOrOpen(state, kind, name), {
			joined: kind === "dm", offline: offline === true, changed: changed === true, registered: registered === true, unread: countOf(unread), mentions: countOf(mentions),
		});
	state.current = state.conversations.has(stored.current) ? stored.current : ofKind(state, "room")[0].key;
	if (room !== "" && !find(state, "room", room))
		state.toEnter = findOrOpen(state, "room", room).name;
	if (room !== "" && current(state).kind === "room")
		state.current = find(state, "room", room).key;
	const [first] = ofKind(state, "room");
	Object.assign(state, { phase: "in", nick: stored.nick, wanted: { nick: stored.nick, room: first.name }, restored: true });
	takeUp(state, stored);
	restoreOutbox(state, stored.outbox);
	// The server may not know yet that the connection is gone.
	state.ghostSince = state.secret === "" ? left : 0;
	return true;
}

// Together with the last id, which tells what may have been delivered since.
function describeOutbox(state) {
	return [...state.outbox.values()].filter(({ isMessage }) => isMessage).slice(0, MOST).map(({ packet: { ref, ...packet }, key, typed, sent, after, at }) => {
		const conversation = state.conversations.get(key);
		return { packet, typed, sent, after, at, key: conversation ? nameKey(conversation) : "" };
	});
}

function restoreOutbox(state, outbox) {
	for (const { packet, typed, sent, after, at, key } of Array.isArray(outbox) ? outbox.filter(isRequest) : [])
		track(state, packet, { isMessage: true, typed, sent: sent === true, after: countOf(after), at, key: state.conversations.has(key) ? key : state.current });
}

function isRequest(one) {
	const { type, room, to, message } = one?.packet ?? {};
	return typeof message === "string" && typeof one.typed === "string" && Number.isFinite(one.at)
		&& (type === "direct" ? typeof to === "string" : (type === "chat" || type === "emote") && typeof room === "string");
}

/** The latest direct messages: [{ name, lines }]. */
export function describeDirects(state) {
	return ofKind(state, "dm").filter(({ former }) => !former).slice(0, MOST)
		.map(({ name, lines }) => ({ name, lines: lines.filter(({ kind }) => kind === "direct").slice(-DIRECTS).map(({ id, time, nick, to, text, own }) => ({ id, time, nick, to, text, own })) }));
}

/** Puts them into their conversations, which are open again. */
export function restoreDirects(state, stored) {
	for (const { name, lines } of Array.isArray(stored) ? stored.filter(isDirects) : []) {
		const dm = find(state, "dm", name);
		const counts = dm && { unread: dm.unread, mentions: dm.mentions };
		for (const { id, time, nick, to, text, own } of dm ? lines : [])
			append(state, dm, { kind: "direct", id, time, nick, to, text, own, mention: !own, past: true });
		Object.assign(dm ?? {}, { firstUnread: null, ...counts });
	}
	state.unseen = [];
}

function isDirects(one) {
	const isLine = (line) => ["nick", "to", "text"].every((field) => typeof line?.[field] === "string")
		&& Number.isFinite(line.time) && typeof line.own === "boolean";
	return typeof one?.name === "string" && Array.isArray(one.lines) && one.lines.length <= DIRECTS && one.lines.every(isLine);
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
