/* Readline: key bindings, pasting, completion. No other file knows it. */
#include "client/ui/input.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "teahouse/strbuf.h"

enum { CONTROL_L = 'L' & 0x1f };

/* Readline's functions are given no context. */
static struct {
	struct keys keys;
	char **matches; /* those not yet handed to Readline */
	size_t match;
	bool changed, closed;
	bool pasted;               /* the line begins with pasted text */
	struct strbuf pasted_line; /* the last line that did, when it was longest */
	bool was_empty;            /* the line was empty before the last key */
	FILE *null;
} input;

/* Whether pasted text that was deleted has come back into an empty line: by yanking or undoing. */
static bool
input_is_yanked(struct text line)
{
	static rl_command_func_t *const others[] = {rl_insert, rl_get_previous_history,
		rl_get_next_history, rl_beginning_of_history, rl_end_of_history};
	struct text pasted = strbuf_view(&input.pasted_line);
	if (!input.was_empty || pasted.len == 0)
		return false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (rl_last_func == others[i])
			return false;
	return memcmp(line.ptr, pasted.ptr, line.len < pasted.len ? line.len : pasted.len) == 0;
}

static void
input_redisplay(void)
{
	struct text line = {rl_line_buffer, (size_t)rl_end};
	input.changed = true;
	/* Once pasted text was deleted, the line is typed again. */
	input.pasted = line.len > 0 && (input.pasted || input_is_yanked(line));
	if (input.pasted && line.len > input.pasted_line.len) {
		input.pasted_line.len = 0;
		strbuf_add_text(&input.pasted_line, line);
	}
	input.was_empty = line.len == 0;
}

static int
input_getc(FILE *stream)
{
	unsigned char byte;
	ssize_t n;
	(void)stream;
	do
		n = read(STDIN_FILENO, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return byte;
	input.closed = true;
	return EOF;
}

/* Pasted text is never a command: a leading slash is doubled. */
static void
escape_slash(const char *line, struct strbuf *escaped)
{
	struct strbuf clean = {0};
	text_clean(&clean, text_of(line));
	struct text text = text_trim(strbuf_view(&clean));
	strbuf_puts(escaped, text.len > 0 && text.ptr[0] == '/' ? "/" : "");
	strbuf_add_text(escaped, text);
	strbuf_clear(&clean);
}

static void
input_remember(const char *line)
{
	const HIST_ENTRY *last =
		history_length ? history_get(history_base + history_length - 1) : NULL;
	if (*line && (!last || strcmp(last->line, line) != 0))
		add_history(line);
}

static void
input_line(char *line)
{
	if (!line) {
		input.closed = true;
		return;
	}
	struct strbuf text = {0};
	if (input.pasted)
		escape_slash(line, &text);
	else
		strbuf_puts(&text, line);
	strbuf_add(&text, "", 1);
	/* Recalled from the history, it must not be a command either. */
	input_remember(text.ptr);
	input.keys.line(input.keys.ctx, text_of(text.ptr));
	strbuf_clear(&text);
	input.pasted = false;
	input.was_empty = true;
	free(line);
}

/* Enter. */
static int
input_send(int count, int key)
{
	struct text line = {rl_line_buffer, (size_t)rl_end};
	return input.keys.send(input.keys.ctx, line) ? rl_newline(count, key) : 0;
}

static int
input_paste(int count, int key)
{
	bool begins = rl_point == 0;
	int done = rl_bracketed_paste_begin(count, key);
	if (begins)
		input.pasted_line.len = 0;
	input.pasted = begins || (input.pasted && rl_end > 0);
	return done;
}

static int
input_page_up(int count, int key)
{
	(void)key;
	input.keys.scroll(input.keys.ctx, count);
	return 0;
}

static int
input_page_down(int count, int key)
{
	return input_page_up(-count, key);
}

static int
input_next_room(int count, int key)
{
	(void)key;
	input.keys.step(input.keys.ctx, count);
	return 0;
}

static int
input_previous_room(int count, int key)
{
	return input_next_room(-count, key);
}

static int
input_redraw(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.redraw(input.keys.ctx);
	return 0;
}

static int
input_unread(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.go(input.keys.ctx, 0);
	return 0;
}

/* Alt with a digit. */
static int
input_room(int count, int key)
{
	(void)count;
	input.keys.go(input.keys.ctx, (key & 0x7f) - '0');
	return 0;
}

static int
input_rooms(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.side(input.keys.ctx, false);
	return 0;
}

static int
input_people(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.side(input.keys.ctx, true);
	return 0;
}

static int
input_help(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.help(input.keys.ctx);
	return 0;
}

static int
input_focus_in(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.focus(input.keys.ctx, true);
	return 0;
}

static int
input_focus_out(int count, int key)
{
	(void)count;
	(void)key;
	input.keys.focus(input.keys.ctx, false);
	return 0;
}

static char *
input_next_match(const char *word, int state)
{
	(void)word;
	if (state == 0)
		input.match = 0;
	return input.matches[input.match] ? input.matches[input.match++] : NULL;
}

static char **
input_complete(const char *word, int start, int end)
{
	rl_attempted_completion_over = 1;
	/* `@nick:` is followed by the text without a space. */
	if (*word == '@')
		rl_completion_append_character = '\0';
	struct text line = text_of(rl_line_buffer);
	input.matches = input.keys.complete(input.keys.ctx, line, (size_t)start, (size_t)end);
	char **list = rl_completion_matches(word, input_next_match);
	free(input.matches);
	input.matches = NULL;
	return list;
}

static void
input_choices(char **matches, int n, int longest)
{
	(void)longest;
	input.keys.choices(input.keys.ctx, matches + 1, (size_t)n);
}

static void
input_bind(const char *keys, rl_command_func_t *function)
{
	Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap};
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		rl_bind_keyseq_in_map(keys, function, maps[i]);
}

/* Functions, with the names for an inputrc and their default keys. */
static const struct {
	const char *name;
	rl_command_func_t *function;
	const char *keys[3];
} functions[] = {
	{"teahouse-page-up", input_page_up, {"\\e[5~"}},
	{"teahouse-page-down", input_page_down, {"\\e[6~"}},
	{"teahouse-redraw", input_redraw, {"\\C-l"}},
	{"teahouse-next-room", input_next_room, {"\\C-n", "\\e[1;3C", "\\e[6;5~"}},
	{"teahouse-previous-room", input_previous_room, {"\\C-p", "\\e[1;3D", "\\e[5;5~"}},
	{"teahouse-next-unread", input_unread, {"\\ea"}},
	/* By the digit at the end of its key sequence; see input_bind_all. */
	{"teahouse-room", input_room, {NULL}},
	{"teahouse-rooms", input_rooms, {"\\eOQ", "\\e[12~", "\\e[[B"}},
	{"teahouse-people", input_people, {"\\eOR", "\\e[13~", "\\e[[C"}},
	{"teahouse-help", input_help, {"\\eOP", "\\e[11~", "\\e[[A"}},
	{"teahouse-send", input_send, {"\\C-m", "\\C-j"}},
	/* Tab lists the candidates, then cycles through them. */
	{"menu-complete", rl_menu_complete, {"\\C-i"}},
	{"menu-complete-backward", rl_backward_menu_complete, {"\\e[Z"}},
};

/* What terminals send that is no key. */
static const struct {
	const char *report;
	rl_command_func_t *function;
} reports[] = {
	{"\\e[I", input_focus_in},
	{"\\e[O", input_focus_out},
	{"\\e[200~", input_paste},
};

static void
input_bind_all(void)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		for (size_t j = 0; j < 3 && functions[i].keys[j]; j++)
			input_bind(functions[i].keys[j], functions[i].function);
	for (int digit = '1'; digit <= '9'; digit++)
		input_bind((char[]){'\\', 'e', (char)digit, '\0'}, input_room);
}

static void
input_bind_reports(void)
{
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
		input_bind(reports[i].report, reports[i].function);
}

static void
input_open_readline(void)
{
	rl_readline_name = "teahouse";
	rl_instream = stdin;
	/* What Readline writes by itself must not reach the screen. */
	rl_outstream = input.null = fopen("/dev/null", "w");
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_getc_function = input_getc;
	rl_attempted_completion_function = input_complete;
	rl_completion_display_matches_hook = input_choices;
	rl_completer_word_break_characters = " \t\n";
	rl_basic_quote_characters = "";
	rl_variable_bind("completion-ignore-case", "on");
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_variable_bind("menu-complete-display-prefix", "on");
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		rl_add_defun(functions[i].name, functions[i].function, -1);
	/* Before Readline reads the user's inputrc, which may override them. */
	input_bind_all();
	rl_initialize();
	/* Set earlier, it would make Readline assume a dumb terminal. */
	rl_redisplay_function = input_redisplay;
	using_history();
}

void
input_open(const struct keys *keys)
{
	input.keys = *keys;
	input_open_readline();
	input_bind_reports();
	input.was_empty = true;
	rl_callback_handler_install("", input_line);
}

void
input_close(void)
{
	rl_callback_handler_remove();
	clear_history();
	strbuf_clear(&input.pasted_line);
	if (input.null)
		fclose(input.null);
	rl_outstream = input.null = NULL;
}

void
input_read(void)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
	do
		rl_callback_read_char();
	while (!input.closed && poll(&fd, 1, 0) > 0);
	if (input.closed)
		input.keys.end(input.keys.ctx);
}

void
input_prompt(const char *prompt)
{
	if (strcmp(prompt, rl_prompt ? rl_prompt : "") == 0)
		return;
	rl_set_prompt(prompt);
	input.changed = true;
}

struct typed
input_typed(void)
{
	return (struct typed){
		.prompt = text_of(rl_display_prompt ? rl_display_prompt : ""),
		.line = {rl_line_buffer, (size_t)rl_end},
		.point = (size_t)rl_point,
	};
}

bool
input_changed(void)
{
	bool changed = input.changed;
	input.changed = false;
	return changed;
}

bool
input_takes_pastes(void)
{
	const char *value = rl_variable_value("enable-bracketed-paste");
	return value && strcmp(value, "on") == 0;
}
