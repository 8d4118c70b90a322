"""What each signal does to a server with two people in a room."""

import os
import pty
import signal

import pytest

from clients import WELCOME, Client
from server import program, settings

FEW = {"relay": None, "lobby": None, "direct": None, "web": None}

LOGGED = {
    "SIGHUP": "the settings are read only at the start; going on", "SIGUSR1": "ignored",
    "SIGUSR2": "ignored", "SIGALRM": "ignored"}
SILENT = ("SIGPIPE", "SIGVTALRM", "SIGPROF", "SIGXFSZ", "SIGPOLL", "SIGPWR", "SIGTTIN", "SIGTTOU",
          "SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT")


def two(start_server):
    server = start_server(**FEW)
    ann, bob = server.json("ann"), server.telnet("bob")
    ann.until("join", nick="bob")
    return server, ann, bob


def talk(ann, bob, text):
    ann.send("chat", message=text)
    bob.until(f"ann: {text}")
    bob.send(f"{text} too")
    ann.until("chat", nick="bob", message=f"{text} too")


@pytest.mark.parametrize("name", LOGGED)
def test_a_signal_that_is_logged_loses_nobody(start_server, name):
    server, ann, bob = two(start_server)
    for i in range(2):
        server.signal(getattr(signal, name))
        server.wait_for_log(rf"^teahoused: \S+Z {name}: {LOGGED[name]}$")
        talk(ann, bob, f"after {i}")
    assert server.stop() == 0


@pytest.mark.parametrize("name", SILENT)
def test_a_signal_that_is_ignored_loses_nobody(start_server, name):
    server, ann, bob = two(start_server)
    lines = list(server.log)
    server.signal(getattr(signal, name))
    talk(ann, bob, "after")
    assert server.log == lines
    assert server.stop() == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGQUIT", "SIGXCPU"])
def test_a_signal_that_stops_tells_everyone(start_server, name):
    server, ann, bob = two(start_server)
    server.signal(getattr(signal, name))
    server.wait_for_log(rf"^teahoused: \S+Z {name}: stopping$")
    ann.until("notice", message="The server is stopping.")
    ann.expect_end()
    bob.until("*** The server is stopping.")
    bob.expect_end()
    ann.drop()
    bob.drop()
    assert server.wait() == 0


def test_a_server_that_is_stopped_and_continued_has_lost_nothing(start_server):
    server, ann, bob = two(start_server)
    # SIGTSTP does the same, but not in a process group that no shell looks after.
    server.signal(signal.SIGSTOP)
    _, status = os.waitpid(server.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    ann.send("chat", message="said meanwhile")
    server.signal(signal.SIGCONT)
    bob.until("ann: said meanwhile")
    talk(ann, bob, "after")


def test_a_server_outlives_its_terminal(tmp_path):
    """Started in a terminal that is then closed: the kernel sends SIGHUP, and the log is gone."""
    ini = tmp_path / "teahouse.ini"
    ini.write_text(settings(**FEW))
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(program(), [program(), "-c", str(ini)])
    try:
        text = b""
        while b"teahoused: ready" not in text:
            text += os.read(terminal, 4096)
        line = next(l for l in text.decode().splitlines() if l.startswith("teahoused: telnet on "))
        host, port = line.split(" on ")[1].rsplit(":", 1)
        client = Client((host, int(port)))
        client.read_until(f"{WELCOME}\r\n".encode())
        os.close(terminal)
        for i in range(3):
            client.send_bytes(b"login ann%d\r\nsay still here\r\n" % i)
            client.read_until(b": still here\r\n")
        os.kill(pid, signal.SIGTERM)
        client.read_until(b"*** The server is stopping.\r\n")
        assert client.read_rest() == b""
        client.drop()
        _, status = os.waitpid(pid, 0)
        pid = None
        assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
    finally:
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
