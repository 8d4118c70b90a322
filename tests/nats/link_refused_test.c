/* What keeps a link from connecting, and a server from being the log: each told in a sentence. */
#include "raw_client.h"
#include "talk.h"

static void
assert_told(const struct node *node, enum nats_link_event event, const char *words)
{
	if (!strstr(node->why[event], words))
		fail_msg("\"%s\" does not say \"%s\"", node->why[event], words);
	for (size_t i = 0; i < EVENTS; i++)
		assert_null(strstr(node->why[i], "secret"));
}

static void
servers_with(struct fixture *f, const char *settings)
{
	fixture_open(f);
	f->servers.more = settings;
	servers_start(&f->servers, 1);
}

/* A link to the server with another beginning or end of its URL. */
static void
node_with(struct fixture *f, size_t i, const char *scheme, const char *user,
	struct nats_link_options options)
{
	char url[PATH_BYTES];
	const char *urls[] = {url};
	snprintf(url, sizeof url, "%s://%s127.0.0.1:%d", scheme, user, f->servers.all[0].port);
	options.create = true;
	node_open_at(f, i, urls, 1, options);
}

/* Tried for ever, told once. */
static void
await_cannot_connect(struct fixture *f, size_t i, const char *words)
{
	struct node *node = &f->nodes[i];
	AWAIT(f, strstr(node->why[LINK_CANNOT_CONNECT], words));
	size_t told = node->counts[LINK_CANNOT_CONNECT];
	run_for(f, 1500);
	assert_int_equal(node->counts[LINK_CANNOT_CONNECT], told);
	assert_told(node, LINK_CANNOT_CONNECT, words);
	assert_false(nats_link_publish(node->link, text_of("x")));
	assert_false(nats_link_hear(node->link, 1));
	assert_false(nats_link_tell_here(node->link, text_of("x")));
	assert_false(nats_link_ask(node->link, text_of("tea0"), 1, text_of("x"), 1));
	assert_int_equal(node->counts[LINK_CONNECTED], 0);
	assert_int_equal(node->counts[LINK_DISCONNECTED], 0);
}

static void
nobody_is_there(void **state)
{
	struct fixture f;
	(void)state;
	fixture_open(&f);
	char url[PATH_BYTES];
	int port = free_port();
	snprintf(url, sizeof url, "nats://ann:secret@127.0.0.1:%d", port);
	const char *urls[] = {url, "nats://no-such-host.invalid:4222"};
	node_open_at(&f, 0, urls, 2, (struct nats_link_options){.create = true});
	AWAIT(&f, f.nodes[0].counts[LINK_CANNOT_CONNECT] == 1);
	assert_told(&f.nodes[0], LINK_CANNOT_CONNECT, "127.0.0.1:");
	assert_told(&f.nodes[0], LINK_CANNOT_CONNECT, ": cannot connect; is the server running?");
	AWAIT(&f, f.nodes[0].counts[LINK_CANNOT_CONNECT] == 2);
	assert_told(&f.nodes[0], LINK_CANNOT_CONNECT, "no-such-host.invalid:4222: ");
	run_for(&f, 1500);
	assert_int_equal(f.nodes[0].counts[LINK_CANNOT_CONNECT], 2);
	/* When it comes, all is well. */
	f.servers.all[0].port = port;
	f.servers.n = 1;
	snprintf(f.servers.folder, sizeof f.servers.folder, "/tmp/teahouse-nats-XXXXXX");
	assert_non_null(mkdtemp(f.servers.folder));
	snprintf(f.servers.all[0].folder, PATH_BYTES, "%s", f.servers.folder);
	server_settings_write(&f.servers, &f.servers.all[0]);
	server_start(&f.servers.all[0]);
	await_ready(&f, 0);
	fixture_close(&f);
}

static void
credentials_are_wrong(void **state)
{
	struct fixture f;
	(void)state;
	servers_with(&f, "authorization { user: ann, password: secret2 }");
	node_with(&f, 0, "nats", "ann:secret1@", (struct nats_link_options){0});
	node_with(&f, 1, "nats", "", (struct nats_link_options){0});
	await_cannot_connect(&f, 0, ": the server refuses the credentials");
	await_cannot_connect(&f, 1, ": the server refuses the credentials");
	node_with(&f, 2, "nats", "ann:secret2@", (struct nats_link_options){0});
	await_ready(&f, 2);
	assert_told(&f.nodes[2], LINK_CONNECTED, "127.0.0.1:");
	node_close(&f, 0);
	node_with(&f, 0, "nats", "ann:secret2@",
		(struct nats_link_options){.credentials = "/nonexistent/tea.creds"});
	await_cannot_connect(&f, 0, "/nonexistent/tea.creds: No such file or directory");
	fixture_close(&f);
}

static void
jetstream_is_off(void **state)
{
	struct fixture f;
	(void)state;
	fixture_open(&f);
	f.servers.without_jetstream = true;
	servers_start(&f.servers, 1);
	node_open(&f, 0);
	AWAIT(&f, f.nodes[0].counts[LINK_LOG_FAILED] > 0);
	assert_told(&f.nodes[0], LINK_LOG_FAILED, "tea_log: JetStream is not enabled");
	assert_false(publish(&f, 0, "x"));
	/* The rest works. */
	assert_true(nats_link_tell_here(f.nodes[0].link, text_of("here")));
	AWAIT(&f, f.nodes[0].heres == 1);
	run_for(&f, 4500);
	assert_int_equal(f.nodes[0].counts[LINK_LOG_FAILED], 1);
	server_end(&f.servers.all[0], SIGTERM);
	f.servers.without_jetstream = false;
	server_settings_write(&f.servers, &f.servers.all[0]);
	server_start(&f.servers.all[0]);
	await_ready(&f, 0);
	fixture_close(&f);
}

static void
log_is_other_than_wanted(void **state)
{
	struct fixture f;
	(void)state;
	servers_with(&f, NULL);
	struct server *server = &f.servers.all[0];
	/* Too large for the server. */
	node_with(&f, 2, "nats", "",
		(struct nats_link_options){.max_bytes = INT64_C(1) << 40, .name = "big"});
	AWAIT(&f, f.nodes[2].counts[LINK_LOG_FAILED] == 1);
	assert_told(&f.nodes[2], LINK_LOG_FAILED, "big_log: insufficient storage resources");
	/* Several copies, where there is one server. */
	node_with(&f, 0, "nats", "", (struct nats_link_options){.replicas = 3});
	await_ready(&f, 0);
	assert_int_equal(f.nodes[0].counts[LINK_LOG_DIFFERS], 0);
	node_with(&f, 1, "nats", "", (struct nats_link_options){.max_bytes = 1 << 20});
	await_ready(&f, 1);
	assert_int_equal(f.nodes[1].counts[LINK_LOG_DIFFERS], 1);
	assert_told(&f.nodes[1], LINK_LOG_DIFFERS,
		"tea_log: the stream differs from the settings: how many bytes are kept");
	assert_true(publish(&f, 1, "x"));
	hear_from(&f, 0, 1);
	AWAIT(&f, f.nodes[0].messages == 1);
	node_close(&f, 1);
	/* Of other subjects: not the log. */
	raw_do(server, "$JS.API.STREAM.CREATE.sea_log",
		"{\"name\":\"sea_log\",\"subjects\":[\"sea.*.*\"]}");
	node_with(&f, 1, "nats", "", (struct nats_link_options){.name = "sea"});
	AWAIT(&f, f.nodes[1].counts[LINK_LOG_FAILED] == 1);
	assert_told(&f.nodes[1], LINK_LOG_FAILED,
		"sea_log: the stream cannot be the log: its subjects");
	assert_false(publish(&f, 1, "x"));
	fixture_close(&f);
}

static void
messages_are_too_small(void **state)
{
	struct fixture f;
	(void)state;
	servers_with(&f, "max_payload: 64KB");
	node_with(&f, 0, "nats", "", (struct nats_link_options){0});
	await_cannot_connect(&f, 0, ": max_payload is 65536 bytes; ");
	fixture_close(&f);
}

static void
server_denies(void **state)
{
	struct fixture f;
	(void)state;
	servers_with(&f, "authorization { users: [ { user: ann, password: secret2, permissions: {"
			 " publish: { deny: [\"tea.here\"] } } } ] }");
	node_with(&f, 0, "nats", "ann:secret2@", (struct nats_link_options){0});
	await_ready(&f, 0);
	for (size_t i = 0; i < 5; i++) {
		nats_link_tell_here(f.nodes[0].link, text_of("x"));
		run_for(&f, 20);
	}
	AWAIT(&f, f.nodes[0].counts[LINK_DENIED] > 0);
	assert_int_equal(f.nodes[0].counts[LINK_DENIED], 1);
	assert_told(&f.nodes[0], LINK_DENIED, "tea.here");
	assert_int_equal(f.nodes[0].counts[LINK_DISCONNECTED], 0);
	fixture_close(&f);
}

static void
certificates_make(const char *folder)
{
	char command[2000];
	snprintf(command, sizeof command,
		"cd %s && q='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes' && "
		"{ openssl req -x509 $q -keyout ca.key -out ca.pem -days 2 -subj /CN=CA && "
		"openssl req -x509 $q -keyout other.key -out other.pem -days 2 -subj /CN=CB && "
		"openssl req $q -keyout key.pem -out req.pem -subj /CN=tea && "
		"printf 'subjectAltName=IP:127.0.0.1,DNS:localhost' >ext && "
		"openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
		"-extfile ext -out cert.pem && printf "
		"'subjectAltName=IP:127.0.0.2,DNS:tea.example' >ext2 && "
		"openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
		"-extfile ext2 -out away.pem; } 2>/dev/null >&2",
		folder);
	assert_int_equal(system(command), 0);
}

static void
tls_is_checked(void **state)
{
	struct fixture f;
	char folder[] = "/tmp/teahouse-tls-XXXXXX", settings[400], ca[64], other[64];
	(void)state;
	assert_non_null(mkdtemp(folder));
	certificates_make(folder);
	snprintf(settings, sizeof settings,
		"tls { cert_file: \"%s/cert.pem\", key_file: \"%s/key.pem\" }\n"
		"authorization { user: ann, password: secret2 }",
		folder, folder);
	snprintf(ca, sizeof ca, "%s/ca.pem", folder);
	snprintf(other, sizeof other, "%s/other.pem", folder);
	servers_with(&f, settings);
	node_with(&f, 0, "tls", "ann:secret2@", (struct nats_link_options){.ca = ca});
	await_ready(&f, 0);
	hear_from(&f, 0, 1);
	/* More than a record of TLS, and than is read at once. */
	struct strbuf large = {0};
	memset(strbuf_reserve(&large, 500000), 'x', 500000);
	large.len = 500000;
	for (size_t i = 0; i < 20; i++) {
		while (!nats_link_publish(f.nodes[0].link, strbuf_view(&large)))
			uv_run(&f.loop, UV_RUN_ONCE);
	}
	strbuf_clear(&large);
	AWAIT(&f, f.nodes[0].messages == 20);
	assert_int_equal(f.nodes[0].bytes, 20 * 500000);
	node_with(&f, 1, "tls", "ann:secret2@", (struct nats_link_options){.ca = other});
	await_cannot_connect(&f, 1, ": TLS: ");
	node_with(&f, 2, "nats", "ann:secret2@", (struct nats_link_options){0});
	await_cannot_connect(&f, 2, ": TLS: ");
	node_close(&f, 2);
	node_with(&f, 2, "nats", "ann:secret2@", (struct nats_link_options){.ca = ca});
	await_ready(&f, 2);
	node_close(&f, 1);
	node_with(&f, 1, "tls", "", (struct nats_link_options){.ca = ca});
	await_cannot_connect(&f, 1, ": the server refuses the credentials");
	node_close(&f, 1);
	node_with(&f, 1, "tls", "", (struct nats_link_options){.ca = "/nonexistent/ca.pem"});
	await_cannot_connect(&f, 1, "/nonexistent/ca.pem: No such file or directory");
	fixture_close(&f);
	/* A certificate of another server. */
	snprintf(settings, sizeof settings,
		"tls { cert_file: \"%s/away.pem\", key_file: \"%s/key.pem\" }", folder, folder);
	servers_with(&f, settings);
	node_with(&f, 0, "tls", "", (struct nats_link_options){.ca = ca});
	await_cannot_connect(&f, 0, ": TLS: ");
	fixture_close(&f);
	snprintf(settings, sizeof settings, "rm -r %s", folder);
	assert_int_equal(system(settings), 0);
}

static void
tls_is_missing(void **state)
{
	struct fixture f;
	(void)state;
	servers_with(&f, NULL);
	node_with(&f, 0, "tls", "", (struct nats_link_options){0});
	await_cannot_connect(&f, 0, ": the server has no TLS");
	fixture_close(&f);
}

int
main(void)
{
	json_open();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_there),
		cmocka_unit_test(credentials_are_wrong),
		cmocka_unit_test(jetstream_is_off),
		cmocka_unit_test(log_is_other_than_wanted),
		cmocka_unit_test(messages_are_too_small),
		cmocka_unit_test(server_denies),
		cmocka_unit_test(tls_is_checked),
		cmocka_unit_test(tls_is_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
