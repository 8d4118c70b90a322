import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { createInputHistory } = await load("model/input_history.js");

test("Up in an empty field recalls what was sent, Down goes back", () => {
	const history = createInputHistory();
	["one", "two", "two"].forEach(history.add);
	assert.equal(history.earlier(""), "two");
	assert.equal(history.earlier("two"), "one");
	assert.equal(history.earlier("one"), null);
	assert.equal(history.later("one"), "two");
	assert.equal(history.later("two"), "");
});

test("the arrows do not replace text that is being written", () => {
	const history = createInputHistory();
	history.add("one");
	assert.equal(history.earlier("new text"), null);
	assert.equal(history.earlier(""), "one");
	assert.equal(history.earlier("one, changed"), null);
	assert.equal(history.later("one, changed"), null);
});
