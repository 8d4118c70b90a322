/*
 * Users who entered and left a room while nothing else happened there, as one sentence. A user who
 * did both is not mentioned. Knows neither rooms nor lines.
 */
#ifndef CLIENT_MODEL_FOLD_H
#define CLIENT_MODEL_FOLD_H

#include "teahouse/strbuf.h"

struct move {
	char *nick;
	bool joined; /* else the user left */
};

/* Zeroed is empty. */
struct fold {
	struct move *moves; /* in their order */
	size_t n, cap;
};

void fold_add(struct fold *fold, struct text nick, bool joined);

/* Adds `ann, bob and 2 others have joined the chat, kim has left`. */
void fold_describe(const struct fold *fold, struct strbuf *out);
void fold_clear(struct fold *fold);

#endif
