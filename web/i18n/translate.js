// Chooses the reader's language among the catalogues, and fills their sentences with values. What
// the server says (its help, some of its refusals) comes as it is. Knows no element.

import de from "./de.js";
import en from "./en.js";

const NAMES_SHOWN = 3;

export const LANGUAGES = { en, de };

/** The first of the browser's languages that the page speaks. */
export function chooseLanguage(wanted) {
	const known = wanted.map((name) => name.slice(0, 2).toLowerCase()).find((name) => Object.hasOwn(LANGUAGES, name));
	return known ?? "en";
}

export const language = chooseLanguage(globalThis.document ? navigator.languages : []);

const plurals = new Intl.PluralRules(language);

/** The sentence as it is written, for `count` of what it counts. */
export function pattern(key, count = 1) {
	const sentence = LANGUAGES[language][key];
	if (sentence === undefined)
		throw new Error(`There are no words for ${key}`);
	return typeof sentence === "string" ? sentence : sentence[plurals.select(count)] ?? sentence.other;
}

/** The sentence with its values: {name} becomes values.name. */
export function say(key, values = {}) {
	return pattern(key, values.count).replace(/\{(\w+)\}/gu, (_, name) => values[name]);
}

/** The same in pieces, where a value may be anything, such as an element. */
export function compose(key, values) {
	return pattern(key, values.count).split(/\{(\w+)\}/u)
		.map((piece, i) => i % 2 ? values[piece] : piece)
		.flat().filter((piece) => piece !== "");
}

/** Names in words: `ann`, `ann and bob`, `ann, bob and cat`, `ann, bob and 3 others`. */
export function nameList(names) {
	const listed = (some) => some.flatMap((name, i) => i ? [", ", name] : [name]);
	if (names.length > NAMES_SHOWN)
		return compose("others", { names: listed(names.slice(0, NAMES_SHOWN - 1)), count: names.length - NAMES_SHOWN + 1 });
	return names.length < 2 ? names : compose("two", { a: listed(names.slice(0, -1)), b: names.at(-1) });
}
