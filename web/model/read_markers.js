// How far the user of an account has read each conversation, on whatever device: what the server tells of
// that, what is to be told to it, and the counts and the line above what is new that follow from it. Pure.

import { createLoaded, firstId, isMessage, lastId, replaceLines } from "./loaded.js";
import { current, find, findOrOpen, ofKind, show } from "./state.js";

const EVERY = 1000; // ms between two packets about a conversation

/** The rooms and conversations of the user, as the server lists them at the login: they are opened, in its order. */
export function markersWelcomed(state, { room: shown, rooms = [], directs = [] }) {
	const listed = new Set();
	for (const one of [...rooms, ...directs]) {
		const conversation = findOrOpen(state, one.with === undefined ? "room" : "dm", one.with ?? one.room);
		listed.add(conversation);
		if (one.with !== undefined)
			takeListed(conversation, one);
		mark(state, conversation, one);
	}
	// The user has left the others on another device.
	for (const room of ofKind(state, "room"))
		if (!listed.has(room))
			state.conversations.delete(room.key);
	const others = [...state.conversations.values()].filter((one) => !listed.has(one));
	state.conversations = new Map([...listed, ...others].map((one) => [one.key, one]));
	const key = state.conversations.has(state.current) ? state.current : find(state, "room", shown)?.key;
	if (key !== undefined)
		show(state, key);
}

// What was written meanwhile, and read on another device, is in the history alone.
function takeListed(dm, { account = false, last }) {
	dm.registered = account;
	const isNew = dm.lines.length === 0;
	// Who has the name of a guest now may be another person than who wrote.
	if (isNew && !account)
		dm.offline = true;
	if (isNew || last <= (lastId(dm.lines) ?? 0))
		return;
	dm.loaded = createLoaded();
	replaceLines(dm, []);
	dm.loaded.opened = false;
}

/** The same after a session was resumed, once everything that was missed has come. */
export function markersResumed(state, { rooms = [], directs = [] }) {
	for (const one of [...rooms, ...directs]) {
		const conversation = one.with === undefined ? find(state, "room", one.room) : find(state, "dm", one.with);
		if (conversation && one.read > conversation.read)
			readUpTo(state, conversation, one.read);
	}
}

// countedTo: what comes again up to this is counted already.
function mark(state, conversation, { read, last = 0, unread, mentions = unread }) {
	Object.assign(conversation, { read, countedTo: last, unread, mentions, firstUnread: null, firstUnreadId: undefined, newFrom: unread > 0 ? read : null });
	placeNewLine(conversation);
}

/** Puts the line above what is new, when it can be known where. To be called when lines were loaded. */
export function placeNewLine(conversation) {
	const { lines, loaded, newFrom, firstUnread } = conversation;
	const first = firstId(lines);
	if (newFrom === null || firstUnread !== null || !loaded || first === undefined)
		return;
	const line = lines.find((one) => isUnread(one, newFrom));
	if (line)
		Object.assign(conversation, { firstUnread: line.seq, firstUnreadId: line.id });
	// Else what is loaded next is earlier, and may be new, too.
	if (first <= newFrom || loaded.begins)
		conversation.newFrom = null;
	else
		conversation.firstUnread = null;
}

function isUnread(line, read) {
	return isMessage(line) && !line.own && line.id > read;
}

/** The user has read up to an event on another device. */
export function readElsewhere({ room, with: other, id }, state) {
	const conversation = other === undefined ? find(state, "room", room) : find(state, "dm", other);
	if (conversation && id > conversation.read)
		readUpTo(state, conversation, id);
}

function readUpTo(state, conversation, id) {
	const { lines, loaded } = conversation;
	conversation.read = id;
	const unread = lines.filter((line) => isUnread(line, id));
	const missed = loaded?.detached ? loaded.missed : 0;
	const isInUse = state.current === conversation.key && state.pageVisible;
	if (!isInUse) {
		conversation.unread = Math.min(conversation.unread, unread.length + missed);
		conversation.mentions = Math.min(conversation.mentions, unread.filter(({ mention }) => mention).length + missed);
	}
	const marked = lines.find(({ seq }) => seq === conversation.firstUnread);
	if (marked && marked.id <= id)
		Object.assign(conversation, { firstUnread: unread[0]?.seq ?? null, firstUnreadId: unread[0]?.id });
	if (unread.length === 0)
		Object.assign(conversation, { newFrom: null, newCount: 0 });
	state.unseen = state.unseen.filter((line) => line.conversation !== conversation || line.id > id);
}

/** What is to be told to the server now, which tells the user's other sessions. */
export function readPackets(state, now) {
	if (!state.account.isMine || !state.online || state.catchUp !== null)
		return [];
	noteSeen(state);
	const packets = [];
	for (const conversation of state.conversations.values()) {
		const { kind, name, seenId, read, readSentAt } = conversation;
		if (seenId <= read || now - readSentAt < EVERY)
			continue;
		Object.assign(conversation, { read: seenId, readSentAt: now });
		packets.push({ type: "read", ...(kind === "dm" ? { with: name } : { room: name }), id: seenId });
	}
	return packets;
}

// Seen is what is at the end of the messages while the page is used, and has been loaded.
function noteSeen(state) {
	const conversation = current(state);
	const { loaded, lines } = conversation ?? {};
	if (!loaded?.opened || loaded.detached || !loaded.following || !state.pageVisible || !state.pageFocused)
		return;
	const last = lines.findLast((line) => line.id !== undefined && isMessage(line));
	conversation.seenId = Math.max(conversation.seenId, last?.id ?? 0);
}
