/* Writes JSON directly into a buffer. Does not know what a field means. */
#include "codec/json_writer.h"

enum { NUMBER_BYTES = 24 };

/* Bytes that must be escaped in a string (RFC 8259, 7). */
static bool
byte_is_special(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

static void
escape_add(struct strbuf *out, unsigned char c)
{
	static const char short_ones[] = "b\bf\fn\nr\rt\t\"\"\\\\";
	for (const char *s = short_ones; *s; s += 2) {
		if ((unsigned char)s[1] == c) {
			strbuf_add(out, (char[]){'\\', s[0]}, 2);
			return;
		}
	}
	strbuf_printf(out, "\\u%04X", c);
}

static void
string_add(struct strbuf *out, struct text value)
{
	strbuf_add(out, "\"", 1);
	for (size_t from = 0, i = 0; i <= value.len; i++) {
		if (i < value.len && !byte_is_special((unsigned char)value.ptr[i]))
			continue;
		strbuf_add(out, value.ptr + from, i - from);
		if (i < value.len)
			escape_add(out, (unsigned char)value.ptr[i]);
		from = i + 1;
	}
	strbuf_add(out, "\"", 1);
}

static void
value_begin(struct json_writer *writer, const char *key)
{
	if (writer->comma)
		strbuf_add(writer->out, ",", 1);
	writer->comma = true;
	if (!key)
		return;
	strbuf_add(writer->out, "\"", 1);
	strbuf_puts(writer->out, key);
	strbuf_add(writer->out, "\":", 2);
}

struct json_writer
json_begin(struct strbuf *out, const char *type)
{
	struct json_writer writer = {out, false};
	json_open_object(&writer, NULL);
	json_put_text(&writer, "type", text_of(type));
	return writer;
}

void
json_open_object(struct json_writer *writer, const char *key)
{
	value_begin(writer, key);
	strbuf_add(writer->out, "{", 1);
	writer->comma = false;
}

void
json_close_object(struct json_writer *writer)
{
	strbuf_add(writer->out, "}", 1);
	writer->comma = true;
}

void
json_open_array(struct json_writer *writer, const char *key)
{
	value_begin(writer, key);
	strbuf_add(writer->out, "[", 1);
	writer->comma = false;
}

void
json_close_array(struct json_writer *writer)
{
	strbuf_add(writer->out, "]", 1);
	writer->comma = true;
}

void
json_put_text(struct json_writer *writer, const char *key, struct text value)
{
	value_begin(writer, key);
	if (text_is_valid(value)) {
		string_add(writer->out, value);
		return;
	}
	struct strbuf clean = {0};
	text_clean(&clean, value);
	string_add(writer->out, strbuf_view(&clean));
	strbuf_clear(&clean);
}

void
json_put_number(struct json_writer *writer, const char *key, int64_t value)
{
	char digits[NUMBER_BYTES];
	char *end = digits + sizeof digits, *at = end;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--at = '-';
	value_begin(writer, key);
	strbuf_add(writer->out, at, (size_t)(end - at));
}

void
json_put_bool(struct json_writer *writer, const char *key, bool value)
{
	value_begin(writer, key);
	strbuf_puts(writer->out, value ? "true" : "false");
}
