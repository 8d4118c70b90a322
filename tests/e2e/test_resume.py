"""Coming back: connections are cut at any byte, and nobody misses or sees twice what was said."""

import os
import random
import re
import threading
import time

import pytest

from clients import ConnectionClosed, PacketClient
from server import Server
from websocket_client import WebSocketClient

MESSAGES = int(os.environ.get("MESSAGES", "1000"))
ROOMS = ("main", "tea")
CLIENTS = {"json": PacketClient, "web": WebSocketClient}


class Cut(Exception):
    """The test has cut the connection."""


def cutting(kind):
    """A client that breaks after `left` bytes were read, or within what it sends, after `sends`."""

    class CuttingClient(CLIENTS[kind]):
        left, sends = None, None

        def send_bytes(self, data):
            if self.sends is None:
                super().send_bytes(data)
                return
            super().send_bytes(data[:self.sends])
            self.reset()
            raise Cut

        def _receive(self):
            if self.left is None:
                super()._receive()
                return
            if self.left == 0:
                self.reset()
                raise Cut
            try:
                piece = self.socket.recv(self.left)
            except ConnectionResetError:
                raise ConnectionClosed(reason="reset") from None
            if not piece:
                raise ConnectionClosed()
            self.left -= len(piece)
            self.buffer += piece

    return CuttingClient


def answer(client):
    """The next packet but for the greeting, which the web has."""
    packet = client.read()
    return client.read() if packet["type"] == "greeting" else packet


class Follower(threading.Thread):
    """Is in all rooms, says something now and then, and is cut and comes back all the time.

    `told`: the events of rooms by their id. They must come in order, each once.
    """

    def __init__(self, server, kind, name, seed):
        super().__init__(daemon=True)
        self.server, self.kind, self.name = server, kind, name
        self.random = random.Random(seed)
        self.told, self.highest, self.cuts, self.resumed = {}, 0, 0, 0
        self.secret, self.client, self.fault = None, None, None
        self.missing = {}  # room: the id after which its history is to be asked for
        self.ended, self.stopping = set(), False
        self.listens = threading.Event()

    def run(self):
        try:
            self.connect()
            while self.ended != set(ROOMS):
                try:
                    self.read()
                except (Cut, ConnectionClosed, OSError):
                    self.come_back()
            self.client.left = None
            self.fill()
        except Exception as fault:  # told by the test's own thread
            self.fault = fault

    def open(self):
        self.client = cutting(self.kind)(self.server().address(self.kind))

    def connect(self, open_first=True):
        if open_first:
            self.open()
        self.client.send("hello", nick=self.name, version=2)
        self.secret = self.client.until("welcome", nick=self.name)["resume"]
        self.client.send("join", room="tea")
        self.client.until("join", nick=self.name, room="tea")
        self.listens.set()
        self.cut_later()

    def cut_later(self):
        self.client.left = self.random.choice([0, 1, 3, 30, 300, 3000, self.random.randrange(9000)])

    def come_back(self):
        """Until a connection holds long enough for its welcome."""
        while True:
            self.cuts += 1
            try:
                self.open()
                self.client.left = self.random.choice([0, 20, 100, 200, 1000, 5000])
                self.client.send("hello", resume=self.secret, after=self.highest, version=2)
                welcome = answer(self.client)
            except (Cut, ConnectionClosed, OSError):
                continue
            assert welcome["type"] == "welcome" and welcome["resumed"], welcome
            assert welcome["nick"] == self.name
            self.resumed += 1
            self.secret = welcome["resume"]
            self.cut_later()
            return

    def read(self):
        packet = self.client.read()
        if packet["type"] == "names" and packet.get("gap"):
            self.missing.setdefault(packet["room"], self.highest)
        if packet["type"] in ("error", "leave"):
            raise AssertionError(packet)
        if "id" not in packet:
            return
        self.note(packet)
        if packet.get("message") == "the end":
            self.ended.add(packet["room"])
        elif self.random.random() < 0.02:
            if self.random.random() < 0.5:
                self.client.sends = self.random.randrange(60)
            self.client.send("chat", room=packet["room"], message=f"{self.name} heard {packet['id']}")

    def note(self, packet):
        assert packet["id"] > self.highest, packet
        self.highest = packet["id"]
        if packet["type"] == "chat":
            self.told[packet["id"]] = packet

    def fill(self):
        """Reads what was more than the server had in memory, from the first that is missing."""
        for room, after in self.missing.items():
            more = True
            while more:
                self.client.send("history", room=room, after=after, limit=200)
                page = self.client.until("history", room=room)
                more, after = page["more"], page.get("last")
                for event in page["events"]:
                    if event["type"] == "chat":
                        self.told.setdefault(event["id"], event)


def talk(speaker, n):
    for number in range(n):
        speaker.send("chat", room=ROOMS[number % len(ROOMS)], message=f"message {number}")
        # Paced by the echo, so that it is the same on a slow machine.
        speaker.until("chat", message=f"message {number}")


def read_all(client, room):
    events, before = {}, {}
    while True:
        client.send("history", room=room, limit=200, **before)
        page = client.until("history")
        events.update({event["id"]: event for event in page["events"]})
        if not page["more"]:
            return events
        before = {"before": page["first"]}


def plain(packet):
    """As the history has it."""
    return {key: value for key, value in packet.items() if key not in ("past", "ref")}


def compare(followers, speaker, least=MESSAGES):
    """All have been told what the history has, and nothing else."""
    history = {}
    for room in ROOMS:
        history.update(read_all(speaker, room))
    said = {number: event for number, event in history.items() if event["type"] == "chat"}
    assert len(said) >= least
    for follower in followers:
        assert not follower.is_alive() and not follower.fault, follower.fault
        # After the end, one follower may still say what another does not wait for.
        last = max((event["id"] for event in said.values() if event["message"] == "the end"),
                   default=max(said))
        told = {number: plain(event) for number, event in follower.told.items() if number <= last}
        assert told == {number: event for number, event in said.items() if number <= last}


@pytest.mark.parametrize("recent", [5000, 20])
def test_a_connection_may_be_cut_at_any_byte(tmp_path, recent):
    sections = {"limits": {"rate": 0, "linger": 60},
                "history": {"file": "teahouse.db", "recent": recent}}
    with Server(tmp_path, **sections) as server:
        watcher = server.telnet("watcher")
        followers = [Follower(lambda: server, kind, f"{kind}{i}", i)
                     for i in range(3) for kind in CLIENTS]
        for follower in followers:
            follower.start()
            assert follower.listens.wait(10)
        speaker = server.json("speaker")
        speaker.send("join", room="tea")
        watcher.until("speaker has entered the room.")
        talk(speaker, MESSAGES)
        for room in ROOMS:
            speaker.send("chat", room=room, message="the end")
        for follower in followers:
            follower.join(60)
        compare(followers, speaker)
        speaker.send("chat", room="main", message="all are there")
        lines = watcher.until("speaker: all are there")
        # Nobody was told that anybody left or came.
        assert [line for line in lines if re.search("entered|left|away", line)] == []
        assert sum(follower.resumed for follower in followers) > 20
        for follower in followers:
            assert follower.resumed > 0
            follower.client.send("command", line="/logout")
        watcher.until("web2 has left the room.")




def read_to_the_end(follower):
    with pytest.raises((ConnectionClosed, OSError)):
        while True:
            packet = follower.client.read()
            if "id" in packet:
                follower.note(packet)


def log_in_again(follower):
    """After a restart, secrets are void; ids go on."""
    follower.open()
    follower.client.send("hello", resume=follower.secret, after=follower.highest, version=2)
    assert answer(follower.client)["code"] == "resume-failed"
    follower.missing = {room: follower.highest for room in ROOMS}
    follower.connect(open_first=False)


def test_a_restart_leaves_no_hole(tmp_path):
    sections = {"limits": {"rate": 0, "linger": 60}, "history": {"file": "teahouse.db"}}
    with Server(tmp_path, **sections) as server:
        followers = [Follower(lambda: server, kind, f"{kind}{i}", i)
                     for i in range(2) for kind in CLIENTS]
        for follower in followers:
            follower.connect()
            follower.client.left = None
        speaker = server.json("speaker")
        speaker.send("join", room="tea")
        threading.Timer(0.5, server.kill).start()
        with pytest.raises((AssertionError, OSError)):
            talk(speaker, 10 ** 6)
        for follower in followers:
            read_to_the_end(follower)
    with Server(tmp_path, **sections) as server:
        for follower in followers:
            log_in_again(follower)
            follower.client.left = None
        speaker = server.json("speaker")
        speaker.send("join", room="tea")
        talk(speaker, 50)
        for follower in followers:
            while follower.client.read().get("message") != "message 49":
                pass
            follower.fill()
        compare(followers, speaker, 50)


def welcome_of(client, **hello):
    client.send("hello", version=2, **hello)
    return client.until("welcome")


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_secret_serves_once_and_is_in_no_log(tmp_path, kind):
    def connect():
        return server.web() if kind == "web" else server.json()

    with Server(tmp_path, args=["-vvv"], limits={"linger": 60},
                history={"file": "teahouse.db"}) as server:
        bob = server.json("bob")
        secrets = [welcome_of(connect(), nick="ann")["resume"]]
        for _ in range(5):
            client = connect()
            secrets.append(welcome_of(client, resume=secrets[-1])["resume"])
            client.send("chat", message="here again")
            client.until("chat")
        for secret in [*secrets[:-1], "", "0" * 32, secrets[-1][:-1], secrets[-1].upper() + "0"]:
            client = connect()
            client.send("hello", resume=secret, version=2)
            assert answer(client)["code"] == "resume-failed"
        assert len(set(secrets)) == len(secrets)
        assert all(re.fullmatch("[0-9a-f]{32}", secret) for secret in secrets)
        # Nobody else's packets have any.
        bob.send("who", ref="last")
        seen = []
        while not seen or seen[-1].get("ref") != "last":
            seen.append(bob.read())
        assert not any(secret in str(seen) for secret in secrets)
        log = list(server.log)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("teahouse.db*"))
    for secret in secrets:
        assert secret not in "\n".join(log) and secret.encode() not in files


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_lost_user_is_away_and_leaves_once(tmp_path, kind):
    with Server(tmp_path, limits={"linger": 4}) as server:
        watcher, bob = server.telnet("watcher"), server.json("bob")
        ann = server.web("ann") if kind == "web" else server.json("ann")
        watcher.until("ann has entered the room.")
        lost = time.monotonic()
        ann.reset()
        away = []
        while not away:
            bob.send("names", ref="n")
            names = bob.until("names", ref="n")
            away = names.get("away", [])
        assert away == ["ann"] and "ann" in names["nicks"]
        bob.send("who", ref="w")
        entry, = [each for each in bob.until("who", ref="w")["users"] if each["nick"] == "ann"]
        assert entry["away"] is True
        bob.until("leave", nick="ann")
        assert time.monotonic() - lost > 3.9
        bob.send("chat", message="gone")
        lines = watcher.until("bob: gone")
        assert lines.count("ann has left the room.") == 1


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_connection_that_seems_alive_gives_way(tmp_path, kind):
    def connect():
        return server.web() if kind == "web" else server.json()

    with Server(tmp_path, limits={"linger": 60}) as server:
        old, new, watcher = connect(), connect(), server.telnet("watcher")
        secret = welcome_of(old, nick="ann")["resume"]
        old.send("join", room="tea")
        old.until("join", room="tea", nick="ann")
        welcome = welcome_of(new, resume=secret)
        assert welcome["resumed"] and welcome["room"] == "tea"
        old.until("error", code="resumed-elsewhere")
        old.expect_end(4001 if kind == "web" else None)
        new.send("chat", room="main", message="here")
        lines = watcher.until("ann: here")
        assert not any("left" in line for line in lines)
