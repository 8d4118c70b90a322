"""The terminal client and the history: opening a room, scrolling back, searching, coming back."""

import re
import select
import socket
import threading
import time

from clients import TIMEOUT
from server import free_port, wait_until

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


def scroll(client, key, until, most=200):
    """Presses the key until the condition holds; returns the numbers in the order they were seen."""
    seen = []
    for _ in range(most):
        client.settles_soon()
        seen.append(numbers(client.rows()))
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


def test_opening_a_room_and_scrolling_to_its_beginning(start_server, terminal):
    server = start_server(limits=FAST, history=KEPT)
    bob = server.json("bob")
    say(bob, [f"line {i}" for i in range(700)])
    bob.send("topic", topic="counting")
    ann = terminal("ann", *server.address("json"), rows=24, columns=80)
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
