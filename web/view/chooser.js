// The dialog in which one joins a room: by its name, or from a list of those there are.

import { find } from "../state.js";
import { fold } from "../names.js";
import { createList, element, part, setText } from "./dom.js";

const dialog = part("chooser");
const field = part("room");

/** join(room) enters a room. */
export function createChooser(join) {
	let rooms = [];
	const drawRows = createList(part("house-rooms"), ({ name }) => name, makeRow, updateRow);

	part("chooser-form").addEventListener("submit", (event) => {
		event.preventDefault();
		if (field.value.trim() !== "")
			choose(field.value.trim());
	});
	part("chooser-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	field.addEventListener("input", filter);

	return { draw, open };

	function open() {
		field.value = "";
		dialog.showModal();
		field.focus();
	}

	function draw(state) {
		if (!dialog.open)
			return;
		rooms = state.houseRooms.map((room) => ({ ...room, joined: find(state, "room", room.name)?.joined === true }));
		rooms.sort((one, other) => other.users - one.users || one.name.localeCompare(other.name));
		filter();
	}

	function filter() {
		drawRows(rooms.filter(({ name }) => fold(name).includes(fold(field.value.trim()))));
	}

	function choose(name) {
		dialog.close();
		join(name);
	}

	function makeRow({ name }) {
		const row = element("button", { type: "button", className: "row" },
			element("bdi", { className: "name", textContent: name }),
			element("span", { className: "about", dir: "auto" }),
			element("span", { className: "users" }));
		row.addEventListener("click", () => choose(name));
		return element("li", {}, row);
	}

	function updateRow(row, { users, topic, joined }) {
		const [, about, count] = row.firstElementChild.children;
		setText(about, topic ?? "");
		setText(count, `${users} ${users === 1 ? "person" : "people"}${joined ? ", you too" : ""}`);
	}
}
