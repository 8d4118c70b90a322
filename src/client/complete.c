/*
 * What a half-typed word could become, and whether words call somebody: the
 * parts of the model that look into what people type.
 */
#include <stdio.h>
#include <stdlib.h>
#include <wctype.h>

#include "base/alloc.h"
#include "client/model.h"

/* From here on scripts are written without spaces between their words. */
enum { SPACELESS = 0x2E80 };

/* Whether t begins with prefix, in whatever case; if so, *rest is what comes behind it. */
static bool
text_begins(struct text t, struct text prefix, struct text *rest)
{
	while (prefix.len > 0) {
		if (t.len == 0)
			return false;
		wint_t a = (wint_t)width_code(&t), b = (wint_t)width_code(&prefix);
		if (a != b && towlower(a) != towlower(b))
			return false;
	}
	*rest = t;
	return true;
}

/* Whether two neighbours belong to one word. */
static bool
codes_join(wchar_t a, wchar_t b)
{
	return a < SPACELESS && b < SPACELESS && iswalnum((wint_t)a) && iswalnum((wint_t)b);
}

static wchar_t
text_last_code(struct text t)
{
	wchar_t code = L' ';
	while (t.len > 0)
		code = width_code(&t);
	return code;
}

bool
text_mentions(struct text text, struct text nick)
{
	wchar_t before = L' ', last = text_last_code(nick);
	while (nick.len > 0 && text.len > 0) {
		struct text rest, first = nick;
		if (text_begins(text, nick, &rest) && !codes_join(before, width_code(&first)) &&
			(rest.len == 0 || !codes_join(last, width_code(&rest))))
			return true;
		before = width_code(&text);
	}
	return false;
}

void
model_learn_commands(struct model *model, struct text help)
{
	while (help.ptr) {
		struct text line = text_line(&help), word;
		if (line.len == 0 || line.ptr[0] != '/')
			continue;
		while ((word = text_word(&line)).len > 0) {
			if (word.ptr[0] != '/')
				continue;
			while (word.len > 1 && strchr(",.;:)", word.ptr[word.len - 1]))
				word.len--;
			strset_add(&model->commands, word);
		}
	}
}

void
model_learn_room(struct model *model, struct text name)
{
	strset_add(&model->known_rooms, name);
}

struct matches {
	char **list;
	size_t n;
};

static void
matches_add(struct matches *matches, struct text word, const char *prefix, const char *candidate,
	const char *suffix)
{
	struct text rest;
	if (!text_begins(word, text_of(prefix), &word) ||
		!text_begins(text_of(candidate), word, &rest))
		return;
	size_t size = strlen(prefix) + strlen(candidate) + strlen(suffix) + 1;
	char *match = xcalloc(size);
	snprintf(match, size, "%s%s%s", prefix, candidate, suffix);
	matches->list = xrealloc(matches->list, (matches->n + 2) * sizeof(char *));
	matches->list[matches->n++] = match;
	matches->list[matches->n] = NULL;
}

static void
matches_add_all(struct matches *matches, struct text word, const struct strset *words)
{
	for (size_t i = 0; i < words->n; i++)
		matches_add(matches, word, "", words->items[i], "");
}

/* The command, without its slash, whose first argument starts at line[start]; or empty. */
static struct text
command_before(struct text line, size_t start)
{
	struct text rest = {line.ptr, start};
	if (line.len == 0 || line.ptr[0] != '/')
		return (struct text){"", 0};
	struct text word = text_word(&rest);
	return rest.len ? (struct text){"", 0} : (struct text){word.ptr + 1, word.len - 1};
}

bool
command_takes_room(struct text line, size_t start)
{
	struct text command = command_before(line, start);
	return start > 0 &&
	       (text_is(command, text_of("join")) || text_is(command, text_of("leave")));
}

/* Everybody whom one shares a room with or has written to, each once. */
static void
matches_add_known_nicks(struct matches *matches, struct text word, const struct model *model,
	const char *prefix, const char *suffix)
{
	struct strset all = {0};
	for (size_t i = 0; i < model->n_rooms; i++)
		for (size_t j = 0; j < model->rooms[i]->members.n; j++)
			strset_add(&all, text_of(model->rooms[i]->members.items[j]));
	for (size_t i = 0; i < model->direct_peers.n; i++)
		strset_add(&all, text_of(model->direct_peers.items[i]));
	for (size_t i = 0; i < all.n; i++)
		matches_add(matches, word, prefix, all.items[i], suffix);
	strset_clear(&all);
}

char **
complete_from(const struct strset *words, struct text word)
{
	struct matches matches = {xcalloc(sizeof(char *)), 0};
	matches_add_all(&matches, word, words);
	return matches.list;
}

char **
model_complete(const struct model *model, struct text line, size_t start, size_t end, char mark)
{
	const char prefix[] = {mark, '\0'};
	struct matches matches = {xcalloc(sizeof(char *)), 0};
	struct text word = {line.ptr + start, end - start};
	struct text command = command_before(line, start);
	bool wants_command = start == 0 && word.len > 0 && word.ptr[0] == '/';
	if (wants_command || text_is(command, text_of("help"))) {
		matches_add_all(&matches, word, &model->commands);
	} else if (command_takes_room(line, start)) {
		matches_add_all(&matches, word, &model->known_rooms);
	} else if (text_is(command, text_of("msg")) || text_is(command, text_of("message"))) {
		matches_add_known_nicks(&matches, word, model, "", "");
	} else if (start == 0 && mark && word.len > 0 && word.ptr[0] == mark) {
		matches_add_known_nicks(&matches, word, model, prefix, ":");
	} else {
		const struct strset *people = &model_current(model)->members;
		for (size_t i = 0; i < people->n; i++)
			if (strcmp(people->items[i], model->nick) != 0)
				matches_add(&matches, word, "", people->items[i],
					start == 0 ? ":" : "");
	}
	return matches.list;
}
