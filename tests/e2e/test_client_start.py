"""The terminal client starts and ends: command line, terminal, signals."""

import contextlib
import os
import re
import signal
import socket
import subprocess

import pytest

from clients import TIMEOUT
from server import free_port, program
from terminal import run


# The command line.

@pytest.mark.parametrize("args, why", [
    (["-x"], "option -x: unknown"),
    (["--frobnicate"], "option --frobnicate: unknown"),
    (["-r"], "option -r: needs a value"),
    (["--room"], "option --room: needs a value"),
    (["-p", "gopher"], "protocol gopher: unknown; one of json"),
    (["ann", "localhost", "0"], "port 0: not a number from 1 to 65535"),
    (["ann", "localhost", "65536"], "port 65536: not a number from 1 to 65535"),
    (["ann", "localhost", "3490x"], "port 3490x: not a number from 1 to 65535"),
    (["ann", "localhost", "3490", "tea"], "argument tea: too many arguments"),
])
def test_a_wrong_command_line_is_reported_in_a_sentence(args, why):
    status, out, err = run(*args)
    assert (status, out) == (2, "")
    assert re.fullmatch(f"teahouse: {re.escape(why)}.*\n", err)


def test_an_empty_user_variable_leaves_no_nick():
    status, _, err = run(env={"USER": ""})
    assert status == 2 and re.fullmatch(r"teahouse: name: not given, and \$USER is not set\n", err)


def test_without_user_the_nick_is_the_login_name(monkeypatch):
    """As in many containers. Whether a server listens on the usual port is not known here."""
    monkeypatch.delenv("USER", raising=False)
    status, _, err = run()
    assert status in (0, 1) and "name: not given" not in err


def test_help_and_version():
    status, out, err = run("--help")
    assert (status, err) == (0, "") and out.startswith("usage: teahouse ")
    status, out, err = run("--version")
    assert (status, err) == (0, "") and re.fullmatch(r"teahouse \S+\n", out)


def test_an_unreachable_server():
    port = free_port()
    status, out, err = run("ann", "127.0.0.1", port)
    assert (status, out) == (1, "")
    assert err == f"teahouse: cannot connect to 127.0.0.1 port {port}: Connection refused\n"


def test_a_server_that_is_not_there_yet_is_waited_for(start_server, terminal):
    """The terminal is not touched meanwhile."""
    port = free_port()
    client = terminal("ann", "127.0.0.1", port, term="xterm-256color", columns=120)
    client.shows(f"^teahouse: cannot connect to 127.0.0.1 port {port}: Connection refused; "
                 "trying again in 1 s, Ctrl-C quits$")
    client.shows("trying again in 2 s")
    assert client.restored() and b"\x1b" not in client.raw
    start_server(json={"port": port})
    client.status("connected")


def test_ctrl_c_ends_the_waiting(terminal):
    client = terminal("ann", "127.0.0.1", free_port(), columns=120)
    client.shows("trying again in 1 s, Ctrl-C quits")
    client.keys("\x03")
    assert client.wait() == -signal.SIGINT and client.restored()


def test_a_script_may_wait_for_the_server(start_server):
    port = free_port()
    process = subprocess.Popen(
        [program("teahouse"), "--wait", "bot", "127.0.0.1", str(port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr.readline().endswith(b"Connection refused; trying again in 1 s\n")
    start_server(json={"port": port})
    out, _ = process.communicate(b"hello\n", timeout=TIMEOUT)
    assert process.returncode == 0 and out.endswith(b"bot: hello\n")


@pytest.mark.parametrize("args", [["no-such.invalid"], ["--wait", "ann@no-such.invalid:1"]])
def test_a_host_that_does_not_exist_is_not_waited_for(terminal, args):
    client = terminal(*args, columns=100)
    assert client.wait() in (1, -signal.SIGINT)
    assert b"cannot connect to no-such.invalid port " in client.raw


def test_a_server_that_does_not_answer_at_once_is_named(terminal):
    """Its queue of connections is full, so that nobody else is let in."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        port = listener.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        client = terminal("ann", f"127.0.0.1:{port}")
        client.shows(f"^teahouse: connecting to 127.0.0.1 port {port}, Ctrl-C quits$")
        client.keys("\x03")
        assert client.wait() == -signal.SIGINT and client.restored()


# Where to connect to, and under what name.

@pytest.mark.parametrize("form, host", [
    ("ann 127.0.0.1 {port}", "127.0.0.1"), ("ann 127.0.0.1:{port}", "127.0.0.1"),
    ("ann@127.0.0.1:{port}", "127.0.0.1"), ("ann@127.0.0.1 {port}", "127.0.0.1"),
    ("127.0.0.1:{port}", "127.0.0.1"), ("127.0.0.1 {port}", "127.0.0.1"),
    ("localhost {port}", "127.0.0.1"), ("localhost:{port}", "127.0.0.1"),
    ("[::1]:{port}", "::1"), ("::1 {port}", "::1"), ("ann [::1] {port}", "::1")])
def test_the_forms_of_an_address(start_server, form, host):
    server = start_server(json={"address": host})
    port = server.address("json")[1]
    status, out, err = run(*form.format(port=port).split(), given="hi\n", env={"USER": "ann"})
    assert (status, err) == (0, "") and out.endswith("ann: hi\n")


@pytest.mark.parametrize("args, why", [
    (["http://chat.example.org:8080/#room/tea"],
     'host http://chat.example.org:8080/#room/tea: open this address in a browser; connect with '
     '"teahouse chat.example.org"'),
    (["ann", "telnet://[::1]:5005"],
     'host telnet://[::1]:5005: give only the name of the host; connect with "teahouse [::1]"'),
    (["h.example:1", "2"], "port 2: there is another port, 1"),
    (["h.example:x"], "port x: not a number from 1 to 65535"),
    (["ann", "[::1"], "host [::1: not the name of a host"),
    (["ann@"], 'host "": not the name of a host'),
    (["h.example/tea"], "host h.example/tea: not the name of a host")])
def test_an_address_of_another_form_is_explained(args, why):
    assert run(*args) == (2, "", f"teahouse: {why}\n")


def test_root_is_asked_for_a_name(server, terminal):
    """But the user who became root by sudo has one, and a script has that of the system."""
    host, port = server.address("json")
    client = terminal(f"{host}:{port}", env={"USER": "root"})
    client.shows(r"\*\*\* What is your name\?$")
    client.typed("name>")
    client.enter("ann")
    client.status("^ ann .* connected$")
    client = terminal(f"{host}:{port}", env={"USER": "root", "SUDO_USER": "bob"})
    client.status("^ bob .* connected$")
    assert "root: hi\n" in run(f"{host}:{port}", given="hi\n", env={"USER": "root", "SUDO_USER": ""})[1]


# The terminal.

@pytest.mark.parametrize("term, rows, columns, why", [
    ("xterm-256color", 3, 80, "80 columns and 3 rows are too few; at least 20 and 4 are needed"),
    ("xterm-256color", 24, 10, "10 columns and 24 rows are too few; at least 20 and 4 are needed"),
    ("no-such-kind", 24, 80, 'unknown type "no-such-kind" (TERM); try --plain'),
    ("dumb", 24, 80, 'type "dumb" (TERM) cannot show a screen; try --plain'),
])
def test_an_unusable_terminal(server, terminal, term, rows, columns, why):
    client = terminal("ann", *server.address("json"), term=term, rows=rows, columns=columns)
    assert client.wait() == 1
    assert client.raw == f"teahouse: terminal: {why}\r\n".encode()
    assert client.restored()


@pytest.mark.parametrize("term", ["vt100", "xterm", "xterm-256color", "xterm-direct", "screen", "linux"])
def test_kinds_of_terminals(server, start_client, term):
    ann = start_client("ann", term=term)
    server.json("bob").send("chat", message="hello")
    ann.shows("bob: hello")
    ann.keys("\x03\x03")
    assert ann.wait() == 0 and ann.restored()


def test_tmux_detaches_and_attaches_again(server, terminal, tmp_path):
    """At another size, and with the messages that came meanwhile."""
    tmux = ["tmux", "-L", "teahouse", "-f", "/dev/null"]
    env = {**os.environ, "TMUX_TMPDIR": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm", "TZ": "UTC"}
    host, port = server.address("json")
    bob = server.json("bob")
    subprocess.run([*tmux, "new-session", "-d", "-x", "60", "-y", "12",
                    f"{program('teahouse')} ann {host} {port}"], env=env, check=True)
    try:
        bob.until("join", nick="ann")
        for rows, columns in ((12, 60), (16, 90), (10, 40)):
            client = terminal(argv=[*tmux, "attach"], rows=rows, columns=columns, term="linux",
                              env={"TMUX_TMPDIR": str(tmp_path)})
            bob.send("chat", message=f"at {columns}")
            client.shows(f"bob: at {columns}$")
            client.keys("half")
            client.until(lambda: any(row.endswith("half") for row in client.rows()), "what is typed")
            client.keys("\x15")
            client.until(lambda: any(row == "ann>" for row in client.rows()), "nothing typed")
            subprocess.run([*tmux, "detach-client"], env=env, check=True)
            assert client.wait() == 0
            bob.send("chat", message="while detached")
    finally:
        subprocess.run([*tmux, "kill-server"], env=env, check=False)


def test_a_room_on_the_command_line(server, start_client):
    ann = start_client("ann", "-r", "tea")
    ann.status(r"│ tea │")


# Logging in, leaving, signals.

def test_another_name_is_asked_for_when_it_is_taken(server, terminal):
    server.json("ann")
    client = terminal("ann", *server.address("json"))
    client.shows(r'The name "ann" is already in use')
    client.typed("name>")
    client.enter("a b")
    client.shows(r'The name "a b" cannot be used')
    client.shows(r"at the start\. Type another name\.$")
    client.enter("/who")
    client.shows("Type a name, or /q to quit")
    client.enter("/nick anna")
    client.typed("anna>")
    client.status(r"^ anna │ main .* connected$")


def test_leaving(start_client):
    for leave in ("/q\r", "/quit\r", "\x04"):
        ann = start_client("ann", term="xterm-256color")
        ann.keys(leave)
        assert ann.wait() == 0
        assert ann.restored() and b"\x1b[?1049l" in ann.raw and b"\x1b[?2004l" in ann.raw


def test_q_sends_nothing_to_the_server(scripted_server, terminal):
    client = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    connection.expect("commands")
    connection.expect("rooms")
    client.shows("1 person is here")
    client.enter("/q")
    connection.expect_end()
    connection.drop()
    assert client.wait() == 0


@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 1),
    (signal.SIGSEGV, -signal.SIGSEGV), (signal.SIGABRT, -signal.SIGABRT),
    (signal.SIGQUIT, -signal.SIGQUIT), (signal.SIGFPE, -signal.SIGFPE),
    (signal.SIGUSR1, -signal.SIGUSR1), (signal.SIGALRM, -signal.SIGALRM)])
def test_signals_restore_the_terminal(start_client, number, status):
    # Otherwise the sanitizer handles the crash itself.
    handlers = "handle_segv=0:handle_abort=0:handle_sigfpe=0"
    ann = start_client("ann", term="xterm-256color", env={"ASAN_OPTIONS": handlers})
    assert not ann.restored()
    ann.keys("half a line")
    ann.until(lambda: b"half a line" in ann.raw)
    ann.process.send_signal(number)
    assert ann.wait() == status
    assert ann.restored()
    assert b"\x1b[?1049l" in ann.raw and b"\x1b[?2004l" in ann.raw
    assert ann.raw.rstrip().endswith((b"\x1b[?25h", b"\x1b[?1049l", b"\x1b>", b"\x1b[23;0;0t"))


def test_sigpipe_is_ignored(server, start_client):
    ann = start_client("ann")
    ann.process.send_signal(signal.SIGPIPE)
    bob = server.json("bob")
    ann.enter("still here")
    bob.until("chat", nick="ann", message="still here")


def test_ctrl_c_leaves_only_when_pressed_again(start_client):
    """The first clears the line, whatever its state; on an empty line it says what the next does."""
    ann = start_client("ann", columns=80)
    for keys in ("one\x1b\rtwo", "\x12one", "a\x1b3", "b\x18"):
        ann.keys(keys)
        ann.until(lambda: ann.rows()[-1] != "ann>", "what was typed")
        ann.keys("\x03")
        ann.typed("ann>")
        assert "Ctrl-C" not in ann.rows()[-2]
    ann.keys("\x03")
    ann.status("^ Press Ctrl-C again to quit.$")
    ann.keys("x")
    ann.typed("ann> x")
    ann.status("connected")
    ann.keys("\x03")
    ann.typed("ann>")
    ann.keys("\x03\x03")
    assert ann.wait() == 0 and ann.restored()


def test_job_control(server, terminal):
    shell = terminal(argv=["bash", "--norc", "-i"], env={"PS1": "shell$ "})
    shell.shows(r"^shell\$$")
    shell.enter(" ".join([program("teahouse"), "ann", *map(str, server.address("json"))]))
    shell.status("connected")
    shell.keys("half")
    shell.typed("ann> half")
    shell.keys("\x1a")
    shell.shows(r"^shell\$$")
    shell.enter("stty -a | grep -ow '.icanon\\|icanon'")
    shell.shows("^icanon")
    server.json("bob").send("chat", message="meanwhile")
    shell.enter("fg")
    shell.shows("bob: meanwhile")
    shell.typed("ann> half")


def test_a_lost_terminal_ends_the_client(server, start_client):
    ann = start_client("ann")
    master, ann.master = ann.master, os.open("/dev/null", os.O_RDONLY)
    os.close(master)
    assert ann.process.wait(TIMEOUT) == 1
