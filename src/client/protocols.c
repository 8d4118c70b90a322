/* The protocols there are. Knows them by name only. */
#include "client/protocol.h"

static const struct protocol *const protocols[] = {
	&protocol_json,
	&protocol_lobby,
	&protocol_direct,
};

enum { PROTOCOLS = sizeof protocols / sizeof *protocols };

const struct protocol *
protocol_find(const char *name)
{
	for (int i = 0; i < PROTOCOLS; i++)
		if (strcmp(protocols[i]->name, name) == 0)
			return protocols[i];
	return NULL;
}

void
protocol_names(struct strbuf *out)
{
	for (int i = 0; i < PROTOCOLS; i++)
		strbuf_printf(out, "%s%s", i ? ", " : "", protocols[i]->name);
}
