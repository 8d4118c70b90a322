// The right side: who is in the room in front. A click opens a talk with them.

import { fold, sortedNames } from "../lib/names.js";
import { isMe } from "../model/state.js";
import { say } from "../i18n/translate.js";
import { createList, element, part, setText } from "./dom.js";
import { nickElement } from "./nick.js";

// More rows than anybody scrolls through would only slow the page down.
const SHOWN = 2000;

export function createPeople(act) {
	const drawRows = createList(part("people"), fold, makeRow, updateRow);
	part("people-next").addEventListener("click", () => act({ do: "more" }));
	let self = "";
	let drawn = "";

	function makeRow(nick) {
		const open = element("button", { type: "button", className: "row" });
		open.addEventListener("click", () => act({ do: "open", nick: open.dataset.nick }));
		return element("li", {}, open);
	}

	function updateRow(row, nick) {
		const open = row.firstElementChild;
		const own = fold(nick) === fold(self);
		if (open.dataset.nick !== nick)
			open.replaceChildren(nickElement(nick), element("span", { className: "you", textContent: ` ${say("you")}` }));
		open.dataset.nick = nick;
		open.disabled = own;
		open.lastElementChild.hidden = !own;
		open.title = own ? "" : say("writeTo", { nick });
	}

	return function draw(state, conversation) {
		const wanted = [conversation.key, conversation.peopleTurn, state.nick, conversation.name].join(" ");
		if (wanted === drawn)
			return;
		drawn = wanted;
		const present = conversation.kind === "room" ? conversation.people.values() : new Set([state.nick, conversation.name]);
		const names = sortedNames(present);
		const users = conversation.kind === "room" ? conversation.users : names.length;
		const shown = Math.min(names.length, SHOWN);
		self = state.nick;
		drawRows(ownFirst(state, names).slice(0, SHOWN));
		part("people-more").hidden = users <= shown;
		setText(part("people-rest"), say("more", { count: Math.max(0, users - shown) }));
		part("people-next").hidden = names.length >= Math.min(users, SHOWN);
		setText(part("people-title"), conversation.kind === "room" ? say("peopleCount", { count: users }) : say("inTalk"));
		setText(part("people-count"), String(users));
		part("show-people").setAttribute("aria-label", say("peopleCount", { count: users }));
	};
}

function ownFirst(state, names) {
	return [...names.filter((nick) => isMe(state, nick)), ...names.filter((nick) => !isMe(state, nick))];
}
