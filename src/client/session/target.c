/* The arguments of the command line that are no options. */
#include "client/session/target.h"

#include <errno.h>
#include <stdlib.h>

enum { PORT_LAST = 65535 };

static void
keep(struct strbuf *to, struct text t)
{
	to->len = 0;
	strbuf_add_text(to, t);
	strbuf_add(to, "", 1);
	to->len--;
}

static bool
is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

static bool
is_host(const char *word)
{
	return strcmp(word, "localhost") == 0 || strpbrk(word, ".:[/") != NULL;
}

static bool
target_set_port(struct target *target, struct text port, struct strbuf *why)
{
	if (target->port.len > 0) {
		strbuf_printf(why, "port %.*s: there is another port, %s", TEXT_ARGS(port),
			target->port.ptr);
		return false;
	}
	keep(&target->port, port);
	errno = 0;
	long number = strtol(target->port.ptr, NULL, 10);
	if (is_number(target->port.ptr) && errno == 0 && number > 0 && number <= PORT_LAST)
		return true;
	strbuf_printf(why, "port %.*s: not a number from 1 to 65535", TEXT_ARGS(port));
	return false;
}

/* An address with a scheme, as of the page: tells which host it names. */
static bool
refuse_url(const char *word, const char *host, struct strbuf *why)
{
	bool page = strncmp(word, "http", 4) == 0 || strncmp(word, "ws", 2) == 0;
	size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
	strbuf_printf(why, "host %s: %s; connect with \"teahouse %.*s\"", word,
		page ? "open this address in a browser" : "give only the name of the host", (int)n,
		host);
	return false;
}

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT; an address of IPv6 also without brackets. */
static bool
target_set_host(struct target *target, const char *word, struct strbuf *why)
{
	const char *scheme = strstr(word, "://"), *colon = strrchr(word, ':');
	const char *closing = *word == '[' ? strchr(word, ']') : NULL;
	struct text host = text_of(word), port = TEXT_NONE;
	if (scheme)
		return refuse_url(word, scheme + 3, why);
	if (closing) {
		host = (struct text){word + 1, (size_t)(closing - word - 1)};
		port = text_of(closing[1] == ':' ? closing + 2 : NULL);
	} else if (colon && colon == strchr(word, ':')) {
		host = (struct text){word, (size_t)(colon - word)};
		port = text_of(colon + 1);
	}
	bool good = closing ? closing[1] == '\0' || closing[1] == ':' : *word != '[';
	if (host.len == 0 || !good || memchr(host.ptr, '/', host.len)) {
		strbuf_printf(why, "host %s: not the name of a host", *word ? word : "\"\"");
		return false;
	}
	keep(&target->host, host);
	return !port.ptr || target_set_port(target, port, why);
}

static void
target_set_name(struct target *target, struct text name)
{
	keep(&target->name, name);
	target->has_name = true;
}

/* NAME, HOST or NAME@HOST. */
static bool
target_set_first(struct target *target, const char *word, bool host_follows, struct strbuf *why)
{
	const char *at = strchr(word, '@');
	if (at) {
		target_set_name(target, (struct text){word, (size_t)(at - word)});
		return target_set_host(target, at + 1, why);
	}
	if (is_host(word) && !host_follows)
		return target_set_host(target, word, why);
	target_set_name(target, text_of(word));
	return true;
}

bool
target_read(struct target *target, char *const *arguments, int n, struct strbuf *why)
{
	int i = 0;
	bool host_follows = n > 1 && !is_number(arguments[1]);
	if (i < n && !target_set_first(target, arguments[i++], host_follows, why))
		return false;
	if (i < n && target->host.len == 0 && !target_set_host(target, arguments[i++], why))
		return false;
	if (i < n && !target_set_port(target, text_of(arguments[i++]), why))
		return false;
	if (i == n)
		return true;
	strbuf_printf(why, "argument %s: too many arguments, see teahouse --help", arguments[i]);
	return false;
}

void
target_clear(struct target *target)
{
	strbuf_clear(&target->name);
	strbuf_clear(&target->host);
	strbuf_clear(&target->port);
}
