/*
 * Lets one in, tries again when the connection is lost, and sees to it that
 * what is typed is sent once. Knows neither a screen nor any protocol's bytes.
 */
#include "client/visit.h"

#include <stdlib.h>
#include <time.h>

#include <poll.h>

#include "base/alloc.h"

enum {
	DELAY_MOST = 30,      /* s */
	ASKING_MS = 20000,    /* for the server to answer at all */
	SILENCE_MS = 60000,   /* before the server is asked after, and as long again */
	PAUSE_MS = 50,        /* without a byte, that end a message without an end of its own, */
	LONG_PAUSE_MS = 1000, /* from a server that does end messages: bytes may only be late */
	ECHO_MS = 5000,       /* for the last words to come back, when all else has */
	LEAVE_MS = 500,
	TYPED_BYTES = 30000, /* fits into a packet, however it is escaped */
	BUSY_BYTES = 65536,
	BUSY_SAYINGS = 256,
	READ_BYTES = 65536,
};

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
visit_now(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t
visit_time(void)
{
	return clock_ms(CLOCK_REALTIME);
}

void
visit_note(struct visit *visit, enum line_kind kind, const char *words, const char *what)
{
	struct strbuf buf = {0};
	strbuf_printf(&buf, "%s%s%s", words, what ? ": " : "", what ? what : "");
	model_note(visit->model, kind, TEXT_NONE, strbuf_view(&buf), visit_time());
	strbuf_clear(&buf);
}

void
visit_fail(struct visit *visit, const char *what, const char *why)
{
	visit->state = VISIT_OVER;
	visit->why.len = 0;
	strbuf_printf(&visit->why, "%s: %s", what, why);
	strbuf_add(&visit->why, "", 1);
}

static void
visit_fail_to_connect(struct visit *visit)
{
	struct strbuf server = {0};
	strbuf_printf(&server, "%s port %s", visit->host, visit->port);
	strbuf_add(&server, "", 1);
	visit_fail(visit, server.ptr, visit->wire.why.ptr);
	strbuf_clear(&server);
}

void
visit_greet(struct visit *visit)
{
	visit->state = VISIT_ASKING;
	visit->next = visit_now() + ASKING_MS;
	visit->sentence.len = 0;
	visit->protocol->greet(visit);
}

static void
visit_forget(struct visit *visit)
{
	if (visit->memory && visit->protocol->forget)
		visit->protocol->forget(visit);
	free(visit->memory);
	visit->memory = NULL;
	decoder_clear(&visit->decoder);
	visit->decoder = (struct decoder){0};
	visit->pause = 0;
	visit->ends = false;
}

/* The connection stands. */
static void
visit_arrive(struct visit *visit)
{
	if (visit->protocol->memory)
		visit->memory = xcalloc(visit->protocol->memory);
	visit_greet(visit);
}

bool
visit_open(struct visit *visit)
{
	struct wire *wire = &visit->wire;
	wire_open(wire, visit->host, visit->port, visit_now());
	while (wire->state == WIRE_CONNECTING) {
		struct pollfd fd = {.fd = wire->fd, .events = wire_events(wire)};
		poll(&fd, 1, wire_patience(wire, visit_now()));
		wire_turn(wire, fd.revents, visit_now());
	}
	if (wire->state != WIRE_OPEN) {
		visit_fail_to_connect(visit);
		return false;
	}
	visit_arrive(visit);
	return true;
}

void
visit_close(struct visit *visit)
{
	wire_leave(&visit->wire, LEAVE_MS);
	wire_clear(&visit->wire);
	visit_forget(visit);
	sayings_clear(visit);
	free(visit->room);
	strbuf_clear(&visit->sentence);
	strbuf_clear(&visit->why);
}

void
visit_leave(struct visit *visit)
{
	visit->state = VISIT_OVER;
}

static void
visit_ping(struct visit *visit)
{
	visit->pings++;
	visit->protocol->ping(visit);
}

/* Sends what need not wait; and when that is all, asks for an echo of it. */
static void
visit_say(struct visit *visit)
{
	bool all = sayings_send(visit);
	if (all && visit->state == VISIT_IN && visit->ending && !visit->ended) {
		visit->ended = true;
		if (visit->protocol->ping)
			visit_ping(visit);
		else
			visit->protocol->part(visit);
	}
}

/* Whether the server has answered everything but what was said. */
static bool
visit_is_owed(const struct visit *visit)
{
	return visit->ended && visit->pings == 0 && visit->protocol->ping;
}

void
visit_pong(struct visit *visit)
{
	if (visit->pings > 0)
		visit->pings--;
	if (visit_is_owed(visit))
		visit->next = visit_now() + ECHO_MS;
}

void
visit_end(struct visit *visit)
{
	visit->ending = true;
	visit_say(visit);
}

bool
visit_is_done(const struct visit *visit)
{
	return visit_is_owed(visit) && visit->n_sayings == 0;
}

bool
visit_is_busy(const struct visit *visit)
{
	return visit->wire.out.bytes > BUSY_BYTES || visit->n_sayings > BUSY_SAYINGS;
}

void
visit_send(struct visit *visit, struct text bytes)
{
	wire_send(&visit->wire, bytes);
}

void
visit_lack(struct visit *visit, struct text command)
{
	struct strbuf buf = {0};
	strbuf_printf(&buf, "The %s protocol has no /%.*s; /help lists what it has.",
		visit->protocol->name, TEXT_ARGS(command));
	strbuf_add(&buf, "", 1);
	visit_note(visit, LINE_REFUSED, buf.ptr, NULL);
	strbuf_clear(&buf);
}

bool
visit_command(struct text *line, struct text *command)
{
	if (line->len < 1 || line->ptr[0] != '/')
		return false;
	line->ptr++;
	line->len--;
	if (line->len > 0 && line->ptr[0] == '/')
		return false;
	*command = text_word(line);
	return true;
}

static bool
command_quits(struct text command)
{
	return text_is(command, text_of("q")) || text_is(command, text_of("quit")) ||
	       text_is(command, text_of("logout"));
}

/* In a script, what was typed before is answered first. */
static void
visit_quit(struct visit *visit, struct text command)
{
	if (!visit->asks) {
		visit_end(visit);
		return;
	}
	bool silently = text_is(command, text_of("q"));
	if (visit->state == VISIT_IN && visit->protocol->part && !silently)
		visit->protocol->part(visit);
	visit_leave(visit);
}

static void
visit_type_clean(struct visit *visit, struct text line)
{
	struct text rest = line, command = {NULL, 0};
	bool is_command = visit_command(&rest, &command);
	if (is_command && command_quits(command)) {
		visit_quit(visit, command);
		return;
	}
	if (visit_type_answer(visit, line, command))
		return;
	bool joins = text_is(command, text_of("join"));
	struct room *room = model_room(visit->model, rest);
	if (joins && room && visit->n_sayings == 0) {
		model_go(visit->model, room);
		return;
	}
	sayings_keep(visit, line, joins || text_is(command, text_of("leave")));
	visit_say(visit);
	if (visit->state != VISIT_IN && visit->been_in)
		visit_note(visit, LINE_LOCAL, "To be sent when the connection is back",
			visit->sayings[visit->n_sayings - 1].line);
}

void
visit_type(struct visit *visit, struct text line)
{
	struct strbuf clean = {0};
	strbuf_reserve(&clean, line.len + 1);
	text_clean(&clean, line);
	if (clean.len > TYPED_BYTES)
		visit_note(visit, LINE_REFUSED, "That is too long.", NULL);
	else if (clean.len > 0)
		visit_type_clean(visit, strbuf_view(&clean));
	strbuf_clear(&clean);
}

char **
visit_complete(struct visit *visit, struct text line, size_t start, size_t end)
{
	struct model *model = visit->model;
	static const struct words none;
	struct text word = {line.ptr + start, end - start};
	if (visit->state == VISIT_CHOOSING)
		return words_complete(visit->question->rooms ? &model->known_rooms : &none, word);
	/* The rooms that there are by now are known the next time. */
	if (visit->state == VISIT_IN && visit->protocol->ask_rooms && model_wants_room(line, start))
		visit->protocol->ask_rooms(visit);
	return model_complete(model, line, start, end, visit->protocol->mark);
}

static void
visit_try_later(struct visit *visit)
{
	visit->delay = visit->delay ? visit->delay * 2 : 1;
	if (visit->delay >= DELAY_MOST) {
		visit->delay = DELAY_MOST;
		/* The server may have moved; looked up sooner, a name service out of reach would block. */
		wire_forget(&visit->wire);
	}
	visit->state = VISIT_AWAY;
	visit->next = visit_now() + (int64_t)visit->delay * 1000;
	visit->model->changed = true;
}

static void
visit_lose(struct visit *visit)
{
	bool was_in = visit->state == VISIT_IN;
	visit_forget(visit);
	if (visit->ended && !visit->protocol->ping) {
		visit_leave(visit);
		return;
	}
	visit->pings = 0;
	visit->doubted = visit->ended = visit->told = false;
	if (!visit->been_in) {
		if (visit->sentence.len > 0)
			visit_fail(visit, "login", visit->sentence.ptr);
		else
			visit_fail_to_connect(visit);
		return;
	}
	if (was_in)
		visit_note(visit, LINE_LOCAL, "The connection is lost", visit->wire.why.ptr);
	sayings_doubt(visit, true);
	visit_try_later(visit);
}

static void
visit_hear_one(struct visit *visit, enum framed framed, struct text message)
{
	if (framed == FRAMED_MESSAGE)
		visit->protocol->hear(visit, message);
	else if (framed == FRAMED_TOO_LONG)
		visit_note(visit, LINE_LOCAL, "A message was too long to be shown.", NULL);
	else if (framed == FRAMED_HTTP)
		wire_close(&visit->wire, "it speaks another protocol");
}

/* What has come is all for now, or for ever. */
static void
visit_rest(struct visit *visit)
{
	bool begun = visit->protocol->framing->pauses && decoder_has_partial(&visit->decoder);
	int64_t until = visit_now() + (visit->ends ? LONG_PAUSE_MS : PAUSE_MS);
	visit->pause = begun ? until : 0;
	if (visit->protocol->rest && visit->state != VISIT_OVER)
		visit->protocol->rest(visit);
	if (visit->wire.state == WIRE_CLOSED && visit->state != VISIT_OVER)
		visit_lose(visit);
}

/* Nothing has come for so long that what has begun is a message. */
static void
visit_hear_pause(struct visit *visit)
{
	struct text message = TEXT_NONE;
	if (visit->pause && decoder_has_partial(&visit->decoder))
		visit_hear_one(visit, decoder_end_message(&visit->decoder, &message), message);
	decoder_release(&visit->decoder);
}

static void
visit_hear(struct visit *visit)
{
	char bytes[READ_BYTES];
	struct text in = {bytes, wire_read(&visit->wire, bytes, sizeof bytes)}, message;
	if (in.len > 0 && visit->state == VISIT_IN && !visit_is_owed(visit)) {
		visit->doubted = false;
		visit->next = visit_now() + SILENCE_MS;
	}
	enum framed framed = FRAMED_MESSAGE;
	while (framed != FRAMED_NOTHING && framed != FRAMED_HTTP && visit->state != VISIT_OVER) {
		framed = visit->protocol->framing->next(&visit->decoder, &in, &message);
		visit->ends |= framed == FRAMED_MESSAGE;
		visit_hear_one(visit, framed, message);
	}
	if (visit->wire.state == WIRE_CLOSED && visit->state != VISIT_OVER)
		visit_hear_pause(visit);
	visit_rest(visit);
}

/* Whether there is something to do at `next`. */
static bool
visit_is_timed(const struct visit *visit)
{
	if (visit->state == VISIT_IN)
		return visit->protocol->ping;
	return visit->state != VISIT_CHOOSING && visit->state != VISIT_OVER;
}

/* Does what its time has come for. */
static void
visit_tick(struct visit *visit, int64_t now)
{
	if (visit->pause && now >= visit->pause) {
		visit_hear_pause(visit);
		visit_rest(visit);
	}
	if (now < visit->next || !visit_is_timed(visit))
		return;
	if (visit->state == VISIT_AWAY) {
		visit->state = VISIT_CONNECTING;
		wire_open(&visit->wire, visit->host, visit->port, now);
		visit->model->changed = true;
	} else if (visit->state == VISIT_WAITING) {
		visit_greet(visit);
	} else if (visit_is_owed(visit)) {
		sayings_doubt(visit, false);
	} else if (visit->state == VISIT_ASKING || (visit->state == VISIT_IN && visit->doubted)) {
		wire_close(&visit->wire, "it does not answer");
		visit_lose(visit);
	} else if (visit->state == VISIT_IN) {
		visit->doubted = true;
		visit->next = now + SILENCE_MS;
		visit_ping(visit);
	}
}

void
visit_turn(struct visit *visit, short events)
{
	int64_t now = visit_now();
	visit_tick(visit, now);
	wire_turn(&visit->wire, events, now);
	if (visit->state == VISIT_CONNECTING && visit->wire.state == WIRE_OPEN)
		visit_arrive(visit);
	else if (visit->state == VISIT_CONNECTING && visit->wire.state == WIRE_CLOSED)
		visit_try_later(visit);
	else if (events & (POLLIN | POLLHUP | POLLERR))
		visit_hear(visit);
	visit_say(visit);
	wire_turn(&visit->wire, 0, now);
}

short
visit_events(const struct visit *visit)
{
	return wire_events(&visit->wire);
}

int
visit_patience(const struct visit *visit)
{
	int64_t now = visit_now();
	if (visit->state == VISIT_CONNECTING)
		return wire_patience(&visit->wire, now);
	if (visit->state == VISIT_AWAY && visit->next > now)
		/* Once a second, for whoever shows how long it takes. */
		return (int)((visit->next - now - 1) % 1000) + 1;
	int64_t next = visit_is_timed(visit) ? visit->next : INT64_MAX;
	if (visit->pause && visit->pause < next)
		next = visit->pause;
	if (next == INT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

const char *
visit_prompt(const struct visit *visit)
{
	return visit->state == VISIT_CHOOSING ? visit->question->prompt : visit->model->nick;
}

void
visit_describe(const struct visit *visit, struct strbuf *out)
{
	if (visit->been_in && visit->state != VISIT_IN && visit->n_sayings > 0)
		strbuf_printf(out, "%zu waiting, ", visit->n_sayings);
	switch (visit->state) {
	case VISIT_AWAY:
		strbuf_printf(out, "lost, trying again in %d s",
			(int)((visit->next - visit_now() + 999) / 1000));
		break;
	case VISIT_CONNECTING:
		strbuf_puts(out, "connecting");
		break;
	case VISIT_ASKING:
		strbuf_puts(out, "logging in");
		break;
	case VISIT_WAITING:
		strbuf_printf(out, "waiting for the name %s", visit->model->nick);
		break;
	case VISIT_CHOOSING:
		strbuf_puts(out, visit->question->describes);
		break;
	case VISIT_IN:
		strbuf_puts(out, "connected");
		break;
	case VISIT_OVER:
		break;
	}
}
