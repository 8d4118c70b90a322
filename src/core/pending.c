/* The reasons why a session's input is not processed for now, and how processing resumes. */
#include "core/core_internal.h"

void
session_suspend(struct session *session, enum session_pending why)
{
	session->pending |= (unsigned char)why;
}

void
session_resume(struct session *session, enum session_pending why)
{
	const struct core_host *host = &session->core->host;
	session->pending &= (unsigned char)~why;
	if (!session->pending && !session->ended)
		host->resume(host->ctx, session);
}
