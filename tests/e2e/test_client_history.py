"""The terminal client and the history: opening a room, scrolling back, searching, coming back."""

import random
import re
import select
import socket
import subprocess
import threading
import time

import pytest

from clients import TIMEOUT
from server import free_port, program, wait_until
from terminal import run

PAGE_UP, PAGE_DOWN, HOME, END = "\x1b[5~", "\x1b[6~", "\x1b[1~", "\x1b[4~"
FAST = {"rate": 10000, "burst": 10000, "linger": 60}
KEPT = {"file": "teahouse.db"}
BEGIN = "This is where the history begins"


def say(client, texts, room="main"):
    """Says them, and waits until all are told."""
    last = None
    for last in texts:
        client.send("chat", room=room, message=last)
    client.until("chat", room=room, message=last)


def numbers(rows, word="line"):
    """The numbers N of `word N` on the screen, from the top."""
    return [int(found[1]) for row in rows if (found := re.search(rf"\b{word} (\d+)$", row))]


def scroll(client, key, until, word="line", most=200):
    """Presses the key until the condition holds; returns the numbers in the order they were seen."""
    seen = []
    for _ in range(most):
        client.settles_soon()
        seen.append(numbers(client.rows(), word))
        if until():
            return seen
        before = client.rows()[1:-2]
        client.keys(key)
        end = time.monotonic() + 1
        while client.rows()[1:-2] == before and time.monotonic() < end:
            client.read(0.05)
    raise AssertionError("\n".join(client.rows()))


def collected(pages):
    """Overlapping pages from the end to the beginning, as one list; each number once."""
    whole = []
    for page in pages:
        assert page == sorted(set(page)), page
        new = [n for n in page if not whole or n < whole[0]]
        # Two rows of the page before stay visible, so that nothing can be missing between them.
        assert not whole or whole[0] in page, (page, whole[:3])
        whole = new + whole
    return whole


def test_opening_a_room_and_scrolling_to_its_beginning(start_server, terminal, tmp_path):
    server = start_server(limits=FAST, history=KEPT)
    inputrc = tmp_path / "inputrc"
    inputrc.write_text(r'''
"\e[1~": beginning-of-line
"\e[4~": end-of-line
''')
    bob = server.json("bob")
    say(bob, [f"line {i}" for i in range(700)])
    bob.send("topic", topic="counting")
    ann = terminal("ann", *server.address("json"), rows=24, columns=80,
                   env={"INPUTRC": str(inputrc)})
    ann.shows(r"bob: line 699$", r"\*\*\* bob set the topic: counting$")
    ann.shows("ann has joined the chat")
    bob.send("chat", message="hello ann")
    ann.shows("bob: hello ann$")
    assert ann.screen.bells == 1, "what was said before rings no bell"

    pages = scroll(ann, PAGE_UP, lambda: any(BEGIN in row for row in ann.rows()))
    assert collected(pages) == list(range(700))
    # What arrives does not move the view.
    found = ann.rows()[:-2]
    bob.send("chat", message="while you read")
    ann.status("1 new below")
    assert ann.rows()[:-2] == found
    pages = scroll(ann, PAGE_DOWN, lambda: any("while you read" in row for row in ann.rows()))
    assert [n for page in pages for n in page][-1] == 699
    ann.keys(HOME)
    ann.shows(BEGIN, "bob: line 0$")
    ann.keys(END)
    ann.shows("bob: while you read$")


class Proxy(threading.Thread):
    """Between a client and a server: passes bytes on, and cuts the connection after so many of them."""

    def __init__(self, target):
        super().__init__(daemon=True)
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.left = None  # bytes until the cut; None: never
        self.cuts = 0
        self.open = True  # else connections are refused
        self.start()

    def run(self):
        try:
            while True:
                client, _ = self.listener.accept()
                if not self.open:
                    client.close()
                    continue
                with client, socket.create_connection(self.target) as server:
                    self.relay(client, server)
        except OSError:
            pass

    def relay(self, client, server):
        others = {client: server, server: client}
        while True:
            for one in select.select([client, server], [], [], 0.1)[0]:
                data = one.recv(4096)
                if not data:
                    return
                if self.left is not None:
                    data, self.left = data[:self.left], self.left - len(data)
                others[one].sendall(data)
            if self.left is not None and self.left <= 0:
                self.left = None
                self.cuts += 1
                return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def everything(client, word):
    """All numbers of `word N` in the room, read from its end to its beginning."""
    def at_beginning():
        return any(BEGIN in row for row in client.rows())

    client.keys(END)
    wait_until(lambda: not client.read(0.05) and not at_beginning())
    pages = scroll(client, PAGE_UP, at_beginning, word=word)
    whole = []
    for page in pages:
        whole = [n for n in page if not whole or n < whole[0]] + whole
    return whole


def test_a_connection_that_is_cut_anywhere_leaves_no_hole(start_server, terminal):
    """Messages run in both directions; what was sent and not answered is not said twice."""
    server = start_server(limits=FAST, history=KEPT)
    bob = server.json("bob")
    proxy = Proxy(server.address("json"))
    ann = terminal("ann", "127.0.0.1", proxy.port, rows=24, columns=80)
    ann.status("connected")
    ann.shows("people are here: ")
    cat = server.json("cat")
    said, mine = 0, 0
    for _ in range(3):
        # Once while messages run, and once while the client comes back.
        cuts, proxy.left = proxy.cuts, random.randrange(1, 2500)
        while proxy.cuts == cuts:
            bob.send("chat", message=f"line {said}")
            said += 1
            ann.enter(f"mine {mine}")
            mine += 1
            ann.settles_soon()
        proxy.left = random.randrange(1, 700)
        ann.keys("half")
        say(bob, [f"line {i}" for i in range(said, said + 20)])
        said += 20
        wait_until(lambda: proxy.cuts == cuts + 2)
        ann.status("connected")
        ann.typed("ann> half")
        ann.keys("\x15")
    ann.enter("the last")
    heard = []
    while not heard or heard[-1] != "the last":
        packet = cat.until(nick="ann")
        heard.append(packet.get("message", "left"))
    assert heard == [f"mine {i}" for i in range(mine)] + ["the last"]
    assert everything(ann, "line") == list(range(said))
    assert everything(ann, "mine") == list(range(mine))
    proxy.close()


def test_more_was_missed_than_the_server_tells_by_itself(start_server, terminal):
    """In one room, which is loaded; in the other rooms and a conversation, little."""
    server = start_server(limits=FAST, history=KEPT)
    bob = server.json("bob")
    proxy = Proxy(server.address("json"))
    ann = terminal("ann", "127.0.0.1", proxy.port, rows=24, columns=99)
    ann.shows("people are here: ")
    for client in (ann, bob):
        client.enter("/join tea") if client is ann else client.send("join", room="tea")
    ann.status("│ tea │")
    bob.send("direct", to="ann", message="psst")
    say(bob, ["line 0"])
    ann.status("main: 1 new .*bob: 1 new")
    proxy.open, proxy.left = False, 1
    say(bob, [f"line {i}" for i in range(1, 450)])
    say(bob, ["in tea, ann"], room="tea")
    bob.send("direct", to="ann", message="are you there?")
    wait_until(lambda: proxy.cuts == 1)
    ann.status("reconnecting")
    proxy.open = True
    ann.shows("while you were away", "bob: in tea, ann")
    ann.status("main: 450 new .*bob: 2 new")
    ann.keys("\x1b1")
    ann.shows("bob: line 449$")
    assert everything(ann, "line") == list(range(450))
    ann.keys("\x1b3")
    ann.shows("bob: psst$", ".*while you were away.*", "bob: are you there.$")
    proxy.close()


def test_killing_the_server_leaves_no_hole_and_nothing_moves(start_server, terminal, tmp_path):
    """Scrolled up and with a half-typed line; bob is there again before ann."""
    port = free_port()
    sections = {"limits": FAST, "history": {"file": tmp_path / "kept.db"},
                "json": {"port": port}, "telnet": None, "web": None, "relay": None,
                "lobby": None, "direct": None}
    server = start_server(**sections)
    bob = server.json("bob")
    say(bob, [f"line {i}" for i in range(120)])
    ann = terminal("ann", "127.0.0.1", port, rows=24, columns=80)
    ann.shows("line 119$")
    ann.keys(PAGE_UP + PAGE_UP + "half")
    ann.shows("line 82$")
    ann.settles()
    found = ann.rows()[1:-2]
    server.kill()
    ann.status("reconnecting in")
    server = start_server(**sections)
    bob = server.json("bob")
    say(bob, [f"line {i}" for i in range(120, 140)])
    ann.status("connected")
    ann.status("20 new below")
    assert ann.rows()[1:-2] == found
    ann.typed("ann> half")
    ann.keys(END)
    ann.shows("line 139$")
    # It may be one row above, if bob was seen to join.
    ann.keys(PAGE_UP)
    ann.until(lambda: any("while you were away" in row for row in ann.rows()), "the line")
    ann.keys(END)
    ann.shows("line 139$")
    say(bob, ["line 140"])
    ann.shows("line 139$", "line 140$")
    ann.keys("\x15" + "".join(f"mine {i}\r" for i in range(20)))
    ann.settles_soon()
    server.kill()
    server = start_server(**sections)
    ann.enter("mine 20")
    ann.status("connected")
    ann.shows("mine 20$")
    bob = server.json("bob")

    def kept():
        bob.send("history", limit=100)
        events = bob.until("history")["events"]
        return [event["message"] for event in events if event.get("nick") == "ann"]
    wait_until(lambda: kept()[-1:] == ["mine 20"])
    assert kept() == [f"mine {i}" for i in range(21)]
    assert everything(ann, "line") == list(range(141))
    assert everything(ann, "mine") == list(range(21))


def test_asking_for_what_was_said(start_server, terminal):
    server = start_server(limits=FAST, history=KEPT)
    bob = server.json("bob")
    say(bob, [f"the kettle is on {i}" for i in range(30)])
    bob.send("join", room="tea")
    bob.until("names", room="tea")
    say(bob, ["is the kettle on, too?"], room="tea")
    ann = terminal("ann", *server.address("json"), rows=40, columns=99)
    ann.status("connected")
    ann.enter("/history 2")
    ann.shows("bob: the kettle is on 28$", "bob: the kettle is on 29$",
              r"\*\*\* End of history. For older messages: /history 2 before \d+$")
    before = re.search(r"/history 2 (before \d+)", "".join(ann.rows()))[1]
    ann.enter("/history 3 " + before)
    ann.shows("is on 25$", "is on 26$", "is on 27$", r"\*\*\* End of history")
    ann.enter("/join tea")
    ann.status("│ tea │")
    ann.enter("/search kettle")
    ann.shows(r"bob: \[main\] the kettle is on 29$", "bob: is the kettle on, too.$",
              r"\*\*\* 20 messages found. For older messages: /search$")
    ann.enter("/search")
    ann.shows(r"bob: \[main\] the kettle is on 10$", r"\*\*\* 11 messages found.$")
    ann.enter("/search nothing-like-it")
    ann.shows(r"\*\*\* Nothing was found.$")
    ann.enter("/history often")
    ann.shows(r"Usage: /history \[with NAME\] \[COUNT\] \[before ID\]$")


def test_who_is_away_and_who_has_left(start_server, terminal):
    """A lost connection is not told; quitting is told at once, also at the end of a script."""
    server = start_server(limits=FAST)
    bob = terminal("bob", *server.address("json"), rows=16, columns=120)
    bob.status("connected")
    ann = terminal("ann", *server.address("json"))
    bob.shows("ann has joined")
    ann.process.kill()
    bob.until(lambda: bob.enter("/who") or any("ann" in row and "away" in row
                                               for row in bob.rows()))
    bob.enter("/names")
    bob.shows(r"In main: .*ann \(away\)")
    bob.shows(r"│ ann \(away\)$")
    assert not any("left" in row for row in bob.rows())
    for leave in ("/quit\r", "\x04"):
        cat = terminal("cat", *server.address("json"))
        bob.status("3 people")
        cat.status("connected")
        cat.keys(leave)
        assert cat.wait() == 0
        bob.status("2 people")
    run("cat", *server.address("json"), given="bye\n")
    bob.shows("cat: bye")
    bob.status("2 people")


def test_scripts_are_told_what_they_ask_for_and_what_they_have_missed(start_server):
    """Marked, so that nothing is taken for what is said now."""
    port = free_port()
    sections = {"limits": FAST, "history": KEPT, "json": {"port": port}}
    server = start_server(**sections)
    say(server.json("bob"), ["one", "two"])
    code, out, _ = run("ann", "127.0.0.1", port, given="three\n/history 2\n")
    assert code == 0
    lines = [line for line in out.splitlines() if not line.startswith("*** ")]
    assert lines[0] == "ann: three"
    assert [re.sub(r"\d\d:\d\d", "HH:MM", line) for line in lines[1:]] == [
        "[HH:MM] bob: two", "[HH:MM] ann: three"]
    assert "*** End of history. For older messages: /history 2 before " in out
    _, out, _ = run("--plain", "ann", "127.0.0.1", port, given="/search two\n/me waves\n")
    kinds = [line.split("\t")[2:] for line in out.splitlines()]
    assert ["past-chat", "bob", "two"] in kinds and ["emote", "ann", "waves"] in kinds
    assert not any(kind == "chat" for kind, *_ in kinds)


def test_a_script_that_listens_misses_nothing(start_server):
    server = start_server(limits=FAST, history=KEPT)
    bob = server.json("bob")
    proxy = Proxy(server.address("json"))
    process = subprocess.Popen(
        [program("teahouse"), "--plain", "ear", "127.0.0.1", str(proxy.port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def heard():
        while True:
            _, _, kind, nick, text = process.stdout.readline().rstrip("\n").split("\t")
            if nick == "bob":
                return kind, text
    bob.until("join", nick="ear")
    say(bob, ["one"])
    assert heard() == ("chat", "one")
    proxy.left = 1
    say(bob, ["two", "three"])
    two, three = heard(), heard()
    # The cut may come only after the first of them.
    assert two in (("past-chat", "two"), ("chat", "two"))
    assert three == ("past-chat", "three")
    say(bob, ["four"])
    assert heard() == ("chat", "four")
    process.stdin.close()
    assert process.wait(TIMEOUT) == 0
    process.stdout.close()
    proxy.close()


def test_what_could_not_be_stored_is_given_back(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    ann.enter("precious words")
    said = connection.until("chat")
    connection.send("error", code="store-failed", ref=said["ref"], about="chat",
                    message="Nothing can be said just now: the server cannot store it.")
    ann.shows("Nothing can be said just now")
    ann.typed("ann> precious words")
    ann.keys("!\r")
    assert connection.until("chat")["message"] == "precious words!"


def test_a_session_that_goes_on_elsewhere_is_not_fought_for(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    connection.send("error", code="resumed-elsewhere", message="Elsewhere.")
    connection.drop()
    ann.shows("This session goes on in another place")
    ann.status("disconnected$")
    scripted_server.listener.settimeout(2.5)
    with pytest.raises(TimeoutError):
        scripted_server.listener.accept()
    scripted_server.listener.settimeout(TIMEOUT)
    ann.keys("\r")
    scripted_server.accept_and_welcome()
    ann.status("connected")


def test_the_history_on_the_classroom_protocols(start_server, terminal):
    server = start_server(limits=FAST, history=KEPT)
    bob = server.json("bob")
    say(bob, ["one", "[not an emote]"])
    bob.send("emote", message="waves")
    bob.send("topic", topic="tea")
    bob.until("topic", topic="tea")
    ann = terminal("-p", "lobby", "-r", "main", "ann", *server.address("lobby"), columns=80)
    ann.shows("bob")
    ann.enter("/history 4")
    ann.shows(r"^\d\d:\d\d +bob: one$", r"^\d\d:\d\d +bob: \[not an emote\]$",
              r"^\d\d:\d\d +\[bob waves\]$", r"^\d\d:\d\d +\*\*\* bob set the topic: tea$",
              r"\*\*\* End of history.$")
    cat = terminal("-p", "direct", "cat", *server.address("direct"))
    cat.status("connected")
    cat.enter("/history")
    cat.shows("The direct protocol has no history.")
