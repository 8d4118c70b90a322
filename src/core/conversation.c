/* Conversations between two that are kept: their names, and an account's list of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/account.h"

struct name *
conversation_name_of(struct text shown, struct text casefolded)
{
	size_t n = casefolded.len;
	struct name *name = xcalloc(sizeof *name + shown.len + 1 + 2 * (n + 1));
	char *at = name->bytes, *key = at + shown.len + 1;
	memcpy(at, shown.ptr, shown.len);
	memcpy(key, casefolded.ptr, n);
	memcpy(key + n + 1, casefolded.ptr, n);
	name->shown = (struct text){at, shown.len};
	name->casefolded = (struct text){key, n};
	name->skeleton = (struct text){key + n + 1, n};
	return name;
}

struct name *
conversation_name(const struct account *of, const struct account *with, const struct name *nick)
{
	struct strbuf key = {0};
	const struct account *first = of, *second = with;
	if (!of || (with && with->number < of->number)) {
		first = with;
		second = of;
	}
	if (!first)
		return NULL;
	strbuf_printf(&key, "@%" PRIu64, first->number);
	if (second)
		strbuf_printf(&key, ":%" PRIu64, second->number);
	else
		strbuf_printf(&key, "~%.*s", TEXT_ARGS(nick->casefolded));
	struct name *name = conversation_name_of(nick->shown, strbuf_view(&key));
	strbuf_clear(&key);
	return name;
}

struct name *
account_conversation_name(const struct account *account, struct text nick)
{
	struct core *core = account->core;
	struct account *with = account_find(core, nick, false);
	struct name *name = name_make(core->rules, nick, NAME_NICK);
	struct name *conversation =
		name ? conversation_name(account, with, with ? with->named.name : name) : NULL;
	free(name);
	return conversation;
}

/* The number of the account that the name has besides this one; 0: a guest. */
static uint64_t
conversation_other(const struct account *account, const struct name *name)
{
	uint64_t first = 0, second = 0;
	if (sscanf(name->casefolded.ptr, "@%" SCNu64 ":%" SCNu64, &first, &second) < 2)
		return 0;
	return first == account->number ? second : first;
}

static struct conversation *
conversation_of(const struct account *account, struct text casefolded)
{
	struct conversation *conversation;
	HASH_FIND(hh, account->conversations, casefolded.ptr, casefolded.len, conversation);
	return conversation;
}

static void
conversation_free(struct account *account, struct conversation *conversation)
{
	HASH_DELETE(hh, account->conversations, conversation);
	free(conversation->name);
	free(conversation);
}

/* The list stays bounded, however many guests write. */
static void
conversations_trim(struct account *account)
{
	struct conversation *oldest = NULL, *conversation, *next;
	if (HASH_COUNT(account->conversations) <= CONVERSATIONS_MAX)
		return;
	HASH_ITER(hh, account->conversations, conversation, next)
	if (!oldest || conversation->last < oldest->last)
		oldest = conversation;
	if (oldest)
		conversation_free(account, oldest);
}

static struct conversation *
conversation_put(struct account *account, struct name *name, uint64_t id)
{
	struct conversation *conversation = conversation_of(account, name->casefolded);
	if (conversation) {
		HASH_DELETE(hh, account->conversations, conversation);
		free(conversation->name);
	} else {
		conversation = xcalloc(sizeof *conversation);
	}
	conversation->name = name;
	conversation->last = id;
	conversation->other = conversation_other(account, name);
	HASH_ADD_KEYPTR(hh, account->conversations, name->casefolded.ptr, name->casefolded.len,
		conversation);
	return conversation;
}

struct conversation *
conversation_note(struct account *account, const struct name *name, struct text nick, uint64_t id)
{
	struct name *own = conversation_name_of(nick, name->casefolded);
	struct conversation *conversation = conversation_put(account, own, id);
	conversations_trim(account);
	account_keep(account, (struct account_change){.kind = ACCOUNT_CONVERSATION,
				      .name = own->casefolded,
				      .value = nick,
				      .id = id});
	return conversation;
}

struct text
conversation_nick(const struct account *account, const struct conversation *conversation)
{
	struct text nick = account_nick(account->core, conversation->other);
	return nick.ptr ? nick : conversation->name->shown;
}

void
event_name_read(struct event *event, const struct name *name)
{
	bool direct = name->casefolded.ptr[0] == '@';
	event->room = direct ? TEXT_NONE : name->shown;
	event->target = direct ? name->shown : TEXT_NONE;
}

void
conversation_forget(struct account *account, const struct name *name)
{
	struct conversation *conversation = conversation_of(account, name->casefolded);
	if (conversation)
		conversation_free(account, conversation);
}

void
account_drop_conversations(struct account *account)
{
	while (account->conversations)
		conversation_free(account, account->conversations);
}

void
account_load_conversation(struct account *account, const struct account_change *change)
{
	if (change->kind == ACCOUNT_CONVERSATION)
		conversation_put(
			account, conversation_name_of(change->value, change->name), change->id);
}
