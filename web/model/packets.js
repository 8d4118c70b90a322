// Applies the server's packets, and the loss of the connection, to the state. Pure: takes a packet,
// changes the state, and returns the packets to send in reply.

import { formatDuration } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { sameName } from "../lib/names.js";
import { OWN_COMMANDS } from "./commands.js";
import { askForPeople, nameTaken, peopleSeen, personAnswered, personLeftRoom, personOffline, personSeen } from "./dm_presence.js";
import { historyAnswered, historyFailed, retryFailed } from "./history.js";
import { messageLine } from "./lines.js";
import { markMessagesSent, settle, takeUnanswered, takeUnconfirmed, track } from "./outbox.js";
import { appendPresence, appendRenamed, takeFormerName } from "./presence.js";
import { forgetProfile, keepProfiles, noteSpeaking, renameProfile } from "./profiles.js";
import { refusalText } from "./refusals.js";
import { addPeople, addPerson, append, close, current, find, findOrOpen, isMe, notify, ofKind, removePerson, renameDm, renamePerson, setPeople, show, showAnswer } from "./state.js";

// How long the server may take to notice that the lost connection is dead, in ms.
const NICK_HELD_FOR = 90_000;
const NICK_LETTERS = 32;

const HANDLERS = {
	greeting, welcome, join, leave, chat: message, emote: message, direct, nick: renamed,
	presence, names, rooms, who, topic, commands, notice, error, history: historyAnswered, pong: ({ ref }, state) => void settle(state, ref),
};

/**
 * Applies one packet; unknown types are ignored. now is in ms by the browser's clock, which may
 * differ from the server's: it is used for durations, and for packets without a time.
 */
export function receive(state, packet, now) {
	if (!Object.hasOwn(HANDLERS, packet.type))
		return [];
	return HANDLERS[packet.type]({ time: now, ...packet }, state, now) ?? [];
}

/** The first packet of a connection. */
export function hello(state) {
	state.retryHello = false;
	const packet = { type: "hello", nick: state.wanted.nick, version: 2 };
	if (state.wanted.room !== "")
		packet.room = state.wanted.room;
	return packet;
}

/** The connection is lost; heardAt: when it last was not. The rooms are kept, to be joined again. */
export function disconnected(state, now, heardAt = now) {
	state.retryHello = false;
	if (!state.online)
		return;
	state.online = state.resumed = false;
	state.disconnectedAt = now;
	state.heardAt = heardAt;
	state.partialLists = {};
	state.left = null;
	for (const room of ofKind(state, "room"))
		room.joined = false;
	const shown = current(state);
	const room = shown?.kind === "room" ? shown : ofKind(state, "room")[0];
	state.wanted = { nick: state.nick, room: room?.name ?? "" };
	for (const request of takeUnconfirmed(state))
		append(state, state.conversations.get(request.key) ?? shown, failedLine(request, t("maybeSent"), now));
	for (const request of takeUnanswered(state)) {
		historyFailed(state, request);
		if (!request.quiet)
			notify(state, t("unanswered", request), now, request.key);
	}
}

function failedLine({ typed, packet: { ref, ...packet } }, reason, time) {
	return { kind: "failed", time, text: typed, packet, reason };
}

// Comes before the login: what this place is, and how many are in its room.
function greeting({ server, room, users }, state) {
	state.server = server ?? state.server;
	state.greeting = { room, users };
}

function welcome(packet, state) {
	Object.assign(state, { phase: "in", problem: "", suggestion: "", online: true, nick: packet.nick, server: packet.server ?? state.server });
	Object.assign(state.limits, packet.limits);
	const others = ofKind(state, "room").filter((room) => !sameName(room.name, packet.room));
	const joins = others.map((room) => track(state, { type: "join", room: room.name }, { quiet: true, key: room.key }));
	const table = state.commands === OWN_COMMANDS ? [track(state, { type: "commands" }, { quiet: true })] : [];
	return [...joins, ...markMessagesSent(state), ...table, ...askForPeople(state)];
}

function join({ nick, room: name, id, time, ref }, state, now) {
	const request = settle(state, ref);
	if (!isMe(state, nick)) {
		const room = find(state, "room", name);
		if (!room)
			return;
		addPerson(room, nick);
		appendPresence(state, room, { id, time, entered: [nick] });
		personSeen(state, nick, time);
		forgetProfile(state, nick);
		return refreshNames(state, room);
	}
	const known = find(state, "room", name);
	const room = findOrOpen(state, "room", name);
	if (known?.leftAt)
		append(state, room, { kind: "notice", id, time, text: t("backInRoom", { span: formatDuration((now - room.leftAt) / 1000) }) });
	else if (known && !known.joined)
		append(state, room, { kind: "notice", id, time, text: absence(state, now) });
	else if (!known)
		appendPresence(state, room, { id, time, entered: [nick], own: true });
	// The server sends the topic next, if there is one. The known one may have been removed meanwhile.
	Object.assign(room, { name, joined: true, topic: "", topicBy: "", leftAt: 0 });
	addPerson(room, nick);
	// The user came last: the colours are chosen in the order of the list of names, which comes next.
	if (!known)
		room.colours.clear();
	if (!state.current || (request && !request.quiet))
		show(state, room.key);
}

function absence({ resumed, heardAt }, now) {
	return resumed ? t("reloaded") : t("reconnected", { span: formatDuration(Math.ceil((now - heardAt) / 1000)) });
}

function leave({ nick, room: name, id, time, ref }, state, now) {
	settle(state, ref);
	const room = find(state, "room", name);
	if (!room)
		return;
	if (isMe(state, nick))
		return void close(state, room, now);
	removePerson(room, nick);
	appendPresence(state, room, { id, time, left: [nick] });
	return [...refreshNames(state, room), ...personLeftRoom(state, nick)];
}

// People are named again, so the room is not large any more. Those who left unnamed are still on the list.
function refreshNames(state, room) {
	if (!room.namesStale)
		return [];
	room.namesStale = false;
	return [track(state, { type: "names", room: room.name }, { quiet: true, key: room.key })];
}

// Sent for a large room: how many entered and left, without their nicks.
function presence({ room: name, joined, left, users, id, time }, state) {
	const room = find(state, "room", name);
	if (!room)
		return;
	addPeople(room, [], users);
	room.namesStale = true;
	appendPresence(state, room, { id, time, joined, gone: left });
}

function message(packet, state, now) {
	const { nick, room: name, ref } = packet;
	settle(state, ref);
	noteSpeaking(state, nick, now);
	const room = findOrOpen(state, "room", name);
	const was = packet.type === "chat" ? takeFormerName(room, nick) : undefined;
	append(state, room, { ...messageLine(state, packet), past: packet.past, ...(was !== undefined && { was }) });
}

// If another conversation is in view, the page shows it beside that for a moment.
function direct({ nick, to, message: text, id, time, ref, past }, state, now) {
	settle(state, ref);
	noteSpeaking(state, nick, now);
	const own = isMe(state, nick);
	if (!own)
		personSeen(state, nick, time);
	const dm = findOrOpen(state, "dm", own ? to : nick);
	const line = { kind: "direct", id, time, nick, to, text, own, past, mention: !own };
	append(state, dm, line);
	if (state.current !== dm.key)
		state.aside = { ...line, key: dm.key };
}

function renamed({ nick: from, new: to, id, time, ref }, state) {
	settle(state, ref);
	const own = isMe(state, from);
	if (own)
		state.nick = to;
	for (const room of ofKind(state, "room"))
		if (renamePerson(room, from, to))
			appendRenamed(state, room, { kind: "renamed", id, time, nick: from, to, own });
	renameProfile(state, from, to);
	if (state.card && sameName(state.card.nick, from))
		state.card = { nick: to };
	const deserted = renameDm(state, from, to);
	if (deserted && own)
		deserted.former = true;
	else if (deserted)
		nameTaken(state, deserted, time);
}

// Sent as a snapshot on entering, and as the answer to a request, which becomes a line if the user made it.
function names(packet, state) {
	const list = collectList(state, packet, "nicks");
	if (list === null)
		return;
	const room = find(state, "room", packet.room);
	const request = settle(state, packet.ref);
	if (room && request?.packet.after !== undefined)
		addPeople(room, list, packet.users);
	else if (room)
		// In a large room these are the first people only, and the user may not be among them.
		setPeople(room, room.joined ? [state.nick, ...list] : list, packet.users, list);
	if (room)
		peopleSeen(state, room, packet.time);
	if (room && packet.snapshot)
		return retryFailed(state, room);
	if (request && !request.quiet)
		showAnswer(state, { kind: "names", room: packet.room, nicks: list, users: packet.users ?? list.length }, request.key);
}

function rooms(packet, state) {
	const list = collectList(state, packet, "rooms");
	if (list === null)
		return;
	state.serverRooms = list;
	const request = settle(state, packet.ref);
	if (request?.quiet)
		return;
	showAnswer(state, { kind: "rooms", rooms: list }, request?.key);
}

function who(packet, state, now) {
	const list = collectList(state, packet, "users");
	if (list === null)
		return;
	const request = settle(state, packet.ref);
	keepProfiles(state, list, now);
	if (request?.about !== undefined)
		personAnswered(state, request, list, packet.time);
	if (request?.quiet)
		return;
	showAnswer(state, { kind: "who", users: list }, request?.key);
}

// A long list arrives in several packets. Returns the whole list with the last one, before that null.
function collectList(state, packet, field) {
	const begun = packet.first ? undefined : state.partialLists[packet.type];
	const list = [...(begun ?? []), ...packet[field]];
	state.partialLists[packet.type] = packet.more ? list : undefined;
	return packet.more ? null : list;
}

// A snapshot is the topic as it was on entering: it becomes no line, since nobody has set it just now.
function topic({ room: name, topic: text, nick, snapshot, id, time, ref }, state) {
	const request = settle(state, ref);
	const room = find(state, "room", name);
	if (!room)
		return;
	Object.assign(room, { topic: text ?? "", topicBy: nick ?? "" });
	if (!snapshot)
		append(state, room, { kind: "topic", id, time, nick, text: room.topic, own: request !== undefined });
}

function commands({ commands: table, ref }, state) {
	settle(state, ref);
	state.commands = table.map((command) => ({ aliases: [], params: [], help: "", ...command }));
}

function notice({ message, code, room, time, ref }, state) {
	const text = refusalText(state, code, message);
	const request = settle(state, ref);
	if (request && text.includes("\n"))
		return showAnswer(state, { kind: "text", title: request.typed ?? "", text }, request.key);
	notify(state, text, time, request?.key ?? (room && find(state, "room", room)?.key));
}

function error({ code, message: text, about, time, ref }, state, now) {
	if (!state.online && (about === "hello" || !about))
		return helloRefused(state, code, text, now);
	const request = settle(state, ref);
	if (request?.load)
		return historyFailed(state, request);
	// The person after whom the list was to continue has left, so it is requested from the beginning.
	if (request?.packet.after !== undefined)
		return [track(state, { type: "names", room: request.packet.room }, { quiet: true, key: request.key })];
	if (request?.about !== undefined && code === "no-such-nick")
		personAnswered(state, request, [], time);
	if (request?.packet.type === "join")
		state.wantedMessage = null;
	if (request?.quiet && request.packet.type !== "join")
		return;
	const conversation = state.conversations.get(request?.key) ?? current(state);
	const reason = refusalText(state, code, text, request?.packet);
	if (request?.isMessage && conversation)
		messageRefused(state, conversation, request, { code, reason, time });
	else if (request?.line !== undefined && conversation)
		state.returned = { key: conversation.key, text: request.line, reason };
	else
		notify(state, reason, time, request?.key);
}

function messageRefused(state, conversation, request, { code, reason, time }) {
	append(state, conversation, failedLine(request, t("notSent", { reason }), time));
	const dm = code === "no-such-nick" && find(state, "dm", request.packet.to);
	if (dm)
		personOffline(state, dm, time);
}

function helloRefused(state, code, text, now) {
	// No login was attempted: the server closes connections that stay silent.
	if (state.phase === "login")
		return;
	if (code === "room-invalid" && state.wanted.room !== "") {
		state.wanted.room = "";
		return [hello(state)];
	}
	// After a lost connection, a nick that is taken may be freed soon, and so may a place on a full server.
	const mayPass = isTaken(code) ? now - state.disconnectedAt < NICK_HELD_FOR : code !== "nick-invalid";
	const reason = refusalText(state, code, text, hello(state));
	if (state.phase === "in" && mayPass) {
		state.retryHello = true;
		state.problem = isTaken(code) ? "" : reason;
		return;
	}
	state.phase = "login";
	state.problem = isTaken(code) && state.resumed ? t("nickElsewhere", state.wanted) : reason;
	state.suggestion = suggestionFor(code, state.wanted.nick);
}

/** Whether another user has this nick or one that looks like it. */
function isTaken(code) {
	return code === "nick-taken" || code === "nick-alike";
}

/** Another nick, similar to the refused one: `ann2`, `ann3`, .. */
function suggestionFor(code, nick) {
	if (!isTaken(code))
		return "";
	const [, name, number] = /^(.*?)(\d*)$/u.exec(nick);
	const next = String(Number(number || 1) + 1);
	return [...name].slice(0, NICK_LETTERS - next.length).join("") + next;
}
