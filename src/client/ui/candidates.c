/* Candidates: of /set from the settings, of all others from the session. */
#include "client/ui/candidates.h"

#include "client/model/command.h"
#include "client/model/complete.h"
#include "client/session/client.h"
#include "client/ui/settings.h"

char **
candidates_find(struct session *session, struct text line, size_t start, size_t end)
{
	struct text before = {line.ptr, start}, word = {line.ptr + start, end - start};
	struct text command;
	if (!command_parse(&before, &command) || !command_is(command, "set"))
		return client_complete(session, line, start, end);
	struct strset names = {0}, values = {0};
	settings_words(&names, &values);
	char **matches = complete_from(before.len > 0 ? &values : &names, word);
	strset_clear(&names);
	strset_clear(&values);
	return matches;
}

void
candidates_show(struct session *session, char *const *words, size_t n)
{
	struct strbuf buf = {0};
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, "%s%s", i ? "  " : "", words[i]);
	strbuf_add(&buf, "", 1);
	session_notice(session, LINE_LOCAL, buf.ptr, NULL);
	strbuf_clear(&buf);
}
