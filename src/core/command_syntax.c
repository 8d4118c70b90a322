/* What a command's params mean: how a line is split, its usage, its line in /help. */
#include "core/core_internal.h"

bool
command_param(const char **params, struct param *param)
{
	struct text rest = text_of(*params), word = text_word(&rest);
	if (word.len == 0)
		return false;
	*params = rest.ptr;
	bool not_typed = word.ptr[0] == '{', optional = word.ptr[0] == '[' || not_typed;
	if (optional)
		word = (struct text){word.ptr + 1, word.len - 2};
	bool takes_rest = word.len > 3 && memcmp(word.ptr + word.len - 3, "...", 3) == 0;
	if (takes_rest)
		word.len -= 3;
	struct text field = word, shown = word;
	const char *colon = memchr(word.ptr, ':', word.len);
	if (colon) {
		field.len = (size_t)(colon - word.ptr);
		shown = (struct text){colon + 1, word.len - field.len - 1};
	}
	*param = (struct param){field, shown, optional, takes_rest, not_typed};
	return true;
}

enum reason
command_split(const struct command *command, struct text rest, struct request *request)
{
	const char *params = command->params;
	struct param param;
	for (size_t i = 0; command_param(&params, &param); i++) {
		if (param.not_typed)
			continue;
		struct text arg = param.rest ? text_trim(rest) : text_word(&rest);
		if (param.rest)
			rest.len = 0;
		if (arg.len > 0)
			request->arg[i] = arg;
		else if (!param.optional)
			return REASON_USAGE;
	}
	return text_trim(rest).len > 0 ? REASON_USAGE : REASON_OK;
}

void
command_usage(struct strbuf *out, const struct command *command)
{
	strbuf_printf(out, "/%s", command->name);
	const char *params = command->params;
	struct param param;
	while (command_param(&params, &param)) {
		if (param.not_typed)
			continue;
		strbuf_puts(out, param.optional ? " [" : " ");
		for (size_t i = 0; i < param.shown.len; i++) {
			char c = param.shown.ptr[i];
			strbuf_printf(out, "%c", c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
		}
		strbuf_puts(out, param.optional ? "]" : "");
	}
}

void
command_help_line(struct strbuf *out, const struct command *command)
{
	enum { USAGE_WIDTH = 18 };
	size_t start = out->len;
	command_usage(out, command);
	size_t width = out->len - start;
	strbuf_printf(out, "%*s  %s", width < USAGE_WIDTH ? (int)(USAGE_WIDTH - width) : 0, "",
		command->help);
	struct text also = text_of(command->also ? command->also : "");
	for (const char *before = " (also "; also.len > 0; before = ", ") {
		struct text word = text_word(&also);
		strbuf_printf(out, "%s/%.*s%s", before, TEXT_ARGS(word), also.len ? "" : ")");
	}
}
