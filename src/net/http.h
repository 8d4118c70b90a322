/*
 * HTTP: each request's head is judged when it has come whole; then libwebsockets reads it,
 * the site answers, and a handshake makes a WebSocket of the connection.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "net/conn.h"

void http_start(struct conn *conn);

/* Looks at what came behind a request that is answered now. */
void http_next(struct conn *conn);

/*
 * After the handshake: its answer is pending, and libwebsockets forgets the connection.
 * Returns what came behind the handshake.
 */
struct strbuf http_take_over(struct conn *conn);

/* libwebsockets' protocol: HTTP, and WebSockets after it. */
int http_callback(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* The headers of what libwebsockets answers by itself. */
const struct lws_protocol_vhost_options *http_headers(void);

#endif
