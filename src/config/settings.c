/*
 * The table of settings, and the values that each type may have. Knows no file and no line;
 * of protocols only what their adapters declare.
 */
#include "config/settings.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/networks.h"

enum { LISTENER_NAME_MAX = 32 };

/*
 * limits.message: the text fits in a packet of 65,535 bytes even when JSON escapes every
 * byte of it. limits.send_queue: one such packet fits.
 */
const struct setting settings[] = {
	{"server", "name", SETTING_TITLE, offsetof(struct config, name), 1, 128, "Teahouse", false,
		NULL, "the server's name, shown in greetings"},
	{"server", "room", SETTING_ROOM, offsetof(struct config, room), 0, 0, "main", false, NULL,
		"the room that users join when they log in"},
	{"server", "address", SETTING_ADDRESS, offsetof(struct config, address), 0, 0, "127.0.0.1",
		false, NULL, "the address of listeners that have none of their own"},
	{"server", "proxies", SETTING_NETWORKS, offsetof(struct config, proxies), 0, 0, "", false,
		NULL, "proxies that are believed whom they speak for, separated by spaces"},

	{"limits", "sessions", SETTING_NUMBER, offsetof(struct config, sessions), 1, 1000000,
		"10000", false, NULL, "maximum number of sessions, on all listeners together"},
	{"limits", "sessions_per_address", SETTING_NUMBER,
		offsetof(struct config, sessions_per_address), 0, 1000000, "0", false, NULL,
		"maximum number of sessions from one address; 0: no limit"},
	{"limits", "message", SETTING_NUMBER, offsetof(struct config, message), 1, 16384, "4000",
		false, NULL, "maximum length of a message, in bytes of UTF-8"},
	{"limits", "rate", SETTING_NUMBER, offsetof(struct config, rate), 0, 10000, "10", false,
		NULL, "messages per second that a user may send; 0: no limit"},
	{"limits", "burst", SETTING_NUMBER, offsetof(struct config, burst), 1, 100000, "40", false,
		NULL, "how many messages may exceed the rate in one burst"},
	{"limits", "login_timeout", SETTING_NUMBER, offsetof(struct config, login_timeout), 0,
		86400, "120", false, NULL, "seconds allowed for logging in; 0: no limit"},
	{"limits", "send_queue", SETTING_NUMBER, offsetof(struct config, send_queue), 65536,
		1073741824, "1048576", false, NULL,
		"bytes that may wait for a slow session before it is disconnected"},
	{"limits", "presence", SETTING_NUMBER, offsetof(struct config, presence), 0, 1000000, "500",
		false, NULL,
		"rooms with more users than this summarize who joins and leaves; 0: none"},
	{"limits", "linger", SETTING_NUMBER, offsetof(struct config, linger), 0, 86400, "60", false,
		NULL, "seconds for which a user whose connection is lost may come back"},

	{"history", "file", SETTING_FILE, offsetof(struct config, history), 0, 0, "", false, NULL,
		"where what is said is kept; nothing: it does not outlive the server"},
	{"history", "sync", SETTING_SYNC, offsetof(struct config, sync), 0, 0, "normal", false,
		NULL, "what a message survives: normal, the server's death; full, a power failure"},
	{"history", "keep", SETTING_NUMBER, offsetof(struct config, keep), 0, 1000000000, "0",
		false, NULL, "messages kept in each room; 0: all"},
	{"history", "keep_days", SETTING_NUMBER, offsetof(struct config, keep_days), 0, 36500, "0",
		false, NULL, "days for which messages are kept; 0: no limit"},
	{"history", "recent", SETTING_NUMBER, offsetof(struct config, recent), 1, 10000, "200",
		false, NULL, "events of each active room kept in memory"},
	{"history", "page", SETTING_NUMBER, offsetof(struct config, page), 1, 1000, "200", false,
		NULL, "most events in one answer"},

	{"tls", "certificate", SETTING_FILE, offsetof(struct config, certificate), 0, 0, "", false,
		NULL, "the certificate, and those between it and its root, in PEM"},
	{"tls", "key", SETTING_FILE, offsetof(struct config, key), 0, 0, "", false, NULL,
		"the certificate's private key, in PEM, without a passphrase"},

	{"accounts", "register", SETTING_YES_NO, offsetof(struct config, registering), 0, 0, "yes",
		false, NULL, "whether users may register their names"},
	{"accounts", "stay_days", SETTING_NUMBER, offsetof(struct config, stay_days), 1, 3650, "30",
		false, NULL, "days for which a device may stay logged in"},
	{"accounts", "plain_passwords", SETTING_YES_NO, offsetof(struct config, plain_passwords), 0,
		0, "no", false, NULL,
		"whether passwords are taken over connections that are not encrypted"},

	{"listener", "protocol", SETTING_PROTOCOL,
		offsetof(struct listener_draft, listener.adapter), 0, 0, NULL, true, NULL,
		"the protocol that the listener speaks"},
	{"listener", "port", SETTING_INT, offsetof(struct listener_draft, listener.port), 0,
		PORT_MAX, NULL, true, NULL, "the TCP port; 0: any free port"},
	{"listener", "address", SETTING_ADDRESS, offsetof(struct listener_draft, listener.address),
		0, 0, NULL, false, NULL, "its address, if not server.address"},
	{"listener", "room", SETTING_ROOM, offsetof(struct listener_draft, listener.room), 0, 0,
		NULL, false, NULL, "the room that its users join, if not server.room"},
	{"listener", "echo", SETTING_YES_NO, offsetof(struct listener_draft, listener.echo), 0, 0,
		NULL, false, NULL, "whether users receive their own messages"},
	{"listener", "enabled", SETTING_YES_NO, offsetof(struct listener_draft, enabled), 0, 0,
		"yes", false, NULL, "whether the listener is opened"},
	{"listener", "tls", SETTING_YES_NO, offsetof(struct listener_draft, listener.tls), 0, 0,
		"no", false, NULL, "whether connections are encrypted by TLS"},
	{"listener", "proxy", SETTING_YES_NO, offsetof(struct listener_draft, listener.proxy), 0, 0,
		"no", false, NULL, "whether connections begin with a header of the PROXY protocol"},
	{"listener", "strict", SETTING_YES_NO, offsetof(struct listener_draft, listener.strict), 0,
		0, "no", false, "telnet", "whether every line must be a command without a slash"},
	{"listener", "root", SETTING_FOLDER, offsetof(struct listener_draft, listener.root), 0, 0,
		"../web", false, "web", "the page's folder; relative to the folder of this file"},
	{"listener", "origins", SETTING_ORIGINS, offsetof(struct listener_draft, listener.origins),
		0, 0, "", false, "web", "other sites whose pages may connect, separated by spaces"},
	{"listener", "nicks", SETTING_YES_NO, offsetof(struct listener_draft, listener.nicks), 0, 0,
		"no", false, "relay direct", "whether each message begins with the sender's name"},
	{"listener", "announce", SETTING_YES_NO, offsetof(struct listener_draft, listener.announce),
		0, 0, "yes", false, "lobby", "whether users are told who joins and leaves"},
	{"listener", "hear", SETTING_YES_NO, offsetof(struct listener_draft, listener.hear), 0, 0,
		"no", false, "direct", "whether users receive the messages of their room"},
	{"listener", "replay", SETTING_INT, offsetof(struct listener_draft, listener.replay), 0,
		1000, "0", false, "telnet json relay lobby",
		"messages said before that users are shown on entering a room (json: version 1)"},
	{"listener", "catch_up", SETTING_INT, offsetof(struct listener_draft, listener.catch_up), 0,
		1000, "20", false, "telnet",
		"unread messages of each room that accounts are shown on logging in"},
	{"listener", "pause", SETTING_INT, offsetof(struct listener_draft, listener.pause), 1,
		10000, "50", false, "relay lobby direct",
		"milliseconds of silence that end a message without a line ending"},
	{"listener", "ending", SETTING_ENDING, offsetof(struct listener_draft, listener.ending), 0,
		0, "lf", false, "lobby direct",
		"the line ending after each string that the server sends"},
	{0},
};

const char *const plain_sections[] = {"server", "limits", "history", "tls", "accounts", NULL};

_Static_assert(sizeof settings / sizeof *settings <= SETTINGS_MAX + 1, "SETTINGS_MAX is too low");

static const char *const endings[ENDINGS] = {
	[ENDING_LF] = "lf",
	[ENDING_CRLF] = "crlf",
	[ENDING_NONE] = "none",
};

static const char *const syncs[] = {
	[STORE_SYNC_OFF] = "off",
	[STORE_SYNC_NORMAL] = "normal",
	[STORE_SYNC_FULL] = "full",
};

static void
string_set(char **at, const char *value)
{
	free(*at);
	*at = value ? xstrndup(value, strlen(value)) : NULL;
}

/* Each of the following returns what is wrong with the value, or NULL. */
static const char *
parse_number(long *to, const char *value, long min, long max)
{
	const char *digits = value + (*value == '-');
	if (!*digits || digits[strspn(digits, "0123456789")])
		return "is not a number";
	errno = 0;
	long n = strtol(value, NULL, 10);
	if (errno || n < min || n > max)
		return "is out of range";
	*to = n;
	return NULL;
}

static const char *
parse_int(int *to, const char *value, long min, long max)
{
	long n = *to;
	const char *mistake = parse_number(&n, value, min, max);
	*to = (int)n;
	return mistake;
}

static const char *
parse_yes_no(bool *to, const char *value)
{
	*to = strcmp(value, "yes") == 0;
	return *to || strcmp(value, "no") == 0 ? NULL : "is neither yes nor no";
}

static const char *
parse_title(char **to, const char *value, long min, long max)
{
	struct strbuf clean = {0};
	text_clean(&clean, text_of(value));
	size_t len = clean.len;
	strbuf_clear(&clean);
	string_set(to, value);
	if (len < (size_t)min)
		return "contains nothing to show";
	return len > (size_t)max ? "is too long" : NULL;
}

static const char *
parse_room(char **to, const char *value, struct name_rules *rules)
{
	struct name *name = name_make(rules, text_of(value), NAME_ROOM);
	string_set(to, name ? value : NULL);
	free(name);
	return *to ? NULL : "is not a valid room name";
}

static const char *
parse_address(char **to, const char *value)
{
	unsigned char bytes[ADDRESS_KEY_BYTES];
	bool all = strcmp(value, "*") == 0;
	string_set(to, all ? NULL : value);
	return all || address_parse(bytes, value) ? NULL : "is not an address";
}

static const char *
parse_protocol(const struct adapter **to, const char *value)
{
	*to = adapter_find(text_of(value));
	return *to ? NULL : "is not a protocol";
}

static const char *
parse_folder(char **to, const char *value)
{
	const char *mistake = *value ? NULL : "is not a folder";
	string_set(to, value);
	return mistake;
}

/* Whether a browser would send it: any other spelling would never match a request. */
static bool
origin_is_valid(const char *origin)
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
	       (*rest == ':' && rest[1] != '0' && !parse_number(&port, rest + 1, 1, PORT_MAX) &&
		       port != (secure ? 443 : 80));
}

static const char *
parse_origins(char **to, const char *value)
{
	const char *mistake = NULL;
	struct strbuf all = {0};
	struct text rest = text_of(value);
	while (rest.len > 0) {
		struct text word = text_word(&rest);
		char *origin = xstrndup(word.ptr, word.len);
		if (!origin_is_valid(origin))
			mistake = "is not a list of origins";
		strbuf_printf(&all, "%s%s", all.len ? " " : "", origin);
		free(origin);
	}
	free(*to);
	*to = xstrndup(all.ptr, all.len);
	strbuf_clear(&all);
	return mistake;
}

static const char *
parse_networks(char **to, const char *value)
{
	string_set(to, value);
	return networks_are_valid(value) ? NULL : "is not a list of addresses";
}

static const char *
parse_ending(enum ending *to, const char *value)
{
	for (int i = 0; i < ENDINGS; i++) {
		if (strcmp(value, endings[i]) == 0) {
			*to = (enum ending)i;
			return NULL;
		}
	}
	return "is not an ending";
}

static const char *
parse_sync(enum store_sync *to, const char *value)
{
	for (size_t i = 0; i < sizeof syncs / sizeof *syncs; i++) {
		if (strcmp(value, syncs[i]) == 0) {
			*to = (enum store_sync)i;
			return NULL;
		}
	}
	return "is none of these";
}

const char *
setting_parse(const struct setting *s, void *in, const char *value, struct name_rules *rules)
{
	void *to = (char *)in + s->offset;
	switch (s->type) {
	case SETTING_NUMBER:
		return parse_number(to, value, s->min, s->max);
	case SETTING_INT:
		return parse_int(to, value, s->min, s->max);
	case SETTING_YES_NO:
		return parse_yes_no(to, value);
	case SETTING_TITLE:
		return parse_title(to, value, s->min, s->max);
	case SETTING_ROOM:
		return parse_room(to, value, rules);
	case SETTING_ADDRESS:
		return parse_address(to, value);
	case SETTING_PROTOCOL:
		return parse_protocol(to, value);
	case SETTING_FOLDER:
		return parse_folder(to, value);
	case SETTING_ORIGINS:
		return parse_origins(to, value);
	case SETTING_ENDING:
		return parse_ending(to, value);
	case SETTING_NETWORKS:
		return parse_networks(to, value);
	case SETTING_FILE:
		string_set(to, value);
		return NULL;
	case SETTING_SYNC:
		return parse_sync(to, value);
	}
	return NULL;
}

void
setting_expected(const struct setting *s, struct strbuf *out)
{
	strbuf_puts(out, "; expected ");
	switch (s->type) {
	case SETTING_NUMBER:
	case SETTING_INT:
		strbuf_printf(out, "%ld to %ld", s->min, s->max);
		break;
	case SETTING_YES_NO:
		strbuf_puts(out, "yes or no");
		break;
	case SETTING_TITLE:
		strbuf_printf(out, "%ld to %ld bytes of text", s->min, s->max);
		break;
	case SETTING_ROOM:
		strbuf_printf(out, "1 to %d characters, no spaces, none of # @ : , * ! / \" < >",
			ROOM_CHARACTERS);
		break;
	case SETTING_ADDRESS:
		strbuf_puts(out, "an IPv4 or IPv6 address, or * for all addresses");
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
			"http://HOST or https://HOST in lower case, with :PORT unless it is "
			"the default port");
		break;
	case SETTING_ENDING:
		strbuf_puts(out, "one of");
		for (int i = 0; i < ENDINGS; i++)
			strbuf_printf(out, "%s %s", i ? "," : "", endings[i]);
		break;
	case SETTING_NETWORKS:
		strbuf_puts(out, "IPv4 or IPv6 addresses, or networks as in 10.0.0.0/8");
		break;
	case SETTING_FILE:
		strbuf_puts(out, "a file, relative to the folder of this one");
		break;
	case SETTING_SYNC:
		strbuf_puts(out, "off, normal or full");
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
setting_applies(const struct setting *s, const struct adapter *adapter)
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
setting_misplaced(const struct setting *s, const struct adapter *adapter, struct strbuf *out)
{
	const char *separator = "only for protocol";
	for (struct text rest = text_of(s->protocols); rest.len > 0; separator = " or") {
		struct text protocol = text_word(&rest);
		strbuf_printf(out, "%s %.*s", separator, TEXT_ARGS(protocol));
	}
	strbuf_printf(out, "; this listener speaks %s: remove the line", adapter->name);
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
	for (size_t i = 0; plain_sections[i]; i++)
		if (strcmp(plain_sections[i], section) == 0)
			return plain_sections[i];
	return NULL;
}

bool
section_name_is_valid(const char *section)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	const char *name = listener_name(section);
	size_t n = name ? strspn(name, letters) : 0;
	return !name || (n > 0 && n <= LISTENER_NAME_MAX && !name[n]);
}

void
section_name_expected(struct strbuf *out)
{
	strbuf_printf(out,
		"invalid listener name; expected 1 to %d letters (a to z), digits, - _ or .",
		LISTENER_NAME_MAX);
}
