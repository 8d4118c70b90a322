/* Sessions: what one connection may ask, and how it ends. */
#include <assert.h>
#include <stdlib.h>

#include "core/core_internal.h"

void
session_open(struct session *session, struct core *core, const char *protocol, struct text home)
{
	*session = (struct session){.core = core, .protocol = protocol, .default_room = home};
	session->filled = core->host.monotonic_ms(core->host.ctx);
	session->tokens = (int32_t)core->settings.burst * 1000;
}

void
session_end(struct session *session)
{
	if (session->ended)
		return;
	session->ended = true;
	listing_drop(session);
	struct user *user = session->user;
	if (!user)
		return;
	while (user->n_memberships > 0)
		room_leave(user->memberships[0].room, user, TEXT_NONE, false);
	user_close(user);
}

struct event
event_make(struct core *core, enum event_kind kind, struct session *by)
{
	return (struct event){.kind = kind, .by = by, .time = core->host.wall_ms(core->host.ctx)};
}

void
session_tell(struct session *session, struct event *event)
{
	const struct core_host *host = &session->core->host;
	host->deliver(host->ctx, event, &session, 1);
}

/* What is quoted of a stranger's text: clean, and not long. */
static void
subject_add(struct strbuf *out, struct text subject)
{
	size_t start = out->len;
	text_clean(out, subject);
	while (out->len - start > SUBJECT_BYTES)
		out->len = start + text_last((struct text){out->ptr + start, out->len - start});
}

enum reason
request_refuse(struct session *session, enum reason reason, struct text target,
	const struct request *request)
{
	struct strbuf subject = {0}, about = {0}, sentence = {0};
	subject_add(&subject, target);
	reason_sentence(&sentence, reason, strbuf_view(&subject));
	struct event event = event_make(session->core, EVENT_REFUSED, session);
	event.reason = reason;
	event.target = strbuf_view(&subject);
	event.body = strbuf_view(&sentence);
	event.ref = request->ref;
	if (request->about.ptr) {
		subject_add(&about, request->about);
		event.about = strbuf_view(&about);
	}
	session_tell(session, &event);
	strbuf_clear(&subject);
	strbuf_clear(&about);
	strbuf_clear(&sentence);
	return reason;
}

void
session_reject_input(struct session *session, enum reason reason, struct text target,
	struct text ref, struct text about)
{
	session_spend(session);
	request_refuse(session, reason, target, &(struct request){.ref = ref, .about = about});
}

enum reason
session_request(struct session *session, const struct request *request)
{
	const struct command *command = request->command;
	assert(!session->ended);
	if (!(command->flags & COMMAND_NOT_RATED))
		session_spend(session);
	if (!session->user && !(command->flags & COMMAND_BEFORE_LOGIN))
		return request_refuse(session, REASON_HELLO_FIRST, TEXT_NONE, request);
	if (session->user && (command->flags & COMMAND_RESETS_IDLE))
		session->user->active = session->core->host.monotonic_ms(session->core->host.ctx);
	return command->run(session, request);
}

enum reason
session_command_line(struct session *session, struct text line, struct text ref, struct text about)
{
	struct request request = {.ref = ref, .about = about};
	bool slash = line.len > 0 && line.ptr[0] == '/';
	if (slash) {
		line.ptr++;
		line.len--;
	}
	/* Two slashes say one; a line that has none is said as it is. */
	if (!slash || (line.len > 0 && line.ptr[0] == '/')) {
		request.command = command_find(text_of("say"));
		request.arg[0] = line;
		return session_request(session, &request);
	}
	struct text word = text_word(&line);
	request.command = command_find(word);
	enum reason reason = REASON_UNKNOWN_COMMAND;
	struct strbuf subject = {0};
	strbuf_printf(&subject, "/%.*s", TEXT_ARGS(word));
	if (request.command) {
		if (!about.ptr)
			request.about = about = text_of(request.command->name);
		reason = command_split(request.command, line, &request);
		subject.len = 0;
		command_usage(&subject, request.command);
	}
	if (!session->user &&
		(!request.command || !(request.command->flags & COMMAND_BEFORE_LOGIN)))
		reason = REASON_HELLO_FIRST;
	if (reason == REASON_OK)
		reason = session_request(session, &request);
	else
		session_reject_input(session, reason, strbuf_view(&subject), ref, about);
	strbuf_clear(&subject);
	return reason;
}

struct text
session_nick(const struct session *session)
{
	return session->user ? user_nick(session->user) : TEXT_NONE;
}
