/*
 * The lobby protocol (SPEC 6.5): a room first, then a name, then talk. The
 * server's digits are answers only while one is awaited; nobody is shown them.
 */
#include "client/plain.h"
#include "teahouse/name_rules.h"

static const char help[] = "What is typed is said in the room; besides there is\n"
			   "/who, /look, /names    who is in the room\n"
			   "/say TEXT              say it\n"
			   "/help                  this list\n"
			   "/logout, /quit, /q     leave";

/* What a connection keeps. */
struct lobby {
	unsigned lists;       /* of rooms, asked for and not begun */
	size_t left;          /* names of the list that has begun, still to come */
	struct strbuf rooms;  /* those that came */
	bool joined;          /* the room; what it awaits an answer to then is the nick */
	bool asked;           /* an answer to that is awaited */
	unsigned whos;        /* lists of people, asked for and not begun */
	bool who;             /* one has begun */
	bool introduced;      /* the first one has begun, which the client asked for by itself */
	bool unasked;         /* that is the one that has begun */
	struct strbuf people; /* of it, not told yet */
};

static void
lobby_send(struct visit *visit, const char *word, struct text text)
{
	plain_send(visit, word, text, LOBBY_BYTES);
}

static void
lobby_ask_people(struct visit *visit)
{
	struct lobby *lobby = visit->memory;
	lobby->whos++;
	lobby_send(visit, "/who", text_of(""));
}

static void
lobby_note(struct visit *visit, enum line_kind kind, const struct strbuf *buf)
{
	model_note(visit->model, kind, TEXT_NONE, strbuf_view(buf), visit_time());
}

/* The way in: questions to a person. */

static void
lobby_list(struct visit *visit)
{
	struct lobby *lobby = visit->memory;
	lobby->lists++;
	lobby_send(visit, "/list", text_of(""));
}

static const struct question question_way, question_room;

static void
lobby_choose(struct visit *visit, struct text line, bool by_name)
{
	bool slash = line.len > 0 && line.ptr[0] == '/';
	struct text rest = {line.ptr + slash, line.len - slash}, whole = text_trim(rest);
	struct text word = text_word(&rest);
	bool list = text_is(word, text_of("list")) || text_is(word, text_of("rooms"));
	bool join = text_is(word, text_of("join"));
	if (list && rest.len == 0) {
		lobby_list(visit);
	} else if (join && rest.len == 0) {
		visit_ask(visit, &question_room, "Which room?");
	} else if (join || (by_name && !slash && whole.len > 0)) {
		visit_choose_room(visit, join ? rest : whole);
		visit_greet(visit);
	} else {
		visit_note(visit, LINE_LOCAL,
			"Please type list to see the rooms, join ROOM to enter one, or /q to "
			"leave.",
			NULL);
	}
}

static void
lobby_answer_way(struct visit *visit, struct text line)
{
	lobby_choose(visit, line, false);
}

static void
lobby_answer_room(struct visit *visit, struct text line)
{
	lobby_choose(visit, line, true);
}

static const struct question question_way = {
	"list or join", "choose a room", true, lobby_answer_way};
static const struct question question_room = {"room", "choose a room", true, lobby_answer_room};

static void
lobby_greet(struct visit *visit)
{
	struct lobby *lobby = visit->memory;
	struct text room = visit_room(visit), nick = text_of(visit->model->nick);
	if (!lobby->joined && !room.ptr) {
		visit_ask(visit, &question_way,
			"Would you like to list the rooms, or to join one? "
			"Please type list, or join ROOM.");
	} else if (lobby->joined && nick.len == 0) {
		visit_ask(visit, &question_name, "What is your name?");
	} else {
		lobby->asked = true;
		lobby_send(visit, lobby->joined ? "/nick " : "/join ", lobby->joined ? nick : room);
	}
}

/* The way in: answers of the server. */

static void
lobby_tell_rooms(struct visit *visit, size_t n)
{
	struct lobby *lobby = visit->memory;
	struct strbuf buf = {0};
	if (n == 0)
		strbuf_puts(&buf, "There are no rooms yet; joining one makes it.");
	else
		strbuf_printf(&buf, "Rooms:%.*s", TEXT_ARGS(strbuf_view(&lobby->rooms)));
	lobby_note(visit, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
	strbuf_clear(&lobby->rooms);
	if (visit->state == VISIT_CHOOSING && lobby->lists == 0)
		visit_ask(visit, &question_room, "Which room would you like to join?");
}

static void
lobby_hear_room(struct visit *visit, struct text name)
{
	struct lobby *lobby = visit->memory;
	model_learn_room(visit->model, name);
	strbuf_printf(&lobby->rooms, "\n%.*s", TEXT_ARGS(name));
	if (--lobby->left == 0)
		lobby_tell_rooms(visit, 1);
}

static bool
lobby_hear_count(struct visit *visit, struct text string)
{
	struct lobby *lobby = visit->memory;
	size_t n = 0;
	for (size_t i = 0; i < string.len; i++) {
		if (string.ptr[i] < '0' || string.ptr[i] > '9' || i == 9)
			return false;
		n = n * 10 + (size_t)(string.ptr[i] - '0');
	}
	lobby->lists--;
	lobby->left = n;
	if (n == 0)
		lobby_tell_rooms(visit, 0);
	return true;
}

static void
lobby_enter(struct visit *visit)
{
	struct model *model = visit->model;
	struct text room = visit_room(visit);
	model_learn_commands(model, text_of(help));
	visit_welcome(visit, text_of(model->nick));
	model_entered(model, room, text_of(model->nick), visit_time(), true);
	lobby_ask_people(visit);
}

static void
lobby_refuse(struct visit *visit, bool taken)
{
	static const char rule[] = "no spaces, none of # @ : , * ! / \" < >";
	const struct lobby *lobby = visit->memory;
	struct strbuf buf = {0};
	if (!lobby->joined)
		strbuf_printf(&buf, "\"%.*s\" cannot be a room's name: 1 to %d characters, %s",
			TEXT_ARGS(visit_room(visit)), ROOM_CHARACTERS, rule);
	else if (taken)
		strbuf_printf(&buf, "The name \"%s\" is taken.", visit->model->nick);
	else
		strbuf_printf(&buf,
			"The name \"%s\" cannot be used: 1 to %d characters, %s, and none of "
			"~ & %% + $ - = at the start",
			visit->model->nick, NICK_CHARACTERS, rule);
	enum refusal refusal = taken ? REFUSED_TAKEN : REFUSED_NICK;
	visit_refuse(visit, lobby->joined ? refusal : REFUSED_ROOM, strbuf_view(&buf));
	strbuf_clear(&buf);
}

/* The answer to a room or a name. */
static bool
lobby_hear_code(struct visit *visit, struct text string)
{
	struct lobby *lobby = visit->memory;
	if (string.len != 1 || string.ptr[0] < '0' || string.ptr[0] > '2')
		return false;
	lobby->asked = false;
	if (string.ptr[0] != '0') {
		lobby_refuse(visit, string.ptr[0] == '2');
	} else if (lobby->joined) {
		lobby_enter(visit);
	} else {
		lobby->joined = true;
		visit_greet(visit);
	}
	return true;
}

/* What was not asked for, or not like this. */
static void
lobby_hear_other(struct visit *visit, struct text string)
{
	bool code = string.len == 1 && string.ptr[0] >= '0' && string.ptr[0] <= '2';
	if (code)
		string = text_of("The server did not understand something.");
	if (string.len > 0)
		model_note(visit->model, LINE_NOTICE, TEXT_NONE, string, visit_time());
}

static void
lobby_hear_outside(struct visit *visit, struct text string)
{
	struct lobby *lobby = visit->memory;
	struct text sentence;
	if (plain_begins(string, "*** ", &sentence))
		visit_warn(visit, sentence);
	else if (lobby->left > 0)
		lobby_hear_room(visit, string);
	else if (lobby->lists > 0 && lobby_hear_count(visit, string))
		return;
	else if (!lobby->asked || !lobby_hear_code(visit, string))
		lobby_hear_other(visit, string);
}

/* In the room. */

/* Tells who has been heard to be there. */
static void
lobby_rest(struct visit *visit)
{
	struct lobby *lobby = visit->memory;
	if (lobby->people.len == 0)
		return;
	struct text room = text_of(model_here(visit->model)->name);
	struct strbuf buf = {0};
	strbuf_printf(
		&buf, "In %.*s: %.*s", TEXT_ARGS(room), TEXT_ARGS(strbuf_view(&lobby->people)));
	if (lobby->unasked)
		visit_tell_people(visit, room);
	else
		lobby_note(visit, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
	strbuf_clear(&lobby->people);
}

/*
 * Names come without a word that they were all. They are at an end when
 * something else comes, or one that has been there begins the next list.
 */
static void
lobby_hear_name(struct visit *visit, struct text name)
{
	struct lobby *lobby = visit->memory;
	const struct room *here = model_here(visit->model);
	struct text room = text_of(here->name);
	if (!lobby->who || (lobby->whos > 0 && words_has(&here->people, name))) {
		lobby_rest(visit);
		lobby->whos--;
		lobby->who = true;
		lobby->unasked = !lobby->introduced;
		lobby->introduced = true;
		model_people(visit->model, room, 0, true);
	}
	model_person(visit->model, room, name);
	strbuf_printf(&lobby->people, "%s%.*s", lobby->people.len ? ", " : "", TEXT_ARGS(name));
}

/* `*** ann has joined`, and whatever else the server tells. */
static void
lobby_hear_event(struct visit *visit, struct text sentence)
{
	struct text rest = sentence, nick, new;
	struct text room = text_of(model_here(visit->model)->name);
	int64_t now = visit_time();
	bool other = plain_split(&rest, ' ', &nick) && !text_is(nick, text_of(visit->model->nick));
	if (other && text_is(rest, text_of("has joined")))
		model_entered(visit->model, room, nick, now, false);
	else if (other && text_is(rest, text_of("has left")))
		model_left(visit->model, room, nick, now);
	else if (other && plain_begins(rest, "is now known as ", &new))
		model_renamed(visit->model, nick, new, now);
	else
		lobby_hear_other(visit, sentence);
}

/* Takes the name off a word `name:`. False: it is none. */
static bool
word_names(struct text *word)
{
	if (word->len < 2 || word->ptr[word->len - 1] != ':')
		return false;
	word->len--;
	return true;
}

/* `ann: hi`, `ann -> bob: hi`, `[ann waves]`: a name has neither a space nor a colon in it. */
static void
lobby_hear_speech(struct visit *visit, struct text string)
{
	struct model *model = visit->model;
	struct text rest = string, who, to, room = text_of(model_here(model)->name);
	int64_t now = visit_time();
	plain_split(&rest, ' ', &who);
	if (word_names(&who)) {
		/* What one says oneself has been shown. */
		if (!text_is(who, text_of(model->nick)))
			model_said(model, LINE_SAID, room, who, rest, now);
		return;
	}
	struct text body = rest;
	if (plain_begins(body, "-> ", &body) && plain_split(&body, ' ', &to) && word_names(&to)) {
		model_direct(model, who, to, body, now);
	} else if (string.ptr[0] == '[' && string.ptr[string.len - 1] == ']') {
		rest.len--;
		who = (struct text){who.ptr + 1, who.len - 1};
		model_said(model, LINE_EMOTE, room, who, rest, now);
	} else {
		lobby_hear_other(visit, string);
	}
}

static void
lobby_hear_inside(struct visit *visit, struct text string)
{
	struct lobby *lobby = visit->memory;
	struct text sentence;
	bool word = string.len > 0 && !memchr(string.ptr, ' ', string.len);
	if (word && (lobby->who || lobby->whos > 0)) {
		lobby_hear_name(visit, string);
		return;
	}
	lobby_rest(visit);
	lobby->who = false;
	if (word)
		lobby_hear_other(visit, string);
	else if (plain_begins(string, "*** ", &sentence))
		lobby_hear_event(visit, sentence);
	else if (string.len > 0)
		lobby_hear_speech(visit, string);
}

static void
lobby_hear(struct visit *visit, struct text string)
{
	if (visit->state == VISIT_IN)
		lobby_hear_inside(visit, string);
	else
		lobby_hear_outside(visit, string);
}

static void
lobby_say_text(struct visit *visit, struct text text)
{
	struct strbuf strings = {0};
	if (plain_add(&strings, text_of(""), text, LOBBY_BYTES, '/')) {
		visit_send(visit, strbuf_view(&strings));
		model_said(visit->model, LINE_SAID, text_of(model_here(visit->model)->name),
			text_of(visit->model->nick), text, visit_time());
	} else {
		visit_note(visit, LINE_REFUSED,
			"The lobby protocol cannot say a line that begins with a slash.", NULL);
	}
	strbuf_clear(&strings);
}

static bool
lobby_say(struct visit *visit, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = {NULL, 0};
	(void)room;
	(void)ref;
	bool is_command = visit_command(&rest, &command);
	if (!is_command || (text_is(command, text_of("say")) && rest.len > 0))
		lobby_say_text(visit, rest);
	else if (text_is(command, text_of("who")) || text_is(command, text_of("look")) ||
		 text_is(command, text_of("names")))
		lobby_ask_people(visit);
	else if (text_is(command, text_of("help")))
		visit_note(visit, LINE_NOTICE, help, NULL);
	else
		visit_lack(visit, command);
	return false;
}

static void
lobby_part(struct visit *visit)
{
	lobby_send(visit, "/logout", text_of(""));
}

static void
lobby_forget(struct visit *visit)
{
	struct lobby *lobby = visit->memory;
	strbuf_clear(&lobby->rooms);
	strbuf_clear(&lobby->people);
}

const struct protocol protocol_lobby = {
	.name = "lobby",
	.port = "5220",
	.framing = &framing_relay,
	.rooms = ROOMS_CHOSEN,
	.memory = sizeof(struct lobby),
	.greet = lobby_greet,
	.hear = lobby_hear,
	.rest = lobby_rest,
	.say = lobby_say,
	.part = lobby_part,
	.forget = lobby_forget,
};
