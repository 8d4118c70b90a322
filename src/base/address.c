/* Internet addresses as text, as bytes and as keys. Opens no sockets and resolves no names. */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool
address_is_mapped(const unsigned char mapped[static ADDRESS_KEY_BYTES])
{
	return memcmp(mapped, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool
address_parse(unsigned char mapped[static ADDRESS_KEY_BYTES], const char *text)
{
	memcpy(mapped, mapped_prefix, sizeof mapped_prefix);
	return inet_pton(AF_INET, text, mapped + sizeof mapped_prefix) == 1 ||
	       inet_pton(AF_INET6, text, mapped) == 1;
}

bool
address_map(unsigned char mapped[static ADDRESS_KEY_BYTES], const struct sockaddr *peer)
{
	const void *any = peer;
	memset(mapped, 0, ADDRESS_KEY_BYTES);
	if (peer->sa_family == AF_INET) {
		const struct sockaddr_in *in = any;
		memcpy(mapped, mapped_prefix, sizeof mapped_prefix);
		memcpy(mapped + sizeof mapped_prefix, &in->sin_addr, 4);
	} else if (peer->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = any;
		memcpy(mapped, &in6->sin6_addr, ADDRESS_KEY_BYTES);
	} else {
		return false;
	}
	return true;
}

bool
address_is_known(const unsigned char mapped[static ADDRESS_KEY_BYTES])
{
	static const unsigned char none[ADDRESS_KEY_BYTES];
	return memcmp(mapped, none, sizeof none) != 0;
}

bool
address_counts_with(const unsigned char a[static ADDRESS_KEY_BYTES],
	const unsigned char b[static ADDRESS_KEY_BYTES])
{
	bool four = address_is_mapped(a);
	return four == address_is_mapped(b) && memcmp(a, b, four ? ADDRESS_KEY_BYTES : 8) == 0;
}

bool
address_is_loopback(const struct sockaddr *peer)
{
	static const unsigned char loopback[ADDRESS_KEY_BYTES] = {[15] = 1};
	unsigned char mapped[ADDRESS_KEY_BYTES];
	if (!address_map(mapped, peer))
		return false;
	return address_is_mapped(mapped) ? mapped[12] == 127
					 : memcmp(mapped, loopback, sizeof loopback) == 0;
}

void
address_format(
	char text[static ADDRESS_TEXT_BYTES], const unsigned char mapped[static ADDRESS_KEY_BYTES])
{
	bool four = address_is_mapped(mapped);
	const unsigned char *bytes = four ? mapped + sizeof mapped_prefix : mapped;
	inet_ntop(four ? AF_INET : AF_INET6, bytes, text, ADDRESS_TEXT_BYTES);
}

int
address_port(const struct sockaddr *peer)
{
	const void *any = peer;
	if (peer->sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)any)->sin_port);
	if (peer->sa_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)any)->sin6_port);
	return 0;
}

void
address_key(unsigned char key[static ADDRESS_KEY_BYTES], const struct sockaddr *peer)
{
	address_map(key, peer);
	if (!address_is_mapped(key))
		memset(key + 8, 0, 8);
}
