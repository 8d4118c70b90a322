// Which colour each person in a room has: that of the name, or another one if a person who came
// earlier has it. It stays while the person is present, through changes of name. Does not know what
// the colours look like.

import { COLOURS, colourOf } from "../lib/colour.js";
import { fold } from "../lib/names.js";

const STEP = 3; // has no divisor in common with COLOURS, so that all are tried

/** colours: number by folded name, of those who are present. nicks: in the order of their arrival. */
export function assignColours(colours, nicks) {
	const taken = new Set(colours.values());
	for (const nick of nicks) {
		const key = fold(nick);
		if (colours.has(key))
			continue;
		const number = freeColour(taken, colourOf(nick));
		taken.add(number);
		colours.set(key, number);
	}
}

function freeColour(taken, wanted) {
	let number = wanted;
	if (taken.size < COLOURS)
		while (taken.has(number))
			number = (number + STEP) % COLOURS;
	return number;
}

/** Forgets the colours of those who are not among nicks. */
export function keepColours(colours, nicks) {
	const present = new Set(nicks.map(fold));
	for (const key of colours.keys())
		if (!present.has(key))
			colours.delete(key);
}

export function renameColour(colours, from, to) {
	const number = colours.get(fold(from));
	if (number === undefined)
		return;
	colours.delete(fold(from));
	colours.set(fold(to), number);
}

/** The number of a person's colour, as it is shown in the conversation. */
export function colourIn(conversation, nick) {
	return conversation?.colours.get(fold(nick)) ?? colourOf(nick);
}
