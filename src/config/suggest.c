/* Finds the known word that is nearest to a misspelled one. Knows no file and no line. */
#include "config/suggest.h"

#include "base/word_distance.h"

static const struct setting *
setting_nearest(const char *section, const char *key)
{
	const struct setting *nearest = NULL;
	struct text word = text_of(key);
	for (const struct setting *s = settings; s->key; s++)
		if (strcmp(s->section, section) == 0 && word_is_near(word, text_of(s->key)) &&
			(!nearest || word_distance(word, text_of(s->key)) <
					     word_distance(word, text_of(nearest->key))))
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
		strbuf_printf(out, "did you mean \"%s\"?", nearest->key);
	} else if (elsewhere) {
		bool listener = strcmp(elsewhere->section, "listener") == 0;
		strbuf_printf(
			out, "it belongs in [%s%s]", elsewhere->section, listener ? ":NAME" : "");
	} else {
		keys_expected(out, section);
	}
	return nearest;
}

void
sections_list(struct strbuf *out)
{
	for (size_t i = 0; plain_sections[i]; i++)
		strbuf_printf(out, "[%s]%s", plain_sections[i],
			plain_sections[i + 1] ? ", " : " or [listener:NAME]");
}

bool
suggest_section(struct strbuf *out, const char *section)
{
	size_t n = strcspn(section, ":");
	struct text word = {section, n};
	bool listener = word_is_near(word, text_of("listener"));
	const char *near = NULL;
	for (size_t i = 0; !near && plain_sections[i]; i++)
		if (word_is_near(word, text_of(plain_sections[i])))
			near = plain_sections[i];
	strbuf_puts(out, "unknown section; ");
	if (listener) {
		strbuf_printf(out, "did you mean [listener:%s]?",
			section[n] && section[n + 1] ? section + n + 1 : "NAME");
	} else if (near) {
		strbuf_printf(out, "did you mean [%s]?", near);
	} else {
		strbuf_puts(out, "expected ");
		sections_list(out);
	}
	return listener || near;
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
