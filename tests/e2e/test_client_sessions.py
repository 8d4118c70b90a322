"""The terminal client of an account on the real server: several sessions, and being away."""

import pytest

from server import free_port, wait_until
from terminal import run

SECRET = "tea for two"


@pytest.fixture
def server(start_server, tmp_path):
    return start_server(history={"file": tmp_path / "kept.db"},
                        limits={"rate": 10000, "burst": 10000})


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return path


def registered(server, terminal, **options):
    """Ann, who has just made her name an account."""
    ann = terminal("ann", *server.address("json"), rows=18, **options)
    ann.status("connected")
    ann.enter("/register")
    for label in "New password:", "The same again:":
        ann.typed(label)
        ann.enter(SECRET)
    ann.shows('The name "ann" is yours now')
    return ann


def test_two_sessions_of_a_user(server, terminal):
    """What one does, the other sees; what is read on one is read on both."""
    ann = registered(server, terminal, columns=120)
    ann.enter("/join tea")
    ann.status("ann │ tea")
    two = terminal("ann", *server.address("json"), rows=18, columns=80)
    two.typed("Password:")
    two.enter("something else")
    two.shows("The name or the password is wrong.$")
    two.enter(SECRET)
    two.status("connected")
    two.status("tea │ 1 person")
    assert not any("has joined" in row for row in two.rows()), "ann was there already"
    ann.enter("/join garden")
    two.status("ann │ tea │ .*│ garden")
    bob = server.json("bob")
    bob.send("chat", message="hello")
    bob.send("direct", to="ann", message="psst")
    for client in ann, two:
        client.status("main: 1 new │ bob: 1 new")
    ann.keys("\x1b1")
    ann.shows("bob: hello")
    two.until(lambda: "main: 1 new" not in two.rows()[-2], "no count of what was read elsewhere")
    ann.enter("hi bob")
    two.settles()
    two.status("ann │ tea │ .*bob: 1 new")
    assert "main: 1" not in two.rows()[-2]
    ann.enter("/sessions end 2")
    two.shows("This session was ended from another one.$", "Press Enter to log in again.$")
    two.status("disconnected$")
    two.keys("\r")
    two.typed("Password:")
    for client in ann, two:
        assert SECRET.encode() not in client.raw


def test_messages_to_the_absent(server, terminal, password):
    ann = registered(server, terminal, columns=120)
    bob = terminal("bob", *server.address("json"), columns=80)
    bob.status("connected")
    ann.enter("/q")
    assert ann.wait() == 0
    bob.enter("ann: later")
    bob.enter("/msg ann")
    bob.status("bob │ ann")
    bob.enter("are you there?")
    bob.shows("bob: are you there.$", r"\*\*\* ann is away and will read it later.$")
    ann = terminal("-l", password, "ann", *server.address("json"), rows=18, columns=120)
    ann.status("bob: 1 new")
    ann.shows("- new -", "bob: ann: later ")
    ann.keys("\x1ba")
    ann.shows("- new -", "bob: are you there. ")
    ann.enter("/search there")
    ann.shows("1 message found")
    ann.enter("/q")
    assert ann.wait() == 0
    code, out, err = run("--plain", "-l", password, "ann", *server.address("json"),
                         given="/search there\n")
    assert (code, err) == (0, "")
    assert "\t@ann\tpast-direct\tbob\tare you there?" in out
    assert SECRET not in out and SECRET not in "".join(server.log)


def test_the_password_outlasts_the_server(start_server, terminal, password, tmp_path):
    """It was restarted: the client logs in again without asking."""
    sections = {"history": {"file": tmp_path / "kept.db"}, "json": {"port": free_port()}}
    server = start_server(**sections)
    ann = registered(server, terminal, columns=80)
    server.stop()
    ann.status("reconnecting in")
    server = start_server(**sections)
    ann.status("connected")
    ann.enter("still here")
    bob = server.json("bob")
    bob.send("history")
    wait_until(lambda: any(event.get("message") == "still here"
                           for event in bob.until("history")["events"]) or bob.send("history"))
