// The suggestions for the word before the caret, over the end of the messages, shown while the user
// types: people, rooms, and commands with their help.

import { byId, element, setText } from "./dom.js";
import { createListbox } from "./listbox.js";

const box = byId("suggestions");

/** take(value) is called when a suggestion is chosen. */
export function createSuggestions(field, take) {
	const list = createListbox(field, box, {
		make: ({ shown }) => [element("bdi", { className: "name", textContent: shown }), element("span", { className: "about", dir: "auto" })],
		update: (option, { about }) => setText(option.lastElementChild, about),
		take: ({ value }) => take(value),
	});

	return { draw, hide, move: list.move, isOpen: () => !box.hidden, takeChosen: () => take(list.chosen().value) };

	function draw(choices) {
		box.hidden = choices.length === 0;
		// What is out of view and has no size cannot be scrolled to.
		list.draw(choices.map((choice) => ({ key: `${choice.value} ${choice.about}`, ...choice })));
	}

	function hide() {
		box.hidden = true;
		list.clear();
	}
}
