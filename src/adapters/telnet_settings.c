/* /set and /charset: what a telnet user may change about its own connection. */
#include <stdio.h>
#include <stdlib.h>

#include "adapters/telnet_internal.h"

enum { COLUMNS_MOST = 1000 };

const char *const telnet_settings_help[] = {
	"/charset NAME       use utf-8, latin1, ascii or cp437",
	"/set [NAME VALUE]   show the settings of this connection, or change one",
	NULL,
};

bool
telnet_set_charset(struct client *client, struct text name)
{
	struct telnet_state *state = client->state;
	size_t id = charset_find(name);
	if (id == CHARSETS)
		return false;
	if (id == state->charset_id)
		return true;
	charset_close(state->charset);
	state->charset = charset_open(id);
	state->charset_id = (unsigned char)id;
	state->owed = 0;
	telnet_note_rewrites(client);
	return true;
}

/* For screen readers: words instead of signs, and no control sequences. */
void
telnet_set_plain(struct client *client, bool plain)
{
	struct telnet_state *state = client->state;
	state->plain = plain;
	state->ansi = state->ansi && !plain;
	client->encoding = plain ? ENCODING_PLAIN : ENCODING_USUAL;
	telnet_note_rewrites(client);
}

void
telnet_set_ansi(struct client *client, bool ansi)
{
	struct telnet_state *state = client->state;
	state->ansi = ansi && !state->plain;
	telnet_note_rewrites(client);
}

static void
settings_list(const struct telnet_state *state, struct strbuf *out)
{
	char wrap[16] = "off";
	if (state->wraps)
		snprintf(wrap, sizeof wrap, "%zu", telnet_columns(state));
	strbuf_printf(out,
		"Settings of this connection; /set NAME VALUE changes one:\r\n"
		"  charset  %-6s  utf-8, latin1, ascii or cp437\r\n"
		"  wrap     %-6s  break lines at words: on, off or the number of columns\r\n"
		"  plain    %-6s  words instead of signs, for screen readers: on or off\r\n"
		"  ansi     %-6s  what arrives replaces a half-typed line: on or off\r\n",
		charset_name(state->charset_id), wrap, state->plain ? "on" : "off",
		state->ansi ? "on" : "off");
}

static bool
set_wrap(struct client *client, struct text value)
{
	struct telnet_state *state = client->state;
	char digits[8] = "";
	if (value.len < sizeof digits)
		memcpy(digits, value.ptr, value.len);
	char *end;
	unsigned long columns = strtoul(digits, &end, 10);
	bool number = *end == '\0' && columns >= COLUMNS_LEAST && columns <= COLUMNS_MOST,
	     on = text_is_same_word(value, text_of("on"));
	if (!number && !on && !text_is_same_word(value, text_of("off")))
		return false;
	state->wraps = number || on;
	state->wrap = number ? (uint16_t)columns : 0;
	telnet_note_rewrites(client);
	return true;
}

static bool
set_flag(struct client *client, struct text value, void (*set)(struct client *, bool))
{
	bool on = text_is_same_word(value, text_of("on"));
	if (!on && !text_is_same_word(value, text_of("off")))
		return false;
	set(client, on);
	return true;
}

static bool
set_one(struct client *client, struct text name, struct text value)
{
	if (text_is_same_word(name, text_of("charset")))
		return telnet_set_charset(client, value);
	if (text_is_same_word(name, text_of("wrap")))
		return set_wrap(client, value);
	if (text_is_same_word(name, text_of("plain")))
		return set_flag(client, value, telnet_set_plain);
	if (text_is_same_word(name, text_of("ansi")))
		return set_flag(client, value, telnet_set_ansi);
	return false;
}

static void
put_help(struct strbuf *out)
{
	for (size_t i = 0; telnet_settings_help[i]; i++)
		strbuf_printf(out, "%s\r\n", telnet_settings_help[i]);
}

bool
telnet_setting_command(struct client *client, struct text line)
{
	const struct telnet_state *state = client->state;
	struct text word = text_word(&line), name = text_of("charset");
	bool charset = text_is_same_word(word, name),
	     help = text_is_same_word(word, text_of("help"));
	if (help && line.len > 0 && line.ptr[0] == '/')
		line = (struct text){line.ptr + 1, line.len - 1};
	if (help && !text_is_same_word(line, name) && !text_is_same_word(line, text_of("set")))
		return false;
	if (!charset && !help && !text_is_same_word(word, text_of("set")))
		return false;
	session_spend(&client->session);
	struct strbuf out = {0};
	if (!charset)
		name = text_word(&line);
	if (help)
		put_help(&out);
	else if (name.len > 0 && line.len > 0 && set_one(client, name, line))
		strbuf_printf(&out, "%s%.*s is now %.*s.\r\n", state->plain ? "Notice: " : "*** ",
			TEXT_ARGS(name), TEXT_ARGS(line));
	else if (charset || name.len > 0)
		strbuf_printf(&out, "%sUsage: %s\r\n", state->plain ? "Error: " : "!!! ",
			charset ? "/charset utf-8, latin1, ascii or cp437"
				: "/set NAME VALUE; /set alone lists them");
	else
		settings_list(state, &out);
	telnet_write(client, strbuf_view(&out));
	strbuf_clear(&out);
	return true;
}
