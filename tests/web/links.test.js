import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { splitLinks } = await load("lib/links.js");

const hrefs = (text) => splitLinks(text).filter(({ href }) => href).map(({ href }) => href);

test("a text without addresses is one piece", () => {
	assert.deepEqual(splitLinks("no <b>links</b> here"), [{ text: "no <b>links</b> here" }]);
	assert.deepEqual(splitLinks(""), []);
});

test("addresses are found, and no text is lost", () => {
	const text = "see http://a.example/x?y=1#z and HTTPS://b.example, or not";
	assert.deepEqual(hrefs(text), ["http://a.example/x?y=1#z", "HTTPS://b.example"]);
	assert.equal(splitLinks(text).map((piece) => piece.text).join(""), text);
});

test("the end of a sentence is not part of an address", () => {
	assert.deepEqual(hrefs("(https://a.example/b)."), ["https://a.example/b"]);
	assert.deepEqual(hrefs("https://a.example/Tea_(drink)!"), ["https://a.example/Tea_(drink)"]);
	assert.deepEqual(hrefs("“https://a.example/b”"), ["https://a.example/b"]);
});

test("only http and https are links", () => {
	for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "file:///etc/passwd", "xhttp://a.example", "http://", "https://[x"])
		assert.deepEqual(hrefs(text), [], text);
});

test("an address ends where markup begins", () => {
	assert.deepEqual(hrefs("<a href=\"https://a.example/\">"), ["https://a.example/"]);
});
