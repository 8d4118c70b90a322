/*
 * Writes JSON (RFC 8259) as it goes, without a tree of it in between: what an event is in
 * JSON is written once for all who hear it, as fast as can be. Knows no field's meaning.
 */
#ifndef CODEC_JSON_WRITER_H
#define CODEC_JSON_WRITER_H

#include "teahouse/strbuf.h"

/* Where one is in an object or an array that is being written. */
struct json_writer {
	struct strbuf *out;
	bool comma; /* before the next value */
};

/* Begins an object with that type; the caller ends it with json_close_object. */
struct json_writer json_begin(struct strbuf *out, const char *type);

/* key: of a field, with nothing to be escaped in it; NULL: a member of an array. */
void json_open_object(struct json_writer *writer, const char *key);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *key);
void json_close_array(struct json_writer *writer);

/* What is not valid UTF-8 is cleaned (text_clean). */
void json_put_text(struct json_writer *writer, const char *key, struct text value);
void json_put_number(struct json_writer *writer, const char *key, int64_t value);
void json_put_true(struct json_writer *writer, const char *key);

#endif
