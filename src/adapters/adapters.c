/*
 * The list of all adapters. A new protocol needs a file of its own and a row here; this file
 * does not know what an adapter does.
 */
#include "adapters/adapters.h"

#include <stddef.h>

static const struct adapter *const adapters[] = {
	&adapter_telnet,
	&adapter_json,
	&adapter_web,
	&adapter_relay,
	&adapter_lobby,
	&adapter_direct,
	NULL,
};

const struct adapter *const *
adapter_list(void)
{
	return adapters;
}

const struct adapter *
adapter_find(struct text name)
{
	for (size_t i = 0; adapters[i]; i++)
		if (text_is(text_of(adapters[i]->name), name))
			return adapters[i];
	return NULL;
}
