// A name as an element: its writing direction isolated from the text around it, in its colour.

import { colourOf } from "../lib/colour.js";
import { element } from "./dom.js";

export function nickElement(nick, colour = colourOf(nick)) {
	const made = element("bdi", { className: "nick", textContent: nick });
	paint(made, nick, colour);
	return made;
}

/**
 * A name that can be clicked. The Tab key passes it by, since there are as many as messages: Enter
 * in the log, or the list of people, leads to the same. Its colour is that of the line.
 */
export function nickButton(nick) {
	const made = element("button", { type: "button", className: "nick", tabIndex: -1 }, element("bdi", { textContent: nick }));
	made.dataset.nick = nick;
	return made;
}

/** Gives an element a square with the first letter of a name, which the style sheet draws before it. */
export function giveTile(at, nick, colour) {
	at.dataset.initial = initialOf(nick);
	paint(at, nick, colour);
}

/** Gives an element the colour with this number, which the style sheet knows. */
export function paint(at, nick, colour = colourOf(nick)) {
	at.dataset.colour = String(colour);
}

const graphemes = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;

/** The first letter or digit, as a whole grapheme in upper case. */
export function initialOf(nick) {
	const from = nick.search(/[\p{L}\p{N}]/u);
	const rest = nick.slice(Math.max(0, from));
	const first = graphemes ? graphemes.segment(rest)[Symbol.iterator]().next().value.segment : [...rest][0];
	const capital = first.toUpperCase();
	return [...capital].length > [...first].length ? first : capital;
}
