/*
 * Entries as bytes, for a log that several servers share: the users, rooms and accounts that an
 * entry points to are named in them, and found again where it is applied.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "core/account.h"

/* Which fields follow, in this order. */
enum entry_field {
	FIELD_USER = 1,    /* its number at the node where the entry was published */
	FIELD_NUMBER = 2,  /* the number of a user who logs in */
	FIELD_TO = 4,      /* the nick, and the number of its login */
	FIELD_ACCOUNT = 8, /* its number */
	FIELD_ROOM = 16,
	FIELD_INTO = 32,
	FIELD_NAME = 64, /* as shown, and casefolded */
	FIELD_ID = 128,
	FIELD_BODY = 256,
	FIELD_DIGEST = 512,
	FIELD_PROTOCOL = 1024,
};

static bool
entry_logs_in(const struct entry *entry)
{
	return entry->kind == ENTRY_LOGIN || entry->kind == ENTRY_ARRIVE;
}

/* Whether the entry names a user who is there; one who logs in is not yet. */
static bool
entry_names_user(const struct entry *entry)
{
	if (!entry->user)
		return false;
	return !entry_logs_in(entry) || named_is_listed(&entry->user->named);
}

static const struct name *
entry_name(const struct entry *entry)
{
	return entry->kind == ENTRY_LOGIN ? entry->user->named.name : entry->name;
}

static unsigned
entry_fields(const struct entry *entry)
{
	return (entry_names_user(entry) ? FIELD_USER : 0u) |
	       (entry_logs_in(entry) ? FIELD_NUMBER : 0u) | (entry->to ? FIELD_TO : 0u) |
	       (entry->account ? FIELD_ACCOUNT : 0u) | (entry->room ? FIELD_ROOM : 0u) |
	       (entry->into ? FIELD_INTO : 0u) | (entry_name(entry) ? FIELD_NAME : 0u) |
	       (entry->id ? FIELD_ID : 0u) | (entry->body.ptr ? FIELD_BODY : 0u) |
	       (entry->digest.len ? FIELD_DIGEST : 0u) |
	       (entry->protocol.len ? FIELD_PROTOCOL : 0u);
}

static uint32_t
login_number(const struct entry *entry)
{
	struct user *user = entry->user;
	uint32_t number = ++user->core->user_numbers;
	if (!named_is_listed(&user->named))
		user->number = number;
	return number;
}

void
entry_write(struct strbuf *out, const struct entry *entry)
{
	unsigned fields = entry_fields(entry);
	const struct name *name = entry_name(entry);
	assert(entry->kind != ENTRY_STOP);
	bytes_put(out, entry->kind, 1);
	bytes_put(out, entry->token, 8);
	bytes_put(out, fields, 2);
	if (fields & FIELD_USER)
		bytes_put(out, user_number_here(entry->user), 4);
	if (fields & FIELD_NUMBER)
		bytes_put(out, login_number(entry), 4);
	if (fields & FIELD_TO) {
		bytes_put_text(out, user_nick(entry->to));
		bytes_put(out, entry->to->arrived, 8);
	}
	if (fields & FIELD_ACCOUNT)
		bytes_put(out, entry->account->number, 8);
	if (fields & FIELD_ROOM)
		bytes_put_text(out, room_name(entry->room));
	if (fields & FIELD_INTO)
		bytes_put_text(out, room_name(entry->into));
	if (fields & FIELD_NAME) {
		bytes_put_text(out, name->shown);
		bytes_put_text(out, name->casefolded);
	}
	if (fields & FIELD_ID)
		bytes_put(out, entry->id, 8);
	if (fields & FIELD_BODY) {
		bytes_put(out, entry->body.len, 4);
		strbuf_add_text(out, entry->body);
	}
	if (fields & FIELD_DIGEST)
		bytes_put_text(out, entry->digest);
	if (fields & FIELD_PROTOCOL)
		bytes_put_text(out, entry->protocol);
}

/* Reading. */

static struct user *
user_held(struct user *user)
{
	if (user)
		user_hold(user);
	return user;
}

/* The recipient, who may have got another nick since. */
static struct user *
recipient_find(struct core *core, struct text nick, uint64_t arrived)
{
	struct user *user = user_find(core, nick);
	if (user && user->arrived == arrived)
		return user;
	for (user = core->users; user && user->arrived != arrived;)
		user = user->next;
	return user;
}

static struct room *
room_read(struct core *core, struct bytes *from)
{
	struct room *room = room_get(core, bytes_get_text(from));
	from->short_of |= !room;
	room_hold(room);
	return room;
}

/* A conversation's name cannot be made from what is shown of it. */
static struct name *
name_read(struct core *core, const struct entry *entry, struct bytes *from)
{
	struct text shown = bytes_get_text(from), casefolded = bytes_get_text(from);
	struct name *name;
	if (casefolded.len > 0 && casefolded.ptr[0] == '@')
		name = conversation_name_of(shown, casefolded);
	else
		name = name_make(
			core->rules, shown, entry->kind == ENTRY_READ ? NAME_ROOM : NAME_NICK);
	from->short_of |= !name;
	return name;
}

static void
fields_read(struct core *core, struct entry *entry, struct bytes *from)
{
	unsigned fields = (unsigned)bytes_get(from, 2);
	if (fields & FIELD_USER) {
		uint32_t number = (uint32_t)bytes_get(from, 4);
		entry->user = user_held(user_attached(core, entry->node, number));
		entry->number = number;
		from->short_of |= !entry->user;
	}
	if (fields & FIELD_NUMBER)
		entry->number = (uint32_t)bytes_get(from, 4);
	if (fields & FIELD_TO) {
		struct text nick = bytes_get_text(from);
		entry->to = user_held(recipient_find(core, nick, bytes_get(from, 8)));
	}
	if (fields & FIELD_ACCOUNT) {
		entry->account = account_by_number(core, bytes_get(from, 8));
		from->short_of |= !entry->account;
		if (entry->account)
			account_hold(entry->account);
	}
	if (fields & FIELD_ROOM)
		entry->room = room_read(core, from);
	if (fields & FIELD_INTO)
		entry->into = room_read(core, from);
	if (fields & FIELD_NAME)
		entry->name = name_read(core, entry, from);
	if (fields & FIELD_ID)
		entry->id = bytes_get(from, 8);
	if (fields & FIELD_BODY) {
		size_t n = (size_t)bytes_get(from, 4);
		entry->body = bytes_take(from, n);
	}
	if (fields & FIELD_DIGEST)
		entry->digest = bytes_get_text(from);
	if (fields & FIELD_PROTOCOL)
		entry->protocol = bytes_get_text(from);
}

/* Who logs in: the user that the request made here, or what stands for it. */
static void
entry_add_user(struct core *core, struct entry *entry)
{
	struct user *user = entry->own ? awaited_login(core, entry) : NULL;
	entry->user = user ? user_held(user)
			   : user_new(core, entry->name ? name_copy(entry->name) : NULL);
}

static bool
entry_is_whole(const struct entry *entry)
{
	switch (entry->kind) {
	case ENTRY_LOGIN:
		return entry->room && (entry->name || entry->body.len > 0);
	case ENTRY_ARRIVE:
		return entry->account && entry->into;
	case ENTRY_LOGOUT:
	case ENTRY_REGISTER:
		return entry->user;
	case ENTRY_ENTER:
	case ENTRY_LEAVE:
	case ENTRY_SAY:
	case ENTRY_EMOTE:
	case ENTRY_TOPIC:
		return entry->user && entry->room;
	case ENTRY_DIRECT:
		return entry->user && (entry->to || entry->account);
	case ENTRY_RENAME:
		return entry->user && entry->name;
	case ENTRY_READ:
		return entry->account && entry->name;
	case ENTRY_PASSWORD:
	case ENTRY_UNREGISTER:
	case ENTRY_STAY_ENDED:
	case ENTRY_TOLD:
		return entry->account;
	case ENTRY_STOP:
		break;
	}
	return false;
}

void
core_apply_bytes(struct core *core, const struct entry *where, struct text bytes)
{
	struct bytes from = {.rest = bytes};
	struct entry entry = *where;
	entry.kind = (enum entry_kind)bytes_get(&from, 1);
	entry.token = bytes_get(&from, 8);
	if (!entry.own)
		entry.token = 0;
	fields_read(core, &entry, &from);
	if (entry_logs_in(&entry) && !entry.user)
		entry_add_user(core, &entry);
	if (!from.short_of && entry_is_whole(&entry))
		core_apply(core, &entry);
	else
		core_skip(core, &entry);
	entry_release(&entry);
}
