/* Says by FILE:LINE of the settings what is wrong with the certificate or its key. */
#include "net/certificate.h"

#include "teahouse/diag.h"
#include "teahouse/net.h"

/* FILE:LINE: SECTION.KEY: WHAT, of a mistake in one of the files of [tls]. */
static void
mistake_write(
	struct strbuf *out, const struct config *config, enum tls_file where, struct text what)
{
	const char *at = where == TLS_KEY ? config->key_at : config->certificate_at;
	strbuf_printf(out, "%s: %.*s", at, TEXT_ARGS(what));
}

/* Whether [tls] has both files. */
static bool
config_has_tls(const struct config *config)
{
	return *config->certificate && *config->key;
}

static struct tls_context *
context_open(const struct config *config, struct strbuf *wrong)
{
	struct strbuf what = {0};
	enum tls_file where;
	struct tls_context *context =
		tls_context_open(config->certificate, config->key, &where, &what);
	if (!context) {
		mistake_write(wrong, config, where, strbuf_view(&what));
		strbuf_puts(wrong, "\n");
	}
	strbuf_clear(&what);
	return context;
}

bool
net_check(const struct config *config, struct strbuf *wrong)
{
	if (!config_has_tls(config))
		return true;
	struct tls_context *context = context_open(config, wrong);
	if (context)
		tls_context_close(context);
	return context;
}

void
certificate_read_again(struct tls_context *context, const struct config *config)
{
	struct strbuf what = {0}, line = {0};
	enum tls_file where;
	if (tls_context_reload(context, config->certificate, config->key, &where, &what)) {
		diag_line(LOG_LEVEL_INFO, "SIGHUP: certificate and key were read again, for the "
					  "connections to come");
	} else {
		mistake_write(&line, config, where, strbuf_view(&what));
		diag_line(LOG_LEVEL_ERROR, "SIGHUP: %.*s; going on with the certificate as before",
			TEXT_ARGS(strbuf_view(&line)));
	}
	strbuf_clear(&what);
	strbuf_clear(&line);
}

bool
certificate_read(struct tls_context **context, const struct config *config)
{
	struct strbuf wrong = {0};
	*context = config_has_tls(config) ? context_open(config, &wrong) : NULL;
	bool fine = wrong.len == 0;
	if (!fine)
		diag_line(LOG_LEVEL_ERROR, "%.*s", TEXT_ARGS(text_trim(strbuf_view(&wrong))));
	strbuf_clear(&wrong);
	return fine;
}
