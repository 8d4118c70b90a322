/*
 * HTTP: a request's head is judged when it has come whole; then libwebsockets reads it, the
 * site answers, and a handshake makes a WebSocket of the connection.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "net/conn.h"

void http_open(const struct endpoint *endpoint, int fd);

/* Sends more of an answer. */
void http_resume(struct conn *conn);

/* libwebsockets' protocol: HTTP, and WebSockets after it. */
int http_callback(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* The headers of what libwebsockets answers by itself. */
const struct lws_protocol_vhost_options *http_headers(void);

#endif
