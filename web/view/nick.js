// A nick as an element: isolated from the text around it, in its own steady colour.

import { colourOf } from "../lib/colour.js";
import { element } from "./dom.js";

export function nickElement(nick, className = "nick") {
	const made = element("bdi", { className, textContent: nick });
	paint(made, nick);
	return made;
}

/** Gives the style sheet the two colours to choose from. */
export function paint(at, nick) {
	const { light, dark } = colourOf(nick);
	at.style.setProperty("--on-light", light);
	at.style.setProperty("--on-dark", dark);
}
