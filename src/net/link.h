/*
 * What the files of net share: the loop, its doors (a listening socket each),
 * and a link for every connection that came in by one.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <libwebsockets.h>
#include <uv.h>

#include "codec/websocket.h"
#include "teahouse/gateway.h"
#include "teahouse/net.h"

enum {
	PING_EVERY = 30000,  /* ms; who has not answered until the next is hung up */
	LEAVE_WITHIN = 2000, /* ms for the other end to hang up, too, after we did */
	PAGE_RETRY = 20,     /* ms until the rest of a page is tried again */
	STOP_WITHIN = 2000,  /* ms from a signal to the end */
	ACCEPT_RETRY = 500,  /* ms without a descriptor to spare for a new connection */
	READ_BYTES = 65536,  /* most that one read takes */
};

/* Links that wait equally long each, so that the first in is the first due. */
struct waits {
	struct link *first, *last;
	size_t n;
	int patience; /* ms */
};

struct door {
	struct net *net;
	struct listener *listener;
	struct site *site; /* NULL: no HTTP here */
	uv_poll_t poll;
	int fd; /* -1: not open */
	bool polled;
};

struct net {
	uv_loop_t loop;
	uv_timer_t clock;
	uv_signal_t signals[2];
	uv_prepare_t taking;
	uv_poll_t hearing;
	int ears;  /* epoll of all that are read by us; -1: not open */
	int spare; /* a descriptor given up to refuse somebody with; -1: there is none */
	char *in;  /* READ_BYTES, for what they say */
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct gateway *gateway;
	struct door *doors;
	size_t n_doors;
	int64_t accept_again;  /* when doors that are not polled will be; 0: all are */
	struct waits plain;    /* those without HTTP; not for anything */
	struct waits broken;   /* of them, those to be closed when the turn begins */
	struct waits fresh;    /* WebSockets, until they are read by us */
	struct waits quiet;    /* WebSockets, until their next ping */
	struct waits leaving;  /* hung up by us, until the other end does */
	struct waits pages;    /* with the rest of an HTTP answer */
	struct waits knocking; /* by HTTP, until they are a WebSocket */
	uint32_t n_accepted;
	size_t n_links;       /* all of them */
	int files;            /* descriptors from here on are not taken: see files_most */
	unsigned signalled;   /* times it was told to stop */
	bool heard;           /* input came in this part of the turn */
	bool lost;            /* a connection was lost in this turn */
	bool nudge;           /* libwebsockets' timers have changed behind its back */
	bool addresses_count; /* how many come from one address matters */
};

struct link {
	struct door *door;
	struct lws *wsi;               /* NULL: no HTTP */
	struct connection *connection; /* NULL: not the gateway's yet, or no more */
	struct waits *waits;           /* where it waits, or NULL */
	struct link *earlier, *later;  /* there */
	int64_t due;
	struct ws_decoder decoder;
	struct strbuf pong;        /* WebSocket: until there is room for it */
	struct text rest;          /* HTTP: of the answer */
	unsigned char address[16]; /* HTTP: as address_key has it */
	int fd;
	enum reason why; /* it left */
	bool framed;     /* a WebSocket, established, read by us */
	bool listening;  /* to be read when there is something */
	bool choked;     /* took less than there was; will be told of room */
	bool moved;      /* the last attempt to send got something out */
	bool left;       /* hung up by us: nothing is sent or heard any more */
	bool parted;     /* and not even what was kept is to follow */
	bool broken;     /* about to be closed without more ado */
	bool ending;     /* being closed, its descriptor for the last time open */
	bool pinged;     /* and not heard from since */
};

/* link.c */
struct link *link_new(struct door *door, int fd);
struct sockaddr_storage link_peer(int fd);
void link_enter(struct link *link);
void link_flush(struct link *link);
void link_leave(struct link *link, enum reason why, enum ws_code code);
void link_part(struct link *link);
void link_break(struct link *link);
void link_lost(struct link *link);
void link_free(struct link *link);
void waits_join(struct waits *waits, struct link *link);
void waits_leave(struct link *link);
struct link *waits_due(struct waits *waits, int64_t now);

/* Tells the gateway what is due; ms until something will be, -1: nothing is. */
int64_t links_tick(struct net *net);

/* plain.c */
void plain_open(struct door *door, int fd);
void plain_hear(struct link *link, uint32_t events);

/* Closes those that are broken; whether there were any. */
bool plain_bury(struct net *net);
void plain_close_all(struct net *net);

/* web.c */
void web_open(struct door *door, int fd);
int web_callback(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
const struct lws_protocol_vhost_options *web_headers(void);
void web_resume(struct link *link);
void web_ping(struct link *link);
void web_hear(struct link *link);
void web_take(struct net *net);
bool web_say_close(struct link *link, enum ws_code code);

/* visitors.c: one more is there, for which another may have to go. */
void visitor_enter(struct link *link);

/* The one that has waited longest goes, if there is any. */
void visitor_yield(struct net *net);

/* ear.c */
bool ears_open(struct net *net);
void ears_shut(struct net *net);
void ears_free(struct net *net);
void ear_open(struct link *link);
void ear_listen(struct link *link, bool wanted);

/* Whether to be told of room to send, as choked says: what libwebsockets has no part in. */
void ear_await_room(struct link *link);

/* net.c: this turn of the loop is not to wait for anything. */
void net_hurry(struct net *net);

/* door.c */
bool doors_open(struct net *net, struct config *config);
void doors_announce(const struct net *net);
int64_t doors_tick(struct net *net);
void doors_shut(struct net *net);
void doors_free(struct net *net);

#endif
