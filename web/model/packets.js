// What the server's packets, and the coming and going of the connection, do to the state.
// Pure: a packet in, the state changed, the packets to send in turn out.

import { mentions, sameName } from "../lib/names.js";
import { dropAsked, dropSent, keep, sendSaid, settle } from "./outbox.js";
import { addPeople, append, appendMoved, arrive, close, current, depart, find, findOrOpen, isMe, keyOf, notify, ofKind, rename, renameTalk, setPeople, show } from "./state.js";
import { spanOf } from "../i18n/times.js";
import { say } from "../i18n/translate.js";

// How long the server may take to notice that our old connection is dead, in ms.
const PATIENCE = 90_000;
const NICK_LETTERS = 32;

const HANDLERS = {
	welcome, join, leave, chat: said, emote: said, direct, nick: renamed,
	presence, names, rooms, who, topic, notice, error, pong: ({ ref }, state) => void settle(state, ref),
};

/**
 * Takes in one packet; unknown types are ignored. now (ms, by our clock, which may not agree
 * with the server's) measures spans, and stands in for a time that the packet lacks.
 */
export function receive(state, packet, now) {
	if (!Object.hasOwn(HANDLERS, packet.type))
		return [];
	return HANDLERS[packet.type]({ time: now, ...packet }, state, now) ?? [];
}

/** The packet to begin a connection with. */
export function hello(state) {
	state.helloAgain = false;
	const packet = { type: "hello", nick: state.wanted.nick, version: 2 };
	if (state.wanted.room !== "")
		packet.room = state.wanted.room;
	return packet;
}

/** The connection broke off: the rooms are ours no longer, but shall be again. */
export function lost(state, now) {
	state.helloAgain = false;
	if (!state.online)
		return;
	state.online = false;
	state.lostAt = now;
	state.lists = {};
	for (const room of ofKind(state, "room"))
		room.joined = false;
	const front = current(state);
	const room = front?.kind === "room" ? front : ofKind(state, "room")[0];
	state.wanted = { nick: state.nick, room: room?.name ?? "" };
	for (const sent of dropSent(state))
		append(state, state.conversations.get(sent.where) ?? front, { kind: "failed", time: now, text: sent.typed, packet: unsent(sent.packet), reason: say("perhaps") });
	for (const asked of dropAsked(state))
		if (!asked.quiet)
			notify(state, say("unanswered", asked), now, asked.where);
}

function welcome(packet, state) {
	Object.assign(state, { phase: "in", problem: "", online: true, nick: packet.nick, server: packet.server ?? state.server });
	Object.assign(state.limits, packet.limits);
	const others = ofKind(state, "room").filter((room) => !sameName(room.name, packet.room));
	const joins = others.map((room) => keep(state, { type: "join", room: room.name }, { quiet: true, where: room.key }));
	const help = state.help.length === 0 ? [keep(state, { type: "command", line: "/help" }, { quiet: true })] : [];
	return [...joins, ...sendSaid(state), ...help];
}


function join({ nick, room: name, time, ref }, state, now) {
	const asked = settle(state, ref);
	if (!isMe(state, nick)) {
		const room = find(state, "room", name);
		if (!room)
			return;
		arrive(room, nick);
		appendMoved(state, room, { time, entered: [nick] });
		return recount(state, room);
	}
	const known = find(state, "room", name);
	const room = findOrOpen(state, "room", name);
	if (known && !known.joined)
		append(state, room, { kind: "notice", time, text: say("back", { span: spanOf((now - state.lostAt) / 1000) }) });
	else if (!known)
		appendMoved(state, room, { time, entered: [nick], own: true });
	Object.assign(room, { name, joined: true });
	arrive(room, nick);
	if (!state.current || (asked && !asked.quiet))
		show(state, room.key);
}

function leave({ nick, room: name, time, ref }, state) {
	settle(state, ref);
	const room = find(state, "room", name);
	if (!room)
		return;
	if (isMe(state, nick))
		return void close(state, room);
	depart(room, nick);
	appendMoved(state, room, { time, left: [nick] });
	return recount(state, room);
}

// Told by name again, so the room is not large any more: who of those named have left meanwhile?
function recount(state, room) {
	if (!room.counted)
		return [];
	room.counted = false;
	return [keep(state, { type: "names", room: room.name }, { quiet: true, where: room.key })];
}

// A large room is told how many came and went, not who.
function presence({ room: name, joined, left, users, time }, state) {
	const room = find(state, "room", name);
	if (!room)
		return;
	addPeople(room, [], users);
	room.counted = true;
	appendMoved(state, room, { time, joined, gone: left });
}

function said({ type, nick, room: name, message, time, ref }, state) {
	settle(state, ref);
	const own = isMe(state, nick);
	const line = { kind: type, time, nick, text: message, own, mention: !own && mentions(message, state.nick) };
	append(state, findOrOpen(state, "room", name), line);
}

// Kept in the talk with that person; if another conversation is in front, shown there too,
// so that nobody need look elsewhere to see it come or go.
function direct({ nick, to, message, time, ref }, state) {
	settle(state, ref);
	const own = isMe(state, nick);
	const talk = findOrOpen(state, "talk", own ? to : nick);
	const line = { kind: "direct", time, nick, to, text: message, own, mention: !own };
	append(state, talk, line);
	const front = current(state);
	if (front && front !== talk)
		append(state, front, { ...line, aside: true });
}

function renamed({ nick: from, new: to, time, ref }, state) {
	settle(state, ref);
	const own = isMe(state, from);
	if (own)
		state.nick = to;
	for (const room of ofKind(state, "room"))
		if (rename(room, from, to)) {
			append(state, room, { kind: "renamed", time, nick: from, to, own });
		}
	if (!own)
		renameTalk(state, from, to);
}

// Sent on entering, and as an answer to a question; only what a person asked is worth a line.
function names(packet, state) {
	const list = whole(state, packet, "nicks");
	if (list === null)
		return;
	const room = find(state, "room", packet.room);
	const asked = settle(state, packet.ref);
	if (room && asked?.packet.after !== undefined)
		addPeople(room, list, packet.users);
	else if (room)
		// Of a large room these are the first, among whom one is not oneself.
		setPeople(room, room.joined ? [state.nick, ...list] : list, packet.users);
	if (asked?.packet.type === "names" && !asked.quiet)
		notify(state, say("inRoom", { room: packet.room, names: list.join(", ") }), packet.time, asked.where);
}

function rooms(packet, state) {
	const list = whole(state, packet, "rooms");
	if (list === null)
		return;
	state.houseRooms = list;
	const asked = settle(state, packet.ref);
	if (asked?.quiet)
		return;
	const lines = list.map(({ name, users, topic }) => `${name} (${users})${topic ? `: ${topic}` : ""}`);
	notify(state, [say("roomsAre"), ...lines].join("\n"), packet.time, asked?.where);
}

function who(packet, state) {
	const list = whole(state, packet, "users");
	if (list === null)
		return;
	const lines = list.map(({ nick, protocol, rooms: within = [], idle }) =>
		[`${nick} (${protocol})`, within.length > 0 && say("inRooms", { rooms: within.join(", ") }), idle >= 60 && say("idleFor", { span: spanOf(idle) })].filter(Boolean).join(", "));
	notify(state, [say("loggedIn"), ...lines].join("\n"), packet.time, settle(state, packet.ref)?.where);
}

// A long list comes in several packets: the whole of it with the last, null before.
function whole(state, packet, field) {
	const begun = packet.first ? undefined : state.lists[packet.type];
	const list = [...(begun ?? []), ...packet[field]];
	state.lists[packet.type] = packet.more ? list : undefined;
	return packet.more ? null : list;
}

function topic({ room: name, topic: text, nick, time, ref }, state) {
	const asked = settle(state, ref);
	const room = find(state, "room", name);
	if (!room)
		return;
	room.topic = text ?? "";
	append(state, room, { kind: "topic", time, nick, text: room.topic, own: asked !== undefined });
}

// The lines of the server's help that are commands: `  /me ACTION   others see [you do that]`.
function learnHelp(state, message) {
	state.help = [...message.matchAll(/^\s*(\/\S+(?: \S+)*?)\s{2,}(.+)$/gmu)].map(([, usage, about]) => ({ usage, about }));
}

function notice({ message, room, time, ref }, state) {
	const asked = settle(state, ref);
	if (asked?.quiet)
		return learnHelp(state, message);
	notify(state, message, time, asked?.where ?? (room && keyOf("room", room)));
}

function error({ code, message, about, time, ref }, state, now) {
	if (!state.online && (about === "hello" || !about))
		return refusedHello(state, code, message, now);
	const sent = settle(state, ref);
	// Whom it was to go on behind has left: from the beginning, then.
	if (sent?.packet.after !== undefined)
		return [keep(state, { type: "names", room: sent.packet.room }, { quiet: true, where: sent.where })];
	if (sent?.quiet && sent.packet.type !== "join")
		return;
	const where = state.conversations.get(sent?.where) ?? current(state);
	if (sent?.said && where)
		append(state, where, { kind: "failed", time, text: sent.typed, packet: unsent(sent.packet), reason: message });
	else
		notify(state, message, time, sent?.where);
}

function unsent({ ref, ...packet }) {
	return packet;
}

// In the reader's language where the code tells what it is; a name that only looks like another
// has the same code as one that is taken, and a sentence of its own.
function refusalOf(code, message, nick) {
	if (code === "nick-invalid")
		return say("nickInvalid", { nick });
	if (code !== "nick-taken")
		return message;
	return say(/looks too much like/u.test(message) ? "nickAlike" : "nickTaken", { nick });
}

/** Another name, as like the first as can be: `ann2`, `ann3`, .. */
function suggestionFor(code, nick) {
	if (code !== "nick-taken")
		return "";
	const [, name, number] = /^(.*?)(\d*)$/u.exec(nick);
	const next = String(Number(number || 1) + 1);
	return [...name].slice(0, NICK_LETTERS - next.length).join("") + next;
}

function refusedHello(state, code, message, now) {
	// Nobody is waiting: the server only tires of our silence.
	if (state.phase === "asking")
		return;
	if (code === "room-invalid" && state.wanted.room !== "") {
		state.wanted.room = "";
		return [hello(state)];
	}
	// Coming back, only the name can be somebody's fault; a full house may have room again soon.
	const passes = code === "nick-taken" ? now - state.lostAt < PATIENCE : code !== "nick-invalid";
	if (state.phase === "in" && passes) {
		state.helloAgain = true;
		state.problem = code === "nick-taken" ? "" : message;
		return;
	}
	state.phase = "asking";
	state.problem = refusalOf(code, message, state.wanted.nick);
	state.suggestion = suggestionFor(code, state.wanted.nick);
}
