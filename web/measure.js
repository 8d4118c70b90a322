// How long a text is, as the server counts it: in bytes of UTF-8 and in lines, without what
// it takes out before (SPEC of the protocol: controls, blank lines at either end).

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;

export function cleaned(text) {
	return text.replace(/\r\n?/gu, "\n").replace(CONTROLS, "").replace(/^(?:[^\S\n]*\n)+/u, "").replace(/(?:\n[^\S\n]*)+$/u, "");
}

export function bytesOf(text) {
	return new TextEncoder().encode(cleaned(text)).length;
}

export function linesIn(text) {
	return cleaned(text).split("\n").length;
}
