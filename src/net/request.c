/* The rules of RFC 9112, as far as they concern a server that only has GET and HEAD. */
#include "net/request.h"

#include <string.h>
#include <strings.h>

/* RFC 9110, 5.6.2: what methods and names of headers consist of. */
static bool
is_token(struct text t)
{
	static const char others[] = "!#$%&'*+-.^_`|~";
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && !(c && strchr(others, c)))
			return false;
	}
	return t.len > 0;
}

static bool
has_control(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Removes and returns the first byte of a path, decoded; -1: it is no byte of a path. */
static int
path_next(struct text *path)
{
	int c = (unsigned char)path->ptr[0];
	size_t n = 1;
	if (c == '%') {
		int high = path->len > 2 ? hex_digit(path->ptr[1]) : -1;
		int low = path->len > 2 ? hex_digit(path->ptr[2]) : -1;
		if (high < 0 || low < 0)
			return -1;
		c = high << 4 | low;
		n = 3;
	}
	*path = (struct text){path->ptr + n, path->len - n};
	return c < 0x20 || c == 0x7f ? -1 : c;
}

/* Whether a path, decoded, has control characters or escapes that are none, or goes upwards. */
static enum site_status
path_judge(struct text path)
{
	size_t dots = 0, others = 0;
	while (path.len > 0) {
		int c = path_next(&path);
		if (c < 0)
			return SITE_MALFORMED;
		if (c == '/') {
			if (others == 0 && dots > 0)
				return SITE_NOT_FOUND;
			dots = others = 0;
		} else if (c == '.') {
			dots++;
		} else {
			others++;
		}
	}
	return others == 0 && dots > 0 ? SITE_NOT_FOUND : SITE_HEALTHY;
}

/* *new: it is HTTP/1.1. */
static enum site_status
line_judge(struct text line, bool *new)
{
	struct text method = text_until(&line, ' '), target = text_until(&line, ' ');
	*new = text_is(line, text_of("HTTP/1.1"));
	if (!is_token(method) || target.len == 0 || has_control(target))
		return SITE_MALFORMED;
	if (!*new && !text_is(line, text_of("HTTP/1.0")))
		return memchr(line.ptr, ' ', line.len) ? SITE_MALFORMED : SITE_VERSION;
	if (!text_is(method, text_of("GET")) && !text_is(method, text_of("HEAD")))
		return SITE_NOT_ALLOWED;
	if (target.ptr[0] != '/')
		return SITE_MALFORMED;
	return path_judge(text_until(&target, '?'));
}

static enum site_status
header_judge(struct text line, size_t *hosts)
{
	struct text name = text_until(&line, ':');
	/* Without a colon, or with one before nothing, or continued from the line before. */
	if (!is_token(name) || name.ptr + name.len == line.ptr || has_control(line))
		return SITE_MALFORMED;
	*hosts += name.len == 4 && strncasecmp(name.ptr, "Host", 4) == 0;
	return SITE_HEALTHY;
}

/* The next line without its end. ptr == NULL: it has not all come. *fine: it ends in CR LF. */
static struct text
next_line(struct text *bytes, bool *fine)
{
	if (bytes->len == 0 || !memchr(bytes->ptr, '\n', bytes->len))
		return TEXT_NONE;
	struct text line = text_until(bytes, '\n');
	*fine = line.len > 0 && line.ptr[line.len - 1] == '\r';
	line.len -= *fine;
	return line;
}

static enum request_verdict
refuse(enum site_status *status, enum site_status why)
{
	*status = why;
	return REQUEST_REFUSED;
}

/* *rest: in the end, what comes behind the head. */
static enum request_verdict
headers_judge(struct text *rest, bool new, enum site_status *status)
{
	size_t hosts = 0;
	for (size_t n = 0;; n++) {
		bool fine;
		struct text line = next_line(rest, &fine);
		if (!line.ptr)
			return REQUEST_INCOMPLETE;
		if (!fine)
			return refuse(status, SITE_MALFORMED);
		if (line.len == 0)
			break;
		if (n == REQUEST_HEADERS)
			return refuse(status, SITE_HEADERS);
		enum site_status why = header_judge(line, &hosts);
		if (why != SITE_HEALTHY)
			return refuse(status, why);
	}
	if (hosts > 1 || (new &&hosts == 0))
		return refuse(status, SITE_NO_HOST);
	return REQUEST_COMPLETE;
}

enum request_verdict
request_judge(struct text bytes, enum site_status *status, size_t *head)
{
	struct text rest = bytes;
	bool fine, new;
	/* An empty line may come before (RFC 9112, 2.2). */
	if (rest.len >= 2 && memcmp(rest.ptr, "\r\n", 2) == 0)
		rest = (struct text){rest.ptr + 2, rest.len - 2};
	struct text line = next_line(&rest, &fine);
	if (!line.ptr) {
		if (rest.len > REQUEST_LINE_BYTES)
			return refuse(status, SITE_LONG_URI);
		/* What does not begin with a method needs no end to be known as wrong. */
		struct text method = text_until(&rest, ' ');
		method.len -= method.len > 0 && method.ptr[method.len - 1] == '\r';
		return method.len == 0 || is_token(method) ? REQUEST_INCOMPLETE
							   : refuse(status, SITE_MALFORMED);
	}
	if (line.len > REQUEST_LINE_BYTES)
		return refuse(status, SITE_LONG_URI);
	if (!fine)
		return refuse(status, SITE_MALFORMED);
	enum site_status why = line_judge(line, &new);
	if (why != SITE_HEALTHY)
		return refuse(status, why);
	enum request_verdict verdict = headers_judge(&rest, new, status);
	*head = verdict == REQUEST_COMPLETE ? bytes.len - rest.len : bytes.len;
	if (verdict != REQUEST_REFUSED && *head > REQUEST_HEAD_BYTES)
		return refuse(status, SITE_HEADERS);
	return verdict;
}
