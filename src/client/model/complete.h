/* What a partly typed word could become. Knows the model, but no protocol and no keyboard. */
#ifndef CLIENT_MODEL_COMPLETE_H
#define CLIENT_MODEL_COMPLETE_H

#include "client/model/model.h"

/*
 * The candidates for the word at line[start..end]: an array of strings that ends with NULL; the
 * caller frees the strings and the array. address: the character that addresses a nick at the
 * beginning of a line; 0: there is none.
 */
char **complete_line(
	const struct model *model, struct text line, size_t start, size_t end, char address);

/* The same, where the word can only become one of these. */
char **complete_from(const struct strset *candidates, struct text word);

#endif
