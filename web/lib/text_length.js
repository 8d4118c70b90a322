// How long a text is, as the server counts it: in bytes of UTF-8 and in lines, without what
// it takes out before (SPEC of the protocol: controls, blank lines at either end).

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;

const MARKS = 8; // on a letter; what shows nothing does not part them from it

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
	// Only then is it worth a look at each character.
	const few = /(?:\p{M}\p{Default_Ignorable_Code_Point}*){9}/u.test(text) ? withFewMarks(text) : text;
	return few.replace(/\r\n?/gu, "\n").replace(CONTROLS, "").replace(/^(?:[^\S\n]*\n)+/u, "").replace(/(?:\n[^\S\n]*)+$/u, "");
}

export function bytesOf(text) {
	return new TextEncoder().encode(cleaned(text)).length;
}

export function linesIn(text) {
	return cleaned(text).split("\n").length;
}
