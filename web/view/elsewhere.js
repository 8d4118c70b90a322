// In place of the field for typing, once a copy of this tab has gone on with the conversation: says so, and
// a button takes it back. Does not know how.

import { byId } from "./dom.js";

/** Returns draw(state). */
export function createElsewhere(takeBack) {
	const box = byId("elsewhere");
	const button = byId("elsewhere-take");

	button.addEventListener("click", takeBack);

	return function draw({ elsewhere }) {
		if (box.hidden === !elsewhere)
			return;
		const hadFocus = byId("composer").contains(document.activeElement);
		box.hidden = !elsewhere;
		byId("composer").hidden = elsewhere;
		if (elsewhere && hadFocus)
			button.focus();
	};
}
