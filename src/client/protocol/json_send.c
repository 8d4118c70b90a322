/* Writes packets: a length in two bytes, then an object. */
#include "client/protocol/json_send.h"

#include <assert.h>

#include "client/session/login.h"
#include "codec/json_writer.h"

enum { VERSION = 2 };

const char json_ref_quiet[] = "known", json_ref_ping[] = "ping", json_ref_look[] = "look",
	   json_ref_topic[] = "topic", json_ref_peers[] = "peers", json_ref_peer[] = "peer",
	   json_ref_settle[] = "settle", json_ref_account[] = "account", json_ref_page[] = "page";

/* A packet being written. */
struct packet_writer {
	struct strbuf buf;
	size_t opened;
	struct json_writer json;
};

static void
packet_begin(struct packet_writer *writer, const char *type)
{
	writer->buf = (struct strbuf){0};
	writer->opened = length_prefix_begin(&writer->buf);
	writer->json = json_begin(&writer->buf, type);
}

static void
packet_send(struct session *session, struct packet_writer *writer)
{
	json_close_object(&writer->json);
	bool fits = length_prefix_end(&writer->buf, writer->opened);
	assert(fits);
	session_send(session, strbuf_view(&writer->buf));
	strbuf_clear(&writer->buf);
}

static void
writer_put(struct packet_writer *writer, const char *key, struct text value)
{
	if (value.ptr)
		json_put_text(&writer->json, key, value);
}

void
json_send_about(struct session *session, const char *type, struct text room, const char *key,
	struct text value, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, type);
	writer_put(&writer, key, value);
	if (room.len > 0)
		writer_put(&writer, "room", room);
	writer_put(&writer, "ref", ref);
	packet_send(session, &writer);
}

void
json_send_request(struct session *session, const char *type, struct text room, struct text ref)
{
	json_send_about(session, type, room, "", TEXT_NONE, ref);
}

void
json_send_hello(struct session *session)
{
	struct packet_writer writer;
	packet_begin(&writer, "hello");
	writer_put(&writer, "nick", text_of(session->model->nick));
	json_put_number(&writer.json, "version", VERSION);
	if (!session->secret)
		writer_put(&writer, "password", text_of(session->account.password));
	if (session->secret) {
		writer_put(&writer, "resume", text_of(session->secret));
		json_put_number(&writer.json, "after", (int64_t)session->last_id);
	}
	writer_put(&writer, "room", login_room(session));
	packet_send(session, &writer);
}

void
json_send_account(struct session *session)
{
	static const char *const types[] = {
		[ACCOUNT_NONE] = NULL,
		[ACCOUNT_LOGIN] = "hello",
		[ACCOUNT_REGISTER] = "register",
		[ACCOUNT_PASSWORD] = "password",
		[ACCOUNT_UNREGISTER] = "unregister",
	};
	const struct account *account = &session->account;
	struct packet_writer writer;
	packet_begin(&writer, types[account->action]);
	if (account->action == ACCOUNT_LOGIN) {
		writer_put(&writer, "nick", text_of(account->name));
		json_put_number(&writer.json, "version", VERSION);
	}
	writer_put(&writer, "old", text_of(account->old));
	writer_put(&writer, account->action == ACCOUNT_PASSWORD ? "new" : "password",
		text_of(account->new));
	writer_put(&writer, "ref", text_of(json_ref_account));
	packet_send(session, &writer);
}

void
json_send_ping(struct session *session)
{
	json_send_request(session, "ping", text_of(""), text_of(json_ref_ping));
}

void
json_send_logout(struct session *session)
{
	json_send_command(session, text_of("/logout"), TEXT_NONE);
}

static void
writer_put_number(struct packet_writer *writer, const char *key, uint64_t number)
{
	if (number > 0)
		json_put_number(&writer->json, key, (int64_t)number);
}

void
json_send_history(struct session *session, const struct json_page *page)
{
	struct packet_writer writer;
	packet_begin(&writer, "history");
	writer_put(&writer, "room", page->room);
	writer_put(&writer, "with", page->with);
	writer_put_number(&writer, "limit", page->limit);
	writer_put_number(&writer, "before", page->before);
	writer_put_number(&writer, "after", page->after);
	writer_put(&writer, "ref", page->ref);
	packet_send(session, &writer);
}

void
json_send_search(struct session *session, struct text words, uint64_t before, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, "search");
	writer_put(&writer, "text", words);
	writer_put_number(&writer, "before", before);
	writer_put(&writer, "ref", ref);
	packet_send(session, &writer);
}

void
json_send_read(struct session *session, const struct room *room)
{
	struct packet_writer writer;
	packet_begin(&writer, "read");
	writer_put(&writer, room->direct ? "with" : "room", text_of(room->name));
	writer_put_number(&writer, "id", room->marker.id);
	packet_send(session, &writer);
}

void
json_send_sessions(struct session *session, uint64_t end, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, "sessions");
	writer_put_number(&writer, "end", end);
	writer_put(&writer, "ref", ref);
	packet_send(session, &writer);
}

void
json_send_direct(struct session *session, struct text to, struct text message, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, "direct");
	writer_put(&writer, "to", to);
	writer_put(&writer, "message", message);
	writer_put(&writer, "ref", ref);
	packet_send(session, &writer);
}

void
json_send_command(struct session *session, struct text line, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, "command");
	writer_put(&writer, "line", line);
	writer_put(&writer, "ref", ref);
	packet_send(session, &writer);
}
