// Applies the server's packets, and the loss of the connection, to the state. Pure: takes a packet,
// changes the state, and returns the packets to send in reply.

import { t } from "../i18n/translate.js";
import { fold, sameName } from "../lib/names.js";
import { accountChanged, accountFailed, accountWelcomed, sessionsAnswered } from "./account.js";
import { beginCatchUp, checked, confirm, endCatchUp, endPast, failCheck, failChecks, resend, roomResumed, topicResumed } from "./catch_up.js";
import { OWN_COMMANDS } from "./commands.js";
import { askFor, askForPeople, nameTaken, peopleKnown, peopleSeen, personAnswered, personLater, personLeftRoom, personOffline, personSeen } from "./dm_presence.js";
import { fillGap, historyAnswered, historyFailed, retryFailed } from "./history.js";
import { directLine, messageLine } from "./lines.js";
import { helloRefused, sessionEnded } from "./login.js";
import { failedLine, settle, takeUnanswered, track } from "./outbox.js";
import { appendPresence, appendRenamed, takeFormerName } from "./presence.js";
import { forgetProfile, keepProfiles, noteAway, noteSpeaking, renameProfile } from "./profiles.js";
import { markersWelcomed, readElsewhere } from "./read_markers.js";
import { refusalText } from "./refusals.js";
import { searchAnswered, searchFailed } from "./search.js";
import { addPeople, addPerson, append, close, current, find, findOrOpen, isMe, notify, ofKind, removePerson, renameDm, renamePerson, setPeople, show, showAnswer } from "./state.js";

const HANDLERS = {
	greeting, welcome, join, leave, chat: message, emote: message, direct, nick: renamed,
	presence, names, rooms, who, topic, commands, notice, error, pong, history, search: searchAnswered,
	account: accountChanged, sessions: sessionsAnswered, read: readElsewhere,
};

/**
 * Applies one packet; unknown types are ignored. now is in ms by the browser's clock, which may
 * differ from the server's: it is used for durations, and for packets without a time.
 */
export function receive(state, packet, now) {
	if (!Object.hasOwn(HANDLERS, packet.type))
		return [];
	if (packet.id !== undefined && !packet.past)
		endPast(state);
	state.lastId = Math.max(state.lastId, packet.id ?? 0);
	return HANDLERS[packet.type]({ time: now, ...packet }, state, now) ?? [];
}

/** The connection is lost. The rooms are kept, to be joined again. */
export function disconnected(state, now) {
	// The server may have logged the user in, or not notice that it has lost the connection.
	if (state.helloSent || (state.online && state.secret === ""))
		state.ghostSince = now;
	Object.assign(state, { retryHello: false, helloSent: false, taken: null });
	if (!state.online)
		return;
	const nick = state.catchUp?.nick ?? state.nick;
	Object.assign(state, { online: false, catchUp: null, partialLists: {}, left: null });
	for (const room of ofKind(state, "room")) {
		room.joined = false;
		room.seen ??= state.lastId;
	}
	const shown = current(state);
	const room = shown?.kind === "room" ? shown : ofKind(state, "room")[0];
	state.wanted = { nick, room: room?.name ?? "" };
	for (const request of takeUnanswered(state)) {
		historyFailed(state, request);
		searchFailed(state, request);
		accountFailed(state, request);
		if (!request.quiet)
			notify(state, t("unanswered", request), now, request.key);
	}
}

/** The session goes on in a copy of this tab, which may take turns with this one. */
export function goneElsewhere(state, now) {
	disconnected(state, now);
	Object.assign(state, { elsewhere: true, helloSent: false, retryHello: false, taken: null, ghostSince: 0, problem: "" });
}

// Comes before the login: what this place is, and how many are in its room.
function greeting({ server, room, users }, state) {
	state.server = server ?? state.server;
	state.greeting = { room, users };
}

function welcome(packet, state) {
	Object.assign(state, {
		phase: "in", problem: "", suggestion: "", online: true, restored: false, elsewhere: false, helloSent: false, ghostSince: 0,
		secret: packet.resume ?? "", server: packet.server ?? state.server,
	});
	Object.assign(state.limits, packet.limits);
	accountWelcomed(state, packet);
	const table = state.commands === OWN_COMMANDS ? [track(state, { type: "commands" }, { quiet: true })] : [];
	if (packet.resumed)
		return [...beginCatchUp(state, packet), ...table];
	state.nick = packet.nick;
	// The ids of another server, or of one that has forgotten, may begin anew.
	Object.assign(state, { lastId: 0, toEnter: "" });
	if (packet.account)
		markersWelcomed(state, packet);
	const others = packet.account ? [] : ofKind(state, "room").filter((room) => !sameName(room.name, packet.room));
	const joins = others.map((room) => track(state, { type: "join", room: room.name }, { quiet: true, key: room.key }));
	return [...joins, ...resend(state, () => true), ...table, ...askForPeople(state)];
}

function pong({ ref }, state) {
	settle(state, ref);
	return state.catchUp !== null && state.catchUp.ref === ref ? endCatchUp(state) : [];
}

function join({ nick, room: name, id, time, past, ref }, state) {
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
	if (past)
		return; // The room is known, with its people.
	const known = find(state, "room", name);
	const room = findOrOpen(state, "room", name);
	const filling = known ? returned(state, known, id) : [];
	if (!known)
		appendPresence(state, room, { id, time, entered: [nick], own: true });
	// The server sends the topic next, if there is one. The known one may have been removed meanwhile.
	Object.assign(room, { name, joined: true, topic: "", topicBy: "" });
	addPerson(room, nick);
	// The user came last: the colours are chosen in the order of the list of names, which comes next.
	if (!known)
		room.colours.clear();
	if (!state.current || (request && !request.quiet))
		show(state, room.key);
	return filling;
}

// The user is in the room again: asks for what happened there meanwhile.
function returned(state, room, id = Infinity) {
	const { seen } = room;
	room.seen = null;
	if (seen === null)
		return [];
	if (id > seen)
		return fillGap(state, room, seen);
	// The server has forgotten everything and counts anew.
	for (const line of room.lines)
		delete line.id;
	failChecks(state, room);
	return [];
}

function leave({ nick, room: name, id, time, past, ref }, state) {
	settle(state, ref);
	const room = find(state, "room", name);
	// If it was the user who left, then only to come back, since the room is told of.
	if (!room || (past && isMe(state, nick)))
		return;
	if (isMe(state, nick))
		return void close(state, room);
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
	const { nick, room: name, time, past, ref } = packet;
	settle(state, ref);
	if (past)
		confirm(state, packet);
	noteSpeaking(state, nick, past ? time : now);
	const room = findOrOpen(state, "room", name);
	const was = packet.type === "chat" ? takeFormerName(room, nick) : undefined;
	append(state, room, { ...messageLine(state, packet), past: packet.past, ...(was !== undefined && { was }) });
}

// If another conversation is in view, the page shows it beside that for a moment.
function direct(packet, state, now) {
	const { nick, to, time, past, ref } = packet;
	settle(state, ref);
	if (past)
		confirm(state, packet);
	noteSpeaking(state, nick, past ? time : now);
	const own = isMe(state, nick);
	// What was written before does not tell who is there.
	if (!own && !past)
		personSeen(state, nick, time);
	const isNew = !find(state, "dm", own ? to : nick);
	const dm = findOrOpen(state, "dm", own ? to : nick);
	const line = { ...directLine(state, packet), past };
	append(state, dm, line);
	if (state.current !== dm.key && (!past || state.catchUp))
		state.aside = { ...line, key: dm.key };
	// Whether the name is registered.
	return isNew && !past ? [askFor(state, dm)] : [];
}

function renamed({ nick: from, new: to, id, time, past, ref }, state) {
	settle(state, ref);
	const own = isMe(state, from);
	if (own)
		state.nick = to;
	for (const room of ofKind(state, "room"))
		// After a reload, the people of the past are not known.
		if (renamePerson(room, from, to) || (past && room.people.has(fold(to))))
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
	noteAway(state, packet.nicks, packet.away);
	if (list === null)
		return;
	if (state.catchUp && packet.snapshot)
		return roomResumed(state, packet.room, peopleOf(state, list, packet.users), packet.gap);
	const room = find(state, "room", packet.room);
	const request = settle(state, packet.ref);
	if (room && request?.packet.after !== undefined)
		addPeople(room, list, packet.users);
	else if (room)
		setPeople(room, ...(room.joined ? peopleOf(state, list, packet.users) : [list, packet.users]));
	if (room)
		peopleSeen(state, room, packet.time);
	if (room && packet.snapshot)
		return retryFailed(state, room);
	if (request && !request.quiet)
		showAnswer(state, { kind: "names", room: packet.room, nicks: list, users: packet.users ?? list.length }, request.key);
}

// In a large room these are the first people only, and the user may not be among them.
function peopleOf(state, list, users) {
	return [[state.catchUp?.nick ?? state.nick, ...list], users, list];
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
	peopleKnown(state, list, packet.time);
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
function topic({ room: name, topic: text, nick, snapshot, past, id, time, ref }, state) {
	const request = settle(state, ref);
	const room = state.catchUp && snapshot ? topicResumed(state, name) : find(state, "room", name);
	if (!room)
		return;
	if (!past)
		Object.assign(room, { topic: text ?? "", topicBy: nick ?? "" });
	if (!snapshot)
		append(state, room, { kind: "topic", id, time, nick, text: text ?? "", own: request !== undefined });
}

function commands({ commands: table, ref }, state) {
	settle(state, ref);
	state.commands = table.map((command) => ({ aliases: [], params: [], help: "", ...command }));
}

function notice({ message, code, subject, room, time, ref }, state) {
	if (code === "direct-later")
		return personLater(state, subject, time);
	const text = refusalText(state, code, message);
	const request = settle(state, ref);
	if (request && text.includes("\n"))
		return showAnswer(state, { kind: "text", title: request.typed ?? "", text }, request.key);
	notify(state, text, time, request?.key ?? (room && find(state, "room", room)?.key));
}

function history(packet, state) {
	const request = state.outbox.get(packet.ref);
	if (!request?.isCheck)
		return historyAnswered(packet, state);
	settle(state, packet.ref);
	return checked(state, request, packet);
}

function error({ code, message: text, about, time, ref }, state, now) {
	if (code === "resumed-elsewhere")
		return void goneElsewhere(state, now);
	if (code === "session-ended")
		return void sessionEnded(state);
	if (!state.online && (about === "hello" || !about))
		return helloRefused(state, code, text, now);
	const request = settle(state, ref);
	if (request?.isCheck)
		return failCheck(state, request);
	if (request?.load)
		return historyFailed(state, request);
	if (request?.search)
		return searchFailed(state, request, code, text);
	if (request?.account)
		return accountFailed(state, request, code, text);
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
	if (request?.isMessage && conversation && code === "store-failed")
		state.returned = { key: conversation.key, text: request.typed, reason, failed: failedLine(request, t("notSent", { reason }), time) };
	else if (request?.isMessage && conversation)
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
