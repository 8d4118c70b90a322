// The page as a whole: which of its parts are shown, the head above the messages, the title
// of the tab, and what is said about the connection.

import { pieces } from "../links.js";
import { titleOf, unreadTotal } from "../state.js";
import { element, part, setText } from "./dom.js";

export function drawPage(state, conversation, connection) {
	part("door").hidden = state.phase === "in";
	part("house").hidden = state.phase !== "in";
	document.title = titleOf(state);
	drawConnection(state, connection);
	setText(part("door-title"), state.server);
	if (conversation)
		drawHead(state, conversation);
}

function drawHead(state, conversation) {
	setText(part("title"), conversation.name);
	part("title").classList.toggle("room", conversation.kind === "room");
	drawTopic(conversation.topic);
	const elsewhere = unreadTotal(state) - conversation.unread;
	setText(part("elsewhere"), String(elsewhere));
	part("elsewhere").hidden = elsewhere === 0;
	part("show-rooms").setAttribute("aria-label", elsewhere > 0 ? `Rooms, ${elsewhere} unread` : "Rooms");
	part("log").setAttribute("aria-label", `Messages of ${conversation.name}`);
}

function drawTopic(text) {
	const topic = part("topic");
	if (topic.textContent === text)
		return;
	topic.replaceChildren(...pieces(text).map(({ text: piece, href }) =>
		href ? element("a", { href, target: "_blank", rel: "noopener noreferrer", textContent: piece }) : piece));
	topic.title = text;
}

function drawConnection(state, { status, wait }) {
	const message = statusOf(state, status, wait);
	setText(part("status"), message);
	part("connection").className = state.online || message === "" ? "calm" : "troubled";
	part("retry").hidden = status !== "waiting";
}

function statusOf(state, status, wait) {
	if (state.online)
		return `Connected to ${state.server} as ${state.nick}.`;
	if (status === "waiting")
		return `${state.phase === "in" ? "The connection is lost." : "The server cannot be reached."} Trying again in ${Math.round(wait / 1000)} s.`;
	if (state.helloAgain)
		return `Connected again. Waiting until the server takes ${state.nick} back in.`;
	if (status === "connecting" || state.phase === "entering")
		return "Connecting …";
	return state.phase === "in" ? "Coming back in …" : "";
}
