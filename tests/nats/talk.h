/*
 * Talk over the log as the cluster does it: turns are numbered, of each node the next one only is
 * taken, and a node sends again from the first of its own that it has not heard.
 */
#ifndef NATS_TALK_H
#define NATS_TALK_H

#include "link_fixture.h"

enum { IN_FLIGHT = 4, RESEND = 500 };

struct talk {
	struct fixture *f;
	unsigned wanted;                 /* turns of each node */
	unsigned taken[LINKS][LINKS];    /* by a node, of a node */
	unsigned sent[LINKS];            /* up to this one */
	uint64_t sent_at[LINKS];         /* ms, of the last try */
	struct strbuf transcript[LINKS]; /* what was taken, in order */
	size_t pace;                     /* ms between the turns of a node */
	uint64_t next_at[LINKS];
	unsigned said[LINKS];
	size_t resent;
};

static inline uint64_t
now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* The node's transcript of what has been heard since it was looked at last. */
static inline void
talk_take(struct talk *talk, size_t i)
{
	struct strbuf *heard = &talk->f->nodes[i].heard;
	struct text rest = strbuf_view(heard), line;
	while (rest.len > 0 && (line = text_line(&rest)).ptr) {
		unsigned by = 0, number = 0;
		char copy[64];
		snprintf(copy, sizeof copy, "%.*s", TEXT_ARGS(line));
		if (sscanf(copy, "%u:%u", &by, &number) != 2 || by >= LINKS)
			continue;
		if (number != talk->taken[i][by] + 1)
			continue;
		talk->taken[i][by] = number;
		strbuf_add_text(&talk->transcript[i], line);
		strbuf_puts(&talk->transcript[i], "\n");
	}
	heard->len = 0;
}

static inline void
talk_send(struct talk *talk, size_t i)
{
	uint64_t now = now_ms();
	unsigned taken = talk->taken[i][i];
	if (now >= talk->next_at[i] && talk->said[i] < talk->wanted) {
		talk->said[i]++;
		talk->next_at[i] = now + talk->pace;
	}
	if (talk->sent[i] < taken)
		talk->sent[i] = taken;
	if (talk->sent[i] > taken && now - talk->sent_at[i] > RESEND) {
		talk->resent += talk->sent[i] - taken;
		talk->sent[i] = taken;
	}
	while (talk->sent[i] < talk->said[i] && talk->sent[i] < taken + IN_FLIGHT) {
		char words[32];
		snprintf(words, sizeof words, "%zu:%u", i, talk->sent[i] + 1);
		if (!publish(talk->f, i, words))
			break;
		talk->sent[i]++;
		talk->sent_at[i] = now;
	}
}

static inline bool
talk_is_over(const struct talk *talk)
{
	for (size_t i = 0; i < LINKS; i++)
		for (size_t by = 0; by < LINKS; by++)
			if (talk->f->nodes[i].link && talk->f->nodes[by].link &&
				talk->taken[i][by] < talk->wanted)
				return false;
	return true;
}

static inline void
talk_turn(struct talk *talk)
{
	uv_run(&talk->f->loop, UV_RUN_ONCE);
	for (size_t i = 0; i < LINKS; i++) {
		if (!talk->f->nodes[i].link)
			continue;
		talk_take(talk, i);
		talk_send(talk, i);
	}
}

static inline void
talk_for(struct talk *talk, uint64_t ms)
{
	for (uint64_t end = now_ms() + ms; now_ms() < end;)
		talk_turn(talk);
}

/* Until all have taken all, which is then the same everywhere. */
static inline void
talk_end(struct talk *talk)
{
	uint64_t end = now_ms() + PATIENCE * 1000;
	while (!talk_is_over(talk)) {
		if (now_ms() > end)
			fail_msg("not all was heard: node 0 took %u of node 0, %u of node 1",
				talk->taken[0][0], talk->taken[0][1]);
		talk_turn(talk);
	}
	for (size_t i = 1; i < LINKS; i++)
		if (talk->f->nodes[i].link)
			assert_text(strbuf_view(&talk->transcript[i]),
				strbuf_view(&talk->transcript[0]));
	for (size_t i = 0; i < LINKS; i++)
		strbuf_clear(&talk->transcript[i]);
}

/* So many servers, and nodes that hear the log, and again whenever they have to. */
static inline void
talk_open(struct fixture *f, struct talk *talk, size_t servers, size_t nodes, unsigned turns,
	size_t pace)
{
	fixture_open(f);
	servers_start(&f->servers, servers);
	*talk = (struct talk){.f = f, .wanted = turns, .pace = pace};
	for (size_t i = 0; i < nodes; i++) {
		node_open(f, i);
		f->nodes[i].again = true;
	}
	for (size_t i = 0; i < nodes; i++)
		AWAIT(f, f->nodes[i].counts[LINK_HEARING] > 0);
}

#endif
