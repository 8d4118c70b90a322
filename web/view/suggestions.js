// What the word before the caret may become, shown while it is typed: people behind an @, the
// server's commands, with what they do, behind a slash. Tab takes them; a click, too.

import { createList, element, part, setText } from "./dom.js";

const SHOWN = 8;
const box = part("suggestions");

/** take(value): it was clicked. */
export function createSuggestions(take) {
	const drawRows = createList(box, ({ value, about }) => `${value} ${about}`, makeRow, () => {});

	// Before the field would lose the focus.
	box.addEventListener("mousedown", (event) => event.preventDefault());

	return { draw, hide };

	function draw(choices) {
		const some = choices.slice(0, SHOWN);
		drawRows(some);
		box.hidden = some.length === 0;
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
