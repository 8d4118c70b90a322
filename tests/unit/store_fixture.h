/* A store in a folder of its own, and a loop that waits for what its threads have. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "teahouse/store.h"
#include "unit.h"

enum { ROOMS = 3, RECENT = 7, KEPT_MAX = 20000 };

struct fixture {
	struct name_rules *rules;
	struct name *rooms[ROOMS];
	struct history *store;
	char folder[32], file[64];
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	bool wake;
	uint64_t committed;
	/* what must be there */
	struct kept {
		uint64_t id;
		enum event_kind kind;
		unsigned rooms; /* a bit for each */
	} kept[KEPT_MAX];
	size_t n;
	/* what it is opened with */
	enum store_sync sync;
	size_t waiting, keep;
	bool damaged;
	/* the page that was read last */
	struct strbuf page;
	bool answered, more, failed;
};

static inline void
on_wake(void *ctx)
{
	struct fixture *f = ctx;
	pthread_mutex_lock(&f->mutex);
	f->wake = true;
	pthread_cond_signal(&f->woken);
	pthread_mutex_unlock(&f->mutex);
}

/* Waits until a thread of the store has something for the loop, and takes it. */
static inline void
turn(struct fixture *f)
{
	pthread_mutex_lock(&f->mutex);
	while (!f->wake)
		pthread_cond_wait(&f->woken, &f->mutex);
	f->wake = false;
	pthread_mutex_unlock(&f->mutex);
	uint64_t committed = f->store->committed(f->store);
	assert_true(committed >= f->committed);
	f->committed = committed;
}

static inline void
on_damage(void *ctx)
{
	struct fixture *f = ctx;
	f->damaged = true;
}

static inline struct history *
open_store(struct fixture *f, struct strbuf *why)
{
	const struct store_settings settings = {.file = f->file,
		.sync = f->sync,
		.recent = RECENT,
		.keep = f->keep,
		.waiting = f->waiting,
		.wake = on_wake,
		.damaged = on_damage,
		.ctx = f};
	return store_open(&settings, why);
}

static inline void
reopen(struct fixture *f)
{
	struct strbuf why = {0};
	if (f->store)
		store_close(f->store);
	f->committed = 0;
	f->store = open_store(f, &why);
	if (!f->store)
		bytes_show("why", strbuf_view(&why));
	assert_non_null(f->store);
	strbuf_clear(&why);
}

static inline void
fixture_open(struct fixture *f, bool file)
{
	static const char *const names[ROOMS] = {"main", "tea", "Garden"};
	*f = (struct fixture){.sync = STORE_SYNC_NORMAL};
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->woken, NULL);
	f->rules = name_rules_open();
	for (size_t i = 0; i < ROOMS; i++)
		f->rooms[i] = name_make(f->rules, text_of(names[i]), NAME_ROOM);
	snprintf(f->folder, sizeof f->folder, "/tmp/store.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	if (file)
		snprintf(f->file, sizeof f->file, "%s/teahouse.db", f->folder);
	reopen(f);
}

static inline void
fixture_close(struct fixture *f)
{
	char command[80];
	store_close(f->store);
	for (size_t i = 0; i < ROOMS; i++)
		free(f->rooms[i]);
	name_rules_close(f->rules);
	strbuf_clear(&f->page);
	snprintf(command, sizeof command, "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
}

static inline bool
is_move(enum event_kind kind)
{
	return kind == EVENT_ENTERED || kind == EVENT_LEFT;
}

static inline void
keep(struct fixture *f, enum event_kind kind, unsigned rooms)
{
	uint64_t id = f->store->last_id += 1 + (f->n % 5 == 0);
	char text[32];
	snprintf(text, sizeof text, "text %llu", (unsigned long long)id);
	struct event event = {.kind = kind,
		.id = id,
		.time = (int64_t)id * 1000,
		.actor = text_of("ann"),
		.body = is_move(kind) ? TEXT_NONE : text_of(text),
		.target = text_of(text)};
	const struct name *in[ROOMS];
	size_t n = 0;
	for (size_t i = 0; i < ROOMS; i++)
		if (rooms >> i & 1)
			in[n++] = f->rooms[i];
	f->store->keep(f->store, &event, in, n);
	f->kept[f->n++] = (struct kept){id, kind, rooms};
}

static inline void
commit(struct fixture *f)
{
	uint64_t ticket = f->store->end_turn(f->store);
	while (f->committed < ticket)
		turn(f);
}

static inline void
on_page(void *ctx, const struct history_page *page)
{
	struct fixture *f = ctx;
	f->answered = true;
	f->failed = !page;
	f->page.len = 0;
	for (size_t i = 0; page && i < page->n; i++) {
		const struct event *event = &page->events[i];
		struct text text = event->kind == EVENT_RENAMED ? event->target : event->body;
		strbuf_printf(&f->page, "%llu %s %.*s %.*s\n", (unsigned long long)event->id,
			event_word(event->kind), TEXT_ARGS(event->actor), TEXT_ARGS(text));
		assert_int_equal(event->time, event->id * 1000);
	}
	f->more = page && page->more;
}

static inline void
read_page(struct fixture *f, size_t room, struct history_range range)
{
	f->answered = false;
	f->store->read(f->store, f->rooms[room], &range, on_page, f);
	while (!f->answered)
		turn(f);
}

static inline bool
is_wanted(const struct kept *kept, size_t room, const struct history_range *range)
{
	bool moves = is_move(kept->kind);
	return kept->rooms >> room & 1 && (range->all || !moves) && kept->id > range->after &&
	       (!range->before || kept->id < range->before);
}

/* The same page from what is known to have been kept. */
static inline void
assert_page(struct fixture *f, size_t room, struct history_range range)
{
	struct strbuf wanted = {0};
	size_t n = 0, skip = 0;
	for (size_t i = 0; i < f->n; i++)
		n += is_wanted(&f->kept[i], room, &range);
	bool more = n > range.limit;
	if (!range.oldest && more)
		skip = n - range.limit;
	size_t left = more ? range.limit : n;
	for (size_t i = 0; i < f->n && left > 0; i++) {
		const struct kept *kept = &f->kept[i];
		if (!is_wanted(kept, room, &range))
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		left--;
		strbuf_printf(&wanted, "%llu %s ann ", (unsigned long long)kept->id,
			event_word(kept->kind));
		if (!is_move(kept->kind))
			strbuf_printf(&wanted, "text %llu", (unsigned long long)kept->id);
		strbuf_puts(&wanted, "\n");
	}
	read_page(f, room, range);
	assert_false(f->failed);
	assert_text(strbuf_view(&f->page), strbuf_view(&wanted));
	assert_int_equal(f->more, more);
	strbuf_clear(&wanted);
}

static inline void
assert_refused(struct fixture *f, const char *why)
{
	struct strbuf said = {0}, wanted = {0};
	strbuf_printf(&wanted, "%s: %s", f->file, why);
	assert_null(open_store(f, &said));
	assert_text(strbuf_view(&said), strbuf_view(&wanted));
	strbuf_clear(&said);
	strbuf_clear(&wanted);
}

#endif
