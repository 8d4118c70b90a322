/*
 * Internet addresses: read from text, written as text, and reduced to the key that limits
 * by address count by. Opens no sockets and resolves no names.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

enum {
	PORT_MAX = 65535,
	ADDRESS_KEY_BYTES = 16,                /* of an IPv6 address */
	ADDRESS_TEXT_BYTES = INET6_ADDRSTRLEN, /* of its text, with the NUL */
};

/*
 * In all functions below an address is sixteen bytes in network order: IPv6, or IPv4 mapped
 * to it as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). All zeros when there is none.
 */

/* Parses an IPv4 or IPv6 address without a zone. False: the text is neither. */
bool address_parse(unsigned char mapped[static ADDRESS_KEY_BYTES], const char *text);

/* The address of a socket address. False: its family is neither IPv4 nor IPv6. */
bool address_map(unsigned char mapped[static ADDRESS_KEY_BYTES], const struct sockaddr *peer);

/* Writes the address as text: a mapped IPv4 address as a.b.c.d, IPv6 as in RFC 5952. */
void address_format(
	char text[static ADDRESS_TEXT_BYTES], const unsigned char mapped[static ADDRESS_KEY_BYTES]);

/* Whether it is not all zeros. */
bool address_is_known(const unsigned char mapped[static ADDRESS_KEY_BYTES]);

/* Whether both have the same key, so that limits count them together. */
bool address_counts_with(const unsigned char a[static ADDRESS_KEY_BYTES],
	const unsigned char b[static ADDRESS_KEY_BYTES]);

/* Whether it is of this host itself: 127.0.0.0/8 or ::1. */
bool address_is_loopback(const struct sockaddr *peer);

/* The port of a socket address; 0 when the family is neither IPv4 nor IPv6. */
int address_port(const struct sockaddr *peer);

/* The key that limits by address count by: an IPv4 address, or an IPv6 network of 64 bits. */
void address_key(unsigned char key[static ADDRESS_KEY_BYTES], const struct sockaddr *peer);

#endif
