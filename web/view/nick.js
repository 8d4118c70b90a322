// A nick as an element: its writing direction isolated from the text around it, in its own colour.

import { colourOf } from "../lib/colour.js";
import { element } from "./dom.js";

export function nickElement(nick) {
	const made = element("bdi", { className: "nick", textContent: nick });
	paint(made, nick);
	return made;
}

/** Gives an element the two colours of a nick, of which the style sheet uses one per theme. */
export function paint(at, nick) {
	const { light, dark } = colourOf(nick);
	at.style.setProperty("--on-light", light);
	at.style.setProperty("--on-dark", dark);
}
