// The suggestions for the word before the caret, shown while the user types: people after an @,
// commands with their help after a slash. Tab or a click completes the word.

import { byId, createList, element, setText } from "./dom.js";

const SHOWN = 8;
const box = byId("suggestions");

/** take(value) is called when a suggestion is clicked. */
export function createSuggestions(take) {
	const drawRows = createList(box, ({ value, about }) => `${value} ${about}`, makeRow, () => {});

	// A click must not take the focus from the field.
	box.addEventListener("mousedown", (event) => event.preventDefault());

	return { draw, hide };

	function draw(choices) {
		const first = choices.slice(0, SHOWN);
		drawRows(first);
		box.hidden = first.length === 0;
	}

	function hide() {
		box.hidden = true;
	}

	function makeRow({ value, shown, about }) {
		const row = element("button", { type: "button", className: "row", tabIndex: -1 },
			element("bdi", { className: "name", textContent: shown }), element("span", { className: "about", dir: "auto" }));
		setText(row.lastElementChild, about);
		row.addEventListener("click", () => take(value));
		return element("li", {}, row);
	}
}
