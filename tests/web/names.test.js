import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { mentionsNick, splitMentions, sameName, sortedNames } = await load("lib/names.js");

test("names that differ only in case or composition are the same", () => {
	assert.ok(sameName("Ann", "aNN"));
	assert.ok(sameName("Zo\u00eb", "zoe\u0308"));
	assert.ok(!sameName("ann", "anna"));
});

test("a mention is a whole word", () => {
	assert.ok(mentionsNick("Pat: tea?", "pat"));
	assert.ok(mentionsNick("is (pat) here", "pat"));
	assert.ok(!mentionsNick("a pattern", "pat"));
	assert.ok(!mentionsNick("émile", "mile"), "a letter beyond ASCII is a letter");
	assert.ok(!mentionsNick("anything", ""));
});

test("what nicks may have belongs to the word", () => {
	for (const text of ["ann-marie: hi", "x-ann ok", "ann.b", "ann_x", "x.ann", "o'ann", "ann|away", "x--ann", "ann+1"])
		assert.ok(!mentionsNick(text, "ann"), text);
	for (const text of ["ann, hi", "ann: hi", "hi ann.", "hi ann!", "(ann)", "„ann“", "@ann", "-ann", "ann?", "ann...", "ann...you?", "well...ann", "ann's tea", "ann’s", "tea—ann", "*ann*", "_hm_ ann", "ann👍", "👍 ann", "#ann"])
		assert.ok(mentionsNick(text, "ann"), text);
	assert.ok(!mentionsNick("ann'sx", "ann"));
});

test("scripts without spaces between words do not hide a name", () => {
	for (const [text, nick] of [["你好小明在吗", "小明"], ["你好ann在吗", "ann"], ["はいannさん", "ann"], ["ann，你好", "ann"], ["好-ann", "ann"]])
		assert.ok(mentionsNick(text, nick), text);
	assert.ok(!mentionsNick("你好joann在吗", "ann"));
	assert.deepEqual(splitMentions("你好ann在吗", "ann"), [{ text: "你好" }, { text: "ann", mention: true }, { text: "在吗" }]);
});

test("nothing inside an address is a mention", () => {
	for (const text of ["see https://x.org/ann/", "https://ann/", "http://x.org/?q=ann", "mail bob@ann.org", "ann@x.org wrote"])
		assert.ok(!mentionsNick(text, "ann"), text);
	assert.ok(mentionsNick("ann: see https://x.org/ann/", "ann"));
	assert.ok(mentionsNick("https://x.org/ann/ is for ann", "ann"));
});

test("long runs of punctuation take no time", () => {
	// The time of this process, since other programs may take turns.
	const before = process.cpuUsage();
	for (const text of ["-".repeat(4000), "-".repeat(2000) + "ann" + "-".repeat(2000), "a-".repeat(2000), "ann-".repeat(1000)])
		mentionsNick(text, "ann");
	assert.ok(process.cpuUsage(before).user < 200_000);
});

test("special characters in a nick are taken literally", () => {
	assert.ok(mentionsNick("hello a.b", "a.b"));
	assert.ok(!mentionsNick("hello axb", "a.b"));
	assert.ok(mentionsNick("is c++ here", "c++"));
	assert.ok(mentionsNick("a-b?", "a-b"));
});

test("names are sorted without regard to case, and numbers by value", () => {
	assert.deepEqual(sortedNames(["bob", "Ann", "guest10", "guest9", "ann2"]), ["Ann", "ann2", "bob", "guest9", "guest10"]);
});

test("the places of a name in a text are found, and no text is lost", () => {
	const pieces = (text) => splitMentions(text, "Ann").map((piece) => piece.mention ? `[${piece.text}]` : piece.text).join("|");
	assert.equal(pieces("ann: hi, ANN!"), "[ann]|: hi, |[ANN]|!");
	assert.equal(pieces("joanna, x-ann"), "joanna, x-ann");
	assert.equal(pieces("\u0130 ann"), "\u0130 ann", "folding makes this longer");
	assert.equal(pieces(""), "");
});
