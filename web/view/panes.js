// The sides of a narrow page: folded away behind buttons, one open at a time. On a wide page
// the style sheet shows both, and nothing here has any effect.

import { part } from "./dom.js";

export function createPanes() {
	const sides = [
		{ button: part("show-rooms"), pane: part("rooms-pane") },
		{ button: part("show-people"), pane: part("people-pane") },
	];
	const curtain = part("curtain");
	let opened = null;

	for (const side of sides)
		side.button.addEventListener("click", () => opened === side ? fold() : unfold(side));
	curtain.addEventListener("click", fold);
	document.addEventListener("keydown", ({ key }) => key === "Escape" && opened && fold());
	// Grown wide, the page has room for both.
	for (const width of ["(min-width: 60rem)", "(min-width: 44rem)"])
		matchMedia(width).addEventListener("change", fold);

	return { fold };

	function unfold(side) {
		opened = side;
		side.pane.classList.add("open");
		side.button.setAttribute("aria-expanded", "true");
		curtain.hidden = false;
		// What lies under the curtain is out of reach for the Tab key too.
		part("talk").inert = true;
		side.pane.querySelector("[aria-current=true], button:enabled")?.focus();
	}

	function fold() {
		if (!opened)
			return;
		const { button, pane } = opened;
		opened = null;
		pane.classList.remove("open");
		button.setAttribute("aria-expanded", "false");
		curtain.hidden = true;
		part("talk").inert = false;
		button.focus();
	}
}
