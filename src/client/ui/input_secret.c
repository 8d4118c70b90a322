/* Passwords, a key at a time. */
#include "client/ui/input_secret.h"

#include <string.h>

enum {
	CTRL_D = 0x04,
	CTRL_H = 0x08,
	LINE_FEED = 0x0a,
	ENTER = 0x0d,
	CTRL_U = 0x15,
	CTRL_W = 0x17,
	DELETE = 0x7f,
	SECRET_BYTES = 1024, /* at most; the server says how long it may be */
};

void
secret_wipe(struct strbuf *secret)
{
	if (secret->ptr)
		explicit_bzero(secret->ptr, secret->cap);
	strbuf_clear(secret);
}

/* Reserved at once, so that no copies are left behind. */
static void
secret_add(struct strbuf *secret, struct text bytes)
{
	strbuf_reserve(secret, SECRET_BYTES - secret->len);
	if (secret->len + bytes.len <= SECRET_BYTES)
		strbuf_add_text(secret, bytes);
}

static bool
is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static void
secret_drop_last(struct strbuf *secret)
{
	while (secret->len > 0 && is_continuation(secret->ptr[secret->len - 1]))
		secret->len--;
	secret->len -= secret->len > 0;
}

enum secret_key
secret_press(struct strbuf *secret, struct text key)
{
	unsigned char byte = (unsigned char)key.ptr[0];
	if (byte == ENTER || byte == LINE_FEED)
		return SECRET_KEY_ENTER;
	if (byte == CTRL_D && secret->len == 0)
		return SECRET_KEY_END;
	if (byte == CTRL_H || byte == DELETE)
		secret_drop_last(secret);
	else if (byte == CTRL_U || byte == CTRL_W)
		secret->len = 0;
	else if (byte >= ' ')
		secret_add(secret, key);
	return SECRET_KEY_NONE;
}

void
secret_paste(struct strbuf *secret, struct text pasted)
{
	secret_add(secret, text_line(&pasted));
}
