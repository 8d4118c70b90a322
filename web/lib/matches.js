// Finds in a message what a search has found it by: words without regard to case and accents, and with an
// asterisk their beginnings, as the server does. Does not know how they are marked.

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const BEFORE = 80; // characters shown before the first match of a long text
const LONG = 300;

function plain(word) {
	return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The text in pieces { text, mark }; of a long text, what is around the first match. */
export function splitMatches(text, typed) {
	const wanted = [...typed.matchAll(/([\p{L}\p{N}][\p{L}\p{N}\p{M}]*)(\*?)/gu)].map(([, word, star]) => ({ word: plain(word), isBeginning: star !== "" }));
	const matches = [...text.matchAll(WORD)].filter(([word]) => isWanted(plain(word), wanted));
	const pieces = [];
	let at = cutAt(text, matches[0]?.index ?? 0);
	if (at > 0)
		pieces.push({ text: "… ", mark: false });
	for (const { 0: word, index } of matches) {
		pieces.push({ text: text.slice(at, index), mark: false }, { text: word, mark: true });
		at = index + word.length;
	}
	pieces.push({ text: text.slice(at), mark: false });
	return pieces.filter((piece) => piece.text !== "");
}

function isWanted(word, wanted) {
	return wanted.some((one) => one.isBeginning ? word.startsWith(one.word) : word === one.word);
}

// Between two words.
function cutAt(text, first) {
	if (text.length <= LONG || first <= 2 * BEFORE)
		return 0;
	return text.indexOf(" ", first - BEFORE) + 1 || first;
}
