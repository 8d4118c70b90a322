// What can be done with a conversation as a whole: the menu of its row and of its header.

import { t } from "../i18n/translate.js";
import { isOnlyRoom } from "../model/state.js";
import { openMenu } from "./menu.js";

/** act(action) does what was chosen. Opens the menu of the conversation with this key. */
export function openConversationMenu(state, key, button, act, point) {
	const conversation = state.conversations.get(key);
	if (!conversation)
		return;
	const { kind, name } = conversation;
	const leave = { label: t(kind === "room" ? "leaveRoom" : "closeDm", { name }), run: () => act({ do: "leave", key }) };
	if (isOnlyRoom(state, conversation))
		leave.reason = t("lastRoom");
	// Narrow pages have no room for the button of the search.
	const search = { label: t("search"), run: () => act({ do: "search", text: "" }) };
	openMenu(button, t("menuOf", { name }), key === state.current ? [leave, search] : [leave], point);
}
