// The dialog that searches what was said. What was found stays there for the next time it is opened.

import { formatDateTime, formatDay, formatTime } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { roomAddress } from "../lib/room_address.js";
import { splitMatches } from "../lib/matches.js";
import { current } from "../model/state.js";
import { byId, element, setText } from "./dom.js";
import { nickElement } from "./nick.js";

const dialog = byId("search");
const field = byId("search-input");
const only = byId("search-only");
const list = byId("search-hits");

/** search(text, where) and more() ask the server, open(room, id) and openDirect(nick, id) go to a message. */
export function createSearchDialog(state, { search, more, open, openDirect }) {
	let drawn = null; // the hits that are in the list,
	let count = 0;    // of which there are so many
	let here = {};    // what the search can be confined to: { room } or { with }

	byId("search-form").addEventListener("submit", (event) => {
		event.preventDefault();
		if (field.value.trim() !== "")
			search(field.value, only.checked ? here : {});
	});
	only.addEventListener("change", () => state.search.status !== "" && search(field.value, only.checked ? here : {}));
	byId("search-close").addEventListener("click", close);
	byId("search-more").addEventListener("click", more);
	dialog.addEventListener("click", ({ target }) => target === dialog && close());
	dialog.addEventListener("close", () => { state.search.isOpen = false; });
	dialog.addEventListener("keydown", moveByArrows);
	list.addEventListener("click", (event) => {
		const { room, with: other, message } = event.target.closest(".hit")?.dataset ?? {};
		if (message === undefined || event.ctrlKey || event.metaKey || event.shiftKey)
			return;
		event.preventDefault();
		close();
		if (room === undefined)
			openDirect(other, Number(message));
		else
			open(room, Number(message));
	});

	return { draw, show, close };

	// The event of the dialog comes later, and what is drawn before would open it again.
	function close() {
		state.search.isOpen = false;
		dialog.close();
	}

	function show() {
		state.search.isOpen = true;
		draw();
		field.focus();
		field.select();
	}

	function draw() {
		if (!state.search.isOpen)
			return;
		if (!dialog.open)
			begin();
		const { hits, status, more: isMore } = state.search;
		if (hits !== drawn) {
			list.replaceChildren();
			count = 0;
		}
		list.append(...hits.slice(count).map((hit) => hitElement(hit, state.search.text)));
		drawn = hits;
		count = hits.length;
		setText(byId("search-status"), statusOf(state.search));
		byId("search-status").classList.toggle("problem", status === "failed");
		byId("search-more").hidden = !isMore;
	}

	function begin() {
		const { kind, name } = current(state);
		here = kind === "room" ? { room: name } : state.account.isMine ? { with: name } : {};
		const isEither = kind === "room" || state.account.isMine;
		only.parentElement.hidden = !isEither;
		only.checked = isEither && state.search[kind === "room" ? "room" : "with"] === name;
		setText(byId("search-only-label"), t(kind === "room" ? "searchOnly" : "searchOnlyWith", { name }));
		field.value = state.search.text;
		dialog.showModal();
		field.focus();
	}
}

function statusOf({ status, problem, hits, more }) {
	if (status === "failed")
		return problem;
	if (status === "loading" && hits.length === 0)
		return t("searching");
	if (status !== "done")
		return "";
	return hits.length === 0 ? t("searchNothing") : t(more ? "searchFoundMore" : "searchFound", { count: hits.length });
}

function hitElement({ id, room, with: other, nick, time, kind, text }, typed) {
	const words = splitMatches(text, typed).map((piece) => piece.mark ? element("mark", { textContent: piece.text }) : piece.text);
	// Direct messages have no address.
	const [tag, where] = room === undefined ? ["button", { "type": "button", "data-with": other }] : ["a", { "href": roomAddress(room, id), "data-room": room }];
	const link = element(tag, { "className": "hit", ...where, "data-message": String(id) },
		element("span", { className: "hit-about" },
			element("span", { className: "hit-room" }, room === undefined ? "@" : "#", element("bdi", { textContent: room ?? other })), " ", nickElement(nick), " ",
			element("time", { className: "hit-time", dateTime: new Date(time).toISOString(), title: formatDateTime(time), textContent: whenOf(time) })),
		element("span", { className: "hit-text", dir: "auto" }, kind === "emote" ? `* ${nick} ` : "", ...words));
	return element("li", {}, link);
}

function whenOf(time) {
	return formatDay(time) === formatDay(Date.now()) ? formatTime(time) : `${formatDay(time)}, ${formatTime(time)}`;
}

// Down and Up go from the field through what was found, and back.
function moveByArrows(event) {
	const stops = [field, ...list.querySelectorAll(".hit")];
	const at = stops.indexOf(document.activeElement);
	const to = stops[at + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? NaN)];
	if (at < 0 || !to || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	to.focus();
}
