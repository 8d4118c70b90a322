// The dialog for going to any conversation: an open one, another room of the server, a person, or a
// new room, which is made by joining it. One of the rows is always highlighted; Enter goes there.

import { t } from "../i18n/translate.js";
import { fold, isRoomName, sortedNames } from "../lib/names.js";
import { find, inOrder, isMe, ofKind } from "../model/state.js";
import { byId, element, setText } from "./dom.js";
import { createListbox } from "./listbox.js";

const dialog = byId("switcher");
const field = byId("switcher-input");
const SHOWN = 200;
const PAGE = 8; // rows that PageUp and PageDown move by

/** act(action) does what was chosen. */
export function createSwitcher(act) {
	let choices = [];
	let isForNew = false;
	let isMoved = false; // the user has moved the highlight
	const list = createListbox(field, byId("switcher-list"), {
		groups: ["unread", "rooms", "people", "new"].map((name) => [name, name === "new" ? null : byId(`switcher-${name}`)]),
		make: makeRow, update: updateRow, take: choose,
	});
	const keys = {
		ArrowDown: () => list.move(1), ArrowUp: () => list.move(-1), PageDown: () => list.move(PAGE), PageUp: () => list.move(-PAGE),
		Home: () => list.move(-Infinity), End: () => list.move(Infinity),
	};

	byId("switcher-form").addEventListener("submit", (event) => {
		event.preventDefault();
		if (list.chosen())
			choose(list.chosen());
	});
	byId("switcher-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	field.addEventListener("input", () => {
		isMoved = false;
		filter();
	});
	field.addEventListener("keydown", (event) => {
		if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !Object.hasOwn(keys, event.key))
			return;
		event.preventDefault();
		isMoved = true;
		keys[event.key]();
	});

	return { draw, open };

	/** forNew: to make a new room rather than to go to an open one. */
	function open(state, forNew = false) {
		isForNew = forNew;
		setText(byId("switcher-title"), t(forNew ? "newRoom" : "switcherTitle"));
		setText(byId("switcher-label"), t(forNew ? "newRoomField" : "switcherField"));
		field.value = "";
		isMoved = false;
		choices = choicesIn(state);
		if (!dialog.open)
			dialog.showModal();
		field.focus();
		filter();
	}

	// What arrives while the dialog is open leaves the highlight where the user has moved it.
	function draw(state) {
		if (!dialog.open)
			return;
		choices = choicesIn(state);
		filter(isMoved ? list.chosen()?.key : undefined);
	}

	function filter(keptKey) {
		const typed = field.value.trim();
		const kind = { "#": "rooms", "@": "people" }[typed[0]];
		const wanted = fold(kind ? typed.slice(1) : typed);
		const shown = choices
			.map((choice) => ({ ...choice, group: wanted === "" ? choice.group : choice.kind, rank: rankOf(fold(choice.name), wanted) }))
			.filter((choice) => choice.rank < Infinity && (!kind || choice.kind === kind))
			.sort((one, other) => one.rank - other.rank)
			.slice(0, SHOWN);
		// With nothing typed, Enter is to go somewhere, and not to where the user is.
		const best = shown.find(({ isCurrent }) => wanted !== "" || !isCurrent)?.key ?? shown[0]?.key;
		const made = newRoom(choices, kind === "people" ? "" : typed);
		const ordered = ["unread", "rooms", "people"].flatMap((group) => shown.filter((choice) => choice.group === group));
		const rows = made ? [...ordered, made] : ordered;
		const highlighted = keptKey ?? (isForNew && made ? made.key : best);
		list.draw(rows, Math.max(0, rows.findIndex(({ key }) => key === highlighted)));
		byId("switcher-none").hidden = rows.length > 0;
	}

	function choose({ action }) {
		dialog.close();
		act(action);
	}
}

function makeRow({ mark }) {
	return [
		element("span", { "className": "mark", "aria-hidden": "true", "textContent": mark }),
		element("bdi", { className: "name" }),
		element("span", { className: "about", dir: "auto" }),
		element("span", { className: "users" }),
	];
}

function updateRow(row, { text, name, about, users }) {
	const [, label, description, count] = row.children;
	setText(label, text ?? name);
	setText(description, about);
	setText(count, users);
}

// The same name before names that begin so, then names with a word that does, then all others.
function rankOf(name, wanted) {
	if (name === wanted)
		return 0;
	const at = name.indexOf(wanted);
	if (at < 0)
		return Infinity;
	if (at === 0)
		return 1;
	return /[\p{L}\p{N}]/u.test(name[at - 1]) ? 3 : 2;
}

// The row that makes the room, unless there is one of this name.
function newRoom(choices, typed) {
	const name = typed.replace(/^#/u, "").replace(/\s+/gu, "-");
	if (!isRoomName(name) || choices.some((choice) => choice.kind === "rooms" && fold(choice.name) === fold(name)))
		return null;
	return { key: "new", group: "new", mark: "+", name, text: t("createRoom", { name }), about: "", users: "", action: { do: "join", room: name } };
}

function choicesIn(state) {
	const mine = inOrder(state).filter(({ former }) => !former).map((conversation) => {
		const { key, kind, name, topic, users, unread, offline } = conversation;
		const group = kind === "room" ? "rooms" : "people";
		return {
			key, name, isCurrent: key === state.current, kind: group, group: unread > 0 && key !== state.current ? "unread" : group, mark: kind === "room" ? "#" : "@",
			about: offline ? t("offlineShort") : topic, action: { do: "show", key },
			users: unread > 0 ? t("unreadCount", { count: unread }) : kind === "room" ? t("roomPeople", { count: users }) : "",
		};
	});
	const rooms = state.serverRooms.filter(({ name }) => !find(state, "room", name))
		.sort((one, other) => other.users - one.users || one.name.localeCompare(other.name))
		.map(({ name, topic, users }) => ({
			key: `server:${fold(name)}`, name, kind: "rooms", group: "rooms", mark: "#",
			about: topic ?? "", users: t("roomPeople", { count: users }), action: { do: "join", room: name },
		}));
	const people = new Set(ofKind(state, "room").flatMap((room) => [...room.people.values()]));
	const others = sortedNames(people).filter((nick) => !isMe(state, nick) && !find(state, "dm", nick))
		.map((nick) => ({ key: `person:${fold(nick)}`, name: nick, kind: "people", group: "people", mark: "@", about: "", users: "", action: { do: "openDm", nick } }));
	return [...mine, ...rooms, ...others];
}
