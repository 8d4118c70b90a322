"""The terminal client of an account: what was read where, rooms and conversations remembered."""

import re

import pytest

ROOMS = [{"room": "tea", "read": 10, "unread": 3, "mentions": 1},
         {"room": "main", "read": 20, "unread": 2, "mentions": 0},
         {"room": "big", "read": 1, "unread": 1000, "more": True, "mentions": 0}]
DIRECTS = [{"with": "bob", "read": 5, "last": 30, "unread": 1},
           {"with": "cat", "read": 7, "last": 7, "unread": 0}]


def answer_pages(connection, pages, until):
    """Answers requests for pages of the history until the packet of that type comes."""
    while True:
        packet = connection.read()
        if packet["type"] == until:
            return packet
        if packet["type"] == "history":
            where = {key: packet[key] for key in ("room", "with") if packet.get(key)}
            events = pages.get(tuple(where.values())[0], [])
            if packet.get("before"):
                events = [event for event in events if event["id"] < packet["before"]]
            connection.send("history", events=events, more=False, ref=packet["ref"],
                            **where)


def chat(number, nick="bob", message=None, kind="chat", **fields):
    return {"type": kind, "id": number, "nick": nick, "message": message or f"line {number}",
            "time": 1000 * number, **fields}


PAGES = {"main": [chat(19), chat(20), chat(21), chat(22, "ann", "mine"), chat(23)],
         "tea": [chat(9), chat(10), chat(11, message="ann: hi"), chat(12), chat(13)],
         "bob": [chat(5, kind="direct", to="ann"), chat(6, "ann", kind="direct", to="bob"),
                 chat(30, message="psst", kind="direct", to="ann")]}


@pytest.fixture
def ann(scripted_server, terminal):
    client = terminal("ann", "127.0.0.1", scripted_server.port, columns=120, rows=16)
    connection = scripted_server.accept()
    connection.expect("hello")
    connection.send("welcome", nick="ann", room="main", version=2, accounts="open",
                    account=True, rooms=ROOMS, directs=DIRECTS)
    for i, room in enumerate(("tea", "main", "big")):
        connection.send("names", room=room, nicks=["ann", "bob"], first=True, snapshot=True)
    connection.send("direct", nick="bob", to="ann", message="psst", id=30, past=True, time=30000)
    read = answer_pages(connection, PAGES, "read")
    client.connection = connection
    client.first_read = read
    client.status("connected")
    return client


def test_logging_in(ann):
    """Rooms in their order with their counts; in the one that is shown, a line before the new."""
    rows = [row[:18].rstrip() for row in ann.rows()]
    assert rows[1:7] == ["1 tea           3!", "2 main", "3 big        1000+",
                         "Direct messages", "4 bob            1", "5 cat"]
    ann.status(r"tea: 3 new! │ big: 1000\+ new │ bob: 1 new │ cat ")
    ann.shows("bob: line 20 ", "- new -", "bob: line 21 ", "ann: mine", "bob: line 23 ")
    assert ann.first_read["room"] == "main" and ann.first_read["id"] == 23
    assert ann.screen.bells == 1, "for the direct message alone"


def test_the_history_of_a_conversation(ann):
    ann.keys("\x1b4")
    read = answer_pages(ann.connection, PAGES, "read")
    assert read["with"] == "bob" and read["id"] == 30
    ann.shows("This is where the history begins", ".*bob: line 5 ", ".*ann: line 6 ", ".*- new -",
              ".*bob: psst ")
    ann.enter("and you?")
    said = answer_pages(ann.connection, PAGES, "direct")
    ann.connection.send("direct", nick="ann", to="bob", message="and you?", id=41,
                        ref=said["ref"])
    ann.connection.send("notice", code="direct-later", subject="bob", ref=said["ref"],
                        message="bob is away and will read it later.")
    ann.shows("ann: and you?", r"\*\*\* bob is away and will read it later")
    ann.keys("\x1b2")
    ann.status("ann │ main │")
    ann.enter("/msg bob once more")
    said = answer_pages(ann.connection, PAGES, "command")
    ann.connection.send("direct", nick="ann", to="bob", message="once more", id=42,
                        ref=said["ref"])
    ann.connection.send("notice", code="direct-later", subject="bob", ref=said["ref"], message="Later, again.")
    drain_client(ann)
    assert not any("Later, again" in row for row in ann.rows())
    ann.keys("\x1b4")
    ann.shows(r"\*\*\* Later, again")


def test_asking_for_the_history_of_a_conversation(ann):
    ann.enter("/msg bob")
    answer_pages(ann.connection, PAGES, "read")
    ann.enter("/history 2 before 30")
    packet = ann.connection.until("history", limit=2, before=30, **{"with": "bob"})
    ann.connection.send("history", ref=packet["ref"], more=True, first=5,
                        events=PAGES["bob"][:2], **{"with": "bob"})
    ann.shows("What was said with bob:", ".*", "bob: line 5 ", "ann: line 6 ",
              "End of history. For older messages: /history 2 before 5")
    ann.status("ann │ bob │")
    # Asked for from elsewhere, it is not new, either.
    ann.connection.send("read", id=30, **{"with": "bob"})
    ann.enter("/join main")
    ann.status("ann │ main │")
    ann.enter("/history with bob")
    packet = ann.connection.until("command", line="/history with bob")
    ann.connection.send("history", ref=packet["ref"], events=PAGES["bob"][:1], **{"with": "bob"})
    ann.shows("bob: line 5 ", r"\*\*\* End of history\. ")
    assert not any(" new -" in row for row in ann.rows()[-6:])


def drain_client(client):
    client.connection.send("chat", nick="bob", room="main", message="drained", id=99)
    client.shows("bob: drained")


def test_read_elsewhere(ann):
    """Counts go down, the line moves; what comes then is new again."""
    ann.connection.send("read", **{"with": "bob"}, id=30)
    ann.connection.send("read", room="big", id=999)
    ann.status("tea: 3 new! │ big │ bob │")
    ann.status("│ tea: 3 new! │ main|ann │ main")
    ann.keys("\x1b1")
    answer_pages(ann.connection, PAGES, "read")
    ann.shows("bob: line 10 ", "- new -", "bob: ann: hi")
    ann.keys("\x1b2")
    ann.status("ann │ main │")
    for number in 50, 51, 52:
        ann.connection.send(**dict(kind="chat", nick="bob", room="tea", id=number,
                                   message=f"live {number}"))
    ann.status("tea: 3 new")
    ann.connection.send("read", room="tea", id=51)
    ann.status("tea: 1 new")
    ann.connection.send("read", room="tea", id=50)
    ann.connection.send("chat", nick="bob", room="tea", id=53, message="live 53")
    ann.status("tea: 2 new")
    ann.keys("\x1b1")
    ann.shows("bob: live 51", "- new -", "bob: live 52", "bob: live 53")


def test_reading_is_told_once_a_second_and_only_of_what_is_seen(ann):
    """Not while another window has the focus, nor scrolled up."""
    for number in range(100, 160):
        ann.connection.send("chat", nick="bob", room="main", id=number, message=f"live {number}")
    ann.shows("live 159")
    ids = [answer_pages(ann.connection, PAGES, "read")["id"]]
    while ids[-1] != 159:
        ids.append(answer_pages(ann.connection, PAGES, "read")["id"])
    assert len(ids) <= 3
    ann.keys("\x1b[O")
    ann.connection.send("chat", nick="bob", room="main", id=200, message="in the back")
    ann.shows("in the back")
    ann.enter("/who")
    command = answer_pages(ann.connection, PAGES, "command")
    assert command["line"] == "/who", "no read before it"
    ann.keys("\x1b[I")
    assert answer_pages(ann.connection, PAGES, "read")["id"] == 200
    ann.keys("\x1b[5~")
    ann.status("scrolled up")
    ann.connection.send("chat", nick="bob", room="main", id=201, message="below")
    ann.status("1 new below")
    ann.enter("/who")
    # Typing goes to the end, and so it is read.
    assert answer_pages(ann.connection, PAGES, "command")["line"] == "/who"
    assert answer_pages(ann.connection, PAGES, "read")["id"] == 201


def test_what_other_sessions_do(ann):
    """Rooms are entered and left without moving the user; own messages are not unread."""
    ann.connection.send("join", room="new", nick="ann", id=60)
    ann.connection.send("names", room="new", nicks=["ann"], first=True, snapshot=True, id=60)
    ann.status("ann │ main │ .*│ new")
    ann.connection.send("chat", room="new", nick="ann", message="from elsewhere", id=61)
    ann.connection.send("direct", nick="ann", to="dan", message="hi dan", id=62)
    ann.status(r"│ new │.* dan")
    assert not re.search("(new|dan): 1 new", ann.rows()[-2])
    ann.connection.send("leave", room="new", nick="ann", id=63)
    ann.shows("You have left new")
    ann.status("ann │ main │")
    assert "│ new" not in ann.rows()[-2]
    ann.connection.send("nick", nick="ann", new="anna", id=64)
    ann.typed("anna>")


def test_found_direct_messages(ann):
    ann.enter("/search psst")
    packet = answer_pages(ann.connection, PAGES, "search")
    ann.connection.send("search", ref=packet["ref"], more=False, events=[
        chat(30, message="psst", kind="direct", to="ann"),
        chat(3, "ann", "psst zoe", kind="direct", to="zoe"),
        chat(2, room="tea", message="psst all")])
    ann.shows(r"bob: \[tea\] psst all", r"ann: \[@zoe\] psst zoe", r"bob: \[@bob\] psst",
              "3 messages found")


def test_coming_back_without_a_hole(ann, scripted_server):
    """The server was restarted: what another session was told meanwhile is loaded."""
    ann.keys("\x1b4")
    answer_pages(ann.connection, PAGES, "read")
    ann.status("ann │ bob │")
    ann.keys("\x1b2")
    ann.status("ann │ main │")
    ann.connection.drop()
    connection = scripted_server.accept()
    connection.expect("hello", nick="ann")
    directs = [{"with": "bob", "read": 30, "last": 33, "unread": 2}]
    connection.send("welcome", nick="ann", room="main", version=2, accounts="open", account=True,
                    rooms=ROOMS[:2], directs=directs)
    for room in ("tea", "main"):
        connection.send("join", room=room, nick="ann", id=40)
        connection.send("names", room=room, nicks=["ann"], first=True, snapshot=True)
    pages = {"bob": [chat(31, kind="direct", to="ann"), chat(32, "ann", kind="direct", to="bob"),
                     chat(33, kind="direct", to="ann")], "main": [chat(34)], "tea": []}
    while True:
        packet = connection.read()
        assert packet["type"] != "join", "the server knows the rooms"
        if packet["type"] == "history":
            where = {key: packet[key] for key in ("room", "with") if packet.get(key)}
            connection.send("history", ref=packet["ref"], more=False, **where,
                            events=pages[tuple(where.values())[0]])
        elif packet["type"] == "ping":
            connection.send("pong", ref=packet["ref"])
        elif packet["type"] == "read":
            break
    ann.shows("bob: line 34")
    ann.shows("You have left big")
    ann.status("bob: 2 new")
    ann.keys("\x1b3")
    ann.shows("bob: psst", ".*while you were away", ".*bob: line 31 ", ".*ann: line 32 ",
              ".*bob: line 33 ")
