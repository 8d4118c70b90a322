// The dialog in which one goes anywhere: to what one is in, to another room of the server, to
// a person, or to a room that is made by entering it.

import { fold, sortedNames } from "../lib/names.js";
import { find, inOrder, isMe, ofKind } from "../model/state.js";
import { say } from "../i18n/translate.js";
import { createList, element, part, setText } from "./dom.js";

const dialog = part("go");
const field = part("place");
const SHOWN = 200;

/** act(act) does what was chosen. */
export function createGo(act) {
	let places = [];
	let shown = [];
	const drawRows = createList(part("places"), keyOf, makeRow, updateRow);

	part("go-form").addEventListener("submit", (event) => {
		event.preventDefault();
		const name = field.value.trim();
		const exact = shown.find((place) => fold(place.name) === fold(name));
		if (exact ?? shown[0])
			choose(exact ?? shown[0]);
		else if (name !== "")
			choose({ act: { do: "join", room: name } });
	});
	part("go-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	field.addEventListener("input", filter);
	field.addEventListener("keydown", (event) => {
		if (event.key !== "ArrowDown")
			return;
		event.preventDefault();
		part("places").querySelector("button")?.focus();
	});

	return { draw, open };

	function open() {
		field.value = "";
		if (!dialog.open)
			dialog.showModal();
		field.focus();
	}

	function draw(state) {
		if (!dialog.open)
			return;
		places = placesIn(state);
		filter();
	}

	function filter() {
		const wanted = fold(field.value.trim());
		shown = places.filter(({ name }) => fold(name).includes(wanted)).slice(0, SHOWN);
		drawRows(shown);
	}

	function choose(place) {
		dialog.close();
		act(place.act);
	}

	function makeRow(place) {
		const row = element("button", { type: "button", className: "row" },
			element("span", { "className": "mark", "aria-hidden": "true", "textContent": place.mark }),
			element("bdi", { className: "name", textContent: place.name }),
			element("span", { className: "about", dir: "auto" }),
			element("span", { className: "users" }));
		row.addEventListener("click", () => choose(place));
		return element("li", {}, row);
	}

	function updateRow(row, { about, users }) {
		const [, , text, count] = row.firstElementChild.children;
		setText(text, about);
		setText(count, users);
	}
}

function keyOf({ mark, name }) {
	return mark + fold(name);
}

function placesIn(state) {
	const mine = inOrder(state).map(({ key, kind, name, topic, users }) => ({
		mark: kind === "room" ? "#" : "@", name, about: topic, act: { do: "show", key },
		users: kind === "room" ? peopleIn(users, true) : "",
	}));
	const rooms = state.houseRooms.filter(({ name }) => !find(state, "room", name))
		.sort((one, other) => other.users - one.users || one.name.localeCompare(other.name))
		.map(({ name, topic, users }) => ({ mark: "#", name, about: topic ?? "", users: peopleIn(users, false), act: { do: "join", room: name } }));
	const people = new Set(ofKind(state, "room").flatMap((room) => [...room.people.values()]));
	const others = sortedNames(people).filter((nick) => !isMe(state, nick) && !find(state, "talk", nick))
		.map((nick) => ({ mark: "@", name: nick, about: "", users: say("personHere"), act: { do: "open", nick } }));
	return [...mine, ...rooms, ...others];
}

function peopleIn(count, joined) {
	return `${say("roomPeople", { count })}${joined ? `, ${say("youToo")}` : ""}`;
}
