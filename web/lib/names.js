// Compares names of people and rooms, and finds them in text. Only case and composition are
// ignored here: which names look too much alike is for the server to decide.

export function fold(name) {
	return name.normalize("NFC").toLowerCase();
}

export function sameName(one, other) {
	return fold(one) === fold(other);
}

/** Whether the text contains the nick as a separate word. */
export function mentionsNick(text, nick) {
	if (!nick)
		return false;
	const literal = fold(nick).replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
	return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "u").test(fold(text));
}

// Shared, since comparing without a collator takes ten times as long.
const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

export function sortedNames(names) {
	return [...names].sort(collator.compare);
}
