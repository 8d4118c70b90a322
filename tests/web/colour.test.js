// The colours of names: which number a name has, which it has in a room, and how they look.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { contrast, distance, mixed } from "./contrast.js";
import { load } from "./load.js";

const { COLOURS, colourOf } = await load("lib/colour.js");
const { assignColours, colourIn, keepColours, renameColour } = await load("model/colours.js");
const sheet = readFileSync(new URL("../../web/style/base.css", import.meta.url), "utf8");

// The tokens of each theme.
const [light, dark] = [2, 3].map((group) => Object.fromEntries([...sheet.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/gu)]
	.map((found) => [found[1], found[group]])));
const BACKGROUNDS = ["paper", "sidebar", "raised", "hover", "current", "mention"];
const READABLE = 4.5;
const TILE = 0.14; // share of the colour in a tile, as in log.css
const names = [...sheet.matchAll(/\[data-colour="(\d+)"\] \{ --nick: light-dark\((#\w{6}), (#\w{6})\); \}/gu)]
	.map(([, number, onLight, onDark]) => ({ number: Number(number), onLight, onDark }));

// The terminal client has the same list in tests/unit/client_colour_test.c.
const NUMBERS = {
	ann: 11, Ann: 11, bob: 9, kim: 3, zoe: 1, leslie: 6, kimberly: 8, noor: 1, bot: 3, sam: 5,
	"Zoë": 13, "Zoe\u0308": 13, "田中": 1, "ויקטור": 7, "marguerite-de-la-tour": 8,
};

test("contrast and distance are those of the standards", () => {
	assert.equal(contrast("#000000", "#ffffff"), 21);
	assert.equal(contrast("#767676", "#ffffff").toFixed(2), "4.54");
	assert.equal(distance("#000000", "#ffffff").toFixed(3), "1.000");
	assert.equal(mixed("#ffffff", 0.5, "#000000"), "#808080");
});

test("a name has the same number everywhere", () => {
	for (const [nick, number] of Object.entries(NUMBERS))
		assert.equal(colourOf(nick), number, nick);
});

test("numbers are spread evenly", () => {
	const counts = Array(COLOURS).fill(0);
	for (let i = 0; i < 1600; i++)
		counts[colourOf(`guest${i}`)]++;
	assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 140, String(counts));
});

test("in a room the next free colour is taken, in order of arrival", () => {
	const colours = new Map();
	assignColours(colours, ["kim", "bot"]);
	assignColours(colours, ["zoe", "noor", "KIM"]);
	assert.deepEqual([...colours], [["kim", 3], ["bot", 6], ["zoe", 1], ["noor", 4]]);
	keepColours(colours, ["Bot", "noor"]);
	assignColours(colours, ["zoe"]);
	assert.deepEqual([...colours], [["bot", 6], ["noor", 4], ["zoe", 1]], "those who stay keep theirs");
	renameColour(colours, "bot", "robot");
	assert.equal(colourIn({ colours }, "Robot"), 6);
	assert.equal(colourIn({ colours }, "bot"), 3, "who is not there has the name's");
	assert.equal(colourIn(undefined, "bot"), 3);
});

test("16 people have 16 colours, and more their names'", () => {
	const colours = new Map();
	const people = Array.from({ length: 40 }, (_, i) => `p${i}`);
	assignColours(colours, people.slice(0, COLOURS));
	assert.equal(new Set(colours.values()).size, COLOURS);
	assignColours(colours, people);
	for (const nick of people.slice(COLOURS))
		assert.equal(colours.get(nick), colourOf(nick));
});

test("every name is readable on every background of both themes, and on its tile", () => {
	assert.deepEqual(names.map(({ number }) => number), Array.from({ length: COLOURS }, (_, i) => i));
	for (const { number, onLight, onDark } of names)
		for (const [tokens, colour] of [[light, onLight], [dark, onDark]]) {
			for (const name of BACKGROUNDS)
				assert.ok(contrast(colour, tokens[name]) >= READABLE, `${number} on ${name}`);
			assert.ok(contrast(colour, mixed(colour, TILE, tokens.paper)) >= READABLE, `${number} on its tile`);
		}
});

test("any two names' colours can be told apart", () => {
	for (const theme of ["onLight", "onDark"])
		for (const one of names)
			for (const other of names.slice(0, one.number))
				assert.ok(distance(one[theme], other[theme]) > 0.09, `${theme}: ${one.number} and ${other.number}`);
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

test("the panes at the sides differ from the conversation", () => {
	assert.ok(distance(light.sidebar, light.paper) > 0.03);
	assert.ok(distance(dark.sidebar, dark.paper) > 0.03);
});
