// The page as a whole: which of its parts are shown, the head above the messages, the title
// of the tab, and what is said about the connection.

import { isInside, titleOf, totals } from "../model/state.js";
import { say } from "../i18n/translate.js";
import { part, setText } from "./dom.js";
import { linked } from "./line.js";

export function drawPage(state, conversation, connection) {
	part("door").hidden = isInside(state);
	part("house").hidden = !isInside(state);
	document.title = titleOf(state);
	drawIcon(totals(state));
	drawConnection(state, connection);
	setText(part("door-title"), state.server);
	if (conversation)
		drawHead(state, conversation);
}

function drawHead(state, conversation) {
	setText(part("title"), conversation.name);
	part("title").classList.toggle("room", conversation.kind === "room");
	drawTopic(conversation.topic);
	const elsewhere = totals(state).unread - conversation.unread;
	setText(part("elsewhere"), String(elsewhere));
	part("elsewhere").hidden = elsewhere === 0;
	part("show-rooms").setAttribute("aria-label", elsewhere > 0 ? say("roomsUnread", { count: elsewhere }) : say("rooms"));
	part("log").setAttribute("aria-label", say("messagesOf", conversation));
}

function drawTopic(text) {
	const topic = part("topic");
	if (topic.textContent === text)
		return;
	topic.replaceChildren(...linked(text));
	topic.title = text;
}

// The tab's icon tells, too, that something is unread, and whether it names one.
function drawIcon({ unread, mentions }) {
	const href = mentions > 0 ? "icon-called.svg" : unread > 0 ? "icon-unread.svg" : "icon.svg";
	if (part("icon").getAttribute("href") !== href)
		part("icon").setAttribute("href", href);
}

function drawConnection(state, { status, due }) {
	const message = statusOf(state, status);
	const waits = status === "waiting";
	setText(part("status"), message);
	// Counted down before the eyes alone: read out every second, nobody could bear it.
	setText(part("countdown"), waits ? say("againIn", { seconds: Math.max(0, Math.ceil((due - Date.now()) / 1000)) }) : "");
	part("connection").hidden = false;
	part("connection").className = state.online || message === "" ? "calm" : "troubled";
	part("retry").hidden = !waits;
}

function statusOf(state, status) {
	if (state.online)
		return say("connectedTo", state);
	if (status === "waiting")
		return say(state.phase === "in" ? "lost" : "unreachable");
	if (state.helloAgain)
		return state.problem ? say("refusedBecause", { reason: state.problem }) : say("takingBack", state);
	if (status === "connecting" || state.phase === "entering")
		return say("connecting");
	return state.phase === "in" ? say("comingBack") : "";
}
