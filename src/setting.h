/* The settings as rows of a table, and the values that they may have. */
#ifndef SETTING_H
#define SETTING_H

#include "teahouse/config.h"
#include "teahouse/name_rules.h"

enum setting_type {
	SETTING_NUMBER,   /* long */
	SETTING_INT,      /* int */
	SETTING_YES_NO,   /* bool */
	SETTING_TITLE,    /* char *: text to be shown */
	SETTING_ROOM,     /* char * */
	SETTING_ADDRESS,  /* char *; NULL: all addresses */
	SETTING_PROTOCOL, /* const struct adapter * */
	SETTING_FOLDER,   /* char *: as it was given */
	SETTING_ORIGINS,  /* char *: with one space between any two */
	SETTING_ENDING,   /* enum ending */
};

struct setting {
	const char *section; /* "server", "limits"; "listener" for any [listener:NAME] */
	const char *key;
	enum setting_type type;
	size_t place;         /* offset of its field, in struct config or struct draft */
	long least, most;     /* of a number, or bytes of a title */
	const char *standard; /* what it is when not given; NULL: required, or another's */
	bool required;
	const char *protocols; /* whose listeners have it, separated by spaces; NULL: all */
	const char *about;     /* one line, for whoever made a mistake and for the shipped file */
};

/* A listener while it is read. */
struct draft {
	struct listener listener;
	bool enabled;
};

/* Ends with a row without a key; never longer than SETTINGS_MAX. */
extern const struct setting settings[];

enum { SETTINGS_MAX = 64 };

/* The row of a section's key, or NULL. */
const struct setting *setting_find(const char *section, struct text key);

/* Whether an adapter's listeners have it; and says that they do not. */
bool setting_fits(const struct setting *s, const struct adapter *adapter);
void setting_misfit(const struct setting *s, const struct adapter *adapter, struct strbuf *out);

/*
 * Puts the value in its field of `in`, a struct config or a struct draft, and
 * returns what is wrong with it, or NULL. What was there before is freed.
 */
const char *setting_read(
	const struct setting *s, void *in, const char *value, struct name_rules *rules);

/* What of a value can only be a misunderstanding of the file's format, or NULL. */
const char *setting_disguise(const char *value);

/* Adds what would be right. */
void setting_right(const struct setting *s, struct strbuf *out);

/* Says that there is no such key, and what may be meant, which is returned where it is clear. */
const struct setting *setting_suggest(const char *section, const char *key, struct strbuf *out);

/* "listener:web" is of the kind "listener"; NULL: there is no such section. */
const char *section_kind(const char *section);

/* Says that there is no such section; whether a listener's may be meant. */
bool section_suggest(const char *section, struct strbuf *out);

/* Whether a listener's name is one. */
bool section_is_right(const char *section);
void section_right(struct strbuf *out);

/* Whether two listeners at these addresses and one port would be in each other's way. */
bool address_meets(const char *a, const char *b);

#endif
