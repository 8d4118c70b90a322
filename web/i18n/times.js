// Moments as people read them, in the reader's own language and time zone.

import { say } from "./translate.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const stamp = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export function hourOf(time) {
	return clock.format(time);
}

/** The same everywhere, as `12:04`: for text that others are to read. */
export function stampOf(time) {
	return stamp.format(time);
}

export function dayOf(time) {
	return calendar.format(time);
}

export function momentOf(time) {
	return exact.format(time);
}

/** A length of time in the largest unit that is not zero: "40 s", "3 min", "2 h", "5 d". */
export function spanOf(seconds) {
	for (const [unit, length] of [["days", 86400], ["hours", 3600], ["minutes", 60]])
		if (seconds >= length)
			return say(unit, { n: Math.floor(seconds / length) });
	return say("seconds", { n: Math.max(0, Math.floor(seconds)) });
}
