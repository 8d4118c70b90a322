/* Finds the known word that is nearest to a misspelled one. Knows no file and no line. */
#include "config/suggest.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { WORD_MAX_BYTES = 32 };

/*
 * The optimal string alignment distance: letters to change, insert, delete or swap with the
 * next one, to get from a to b.
 */
static size_t
word_distance(const char *a, const char *b)
{
	size_t rows[WORD_MAX_BYTES + 1][WORD_MAX_BYTES + 1];
	size_t n = strlen(a), m = strlen(b);
	if (n > WORD_MAX_BYTES || m > WORD_MAX_BYTES)
		return SIZE_MAX;
	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			size_t least = i + j;
			if (i > 0 && rows[i - 1][j] + 1 < least)
				least = rows[i - 1][j] + 1;
			if (j > 0 && rows[i][j - 1] + 1 < least)
				least = rows[i][j - 1] + 1;
			if (i > 0 && j > 0 && rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]) < least)
				least = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				rows[i - 2][j - 2] + 1 < least)
				least = rows[i - 2][j - 2] + 1;
			rows[i][j] = least;
		}
	}
	return rows[n][m];
}

/* Whether `known` may be meant by a word: one letter in three may be wrong. */
static bool
word_is_near(const char *word, const char *known)
{
	return word_distance(word, known) <= strlen(known) / 3;
}

static const struct setting *
setting_nearest(const char *section, const char *key)
{
	const struct setting *nearest = NULL;
	for (const struct setting *s = settings; s->key; s++)
		if (strcmp(s->section, section) == 0 && word_is_near(key, s->key) &&
			(!nearest || word_distance(key, s->key) < word_distance(key, nearest->key)))
			nearest = s;
	return nearest;
}

/* The first setting of that key in any section, or NULL. */
static const struct setting *
setting_elsewhere(const char *key)
{
	for (const struct setting *s = settings; s->key; s++)
		if (strcmp(s->key, key) == 0)
			return s;
	return NULL;
}

static void
keys_expected(struct strbuf *out, const char *section)
{
	const char *separator = "expected one of";
	for (const struct setting *s = settings; s->key; s++) {
		if (strcmp(s->section, section) == 0) {
			strbuf_printf(out, "%s %s", separator, s->key);
			separator = ",";
		}
	}
}

const struct setting *
suggest_key(struct strbuf *out, const char *section, const char *key)
{
	const struct setting *nearest = setting_nearest(section, key);
	const struct setting *elsewhere = setting_elsewhere(key);
	strbuf_puts(out, "unknown key; ");
	if (nearest) {
		strbuf_printf(out, "did you mean %s?", nearest->key);
	} else if (elsewhere) {
		bool listener = strcmp(elsewhere->section, "listener") == 0;
		strbuf_printf(
			out, "it belongs in [%s%s]", elsewhere->section, listener ? ":NAME" : "");
	} else {
		keys_expected(out, section);
	}
	return nearest;
}

bool
suggest_section(struct strbuf *out, const char *section)
{
	size_t n = strcspn(section, ":");
	char *word = xstrndup(section, n);
	bool listener = word_is_near(word, "listener");
	strbuf_puts(out, "unknown section; ");
	if (listener)
		strbuf_printf(out, "did you mean [listener:%s]?",
			section[n] && section[n + 1] ? section + n + 1 : "NAME");
	else if (word_is_near(word, "server"))
		strbuf_puts(out, "did you mean [server]?");
	else if (word_is_near(word, "limits"))
		strbuf_puts(out, "did you mean [limits]?");
	else
		strbuf_puts(out, "expected [server], [limits] or [listener:NAME]");
	free(word);
	return listener;
}

const char *
common_mistake(const char *value)
{
	size_t len = strlen(value);
	if (value[0] == '#' || strstr(value, " #") || strstr(value, "\t#"))
		return "contains a #; expected a ; before a comment that follows a value";
	if (len > 1 && value[0] == '"' && value[len - 1] == '"')
		return "is in quotes; expected the value without them";
	return NULL;
}
