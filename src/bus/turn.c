/* Turns as bytes. Knows nothing of what entries hold, and not which turns are to be applied. */
#include "bus/turn.h"

void
turn_write_head(struct strbuf *out, const struct turn *turn)
{
	bytes_put(out, TURN_VERSION, 1);
	bytes_put_text(out, turn->by.node);
	bytes_put(out, turn->by.number, 8);
	bytes_put(out, turn->number, 8);
	bytes_put(out, (uint64_t)turn->time, 8);
}

void
turn_write_record(struct strbuf *out, const struct record *record)
{
	bytes_put(out, record->kind, 1);
	if (record->kind == RECORD_GONE) {
		bytes_put_text(out, record->gone.node);
		bytes_put(out, record->gone.number, 8);
		bytes_put(out, record->last, 8);
	} else if (record->kind == RECORD_ENTRY) {
		bytes_put(out, record->entry.len, 4);
		strbuf_add_text(out, record->entry);
	}
}

bool
turn_next(struct turn *turn, struct record *record)
{
	struct bytes *from = &turn->records;
	if (from->short_of || from->rest.len == 0)
		return false;
	*record = (struct record){.kind = (enum record_kind)bytes_get(from, 1)};
	if (record->kind == RECORD_GONE) {
		record->gone.node = bytes_get_text(from);
		record->gone.number = bytes_get(from, 8);
		record->last = bytes_get(from, 8);
	} else if (record->kind == RECORD_ENTRY) {
		size_t n = (size_t)bytes_get(from, 4);
		record->entry = bytes_take(from, n);
	} else if (record->kind != RECORD_HELLO) {
		from->short_of = true;
	}
	return !from->short_of;
}

static bool
records_hold(struct turn turn)
{
	struct record record;
	for (bool first = true; turn_next(&turn, &record); first = false)
		if ((record.kind == RECORD_HELLO) != (first && turn.number == 1))
			return false;
	return !turn.records.short_of;
}

enum turn_fault
turn_read(struct text bytes, struct turn *turn)
{
	struct bytes from = {.rest = bytes};
	uint64_t version = bytes_get(&from, 1);
	if (version > TURN_VERSION)
		return TURN_NEWER;
	*turn = (struct turn){.by.node = bytes_get_text(&from)};
	turn->by.number = bytes_get(&from, 8);
	turn->number = bytes_get(&from, 8);
	turn->time = (int64_t)bytes_get(&from, 8);
	bool node = turn->by.node.len > 0 && turn->by.node.len <= NODE_NAME_MAX;
	if (version != TURN_VERSION || from.short_of || !node || turn->number == 0)
		return TURN_BROKEN;
	turn->records = from;
	bool empty_first = turn->number == 1 && from.rest.len == 0;
	return !empty_first && records_hold(*turn) ? TURN_OK : TURN_BROKEN;
}
