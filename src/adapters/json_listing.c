/* Lists in packets: names, rooms, users, commands (SPEC 6.2). */
#include "adapters/json_listing.h"

static void
json_put_room(struct json_writer *json, const struct item *item)
{
	json_open_object(json, NULL);
	json_put_text(json, "name", item->name);
	json_put_number(json, "users", (int64_t)item->users);
	json_put_text(json, "topic", item->detail);
	json_close_object(json);
}

static void
json_put_user(struct json_writer *json, const struct item *item)
{
	json_open_object(json, NULL);
	json_put_text(json, "nick", item->name);
	json_put_text(json, "protocol", item->detail);
	json_open_array(json, "rooms");
	for (size_t i = 0; i < item->n_rooms; i++)
		json_put_text(json, NULL, item->rooms[i]);
	json_close_array(json);
	json_put_number(json, "idle", item->idle);
	if (item->away)
		json_put_bool(json, "away", true);
	if (item->account)
		json_put_bool(json, "account", true);
	json_close_object(json);
}

/* Those of the names who have no connection just now, if there are any. */
static void
json_put_away(struct json_writer *json, const struct event *event)
{
	bool any = false;
	for (size_t i = 0; i < event->n_items; i++) {
		if (!event->items[i].away)
			continue;
		if (!any)
			json_open_array(json, "away");
		any = true;
		json_put_text(json, NULL, event->items[i].name);
	}
	if (any)
		json_close_array(json);
}

void
json_put_items(struct json_writer *json, const struct event *event)
{
	static const char *const keys[] = {
		[EVENT_NAMES] = "nicks", [EVENT_ROOMS] = "rooms", [EVENT_WHO] = "users"};
	json_open_array(json, keys[event->kind]);
	for (size_t i = 0; i < event->n_items; i++) {
		if (event->kind == EVENT_NAMES)
			json_put_text(json, NULL, event->items[i].name);
		else if (event->kind == EVENT_ROOMS)
			json_put_room(json, &event->items[i]);
		else
			json_put_user(json, &event->items[i]);
	}
	json_close_array(json);
	if (event->kind == EVENT_NAMES)
		json_put_away(json, event);
	if (event->kind == EVENT_NAMES)
		json_put_number(json, "users", (int64_t)event->total);
	if (event->first)
		json_put_bool(json, "first", true);
	if (event->more)
		json_put_bool(json, "more", true);
}

static void
json_put_params(struct json_writer *json, const struct command *command)
{
	const char *params = command->params;
	struct param param;
	json_open_array(json, "params");
	while (command_param(&params, &param)) {
		if (param.not_typed)
			continue;
		json_open_object(json, NULL);
		json_put_text(json, "name", param.shown);
		if (param.optional)
			json_put_bool(json, "optional", true);
		if (param.keyword)
			json_put_text(json, "keyword", param.field);
		if (param.rest)
			json_put_bool(json, "rest", true);
		json_close_object(json);
	}
	json_close_array(json);
}

void
json_put_commands(struct json_writer *json)
{
	json_open_array(json, "commands");
	for (int id = 0; id < COMMAND_COUNT; id++) {
		const struct command *command = command_get((enum command_id)id);
		if (command->flags & COMMAND_NOT_TYPED)
			continue;
		json_open_object(json, NULL);
		json_put_text(json, "name", text_of(command->name));
		json_open_array(json, "aliases");
		struct text also = text_of(command->also ? command->also : "");
		while (also.len > 0)
			json_put_text(json, NULL, text_word(&also));
		json_close_array(json);
		json_put_params(json, command);
		json_put_text(json, "help", text_of(command->help));
		if (command->flags & COMMAND_BEFORE_LOGIN)
			json_put_bool(json, "before_login", true);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
json_put_unread(struct json_writer *json, const struct unread_item *item)
{
	json_open_object(json, NULL);
	json_put_text(json, item->direct ? "with" : "room", item->name);
	if (item->account)
		json_put_bool(json, "account", true);
	json_put_number(json, "read", (int64_t)item->read);
	if (item->direct)
		json_put_number(json, "last", (int64_t)item->last);
	json_put_number(json, "unread", (int64_t)item->unread);
	if (!item->direct)
		json_put_number(json, "mentions", (int64_t)item->mentions);
	if (item->more)
		json_put_bool(json, "more", true);
	json_close_object(json);
}

static void
json_put_unread_of(
	struct json_writer *json, const struct event *event, const char *key, bool direct)
{
	json_open_array(json, key);
	for (size_t i = 0; i < event->n_unread; i++)
		if (event->unread[i].direct == direct)
			json_put_unread(json, &event->unread[i]);
	json_close_array(json);
}

void
json_put_account(struct json_writer *json, const struct event *event)
{
	if (event->accounts != ACCOUNTS_NONE)
		json_put_text(json, "accounts",
			text_of(event->accounts == ACCOUNTS_OPEN ? "open" : "closed"));
	if (!event->account)
		return;
	json_put_bool(json, "account", true);
	if (event->stay)
		json_put_text(json, "login", text_of(event->stay));
	/* One that is resumed is sent what it has missed. */
	if (!event->unread)
		return;
	json_put_unread_of(json, event, "rooms", false);
	json_put_unread_of(json, event, "directs", true);
}

void
json_put_sessions(struct json_writer *json, const struct event *event)
{
	json_open_array(json, "sessions");
	for (size_t i = 0; i < event->n_sessions; i++) {
		const struct session_item *item = &event->sessions[i];
		json_open_object(json, NULL);
		json_put_number(json, "number", item->number);
		json_put_text(json, "protocol", item->protocol);
		json_put_number(json, "since", item->since);
		if (item->until)
			json_put_number(json, "until", item->until);
		else
			json_put_number(json, "idle", item->idle);
		if (item->own)
			json_put_bool(json, "this", true);
		json_close_object(json);
	}
	json_close_array(json);
}
