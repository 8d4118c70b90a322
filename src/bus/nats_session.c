/* Threads that connect and close; what libnats is told, and sentences for what it says. */
#include "bus/nats_session.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
	CONNECT_TIMEOUT = 2000, /* ms, for each address of the server, and all that is said first */
	READ_BYTES = 64 << 10,  /* at once */
};

natsStatus
nats_checked(natsStatus status)
{
	if (status == NATS_NO_MEMORY)
		xnonnull(NULL);
	return status;
}

/* What libnats calls, in the loop or by the thread that closes. It holds its lock meanwhile. */

static natsStatus
on_attach(void **user, void *loop, natsConnection *nats, natsSock fd)
{
	struct nats_session *session = loop;
	(void)nats;
	session->fd = fd;
	*user = session;
	return NATS_OK;
}

static natsStatus
on_read_wanted(void *user, bool wanted)
{
	struct nats_session *session = user;
	if (!wanted && session->ctx)
		session->on_close(session->ctx);
	return NATS_OK;
}

static natsStatus
on_write_wanted(void *user, bool wanted)
{
	struct nats_session *session = user;
	session->to_write = wanted;
	return NATS_OK;
}

static natsStatus
on_detach(void *user)
{
	struct nats_session *session = user;
	session->closed = true;
	return NATS_OK;
}

/* Otherwise libnats prints errors. They are asked for where they can have come. */
static void
on_error(natsConnection *nats, natsSubscription *sub, natsStatus status, void *closure)
{
	(void)nats;
	(void)sub;
	(void)status;
	(void)closure;
}

/* NULL: the host of the URL is known. */
static const char *
unknown_host(struct text address)
{
	char host[256] = "";
	bool bracket = address.len > 0 && address.ptr[0] == '[';
	size_t len = bracket ? strcspn(address.ptr + 1, "]") : strcspn(address.ptr, ":/");
	if (len >= sizeof host)
		return "the name is too long";
	memcpy(host, address.ptr + bracket, len);
	struct addrinfo *found = NULL;
	int error = getaddrinfo(host, NULL, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found);
	if (error)
		return gai_strerror(error);
	freeaddrinfo(found);
	return NULL;
}

/* libnats' own words, without the line of its source that they begin with. */
static const char *
own_words(natsStatus status)
{
	natsStatus last;
	const char *text = nats_GetLastError(&last);
	const char *end = text && text[0] == '(' ? strstr(text, "): ") : NULL;
	if (end)
		text = end + 3;
	return text && *text ? text : natsStatus_GetText(status);
}

static void
why_set(struct nats_session *session, natsStatus status)
{
	struct text address = nats_url_address(session->url);
	const char *words = NULL;
	if (status == NATS_NO_SERVER)
		words = unknown_host(address);
	if (status == NATS_NO_SERVER && !words)
		words = "cannot connect; is the server running?";
	else if (status == NATS_CONNECTION_AUTH_FAILED)
		words = "the server refuses the credentials";
	else if (status == NATS_TIMEOUT)
		words = "the server does not answer";
	else if (status == NATS_SECURE_CONNECTION_WANTED)
		words = "the server has no TLS";
	snprintf(session->why, sizeof session->why, "%.*s: %s%s", TEXT_ARGS(address),
		status == NATS_SSL_ERROR ? "TLS: " : "", words ? words : own_words(status));
}

static natsStatus
options_set(natsOptions *options, struct nats_session *session)
{
	natsStatus s = natsOptions_SetURL(options, session->url);
	if (s == NATS_OK)
		s = natsOptions_SetName(options, session->client);
	if (s == NATS_OK)
		s = natsOptions_SetAllowReconnect(options, false);
	if (s == NATS_OK)
		s = natsOptions_SetTimeout(options, CONNECT_TIMEOUT);
	if (s == NATS_OK)
		s = natsOptions_SetPingInterval(options, 0);
	if (s == NATS_OK)
		s = natsOptions_SetSendAsap(options, true);
	if (s == NATS_OK)
		s = natsOptions_SetIOBufSize(options, READ_BYTES);
	if (s == NATS_OK)
		s = natsOptions_SetErrorHandler(options, on_error, NULL);
	if (s == NATS_OK && nats_url_is_tls(session->url))
		s = natsOptions_SetSecure(options, true);
	/* A server may ask for TLS, whatever the URL begins with. */
	if (s == NATS_OK && session->ca)
		s = natsOptions_LoadCATrustedCertificates(options, session->ca);
	if (s == NATS_OK && session->credentials)
		s = natsOptions_SetUserCredentialsFromFiles(options, session->credentials, NULL);
	if (s == NATS_OK)
		s = natsOptions_SetEventLoop(
			options, session, on_attach, on_read_wanted, on_write_wanted, on_detach);
	return s;
}

/* libnats does not say why it cannot. */
static bool
file_is_readable(struct nats_session *session, const char *file)
{
	if (!file || access(file, R_OK) == 0)
		return true;
	snprintf(session->why, sizeof session->why, "%s: %s", file, strerror(errno));
	return false;
}

static void
session_connect(struct nats_session *session)
{
	natsOptions *options = NULL;
	if (!file_is_readable(session, session->credentials) ||
		!file_is_readable(session, session->ca))
		return;
	natsStatus status = nats_checked(natsOptions_Create(&options));
	if (status == NATS_OK)
		status = options_set(options, session);
	if (status == NATS_OK)
		status = natsConnection_Connect(&session->nats, options);
	if (nats_checked(status) != NATS_OK)
		why_set(session, status);
	natsOptions_Destroy(options);
}

static void *
connect_thread(void *arg)
{
	struct nats_session *session = arg;
	session_connect(session);
	nats_ReleaseThreadMemory();
	uv_async_send(session->done);
	return NULL;
}

static void *
close_thread(void *arg)
{
	struct nats_session *session = arg;
	natsConnection_Destroy(session->nats);
	session->nats = NULL;
	nats_ReleaseThreadMemory();
	uv_async_send(session->done);
	return NULL;
}

/* Signals are the loop's. */
static bool
thread_start(struct nats_session *session, void *(*run)(void *))
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	session->running = pthread_create(&session->thread, NULL, run, session) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return session->running;
}

static char *
copied(const char *s)
{
	return s ? xstrndup(s, strlen(s)) : NULL;
}

struct nats_session *
nats_session_open(const struct nats_target *target, uv_async_t *done)
{
	struct nats_session *session = xcalloc(sizeof *session);
	session->done = done;
	session->url = copied(target->url);
	session->credentials = copied(target->credentials);
	session->ca = copied(target->ca);
	session->client = copied(target->client);
	if (!thread_start(session, connect_thread)) {
		snprintf(session->why, sizeof session->why, "cannot start a thread to connect");
		uv_async_send(done);
	}
	return session;
}

bool
nats_session_join(struct nats_session *session)
{
	/* Sending was the last thing that it did. */
	if (session->running)
		pthread_join(session->thread, NULL);
	session->running = false;
	return session->nats && !session->closed;
}

bool
nats_session_close(struct nats_session *session)
{
	session->ctx = NULL;
	/* Without a thread, waiting for a server that does not answer is better than a leak. */
	return session->nats && !session->closed && thread_start(session, close_thread);
}

void
nats_session_free(struct nats_session *session)
{
	natsConnection_Destroy(session->nats);
	free(session->url);
	free(session->credentials);
	free(session->ca);
	free(session->client);
	free(session);
}
