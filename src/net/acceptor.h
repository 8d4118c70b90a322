/* The listening sockets. Each accepted connection is given to tcp.c or http.c. */
#ifndef NET_ACCEPTOR_H
#define NET_ACCEPTOR_H

#include "net/conn.h"
#include "teahouse/config.h"

struct acceptor {
	struct endpoint endpoint;
	struct acceptors *all;
	uv_poll_t poll;
	int fd; /* -1: not open */
	bool polled;
};

struct acceptors {
	struct poller *poller;
	struct acceptor *at;
	size_t n;
	int64_t retry_at; /* ms: when those that are not polled will be; 0: all are */
	int spare; /* a descriptor that is given up to refuse a client with; -1: there is none */
	int files; /* descriptors from this one on are not accepted */
};

/* Opens a listening socket for each listener. False: that which cannot be opened was logged. */
bool acceptors_open(struct acceptors *all, struct poller *poller, struct config *config);

/* Logs a line for each. */
void acceptors_announce(const struct acceptors *all);

/* Resumes accepting, if that is due. Ms until it will be; -1: never. */
int64_t acceptors_tick(struct acceptors *all);

/* Closes the sockets; freed may be only what the loop has seen closed. */
void acceptors_close(struct acceptors *all);
void acceptors_free(struct acceptors *all);

#endif
