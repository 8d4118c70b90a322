// The card of a person: how they are connected, their rooms, since when they have been idle, and what
// can be done: write to them or mention them. It follows the person to another name.

import { formatDuration } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { find, isMe } from "../model/state.js";
import { isIdle, profileOf } from "../model/profiles.js";
import { byId, element } from "./dom.js";
import { place } from "./menu.js";
import { nickElement } from "./nick.js";
import { protocolText } from "./protocol.js";

const card = byId("card");

/** act(action) does what was chosen; mention(nick) writes the name into the message; ask(nick) requests what is known. */
export function createPersonCard(state, { act, mention, ask }) {
	let opener = null;
	let drawn = "";

	card.addEventListener("click", ({ target }) => {
		const { action, room } = target.closest("button")?.dataset ?? {};
		if (!action)
			return;
		const { nick } = state.card;
		close();
		if (action === "message")
			act({ do: "openDm", nick });
		else if (action === "mention")
			mention(nick);
		else
			act({ do: "join", room });
	});
	card.addEventListener("keydown", (event) => {
		if (event.key !== "Escape")
			return;
		event.preventDefault();
		event.stopPropagation();
		close();
	});
	card.addEventListener("toggle", ({ newState }) => {
		if (newState !== "closed")
			return;
		const hadFocus = card.contains(document.activeElement) || document.activeElement === document.body;
		if (state.card && hadFocus)
			opener?.focus();
		state.card = null;
	});
	document.addEventListener("click", (event) => {
		const button = event.target.closest("button[data-nick]");
		if (button && !button.closest("form, #card"))
			open(button);
	});

	return { draw };

	function open(button) {
		card.hidePopover();
		opener = button;
		state.card = { nick: button.dataset.nick };
		ask(state.card.nick);
		drawn = "";
		card.showPopover();
		draw();
		const { left, bottom } = button.getBoundingClientRect();
		place(card, { x: left, y: bottom + 4 });
		(card.querySelector("[data-action=message]") ?? card).focus();
	}

	function close() {
		card.hidePopover();
	}

	function draw() {
		if (!state.card)
			return;
		const { nick } = state.card;
		const wanted = `${nick} ${state.profilesVersion}`;
		if (wanted === drawn)
			return;
		drawn = wanted;
		const { action } = document.activeElement.dataset;
		card.setAttribute("aria-label", nick);
		card.replaceChildren(...content(state, nick));
		card.querySelector(`[data-action=${action}]`)?.focus();
	}
}

function content(state, nick) {
	const own = isMe(state, nick);
	const name = element("h2", {}, nickElement(nick), own ? ` ${t("you")}` : "");
	const parts = [name, ...facts(state, nick)];
	if (!own)
		parts.push(element("p", { className: "buttons" }, button("message"), button("mention")));
	return parts;
}

function facts(state, nick) {
	const profile = profileOf(state, nick);
	if (find(state, "dm", nick)?.offline)
		return [element("p", { className: "muted", textContent: t("personOffline", { name: nick }) })];
	if (!profile)
		return [];
	const idle = isIdle(profile, Date.now()) ? `, ${t("idleFor", { span: formatDuration((Date.now() - profile.quietSince) / 1000) })}` : "";
	const made = [element("p", { className: "muted", textContent: profile.isAway ? t("awayNow") : protocolText(profile.protocol) + idle })];
	if (state.account.offered !== "")
		made.push(element("p", { className: "muted", textContent: t(profile.isRegistered ? "registeredName" : "guestName") }));
	if (profile.rooms.length > 0)
		made.push(element("p", { className: "card-rooms" }, ...profile.rooms.flatMap((room) => [
			element("button", { "type": "button", "className": "inline-button", "data-action": "join", "data-room": room, "textContent": `#${room}` }), " "])));
	return made;
}

function button(action) {
	return element("button", { "type": "button", "className": action === "message" ? "primary" : "inline-button", "data-action": action, "textContent": t(action === "message" ? "message" : "mention") });
}
