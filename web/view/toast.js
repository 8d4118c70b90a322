// A sentence at the foot of the conversation, for ten seconds; with a button, if it says how to get back
// what was left just now.

import { t } from "../i18n/translate.js";
import { byId, element } from "./dom.js";

const SHOWN_FOR = 10_000; // ms with a button, not counting while it is pointed at or has the focus,
const BRIEFLY = 5000;     // and without

const box = byId("toast");

/** act(action) brings back what was left; forget() is called when it is too late. Returns draw(state). */
export function createToast(act, forget) {
	let drawn = null;
	let timer = null;

	box.addEventListener("pointerenter", () => clearTimeout(timer));
	box.addEventListener("pointerleave", hideLater);
	box.addEventListener("focusin", () => clearTimeout(timer));
	box.addEventListener("focusout", hideLater);
	box.addEventListener("click", ({ target }) => target.closest("button") && act({ do: "undoLeave" }));

	return function draw({ left, sentence }) {
		const shown = sentence ?? left;
		if (shown === drawn)
			return;
		drawn = shown;
		clearTimeout(timer);
		box.hidden = shown === null;
		box.replaceChildren();
		if (shown === null)
			return;
		if (sentence) {
			box.append(element("span", { textContent: sentence.text }));
			return void hideLater();
		}
		const { kind, name } = left.conversation;
		box.append(element("span", { textContent: t(kind === "room" ? "youLeft" : "youClosed", { name }) }),
			element("button", { type: "button", className: "inline-button", textContent: t("undo") }));
		hideLater();
	};

	function hideLater() {
		clearTimeout(timer);
		timer = setTimeout(forget, box.querySelector("button") ? SHOWN_FOR : BRIEFLY);
	}
}
