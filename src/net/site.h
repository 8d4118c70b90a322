/* The page and its files as finished HTTP answers. Knows no sockets. */
#ifndef NET_SITE_H
#define NET_SITE_H

#include "teahouse/strbuf.h"

#define SITE_POLICY                                                                      \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "      \
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

/* The answers that are no file: name, status, sentence, and headers of their own. */
#define SITE_ANSWERS(X)                                                                        \
	X(HEALTHY, "200 OK", "ok", "")                                                         \
	X(MALFORMED, "400 Bad Request", "That is not a request that HTTP/1.1 allows.",         \
		"Connection: close\r\n")                                                       \
	X(TLS_ONLY, "400 Bad Request",                                                         \
		"This port is encrypted. Please type https:// in front of its address.",       \
		"Connection: close\r\n")                                                       \
	X(NO_HOST, "400 Bad Request", "A request needs one Host header, and only one.",        \
		"Connection: close\r\n")                                                       \
	X(BAD_HANDSHAKE, "400 Bad Request", "That is not a WebSocket's handshake.",            \
		"Connection: close\r\n")                                                       \
	X(FORBIDDEN, "403 Forbidden", "Pages of other sites may not connect here.",            \
		"Connection: close\r\n")                                                       \
	X(NOT_FOUND, "404 Not Found", "There is no such page here.", "")                       \
	X(NOT_ALLOWED, "405 Method Not Allowed", "Pages here can only be read.",               \
		"Allow: GET, HEAD\r\n")                                                        \
	X(LONG_URI, "414 URI Too Long", "The address that was asked for is too long.",         \
		"Connection: close\r\n")                                                       \
	X(UPGRADE, "426 Upgrade Required", "Only WebSockets, version 13, are served here.",    \
		"Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: "  \
		"13\r\n")                                                                      \
	X(HEADERS, "431 Request Header Fields Too Large",                                      \
		"The request's headers are too large. Deleting this host's cookies may help.", \
		"Connection: close\r\n")                                                       \
	X(FULL, "503 Service Unavailable", "The server is full. Please try again later.",      \
		"Connection: close\r\nRetry-After: 30\r\n")                                    \
	X(VERSION, "505 HTTP Version Not Supported",                                           \
		"Only HTTP/1.0 and HTTP/1.1 are served here.", "Connection: close\r\n")

enum site_status {
#define SITE_ENUM(name, status, words, headers) SITE_##name,
	SITE_ANSWERS(SITE_ENUM)
#undef SITE_ENUM
		SITE_STATUSES,
};

struct site;

struct site_request {
	bool get, head;        /* neither: another method */
	struct text path;      /* decoded, without the query */
	struct text known;     /* If-None-Match, or no text */
	struct text encodings; /* Accept-Encoding, or no text */
};

/*
 * Reads all files below root, so that no path can lead anywhere else and no request
 * waits for a disk. NULL: the reason was appended to `wrong`.
 */
struct site *site_open(const char *root, struct strbuf *wrong);
void site_close(struct site *site);

/* The whole answer, to be sent as it is. Borrowed; lives as long as the site. */
struct text site_answer(const struct site *site, const struct site_request *request);
struct text site_status(const struct site *site, enum site_status status, bool head);

#endif
