// The sidebar: the rooms and direct messages of the user, with the number of unread messages in each.

import { t } from "../i18n/translate.js";
import { ofKind } from "../model/state.js";
import { openConversationMenu } from "./conversation_menu.js";
import { byId, createList, element, icon, moveByArrows, setText } from "./dom.js";
import { paint } from "./nick.js";

/** act(action) does what was clicked. */
export function createSidebar(state, { act, goTo, newRoom, logOut }) {
	const drawRooms = createList(byId("rooms"), keyOf, makeRow, updateRow);
	const drawDms = createList(byId("dms"), keyOf, makeRow, updateRow);
	byId("open-switcher").addEventListener("click", goTo);
	byId("new-room").addEventListener("click", newRoom);
	byId("log-out").addEventListener("click", logOut);
	byId("more").addEventListener("click", () => openConversationMenu(state, state.current, byId("more"), act));
	moveByArrows(byId("rooms-pane"));

	function makeRow({ key, kind }) {
		const mark = element("span", { "className": "mark", "aria-hidden": "true", "textContent": kind === "room" ? "#" : "@" });
		const name = element("bdi", { className: "name" });
		const count = element("span", { className: "count", hidden: true });
		const open = element("button", { type: "button", className: "row" }, mark, name, count);
		const more = element("button", { "type": "button", "className": "icon-button more", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
		open.addEventListener("click", () => act({ do: "show", key }));
		more.addEventListener("click", () => openConversationMenu(state, key, more, act));
		const row = element("li", {}, open, more);
		row.addEventListener("contextmenu", (event) => {
			event.preventDefault();
			openConversationMenu(state, key, more, act, { x: event.clientX, y: event.clientY });
		});
		return row;
	}

	let currentKey = null;
	let openCount = 0;
	function updateRow(row, conversation) {
		const { key, kind, name, unread, mentions, joined, offline, former } = conversation;
		const [open, more] = row.children;
		const [mark, label, count] = open.children;
		setText(label, name);
		setText(count, unread > 999 ? "999+" : String(unread));
		count.hidden = unread === 0;
		count.classList.toggle("mention", mentions > 0);
		open.classList.toggle("unread", unread > 0);
		open.classList.toggle("absent", !joined || offline || former);
		open.setAttribute("aria-label", labelOf(conversation));
		open.setAttribute("aria-current", String(key === currentKey));
		row.classList.toggle("current", key === currentKey);
		more.setAttribute("aria-label", t("menuOf", { name }));
		more.title = more.getAttribute("aria-label");
		if (kind === "dm")
			paint(mark, name);
	}

	return function draw() {
		const isMoved = currentKey !== state.current || openCount !== state.conversations.size;
		currentKey = state.current;
		openCount = state.conversations.size;
		const dms = ofKind(state, "dm");
		drawRooms(ofKind(state, "room"));
		drawDms(dms);
		byId("dms-section").hidden = dms.length === 0;
		if (isMoved)
			byId("rooms-pane").querySelector(".current")?.scrollIntoView({ block: "nearest" });
		setText(byId("server"), state.server);
		setText(byId("self"), state.nick);
		paint(byId("self"), state.nick);
		byId("online-dot").classList.toggle("on", state.online);
	};
}

// In words what the badge and its colour, and the look of the name, say.
function labelOf({ kind, name, unread, mentions, offline, former }) {
	const mentioned = kind === "room" && mentions > 0;
	return [
		name,
		unread > 0 && t("unreadCount", { count: unread }),
		mentioned && t("mentionsYou", { count: mentions }),
		(offline || former) && t("offlineShort"),
	].filter(Boolean).join(", ");
}

function keyOf({ key }) {
	return key;
}
