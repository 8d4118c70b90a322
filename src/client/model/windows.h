/*
 * The rooms and conversations of the model as windows, of which one is shown; and adding lines to
 * them. Knows no events.
 */
#ifndef CLIENT_MODEL_WINDOWS_H
#define CLIENT_MODEL_WINDOWS_H

#include "client/model/model_state.h"

struct room *model_current(const struct model *model);

/* NULL: the user is not in it. */
struct room *model_room(const struct model *model, struct text name);

/* Makes another room the current one: the given one, the one n places further on, .. */
void model_show(struct model *model, struct room *room);
void model_show_next(struct model *model, int rooms);

/* .. the n-th, counted from 1, if there is one, or the next one with unread lines. */
void model_show_nth(struct model *model, size_t n);
void model_show_unread(struct model *model);

bool model_is_me(const struct model *model, struct text nick);

/* Puts a new room after the other rooms, or a new conversation after the other ones. */
struct room *model_open_room(struct model *model, struct text name, bool direct);

/* Takes a room out of the list, and closes it; another one is shown instead. */
void model_remove_room(struct model *model, struct room *room);

/* Adds a line to a room. */
void model_add_line(struct model *model, struct room *room, struct line *line);

/* The same with a new line, which is written by on_line; drops the caller's reference. */
void model_publish(struct model *model, struct room *room, struct line *line);

#endif
