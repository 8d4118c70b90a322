/*
 * Judges the head of an HTTP/1 request before libwebsockets reads it: version 4.1 hangs up
 * without an answer on most of what it cannot take. Knows no sockets.
 */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include "net/site.h"

enum {
	REQUEST_HEAD_BYTES = 16384, /* longest head; cookies of other sites on the host are in it */
	REQUEST_LINE_BYTES = 8192,
	REQUEST_HEADERS = 80, /* libwebsockets 4.1 drops over 90 that it knows */
};

enum request_verdict {
	REQUEST_INCOMPLETE, /* so far nothing is wrong */
	REQUEST_COMPLETE,   /* libwebsockets may read it */
	REQUEST_REFUSED,    /* to be answered with the status */
};

/*
 * `bytes`: what has come so far, from the beginning of the request. *head: if it is complete,
 * the bytes of its head.
 */
enum request_verdict request_judge(struct text bytes, enum site_status *status, size_t *head);

#endif
