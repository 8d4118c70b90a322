/* What keys do besides editing, as functions that an inputrc can bind, and their usual keys. */
#include "client/ui/input_keys.h"

#include <stdio.h>

#include <readline/readline.h>

enum { FUNCTION_KEYS = 5 };

/* Readline's functions are given no context. */
static const struct keys *keys;

/* Enter. */
static int
input_send(int count, int key)
{
	struct text line = {rl_line_buffer, (size_t)rl_end};
	return keys->send(keys->ctx, line) ? rl_newline(count, key) : 0;
}

/* Alt-Enter. */
static int
input_newline(int count, int key)
{
	(void)key;
	while (count-- > 0)
		rl_insert_text("\n");
	return 0;
}

static int
input_end(int count, int key)
{
	if (rl_point < rl_end)
		return rl_end_of_line(count, key);
	keys->edge(keys->ctx, false);
	return 0;
}

static int
input_home(int count, int key)
{
	if (rl_end > 0)
		return rl_beg_of_line(count, key);
	keys->edge(keys->ctx, true);
	return 0;
}

static int
input_page_up(int count, int key)
{
	(void)key;
	keys->scroll(keys->ctx, count);
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
	keys->step(keys->ctx, count);
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
	keys->redraw(keys->ctx);
	return 0;
}

static int
input_unread(int count, int key)
{
	(void)count;
	(void)key;
	keys->go(keys->ctx, 0);
	return 0;
}

/* Alt with a digit. */
static int
input_room(int count, int key)
{
	(void)count;
	keys->go(keys->ctx, (key & 0x7f) - '0');
	return 0;
}

static int
input_rooms(int count, int key)
{
	(void)count;
	(void)key;
	keys->side(keys->ctx, false);
	return 0;
}

static int
input_people(int count, int key)
{
	(void)count;
	(void)key;
	keys->side(keys->ctx, true);
	return 0;
}

static int
input_help(int count, int key)
{
	(void)count;
	(void)key;
	keys->help(keys->ctx);
	return 0;
}

static void
input_bind(const char *sequence, rl_command_func_t *function)
{
	Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap};
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		rl_bind_keyseq_in_map(sequence, function, maps[i]);
}

/* Functions, with the names for an inputrc and their default keys. */
static const struct {
	const char *name;
	rl_command_func_t *function;
	const char *keys[FUNCTION_KEYS];
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
	/* Enter with Alt, and with Shift or Alt where a terminal reports them. */
	{"teahouse-newline", input_newline,
		{"\\e\\C-m", "\\e\\C-j", "\\e[13;2u", "\\e[13;3u", "\\e[27;2;13~"}},
	{"teahouse-end", input_end, {"\\e[F", "\\eOF", "\\e[4~", "\\e[8~"}},
	{"teahouse-home", input_home, {"\\e[H", "\\eOH", "\\e[1~", "\\e[7~"}},
	/* Tab lists the candidates, then cycles through them. */
	{"menu-complete", rl_menu_complete, {"\\C-i"}},
	{"menu-complete-backward", rl_backward_menu_complete, {"\\e[Z"}},
};

void
input_keys_bind(const struct keys *bound)
{
	keys = bound;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		rl_add_defun(functions[i].name, functions[i].function, -1);
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		for (size_t j = 0; j < FUNCTION_KEYS && functions[i].keys[j]; j++)
			input_bind(functions[i].keys[j], functions[i].function);
	for (int digit = '1'; digit <= '9'; digit++)
		input_bind((char[]){'\\', 'e', (char)digit, '\0'}, input_room);
}

bool
input_keys_is_of_view(struct text bytes)
{
	static rl_command_func_t *const of_view[] = {
		input_page_up, input_page_down, input_redraw, input_rooms, input_people};
	int type;
	rl_command_func_t *function = rl_function_of_keyseq_len(bytes.ptr, bytes.len, NULL, &type);
	for (size_t i = 0; i < sizeof of_view / sizeof *of_view; i++)
		if (type == ISFUNC && function == of_view[i])
			return true;
	return false;
}

/* Of keys that an inputrc binds to the line alone, such as Debian's does. */
static void
input_bind_beyond(rl_command_func_t *of_line, rl_command_func_t *function, const char *sequence)
{
	char bytes[16];
	snprintf(bytes, sizeof bytes, "\x1b%s", sequence + strlen("\\e"));
	if (rl_function_of_keyseq(bytes, emacs_standard_keymap, NULL) == of_line)
		input_bind(sequence, function);
}

void
input_keys_bind_beyond_line(void)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		for (size_t j = 0; j < FUNCTION_KEYS && functions[i].keys[j]; j++)
			if (functions[i].function == input_end)
				input_bind_beyond(rl_end_of_line, input_end, functions[i].keys[j]);
			else if (functions[i].function == input_home)
				input_bind_beyond(rl_beg_of_line, input_home, functions[i].keys[j]);
}
