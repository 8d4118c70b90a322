// Formats times and durations in the page's language and the reader's time zone, which may change
// while the page is open.

import { language, t } from "./translate.js";

/** The browser's form of the page's language, such as en-GB for en, if it has one. */
export function localeFor(wanted, locales) {
	return locales.find((locale) => locale.toLowerCase().split("-")[0] === wanted) ?? wanted;
}

const CYCLES = { 12: "h12", 24: "h23" };
const locale = localeFor(language, globalThis.document ? navigator.languages : []);
let hours = "system";
let formats = makeFormats();

function makeFormats() {
	const hourCycle = CYCLES[hours];
	return {
		clock: new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", hourCycle }),
		stamp: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
		calendar: new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
		exact: new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium", hourCycle }),
	};
}

/** chosen: "12", "24" or "system". Says whether it has changed, so that everything must be drawn again. */
export function setHours(chosen) {
	const changed = chosen !== hours;
	hours = chosen;
	formats = makeFormats();
	return changed;
}

/** Says whether the time zone has changed, so that everything must be drawn again. */
export function timeZoneChanged() {
	const changed = new Intl.DateTimeFormat().resolvedOptions().timeZone !== formats.clock.resolvedOptions().timeZone;
	if (changed)
		formats = makeFormats();
	return changed;
}

export function formatTime(time) {
	return formats.clock.format(time);
}

/** `12:04` in every language: for text that is copied to others. */
export function formatStamp(time) {
	return formats.stamp.format(time);
}

export function formatDay(time) {
	return formats.calendar.format(time);
}

export function formatDateTime(time) {
	return formats.exact.format(time);
}

/** A duration in the largest unit that is not zero: "40 s", "3 min", "2 h", "5 d". */
export function formatDuration(seconds) {
	for (const [unit, length] of [["days", 86400], ["hours", 3600], ["minutes", 60]])
		if (seconds >= length)
			return t(unit, { n: Math.floor(seconds / length) });
	return t("seconds", { n: Math.max(0, Math.floor(seconds)) });
}
