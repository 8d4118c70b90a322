/* Links on one loop, which write down all they are told. */
#ifndef NATS_LINK_FIXTURE_H
#define NATS_LINK_FIXTURE_H

#include "servers.h"

#include "bus/nats.h"
#include "codec/json.h"

enum {
	PATIENCE = 40, /* seconds for what must come */
	LINKS = 3,
	EVENTS = LINK_DENIED + 1,
};

struct node {
	struct nats_link *link;
	size_t counts[EVENTS]; /* of each event */
	char why[EVENTS][400]; /* the last of each */
	struct strbuf heard;   /* texts, each with a newline; kept is false: not written down */
	bool forgetful;
	uint64_t messages, bytes, position; /* of the last one that was heard */
	size_t refused, heres, asks, answers, unanswered;
	char refused_why[400], here[64], asked[64], reply[256], answer[64];
	uint64_t answered_id;
	bool again; /* hears again by itself, from where it was */
	bool answers_at_once;
	uint64_t hear_at, hear_from; /* at that position it hears again from another, once */
};

struct fixture {
	uv_loop_t loop;
	uv_timer_t beat;
	uint64_t last_beat, longest; /* ns; the longest time without one */
	struct servers servers;
	struct node nodes[LINKS];
};

static inline void
on_event(void *ctx, enum nats_link_event event, const char *why)
{
	struct node *node = ctx;
	node->counts[event]++;
	snprintf(node->why[event], sizeof node->why[event], "%s", why);
	if (node->again && (event == LINK_LOG_READY || event == LINK_HEARING_LOST))
		nats_link_hear(node->link, node->position + 1);
}

static inline void
on_heard(void *ctx, uint64_t position, struct text bytes)
{
	struct node *node = ctx;
	assert_true(position > node->position);
	node->position = position;
	node->messages++;
	node->bytes += bytes.len;
	if (node->hear_at == position) {
		node->hear_at = 0;
		node->position = node->hear_from - 1;
		assert_true(nats_link_hear(node->link, node->hear_from));
	}
	if (node->forgetful)
		return;
	strbuf_add_text(&node->heard, bytes);
	strbuf_puts(&node->heard, "\n");
}

static inline void
on_refused(void *ctx, const char *why)
{
	struct node *node = ctx;
	node->refused++;
	snprintf(node->refused_why, sizeof node->refused_why, "%s", why);
}

static inline void
on_here(void *ctx, struct text bytes)
{
	struct node *node = ctx;
	node->heres++;
	snprintf(node->here, sizeof node->here, "%.*s", TEXT_ARGS(bytes));
}

static inline void
on_asked(void *ctx, struct text reply, struct text bytes)
{
	struct node *node = ctx;
	node->asks++;
	snprintf(node->asked, sizeof node->asked, "%.*s", TEXT_ARGS(bytes));
	snprintf(node->reply, sizeof node->reply, "%.*s", TEXT_ARGS(reply));
	if (node->answers_at_once)
		assert_true(nats_link_answer(node->link, reply, bytes));
}

static inline void
on_answered(void *ctx, uint64_t id, struct text bytes)
{
	struct node *node = ctx;
	node->answered_id = id;
	if (!bytes.ptr) {
		node->unanswered++;
		return;
	}
	node->answers++;
	snprintf(node->answer, sizeof node->answer, "%.*s", TEXT_ARGS(bytes));
}

/* That nothing blocks: the beat goes on. */
static inline void
on_beat(uv_timer_t *timer)
{
	struct fixture *f = timer->data;
	uint64_t now = uv_hrtime();
	if (now - f->last_beat > f->longest)
		f->longest = now - f->last_beat;
	f->last_beat = now;
}

static inline void
fixture_open(struct fixture *f)
{
	*f = (struct fixture){0};
	uv_loop_init(&f->loop);
	uv_timer_init(&f->loop, &f->beat);
	f->beat.data = f;
	f->last_beat = uv_hrtime();
	uv_timer_start(&f->beat, on_beat, 1, 1);
}

static inline void
node_open_at(struct fixture *f, size_t i, const char *const *urls, size_t n_urls,
	struct nats_link_options options)
{
	static const char *const names[] = {"tea0", "tea1", "tea2"};
	struct node *node = &f->nodes[i];
	struct nats_link_host host = {
		node, on_event, on_heard, on_refused, on_here, on_asked, on_answered};
	*node = (struct node){0};
	options.urls = urls;
	options.n_urls = n_urls;
	options.node = names[i];
	options.name = options.name ? options.name : "tea";
	options.max_bytes = options.max_bytes ? options.max_bytes : 1 << 28;
	node->link = nats_link_open(&f->loop, &options, &host);
}

/* A node whose nearest server is that one, and which may create the log. */
static inline void
node_open(struct fixture *f, size_t i)
{
	const char *urls[SERVERS];
	size_t n = f->servers.n;
	for (size_t s = 0; s < n; s++)
		urls[s] = f->servers.all[(i + s) % n].url;
	node_open_at(
		f, i, urls, n, (struct nats_link_options){.replicas = (unsigned)n, .create = true});
}

static inline void
node_close(struct fixture *f, size_t i)
{
	struct node *node = &f->nodes[i];
	if (node->link)
		nats_link_close(node->link);
	strbuf_clear(&node->heard);
	*node = (struct node){0};
	uv_run(&f->loop, UV_RUN_NOWAIT);
}

static inline void
fixture_close(struct fixture *f)
{
	for (size_t i = 0; i < LINKS; i++)
		node_close(f, i);
	servers_end(&f->servers);
	uv_close((uv_handle_t *)&f->beat, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	/* No call took long, whatever the servers did. */
	assert_true(f->longest < UINT64_C(1500000000));
}

/* Runs the loop until the condition is true. */
#define AWAIT(f, condition)                                                   \
	do {                                                                  \
		uint64_t end = uv_hrtime() + PATIENCE * UINT64_C(1000000000); \
		while (!(condition)) {                                        \
			if (uv_hrtime() > end)                                \
				fail_msg("did not come: %s", #condition);     \
			uv_run(&(f)->loop, UV_RUN_ONCE);                      \
		}                                                             \
	} while (0)

/* Runs the loop for that time. */
static inline void
run_for(struct fixture *f, uint64_t ms)
{
	uint64_t end = uv_hrtime() + ms * 1000000;
	while (uv_hrtime() < end)
		uv_run(&f->loop, UV_RUN_ONCE);
}

static inline void
hear_from(struct fixture *f, size_t i, uint64_t from)
{
	struct node *node = &f->nodes[i];
	size_t before = node->counts[LINK_HEARING];
	assert_true(nats_link_hear(node->link, from));
	AWAIT(f, node->counts[LINK_HEARING] > before);
}

static inline void
await_ready(struct fixture *f, size_t i)
{
	AWAIT(f, nats_link_log(f->nodes[i].link).ready);
}

static inline bool
publish(struct fixture *f, size_t i, const char *words)
{
	return nats_link_publish(f->nodes[i].link, text_of(words));
}

#endif
