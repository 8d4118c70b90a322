// Formats times and durations in the reader's language and time zone.

import { t } from "./translate.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const stamp = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export function formatTime(time) {
	return clock.format(time);
}

/** `12:04` in every language: for text that is copied to others. */
export function formatStamp(time) {
	return stamp.format(time);
}

export function formatDay(time) {
	return calendar.format(time);
}

export function formatDateTime(time) {
	return exact.format(time);
}

/** A duration in the largest unit that is not zero: "40 s", "3 min", "2 h", "5 d". */
export function formatDuration(seconds) {
	for (const [unit, length] of [["days", 86400], ["hours", 3600], ["minutes", 60]])
		if (seconds >= length)
			return t(unit, { n: Math.floor(seconds / length) });
	return t("seconds", { n: Math.max(0, Math.floor(seconds)) });
}
