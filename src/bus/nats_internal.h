/* What the files of the link share. */
#ifndef BUS_NATS_INTERNAL_H
#define BUS_NATS_INTERNAL_H

#include "bus/nats.h"
#include "bus/nats_api.h"
#include "bus/nats_conn.h"

enum {
	LINK_TICK = 1000, /* ms; ticks are counted, so that a process that was stopped itself
				 does not take that for silence */
	LINK_DRAIN = 256, /* messages taken at once, until others have their turn */
	LINK_WHY_BYTES = 400,
};

struct nats_link_ask {
	uint64_t id;
	int64_t deadline; /* of the loop's clock */
	struct nats_sub *sub;
};

/* A sentence that was told, and is not told again. */
struct nats_link_told {
	char why[LINK_WHY_BYTES];
};

struct nats_link {
	uv_loop_t *loop;
	struct nats_link_host host;
	char **urls, *credentials, *ca;
	struct nats_link_told *told_urls; /* one for each URL */
	size_t n_urls, url;               /* the one that is tried or connected */
	char name[LINK_NAME_MAX + 1], node[LINK_NAME_MAX + 1];
	char inbox[NATS_SUBJECT_BYTES / 2]; /* the prefix of what only this link hears */

	struct nats_conn *conn; /* NULL: waits to try the next URL */
	struct nats_conn_host conn_host;
	bool connected;
	unsigned round;        /* URLs that were tried in vain, one after the other */
	unsigned silent_ticks; /* for which the server has said nothing */
	struct nats_sub *api, *acks, *here, *asks;

	/* nats_stream.c */
	struct api_stream wanted;
	char stream[LINK_NAME_MAX + 8], log_subject[LINK_NAME_MAX + 8],
		log_subjects[LINK_NAME_MAX + 8];
	struct api_stream_state state;
	struct nats_link_told told_log;
	bool ready, create;
	bool check;            /* it is to be asked for, when the messages are taken */
	bool checking;         /* it was asked for, and has not answered */
	unsigned stream_ticks; /* since it was asked for last */
	uint64_t stored;

	/* nats_hear.c */
	struct nats_sub *deliver; /* NULL: nothing is heard */
	char consumer[API_NAME_BYTES];
	uint64_t hear_from; /* where it is to be heard from next; 0: goes on as it is */
	uint64_t from;      /* where it was to be heard from */
	uint64_t delivered; /* by the consumer, of which there is one for each try */
	uint64_t behind;
	unsigned tries, heard_ticks;
	bool paused;
	bool taking; /* from deliver, which is not changed meanwhile */

	struct nats_link_ask waiting[LINK_ASKS];
	size_t n_waiting;
	uint64_t asked; /* in all */

	unsigned handles; /* that are open */
	uv_timer_t tick, retry, deadline;
	uv_idle_t more;
};

void link_event(struct nats_link *link, enum nats_link_event event, const char *why);

/* The same reason is told once. */
void link_event_once(struct nats_link *link, struct nats_link_told *told,
	enum nats_link_event event, const char *why);

/* Sends a request; the answer comes to `api` by a subject that ends in this. */
bool link_request(
	struct nats_link *link, const char *subject, const char *answer, struct text bytes);

/* Looks whether the stream is there and as it is to be; answers come as events. */
void stream_check(struct nats_link *link);
void stream_answer(struct nats_link *link, const char *to, struct text bytes);
void stream_no_responders(struct nats_link *link);
void stream_tick(struct nats_link *link);
void stream_disconnected(struct nats_link *link);
void stream_take_acks(struct nats_link *link);

void hear_answer(struct nats_link *link, const char *to, struct text bytes);
void hear_tick(struct nats_link *link);
void hear_stop(struct nats_link *link);
/* True: there may be more to take. */
bool hear_take(struct nats_link *link);

/* True: there may be more to take. */
bool asks_take(struct nats_link *link);
void asks_end(struct nats_link *link);

#endif
