// Completion and recall: what Tab and the arrows do to what is being typed.

import assert from "node:assert/strict";
import test from "node:test";
import { page } from "./load.js";

const { createCompleter, replaceWord, suggestions } = await page("model/completion.js");
const { bytesOf, linesIn } = await page("lib/text_length.js");
const { createRecall } = await page("model/input_history.js");

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

test("a nick behind an @ keeps it", () => {
	assert.equal(createCompleter()("ask @di", 7, known).text, "ask @dilbert ");
	assert.equal(createCompleter()("@A", 2, known).text, "@ann ");
});

test("an @ shows people, and a slash commands with what they do", () => {
	const all = { ...known, help: [{ usage: "/me ACTION", about: "others see it" }, { usage: "/msg NICK TEXT", about: "tell one" }] };
	assert.deepEqual(suggestions("hi @d", 5, all).map(({ shown }) => shown), ["dilbert", "Dana"]);
	assert.deepEqual(suggestions("/m", 2, all).map(({ value, about }) => [value, about]), [["/me ", "others see it"], ["/msg ", "tell one"]]);
	for (const typed of ["d", "hi d", "@", "@ann", "a /m", "/me", "//m", "mail@d x"])
		assert.deepEqual(suggestions(typed, typed.length, all), [], typed);
	assert.deepEqual(replaceWord("hi @d there", 5, "@Dana "), { text: "hi @Dana  there", caret: 9 });
});

test("a text is as long as the server finds it", () => {
	assert.equal(bytesOf("\n\n\u202eé🍵\u0007\r\n\n"), 6);
	assert.equal(bytesOf("   "), 3);
	assert.equal(bytesOf(`a${"\u0301".repeat(8)}`), 17);
	assert.equal(bytesOf(`a${"\u0301\u200b".repeat(500)}b${"\u0301".repeat(9)}`), 1 + 16 + 1500 + 1 + 16, "marks past the eighth are taken out");
	assert.equal(linesIn("\n a\r\nb\n\n"), 2);
	assert.equal(linesIn(`a${"\n".repeat(5000)}b`), 5001, "and it is told before anybody waits");
});
