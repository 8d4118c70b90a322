# Teahouse. `make help` lists what can be done; `make run` and `make test` are
# all a newcomer needs. Debian packages that are missing are installed.

VERSION = 0.1
PREFIX = /usr/local
SYSCONF = /etc/teahouse
STATE = /var/lib/teahouse
BUILD = build
CC = gcc
PYTHON = /usr/bin/python3

# What each kind of build adds; a build of other flags goes to another folder.
OPTIMISE = -O2 -g
SANITIZE =

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wswitch-enum -Wformat=2 $(if $(CI),-Werror)
HARDEN = -fstack-protector-strong -fPIE $(if $(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
DEFINES = -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DTEAHOUSE_VERSION='"$(VERSION)"' \
	-DTEAHOUSE_CONF='"$(SYSCONF)/teahouse.ini"'
COMPILE = $(CC) -std=c11 $(DEFINES) -Iinclude -Isrc $(WARNINGS) $(HARDEN) $(OPTIMISE) \
	$(SANITIZE) $(CPPFLAGS) $(CFLAGS)
# The tests are many, and gold takes half the time of ld.
TEST_LINK = $(LINK) -fuse-ld=gold
LINK = $(CC) $(OPTIMISE) $(SANITIZE) -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

# Unit tests get the pure libraries only: whatever touches a socket or a screen does not link.
PURE_LIBS = -ljansson -linih -ltelnet -licui18n -licuuc -lsqlite3 -lpthread -lz
TLS_LIBS = -lssl -lcrypto
HASH_LIBS = -lsodium
NATS_LIBS = -lnats -luv
SERVER_LIBS = $(PURE_LIBS) $(HASH_LIBS) $(TLS_LIBS) -lwebsockets -luv
CLIENT_LIBS = $(PURE_LIBS) $(TLS_LIBS) -lncursesw -ltinfo -lreadline

PACKAGES = gcc libc6-dev libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libjansson-dev \
	libinih-dev libtelnet-dev libsqlite3-dev uthash-dev libicu-dev libncurses-dev \
	libreadline-dev libssl-dev libsodium-dev zlib1g-dev libnats-dev
TEST_PACKAGES = libcmocka-dev python3-pytest python3-pytest-xdist python3-pexpect python3-pyte \
	python3-selenium chromium chromium-driver nodejs inetutils-telnet netcat-openbsd \
	openssl putty-tools tintin++ tf5 busybox socat valgrind mandoc git procps \
	strace systemd util-linux nginx-light haproxy ncurses-term tmux nats-server
AXE = build/npm/node_modules/axe-core/axe.min.js
AXE_VERSION = 4.10.3
ANALYSE_PACKAGES = gcc clang-tidy
LINT_PACKAGES = clang clang-format clang-tidy cppcheck shellcheck mandoc
FUZZ_PACKAGES = clang libclang-rt-14-dev

SOURCES = $(wildcard src/*.c src/*/*.c src/*/*/*.c)
MAINS = src/main.c src/client/main.c
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
CLIENT_OBJECTS = $(filter $(BUILD)/src/client/%,$(OBJECTS))
ARCHIVE = $(BUILD)/teahouse.a
# The client's own: a session or a connection is another thing there than in the server.
CLIENT_ARCHIVE = $(BUILD)/client.a
UNIT_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
# With real servers: not for make check.
NATS_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/nats/*_test.c))
PLAYER = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/talk/play.c))
# It counts allocations by a malloc of its own, which a sanitizer has, too.
FANOUT = $(if $(SANITIZE),,$(BUILD)/tests/bench/fanout)
BENCHES = load floor history
FUZZERS = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
C_FILES = $(wildcard include/*/*.h src/*.c src/*/*.[ch] src/*/*/*.[ch] tests/*/*.[ch])

.PHONY: all run test check asan fuzz kills nats faults cluster bench shots fmt lint install uninstall clean \
	help packages programs test-packages test-programs check-programs \
	fuzzers fuzz-all fuzz-programs fmt-check analyse
.SECONDARY:
.DELETE_ON_ERROR:

all: programs ## build build/teahoused and build/teahouse

programs: $(BUILD)/teahoused $(BUILD)/teahouse

run: programs ## build, start the server with conf/teahouse.ini and print how to connect
	@exec $(BUILD)/teahoused --hints -c conf/teahouse.ini

test: ## everything: check, real programs, real clients, a browser; with sanitizers, too
	@$(MAKE) --no-print-directory test-packages
	@$(MAKE) --no-print-directory -j2 test-programs $(AXE)
	@$(MAKE) --no-print-directory -j2 asan
	@$(MAKE) --no-print-directory -j2 fuzzers
	@$(PYTHON) tests/run.py all

check: test-packages ## a few seconds: unit tests, talk files, settings, layers
	@$(MAKE) --no-print-directory -j2 check-programs
	@$(PYTHON) tests/run.py check

asan: ## build everything with AddressSanitizer and UBSan, in build/asan
	@$(MAKE) --no-print-directory BUILD=build/asan OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' test-programs

test-programs: programs check-programs $(BUILD)/tests/talk/fault.so $(BUILD)/tests/support/disk.so \
	$(NATS_TESTS)

check-programs: $(UNIT_TESTS) $(PLAYER) $(FANOUT)

T = 60
S = all
fuzz: ## fuzz for T=60 seconds each (S=name: one of them)
	@$(MAKE) --no-print-directory -j2 fuzzers
	@sh tests/fuzz/run.sh build/fuzz $(T) $(if $(filter all,$(S)),$(FUZZERS),$(S))

fuzz-all: fuzz ## every fuzzer, 60 seconds each

fuzzers:
	@$(call need,$(FUZZ_PACKAGES))
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang OPTIMISE='-O1 -g' \
		SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all' \
		fuzz-programs

fuzz-programs: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)

KILLS = 1000
kills: test-packages ## kill the server KILLS=1000 times under load; is all that was shown stored?
	@$(MAKE) --no-print-directory -j2 test-programs
	@cd tests/e2e && KILLS=$(KILLS) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q -rP \
		-p no:cacheprovider test_history.py test_history_power.py

ROUNDS = 20
nats: test-packages ## kill and stop three nats-servers ROUNDS=20 times while nodes talk
	@$(MAKE) --no-print-directory -j2 $(NATS_TESTS)
	@set -e; for test in $(NATS_TESTS); do ROUNDS=$(ROUNDS) $$test; done

faults: test-packages ## a server starts for each allocation that it makes, and just that one fails
	@$(MAKE) --no-print-directory -j2 test-programs
	@cd tests/e2e && FAULTS_EVERY=1 PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q \
		-p no:cacheprovider test_memory.py

SEEDS ?= 20000

cluster: test-packages ## nodes over a simulated log at which everything goes wrong, SEEDS=20000 times
	@$(MAKE) --no-print-directory -j2 $(BUILD)/tests/unit/replica_test
	@SEEDS=$(SEEDS) $(BUILD)/tests/unit/replica_test

bench: programs $(BENCHES:%=$(BUILD)/tests/bench/%) ## deliveries a second beside a bare epoll server
	@$(PYTHON) tests/bench/run.py $(if $(FULL),--full) $(if $(HISTORY),--history) $(if $(TLS),--tls) \
		$(STORED:%=--stored %)

shots: test-packages programs ## take the README's pictures anew, in tests/e2e/shots
	@$(call need,fonts-noto-color-emoji fonts-noto-cjk fonts-dejavu-core)
	@cd tests/e2e && PYTHONDONTWRITEBYTECODE=1 $(PYTHON) shots.py

fmt: ## lay the C code out by .clang-format
	@clang-format -i $(C_FILES)

fmt-check:
	@clang-format --dry-run --Werror $(C_FILES)

lint: ## clang-tidy, cppcheck, mandoc, shellcheck, the layers
	@$(call need,$(LINT_PACKAGES))
	@$(MAKE) --no-print-directory fmt-check
	@$(PYTHON) tests/repo/layers.py
	@$(MAKE) --no-print-directory analyse
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
		$(DEFINES) -Iinclude -Isrc src
	@mandoc -T lint -W warning src/*.8 src/*/*.1 src/*/*.7 conf/*.5
	@shellcheck .ci/run $(wildcard tests/*/*.sh)

# A line of TAP for each file and analyser, since make test counts them. With QUICK, clang-tidy
# leaves out the checks that follow every path, which take ten times as long as all others.
analyse: ## gcc -fanalyzer and clang-tidy, whole; in make lint, too
	@$(call need,$(ANALYSE_PACKAGES))
	@printf '%s\n' $(SOURCES) | xargs -P2 -I{} sh -c '$(TAP)' gcc {} \
		gcc -fanalyzer -Werror -std=c11 $(DEFINES) -O1 -Iinclude -Isrc -c {} -o /dev/null
	@printf '%s\n' $(SOURCES) | xargs -P2 -I{} sh -c '$(TAP)' clang-tidy {} \
		clang-tidy --quiet $(if $(QUICK),--checks='-clang-analyzer-*') --warnings-as-errors='*' \
		{} -- -std=c11 $(DEFINES) -Iinclude -Isrc

# $0 FILE COMMAND..: says whether the command finds nothing in the file, and if not, what.
TAP = file=$$1; shift; if found=$$("$$@" 2>&1); then echo "ok - $$0 $$file"; \
	else echo "not ok - $$0 $$file"; echo "$$found"; exit 1; fi

install: programs ## install below PREFIX (and DESTDIR); settings in SYSCONF
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(SYSCONF) \
		$(DESTDIR)$(PREFIX)/share/teahouse/web $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7 \
		$(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(PREFIX)/lib/systemd/system
	install $(BUILD)/teahoused $(DESTDIR)$(PREFIX)/sbin/
	install $(BUILD)/teahouse $(DESTDIR)$(PREFIX)/bin/
	cp -R web/. $(DESTDIR)$(PREFIX)/share/teahouse/web/
	chmod -R u=rwX,go=rX $(DESTDIR)$(PREFIX)/share/teahouse
	install -m 644 src/client/teahouse.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 conf/teahouse.ini.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 src/adapters/teahouse-protocol.7 $(DESTDIR)$(PREFIX)/share/man/man7/
	install -m 644 src/teahoused.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONF@|$(SYSCONF)|g' conf/teahoused.service | \
		install -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/teahoused.service
	test -e $(DESTDIR)$(SYSCONF)/teahouse.ini || \
		sed 's|= \.\./web|= $(PREFIX)/share/teahouse/web|; s|= \.\./teahouse.db|= $(STATE)/teahouse.db|' conf/teahouse.ini | \
		install -m 644 /dev/stdin $(DESTDIR)$(SYSCONF)/teahouse.ini

uninstall: ## take away what install put there, but for the settings
	rm -f $(DESTDIR)$(PREFIX)/sbin/teahoused $(DESTDIR)$(PREFIX)/bin/teahouse \
		$(DESTDIR)$(PREFIX)/share/man/man1/teahouse.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/teahouse.ini.5 \
		$(DESTDIR)$(PREFIX)/share/man/man7/teahouse-protocol.7 \
		$(DESTDIR)$(PREFIX)/share/man/man8/teahoused.8 \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/teahoused.service
	rm -rf $(DESTDIR)$(PREFIX)/share/teahouse

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

# Installs those of the packages in $(1) that are missing: as root, or by sudo,
# or else says what to type.
define need
missing=$$(for p in $(1); do \
	dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
[ -z "$$missing" ] || { \
	missing=$$(echo $$missing); \
	get="env DEBIAN_FRONTEND=noninteractive apt-get"; \
	if ! command -v apt-get >/dev/null; then \
		echo "These are needed, by their names in Debian: $$missing"; exit 1; \
	elif [ "$$(id -u)" = 0 ]; then as=; \
	elif command -v sudo >/dev/null; then as=sudo; \
	else echo "Please type as root: apt-get install $$missing"; exit 1; fi; \
	echo "Installing $$missing"; \
	{ $$as $$get update && $$as $$get install -y --no-install-recommends $$missing; } >&2; }
endef

packages:
	@$(call need,$(PACKAGES))

test-packages: packages
	@$(call need,$(TEST_PACKAGES) $(ANALYSE_PACKAGES))

# Looks for what keeps a page from people; from npm, since Debian has it not.
$(AXE):
	@command -v npm >/dev/null || { $(call need,npm); }
	@npm install --silent --no-audit --no-fund --no-save --prefix build/npm \
		axe-core@$(AXE_VERSION) >/dev/null || echo "npm could not bring axe-core"

# Objects are made anew when their flags change.
$(BUILD)/flags: FORCE | packages
	@mkdir -p $(BUILD)
	@echo '$(subst ','\'',$(COMPILE) $(LINK))' | cmp -s - $@ || \
		echo '$(subst ','\'',$(COMPILE) $(LINK))' >$@
.PHONY: FORCE
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(if $(V),,echo '  CC   $<')
	$(if $(V),,@)$(COMPILE) $(UNOPTIMISED) -MMD -MP -c -o $@ $<

# To compile these fast matters more than how fast they run. Without optimisation, gcc knows no
# ranges of values and takes each truncation for possible.
$(BUILD)/tests/unit/%.o: UNOPTIMISED = -O0 -U_FORTIFY_SOURCE -Wno-format-truncation

$(ARCHIVE): $(filter-out $(MAINS:%.c=$(BUILD)/%.o) $(CLIENT_OBJECTS),$(OBJECTS))
$(CLIENT_ARCHIVE): $(filter-out $(MAINS:%.c=$(BUILD)/%.o),$(CLIENT_OBJECTS))
$(ARCHIVE) $(CLIENT_ARCHIVE):
	@rm -f $@.new
	@ar rcs $@.new $^
	@mv $@.new $@

$(BUILD)/teahoused: $(BUILD)/src/main.o $(ARCHIVE)
	@echo '  LINK $@'
	@$(LINK) -o $@ $^ $(SERVER_LIBS)

$(BUILD)/teahouse: $(BUILD)/src/client/main.o $(CLIENT_ARCHIVE) $(ARCHIVE)
	@echo '  LINK $@'
	@$(LINK) -o $@ $^ $(CLIENT_LIBS)

$(BUILD)/tests/unit/client_%: $(BUILD)/tests/unit/client_%.o $(CLIENT_ARCHIVE) $(ARCHIVE)
	@$(TEST_LINK) -o $@ $^ -lcmocka $(PURE_LIBS) $(TLS_LIBS) -lm

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(ARCHIVE)
	@$(TEST_LINK) -o $@ $^ -lcmocka $(PURE_LIBS) $(HASH_LIBS) -lm

$(BUILD)/tests/nats/%: $(BUILD)/tests/nats/%.o $(ARCHIVE)
	@$(LINK) -o $@ $^ -lcmocka $(NATS_LIBS) $(PURE_LIBS)

$(BUILD)/tests/talk/play: $(BUILD)/tests/talk/play.o $(ARCHIVE)
	@$(LINK) -o $@ $^ $(PURE_LIBS)

$(BUILD)/tests/talk/fault.so: tests/talk/fault.c
$(BUILD)/tests/support/disk.so: tests/support/disk.c tests/support/disk.h
$(BUILD)/tests/%.so:
	@mkdir -p $(@D)
	@$(CC) -std=c11 $(WARNINGS) -Wno-pedantic -O1 -shared -fPIC -o $@ $<

# Its disk fails when the test says so.
$(BUILD)/tests/unit/store_disk_test $(BUILD)/tests/unit/store_ahead_test: \
		$(BUILD)/tests/support/disk.o

$(BUILD)/tests/fuzz/client_%: $(BUILD)/tests/fuzz/client_%.o $(CLIENT_ARCHIVE) $(ARCHIVE)
	@$(LINK) -fsanitize=fuzzer -o $@ $^ $(PURE_LIBS) $(TLS_LIBS)

$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(ARCHIVE)
	@$(LINK) -fsanitize=fuzzer -o $@ $^ $(PURE_LIBS) $(TLS_LIBS)

$(BUILD)/tests/bench/fanout: $(BUILD)/tests/bench/fanout.o $(ARCHIVE)
	@$(LINK) -o $@ $^ $(PURE_LIBS) $(HASH_LIBS)

$(BUILD)/tests/bench/history: $(BUILD)/tests/bench/history.o $(ARCHIVE)
	@$(LINK) -o $@ $^ $(PURE_LIBS) -lm

$(BUILD)/tests/bench/load: $(BUILD)/tests/bench/load.o
	@$(LINK) -o $@ $^ $(TLS_LIBS)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o
	@$(LINK) -o $@ $^

-include $(OBJECTS:.o=.d) $(wildcard $(BUILD)/tests/*/*.d)
