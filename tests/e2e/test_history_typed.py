"""The history for users of text protocols: by asking, and by a listener's replay."""

import re

from server import Server

SECTIONS = {
    "history": {"file": "teahouse.db", "recent": 5}, "limits": {"rate": 0},
    "telnet": {"replay": 3}, "lobby": {"replay": 20},
}
CLOCK = r"\[(\d{4}-\d\d-\d\d )?\d\d:\d\d\] "


def test_a_restarted_server_replays_what_was_said(tmp_path):
    with Server(tmp_path, **SECTIONS) as server:
        ann = server.telnet("ann")
        for number in range(30):
            ann.send(f"line {number}")
        ann.until("ann: line 29")
    with Server(tmp_path, **SECTIONS) as server:
        # Nothing is in memory yet.
        bob = server.telnet("bob")
        bob.until("Just type to talk; /help for more.")
        bob.expect(*(re.compile(rf"{CLOCK}ann: line {number}") for number in range(27, 30)))
        bob.send("hello")
        bob.expect("bob: hello")
        lob = server.line_client("lobby", end="\n")
        lob.send("/join main", "/nick lob")
        lob.expect("0", "0", *(f"ann: line {number}" for number in range(11, 30)), "bob: hello")
        lob.send("/history 3")
        lob.expect(
            re.compile(r"\*\*\* For older messages: /history 3 before \d+"),
            re.compile(rf"{CLOCK}ann: line 28"), re.compile(rf"{CLOCK}ann: line 29"),
            re.compile(rf"{CLOCK}bob: hello"), "*** End of history.")
