/*
 * Users without a session: how long they linger, the secrets that resume their sessions, and
 * the direct messages to deliver then.
 */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "core/core_internal.h"

enum {
	SECRET_BYTES = 16,
	SECRET_DIGITS = 2 * SECRET_BYTES,
	DIRECTS_MAX = 100,     /* kept for a user who may come back: the newest */
	DIRECTS_BYTES = 65536, /* of text in them */
};

/*
 * Belongs to its user. One that was used stays until the new session has sent something: the
 * welcome with the next secret may have been lost with its connection.
 */
struct resume {
	char secret[SECRET_DIGITS + 1]; /* in hexadecimal digits */
	struct user *user;
	struct session *session;    /* NULL: was lost */
	struct room *current;       /* then: the one that it was in, .. */
	unsigned stay;              /* .. and the secret that it stays logged in by */
	struct resume *used;        /* the one that its session was resumed with, or NULL */
	struct resume *successor;   /* whose `used` this is, or NULL */
	UT_hash_handle hh;          /* by secret */
	struct resume *prev, *next; /* the user's others */
};

const char *
session_make_resume(struct session *session)
{
	struct core *core = session->core;
	unsigned char bytes[SECRET_BYTES];
	if (!session->wants_resume || !core->host.random || core->settings.linger == 0)
		return NULL;
	struct resume *resume = xcalloc(sizeof *resume);
	core->host.random(core->host.ctx, bytes, sizeof bytes);
	for (size_t i = 0; i < SECRET_BYTES; i++) {
		resume->secret[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		resume->secret[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	resume->user = session->user;
	resume->session = session;
	resume->used = session->resume;
	if (resume->used)
		resume->used->successor = resume;
	HASH_ADD(hh, core->resumes, secret, SECRET_DIGITS, resume);
	DL_APPEND(session->user->resumes, resume);
	session->resume = resume;
	return resume->secret;
}

static void
resume_free(struct core *core, struct resume *resume)
{
	if (resume->used)
		resume->used->successor = NULL;
	if (resume->successor)
		resume->successor->used = NULL;
	if (resume->session && resume->session->resume == resume)
		resume->session->resume = NULL;
	assert(core->resumes && resume->user->resumes);
	HASH_DELETE(hh, core->resumes, resume);
	DL_DELETE(resume->user->resumes, resume);
	free(resume);
}

void
session_confirm_resume(struct session *session)
{
	if (session->resume && session->resume->used)
		resume_free(session->core, session->resume->used);
}

void
user_drop_resumes(struct user *user)
{
	while (user->resumes)
		resume_free(user->core, user->resumes);
}

static void
resume_lose_session(struct resume *resume)
{
	const struct session *session = resume->session;
	if (session) {
		resume->current = session->current;
		resume->stay = session->stay;
	}
	resume->session = NULL;
}

void
session_lose_resume(struct session *session)
{
	struct resume *resume = session->resume;
	if (!resume)
		return;
	if (session->logged_out) {
		session_confirm_resume(session);
		resume_free(session->core, resume);
		return;
	}
	session->resume = NULL;
	resume_lose_session(resume);
	if (resume->used)
		resume_lose_session(resume->used);
}

bool
user_linger(struct user *user)
{
	struct core *core = user->core;
	bool stays = user->resumes || (user->account && core->settings.linger > 0);
	if (core->stopping || !stays || !named_is_listed(&user->named))
		return false;
	/* All linger equally long, so the list is in order of expiry. */
	user->linger_until = core->host.monotonic_ms(core->host.ctx) + core->settings.linger;
	DL_APPEND2(core->lingering, user, linger_prev, linger_next);
	return true;
}

void
user_stop_lingering(struct user *user)
{
	if (!user->linger_until)
		return;
	user->linger_until = 0;
	DL_DELETE2(user->core->lingering, user, linger_prev, linger_next);
}

struct kept_event *
event_keep(const struct event *event)
{
	size_t n = event->actor.len + event->target.len + event->body.len;
	struct kept_event *kept = xcalloc(sizeof *kept + n);
	char *at = kept->bytes;
	struct text *texts[] = {&kept->event.actor, &kept->event.target, &kept->event.body};
	kept->event = (struct event){.kind = event->kind,
		.id = event->id,
		.time = event->time,
		.actor = event->actor,
		.target = event->target,
		.body = event->body,
		.past = true};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!texts[i]->ptr)
			continue;
		memcpy(at, texts[i]->ptr, texts[i]->len);
		texts[i]->ptr = at;
		at += texts[i]->len;
	}
	return kept;
}

void
user_keep_direct(struct user *user, const struct event *event)
{
	struct kept_event *kept = event_keep(event), *other;
	size_t n = 0, count = 1;
	LL_APPEND(user->directs, kept);
	for (other = user->directs; other; other = other->next, count++)
		n += other->event.body.len;
	while ((other = user->directs) != kept && (--count > DIRECTS_MAX || n > DIRECTS_BYTES)) {
		n -= other->event.body.len;
		LL_DELETE(user->directs, other);
		free(other);
	}
}

void
user_drop_directs(struct user *user)
{
	struct kept_event *kept, *next;
	LL_FOREACH_SAFE(user->directs, kept, next)
	free(kept);
	user->directs = NULL;
}

void
user_each_direct(const struct user *user, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx)
{
	const struct kept_event *kept;
	LL_FOREACH(user->directs, kept)
	if (kept->event.id > after)
		found(ctx, &kept->event);
}

bool
resume_take(struct session *session, struct text secret, struct resumed *who)
{
	struct core *core = session->core;
	struct resume *resume = NULL;
	if (secret.len == SECRET_DIGITS)
		HASH_FIND(hh, core->resumes, secret.ptr, SECRET_DIGITS, resume);
	if (!resume)
		return false;
	struct session *old = resume->session;
	*who = (struct resumed){resume->user, old, old ? old->current : resume->current,
		old ? old->stay : resume->stay};
	if (resume->successor)
		resume_free(core, resume->successor);
	if (resume->used)
		resume_free(core, resume->used);
	if (old)
		old->resume = NULL;
	resume->session = session;
	session->resume = resume;
	return true;
}
