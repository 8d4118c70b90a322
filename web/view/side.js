// The left side: the rooms one is in and the talks one has, with what is unread in each.

import { ofKind } from "../state.js";
import { createList, element, icon, part, setText } from "./dom.js";
import { paint } from "./nick.js";

/** act(act) does what was clicked. */
export function createSide(act) {
	const drawRooms = createList(part("rooms"), keyOf, (room) => makeRow(room, "Leave"), updateRow);
	const drawTalks = createList(part("talks"), keyOf, (talk) => makeRow(talk, "Close the talk with"), updateRow);
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
	function updateRow(row, { key, kind, name, unread, mentioned, joined }) {
		const [open, leave] = row.children;
		const [mark, label, count] = open.children;
		setText(label, name);
		setText(count, unread > 999 ? "999+" : String(unread));
		count.hidden = unread === 0;
		count.classList.toggle("mention", mentioned);
		open.classList.toggle("unread", unread > 0);
		open.classList.toggle("absent", !joined);
		open.setAttribute("aria-label", unread > 0 ? `${name}, ${unread} unread` : name);
		open.setAttribute("aria-current", String(key === currentKey));
		row.classList.toggle("here", key === currentKey);
		leave.setAttribute("aria-label", `${leave.dataset.closes} ${name}`);
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

function keyOf({ key }) {
	return key;
}
