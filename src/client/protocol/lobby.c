/*
 * The lobby protocol (SPEC 6.5): a room first, then a name, then messages. The server's digits
 * are answers only while one is awaited, and are not shown to the user.
 */
#include "client/protocol/lobby.h"

#include "client/model/command.h"
#include "client/protocol/lobby_past.h"
#include "client/protocol/text_lines.h"
#include "client/session/clock.h"
#include "client/session/login.h"
#include "teahouse/name_rules.h"

static const char help[] = "Type to talk in the room, or use a command:\n"
			   "/who, /look, /names    list the people in the room\n"
			   "/say TEXT              say TEXT\n"
			   "/history [COUNT]       show what was said before\n"
			   "/help                  show this list\n"
			   "/quit, /exit, /q       quit";

static const char *const commands[] = {
	"who", "look", "names", "say", "history", "help", "logout", "quit", "exit", "q"};

/* The state of a connection. */
struct lobby {
	unsigned room_lists;   /* requested, of which nothing has arrived */
	size_t rooms_left;     /* names of the current list of rooms that are still to come */
	struct strbuf rooms;   /* those that have arrived */
	bool joined;           /* a room: what is sent next is the nick */
	bool answer_pending;   /* to the room or the nick */
	unsigned member_lists; /* requested, of which nothing has arrived */
	bool member_list;      /* one is arriving */
	bool first_list_begun; /* the first one, which the client requested by itself */
	bool list_is_first;    /* that is the one that is arriving */
	struct strbuf members; /* that have arrived of it and are not shown yet */
};

static void
lobby_send(struct session *session, const char *word, struct text text)
{
	text_lines_send(session, word, text, LOBBY_BYTES);
}

static void
lobby_request_members(struct session *session)
{
	struct lobby *lobby = session->protocol_state;
	lobby->member_lists++;
	lobby_send(session, "/who", text_of(""));
}

static void
lobby_notice(struct session *session, enum line_kind kind, const struct strbuf *buf)
{
	model_add_notice(session->model, kind, TEXT_NONE, strbuf_view(buf), wall_ms());
}

/* Logging in: what the user is asked. */

static void
lobby_request_rooms(struct session *session)
{
	struct lobby *lobby = session->protocol_state;
	lobby->room_lists++;
	lobby_send(session, "/list", text_of(""));
}

static const struct prompt prompt_list_or_join, prompt_room;

static void
lobby_choose(struct session *session, struct text line, bool by_name)
{
	bool slash = line.len > 0 && line.ptr[0] == '/';
	struct text rest = {line.ptr + slash, line.len - slash}, whole = text_trim(rest);
	struct text word = text_word(&rest);
	bool list = command_is(word, "list") || command_is(word, "rooms");
	bool join = command_is(word, "join");
	if (list && rest.len == 0) {
		lobby_request_rooms(session);
	} else if (join && rest.len == 0) {
		login_ask(session, &prompt_room, "Which room?");
	} else if (join || (by_name && !slash && whole.len > 0)) {
		login_choose_room(session, join ? rest : whole);
		session_log_in(session);
	} else {
		session_notice(session, LINE_LOCAL,
			"Type list to see the rooms, join ROOM to join one, or /q to quit.", NULL);
	}
}

static void
lobby_answer_list_or_join(struct session *session, struct text line)
{
	lobby_choose(session, line, false);
}

static void
lobby_answer_room(struct session *session, struct text line)
{
	lobby_choose(session, line, true);
}

static const struct prompt prompt_list_or_join = {
	"list or join", "choose a room", true, lobby_answer_list_or_join};
static const struct prompt prompt_room = {"room", "choose a room", true, lobby_answer_room};

static void
lobby_log_in(struct session *session)
{
	session->model->single_window = true;
	struct lobby *lobby = session->protocol_state;
	struct text room = login_room(session), nick = text_of(session->model->nick);
	if (!lobby->joined && !room.ptr) {
		login_ask(session, &prompt_list_or_join,
			"Would you like to list the rooms, or to join one? "
			"Type list, or join ROOM.");
	} else if (lobby->joined && nick.len == 0) {
		login_ask(session, &prompt_nick, "What is your name?");
	} else {
		lobby->answer_pending = true;
		lobby_send(
			session, lobby->joined ? "/nick " : "/join ", lobby->joined ? nick : room);
	}
}

/* Logging in: what the server answers. */

static void
lobby_show_rooms(struct session *session, size_t n)
{
	struct lobby *lobby = session->protocol_state;
	struct strbuf buf = {0};
	if (n == 0)
		strbuf_puts(&buf, "There are no rooms yet. Joining one creates it.");
	else
		strbuf_printf(&buf, "Rooms:%.*s", TEXT_ARGS(strbuf_view(&lobby->rooms)));
	lobby_notice(session, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
	strbuf_clear(&lobby->rooms);
	if (session->state == SESSION_PROMPTING && lobby->room_lists == 0)
		login_ask(session, &prompt_room, "Which room would you like to join?");
}

static void
lobby_receive_room(struct session *session, struct text name)
{
	struct lobby *lobby = session->protocol_state;
	model_learn_room(session->model, name);
	strbuf_printf(&lobby->rooms, "\n%.*s", TEXT_ARGS(name));
	if (--lobby->rooms_left == 0)
		lobby_show_rooms(session, 1);
}

static bool
lobby_receive_count(struct session *session, struct text string)
{
	struct lobby *lobby = session->protocol_state;
	size_t n = 0;
	for (size_t i = 0; i < string.len; i++) {
		if (string.ptr[i] < '0' || string.ptr[i] > '9' || i == 9)
			return false;
		n = n * 10 + (size_t)(string.ptr[i] - '0');
	}
	lobby->room_lists--;
	lobby->rooms_left = n;
	if (n == 0)
		lobby_show_rooms(session, 0);
	return true;
}

static void
lobby_entered(struct session *session)
{
	struct model *model = session->model;
	struct text room = login_room(session);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		model_learn_command(model, text_of(commands[i]));
	text_lines_learn_manual(model, help);
	login_accepted(session, text_of(model->nick));
	model_entered(model, room, text_of(model->nick), wall_ms(), true);
	lobby_request_members(session);
}

static void
lobby_refused(struct session *session, bool taken)
{
	static const char rule[] = "no spaces, none of # @ : , * ! / \" < >";
	const struct lobby *lobby = session->protocol_state;
	struct strbuf buf = {0};
	if (!lobby->joined)
		strbuf_printf(&buf, "\"%.*s\" cannot be a room's name: 1 to %d characters, %s",
			TEXT_ARGS(login_room(session)), ROOM_CHARACTERS, rule);
	else if (taken)
		strbuf_printf(&buf, "The name \"%s\" is already in use.", session->model->nick);
	else
		strbuf_printf(&buf,
			"The name \"%s\" cannot be used: 1 to %d characters, %s, and none of "
			"~ & %% + $ - = at the start",
			session->model->nick, NICK_CHARACTERS, rule);
	enum refusal refusal = taken ? REFUSED_NICK_TAKEN : REFUSED_NICK;
	login_refused(session, lobby->joined ? refusal : REFUSED_ROOM, strbuf_view(&buf));
	strbuf_clear(&buf);
}

/* The answer to a room or a name. */
static bool
lobby_receive_code(struct session *session, struct text string)
{
	struct lobby *lobby = session->protocol_state;
	if (string.len != 1 || string.ptr[0] < '0' || string.ptr[0] > '2')
		return false;
	lobby->answer_pending = false;
	if (string.ptr[0] != '0') {
		lobby_refused(session, string.ptr[0] == '2');
	} else if (lobby->joined) {
		lobby_entered(session);
	} else {
		lobby->joined = true;
		session_log_in(session);
	}
	return true;
}

/* Something that was not requested, or an unexpected answer. */
static void
lobby_receive_other(struct session *session, struct text string)
{
	bool code = string.len == 1 && string.ptr[0] >= '0' && string.ptr[0] <= '2';
	if (code)
		string = text_of("The server did not understand that.");
	if (string.len > 0)
		model_add_notice(session->model, LINE_NOTICE, TEXT_NONE, string, wall_ms());
}

static void
lobby_receive_login(struct session *session, struct text string)
{
	struct lobby *lobby = session->protocol_state;
	struct text sentence;
	if (text_skip_prefix(string, "*** ", &sentence))
		login_warn(session, sentence);
	else if (lobby->rooms_left > 0)
		lobby_receive_room(session, string);
	else if (lobby->room_lists > 0 && lobby_receive_count(session, string))
		return;
	else if (!lobby->answer_pending || !lobby_receive_code(session, string))
		lobby_receive_other(session, string);
}

/* In the room. */

/* Shows the members that have arrived. */
static void
lobby_on_batch_end(struct session *session)
{
	struct lobby *lobby = session->protocol_state;
	if (lobby->members.len == 0)
		return;
	struct text room = text_of(session->model->here->name);
	struct strbuf buf = {0};
	strbuf_printf(
		&buf, "In %.*s: %.*s", TEXT_ARGS(room), TEXT_ARGS(strbuf_view(&lobby->members)));
	if (lobby->list_is_first)
		session_show_members(session, room);
	else
		lobby_notice(session, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
	strbuf_clear(&lobby->members);
}

/*
 * Nothing tells the end of a list of members: it has ended when something else arrives, or a
 * member that it has already, who then begins the next list.
 */
static void
lobby_receive_member(struct session *session, struct text name)
{
	struct lobby *lobby = session->protocol_state;
	const struct room *here = session->model->here;
	struct text room = text_of(here->name);
	if (!lobby->member_list || (lobby->member_lists > 0 && strset_has(&here->members, name))) {
		lobby_on_batch_end(session);
		lobby->member_lists--;
		lobby->member_list = true;
		lobby->list_is_first = !lobby->first_list_begun;
		lobby->first_list_begun = true;
		model_set_members(session->model, room, 0, true);
	}
	model_add_member(session->model, room, name);
	strbuf_printf(&lobby->members, "%s%.*s", lobby->members.len ? ", " : "", TEXT_ARGS(name));
}

/* `*** ann has joined`, or another sentence of the server. */
static void
lobby_receive_event(struct session *session, struct text sentence)
{
	struct text rest = sentence, nick, new;
	struct text room = text_of(session->model->here->name);
	int64_t now = wall_ms();
	bool by_other =
		text_split(&rest, ' ', &nick) && !text_is(nick, text_of(session->model->nick));
	if (by_other && text_is(rest, text_of("has joined")))
		model_entered(session->model, room, nick, now, false);
	else if (by_other && text_is(rest, text_of("has left")))
		model_left(session->model, room, nick, now);
	else if (by_other && text_skip_prefix(rest, "is now known as ", &new))
		model_renamed(session->model, nick, new, now);
	else
		lobby_receive_other(session, sentence);
}

/* Takes the colon off a word `nick:`. False: the word has another form. */
static bool
word_is_nick(struct text *word)
{
	if (word->len < 2 || word->ptr[word->len - 1] != ':')
		return false;
	word->len--;
	return true;
}

/* `ann: hi`, `ann -> bob: hi`, `[ann waves]`; a nick contains neither a space nor a colon. */
static void
lobby_receive_speech(struct session *session, struct text string)
{
	struct model *model = session->model;
	struct text rest = string, who, to, room = text_of(model->here->name);
	int64_t now = wall_ms();
	if (lobby_receive_past(session, string))
		return;
	text_split(&rest, ' ', &who);
	if (word_is_nick(&who)) {
		/* What the user says has been shown when it was sent. */
		if (!text_is(who, text_of(model->nick)))
			model_add_message(model, LINE_MESSAGE, room, who, rest, now);
		return;
	}
	struct text body = rest;
	if (text_skip_prefix(body, "-> ", &body) && text_split(&body, ' ', &to) &&
		word_is_nick(&to)) {
		model_add_direct(model, who, to, body, now);
	} else if (string.ptr[0] == '[' && string.ptr[string.len - 1] == ']') {
		rest.len--;
		who = (struct text){who.ptr + 1, who.len - 1};
		model_add_message(model, LINE_EMOTE, room, who, rest, now);
	} else {
		lobby_receive_other(session, string);
	}
}

static void
lobby_receive_online(struct session *session, struct text string)
{
	struct lobby *lobby = session->protocol_state;
	struct text sentence;
	bool word = string.len > 0 && !memchr(string.ptr, ' ', string.len);
	if (word && (lobby->member_list || lobby->member_lists > 0)) {
		lobby_receive_member(session, string);
		return;
	}
	lobby_on_batch_end(session);
	lobby->member_list = false;
	if (word)
		lobby_receive_other(session, string);
	else if (text_skip_prefix(string, "*** ", &sentence))
		lobby_receive_event(session, sentence);
	else if (string.len > 0)
		lobby_receive_speech(session, string);
}

static void
lobby_on_message(struct session *session, struct text string)
{
	if (session->state == SESSION_ONLINE)
		lobby_receive_online(session, string);
	else
		lobby_receive_login(session, string);
}

static void
lobby_send_text(struct session *session, struct text text)
{
	struct strbuf strings = {0};
	if (text_lines_add(&strings, text_of(""), text, LOBBY_BYTES, '/')) {
		session_send(session, strbuf_view(&strings));
		model_add_message(session->model, LINE_MESSAGE, text_of(session->model->here->name),
			text_of(session->model->nick), text, wall_ms());
	} else {
		session_notice(session, LINE_REFUSED,
			"The lobby protocol cannot send a line that begins with a slash.", NULL);
	}
	strbuf_clear(&strings);
}

static void
lobby_request_history(struct session *session, struct text rest)
{
	session->answers_time = wall_ms();
	lobby_send(session, rest.len > 0 ? "/history " : "/history", rest);
}

static bool
lobby_send_line(struct session *session, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = TEXT_NONE;
	(void)room;
	(void)ref;
	bool is_command = command_parse(&rest, &command);
	if (!is_command || (command_is(command, "say") && rest.len > 0))
		lobby_send_text(session, rest);
	else if (command_is(command, "who") || command_is(command, "look") ||
		 command_is(command, "names"))
		lobby_request_members(session);
	else if (command_is(command, "history"))
		lobby_request_history(session, rest);
	else if (command_is(command, "help"))
		session_notice(session, LINE_NOTICE, help, NULL);
	else
		session_unknown_command(session, command);
	return false;
}

static void
lobby_say_goodbye(struct session *session)
{
	lobby_send(session, "/logout", text_of(""));
}

static void
lobby_on_close(struct session *session)
{
	struct lobby *lobby = session->protocol_state;
	strbuf_clear(&lobby->rooms);
	strbuf_clear(&lobby->members);
}

const struct protocol protocol_lobby = {
	.name = "lobby",
	.port = "5220",
	.framing = &framing_relay,
	.rooms = ROOMS_CHOSEN,
	.state_size = sizeof(struct lobby),
	.log_in = lobby_log_in,
	.on_message = lobby_on_message,
	.on_batch_end = lobby_on_batch_end,
	.send_line = lobby_send_line,
	.say_goodbye = lobby_say_goodbye,
	.on_close = lobby_on_close,
};
