/*
 * Requests on their way through the log, and the log that applies them at once. A
 * request waits for its entry: on the stack if the log applies it within append, else
 * in a table by its token.
 */
#include <stdlib.h>

#include "core/account.h"

void
core_publish(struct core *core, struct entry *entry)
{
	entry->time = core->host.wall_ms(core->host.ctx);
	core->log->append(core->log, core, entry);
}

/* The log applies it later: until then the session is pending. */
static void
session_await(struct session *session, const struct request *request, const struct entry *entry)
{
	struct core *core = session->core;
	struct awaited *awaited = xcalloc(sizeof *awaited);
	awaited->token = entry->token;
	awaited->session = session;
	awaited->ref = text_keep(request->ref);
	awaited->about = text_keep(request->about);
	if (entry->kind == ENTRY_LOGIN || entry->kind == ENTRY_ARRIVE) {
		awaited->login = entry->user;
		user_hold(awaited->login);
	}
	HASH_ADD(hh, core->awaited, token, sizeof awaited->token, awaited);
	session->awaited = awaited;
	session_suspend(session, PENDING_ENTRY);
}

enum reason
session_publish(struct session *session, const struct request *request, struct entry *entry)
{
	struct core *core = session->core;
	struct publication publication = {
		.token = ++core->tokens,
		.origin = {session, {.ref = request->ref, .about = request->about}},
	};
	entry->token = publication.token;
	core->publication = &publication;
	core_publish(core, entry);
	core->publication = NULL;
	if (publication.applied)
		return publication.reason;
	session_await(session, request, entry);
	return REASON_OK;
}

static void
awaited_free(struct core *core, struct awaited *awaited)
{
	HASH_DELETE(hh, core->awaited, awaited);
	awaited->session->awaited = NULL;
	if (awaited->login)
		user_release(awaited->login);
	free(awaited->ref);
	free(awaited->about);
	free(awaited);
}

void
session_forget_awaited(struct session *session)
{
	if (session->awaited)
		awaited_free(session->core, session->awaited);
}

static bool
is_being_published(const struct core *core, const struct entry *entry)
{
	return core->publication && core->publication->token == entry->token;
}

static struct awaited *
awaited_find(struct core *core, const struct entry *entry)
{
	struct awaited *awaited = NULL;
	if (entry->token)
		HASH_FIND(hh, core->awaited, &entry->token, sizeof entry->token, awaited);
	return awaited;
}

struct user *
awaited_login(struct core *core, const struct entry *entry)
{
	const struct awaited *awaited = awaited_find(core, entry);
	return awaited ? awaited->login : NULL;
}

struct origin
origin_take(struct core *core, const struct entry *entry)
{
	if (is_being_published(core, entry))
		return core->publication->origin;
	const struct awaited *awaited = awaited_find(core, entry);
	if (!awaited)
		return (struct origin){.session = NULL};
	return (struct origin){
		awaited->session, {.ref = text_of(awaited->ref), .about = text_of(awaited->about)}};
}

void
origin_done(struct core *core, const struct entry *entry, enum reason reason)
{
	if (is_being_published(core, entry)) {
		core->publication->applied = true;
		core->publication->reason = reason;
		return;
	}
	struct awaited *awaited = awaited_find(core, entry);
	if (!awaited)
		return;
	struct session *session = awaited->session;
	awaited_free(core, awaited);
	session_resume(session, PENDING_ENTRY);
}

struct entry *
entry_copy(const struct entry *entry)
{
	struct entry *copy = xcalloc(sizeof *copy);
	*copy = *entry;
	if (copy->user)
		user_hold(copy->user);
	if (copy->to)
		user_hold(copy->to);
	if (copy->account)
		account_hold(copy->account);
	room_hold(copy->room);
	room_hold(copy->into);
	if (copy->name)
		copy->name = name_copy(copy->name);
	if (copy->body.ptr)
		copy->body.ptr = xstrndup(copy->body.ptr, copy->body.len);
	if (copy->digest.ptr)
		copy->digest.ptr = xstrndup(copy->digest.ptr, copy->digest.len);
	copy->protocol = TEXT_NONE;
	return copy;
}

void
entry_release(struct entry *entry)
{
	if (entry->user)
		user_release(entry->user);
	if (entry->to)
		user_release(entry->to);
	if (entry->account)
		account_release(entry->account);
	room_drop(entry->room);
	room_drop(entry->into);
	free((struct name *)(uintptr_t)entry->name);
}

void
entry_free(struct entry *entry)
{
	entry_release(entry);
	free((char *)(uintptr_t)entry->body.ptr);
	free((char *)(uintptr_t)entry->digest.ptr);
	free(entry);
}
