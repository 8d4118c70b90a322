// What the page knows: who one is, the conversations (rooms, and talks between two) with
// their lines, and what waits for the server's answer. A plain model and the few rules that
// keep it straight; packets.js and acts.js change it, the view draws it. Knows no DOM,
// no socket and no clock.

import { fold, sameName, sortedNames } from "../lib/names.js";

export const KEPT_LINES = 1000;

const COUNTED = new Set(["chat", "emote", "direct"]);
const FOLD_WITHIN = 60 * 60 * 1000; // comings and goings further apart stand apart, in ms

export function createState() {
	return {
		phase: "asking",            // for a name; then "entering" until it is taken; then "in"
		problem: "",                // why the last name was refused,
		suggestion: "",             // and another to take instead
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
		calls: [],                  // lines that name one, come while one looked elsewhere
		help: [],                   // the server's commands: { usage, about }
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
			users: 0,                   // how many are there: in a large room others than people
			counted: false,             // they came and went by number of late, so people may be wrong
			peopleTurn: 0,              // rises whenever people or users changes
			joined: kind === "talk",    // a room left by a lost connection is not, until it is entered again
			lines: [],
			linesTurn: 0,               // rises whenever one of lines is taken out
			unread: 0,
			mentions: 0,                // of them, those that name one
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

/** Whether one is in: welcomed, and in a room, so that there is something to show. */
export function isInside(state) {
	return state.phase === "in" && current(state) !== undefined;
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
	conversation.mentions = 0;
}

/** Who is there, or the first of them, where they are more than that. */
export function setPeople(room, nicks, users = nicks.length) {
	room.people = new Map();
	addPeople(room, nicks, users);
}

export function addPeople(room, nicks, users) {
	for (const nick of nicks)
		room.people.set(fold(nick), nick);
	room.users = users;
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
	room.users = Math.max(0, room.users - 1);
	room.peopleTurn++;
	return known;
}

/** Somebody changed their name: whether they were known to be there. */
export function rename(room, from, to) {
	if (!room.people.has(fold(from)))
		return false;
	// In the same place: the server goes on behind the last (see lastKnown).
	const named = ([key, nick]) => key === fold(from) ? [fold(to), to] : [key, nick];
	room.people = new Map([...room.people].map(named));
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
	if (!line.mention)
		return;
	conversation.mentions++;
	state.calls.push({ ...line, where: conversation });
}

/** Takes out the lines that name one and that one has not been called to. */
export function takeCalls(state) {
	return state.calls.splice(0);
}

/** Takes a line out again. */
export function takeBack(conversation, line) {
	conversation.lines.splice(conversation.lines.indexOf(line), 1);
	conversation.linesTurn++;
}

/**
 * Adds comings and goings: entered and left are nicks, joined and gone are numbers of those
 * whose nicks nobody knows. What follows each other becomes one line.
 */
export function appendMoved(state, room, { time, entered = [], left = [], joined = 0, gone = 0, own = false }) {
	const last = room.lines.at(-1);
	const line = { kind: "moved", time, entered, left, joined, gone, own };
	if (last?.kind === "moved" && !last.own && !own && time - last.time < FOLD_WITHIN) {
		room.lines.pop();
		room.linesTurn++;
		line.entered = [...new Set([...last.entered, ...entered])];
		line.left = [...new Set([...last.left, ...left])];
		line.joined += last.joined;
		line.gone += last.gone;
	}
	append(state, room, line);
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

/** In all conversations: { unread, mentions }. */
export function totals(state) {
	const sum = (field) => inOrder(state).reduce((total, conversation) => total + conversation[field], 0);
	return { unread: sum("unread"), mentions: sum("mentions") };
}

/** The title of the tab: what is unread stands in front, and how much of it names one. */
export function titleOf(state) {
	const conversation = current(state);
	const title = conversation ? `${conversation.name} - ${state.server}` : state.server;
	const { unread, mentions } = totals(state);
	const counts = mentions > 0 ? `${unread} @${mentions}` : unread;
	return unread > 0 ? `(${counts}) ${title}` : title;
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
