// Searches what was said: the words, the room, and what the server has found. Pure: takes answers,
// changes the state, and returns the packets to send.

import { t } from "../i18n/translate.js";
import { settle, track } from "./outbox.js";
import { refusalText } from "./refusals.js";
import { isMe } from "./state.js";

const PAGE = 20;

/** Searches for a text, in one room, in the conversation with one person, or everywhere. */
export function startSearch(state, text, { room = "", with: other = "" } = {}) {
	const { search } = state;
	Object.assign(search, { isOpen: true, text, room, with: other, hits: [], more: false, before: 0, problem: "", status: "", issue: search.issue + 1 });
	return text.trim() === "" ? [] : ask(state);
}

/** Asks for older ones. */
export function moreHits(state) {
	return state.search.more && state.search.status !== "loading" ? ask(state) : [];
}

function ask(state) {
	const { search } = state;
	if (!state.online) {
		Object.assign(search, { status: "failed", problem: t("searchOffline") });
		return [];
	}
	search.status = "loading";
	const packet = { type: "search", text: search.text, limit: PAGE, ...(search.room && { room: search.room }), ...(search.with && { with: search.with }), ...(search.before && { before: search.before }) };
	return [track(state, packet, { quiet: true, search: search.issue })];
}

export function searchAnswered({ ref, events, first, more }, state) {
	const { search } = state;
	if (settle(state, ref)?.search !== search.issue)
		return;
	const found = events.map(({ id, room, nick, to, time, type, message }) => ({ id, room, with: isMe(state, nick) ? to : nick, nick, time, kind: type, text: message }));
	search.hits.push(...found);
	Object.assign(search, { status: "done", more: more && found.length > 0, before: first ?? 0 });
}

/** The server has refused to answer, or the connection is lost: then there is no code. */
export function searchFailed(state, request, code, text) {
	if (request.search !== state.search.issue)
		return;
	const problem = code ? refusalText(state, code, text, request.packet) : t("searchOffline");
	Object.assign(state.search, { status: "failed", problem });
}
