/* The commands about an account: making it, its password, giving it up, what is read. */
#include <stdlib.h>

#include "core/account.h"

/* A password that is being compared or hashed for a session. */
struct changing {
	struct session *session; /* NULL: has ended */
	enum entry_kind kind;
	char *ref, *about; /* of the request, or NULL */
	char *next;        /* PASSWORD: the new one, while the old one is compared; or NULL */
};

static void
changing_free(struct changing *changing)
{
	free(changing->ref);
	free(changing->about);
	if (changing->next)
		explicit_bzero(changing->next, strlen(changing->next));
	free(changing->next);
	free(changing);
}

void
session_forget_changing(struct session *session)
{
	if (!session->changing)
		return;
	session->changing->session = NULL;
	session->changing = NULL;
	session_resume(session, PENDING_LOGIN);
}

bool
session_takes_passwords(struct session *session, const struct request *request)
{
	struct strbuf advice = {0};
	if (session->secure || session->core->settings.plain_passwords)
		return true;
	if (session->tls_port > 0)
		strbuf_printf(&advice, " Port %d of this host is.", session->tls_port);
	request_refuse_with(
		session, REASON_PASSWORD_INSECURE, TEXT_NONE, strbuf_view(&advice), request);
	strbuf_clear(&advice);
	return false;
}

static struct request
changing_request(const struct changing *changing)
{
	return (struct request){.ref = text_of(changing->ref), .about = text_of(changing->about)};
}

static void
changing_end(struct changing *changing, enum reason reason)
{
	const struct request request = changing_request(changing);
	struct session *session = changing->session;
	if (session && reason != REASON_OK)
		request_refuse(session, reason, TEXT_NONE, &request);
	if (session)
		session_forget_changing(session);
	changing_free(changing);
}

static void
changing_publish(struct changing *changing, const char *hash)
{
	struct session *session = changing->session;
	struct user *user = session->user;
	const struct request request = changing_request(changing);
	struct entry entry = {.kind = changing->kind, .body = text_of(hash)};
	const struct stay *stay = user->account ? account_stay(user->account, session->stay) : NULL;
	if (changing->kind == ENTRY_REGISTER) {
		entry.user = user;
		entry.room = session->current;
	} else {
		entry.account = user->account;
		entry.digest = stay ? stay_text(stay) : TEXT_NONE;
	}
	session_forget_changing(session);
	if (entry.kind != ENTRY_REGISTER && !entry.account)
		request_refuse(session, REASON_NOT_REGISTERED, TEXT_NONE, &request);
	else
		session_publish(session, &request, &entry);
	changing_free(changing);
}

static void on_hashed(void *ctx, bool right, const char *hash);

/* The host takes the password, or the request is refused. */
static enum reason
changing_ask(struct changing *changing, struct password_request wanted)
{
	const struct core_host *host = &changing->session->core->host;
	wanted.ctx = changing;
	if (host->check_password(host->ctx, changing->session, &wanted))
		return REASON_OK;
	changing_end(changing, REASON_BUSY);
	return REASON_BUSY;
}

static void
on_hashed(void *ctx, bool right, const char *hash)
{
	struct changing *changing = ctx;
	(void)right;
	if (!changing->session || !hash)
		changing_end(changing, REASON_BUSY);
	else
		changing_publish(changing, hash);
}

/* The present password was compared. */
static void
on_compared(void *ctx, bool right, const char *hash)
{
	struct changing *changing = ctx;
	(void)hash;
	if (!changing->session || !right)
		changing_end(changing, REASON_PASSWORD_WRONG);
	else if (changing->next)
		changing_ask(
			changing, (struct password_request){.password = text_of(changing->next),
					  .make = true,
					  .done = on_hashed});
	else
		changing_publish(changing, NULL);
}

static bool
password_fits(struct text password)
{
	return password.len >= PASSWORD_LEAST && password.len <= PASSWORD_MOST;
}

/* Why it cannot be done, or REASON_OK. */
static enum reason
changing_refusal(const struct session *session, enum entry_kind kind, struct text next)
{
	const struct core *core = session->core;
	const struct history *history = core->host.history;
	bool registers = kind == ENTRY_REGISTER, registered = session->user->account;
	if (!core_has_accounts(core))
		return REASON_NO_ACCOUNTS;
	if (history->is_failing(history))
		return REASON_STORE_FAILED;
	if (registers && core->settings.register_closed)
		return REASON_REGISTER_CLOSED;
	if (registers && registered)
		return REASON_REGISTERED_ALREADY;
	if (!registers && !registered)
		return REASON_NOT_REGISTERED;
	return next.ptr && !password_fits(next) ? REASON_PASSWORD_INVALID : REASON_OK;
}

/* old: to be compared, or TEXT_NONE; next: to be hashed, or TEXT_NONE. */
static enum reason
changing_start(struct session *session, const struct request *request, enum entry_kind kind,
	struct text old, struct text next)
{
	enum reason reason = changing_refusal(session, kind, next);
	if (reason != REASON_OK)
		return request_refuse(session, reason, user_nick(session->user), request);
	if (!session_takes_passwords(session, request))
		return REASON_PASSWORD_INSECURE;
	struct changing *changing = xcalloc(sizeof *changing);
	changing->session = session;
	changing->kind = kind;
	changing->ref = text_keep(request->ref);
	changing->about = text_keep(request->about);
	session->changing = changing;
	session_suspend(session, PENDING_LOGIN);
	if (!old.ptr)
		return changing_ask(changing, (struct password_request){
						      .password = next,
						      .make = true,
						      .done = on_hashed,
					      });
	changing->next = text_keep(next);
	return changing_ask(changing, (struct password_request){
					      .password = old,
					      .hash = session->user->account->password,
					      .done = on_compared,
				      });
}

enum reason
command_register(struct session *session, const struct request *request)
{
	return changing_start(session, request, ENTRY_REGISTER, TEXT_NONE, request->arg[0]);
}

enum reason
command_password(struct session *session, const struct request *request)
{
	return changing_start(session, request, ENTRY_PASSWORD, request->arg[0], request->arg[1]);
}

enum reason
command_unregister(struct session *session, const struct request *request)
{
	return changing_start(session, request, ENTRY_UNREGISTER, request->arg[0], TEXT_NONE);
}

/* A request with a ref is answered. */
static void
read_tell(struct session *session, const struct request *request, const struct entry *entry)
{
	struct event event = event_make(session->core, EVENT_READ, session);
	if (!request->ref.ptr)
		return;
	event_name_read(&event, entry->name);
	event.until = entry->id;
	event.ref = request->ref;
	session_tell(session, &event);
}

/* id, with; or an id and a room */
enum reason
command_read(struct session *session, const struct request *request)
{
	struct account *account = session->user->account;
	struct text with = request->arg[1];
	struct entry entry = {.kind = ENTRY_READ, .account = account};
	struct name *name = NULL;
	uint64_t id;
	request_number(request->arg[0], 0, &id);
	entry.id = id < session->core->last_id ? id : session->core->last_id;
	const struct room *room = with.ptr ? NULL : request_room(session, request);
	if (!with.ptr && !room)
		return REASON_NOT_IN_ROOM;
	if (!account && with.ptr)
		return request_refuse(session, REASON_NOT_REGISTERED, TEXT_NONE, request);
	if (with.ptr)
		name = account_conversation_name(account, with);
	if (with.ptr && !name)
		return request_refuse(session, REASON_NICK_INVALID, with, request);
	entry.name = room ? room->named.name : name;
	enum reason reason = REASON_OK;
	if (account && entry.id > account_marker(account, entry.name->casefolded))
		reason = session_publish(session, request, &entry);
	read_tell(session, request, &entry);
	free(name);
	return reason;
}
