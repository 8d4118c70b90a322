// The dialog for switching to any conversation: an open one, another room of the server, a person,
// or a new room, which is made by joining it.

import { t } from "../i18n/translate.js";
import { fold, sortedNames } from "../lib/names.js";
import { find, inOrder, isMe, ofKind } from "../model/state.js";
import { byId, createList, element, setText } from "./dom.js";

const dialog = byId("switcher");
const field = byId("switcher-input");
const SHOWN = 200;

/** act(action) does what was chosen. */
export function createSwitcher(act) {
	let choices = [];
	let shown = [];
	const drawRows = createList(byId("switcher-list"), keyOf, makeRow, updateRow);

	byId("switcher-form").addEventListener("submit", (event) => {
		event.preventDefault();
		const name = field.value.trim();
		const exact = shown.find((choice) => fold(choice.name) === fold(name));
		if (exact ?? shown[0])
			choose(exact ?? shown[0]);
		else if (name !== "")
			choose({ action: { do: "join", room: name } });
	});
	byId("switcher-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	field.addEventListener("input", filter);
	field.addEventListener("keydown", (event) => {
		if (event.key !== "ArrowDown")
			return;
		event.preventDefault();
		byId("switcher-list").querySelector("button")?.focus();
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
		choices = choicesIn(state);
		filter();
	}

	function filter() {
		const wanted = fold(field.value.trim());
		shown = choices.filter(({ name }) => fold(name).includes(wanted)).slice(0, SHOWN);
		drawRows(shown);
	}

	function choose({ action }) {
		dialog.close();
		act(action);
	}

	function makeRow(choice) {
		const row = element("button", { type: "button", className: "row" },
			element("span", { "className": "mark", "aria-hidden": "true", "textContent": choice.mark }),
			element("bdi", { className: "name", textContent: choice.name }),
			element("span", { className: "about", dir: "auto" }),
			element("span", { className: "users" }));
		row.addEventListener("click", () => choose(choice));
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

function choicesIn(state) {
	const mine = inOrder(state).map(({ key, kind, name, topic, users }) => ({
		mark: kind === "room" ? "#" : "@", name, about: topic, action: { do: "show", key },
		users: kind === "room" ? peopleIn(users, true) : "",
	}));
	const rooms = state.serverRooms.filter(({ name }) => !find(state, "room", name))
		.sort((one, other) => other.users - one.users || one.name.localeCompare(other.name))
		.map(({ name, topic, users }) => ({ mark: "#", name, about: topic ?? "", users: peopleIn(users, false), action: { do: "join", room: name } }));
	const people = new Set(ofKind(state, "room").flatMap((room) => [...room.people.values()]));
	const others = sortedNames(people).filter((nick) => !isMe(state, nick) && !find(state, "dm", nick))
		.map((nick) => ({ mark: "@", name: nick, about: "", users: t("personInRoom"), action: { do: "openDm", nick } }));
	return [...mine, ...rooms, ...others];
}

function peopleIn(count, joined) {
	return `${t("roomPeople", { count })}${joined ? `, ${t("youToo")}` : ""}`;
}
