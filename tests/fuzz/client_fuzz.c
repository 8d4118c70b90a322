/*
 * The terminal client against any server and any input: over each protocol, no line contains a
 * byte that moves a terminal's cursor, and each can be wrapped at any width.
 */
#include <assert.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/complete.h"
#include "client/protocol/direct.h"
#include "client/protocol/json.h"
#include "client/protocol/lobby.h"
#include "client/session/client.h"
#include "client/session/resume.h"
#include "client/ui/scroll.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOST = 0x1d, RECEIVED = 0x1e, TYPED = 0x1f };

static void
look_at_line(const struct line *line)
{
	static const int widths[] = {1, 7, 20, 80, 300};
	for (size_t i = 0; i < line->len; i++) {
		unsigned char c = (unsigned char)line->text[i];
		assert(c >= 0x20 || c == '\t' || c == '\n');
		assert(c != 0x7f);
		assert(c != 0xc2 || i + 1 == line->len || (unsigned char)line->text[i + 1] >= 0xa0);
	}
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
		assert(line_rows(line, LINE_INDENT + widths[i]) > 0);
}

static void
look_at(const struct model *model)
{
	assert(model->n_rooms > 0 && model->current < model->n_rooms);
	for (size_t i = 0; i < model->n_rooms; i++) {
		const struct scrollback *scroll = &model->rooms[i]->scroll;
		assert(scroll->n <= SCROLLBACK_LINES && scroll->bottom <= scroll->last);
		for (uint64_t number = scroll->last; scrollback_line(scroll, number); number--)
			look_at_line(scrollback_line(scroll, number));
	}
}

static void
complete(struct model *model, struct text line)
{
	size_t start = line.len;
	while (start > 0 && line.ptr[start - 1] != ' ')
		start--;
	char **words = complete_line(model, line, start, line.len, '@');
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* The connection is lost, and another one is open; the user has scrolled to that line. */
static void
lose(struct session *session, unsigned line)
{
	struct room *room = model_current(session->model);
	uint64_t first = scrollback_first(&room->scroll);
	if (session->state != SESSION_ONLINE)
		return;
	resume_lose(session);
	session_log_in(session);
	if (room->scroll.n > 0 && line > 0)
		room->scroll.bottom = first + line % room->scroll.n;
}

/* Input from the server or the keyboard, by the byte before it. */
static void
happen(struct session *session, char how, struct text what)
{
	if (how == LOST) {
		lose(session, what.len > 0 ? (unsigned char)what.ptr[0] : 0);
	} else if (how == TYPED) {
		complete(session->model, what);
		client_input(session, what);
	} else {
		session->protocol->on_message(session, what);
		if (session->protocol->on_batch_end)
			session->protocol->on_batch_end(session);
	}
	outqueue_clear(&session->conn.out);
}

/* The first byte chooses the protocol. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct protocol *const protocols[] = {
		&protocol_json, &protocol_lobby, &protocol_direct};
	if (size < 1)
		return 0;
	setlocale(LC_ALL, "C.UTF-8");
	const struct protocol *protocol = protocols[data[0] % 3];
	struct session session = {
		.model = model_open(text_of("ann")),
		.conn = CONN_NONE,
		.protocol = protocol,
		.interactive = true,
		.protocol_state = protocol->state_size ? xcalloc(protocol->state_size) : NULL,
	};
	session.conn.state = CONN_OPEN;
	protocol->log_in(&session);
	struct text rest = {(const char *)data + 1, size - 1};
	for (char how = RECEIVED; rest.len > 0;) {
		size_t n = 0;
		while (n < rest.len && (rest.ptr[n] < LOST || rest.ptr[n] > TYPED))
			n++;
		if (session.conn.state == CONN_OPEN)
			happen(&session, how, (struct text){rest.ptr, n});
		if (n == rest.len)
			break;
		how = rest.ptr[n];
		rest = (struct text){rest.ptr + n + 1, rest.len - n - 1};
	}
	look_at(session.model);
	session.conn.state = CONN_CLOSED;
	client_close(&session);
	model_close(session.model);
	return 0;
}
