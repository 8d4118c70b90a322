"""A user of each protocol in one room: checks that what a test does, does not disturb others."""

from clients import UNSAFE, JsonClient, packet_matches, strings_in


class Group:
    """A client of each protocol. Every byte that they are sent is read and checked.

    The server needs `hear = yes` for direct (Group.SETTINGS).
    """

    SETTINGS = {"direct": {"hear": "yes"}}

    def __init__(self, server):
        self.clients = {
            "telnet": server.telnet("tess"),
            "json 1": server.json("jane", version=1),
            "json 2": server.json("jack"),
            "web": server.web("wendy"),
            "relay": server.line_client("relay", end="\n"),
            "lobby": server.line_client("lobby", end="\n"),
            "direct": server.line_client("direct", end="\n"),
        }
        self.clients["lobby"].send("/join main", "/nick lou")
        self.clients["direct"].send("#dora")
        self.count = 0
        self.clients["lobby"].until("0")
        self.clients["lobby"].until("0")
        self.clients["direct"].until("Your user detail saved as : dora")
        # The relay does not report joins, not even its client's own.
        self.clients["json 2"].until("join", nick="guest1")
        self.chat()

    def read(self, protocol):
        """The next line or packet that a client is sent; unsafe characters in it fail."""
        client = self.clients[protocol]
        if isinstance(client, JsonClient):
            packet = client.read()
            for text in strings_in(packet):
                assert not UNSAFE.search(text), f"{protocol}: {packet}"
            return packet
        line = client.read_until(b"\n").decode()
        if protocol == "telnet":
            assert line.endswith("\r"), f"{line!r} does not end in CR LF"
            line = line[:-1]
        assert not UNSAFE.search(line) and "\n" not in line, f"{protocol}: {line!r}"
        return line

    def chat(self):
        """Three of them say something, and all must hear it.

        Returns, by protocol, what each was sent before that.
        """
        before = {protocol: [] for protocol in self.clients}
        for speaker, nick in (("telnet", "tess"), ("web", "wendy"), ("json 1", "jane")):
            self.count += 1
            text = f"this is {nick}, message {self.count}"
            if speaker == "telnet":
                self.clients[speaker].send(text)
            else:
                self.clients[speaker].send("chat", message=text)
            for protocol in self.clients:
                self._read_up_to(protocol, nick, text, before[protocol])
        return before

    def _read_up_to(self, protocol, nick, text, before):
        wanted = text if protocol == "relay" else f"{nick}: {text}"
        while True:
            message = self.read(protocol)
            if isinstance(message, dict):
                if packet_matches(message, "chat", {"nick": nick, "message": text}):
                    return
            elif message == wanted:
                return
            before.append(message)


def check_log(server):
    """Stops the server. Its log must have no line but its own, and no control characters."""
    for client in server.clients:
        client.drop()
    server.stop()
    for line in server.log:
        assert line.startswith("teahoused: "), line
        assert not UNSAFE.search(line) and "\ufffd" not in line, line
