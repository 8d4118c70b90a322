// The options below a text field that keeps the focus: one of them is always highlighted, the arrow
// keys move to others. Screen readers learn of it by aria-activedescendant.

import { createList, element } from "./dom.js";

/**
 * field, box: the text field and the element of the options. make(item) returns an option's content,
 * update(option, item) is called at each drawing, take(item) when an option is clicked. Items are
 * { key, group, .. }: groups is a list of [group, heading element or null], each of which gets a part.
 */
export function createListbox(field, box, { groups = [["", null]], make, update = () => {}, take }) {
	const parts = new Map(groups.map(([name, heading]) => [name, makePart(name, heading)]));
	let items = [];
	let chosen = 0;

	box.setAttribute("role", "listbox");
	field.setAttribute("aria-autocomplete", "list");
	field.setAttribute("aria-controls", box.id);
	// A click must not take the focus from the field.
	box.addEventListener("mousedown", (event) => event.preventDefault());
	box.addEventListener("click", ({ target }) => {
		const option = target.closest("[role=option]");
		const item = option && items.find(({ key }) => key === option.dataset.key);
		if (item)
			take(item);
	});

	return { draw, move, clear: () => draw([]), chosen: () => items[chosen] };

	function makePart(name, heading) {
		const list = element("ul", { className: "rows", role: "presentation" });
		const part = heading === null ? list : element("div", { role: "group" }, heading, list);
		if (heading !== null)
			part.setAttribute("aria-labelledby", heading.id);
		box.append(part);
		return { part, drawRows: createList(list, ({ key }) => key, makeOption, update) };
	}

	function makeOption(item) {
		const option = element("li", { "className": "row", "role": "option", "id": `${box.id}-${++made}` }, ...make(item));
		option.dataset.key = item.key;
		return option;
	}

	/** Draws the items, and highlights the one at this place. */
	function draw(wanted, at = 0) {
		// In the order in which they are shown.
		items = [...parts.keys()].flatMap((name) => wanted.filter(({ group = "" }) => group === name));
		for (const [name, { part, drawRows }] of parts) {
			const shown = items.filter(({ group = "" }) => group === name);
			drawRows(shown);
			part.hidden = shown.length === 0;
		}
		choose(at);
	}

	/** step: 1 and -1, which go round; Infinity and -Infinity go to the ends. */
	function move(step) {
		const last = items.length - 1;
		if (Math.abs(step) === 1)
			choose((chosen + step + items.length) % items.length);
		else
			choose(Math.max(0, Math.min(last, chosen + step)));
	}

	function choose(at) {
		chosen = Math.max(0, Math.min(at, items.length - 1));
		const key = items[chosen]?.key;
		let active = null;
		for (const option of box.querySelectorAll("[role=option]")) {
			const isChosen = option.dataset.key === key;
			option.setAttribute("aria-selected", String(isChosen));
			if (isChosen)
				active = option;
		}
		if (active === null)
			return field.removeAttribute("aria-activedescendant");
		field.setAttribute("aria-activedescendant", active.id);
		active.scrollIntoView({ block: "nearest" });
	}
}

let made = 0;
