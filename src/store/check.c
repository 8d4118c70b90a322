/* What can be told of a file without touching it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_internal.h"

enum {
	HEADER = 100, /* bytes; see "The Database Header" in SQLite's documentation */
	USER_VERSION = 60,
	APPLICATION = 68,
};

/* What helps where rights are missing. */
static const char *
advice(int error)
{
	return error == EACCES || error == EPERM
		       ? "; it must belong to the user that the server runs as"
		       : "";
}

/* The two files beside it are made in its folder. */
static bool
folder_check(const char *file, struct strbuf *why)
{
	const char *slash = strrchr(file, '/');
	struct strbuf folder = {0};
	if (slash == file)
		strbuf_puts(&folder, "/");
	else if (slash)
		strbuf_add(&folder, file, (size_t)(slash - file));
	else
		strbuf_puts(&folder, ".");
	strbuf_add(&folder, "", 1);
	bool fine = access(folder.ptr, W_OK | X_OK) == 0;
	int error = errno;
	if (!fine && error == ENOENT)
		strbuf_printf(why,
			"there is no folder %s; make it, or choose another file "
			"(history.file)",
			folder.ptr);
	else if (!fine)
		strbuf_printf(why, "its folder %s cannot be written: %s%s", folder.ptr,
			strerror(error), advice(error));
	strbuf_clear(&folder);
	return fine;
}

static uint32_t
header_number(const unsigned char *header, size_t at)
{
	return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
	       (uint32_t)header[at + 2] << 8 | header[at + 3];
}

static bool
header_check(const unsigned char *header, ssize_t n, struct strbuf *why)
{
	/* A new one is empty. */
	if (n == 0)
		return true;
	uint32_t application = n == HEADER ? header_number(header, APPLICATION) : 0;
	uint32_t version = n == HEADER ? header_number(header, USER_VERSION) : 0;
	if (n < HEADER || memcmp(header, "SQLite format 3", 16) != 0)
		strbuf_puts(why, "file is not a database; move it away to begin a new history, or "
				 "put a backup in its place");
	else if (application && application != db_application_id())
		strbuf_puts(why, "is a database, but not a history of Teahouse's; choose another "
				 "file (history.file)");
	else if (application && version > DB_VERSION)
		db_explain_version(version, DB_VERSION, why);
	else
		return true;
	return false;
}

bool
file_check(const char *file, struct strbuf *why)
{
	struct stat found;
	unsigned char header[HEADER];
	if (!folder_check(file, why))
		return false;
	if (stat(file, &found) != 0 && errno == ENOENT)
		return true;
	if (!S_ISREG(found.st_mode)) {
		strbuf_printf(why, "is %s; choose another name (history.file)",
			S_ISDIR(found.st_mode) ? "a folder" : "not a file");
		return false;
	}
	int fd = open(file, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		strbuf_printf(
			why, "cannot be opened for writing: %s%s", strerror(errno), advice(errno));
		return false;
	}
	ssize_t n = read(fd, header, sizeof header);
	bool fine = n >= 0;
	if (!fine)
		strbuf_printf(why, "cannot be read: %s", strerror(errno));
	close(fd);
	return fine && header_check(header, n, why);
}

bool
store_check(const char *file, struct strbuf *why)
{
	size_t before = why->len;
	strbuf_printf(why, "%s: ", file);
	if (!file_check(file, why))
		return false;
	why->len = before;
	return true;
}
