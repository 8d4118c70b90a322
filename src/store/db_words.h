/*
 * The words of messages, for searching. Each word is indexed together with the number of its
 * room, so that a search reads nothing of other rooms, and its time tells nothing of them.
 */
#ifndef STORE_DB_WORDS_H
#define STORE_DB_WORDS_H

#include <sqlite3.h>

#include "teahouse/strbuf.h"

/* Registers the tokenizer `teahouse` of FTS5: unicode61, for a text that words_text made. */
int words_register(sqlite3 *sqlite);

/* Appends a text as the tokenizer wants it: the room's number, a line feed, the text. */
void words_text(struct strbuf *out, int64_t room, struct text text);

/*
 * Appends the FTS5 query for what a person typed: words, which must all be there, "phrases" in
 * quotes and beginnings*; everything else is text. Appends nothing if there is no word in it.
 */
void words_query(struct strbuf *out, int64_t room, struct text typed);

#endif
