/* How often a user may make requests: a bucket of tokens, filled by the core's clock. */
#include "core/core_internal.h"

enum { TOKEN = 1000 };

/* The user's, once there is one. */
static struct limiter *
session_limiter(struct session *session)
{
	return session->user ? &session->user->limiter : &session->limiter;
}

static void
limiter_fill(struct limiter *limiter, const struct core *core)
{
	const struct core_settings *settings = &core->settings;
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	/* A token a second is one thousandth a millisecond. */
	int64_t tokens = limiter->tokens + (now - limiter->filled) * settings->rate;
	int64_t most = (int64_t)settings->burst * TOKEN;
	limiter->tokens = (int32_t)(tokens < most ? tokens : most);
	limiter->filled = now;
}

void
session_spend(struct session *session)
{
	if (session->core->settings.rate == 0)
		return;
	struct limiter *limiter = session_limiter(session);
	limiter_fill(limiter, session->core);
	limiter->tokens -= TOKEN;
}

int64_t
session_wait(struct session *session)
{
	unsigned rate = session->core->settings.rate;
	if (rate == 0)
		return 0;
	struct limiter *limiter = session_limiter(session);
	limiter_fill(limiter, session->core);
	int64_t missing = TOKEN - limiter->tokens;
	return missing <= 0 ? 0 : (missing + rate - 1) / rate;
}
