/* Who may open a WebSocket, and what a request is answered with. */
#include "unit.h"

#include <unistd.h>

#include "net/handshake.h"
#include "net/site.h"

static bool
allowed(const char *origin, const char *host, const char *others)
{
	return origin_allowed(text_of(origin), text_of(host), others);
}

static void
own_pages_may_connect(void **state)
{
	(void)state;
	assert_true(allowed(NULL, "tea.example", NULL));
	assert_true(allowed("http://tea.example", "tea.example", NULL));
	assert_true(allowed("https://tea.example", "tea.example", NULL));
	assert_true(allowed("HTTP://Tea.Example:8080", "tea.example:8080", ""));
	assert_true(allowed("http://[::1]:8080", "[::1]:8080", ""));
	assert_true(allowed("http://tea.example", "tea.example:80", NULL));
	assert_true(allowed("https://tea.example:443", "tea.example", NULL));
}

static void
other_pages_may_not(void **state)
{
	(void)state;
	assert_false(allowed("", "tea.example", NULL));
	assert_false(allowed("null", "tea.example", NULL));
	assert_false(allowed("http://", "", NULL));
	assert_false(allowed("http://tea.example", "", NULL));
	assert_false(allowed("http://tea.example", "tea.example:8080", NULL));
	assert_false(allowed("https://tea.example", "tea.example:80", NULL));
	assert_false(allowed("http://tea.example.evil", "tea.example", NULL));
	assert_false(allowed("http://evil/tea.example", "tea.example", NULL));
	assert_false(allowed("http://evil@tea.example", "tea.example", NULL));
	assert_false(allowed("ftp://tea.example", "tea.example", NULL));
	assert_false(allowed("tea.example", "tea.example", NULL));
}

static void
listed_pages_may(void **state)
{
	(void)state;
	const char *others = "https://a.example  http://b.example:8000/";
	assert_true(allowed("https://a.example", "tea.example", others));
	assert_true(allowed("HTTPS://A.example", "tea.example", others));
	assert_true(allowed("http://b.example:8000", "tea.example", others));
	assert_true(allowed("https://a.example", "", others));
	assert_false(allowed("http://a.example", "tea.example", others));
	assert_false(allowed("http://b.example", "tea.example", others));
	assert_false(allowed("https://a.example.evil", "tea.example", others));
	assert_false(allowed("https://a.exampl", "tea.example", others));
}

static void
subprotocols_are_found(void **state)
{
	(void)state;
	assert_true(protocol_offered(text_of("tea"), "tea"));
	assert_true(protocol_offered(text_of("a, tea ,b"), "tea"));
	assert_true(protocol_offered(text_of("a,tea"), "tea"));
	assert_false(protocol_offered(text_of(""), "tea"));
	assert_false(protocol_offered(text_of("teas, a tea, ,"), "tea"));
}

/* A folder with index.html and a.css. */
static char root[] = "/tmp/teahouse-site-XXXXXX";

static void
file_write(const char *name, const char *content)
{
	char path[64];
	snprintf(path, sizeof path, "%s/%s", root, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct site *
site_make(void)
{
	struct strbuf wrong = {0};
	struct site *site = site_open(root, &wrong);
	assert_non_null(site);
	assert_int_equal(wrong.len, 0);
	strbuf_clear(&wrong);
	return site;
}

static int
root_open(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(root));
	file_write("index.html", "<p>tea");
	file_write("a.css", "p{}");
	file_write(".secret", "hidden");
	return 0;
}

static int
root_close(void **state)
{
	(void)state;
	const char *names[] = {"index.html", "a.css", ".secret"};
	for (size_t i = 0; i < COUNT(names); i++) {
		char path[64];
		snprintf(path, sizeof path, "%s/%s", root, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	return rmdir(root);
}

/* The answer as a string, to be freed. */
static char *
answer(const struct site *site, const char *path, bool head, const char *known)
{
	struct site_request request = {
		.get = !head, .head = head, .path = text_of(path), .known = text_of(known)};
	struct text bytes = site_answer(site, &request);
	char *copy = malloc(bytes.len + 1);
	assert_non_null(copy);
	memcpy(copy, bytes.ptr, bytes.len);
	copy[bytes.len] = '\0';
	return copy;
}

static void
assert_answer(const struct site *site, const char *path, const char *status, const char *ending)
{
	char *whole = answer(site, path, false, NULL), *head = answer(site, path, true, NULL);
	assert_memory_equal(whole, status, strlen(status));
	assert_non_null(strstr(whole, "\r\nContent-Security-Policy: default-src 'none';"));
	assert_string_equal(whole + strlen(whole) - strlen(ending), ending);
	assert_memory_equal(whole, head, strlen(head));
	assert_string_equal(head + strlen(head) - 4, "\r\n\r\n");
	assert_string_equal(whole + strlen(head), ending + 4);
	free(whole);
	free(head);
}

static void
files_are_answered(void **state)
{
	(void)state;
	struct site *site = site_make();
	assert_answer(site, "/", "HTTP/1.1 200 OK\r\n", "\r\n\r\n<p>tea");
	assert_answer(site, "/index.html", "HTTP/1.1 200 OK\r\n", "\r\n\r\n<p>tea");
	assert_answer(site, "/a.css", "HTTP/1.1 200 OK\r\n", "\r\n\r\np{}");
	assert_answer(site, "/healthz", "HTTP/1.1 200 OK\r\n", "\r\n\r\nok\n");
	const char *none[] = {"", "/.secret", "a.css", "//a.css", "/a.css/", "/../a.css", "/A.css"};
	for (size_t i = 0; i < COUNT(none); i++)
		assert_answer(site, none[i], "HTTP/1.1 404 Not Found\r\n",
			"\r\n\r\nThere is no such page here.\n");
	site_close(site);
}

static void
known_files_are_not_sent_again(void **state)
{
	(void)state;
	struct site *site = site_make();
	char *whole = answer(site, "/a.css", false, NULL);
	char etag[32];
	assert_int_equal(sscanf(strstr(whole, "ETag: "), "ETag: %31s", etag), 1);
	free(whole);
	char *again = answer(site, "/a.css", false, etag);
	assert_memory_equal(again, "HTTP/1.1 304 ", 13);
	free(again);
	char *other = answer(site, "/", false, etag);
	assert_memory_equal(other, "HTTP/1.1 200 ", 13);
	free(other);
	site_close(site);
}

static void
a_missing_page_is_told(void **state)
{
	(void)state;
	struct strbuf wrong = {0};
	assert_null(site_open("/nowhere", &wrong));
	assert_true(text_is(strbuf_view(&wrong), text_of("/nowhere: No such file or directory")));
	strbuf_clear(&wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_pages_may_connect),
		cmocka_unit_test(other_pages_may_not),
		cmocka_unit_test(listed_pages_may),
		cmocka_unit_test(subprotocols_are_found),
		cmocka_unit_test(files_are_answered),
		cmocka_unit_test(known_files_are_not_sent_again),
		cmocka_unit_test(a_missing_page_is_told),
	};
	return cmocka_run_group_tests(tests, root_open, root_close);
}
