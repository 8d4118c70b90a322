/*
 * Which of 16 colours the nick of each member of a room has: by a hash of the nick, or the next
 * free one if another member has that. The page has the same rule. Knows no screen: what the
 * colours look like is in ui/colour.h.
 */
#ifndef CLIENT_MODEL_NICK_COLOURS_H
#define CLIENT_MODEL_NICK_COLOURS_H

#include "teahouse/text.h"

enum { NICK_COLOURS = 16 };

struct nick_colour {
	char *nick;
	int colour;
};

/* The colours of a room's members, sorted by nick. Zeroed is empty. */
struct nick_colours {
	struct nick_colour *items;
	size_t n, cap;
	size_t users[NICK_COLOURS]; /* how many members have each colour */
};

/* The colour by the hash alone, the same for each spelling in letter case. */
int nick_colour(struct text nick);

/* The member's colour; of a user who is no member, the one by the hash. */
int nick_colours_get(const struct nick_colours *colours, struct text nick);

/* To be called as users enter, leave and change their nicks; a new nick keeps the colour. */
void nick_colours_add(struct nick_colours *colours, struct text nick);
void nick_colours_remove(struct nick_colours *colours, struct text nick);
void nick_colours_rename(struct nick_colours *colours, struct text old, struct text new);
void nick_colours_clear(struct nick_colours *colours);

#endif
