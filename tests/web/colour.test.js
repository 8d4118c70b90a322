import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { page } from "./load.js";

const { HARDEST, READABLE, colourOf, contrast, hueOf } = await page("lib/colour.js");
const sheet = readFileSync(new URL("../../web/style.css", import.meta.url), "utf8");

// The tokens of each theme: the first :root is the light one, the second changes it to the dark one.
const [light, dark] = [...sheet.matchAll(/:root \{([^}]*)\}/gu)]
	.map(([, body]) => Object.fromEntries([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/gu)].map(([, name, value]) => [name, value])));
const BACKGROUNDS = ["paper", "side", "raised", "hover", "here", "mention"];

test("contrast is WCAG's", () => {
	assert.equal(contrast("#000000", "#ffffff"), 21);
	assert.equal(contrast("#777777", "#777777"), 1);
	assert.equal(contrast("#767676", "#ffffff").toFixed(2), "4.54");
});

test("a nick's colour is steady, whatever its case", () => {
	assert.deepEqual(colourOf("Ann"), colourOf("ann"));
	assert.notEqual(hueOf("ann"), hueOf("anm"));
});

test("the hues are spread over the whole circle", () => {
	const sixths = new Set(Array.from({ length: 60 }, (_, i) => Math.floor(hueOf(`guest${i}`) / 60)));
	assert.equal(sixths.size, 6);
});

test("every nick is readable on every background of both themes", () => {
	for (let i = 0; i < 2000; i++) {
		const colours = colourOf(`nick${i}`);
		for (const [theme, tokens] of Object.entries({ light, dark }))
			for (const name of BACKGROUNDS)
				assert.ok(contrast(colours[theme], tokens[name]) >= READABLE, `nick${i} on ${theme} ${name}`);
	}
});

test("what colour.js takes for the hardest background is one", () => {
	for (const name of BACKGROUNDS) {
		assert.ok(contrast(light[name], "#000000") >= contrast(HARDEST.light, "#000000"), name);
		assert.ok(contrast(dark[name], "#ffffff") >= contrast(HARDEST.dark, "#ffffff"), name);
	}
});

test("the style sheet's own texts are readable where they stand", () => {
	for (const tokens of [light, dark]) {
		for (const ink of ["ink", "soft", "accent", "alarm"])
			for (const name of BACKGROUNDS)
				assert.ok(contrast(tokens[ink], tokens[name]) >= READABLE, `${ink} on ${name}: ${tokens[ink]} on ${tokens[name]}`);
		assert.ok(contrast(tokens["on-accent"], tokens.accent) >= READABLE);
		assert.ok(contrast(tokens["on-accent"], tokens["accent-hover"]) >= READABLE);
		assert.ok(contrast(tokens.alarm, tokens["alarm-paper"]) >= READABLE);
		assert.ok(contrast(tokens.paper, tokens.soft) >= READABLE, "counts");
		assert.ok(contrast(tokens["edge-strong"], tokens.raised) >= 3, "the border of a field");
	}
});
