/* Listings laid out for the columns of a terminal. Does not know the client. */
#include <stdlib.h>

#include "adapters/telnet_internal.h"
#include "adapters/text_lines.h"
#include "base/alloc.h"
#include "base/cluster.h"
#include "base/wrap.h"

enum { INDENT = 2, DEEPER = 4, NAME_COLUMNS_MAX = 24, PROTOCOL_COLUMNS = 6, COUNT_COLUMNS = 8 };

/* Appends the text, and spaces up to that many columns; two at least. */
static void
put_cell(struct strbuf *out, struct text t, size_t columns)
{
	size_t own = text_columns(t);
	strbuf_printf(
		out, "%.*s%*s", TEXT_ARGS(t), own < columns ? (int)(columns - own) + 2 : 2, "");
}

static void
put_idle(struct strbuf *out, int64_t seconds)
{
	long long minutes = seconds / 60;
	if (minutes >= 120)
		strbuf_printf(out, ", idle %lld h", minutes / 60);
	else if (minutes > 0)
		strbuf_printf(out, ", idle %lld min", minutes);
}

static void
put_user(struct strbuf *row, const struct item *item)
{
	put_cell(row, item->detail, PROTOCOL_COLUMNS);
	for (size_t i = 0; i < item->n_rooms; i++)
		strbuf_printf(row, "%s%.*s", i ? ", " : "", TEXT_ARGS(item->rooms[i]));
	if (item->account)
		strbuf_puts(row, ", registered");
	if (item->away)
		strbuf_puts(row, ", away");
	put_idle(row, item->idle);
}

static void
put_room(struct strbuf *row, const struct item *item)
{
	struct strbuf count = {0};
	strbuf_printf(&count, "%zu %s", item->users, item->users == 1 ? "person" : "people");
	put_cell(row, strbuf_view(&count), COUNT_COLUMNS);
	strbuf_add_text(row, item->detail);
	strbuf_clear(&count);
}

/* As wide as the longest name of the page, within reason. */
static size_t
name_columns(const struct event *event)
{
	size_t most = 0;
	for (size_t i = 0; i < event->n_items; i++) {
		size_t columns = text_columns(event->items[i].name);
		if (columns > most && columns <= NAME_COLUMNS_MAX)
			most = columns;
	}
	return most;
}

/* A row for each item. */
static void
put_rows(struct strbuf *out, const struct event *event, size_t columns)
{
	struct strbuf row = {0};
	size_t wide = name_columns(event);
	for (size_t i = 0; i < event->n_items; i++) {
		row.len = 0;
		strbuf_printf(&row, "%*s", INDENT, "");
		put_cell(&row, event->items[i].name, wide);
		if (event->kind == EVENT_WHO)
			put_user(&row, &event->items[i]);
		else
			put_room(&row, &event->items[i]);
		while (row.ptr[row.len - 1] == ' ')
			row.len--;
		text_wrap(out, strbuf_view(&row), columns, DEEPER, "\r\n");
	}
	strbuf_clear(&row);
}

/* The names one behind the other; each page of a long listing is a paragraph. */
static void
put_names(struct strbuf *out, const struct event *event, size_t columns)
{
	struct strbuf names = {0};
	if (event->first)
		strbuf_printf(&names, "In %.*s (%zu): ", TEXT_ARGS(event->room), event->total);
	else
		strbuf_printf(&names, "%*s", INDENT, "");
	for (size_t i = 0; i < event->n_items; i++)
		strbuf_printf(&names, "%.*s%s", TEXT_ARGS(event->items[i].name),
			i + 1 < event->n_items || event->more ? ", " : "");
	text_wrap(out, text_trim(strbuf_view(&names)), columns, INDENT, "\r\n");
	strbuf_clear(&names);
}

void
telnet_encode_columns(const struct event *event, struct strbuf *out)
{
	char *digits = xstrndup(event->ref.ptr, event->ref.len);
	size_t columns = strtoul(digits, NULL, 10);
	free(digits);
	if (event->kind == EVENT_NAMES) {
		put_names(out, event, columns);
		return;
	}
	if (event->first)
		strbuf_puts(out, event->kind == EVENT_WHO ? "Online:\r\n" : "Rooms:\r\n");
	put_rows(out, event, columns);
}

void
telnet_encode_sessions(const struct event *event, struct strbuf *out)
{
	strbuf_puts(out, "Where you are logged in; /sessions end NUMBER ends one:\r\n");
	for (size_t i = 0; i < event->n_sessions; i++) {
		const struct session_item *item = &event->sessions[i];
		strbuf_printf(out, "%6u  ", item->number);
		put_time(out, item->since, event->time);
		if (item->until)
			strbuf_puts(out, "a device that stays logged in");
		else
			strbuf_add_text(out, item->protocol);
		put_idle(out, item->idle);
		strbuf_puts(out, item->own ? ", this one\r\n" : "\r\n");
	}
}
