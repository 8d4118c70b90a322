/* How often one may ask: a bucket of tokens a session, filled by the core's clock. */
#include "core/core_internal.h"

enum { TOKEN = 1000 };

static void
session_fill(struct session *session)
{
	const struct core_settings *settings = &session->core->settings;
	int64_t now = session->core->host.monotonic_ms(session->core->host.ctx);
	/* A token a second is one thousandth a millisecond. */
	int64_t tokens = session->tokens + (now - session->filled) * settings->rate;
	int64_t most = (int64_t)settings->burst * TOKEN;
	session->tokens = (int32_t)(tokens < most ? tokens : most);
	session->filled = now;
}

void
session_spend(struct session *session)
{
	if (session->core->settings.rate == 0)
		return;
	session_fill(session);
	session->tokens -= TOKEN;
}

int64_t
session_wait(struct session *session)
{
	unsigned rate = session->core->settings.rate;
	if (rate == 0)
		return 0;
	session_fill(session);
	int64_t missing = TOKEN - session->tokens;
	return missing <= 0 ? 0 : (missing + rate - 1) / rate;
}
