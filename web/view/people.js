// The list of people in the current conversation. A click opens the card of a person (see
// person_card.js).

import { t } from "../i18n/translate.js";
import { fold, sortedNames } from "../lib/names.js";
import { colourIn } from "../model/colours.js";
import { isIdle, profileOf } from "../model/profiles.js";
import { isMe } from "../model/state.js";
import { byId, createList, element, moveByArrows, setText } from "./dom.js";
import { nickElement } from "./nick.js";
import { protocolElement } from "./protocol.js";

// More rows would slow the page down, and are too many to scroll through.
const SHOWN = 2000;
const FILTER_FROM = 21; // people

const filter = byId("people-filter");

/** act(action) does what was clicked. */
export function createPeople(act, redraw) {
	const drawRows = createList(byId("people"), fold, makeRow, updateRow);
	byId("people-next").addEventListener("click", () => act({ do: "moreNames" }));
	filter.addEventListener("input", redraw);
	moveByArrows(byId("people-pane"));
	let state = null;
	let shown = null; // the conversation
	let drawn = "";

	function makeRow() {
		return element("li", {}, element("button", { "type": "button", "className": "row", "aria-haspopup": "dialog" }));
	}

	function updateRow(row, nick) {
		const open = row.firstElementChild;
		const colour = String(colourIn(shown, nick));
		const profile = profileOf(state, nick);
		const idle = profile !== undefined && isIdle(profile, Date.now());
		const away = profile?.isAway === true && !isMe(state, nick);
		const offline = shown.kind === "dm" && shown.offline && !isMe(state, nick);
		const looks = [nick, colour, profile?.protocol, idle, away, offline, isMe(state, nick)].join(" ");
		if (open.dataset.looks === looks)
			return;
		open.dataset.looks = looks;
		open.dataset.nick = nick;
		open.classList.toggle("idle", idle || away || offline);
		open.replaceChildren(nickElement(nick, colour));
		if (isMe(state, nick))
			open.append(element("span", { className: "you", textContent: ` ${t("you")}` }));
		if (offline)
			return open.append(element("span", { className: "away", textContent: t("offlineShort") }));
		if (away)
			return open.append(element("span", { className: "away", textContent: t("away") }));
		if (idle)
			open.append(element("span", { className: "visually-hidden", textContent: `, ${t("idle")}` }));
		if (profile)
			open.append(protocolElement(profile.protocol));
	}

	return function draw(drawnState, conversation) {
		state = drawnState;
		const minute = Math.floor(Date.now() / 60_000); // people become idle without a packet
		const wanted = [conversation.key, conversation.peopleVersion, state.nick, conversation.name, conversation.offline, state.profilesVersion, minute, filter.value].join(" ");
		if (wanted === drawn)
			return;
		drawn = wanted;
		const present = conversation.kind === "room" ? conversation.people.values() : new Set([state.nick, conversation.name]);
		const names = sortedNames(present);
		const users = conversation.kind === "room" ? conversation.users : names.length;
		const listed = Math.min(names.length, SHOWN);
		if (shown !== conversation)
			filter.value = "";
		shown = conversation;
		filter.hidden = names.length < FILTER_FROM;
		const searched = filter.hidden ? "" : fold(filter.value.trim());
		drawRows(ownFirst(state, names).filter((nick) => fold(nick).includes(searched)).slice(0, SHOWN));
		byId("people-more").hidden = users <= listed || searched !== "";
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
