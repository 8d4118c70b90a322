"""The terminal client and single packets of the json protocol."""

import time

import pytest

COMMANDS = [
    {"name": "msg", "aliases": ["message"], "help": "send a private message",
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
    ann.shows("Reconnected")


def test_the_topic_of_a_room_that_is_entered(ann):
    """It is shown as it is: nobody has set it just now."""
    ann.peer.send("topic", room="main", nick="bob", topic="Tea", time=1000, snapshot=True)
    line = ann.shows(r"\*\*\* The topic is: Tea .set by bob.$")
    clock = "".join(line[x].data for x in range(5))
    now = time.time()
    assert clock in (time.strftime("%H:%M", time.gmtime(now - past)) for past in range(0, 90, 30))
    # Entered again, the room has the same topic: that is no news.
    ann.peer.send("topic", room="main", nick="bob", topic="Tea", time=1000, snapshot=True)
    ann.peer.send("notice", room="main", message="next", time=1000)
    ann.shows(r"The topic is: Tea", r"\*\*\* next$")
    assert ann.rows()[0] == " main │ Tea"


def test_a_topic_that_is_set(ann):
    ann.peer.send("topic", room="main", nick="bob", topic="Coffee", time=1000)
    ann.shows(r"00:00 +\*\*\* bob set the topic: Coffee$")
    ann.peer.send("topic", room="main", nick="bob", topic="", time=1000)
    ann.shows(r"00:00 +\*\*\* bob cleared the topic$")


def test_the_topic_that_was_asked_for(ann):
    """The answer is recognised by its ref: nobody has set it just now."""
    ann.enter("/topic")
    asked = ann.peer.until("topic", room="main")
    assert "topic" not in asked
    ann.peer.send("topic", room="main", nick="bob", topic="Tea", ref=asked["ref"], time=1000)
    ann.shows(r"\*\*\* The topic is: Tea .set by bob.$")
    ann.enter("/topic Coffee")
    ref = ann.peer.until("topic", topic="Coffee")["ref"]
    ann.peer.send("topic", room="main", nick="ann", topic="Coffee", ref=ref, time=1000)
    ann.shows(r"\*\*\* ann set the topic: Coffee$")


def refuse(peer, nick):
    """Refuses a nick as one that looks like another."""
    peer.expect("hello", nick=nick)
    peer.send("error", about="hello", code="nick-alike", message="It looks like b0b.", time=1000)


def test_a_nick_like_another_can_be_replaced(scripted_server, terminal):
    bob = terminal("bob", "127.0.0.1", scripted_server.port)
    peer = scripted_server.accept()
    refuse(peer, "bob")
    bob.shows(r"It looks like b0b. Type another name.$")
    bob.typed("name>")
    bob.enter("bobby")
    peer.expect("hello", nick="bobby")
    scripted_server.welcome(peer, "bobby")
    bob.status(r"^ bobby │ main .* connected$")


def test_a_nick_like_another_is_waited_for_after_a_lost_connection(ann, scripted_server):
    """The user whose nick looks like it may leave."""
    ann.peer.drop()
    peer = scripted_server.accept()
    refuse(peer, "ann")
    ann.status('waiting for the name "ann"')
    peer.expect("hello", nick="ann")
    scripted_server.welcome(peer, "ann")
    ann.status("connected")


@pytest.mark.parametrize("typed, sent", [
    ("/Join tea", {"type": "join", "room": "tea"}),
    ("/ME waves", {"type": "emote", "message": "waves", "room": "main"}),
    ("/Say hi", {"type": "chat", "message": "hi", "room": "main"}),
    ("/TOPIC Tea", {"type": "topic", "topic": "Tea", "room": "main"}),
    ("/LOOK", {"type": "names", "room": "main"}),
    ("/WHO", {"type": "command", "line": "/WHO"}),
])
def test_commands_in_any_case(ann, typed, sent):
    ann.peer.until("rooms")
    ann.enter(typed)
    packet = ann.peer.read()
    del packet["ref"]
    assert packet == sent


@pytest.mark.parametrize("typed", ["/Q", "/QUIT", "/Logout"])
def test_leaving_in_any_case(ann, typed):
    ann.peer.until("rooms")
    ann.enter(typed)
    ann.peer.expect_end()
    ann.peer.drop()
    assert ann.wait() == 0


def test_commands_of_the_client_in_any_case(ann):
    ann.enter("/SET bell")
    ann.shows(r"\*\*\* bell = yes: ")
    ann.enter("/Help")
    ann.peer.until("command", line="/Help")
    ann.keys("/Set pe\t")
    ann.typed("ann> /Set people")


def test_rooms_are_completed_after_a_command_in_any_case(ann):
    asked = ann.peer.until("rooms")
    ann.peer.send("rooms", rooms=[{"name": "tearoom", "users": 1}], first=True, ref=asked["ref"],
                  time=1000)
    ann.peer.send("notice", message="The next packet.", time=1000)
    ann.shows("The next packet")
    ann.keys("/JOIN te\t")
    ann.typed("ann> /JOIN tearoom")
