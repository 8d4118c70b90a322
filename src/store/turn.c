/* What a turn of the loop keeps: events, changes of accounts, what is to be erased. */
#include <stdlib.h>
#include <utlist.h>

#include "store/store_internal.h"

enum {
	PACKET_BYTES = 160, /* but for the text of an event */
	CHANGE_BYTES = 100, /* but for the text of a change */
};

struct turn *
turn_get(struct store *store)
{
	if (!store->turn)
		store->turn = xcalloc(sizeof *store->turn);
	return store->turn;
}

void
turn_add(struct turn *turn, struct store_room *room, struct record *record)
{
	if (turn->n == turn->cap) {
		turn->cap = turn->cap ? turn->cap * 2 : 8;
		turn->places = xrealloc(turn->places, turn->cap * sizeof(struct place));
	}
	record->refs++;
	room->refs++;
	turn->bytes +=
		PACKET_BYTES + 2 * (record->actor.len + record->body.len + record->target.len);
	turn->places[turn->n++] = (struct place){record, room};
}

static struct text
text_put(char **at, struct text t)
{
	struct text copy = {*at, t.len};
	if (t.len > 0)
		memcpy(*at, t.ptr, t.len);
	*at += t.len;
	return copy;
}

/* How far an account has read a room or was told: such changes come often, and only rise. */
static bool
is_marker(enum account_change_kind kind)
{
	return kind == ACCOUNT_READ || kind == ACCOUNT_TOLD;
}

/* The marker's key is its kind, its account and its name, which stand together. */
static char *
marker_key(struct change *change, size_t *len)
{
	*len = sizeof change->key + change->change.name.len;
	return (char *)change + offsetof(struct change, key);
}

/* Puts a later marker in the place of one that the turn has. False: there is none. */
static bool
marker_raise(struct turn *turn, struct change *later)
{
	struct change *marker;
	size_t len;
	const char *key = marker_key(later, &len);
	HASH_FIND(hh, turn->markers, key, len, marker);
	if (!marker)
		return false;
	if (later->change.id > marker->change.id) {
		marker->change.id = later->change.id;
		marker->change.time = later->change.time;
	}
	return true;
}

void
turn_change(struct turn *turn, const struct account_change *change, struct text casefolded)
{
	size_t bytes = change->name.len + change->value.len + casefolded.len;
	struct change *copy = xcalloc(sizeof *copy + bytes);
	char *at = copy->bytes;
	copy->change = *change;
	copy->key.kind = (uint64_t)change->kind;
	copy->key.account = change->account;
	copy->change.name = text_put(&at, change->name);
	copy->change.value = text_put(&at, change->value);
	copy->casefolded = text_put(&at, casefolded);
	if (is_marker(change->kind) && marker_raise(turn, copy)) {
		free(copy);
		return;
	}
	turn->bytes += CHANGE_BYTES + bytes;
	DL_APPEND(turn->changes, copy);
	if (is_marker(change->kind)) {
		size_t len;
		const char *key = marker_key(copy, &len);
		HASH_ADD_KEYPTR(hh, turn->markers, key, len, copy);
	} else {
		turn->must_wait = true;
	}
}

void
turn_erase(struct turn *turn, const struct erasure *erasure)
{
	turn->erasures =
		xrealloc(turn->erasures, (turn->n_erasures + 1) * sizeof(const struct erasure *));
	turn->erasures[turn->n_erasures++] = erasure;
	turn->must_wait = true;
}

bool
turn_has_markers_only(const struct turn *turn)
{
	return turn->n == 0 && !turn->must_wait;
}

void
turn_free(struct turn *turn)
{
	struct change *change, *next;
	for (size_t i = 0; i < turn->n; i++) {
		turn->places[i].room->refs--;
		record_drop(turn->places[i].record);
	}
	HASH_CLEAR(hh, turn->markers);
	DL_FOREACH_SAFE(turn->changes, change, next)
	free(change);
	free(turn->erasures);
	free(turn->places);
	free(turn);
}
