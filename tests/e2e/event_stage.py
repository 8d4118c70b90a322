"""Causes each event over each protocol, and collects what all the others are shown of it."""

import contextlib
import re

from clients import WELCOME, ConnectionClosed
from event_table import COLUMNS, NOTHING, OTHER_ROOM
from server import PROTOCOLS, Server


class User:
    """A user over one protocol, with a method for each event that it can cause."""

    def __init__(self, client, room):
        self.client, self.room = client, room
        self.nick = None

    def read(self):
        """The next line or packet, as event_table.py writes it."""
        return self.client.read()

    def left(self):
        self.client.drop()


class Telnet(User):
    def __init__(self, client, room):
        super().__init__(client, room)
        client.expect(WELCOME)

    def read(self):
        """The lines after the login depend on who is there."""
        line = self.client.read()
        if line.startswith("You are "):
            line += self.client.read() if "/help" not in line else ""
            return "You are .."
        return line

    def login(self, nick):
        self.client.send(f"login {nick}")

    def said(self, text):
        self.client.send(text)

    def emote(self, text):
        self.client.send(f"/me {text}")

    def direct(self, to, text):
        self.client.send(f"/msg {to} {text}")

    def renamed(self, nick):
        self.client.send(f"/nick {nick}")

    def topic(self, text):
        self.client.send(f"/topic {text}")

    def left(self):
        self.client.send("/quit")
        self.client.read_rest()

    def unknown(self):
        self.client.send("/dance")

    def join_room(self, room):
        self.client.send(f"/join {room}")


class Json1(User):
    version = 1
    last_id = 0

    def read(self):
        packet = self.client.read()
        if packet["type"] == "greeting":
            return self.read()
        if self.version == 2:
            assert isinstance(packet.pop("time"), int)
            # Events have an id, which rises; answers have none.
            number = packet.pop("id", None)
            assert number is None or number > self.last_id
            self.last_id = number or self.last_id
        kind = packet.pop("type")
        if kind in ("welcome", "names"):
            return f"{kind} .."
        fields = (f"{key}={value}" for key, value in packet.items())
        return " ".join((kind, *fields)).replace("\n", "\\n")

    def login(self, nick):
        self.client.send("hello", nick=nick)

    def said(self, text):
        self.client.send("chat", message=text)

    def said_in_lines(self, text):
        self.said(text)

    def unknown(self):
        self.client.send("dance")


class Json2(Json1):
    version = 2

    def login(self, nick):
        self.client.send("hello", nick=nick, version=2)

    def emote(self, text):
        self.client.send("emote", message=text)

    def direct(self, to, text):
        self.client.send("direct", to=to, message=text)

    def renamed(self, nick):
        self.client.send("nick", nick=nick)

    def topic(self, text):
        self.client.send("topic", topic=text)

    def topic_removed(self):
        self.topic("")

    def join_room(self, room):
        self.client.send("join", room=room)


class Relay(User):
    def login(self, nick):
        """The server chooses its nick."""

    def said(self, text):
        self.client.send(text)


class Lobby(User):
    def __init__(self, client, room):
        super().__init__(client, room)
        client.send(f"/join {room}")
        client.expect("0")

    def login(self, nick):
        self.client.send(f"/nick {nick}")

    def said(self, text):
        self.client.send(text)

    def left(self):
        self.client.send("/logout")
        self.client.read_rest()

    def unknown(self):
        self.client.send("/dance")


class Direct(User):
    def __init__(self, client, room):
        super().__init__(client, room)
        client.expect(re.compile(r"You are connected from:\('127\.0\.0\.1', \d+\)"))

    def login(self, nick):
        self.client.send(f"#{nick}")

    def said(self, text):
        self.client.send(f"@*:{text}")

    def direct(self, to, text):
        self.client.send(f"@{to}:{text}")

    def renamed(self, nick):
        self.client.send(f"#{nick}")

    def left(self):
        self.client.send("exit")
        self.client.read_rest()

    def unknown(self):
        self.client.send("dance")


SOURCES = {"telnet": Telnet, "json 1": Json1, "json 2": Json2, "web": Json2, "relay": Relay,
           "lobby": Lobby, "direct": Direct}
MESSAGE = "the kettle is on"


# The packet by which the observer sees that the event has happened.
PACKETS = {"said": "chat", "said in lines": "chat", "emote": "emote", "direct": "direct",
           "left": "leave", "renamed": "nick", "topic": "topic", "topic removed": "topic"}


def listener_of(column, room):
    protocol, _ = COLUMNS[column]
    return f"{protocol if protocol == 'json' else column.replace(' ', '-')}-{room}"


@contextlib.contextmanager
def stage_in(folder):
    """A server with a listener for each column and each of two rooms."""
    listeners = dict.fromkeys(PROTOCOLS)
    for column, (protocol, keys) in COLUMNS.items():
        for room in ("main", "tea"):
            listeners[listener_of(column, room)] = {
                "protocol": protocol, "room": room, "echo": "no", **keys}
    with Server(folder, limits={"rate": 0, "message": 100}, **listeners) as server:
        yield Stage(server)


class Stage:
    """A server with a user for every column, an observer of all events, and a marker.

    The marker sends a message after each event, up to which every user's output is read: so
    what is missing is noticed as well as what is too much.
    """

    def __init__(self, server):
        self.server = server
        self.count = 0
        self.events = {}
        self.broken = {}
        self.observer = self.server.json("observer", listener="json-main")
        self.observer.nick = "observer"
        self.observer.send("join", room="tea")
        self.marker = self.server.json("marker", listener="json-main")
        self.users = {column: self.join(column, "main") for column in COLUMNS}
        for column in ("telnet", "json 2", "web"):
            user = self.users[column]
            user.join_room("tea")
            user.join_room("main")
            user.said("back")
            self.observer.until("chat", nick=user.nick, room="main")

    def connect(self, column, room):
        """A new user of a column who has not logged in."""
        protocol, _ = COLUMNS[column]
        kind = SOURCES[column if protocol == "json" else protocol]
        connect = {"json": self.server.json, "web": self.server.web}.get(
            protocol, self.server.line_client)
        return kind(connect(listener=listener_of(column, room)), room)

    def join(self, column, room):
        user = self.connect(column, room)
        self.login(user, room)
        return user

    def login(self, user, room):
        self.count += 1
        nick = f"p{self.count}"
        user.login(nick)
        if isinstance(user, Relay):
            user.nick = self.observer.until("join", room=room)["nick"]
            assert re.fullmatch(r"guest\d+", user.nick)
        else:
            user.nick = nick
            self.observer.until("join", nick=nick, room=room)

    def shown(self, column=None, newcomer=None):
        """What each column, and a newcomer to one, was shown since the last call.

        An exception takes its place where the marker's message did not come.
        """
        self.count += 1
        last = f"mark {self.count}"
        readers = [(column, column, user) for column, user in self.users.items()]
        if newcomer:
            readers.append(("newcomer", column, newcomer))
        self.marker.send("chat", message=last)
        for _, column, user in readers:
            # These get no messages of the room.
            if column in ("direct", "direct nicks"):
                self.marker.send("direct", to=user.nick, message=last)
        return {key: self.read_up_to(last, key, user) for key, _, user in readers}

    def read_up_to(self, last, key, user):
        """What is shown before the marker's message. A user that lacked one is not read again."""
        seen = []
        if key in self.broken:
            return self.broken[key]
        try:
            while not (thing := user.read()).endswith(last):
                seen.append(thing)
        except (AssertionError, OSError) as why:
            failure = AssertionError(f"{key} has not got the mark after {seen}: {why}")
            if key != "newcomer":
                self.broken[key] = failure
            return failure
        return "\n".join(seen) or NOTHING

    def event(self, event, source):
        """What each column was shown of an event, and the values for the table's cells.

        The event happens once, for all cells of its row. A failure is raised for each of them.
        """
        key = event, source
        if key not in self.events:
            try:
                self.events[key] = self.cause(event, source)
            except (AssertionError, OSError) as why:
                self.events[key] = why
        if isinstance(self.events[key], Exception):
            raise self.events[key]
        return self.events[key]

    def cause(self, event, source):
        room = "tea" if event.endswith(OTHER_ROOM) else "main"
        event = event.removesuffix(OTHER_ROOM)
        user = None if event == "entered" else self.join(source, room)
        if event == "topic removed":
            self.observer.send("topic", topic=MESSAGE, room=room)
            self.observer.until("topic", topic=MESSAGE)
        self.shown()
        user = user or self.join(source, room)
        words = {"text": MESSAGE, "one": "one", "two": "two words", "new": f"{user.nick}-new"}
        if event == "direct":
            for to in (*self.users.values(), self.observer):
                user.direct(to.nick, MESSAGE)
        elif event != "entered":
            method = getattr(user, event.replace(" ", "_"))
            given = {"said in lines": "{one}\n{two}", "renamed": "{new}", "left": None,
                     "topic removed": None}
            text = given.get(event, "{text}")
            method(*[text.format(**words)] if text else [])
        if event != "entered":
            self.observer.until(PACKETS[event], nick=user.nick)
        seen = self.shown()
        if event == "topic":
            self.observer.send("topic", topic="", room=room)
            self.observer.until("topic", topic="")
        if event != "left":
            user.left()
            self.observer.until("leave", room=room)
        return seen, {**words, "nick": user.nick, "room": room}

    def refused(self, how, column):
        """What every column, and a newcomer, is shown of a request that is refused.

        The newcomer then says something, or enters, so that all columns are shown an event.
        """
        user = self.connect(column, "main")
        if how == "taken":
            self.shown()
            user.login("marker")
            self.login(user, "main")
        else:
            self.login(user, "main")
            self.shown(column, user)
            if how == "too long":
                user.said("x" * 101)
            elif how == "nobody":
                user.direct("nobody", MESSAGE)
            else:
                user.unknown()
            user.said(MESSAGE)
            self.observer.until("chat", nick=user.nick)
        seen = self.shown(column, user)
        user.left()
        self.observer.until("leave", nick=user.nick)
        return seen, {"nick": user.nick, "room": "main", "text": MESSAGE}

    def stop(self):
        """What each column is shown when the server stops, and how that ends."""
        self.shown()
        self.server.signal()
        endings = {}
        for column, user in self.users.items():
            seen = []
            try:
                while True:
                    seen.append(user.read())
            except ConnectionClosed as end:
                last = f"closed {end.code}" if end.code else "closed"
                endings[column] = {"notice": "\n".join(seen) or NOTHING, "stopping": last}
        for client in self.server.clients:
            client.drop()
        assert self.server.wait() == 0
        return endings
