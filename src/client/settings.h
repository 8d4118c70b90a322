/*
 * What the one who sits at the client may choose, and keeps in client.ini. Mistakes in the
 * file are told and passed over. Knows neither what the settings do nor a screen.
 */
#ifndef CLIENT_SETTINGS_H
#define CLIENT_SETTINGS_H

#include "client/strset.h"
#include "teahouse/strbuf.h"

enum setting { SET_ROOMS, SET_PEOPLE, SET_BELL, SET_COLOUR, SETTINGS };

struct settings {
	bool on[SETTINGS];
};

/* As the file says, or as they are at first; adds a sentence to `wrong` for each mistake in it. */
void settings_load(struct settings *settings, struct strbuf *wrong);

/*
 * Does what stands behind /set: nothing shows all, a name one, a name and yes or no sets it,
 * and keeps it. Adds what is to be told to `told`; false: it was no good.
 */
bool settings_command(struct settings *settings, struct text rest, struct strbuf *told);

/* What the word behind `/set`, and behind one of its names, may be. */
void settings_words(struct strset *names, struct strset *values);

#endif
