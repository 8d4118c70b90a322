"""Keys of the terminal client that are more than editing, and sequences that never end."""

import pytest

from terminal import PASTE_END, PASTE_START


@pytest.mark.parametrize("term", ["xterm", "linux"])
@pytest.mark.parametrize("begun", [
    f"{PASTE_START}pasted", "\x1b[2", "\x1b[", "\x1b]0;title", "\x1bPq", "\x1b", "\x1bO", "\x1b[[",
    "\x1b[<64;1", "\x1b[" + "1;" * 999])
def test_a_sequence_without_its_end_does_not_take_the_keyboard(server, start_client, term, begun):
    ann = start_client("ann", term=term)
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.keys(begun)
    # Nothing is said for a second; messages are drawn meanwhile.
    bob.send("chat", message="while it waits")
    ann.shows("bob: while it waits")
    ann.until(lambda: "pasted" not in begun or ann.rows()[-1] == "ann> pasted", "the paste has ended")
    if "pasted" in begun:
        ann.keys("\x03")
        ann.typed("ann>")
    else:
        # Ctrl-C ends it at once.
        ann.keys("\x03")
        ann.status("Press Ctrl-C again")
    ann.enter("and on")
    bob.until("chat", nick="ann", message="and on")


def test_what_comes_late_of_a_paste_is_no_line_of_its_own(server, start_client):
    """A paste that stalls for more than a second, as over a slow connection."""
    ann = start_client("ann")
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.keys(f"{PASTE_START}one\rtwo")
    ann.typed("ann> one↵two")
    ann.keys(f"\rthree\r/quit\r{PASTE_END}")
    ann.typed("ann> one↵two↵three↵/quit")
    ann.keys("\r")
    bob.until("chat", nick="ann", message="one\ntwo\nthree\n/quit")


def test_pasted_colours_and_controls_are_dropped(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    ann.keys(f"{PASTE_START}\x1b[31mFAILED\x1b[0m\x07 \x1b]0;owned\x07 \x03tests\r\n{PASTE_END}")
    ann.typed("ann> FAILED  tests")
    ann.keys("\r")
    bob.until("chat", nick="ann", message="FAILED  tests")


def test_unknown_keys_insert_nothing(start_client):
    ann = start_client("ann")
    ann.keys("a\x1b[57441;3u\x1b[24;5~\x1b[1;9R\x1b[?62;22c\x1b[<0;3;3M\x1b[<0;3;3m\x1b]11;rgb:0/0/0\x1b\\b")
    ann.typed("ann> ab")


@pytest.mark.parametrize("key", ["\x1b\r", "\x1b[13;2u", "\x1b[27;2;13~"])
def test_a_new_line_is_typed(server, start_client, key):
    ann = start_client("ann")
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.enter(f"one{key}two")
    bob.until("chat", nick="ann", message="one\ntwo")


def scrolled(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    for i in range(40):
        bob.send("chat", message=f"line {i}")
    ann.shows("line 39$")
    return ann, bob


def test_scrolled_up_while_messages_arrive(server, start_client):
    ann, bob = scrolled(server, start_client)
    ann.keys("\x1b[5~")
    ann.status("scrolled up")
    before = ann.rows()[:10]
    for i in range(3):
        bob.send("chat", message=f"more {i}")
    ann.status("3 new below")
    assert ann.rows()[:10] == before
    ann.keys("\x1b[6~\x1b[6~")
    ann.shows("bob: more 2$")
    ann.until(lambda: "below" not in ann.rows()[-2] and "scrolled" not in ann.rows()[-2])
    ann.keys("\x1b[5~" * 9)
    ann.shows("F1 help . Tab complete")
    ann.enter("down again")
    ann.shows("ann: down again$")


@pytest.mark.parametrize("back", ["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b", "\x1b[<65;1;1M" * 50, "\x1b[B" * 40])
def test_scrolling_and_the_way_back(server, start_client, back):
    ann, bob = scrolled(server, start_client)
    ann.keys("\x1b[<64;9;5M")  # the wheel, as terminals report it
    ann.shows("line 36$")
    ann.until(lambda: "line 37" not in "\n".join(ann.rows()), "three lines further up")
    ann.keys("\x1b[A" * 3)  # as they do without being asked
    ann.until(lambda: "line 34" not in "\n".join(ann.rows()), "six lines further up")
    ann.shows("line 33$")
    ann.typed("ann>")
    ann.keys("\x1b[5~")
    ann.until(lambda: "line 33" not in "\n".join(ann.rows()), "a page further up")
    ann.keys(back)
    ann.shows("line 39$")


def test_home_goes_to_the_first_line_and_end_to_the_last(server, start_client):
    ann, bob = scrolled(server, start_client)
    ann.keys("\x1b[H")
    ann.shows("is here: ann$")
    # While something is typed, they move in it.
    ann.keys("abc\x1b[H_")
    ann.typed("ann> _abc")
    ann.keys("\x1b[F!")
    ann.typed("ann> _abc!")
    ann.keys("\x1b[F")
    ann.shows("line 39$")


def test_arrows_that_repeat_are_keys(start_client):
    """As one that is held down, of which several arrive at once."""
    ann = start_client("ann")
    for line in ("a", "b", "c", "d", "e"):
        ann.enter(line)
        ann.shows(f"ann: {line}$")
    ann.keys("\x1b[A")
    ann.typed("ann> e")
    ann.keys("\x1b[A\x1b[A\x1b[A")
    ann.typed("ann> b")


def test_vi_mode(server, start_client, tmp_path):
    """Arrow keys are no Esc there, and Esc changes the mode."""
    (tmp_path / "inputrc").write_text("set editing-mode vi\n")
    ann = start_client("ann", env={"INPUTRC": str(tmp_path / "inputrc")})
    ann.keys("one two\x1b[D\x1b[D_")
    ann.typed("ann> one t_wo")
    ann.keys("\x1b")
    ann.until(lambda: ann.screen.cursor.x == len("ann> one t"), "the cursor on a character")
    ann.keys("0x")
    ann.typed("ann> ne t_wo")
    ann.enter("")
    server.json("bob").send("chat", message="hello")
    ann.shows("bob: hello")
