import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { bytesOf, linesIn } = await load("lib/text_length.js");

test("a text is as long as the server counts it", () => {
	assert.equal(bytesOf("\n\n\u202eé🍵\u0007\r\n\n"), 6);
	assert.equal(bytesOf("   "), 3);
	assert.equal(bytesOf(`a${"\u0301".repeat(8)}`), 17);
	assert.equal(bytesOf(`a${"\u0301\u200b".repeat(500)}b${"\u0301".repeat(9)}`), 1 + 16 + 1500 + 1 + 16, "marks past the eighth are removed");
	assert.equal(linesIn("\n a\r\nb\n\n"), 2);
	assert.equal(linesIn(`a${"\n".repeat(5000)}b`), 5001, "and it is fast");
});
