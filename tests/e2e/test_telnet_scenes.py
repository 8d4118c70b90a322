"""Scenes of telnet users, as bytes: a first minute, and another character set."""

import re

from clients import WELCOME, arrival


def test_a_first_minute(start_server):
    """A newcomer is told how to log in, where they are, what is talked about, and how to leave."""
    server = start_server()
    bob = server.telnet("bob")
    bob.until("Just type to talk; /help for more.")
    bob.send("/topic Darjeeling")
    bob.expect("*** bob set the topic: Darjeeling")
    kim = server.telnet()
    kim.expect(WELCOME)
    assert len(WELCOME) <= 80
    kim.send("hello?")
    kim.expect("Please log in")
    kim.expect('Use "login <nick>"')
    kim.send("login kim")
    for line in arrival("kim", " with bob"):
        kim.expect(line)
    kim.expect("*** The topic is: Darjeeling (set by bob)")
    kim.send("/hlep", "/who", "exit")
    kim.expect("!!! Unknown command /hlep. Did you mean /help?")
    kim.expect("Online:")
    kim.expect("  bob  telnet  main")
    kim.expect("  kim  telnet  main")
    kim.expect('*** To leave, type logout. To say "exit", type it again.')
    kim.send("/quit")
    kim.expect("Bye.")
    assert kim.read_rest() == b""
    bob.until("kim has left the room.")


def test_many_are_there(start_server):
    server = start_server()
    others = [server.json(f"p{i}") for i in range(18)]
    kim = server.telnet("kim")
    kim.until(re.compile("You are kim, in main with p0, p1, p2, p3, p4, p5 and 12 others\\."))
    kim.expect("Just type to talk; /help for more.")
    kim.send("/look")
    listed = [kim.read(), kim.read()]
    assert listed[0].startswith("In main (19): p0, p1") and listed[1].endswith("p17, kim")
    assert all(len(line) <= 80 for line in listed)
    assert others


def test_two_terminals_of_different_sets(start_server):
    """Each sees what its terminal can show."""
    server = start_server()
    old, new = server.telnet("old"), server.telnet("new")
    new.until(re.compile("You are new, .*"))
    old.until("new has entered the room.")
    old.send("/charset latin1")
    old.expect("*** charset is now latin1.")
    old.send_bytes("Grüße\r\n".encode("latin-1"))
    new.expect("old: Grüße")
    assert old.read_until(b"\r\n") == "old: Grüße".encode("latin-1")
    new.send("„Tee“ – 5 € 🫖 ÿ")
    new.until("new: „Tee“ – 5 € 🫖 ÿ")
    # The byte of ÿ is also the telnet protocol's, so that it is doubled.
    assert old.read_until(b"\r\n") == b'new: "Tee" - 5 EUR ? \xff\xff'
