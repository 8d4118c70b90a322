// What was sent before, to be called back with the Up key on an empty line.
// Knows no key and no field: it is given the text that stands there now.

const KEPT = 100;

export function createRecall() {
	const sent = [];
	let at = 0;

	// Only an empty line, or a line called back and left as it was, may be replaced.
	const mayReplace = (text) => text === "" || text === sent[at];

	return {
		keep(text) {
			if (sent.at(-1) !== text)
				sent.push(text);
			if (sent.length > KEPT)
				sent.shift();
			at = sent.length;
		},

		/** The text before the one that stands there, or null: leave it alone. */
		earlier(text) {
			if (text === "")
				at = sent.length;
			if (!mayReplace(text) || at === 0)
				return null;
			return sent[--at];
		},

		/** The text after it; after the last one, the empty line. */
		later(text) {
			if (text === "" || !mayReplace(text))
				return null;
			at++;
			return sent[at] ?? "";
		},
	};
}
