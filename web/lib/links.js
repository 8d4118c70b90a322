// Finds the addresses in a text: http, https, mailto, and those that begin with www. Returns pieces
// of text, never markup: the view decides how to show them.

import { shownHost } from "./hosts.js";

const ADDRESS = /(?<![\p{L}\p{N}@./-])(?:https?:\/\/|mailto:|www\.)[^\s<>"`]+/giu;
const CLOSERS = new Map([")(", "][", "}{", "）（", "］［", "」「", "』『", "】【", "》《", "〉〈", "»«", "›‹"].map((pair) => [...pair]));
// What may end a sentence or a quotation, but hardly an address.
const STOPS = /[.,;:!?'’”“„‘‚|*。、，．；：！？…·«‹»›」』】》〉）］]/u;

/**
 * The text in pieces, { text } or { text, href, shown }. Joined, the texts are the whole again. shown
 * is another spelling of the address, for a host whose letters could be taken for those of another.
 */
export function splitLinks(text) {
	const found = [];
	let from = 0;
	for (const match of text.matchAll(ADDRESS)) {
		const address = trimAddress(match[0], text[match.index - 1]);
		const url = parseAddress(address);
		if (!url)
			continue;
		if (match.index > from)
			found.push({ text: text.slice(from, match.index) });
		found.push({ text: address, href: url.href, ...shownHost(address, url) });
		from = match.index + address.length;
	}
	if (from < text.length)
		found.push({ text: text.slice(from) });
	return found;
}

// Removes punctuation that ends the sentence, closing brackets that the address does not open, and
// an underscore if there is one before the address, too.
function trimAddress(address, before) {
	let end = address.length;
	const open = openBrackets(address);
	while (end > 0) {
		const last = address[end - 1];
		const opener = CLOSERS.get(last);
		const stray = opener ? open.get(opener) < 0 : STOPS.test(last) || (last === "_" && before === "_");
		if (!stray)
			break;
		if (opener)
			open.set(opener, open.get(opener) + 1);
		end--;
	}
	return address.slice(0, end);
}

// By opening bracket: how many of them are not closed; negative if more are closed.
function openBrackets(address) {
	const open = new Map([...CLOSERS.values()].map((opener) => [opener, 0]));
	for (const letter of address)
		if (open.has(letter))
			open.set(letter, open.get(letter) + 1);
		else if (CLOSERS.has(letter))
			open.set(CLOSERS.get(letter), open.get(CLOSERS.get(letter)) - 1);
	return open;
}

function parseAddress(address) {
	const mail = /^mailto:[^\s@]+@[^\s@]+\.[^\s@]+$/iu.test(address);
	const bare = /^www\.[^\s/?#]+\.[^\s/?#]/iu.test(address);
	try {
		const url = new URL(bare ? `https://${address}` : address);
		return mail || /^https?:$/u.test(url.protocol) ? url : null;
	} catch {
		return null;
	}
}
