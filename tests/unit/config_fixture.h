/* What the tests of the settings share: a settings file in a folder of its own, and its report. */
#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "teahouse/config.h"

/* A settings file, and next to its folder one for the page, as they are shipped. */
static char folder[] = "/tmp/teahouse-config-XXXXXX";
static char file[64];

static inline void
file_write(const char *path, const char *bytes, size_t n)
{
	FILE *to = fopen(path, "w");
	assert_non_null(to);
	assert_int_equal(fwrite(bytes, 1, n, to), n);
	assert_int_equal(fclose(to), 0);
}

static inline char *
beside(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static inline int
folder_make(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	assert_int_equal(mkdir(beside("conf"), 0700), 0);
	assert_int_equal(mkdir(beside("web"), 0700), 0);
	assert_int_equal(mkdir(beside("empty"), 0700), 0);
	file_write(beside("web/index.html"), "", 0);
	snprintf(file, sizeof file, "%s/conf/t.ini", folder);
	return 0;
}

static inline int
folder_remove(void **state)
{
	(void)state;
	unlink(file);
	unlink(beside("web/index.html"));
	rmdir(beside("conf"));
	rmdir(beside("web"));
	rmdir(beside("empty"));
	return rmdir(folder);
}

/* Appends the text with every `from` replaced by `to`. */
static inline void
strbuf_add_replaced(struct strbuf *out, struct text text, const char *from, const char *to)
{
	size_t n = strlen(from);
	for (size_t i = 0; i < text.len;) {
		if (text.len - i >= n && memcmp(text.ptr + i, from, n) == 0) {
			strbuf_puts(out, to);
			i += n;
		} else {
			strbuf_add(out, &text.ptr[i++], 1);
		}
	}
}

/* What is reported about a file, without the folder, and with PROTOCOLS for their list. */
static inline char *
report(const char *ini, size_t n, int port)
{
	struct strbuf wrong = {0}, shorter = {0}, plain = {0}, protocols = {0};
	file_write(file, ini, n);
	struct config *config = config_read(file, port, &wrong);
	assert_int_equal(config == NULL, wrong.len > 0);
	if (config)
		config_free(config);
	for (const struct adapter *const *a = adapter_list(); *a; a++)
		strbuf_printf(&protocols, "%s%s", a == adapter_list() ? "" : ", ", (*a)->name);
	strbuf_add(&protocols, "", 1);
	char at[80];
	snprintf(at, sizeof at, "%s/conf/", folder);
	strbuf_add_replaced(&shorter, strbuf_view(&wrong), at, "");
	strbuf_add_replaced(&plain, strbuf_view(&shorter), protocols.ptr, "PROTOCOLS");
	strbuf_add(&plain, "", 1);
	strbuf_clear(&wrong);
	strbuf_clear(&shorter);
	strbuf_clear(&protocols);
	return plain.ptr;
}

static inline void
expect_port(const char *ini, int port, const char *expected)
{
	char *reported = report(ini, strlen(ini), port);
	assert_string_equal(reported, expected);
	free(reported);
}

static inline void
expect(const char *ini, const char *expected)
{
	expect_port(ini, -1, expected);
}

static inline void
expect_bytes(const char *ini, size_t n, const char *expected)
{
	char *reported = report(ini, n, -1);
	assert_string_equal(reported, expected);
	free(reported);
}

static inline struct config *
config_of(const char *ini, int port)
{
	struct strbuf wrong = {0};
	file_write(file, ini, strlen(ini));
	struct config *config = config_read(file, port, &wrong);
	if (!config)
		fail_msg("%.*s", TEXT_ARGS(strbuf_view(&wrong)));
	strbuf_clear(&wrong);
	return config;
}

#endif
