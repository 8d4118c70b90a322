"""Rooms and people in the terminal client: the lists, and moving between rooms."""

from terminal import F2, F3


def test_rooms(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    bob.send("join", room="tea")
    ann.enter("/join tea")
    ann.shows("people are here: ann, bob")
    ann.status(r"│ tea │ 2 people │ main ")
    bob.send("chat", room="main", message="hello?")
    bob.send("chat", room="main", message="ann?")
    ann.status(r"│ main: 2 new!")
    ann.enter("in the tea room")
    bob.until("chat", room="tea", nick="ann", message="in the tea room")
    ann.enter("/join main")
    ann.shows("bob: hello", "bob: ann")
    ann.status(r"│ main │ 2 people │ tea ")
    ann.enter("/leave tea")
    ann.shows("You have left tea")
    ann.enter("/leave")
    ann.shows(r"\*\*\* You can.t leave your only room")


def test_rooms_and_people_are_listed_beside_the_conversation(server, start_client):
    ann = start_client("ann", columns=100, rows=12)
    bob = server.json("bob")
    ann.shows("^1 main +│.*│ ann$", "^ +│.*│ bob$")
    ann.enter("/join tea")
    ann.shows("^1 main +│.*│ ann$", "^2 tea +│")
    bob.send("chat", message="ann, where are you?")
    ann.shows("^1 main +1! *│")
    ann.keys(F3)
    ann.until(lambda: not any("│ ann" in row for row in ann.rows()), "hidden people")
    ann.keys(F2)
    ann.until(lambda: not any("│" in row for row in ann.rows()[:-2]), "hidden rooms")
    ann.keys(F2 + F3)
    ann.shows("^1 main +1! *│")
    # A narrow screen has no space for them.
    ann.resize(12, 60)
    ann.until(lambda: not any("│" in row for row in ann.rows()[:-2]), "neither")


def test_more_people_than_there_are_rows(server, terminal):
    crowd = [server.json(f"n{i:02}") for i in range(20)]
    crowd[-1].until("names")
    ann = terminal("ann", *server.address("json"), columns=100, rows=12)
    ann.shows("│ n06$", "│ and 13 more$")


def test_a_large_room_is_reported_in_numbers(start_server, terminal):
    server = start_server(limits={"presence": 3})
    crowd = [server.json(f"n{i}") for i in range(4)]
    crowd[-1].until("names")
    ann = terminal("ann", *server.address("json"), columns=100)
    ann.status("main . 5 people")
    ann.shows("│ and 1 more$")
    crowd[0].drop()
    ann.shows(r"\*\*\* (. ha\w+ joined and )?1 has left")
    ann.status("main . 4 people")
    # Once the room is small enough for names, they are listed again.
    crowd[1].drop()
    ann.shows("has left")
    crowd[2].drop()
    ann.status("main . 2 people")
    ann.shows("│ ann$", "│ n3$")
    ann.until(lambda: not any("n2" in row[80:] or "n1" in row[80:] for row in ann.rows()), "who left")


def test_the_greeting_of_a_large_room_counts_all_members(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", str(scripted_server.port), columns=100)
    connection = scripted_server.accept()
    connection.expect("hello")
    connection.send("welcome", server="Mock", nick="ann", room="main", version=2, time=1000)
    connection.send("join", nick="ann", room="main", time=1000)
    connection.send("names", room="main", nicks=["b", "c"], users=4000, first=True, time=1000)
    ann.shows(r"\*\*\* 4000 people are here ")
    ann.shows("│ and 3997 more$")
    ann.enter("/names")
    connection.send("names", room="main", nicks=["b", "c"], users=4000, first=True, time=1000,
                    ref=connection.until("names")["ref"])
    ann.shows(r"\*\*\* In main: b, c and 3997 more ")


def test_the_room_list_scrolls_to_the_current_room(server, start_client):
    ann = start_client("ann", rows=9, columns=100)
    for i in range(2, 12):
        ann.enter(f"/join room{i}")
        ann.status(rf"ann │ room{i} ")
    ann.shows("^6 room6 ", "^7 room7 ", "^8 room8 ", "^9 room9 ", "^10 room10 ", "^11 room11 ")
    ann.keys("\x1b1")
    ann.shows("^1 main ", "^2 room2 ")


def test_keys_that_change_the_room(server, start_client):
    ann = start_client("ann", rows=16, columns=90)
    bob = server.json("bob")
    for room in ("tea", "milk"):
        ann.enter(f"/join {room}")
        ann.status(f"ann . {room}")
    bob.send("join", room="tea")
    ann.keys("\x1b1")
    ann.status("ann . main")
    ann.keys("\x0e")
    ann.status("ann . tea")
    ann.keys("\x10\x10")
    ann.status("ann . milk")
    bob.send("chat", room="main", message="hello")
    bob.send("chat", room="tea", message="ann!")
    ann.status("tea: 1 new!")
    ann.keys("\x1ba")  # the room with a mention comes first
    ann.status("ann . tea")
    ann.keys("\x1ba")
    ann.status("ann . main")
    ann.keys("\x1b9")
    ann.status("ann . main")
