/*
 * The page and its files as finished HTTP answers, and who may open a
 * WebSocket. Knows no sockets.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "teahouse/strbuf.h"

#define SITE_POLICY                                                                      \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "      \
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

/* The answers that are no file; what a person reads in them; and what only they bear. */
#define SITE_ANSWERS(X)                                                                       \
	X(HEALTHY, "200 OK", "ok", "")                                                        \
	X(BAD_REQUEST, "400 Bad Request", "That is not a WebSocket's handshake.",             \
		"Connection: close\r\n")                                                      \
	X(FORBIDDEN, "403 Forbidden", "Pages of other sites may not connect here.",           \
		"Connection: close\r\n")                                                      \
	X(NOT_FOUND, "404 Not Found", "There is no such page here.", "")                      \
	X(NOT_ALLOWED, "405 Method Not Allowed", "Pages here can only be read.",              \
		"Allow: GET, HEAD\r\n")                                                       \
	X(UPGRADE, "426 Upgrade Required", "Only WebSockets, version 13, are served here.",   \
		"Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: " \
		"13\r\n")                                                                     \
	X(FULL, "503 Service Unavailable", "The server is full; please try again later.",     \
		"Connection: close\r\nRetry-After: 30\r\n")

enum site_status {
#define SITE_ENUM(name, status, words, headers) SITE_##name,
	SITE_ANSWERS(SITE_ENUM)
#undef SITE_ENUM
		SITE_STATUSES,
};

struct site;

struct site_request {
	bool get, head;    /* neither: another method */
	struct text path;  /* decoded, without its query */
	struct text known; /* If-None-Match, or no text */
};

/*
 * Reads all there is below root, so that no path can lead anywhere else and
 * nobody waits for a disk. NULL: adds why not to `wrong`.
 */
struct site *site_open(const char *root, struct strbuf *wrong);
void site_close(struct site *site);

/* The whole answer, to be sent as it is. Borrowed for the site's life. */
struct text site_answer(const struct site *site, const struct site_request *request);
struct text site_status(const struct site *site, enum site_status status, bool head);

/*
 * Whether a page of that origin may connect to this host: one that came from it,
 * or that is listed in others, separated by spaces. No text: no browser's page.
 */
bool origin_allowed(struct text origin, struct text host, const char *others);

/* Whether the list of Sec-WebSocket-Protocol names it. */
bool protocol_offered(struct text list, const char *name);

/* Whether the list of Connection names it, in whatever case. */
bool connection_has(struct text list, const char *option);

/* Whether Sec-WebSocket-Key is 16 bytes in base64. */
bool key_is_right(struct text key);

#endif
