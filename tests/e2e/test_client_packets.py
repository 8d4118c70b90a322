"""The terminal client and single packets of the json protocol."""

import pytest

COMMANDS = [
    {"name": "msg", "aliases": ["message"], "help": "tell it to one person alone",
     "params": [{"name": "nick"}, {"name": "text", "rest": True}]},
    {"name": "mime", "aliases": [], "params": [], "help": "say nothing"},
    {"name": "login", "aliases": [], "params": [{"name": "nick"}], "help": "",
     "before_login": True},
]


@pytest.fixture
def ann(scripted_server, terminal):
    """A client on a terminal, whose server is ann.peer."""
    client = terminal("ann", "127.0.0.1", scripted_server.port, rows=16, columns=80)
    client.peer, _ = scripted_server.accept_and_welcome()
    client.shows("1 person is here: ann")
    client.status("connected")
    return client


def test_commands_are_completed_from_the_table_of_the_server(ann):
    asked = ann.peer.expect("commands")
    ann.peer.expect("rooms")
    ann.peer.send("commands", commands=COMMANDS, ref=asked["ref"], time=1000)
    ann.peer.send("notice", message="/mop  is in no table", time=1000)
    ann.shows("is in no table")
    ann.keys("/m\t")
    ann.shows(r"\*\*\* /message  /mime  /msg$")
    ann.keys("\x15/log\t")
    ann.typed("ann> /login")


def test_a_server_without_a_table_of_commands(ann):
    """Its refusal is not shown, and the client completes its own commands."""
    ann.peer.send("error", about="commands", code="unknown-type", message="What?", time=1000,
                  ref=ann.peer.expect("commands")["ref"])
    ann.peer.send("notice", message="The next packet.", time=1000)
    ann.shows("The next packet")
    assert not any("What" in row for row in ann.rows())
    ann.keys("/s\t")
    ann.typed("ann> /set")


def test_the_table_is_requested_again_on_a_new_connection(ann, scripted_server):
    ann.peer.expect("commands")
    ann.peer.drop()
    ann.peer, _ = scripted_server.accept_and_welcome()
    ann.peer.expect("commands")
    ann.shows("Connected again")
