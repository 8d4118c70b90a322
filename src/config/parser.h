/*
 * The settings file, as sections with their keys, and the mistakes found in it. Knows the
 * form of the file (inih's) and each setting's values; not which settings are required,
 * nor which of them go together.
 */
#ifndef CONFIG_PARSER_H
#define CONFIG_PARSER_H

#include <limits.h>

#include "config/settings.h"

/* A mistake in the command line's PORT has this line; it is reported after the file's. */
#define LINE_ARGUMENT LONG_MAX

/* In section.given: a line that is itself wrong was meant for the key, so it is not missing. */
#define LINE_WRONG (-1)

struct section {
	char *name;               /* what stands between the brackets */
	const char *kind;         /* "server", "limits", .., "listener"; NULL: an unknown section */
	long line;                /* 0: not in the file */
	bool partial;             /* a duplicate, or cut short: what it lacks is not reported */
	long given[SETTINGS_MAX]; /* the line of each setting, or LINE_WRONG; 0: not given */
	struct listener_draft draft; /* if it is a listener's */
};

struct mistake {
	long line; /* 0: it concerns the whole file */
	struct strbuf message;
};

struct parser {
	const char *path;
	FILE *file;
	long line;                 /* the number of the line read last */
	bool awaiting_key;         /* inih was given a line and has not called back yet */
	bool section_hidden;       /* a mistake already reported may hide a section */
	struct section **sections; /* first all but listeners, whether in the file or not */
	size_t n_sections;
	struct section *section;  /* the one that the line is in; NULL: none */
	struct mistake *mistakes; /* in the order of their lines */
	size_t n_mistakes;
	struct name_rules *rules;
	struct config *config; /* receives the values of all but listeners */
};

/* Reads the file at parser->path. parser is zeroed but for path, rules and config. */
void parser_read(struct parser *parser);

/* Appends the mistakes to `wrong`, a line each, and frees all but rules and config. */
void parser_close(struct parser *parser, struct strbuf *wrong);

/*
 * Adds a mistake whose message begins with its location. The caller appends what is wrong,
 * before the next one is added. section and key may be NULL.
 */
struct strbuf *parser_add_mistake(
	struct parser *parser, long line, const char *section, const char *key);

/* Appends a location, FILE:LINE: SECTION.KEY, without the parts that are 0 or NULL. */
void parser_write_location(struct strbuf *out, const struct parser *parser, long line,
	const char *section, const char *key);

/* The section of the name, whether in the file or not. */
struct section *section_find(const struct parser *parser, const char *name);

bool section_is_listener(const struct section *section);

/* The address of given[] for a key that the section's kind has. */
long *section_given(struct section *section, const char *key);

/* What settings are stored in: the section's draft, or the config. */
void *section_fields(struct parser *parser, struct section *section);

void listener_clear(struct listener *listener);

#endif
