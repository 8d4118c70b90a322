/* Reads JSON objects with jansson. Does not know what a field means. */
#include "codec/json.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"

/*
 * struct json is jansson's json_t under another name, so that callers do not need jansson.h.
 */
static json_t *
json_in(const struct json *json)
{
	return (json_t *)(uintptr_t)json;
}

static struct json *
json_out(json_t *json)
{
	return (struct json *)json;
}

/* jansson's own limit is 2048 levels, which is deep enough to be costly. */
static bool
json_shallow(struct text packet)
{
	int depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < packet.len; i++) {
		char c = packet.ptr[i];
		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

void
json_open(void)
{
	json_set_alloc_funcs(alloc_take, free);
	json_object_seed(0);
}

struct json *
json_read(struct text packet)
{
	if (!packet.ptr || !json_shallow(packet))
		return NULL;
	json_error_t error;
	size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_t *json = json_loadb(packet.ptr, packet.len, flags, &error);
	/* An integer of more than 64 bits is valid JSON, too (RFC 8259, 6). */
	if (!json && json_error_code(&error) == json_error_numeric_overflow)
		json = json_loadb(packet.ptr, packet.len, flags | JSON_DECODE_INT_AS_REAL, &error);
	if (json && json_is_string(json_object_get(json, "type")))
		return json_out(json);
	json_decref(json);
	return NULL;
}

void
json_close(struct json *json)
{
	json_decref(json_in(json));
}

static struct text
json_text_of(const json_t *value)
{
	if (!json_is_string(value))
		return TEXT_NONE;
	return (struct text){json_string_value(value), json_string_length(value)};
}

enum json_is
json_kind(const struct json *json, const char *key)
{
	const json_t *value = json_object_get(json_in(json), key);
	if (!value)
		return FIELD_MISSING;
	if (json_is_string(value))
		return FIELD_TEXT;
	if (json_is_boolean(value))
		return FIELD_FLAG;
	return json_is_integer(value) ? FIELD_NUMBER : FIELD_OTHER;
}

struct text
json_text(const struct json *json, const char *key)
{
	return json_text_of(json_object_get(json_in(json), key));
}

int64_t
json_number(const struct json *json, const char *key)
{
	return json_integer_value(json_object_get(json_in(json), key));
}

bool
json_flag(const struct json *json, const char *key)
{
	return json_is_true(json_object_get(json_in(json), key));
}

const struct json *
json_member_object(const struct json *json, const char *key)
{
	json_t *value = json_object_get(json_in(json), key);
	return json_is_object(value) ? json_out(value) : NULL;
}

size_t
json_length(const struct json *json, const char *key)
{
	return json_array_size(json_object_get(json_in(json), key));
}

static json_t *
json_member(const struct json *json, const char *key, size_t i)
{
	return json_array_get(json_object_get(json_in(json), key), i);
}

struct text
json_item(const struct json *json, const char *key, size_t i)
{
	return json_text_of(json_member(json, key, i));
}

const struct json *
json_item_object(const struct json *json, const char *key, size_t i)
{
	return json_out(json_member(json, key, i));
}
