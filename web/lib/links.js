// Finds the http and https addresses in a text. Returns pieces of text, never markup: the view
// decides how to show them.

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/giu;
const CLOSERS = { ")": "(", "]": "[", "}": "{" };

/** The text in pieces, { text } or { text, href }. Joined, they are the whole text again. */
export function splitLinks(text) {
	const found = [];
	let from = 0;
	for (const match of text.matchAll(ADDRESS)) {
		const address = trimAddress(match[0]);
		if (!isAddress(address))
			continue;
		if (match.index > from)
			found.push({ text: text.slice(from, match.index) });
		found.push({ text: address, href: address });
		from = match.index + address.length;
	}
	if (from < text.length)
		found.push({ text: text.slice(from) });
	return found;
}

// Removes punctuation that ends the sentence, and closing brackets that the address does not open.
function trimAddress(address) {
	for (;;) {
		const last = address.at(-1);
		const opener = CLOSERS[last];
		const stray = opener ? count(address, last) > count(address, opener) : /[.,;:!?'’”*_]/u.test(last);
		if (!stray)
			return address;
		address = address.slice(0, -1);
	}
}

function count(text, letter) {
	return text.split(letter).length - 1;
}

function isAddress(address) {
	try {
		return /^https?:$/u.test(new URL(address).protocol);
	} catch {
		return false;
	}
}
