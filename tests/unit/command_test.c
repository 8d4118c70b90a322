/*
 * The table of the commands: what each row promises in /help, in its usage and
 * as a packet, and how lines are split by it (SPEC 5).
 */
#include "unit.h"

#include "teahouse/command.h"

static bool
is_typed(const struct command *command)
{
	return !(command->flags & COMMAND_NOT_TYPED);
}

/* All words that may be typed, in the table's order. */
static size_t
all_words(struct text *words, size_t max)
{
	size_t n = 0;
	for (const struct command *c = command_get(0), *end = c + COMMAND_COUNT; c < end; c++) {
		if (!is_typed(c))
			continue;
		assert_true(n < max);
		words[n++] = text_of(c->name);
		struct text also = text_of(c->also ? c->also : "");
		while (also.len > 0) {
			assert_true(n < max);
			words[n++] = text_word(&also);
		}
	}
	return n;
}

static void
every_command_of_the_manual_is_there(void **state)
{
	(void)state;
	static const char *const words[][2] = {{"login", "login"}, {"nick", "nick"}, {"say", "say"},
		{"me", "me"}, {"msg", "msg"}, {"message", "msg"}, {"join", "join"},
		{"leave", "leave"}, {"rooms", "rooms"}, {"list", "rooms"}, {"look", "look"},
		{"names", "look"}, {"who", "who"}, {"topic", "topic"}, {"history", "history"},
		{"search", "search"}, {"register", "register"}, {"password", "password"},
		{"sessions", "sessions"}, {"unregister", "unregister"}, {"help", "help"},
		{"logout", "logout"}, {"quit", "logout"}, {"q", "logout"}};
	struct text all[64];
	for (size_t i = 0; i < COUNT(words); i++) {
		const struct command *command = command_find(text_of(words[i][0]));
		assert_non_null(command);
		assert_string_equal(command->name, words[i][1]);
	}
	assert_int_equal(all_words(all, 64), COUNT(words));
}

static void
no_word_is_two_commands(void **state)
{
	(void)state;
	struct text words[64];
	size_t n = all_words(words, 64);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			assert_false(text_is(words[i], words[j]));
}

static void
a_word_is_found_in_any_case_and_only_whole(void **state)
{
	(void)state;
	assert_null(command_find(BYTES("")));
	assert_ptr_equal(command_find(BYTES("Who")), command_get(COMMAND_WHO));
	assert_ptr_equal(command_find(BYTES("NAMES")), command_get(COMMAND_LOOK));
	assert_ptr_equal(command_find(BYTES("Q")), command_get(COMMAND_LOGOUT));
	assert_null(command_find(BYTES("/who")));
	assert_null(command_find(BYTES("wh")));
	assert_null(command_find(BYTES("whoo")));
	assert_null(command_find(BYTES("quit q")));
	assert_null(command_find(BYTES("who\0")));
}

static void
what_is_a_packet_only_cannot_be_typed(void **state)
{
	(void)state;
	assert_null(command_find(BYTES("ping")));
	assert_null(command_find(BYTES("command")));
	assert_non_null(command_of_type(BYTES("ping")));
	assert_non_null(command_of_type(BYTES("command")));
}

static void
every_packet_of_the_manual_has_its_command(void **state)
{
	(void)state;
	static const char *const types[] = {"hello", "chat", "emote", "direct", "join", "leave",
		"nick", "rooms", "names", "who", "topic", "command", "commands", "ping", "history",
		"search", "register", "password", "sessions", "unregister", "read"};
	size_t n = 0;
	for (size_t i = 0; i < COUNT(types); i++)
		assert_non_null(command_of_type(text_of(types[i])));
	for (const struct command *c = command_get(0), *end = c + COMMAND_COUNT; c < end; c++)
		n += c->type != NULL;
	assert_int_equal(n, COUNT(types));
	assert_null(command_of_type(BYTES("")));
	assert_null(command_of_type(BYTES("say")));
	assert_null(command_of_type(BYTES("welcome")));
}

static void
usage_says_what_a_command_takes(void **state)
{
	(void)state;
	static const char *const usages[] = {"/login NAME [PASSWORD]", "/nick NAME", "/say TEXT",
		"/me ACTION", "/msg NAME TEXT", "/join ROOM", "/leave [ROOM]", "/rooms", "/look",
		"/who [NAME]", "/topic [TEXT]", "/history [with NAME] [COUNT] [before ID]",
		"/search WORDS", "/register PASSWORD", "/password OLD NEW",
		"/sessions [end NUMBER]", "/unregister PASSWORD", "/help [COMMAND]", "/logout"};
	size_t n = 0;
	for (const struct command *c = command_get(0), *end = c + COMMAND_COUNT; c < end; c++) {
		if (!is_typed(c))
			continue;
		struct strbuf usage = {0};
		command_usage(&usage, c);
		assert_true(n < COUNT(usages));
		assert_text(strbuf_view(&usage), text_of(usages[n++]));
		strbuf_clear(&usage);
	}
	assert_int_equal(n, COUNT(usages));
}

static void
every_row_fits_a_request(void **state)
{
	(void)state;
	for (const struct command *c = command_get(0), *end = c + COMMAND_COUNT; c < end; c++) {
		const char *params = c->params;
		struct param param;
		bool rest = false, optional = false;
		size_t n = 0;
		for (; command_param(&params, &param); n++) {
			/* Nothing follows what takes the rest; nothing needed what may be missing. */
			assert_false(rest && !param.not_typed);
			assert_false(optional && !param.optional);
			assert_true(param.field.len > 0 && param.shown.len > 0);
			rest = param.rest;
			optional = param.optional;
		}
		assert_true(n <= COMMAND_ARGS);
		assert_non_null(c->run);
		assert_non_null(c->help);
	}
}

static void
params_say_field_and_shown_word(void **state)
{
	(void)state;
	const char *params = "to:nick [room] message:text...";
	struct param param;
	assert_true(command_param(&params, &param));
	assert_text(param.field, BYTES("to"));
	assert_text(param.shown, BYTES("nick"));
	assert_false(param.optional || param.rest);
	assert_true(command_param(&params, &param));
	assert_text(param.field, BYTES("room"));
	assert_text(param.shown, BYTES("room"));
	assert_true(param.optional && !param.rest);
	assert_true(command_param(&params, &param));
	assert_text(param.field, BYTES("message"));
	assert_text(param.shown, BYTES("text"));
	assert_true(param.rest && !param.optional);
	assert_false(command_param(&params, &param));
}

#define MISSING         \
	(struct text)   \
	{               \
		NULL, 0 \
	}

/* Splits what stands behind the word. */
static void
split_must_be(const char *word, struct text rest, enum reason reason, struct text one,
	struct text two, const char *file, int line)
{
	struct request request = {.ref = MISSING};
	enum reason got = command_split(command_find(text_of(word)), rest, &request);
	if (got != reason)
		bytes_show(word, rest);
	_assert_int_equal(got, reason, file, line);
	if (reason != REASON_OK)
		return;
	_assert_int_equal(!request.arg[0].ptr, !one.ptr, file, line);
	_assert_int_equal(!request.arg[1].ptr, !two.ptr, file, line);
	text_must_be(request.arg[0], one, file, line);
	text_must_be(request.arg[1], two, file, line);
}

#define assert_split(word, rest, one, two) \
	split_must_be(word, BYTES(rest), REASON_OK, one, two, __FILE__, __LINE__)
#define assert_usage(word, rest) \
	split_must_be(word, BYTES(rest), REASON_USAGE, MISSING, MISSING, __FILE__, __LINE__)

static void
text_is_the_rest_of_the_line_with_its_spaces(void **state)
{
	(void)state;
	assert_split("say", "hello  there ", BYTES("hello  there"), MISSING);
	assert_split("me", " goes\tout", BYTES("goes\tout"), MISSING);
	assert_split("msg", "ann  two  words ", BYTES("ann"), BYTES("two  words"));
	assert_split("msg", " ann\tx", BYTES("ann"), BYTES("x"));
	assert_split("topic", "Earl Grey", BYTES("Earl Grey"), MISSING);
	assert_split("say", "a\nb", BYTES("a\nb"), MISSING);
	assert_split("say", "\xc2\xa0", BYTES("\xc2\xa0"), MISSING);
}

static void
what_may_be_missing_may_be_missing(void **state)
{
	(void)state;
	assert_split("topic", "", MISSING, MISSING);
	assert_split("topic", "  ", MISSING, MISSING);
	assert_split("leave", "", MISSING, MISSING);
	assert_split("leave", " tea ", BYTES("tea"), MISSING);
	assert_split("help", "", MISSING, MISSING);
	assert_split("help", "msg", BYTES("msg"), MISSING);
	assert_split("who", " ", MISSING, MISSING);
}

static void
what_is_missing_gets_its_usage(void **state)
{
	(void)state;
	assert_usage("login", "");
	assert_usage("nick", " ");
	assert_usage("say", "");
	assert_usage("me", "\t");
	assert_usage("msg", "");
	assert_usage("msg", "ann");
	assert_usage("msg", "ann ");
	assert_usage("join", "");
}

static void
what_is_too_much_gets_its_usage(void **state)
{
	(void)state;
	assert_usage("leave", "tea now");
	assert_usage("help", "me please");
	assert_usage("who", "is there");
	assert_usage("look", "here");
	assert_usage("rooms", "x");
	assert_usage("logout", "now");
}

static void
a_nick_of_two_words_is_for_the_core_to_refuse(void **state)
{
	(void)state;
	assert_split("nick", "ann lee", BYTES("ann lee"), MISSING);
	assert_split("login", "ann two words", BYTES("ann"), BYTES("two words"));
	assert_split("join", "tea room", BYTES("tea room"), MISSING);
}

static void
help_has_a_line_for_every_command_and_no_other(void **state)
{
	(void)state;
	struct strbuf help = {0};
	command_help_text(&help, NULL);
	struct text rest = strbuf_view(&help);
	for (const struct command *c = command_get(0), *end = c + COMMAND_COUNT; c < end; c++) {
		if (!is_typed(c))
			continue;
		struct strbuf wanted = {0};
		command_usage(&wanted, c);
		assert_non_null(rest.ptr);
		struct text line = text_line(&rest);
		assert_true(line.len > wanted.len + 2);
		assert_memory_equal(line.ptr, wanted.ptr, wanted.len);
		assert_memory_equal(line.ptr + wanted.len, "  ", 2);
		/* What it does, and its other words. */
		struct text does =
			text_trim((struct text){line.ptr + wanted.len, line.len - wanted.len});
		assert_true(does.len >= strlen(c->help));
		assert_memory_equal(does.ptr, c->help, strlen(c->help));
		assert_int_equal(does.len > strlen(c->help), c->also != NULL);
		strbuf_clear(&wanted);
	}
	assert_null(rest.ptr);
	strbuf_clear(&help);
}

static void
help_on_one_command_is_its_line(void **state)
{
	(void)state;
	struct strbuf help = {0};
	command_help_text(&help, command_find(BYTES("q")));
	assert_text(strbuf_view(&help), BYTES("/logout             log out (also /quit, /q)"));
	strbuf_clear(&help);
	command_help_text(&help, command_find(BYTES("say")));
	assert_text(strbuf_view(&help),
		BYTES("/say TEXT           send a message to the current room"));
	strbuf_clear(&help);
}

/* A client translates a sentence by its code: two sentences of one code would become one. */
static void
every_reason_has_a_sentence_and_a_code_of_its_own(void **state)
{
	(void)state;
	for (enum reason reason = REASON_OK + 1; reason <= REASON_NOT_UTF8; reason++) {
		const char *code = reason_word(reason);
		struct strbuf sentence = {0};
		reason_sentence(&sentence, reason, BYTES("50% \"x\""));
		assert_true(sentence.len > 0);
		assert_in_range(reason_digit(reason), 0, 2);
		/* The end of a connection that nobody can be told. */
		assert_int_equal(code[0] == '\0', reason == REASON_LOGOUT || reason == REASON_LOST);
		for (enum reason other = REASON_OK + 1; code[0] && other < reason; other++)
			assert_string_not_equal(code, reason_word(other));
		strbuf_clear(&sentence);
	}
}

static void
a_sentence_quotes_what_it_is_about_as_it_is(void **state)
{
	(void)state;
	struct strbuf sentence = {0};
	reason_sentence(&sentence, REASON_NICK_TAKEN, BYTES("%s%n"));
	assert_text(strbuf_view(&sentence), BYTES("The name \"%s%n\" is already in use."));
	strbuf_clear(&sentence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_of_the_manual_is_there),
		cmocka_unit_test(no_word_is_two_commands),
		cmocka_unit_test(a_word_is_found_in_any_case_and_only_whole),
		cmocka_unit_test(what_is_a_packet_only_cannot_be_typed),
		cmocka_unit_test(every_packet_of_the_manual_has_its_command),
		cmocka_unit_test(usage_says_what_a_command_takes),
		cmocka_unit_test(every_row_fits_a_request),
		cmocka_unit_test(params_say_field_and_shown_word),
		cmocka_unit_test(text_is_the_rest_of_the_line_with_its_spaces),
		cmocka_unit_test(what_may_be_missing_may_be_missing),
		cmocka_unit_test(what_is_missing_gets_its_usage),
		cmocka_unit_test(what_is_too_much_gets_its_usage),
		cmocka_unit_test(a_nick_of_two_words_is_for_the_core_to_refuse),
		cmocka_unit_test(help_has_a_line_for_every_command_and_no_other),
		cmocka_unit_test(help_on_one_command_is_its_line),
		cmocka_unit_test(every_reason_has_a_sentence_and_a_code_of_its_own),
		cmocka_unit_test(a_sentence_quotes_what_it_is_about_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
