/* Applies packets that are lists. */
#include "client/protocol/json_packet.h"

#include <ctype.h>

#include "client/protocol/json_send.h"

void
receive_names_requested(const struct packet *packet)
{
	struct strbuf buf = {0};
	if (json_flag(packet->json, "first"))
		strbuf_printf(&buf, "In %.*s: ", TEXT_ARGS(packet->room));
	size_t n = json_length(packet->json, "nicks");
	const struct room *room = model_room(packet->session->model, packet->room);
	for (size_t i = 0; i < n; i++) {
		struct text nick = json_item(packet->json, "nicks", i);
		bool away = room && strset_has(&room->away, nick);
		strbuf_printf(
			&buf, "%s%.*s%s", i ? ", " : "", TEXT_ARGS(nick), away ? " (away)" : "");
	}
	if (room && !json_flag(packet->json, "more") && room->n_users > room->members.n)
		strbuf_printf(&buf, " and %zu more", room->n_users - room->members.n);
	packet_show(packet, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

void
receive_rooms(const struct packet *packet)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(packet->json, "first") ? "Rooms:" : "More rooms:");
	size_t n = json_length(packet->json, "rooms");
	for (size_t i = 0; i < n; i++) {
		const struct json *room = json_item_object(packet->json, "rooms", i);
		if (!room)
			continue;
		struct text name = json_text(room, "name"), topic = json_text(room, "topic");
		int64_t users = json_number(room, "users");
		model_learn_room(packet->session->model, name);
		strbuf_printf(&buf, "\n%.*s, %lld %s", TEXT_ARGS(name), (long long)users,
			users == 1 ? "person" : "people");
		if (topic.len > 0)
			strbuf_printf(&buf, ": %.*s", TEXT_ARGS(topic));
	}
	if (!packet_ref_is(packet, json_ref_quiet))
		packet_show(packet, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

static void
idle_describe(struct strbuf *buf, int64_t seconds)
{
	if (seconds >= 3600)
		strbuf_printf(buf, ", idle for %lld h", (long long)(seconds / 3600));
	else if (seconds >= 60)
		strbuf_printf(buf, ", idle for %lld min", (long long)(seconds / 60));
}

/* The other user of a conversation is online. */
static void
receive_listed(const struct packet *packet, struct room *room, const struct json *user)
{
	struct model *model = packet->session->model;
	room->peer_asked = true;
	model_set_peer(model, room, true, packet->time);
	model_peer_registered(model, room, json_flag(user, "account"), packet->time);
}

/* Which of the users with whom there are conversations are online. The list may come in parts. */
static void
receive_peers(const struct packet *packet)
{
	struct model *model = packet->session->model;
	size_t n = json_length(packet->json, "users");
	for (size_t i = 0; i < model->n_rooms; i++) {
		struct room *room = model->rooms[i];
		room->listed &= !json_flag(packet->json, "first");
		for (size_t j = 0; j < n && room->direct && !room->listed; j++) {
			const struct json *user = json_item_object(packet->json, "users", j);
			room->listed =
				user && text_is(json_text(user, "nick"), text_of(room->name));
			if (room->listed)
				receive_listed(packet, room, user);
		}
		if (room->direct && !room->listed && !json_flag(packet->json, "more"))
			model_set_peer(model, room, false, packet->time);
	}
}

void
receive_peer_gone(const struct packet *packet)
{
	struct model *model = packet->session->model;
	struct room *room = model_conversation(model, json_text(packet->json, "subject"));
	if (room)
		model_set_peer(model, room, false, packet->time);
}

void
receive_who(const struct packet *packet)
{
	if (packet_ref_is(packet, json_ref_peer)) {
		const struct json *user = json_item_object(packet->json, "users", 0);
		struct room *room =
			user ? model_conversation(packet->session->model, json_text(user, "nick"))
			     : NULL;
		if (room)
			receive_listed(packet, room, user);
		return;
	}
	if (packet_ref_is(packet, json_ref_peers)) {
		receive_peers(packet);
		return;
	}
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(packet->json, "first") ? "Online:" : "Also online:");
	size_t n = json_length(packet->json, "users");
	for (size_t i = 0; i < n; i++) {
		const struct json *user = json_item_object(packet->json, "users", i);
		if (!user)
			continue;
		struct text protocol = json_text(user, "protocol");
		strbuf_printf(&buf, "\n%.*s", TEXT_ARGS(json_text(user, "nick")));
		if (protocol.len > 0)
			strbuf_printf(&buf, ", by %.*s", TEXT_ARGS(protocol));
		for (size_t j = 0; j < json_length(user, "rooms"); j++)
			strbuf_printf(&buf, "%s%.*s", j ? ", " : ", in ",
				TEXT_ARGS(json_item(user, "rooms", j)));
		idle_describe(&buf, json_number(user, "idle"));
		if (json_flag(user, "account"))
			strbuf_puts(&buf, ", registered");
		if (json_flag(user, "away"))
			strbuf_puts(&buf, ", away");
	}
	packet_show(packet, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

/* `/join ROOM`, `/topic [TEXT]`. */
static void
receive_manual(struct model *model, const struct json *command)
{
	struct strbuf usage = {0};
	strbuf_printf(&usage, "/%.*s", TEXT_ARGS(json_text(command, "name")));
	size_t n = json_length(command, "params");
	for (size_t i = 0; i < n; i++) {
		const struct json *param = json_item_object(command, "params", i);
		bool optional = param && json_flag(param, "optional");
		strbuf_puts(&usage, optional ? " [" : " ");
		struct text name = param ? json_text(param, "name") : text_of("");
		struct text keyword = param ? json_text(param, "keyword") : text_of("");
		if (keyword.len > 0)
			strbuf_printf(&usage, "%.*s ", TEXT_ARGS(keyword));
		for (size_t j = 0; j < name.len; j++)
			strbuf_printf(&usage, "%c", toupper((unsigned char)name.ptr[j]));
		strbuf_puts(&usage, optional ? "]" : "");
	}
	model_learn_manual(model, strbuf_view(&usage), json_text(command, "help"));
	strbuf_clear(&usage);
}

/* Without accounts, they are of no use; /login is for those who have no name yet. */
static bool
command_is_of_accounts(struct text name)
{
	static const char *const names[] = {
		"login", "register", "password", "unregister", "sessions"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (text_is(name, text_of(names[i])))
			return true;
	return false;
}

/* The server's table of commands: for completion, and for the help. */
void
receive_commands(const struct packet *packet)
{
	struct model *model = packet->session->model;
	model_forget_manual(model);
	size_t n = json_length(packet->json, "commands");
	for (size_t i = 0; i < n; i++) {
		const struct json *command = json_item_object(packet->json, "commands", i);
		if (!command)
			continue;
		if (packet->session->account.server != ACCOUNTS_NONE ||
			!command_is_of_accounts(json_text(command, "name")))
			receive_manual(model, command);
		model_learn_command(model, json_text(command, "name"));
		size_t n_aliases = json_length(command, "aliases");
		for (size_t j = 0; j < n_aliases; j++)
			model_learn_command(model, json_item(command, "aliases", j));
	}
}
