"""The terminal client with closed standard descriptors, and what its server receives then."""

import itertools
import subprocess

import pytest

from clients import TIMEOUT, ConnectionClosed
from server import program

CLOSED = ["".join(some) for n in range(4) for some in itertools.combinations("012", n)]


def without(closed, *command):
    """The command, started with these descriptors closed."""
    shut = " ".join(f"{fd}{'<' if fd == '0' else '>'}&-" for fd in closed)
    return ["sh", "-c", f'exec "$@" {shut}', "sh", *map(str, command)]


def play(client):
    """Answers the client until it closes the connection; returns what was said.

    Each byte that it sends must be part of a packet.
    """
    said = []
    while True:
        try:
            packet = client.read()
        except ConnectionClosed:
            assert client.buffer == b""
            return said
        ref = {"ref": packet["ref"]} if "ref" in packet else {}
        if packet["type"] == "chat":
            said.append(packet["message"])
            client.send("chat", nick="bot", room="main", message=packet["message"], **ref)
        elif packet["type"] == "ping":
            client.send("pong", **ref)
        else:
            client.send("error", code="unknown-type", message="What?", **ref)


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_descriptors_in_a_script(scripted_server, closed):
    """As in a cron job: output is lost, input is at its end, and all else works."""
    process = subprocess.Popen(
        without(closed, program("teahouse"), "bot", "127.0.0.1", scripted_server.port),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if "0" not in closed:
        process.stdin.write(b"hello\n/nonsense\n")
    process.stdin.close()
    process.stdin = None
    client, hello = scripted_server.accept_and_welcome()
    assert hello == {"type": "hello", "nick": "bot", "version": 2}
    assert play(client) == ([] if "0" in closed else ["hello"])
    out, err = process.communicate(timeout=TIMEOUT)
    # The refused command makes it fail, even if the refusal cannot be told.
    assert process.returncode == (0 if "0" in closed else 1)
    assert (b"*** bot has joined the chat\n" in out) == ("1" not in closed)
    assert err == (b"" if set("02") & set(closed) else b"teahouse: refused: What?\n")


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_descriptors_on_a_terminal(scripted_server, terminal, closed):
    """Without standard input or output there is no screen; without standard error there is one."""
    process = terminal(argv=without(
        closed, program("teahouse"), "bot", "127.0.0.1", scripted_server.port))
    client, _ = scripted_server.accept_and_welcome()
    screen = not set("01") & set(closed)
    if screen:
        process.status("connected")
    if "0" not in closed:
        process.enter("hello")
        process.keys("\x04")
    assert play(client) == ([] if "0" in closed else ["hello"])
    assert process.wait() == 0
    assert process.restored()
    assert (b"\x1b[" in process.raw) == screen
