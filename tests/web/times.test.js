// Times are in the page's language, as the reader's region writes it.

import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { formatDuration, formatStamp, formatTime, localeFor, setHours } = await load("i18n/times.js");

test("the locale is the browser's for the page's language, if it has one", () => {
	assert.equal(localeFor("en", ["de-AT", "en-GB", "en"]), "en-GB");
	assert.equal(localeFor("de", ["en-US"]), "de");
	assert.equal(localeFor("de", ["deu", "DE-ch"]), "DE-ch");
});

test("hours are counted to 12 or 24 as wished; copies always to 24", () => {
	const evening = new Date(2026, 0, 2, 20, 5).getTime();
	const shown = (hours) => (setHours(hours), formatTime(evening).replace("\u202f", " "));
	assert.equal(shown("12"), "8:05 PM");
	assert.equal(shown("24"), "20:05");
	assert.equal(shown("system"), "8:05 PM");
	assert.equal(formatStamp(evening), "20:05");
	assert.equal((setHours("24"), formatTime(new Date(2026, 0, 2, 0, 5).getTime())), "00:05");
	setHours("system");
});

test("a duration is in the largest unit that is not zero", () => {
	assert.deepEqual([0, 40, 60, 3599, 3600, 7200, 86400, 500_000].map(formatDuration), ["0 s", "40 s", "1 min", "59 min", "1 h", "2 h", "1 d", "5 d"]);
});
