// Chooses the catalogue for the reader's language and fills its sentences with values. Text from
// the server that has no code is not translated. Does not know the DOM.

import { rememberedSettings } from "../lib/storage.js";

const NAMES_SHOWN = 3;

// Only the one that is used is loaded.
const CATALOGUES = { en: () => import("./en.js"), de: () => import("./de.js") };

/** The first of the browser's languages for which there is a catalogue, else English. */
export function chooseLanguage(wanted) {
	const known = wanted.map((name) => String(name).slice(0, 2).toLowerCase()).find((name) => Object.hasOwn(CATALOGUES, name));
	return known ?? "en";
}

// The language of the settings, if it was chosen there, comes first.
export const language = chooseLanguage([rememberedSettings().language, ...globalThis.document ? navigator.languages : []]);

const { default: sentences } = await CATALOGUES[language]();
const plurals = new Intl.PluralRules(language);

/** The sentence without its values, in the form for `count`. */
function pattern(key, count = 1) {
	const sentence = sentences[key];
	if (sentence === undefined)
		throw new Error(`There is no sentence for ${key}`);
	return typeof sentence === "string" ? sentence : sentence[plurals.select(count)] ?? sentence.other;
}

const numbers = new Intl.NumberFormat(language);

/** The sentence with its values filled in: {name} becomes values.name. */
export function t(key, values = {}) {
	return pattern(key, values.count).replace(/\{(\w+)\}/gu, (_, name) => written(values[name]));
}

function written(value) {
	return typeof value === "number" ? numbers.format(value) : value;
}

/** As t(), but returns an array of pieces, so that values can be elements. */
export function tParts(key, values) {
	return pattern(key, values.count).split(/\{(\w+)\}/u)
		.map((piece, i) => i % 2 ? values[piece] : piece)
		.flat().filter((piece) => piece !== "");
}

/** A list of names in words, as pieces: `ann`, `ann and bob`, `ann, bob and cat`, `ann, bob and 3 others`. */
export function nameList(names) {
	const listed = (some) => some.flatMap((name, i) => i ? [", ", name] : [name]);
	if (names.length > NAMES_SHOWN)
		return tParts("namesAndOthers", { names: listed(names.slice(0, NAMES_SHOWN - 1)), count: names.length - NAMES_SHOWN + 1 });
	return names.length < 2 ? names : tParts("nameAndName", { a: listed(names.slice(0, -1)), b: names.at(-1) });
}
