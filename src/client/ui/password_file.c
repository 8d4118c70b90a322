/* Reading a password from a file, or from a pipe that a shell makes of a command. */
#include "client/ui/password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1024, OTHERS = S_IRWXG | S_IRWXO };

static bool
is_private(int fd, struct strbuf *why)
{
	struct stat file;
	if (fstat(fd, &file) < 0)
		strbuf_puts(why, strerror(errno));
	else if (!S_ISREG(file.st_mode) && !S_ISFIFO(file.st_mode))
		strbuf_puts(why, "this is not a file");
	else if (file.st_uid != geteuid())
		strbuf_puts(why, "it belongs to another user, who could read the password");
	else if (file.st_mode & OTHERS)
		strbuf_puts(why, "others than you could read or change it: chmod 600");
	else
		return true;
	return false;
}

static bool
first_line_read(int fd, struct strbuf *password, struct strbuf *why)
{
	char bytes[READ_BYTES];
	size_t n = 0;
	ssize_t got = 1;
	while (n < sizeof bytes && got > 0 && !memchr(bytes, '\n', n)) {
		got = read(fd, bytes + n, sizeof bytes - n);
		n += got > 0 ? (size_t)got : 0;
	}
	struct text rest = {bytes, n}, line = text_line(&rest);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (got < 0)
		strbuf_puts(why, strerror(errno));
	else if (line.len == 0)
		strbuf_puts(why, "there is no password in its first line");
	else if (line.len == sizeof bytes || memchr(line.ptr, '\0', line.len))
		strbuf_puts(why, "its first line is not a password");
	else
		strbuf_add_text(password, line);
	explicit_bzero(bytes, sizeof bytes);
	return password->len > 0;
}

bool
password_file_read(const char *path, struct strbuf *password, struct strbuf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	strbuf_printf(why, "-l %s: ", path);
	if (fd < 0) {
		strbuf_puts(why, strerror(errno));
		return false;
	}
	/* A pipe is waited for. */
	fcntl(fd, F_SETFL, 0);
	bool good = is_private(fd, why) && first_line_read(fd, password, why);
	close(fd);
	return good;
}
