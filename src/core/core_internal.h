/* What the files of the core share: users, rooms, and the tables they are in. */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

/* uthash aborts when memory runs out, as xcalloc does. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "base/alloc.h"
#include "teahouse/core.h"
#include "teahouse/name_rules.h"
#include "teahouse/strbuf.h"

enum {
	USER_ROOMS = 64, /* rooms that a user may be in at once */
	TOPIC_BYTES = 400,
	LISTING_PAGE = 50,   /* items sent at once of a long listing, so that they fit a packet */
	PAGE_ROOMS = 200,    /* rooms of users sent at once, for the same reason */
	SUBJECT_BYTES = 128, /* of what a refusal quotes */
	SHOWN_MEMBERS = 6,   /* others whose names a user is sent on entering */
};

/* A copy to be freed, or NULL where there is no text. */
static inline char *
text_keep(struct text t)
{
	return t.ptr ? xstrndup(t.ptr, t.len) : NULL;
}

/* What users and rooms have in common: the name. First member of struct user and struct room. */
struct named {
	struct name *name;
	UT_hash_handle hh; /* by name->casefolded */
	struct confusables *confusables;
	struct named *prev, *next; /* others that look the same */
};

/* The names that look the same: one, or several that are ASCII. */
struct confusables {
	struct named *names;
	UT_hash_handle hh; /* by skeleton, borrowed from the first */
};

struct names {
	struct named *by_casefolded;
	struct confusables *by_skeleton;
};

/* The user or room whose name counts as the same, or NULL. */
struct named *names_find(const struct names *names, const struct name *name);

/* named->name must not be in use. */
void names_add(struct names *names, struct named *named);
void names_remove(struct names *names, struct named *named);

struct name *name_copy(const struct name *name);

static inline bool
named_is_listed(const struct named *named)
{
	return named->confusables != NULL;
}

struct core {
	struct core_settings settings;
	struct core_host host;
	struct log *log;
	struct name_rules *rules;
	struct names nicks, rooms;
	struct names registered;         /* the nicks of accounts */
	struct account *accounts;        /* by number */
	struct account *online;          /* those that a user is logged in to */
	struct account *unsaved;         /* those with markers to be saved .. */
	int64_t save_at;                 /* .. at this time, monotonic ms */
	struct stay *stays;              /* by digest */
	struct name *reserved[2];        /* `server` and `deleted`, which are no nicks */
	struct user *users;              /* in order of login */
	struct room *first_room;         /* in order of making */
	struct room *default_room;       /* always exists */
	struct resume *resumes;          /* by secret */
	struct user *lingering;          /* without a session, the first due first */
	struct room *digests;            /* those with a digest to come, the first due first */
	struct awaited *awaited;         /* requests that wait for the log, by token */
	struct publication *publication; /* the request that is being published, or NULL */
	uint64_t last_id;                /* of an event */
	int64_t show_at;   /* monotonic ms: see core_note_shown; 0: nothing was said */
	uint64_t tokens;   /* given to requests that were published */
	uint64_t logins;   /* of users, each of which has a number of its own */
	uint64_t arrivals; /* of rooms */
	uint64_t guests;   /* numbers given to guests */
	size_t n_users, n_rooms;
	struct attachment *attachments; /* of users to nodes */
	uint32_t node;                  /* the number of this one, if there are several */
	uint32_t user_numbers;          /* given to users who logged in here */
	bool ending_node;               /* its users leave, which rooms are told in digests */
	bool stopping;
};

/* A user's place in a room. */
struct membership {
	struct room *room;
	size_t index; /* in room->members */
};

struct user {
	struct named named; /* the name is NULL for a guest who is not logged in yet */
	struct core *core;
	struct account *account;  /* NULL: a guest */
	struct session *sessions; /* by session->sibling */
	uint16_t n_sessions, n_memberships;
	uint32_t refs;                  /* entries and requests that point to it */
	unsigned numbers;               /* given to its sessions */
	uint64_t arrived;               /* order of login */
	struct kept_event *directs;     /* that came while it had no session */
	struct resume *resumes;         /* of its sessions, also of those that were lost */
	int64_t linger_until;           /* monotonic ms; 0: it has a session */
	int64_t active;                 /* monotonic ms of the last request that resets it */
	struct limiter limiter;         /* the rate is the user's, not the session's */
	struct membership *memberships; /* in order of entering */
	struct attachment *attachments; /* where it has sessions, if there are several nodes */
	uint32_t number;                /* until it is attached: of its login */
	struct user *prev, *next, *linger_prev, *linger_next;
};

struct member {
	struct user *user; /* NULL: has left */
	uint64_t since;    /* rises with each that enters */
};

struct room {
	struct named named;
	struct core *core;
	uint64_t made;             /* order of making */
	uint64_t arrivals;         /* users that ever entered */
	struct member *members;    /* in order of entering, with gaps */
	size_t n, cap;             /* places used; places there are */
	size_t users;              /* members that are there */
	struct session **audience; /* the sessions of its members: what delivery walks */
	size_t n_audience, audience_cap;
	char *topic; /* or NULL */
	char *topic_by;
	int64_t topic_time;  /* when it was set */
	uint64_t said;       /* id of the last message */
	unsigned refs;       /* listings and entries that point to it */
	size_t joined, left; /* to be told in the next digest */
	int64_t digest_at;   /* monotonic ms: when; 0: there is none */
	struct room *prev, *next, *digest_prev, *digest_next;
};

/* A long listing under way. */
struct listing {
	enum event_kind kind;
	struct room *room; /* NAMES; WHO: only its members, or NULL; counted in its refs */
	uint64_t after;    /* the number of the last item sent */
	uint64_t until;    /* WHO: the number of the last item to send; 0: all */
	size_t most;       /* NAMES: items still to be sent; 0: all */
	bool first, snapshot, gap;
	char *ref; /* of the request, or NULL */
	struct listing *next;
};

static inline struct text
user_nick(const struct user *user)
{
	return user->named.name->shown;
}

static inline struct text
room_name(const struct room *room)
{
	return room->named.name->shown;
}

static inline bool
room_is_large(const struct room *room)
{
	size_t most = room->core->settings.presence;
	return room->core->ending_node || (most && room->users > most);
}

/* room.c: the rooms there are */

/* The room of that name, created if there is none; NULL: the name is not valid. */
struct room *room_get(struct core *core, struct text name);
struct room *room_find(struct core *core, struct text name);

/* Frees it when it has no members and no refs, and is not the default room. */
void room_release(struct room *room);

/* Keeps it while an entry or a request points to it; NULL is fine. */
void room_hold(struct room *room);
void room_drop(struct room *room);

/* Forgets the digest to come. */
void room_drop_digest(struct room *room);

/* membership.c: who is in a room, and which sessions hear it */
struct membership *room_membership(const struct room *room, const struct user *user);
void room_add_member(struct room *room, struct user *user);
void room_remove_member(struct room *room, struct user *user);
void room_add_audience(struct room *room, struct session *session);
void room_remove_audience(struct room *room, const struct session *session);

/* ENTERED: how many are in the room, and the first of them but for `except`, borrowing `others`. */
void event_add_members(struct event *event, const struct room *room, const struct user *except,
	struct item others[SHOWN_MEMBERS]);

/* reply.c: what is delivered, to one session or to a room */
struct event event_make(struct core *core, enum event_kind kind, struct session *by);
void session_tell(struct session *session, struct event *event);

/* Keeps the event in the history of the room, and delivers it to its audience. */
void room_deliver(struct room *room, struct event *event);

/* Sends the topic as a snapshot. also_none: also when there is no topic. */
void room_tell_topic(struct room *room, struct session *session, struct text ref, bool also_none);

/* Tells the session why the request is refused. Returns the reason. */
enum reason request_refuse(struct session *session, enum reason reason, struct text target,
	const struct request *request);

/* The same; a sentence with what to do instead follows. */
enum reason request_refuse_with(struct session *session, enum reason reason, struct text target,
	struct text advice, const struct request *request);

/* listing.c: starts a listing, or puts it behind the one under way: kind, room, after, until, most, snapshot. */
void listing_start(struct session *session, const struct listing *wanted, struct text ref);

/* presence.c: entering and leaving, which a large room is told in digests */
/* Those that are due. Ms until the next; -1: there is none. */
int64_t core_deliver_digests(struct core *core);
void presence_deliver(struct room *room, const struct user *user, struct event *event);

/* user.c: nicks, and the users that have them */

/*
 * The name that the nick makes, if it can be a nick and is not taken by another than
 * `self`; else why not.
 */
enum reason nick_make(
	struct core *core, struct text nick, const struct user *self, struct name **name);

/* Whether a name that was made is still free for `self`, who may be NULL. */
enum reason nick_check(struct core *core, const struct name *name, const struct user *self);
struct user *user_find(struct core *core, struct text nick);

/* Not listed yet, with one ref. Takes the name. */
struct user *user_new(struct core *core, struct name *name);
void user_hold(struct user *user);
void user_release(struct user *user);

/* Adds the user to the table, and removes it; it is freed once there are no refs. */
void user_list(struct user *user);
void user_unlist(struct user *user);
void user_add_session(struct user *user, struct session *session);
void user_remove_session(struct user *user, struct session *session);

/* attachment.c: users of a log that several servers share; nothing where one has its own */

/* The user of that number at that node; NULL: there is none. */
struct user *user_attached(struct core *core, uint32_t node, uint32_t number);

bool user_is_attached(const struct user *user, uint32_t node);

/* The user has sessions where the entry was published. */
void user_attach(struct user *user, const struct entry *entry);
void user_detach(struct user *user, uint32_t node);
void user_detach_all(struct user *user);

/* The number that entries from here name it by. */
uint32_t user_number_here(const struct user *user);

/* The protocol of its first session at each other node. */
void user_each_elsewhere(
	const struct user *user, void (*found)(void *ctx, const char *protocol), void *ctx);

/* Whether it has a session, here or at other nodes, where it may have been lost since. */
bool user_is_here(const struct user *user);

/* publish.c: requests on their way through the log */

/* A request whose entry the log has not applied yet. */
struct awaited {
	uint64_t token;
	UT_hash_handle hh;
	struct session *session;
	struct user *login; /* ENTRY_LOGIN, ENTRY_ARRIVE: held */
	char *ref, *about;  /* or NULL */
};

/* The session that requested the entry being applied, and the fields of its answer. */
struct origin {
	struct session *session; /* NULL: gone, or on another server */
	struct request request;  /* ref and about */
};

/* A request while log->append is called. */
struct publication {
	uint64_t token;
	struct origin origin;
	enum reason reason;
	bool applied;
};

/*
 * Publishes the entry, whose time and token it sets, for the session. The reason of the
 * refusal if it was applied at once, else REASON_OK, and the session is pending.
 */
enum reason session_publish(
	struct session *session, const struct request *request, struct entry *entry);

/* Publishes an entry that no session waits for. */
void core_publish(struct core *core, struct entry *entry);

/* Cancels the answer that the session waits for. */
void session_forget_awaited(struct session *session);

/* Gives up what the entry holds, but for its text. */
void entry_release(struct entry *entry);

/* Who logs in by the entry, as the request made it; NULL: the session has ended. */
struct user *awaited_login(struct core *core, const struct entry *entry);

/* Begins and ends the application of an entry. */
struct origin origin_take(struct core *core, const struct entry *entry);
void origin_done(struct core *core, const struct entry *entry, enum reason reason);

/* apply.c: the entry cannot be applied, and its request is refused. */
void core_skip(struct core *core, const struct entry *entry);

/* transition.c: what entries do to users and rooms */

/* An event that the entry causes, with the next id. */
struct event entry_event(struct core *core, const struct entry *entry, enum event_kind kind,
	const struct origin *origin);
enum reason origin_refuse(const struct origin *origin, enum reason reason, struct text target);

/* The room as it is now: it may have been removed since the entry was published. */
struct room *room_now(struct core *core, struct room *room);

/* The user, and its session, which may be NULL, are in that room of the user's now. */
void user_set_current(struct user *user, struct session *session, struct room *room);
void room_enter(struct room *room, const struct entry *entry, const struct origin *origin);

/* The user is in the room already, perhaps by another session: only this session is told. */
void room_enter_again(struct room *room, const struct entry *entry, const struct origin *origin);
void room_leave(struct room *room, const struct entry *entry, const struct origin *origin);
void user_leave_rooms(struct user *user, const struct entry *entry, const struct origin *origin);

/* The user has a new nick, which was checked: those who can see it are told. */
void user_rename(struct user *user, const struct name *name, const struct entry *entry,
	const struct origin *origin);

/* apply.c, apply_account.c, apply_direct.c: each of the entries */

typedef enum reason apply_function(
	struct core *core, const struct entry *entry, const struct origin *origin);
apply_function apply_arrive, apply_register, apply_password, apply_unregister, apply_stay_ended,
	apply_read, apply_told, apply_direct;

/* shown.c */

/* Something was said: core_note_shown is due a little later. */
void core_note_said(struct core *core);

/*
 * Now and then, notes as read what was shown to sessions that read all that they are sent; all: at once. Ms until
 * the next time; -1: nothing was said.
 */
int64_t core_note_shown(struct core *core, bool all);

/* arrival.c: logging in to an account */

struct arrival;

/* An arrival begins once the password was compared, or the secret found. */
enum reason session_arrive(struct session *session, const struct request *request,
	struct account *account, struct text password, bool stay);
enum reason session_arrive_by_stay(
	struct session *session, const struct request *request, struct stay *stay);
void session_forget_arrival(struct session *session);

/* The number of the secret that the session is logging in by; 0: there is none. */
unsigned arrival_stay(const struct session *session);

/* Fills in what the welcome says of the account. To be ended with welcome_done. */
void arrival_welcome(struct session *session, struct event *event);
void arrival_welcome_done(struct event *event);

/* Tells what was missed, and ends the arrival. */
void arrival_done(struct session *session);

/* commands_register.c */

/* The session will not get the answer about its password. */
void session_forget_changing(struct session *session);

/* absence.c: users without a session, and how they come back */

/* Gives the session a secret to be resumed with, if it wants one. Borrowed; or NULL. */
const char *session_make_resume(struct session *session);

/* It has sent something, and so has got its secret: the one that it was resumed with is void. */
void session_confirm_resume(struct session *session);

/* The session is ending: it was lost, or has logged out. Before it is taken off its user. */
void session_lose_resume(struct session *session);

/* What a secret stands for. */
struct resumed {
	struct user *user;
	struct session *session; /* NULL: was lost */
	struct room *current;    /* the one that it was in */
	unsigned stay;           /* see struct session */
};

/*
 * False: the secret is unknown, or has been used, or is too late. If true, session_make_resume
 * must follow: the next secret takes its place.
 */
bool resume_take(struct session *session, struct text secret, struct resumed *who);

/* Its session was lost. False: the user cannot come back, and is to leave. */
bool user_linger(struct user *user);

/* It has a session again, or leaves. */
void user_stop_lingering(struct user *user);

/* Nobody can resume as this user any more. */
void user_drop_resumes(struct user *user);

/* An event with its own text, but for that of its room. */
struct kept_event {
	struct kept_event *next;
	struct event event;
	char bytes[];
};
struct kept_event *event_keep(const struct event *event);

/* Keeps a direct message for a user who may be resumed, and then is told it. */
void user_keep_direct(struct user *user, const struct event *event);
void user_each_direct(const struct user *user, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx);
void user_drop_directs(struct user *user);

/* resume.c: logs out whom nobody has resumed in time; all: at once. Ms until the next; -1: none. */
int64_t core_end_lingering(struct core *core, bool all);

/* reception.c: what a session is shown on logging in, and of a room that it is in now */
void session_welcome(struct session *session, struct room *room, struct text ref, bool resumed);
void session_show_room(struct session *session, struct room *room, struct text ref, bool gap);

/* session.c: nothing that it waits for is told to it any more. */
void session_forget_pending(struct session *session);

/* As if it had just entered all the rooms of its user; nobody else is told. */
void session_show_rooms(struct session *session);

/* commands_*.c, command.c: the function of each command */
#define COMMAND_DECLARE(name, function) \
	enum reason command_##function(struct session *session, const struct request *request);
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

/* command_syntax.c: the line of /help */
void command_help_line(struct strbuf *out, const struct command *command);

/* commands_history.c: the session will not get the history that it waits for. */
void session_forget_reading(struct session *session);

/* Tells what was said last in the room before this id, as many messages as the session wants. */
void session_replay(struct session *session, struct room *room, uint64_t before);

/* request.c */

/* A number, as typed or of a packet, or `otherwise` if it is missing. False: it is none. */
bool request_number(struct text t, uint64_t otherwise, uint64_t *number);

/* The room that the request is about, if its user is in it; NULL: the request was refused. */
struct room *request_room(struct session *session, const struct request *request);

/* Cleans the text into body; refuses the request if the text is empty or too long. */
enum reason request_body(struct session *session, const struct request *request, struct text said,
	size_t most, struct strbuf *body);

#endif
