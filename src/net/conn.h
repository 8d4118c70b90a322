/*
 * A connection, whatever its protocol: its state, what is read and sent, and when. Does
 * not know HTTP, WebSockets or listening sockets: those give it a table of operations.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <libwebsockets.h>
#include <uv.h>

#include "base/address.h"
#include "codec/websocket.h"
#include "net/handshake.h"
#include "net/stream.h"
#include "net/timeout_list.h"
#include "teahouse/diag.h"
#include "teahouse/gateway.h"

enum {
	READ_BYTES = TLS_READ_BYTES, /* most that one read takes from the socket */
	PENDING_BYTES = 4096,        /* over this much pending, a connection is not read from */
};

/*
 * A conn's state only moves on, by conn_set_state:
 *
 *	OPENING -> HTTP -> WS -> CLOSING -> SHUT -> DEAD
 *	OPENING -> TCP -> CLOSING
 *	OPENING -> CLOSING, HTTP -> CLOSING
 *
 * and from each of them to DEAD at once.
 */
enum conn_state {
	CONN_OPENING, /* what comes before the protocol: a proxy's header, TLS's handshake */
	CONN_HTTP,    /* requests; not yet a connection of the gateway's */
	CONN_TCP,     /* the gateway's, as bytes */
	CONN_WS,      /* the gateway's, as WebSocket frames that we read and write */
	CONN_CLOSING, /* the last bytes are still sent */
	CONN_SHUT,    /* our sending is shut down; input is discarded until the peer ends it, too */
	CONN_DEAD,    /* its descriptor is about to be closed */
};

struct conn;

/* What depends on the protocol. */
struct conn_ops {
	/* There is input, or its end: see EPOLLIN, EPOLLRDHUP. */
	void (*on_input)(struct conn *conn, uint32_t events);
	/* Queues the protocol's last bytes. NULL: it has none. */
	void (*on_close)(struct conn *conn, enum reason why);
	/* Frees what the protocol keeps. NULL: nothing. */
	void (*on_free)(struct conn *conn);
	/* There is room to send, and nothing is pending. NULL: the gateway is told. */
	void (*on_room)(struct conn *conn);
	/*
	 * Whether sending is to be shut down now that all is sent; if not, the peer closes
	 * first. NULL: it is.
	 */
	bool (*shuts_first)(const struct conn *conn);
};

/* What all connections share: one epoll, and the lists that they wait in. */
struct poller {
	uv_loop_t *loop;
	struct gateway *gateway;
	struct lws_vhost *vhost;
	int epoll;               /* of all descriptors that we read ourselves; -1: not open */
	char *in;                /* READ_BYTES + TLS_RECORD_ROOM, for what is received */
	struct tls_context *tls; /* NULL: no listener has TLS */
	const char *proxies;     /* see networks_include */
	struct timeout_list tcp; /* TCP; never due */
	struct timeout_list http_pending; /* OPENING, and HTTP until it is a WebSocket */
	struct timeout_list http_sending; /* HTTP, with the rest of an answer */
	struct timeout_list http_next;    /* HTTP, with another request that has come */
	struct timeout_list ws_new;       /* WebSockets whose handshake was just answered */
	struct timeout_list ws_idle;      /* WebSockets, until their next ping */
	struct timeout_list to_read;      /* with input, or its end, that epoll does not report */
	struct timeout_list closing;      /* CLOSING and SHUT */
	struct timeout_list to_close;     /* DEAD */
	struct refused_origins refused_origins;
	uint32_t n_accepted;
	size_t n_conns;
	size_t decrypted;     /* bytes in `in` that came with the end of TLS's handshake */
	bool received;        /* input came in this part of the turn */
	bool lost;            /* a connection was lost, or its input ended, in this turn */
	bool addresses_count; /* how many connections come from one address matters */
};

/* What a listening socket gives to its connections. */
struct endpoint {
	struct poller *poller;
	struct listener *listener;
	struct site *site; /* NULL: no HTTP */
};

struct conn {
	struct timeout_entry timeout; /* first: an entry's address is its conn's */
	const struct conn_ops *ops;
	const struct endpoint *endpoint;
	struct http *http;             /* HTTP: see http.c */
	struct connection *connection; /* NULL: not the gateway's yet, or no more */
	struct ws_decoder decoder;
	struct strbuf pending; /* goes out before what the gateway has */
	struct stream stream;
	unsigned char
		peer[ADDRESS_KEY_BYTES]; /* the address that it comes from; zeros: not known */
	uint16_t peer_port;
	uint32_t number;          /* in the log */
	unsigned short peer_code; /* WebSocket: enum ws_code of the close frame to send; 0: none */
	unsigned char state;      /* enum conn_state */
	unsigned char why;        /* enum reason: it was closed */
	unsigned char polled;     /* enum conn_polled */
	bool trusted : 1;         /* a proxy, which is believed whom it speaks for */
	bool by_proxy : 1;        /* a proxy's header is to come first */
	bool encrypted : 1;       /* between the client and the proxy */
	bool heard : 1;           /* TCP: something was received */
	bool read_wanted : 1;     /* by the gateway, or by HTTP */
	bool input_ended : 1;     /* the gateway was told that no more input comes */
	bool eof : 1;             /* the peer has finished sending, and all was read */
	bool hung_up : 1; /* reported as gone while unread input may be left: not polled any more */
	bool send_failed : 1;   /* the end of what can be read is no clean one */
	bool write_blocked : 1; /* the socket took less than there was */
	bool ping_pending : 1;  /* nothing was received since a ping */
};

/* What epoll was told of a conn's descriptor. */
enum conn_polled {
	POLLED_AT_ALL = 1,
	POLLED_INPUT = 2,
	POLLED_ROOM = 4,
	POLLED_EDGES = 8, /* what is only looked at: each arrival once, and also the end */
};

/* OPENING; its ops are to be set. */
struct conn *conn_new(const struct endpoint *endpoint, int fd);

/* Asserts that the transition is one of those above. */
void conn_set_state(struct conn *conn, enum conn_state state);

/* Announces it to the gateway. */
void conn_admit(struct conn *conn);

/* The gateway is told that it is lost, if that has not been done. */
void conn_lost(struct conn *conn);

/* It is DEAD, and its descriptor is closed when the next turn begins. */
void conn_kill(struct conn *conn);

/* Polls it as its state demands. */
void conn_poll(struct conn *conn);
void conn_unpoll(struct conn *conn);

/* What epoll reported. */
void conn_on_events(struct conn *conn, uint32_t events);

/*
 * Reads at most `max` bytes into poller->in, and returns how many; 0: none. The end of the
 * input and errors are dealt with.
 */
size_t conn_read(struct conn *conn, size_t max);

/* No more input comes, though the descriptor may have some: the gateway closes the conn. */
void conn_end_input(struct conn *conn);

/*
 * Sends as much as there is room for; on_room follows if that is not all. Nothing must be
 * pending. -1: it is broken.
 */
ssize_t conn_send(struct conn *conn, struct text bytes);

/* If something that was taken is not out yet, waits for room. */
void conn_await_flush(struct conn *conn);

/* Sends what is pending, as far as the socket takes it. */
void conn_send_pending(struct conn *conn);

/* Shuts our sending down. What was sent arrives, since input is read until the peer ends it. */
void conn_shut(struct conn *conn);

/* Closes the descriptor, and frees the conn. */
void conn_close(struct conn *conn);

void conn_wait(struct conn *conn, struct timeout_list *list);
struct conn *conn_due(struct timeout_list *list, int64_t now);

/* Its address, in *peer; NULL: it is not known. */
const struct sockaddr *conn_peer(const struct conn *conn, struct sockaddr_in6 *peer);

/* Sends these last bytes and closes it. Not for one that the gateway knows. */
void conn_refuse(struct conn *conn, struct text bytes);

/* A line of the log that begins with the conn's number and address. */
void conn_log(const struct conn *conn, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
