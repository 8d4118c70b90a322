/*
 * A JSON object with a "type": reading and writing one. The only part that
 * knows jansson; it does not know what the fields mean.
 */
#ifndef ADAPTERS_JSON_H
#define ADAPTERS_JSON_H

#include "teahouse/buffer.h"

enum { JSON_DEPTH = 16 };

struct json;

/*
 * Reads one object. NULL: it is not valid JSON, not an object, has a key
 * twice, is nested deeper than JSON_DEPTH, or has no string "type".
 */
struct json *json_read(struct text packet);

/* An object of that type, to be written to. */
struct json *json_new(const char *type);
void json_close(struct json *json);

enum json_is { FIELD_MISSING, FIELD_TEXT, FIELD_NUMBER, FIELD_OTHER };
enum json_is json_kind(const struct json *json, const char *key);

/* Borrowed from json. at == NULL: missing, or not a string. */
struct text json_text(const struct json *json, const char *key);

/* 0 when it is missing or no integer. */
int64_t json_number(const struct json *json, const char *key);
bool json_flag(const struct json *json, const char *key);

/* How many members the array has; 0 when it is none. */
size_t json_length(const struct json *json, const char *key);

/* A member of the array as a string (at == NULL: it is none), or as an object (NULL), to be read. */
struct text json_item(const struct json *json, const char *key, size_t i);
const struct json *json_item_object(const struct json *json, const char *key, size_t i);

/* Sets a field. What is not valid UTF-8 is cleaned (text_clean). */
void json_put_text(struct json *json, const char *key, struct text value);
void json_put_number(struct json *json, const char *key, int64_t value);
void json_put_flag(struct json *json, const char *key);

/* Opens an empty array, and adds a string or an object to its end. The object lives in json. */
void json_put_array(struct json *json, const char *key);
void json_add_text(struct json *json, const char *key, struct text value);
struct json *json_add_object(struct json *json, const char *key);

/* An object inside, to be written to; lives in json. */
struct json *json_put_object(struct json *json, const char *key);

/* Adds it to out as one line, in the order in which it was put together. */
void json_write(const struct json *json, struct ink *out);

#endif
