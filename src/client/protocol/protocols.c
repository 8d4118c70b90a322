/* The list of protocols: each is one file with one table. */
#include "client/protocol/protocols.h"

#include "client/protocol/direct.h"
#include "client/protocol/json.h"
#include "client/protocol/lobby.h"

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
