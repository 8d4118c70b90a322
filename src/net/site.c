/*
 * Holds every file of the page as the finished answers to a request for it, as it is and
 * compressed. A path is only compared with the names that were found at the start.
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
#include "net/gzip.h"

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

/* One of the forms in which a file is served. */
struct representation {
	char etag[24];
	struct answer whole, unchanged;
};

struct file {
	char *path;                           /* as requested, with its slash */
	struct representation identity, gzip; /* gzip: empty if compressing is no use */
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

static uint64_t
hash_of(struct text bytes)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < bytes.len; i++)
		hash = (hash ^ (unsigned char)bytes.ptr[i]) * UINT64_C(0x100000001b3);
	return hash;
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
representation_make(
	struct representation *made, const char *type, struct text bytes, const char *headers)
{
	struct strbuf *out = &made->whole.bytes;
	strbuf_printf(out, "HTTP/1.1 200 OK\r\n" COMMON_HEADERS "Content-Type: %s\r\n", type);
	strbuf_printf(out, "Cache-Control: no-cache\r\nETag: %s\r\n%s", made->etag, headers);
	strbuf_printf(out, "Content-Length: %zu\r\n\r\n", bytes.len);
	made->whole.head = out->len;
	strbuf_add_text(out, bytes);
	out = &made->unchanged.bytes;
	strbuf_printf(out, "HTTP/1.1 304 Not Modified\r\n" COMMON_HEADERS);
	strbuf_printf(out, "Cache-Control: no-cache\r\nETag: %s\r\n%s\r\n", made->etag, headers);
	made->unchanged.head = out->len;
}

#define VARY "Vary: Accept-Encoding\r\n"

static void
file_make(struct file *file, struct text bytes)
{
	const char *type = type_of(file->path);
	struct strbuf gzip = {0};
	bool useful = gzip_compress(&gzip, bytes);
	uint64_t hash = hash_of(bytes);
	snprintf(file->identity.etag, sizeof file->identity.etag, "\"%016" PRIx64 "\"", hash);
	representation_make(&file->identity, type, bytes, useful ? VARY : "");
	if (useful) {
		snprintf(file->gzip.etag, sizeof file->gzip.etag, "\"%016" PRIx64 "-gz\"", hash);
		representation_make(
			&file->gzip, type, strbuf_view(&gzip), VARY "Content-Encoding: gzip\r\n");
	}
	strbuf_clear(&gzip);
}

static void
file_free(struct file *file)
{
	strbuf_clear(&file->identity.whole.bytes);
	strbuf_clear(&file->identity.unchanged.bytes);
	strbuf_clear(&file->gzip.whole.bytes);
	strbuf_clear(&file->gzip.unchanged.bytes);
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
		file_make(file, strbuf_view(&bytes));
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
	bool gzip = file->gzip.whole.head > 0 && gzip_is_accepted(request->encodings);
	const struct representation *chosen = gzip ? &file->gzip : &file->identity;
	if (text_has(request->known, chosen->etag) || text_is(request->known, text_of("*")))
		return answer_read(&chosen->unchanged, false);
	return answer_read(&chosen->whole, request->head);
}
