// What the page knows: who one is, the conversations (rooms, and talks between two) with
// their lines, and what waits for the server's answer. A plain model and the few rules that
// keep it straight; packets.js and acts.js change it, the view draws it. Knows no DOM,
// no socket and no clock.

import { fold, sameName, sortedNames } from "./names.js";

export const KEPT_LINES = 1000;

const COUNTED = new Set(["chat", "emote", "direct"]);

export function createState() {
	return {
		phase: "asking",            // for a name; then "entering" until it is taken; then "in"
		problem: "",                // why the last name was refused
		wanted: { nick: "", room: "" },
		helloAgain: false,          // refused for now (the lost connection still holds the nick): ask again soon
		online: false,              // welcomed on the present connection
		lostAt: 0,
		watching: true,             // the page is before somebody's eyes
		server: "Teahouse",
		nick: "",
		limits: { message: 4000, lines: 40 },
		conversations: new Map(),   // by key, in the order they are shown
		current: null,              // the key of the one in front
		houseRooms: [],             // every room of the server, as last told
		outbox: new Map(),          // by ref: sent or to be sent, and not yet answered
		lists: {},                  // long answers that are still coming in, by type
		lastRef: 0,
		lastSeq: 0,
	};
}

export function isMe(state, nick) {
	return sameName(nick, state.nick);
}

export function keyOf(kind, name) {
	return `${kind}:${fold(name)}`;
}

export function find(state, kind, name) {
	return state.conversations.get(keyOf(kind, name));
}

export function findOrOpen(state, kind, name) {
	const key = keyOf(kind, name);
	if (!state.conversations.has(key))
		state.conversations.set(key, {
			key, kind, name,
			topic: "",
			people: new Map(),          // folded nick -> nick
			users: 0,                   // how many are there; more than people in a large room
			peopleTurn: 0,              // rises whenever people or users changes
			joined: kind === "talk",    // a room left by a lost connection is not, until it is entered again
			lines: [],
			unread: 0,
			mentioned: false,
			newFrom: null,              // seq of the first line that came while nobody looked
		});
	return state.conversations.get(key);
}

export function close(state, conversation) {
	const keys = inOrder(state).map(({ key }) => key);
	const at = keys.indexOf(conversation.key);
	state.conversations.delete(conversation.key);
	if (state.current !== conversation.key)
		return;
	state.current = null;
	const next = keys[at - 1] ?? keys[at + 1];
	if (next !== undefined)
		show(state, next);
}

export function current(state) {
	return state.conversations.get(state.current);
}

export function ofKind(state, kind) {
	return [...state.conversations.values()].filter((conversation) => conversation.kind === kind);
}

/** In the order of the side: rooms, then talks. */
export function inOrder(state) {
	return [...ofKind(state, "room"), ...ofKind(state, "talk")];
}

/** Puts a conversation in front; what is in it counts as read. */
export function show(state, key) {
	const before = current(state);
	if (before && before.key !== key)
		before.newFrom = null;
	state.current = key;
	markRead(state);
}

/** Tells whether somebody looks at the page. */
export function watch(state, watching) {
	state.watching = watching;
	const conversation = current(state);
	if (!watching && conversation)
		conversation.newFrom = null;
	markRead(state);
}

function markRead(state) {
	const conversation = current(state);
	if (!state.watching || !conversation)
		return;
	conversation.unread = 0;
	conversation.mentioned = false;
}

/** Who is there, or the first of them, where they are more than that. */
export function setPeople(room, nicks, users = nicks.length) {
	room.people = new Map();
	addPeople(room, nicks, users);
}

export function addPeople(room, nicks, users) {
	for (const nick of nicks)
		room.people.set(fold(nick), nick);
	room.users = Math.max(users, room.people.size);
	room.peopleTurn++;
}

export function arrive(room, nick) {
	if (!room.people.has(fold(nick)))
		room.users++;
	room.people.set(fold(nick), nick);
	room.peopleTurn++;
}

/** Whether they were known to be there. */
export function depart(room, nick) {
	const known = room.people.delete(fold(nick));
	room.users = Math.max(room.users - 1, room.people.size);
	room.peopleTurn++;
	return known;
}

/** Somebody changed their name: whether they were known to be there. */
export function rename(room, from, to) {
	if (!room.people.delete(fold(from)))
		return false;
	room.people.set(fold(to), to);
	room.peopleTurn++;
	return true;
}

/** The last of those that the server has named. */
export function lastKnown(room) {
	return [...room.people.values()].at(-1);
}

/** Adds a line { kind, time, .. } and counts it if it may have been missed. */
export function append(state, conversation, line) {
	line.seq = ++state.lastSeq;
	conversation.lines.push(line);
	if (conversation.lines.length > KEPT_LINES)
		conversation.lines.shift();
	const seen = state.watching && state.current === conversation.key;
	if (seen || line.own || line.aside || !COUNTED.has(line.kind))
		return;
	conversation.newFrom ??= line.seq;
	conversation.unread++;
	conversation.mentioned ||= line.mention === true;
}

/** A notice in the conversation named, or in the one in front. */
export function notify(state, text, time, key = state.current) {
	const conversation = state.conversations.get(key) ?? current(state);
	if (conversation)
		append(state, conversation, { kind: "notice", time, text });
}

export function renameTalk(state, from, to) {
	const talk = find(state, "talk", from);
	if (!talk)
		return;
	const wasCurrent = state.current === talk.key;
	const entries = [...state.conversations.values()].filter(({ key }) => key !== keyOf("talk", to) || key === talk.key);
	talk.key = keyOf("talk", to);
	talk.name = to;
	state.conversations = new Map(entries.map((conversation) => [conversation.key, conversation]));
	if (wasCurrent)
		state.current = talk.key;
}

/** What was said here and has not come back yet. */
export function waitingIn(state, key) {
	return [...state.outbox.values()].filter((sent) => sent.said && sent.where === key);
}

export function unreadTotal(state) {
	return inOrder(state).reduce((total, { unread }) => total + unread, 0);
}

export function titleOf(state) {
	const conversation = current(state);
	const title = conversation ? `${conversation.name} - ${state.server}` : state.server;
	const unread = state.watching ? 0 : unreadTotal(state);
	return unread > 0 ? `(${unread}) ${title}` : title;
}

/** Nicks to complete: who spoke last comes first, then the others by name. */
export function nicksByUse(state) {
	const conversation = current(state);
	if (!conversation)
		return [];
	const present = new Map(conversation.people);
	if (conversation.kind === "talk")
		present.set(fold(conversation.name), conversation.name);
	present.delete(fold(state.nick));
	const nicks = [];
	for (let at = conversation.lines.length - 1; at >= 0; at--) {
		const speaker = fold(conversation.lines[at].nick ?? "");
		if (present.has(speaker))
			nicks.push(present.get(speaker));
		present.delete(speaker);
	}
	return [...nicks, ...sortedNames(present.values())];
}
