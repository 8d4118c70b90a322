// The list of people in the current conversation. A click opens direct messages with a person.

import { t } from "../i18n/translate.js";
import { fold, sortedNames } from "../lib/names.js";
import { colourIn } from "../model/colours.js";
import { isMe } from "../model/state.js";
import { byId, createList, element, setText } from "./dom.js";
import { nickElement } from "./nick.js";

// More rows would slow the page down, and nobody scrolls through so many.
const SHOWN = 2000;

/** act(action) does what was clicked. */
export function createPeople(act) {
	const drawRows = createList(byId("people"), fold, makeRow, updateRow);
	byId("people-next").addEventListener("click", () => act({ do: "moreNames" }));
	let self = "";
	let shown = null; // the conversation
	let drawn = "";

	function makeRow(nick) {
		const open = element("button", { type: "button", className: "row" });
		open.addEventListener("click", () => act({ do: "openDm", nick: open.dataset.nick }));
		return element("li", {}, open);
	}

	function updateRow(row, nick) {
		const open = row.firstElementChild;
		const own = fold(nick) === fold(self);
		const colour = String(colourIn(shown, nick));
		if (open.dataset.nick !== nick || open.firstElementChild.dataset.colour !== colour)
			open.replaceChildren(nickElement(nick, colour), element("span", { className: "you", textContent: ` ${t("you")}` }));
		open.dataset.nick = nick;
		open.disabled = own;
		open.lastElementChild.hidden = !own;
		open.title = own ? "" : t("writeTo", { nick });
	}

	return function draw(state, conversation) {
		const wanted = [conversation.key, conversation.peopleVersion, state.nick, conversation.name].join(" ");
		if (wanted === drawn)
			return;
		drawn = wanted;
		const present = conversation.kind === "room" ? conversation.people.values() : new Set([state.nick, conversation.name]);
		const names = sortedNames(present);
		const users = conversation.kind === "room" ? conversation.users : names.length;
		const listed = Math.min(names.length, SHOWN);
		self = state.nick;
		shown = conversation;
		drawRows(ownFirst(state, names).slice(0, SHOWN));
		byId("people-more").hidden = users <= listed;
		setText(byId("people-rest"), t("more", { count: Math.max(0, users - listed) }));
		byId("people-next").hidden = names.length >= Math.min(users, SHOWN);
		setText(byId("people-title"), conversation.kind === "room" ? t("peopleCount", { count: users }) : t("inDm"));
		setText(byId("people-count"), String(users));
		byId("show-people").setAttribute("aria-label", t("peopleCount", { count: users }));
	};
}

function ownFirst(state, names) {
	return [...names.filter((nick) => isMe(state, nick)), ...names.filter((nick) => !isMe(state, nick))];
}
