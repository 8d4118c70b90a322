/* Completion: the candidates depend on the position of the word in the line. */
#include "client/model/complete.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "client/model/command.h"

struct matches {
	char **list;
	size_t n;
};

static void
matches_add(struct matches *matches, struct text word, const char *prefix, const char *candidate,
	const char *suffix)
{
	struct text rest;
	if (!utf8_starts_with(word, text_of(prefix), &word) ||
		!utf8_starts_with(text_of(candidate), word, &rest))
		return;
	size_t size = strlen(prefix) + strlen(candidate) + strlen(suffix) + 1;
	char *match = xcalloc(size);
	snprintf(match, size, "%s%s%s", prefix, candidate, suffix);
	matches->list = xrealloc(matches->list, (matches->n + 2) * sizeof(char *));
	matches->list[matches->n++] = match;
	matches->list[matches->n] = NULL;
}

static void
matches_add_all(struct matches *matches, struct text word, const struct strset *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		matches_add(matches, word, "", candidates->items[i], "");
}

/* The members of all rooms, and those whom direct messages were sent to or came from, each once. */
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
complete_from(const struct strset *candidates, struct text word)
{
	struct matches matches = {xcalloc(sizeof(char *)), 0};
	matches_add_all(&matches, word, candidates);
	return matches.list;
}

/* The members of the current room except the user; at the beginning of a line, addressed. */
static void
matches_add_members(
	struct matches *matches, struct text word, const struct model *model, const char *suffix)
{
	const struct room *room = model_current(model);
	const struct strset *members = &room->members;
	if (room->direct)
		matches_add(matches, word, "", room->name, suffix);
	for (size_t i = 0; i < members->n; i++)
		if (strcmp(members->items[i], model->nick) != 0)
			matches_add(matches, word, "", members->items[i], suffix);
}

char **
complete_line(const struct model *model, struct text line, size_t start, size_t end, char address)
{
	const char prefix[] = {address, '\0'};
	struct matches matches = {xcalloc(sizeof(char *)), 0};
	struct text word = {line.ptr + start, end - start};
	struct text command = command_before(line, start);
	bool is_first = text_trim((struct text){line.ptr, start}).len == 0;
	bool is_command = is_first && word.len > 0 && word.ptr[0] == '/';
	if (is_command || command_is(command, "help"))
		matches_add_all(&matches, word, &model->commands);
	else if (command_takes_room(line, start))
		matches_add_all(&matches, word, &model->known_rooms);
	else if (command_is(command, "msg") || command_is(command, "message"))
		matches_add_known_nicks(&matches, word, model, "", "");
	else if (start == 0 && address && word.len > 0 && word.ptr[0] == address)
		matches_add_known_nicks(&matches, word, model, prefix, ":");
	else
		matches_add_members(&matches, word, model, start == 0 ? ":" : "");
	return matches.list;
}
