// What comes between the resumption of a session and what is live: the rooms that the user is in, with
// their people as they are now, and the events that the page has missed, which are applied as if they
// came now. And what becomes of the messages that the lost connection may not have delivered: those that
// are among the missed events are, and the others are sent again.

import { t } from "../i18n/translate.js";
import { sameName } from "../lib/names.js";
import { askForPeople } from "./dm_presence.js";
import { fillGap, retryFailed } from "./history.js";
import { failedLine, holdsMessages, isSame, markMessagesSent, settle, track, unconfirmed } from "./outbox.js";
import { markersResumed } from "./read_markers.js";
import { append, close, current, find, findOrOpen, isMe, ofKind, setPeople, show } from "./state.js";

const PAGE = 200; // most events in an answer

/** The server has resumed the session; returns the packets to send. The pong says that all has come. */
export function beginCatchUp(state, welcome) {
	const { nick } = welcome;
	const ping = track(state, { type: "ping" }, { quiet: true });
	state.catchUp = { nick, welcome, ref: ping.ref, rooms: new Set(), topics: new Set(), people: new Map(), gaps: new Set(), isPast: true };
	// The user has the old name until the change of name comes, if that was missed.
	if (state.nick === "")
		state.nick = nick;
	return [ping];
}

/** A room that the user is in, with its people as they are now, which the missed events lead to. */
export function roomResumed(state, name, people, gap) {
	const { catchUp } = state;
	const known = find(state, "room", name);
	const room = known ?? findOrOpen(state, "room", name);
	Object.assign(room, { name, joined: true });
	catchUp.rooms.add(room.key);
	if (known && known.people.size > 0)
		catchUp.people.set(room.key, people);
	else
		setPeople(room, ...people);
	if (state.current === null)
		show(state, room.key);
	const { seen } = room;
	room.seen = null;
	if (!gap)
		return retryFailed(state, room);
	catchUp.gaps.add(room.key);
	return [...retryFailed(state, room), ...fillGap(state, room, seen ?? state.lastId)];
}

/** The topic that a room has now. */
export function topicResumed(state, name) {
	const room = findOrOpen(state, "room", name);
	state.catchUp.topics.add(room.key);
	return room;
}

/** Everything that was missed has come: from now on the lists of people are as the server has them. */
export function endPast(state) {
	const { catchUp } = state;
	if (!catchUp?.isPast)
		return;
	catchUp.isPast = false;
	state.nick = catchUp.nick;
	for (const [key, people] of catchUp.people)
		if (state.conversations.has(key))
			setPeople(state.conversations.get(key), ...people);
	for (const room of ofKind(state, "room"))
		if (catchUp.rooms.has(room.key) && !catchUp.topics.has(room.key))
			Object.assign(room, { topic: "", topicBy: "" });
}

/** The pong has come; returns the packets to send. */
export function endCatchUp(state) {
	endPast(state);
	const { rooms, gaps, welcome } = state.catchUp;
	const { toEnter } = state;
	state.catchUp = null;
	for (const room of ofKind(state, "room"))
		if (!rooms.has(room.key) && !sameName(room.name, toEnter))
			close(state, room);
	Object.assign(state, { left: null, toEnter: "" });
	markersResumed(state, welcome);
	return [...enter(state, toEnter), ...askForPeople(state), ...resend(state, (key) => gaps.has(key))];
}

function enter(state, name) {
	const room = find(state, "room", name);
	if (room?.joined)
		show(state, room.key);
	return room?.joined || name === "" ? [] : [track(state, { type: "join", room: name }, { quiet: room !== undefined })];
}

/** A message that the lost connection may not have delivered is delivered if the server tells of it. */
export function confirm(state, event) {
	if (!isMe(state, event.nick))
		return;
	const request = unconfirmed(state).find(({ packet }) => isSame(packet, event));
	if (request)
		settle(state, request.ref);
}

/**
 * Sends all messages that wait, in order. isUnknown(key) says of a room, and of a direct message without
 * a key, that the page was not told all of what happened there. Then the history is asked before, which
 * has no direct messages.
 */
export function resend(state, isUnknown) {
	const rooms = new Map();
	for (const request of unconfirmed(state)) {
		const { packet: { type, room: name }, after } = request;
		const room = type === "direct" ? undefined : find(state, "room", name);
		if (!isUnknown(room?.key))
			continue;
		if (room)
			rooms.set(room, Math.min(after, rooms.get(room) ?? after));
		else
			fail(state, request);
	}
	const checks = [...rooms].map(([room, after]) => check(state, room, after));
	return checks.length > 0 ? checks : markMessagesSent(state);
}

function check(state, { name, key }, after) {
	return track(state, { type: "history", room: name, after, limit: PAGE }, { quiet: true, key, isCheck: true });
}

/** The history of a room that was asked for its messages; returns the packets to send. */
export function checked(state, { key }, { events, last, more }) {
	const room = state.conversations.get(key);
	for (const event of events)
		confirm(state, event);
	return more && room ? [check(state, room, last)] : endCheck(state);
}

/** There is no answer, and so the user has to decide; returns the packets to send. */
export function failCheck(state, { packet: { room } }) {
	failUnconfirmed(state, room);
	return endCheck(state);
}

function endCheck(state) {
	return holdsMessages(state) ? [] : markMessagesSent(state);
}

/** The room has lost its history, which was asked for these messages. */
export function failChecks(state, { key }) {
	for (const request of state.outbox.values())
		if (request.isCheck && request.key === key)
			failUnconfirmed(state, request.packet.room);
}

function failUnconfirmed(state, room) {
	for (const request of unconfirmed(state))
		if (request.packet.type !== "direct" && sameName(request.packet.room, room))
			fail(state, request);
}

function fail(state, request) {
	settle(state, request.ref);
	const conversation = state.conversations.get(request.key) ?? current(state);
	append(state, conversation, failedLine(request, t("maybeSent"), request.at));
}
