// Copies a text. Pages that come over plain http have no clipboard of their own; there a selection is
// copied, as the user could do by hand.

import { element } from "./dom.js";

/** Says whether the text was copied. */
export async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copySelected(text);
	}
}

function copySelected(text) {
	const focused = document.activeElement;
	const field = element("textarea", { value: text, className: "visually-hidden", readOnly: true });
	document.body.append(field);
	field.select();
	const copied = document.execCommand("copy");
	field.remove();
	focused?.focus({ preventScroll: true });
	return copied;
}
