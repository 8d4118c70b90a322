/* An address without a number of bits is a network of its own. */
#include "base/networks.h"

#include <string.h>

enum {
	ADDRESS_BITS = 8 * ADDRESS_KEY_BYTES,
	IPV4_BITS = 32,
	NETWORK_BYTES = ADDRESS_TEXT_BYTES + 4, /* of its text, with the NUL */
};

/* A decimal number up to `most`; -1: it is none. */
static int
bits_parse(const char *digits, int most)
{
	int n = 0;
	size_t len = strspn(digits, "0123456789");
	if (len == 0 || len > 3 || digits[len])
		return -1;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (digits[i] - '0');
	return n <= most ? n : -1;
}

static bool
network_parse(struct text word, unsigned char mapped[static ADDRESS_KEY_BYTES], int *bits)
{
	char text[NETWORK_BYTES];
	if (word.len >= sizeof text)
		return false;
	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (!address_parse(mapped, text))
		return false;
	int family = strchr(text, ':') ? ADDRESS_BITS : IPV4_BITS;
	int given = slash ? bits_parse(slash + 1, family) : family;
	*bits = ADDRESS_BITS - family + given;
	return given >= 0;
}

bool
networks_are_valid(const char *list)
{
	struct text rest = text_of(list), word;
	unsigned char mapped[ADDRESS_KEY_BYTES];
	int bits;
	while ((word = text_word(&rest)).len > 0)
		if (!network_parse(word, mapped, &bits))
			return false;
	return true;
}

static bool
begins_alike(const unsigned char *a, const unsigned char *b, int bits)
{
	size_t whole = (size_t)bits / 8;
	int rest = bits % 8;
	return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

bool
networks_include(const char *list, const unsigned char mapped[static ADDRESS_KEY_BYTES])
{
	struct text rest = text_of(list), word;
	unsigned char network[ADDRESS_KEY_BYTES];
	int bits;
	while ((word = text_word(&rest)).len > 0)
		if (network_parse(word, network, &bits) && begins_alike(network, mapped, bits))
			return true;
	return false;
}
