// Lines about who joined, left and took another name. Successive ones are merged, and what cancels
// out, such as a visit without a word, leaves no line. Does not know packets.

import { fold, sameName } from "../lib/names.js";
import { append, removeLine } from "./state.js";

const MERGE_WITHIN = 60 * 60 * 1000; // lines further apart stay apart, in ms

/**
 * entered and left are nicks; joined and gone are numbers of people whose nicks are not known. own:
 * it is the user who joined.
 */
export function appendPresence(state, room, { id, time, entered = [], left = [], joined = 0, gone = 0, own = false }) {
	const line = { kind: "presence", id, time, entered, left, joined, gone, own };
	if (!own)
		addNews(room, line);
	const last = lastLine(room);
	if (last?.kind === "presence" && !last.own && !own && time - last.time < MERGE_WITHIN) {
		removeLine(room, last);
		Object.assign(line, merged(last, line));
	}
	if (line.entered.length + line.left.length + line.joined + line.gone > 0)
		append(state, room, line);
}

// Before what happens now, if the lines reach it.
function lastLine({ loaded, lines }) {
	return loaded.detached ? undefined : lines.at(-1);
}

function merged(before, now) {
	const came = without(now.entered, before.left);
	const went = without(now.left, before.entered);
	return {
		entered: [...without(before.entered, now.left), ...came],
		left: [...without(before.left, now.entered), ...went],
		joined: before.joined + now.joined,
		gone: before.gone + now.gone,
	};
}

function without(nicks, others) {
	const keys = new Set(others.map(fold));
	return nicks.filter((nick) => !keys.has(fold(nick)));
}

/** What is new for those who do not see the line change: taken by takeNews(). */
function addNews(room, { entered, left, joined, gone }) {
	const { news } = room;
	news.entered.push(...entered);
	news.left.push(...left);
	news.joined += joined;
	news.gone += gone;
}

export function emptyNews() {
	return { entered: [], left: [], joined: 0, gone: 0 };
}

/** Who joined and left since the last call. */
export function takeNews(room) {
	const { news } = room;
	room.news = emptyNews();
	return news;
}

/** A person in the room has another name. A person who has just joined simply has it; there and back is nothing. */
export function appendRenamed(state, room, line) {
	const last = lastLine(room);
	const recent = last !== undefined && !line.own && line.time - last.time < MERGE_WITHIN;
	if (recent && last.kind === "presence" && !last.own && last.entered.some((nick) => sameName(nick, line.nick))) {
		removeLine(room, last);
		append(state, room, { ...last, id: line.id, entered: last.entered.map((nick) => sameName(nick, line.nick) ? line.to : nick) });
	} else if (recent && last.kind === "renamed" && sameName(last.to, line.nick)) {
		removeLine(room, last);
		if (!sameName(last.nick, line.to))
			append(state, room, { ...line, nick: last.nick });
	} else {
		append(state, room, line);
	}
}

/** The name that the sender of the next line has just given up: the line shows it, and no other one need. */
export function takeFormerName(room, nick) {
	const last = lastLine(room);
	if (last?.kind !== "renamed" || last.own || !sameName(last.to, nick))
		return undefined;
	removeLine(room, last);
	return last.nick;
}
