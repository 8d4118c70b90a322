/*
 * Holds every file of the page as the finished answer to a request for it. A path is
 * only compared with the names that were found at the start.
 */
#include "net/site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
	FILE_BYTES = 16 << 20, /* longest file served */
	FILES_MAX = 1000,
	FOLDERS_DEEP = 8,
};

#define COMMON_HEADERS                                 \
	"Content-Security-Policy: " SITE_POLICY "\r\n" \
	"X-Content-Type-Options: nosniff\r\n"          \
	"Referrer-Policy: no-referrer\r\n"

/* An answer; its head alone answers HEAD. */
struct answer {
	struct strbuf bytes;
	size_t head;
};

struct file {
	char *path; /* as requested, with its slash */
	char etag[20];
	struct answer whole, unchanged;
	struct file *next;
};

struct site {
	struct file *files;
	size_t n_files;
	struct answer statuses[SITE_STATUSES];
};

/* A folder that is being read. */
struct folder {
	struct site *site;
	const char *path; /* as requested, without its last slash */
	int fd;
	unsigned deep;
	struct strbuf *wrong;
};

static const char *
type_of(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{".html", "text/html; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".mjs", "text/javascript; charset=utf-8"},
		{".json", "application/json"},
		{".webmanifest", "application/manifest+json"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".ico", "image/x-icon"},
		{".txt", "text/plain; charset=utf-8"},
		{".md", "text/plain; charset=utf-8"},
	};
	const char *ending = strrchr(path, '.');
	for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
		if (strcasecmp(ending, types[i].ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static void
etag_make(char etag[static 20], const char *bytes, size_t n)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	snprintf(etag, 20, "\"%016" PRIx64 "\"", hash);
}

static void
status_make(struct answer *answer, const char *status, const char *words, const char *headers)
{
	struct strbuf *out = &answer->bytes;
	strbuf_printf(out, "HTTP/1.1 %s\r\n" COMMON_HEADERS, status);
	strbuf_printf(
		out, "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n");
	strbuf_printf(out, "Content-Length: %zu\r\n%s\r\n", strlen(words) + 1, headers);
	answer->head = out->len;
	strbuf_printf(out, "%s\n", words);
}

static void
file_make(struct file *file, const char *bytes, size_t n)
{
	etag_make(file->etag, bytes, n);
	struct strbuf *out = &file->whole.bytes;
	strbuf_printf(out, "HTTP/1.1 200 OK\r\n" COMMON_HEADERS);
	strbuf_printf(out, "Content-Type: %s\r\nCache-Control: no-cache\r\n", type_of(file->path));
	strbuf_printf(out, "ETag: %s\r\nContent-Length: %zu\r\n\r\n", file->etag, n);
	file->whole.head = out->len;
	strbuf_add(out, bytes, n);
	out = &file->unchanged.bytes;
	strbuf_printf(out, "HTTP/1.1 304 Not Modified\r\n" COMMON_HEADERS);
	strbuf_printf(out, "Cache-Control: no-cache\r\nETag: %s\r\n\r\n", file->etag);
	file->unchanged.head = out->len;
}

static void
file_free(struct file *file)
{
	strbuf_clear(&file->whole.bytes);
	strbuf_clear(&file->unchanged.bytes);
	free(file->path);
	free(file);
}

static bool
folder_fails(const struct folder *folder, const char *name, const char *why)
{
	strbuf_printf(folder->wrong, "%s/%s: %s", folder->path, name, why);
	return false;
}

/* Reads the whole file; false when it is larger than FILE_BYTES. */
static bool
file_read(int fd, struct strbuf *bytes)
{
	for (;;) {
		ssize_t n = read(fd, strbuf_reserve(bytes, BUFSIZ), BUFSIZ);
		if (n <= 0)
			return n == 0;
		bytes->len += (size_t)n;
		if (bytes->len > FILE_BYTES) {
			errno = EFBIG;
			return false;
		}
	}
}

static bool
file_add(const struct folder *folder, const char *name)
{
	int fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return folder_fails(folder, name, strerror(errno));
	struct strbuf bytes = {0};
	bool fine = file_read(fd, &bytes);
	int error = errno;
	close(fd);
	if (fine && folder->site->n_files == FILES_MAX) {
		fine = false;
		error = EMFILE;
	}
	if (fine) {
		struct file *file = xcalloc(sizeof *file);
		struct strbuf path = {0};
		strbuf_printf(&path, "%s/%s", folder->path, name);
		strbuf_add(&path, "", 1);
		file->path = path.ptr;
		file_make(file, bytes.ptr ? bytes.ptr : "", bytes.len);
		file->next = folder->site->files;
		folder->site->files = file;
		folder->site->n_files++;
	}
	strbuf_clear(&bytes);
	return fine || folder_fails(folder, name, strerror(error));
}

static bool folder_read(struct folder *folder);

static bool
folder_add(const struct folder *folder, const char *name)
{
	if (folder->deep == FOLDERS_DEEP)
		return folder_fails(folder, name, "too many folders in each other");
	struct folder inner = *folder;
	inner.fd = openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inner.fd < 0)
		return folder_fails(folder, name, strerror(errno));
	struct strbuf path = {0};
	strbuf_printf(&path, "%s/%s", folder->path, name);
	strbuf_add(&path, "", 1);
	inner.path = path.ptr;
	inner.deep++;
	bool fine = folder_read(&inner);
	strbuf_clear(&path);
	return fine;
}

/* Hidden files, links, and what is neither file nor folder are not served. */
static bool
entry_add(const struct folder *folder, const char *name)
{
	struct stat st;
	if (name[0] == '.')
		return true;
	if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return folder_fails(folder, name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return folder_add(folder, name);
	return !S_ISREG(st.st_mode) || file_add(folder, name);
}

/* Closes its descriptor. */
static bool
folder_read(struct folder *folder)
{
	DIR *dir = fdopendir(folder->fd);
	if (!dir) {
		int error = errno;
		close(folder->fd);
		return folder_fails(folder, "", strerror(error));
	}
	bool fine = true;
	for (struct dirent *entry; fine && (entry = readdir(dir));)
		fine = entry_add(folder, entry->d_name);
	closedir(dir);
	return fine;
}

static const struct file *
file_find(const struct site *site, struct text path)
{
	for (const struct file *file = site->files; file; file = file->next) {
		struct text name = text_of(file->path);
		if (text_is(name, path))
			return file;
		struct text index = text_of("index.html");
		if (path.len && path.ptr[path.len - 1] == '/' && name.len == path.len + index.len &&
			memcmp(name.ptr, path.ptr, path.len) == 0 &&
			memcmp(name.ptr + path.len, index.ptr, index.len) == 0)
			return file;
	}
	return NULL;
}

struct site *
site_open(const char *root, struct strbuf *wrong)
{
	struct site *site = xcalloc(sizeof *site);
	struct folder folder = {.site = site, .path = "", .wrong = wrong};
	size_t before = wrong->len;
	strbuf_printf(wrong, "%s", root);
	folder.fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool fine = folder.fd >= 0;
	if (!fine)
		strbuf_printf(wrong, ": %s", strerror(errno));
	fine = fine && folder_read(&folder);
	if (fine && !file_find(site, text_of("/"))) {
		fine = false;
		strbuf_puts(wrong, ": there is no index.html in it");
	}
	if (!fine) {
		site_close(site);
		return NULL;
	}
	wrong->len = before;
#define SITE_MAKE(name, status, words, headers) \
	status_make(&site->statuses[SITE_##name], status, words, headers);
	SITE_ANSWERS(SITE_MAKE)
#undef SITE_MAKE
	return site;
}

void
site_close(struct site *site)
{
	while (site->files) {
		struct file *file = site->files;
		site->files = file->next;
		file_free(file);
	}
	for (int i = 0; i < SITE_STATUSES; i++)
		strbuf_clear(&site->statuses[i].bytes);
	free(site);
}

static struct text
answer_read(const struct answer *answer, bool head)
{
	return (struct text){answer->bytes.ptr, head ? answer->head : answer->bytes.len};
}

struct text
site_status(const struct site *site, enum site_status status, bool head)
{
	return answer_read(&site->statuses[status], head);
}

static bool
text_has(struct text t, const char *part)
{
	size_t n = strlen(part);
	for (size_t i = 0; i + n <= t.len; i++)
		if (memcmp(t.ptr + i, part, n) == 0)
			return true;
	return false;
}

struct text
site_answer(const struct site *site, const struct site_request *request)
{
	if (!request->get && !request->head)
		return site_status(site, SITE_NOT_ALLOWED, false);
	if (text_is(request->path, text_of("/healthz")))
		return site_status(site, SITE_HEALTHY, request->head);
	if (text_is(request->path, text_of("/ws")))
		return site_status(site, SITE_UPGRADE, request->head);
	const struct file *file = file_find(site, request->path);
	if (!file)
		return site_status(site, SITE_NOT_FOUND, request->head);
	if (text_has(request->known, file->etag) || text_is(request->known, text_of("*")))
		return answer_read(&file->unchanged, false);
	return answer_read(&file->whole, request->head);
}
