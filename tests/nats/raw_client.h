/* A NATS client of one request, over a socket: for what the link itself never asks. */
#ifndef NATS_RAW_CLIENT_H
#define NATS_RAW_CLIENT_H

#include "servers.h"

#include <stdio.h>

/*
 * The answer, or "503" if nobody answers, or "" if none comes within half a second: the loop of the test
 * stands still meanwhile.
 */
static inline void
raw_request(const struct server *server, const char *subject, const char *body, char *answer,
	size_t size)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)server->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval wait = {.tv_usec = 500000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	*answer = '\0';
	if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		close(fd);
		return;
	}
	dprintf(fd,
		"CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\n"
		"SUB raw.%d 1\r\nPUB %s raw.%d %zu\r\n%s\r\n",
		(int)getpid(), subject, (int)getpid(), strlen(body), body);
	char got[8192];
	size_t len = 0, head = 0, wanted = SIZE_MAX;
	while (len < wanted && len < sizeof got - 1) {
		ssize_t n = recv(fd, got + len, sizeof got - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		got[len] = '\0';
		char *msg = strstr(got, "\r\nMSG "), *end = msg ? strstr(msg + 2, "\r\n") : NULL;
		if (strstr(got, "\r\nHMSG ")) {
			snprintf(answer, size, "503");
			break;
		}
		if (!end)
			continue;
		head = (size_t)(end + 2 - got);
		char *last = end;
		while (last[-1] != ' ')
			last--;
		wanted = head + strtoul(last, NULL, 10);
	}
	if (wanted != SIZE_MAX && len >= wanted)
		snprintf(answer, size, "%.*s", (int)(wanted - head), got + head);
	close(fd);
}

/* A request that is answered with success. */
static inline void
raw_do(const struct server *server, const char *subject, const char *body)
{
	char answer[8192];
	raw_request(server, subject, body, answer, sizeof answer);
	if (!strstr(answer, "\"type\"") || strstr(answer, "\"error\""))
		fail_msg("%s: %s", subject, answer);
}

#endif
