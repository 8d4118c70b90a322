// The panes at the sides of a narrow page: hidden behind buttons, one open at a time. On a wide page
// the style sheet shows both, and this module has no effect.

import { byId } from "./dom.js";

export function createPanes() {
	const panes = [
		{ button: byId("show-rooms"), pane: byId("rooms-pane") },
		{ button: byId("show-people"), pane: byId("people-pane") },
	];
	const backdrop = byId("backdrop");
	let opened = null;

	for (const entry of panes)
		entry.button.addEventListener("click", () => opened === entry ? close() : open(entry));
	backdrop.addEventListener("click", close);
	document.addEventListener("keydown", ({ key }) => key === "Escape" && opened && close());
	// A page that has become wide has room for both.
	for (const width of ["(min-width: 60rem)", "(min-width: 44rem)"])
		matchMedia(width).addEventListener("change", close);

	return { close };

	function open(entry) {
		opened = entry;
		entry.pane.classList.add("open");
		entry.button.setAttribute("aria-expanded", "true");
		backdrop.hidden = false;
		// The Tab key must not reach what is behind the backdrop.
		byId("conversation").inert = true;
		entry.pane.querySelector("[aria-current=true], button:enabled")?.focus();
	}

	function close() {
		if (!opened)
			return;
		const { button, pane } = opened;
		opened = null;
		pane.classList.remove("open");
		button.setAttribute("aria-expanded", "false");
		backdrop.hidden = true;
		byId("conversation").inert = false;
		button.focus();
	}
}
