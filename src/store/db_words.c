/* The words of messages, by FTS5. */
#include "store/db_words.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"

/* unicode61, whose tokens get the room's number in front. */
struct tokenizer {
	fts5_tokenizer of_words;
	Fts5Tokenizer *words;
};

/* While a text is split into tokens. */
struct splitting {
	void *ctx;
	int (*found)(void *ctx, int flags, const char *token, int n, int start, int end);
	struct strbuf token;
	size_t prefix; /* bytes of it that are the room's */
	int offset;    /* of the words in the text */
};

static int
tokenizer_create(void *ctx, const char **args, int n, Fts5Tokenizer **out)
{
	static const char *const options[] = {"remove_diacritics", "2"};
	fts5_api *api = ctx;
	void *words_ctx;
	struct tokenizer *tokenizer = xcalloc(sizeof *tokenizer);
	(void)args;
	(void)n;
	int result = api->xFindTokenizer(api, "unicode61", &words_ctx, &tokenizer->of_words);
	if (result == SQLITE_OK)
		result = tokenizer->of_words.xCreate(
			words_ctx, (const char **)(uintptr_t)options, 2, &tokenizer->words);
	if (result != SQLITE_OK) {
		free(tokenizer);
		return result;
	}
	*out = (Fts5Tokenizer *)tokenizer;
	return SQLITE_OK;
}

static void
tokenizer_delete(Fts5Tokenizer *at)
{
	struct tokenizer *tokenizer = (struct tokenizer *)at;
	tokenizer->of_words.xDelete(tokenizer->words);
	free(tokenizer);
}

static int
word_found(void *ctx, int flags, const char *word, int n, int start, int end)
{
	struct splitting *splitting = ctx;
	splitting->token.len = splitting->prefix;
	strbuf_add(&splitting->token, word, (size_t)n);
	return splitting->found(splitting->ctx, flags, splitting->token.ptr,
		(int)splitting->token.len, start + splitting->offset, end + splitting->offset);
}

static int
tokenizer_split(Fts5Tokenizer *at, void *ctx, int flags, const char *text, int n,
	int (*found)(void *, int, const char *, int, int, int))
{
	const struct tokenizer *tokenizer = (const struct tokenizer *)at;
	struct splitting splitting = {.ctx = ctx, .found = found};
	const char *line_feed = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
	if (!line_feed)
		return SQLITE_OK;
	/* The line feed, too, which is in no word: so that room 1 has no words of room 12. */
	splitting.prefix = (size_t)(line_feed - text) + 1;
	splitting.offset = (int)splitting.prefix;
	strbuf_add(&splitting.token, text, splitting.prefix);
	int result = tokenizer->of_words.xTokenize(tokenizer->words, &splitting, flags,
		text + splitting.prefix, n - splitting.offset, word_found);
	strbuf_clear(&splitting.token);
	return result;
}

int
words_register(sqlite3 *sqlite)
{
	static fts5_tokenizer tokenizer = {tokenizer_create, tokenizer_delete, tokenizer_split};
	fts5_api *api = NULL;
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(sqlite, "SELECT fts5(?1)", -1, &statement, NULL);
	if (result != SQLITE_OK)
		return result;
	sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
	sqlite3_step(statement);
	result = sqlite3_finalize(statement);
	if (result != SQLITE_OK || !api)
		return result != SQLITE_OK ? result : SQLITE_ERROR;
	return api->xCreateTokenizer(api, "teahouse", api, &tokenizer, NULL);
}

void
words_text(struct strbuf *out, int64_t room, struct text text)
{
	strbuf_printf(out, "%" PRId64 "\n", room);
	strbuf_add_text(out, text);
}

/* A letter or a digit, as far as ASCII goes; beyond, the tokenizer decides. */
static bool
has_word(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];
		if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return true;
	}
	return false;
}

static void
term_add(struct strbuf *out, int64_t room, struct text term, bool begins)
{
	if (!has_word(term))
		return;
	strbuf_printf(out, "%s\"%" PRId64 "\n", out->len > 0 ? " AND " : "", room);
	for (size_t i = 0; i < term.len; i++)
		/* A NUL would end the query. */
		strbuf_printf(
			out, term.ptr[i] == '"' ? "\"\"" : "%c", term.ptr[i] ? term.ptr[i] : ' ');
	strbuf_puts(out, begins ? "\" *" : "\"");
}

/* Takes the next word, or phrase in quotes, off the front. */
static struct text
term_take(struct text *rest)
{
	struct text t = text_trim(*rest);
	const char *quote = NULL;
	if (t.len > 1 && t.ptr[0] == '"')
		quote = memchr(t.ptr + 1, '"', t.len - 1);
	if (!quote)
		return text_word(rest);
	size_t end = (size_t)(quote - t.ptr) + 1;
	*rest = (struct text){t.ptr + end, t.len - end};
	return (struct text){t.ptr + 1, end - 2};
}

void
words_query(struct strbuf *out, int64_t room, struct text typed)
{
	struct strbuf terms = {0};
	while (text_trim(typed).len > 0) {
		struct text term = term_take(&typed);
		bool begins = term.len > 1 && term.ptr[term.len - 1] == '*';
		term_add(&terms, room, term, begins);
	}
	if (terms.len > 0)
		strbuf_printf(out, "%s(%.*s)", out->len > 0 ? " OR " : "",
			TEXT_ARGS(strbuf_view(&terms)));
	strbuf_clear(&terms);
}
