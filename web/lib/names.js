// Compares names of people and rooms, and finds them in text. Only case and composition are
// ignored here: which names look too much alike is for the server to decide.

import { splitLinks } from "./links.js";

export function fold(name) {
	return name.normalize("NFC").toLowerCase();
}

export function sameName(one, other) {
	return fold(one) === fold(other);
}

/** Whether the server may take it as the name of a room. */
export function isRoomName(name) {
	return /^[^\s#@:,*!/"<>]{1,64}$/u.test(name);
}

// What a nick cannot have ends a word. Other punctuation belongs to it between letters: x-ann, ann.b
// From U+2E80 on, scripts have no spaces between words: a name may be directly behind such a letter.
const LETTER = "(?=[\\0-\\u2E7F])[\\p{L}\\p{N}\\p{M}_]";
const JOINER = "[^\\s#@:,*!/\"<>…—–;?\\p{L}\\p{N}\\p{M}_\\u2E80-\\u{10FFFF}]{1,8}";
const MAIL = /[^\s@]{1,64}@[^\s@]+\.[^\s@]+/gu;

let pattern = { nick: "", regex: null };

/** Whether the text contains the nick as a separate word, and not inside an address. */
export function mentionsNick(text, nick) {
	if (!nick)
		return false;
	if (pattern.nick !== nick)
		pattern = { nick, regex: wordRegex(fold(nick)) };
	if (!pattern.regex.test(fold(text)))
		return false;
	const outside = splitLinks(text).filter(({ href }) => !href).map((piece) => piece.text);
	return outside.some((piece) => pattern.regex.test(fold(piece.replace(MAIL, " "))));
}

/** The text in pieces, { text } or { text, mention: true }, where it contains the nick as a separate word. */
export function splitMentions(text, nick) {
	const folded = fold(text);
	// If folding changes the length, places in the folded text are not those in the text.
	if (folded.length !== text.length)
		return [{ text }];
	const pieces = [];
	let from = 0;
	for (const { index, 0: found } of folded.matchAll(new RegExp(wordRegex(fold(nick)), "gu"))) {
		if (index > from)
			pieces.push({ text: text.slice(from, index) });
		from = index + found.length;
		pieces.push({ text: text.slice(index, from), mention: true });
	}
	return from < text.length ? [...pieces, { text: text.slice(from) }] : pieces;
}

// Two full stops or more end a sentence, and 's does not change who is meant.
function wordRegex(nick) {
	const literal = nick.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
	return new RegExp(`(?<!${LETTER})(?<!${LETTER}(?!\\.\\.)${JOINER})${literal}(?=['’]s(?!${LETTER})|(?!${LETTER}|(?!\\.\\.)${JOINER}${LETTER}))`, "u");
}

// Shared, since comparing without a collator takes ten times as long.
const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

export function sortedNames(names) {
	return [...names].sort(collator.compare);
}
