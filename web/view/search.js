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

/** search(text, room) and more() ask the server, open(room, id) goes to a message. */
export function createSearchDialog(state, { search, more, open }) {
	let drawn = null; // the hits that are in the list,
	let count = 0;    // of which there are so many
	let here = "";

	byId("search-form").addEventListener("submit", (event) => {
		event.preventDefault();
		if (field.value.trim() !== "")
			search(field.value, only.checked ? here : "");
	});
	only.addEventListener("change", () => state.search.status !== "" && search(field.value, only.checked ? here : ""));
	byId("search-close").addEventListener("click", close);
	byId("search-more").addEventListener("click", more);
	dialog.addEventListener("click", ({ target }) => target === dialog && close());
	dialog.addEventListener("close", () => { state.search.isOpen = false; });
	dialog.addEventListener("keydown", moveByArrows);
	list.addEventListener("click", (event) => {
		const { room, message } = event.target.closest("a")?.dataset ?? {};
		if (room === undefined || event.ctrlKey || event.metaKey || event.shiftKey)
			return;
		event.preventDefault();
		close();
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
		here = kind === "room" ? name : "";
		only.parentElement.hidden = here === "";
		only.checked = here !== "" && state.search.room === here;
		setText(byId("search-only-label"), t("searchOnly", { name: here }));
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

function hitElement({ id, room, nick, time, kind, text }, typed) {
	const words = splitMatches(text, typed).map((piece) => piece.mark ? element("mark", { textContent: piece.text }) : piece.text);
	const link = element("a", { "className": "hit", "href": roomAddress(room, id), "data-room": room, "data-message": String(id) },
		element("span", { className: "hit-about" },
			element("span", { className: "hit-room" }, "#", element("bdi", { textContent: room })), " ", nickElement(nick), " ",
			element("time", { className: "hit-time", dateTime: new Date(time).toISOString(), title: formatDateTime(time), textContent: whenOf(time) })),
		element("span", { className: "hit-text", dir: "auto" }, kind === "emote" ? `* ${nick} ` : "", ...words));
	return element("li", {}, link);
}

function whenOf(time) {
	return formatDay(time) === formatDay(Date.now()) ? formatTime(time) : `${formatDay(time)}, ${formatTime(time)}`;
}

// Down and Up go from the field through what was found, and back.
function moveByArrows(event) {
	const stops = [field, ...list.querySelectorAll("a")];
	const at = stops.indexOf(document.activeElement);
	const to = stops[at + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? NaN)];
	if (at < 0 || !to || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	to.focus();
}
