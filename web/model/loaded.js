// Which part of a conversation's lines is loaded: at most KEPT_LINES, without a hole that is not
// marked. Those of a room may begin after its first message, and end before its last: then the room
// is detached from what is live. Does not know packets.

export const KEPT_LINES = 1000;

const COUNTED = new Set(["chat", "emote", "direct"]);

export function createLoaded() {
	return {
		opened: false,     // the server has told what was said before
		begins: false,     // the first line is the first that there is
		detached: false,   // what was said after the last line is not loaded,
		missed: 0,         // and so many messages have come since,
		arrivals: null,    // and these lines, if they may be needed,
		kept: [],          // and these, which are the page's own and so in no history
		isLeft: false,     // the user has been elsewhere since: the newest are to be shown
		following: true,   // the user looks at the end of the lines
		asked: new Map(),  // what the server is being asked for -> "loading", or "failed"
		seen: 0,           // the id of the last event that the user knew before anything was loaded; 0: none
		issue: 0,          // rises when the lines are replaced: an answer to an older one is late
		goTo: null,        // where the view is to go: "end", or the seq of a line
	};
}

/** Whether a line is a message, as opposed to something that happened. */
export function isMessage({ kind }) {
	return COUNTED.has(kind);
}

/** Whether a line was read on another device, or is among what the server has counted. */
export function isCounted({ read, countedTo }, { id = Infinity }) {
	return id <= Math.max(read, countedTo);
}

export function firstId(lines) {
	return lines.find(({ id }) => id !== undefined)?.id;
}

export function lastId(lines) {
	return lines.findLast(({ id }) => id !== undefined)?.id;
}

/** Adds a line at the end; too many lines lose their first, unless the user looks at them. */
export function addLine(conversation, line) {
	const { loaded, lines } = conversation;
	if (!loaded?.detached)
		lines.push(line);
	else if (line.id === undefined)
		loaded.kept.push(line);
	else
		loaded.arrivals?.push(line);
	if (loaded && !loaded.following)
		cutEnd(conversation);
	else
		cutStart(conversation);
	if (loaded?.detached && isMessage(line) && !line.own)
		loaded.missed++;
}

/** Drops the first lines, if there are too many. */
export function cutStart(conversation) {
	const { loaded, lines } = conversation;
	if (lines.length <= KEPT_LINES)
		return;
	lines.splice(0, lines.length - KEPT_LINES);
	conversation.complete = false;
	if (loaded)
		loaded.begins = false;
}

/** Drops the last lines, if there are too many: the room is detached. */
export function cutEnd(conversation) {
	const { loaded, lines } = conversation;
	const cut = lines.splice(KEPT_LINES);
	if (cut.length === 0)
		return;
	loaded.detached = true;
	loaded.kept.unshift(...cut.filter(({ kind }) => kind === "failed"));
	conversation.linesVersion++;
}

/** The lines reach what is live again. arrivals: what came since the server was asked for the last of them. */
export function attach(conversation) {
	const { loaded, lines } = conversation;
	const last = lastId(lines) ?? 0;
	lines.push(...(loaded.arrivals ?? []).filter(({ id }) => id > last), ...loaded.kept);
	Object.assign(loaded, { detached: false, missed: 0, arrivals: null, kept: [] });
}

/** Replaces all lines; those that only the page has are kept for the end. */
export function replaceLines(conversation, lines) {
	const { loaded } = conversation;
	loaded.kept.unshift(...conversation.lines.filter(({ kind }) => kind === "failed"));
	conversation.lines.splice(0, Infinity, ...lines);
	conversation.linesVersion++;
	loaded.issue++;
	loaded.asked.clear();
	loaded.opened = true;
}
