"""What a connection with TLS may take, and that one too many is told so in its protocol."""

import re

import pytest

from clients import WELCOME
from protocols import SERVER_FULL, is_refusal, refusal
from server import PROTOCOLS, SANITIZED
from test_descriptors import limit_descriptors
from test_limits import CROWDED
from test_tls import LISTENERS

IDLE_KB = 18  # a connection with TLS that has nothing on its way, in the memory of the server


@pytest.fixture
def start_tls(start_server, certificate):
    """Starts a server all of whose listeners have TLS."""
    def start(**sections):
        return start_server(tls={"certificate": certificate[0], "key": certificate[1]},
                            **LISTENERS, **sections)
    return start


@pytest.mark.parametrize("listener", PROTOCOLS)
@pytest.mark.parametrize("limit, sentence", [
    ("sessions", SERVER_FULL), ("sessions_per_address", CROWDED)])
def test_one_too_many_is_told_so_through_tls(start_tls, listener, limit, sentence):
    """The sentence comes after the handshake, and then the end of TLS."""
    server = start_tls(limits={limit: 2})
    ann = server.json("ann")
    bob = server.json("bob")
    for _ in range(2):
        assert is_refusal(listener, refusal(server, listener), sentence)
    ann.send("chat", message="undisturbed")
    bob.until("chat", message="undisturbed")


def test_without_descriptors_a_client_is_closed_at_once(start_tls):
    """Nothing can be told: a handshake would need a descriptor until the client has answered."""
    server = start_tls(limits={"sessions": 1000})
    ann = server.telnet("ann")
    ann.expect(WELCOME)
    limit_descriptors(server, server.open_files() + 5)
    # Without TLS of their own, since they would wait for it.
    kept = [server.connect("telnet", tls=None) for _ in range(30)]
    server.wait_for_log("accept: Too many open files")
    before = server.cpu_seconds()
    for listener in PROTOCOLS:
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            server.connect(listener)
    assert server.cpu_seconds() - before < 0.3
    ann.send("still here")
    ann.until("ann: still here")
    for client in kept:
        client.drop()
    server.telnet("bob").expect(WELCOME)
    ann.until("bob has entered the room.")


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is no measure")
@pytest.mark.parametrize("listener", ["telnet", "json", "web"])
def test_an_idle_connection_takes_little(start_tls, listener):
    """The 16 KB that a record needs each way are freed when it has gone, and after a burst, too."""
    server = start_tls(limits={"sessions": 1000, "rate": 0, "presence": 10})

    def connect(first, n):
        if listener == "telnet":
            clients = [server.telnet(f"ann{number}") for number in range(first, first + n)]
            for client in clients:
                client.until(re.compile(r"You are ann\d+, .*"))
            return clients
        return [getattr(server, listener)(f"ann{number}") for number in range(first, first + n)]

    watch = server.json("watch")
    clients = connect(0, 30)
    before = server.memory()
    clients += connect(30, 200)
    idle = (server.memory() - before) / 200
    for number in range(20):
        watch.send("chat", message=f"{number} " + 2000 * "x")
    for client in clients:
        last = f"{19} " + 2000 * "x"
        if listener == "telnet":
            client.until(f"watch: {last}")
        else:
            client.until("chat", message=last)
    after = (server.memory() - before) / 200
    print(f"{listener}: {idle:.1f} KB idle, {after:.1f} KB after a burst")
    assert idle < IDLE_KB and after < IDLE_KB + 4
