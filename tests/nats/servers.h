/* Real nats-servers on free ports of 127.0.0.1, each in a folder of its own, that tests start, stop and kill. */
#ifndef NATS_SERVERS_H
#define NATS_SERVERS_H

#include "../unit/unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

enum { SERVERS = 3, PATH_BYTES = 128 };

struct server {
	pid_t pid; /* 0: it does not run */
	int port, route;
	char folder[PATH_BYTES], url[PATH_BYTES];
};

struct servers {
	char folder[64];
	struct server all[SERVERS];
	size_t n;
	const char *more; /* lines of the settings of all */
	bool without_jetstream;
};

static inline int
free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static inline void
server_settings_write(const struct servers *servers, const struct server *server)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/nats.conf", server->folder);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "listen: 127.0.0.1:%d\nserver_name: n%d\nlog_file: \"%s/log\"\n%s\n",
		server->port, (int)(server - servers->all), server->folder,
		servers->more ? servers->more : "");
	if (!servers->without_jetstream)
		fprintf(file, "jetstream { store_dir: \"%s\", max_file_store: 2GB }\n",
			server->folder);
	if (servers->n > 1) {
		fprintf(file, "cluster { name: tea, listen: 127.0.0.1:%d, routes: [",
			server->route);
		for (size_t i = 0; i < servers->n; i++)
			fprintf(file, "\"nats://127.0.0.1:%d\", ", servers->all[i].route);
		fprintf(file, "] }\n");
	}
	fclose(file);
}

static inline void
server_start(struct server *server)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/nats.conf", server->folder);
	assert_int_equal(server->pid, 0);
	server->pid = fork();
	assert_true(server->pid >= 0);
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int null = open("/dev/null", O_RDWR);
		dup2(null, 1);
		dup2(null, 2);
		execlp("nats-server", "nats-server", "-c", path, (char *)NULL);
		_exit(127);
	}
}

static inline void
server_end(struct server *server, int signal)
{
	if (server->pid == 0)
		return;
	kill(server->pid, signal);
	if (signal != SIGKILL)
		kill(server->pid, SIGCONT);
	assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
	server->pid = 0;
}

static inline void
servers_start(struct servers *servers, size_t n)
{
	servers->n = n;
	snprintf(servers->folder, sizeof servers->folder, "/tmp/teahouse-nats-XXXXXX");
	assert_non_null(mkdtemp(servers->folder));
	for (size_t i = 0; i < n; i++) {
		struct server *server = &servers->all[i];
		server->port = free_port();
		server->route = free_port();
		snprintf(server->folder, sizeof server->folder, "%s/%zu", servers->folder, i);
		snprintf(server->url, sizeof server->url, "nats://127.0.0.1:%d", server->port);
		assert_int_equal(mkdir(server->folder, 0700), 0);
	}
	for (size_t i = 0; i < n; i++) {
		server_settings_write(servers, &servers->all[i]);
		server_start(&servers->all[i]);
	}
}

static inline void
servers_end(struct servers *servers)
{
	char command[128];
	for (size_t i = 0; i < servers->n; i++)
		server_end(&servers->all[i], SIGKILL);
	snprintf(command, sizeof command, "rm -rf %s", servers->folder);
	assert_int_equal(system(command), 0);
	*servers = (struct servers){0};
}

#endif
