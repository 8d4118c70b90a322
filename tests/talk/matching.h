/* What a talk file says, against what was received. */
#ifndef MATCHING_H
#define MATCHING_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "teahouse/strbuf.h"

/* C's escapes, and \{900}x for 900 times x. */
static void
escapes_read(const char *escaped, struct strbuf *out)
{
	static const char from[] = "nrt0e\\", to[] = "\n\r\t\0\033\\";
	for (const char *c = escaped; *c; c++) {
		size_t times = 1;
		char byte = *c;
		const char *known = c[0] == '\\' && c[1] ? strchr(from, c[1]) : NULL;
		if (known) {
			byte = to[known - from];
			c++;
		} else if (c[0] == '\\' && c[1] == 'x') {
			char hex[3] = {c[2], c[3], 0};
			byte = (char)strtol(hex, NULL, 16);
			c += 3;
		} else if (c[0] == '\\' && c[1] == '{') {
			char *end;
			times = strtoul(c + 2, &end, 10);
			c = end + 1;
			byte = *c;
		}
		memset(strbuf_reserve(out, times), byte, times);
		out->len += times;
	}
}

/* Whether `got` has all that `wanted` has. */
static bool
json_has(const json_t *got, const json_t *wanted)
{
	const char *key;
	json_t *value;
	size_t i;
	if (json_is_object(wanted)) {
		json_object_foreach((json_t *)(uintptr_t)wanted, key,
			value) if (!json_has(json_object_get(got, key), value)) return false;
		return json_is_object(got);
	}
	if (json_is_array(wanted)) {
		json_array_foreach(wanted, i,
			value) if (!json_has(json_array_get(got, i), value)) return false;
		return json_array_size(got) == json_array_size(wanted);
	}
	return got && json_equal(got, wanted);
}

#endif
