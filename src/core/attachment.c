/*
 * Where the log is shared by several servers, its nodes: at which of them a user has sessions, and by
 * which number entries from there name it. With a log of one server there are no attachments.
 */
#include <stdlib.h>
#include <utlist.h>

#include "core/core_internal.h"

struct attachment_key {
	uint32_t node, number;
};

struct attachment {
	struct attachment_key key;
	struct user *user;
	char *protocol;                 /* that its first session there spoke */
	UT_hash_handle hh;              /* in core->attachments, by key */
	struct attachment *prev, *next; /* the user's others, at other nodes */
};

static struct attachment *
attachment_find(struct core *core, uint32_t node, uint32_t number)
{
	const struct attachment_key key = {node, number};
	struct attachment *attachment;
	HASH_FIND(hh, core->attachments, &key, sizeof key, attachment);
	return attachment;
}

struct user *
user_attached(struct core *core, uint32_t node, uint32_t number)
{
	const struct attachment *attachment = attachment_find(core, node, number);
	return attachment ? attachment->user : NULL;
}

static struct attachment *
user_attachment(const struct user *user, uint32_t node)
{
	struct attachment *attachment = user->attachments;
	while (attachment && attachment->key.node != node)
		attachment = attachment->next;
	return attachment;
}

bool
user_is_attached(const struct user *user, uint32_t node)
{
	return user_attachment(user, node) != NULL;
}

void
user_attach(struct user *user, const struct entry *entry)
{
	struct core *core = user->core;
	if (entry->node == 0 || user_attachment(user, entry->node))
		return;
	struct attachment *attachment = xcalloc(sizeof *attachment);
	attachment->key = (struct attachment_key){entry->node, entry->number};
	attachment->user = user;
	attachment->protocol = xstrndup(entry->protocol.ptr, entry->protocol.len);
	HASH_ADD(hh, core->attachments, key, sizeof attachment->key, attachment);
	DL_APPEND(user->attachments, attachment);
	if (entry->own)
		core->node = entry->node;
}

static void
attachment_free(struct attachment *attachment)
{
	struct user *user = attachment->user;
	HASH_DELETE(hh, user->core->attachments, attachment);
	DL_DELETE(user->attachments, attachment);
	free(attachment->protocol);
	free(attachment);
}

void
user_detach(struct user *user, uint32_t node)
{
	struct attachment *attachment = user_attachment(user, node);
	if (attachment)
		attachment_free(attachment);
}

void
user_detach_all(struct user *user)
{
	while (user->attachments)
		attachment_free(user->attachments);
}

uint32_t
user_number_here(const struct user *user)
{
	const struct attachment *attachment = user_attachment(user, user->core->node);
	return attachment ? attachment->key.number : user->number;
}

void
user_each_elsewhere(
	const struct user *user, void (*found)(void *ctx, const char *protocol), void *ctx)
{
	const struct attachment *attachment;
	DL_FOREACH(user->attachments, attachment)
	if (attachment->key.node != user->core->node)
		found(ctx, attachment->protocol);
}

static bool
user_is_elsewhere(const struct user *user)
{
	const struct attachment *attachment;
	DL_FOREACH(user->attachments, attachment)
	if (attachment->key.node != user->core->node)
		return true;
	return false;
}

bool
user_is_here(const struct user *user)
{
	return user->n_sessions > 0 || user_is_elsewhere(user);
}
