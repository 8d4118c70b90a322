/*
 * Reads a JSON object with a "type". The only part that knows jansson; it does
 * not know what the fields mean.
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "teahouse/strbuf.h"

enum { JSON_DEPTH = 16 };

struct json;

/*
 * To be called before the others. Draws what tables are salted with, which would else open a
 * file when it is first needed; and without memory the program ends, as everywhere.
 */
void json_open(void);

/*
 * Reads one object. NULL: it is not valid JSON, not an object, has a key
 * twice, is nested deeper than JSON_DEPTH, or has no string "type".
 */
struct json *json_read(struct text packet);

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

#endif
