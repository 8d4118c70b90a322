/* Lists of addresses and networks, such as "127.0.0.1 10.0.0.0/8 2001:db8::/32". */
#ifndef BASE_NETWORKS_H
#define BASE_NETWORKS_H

#include "base/address.h"
#include "teahouse/text.h"

/* Whether each word is an address, or one with the number of bits that count. */
bool networks_are_valid(const char *list);

/* Whether a valid list has the address. */
bool networks_include(const char *list, const unsigned char mapped[static ADDRESS_KEY_BYTES]);

#endif
