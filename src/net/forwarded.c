/* A header may be repeated: its values follow one another as if they were one. */
#include "net/forwarded.h"

#include <string.h>
#include <strings.h>

static bool
text_same(struct text a, const char *b)
{
	return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0;
}

/* "192.0.2.7", "192.0.2.7:80", "2001:db8::7", "[2001:db8::7]:80". Zeros: none of these. */
static void
element_parse(struct text element, unsigned char mapped[static ADDRESS_KEY_BYTES])
{
	char text[ADDRESS_TEXT_BYTES];
	const char *colon = element.len > 0 ? memchr(element.ptr, ':', element.len) : NULL;
	if (element.len > 0 && element.ptr[0] == '[') {
		element = (struct text){element.ptr + 1, element.len - 1};
		element = text_until(&element, ']');
	} else if (colon &&
		   !memchr(colon + 1, ':', element.len - (size_t)(colon + 1 - element.ptr))) {
		element.len = (size_t)(colon - element.ptr);
	}
	memset(mapped, 0, ADDRESS_KEY_BYTES);
	if (element.len >= sizeof text || memchr(element.ptr, '\0', element.len))
		return;
	memcpy(text, element.ptr, element.len);
	text[element.len] = '\0';
	if (!address_parse(mapped, text))
		memset(mapped, 0, ADDRESS_KEY_BYTES);
}

/* The last one that is no proxy stays; until then the first one. */
static void
addresses_read(struct text list, const char *proxies, bool *any, struct forwarded *found)
{
	do {
		unsigned char mapped[ADDRESS_KEY_BYTES];
		element_parse(text_trim(text_until(&list, ',')), mapped);
		if (!*any || !networks_include(proxies, mapped))
			memcpy(found->address, mapped, sizeof mapped);
		*any = true;
	} while (list.len > 0);
}

bool
forwarded_find(struct text head, const char *proxies, struct forwarded *found)
{
	bool any = false;
	*found = (struct forwarded){.encrypted = false};
	while (head.len > 0) {
		struct text line = text_until(&head, '\n'), name = text_until(&line, ':');
		if (text_same(name, "X-Forwarded-For")) {
			addresses_read(text_trim(line), proxies, &any, found);
		} else if (text_same(name, "X-Forwarded-Proto")) {
			struct text last = line;
			while (line.len > 0)
				last = text_until(&line, ',');
			found->encrypted = text_same(text_trim(last), "https");
		}
	}
	return any;
}
