/* A connection's bytes: read and sent as they are, or through TLS. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "net/tls.h"

struct stream {
	int fd;
	struct tls *tls; /* NULL: plain */
};

/*
 * Receives what is there; of TLS, all that is there of at most `max` bytes, so that nothing
 * waits for being asked for once more. `in` has room for max + TLS_RECORD_ROOM bytes.
 * 0: the peer has finished sending. -1: see errno.
 */
static inline ssize_t
stream_recv(struct stream *stream, char *in, size_t max)
{
	return stream->tls ? tls_recv(stream->tls, in, max)
			   : recv(stream->fd, in, max, MSG_DONTWAIT);
}

/* Returns how much of the pieces was taken. -1: see errno. */
static inline ssize_t
stream_sendv(struct stream *stream, struct iovec *pieces, int n)
{
	if (stream->tls)
		return tls_sendv(stream->tls, pieces, n);
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = (size_t)n};
	return sendmsg(stream->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Sends what was taken and is not out yet, as far as there is room. Whether all is out. */
static inline bool
stream_flush(struct stream *stream)
{
	return !stream->tls || tls_flush(stream->tls);
}

/* Ends our sending, once all that was taken is out (stream_flush). */
static inline void
stream_shutdown(struct stream *stream)
{
	if (stream->tls)
		tls_shutdown(stream->tls);
	else
		shutdown(stream->fd, SHUT_WR);
}

/* Whether the peer has finished sending, though the socket may not show it. */
static inline bool
stream_has_ended(const struct stream *stream)
{
	return stream->tls && tls_has_ended(stream->tls);
}

#endif
