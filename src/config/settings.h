/* The settings, one row each, and the values that each may have. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

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
	SETTING_FOLDER,   /* char *: as given */
	SETTING_ORIGINS,  /* char *: with one space between any two */
	SETTING_NETWORKS, /* char *: as given */
	SETTING_ENDING,   /* enum ending */
	SETTING_FILE,     /* char *: as given */
	SETTING_SYNC,     /* enum store_sync */
};

struct setting {
	const char *section; /* "server", "limits", ..; "listener" for any [listener:NAME] */
	const char *key;
	enum setting_type type;
	size_t offset;             /* of its field, in struct config or struct listener_draft */
	long min, max;             /* of a number, or bytes of a title */
	const char *default_value; /* NULL: it is required, or another setting's value */
	bool required;
	const char *protocols; /* the protocols that have it, separated by spaces; NULL: all */
	const char *about;     /* one line, for error messages and the shipped file */
};

/* A listener while its section is read. */
struct listener_draft {
	struct listener listener;
	bool enabled;
};

/* Ends with a row without a key; has at most SETTINGS_MAX others. */
extern const struct setting settings[];

enum { SETTINGS_MAX = 64 };

/* The sections that are no listeners; ends with NULL. */
extern const char *const plain_sections[];

/* The row of a section's key, or NULL. */
const struct setting *setting_find(const char *section, struct text key);

/* Whether listeners of the adapter have the setting. */
bool setting_applies(const struct setting *setting, const struct adapter *adapter);

/* Appends that they do not. */
void setting_misplaced(
	const struct setting *setting, const struct adapter *adapter, struct strbuf *out);

/*
 * Stores the value in its field of `in`, a struct config or a struct listener_draft, which
 * owns strings and frees the previous one. Returns what is wrong with the value, or NULL.
 */
const char *setting_parse(
	const struct setting *setting, void *in, const char *value, struct name_rules *rules);

/* Appends which values are valid. */
void setting_expected(const struct setting *setting, struct strbuf *out);

/* "listener:web" is of the kind "listener". NULL: there is no such section. */
const char *section_kind(const char *section);

/* Whether the name in [listener:NAME] is valid; appends which names are. */
bool section_name_is_valid(const char *section);
void section_name_expected(struct strbuf *out);

#endif
