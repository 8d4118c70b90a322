/* Colours of nicks, as a sorted array. */
#include "client/model/nick_colours.h"

#include <stdlib.h>
#include <wctype.h>

#include "base/alloc.h"
#include "base/utf8.h"

enum {
	STEP = 3, /* has no divisor in common with NICK_COLOURS, so that it leads to each */
	CAPITAL_I_DOT = 0x130,
	DOT_ABOVE = 0x307,
	CAPITAL_SIGMA = 0x3A3,
	FINAL_SIGMA = 0x3C2,
};

static uint32_t
hash_add(uint32_t hash, uint32_t code)
{
	return (hash ^ code) * 16777619;
}

/* As JavaScript's toLowerCase, which knows two letters that towlower does not. */
static uint32_t
hash_lower(uint32_t hash, wchar_t code, wchar_t before, struct text rest)
{
	if (code == CAPITAL_I_DOT)
		return hash_add(hash_add(hash, 'i'), DOT_ABOVE);
	bool ends = rest.len == 0 || !iswalpha((wint_t)utf8_next(&rest));
	if (code == CAPITAL_SIGMA && ends && iswalpha((wint_t)before))
		return hash_add(hash, FINAL_SIGMA);
	return hash_add(hash, (uint32_t)towlower((wint_t)code));
}

int
nick_colour(struct text nick)
{
	uint32_t hash = 2166136261;
	wchar_t before = L' ';
	while (nick.len > 0) {
		wchar_t code = utf8_next(&nick);
		hash = hash_lower(hash, code, before, nick);
		before = code;
	}
	return (int)((hash ^ hash >> 15) % NICK_COLOURS);
}

/* The index of the nick, or where it would have to be inserted. */
static size_t
colours_find(const struct nick_colours *colours, struct text nick, bool *found)
{
	size_t from = 0, to = colours->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		struct text item = text_of(colours->items[middle].nick);
		size_t common = item.len < nick.len ? item.len : nick.len;
		int order = common > 0 ? memcmp(item.ptr, nick.ptr, common) : 0;
		if (order < 0 || (order == 0 && item.len < nick.len))
			from = middle + 1;
		else
			to = middle;
	}
	*found = from < colours->n && text_is(text_of(colours->items[from].nick), nick);
	return from;
}

int
nick_colours_get(const struct nick_colours *colours, struct text nick)
{
	bool found;
	size_t i = colours_find(colours, nick, &found);
	return found ? colours->items[i].colour : nick_colour(nick);
}

static void
colours_insert(struct nick_colours *colours, struct text nick, int colour)
{
	bool found;
	size_t i = colours_find(colours, nick, &found);
	if (found)
		return;
	if (colours->n == colours->cap) {
		colours->cap = colours->cap ? 2 * colours->cap : NICK_COLOURS;
		colours->items = xrealloc(colours->items, colours->cap * sizeof *colours->items);
	}
	memmove(colours->items + i + 1, colours->items + i,
		(colours->n++ - i) * sizeof *colours->items);
	colours->items[i] = (struct nick_colour){xstrndup(nick.ptr, nick.len), colour};
	colours->users[colour]++;
}

/* Returns the colour that the nick had; -1: it had none. */
static int
colours_take(struct nick_colours *colours, struct text nick)
{
	bool found;
	size_t i = colours_find(colours, nick, &found);
	if (!found)
		return -1;
	int colour = colours->items[i].colour;
	free(colours->items[i].nick);
	memmove(colours->items + i, colours->items + i + 1,
		(--colours->n - i) * sizeof *colours->items);
	colours->users[colour]--;
	return colour;
}

void
nick_colours_add(struct nick_colours *colours, struct text nick)
{
	int own = nick_colour(nick), colour = own;
	for (int i = 0; i < NICK_COLOURS && colours->users[colour] > 0; i++)
		colour = (colour + STEP) % NICK_COLOURS;
	colours_insert(colours, nick, colour);
}

void
nick_colours_remove(struct nick_colours *colours, struct text nick)
{
	colours_take(colours, nick);
}

void
nick_colours_rename(struct nick_colours *colours, struct text old, struct text new)
{
	int colour = colours_take(colours, old);
	if (colour < 0)
		return;
	colours_take(colours, new);
	colours_insert(colours, new, colour);
}

void
nick_colours_clear(struct nick_colours *colours)
{
	for (size_t i = 0; i < colours->n; i++)
		free(colours->items[i].nick);
	free(colours->items);
	*colours = (struct nick_colours){0};
}
