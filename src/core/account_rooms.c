/* The rooms that an account enters on login, and up to where it has read in each. */
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

enum { SAVE_MS = 500 }; /* until markers that have moved are saved */

static struct remembered *
remembered_find(const struct account *account, struct text casefolded)
{
	struct remembered *remembered;
	DL_FOREACH(account->rooms, remembered)
	if (text_is(remembered->name->casefolded, casefolded))
		return remembered;
	return NULL;
}

static void
remembered_add(struct account *account, struct name *name, uint64_t order)
{
	struct remembered *remembered = xcalloc(sizeof *remembered);
	remembered->name = name;
	remembered->order = order;
	DL_APPEND(account->rooms, remembered);
	if (order > account->orders)
		account->orders = order;
}

static void
remembered_free(struct account *account, struct remembered *remembered)
{
	DL_DELETE(account->rooms, remembered);
	free(remembered->name);
	free(remembered);
}

static struct marker *
marker_find(const struct account *account, struct text key)
{
	struct marker *marker;
	HASH_FIND(hh, account->markers, key.ptr, key.len, marker);
	return marker;
}

static struct marker *
marker_get(struct account *account, struct text key)
{
	struct marker *marker = marker_find(account, key);
	if (marker)
		return marker;
	marker = xcalloc(sizeof *marker + key.len + 1);
	memcpy(marker->key, key.ptr, key.len);
	HASH_ADD_KEYPTR(hh, account->markers, marker->key, key.len, marker);
	return marker;
}

static void
account_note_unsaved(struct account *account)
{
	struct core *core = account->core;
	if (account->unsaved)
		return;
	account->unsaved = true;
	if (!core->unsaved)
		core->save_at = core->host.monotonic_ms(core->host.ctx) + SAVE_MS;
	DL_APPEND(core->unsaved, account);
}

bool
account_read(struct account *account, struct text key, uint64_t id)
{
	struct marker *marker = marker_get(account, key);
	if (id <= marker->id)
		return false;
	marker->id = id;
	marker->unsaved = true;
	account_note_unsaved(account);
	return true;
}

uint64_t
account_marker(const struct account *account, struct text key)
{
	const struct marker *marker = marker_find(account, key);
	return marker ? marker->id : 0;
}

void
account_set_told(struct account *account, uint64_t id)
{
	if (id <= account->told)
		return;
	account->told = id;
	account->told_unsaved = account->told_moved = true;
	account_note_unsaved(account);
}

void
account_note_told(struct account *account, uint64_t id)
{
	if (id <= account->told)
		return;
	account_set_told(account, id);
	account->told_here = true;
}

void
account_enter_room(struct account *account, const struct name *room, uint64_t id)
{
	if (remembered_find(account, room->casefolded))
		return;
	remembered_add(account, name_copy(room), account->orders + 1);
	account_keep(account,
		(struct account_change){
			.kind = ACCOUNT_ROOM_ENTERED, .name = room->shown, .id = account->orders});
	/* What was said in it before is not unread. */
	account_read(account, room->casefolded, id);
}

void
account_leave_room(struct account *account, const struct name *room)
{
	struct remembered *remembered = remembered_find(account, room->casefolded);
	if (!remembered)
		return;
	remembered_free(account, remembered);
	account_keep(account,
		(struct account_change){.kind = ACCOUNT_ROOM_LEFT, .name = room->casefolded});
}

bool
account_remembers(const struct account *account, struct text room)
{
	const struct remembered *remembered;
	DL_FOREACH(account->rooms, remembered)
	if (text_is(remembered->name->shown, room))
		return true;
	return false;
}

void
account_set_current(struct account *account, struct text room)
{
	if (account->current && text_is(text_of(account->current), room))
		return;
	free(account->current);
	account->current = xstrndup(room.ptr, room.len);
	account_keep(account, (struct account_change){.kind = ACCOUNT_CURRENT, .name = room});
}

static void
account_save(struct account *account)
{
	struct marker *marker, *next;
	HASH_ITER(hh, account->markers, marker, next)
	{
		if (!marker->unsaved)
			continue;
		marker->unsaved = false;
		account_keep(account, (struct account_change){.kind = ACCOUNT_READ,
					      .name = text_of(marker->key),
					      .id = marker->id});
	}
	if (account->told_unsaved)
		account_keep(account,
			(struct account_change){.kind = ACCOUNT_TOLD, .id = account->told});
	account->told_unsaved = false;
	if (account->told_here)
		core_publish(account->core,
			&(struct entry){
				.kind = ENTRY_TOLD, .account = account, .id = account->told});
	account->told_here = false;
}

static void
account_saved(struct account *account)
{
	if (!account->unsaved)
		return;
	account->unsaved = false;
	DL_DELETE(account->core->unsaved, account);
}

int64_t
core_save_markers(struct core *core, bool all)
{
	if (!core->unsaved)
		return -1;
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	if (!all && core->save_at > now)
		return core->save_at - now;
	while (core->unsaved) {
		account_save(core->unsaved);
		account_saved(core->unsaved);
	}
	return -1;
}

void
account_drop_rooms(struct account *account)
{
	struct marker *marker, *next;
	account_saved(account);
	while (account->rooms)
		remembered_free(account, account->rooms);
	HASH_ITER(hh, account->markers, marker, next)
	{
		HASH_DELETE(hh, account->markers, marker);
		free(marker);
	}
}

void
account_load_rooms(struct account *account, const struct account_change *change)
{
	struct core *core = account->core;
	struct name *room = NULL;
	if (change->kind == ACCOUNT_ROOM_ENTERED)
		room = name_make(core->rules, change->name, NAME_ROOM);
	if (room)
		remembered_add(account, room, change->id);
	else if (change->kind == ACCOUNT_READ)
		marker_get(account, change->name)->id = change->id;
	else if (change->kind == ACCOUNT_TOLD)
		account->told = change->id;
	else if (change->kind == ACCOUNT_CURRENT && !account->current)
		account->current = xstrndup(change->name.ptr, change->name.len);
}
