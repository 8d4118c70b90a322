/*
 * Standard input is what is typed, standard output what is shown, standard error what was refused
 * or failed. Ends when everything that was typed has been answered.
 */
#include "client/ui/pipe.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/model/day.h"
#include "client/session/client.h"
#include "client/session/clock.h"
#include "client/ui/record.h"
#include "teahouse/diag.h"

struct pipe {
	struct session *session;
	struct decoder decoder;
	bool records; /* write every line as a record */
	bool literal; /* no line is a command */
	bool failed;
};

/* `[HH:MM] `, or with the date if it was not today. */
static void
pipe_write_time(int64_t time, FILE *out)
{
	time_t seconds = (time_t)(time / 1000);
	struct tm local;
	char stamp[32] = "";
	bool today = day_is_same(time, wall_ms());
	if (localtime_r(&seconds, &local))
		strftime(stamp, sizeof stamp, today ? "[%H:%M] " : "[%Y-%m-%d %H:%M] ", &local);
	fputs(stamp, out);
}

/* Repeats the prefix (`ann: `) on each of its lines, so that each tells the sender. */
static void
pipe_write(const struct room *room, const struct room *here, const struct line *line, FILE *out)
{
	const char *close = line->kind == LINE_EMOTE ? "]" : "";
	struct text rest = {line->text + line->body_at, line->len - line->body_at - strlen(close)};
	while (rest.ptr) {
		struct text one = text_line(&rest);
		if (line->past)
			pipe_write_time(line->time, out);
		if (room != here && line->kind != LINE_DIRECT)
			fprintf(out, "[%s] ", room->name);
		fprintf(out, "%.*s%.*s%s\n", (int)line->body_at, line->text, TEXT_ARGS(one), close);
	}
}

static void
pipe_on_line(void *ctx, const struct room *room, const struct line *line)
{
	struct pipe *pipe = ctx;
	struct text words = {line->text + line->body_at, line->len - line->body_at};
	struct strbuf record = {0};
	if (pipe->records) {
		record_write(&record, room, line);
		fwrite(record.ptr, 1, record.len, stdout);
		strbuf_clear(&record);
	}
	if (line->kind == LINE_REFUSED) {
		diag_line(LOG_LEVEL_ERROR, "refused: %.*s", TEXT_ARGS(words));
		pipe->failed = true;
		return;
	}
	if (!pipe->records)
		pipe_write(room, model_current(pipe->session->model), line, stdout);
}

static void
pipe_input_one(struct pipe *pipe, struct text line)
{
	if (pipe->literal)
		client_input_literally(pipe->session, line);
	else
		client_input(pipe->session, line);
}

static void
pipe_input(struct pipe *pipe, struct text in)
{
	struct text line;
	enum framed framed;
	/* Input may begin like an HTTP request, which a fresh decoder would reject. */
	pipe->decoder.begun = true;
	while ((framed = framing_lines.next(&pipe->decoder, &in, &line)) != FRAMED_NOTHING) {
		if (framed == FRAMED_MESSAGE && !pipe->session->input_ended) {
			pipe_input_one(pipe, line);
		} else if (framed == FRAMED_TOO_LONG) {
			diag_line(LOG_LEVEL_ERROR, "refused: a line is longer than %d bytes",
				LINE_BYTES);
			pipe->failed = true;
		}
	}
}

static void
pipe_read(struct pipe *pipe)
{
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		pipe_input(pipe, (struct text){bytes, (size_t)n});
		return;
	}
	/* The last line may have no LF. */
	pipe_input(pipe, text_of("\n"));
	client_end_input(pipe->session);
}

/* False: standard output cannot be written. */
static bool
pipe_flush(struct pipe *pipe)
{
	if (fflush(stdout) == 0)
		return true;
	if (errno != EPIPE)
		diag_line(LOG_LEVEL_ERROR, "standard output: %s", strerror(errno));
	pipe->failed = true;
	return false;
}

/* Whether no more input can be taken, and the input will not wait: a file, or a pipe whose writer has left. */
static bool
pipe_is_full(const struct session *session)
{
	struct pollfd input = {.fd = STDIN_FILENO};
	struct stat kind;
	if (!client_is_busy(session))
		return false;
	return (poll(&input, 1, 0) > 0 && (input.revents & POLLHUP)) ||
	       (fstat(STDIN_FILENO, &kind) == 0 && S_ISREG(kind.st_mode));
}

static void
pipe_loop(struct pipe *pipe)
{
	struct session *session = pipe->session;
	while (session->state != SESSION_ENDED && !client_is_done(session)) {
		/* Also while offline: if the input ends then, so does the client. */
		bool reads =
			session->was_online && !session->input_ended && !client_is_busy(session);
		struct pollfd fds[] = {
			{.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
			{.fd = session->conn.fd, .events = client_poll_events(session)},
		};
		if (poll(fds, sizeof fds / sizeof *fds, client_timeout(session)) < 0)
			continue;
		client_turn(session, fds[1].revents);
		if (fds[0].revents && session->state != SESSION_ENDED)
			pipe_read(pipe);
		if (!pipe_flush(pipe))
			return;
		if (session->state == SESSION_OFFLINE &&
			(session->input_ended || pipe_is_full(session))) {
			diag_line(LOG_LEVEL_ERROR, "connection lost: not all lines were sent");
			pipe->failed = true;
			return;
		}
	}
}

int
pipe_run(struct session *session, bool records, bool literal)
{
	struct pipe pipe = {.session = session, .records = records, .literal = literal};
	session->interactive = false;
	session->model->single_window = true;
	session->model->on_line = pipe_on_line;
	session->model->ctx = &pipe;
	pipe_loop(&pipe);
	session->model->on_line = NULL;
	decoder_clear(&pipe.decoder);
	if (session->error.len > 0)
		diag_line(LOG_LEVEL_ERROR, "%s", session->error.ptr);
	return session->error.len > 0 || pipe.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
