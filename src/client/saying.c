/*
 * What was typed, until it is known that the server has heard it: each line is sent once, in
 * the order in which they were typed. Where that cannot be known, the line is told of.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "client/visit.h"

enum { REF_BYTES = 24 };

static void
saying_free(struct saying *saying)
{
	free(saying->line);
	free(saying->room);
}

void
sayings_clear(struct visit *visit)
{
	for (size_t i = 0; i < visit->n_sayings; i++)
		saying_free(&visit->sayings[i]);
	free(visit->sayings);
	visit->sayings = NULL;
	visit->n_sayings = 0;
}

void
visit_forget_saying(struct visit *visit, size_t i)
{
	saying_free(&visit->sayings[i]);
	memmove(visit->sayings + i, visit->sayings + i + 1,
		(--visit->n_sayings - i) * sizeof *visit->sayings);
}

void
sayings_keep(struct visit *visit, struct text line, bool moves)
{
	size_t size = (visit->n_sayings + 1) * sizeof *visit->sayings;
	bool moving = false;
	for (size_t i = 0; i < visit->n_sayings; i++)
		moving |= visit->sayings[i].moves;
	visit->sayings = xrealloc(visit->sayings, size);
	visit->sayings[visit->n_sayings++] = (struct saying){
		.line = word_copy(line),
		.room = moving ? NULL : word_copy(text_of(model_here(visit->model)->name)),
		.moves = moves,
	};
}

static void
saying_number(const struct saying *saying, char ref[static REF_BYTES])
{
	snprintf(ref, REF_BYTES, "%lu", saying->ref);
}

/* Whether it will be answered. */
static bool
saying_send(struct visit *visit, struct saying *saying)
{
	char ref[REF_BYTES];
	const char *room = saying->room ? saying->room : model_here(visit->model)->name;
	saying->ref = ++visit->last_ref;
	saying->starts = visit->wire.queued;
	saying_number(saying, ref);
	return visit->protocol->say(visit, text_of(saying->line), text_of(room), text_of(ref));
}

bool
sayings_send(struct visit *visit)
{
	for (size_t i = 0; i < visit->n_sayings && visit->state == VISIT_IN;) {
		struct saying *saying = &visit->sayings[i];
		if (!saying->ref && !saying_send(visit, saying)) {
			visit_forget_saying(visit, i);
			continue;
		}
		if (saying->moves)
			return false;
		i++;
	}
	return true;
}

/* The place among the sayings of the one that was sent with the ref; n_sayings: there is none. */
static size_t
saying_find(const struct visit *visit, struct text ref)
{
	size_t i = 0;
	for (; i < visit->n_sayings; i++) {
		char own[REF_BYTES];
		saying_number(&visit->sayings[i], own);
		if (visit->sayings[i].ref && text_is(ref, text_of(own)))
			break;
	}
	return i;
}

struct text
visit_saying(const struct visit *visit, struct text ref)
{
	size_t i = saying_find(visit, ref);
	return text_of(i < visit->n_sayings ? visit->sayings[i].line : NULL);
}

bool
visit_answer(struct visit *visit, struct text ref)
{
	size_t i = saying_find(visit, ref);
	if (i == visit->n_sayings)
		return false;
	visit_forget_saying(visit, i);
	return true;
}

void
sayings_doubt(struct visit *visit, bool again)
{
	for (size_t i = 0; i < visit->n_sayings;) {
		struct saying *saying = &visit->sayings[i];
		/* To go to a room once more does no harm. */
		bool sent = saying->ref && saying->starts < visit->wire.sent && !saying->moves;
		saying->ref = 0;
		if (again && !sent) {
			i++;
			continue;
		}
		visit_note(visit, LINE_REFUSED, "This may not have been said", saying->line);
		visit_forget_saying(visit, i);
	}
}
