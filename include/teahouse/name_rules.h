/*
 * Nicks and the names of rooms: which are possible, and which are the same to a
 * reader (SPEC 4).
 */
#ifndef TEAHOUSE_NAME_RULES_H
#define TEAHOUSE_NAME_RULES_H

#include "teahouse/text.h"

enum { NAME_BYTES = 128, NICK_CHARACTERS = 32, ROOM_CHARACTERS = 64 };

/*
 * A nick's or a room's name. Two names are the same when their `casefolded` forms are,
 * or when their skeletons are and not both are ASCII (SPEC 4, UTS #39).
 */
struct name {
	struct text shown;      /* NFC, as first spelled; NUL-terminated as a courtesy */
	struct text casefolded; /* without differences of case */
	struct text skeleton;   /* what it looks like */
	bool ascii;
	char bytes[];
};

/* ICU's opened rules; one a core, since ICU objects may not be shared by threads. */
struct name_rules;

struct name_rules *name_rules_open(void);
void name_rules_close(struct name_rules *s);

/* The name, to be freed with free(), or NULL when t cannot be one. */
struct name *name_make(struct name_rules *s, struct text t, size_t max_characters);

/* Characters as a reader counts them (grapheme clusters, UAX #29). */
size_t text_characters(struct name_rules *s, struct text t);

#endif
