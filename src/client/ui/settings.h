/*
 * The user's settings, kept in client.ini. Mistakes in the file are reported and skipped. Knows
 * neither what the settings do nor a screen.
 */
#ifndef CLIENT_UI_SETTINGS_H
#define CLIENT_UI_SETTINGS_H

#include "client/model/strset.h"
#include "teahouse/strbuf.h"

enum setting { SET_ROOMS, SET_PEOPLE, SET_BELL, SET_MOUSE, SET_COLOUR, SETTINGS };

struct settings {
	bool on[SETTINGS];
};

/* From the file, or the defaults; adds a line to `wrong` for each mistake in the file. */
void settings_load(struct settings *settings, struct strbuf *wrong);

/*
 * Executes what follows `/set`: nothing shows all settings, a name shows one, a name and yes or no
 * changes and saves it. Adds the answer to `answer`. False: the answer is a refusal.
 */
bool settings_command(struct settings *settings, struct text rest, struct strbuf *answer);

/* What may follow `/set`, and what may follow a name, for completion. */
void settings_words(struct strset *names, struct strset *values);

#endif
