/* Names, telling the caller, and asking the server. */
#include "bus/nats_internal.h"

#include <ctype.h>

void
link_event(struct nats_link *link, enum nats_link_event event, const char *why)
{
	link->host.event(link->host.ctx, event, why);
}

void
link_event_once(struct nats_link *link, struct nats_link_told *told, enum nats_link_event event,
	const char *why)
{
	if (strcmp(told->why, why) == 0)
		return;
	snprintf(told->why, sizeof told->why, "%s", why);
	link_event(link, event, why);
}

bool
link_request(struct nats_link *link, const char *subject, const char *answer, struct text bytes)
{
	char reply[NATS_SUBJECT_BYTES];
	snprintf(reply, sizeof reply, "%s.api.%s", link->inbox, answer);
	return link->connected && nats_conn_publish(link->conn, subject, reply, bytes);
}

bool
nats_link_is_name(struct text name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];
		if (c > 0x7e || (!isalnum(c) && c != '-' && c != '_'))
			return false;
	}
	return name.len > 0 && name.len <= LINK_NAME_MAX;
}
