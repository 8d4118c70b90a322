/* What follows from a lost connection, room by room. */
#include "client/session/resume.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/session/clock.h"
#include "client/session/loading.h"
#include "client/session/pending.h"

void
resume_keep(struct session *session, struct text secret)
{
	char *copy = secret.len > 0 ? xstrndup(secret.ptr, secret.len) : NULL;
	free(session->secret);
	session->secret = copy;
}

void
resume_lose(struct session *session)
{
	past_lose(session->model);
	pending_give_up(session, true);
	session->settling = session->resumed = false;
}

void
resume_begin(struct session *session, bool resumed)
{
	const struct model *model = session->model;
	session->settling = true;
	session->resumed = resumed;
	for (size_t i = 0; i < model->n_rooms; i++)
		model->rooms[i]->told = false;
}

void
resume_room(struct session *session, struct text name, int64_t time)
{
	struct model *model = session->model;
	if (!session->resumed)
		return;
	/* The connection was lost before the user was told. */
	if (!model_room(model, name)) {
		model_entered(model, name, text_of(model->nick), time, false);
		loading_enter(session, name, 1);
	}
	struct room *room = model_room(model, name);
	if (room)
		room->told = true;
}

/* The user has left rooms of which the server told nothing. */
static void
resume_leave_others(struct session *session)
{
	struct model *model = session->model;
	for (size_t i = 0; i < model->n_rooms;) {
		const struct room *room = model->rooms[i++];
		if (room->direct || room->told || room->name[0] == '\0' || model->n_rooms == 1)
			continue;
		char *name = xstrndup(room->name, strlen(room->name));
		model_left(model, text_of(name), text_of(model->nick), wall_ms());
		free(name);
		i = 0;
	}
}

static void
resume_settle_room(struct session *session, struct room *room)
{
	bool loads = room->past.request && room->past.newer;
	if (loads)
		return;
	if (past_has_newer(room) && room->past.away_from && session->resumed) {
		loading_newer(session, room);
		return;
	}
	if (room->past.away_from)
		past_give_up(session->model, room);
	pending_settle(session, text_of(room->name), session->resumed);
}

/* What was said in rooms in which the user is no more. */
static void
resume_settle_others(struct session *session)
{
	for (size_t i = 0; i < session->n_pending; i++) {
		const struct pending *pending = &session->pending[i];
		if (!pending->doubtful || model_room(session->model, text_of(pending->room)))
			continue;
		char *name = xstrndup(pending->room, strlen(pending->room));
		pending_settle(session, text_of(name), false);
		free(name);
		i = (size_t)-1;
	}
}

void
resume_settle(struct session *session)
{
	struct model *model = session->model;
	if (!session->settling)
		return;
	session->settling = false;
	pending_settle_direct(session, session->resumed);
	/* The rooms of an account are those that the server remembers. */
	if (session->resumed || session->account.registered)
		resume_leave_others(session);
	for (size_t i = 0; i < model->n_rooms; i++)
		if (model->rooms[i]->direct && !model->rooms[i]->past.request)
			past_end_absence(model->rooms[i]);
		else if (!model->rooms[i]->direct)
			resume_settle_room(session, model->rooms[i]);
	resume_settle_others(session);
	session->resumed = false;
}
