// The texts sent before, for the Up and Down keys. Does not know keys or fields: it is given the
// text that is in the field now, and returns the one to replace it with.

const KEPT = 100;

export function createInputHistory() {
	const sent = [];
	let at = 0;

	// Text that was changed must not be lost: only an empty field, or an unchanged earlier text, is replaced.
	const mayReplace = (text) => text === "" || text === sent[at];

	return {
		add(text) {
			if (sent.at(-1) !== text)
				sent.push(text);
			if (sent.length > KEPT)
				sent.shift();
			at = sent.length;
		},

		/** The text before the given one, or null if the field must not be changed. */
		earlier(text) {
			if (text === "")
				at = sent.length;
			if (!mayReplace(text) || at === 0)
				return null;
			return sent[--at];
		},

		/** The text after the given one, or null. After the last one comes the empty text. */
		later(text) {
			if (text === "" || !mayReplace(text))
				return null;
			at++;
			return sent[at] ?? "";
		},
	};
}
