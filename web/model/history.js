// Loads what was said in a room before, from the server, and puts it among the lines: older and newer
// messages, those around one of them, and what came while the user was away. Pure: takes answers,
// changes the state, and returns the packets to send. Does not know how it is shown.

import { t } from "../i18n/translate.js";
import { storedLines } from "./lines.js";
import { attach, cutEnd, cutStart, firstId, isMessage, lastId, replaceLines } from "./loaded.js";
import { settle, track } from "./outbox.js";
import { placeNewLine } from "./read_markers.js";
import { current, find, findOrOpen, nameKey, show } from "./state.js";

const FIRST_PAGE = 50;   // events that are asked for when a room is opened,
const PAGE = 100;        // and then at once
const FILL_MOST = 500;   // where something is missing, so much is loaded unasked
const LAST = Number.MAX_SAFE_INTEGER;

const ANSWERED = { older: addOlder, newer: addNewer, newest: showNewest, around: showAround, gap: addBetween };
const RANGES = {
	older: ({ lines }) => ({ before: firstId(lines) }),
	newer: ({ lines }) => ({ after: lastId(lines) }),
};

/** Asks for what the room that is shown lacks: what was said before it was opened, or a message that was linked to. */
export function askForHistory(state) {
	const room = current(state);
	if (!room?.loaded || !canAsk(state, room))
		return [];
	if (state.wantedMessage?.at === nameKey(room))
		return goToMessage(state, room, state.wantedMessage.id);
	if (room.loaded.isLeft)
		return jumpToNewest(state);
	return room.loaded.opened || room.loaded.asked.size > 0 ? [] : ask(state, room, "older", { ...RANGES.older(room), limit: FIRST_PAGE });
}

function canAsk(state, room) {
	return state.online && room.joined;
}

/** Whether there is more in this direction, "older" or "newer", that is not asked for yet. */
export function canLoad(state, { loaded, joined }, direction) {
	const { opened, asked } = loaded ?? {};
	if (!opened || !joined || !state.online || asked.has(direction) || [...asked.values()].includes("loading"))
		return false;
	return direction === "older" ? !loaded.begins : loaded.detached;
}

/** Loads more in this direction. again: also if that has failed. */
export function loadMore(state, direction, again = false) {
	const room = current(state);
	if (again)
		room.loaded?.asked.delete(direction);
	if (!canLoad(state, room, direction))
		return [];
	if (direction === "newer")
		room.loaded.arrivals = [];
	return ask(state, room, direction, RANGES[direction](room));
}

/** Goes back to what is live, from older messages. */
export function jumpToNewest(state) {
	const room = current(state);
	const { loaded } = room;
	if (!loaded?.detached || !canAsk(state, room) || loaded.asked.has("newest"))
		return [];
	Object.assign(loaded, { arrivals: [], isLeft: false });
	return ask(state, room, "newest", { limit: FIRST_PAGE });
}

/** Shows a room of the user's at a message; a room that the user is not in has to be joined then. */
export function openMessage(state, name, id) {
	state.wantedMessage = { at: nameKey({ kind: "room", name }), id };
	const room = find(state, "room", name);
	if (room?.joined)
		show(state, room.key);
	return Boolean(room?.joined);
}

/** Shows the conversation with a person at a message. */
export function openDirect(state, name, id) {
	const dm = findOrOpen(state, "dm", name);
	state.wantedMessage = { at: nameKey(dm), id };
	show(state, dm.key);
}

function goToMessage(state, room, id) {
	const { loaded, lines } = room;
	loaded.isLeft = false;
	const line = lines.find((one) => one.id === id);
	if (line && loaded.opened) {
		loaded.goTo = line.seq;
		state.wantedMessage = null;
		return [];
	}
	return loaded.asked.has("around") ? [] : ask(state, room, "around", { around: id });
}

/**
 * The user is in a room again, and knows what happened up to the event afterId: asks for what happened
 * then, which comes before all lines that are added from now on. Returns the packets to send.
 */
export function fillGap(state, room, afterId) {
	const { loaded, lines } = room;
	if (!loaded || loaded.detached || !afterId)
		return [];
	if (firstId(lines) === undefined) {
		// Nothing is loaded yet, as after a reload: the newest messages show what is new.
		loaded.seen = afterId;
		return loaded.asked.size > 0 ? [] : ask(state, room, "older", {});
	}
	const gap = { kind: "gap", seq: ++state.lastSeq, after: afterId, count: 0, status: "loading" };
	lines.push(gap);
	return askBetween(state, room, gap);
}

/** Goes on with a gap of which only the newest messages were loaded, or where that has failed. */
export function continueGap(state, seq) {
	const room = current(state);
	const gap = room.lines.find((line) => line.seq === seq);
	if (gap?.kind !== "gap" || gap.status === "loading" || !canAsk(state, room))
		return [];
	return askBetween(state, room, changeGap(room, gap, { status: "loading", count: 0 }));
}

function askBetween(state, room, gap) {
	const range = { after: gap.after, before: idBehind(room, gap) };
	return ask(state, room, "gap", range, gap.seq);
}

function idBehind({ lines }, gap) {
	return firstId(lines.slice(lines.indexOf(gap) + 1)) ?? LAST;
}

// Lines are never changed, so that the view sees what is new.
function changeGap(room, gap, changes) {
	const changed = { ...gap, ...changes };
	room.lines[room.lines.indexOf(gap)] = changed;
	room.linesVersion++;
	return changed;
}

function ask(state, room, what, range, seq) {
	const { loaded, name, key } = room;
	if (what !== "gap")
		loaded.asked.set(what, "loading");
	const packet = { type: "history", ...(room.kind === "dm" ? { with: name } : { room: name }), limit: PAGE, ...range };
	return [track(state, packet, { quiet: true, key, load: { what, seq, loaded, issue: loaded.issue } })];
}

/** An answer has come. */
export function historyAnswered(packet, state) {
	const request = settle(state, packet.ref);
	const room = roomOf(state, request);
	if (!room)
		return [];
	const { what, seq } = request.load;
	room.loaded.asked.delete(what);
	return ANSWERED[what](state, room, packet, seq ?? request.packet.around) ?? [];
}

/** The server has refused to answer, or the connection is lost. */
export function historyFailed(state, request) {
	const room = roomOf(state, request);
	if (!room)
		return;
	const { loaded, lines } = room;
	const { what, seq } = request.load;
	const gap = lines.find((line) => line.seq === seq);
	loaded.arrivals = null;
	if (what === "gap" && gap)
		changeGap(room, gap, { status: "failed" });
	if (what === "older" || what === "newer")
		return void loaded.asked.set(what, "failed");
	loaded.asked.delete(what);
	if (what !== "gap")
		state.sentence = { text: t("historyFailed") };
	if (what === "around")
		state.wantedMessage = null;
}

/** The user is in the room again: asks anew for what has failed. */
export function retryFailed(state, room) {
	const { asked } = room.loaded;
	for (const [what, how] of asked)
		if (how === "failed")
			asked.delete(what);
	const gaps = room.lines.filter(({ kind, status }) => kind === "gap" && status === "failed");
	return gaps.flatMap((gap) => askBetween(state, room, changeGap(room, gap, { status: "loading" })));
}

// The room that the answer is for: it may be closed, or show other lines.
function roomOf(state, request) {
	const room = state.conversations.get(request?.key);
	const { load } = request ?? {};
	return load && room?.loaded === load.loaded && (load.issue === room.loaded.issue) ? room : undefined;
}

function addOlder(state, room, { events, more }) {
	const before = firstId(room.lines) ?? LAST;
	const { loaded, lines } = room;
	const added = storedLines(state, room, events.filter(({ id }) => id < before));
	lines.unshift(...added);
	if (loaded.seen)
		countAdded(state, room, added.filter(({ id }) => id > loaded.seen));
	loaded.seen = 0;
	room.linesVersion++;
	loaded.begins = !more || events.length === 0;
	loaded.opened = true;
	placeNewLine(room);
	cutEnd(room);
}

function addNewer(state, room, { events, more }) {
	const { lines } = room;
	const last = lastId(lines) ?? 0;
	const added = storedLines(state, room, events.filter(({ id }) => id > last));
	lines.push(...added);
	room.linesVersion++;
	if (!more || events.length === 0)
		attach(room);
	else
		room.loaded.missed = Math.max(0, room.loaded.missed - added.filter(isMessage).length);
	cutStart(room);
}

function showNewest(state, room, { events, more }) {
	replaceLines(room, storedLines(state, room, events));
	attach(room);
	Object.assign(room.loaded, { begins: !more, goTo: "end" });
}

function showAround(state, room, { events }, id) {
	state.wantedMessage = null;
	if (!events.some((event) => event.id === id)) {
		state.sentence = { text: t("messageGone") };
		return;
	}
	const { loaded } = room;
	replaceLines(room, storedLines(state, room, events));
	// Whether this is all there is, is known when more is asked for in each direction.
	Object.assign(loaded, { begins: false, detached: true, arrivals: null, goTo: room.lines.find((line) => line.id === id)?.seq ?? null });
}

// The newest come first, so what is told next is always before what is there already.
function addBetween(state, room, { events, more }, seq) {
	const { lines } = room;
	const gap = lines.find((line) => line.seq === seq);
	if (!gap)
		return [];
	const before = idBehind(room, gap);
	const added = storedLines(state, room, events.filter(({ id }) => id > gap.after && id < before));
	const count = gap.count + added.length;
	const isDone = !more || events.length === 0;
	lines.splice(lines.indexOf(gap) + 1, 0, ...added);
	countAdded(state, room, added);
	if (isDone)
		lines.splice(lines.indexOf(gap), 1);
	room.linesVersion++;
	cutStart(room);
	if (isDone || !lines.includes(gap))
		return [];
	const changed = changeGap(room, gap, { count, status: count + PAGE <= FILL_MOST ? "loading" : "more" });
	return changed.status === "loading" ? askBetween(state, room, changed) : [];
}

// What came while the user was away is unread as what comes while the user looks elsewhere.
function countAdded(state, room, added) {
	const unread = added.filter((line) => isMessage(line) && !line.own);
	if (unread.length === 0)
		return;
	const isEarlier = room.lines.findIndex(({ seq }) => seq === room.firstUnread) < room.lines.indexOf(unread[0]);
	if (room.firstUnread === null || !isEarlier)
		Object.assign(room, { firstUnread: unread[0].seq, firstUnreadId: unread[0].id });
	if (state.pageVisible && state.current === room.key)
		return void (room.newCount += unread.length);
	// The server has counted what an account has missed.
	if (state.account.isMine)
		return;
	room.unread += unread.length;
	room.mentions += unread.filter(({ mention }) => mention).length;
}
