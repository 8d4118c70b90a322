"""A server whose every answer the test writes, for the terminal client's tests."""

import socket

from clients import TIMEOUT, LineClient, PacketClient


class ScriptedServer:
    """Accepts connections and speaks packets, or with client_type=LineClient lines."""

    def __init__(self, client_type=PacketClient):
        self.client_type = client_type
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIMEOUT)
        self.address = self.listener.getsockname()
        self.port = self.address[1]

    def accept(self):
        client = self.client_type.accepted(self.listener)
        if self.client_type is LineClient:
            client.end = "\n"
        return client

    def accept_and_welcome(self):
        """Accepts a json client and lets it in; returns it and its hello."""
        client = self.accept()
        hello = client.expect("hello", version=2)
        self.welcome(client, hello["nick"], hello.get("room", "main"))
        return client, hello

    @staticmethod
    def welcome(client, nick, room="main"):
        client.send("welcome", server="Mock", nick=nick, room=room, version=2, time=1000)
        client.send("join", nick=nick, room=room, time=1000)
        client.send("names", room=room, nicks=[nick], first=True, time=1000)

    def close(self):
        self.listener.close()
