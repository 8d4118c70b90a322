// Finds the http and https addresses in a text. Gives pieces, never markup: what becomes
// of them is the view's business.

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/giu;
const CLOSERS = { ")": "(", "]": "[", "}": "{" };

/** The text as pieces in order: { text } or { text, href }; joined they give it back whole. */
export function pieces(text) {
	const found = [];
	let from = 0;
	for (const match of text.matchAll(ADDRESS)) {
		const address = withoutTail(match[0]);
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

// The stop that ends a sentence is not the address's, nor a bracket that it did not open.
function withoutTail(address) {
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
