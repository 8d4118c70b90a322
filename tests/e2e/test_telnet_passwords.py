"""Passwords typed in real telnet clients: they are not shown, and what comes before and after is."""

import re

import pytest

import test_telnet
from clients import WELCOME

PASSWORD = "tea for two"
# With nc, which knows nothing of telnet, the user's own terminal shows what is typed. tf5 shows
# no line before it has ended, and so no prompt.
CLIENTS = [name for name in test_telnet.CLIENTS if name != "tf5"]
WILL_ECHO, WONT_ECHO = b"\xff\xfb\x01", b"\xff\xfc\x01"
ECHO = re.compile(rb"\xff[\xfb\xfc]\x01")


@pytest.fixture
def start(start_server, tmp_path):
    server = start_server(history={"file": "teahouse.db"})
    ann = server.json("ann")
    ann.send("register", password=PASSWORD, ref="r")
    ann.until("account", ref="r")
    clients = []

    def start_one(name):
        clients.append(test_telnet.RunningClient(name, server.address("telnet"), tmp_path))
        clients[-1].sees(WELCOME)
        return clients[-1]

    yield start_one
    for client in clients:
        client.leave()


def shows(client, text):
    client.until(lambda: any(text in row for row in client.rows()))


def echoes(client):
    """The commands about echoing that the server sent, from the first offer on."""
    received = client.proxy.received
    return ECHO.findall(received[received.index(WILL_ECHO):])


def answer(client, prompt, times, password):
    client.until(lambda: sum(prompt in row for row in client.rows()) == times)
    client.wait_until_idle()
    client.type(password)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_password_is_typed(start, name):
    client = start(name)
    client.type("login ann")
    answer(client, "Password:", 1, PASSWORD)
    shows(client, "You are ann, in main")
    client.type("now it is seen")
    shows(client, "ann: now it is seen")
    assert echoes(client) == [WILL_ECHO, WONT_ECHO]
    assert (PASSWORD.encode() in client.raw) == (name == "nc")
    assert client.proxy.text().count(PASSWORD.encode()) == 1


@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "busybox"])
def test_a_wrong_password_is_not_shown_either(start, name):
    """busybox hides what is typed once in a connection only."""
    client = start(name)
    client.type("login ann")
    answer(client, "Password:", 1, "wrong password")
    shows(client, "The name or the password is wrong.")
    client.type("login ann")
    answer(client, "Password:", 2, PASSWORD)
    shows(client, "You are ann, in main")
    assert echoes(client) == [WILL_ECHO, WONT_ECHO] * 2
    for password in (PASSWORD.encode(), b"wrong password"):
        assert (password in client.raw) == (name == "nc")


@pytest.mark.parametrize("name", CLIENTS)
def test_a_name_is_registered(start, name):
    client = start(name)
    client.type("login bob")
    shows(client, "You are bob, in main")
    client.type("register")
    answer(client, "New password:", 1, "another one")
    answer(client, "The same again:", 1, "another one")
    shows(client, 'The name "bob" is yours now.')
    assert (b"another" in client.raw) == (name == "nc")
    assert echoes(client) == [WILL_ECHO, WONT_ECHO]
