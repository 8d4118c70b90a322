/* Internet addresses. Knows no sockets. */
#include "base/address.h"

#include <netinet/in.h>
#include <string.h>

void
address_map(unsigned char mapped[static ADDRESS_KEY_BYTES], const struct sockaddr *peer)
{
	memset(mapped, 0, ADDRESS_KEY_BYTES);
	if (peer->sa_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)peer;
		memcpy(mapped + 12, &four->sin_addr, 4);
		mapped[10] = mapped[11] = 0xff;
	} else if (peer->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)peer;
		memcpy(mapped, &six->sin6_addr, ADDRESS_KEY_BYTES);
	}
}

void
address_key(unsigned char key[static ADDRESS_KEY_BYTES], const struct sockaddr *peer)
{
	static const unsigned char four[12] = {[10] = 0xff, [11] = 0xff};
	address_map(key, peer);
	if (memcmp(key, four, sizeof four) != 0)
		memset(key + 8, 0, 8);
}
