/* Internet addresses: what limits by address count by. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <sys/socket.h>

enum { ADDRESS_KEY_BYTES = 16 };

/*
 * Limits by address count by this key: an IPv4 address, also one that came as IPv6,
 * or an IPv6 network of 64 bits.
 */
void address_key(unsigned char key[static ADDRESS_KEY_BYTES], const struct sockaddr *peer);

/* The address as IPv6; IPv4 as ::ffff:a.b.c.d; zeros when it is neither. */
void address_map(unsigned char mapped[static ADDRESS_KEY_BYTES], const struct sockaddr *peer);

#endif
