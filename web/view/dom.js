// Helpers to find, make and update elements. Text becomes text nodes only, never markup.

/** The element with this id, which index.html must have. */
export function byId(id) {
	const found = document.getElementById(id);
	if (!found)
		throw new Error(`index.html has no #${id}`);
	return found;
}

/** Makes an element. Names with a dash are set as attributes, all others as properties. */
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

/** Lets the arrow keys, Home and End move the focus between the rows in an element. */
export function moveByArrows(parent) {
	parent.addEventListener("keydown", (event) => {
		const rows = [...parent.querySelectorAll("button.row:enabled")].filter((row) => row.offsetParent !== null);
		const at = rows.indexOf(document.activeElement);
		const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
		if (at < 0 || event.altKey || rows[to] === undefined)
			return;
		event.preventDefault();
		rows[to].focus();
	});
}

/** Sets the text only if it changes, since screen readers read it out again otherwise. */
export function setText(at, text) {
	if (at.textContent !== text)
		at.textContent = text;
}

/**
 * Returns draw(items), which updates the children of a list. It makes and moves as few rows as
 * possible, so that the focus is kept. keyOf(item) is unique; make(item) returns a row;
 * update(row, item) is called for each row.
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
