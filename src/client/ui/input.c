/* Readline: the line, pasting, completion. Of the other files, only input_keys.c knows it. */
#include "client/ui/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/alloc.h"
#include "client/model/command.h"
#include "client/session/clock.h"
#include "client/ui/input_keys.h"
#include "client/ui/input_secret.h"
#include "client/ui/keystream.h"

enum { CTRL_C = 0x03, CTRL_G = 0x07, ESCAPE = 0x1b, MORE_MS = 1000 };

/* Readline is in the middle of something that the next key continues. */
enum {
	BUSY_STATES = RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_MULTIKEY |
		      RL_STATE_NUMERICARG | RL_STATE_VIMOTION | RL_STATE_CHARSEARCH
};

/* Readline's functions are given no context. */
static struct {
	struct keys keys;
	struct keystream stream;
	int pipe[2]; /* what Readline reads, instead of the terminal: a key at a time */
	FILE *keys_in;
	char **matches; /* those not yet handed to Readline */
	size_t match;
	bool changed, closed;
	bool interrupted;          /* the last key was Ctrl-C on an empty line */
	bool pasted;               /* the line begins with pasted text */
	struct strbuf pasted_line; /* the last line that did, when it was longest */
	bool was_empty;            /* the line was empty before the last key */
	bool hidden;               /* a password is typed instead of the line */
	struct strbuf secret;      /* that */
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

static bool
is_readable(int fd, int ms)
{
	struct pollfd in = {.fd = fd, .events = POLLIN};
	return poll(&in, 1, ms) > 0;
}

/* If Readline wants more bytes than the key has, the user has a second to press the next one. */
static int
input_getc(FILE *stream)
{
	unsigned char byte;
	(void)stream;
	bool more = !is_readable(input.pipe[0], 0);
	if (more && !is_readable(STDIN_FILENO, MORE_MS))
		return CTRL_G;
	ssize_t n = read(more ? STDIN_FILENO : input.pipe[0], &byte, 1);
	if (n == 1)
		return more && byte == CTRL_C ? CTRL_G : byte;
	input.closed = n == 0 || errno != EINTR;
	return CTRL_G;
}

/* Pasted text is never a command: a leading slash is doubled. */
static void
escape_slash(const char *line, struct strbuf *escaped)
{
	struct strbuf clean = {0};
	text_clean(&clean, text_of(line));
	struct text text = strbuf_view(&clean);
	if (command_begins(text)) {
		text = text_trim(text);
		strbuf_puts(escaped, "/");
	}
	strbuf_add_text(escaped, text);
	strbuf_clear(&clean);
}

static void
input_remember(const char *line)
{
	const HIST_ENTRY *last =
		history_length ? history_get(history_base + history_length - 1) : NULL;
	if (*line && !command_has_secret(text_of(line)) && (!last || strcmp(last->line, line) != 0))
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
	if (input.keys.line(input.keys.ctx, text_of(text.ptr)))
		input_remember(text.ptr);
	strbuf_clear(&text);
	input.pasted = false;
	input.was_empty = true;
	free(line);
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
input_open_readline(void)
{
	rl_readline_name = "teahouse";
	rl_instream = input.keys_in;
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
	/* Before Readline reads the user's inputrc, which may override them. */
	input_keys_bind(&input.keys);
	rl_initialize();
	input_keys_bind_beyond_line();
	/* Set earlier, it would make Readline assume a dumb terminal. */
	rl_redisplay_function = input_redisplay;
	using_history();
}

static void
input_feed(struct text bytes)
{
	for (size_t n; bytes.len > 0 && !input.closed; bytes.ptr += n, bytes.len -= n) {
		n = bytes.len < PIPE_BUF ? bytes.len : PIPE_BUF;
		if (write(input.pipe[1], bytes.ptr, n) != (ssize_t)n)
			return;
		while (!input.closed && is_readable(input.pipe[0], 0))
			rl_callback_read_char();
	}
}

/* Readline would insert the rest of a sequence if it knows only the beginning. */
static bool
key_is_bound(struct text bytes)
{
	int type;
	if (bytes.ptr[0] != ESCAPE || RL_ISSTATE(BUSY_STATES))
		return true;
	if (!rl_function_of_keyseq_len(bytes.ptr, bytes.len, NULL, &type))
		return false;
	return type != ISKMAP || (bytes.ptr[1] != '[' && bytes.ptr[1] != 'O');
}

/* Another key than Ctrl-C was pressed. */
static void
input_go_on(void)
{
	input.changed |= input.interrupted;
	input.interrupted = false;
}

static void
on_secret_key(struct text bytes)
{
	if (bytes.ptr[0] == ESCAPE) {
		if (input_keys_is_of_view(bytes))
			input_feed(bytes);
		return;
	}
	struct strbuf typed = {0};
	switch (secret_press(&input.secret, bytes)) {
	case SECRET_KEY_ENTER:
		/* The answer may be followed by the next question. */
		typed = input.secret;
		input.secret = (struct strbuf){0};
		input.keys.secret(input.keys.ctx, strbuf_view(&typed));
		secret_wipe(&typed);
		break;
	case SECRET_KEY_END:
		input.keys.end(input.keys.ctx);
		break;
	case SECRET_KEY_NONE:
		break;
	}
}

static void
on_key(void *ctx, struct text bytes)
{
	(void)ctx;
	input_go_on();
	if (input.keys.any(input.keys.ctx, false))
		return;
	if (input.hidden)
		on_secret_key(bytes);
	else if (key_is_bound(bytes))
		input_feed(bytes);
}

static void
on_escape(void *ctx)
{
	(void)ctx;
	enum { VI = 0 };
	input_go_on();
	if (input.keys.any(input.keys.ctx, true))
		return;
	if (input.hidden)
		input.keys.cancel(input.keys.ctx);
	else if (RL_ISSTATE(RL_STATE_ISEARCH))
		input_feed(text_of("\033"));
	else if (RL_ISSTATE(BUSY_STATES))
		input_feed(text_of("\a"));
	else if (rl_editing_mode == VI && rl_get_keymap() != vi_movement_keymap)
		rl_vi_movement_mode(1, ESCAPE);
	else
		input.keys.escape(input.keys.ctx);
	input.changed = true;
}

static void
on_interrupt(void *ctx)
{
	(void)ctx;
	bool empty = rl_end == 0 && !RL_ISSTATE(BUSY_STATES);
	if (input.keys.any(input.keys.ctx, true))
		return;
	if (input.hidden) {
		input.keys.cancel(input.keys.ctx);
		return;
	}
	rl_callback_sigcleanup();
	/* As Ctrl-U does, so that Ctrl-Y brings it back. */
	if (rl_end > 0)
		rl_kill_full_line(1, CTRL_C);
	rl_free_line_state();
	using_history();
	rl_replace_line("", 1);
	input_redisplay();
	if (input.interrupted)
		input.keys.end(input.keys.ctx);
	input.interrupted = empty;
}

static void
on_paste(void *ctx, struct text pasted)
{
	(void)ctx;
	struct strbuf text = {0};
	input_go_on();
	input.keys.any(input.keys.ctx, true);
	if (input.hidden) {
		secret_paste(&input.secret, pasted);
		return;
	}
	/* As much as is copied with a whole line. */
	while (pasted.len > 0 && rl_point == rl_end && pasted.ptr[pasted.len - 1] == '\n')
		pasted.len--;
	strbuf_add_text(&text, pasted);
	strbuf_add(&text, "", 1);
	if (RL_ISSTATE(BUSY_STATES)) {
		struct text rest = strbuf_view(&text);
		input_feed(text_line(&rest));
	} else {
		bool begins = rl_point == 0;
		if (begins)
			input.pasted_line.len = 0;
		input.pasted = begins || (input.pasted && rl_end > 0);
		rl_begin_undo_group();
		rl_insert_text(text.ptr);
		rl_end_undo_group();
		input_redisplay();
	}
	strbuf_clear(&text);
}

static void
on_wheel(void *ctx, int lines)
{
	(void)ctx;
	input_go_on();
	input.keys.wheel(input.keys.ctx, lines);
}

static void
on_focus(void *ctx, bool focused)
{
	(void)ctx;
	input.keys.focus(input.keys.ctx, focused);
}

static const struct keystream_events events = {
	.key = on_key,
	.escape = on_escape,
	.interrupt = on_interrupt,
	.paste = on_paste,
	.wheel = on_wheel,
	.focus = on_focus,
};

static bool
input_open_pipe(void)
{
	if (pipe(input.pipe) < 0)
		return false;
	for (int i = 0; i < 2; i++)
		fcntl(input.pipe[i], F_SETFD, FD_CLOEXEC);
	input.keys_in = fdopen(input.pipe[0], "r");
	return input.keys_in != NULL;
}

bool
input_open(const struct keys *keys)
{
	input.keys = *keys;
	if (!input_open_pipe())
		return false;
	input_open_readline();
	input.was_empty = true;
	input.stream.events = &events;
	rl_callback_handler_install("", input_line);
	return true;
}

void
input_close(void)
{
	rl_callback_handler_remove();
	clear_history();
	keystream_clear(&input.stream);
	strbuf_clear(&input.pasted_line);
	secret_wipe(&input.secret);
	if (input.null)
		fclose(input.null);
	rl_outstream = input.null = NULL;
	fclose(input.keys_in);
	close(input.pipe[1]);
	rl_instream = input.keys_in = NULL;
}

void
input_read(void)
{
	char bytes[4096];
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
	do {
		ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
		if (n > 0)
			keystream_add(
				&input.stream, (struct text){bytes, (size_t)n}, monotonic_ms());
		else if (n == 0 || errno != EINTR)
			input.closed = true;
	} while (!input.closed && poll(&fd, 1, 0) > 0);
	if (input.closed)
		input.keys.end(input.keys.ctx);
}

int
input_timeout(void)
{
	return keystream_timeout(&input.stream, monotonic_ms());
}

void
input_tick(void)
{
	keystream_tick(&input.stream, monotonic_ms());
}

struct draft
input_draft(void)
{
	return (struct draft){{rl_line_buffer, (size_t)rl_end}, input.pasted};
}

void
input_set_draft(const struct draft *draft)
{
	char *line = xstrndup(draft->line.ptr, draft->line.len);
	rl_free_undo_list();
	using_history();
	rl_replace_line(line, 1);
	rl_point = rl_end;
	input.pasted = draft->pasted;
	input.pasted_line.len = 0;
	if (draft->pasted)
		strbuf_add_text(&input.pasted_line, draft->line);
	free(line);
	input_redisplay();
}

void
input_prompt(const char *prompt)
{
	if (strcmp(prompt, rl_prompt ? rl_prompt : "") == 0)
		return;
	rl_set_prompt(prompt);
	input.changed = true;
}

void
input_hide(bool hides)
{
	if (hides == input.hidden)
		return;
	secret_wipe(&input.secret);
	input.hidden = hides;
	input.changed = true;
}

struct typed
input_typed(void)
{
	if (input.hidden)
		return (struct typed){
			.prompt = text_of(rl_prompt ? rl_prompt : ""), .line = {"", 0}};
	return (struct typed){
		.prompt = text_of(rl_display_prompt ? rl_display_prompt : ""),
		.line = {rl_line_buffer, (size_t)rl_end},
		.point = (size_t)rl_point,
	};
}

bool
input_is_interrupted(void)
{
	return input.interrupted;
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
