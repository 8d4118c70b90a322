// The left side: the rooms one is in and the talks one has, with what is unread in each.

import { ofKind } from "../model/state.js";
import { say } from "../i18n/translate.js";
import { createList, element, icon, part, setText } from "./dom.js";
import { paint } from "./nick.js";

/** act(act) does what was clicked. */
export function createSide(act) {
	const drawRooms = createList(part("rooms"), keyOf, (room) => makeRow(room, "leaveRoom"), updateRow);
	const drawTalks = createList(part("talks"), keyOf, (talk) => makeRow(talk, "closeTalk"), updateRow);
	part("browse").addEventListener("click", () => act({ do: "browse" }));
	part("log-out").addEventListener("click", () => act({ do: "quit" }));

	// A row outlives a change of its conversation's key, so it asks for it when it is clicked.
	function makeRow(conversation, closes) {
		const mark = element("span", { "className": "mark", "aria-hidden": "true", "textContent": conversation.kind === "room" ? "#" : "@" });
		const name = element("bdi", { className: "name" });
		const count = element("span", { className: "count", hidden: true });
		const open = element("button", { type: "button", className: "row" }, mark, name, count);
		const leave = element("button", { type: "button", className: "bare leave" }, icon("close"));
		open.addEventListener("click", () => act({ do: "show", key: conversation.key }));
		leave.addEventListener("click", () => act({ do: "leave", key: conversation.key }));
		leave.dataset.closes = closes;
		return element("li", {}, open, leave);
	}

	let currentKey = null;
	function updateRow(row, { key, kind, name, unread, mentions, joined }) {
		const [open, leave] = row.children;
		const [mark, label, count] = open.children;
		setText(label, name);
		setText(count, countOf(unread, mentions));
		count.hidden = unread === 0;
		count.classList.toggle("mention", mentions > 0);
		open.classList.toggle("unread", unread > 0);
		open.classList.toggle("absent", !joined);
		open.setAttribute("aria-label", unread > 0 ? say("unread", { name, count: unread }) : name);
		open.setAttribute("aria-current", String(key === currentKey));
		row.classList.toggle("here", key === currentKey);
		leave.setAttribute("aria-label", say(leave.dataset.closes, { name }));
		leave.title = leave.getAttribute("aria-label");
		if (kind === "talk")
			paint(mark, name);
	}

	return function draw(state) {
		currentKey = state.current;
		const talks = ofKind(state, "talk");
		drawRooms(ofKind(state, "room"));
		drawTalks(talks);
		part("talks-part").hidden = talks.length === 0;
		setText(part("server"), state.server);
		setText(part("self"), state.nick);
		paint(part("self"), state.nick);
		part("light").classList.toggle("on", state.online);
	};
}

// `3`, `@1` if all of it names one, `@1 · 3` if some of it does.
function countOf(unread, mentions) {
	const all = unread > 999 ? "999+" : String(unread);
	if (mentions === 0)
		return all;
	return mentions === unread ? `@${all}` : `@${mentions} · ${all}`;
}

function keyOf({ key }) {
	return key;
}
