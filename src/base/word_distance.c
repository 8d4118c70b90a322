/* How far a misspelled word is from a known one. Does not know what the words are for. */
#include "base/word_distance.h"

#include <ctype.h>

enum { WORD_MAX_BYTES = 32 };

static bool
is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t
word_distance(struct text a, struct text b)
{
	size_t rows[WORD_MAX_BYTES + 1][WORD_MAX_BYTES + 1];
	if (a.len > WORD_MAX_BYTES || b.len > WORD_MAX_BYTES)
		return SIZE_MAX;
	for (size_t i = 0; i <= a.len; i++) {
		for (size_t j = 0; j <= b.len; j++) {
			size_t least = i + j;
			bool same = i > 0 && j > 0 && is_same_letter(a.ptr[i - 1], b.ptr[j - 1]);
			if (i > 0 && rows[i - 1][j] + 1 < least)
				least = rows[i - 1][j] + 1;
			if (j > 0 && rows[i][j - 1] + 1 < least)
				least = rows[i][j - 1] + 1;
			if (i > 0 && j > 0 && rows[i - 1][j - 1] + !same < least)
				least = rows[i - 1][j - 1] + !same;
			if (i > 1 && j > 1 && is_same_letter(a.ptr[i - 1], b.ptr[j - 2]) &&
				is_same_letter(a.ptr[i - 2], b.ptr[j - 1]) &&
				rows[i - 2][j - 2] + 1 < least)
				least = rows[i - 2][j - 2] + 1;
			rows[i][j] = least;
		}
	}
	return rows[a.len][b.len];
}

bool
word_is_near(struct text word, struct text known)
{
	return word_distance(word, known) <= known.len / 3;
}
