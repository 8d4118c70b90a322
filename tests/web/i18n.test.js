// The catalogues are complete in each language, and the only place of sentences.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { load } from "./load.js";

const LANGUAGES = { en: (await load("i18n/en.js")).default, de: (await load("i18n/de.js")).default };
const { chooseLanguage, tParts, nameList, t } = await load("i18n/translate.js");
const WEB = new URL("../../web/", import.meta.url);
const modules = readdirSync(WEB, { recursive: true }).filter((name) => name.endsWith(".js"));
const CATALOGUES = ["i18n/en.js", "i18n/de.js", "i18n/command_help.js"];
const source = (name) => readFileSync(new URL(name, WEB), "utf8");

const forms = (words) => typeof words === "string" ? [words] : Object.values(words);
const values = (words) => [...new Set(forms(words).flatMap((form) => form.match(/\{\w+\}/gu) ?? []))].sort();

test("every language has every sentence, with the same values", () => {
	for (const [language, sentences] of Object.entries(LANGUAGES)) {
		assert.deepEqual(Object.keys(sentences), Object.keys(LANGUAGES.en), language);
		for (const [key, words] of Object.entries(sentences)) {
			assert.deepEqual(values(words), values(LANGUAGES.en[key]), `${language}: ${key}`);
			assert.ok(forms(words).every((form) => form.trim() !== ""), `${language}: ${key}`);
		}
	}
});

test("no sentence takes the place of another of the same key", () => {
	for (const language of Object.keys(LANGUAGES)) {
		const keys = [...source(`i18n/${language}.js`).matchAll(/^\t(\w+):/gmu)].map(([, key]) => key);
		assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) < at), [], language);
		assert.equal(keys.length, Object.keys(LANGUAGES[language]).length);
	}
});

test("each sentence is used, and each key in index.html exists", () => {
	const all = [...modules.filter((name) => !CATALOGUES.includes(name)), "index.html"].map(source).join("\n");
	for (const key of Object.keys(LANGUAGES.en))
		assert.match(all, new RegExp(`"${key}"`, "u"), key);
	for (const [, key] of source("index.html").matchAll(/data-i18n(?:-label|-title)?="(\w+)"/gu))
		assert.ok(Object.hasOwn(LANGUAGES.en, key), key);
});

test("there are no sentences outside the catalogues", () => {
	for (const name of modules.filter((module) => !CATALOGUES.includes(module)))
		for (const [, string] of source(name).replace(/^\s*(\/\/|\*|\/\*).*$/gmu, "").matchAll(/(?<![\w/]|rel: )["`](?!Ctrl |Alt |PgUp )((?:[A-Z]|\w+ )\w+ [\w ,]+\.?)["`]/gu))
			assert.fail(`${name}: ${string}`);
	const body = source("index.html").replace(/<span class="first"[^]*?<\/span>/gu, "").replace(/<(noscript|svg)[^]*?<\/\1>/gu, "").split("<body>")[1].replace(/<[^>]*>/gu, " ");
	assert.deepEqual(body.match(/\S+/gu).filter((word) => !["Teahouse", "Ctrl", "K"].includes(word)), []);
});

test("what is shown before the code has come is what the catalogues say", () => {
	const found = [...source("index.html").matchAll(/data-i18n="(\w+)">((?:<span class="first"[^]*?<\/span>)+)/gu)];
	assert.ok(found.length >= 3);
	for (const [, key, spans] of found)
		assert.deepEqual([...spans.matchAll(/lang="(\w+)">([^<]*)</gu)].map(([, language, text]) => [language, text]),
			Object.keys(LANGUAGES).map((language) => [language, LANGUAGES[language][key]]));
});

test("the first of the browser's languages that has a catalogue is chosen, else English", () => {
	assert.equal(chooseLanguage(["fr-CH", "de-AT", "en"]), "de");
	assert.equal(chooseLanguage(["EN-gb", "de"]), "en");
	assert.equal(chooseLanguage(["fr"]), "en");
	assert.equal(chooseLanguage([]), "en");
});

test("values are filled in once, unchanged", () => {
	assert.equal(t("leaveRoom", { name: "{name} $&" }), "Leave #{name} $&");
	assert.deepEqual(tParts("renamed", { nick: 1, new: 2 }), [1, " is now known as ", 2, "."]);
	assert.equal(t("tooLong", { count: 1, most: 4 }), "Too long by 1 byte (limit 4).");
});

test("of many names only the first are listed", () => {
	const listed = (...names) => nameList(names).join("");
	assert.equal(listed("ann"), "ann");
	assert.equal(listed("ann", "bob"), "ann and bob");
	assert.equal(listed("ann", "bob", "cat"), "ann, bob and cat");
	assert.equal(listed("ann", "bob", "cat", "dan", "eve"), "ann, bob and 3 others");
});
