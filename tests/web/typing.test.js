// Completion and recall: what Tab and the arrows do to what is being typed.

import assert from "node:assert/strict";
import test from "node:test";
import { page } from "./page.js";

const { createCompleter } = await page("complete.js");
const { createRecall } = await page("recall.js");

const known = { nicks: ["dilbert", "Dana", "ann"], rooms: ["tea", "main"], commands: ["/me", "/msg", "/join"] };

test("a nick at the start of a line is spoken to, elsewhere only named", () => {
	assert.deepEqual(createCompleter()("an", 2, known), { text: "ann: ", caret: 5 });
	assert.deepEqual(createCompleter()("ask an now", 6, known), { text: "ask ann  now", caret: 8 });
});

test("Tab again goes round the choices, in order of preference", () => {
	const complete = createCompleter();
	const texts = [];
	for (let done = { text: "D", caret: 1 }; texts.length < 3;) {
		done = complete(done.text, done.caret, known);
		texts.push(done.text);
	}
	assert.deepEqual(texts, ["dilbert: ", "Dana: ", "dilbert: "]);
});

test("Tab is left to the page where there is nothing (more) to complete", () => {
	const complete = createCompleter();
	assert.equal(complete("", 0, known), null);
	assert.equal(complete("hello ", 6, known), null);
	assert.equal(complete("zz", 2, known), null);
	const { text, caret } = complete("an", 2, known);
	assert.equal(complete(text, caret, known), null, "the only choice is not offered twice");
});

test("commands, and rooms after /join", () => {
	assert.equal(createCompleter()("/j", 2, known).text, "/join ");
	assert.equal(createCompleter()("/join T", 7, known).text, "/join tea ");
	assert.equal(createCompleter()("/msg an", 7, known).text, "/msg ann ");
});

test("Up on an empty line calls back what was sent, Down returns", () => {
	const recall = createRecall();
	["one", "two", "two"].forEach(recall.keep);
	assert.equal(recall.earlier(""), "two");
	assert.equal(recall.earlier("two"), "one");
	assert.equal(recall.earlier("one"), null);
	assert.equal(recall.later("one"), "two");
	assert.equal(recall.later("two"), "");
});

test("the arrows leave alone what is being written", () => {
	const recall = createRecall();
	recall.keep("one");
	assert.equal(recall.earlier("new text"), null);
	assert.equal(recall.earlier(""), "one");
	assert.equal(recall.earlier("one, changed"), null);
	assert.equal(recall.later("one, changed"), null);
});
