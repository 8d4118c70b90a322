/* The table of settings, and the file that they are saved in. */
#include "client/ui/settings.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static const char section[] = "client";

static const struct {
	const char *name;
	bool initial;
	const char *help;
} table[SETTINGS] = {
	[SET_ROOMS] = {"rooms", true, "show the rooms at the left of a wide screen"},
	[SET_PEOPLE] = {"people", true, "show the people at the right of a wide screen"},
	[SET_BELL] = {"bell", true, "ring the bell for mentions and direct messages"},
	[SET_MOUSE] = {"mouse", false, "scroll by the wheel in every terminal; Shift selects text"},
	[SET_COLOUR] = {"colour", true, "show names in colours"},
};

/* Sets *which. False: there is no setting of that name. */
static bool
setting_find(struct text name, enum setting *which)
{
	for (int i = 0; i < SETTINGS; i++) {
		*which = (enum setting)i;
		if (text_is(name, text_of(table[i].name)))
			return true;
	}
	return false;
}

static bool
setting_read(bool *on, struct text value)
{
	bool yes = text_is(value, text_of("yes"));
	if (!yes && !text_is(value, text_of("no")))
		return false;
	*on = yes;
	return true;
}

/* The path of a name below the folder for settings (XDG). False: the environment names no folder. */
static bool
settings_path(struct strbuf *path, const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	path->len = 0;
	if (config && config[0] == '/')
		strbuf_printf(path, "%s/%s", config, name);
	else if (home && *home)
		strbuf_printf(path, "%s/.config/%s", home, name);
	bool known = path->len > 0;
	strbuf_add(path, "", 1);
	return known;
}

struct parser {
	struct settings *settings;
	struct strbuf *wrong;
};

static int
settings_read_one(void *ctx, const char *in, const char *name, const char *value)
{
	struct parser *parser = ctx;
	enum setting which;
	if (strcmp(in, section) != 0 || !setting_find(text_of(name), &which))
		strbuf_printf(
			parser->wrong, "client.ini: unknown setting \"%s\" in [%s]\n", name, in);
	else if (!setting_read(&parser->settings->on[which], text_of(value)))
		strbuf_printf(
			parser->wrong, "client.ini: %s: \"%s\" is not yes or no\n", name, value);
	return 1;
}

void
settings_load(struct settings *settings, struct strbuf *wrong)
{
	struct strbuf path = {0};
	for (int i = 0; i < SETTINGS; i++)
		settings->on[i] = table[i].initial;
	struct parser parser = {settings, wrong};
	if (settings_path(&path, "teahouse/client.ini")) {
		int line = ini_parse(path.ptr, settings_read_one, &parser);
		if (line > 0)
			strbuf_printf(
				wrong, "client.ini: line %d is not of the form NAME = yes\n", line);
		else if (line < 0 && errno != ENOENT)
			strbuf_printf(wrong, "%s: %s\n", path.ptr, strerror(errno));
	}
	strbuf_clear(&path);
}

/* Writes a new file and renames it, so that the old one stays whole if anything fails. */
static bool
file_replace(const char *path, struct text bytes)
{
	struct strbuf temporary = {0};
	strbuf_printf(&temporary, "%s.new", path);
	strbuf_add(&temporary, "", 1);
	FILE *file = fopen(temporary.ptr, "w");
	bool good = file && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len &&
		    fflush(file) == 0 && fsync(fileno(file)) == 0;
	if (file && fclose(file) != 0)
		good = false;
	good = good && rename(temporary.ptr, path) == 0;
	if (!good) {
		int error = errno;
		unlink(temporary.ptr);
		errno = error;
	}
	strbuf_clear(&temporary);
	return good;
}

static bool
settings_save(const struct settings *settings, struct strbuf *answer)
{
	static const char *const folders[] = {"", "teahouse"};
	struct strbuf path = {0}, bytes = {0};
	bool good = true;
	for (size_t i = 0; good && i < sizeof folders / sizeof *folders; i++)
		good = settings_path(&path, folders[i]) &&
		       (mkdir(path.ptr, 0700) == 0 || errno == EEXIST);
	strbuf_printf(&bytes, "[%s]\n", section);
	for (int i = 0; i < SETTINGS; i++)
		strbuf_printf(&bytes, "; %s\n%s = %s\n", table[i].help, table[i].name,
			settings->on[i] ? "yes" : "no");
	good = good && settings_path(&path, "teahouse/client.ini");
	/* Of a symbolic link, the target is replaced. */
	char *real = good ? realpath(path.ptr, NULL) : NULL;
	good = good && file_replace(real ? real : path.ptr, strbuf_view(&bytes));
	free(real);
	if (!good)
		strbuf_printf(answer, "Cannot save the settings: %s.", strerror(errno));
	strbuf_clear(&path);
	strbuf_clear(&bytes);
	return good;
}

static void
setting_show(const struct settings *settings, enum setting which, struct strbuf *answer)
{
	strbuf_printf(answer, "%s%s = %s: %s", answer->len ? "\n" : "", table[which].name,
		settings->on[which] ? "yes" : "no", table[which].help);
}

bool
settings_command(struct settings *settings, struct text rest, struct strbuf *answer)
{
	struct text name = text_word(&rest), value = text_word(&rest);
	enum setting which;
	if (name.len == 0) {
		for (int i = 0; i < SETTINGS; i++)
			setting_show(settings, (enum setting)i, answer);
		return true;
	}
	if (!setting_find(name, &which)) {
		strbuf_printf(answer, "Unknown setting \"%.*s\". Type /set to list them.",
			TEXT_ARGS(name));
		return false;
	}
	if (value.len == 0) {
		setting_show(settings, which, answer);
		return true;
	}
	if (rest.len > 0 || !setting_read(&settings->on[which], value)) {
		strbuf_printf(answer, "Usage: /set %s yes|no", table[which].name);
		return false;
	}
	if (!settings_save(settings, answer))
		return false;
	setting_show(settings, which, answer);
	return true;
}

void
settings_words(struct strset *names, struct strset *values)
{
	for (int i = 0; i < SETTINGS; i++)
		strset_add(names, text_of(table[i].name));
	strset_add(values, text_of("yes"));
	strset_add(values, text_of("no"));
}
