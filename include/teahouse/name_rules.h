/*
 * Nicks and the names of rooms: which are valid, and which are the same to a reader
 * (SPEC 4, UTS #39).
 */
#ifndef TEAHOUSE_NAME_RULES_H
#define TEAHOUSE_NAME_RULES_H

#include "teahouse/text.h"

/* The longest names: in bytes of NFC, and in characters as a reader counts them. */
enum { NAME_BYTES = 128, NICK_CHARACTERS = 32, ROOM_CHARACTERS = 64 };

enum name_kind { NAME_NICK, NAME_ROOM };

/*
 * The name of a user or a room. Two names are the same when their `casefolded` forms are
 * equal, or when their skeletons are equal and at least one of them is not ASCII.
 */
struct name {
	struct text shown;      /* NFC, as given; followed by a NUL */
	struct text casefolded; /* NFC of the full case folding */
	struct text skeleton;   /* of UTS #39, casefolded: the same for confusables */
	bool ascii;
	char bytes[];
};

/* ICU's opened rules: one per thread, since ICU's objects must not be shared by threads. */
struct name_rules;

struct name_rules *name_rules_open(void);
void name_rules_close(struct name_rules *rules);

/* The name, to be freed with free(). NULL: t is not a valid name of that kind. */
struct name *name_make(struct name_rules *rules, struct text t, enum name_kind kind);

/* Characters as a reader counts them: extended grapheme clusters (UAX #29). */
size_t text_characters(struct name_rules *rules, struct text t);

#endif
