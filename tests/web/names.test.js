import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { mentionsNick, sameName, sortedNames } = await load("lib/names.js");

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

test("special characters in a nick are taken literally", () => {
	assert.ok(mentionsNick("hello a.b", "a.b"));
	assert.ok(!mentionsNick("hello axb", "a.b"));
	assert.ok(mentionsNick("is c++ here", "c++"));
	assert.ok(mentionsNick("a-b?", "a-b"));
});

test("names are sorted without regard to case, and numbers by value", () => {
	assert.deepEqual(sortedNames(["bob", "Ann", "guest10", "guest9", "ann2"]), ["Ann", "ann2", "bob", "guest9", "guest10"]);
});
