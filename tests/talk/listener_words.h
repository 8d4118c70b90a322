/* The settings of a listener, as the words of a talk file. */
#ifndef LISTENER_WORDS_H
#define LISTENER_WORDS_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "teahouse/listener.h"

static void
listener_set(struct listener *listener, char *word)
{
	char *value = strchr(word, '=');
	if (value)
		*value++ = '\0';
	bool yes = !value || strcmp(value, "yes") == 0;
	const struct {
		const char *key;
		bool *at;
	} flags[] = {{"strict", &listener->strict}, {"echo", &listener->echo},
		{"nicks", &listener->nicks}, {"announce", &listener->announce},
		{"hear", &listener->hear}};
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (strcmp(word, flags[i].key) == 0)
			*flags[i].at = yes;
	if (value && strcmp(word, "room") == 0)
		listener->room = xstrndup(value, strlen(value));
	else if (value && strcmp(word, "replay") == 0)
		listener->replay = (int)strtol(value, NULL, 10);
	else if (value && strcmp(word, "ending") == 0)
		listener->ending = strcmp(value, "crlf") == 0 ? ENDING_CRLF : ENDING_NONE;
}

#endif
