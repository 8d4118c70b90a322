/*
 * Combines the settings file, the defaults and the command line's PORT, and checks
 * settings against each other. Does not know the file's syntax, which is the parser's.
 */
#include "teahouse/config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/alloc.h"
#include "config/parser.h"

static bool
section_has(const struct section *section, const struct setting *setting)
{
	return section->kind && strcmp(section->kind, setting->section) == 0;
}

/* Whether the section's protocol has the setting, as far as the protocol is known. */
static bool
section_takes(const struct section *section, const struct setting *setting)
{
	const struct adapter *adapter = section->draft.listener.adapter;
	return !setting->protocols || (adapter && setting_applies(setting, adapter));
}

/* The line of the key, or else of the section. */
static long
section_line(struct section *section, const char *key)
{
	long line = *section_given(section, key);
	return line > 0 ? line : section->line;
}

/* Whether it is a listener that is to be opened. */
static bool
section_is_open(const struct section *section)
{
	return section_is_listener(section) && !section->partial && section->draft.enabled;
}

/* Fills in the settings that were not given. */
static void
section_complete(struct parser *parser, struct section *section)
{
	struct listener *listener = &section->draft.listener;
	const struct config *config = parser->config;
	/* A second [server] has the same fields as the first. */
	if (!section_is_listener(section) && section_find(parser, section->name) != section)
		return;
	for (const struct setting *s = settings; s->key; s++) {
		bool wanted =
			s->default_value && section_has(section, s) && section_takes(section, s);
		if (wanted && section->given[s - settings] <= 0) {
			const char *mistake = setting_parse(s, section_fields(parser, section),
				s->default_value, parser->rules);
			assert(!mistake);
			(void)mistake;
		}
	}
	if (!section_is_listener(section))
		return;
	if (*section_given(section, "room") == 0 && config->room)
		listener->room = xstrndup(config->room, strlen(config->room));
	if (*section_given(section, "address") == 0 && config->address)
		listener->address = xstrndup(config->address, strlen(config->address));
	if (*section_given(section, "echo") == 0 && listener->adapter)
		listener->echo = listener->adapter->echo;
}

/* Reports settings of another protocol, and those that are missing. */
static void
section_check(struct parser *parser, struct section *section)
{
	const struct adapter *adapter = section->draft.listener.adapter;
	for (const struct setting *s = settings; s->key; s++) {
		if (!section_has(section, s))
			continue;
		long line = section->given[s - settings];
		if (line > 0 && adapter && !setting_applies(s, adapter))
			setting_misplaced(s, adapter,
				parser_add_mistake(parser, line, section->name, s->key));
		if (line == 0 && s->required && !section->partial) {
			struct strbuf *message =
				parser_add_mistake(parser, section->line, section->name, s->key);
			strbuf_puts(message, "is missing");
			setting_expected(s, message);
		}
	}
}

/* Gives the port to the first open listener of the protocol json. port: -1: none was given. */
static void
argument_apply(struct parser *parser, int port)
{
	const struct setting *setting = setting_find("listener", text_of("port"));
	if (port == -1)
		return;
	if (port < setting->min || port > setting->max) {
		struct strbuf *message = parser_add_mistake(parser, LINE_ARGUMENT, NULL, NULL);
		strbuf_printf(message, "%d is out of range", port);
		setting_expected(setting, message);
		return;
	}
	bool protocol_unknown = parser->section_hidden;
	for (size_t i = 0; i < parser->n_sections; i++) {
		struct section *section = parser->sections[i];
		const struct adapter *adapter = section->draft.listener.adapter;
		if (!section_is_open(section))
			continue;
		if (adapter && strcmp(adapter->name, "json") == 0) {
			section->draft.listener.port = port;
			section->given[setting - settings] = LINE_ARGUMENT;
			return;
		}
		protocol_unknown = protocol_unknown || !adapter;
	}
	if (!protocol_unknown)
		strbuf_puts(parser_add_mistake(parser, LINE_ARGUMENT, NULL, NULL),
			"there is no listener to use it; expected one with protocol = json");
}

/* A relative path is relative to the folder of the settings file. */
static void
path_resolve(const struct parser *parser, char **relative)
{
	const char *slash = strrchr(parser->path, '/');
	if (!*relative || !**relative || **relative == '/' || !slash)
		return;
	struct strbuf path = {0};
	strbuf_add(&path, parser->path, (size_t)(slash - parser->path) + 1);
	strbuf_puts(&path, *relative);
	free(*relative);
	*relative = xstrndup(path.ptr, path.len);
	strbuf_clear(&path);
}

/* Why the file cannot be served, or NULL. */
static const char *
file_fault(const char *path)
{
	struct stat found;
	if (stat(path, &found) != 0 || access(path, R_OK) != 0)
		return strerror(errno);
	return S_ISREG(found.st_mode) ? NULL : "Not a file";
}

static void
root_check(struct parser *parser, struct section *section)
{
	struct listener *listener = &section->draft.listener;
	const struct setting *setting = setting_find("listener", text_of("root"));
	bool opened = section_is_open(section) && section_takes(section, setting);
	if (!opened || !listener->root || !*listener->root)
		return;
	path_resolve(parser, &listener->root);
	struct strbuf index = {0};
	strbuf_printf(&index, "%s/index.html", listener->root);
	strbuf_add(&index, "", 1);
	const char *fault = file_fault(index.ptr);
	if (fault) {
		struct strbuf *message = parser_add_mistake(
			parser, section_line(section, "root"), section->name, "root");
		strbuf_printf(message, "\"%s\" cannot be read: %s", index.ptr, fault);
		setting_expected(setting, message);
	}
	strbuf_clear(&index);
}

static char *
setting_location(const struct parser *parser, struct section *section, const char *key)
{
	struct strbuf location = {0};
	parser_write_location(&location, parser, section_line(section, key), section->name, key);
	char *copy = xstrndup(location.ptr, location.len);
	strbuf_clear(&location);
	return copy;
}

/* Says that a file of [tls] is missing in the settings, or cannot be used. */
static void
tls_file_check(struct parser *parser, struct section *section, const char *key, char **path)
{
	const struct setting *setting = setting_find("tls", text_of(key));
	const char *fault = **path ? NULL : "is missing";
	struct stat found;
	path_resolve(parser, path);
	if (**path)
		fault = file_fault(*path);
	if (!fault && strcmp(key, "key") == 0 && stat(*path, &found) == 0 &&
		(found.st_mode & S_IRWXO))
		fault = "Every user of this machine may open it (chmod o= FILE)";
	if (!fault || *section_given(section, key) == LINE_WRONG)
		return;
	struct strbuf *message = parser_add_mistake(parser, section_line(section, key), "tls", key);
	if (**path)
		strbuf_printf(message, "\"%s\" cannot be used: %s", *path, fault);
	else
		strbuf_puts(message, fault);
	setting_expected(setting, message);
}

/* The first open listener with TLS; NULL: there is none. */
static struct section *
tls_listener(const struct parser *parser)
{
	for (size_t i = 0; i < parser->n_sections; i++)
		if (section_is_open(parser->sections[i]) && parser->sections[i]->draft.listener.tls)
			return parser->sections[i];
	return NULL;
}

static void
tls_check(struct parser *parser)
{
	struct config *config = parser->config;
	struct section *tls = section_find(parser, "tls"), *listener = tls_listener(parser);
	bool given = *config->certificate || *config->key;
	if (tls->partial || (tls->line == 0 && parser->section_hidden))
		return;
	if (!given && listener && tls->line == 0)
		strbuf_puts(parser_add_mistake(
				    parser, section_line(listener, "tls"), listener->name, "tls"),
			"needs a certificate; expected a section [tls] with certificate and key");
	else if (given || listener) {
		tls_file_check(parser, tls, "certificate", &config->certificate);
		tls_file_check(parser, tls, "key", &config->key);
	}
	config->certificate_at = setting_location(parser, tls, "certificate");
	config->key_at = setting_location(parser, tls, "key");
}

/* A listener for proxies, where there are none, would refuse everybody. */
static void
proxy_check(struct parser *parser, struct section *section)
{
	if (!section_is_open(section) || !section->draft.listener.proxy || *parser->config->proxies)
		return;
	struct section *server = section_find(parser, "server");
	if (server->partial || *section_given(server, "proxies") == LINE_WRONG ||
		(server->line == 0 && parser->section_hidden))
		return;
	strbuf_puts(
		parser_add_mistake(parser, section_line(section, "proxy"), section->name, "proxy"),
		"needs server.proxies; expected the addresses of the proxies there");
}

/* Whether listeners at these addresses and one port would conflict. NULL: all addresses. */
static bool
addresses_conflict(const char *a, const char *b)
{
	static const unsigned char all[16], all_v4[16] = {[10] = 0xff, [11] = 0xff};
	unsigned char x[ADDRESS_KEY_BYTES], y[ADDRESS_KEY_BYTES];
	if (!a || !b || strcmp(a, b) == 0)
		return true;
	if (!address_parse(x, a) || !address_parse(y, b))
		return false;
	bool wild = memcmp(x, all, 16) == 0 || memcmp(y, all, 16) == 0;
	bool both_v4 = memcmp(x, all_v4, 12) == 0 && memcmp(y, all_v4, 12) == 0;
	bool wild_v4 = memcmp(x, all_v4, 16) == 0 || memcmp(y, all_v4, 16) == 0;
	return wild || (both_v4 && wild_v4) || memcmp(x, y, 16) == 0;
}

static bool
listeners_conflict(const struct section *a, const struct section *b)
{
	const struct listener *x = &a->draft.listener, *y = &b->draft.listener;
	return section_is_open(a) && section_is_open(b) && x->port > 0 && x->port == y->port &&
	       addresses_conflict(x->address, y->address);
}

/* The first section before this one, by the lines of their ports, that it conflicts with. */
static struct section *
listener_conflict(const struct parser *parser, struct section *late)
{
	for (size_t i = 0; i < parser->n_sections; i++) {
		struct section *early = parser->sections[i];
		if (early != late && listeners_conflict(late, early) &&
			section_line(early, "port") < section_line(late, "port"))
			return early;
	}
	return NULL;
}

static void
listeners_check(struct parser *parser)
{
	size_t listeners = 0, open = 0;
	for (size_t i = 0; i < parser->n_sections; i++) {
		struct section *section = parser->sections[i];
		if (!section_is_listener(section))
			continue;
		listeners++;
		open += section_is_open(section);
		root_check(parser, section);
		proxy_check(parser, section);
		struct section *early = listener_conflict(parser, section);
		if (early)
			strbuf_printf(parser_add_mistake(parser, section_line(section, "port"),
					      section->name, "port"),
				"%d is already used by %s in line %ld; expected another port or "
				"another address",
				section->draft.listener.port, early->name,
				section_line(early, "port"));
	}
	if (open == 0 && !parser->section_hidden)
		strbuf_printf(parser_add_mistake(parser, 0, NULL, NULL),
			"%s; expected at least one",
			listeners ? "no listener is enabled"
				  : "there is no section [listener:NAME]");
}

/* Moves the open listeners from their sections to the config. */
static void
listeners_keep(struct parser *parser)
{
	struct config *config = parser->config;
	config->listeners = xcalloc(parser->n_sections * sizeof *config->listeners);
	for (size_t i = 0; i < parser->n_sections; i++) {
		struct section *section = parser->sections[i];
		if (!section_is_open(section))
			continue;
		const char *name = strchr(section->name, ':') + 1;
		struct listener *listener = &config->listeners[config->n_listeners++];
		*listener = section->draft.listener;
		listener->name = xstrndup(name, strlen(name));
		listener->address_at = setting_location(parser, section, "address");
		listener->port_at = setting_location(parser, section, "port");
		section->draft.listener = (struct listener){0};
	}
}

struct config *
config_read(const char *path, int port, struct strbuf *wrong)
{
	struct config *config = xcalloc(sizeof *config);
	struct parser parser = {.path = path, .rules = name_rules_open(), .config = config};
	parser_read(&parser);
	for (size_t i = 0; i < parser.n_sections; i++)
		section_complete(&parser, parser.sections[i]);
	argument_apply(&parser, port);
	for (size_t i = 0; i < parser.n_sections; i++)
		section_check(&parser, parser.sections[i]);
	listeners_check(&parser);
	tls_check(&parser);
	path_resolve(&parser, &config->history);
	bool valid = parser.n_mistakes == 0;
	if (valid)
		listeners_keep(&parser);
	parser_close(&parser, wrong);
	name_rules_close(parser.rules);
	if (valid)
		return config;
	config_free(config);
	return NULL;
}

void
config_free(struct config *config)
{
	for (size_t i = 0; i < config->n_listeners; i++)
		listener_clear(&config->listeners[i]);
	free(config->listeners);
	free(config->name);
	free(config->room);
	free(config->address);
	free(config->history);
	free(config->proxies);
	free(config->certificate);
	free(config->key);
	free(config->certificate_at);
	free(config->key_at);
	free(config);
}
