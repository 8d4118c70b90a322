"""Logging in and saying something over any of the protocols, and how each refuses a client."""

import json

import pytest

from clients import WELCOME, ConnectionClosed, LineClient, packet
from websocket_client import TEXT, frame

SERVER_FULL = "The server is full. Please try again later."
# How a refusal is sent; % is its sentence.
REFUSALS = {
    "telnet": WELCOME + "\r\n!!! %\r\n", "json": "%", "web": "%", "relay": "%\n",
    "lobby": "*** %\n", "direct": "%Error: %\n"}


def connect(server, listener, source=None):
    """A client of the listener's protocol, or with a source address a line client from there."""
    if source:
        client = LineClient(server.address(listener), source=source)
        server.clients.append(client)
        return client
    if listener in ("json", "web"):
        return getattr(server, listener)()
    return server.line_client(listener)


def login(client, listener, nick):
    if listener == "telnet":
        client.send(f"login {nick}")
    elif listener == "lobby":
        client.send("/join main", f"/nick {nick}")
    elif listener == "direct":
        client.send(f"#{nick}")
    elif listener in ("json", "web"):
        client.send("hello", nick=nick, version=2)


def say(client, listener, text):
    if listener in ("json", "web"):
        client.send("chat", message=text)
    else:
        client.send(f"@*:{text}" if listener == "direct" else text)


class Recorder:
    """Takes the place of a client in login and say, and keeps the bytes."""

    def __init__(self, listener):
        self.listener = listener
        self.data = b""

    def send(self, *words, **fields):
        if self.listener not in ("json", "web"):
            self.data += "".join(word + "\n" for word in words).encode()
            return
        text = json.dumps({"type": words[0], **fields}).encode()
        self.data += frame(TEXT, text) if self.listener == "web" else packet(text)


def login_and_texts(listener, nick, texts):
    """The bytes that log in and say all the texts at once."""
    recorder = Recorder(listener)
    login(recorder, listener, nick)
    for text in texts:
        say(recorder, listener, text)
    return recorder.data


def refusal(server, listener, source=None):
    """All that a new client is sent that is refused; the server must have closed the connection."""
    client = connect(server, listener, source)
    if listener == "web":
        error = client.until("error")
        with pytest.raises(ConnectionClosed) as closed:
            client.read()
        assert closed.value.code == 1013
    elif listener == "json":
        error = client.expect("error")
        client.expect_end()
    else:
        rest = client.read_rest().decode()
        client.drop()
        return rest
    client.drop()
    assert error["code"] in ("server-full", "address-full")
    return error["message"]


def is_refusal(listener, received, sentence):
    if listener == "direct":
        greeting, received = received.split("\n", 1)
        assert greeting.startswith("You are connected from:")
        return received == f"Error: {sentence}\n"
    return received == REFUSALS[listener].replace("%", sentence)
