/*
 * Reads JSON objects (RFC 8259) that have a "type". Only json.c includes jansson. Does not know
 * what the fields mean.
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "teahouse/strbuf.h"

enum { JSON_DEPTH = 16 }; /* levels of objects and arrays */

struct json;

/*
 * Call this once, before the other functions. It draws the seed of jansson's hash tables, which
 * would otherwise open a file on first use, and makes the program abort when memory runs out.
 */
void json_open(void);

/*
 * Reads one object, which the caller frees with json_close. NULL: it is not valid JSON, not an
 * object, has a key twice, is nested deeper than JSON_DEPTH, or has no string "type".
 */
struct json *json_read(struct text packet);

void json_close(struct json *json);

enum json_is { FIELD_MISSING, FIELD_TEXT, FIELD_NUMBER, FIELD_FLAG, FIELD_OTHER };
enum json_is json_kind(const struct json *json, const char *key);

/* The text is borrowed from json. TEXT_NONE: the field is missing or not a string. */
struct text json_text(const struct json *json, const char *key);

/* 0 or false if the field is missing or of another type. */
int64_t json_number(const struct json *json, const char *key);
bool json_flag(const struct json *json, const char *key);

/* An object, borrowed from json. NULL: the field is missing or no object. */
const struct json *json_member_object(const struct json *json, const char *key);

/* The number of members of an array; 0 if the field is not an array. */
size_t json_length(const struct json *json, const char *key);

/* A member of an array, borrowed from json. TEXT_NONE: not a string; NULL: there is none. */
struct text json_item(const struct json *json, const char *key, size_t i);
const struct json *json_item_object(const struct json *json, const char *key, size_t i);

#endif
