// Which module of the page may import which, and how long the page waits for the last one.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import test from "node:test";

const WEB = new URL("../../web/", import.meta.url);
const IMPORT = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/gu;
const LAYERS = {
	"lib": ["lib"],
	"i18n": ["lib", "i18n"],
	"model": ["lib", "i18n", "model"],
	"net": ["lib", "net"],
	"view": ["lib", "i18n", "model", "view"],
	".": ["lib", "i18n", "model", "net", "view", "."],
};
// A browser learns of a module's imports only when it has the module: each step is a round trip.
const ROUND_TRIPS = 5;

// These are no modules: one runs before the first picture, one apart from the page.
const SCRIPTS = ["boot.js", "sw.js"];
const modules = readdirSync(WEB, { recursive: true }).filter((name) => name.endsWith(".js") && !SCRIPTS.includes(name));
const specifiers = new Map(modules.map((name) => [name, [...readFileSync(new URL(name, WEB), "utf8").matchAll(IMPORT)].map(([, specifier]) => specifier)]));
const imports = new Map(modules.map((name) => [name, specifiers.get(name).map((specifier) => posix.join(posix.dirname(name), specifier))]));

/** The first circle that is reached from the module, as a path; undefined if there is none. */
function circleFrom(name, path = [], done = new Set()) {
	if (path.includes(name))
		return [...path.slice(path.indexOf(name)), name];
	if (done.has(name))
		return undefined;
	done.add(name);
	return imports.get(name).map((next) => circleFrom(next, [...path, name], done)).find(Boolean);
}

test("imports are relative addresses of modules that exist", () => {
	assert.ok(modules.length > 20, String(modules));
	for (const [name, found] of specifiers)
		for (const [i, specifier] of found.entries()) {
			assert.match(specifier, /^\.{1,2}\//u, `${name} imports ${specifier}`);
			assert.ok(imports.has(imports.get(name)[i]), `${name} imports ${specifier}`);
		}
});

test("no module imports itself by way of others", () => {
	for (const name of modules)
		assert.equal(circleFrom(name)?.join(" -> "), undefined);
});

test("each folder imports only what is below it", () => {
	for (const [name, found] of imports) {
		const folder = posix.dirname(name);
		assert.ok(Object.hasOwn(LAYERS, folder), `${name} is in none of the folders`);
		for (const other of found)
			assert.ok(LAYERS[folder].includes(posix.dirname(other)), `${name} imports ${other}`);
	}
});

test("every module is used, and arrives within a few round trips", () => {
	const seen = new Set(["start.js"]);
	let latest = ["start.js"];
	for (let trips = 1; latest.length > 0; trips++) {
		assert.ok(trips <= ROUND_TRIPS, `${latest} take ${trips} round trips`);
		latest = [...new Set(latest.flatMap((name) => imports.get(name)))].filter((name) => !seen.has(name));
		latest.forEach((name) => seen.add(name));
	}
	assert.deepEqual(modules.filter((name) => !seen.has(name)), []);
});

/** All that a module needs, and itself, but for what comes by way of one other. */
function reached(name, without = "", found = new Set()) {
	found.add(name);
	for (const next of imports.get(name))
		if (next !== without && !found.has(next))
			reached(next, without, found);
	return found;
}

test("index.html preloads every module, so that none waits for another", () => {
	const page = readFileSync(new URL("index.html", WEB), "utf8");
	const [before, after] = page.split("<template id=\"modules\">");
	const [template, later] = after.split("</template>");
	const preloaded = (html) => [...html.matchAll(/<link rel="modulepreload" href="([^"]+)">/gu)].map(([, name]) => name);
	const first = ["i18n/greeting.js", "i18n/translate.js", "lib/storage.js", "net/address.js"];
	assert.deepEqual(preloaded(before), first, "what start.js needs");
	// boot.js preloads the sentences, of the one language that is used.
	const atLogin = reached("main.js", "dialogs.js");
	const rest = modules.filter((name) => atLogin.has(name) && ![...first, "i18n/en.js", "i18n/de.js"].includes(name));
	assert.deepEqual(preloaded(template).toSorted(), rest.toSorted(), "add or remove the line in index.html's head");
	const afterLogin = [...reached("dialogs.js")].filter((name) => !atLogin.has(name));
	assert.deepEqual(preloaded(later).toSorted(), afterLogin.toSorted(), "the same for what is loaded after the login");
	assert.match(page, /<script type="module" src="start.js">/u);
	assert.doesNotMatch(page, /<script(?! type="module" src="start.js"| src="boot.js")/u, "nothing else delays the first picture");
});

test("a new visitor's login form needs only a few modules", () => {
	const needed = new Set(["start.js"]);
	for (const name of needed)
		for (const other of imports.get(name))
			if (other !== "main.js" && other !== "i18n/de.js")
				needed.add(other);
	assert.deepEqual([...needed].sort(), ["i18n/en.js", "i18n/greeting.js", "i18n/translate.js", "lib/storage.js", "net/address.js", "start.js"]);
});
