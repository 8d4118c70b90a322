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
	bool number = word.ptr[0] == '#', flag = word.ptr[0] == '?';
	if (number || flag)
		word = (struct text){word.ptr + 1, word.len - 1};
	struct text field = word, shown = word;
	size_t at = 0;
	while (at < word.len && word.ptr[at] != ':' && word.ptr[at] != '=')
		at++;
	bool keyword = at < word.len && word.ptr[at] == '=';
	if (at < word.len) {
		field.len = at;
		shown = (struct text){word.ptr + at + 1, word.len - at - 1};
	}
	*param = (struct param){
		field, shown, optional, takes_rest, not_typed, number, flag, keyword};
	return true;
}

static bool
text_is_number(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.ptr[i] < '0' || t.ptr[i] > '9')
			return false;
	return t.len > 0;
}

enum reason
command_split(const struct command *command, struct text rest, struct request *request)
{
	const char *params = command->params;
	struct param param;
	for (size_t i = 0; command_param(&params, &param); i++) {
		if (param.not_typed)
			continue;
		struct text after = rest;
		if (param.keyword && !text_is_same_word(text_word(&after), param.field))
			continue;
		if (param.keyword)
			rest = after;
		bool counts = param.number && param.optional && !param.keyword;
		if (counts && !text_is_number(text_word(&after)))
			continue;
		struct text arg = param.rest ? text_trim(rest) : text_word(&rest);
		if (param.rest)
			rest.len = 0;
		if (arg.len > 0)
			request->arg[i] = arg;
		else if (!param.optional || param.keyword)
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
		if (param.keyword)
			strbuf_printf(out, "%.*s ", TEXT_ARGS(param.field));
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
