/* The core itself: opened with its settings, its host and its log. */
#include <assert.h>
#include <stdlib.h>

#include "core/account.h"

static struct text
text_copy(struct text t)
{
	return (struct text){xstrndup(t.ptr, t.len), t.len};
}

static void
text_free(struct text t)
{
	free((char *)(uintptr_t)t.ptr);
}

struct core *
core_open(const struct core_settings *settings, const struct core_host *host, struct log *log)
{
	struct core *core = xcalloc(sizeof *core);
	core->settings = *settings;
	core->settings.name = text_copy(settings->name);
	core->settings.room = text_copy(settings->room);
	core->host = *host;
	core->log = log ? log : &memory_log;
	core->last_id = host->history ? host->history->last_id : 0;
	core->rules = name_rules_open();
	core->reserved[0] = name_make(core->rules, text_of("server"), NAME_NICK);
	core->reserved[1] = name_make(core->rules, text_of("deleted"), NAME_NICK);
	core->default_room = room_get(core, settings->room);
	if (core->default_room && core_load_accounts(core))
		return core;
	core_close(core);
	return NULL;
}

void
core_close(struct core *core)
{
	core_end_lingering(core, true);
	core_free_accounts(core);
	assert(core->n_users == 0 && !core->awaited);
	struct room *room = core->default_room;
	core->default_room = NULL;
	if (room)
		room_release(room);
	assert(core->n_rooms == 0);
	name_rules_close(core->rules);
	free(core->reserved[0]);
	free(core->reserved[1]);
	text_free(core->settings.name);
	text_free(core->settings.room);
	free(core);
}

const struct core_settings *
core_settings(const struct core *core)
{
	return &core->settings;
}

bool
core_room_fits(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, NAME_ROOM);
	free(made);
	return made != NULL;
}

size_t
core_room_users(struct core *core, struct text name)
{
	const struct room *room = room_find(core, name);
	return room ? room->users : 0;
}

size_t
core_users(const struct core *core)
{
	return core->n_users;
}

size_t
core_rooms(const struct core *core)
{
	return core->n_rooms;
}

int64_t
core_tick(struct core *core)
{
	int64_t waits[] = {
		core_end_lingering(core, false),
		core_deliver_digests(core),
		core_note_shown(core, false),
		core_save_markers(core, false),
	};
	int64_t least = -1;
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
		if (waits[i] >= 0 && (least < 0 || waits[i] < least))
			least = waits[i];
	return least;
}
