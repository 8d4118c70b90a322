/*
 * The store, as the loop sees it: what a turn keeps, the newest of each room in memory, and
 * pages of history put together from memory and from what the threads have read.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <utlist.h>

#include "store/store_internal.h"
#include "teahouse/diag.h"

static bool
event_is_said(const struct event *event)
{
	return record_is_searched(event->kind) || event->kind == EVENT_TOPIC;
}

static void
store_keep(struct history *history, const struct event *event, const struct name *const rooms[],
	size_t n)
{
	struct store *store = (struct store *)history;
	/* While commits fail, other events are delivered without being kept. */
	if (store->failing && !event_is_said(event))
		return;
	struct record *record = record_make(event);
	for (size_t i = 0; i < n; i++) {
		struct store_room *room = store_room_get(store, rooms[i]);
		ring_push(&room->rings[record_sort(event->kind)], record);
		store_room_count_bytes(store, room, record, 1);
		if (store->file)
			turn_add(turn_get(store), room, record);
		store_room_trim(store, room);
	}
	store->kept_id = event->id;
	history->kept++;
	record_drop(record);
}

static void
turn_hand_over(struct store *store)
{
	struct turn *turn = store->turn;
	turn->ticket = ++store->tickets;
	turn->last_id = store->kept_id;
	store->turn = NULL;
	store_add_waiting(store, turn->bytes);
	writer_add(store->writer, turn);
}

static uint64_t
store_end_turn(struct history *history)
{
	struct store *store = (struct store *)history;
	bool holds = store->failing && store->turn && turn_has_markers_only(store->turn);
	struct turn *turn = holds ? NULL : store->turn;
	bool gates = store->settings.sync != STORE_SYNC_OFF;
	bool waits = gates && store->read_uncommitted && store->committed < store->tickets;
	store->read_uncommitted = false;
	if (!turn && !waits) {
		store_rooms_trim(store);
		return 0;
	}
	/* Uncommitted events of an earlier turn were read: wait for the latest ticket. */
	if (!turn)
		return store->tickets;
	turn_hand_over(store);
	return gates ? store->tickets : 0;
}

static void
turns_done(struct store *store, struct turn *turns)
{
	struct turn *turn, *next;
	DL_FOREACH_SAFE(turns, turn, next)
	{
		store->committed = turn->ticket;
		store->committed_id = turn->last_id;
		store_end_waiting(store, turn->bytes);
		for (size_t i = 0; i < turn->n; i++)
			store_room_trim(store, turn->places[i].room);
		turn_free(turn);
	}
}

static void
jobs_finish(struct store *store, struct job *jobs)
{
	struct job *job, *next;
	DL_FOREACH_SAFE(jobs, job, next)
	{
		job->finish(store, job);
		jobs_free(store->jobs, job);
	}
}

static uint64_t
store_committed(struct history *history)
{
	struct store *store = (struct store *)history;
	if (!atomic_exchange(&store->woken, false))
		return store->committed;
	if (store->writer) {
		turns_done(store, writer_take(store->writer));
		store_note_disk(store);
	}
	if (store->jobs)
		jobs_finish(store, jobs_take(store->jobs));
	store_end_erasures(store);
	return store->committed;
}

static void
on_wake(void *ctx)
{
	struct store *store = ctx;
	atomic_store(&store->woken, true);
	store->settings.wake(store->settings.ctx);
}

static struct store_settings
store_thread_settings(struct store *store)
{
	struct store_settings settings = store->settings;
	settings.wake = on_wake;
	settings.ctx = store;
	return settings;
}

static bool
store_open_file(struct store *store, struct strbuf *why)
{
	size_t before = why->len;
	const struct store_settings settings = store->thread_settings;
	strbuf_printf(why, "%s: ", settings.file);
	store->writer = file_check(settings.file, why) ? writer_open(&settings, why) : NULL;
	if (store->writer)
		store->jobs = jobs_open(&settings, writer_descriptor(store->writer), why);
	if (!store->jobs || !store_load_erasures(store, why))
		return false;
	why->len = before;
	store->file = xstrndup(settings.file, strlen(settings.file));
	store->history.last_id = store->kept_id = store->committed_id =
		writer_last_id(store->writer);
	store->history.keep_account = store_keep_account;
	store->history.load_accounts = store_load_accounts;
	store->history.erase = store_erase;
	return true;
}

struct history *
store_open(const struct store_settings *settings, struct strbuf *why)
{
	struct store *store = xcalloc(sizeof *store);
	store->settings = *settings;
	store->thread_settings = store_thread_settings(store);
	store->history = (struct history){
		.keep = store_keep,
		.end_turn = store_end_turn,
		.committed = store_committed,
		.is_failing = store_is_failing,
		.is_slow = store_is_slow,
		.is_full = store_is_full,
		.read = store_read,
		.recent = store_recent,
		.search = store_search,
	};
	if (!store_has_file(settings) || store_open_file(store, why))
		return &store->history;
	store_close(&store->history);
	return NULL;
}

static void
note_unwritten(const struct store *store, const struct turn *unwritten)
{
	size_t n = 0, n_changes = 0, of_turn;
	const struct change *change;
	for (const struct turn *turn = unwritten; turn; turn = turn->next) {
		for (size_t i = 0; i < turn->n; i++)
			n += i == 0 || turn->places[i].record != turn->places[i - 1].record;
		DL_COUNT(turn->changes, change, of_turn);
		n_changes += of_turn;
	}
	if (n_changes > 0)
		diag_line(LOG_LEVEL_ERROR,
			"history: %s: the last %zu change%s to accounts %s not stored", store->file,
			n_changes, n_changes == 1 ? "" : "s", n_changes == 1 ? "is" : "are");
	if (n == 0)
		return;
	diag_line(LOG_LEVEL_ERROR,
		"history: %s: the last %zu of what happened in rooms %s not stored%s", store->file,
		n, n == 1 ? "is" : "are",
		store->settings.sync == STORE_SYNC_OFF ? ""
		: n == 1                               ? ", and nobody was told it"
						       : ", and nobody was told them");
}

static void
store_close_threads(struct store *store)
{
	struct job *job, *next_job;
	struct turn *unwritten = NULL, *turn, *next_turn;
	struct job *jobs = store->jobs ? jobs_close(store->jobs) : NULL;
	DL_FOREACH_SAFE(jobs, job, next_job)
	job->free(job);
	if (store->writer)
		turns_done(store, writer_close(store->writer, store->history.last_id, &unwritten));
	if (unwritten)
		note_unwritten(store, unwritten);
	DL_FOREACH_SAFE(unwritten, turn, next_turn)
	turn_free(turn);
}

void
store_close(struct history *history)
{
	struct store *store = (struct store *)history;
	if (store->turn)
		turn_hand_over(store);
	store_close_threads(store);
	store_free_erasures(store);
	while (store->recently)
		store_room_free(store, store->recently);
	if (store->rules)
		name_rules_close(store->rules);
	free(store->file);
	free(store);
}
