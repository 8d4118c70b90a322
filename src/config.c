/*
 * Reads the settings' file by the table of setting.c, and tells every mistake
 * in it at once. Keeps inih's habits to itself; knows no socket.
 */
#include "teahouse/config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "setting.h"
#include "teahouse/name_rules.h"

/* Behind every line of the file: what is wrong with the command line's PORT. */
#define LINE_ARGUMENT LONG_MAX

/* A key that a line means which is itself wrong, so that it is not called missing. */
#define LINE_MEANT (-1)

/* A section of the file. */
struct part {
	char *name;               /* as between the brackets */
	const char *kind;         /* as in the table; NULL: there is no such section */
	long line;                /* 0: not in the file */
	bool partial;             /* there twice, or cut short: what it lacks is not told */
	long given[SETTINGS_MAX]; /* each row's line; 0: not given */
	struct draft draft;       /* of a listener */
};

struct mistake {
	long line; /* 0: the whole file's */
	struct strbuf words;
};

struct reading {
	const char *path;
	FILE *file;
	long line;           /* the one that was read last */
	bool unheard;        /* inih was given it and has not called back */
	bool doubtful;       /* a listener may be lost to a mistake that is told already */
	struct part **parts; /* [server] and [limits] first, in the file or not */
	size_t n_parts;
	struct part *part;        /* the one in which the line stands, or NULL */
	struct mistake *mistakes; /* by their lines */
	size_t n_mistakes;
	struct name_rules *rules;
	struct config *config;
};

/* FILE:LINE: SECTION.KEY, as far as there is one. */
static void
place_write(struct strbuf *out, const struct reading *r, long line, const char *section,
	const char *key)
{
	if (line == LINE_ARGUMENT)
		strbuf_puts(out, "argument PORT");
	else if (line > 0)
		strbuf_printf(out, "%s:%ld", r->path, line);
	else
		strbuf_printf(out, "%s", r->path);
	if (section && key)
		strbuf_printf(out, ": %s.%s", section, key);
	else if (section && *section)
		strbuf_printf(out, ": %s", section);
}

/* A new mistake that says where; the caller adds what, before there is another. */
static struct strbuf *
mistake_add(struct reading *r, long line, const char *section, const char *key)
{
	r->mistakes = xrealloc(r->mistakes, (r->n_mistakes + 1) * sizeof *r->mistakes);
	size_t i = r->n_mistakes++;
	for (; i > 0 && r->mistakes[i - 1].line > line; i--)
		r->mistakes[i] = r->mistakes[i - 1];
	r->mistakes[i] = (struct mistake){.line = line};
	struct strbuf *words = &r->mistakes[i].words;
	place_write(words, r, line, section, key);
	strbuf_puts(words, ": ");
	return words;
}

static struct part *
part_add(struct reading *r, const char *name, const char *kind)
{
	struct part *part = xcalloc(sizeof *part);
	part->name = xstrndup(name, strlen(name));
	part->kind = kind;
	part->draft.listener.port = -1;
	r->parts = xrealloc(r->parts, (r->n_parts + 1) * sizeof *r->parts);
	r->parts[r->n_parts++] = part;
	return part;
}

static bool
part_is_listener(const struct part *part)
{
	return part->kind && strcmp(part->kind, "listener") == 0;
}

static bool
part_has(const struct part *part, const struct setting *s)
{
	return part->kind && strcmp(part->kind, s->section) == 0;
}

/* Whether the key may stand there, as far as that can be told. */
static bool
part_fits(const struct part *part, const struct setting *s)
{
	const struct adapter *adapter = part->draft.listener.adapter;
	return !s->protocols || (adapter && setting_fits(s, adapter));
}

static long *
part_given(struct part *part, const char *key)
{
	const struct setting *s = setting_find(part->kind, text_of(key));
	assert(s);
	return &part->given[s - settings];
}

/* Where the key stands, or else the section. */
static long
part_line(struct part *part, const char *key)
{
	long line = *part_given(part, key);
	return line > 0 ? line : part->line;
}

static void *
part_fields(struct reading *r, struct part *part)
{
	return part_is_listener(part) ? (void *)&part->draft : (void *)r->config;
}

static void
section_begin(struct reading *r, const char *name)
{
	const char *kind = section_kind(name);
	struct part *before = NULL;
	for (size_t i = 0; i < r->n_parts && !before; i++)
		if (kind && r->parts[i]->kind && strcmp(r->parts[i]->name, name) == 0)
			before = r->parts[i];
	if (before && before->line == 0) {
		before->line = r->line;
		r->part = before;
		return;
	}
	r->part = part_add(r, name, kind);
	r->part->line = r->line;
	r->part->partial = before != NULL;
	if (!kind) {
		bool lost = section_suggest(name, mistake_add(r, r->line, name, NULL));
		r->doubtful = r->doubtful || lost;
	} else if (before) {
		strbuf_printf(mistake_add(r, r->line, name, NULL),
			"the section is given twice, first in line %ld; right is once",
			before->line);
	} else if (!section_is_right(name)) {
		section_right(mistake_add(r, r->line, name, NULL));
	}
}

/* A line that starts with a bracket. */
static void
section_read(struct reading *r, struct text line)
{
	const char *end = memchr(line.ptr, ']', line.len);
	struct text rest = {end ? end + 1 : NULL, 0};
	if (end)
		rest.len = line.len - (size_t)(rest.ptr - line.ptr);
	rest = text_trim(rest);
	if (!end) {
		strbuf_puts(mistake_add(r, r->line, NULL, NULL),
			"the section's name has no end; right is a ] behind it");
		r->part = part_add(r, "", NULL);
		r->doubtful = true;
		return;
	}
	char *name = xstrndup(line.ptr + 1, (size_t)(end - line.ptr) - 1);
	section_begin(r, name);
	if (rest.len > 0 && rest.ptr[0] != ';')
		strbuf_printf(mistake_add(r, r->line, name, NULL),
			"\"%.*s\" stands behind the section's name; right is a line of its own, or "
			"a ; "
			"before a comment",
			TEXT_ARGS(rest));
	free(name);
}

static void
key_unknown(struct reading *r, struct part *part, const char *key)
{
	struct strbuf *words = mistake_add(r, r->line, part->name, key);
	const struct setting *meant = setting_suggest(part->kind, key, words);
	if (meant && part->given[meant - settings] == 0)
		part->given[meant - settings] = LINE_MEANT;
}

static void
key_take(struct reading *r, struct part *part, const struct setting *s, const char *value)
{
	long *given = &part->given[s - settings];
	if (*given > 0) {
		strbuf_printf(mistake_add(r, r->line, part->name, s->key),
			"is given twice, first in line %ld; right is once", *given);
		return;
	}
	*given = r->line;
	const char *what = setting_disguise(value);
	if (what) {
		strbuf_printf(
			mistake_add(r, r->line, part->name, s->key), "\"%s\" %s", value, what);
		return;
	}
	what = setting_read(s, part_fields(r, part), value, r->rules);
	if (what) {
		struct strbuf *words = mistake_add(r, r->line, part->name, s->key);
		strbuf_printf(words, "\"%s\" %s", value, what);
		setting_right(s, words);
	}
}

/* inih's handler; its idea of the section, cut at 49 bytes, is not used. */
static int
reading_key(void *ctx, const char *section, const char *key, const char *value)
{
	struct reading *r = ctx;
	(void)section;
	if (!*key)
		return 1;
	r->unheard = false;
	if (!r->part) {
		strbuf_puts(mistake_add(r, r->line, key, NULL),
			"stands before any section; right is below [server], [limits] or "
			"[listener:NAME]");
		return 1;
	}
	if (!r->part->kind)
		return 1;
	const struct setting *s = setting_find(r->part->kind, text_of(key));
	if (s)
		key_take(r, r->part, s, value);
	else
		key_unknown(r, r->part, key);
	return 1;
}

/* A line that cannot be read. What it is about is not called missing, too. */
static void
line_refuse(struct reading *r, struct text line, const char *what)
{
	strbuf_puts(mistake_add(r, r->line, NULL, NULL), what);
	if (line.len == 0)
		return;
	const char *equals = memchr(line.ptr, '=', line.len);
	r->doubtful = r->doubtful || memchr(line.ptr, '[', line.len);
	if (line.ptr[0] == '[') {
		r->part = part_add(r, "", NULL);
	} else if (equals && r->part && r->part->kind) {
		struct text key = text_trim((struct text){line.ptr, (size_t)(equals - line.ptr)});
		const struct setting *s = setting_find(r->part->kind, key);
		if (s && r->part->given[s - settings] == 0)
			r->part->given[s - settings] = LINE_MEANT;
	}
}

/* What is wrong with a line as such, or NULL. */
static const char *
line_fault(struct text line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "the line has a control character in it; right is text";
	}
	if (line.len == 0 || line.ptr[0] == ';' || line.ptr[0] == '#')
		return NULL;
	struct strbuf clean = {0};
	text_clean(&clean, line);
	bool same = text_is(strbuf_view(&clean), line);
	strbuf_clear(&clean);
	return same ? NULL
		    : "the line has bytes or characters in it that cannot be shown; right "
		      "is text in UTF-8";
}

/* Reads on to the end of the line and keeps at most `most` bytes; -1: there is none. */
static long
line_get(FILE *file, char *out, size_t most)
{
	long n = 0;
	int c;
	while ((c = getc(file)) != EOF && c != '\n') {
		if ((size_t)n < most)
			out[n] = (char)c;
		n++;
	}
	return c == EOF && n == 0 ? -1 : n;
}

static void
reading_cut(struct reading *r)
{
	r->doubtful = true;
	if (r->part)
		r->part->partial = true;
}

/*
 * The next line, trimmed, so that inih takes no indented line for more of the
 * one before; empty where inih need not look. False at the end.
 */
static bool
line_read(struct reading *r, char *out, size_t most, struct text *line)
{
	long got = line_get(r->file, out, most + 1);
	r->line++;
	if (got < 0 && ferror(r->file)) {
		strbuf_printf(mistake_add(r, 0, NULL, NULL), "cannot be read: %s", strerror(errno));
		reading_cut(r);
	}
	if (got < 0)
		return false;
	*line = (struct text){out, (size_t)got <= most + 1 ? (size_t)got : most + 1};
	if (memchr(out, '\0', line->len)) {
		strbuf_puts(mistake_add(r, r->line, NULL, NULL),
			"there is a NUL byte, and nothing was read from here on; right is text in "
			"UTF-8");
		reading_cut(r);
		return false;
	}
	bool whole = (size_t)got == line->len;
	if (whole && line->len > 0 && out[line->len - 1] == '\r')
		line->len--;
	bool too_long = !whole || line->len > most;
	if (r->line == 1 && line->len >= 3 && memcmp(out, "\xef\xbb\xbf", 3) == 0)
		*line = (struct text){line->ptr + 3, line->len - 3};
	const char *fault = too_long ? NULL : line_fault(*line);
	*line = text_trim(*line);
	if (too_long || fault) {
		char longer[64];
		snprintf(longer, sizeof longer, "the line is too long; right is at most %zu bytes",
			most);
		line_refuse(r, *line, too_long ? longer : fault);
		line->len = 0;
	}
	return true;
}

static void
reading_expect_nothing(struct reading *r)
{
	if (r->unheard)
		strbuf_puts(mistake_add(r, r->line, NULL, NULL),
			"the line is neither a section nor a setting; right is KEY = VALUE");
	r->unheard = false;
}

/* inih's reader. It sees settings alone: sections and comments are dealt with here. */
static char *
reading_line(char *out, int room, void *ctx)
{
	struct reading *r = ctx;
	struct text line;
	reading_expect_nothing(r);
	if (!line_read(r, out, (size_t)room - 2, &line))
		return NULL;
	if (line.len > 0 && line.ptr[0] == '[')
		section_read(r, line);
	else if (line.len > 0 && line.ptr[0] != ';' && line.ptr[0] != '#')
		r->unheard = true;
	if (!r->unheard)
		line.len = 0;
	memmove(out, line.ptr, line.len);
	out[line.len] = '\n';
	out[line.len + 1] = '\0';
	return out;
}

static void
reading_file(struct reading *r)
{
	r->file = fopen(r->path, "r");
	if (!r->file) {
		strbuf_printf(
			mistake_add(r, 0, NULL, NULL), "cannot be opened: %s", strerror(errno));
		r->doubtful = true;
		return;
	}
	/* What it returns is known line by line already. */
	ini_parse_stream(reading_line, r, reading_key, r);
	fclose(r->file);
}

/* Fills in what was not given. */
static void
part_complete(struct reading *r, struct part *part)
{
	struct listener *listener = &part->draft.listener;
	for (const struct setting *s = settings; s->key; s++) {
		bool wanted = s->standard && part_has(part, s) && part_fits(part, s);
		if (wanted && !part->partial && part->given[s - settings] <= 0) {
			const char *what =
				setting_read(s, part_fields(r, part), s->standard, r->rules);
			assert(!what);
			(void)what;
		}
	}
	if (!part_is_listener(part))
		return;
	if (*part_given(part, "room") == 0 && r->config->room)
		listener->room = xstrndup(r->config->room, strlen(r->config->room));
	if (*part_given(part, "address") == 0 && r->config->address)
		listener->address = xstrndup(r->config->address, strlen(r->config->address));
	if (*part_given(part, "echo") == 0 && listener->adapter)
		listener->echo = listener->adapter->echo;
}

static void
part_check(struct reading *r, struct part *part)
{
	for (const struct setting *s = settings; s->key; s++) {
		if (!part_has(part, s))
			continue;
		long line = part->given[s - settings];
		const struct adapter *adapter = part->draft.listener.adapter;
		if (line > 0 && adapter && !setting_fits(s, adapter))
			setting_misfit(s, adapter, mistake_add(r, line, part->name, s->key));
		if (line == 0 && s->required && !part->partial) {
			struct strbuf *words = mistake_add(r, part->line, part->name, s->key);
			strbuf_puts(words, "is missing");
			setting_right(s, words);
		}
	}
}

/* Whether it is one that is to be opened. */
static bool
part_opens(const struct part *part)
{
	return part_is_listener(part) && !part->partial && part->draft.enabled;
}

static void
argument_take(struct reading *r, int port)
{
	const struct setting *s = setting_find("listener", text_of("port"));
	if (port == -1)
		return;
	if (port < s->least || port > s->most) {
		struct strbuf *words = mistake_add(r, LINE_ARGUMENT, NULL, NULL);
		strbuf_printf(words, "%d is out of range", port);
		setting_right(s, words);
		return;
	}
	bool doubtful = r->doubtful;
	for (size_t i = 0; i < r->n_parts; i++) {
		struct part *part = r->parts[i];
		const struct adapter *adapter = part->draft.listener.adapter;
		if (part_opens(part) && adapter && strcmp(adapter->name, "json") == 0) {
			part->draft.listener.port = port;
			part->given[s - settings] = LINE_ARGUMENT;
			return;
		}
		doubtful = doubtful || (part_opens(part) && !adapter);
	}
	if (!doubtful)
		strbuf_puts(mistake_add(r, LINE_ARGUMENT, NULL, NULL),
			"there is no listener whose port it could be; right is one of the protocol "
			"json");
}

/* A relative path stands beside the settings. */
static void
folder_check(struct reading *r, struct part *part)
{
	struct listener *listener = &part->draft.listener;
	const struct setting *s = setting_find("listener", text_of("root"));
	if (!listener->root || !part_opens(part) || !part_fits(part, s) || !*listener->root)
		return;
	struct strbuf path = {0};
	const char *slash = strrchr(r->path, '/');
	if (listener->root[0] != '/' && slash)
		strbuf_add(&path, r->path, (size_t)(slash - r->path) + 1);
	strbuf_puts(&path, listener->root);
	free(listener->root);
	listener->root = xstrndup(path.ptr, path.len);
	strbuf_puts(&path, "/index.html");
	char *index = xstrndup(path.ptr, path.len);
	strbuf_clear(&path);

	struct stat found;
	const char *what = NULL;
	if (stat(index, &found) != 0 || access(index, R_OK) != 0)
		what = strerror(errno);
	else if (!S_ISREG(found.st_mode))
		what = "Not a file";
	if (what) {
		struct strbuf *words = mistake_add(r, part_line(part, "root"), part->name, "root");
		strbuf_printf(words, "\"%s\" cannot be read: %s", index, what);
		setting_right(s, words);
	}
	free(index);
}

static bool
listeners_meet(const struct part *a, const struct part *b)
{
	const struct listener *x = &a->draft.listener, *y = &b->draft.listener;
	return part_opens(a) && part_opens(b) && x->port > 0 && x->port == y->port &&
	       address_meets(x->address, y->address);
}

/* Told at the later of the two. */
static void
listeners_check_ports(struct reading *r)
{
	for (size_t i = 0; i < r->n_parts; i++) {
		struct part *late = r->parts[i], *early = NULL;
		for (size_t j = 0; j < r->n_parts; j++) {
			struct part *other = r->parts[j];
			if (other != late && listeners_meet(late, other) &&
				part_line(other, "port") < part_line(late, "port") && !early)
				early = other;
		}
		if (early)
			strbuf_printf(mistake_add(r, part_line(late, "port"), late->name, "port"),
				"%d is taken by %s in line %ld; right is another port or another "
				"address",
				late->draft.listener.port, early->name, part_line(early, "port"));
	}
}

static void
listeners_check(struct reading *r)
{
	size_t there = 0, open = 0;
	for (size_t i = 0; i < r->n_parts; i++) {
		there += part_is_listener(r->parts[i]);
		open += part_opens(r->parts[i]);
		if (part_is_listener(r->parts[i]))
			folder_check(r, r->parts[i]);
	}
	listeners_check_ports(r);
	if (open == 0 && !r->doubtful)
		strbuf_printf(mistake_add(r, 0, NULL, NULL), "%s; right is at least one",
			there ? "no listener is enabled" : "there is no section [listener:NAME]");
}

static void
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

static char *
place_of(const struct reading *r, struct part *part, const char *key)
{
	struct strbuf place = {0};
	place_write(&place, r, part_line(part, key), part->name, key);
	char *copy = xstrndup(place.ptr, place.len);
	strbuf_clear(&place);
	return copy;
}

static void
listeners_keep(struct reading *r)
{
	struct config *config = r->config;
	config->listeners = xcalloc(r->n_parts * sizeof *config->listeners);
	for (size_t i = 0; i < r->n_parts; i++) {
		struct part *part = r->parts[i];
		if (!part_opens(part))
			continue;
		const char *name = strchr(part->name, ':') + 1;
		struct listener *listener = &config->listeners[config->n_listeners++];
		*listener = part->draft.listener;
		listener->name = xstrndup(name, strlen(name));
		listener->address_at = place_of(r, part, "address");
		listener->port_at = place_of(r, part, "port");
		part->draft.listener = (struct listener){0};
	}
}

static void
reading_close(struct reading *r, struct strbuf *wrong)
{
	for (size_t i = 0; i < r->n_mistakes; i++) {
		strbuf_add_text(wrong, strbuf_view(&r->mistakes[i].words));
		strbuf_puts(wrong, "\n");
		strbuf_clear(&r->mistakes[i].words);
	}
	for (size_t i = 0; i < r->n_parts; i++) {
		listener_clear(&r->parts[i]->draft.listener);
		free(r->parts[i]->name);
		free(r->parts[i]);
	}
	free(r->parts);
	free(r->mistakes);
	name_rules_close(r->rules);
}

struct config *
config_read(const char *path, int port, struct strbuf *wrong)
{
	struct reading r = {
		.path = path, .rules = name_rules_open(), .config = xcalloc(sizeof *r.config)};
	part_add(&r, "server", section_kind("server"));
	part_add(&r, "limits", section_kind("limits"));
	reading_file(&r);
	for (size_t i = 0; i < r.n_parts; i++)
		part_complete(&r, r.parts[i]);
	argument_take(&r, port);
	for (size_t i = 0; i < r.n_parts; i++)
		part_check(&r, r.parts[i]);
	listeners_check(&r);
	bool fine = r.n_mistakes == 0;
	if (fine)
		listeners_keep(&r);
	reading_close(&r, wrong);
	if (fine)
		return r.config;
	config_free(r.config);
	return NULL;
}

void
config_free(struct config *config)
{
	for (size_t i = 0; i < config->n_listeners; i++)
		listener_clear(&config->listeners[i]);
	free(config->listeners);
	free(config->name);
	free(config->room);
	free(config->address);
	free(config);
}
