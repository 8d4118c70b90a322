import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { splitLinks } = await load("lib/links.js");

const links = (text) => splitLinks(text).filter(({ href }) => href);
const found = (text) => links(text).map((piece) => piece.text);

test("a text without addresses is one piece", () => {
	assert.deepEqual(splitLinks("no <b>links</b> here"), [{ text: "no <b>links</b> here" }]);
	assert.deepEqual(splitLinks(""), []);
});

test("addresses are found, and no text is lost", () => {
	const text = "see http://a.example/x?y=1#z and HTTPS://b.example, or not";
	assert.deepEqual(found(text), ["http://a.example/x?y=1#z", "HTTPS://b.example"]);
	assert.equal(splitLinks(text).map((piece) => piece.text).join(""), text);
});

test("what closes a sentence, a bracket or a quotation in any language is not part of an address", () => {
	for (const [open, close] of ["()", "[]", "“”", "„“", "«»", "»«", "‹›", "‚‘", "``", "''", "（）", "「」", "『』", "【】", "《》", "**", "__", "||"].map((pair) => [...pair]))
		for (const after of ["", ".", "!", "。", "…", ",", "、", "？"])
			assert.deepEqual(found(`x ${open}https://a.example/b${close}${after}`.replace("x __", "x __")), ["https://a.example/b"], open + close + after);
	assert.deepEqual(found("https://a.example/Tea_(drink)!"), ["https://a.example/Tea_(drink)"]);
	assert.deepEqual(found("https://a.example/a_b_"), ["https://a.example/a_b_"]);
	assert.deepEqual(found("https://a.example/日本（茶）"), ["https://a.example/日本（茶）"]);
});

test("www. and mailto: are links, too", () => {
	assert.deepEqual(links("www.a.example/x, mailto:ann@a.example.").map(({ text, href }) => [text, href]),
		[["www.a.example/x", "https://www.a.example/x"], ["mailto:ann@a.example", "mailto:ann@a.example"]]);
});

test("nothing else is a link", () => {
	for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "file:///etc/passwd", "xhttp://a.example", "http://", "https://[x",
		"www.", "www.a", "awww.a.example", "mailto:", "mailto:ann", "mailto:x?subject=y", "ann@a.example", "@https://a.example"])
		assert.deepEqual(found(text), [], text);
});

test("an address ends where markup begins", () => {
	assert.deepEqual(found("<a href=\"https://a.example/\">"), ["https://a.example/"]);
});

test("a host that could be taken for another one is shown in punycode", () => {
	const shown = (text) => links(text)[0].shown;
	assert.equal(shown("https://\u0430pple.com/x"), "https://xn--pple-43d.com/x", "Cyrillic and Latin");
	assert.equal(shown("https://\u0430\u0440\u0440\u04cf\u0435.com:80/"), "https://xn--80ak6aa92e.com:80/", "Cyrillic that looks Latin");
	assert.equal(shown("https://ann@g\u03bf\u03bfgle.com"), "https://ann@xn--ggle-0nda.com", "Greek and Latin");
	assert.equal(shown("www.\u0440aypal.com"), "www.xn--aypal-uye.com");
	for (const text of ["https://a.example/\u0430b", "https://bücher.example", "https://пример.рф/", "https://日本語の-tea.jp", "https://한국tea.kr", "https://москва.com", "mailto:\u0430nn@a.example"])
		assert.equal(shown(text), undefined, text);
});

test("the time is linear, whatever the brackets", () => {
	const began = performance.now();
	splitLinks(`https://a.example/${"(".repeat(2000)}${")".repeat(60_000)}`);
	assert.ok(performance.now() - began < 3000);
});
