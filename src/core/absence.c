/*
 * Users without a session: how long they stay, with what secret they may come back, and the
 * direct messages that they are to be told then.
 */
#include <stdlib.h>
#include <utlist.h>

#include "core/core_internal.h"

enum {
	SECRET_BYTES = 16,
	SECRET_DIGITS = 2 * SECRET_BYTES,
	DIRECTS_MAX = 100, /* kept for a user without a session: the newest */
};

/* Belongs to its user. */
struct resume {
	char secret[SECRET_DIGITS + 1]; /* in hexadecimal digits */
	struct user *user;
	struct session *session;    /* NULL: was lost */
	struct room *current;       /* then: the one that it was in */
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
	HASH_ADD(hh, core->resumes, secret, SECRET_DIGITS, resume);
	DL_APPEND(session->user->resumes, resume);
	session->resume = resume;
	return resume->secret;
}

static void
resume_free(struct core *core, struct resume *resume)
{
	if (resume->session)
		resume->session->resume = NULL;
	HASH_DELETE(hh, core->resumes, resume);
	DL_DELETE(resume->user->resumes, resume);
	free(resume);
}

void
user_drop_resumes(struct user *user)
{
	while (user->resumes)
		resume_free(user->core, user->resumes);
}

void
session_lose_resume(struct session *session)
{
	struct resume *resume = session->resume;
	if (!resume)
		return;
	session->resume = NULL;
	resume->session = NULL;
	resume->current = session->current;
	if (session->logged_out)
		resume_free(session->core, resume);
}

bool
user_linger(struct user *user)
{
	struct core *core = user->core;
	if (core->stopping || !user->resumes || !named_is_listed(&user->named))
		return false;
	/* All stay equally long, so that the first in the list is the first due. */
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

/* A direct message to a user without a session. */
struct kept_direct {
	struct kept_direct *next;
	struct event event;
	char bytes[];
};

void
user_keep_direct(struct user *user, const struct event *event)
{
	size_t n = event->actor.len + event->target.len + event->body.len;
	struct kept_direct *kept = xcalloc(sizeof *kept + n), *other;
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
		memcpy(at, texts[i]->ptr, texts[i]->len);
		texts[i]->ptr = at;
		at += texts[i]->len;
	}
	LL_COUNT(user->directs, other, n);
	if (n >= DIRECTS_MAX) {
		other = user->directs;
		LL_DELETE(user->directs, other);
		free(other);
	}
	LL_APPEND(user->directs, kept);
}

void
user_drop_directs(struct user *user)
{
	struct kept_direct *kept, *next;
	LL_FOREACH_SAFE(user->directs, kept, next)
	free(kept);
	user->directs = NULL;
}

void
user_each_direct(const struct user *user, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx)
{
	const struct kept_direct *kept;
	LL_FOREACH(user->directs, kept)
	if (kept->event.id > after)
		found(ctx, &kept->event);
}

bool
resume_take(struct core *core, struct text secret, struct resumed *who)
{
	struct resume *resume = NULL;
	if (secret.len == SECRET_DIGITS)
		HASH_FIND(hh, core->resumes, secret.ptr, SECRET_DIGITS, resume);
	if (!resume)
		return false;
	const struct session *session = resume->session;
	*who = (struct resumed){
		resume->user, resume->session, session ? session->current : resume->current};
	resume_free(core, resume);
	return true;
}
