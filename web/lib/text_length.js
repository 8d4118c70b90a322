// The length of a text as the server counts it: bytes of UTF-8, and lines, after removing what the
// server removes (control characters, blank lines at either end, excess combining marks).

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;

const MARKS = 8; // combining marks kept per letter; invisible characters between them do not start a new count

function withFewMarks(text) {
	let marks = 0;
	return text.replace(/./gsu, (character) => {
		if (/\p{M}/u.test(character))
			return ++marks <= MARKS ? character : "";
		if (!/\p{Default_Ignorable_Code_Point}/u.test(character))
			marks = 0;
		return character;
	});
}

export function cleaned(text) {
	// Walking through each character is slow, so it is done only where it can change anything.
	const few = /(?:\p{M}\p{Default_Ignorable_Code_Point}*){9}/u.test(text) ? withFewMarks(text) : text;
	return few.replace(/\r\n?/gu, "\n").replace(CONTROLS, "").replace(/^(?:[^\S\n]*\n)+/u, "").replace(/(?:\n[^\S\n]*)+$/u, "");
}

export function bytesOf(text) {
	return new TextEncoder().encode(cleaned(text)).length;
}

export function linesIn(text) {
	return cleaned(text).split("\n").length;
}
