import assert from "node:assert/strict";
import test from "node:test";
import { page } from "./load.js";

const { mentions, sameName, sortedNames } = await page("lib/names.js");

test("names that differ only in case, or in how they are composed, are the same", () => {
	assert.ok(sameName("Ann", "aNN"));
	assert.ok(sameName("Zo\u00eb", "zoe\u0308"));
	assert.ok(!sameName("ann", "anna"));
});

test("a mention is a whole word", () => {
	assert.ok(mentions("Pat: tea?", "pat"));
	assert.ok(mentions("is (pat) here", "pat"));
	assert.ok(!mentions("a pattern", "pat"));
	assert.ok(!mentions("émile", "mile"), "a letter beyond ASCII is a letter");
	assert.ok(!mentions("anything", ""));
});

test("a nick's own signs mean themselves", () => {
	assert.ok(mentions("hello a.b", "a.b"));
	assert.ok(!mentions("hello axb", "a.b"));
	assert.ok(mentions("is c++ here", "c++"));
	assert.ok(mentions("a-b?", "a-b"));
});

test("names are listed as a reader looks them up", () => {
	assert.deepEqual(sortedNames(["bob", "Ann", "guest10", "guest9", "ann2"]), ["Ann", "ann2", "bob", "guest9", "guest10"]);
});
