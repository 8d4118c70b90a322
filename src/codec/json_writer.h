/*
 * Writes JSON (RFC 8259) directly into a buffer, without building a tree first: this is the hot
 * path, where an event is encoded once for all its recipients. Does not know what a field means.
 * The functions append to the buffer and cannot fail.
 */
#ifndef CODEC_JSON_WRITER_H
#define CODEC_JSON_WRITER_H

#include "teahouse/strbuf.h"

/* The position in the object or array that is being written. */
struct json_writer {
	struct strbuf *out;
	bool comma; /* needed before the next value */
};

/* Begins an object with a "type"; the caller ends it with json_close_object. out is borrowed. */
struct json_writer json_begin(struct strbuf *out, const char *type);

/* key: the name of a field, which is not escaped; NULL: a member of an array. */
void json_open_object(struct json_writer *writer, const char *key);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *key);
void json_close_array(struct json_writer *writer);

/* A value that is not valid UTF-8 is cleaned first (text_clean). */
void json_put_text(struct json_writer *writer, const char *key, struct text value);
void json_put_number(struct json_writer *writer, const char *key, int64_t value);
void json_put_bool(struct json_writer *writer, const char *key, bool value);

#endif
