/* How many sessions there are from each address. */
#include <stdlib.h>

#include "gateway/gateway_internal.h"

static struct address_quota *
quota_find(const struct gateway *gateway, const unsigned char key[static ADDRESS_KEY_BYTES])
{
	struct address_quota *quota;
	HASH_FIND(hh, gateway->quotas, key, sizeof quota->key, quota);
	return quota;
}

size_t
quota_sessions(const struct gateway *gateway, const struct sockaddr *peer)
{
	unsigned char key[ADDRESS_KEY_BYTES];
	if (!peer)
		return 0;
	address_key(key, peer);
	const struct address_quota *quota = quota_find(gateway, key);
	return quota ? quota->sessions : 0;
}

void
quota_take(struct connection *connection, const struct sockaddr *peer)
{
	struct gateway *gateway = connection->gateway;
	unsigned char key[ADDRESS_KEY_BYTES];
	if (!peer)
		return;
	address_key(key, peer);
	struct address_quota *quota = quota_find(gateway, key);
	if (!quota) {
		quota = xcalloc(sizeof *quota);
		memcpy(quota->key, key, sizeof quota->key);
		HASH_ADD(hh, gateway->quotas, key, sizeof quota->key, quota);
	}
	quota->sessions++;
	connection->quota = quota;
}

void
quota_release(struct connection *connection)
{
	struct address_quota *quota = connection->quota;
	connection->quota = NULL;
	if (!quota || --quota->sessions > 0)
		return;
	HASH_DELETE(hh, connection->gateway->quotas, quota);
	free(quota);
}
