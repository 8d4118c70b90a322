"""People at real telnet clients and at nc, each under a terminal of its own."""

import pexpect
import pytest

from house import PATIENCE

HELD = {"encoding": "utf-8", "timeout": PATIENCE, "dimensions": (24, 80)}


@pytest.fixture
def sit(house):
    """Sits somebody down at a program that talks to the server's telnet port."""
    home = house()
    seats = []

    def at(program, *args):
        host, port = home.address("telnet")
        seats.append(pexpect.spawn(program, [*args, host, str(port)], **HELD))
        return seats[-1]

    at.home = home
    yield at
    for seat in seats:
        seat.close(force=True)


def login(seat, nick):
    seat.expect_exact("Welcome to Teahouse\r\n")
    seat.sendline(f"login {nick}")
    # What the terminal echoed of it.
    seat.expect_exact(f"login {nick}\r\n")


def says(seat, line, *answers):
    """Types a line; the terminal shows it, and then these lines."""
    seat.sendline(line)
    seat.expect_exact("".join(text + "\r\n" for text in (line, *answers)))


def test_the_tea_party_is_typed_by_hand(sit):
    magnus = sit("telnet")
    login(magnus, "magnus")
    seat = sit("telnet")
    seat.expect_exact("Welcome to Teahouse\r\n")
    says(seat, "anything at all", "Please log in", 'Use "login <nick>"')
    says(seat, "login", "Please enter a name")
    says(seat, "login magnus", 'The name "magnus" is taken.', "Please try again.")
    says(seat, "login dilbert")
    magnus.expect_exact("dilbert has entered the room.\r\n")
    says(seat, "look", "The following are in this room:", "magnus", "dilbert")
    says(seat, "who", "The following are logged in:", "magnus", "dilbert")
    says(seat, "say Hi, magnus!", "dilbert: Hi, magnus!")
    says(seat, "Nice weather", "dilbert: Nice weather")
    magnus.expect_exact("dilbert: Hi, magnus!\r\ndilbert: Nice weather\r\n")
    says(seat, "logout", "Connection closed by foreign host.")
    magnus.expect_exact("dilbert has left the room.\r\n")


def test_after_an_interrupt_telnet_goes_on_showing(sit):
    seat = sit("telnet")
    login(seat, "ann")
    seat.send("half a line")
    seat.sendintr()
    says(seat, "say still here", "ann: still here")


def test_telnet_stays_in_line_mode_and_takes_characters_back(sit):
    seat = sit("telnet")
    login(seat, "ann")
    seat.send("tex\x7fa")
    seat.sendline("")
    seat.expect_exact("ann: tea\r\n")


@pytest.mark.parametrize("text", ["Über grüne Tees", "🍵 ist fertig", "日本のお茶", "“curly quotes„"])
def test_what_is_not_ascii_comes_through_both_ways(sit, text):
    ann, bob = sit("telnet"), sit("telnet")
    login(ann, "ann")
    login(bob, "bob")
    ann.expect_exact("bob has entered the room.\r\n")
    says(ann, text, f"ann: {text}")
    bob.expect_exact(f"ann: {text}\r\n")


def test_nc_sees_clean_text(sit):
    seat = sit("nc")
    # The terminal turns each LF into CR LF, whether a CR came before it or not.
    seat.expect_exact("Welcome to Teahouse\r\r\n")
    seat.sendline("login ann")
    seat.sendline("look")
    seat.expect_exact("login ann\r\nlook\r\n")
    seat.expect_exact("The following are in this room:\r\r\nann\r\r\n")
    cat = sit.home.json("cat")
    seat.expect_exact("cat has entered the room.")
    assert seat.before == ""
    cat.send("chat", message="one\ntwo")
    seat.expect_exact("\r\r\ncat: one\r\r\ncat: two\r\r\n")
    seat.sendline("/me nods")
    seat.expect_exact("/me nods\r\n[ann nods]\r\r\n")
    seat.sendline("logout")
    cat.until("leave", nick="ann")
    seat.sendeof()
    seat.expect(pexpect.EOF)
    assert seat.before == "logout\r\n"
