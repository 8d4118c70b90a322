import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { load } from "./load.js";

const { HARDEST, READABLE, colourOf, contrast, hueOf } = await load("lib/colour.js");
const sheet = readFileSync(new URL("../../web/style/base.css", import.meta.url), "utf8");

// The tokens of each theme: the first :root has the light ones, the second the dark ones.
const [light, dark] = [...sheet.matchAll(/:root \{([^}]*)\}/gu)]
	.map(([, body]) => Object.fromEntries([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/gu)].map(([, name, value]) => [name, value])));
const BACKGROUNDS = ["paper", "sidebar", "raised", "hover", "current", "mention"];

test("contrast is WCAG's", () => {
	assert.equal(contrast("#000000", "#ffffff"), 21);
	assert.equal(contrast("#777777", "#777777"), 1);
	assert.equal(contrast("#767676", "#ffffff").toFixed(2), "4.54");
});

test("a nick has the same colour in any case", () => {
	assert.deepEqual(colourOf("Ann"), colourOf("ann"));
	assert.notEqual(hueOf("ann"), hueOf("anm"));
});

test("hues are spread over the whole circle", () => {
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

test("the backgrounds in colour.js are those with the least contrast", () => {
	for (const name of BACKGROUNDS) {
		assert.ok(contrast(light[name], "#000000") >= contrast(HARDEST.light, "#000000"), name);
		assert.ok(contrast(dark[name], "#ffffff") >= contrast(HARDEST.dark, "#ffffff"), name);
	}
});

test("the style sheet's own text colours are readable on its backgrounds", () => {
	for (const tokens of [light, dark]) {
		for (const ink of ["ink", "muted", "accent", "alarm"])
			for (const name of BACKGROUNDS)
				assert.ok(contrast(tokens[ink], tokens[name]) >= READABLE, `${ink} on ${name}: ${tokens[ink]} on ${tokens[name]}`);
		assert.ok(contrast(tokens["on-accent"], tokens.accent) >= READABLE);
		assert.ok(contrast(tokens["on-accent"], tokens["accent-hover"]) >= READABLE);
		assert.ok(contrast(tokens.alarm, tokens["alarm-paper"]) >= READABLE);
		assert.ok(contrast(tokens.paper, tokens.muted) >= READABLE, "counts");
		assert.ok(contrast(tokens["edge-strong"], tokens.raised) >= 3, "the border of a field");
	}
});
