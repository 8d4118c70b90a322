/*
 * The command table: a row for each command, whose function is in commands_*.c. /help,
 * usage, JSON packets and completion are made from the rows.
 */
#include "base/word_distance.h"
#include "core/core_internal.h"

enum {
	RESETS_IDLE = COMMAND_RESETS_IDLE,
	IN_ROOM = COMMAND_IN_ROOM,
	BARE_WORD = COMMAND_BARE_WORD,
	BEFORE_LOGIN = COMMAND_BEFORE_LOGIN,
	NOT_TYPED = COMMAND_NOT_TYPED,
};

/* clang-format off */
static const struct command commands[COMMAND_COUNT] = {
	[COMMAND_LOGIN] = {"login", NULL, "hello", "nick:name [password...] {?stay}",
		"log in under this name",
		BEFORE_LOGIN | BARE_WORD | IN_ROOM, command_login},
	[COMMAND_NICK] = {"nick", NULL, "nick", "nick:name...", "change your name",
		BEFORE_LOGIN | RESETS_IDLE, command_nick},
	[COMMAND_SAY] = {"say", NULL, "chat", "message:text...", "send a message to the current room",
		BARE_WORD | IN_ROOM | RESETS_IDLE, command_say},
	[COMMAND_ME] = {"me", NULL, "emote", "message:action...", "send an action",
		IN_ROOM | RESETS_IDLE, command_me},
	[COMMAND_MSG] = {"msg", "message", "direct", "to:name message:text...",
		"send a private message", RESETS_IDLE, command_msg},
	[COMMAND_JOIN] = {"join", NULL, "join", "room...", "join a room, or switch to it",
		RESETS_IDLE, command_join},
	[COMMAND_LEAVE] = {"leave", NULL, "leave", "[room]", "leave a room (the current one by default)",
		RESETS_IDLE, command_leave},
	[COMMAND_ROOMS] = {"rooms", "list", "rooms", "", "list the rooms",
		BEFORE_LOGIN | RESETS_IDLE, command_rooms},
	[COMMAND_LOOK] = {"look", "names", "names", "{after}", "list the people in the current room",
		BARE_WORD | IN_ROOM | RESETS_IDLE, command_look},
	[COMMAND_WHO] = {"who", NULL, "who", "[nick:name]",
		"list everyone online, or show one person", BARE_WORD | IN_ROOM, command_who},
	[COMMAND_TOPIC] = {"topic", NULL, "topic", "[topic:text...]",
		"show or set the room's topic; - clears it", IN_ROOM | RESETS_IDLE, command_topic},
	[COMMAND_HISTORY] = {"history", NULL, "history",
		"[with=name] [#limit:count] [#before=id] {#after} {#around} {events}",
		"show earlier messages",
		IN_ROOM | RESETS_IDLE, command_history},
	[COMMAND_SEARCH] = {"search", NULL, "search",
		"text:words... {from} {#before} {#limit} {with}",
		"search the messages of your rooms", IN_ROOM | RESETS_IDLE, command_search},
	[COMMAND_REGISTER] = {"register", NULL, "register", "password...",
		"make your name yours alone", 0, command_register},
	[COMMAND_PASSWORD] = {"password", NULL, "password", "old new...",
		"change your password", 0, command_password},
	[COMMAND_SESSIONS] = {"sessions", NULL, "sessions", "[#end=number]",
		"list where you are logged in, or end a session", 0, command_sessions},
	[COMMAND_UNREGISTER] = {"unregister", NULL, "unregister", "password...",
		"give your name back", 0, command_unregister},
	[COMMAND_HELP] = {"help", NULL, NULL, "[command]", "list the commands, or explain one",
		BEFORE_LOGIN | BARE_WORD, command_help},
	[COMMAND_LOGOUT] = {"logout", "quit q", NULL, "", "log out",
		BEFORE_LOGIN | BARE_WORD, command_logout},
	[COMMAND_RESUME] = {"resume", NULL, NULL, "resume {#after}", "go on with a session that was lost",
		NOT_TYPED | BEFORE_LOGIN, command_resume},
	[COMMAND_STAY] = {"stay", NULL, NULL, "login", "log in by a secret that a welcome bore",
		NOT_TYPED | BEFORE_LOGIN, command_stay},
	[COMMAND_READ] = {"read", NULL, "read", "#id {with}", "note up to where you have read",
		NOT_TYPED | COMMAND_NOT_RATED | IN_ROOM, command_read},
	[COMMAND_COMMANDS] = {"commands", NULL, "commands", "", "list the commands, for programs",
		NOT_TYPED, command_commands},
	[COMMAND_LINE] = {"command", NULL, "command", "line...", "do what a typed line does",
		NOT_TYPED | COMMAND_NOT_RATED | BEFORE_LOGIN, command_line},
	[COMMAND_PING] = {"ping", NULL, "ping", "", "ask for a pong", NOT_TYPED, command_ping},
};
/* clang-format on */

const struct command *
command_get(enum command_id id)
{
	return &commands[id];
}

static bool
words_have(const char *words, struct text word)
{
	struct text rest = text_of(words ? words : "");
	while (rest.len > 0)
		if (text_is_same_word(text_word(&rest), word))
			return true;
	return false;
}

const struct command *
command_find(struct text word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct command *c = &commands[i];
		if (!(c->flags & COMMAND_NOT_TYPED) &&
			(text_is_same_word(text_of(c->name), word) || words_have(c->also, word)))
			return c;
	}
	return NULL;
}

/* Takes `known` for *nearest if it is nearer to the word. */
static void
nearest_update(struct text *nearest, struct text known, struct text word)
{
	if (word_is_near(word, known) &&
		(!nearest->ptr || word_distance(word, known) < word_distance(word, *nearest)))
		*nearest = known;
}

struct text
command_nearest_word(struct text word)
{
	struct text nearest = TEXT_NONE;
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct command *c = &commands[i];
		if (c->flags & COMMAND_NOT_TYPED)
			continue;
		nearest_update(&nearest, text_of(c->name), word);
		for (struct text also = text_of(c->also ? c->also : ""); also.len > 0;)
			nearest_update(&nearest, text_word(&also), word);
	}
	return nearest;
}

const struct command *
command_of_type(struct text type)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (commands[i].type && text_is(text_of(commands[i].type), type))
			return &commands[i];
	return NULL;
}

void
command_help_text(struct strbuf *out, const struct command *command)
{
	const char *end = "";
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (command ? &commands[i] != command : commands[i].flags & COMMAND_NOT_TYPED)
			continue;
		strbuf_puts(out, end);
		command_help_line(out, &commands[i]);
		end = "\n";
	}
}

static struct text
word_after_slash(struct text word)
{
	bool slash = word.len > 0 && word.ptr[0] == '/';
	return slash ? (struct text){word.ptr + 1, word.len - 1} : word;
}

static enum reason
refuse_unknown_command(struct session *session, struct text word, const struct request *request)
{
	struct strbuf advice = {0};
	struct text nearest = command_nearest_word(word_after_slash(word));
	if (nearest.ptr)
		strbuf_printf(&advice, " Did you mean /%.*s?", TEXT_ARGS(nearest));
	else
		strbuf_puts(&advice, " /help lists the commands.");
	request_refuse_with(session, REASON_UNKNOWN_COMMAND, word, strbuf_view(&advice), request);
	strbuf_clear(&advice);
	return REASON_UNKNOWN_COMMAND;
}

enum reason
command_help(struct session *session, const struct request *request)
{
	const struct command *command = NULL;
	struct text word = request->arg[0];
	if (word.ptr) {
		command = command_find(word_after_slash(word));
		if (!command)
			return refuse_unknown_command(session, word, request);
	}
	struct strbuf body = {0};
	command_help_text(&body, command);
	struct event event = event_make(session->core, EVENT_HELP, session);
	event.body = strbuf_view(&body);
	event.ref = request->ref;
	session_tell(session, &event);
	strbuf_clear(&body);
	return REASON_OK;
}

/* `/who`: finds the command and splits its parameters; a usage sentence goes to `subject`. */
static enum reason
line_parse(struct text line, struct request *request, struct strbuf *subject)
{
	struct text word = text_word(&line);
	request->command = command_find(word);
	if (!request->command) {
		strbuf_printf(subject, "/%.*s", TEXT_ARGS(word));
		return REASON_UNKNOWN_COMMAND;
	}
	if (!request->about.ptr)
		request->about = text_of(request->command->name);
	command_usage(subject, request->command);
	return command_split(request->command, line, request);
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
	/*
	 * A line without a slash is a message; `//` begins a message that starts with one slash.
	 */
	if (!slash || (line.len > 0 && line.ptr[0] == '/')) {
		request.command = command_get(COMMAND_SAY);
		request.arg[0] = line;
		return session_request(session, &request);
	}
	struct strbuf subject = {0};
	enum reason reason = line_parse(line, &request, &subject);
	const struct command *command = request.command;
	if (!session->user && (!command || !(command->flags & COMMAND_BEFORE_LOGIN)))
		reason = REASON_HELLO_FIRST;
	if (reason == REASON_OK) {
		reason = session_request(session, &request);
	} else if (reason == REASON_UNKNOWN_COMMAND) {
		session_spend(session);
		refuse_unknown_command(session, strbuf_view(&subject), &request);
	} else {
		session_reject_input(session, reason, strbuf_view(&subject), ref, request.about);
	}
	strbuf_clear(&subject);
	return reason;
}

enum reason
command_line(struct session *session, const struct request *request)
{
	return session_command_line(session, request->arg[0], request->ref, request->about);
}
