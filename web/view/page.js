// The page as a whole: which of its parts are shown, the header of the conversation, the title and
// icon of the tab, and the status of the connection.

import { t } from "../i18n/translate.js";
import { isInApp, titleOf, totals } from "../model/state.js";
import { byId, setText } from "./dom.js";

export function drawPage(state, conversation, connection) {
	byId("login").hidden = isInApp(state);
	byId("app").hidden = !isInApp(state);
	document.title = titleOf(state);
	drawIcon(totals(state));
	drawConnection(state, connection);
	setText(byId("login-title"), state.server);
	if (conversation)
		drawHead(state, conversation);
}

function drawHead(state, conversation) {
	setText(byId("title"), conversation.name);
	byId("title").classList.toggle("room", conversation.kind === "room");
	const elsewhere = totals(state).unread - conversation.unread;
	setText(byId("unread-elsewhere"), String(elsewhere));
	byId("unread-elsewhere").hidden = elsewhere === 0;
	byId("unread-elsewhere").classList.toggle("mention", totals(state).mentions > 0);
	byId("show-rooms").setAttribute("aria-label", elsewhere > 0 ? t("roomsUnread", { count: elsewhere }) : t("rooms"));
	byId("log").setAttribute("aria-label", t("messagesOf", conversation));
}

// The tab's icon shows whether there are unread messages, and whether they mention the user.
function drawIcon({ unread, mentions }) {
	const href = mentions > 0 ? "icon-mention.svg" : unread > 0 ? "icon-unread.svg" : "icon.svg";
	if (byId("icon").getAttribute("href") !== href)
		byId("icon").setAttribute("href", href);
}

function drawConnection(state, { status, retryAt }) {
	const message = statusOf(state, status, retryAt);
	const waits = status === "waiting";
	setText(byId("status"), message);
	setText(byId("connection-state"), t(stateOf(state, waits)));
	// The countdown is not for screen readers, which would read it out every second.
	setText(byId("countdown"), waits ? t("againIn", { seconds: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) }) : "");
	byId("connection").hidden = false;
	byId("connection").className = state.online || message === "" ? "calm" : "troubled";
	byId("retry").hidden = !waits;
}

function stateOf({ online, elsewhere }, waits) {
	return online ? "connectedShort" : elsewhere ? "elsewhereShort" : waits ? "disconnectedShort" : "connectingShort";
}

function statusOf(state, status, retryAt) {
	// Is said below the messages.
	if (state.elsewhere)
		return "";
	if (state.online)
		return t("connectedTo", state);
	if (status === "waiting")
		return lossOf(state);
	if (state.retryHello)
		return state.problem ? t("refusedBecause", { reason: state.problem }) : t("nickHeld", state);
	// The login form can be filled in meanwhile.
	if (status === "connecting" && state.phase === "login" && retryAt === 0)
		return "";
	if (status === "connecting" || state.phase === "entering")
		return t("connecting");
	return state.phase === "in" ? t("rejoining") : "";
}

function lossOf({ phase, refused }) {
	if (navigator.onLine === false)
		return t("youAreOffline");
	if (refused)
		return t("pageRefused", { origin: location.origin });
	return t(phase === "in" ? "lost" : "unreachable");
}
