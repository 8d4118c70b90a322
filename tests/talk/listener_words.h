/* The settings of a listener, and limits, as the words of a talk file. */
#ifndef LISTENER_WORDS_H
#define LISTENER_WORDS_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "teahouse/gateway.h"

/* False: there is no limit of that name. */
static bool
limit_set(struct gateway_settings *settings, const char *key, long value)
{
	const struct {
		const char *key;
		size_t *at;
	} sizes[] = {{"message", &settings->core.message}, {"sessions", &settings->sessions},
		{"send_queue", &settings->send_queue}, {"presence", &settings->core.presence}};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (strcmp(key, sizes[i].key) == 0) {
			*sizes[i].at = (size_t)value;
			return true;
		}
	if (strcmp(key, "rate") == 0)
		settings->core.rate = (unsigned)value;
	else if (strcmp(key, "burst") == 0)
		settings->core.burst = (unsigned)value;
	else if (strcmp(key, "login_timeout") == 0)
		settings->login_timeout = value * 1000;
	else
		return false;
	return true;
}

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
