// A direct message that comes while another conversation is in view, shown above that for some
// seconds; a click opens its conversation. Does not know packets.

import { t } from "../i18n/translate.js";
import { byId, element, icon } from "./dom.js";
import { giveTile, nickElement } from "./nick.js";

const SHOWN_FOR = 10_000; // ms, not counting while it is pointed at or has the focus

/** open(key) shows a conversation. Returns draw(state). */
export function createAside(open) {
	const box = byId("aside");
	let drawn = null;
	let timer = null;

	box.addEventListener("pointerenter", () => clearTimeout(timer));
	box.addEventListener("pointerleave", hideLater);
	box.addEventListener("focusin", () => clearTimeout(timer));
	box.addEventListener("focusout", hideLater);
	box.addEventListener("click", ({ target }) => {
		const pressed = target.closest("button");
		if (pressed?.className === "aside-open")
			open(drawn.key);
		if (pressed)
			hide();
	});

	return function draw(state) {
		const line = state.aside;
		if (drawn && (drawn.key === state.current || !state.conversations.has(drawn.key)))
			hide();
		if (line === null || line === drawn || line.key === state.current || !state.conversations.has(line.key))
			return;
		drawn = line;
		box.replaceChildren(...content(line));
		box.hidden = false;
		hideLater();
	};

	function hideLater() {
		clearTimeout(timer);
		timer = setTimeout(hide, SHOWN_FOR);
	}

	function hide() {
		clearTimeout(timer);
		box.hidden = true;
		box.replaceChildren();
	}
}

function content({ nick, to, text, own }) {
	const names = own ? [element("bdi", { textContent: t("yourself") }), " → ", nickElement(to)] : [nickElement(nick)];
	const opener = element("button", { type: "button", className: "aside-open" },
		element("span", { className: "aside-names" }, ...names, element("span", { className: "visually-hidden", textContent: ": " })),
		element("span", { className: "aside-text", dir: "auto", textContent: text }));
	giveTile(opener, own ? to : nick);
	return [
		opener,
		element("button", { "type": "button", "className": "icon-button", "aria-label": t("close") }, icon("close")),
	];
}
