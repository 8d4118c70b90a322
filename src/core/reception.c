/* What a session is shown on logging in, and of a room that it is in now. */
#include "core/account.h"

void
session_welcome(struct session *session, struct room *room, struct text ref, bool resumed)
{
	struct event event = event_make(session->core, EVENT_WELCOME, session);
	event.actor = user_nick(session->user);
	event.room = room_name(room);
	event.target = session->core->settings.name;
	event.ref = ref;
	event.limits = &session->core->settings;
	event.resumed = resumed;
	event.secret = session_make_resume(session);
	event.accounts = !core_has_accounts(session->core)         ? ACCOUNTS_NONE
			 : session->core->settings.register_closed ? ACCOUNTS_CLOSED
								   : ACCOUNTS_OPEN;
	arrival_welcome(session, &event);
	session_tell(session, &event);
	arrival_welcome_done(&event);
}

void
session_show_room(struct session *session, struct room *room, struct text ref, bool gap)
{
	room_tell_topic(room, session, TEXT_NONE, false);
	if (!session->wants_names)
		return;
	struct listing names = {.kind = EVENT_NAMES,
		.room = room,
		.most = room_is_large(room) ? room->core->settings.presence : 0,
		.snapshot = true,
		.gap = gap};
	listing_start(session, &names, ref);
}
