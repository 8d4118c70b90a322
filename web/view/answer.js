// What the user has asked for (who is online, the rooms, the commands), shown below the messages until
// it is closed. Other people do not see it. Does not know packets.

import { formatDuration } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { byId, element, setText } from "./dom.js";
import { nickButton } from "./nick.js";
import { protocolText } from "./protocol.js";

const CONTENTS = {
	names: ({ nicks }) => [element("p", { className: "chips" }, ...nicks.map(chip))],
	who: ({ users }) => [element("ul", {}, ...users.map(userRow))],
	rooms: ({ rooms }) => [element("ul", {}, ...rooms.map(roomRow))],
	help: ({ commands }) => [element("dl", {}, ...commands.flatMap(commandRow))],
	text: ({ text }) => [element("pre", { tabIndex: 0, textContent: text })],
};
const TITLES = {
	names: ({ room, users }) => t("namesTitle", { room, count: users }),
	who: ({ users }) => t("whoTitle", { count: users.length }),
	rooms: () => t("rooms"),
	help: () => t("helpTitle"),
	text: ({ title }) => title,
};

/** close() forgets the answer, join(room) enters a room. Returns draw(state). */
export function createAnswer({ close, join }) {
	const box = byId("answer");
	let drawn = null;

	byId("answer-close").addEventListener("click", close);
	// Before other listeners for this key.
	document.addEventListener("keydown", (event) => {
		if (event.key !== "Escape" || drawn === null || document.querySelector("dialog[open], .pane.open"))
			return;
		event.stopPropagation();
		close();
	}, true);
	box.addEventListener("click", ({ target }) => {
		const room = target.closest("[data-room]")?.dataset.room;
		if (room !== undefined)
			join(room);
	});

	return function draw({ answer, current }) {
		const shown = answer?.key === current ? answer : null;
		if (shown === drawn)
			return;
		drawn = shown;
		box.hidden = shown === null;
		byId("answer-body").replaceChildren(...(shown ? CONTENTS[shown.kind](shown) : []));
		byId("answer-body").scrollTop = 0;
		setText(byId("answer-title"), shown ? TITLES[shown.kind](shown) : "");
	};
}

function chip(nick) {
	const made = nickButton(nick);
	made.tabIndex = 0;
	made.classList.add("chip");
	return made;
}

function userRow({ nick, protocol, rooms = [], idle, away }) {
	const about = [away ? t("away") : protocol && protocolText(protocol), rooms.length > 0 && t("inRooms", { rooms: rooms.join(", ") }), idle >= 60 && t("idleFor", { span: formatDuration(idle) })];
	return element("li", {}, chip(nick), element("span", { className: "muted", textContent: about.filter(Boolean).join(" · ") }));
}

function roomRow({ name, users, topic = "" }) {
	const open = element("button", { type: "button", className: "chip" }, "#", element("bdi", { textContent: name }));
	open.dataset.room = name;
	const about = [t("roomPeople", { count: users }), topic].filter(Boolean).join(" · ");
	return element("li", {}, open, element("span", { className: "muted", dir: "auto", textContent: about }));
}

function commandRow({ usage, about }) {
	return [element("dt", { textContent: usage }), element("dd", { textContent: about })];
}
