// The number of a name's colour, from 0 to 15; the style sheet has the colours themselves. The
// terminal client uses the same numbers. Knows nothing of rooms.

import { fold } from "./names.js";

export const COLOURS = 16;

/** FNV-1a over the folded name, so that similar names get different colours. */
export function colourOf(nick) {
	let hash = 0x811c9dc5;
	for (const letter of fold(nick))
		hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
	return ((hash ^ (hash >>> 15)) >>> 0) % COLOURS;
}
