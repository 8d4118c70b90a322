/*
 * The settings: one table of them, and what each kind of value may be. Knows
 * no file and no line; of protocols only what adapters say of themselves.
 */
#include "setting.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/alloc.h"

enum { LISTENER_NAME_MAX = 32, WORD_MAX_BYTES = 32 };

/*
 * A message has to fit a packet of 65,535 bytes even when JSON escapes all of
 * it, and a queue at least one packet.
 */
const struct setting settings[] = {
	{"server", "name", SETTING_TITLE, offsetof(struct config, name), 1, 128, "Teahouse", false,
		NULL, "the server's name, as greetings say it"},
	{"server", "room", SETTING_ROOM, offsetof(struct config, room), 0, 0, "main", false, NULL,
		"the room that people enter on arrival"},
	{"server", "address", SETTING_ADDRESS, offsetof(struct config, address), 0, 0, "127.0.0.1",
		false, NULL, "where listeners listen, unless one says otherwise"},

	{"limits", "sessions", SETTING_NUMBER, offsetof(struct config, sessions), 1, 1000000,
		"10000", false, NULL, "sessions at once, all listeners together"},
	{"limits", "sessions_per_address", SETTING_NUMBER,
		offsetof(struct config, sessions_per_address), 0, 1000000, "0", false, NULL,
		"sessions at once from one address; 0: no limit"},
	{"limits", "message", SETTING_NUMBER, offsetof(struct config, message), 1, 16384, "4000",
		false, NULL, "the longest text that can be said, in bytes of UTF-8"},
	{"limits", "rate", SETTING_NUMBER, offsetof(struct config, rate), 0, 10000, "10", false,
		NULL, "messages a second that one session may send; 0: no limit"},
	{"limits", "burst", SETTING_NUMBER, offsetof(struct config, burst), 1, 100000, "40", false,
		NULL, "messages that a session may send ahead of its rate"},
	{"limits", "login_timeout", SETTING_NUMBER, offsetof(struct config, login_timeout), 0,
		86400, "120", false, NULL,
		"seconds to give a nick before being shown out; 0: no limit"},
	{"limits", "send_queue", SETTING_NUMBER, offsetof(struct config, send_queue), 65536,
		1073741824, "1048576", false, NULL,
		"bytes that may wait for one slow session before it is dropped"},
	{"limits", "presence", SETTING_NUMBER, offsetof(struct config, presence), 0, 1000000, "500",
		false, NULL,
		"in rooms of more people, comings and goings are summed up; 0: in none"},

	{"listener", "protocol", SETTING_PROTOCOL, offsetof(struct draft, listener.adapter), 0, 0,
		NULL, true, NULL, "the protocol that is spoken there"},
	{"listener", "port", SETTING_INT, offsetof(struct draft, listener.port), 0, PORT_MAX, NULL,
		true, NULL, "the TCP port; 0: any free one"},
	{"listener", "address", SETTING_ADDRESS, offsetof(struct draft, listener.address), 0, 0,
		NULL, false, NULL, "where it listens, if not at server.address"},
	{"listener", "room", SETTING_ROOM, offsetof(struct draft, listener.room), 0, 0, NULL, false,
		NULL, "the room that its users enter, if not server.room"},
	{"listener", "echo", SETTING_YES_NO, offsetof(struct draft, listener.echo), 0, 0, NULL,
		false, NULL, "whether its users hear what they say themselves"},
	{"listener", "enabled", SETTING_YES_NO, offsetof(struct draft, enabled), 0, 0, "yes", false,
		NULL, "whether it is opened at all"},
	{"listener", "strict", SETTING_YES_NO, offsetof(struct draft, listener.strict), 0, 0, "no",
		false, "telnet",
		"whether only plain-word commands exist, and nothing else is said"},
	{"listener", "root", SETTING_FOLDER, offsetof(struct draft, listener.root), 0, 0, "../web",
		false, "web", "the page's folder; a relative one is beside the settings"},
	{"listener", "origins", SETTING_ORIGINS, offsetof(struct draft, listener.origins), 0, 0, "",
		false, "web", "other sites whose pages may connect, separated by spaces"},
	{"listener", "nicks", SETTING_YES_NO, offsetof(struct draft, listener.nicks), 0, 0, "no",
		false, "relay direct", "whether its users read who said it, in front of each text"},
	{"listener", "announce", SETTING_YES_NO, offsetof(struct draft, listener.announce), 0, 0,
		"yes", false, "lobby", "whether its users are told who enters and leaves"},
	{"listener", "hear", SETTING_YES_NO, offsetof(struct draft, listener.hear), 0, 0, "no",
		false, "direct", "whether its users hear what is said in their room"},
	{"listener", "pause", SETTING_INT, offsetof(struct draft, listener.pause), 1, 10000, "50",
		false, "relay lobby direct",
		"milliseconds of silence that end a message without a line ending"},
	{"listener", "ending", SETTING_ENDING, offsetof(struct draft, listener.ending), 0, 0, "lf",
		false, "lobby direct", "what ends each string that the server sends"},
	{0},
};

_Static_assert(sizeof settings / sizeof *settings <= SETTINGS_MAX + 1, "SETTINGS_MAX is too low");

static const char *const endings[ENDINGS] = {
	[ENDING_LF] = "lf",
	[ENDING_CRLF] = "crlf",
	[ENDING_NONE] = "none",
};

static void
string_set(char **at, const char *value)
{
	free(*at);
	*at = value ? xstrndup(value, strlen(value)) : NULL;
}

/* Each value's reader returns what is wrong with it, or NULL. */
static const char *
number_read(long *to, const char *value, long least, long most)
{
	const char *digits = value + (*value == '-');
	if (!*digits || digits[strspn(digits, "0123456789")])
		return "is not a number";
	errno = 0;
	long n = strtol(value, NULL, 10);
	if (errno || n < least || n > most)
		return "is out of range";
	*to = n;
	return NULL;
}

static const char *
int_read(int *to, const char *value, long least, long most)
{
	long n = *to;
	const char *what = number_read(&n, value, least, most);
	*to = (int)n;
	return what;
}

static const char *
yes_no_read(bool *to, const char *value)
{
	*to = strcmp(value, "yes") == 0;
	return *to || strcmp(value, "no") == 0 ? NULL : "is neither yes nor no";
}

static const char *
title_read(char **to, const char *value, long least, long most)
{
	struct strbuf clean = {0};
	text_clean(&clean, text_of(value));
	size_t len = clean.len;
	strbuf_clear(&clean);
	string_set(to, value);
	if (len < (size_t)least)
		return "has nothing in it to show";
	return len > (size_t)most ? "is too long" : NULL;
}

static const char *
room_read(char **to, const char *value, struct name_rules *rules)
{
	struct name *name = name_make(rules, text_of(value), ROOM_CHARACTERS);
	string_set(to, name ? value : NULL);
	free(name);
	return *to ? NULL : "cannot be a room's name";
}

bool
address_meets(const char *a, const char *b)
{
	static const unsigned char all[16], all_v4[16] = {[10] = 0xff, [11] = 0xff};
	unsigned char x[16], y[16];
	if (!a || !b || strcmp(a, b) == 0)
		return true;
	if (!address_parse(x, a) || !address_parse(y, b))
		return false;
	bool wild = memcmp(x, all, 16) == 0 || memcmp(y, all, 16) == 0;
	bool both_v4 = memcmp(x, all_v4, 12) == 0 && memcmp(y, all_v4, 12) == 0;
	bool wild_v4 = memcmp(x, all_v4, 16) == 0 || memcmp(y, all_v4, 16) == 0;
	return wild || (both_v4 && wild_v4) || memcmp(x, y, 16) == 0;
}

static const char *
address_read(char **to, const char *value)
{
	unsigned char bytes[ADDRESS_KEY_BYTES];
	bool all = strcmp(value, "*") == 0;
	string_set(to, all ? NULL : value);
	return all || address_parse(bytes, value) ? NULL : "is not an address";
}

static const char *
protocol_read(const struct adapter **to, const char *value)
{
	*to = adapter_find(text_of(value));
	return *to ? NULL : "is not a protocol";
}

static const char *
folder_read(char **to, const char *value)
{
	const char *what = *value ? NULL : "is not a folder";
	string_set(to, value);
	return what;
}

/* Whether a browser would send it: what it never sends would be allowed in vain. */
static bool
origin_is_right(const char *origin)
{
	bool secure = strncmp(origin, "https://", 8) == 0;
	if (!secure && strncmp(origin, "http://", 7) != 0)
		return false;
	const char *host = origin + (secure ? 8 : 7);
	bool literal = *host == '[';
	size_t n = strspn(host + literal,
		literal ? "0123456789abcdef:." : "0123456789abcdefghijklmnopqrstuvwxyz.-_");
	const char *rest = host + literal + n;
	if (n == 0 || (literal && *rest++ != ']'))
		return false;
	long port;
	return *rest == '\0' ||
	       (*rest == ':' && rest[1] != '0' && !number_read(&port, rest + 1, 1, PORT_MAX) &&
		       port != (secure ? 443 : 80));
}

static const char *
origins_read(char **to, const char *value)
{
	const char *what = NULL;
	struct strbuf all = {0};
	struct text rest = text_of(value);
	while (rest.len > 0) {
		struct text word = text_word(&rest);
		char *origin = xstrndup(word.ptr, word.len);
		if (!origin_is_right(origin))
			what = "is not a list of origins";
		strbuf_printf(&all, "%s%s", all.len ? " " : "", origin);
		free(origin);
	}
	free(*to);
	*to = xstrndup(all.ptr, all.len);
	strbuf_clear(&all);
	return what;
}

static const char *
ending_read(enum ending *to, const char *value)
{
	for (int i = 0; i < ENDINGS; i++) {
		if (strcmp(value, endings[i]) == 0) {
			*to = (enum ending)i;
			return NULL;
		}
	}
	return "is not an ending";
}

const char *
setting_read(const struct setting *s, void *in, const char *value, struct name_rules *rules)
{
	void *to = (char *)in + s->place;
	switch (s->type) {
	case SETTING_NUMBER:
		return number_read(to, value, s->least, s->most);
	case SETTING_INT:
		return int_read(to, value, s->least, s->most);
	case SETTING_YES_NO:
		return yes_no_read(to, value);
	case SETTING_TITLE:
		return title_read(to, value, s->least, s->most);
	case SETTING_ROOM:
		return room_read(to, value, rules);
	case SETTING_ADDRESS:
		return address_read(to, value);
	case SETTING_PROTOCOL:
		return protocol_read(to, value);
	case SETTING_FOLDER:
		return folder_read(to, value);
	case SETTING_ORIGINS:
		return origins_read(to, value);
	case SETTING_ENDING:
		return ending_read(to, value);
	}
	return NULL;
}

void
setting_right(const struct setting *s, struct strbuf *out)
{
	strbuf_puts(out, "; right is ");
	switch (s->type) {
	case SETTING_NUMBER:
	case SETTING_INT:
		strbuf_printf(out, "%ld to %ld", s->least, s->most);
		break;
	case SETTING_YES_NO:
		strbuf_puts(out, "yes or no");
		break;
	case SETTING_TITLE:
		strbuf_printf(out, "%ld to %ld bytes of text", s->least, s->most);
		break;
	case SETTING_ROOM:
		strbuf_printf(out, "1 to %d characters, no spaces, none of # @ : , * ! / \" < >",
			ROOM_CHARACTERS);
		break;
	case SETTING_ADDRESS:
		strbuf_puts(out, "an IPv4 or IPv6 address, or * for all there are");
		break;
	case SETTING_PROTOCOL:
		strbuf_puts(out, "one of");
		for (const struct adapter *const *a = adapter_list(); *a; a++)
			strbuf_printf(out, "%s %s", a == adapter_list() ? "" : ",", (*a)->name);
		break;
	case SETTING_FOLDER:
		strbuf_puts(out, "a folder with an index.html");
		break;
	case SETTING_ORIGINS:
		strbuf_puts(out,
			"http://HOST or https://HOST in lower case, and :PORT if it is not "
			"the usual one");
		break;
	case SETTING_ENDING:
		strbuf_puts(out, "one of");
		for (int i = 0; i < ENDINGS; i++)
			strbuf_printf(out, "%s %s", i ? "," : "", endings[i]);
		break;
	}
	strbuf_printf(out, " (%s)", s->about);
}

const struct setting *
setting_find(const char *section, struct text key)
{
	for (const struct setting *s = settings; s->key; s++)
		if (strcmp(s->section, section) == 0 && text_is(text_of(s->key), key))
			return s;
	return NULL;
}

bool
setting_fits(const struct setting *s, const struct adapter *adapter)
{
	if (!s->protocols)
		return true;
	struct text rest = text_of(s->protocols);
	while (rest.len > 0)
		if (text_is(text_word(&rest), text_of(adapter->name)))
			return true;
	return false;
}

void
setting_misfit(const struct setting *s, const struct adapter *adapter, struct strbuf *out)
{
	const char *between = "belongs to listeners of";
	for (struct text rest = text_of(s->protocols); rest.len > 0; between = " or") {
		struct text protocol = text_word(&rest);
		strbuf_printf(out, "%s %.*s", between, TEXT_ARGS(protocol));
	}
	strbuf_printf(out, ", and this is one of %s; right is to leave it out", adapter->name);
}

/* Letters to change, add, leave out or swap with the next one, to make b of a. */
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

/* Whether a may have been meant for b: a letter in three may be wrong. */
static bool
word_is_near(const char *a, const char *b)
{
	return word_distance(a, b) <= strlen(b) / 3;
}

static const struct setting *
setting_near(const char *section, const char *key)
{
	const struct setting *near = NULL;
	for (const struct setting *s = settings; s->key; s++)
		if (strcmp(s->section, section) == 0 && word_is_near(key, s->key) &&
			(!near || word_distance(key, s->key) < word_distance(key, near->key)))
			near = s;
	return near;
}

const struct setting *
setting_suggest(const char *section, const char *key, struct strbuf *out)
{
	const struct setting *near = setting_near(section, key), *elsewhere = NULL;
	for (const struct setting *s = settings; s->key && !elsewhere; s++)
		if (strcmp(s->key, key) == 0)
			elsewhere = s;
	strbuf_puts(out, "there is no such key; ");
	if (near) {
		strbuf_printf(out, "perhaps %s is meant", near->key);
	} else if (elsewhere) {
		bool listener = strcmp(elsewhere->section, "listener") == 0;
		strbuf_printf(
			out, "it belongs in [%s%s]", elsewhere->section, listener ? ":NAME" : "");
	} else {
		const char *between = "right is one of";
		for (const struct setting *s = settings; s->key; s++) {
			if (strcmp(s->section, section) == 0) {
				strbuf_printf(out, "%s %s", between, s->key);
				between = ",";
			}
		}
	}
	return near;
}

const char *
setting_disguise(const char *value)
{
	size_t len = strlen(value);
	if (value[0] == '#' || strstr(value, " #") || strstr(value, "\t#"))
		return "has a # in it; right is a ; before a comment that stands behind a value";
	if (len > 1 && value[0] == '"' && value[len - 1] == '"')
		return "stands in quotes; right is the value without them";
	return NULL;
}

static const char *
listener_name(const char *section)
{
	size_t n = strlen("listener:");
	return strncmp(section, "listener:", n) == 0 ? section + n : NULL;
}

const char *
section_kind(const char *section)
{
	if (listener_name(section))
		return "listener";
	for (const struct setting *s = settings; s->key; s++)
		if (strcmp(s->section, section) == 0 && strcmp(section, "listener") != 0)
			return s->section;
	return NULL;
}

bool
section_suggest(const char *section, struct strbuf *out)
{
	size_t n = strcspn(section, ":");
	char *word = xstrndup(section, n);
	bool listener = word_is_near(word, "listener");
	strbuf_puts(out, "there is no such section; ");
	if (listener)
		strbuf_printf(out, "perhaps [listener:%s] is meant",
			section[n] && section[n + 1] ? section + n + 1 : "NAME");
	else if (word_is_near(word, "server"))
		strbuf_puts(out, "perhaps [server] is meant");
	else if (word_is_near(word, "limits"))
		strbuf_puts(out, "perhaps [limits] is meant");
	else
		strbuf_puts(out, "right is [server], [limits] or [listener:NAME]");
	free(word);
	return listener;
}

bool
section_is_right(const char *section)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	const char *name = listener_name(section);
	size_t n = name ? strspn(name, letters) : 0;
	return !name || (n > 0 && n <= LISTENER_NAME_MAX && !name[n]);
}

void
section_right(struct strbuf *out)
{
	strbuf_printf(out,
		"that cannot be a listener's name; right is 1 to %d letters (a to z), digits, "
		"- _ or .",
		LISTENER_NAME_MAX);
}
