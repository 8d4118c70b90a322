/* Whether a handshake's headers are right. */
#include "net/handshake.h"

#include <string.h>
#include <strings.h>

enum { KEY_DIGITS = 22 }; /* of 16 bytes in base64, before two padding characters */

static bool
text_same(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* Removes the prefix from *t, if it has it. */
static bool
text_skip(struct text *t, const char *prefix)
{
	size_t n = strlen(prefix);
	if (t->len < n || strncasecmp(t->ptr, prefix, n) != 0)
		return false;
	*t = (struct text){t->ptr + n, t->len - n};
	return true;
}

/* Without the scheme's default port. */
static struct text
host_bare(struct text host, const char *port)
{
	size_t n = strlen(port);
	if (host.len > n && memcmp(host.ptr + host.len - n, port, n) == 0)
		host.len -= n;
	return host;
}

bool
origin_allowed(struct text origin, struct text host, const char *others)
{
	if (!origin.ptr)
		return true;
	struct text rest = text_of(others ? others : ""), other;
	while ((other = text_word(&rest)).len) {
		if (other.ptr[other.len - 1] == '/')
			other.len--;
		if (text_same(origin, other))
			return true;
	}
	if (host.len == 0)
		return false;
	if (text_skip(&origin, "http://"))
		return text_same(host_bare(origin, ":80"), host_bare(host, ":80"));
	if (text_skip(&origin, "https://"))
		return text_same(host_bare(origin, ":443"), host_bare(host, ":443"));
	return false;
}

bool
refused_origin_is_new(struct refused_origins *refused, struct text origin, int64_t now)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < origin.len; i++)
		hash = (hash ^ (unsigned char)origin.ptr[i]) * UINT64_C(0x100000001b3);
	size_t unused = REFUSED_ORIGINS;
	for (size_t i = 0; i < REFUSED_ORIGINS; i++) {
		if (refused->at[i].until <= now)
			unused = i;
		else if (refused->at[i].hash == hash)
			return false;
	}
	if (unused == REFUSED_ORIGINS)
		return false;
	refused->at[unused].hash = hash;
	refused->at[unused].until = now + REFUSED_ORIGIN_INTERVAL;
	return true;
}

bool
protocol_offered(struct text list, const char *name)
{
	while (list.len)
		if (text_is(text_trim(text_until(&list, ',')), text_of(name)))
			return true;
	return false;
}

bool
connection_has(struct text list, const char *option)
{
	while (list.len)
		if (text_same(text_trim(text_until(&list, ',')), text_of(option)))
			return true;
	return false;
}

bool
key_is_right(struct text key)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	if (key.len != KEY_DIGITS + 2 || memcmp(key.ptr + KEY_DIGITS, "==", 2) != 0)
		return false;
	for (size_t i = 0; i < KEY_DIGITS; i++)
		if (!key.ptr[i] || !strchr(digits, key.ptr[i]))
			return false;
	return true;
}
