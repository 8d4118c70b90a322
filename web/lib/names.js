// Names of people and rooms, as the page compares and finds them.
// The server decides which names look the same; case is all that is known here.

export function fold(name) {
	return name.normalize("NFC").toLowerCase();
}

export function sameName(one, other) {
	return fold(one) === fold(other);
}

/** Whether the text names this person, as a word of its own. */
export function mentions(text, nick) {
	if (!nick)
		return false;
	const literal = fold(nick).replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
	return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "u").test(fold(text));
}

// One collator for all: comparing without it takes ten times as long.
const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

export function sortedNames(names) {
	return [...names].sort(collator.compare);
}
