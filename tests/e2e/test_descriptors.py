"""The server when there are no file descriptors left."""

import subprocess

from clients import WELCOME
from group import Group
from protocols import SERVER_FULL, connect, is_refusal, login, refusal, say
from server import PROTOCOLS, wait_until


def limit_descriptors(server, soft, hard=None):
    subprocess.run(["prlimit", f"--nofile={soft}:{hard or soft}", "--pid",
                    str(server.process.pid)], check=True)


def test_without_descriptors_sessions_go_on_and_new_clients_are_refused(start_server):
    """On every listener; and each admits clients again when there are descriptors."""
    server = start_server(limits={"sessions": 1000}, **Group.SETTINGS)
    group = Group(server)
    limit_descriptors(server, server.open_files() + 10)
    clients = [server.connect("telnet") for i in range(30)]
    server.wait_for_log("accept: Too many open files")
    group.chat()
    for listener in PROTOCOLS:
        if listener != "web":
            assert is_refusal(listener, refusal(server, listener), SERVER_FULL)
            continue
        received = server.connect("web").read_rest().decode()
        assert received.startswith("HTTP/1.1 503 ") and received.endswith(f"\r\n\r\n{SERVER_FULL}\n")
    group.chat()
    for client in clients:
        client.reset()
    group.chat()
    for listener in PROTOCOLS:
        client = connect(server, listener)
        login(client, listener, f"late-{listener}")
        say(client, listener, f"late at {listener}")
        before = group.chat()
        heard = [message for message in before["json 2"] if message["type"] == "chat"]
        while not heard:
            message = group.read("json 2")
            heard = [message] if message["type"] == "chat" else []
        assert heard[0]["message"] == f"late at {listener}"
        client.drop()


def test_without_descriptors_the_server_does_not_spin(start_server):
    server = start_server(limits={"sessions": 1000})
    limit_descriptors(server, server.open_files() + 5)
    ann = server.telnet("ann")
    ann.expect(WELCOME)
    clients = [server.connect("telnet") for _ in range(30)]
    server.wait_for_log("accept: Too many open files")
    before = server.cpu_seconds()
    # The time between several attempts to accept a connection is enough to see it spin.
    for _ in range(3):
        assert SERVER_FULL in refusal(server, "telnet")
    assert server.cpu_seconds() - before < 0.3
    assert sum("accept:" in line for line in server.log) < 20
    del clients


def test_started_with_few_descriptors_it_warns_and_serves(start_server):
    server = start_server(wrapper=["prlimit", "--nofile=40:40"], limits={"sessions": 1000})
    server.wait_for_log("open files: 1000 sessions need 1100, but 40 is the limit")
    clients = [server.connect("telnet") for _ in range(60)]
    server.wait_for_log("accept: Too many open files")
    assert clients[0].read_until(b"\r\n") == WELCOME.encode()
    assert SERVER_FULL in refusal(server, "telnet")
    for client in clients:
        client.drop()
    server.telnet("ann").expect(WELCOME)


def test_descriptors_given_later_are_safe_to_use(start_server):
    """With more than at the start, each client is served or refused, and nothing leaks."""
    server = start_server(wrapper=["prlimit", "--nofile=64:4096"],
                          limits={"sessions": 20, "login_timeout": 1})
    before = server.open_files()
    limit_descriptors(server, 4096)
    clients = [server.connect("telnet") for _ in range(300)]
    for client in clients:
        client.read_rest()
        client.drop()
    wait_until(lambda: server.open_files() <= before)
    server.telnet("ann").expect(WELCOME)
