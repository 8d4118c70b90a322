/*
 * Reads the settings file with inih, and reports every mistake at once by FILE:LINE. Keeps
 * inih's quirks to itself: it cuts lines at 200 bytes and section names at 49, repeats keys,
 * and takes an indented line for more of the value before it.
 */
#include "config/parser.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "config/suggest.h"

void
parser_write_location(struct strbuf *out, const struct parser *parser, long line,
	const char *section, const char *key)
{
	if (line == LINE_ARGUMENT)
		strbuf_puts(out, "argument PORT");
	else if (line > 0)
		strbuf_printf(out, "%s:%ld", parser->path, line);
	else
		strbuf_printf(out, "%s", parser->path);
	if (section && key)
		strbuf_printf(out, ": %s.%s", section, key);
	else if (section && *section)
		strbuf_printf(out, ": %s", section);
}

struct strbuf *
parser_add_mistake(struct parser *parser, long line, const char *section, const char *key)
{
	parser->mistakes =
		xrealloc(parser->mistakes, (parser->n_mistakes + 1) * sizeof *parser->mistakes);
	size_t i = parser->n_mistakes++;
	for (; i > 0 && parser->mistakes[i - 1].line > line; i--)
		parser->mistakes[i] = parser->mistakes[i - 1];
	parser->mistakes[i] = (struct mistake){.line = line};
	struct strbuf *message = &parser->mistakes[i].message;
	parser_write_location(message, parser, line, section, key);
	strbuf_puts(message, ": ");
	return message;
}

/* A mistake of the line read last that concerns no section or key. */
static struct strbuf *
line_mistake(struct parser *parser)
{
	return parser_add_mistake(parser, parser->line, NULL, NULL);
}

static struct section *
section_add(struct parser *parser, const char *name, const char *kind)
{
	struct section *section = xcalloc(sizeof *section);
	section->name = xstrndup(name, strlen(name));
	section->kind = kind;
	section->draft.listener.port = -1;
	parser->sections =
		xrealloc(parser->sections, (parser->n_sections + 1) * sizeof *parser->sections);
	parser->sections[parser->n_sections++] = section;
	return section;
}

bool
section_is_listener(const struct section *section)
{
	return section->kind && strcmp(section->kind, "listener") == 0;
}

long *
section_given(struct section *section, const char *key)
{
	const struct setting *setting = setting_find(section->kind, text_of(key));
	assert(setting);
	return &section->given[setting - settings];
}

void *
section_fields(struct parser *parser, struct section *section)
{
	return section_is_listener(section) ? (void *)&section->draft : (void *)parser->config;
}

struct section *
section_find(const struct parser *parser, const char *name)
{
	for (size_t i = 0; i < parser->n_sections; i++)
		if (parser->sections[i]->kind && strcmp(parser->sections[i]->name, name) == 0)
			return parser->sections[i];
	return NULL;
}

static void
section_begin(struct parser *parser, const char *name)
{
	const char *kind = section_kind(name);
	struct section *first = kind ? section_find(parser, name) : NULL;
	if (first && first->line == 0) {
		first->line = parser->line;
		parser->section = first;
		return;
	}
	parser->section = section_add(parser, name, kind);
	parser->section->line = parser->line;
	parser->section->partial = first != NULL;
	if (kind && !first && section_name_is_valid(name))
		return;
	struct strbuf *message = parser_add_mistake(parser, parser->line, name, NULL);
	if (!kind && suggest_section(message, name))
		parser->section_hidden = true;
	else if (first)
		strbuf_printf(message, "duplicate section, first in line %ld; merge the two",
			first->line);
	else if (kind)
		section_name_expected(message);
}

/* A line that starts with a bracket. */
static void
line_section(struct parser *parser, struct text line)
{
	const char *end = memchr(line.ptr, ']', line.len);
	if (!end) {
		strbuf_puts(line_mistake(parser), "missing ] after the section's name");
		parser->section = section_add(parser, "", NULL);
		parser->section_hidden = true;
		return;
	}
	char *name = xstrndup(line.ptr + 1, (size_t)(end - line.ptr) - 1);
	section_begin(parser, name);
	struct text rest = {end + 1, line.len - (size_t)(end + 1 - line.ptr)};
	rest = text_trim(rest);
	if (rest.len > 0 && rest.ptr[0] != ';')
		strbuf_printf(parser_add_mistake(parser, parser->line, name, NULL),
			"unexpected \"%.*s\" after the section's name; expected a new line, or a ; "
			"before a comment",
			TEXT_ARGS(rest));
	free(name);
}

static void
key_unknown(struct parser *parser, struct section *section, const char *key)
{
	struct strbuf *message = parser_add_mistake(parser, parser->line, section->name, key);
	const struct setting *meant = suggest_key(message, section->kind, key);
	if (meant && section->given[meant - settings] == 0)
		section->given[meant - settings] = LINE_WRONG;
}

static void
key_set(struct parser *parser, struct section *section, const struct setting *setting,
	const char *value)
{
	long *given = &section->given[setting - settings];
	if (*given > 0) {
		strbuf_printf(parser_add_mistake(parser, parser->line, section->name, setting->key),
			"already set in line %ld; remove one of the two", *given);
		return;
	}
	*given = parser->line;
	const char *mistake = common_mistake(value);
	bool common = mistake != NULL;
	if (!common)
		mistake = setting_parse(
			setting, section_fields(parser, section), value, parser->rules);
	if (!mistake)
		return;
	struct strbuf *message =
		parser_add_mistake(parser, parser->line, section->name, setting->key);
	strbuf_printf(message, "\"%s\" %s", value, mistake);
	if (!common)
		setting_expected(setting, message);
}

/* inih's handler. Its idea of the section, cut at 49 bytes, is not used. */
static int
parser_on_key(void *ctx, const char *section, const char *key, const char *value)
{
	struct parser *parser = ctx;
	(void)section;
	if (!*key)
		return 1;
	parser->awaiting_key = false;
	if (!parser->section) {
		struct strbuf *mistake = parser_add_mistake(parser, parser->line, key, NULL);
		strbuf_puts(mistake, "outside a section; expected after ");
		sections_list(mistake);
		return 1;
	}
	if (!parser->section->kind)
		return 1;
	const struct setting *setting = setting_find(parser->section->kind, text_of(key));
	if (setting)
		key_set(parser, parser->section, setting, value);
	else
		key_unknown(parser, parser->section, key);
	return 1;
}

/* Reports a line that cannot be read. What it was meant for is not reported as missing too. */
static void
line_reject(struct parser *parser, struct text line, const char *mistake)
{
	strbuf_puts(line_mistake(parser), mistake);
	if (line.len == 0)
		return;
	const char *equals = memchr(line.ptr, '=', line.len);
	if (memchr(line.ptr, '[', line.len))
		parser->section_hidden = true;
	if (line.ptr[0] == '[') {
		parser->section = section_add(parser, "", NULL);
	} else if (equals && parser->section && parser->section->kind) {
		struct text key = text_trim((struct text){line.ptr, (size_t)(equals - line.ptr)});
		const struct setting *setting = setting_find(parser->section->kind, key);
		if (setting && parser->section->given[setting - settings] == 0)
			parser->section->given[setting - settings] = LINE_WRONG;
	}
}

/* What is wrong with the characters of a line, or NULL. */
static const char *
line_fault(struct text line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "the line contains a control character; expected text";
	}
	if (line.len == 0 || line.ptr[0] == ';' || line.ptr[0] == '#')
		return NULL;
	struct strbuf clean = {0};
	text_clean(&clean, line);
	bool same = text_is(strbuf_view(&clean), line);
	strbuf_clear(&clean);
	return same ? NULL
		    : "the line contains bytes or characters that cannot be shown; expected "
		      "text in UTF-8";
}

/* Reads to the end of the line and keeps at most `max` bytes. The line's length; -1: none. */
static long
line_get(FILE *file, char *out, size_t max)
{
	long n = 0;
	int c;
	while ((c = getc(file)) != EOF && c != '\n') {
		if ((size_t)n < max)
			out[n] = (char)c;
		n++;
	}
	return c == EOF && n == 0 ? -1 : n;
}

/* The rest of the file is not read: what it may hold is not reported as missing. */
static void
parser_cut_short(struct parser *parser)
{
	parser->section_hidden = true;
	if (parser->section)
		parser->section->partial = true;
}

/* Without the line's CR, and in the first line without a byte order mark. */
static struct text
line_strip(const struct parser *parser, struct text line, bool whole)
{
	if (whole && line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (parser->line == 1 && line.len >= 3 && memcmp(line.ptr, "\xef\xbb\xbf", 3) == 0)
		line = (struct text){line.ptr + 3, line.len - 3};
	return line;
}

/*
 * The next line, trimmed, so that inih takes no indented line for more of the value before
 * it; empty when it is rejected. `out` has room for max + 1 bytes. False at the end.
 */
static bool
line_read(struct parser *parser, char *out, size_t max, struct text *line)
{
	long got = line_get(parser->file, out, max + 1);
	parser->line++;
	if (got < 0 && ferror(parser->file)) {
		strbuf_printf(parser_add_mistake(parser, 0, NULL, NULL), "cannot be read: %s",
			strerror(errno));
		parser_cut_short(parser);
	}
	if (got < 0)
		return false;
	bool whole = (size_t)got <= max + 1;
	*line = (struct text){out, whole ? (size_t)got : max + 1};
	if (memchr(out, '\0', line->len)) {
		strbuf_puts(line_mistake(parser), "the line contains a NUL byte, and the rest of "
						  "the file was not read; expected text in UTF-8");
		parser_cut_short(parser);
		return false;
	}
	*line = line_strip(parser, *line, whole);
	bool too_long = !whole || line->len > max;
	const char *fault = too_long ? NULL : line_fault(*line);
	*line = text_trim(*line);
	if (too_long || fault) {
		char longer[64];
		snprintf(longer, sizeof longer, "the line is too long; expected at most %zu bytes",
			max);
		line_reject(parser, *line, too_long ? longer : fault);
		line->len = 0;
	}
	return true;
}

/* inih has not called back for the line before: it saw no key in it. */
static void
parser_expect_no_key(struct parser *parser)
{
	if (parser->awaiting_key)
		strbuf_puts(line_mistake(parser),
			"neither a section nor a setting; expected KEY = VALUE");
	parser->awaiting_key = false;
}

/* inih's reader. It is given settings only: sections and comments are handled here. */
static char *
parser_next_line(char *out, int room, void *ctx)
{
	struct parser *parser = ctx;
	struct text line;
	parser_expect_no_key(parser);
	if (!line_read(parser, out, (size_t)room - 2, &line))
		return NULL;
	if (line.len > 0 && line.ptr[0] == '[')
		line_section(parser, line);
	else if (line.len > 0 && line.ptr[0] != ';' && line.ptr[0] != '#')
		parser->awaiting_key = true;
	if (!parser->awaiting_key)
		line.len = 0;
	memmove(out, line.ptr, line.len);
	out[line.len] = '\n';
	out[line.len + 1] = '\0';
	return out;
}

void
parser_read(struct parser *parser)
{
	for (size_t i = 0; plain_sections[i]; i++)
		section_add(parser, plain_sections[i], plain_sections[i]);
	parser->file = fopen(parser->path, "r");
	if (!parser->file) {
		strbuf_printf(parser_add_mistake(parser, 0, NULL, NULL), "cannot be opened: %s",
			strerror(errno));
		parser->section_hidden = true;
		return;
	}
	/* The line of the first error, which it returns, has been reported already. */
	ini_parse_stream(parser_next_line, parser, parser_on_key, parser);
	fclose(parser->file);
}

void
listener_clear(struct listener *listener)
{
	free(listener->name);
	free(listener->address);
	free(listener->address_at);
	free(listener->port_at);
	free(listener->room);
	free(listener->root);
	free(listener->origins);
	*listener = (struct listener){0};
}

void
parser_close(struct parser *parser, struct strbuf *wrong)
{
	for (size_t i = 0; i < parser->n_mistakes; i++) {
		strbuf_add_text(wrong, strbuf_view(&parser->mistakes[i].message));
		strbuf_puts(wrong, "\n");
		strbuf_clear(&parser->mistakes[i].message);
	}
	for (size_t i = 0; i < parser->n_sections; i++) {
		listener_clear(&parser->sections[i]->draft.listener);
		free(parser->sections[i]->name);
		free(parser->sections[i]);
	}
	free(parser->sections);
	free(parser->mistakes);
}
