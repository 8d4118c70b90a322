/* Which requests may open a WebSocket, and what each request is answered. */
#include "unit.h"

#include <unistd.h>

#include "net/gzip.h"
#include "net/handshake.h"
#include "net/request.h"
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
refused_origins_are_new_once_a_minute(void **state)
{
	(void)state;
	struct refused_origins refused = {0};
	struct text a = text_of("http://a"), b = text_of("http://b");
	assert_true(refused_origin_is_new(&refused, a, 1));
	assert_false(refused_origin_is_new(&refused, a, 60000));
	assert_true(refused_origin_is_new(&refused, b, 60000));
	assert_true(refused_origin_is_new(&refused, a, 60001));
	assert_false(refused_origin_is_new(&refused, b, 60001));
	/* A page that changes its name does not fill the log. */
	size_t found = 0;
	for (char c = 'A'; c <= 'Z'; c++)
		found += refused_origin_is_new(&refused, (struct text){&c, 1}, 60002);
	assert_int_equal(found, REFUSED_ORIGINS - 2);
	assert_true(refused_origin_is_new(&refused, text_of("z"), 200000));
}

/* What is found in the head must be found however much of it has come. */
static void
assert_judged(const char *head, enum request_verdict wanted, enum site_status why)
{
	enum site_status status = SITE_HEALTHY;
	size_t n = strlen(head), found = 0;
	assert_int_equal(request_judge((struct text){head, n}, &status, &found), wanted);
	assert_int_equal(status, why);
	if (wanted == REQUEST_COMPLETE)
		assert_int_equal(found, n);
	for (size_t i = 0; i < n; i++) {
		status = SITE_HEALTHY;
		/* A copy of its own, so that reading past it is seen. */
		char *copy = malloc(i ? i : 1);
		assert_non_null(copy);
		memcpy(copy, head, i);
		enum request_verdict verdict =
			request_judge((struct text){copy, i}, &status, &found);
		free(copy);
		if (verdict == REQUEST_REFUSED)
			assert_int_equal(status, why);
		else
			assert_int_equal(verdict, REQUEST_INCOMPLETE);
	}
}

static void
a_head_ends_where_the_next_begins(void **state)
{
	(void)state;
	static const char two[] = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.0\r\n\r\n";
	enum site_status status;
	size_t first, second;
	assert_int_equal(request_judge(text_of(two), &status, &first), REQUEST_COMPLETE);
	assert_memory_equal(two + first, "GET /b", 6);
	assert_int_equal(request_judge(text_of(two + first), &status, &second), REQUEST_COMPLETE);
	assert_int_equal(first + second, strlen(two));
}

static void
heads_are_judged(void **state)
{
	(void)state;
	static const struct {
		const char *head;
		enum site_status why;
	} refused[] = {
		{"GET /\r\n", SITE_VERSION},
		{"GET / HTTP/2.0\r\n", SITE_VERSION},
		{"GET / HTTP/1.1 x\r\n", SITE_MALFORMED},
		{"GET  / HTTP/1.1\r\n", SITE_MALFORMED},
		{" GET / HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET / HTTP/1.1\n", SITE_MALFORMED},
		{"\x16\x03\x01", SITE_MALFORMED},
		{"POST / HTTP/1.1\r\n", SITE_NOT_ALLOWED},
		{"GET x HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET /%00 HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET /%7F HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET /%0 HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET /%g0 HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET /% HTTP/1.1\r\n", SITE_MALFORMED},
		{"GET /%2e%2E/a HTTP/1.1\r\n", SITE_NOT_FOUND},
		{"GET /a/. HTTP/1.1\r\n", SITE_NOT_FOUND},
		{"GET / HTTP/1.1\r\n\r\n", SITE_NO_HOST},
		{"GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n", SITE_NO_HOST},
		{"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", SITE_NO_HOST},
		{"GET / HTTP/1.1\r\nHost : a\r\n", SITE_MALFORMED},
		{"GET / HTTP/1.1\r\n: a\r\n", SITE_MALFORMED},
		{"GET / HTTP/1.1\r\nHost\r\n", SITE_MALFORMED},
		{"GET / HTTP/1.1\r\nA: b\r\n c\r\n", SITE_MALFORMED},
		{"GET / HTTP/1.1\r\nA: \x01\r\n", SITE_MALFORMED},
		{"GET / HTTP/1.1\r\nA: b\rc\r\n", SITE_MALFORMED},
	};
	static const char *const served[] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"\r\nGET / HTTP/1.1\r\nhost:\r\n\r\n",
		"HEAD /a.css?x=%00%zz HTTP/1.0\r\n\r\n",
		"GET /.a/b..c/%C3%BC%20 HTTP/1.1\r\nA:\tb\xff\r\nHost: a\r\n\r\n",
	};
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_judged(refused[i].head, REQUEST_REFUSED, refused[i].why);
	for (size_t i = 0; i < COUNT(served); i++)
		assert_judged(served[i], REQUEST_COMPLETE, SITE_HEALTHY);
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

static void
gzip_is_sent_to_those_who_accept_it(void **state)
{
	(void)state;
	static const char *const yes[] = {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.5",
		"gzip ; q=0.001", "*", "br;q=1.0, *;q=0.1", "identity;q=0, gzip;q=0.2",
		"identity;q=0.5, gzip;q=0.5", "gzip, deflate, br, zstd", " , gzip ,", "*;q=0, gzip",
		"gzip;level=9;q=1"};
	static const char *const no[] = {"", "identity", "deflate, br", "gzip;q=0", "gzip;q=0.000",
		"gzip;Q=0, *", "*;q=0", "identity;q=1, gzip;q=0.9", "gzipped", "gzi", "gzip;q=2",
		"gzip;q=", "gzip;q=x", "gzip;q=0.12345", ";gzip", ",", ";", "gzip;q=.5"};
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!gzip_is_accepted(text_of(yes[i])))
			fail_msg("%s", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		if (gzip_is_accepted(text_of(no[i])))
			fail_msg("%s", no[i]);
	assert_false(gzip_is_accepted(TEXT_NONE));
}

static void
only_what_becomes_shorter_is_compressed(void **state)
{
	(void)state;
	struct strbuf out = {0}, bytes = {0};
	strbuf_puts(&out, "before");
	assert_false(gzip_compress(&out, TEXT_NONE));
	assert_false(gzip_compress(&out, text_of("short")));
	uint32_t random = 1;
	for (size_t i = 0; i < 4096; i++) {
		random = random * 1664525 + 1013904223;
		strbuf_add(&bytes, &(char){(char)(random >> 24)}, 1);
	}
	assert_false(gzip_compress(&out, strbuf_view(&bytes)));
	assert_true(text_is(strbuf_view(&out), text_of("before")));
	bytes.len = 0;
	while (bytes.len <= 4 << 20)
		strbuf_puts(&bytes, "tea tea tea tea tea tea tea tea ");
	assert_false(gzip_compress(&out, strbuf_view(&bytes)));
	bytes.len = 4 << 20;
	assert_true(gzip_compress(&out, strbuf_view(&bytes)));
	assert_true(out.len < 64 << 10);
	assert_memory_equal(out.ptr, "before\x1f\x8b\x08", 9);
	strbuf_clear(&out);
	strbuf_clear(&bytes);
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
		cmocka_unit_test(refused_origins_are_new_once_a_minute),
		cmocka_unit_test(a_head_ends_where_the_next_begins),
		cmocka_unit_test(heads_are_judged),
		cmocka_unit_test(subprotocols_are_found),
		cmocka_unit_test(gzip_is_sent_to_those_who_accept_it),
		cmocka_unit_test(only_what_becomes_shorter_is_compressed),
		cmocka_unit_test(files_are_answered),
		cmocka_unit_test(known_files_are_not_sent_again),
		cmocka_unit_test(a_missing_page_is_told),
	};
	return cmocka_run_group_tests(tests, root_open, root_close);
}
