// The word of a list that was probably meant by a mistyped one.

/** undefined if none is near: at most two letters added, left out, changed or swapped. */
export function nearest(typed, words) {
	const most = typed.length < 4 ? 1 : 2;
	const best = words.map((word) => ({ word, steps: distance(typed, word) })).sort((a, b) => a.steps - b.steps)[0];
	return best !== undefined && best.steps <= most && best.steps < typed.length ? best.word : undefined;
}

// Optimal string alignment: as Levenshtein's, and swapping two neighbours is one step.
function distance(from, to) {
	const rows = [Array.from({ length: to.length + 1 }, (_, i) => i)];
	for (let i = 1; i <= from.length; i++) {
		const row = [i];
		for (let j = 1; j <= to.length; j++) {
			const same = from[i - 1] === to[j - 1];
			row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
			if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
				row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
		}
		rows.push(row);
	}
	return rows.at(-1).at(-1);
}
