/* Applies packets about the user's account and sessions. */
#include <time.h>

#include "client/model/day.h"
#include "client/model/markers.h"
#include "client/protocol/json_packet.h"
#include "client/protocol/json_send.h"
#include "client/session/account.h"
#include "client/session/clock.h"
#include "client/session/loading.h"
#include "client/session/login.h"

void
receive_account(const struct packet *packet)
{
	account_changed(packet->session, json_flag(packet->json, "registered"),
		packet_ref_is(packet, json_ref_account));
	packet_say(packet, LINE_NOTICE, packet->message);
}

enum { CONVERSATIONS_OPENED = 10 };

/* Of conversations, those with something unread, and the newest others. */
static void
receive_remembered(const struct packet *packet, const char *list, bool direct)
{
	struct session *session = packet->session;
	for (size_t i = 0; i < json_length(packet->json, list); i++) {
		const struct json *one = json_item_object(packet->json, list, i);
		if (!one)
			continue;
		struct remembered remembered = {
			.name = json_text(one, direct ? "with" : "room"),
			.direct = direct,
			.read = json_count(one, "read"),
			.last = json_count(one, "last"),
			.unread = json_count(one, "unread"),
			.mentions = json_count(one, "mentions"),
			.more = json_flag(one, "more"),
			.registered = json_flag(one, "account"),
		};
		if (remembered.name.len == 0 ||
			(direct && i >= CONVERSATIONS_OPENED && remembered.unread == 0))
			continue;
		struct room *room = model_remember(session->model, &remembered);
		room->told = true;
		if (!json_flag(packet->json, "resumed"))
			loading_return(session, room);
	}
}

void
receive_welcome_account(const struct packet *packet, bool first)
{
	struct account *account = &packet->session->account;
	struct model *model = packet->session->model;
	struct text accounts = json_text(packet->json, "accounts");
	account->server = text_is(accounts, text_of("open"))     ? ACCOUNTS_OPEN
			  : text_is(accounts, text_of("closed")) ? ACCOUNTS_CLOSED
								 : ACCOUNTS_NONE;
	account_entered(packet->session, json_flag(packet->json, "account"));
	model->keeps_direct = account->server != ACCOUNTS_NONE;
	if (packet->session->interactive)
		receive_remembered(packet, "directs", true);
	receive_remembered(packet, "rooms", false);
	struct room *room = model_room(model, packet->room);
	if (room && account->registered && first)
		model_show(model, room);
}

/* What was read in another session. */
void
receive_read(const struct packet *packet)
{
	struct model *model = packet->session->model;
	struct text with = json_text(packet->json, "with");
	struct room *room =
		with.len > 0 ? model_conversation(model, with) : model_room(model, packet->room);
	if (room)
		model_read_elsewhere(model, room, json_count(packet->json, "id"));
}

/* What the user can do about it is the client's to know. */
static void
receive_tls_only(const struct packet *packet)
{
	struct strbuf said = {0};
	strbuf_add_text(&said, packet->message);
	strbuf_puts(&said, " Connect with --tls.");
	login_refused(packet->session, REFUSED_LOGIN, strbuf_view(&said));
	strbuf_clear(&said);
}

bool
receive_account_error(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text code = json_text(packet->json, "code");
	bool wrong = text_is(code, text_of("password-wrong"));
	bool needed = text_is(code, text_of("password-needed"));
	if (session->state != SESSION_ONLINE && (wrong || needed)) {
		account_ask(session, wrong, packet->message);
		return true;
	}
	if (session->state != SESSION_ONLINE && text_is(code, text_of("tls-only"))) {
		receive_tls_only(packet);
		return true;
	}
	if (session->state != SESSION_ONLINE || !packet_ref_is(packet, json_ref_account))
		return false;
	packet_say(packet, LINE_REFUSED, packet->message);
	account_refused(session, wrong || needed ? ACCOUNT_REFUSED_WRONG
				 : text_is(code, text_of("password-invalid"))
					 ? ACCOUNT_REFUSED_INVALID
					 : ACCOUNT_REFUSED);
	return true;
}

/* `09:14`, or `27 Nov` if it is another day. */
static void
sessions_add_time(struct strbuf *cell, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char stamp[32] = "";
	bool today = day_is_same(ms, wall_ms());
	if (localtime_r(&seconds, &local))
		strftime(stamp, sizeof stamp, today ? "%H:%M" : "%e %b", &local);
	strbuf_puts(cell, stamp[0] == ' ' ? stamp + 1 : stamp);
}

static void
sessions_add_idle(struct strbuf *cell, int64_t seconds)
{
	if (seconds >= 86400)
		strbuf_printf(cell, "idle %lld d", (long long)(seconds / 86400));
	else if (seconds >= 3600)
		strbuf_printf(cell, "idle %lld h", (long long)(seconds / 3600));
	else if (seconds >= 60)
		strbuf_printf(cell, "idle %lld min", (long long)(seconds / 60));
}

enum { NUMBER, PROTOCOL, SINCE, STATE, CELLS };

static void
sessions_row(const struct json *one, struct strbuf cells[static CELLS])
{
	bool stay = text_is(json_text(one, "protocol"), text_of("stay"));
	strbuf_printf(&cells[NUMBER], "%lld", (long long)json_number(one, "number"));
	if (stay)
		strbuf_puts(&cells[PROTOCOL], "stays logged in");
	else
		strbuf_add_text(&cells[PROTOCOL], json_text(one, "protocol"));
	if (stay) {
		strbuf_puts(&cells[STATE], "until ");
		sessions_add_time(&cells[STATE], json_number(one, "until"));
	}
	strbuf_puts(&cells[SINCE], "since ");
	sessions_add_time(&cells[SINCE], json_number(one, "since"));
	if (json_flag(one, "this"))
		strbuf_puts(&cells[STATE], "this one");
	else if (!stay)
		sessions_add_idle(&cells[STATE], json_number(one, "idle"));
}

/* Makes the columns at least as wide as the row needs them, and, if `out` is given, writes it. */
static void
sessions_add_row(const struct json *one, size_t wide[static CELLS], struct strbuf *out)
{
	struct strbuf cells[CELLS] = {{0}};
	sessions_row(one, cells);
	for (int i = 0; i < CELLS; i++) {
		if (cells[i].len > wide[i])
			wide[i] = cells[i].len;
		/* The last cell may be empty: no blanks are left at the end. */
		bool last = i == STATE || (i == SINCE && cells[STATE].len == 0);
		if (out)
			strbuf_printf(out, "%s%.*s%*s", i ? "" : "\n",
				TEXT_ARGS(strbuf_view(&cells[i])),
				last ? 0 : (int)(wide[i] - cells[i].len) + 2, "");
	}
	for (int i = 0; i < CELLS; i++)
		strbuf_clear(&cells[i]);
}

void
receive_sessions(const struct packet *packet)
{
	struct strbuf said = {0};
	size_t n = json_length(packet->json, "sessions"), wide[CELLS] = {0};
	strbuf_puts(&said, "Your sessions:");
	for (int writes = 0; writes < 2; writes++)
		for (size_t i = 0; i < n; i++) {
			const struct json *one = json_item_object(packet->json, "sessions", i);
			if (one)
				sessions_add_row(one, wide, writes ? &said : NULL);
		}
	packet_show(packet, LINE_NOTICE, &said);
	strbuf_clear(&said);
}
