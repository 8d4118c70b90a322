import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { createCompleter, replaceWord, suggestions } = await load("model/completion.js");

const known = { nicks: ["dilbert", "Dana", "ann"], rooms: ["tea", "main"], commands: ["/me", "/msg", "/join"] };

test("a nick at the start of a line gets a colon, elsewhere a space", () => {
	assert.deepEqual(createCompleter()("an", 2, known), { text: "ann: ", caret: 5 });
	assert.deepEqual(createCompleter()("ask an now", 6, known), { text: "ask ann  now", caret: 8 });
});

test("Tab again cycles through the choices, in order of preference", () => {
	const complete = createCompleter();
	const texts = [];
	for (let done = { text: "D", caret: 1 }; texts.length < 3;) {
		done = complete(done.text, done.caret, known);
		texts.push(done.text);
	}
	assert.deepEqual(texts, ["dilbert: ", "Dana: ", "dilbert: "]);
});

test("Tab keeps its usual effect if there is nothing (more) to complete", () => {
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

test("a nick after an @ is completed", () => {
	assert.equal(createCompleter()("ask @di", 7, known).text, "ask @dilbert ");
	assert.equal(createCompleter()("@A", 2, known).text, "@ann ");
});

test("an @ suggests people, and a slash commands with their help", () => {
	const all = { ...known, help: [{ usage: "/me ACTION", about: "others see it" }, { usage: "/msg NICK TEXT", about: "tell one" }] };
	assert.deepEqual(suggestions("hi @d", 5, all).map(({ shown }) => shown), ["dilbert", "Dana"]);
	assert.deepEqual(suggestions("/m", 2, all).map(({ value, about }) => [value, about]), [["/me ", "others see it"], ["/msg ", "tell one"]]);
	for (const typed of ["d", "hi d", "@", "@ann", "a /m", "/me", "//m", "mail@d x"])
		assert.deepEqual(suggestions(typed, typed.length, all), [], typed);
	assert.deepEqual(replaceWord("hi @d there", 5, "@Dana "), { text: "hi @Dana  there", caret: 9 });
});
