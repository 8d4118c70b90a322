/*
 * The table of settings: the values that each row accepts, and that the table, the shipped file
 * and the manual agree.
 */
#include "config_fixture.h"

#include "config/settings.h"

static char *
file_text(const char *path)
{
	struct strbuf text = {0};
	FILE *from = fopen(path, "r");
	if (!from)
		fail_msg("%s cannot be opened: run this where the sources are", path);
	int c;
	while ((c = getc(from)) != EOF)
		strbuf_add(&text, &(char){(char)c}, 1);
	strbuf_add(&text, "", 1);
	fclose(from);
	return text.ptr;
}

static void
test_origins(void **state)
{
	(void)state;
	static const char *const right[] = {"https://a.example", "http://localhost:3000",
		"http://127.0.0.1", "https://[2001:db8::1]", "http://a.example:443",
		"https://xn--bcher-kva.example:8443"};
	static const char *const wrong[] = {"*", "null", "a.example", "https://",
		"https://a.example/", "https://A.example", "https://a.example:443",
		"http://a.example:80", "https://a.example:", "https://a.example:0",
		"https://a.example:65536", "https://a.example,https://b.example", "https://[::1",
		"ftp://a.example", "https://u@a.example", "https://a.example:8080x", "https://[]"};
	for (size_t i = 0; i < sizeof right / sizeof *right + sizeof wrong / sizeof *wrong; i++) {
		bool fine = i < sizeof right / sizeof *right;
		const char *origin = fine ? right[i] : wrong[i - sizeof right / sizeof *right];
		struct strbuf ini = {0};
		strbuf_printf(&ini,
			"[listener:w]\nprotocol = web\nport = 1\norigins = https://a.example %s\n",
			origin);
		char *reported = report(ini.ptr, ini.len, -1);
		if (fine != (*reported == '\0'))
			fail_msg("%s: %s", origin, reported);
		free(reported);
		strbuf_clear(&ini);
	}
}

/* What is reported about a file in which the setting has that value. */
static char *
report_value(const struct setting *s, const char *value)
{
	struct strbuf ini = {0};
	bool listener = strcmp(s->section, "listener") == 0;
	const char *protocol = s->protocols ? s->protocols : "json";
	if (strcmp(s->key, "port") != 0 || !listener)
		strbuf_printf(&ini, "[listener:x]\nport = 1\nprotocol = %.*s\n",
			(int)strcspn(protocol, " "), protocol);
	else
		strbuf_puts(&ini, "[listener:x]\nprotocol = json\n");
	if (!listener)
		strbuf_printf(&ini, "[%s]\n", s->section);
	strbuf_printf(&ini, "%s = %s\n", s->key, value);
	char *reported = report(ini.ptr, ini.len, -1);
	strbuf_clear(&ini);
	return reported;
}

static void
try_value(const struct setting *s, const char *value, const char *what)
{
	char *reported = report_value(s, value);
	if (what ? !strstr(reported, what) : *reported)
		fail_msg("%s.%s = %s: %s", s->section, s->key, value, reported);
	free(reported);
}

static void
test_limits_of_each_row(void **state)
{
	(void)state;
	static const char *const odd[] = {"", "-", "1e3", "0x10", "10k", "1.5", "+1", "1 0", "yes"};
	size_t rows = 0;
	for (const struct setting *s = settings; s->key; s++) {
		if (s->type != SETTING_NUMBER && s->type != SETTING_INT)
			continue;
		rows++;
		char value[32];
		snprintf(value, sizeof value, "%ld", s->min);
		try_value(s, value, NULL);
		snprintf(value, sizeof value, "%ld", s->max);
		try_value(s, value, NULL);
		snprintf(value, sizeof value, "%ld", s->min - 1);
		try_value(s, value, "is out of range");
		snprintf(value, sizeof value, "%ld", s->max + 1);
		try_value(s, value, "is out of range");
		try_value(s, "99999999999999999999", "is out of range");
		for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
			try_value(s, odd[i], "is not a number");
	}
	assert_int_equal(rows, 18);
}

static void
test_rows(void **state)
{
	(void)state;
	for (const struct setting *s = settings; s->key; s++) {
		/* Each section and key is there once, and every word of `protocols` is a protocol. */
		assert_ptr_equal(setting_find(s->section, text_of(s->key)), s);
		assert_non_null(s->about);
		assert_false(s->required && s->default_value);
		struct text rest = text_of(s->protocols ? s->protocols : "");
		while (rest.len > 0)
			assert_non_null(adapter_find(text_word(&rest)));
		if (s->default_value && *s->default_value)
			try_value(s, s->default_value, NULL);
	}
}

/* The shipped file without the semicolons before settings. */
static char *
shipped_whole(void)
{
	char *shipped = file_text("conf/teahouse.ini"), *to = shipped;
	for (const char *from = shipped; *from; from++) {
		bool start = from == shipped || from[-1] == '\n';
		if (!(start && from[0] == ';' && from[1] != ' '))
			*to++ = *from;
	}
	*to = '\0';
	return shipped;
}

static void
expect_same(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a && b)
		assert_string_equal(a, b);
}

static void
test_shipped_file_runs(void **state)
{
	(void)state;
	char *plain = file_text("conf/teahouse.ini"), *whole = shipped_whole();
	struct config *a = config_of(plain, -1), *b = config_of(whole, -1);
	free(plain);
	free(whole);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->room, b->room);
	expect_same(a->address, b->address);
	assert_int_equal(a->sessions, b->sessions);
	assert_int_equal(a->sessions_per_address, b->sessions_per_address);
	assert_int_equal(a->message, b->message);
	assert_int_equal(a->rate, b->rate);
	assert_int_equal(a->burst, b->burst);
	assert_int_equal(a->login_timeout, b->login_timeout);
	assert_int_equal(a->send_queue, b->send_queue);
	assert_int_equal(a->registering, b->registering);
	assert_int_equal(a->stay_days, b->stay_days);
	assert_int_equal(a->plain_passwords, b->plain_passwords);
	assert_int_equal(a->n_listeners, b->n_listeners);
	for (size_t i = 0; i < a->n_listeners; i++) {
		const struct listener *x = &a->listeners[i], *y = &b->listeners[i];
		assert_string_equal(x->name, y->name);
		assert_ptr_equal(x->adapter, y->adapter);
		expect_same(x->address, y->address);
		assert_int_equal(x->port, y->port);
		assert_string_equal(x->room, y->room);
		assert_int_equal(x->echo, y->echo);
		assert_int_equal(x->strict, y->strict);
		expect_same(x->root, y->root);
		expect_same(x->origins, y->origins);
		assert_int_equal(x->nicks, y->nicks);
		assert_int_equal(x->announce, y->announce);
		assert_int_equal(x->hear, y->hear);
		assert_int_equal(x->replay, y->replay);
		assert_int_equal(x->catch_up, y->catch_up);
		assert_int_equal(x->pause, y->pause);
		assert_int_equal(x->ending, y->ending);
	}
	config_free(a);
	config_free(b);
}

/* The value of the key in the first section of its kind that has it; ptr == NULL: none has. */
static struct text
shipped_value(const char *whole, const struct setting *s)
{
	const char *kind = "";
	struct text rest = text_of(whole), found = {NULL, 0};
	while (rest.ptr && !found.ptr) {
		struct text line = text_line(&rest);
		if (line.len > 0 && line.ptr[0] == '[') {
			char name[64] = "";
			memcpy(name, line.ptr + 1, line.len < 64 ? line.len - 2 : 0);
			kind = section_kind(name);
			assert_non_null(kind);
		} else if (line.len > 0 && line.ptr[0] != '#' && strcmp(kind, s->section) == 0) {
			const char *equals = memchr(line.ptr, '=', line.len);
			assert_non_null(equals);
			struct text key = {line.ptr, (size_t)(equals - line.ptr)};
			if (text_is(text_trim(key), text_of(s->key)))
				found = text_trim((struct text){
					equals + 1, (size_t)(line.ptr + line.len - equals) - 1});
		}
	}
	return found;
}

static void
expect_listener_complete(const char *whole, const struct adapter *adapter)
{
	char line[64];
	snprintf(line, sizeof line, "\nprotocol = %s\n", adapter->name);
	const char *section = strstr(whole, line);
	if (!section)
		fail_msg("conf/teahouse.ini: there is no listener for %s", adapter->name);
	const char *end = strstr(section, "\n[");
	for (const struct setting *s = settings; s->key; s++) {
		if (strcmp(s->section, "listener") != 0 || !setting_applies(s, adapter))
			continue;
		snprintf(line, sizeof line, "\n%s =", s->key);
		const char *key = strstr(section, line);
		if (!key || (end && key > end))
			fail_msg("conf/teahouse.ini: the listener for %s lacks %s", adapter->name,
				s->key);
	}
}

static void
test_shipped_file_is_complete(void **state)
{
	(void)state;
	char *whole = shipped_whole();
	for (const struct setting *s = settings; s->key; s++) {
		struct text value = shipped_value(whole, s);
		if (!value.ptr)
			fail_msg("conf/teahouse.ini: %s.%s is missing", s->section, s->key);
		/* Old settings keep nothing; new ones do. */
		const char *wanted =
			strcmp(s->key, "file") == 0 ? "../teahouse.db" : s->default_value;
		if (wanted && !text_is(value, text_of(wanted)))
			fail_msg("conf/teahouse.ini: %s.%s is \"%.*s\", but its default is \"%s\"",
				s->section, s->key, TEXT_ARGS(value), wanted);
		char about[128];
		snprintf(about, sizeof about, "# %s", s->about);
		if (!strstr(whole, about))
			fail_msg("conf/teahouse.ini: %s.%s: \"%s\" is missing", s->section, s->key,
				about);
	}
	for (const struct adapter *const *a = adapter_list(); *a; a++)
		expect_listener_complete(whole, *a);
	free(whole);
}

/* The manual's entry for the setting: from its .It to the next; NULL: there is none. */
static char *
manual_entry(const char *manual, const struct setting *s)
{
	char from[64];
	snprintf(from, sizeof from, "\n.Ss [%s%s", s->section,
		strcmp(s->section, "listener") == 0 ? ":" : "]\n");
	const char *section = strstr(manual, from);
	assert_non_null(section);
	const char *end = strstr(section, "\n.El\n");
	snprintf(from, sizeof from, "\n.It Cm %s No = ", s->key);
	const char *entry = strstr(section, from);
	if (!end || !entry || entry > end)
		return NULL;
	const char *next = strstr(entry + 1, "\n.It ");
	if (!next || next > end)
		next = end;
	struct strbuf text = {0};
	for (; entry < next; entry++)
		strbuf_add(&text, *entry == '\n' ? " " : entry, 1);
	strbuf_add(&text, "", 1);
	return text.ptr;
}

static void
test_manual_is_complete(void **state)
{
	(void)state;
	char *manual = file_text("conf/teahouse.ini.5");
	size_t rows = 0, items = 0;
	for (const struct setting *s = settings; s->key; s++, rows++) {
		char range[64], standard[64];
		snprintf(range, sizeof range, "%ld to %ld", s->min, s->max);
		snprintf(standard, sizeof standard, "The default is .Ql %s",
			s->default_value ? s->default_value : "");
		char *entry = manual_entry(manual, s);
		if (!entry)
			fail_msg("teahouse.ini(5): %s.%s is missing", s->section, s->key);
		if (s->max > 0 && s->type != SETTING_TITLE && !strstr(entry, range))
			fail_msg("teahouse.ini(5): %s.%s: \"%s\" is missing", s->section, s->key,
				range);
		if (s->default_value && *s->default_value && !strstr(entry, standard))
			fail_msg("teahouse.ini(5): %s.%s: \"%s\" is missing", s->section, s->key,
				standard);
		for (struct text rest = text_of(s->protocols ? s->protocols : ""); rest.len > 0;) {
			struct text protocol = text_word(&rest);
			snprintf(range, sizeof range, ".Ql %.*s", TEXT_ARGS(protocol));
			if (!strstr(entry, range))
				fail_msg("teahouse.ini(5): %s.%s: \"%s\" is missing", s->section,
					s->key, range);
		}
		free(entry);
	}
	for (const char *at = manual; (at = strstr(at, "\n.It Cm ")); at++)
		items++;
	assert_int_equal(items, rows);
	free(manual);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_limits_of_each_row),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_shipped_file_runs),
		cmocka_unit_test(test_shipped_file_is_complete),
		cmocka_unit_test(test_manual_is_complete),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
