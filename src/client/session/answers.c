/* Lines of the past that are not in their place. */
#include "client/session/answers.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/day.h"
#include "client/session/clock.h"

static void
answers_add_line(
	struct session *session, struct room *to, const struct room *from, struct line *line)
{
	struct model *model = session->model;
	line->answer = true;
	line->id = 0;
	room_add_read_line(to, line);
	model->changed = true;
	if (model->on_line && !line_is_separator(line))
		model->on_line(model->ctx, from, line);
}

static void
answers_notice(
	struct session *session, struct room *room, enum line_kind kind, const struct strbuf *text)
{
	struct line_parts parts = {.prefix = text_of("*** "), .body = strbuf_view(text)};
	model_publish(session->model, room, line_make(kind, wall_ms(), &parts));
}

/* Says that what follows is an answer; scripts see that by the lines themselves. */
static void
answers_begin(struct session *session, struct room *room, const char *what, const char *name)
{
	session->answers_time = wall_ms();
	if (!session->interactive)
		return;
	struct strbuf text = {0};
	strbuf_printf(&text, "%s %s:", what, name);
	answers_notice(session, room, LINE_LOCAL, &text);
	strbuf_clear(&text);
}

void
answers_begin_search(struct session *session)
{
	answers_begin(session, model_current(session->model), "Found for",
		session->search ? session->search : "your search");
}

/* The date, where it is not that of the line before. */
static void
answers_add_day(struct session *session, struct room *room, int64_t time)
{
	if (session->answers_time == 0)
		session->answers_time = wall_ms();
	if (!day_is_same(session->answers_time, time)) {
		struct line *day = day_line(time);
		answers_add_line(session, room, room, day);
		line_unref(day);
	}
	session->answers_time = time;
}

void
answers_show_history(
	struct session *session, struct room *room, const struct page *page, uint64_t first)
{
	struct strbuf text = {0};
	answers_begin(session, room, room->direct ? "What was said with" : "What was said in",
		room->name);
	for (size_t i = 0; i < page->n; i++) {
		answers_add_day(session, room, page->lines[i]->time);
		answers_add_line(session, room, room, page->lines[i]);
	}
	strbuf_puts(&text, "End of history.");
	if (page->more && first > 0)
		strbuf_printf(
			&text, " For older messages: /history %zu before %" PRIu64, page->n, first);
	answers_notice(session, room, LINE_NOTICE, &text);
	strbuf_clear(&text);
}

/* The same line with where it was said before the text. */
static struct line *
answers_with_label(struct text label, const struct line *line)
{
	struct strbuf body = {0};
	bool emote = line->kind == LINE_EMOTE;
	strbuf_printf(&body, "[%.*s] %.*s", TEXT_ARGS(label),
		(int)(line->len - line->body_at - emote), line->text + line->body_at);
	struct line_parts parts = {
		.prefix = {line->text, line->nick_at},
		.nick = {line->text + line->nick_at, line->nick_len},
		.verb = {line->text + line->nick_at + line->nick_len,
			line->body_at - line->nick_at - line->nick_len},
		.body = strbuf_view(&body),
		.suffix = text_of(emote ? "]" : ""),
	};
	struct line *copy = line_make(line->kind, line->time, &parts);
	copy->colour = line->colour;
	copy->past = true;
	strbuf_clear(&body);
	return copy;
}

void
answers_add(struct session *session, const struct room *room, struct text label, struct line *line)
{
	struct room *here = model_current(session->model);
	if (session->interactive && room != here) {
		struct line *copy = answers_with_label(label, line);
		line_unref(line);
		line = copy;
	}
	answers_add_day(session, here, line->time);
	answers_add_line(session, here, room ? room : here, line);
	line_unref(line);
}

void
answers_end_search(struct session *session, size_t n, uint64_t before)
{
	struct strbuf text = {0};
	session->search_before = before;
	if (n == 0)
		strbuf_puts(&text, "Nothing was found.");
	else
		strbuf_printf(&text, "%zu %s found.", n, n == 1 ? "message" : "messages");
	if (before > 0)
		strbuf_puts(&text, " For older messages: /search");
	answers_notice(session, model_current(session->model), LINE_NOTICE, &text);
	strbuf_clear(&text);
}

void
answers_keep_search(struct session *session, struct text words)
{
	char *copy = xstrndup(words.ptr, words.len);
	free(session->search);
	session->search = copy;
	session->search_before = 0;
}

struct text
answers_search(const struct session *session, uint64_t *before)
{
	*before = session->search_before;
	return session->search && session->search_before ? text_of(session->search) : TEXT_NONE;
}
