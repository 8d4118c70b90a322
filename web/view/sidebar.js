// The sidebar: the rooms and direct messages of the user, with the number of unread messages in each.

import { t } from "../i18n/translate.js";
import { ofKind } from "../model/state.js";
import { byId, createList, element, icon, setText } from "./dom.js";
import { paint } from "./nick.js";

/** act(action) does what was clicked. */
export function createSidebar(act) {
	const drawRooms = createList(byId("rooms"), keyOf, (room) => makeRow(room, "leaveRoom"), updateRow);
	const drawDms = createList(byId("dms"), keyOf, (dm) => makeRow(dm, "closeDm"), updateRow);
	byId("open-switcher").addEventListener("click", () => act({ do: "listRooms" }));
	byId("log-out").addEventListener("click", () => act({ do: "quit" }));

	// The key is read at the click, since it can change while the row stays.
	function makeRow(conversation, closeLabel) {
		const mark = element("span", { "className": "mark", "aria-hidden": "true", "textContent": conversation.kind === "room" ? "#" : "@" });
		const name = element("bdi", { className: "name" });
		const count = element("span", { className: "count", hidden: true });
		const open = element("button", { type: "button", className: "row" }, mark, name, count);
		const leave = element("button", { type: "button", className: "icon-button leave" }, icon("close"));
		open.addEventListener("click", () => act({ do: "show", key: conversation.key }));
		leave.addEventListener("click", () => act({ do: "leave", key: conversation.key }));
		leave.dataset.label = closeLabel;
		return element("li", {}, open, leave);
	}

	let currentKey = null;
	function updateRow(row, { key, kind, name, unread, mentions, joined, offline, former }) {
		const [open, leave] = row.children;
		const [mark, label, count] = open.children;
		setText(label, name);
		setText(count, countOf(unread, mentions));
		count.hidden = unread === 0;
		count.classList.toggle("mention", mentions > 0);
		open.classList.toggle("unread", unread > 0);
		open.classList.toggle("absent", !joined || offline || former);
		open.setAttribute("aria-label", unread > 0 ? t("unread", { name, count: unread }) : name);
		open.setAttribute("aria-current", String(key === currentKey));
		row.classList.toggle("current", key === currentKey);
		leave.setAttribute("aria-label", t(leave.dataset.label, { name }));
		leave.title = leave.getAttribute("aria-label");
		if (kind === "dm")
			paint(mark, name);
	}

	return function draw(state) {
		currentKey = state.current;
		const dms = ofKind(state, "dm");
		drawRooms(ofKind(state, "room"));
		drawDms(dms);
		byId("dms-section").hidden = dms.length === 0;
		setText(byId("server"), state.server);
		setText(byId("self"), state.nick);
		paint(byId("self"), state.nick);
		byId("online-dot").classList.toggle("on", state.online);
	};
}

// `3`; `@1` if all of them mention the user; `@1 · 3` if some do.
function countOf(unread, mentions) {
	const all = unread > 999 ? "999+" : String(unread);
	if (mentions === 0)
		return all;
	return mentions === unread ? `@${all}` : `@${mentions} · ${all}`;
}

function keyOf({ key }) {
	return key;
}
