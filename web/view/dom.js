// Small tools to make and keep elements. Text only ever becomes text nodes.

/** The element with this id; a missing one is a mistake in index.html. */
export function part(id) {
	const found = document.getElementById(id);
	if (!found)
		throw new Error(`index.html has no #${id}`);
	return found;
}

/** Makes an element; names with a dash are attributes, all others properties. */
export function element(tag, properties = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(properties)) {
		if (name.includes("-"))
			made.setAttribute(name, value);
		else
			made[name] = value;
	}
	made.append(...children);
	return made;
}

export function icon(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	use.setAttribute("href", `#icon-${name}`);
	svg.append(use);
	return svg;
}

// Writing what already stands there would make screen readers say it again.
export function setText(at, text) {
	if (at.textContent !== text)
		at.textContent = text;
}

/**
 * Keeps the children of a list in step with items, moving and making as few as it can, so
 * that focus stays where it is. keyOf(item) is unique; make(item) gives a row; update(row, item).
 */
export function createList(parent, keyOf, make, update) {
	const rows = new Map();

	return function draw(items) {
		const wanted = new Set(items.map(keyOf));
		for (const [key, row] of rows)
			if (!wanted.has(key)) {
				row.remove();
				rows.delete(key);
			}
		let place = parent.firstElementChild;
		for (const item of items) {
			const key = keyOf(item);
			if (!rows.has(key))
				rows.set(key, make(item));
			const row = rows.get(key);
			update(row, item);
			if (row === place)
				place = place.nextElementSibling;
			else
				parent.insertBefore(row, place);
		}
	};
}
