// The topic in the header: one line, and all of it, with its author and a field to change it, in a
// panel below. Does not know packets.

import { t, tParts } from "../i18n/translate.js";
import { byId, setText } from "./dom.js";
import { nickButton } from "./nick.js";
import { linked } from "./rich_text.js";

const line = byId("topic");
const opener = byId("topic-open");
const panel = byId("topic-panel");
const form = byId("topic-form");
const field = byId("topic-input");

/** set(text) sets the topic of the room; "" removes it. Returns draw(conversation). */
export function createTopic(set) {
	let drawn = "";
	let drawnKey = null;
	let topic = "";

	opener.addEventListener("click", () => toggle(panel.hidden));
	line.addEventListener("click", ({ target }) => !target.closest("a") && !opener.hidden && toggle(panel.hidden));
	byId("topic-edit").addEventListener("click", edit);
	byId("topic-cancel").addEventListener("click", () => toggle(false));
	panel.addEventListener("keydown", (event) => {
		if (event.key !== "Escape")
			return;
		event.stopPropagation();
		toggle(false);
		opener.focus();
	});
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		if (field.value.trim() !== topic)
			set(field.value.trim());
		toggle(false);
	});
	document.addEventListener("click", ({ target }) => !panel.contains(target) && !byId("head").contains(target) && toggle(false));

	return function draw({ key, kind, topic: text, topicBy, offline, name }) {
		const wanted = JSON.stringify([key, text, topicBy, offline]);
		if (wanted === drawn)
			return;
		if (key !== drawnKey || form.hidden)
			toggle(false);
		drawn = wanted;
		drawnKey = key;
		topic = text;
		line.replaceChildren(...(offline ? [t("personOffline", { name })] : linked(text)));
		opener.hidden = kind !== "room";
		opener.classList.toggle("empty", text === "");
		setText(opener.firstElementChild, text === "" ? t("addTopic") : "");
		opener.setAttribute("aria-label", t(text === "" ? "addTopic" : "showTopic"));
		byId("topic-full").replaceChildren(...linked(text));
		byId("topic-by").replaceChildren(...(topicBy ? tParts("setBy", { nick: nickButton(topicBy) }) : []));
	};

	function toggle(open) {
		panel.hidden = !open;
		opener.setAttribute("aria-expanded", String(open));
		form.hidden = true;
		byId("topic-shown").hidden = false;
		if (open && topic === "")
			edit();
	}

	function edit() {
		form.hidden = false;
		byId("topic-shown").hidden = true;
		field.value = topic;
		field.focus();
	}
}
