"""What users of each protocol are shown of each event, for test_events.py."""

# The columns: a user of each kind in the room; its listener's protocol and settings. The two
# versions of json share a listener. Echo is off: no column gets its own messages.
COLUMNS = {
    "telnet": ("telnet", {}),
    "json 1": ("json", {}),
    "json 2": ("json", {}),
    "web": ("web", {}),
    "relay": ("relay", {}),
    "relay nicks": ("relay", {"nicks": "yes"}),
    "lobby": ("lobby", {}),
    "lobby quiet": ("lobby", {"announce": "no"}),
    "direct": ("direct", {}),
    "direct hear": ("direct", {"hear": "yes"}),
    "direct nicks": ("direct", {"nicks": "yes"}),
}
NOTHING = "-"
OTHER_ROOM = " in another room"


# A packet is written as its type and all its fields, without the time that each packet of version
# 2 must have, and the id that its events have.
TABLE = {
    "said": {
        "telnet": "{nick}: {text}",
        "json 1": "chat nick={nick} message={text}",
        "json 2, web": "chat room={room} nick={nick} message={text}",
        "relay": "{text}",
        "relay nicks": "{nick}: {text}",
        "lobby, lobby quiet": "{nick}: {text}",
        "direct, direct nicks": NOTHING,
        "direct hear": "{nick}: {text}",
    },
    "said in lines": {
        "telnet": "{nick}: {one}\n{nick}: {two}",
        "json 1": "chat nick={nick} message={one}\nchat nick={nick} message={two}",
        "json 2, web": "chat room={room} nick={nick} message={one}\\n{two}",
        "relay": "{one}\n{two}",
        "relay nicks": "{nick}: {one}\n{nick}: {two}",
        "lobby, lobby quiet": "{nick}: {one}\n{nick}: {two}",
        "direct, direct nicks": NOTHING,
        "direct hear": "{nick}: {one}\n{nick}: {two}",
    },
    "emote": {
        "telnet": "[{nick} {text}]",
        "json 1": "chat nick={nick} message=[{nick} {text}]",
        "json 2, web": "emote room={room} nick={nick} message={text}",
        "relay, relay nicks": "[{nick} {text}]",
        "lobby, lobby quiet": "[{nick} {text}]",
        "direct, direct nicks": NOTHING,
        "direct hear": "[{nick} {text}]",
    },
    "direct": {
        "telnet": "{nick} -> {to}: {text}",
        "json 1": "chat nick={nick} message={nick} -> {to}: {text}",
        "json 2, web": "direct nick={nick} to={to} message={text}",
        "relay, relay nicks": "{nick} -> {to}: {text}",
        "lobby, lobby quiet": "{nick} -> {to}: {text}",
        "direct, direct hear": "{text}",
        "direct nicks": "{nick}: {text}",
    },
    "entered": {
        "telnet": "{nick} has entered the room.",
        "json 1": "join nick={nick}",
        "json 2, web": "join room={room} nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby": "*** {nick} has joined",
        "lobby quiet": NOTHING,
        "direct, direct hear, direct nicks": NOTHING,
    },
    "left": {
        "telnet": "{nick} has left the room.",
        "json 1": "leave nick={nick}",
        "json 2, web": "leave room={room} nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby": "*** {nick} has left",
        "lobby quiet": NOTHING,
        "direct, direct hear, direct nicks": NOTHING,
    },
    "renamed": {
        "telnet": "{nick} is now known as {new}.",
        "json 1": "leave nick={nick}\njoin nick={new}",
        "json 2, web": "nick nick={nick} new={new}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": "*** {nick} is now known as {new}",
        "direct, direct hear, direct nicks": NOTHING,
    },
    "topic": {
        "telnet": "*** {nick} set the topic: {text}",
        "json 1": NOTHING,
        "json 2, web": "topic room={room} topic={text} nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": "*** {nick} set the topic: {text}",
        "direct, direct hear, direct nicks": NOTHING,
    },
    "topic removed": {
        "telnet": "*** {nick} cleared the topic.",
        "json 1": NOTHING,
        "json 2, web": "topic room={room} topic= nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": "*** {nick} cleared the topic",
        "direct, direct hear, direct nicks": NOTHING,
    },
    # In a second room that telnet, json 2 and web have joined, and that is not telnet's current
    # one. The other columns are not in it.
    "said in another room": {
        "telnet": "[{room}] {nick}: {text}",
        "json 2, web": "chat room={room} nick={nick} message={text}",
        "json 1, relay, relay nicks, lobby, lobby quiet": NOTHING,
        "direct, direct hear, direct nicks": NOTHING,
    },
    "said in lines in another room": {
        "telnet": "[{room}] {nick}: {one}\n[{room}] {nick}: {two}",
        "json 2, web": "chat room={room} nick={nick} message={one}\\n{two}",
    },
    "emote in another room": {
        "telnet": "[{room}] [{nick} {text}]",
        "json 2, web": "emote room={room} nick={nick} message={text}",
    },
    "entered in another room": {
        "telnet": "[{room}] {nick} has entered the room.",
        "json 2, web": "join room={room} nick={nick}",
    },
    "left in another room": {
        "telnet": "[{room}] {nick} has left the room.",
        "json 2, web": "leave room={room} nick={nick}",
    },
    "topic in another room": {
        "telnet": "[{room}] *** {nick} set the topic: {text}",
        "json 2, web": "topic room={room} topic={text} nick={nick}",
    },
}


# Why an event cannot come from a protocol. Notices and the end come from the server alone.
NO_PACKET = "version 1 has hello and chat"
ONLY_TEXT = "every line is a message"
NO_WORD = "in a room, it has /who and /logout"
LINES = "each line is a message of its own"
GIVEN = "the server chooses the nick"
IMPOSSIBLE = {
    ("emote", "json 1"): NO_PACKET,
    ("emote", "relay"): ONLY_TEXT,
    ("emote", "lobby"): NO_WORD,
    ("emote", "direct"): "it has no form for it",
    ("direct", "json 1"): NO_PACKET,
    ("direct", "relay"): ONLY_TEXT,
    ("direct", "lobby"): NO_WORD,
    ("renamed", "json 1"): NO_PACKET,
    ("renamed", "relay"): ONLY_TEXT,
    ("renamed", "lobby"): "in a room, there is no /nick",
    ("topic", "json 1"): NO_PACKET,
    ("topic", "relay"): ONLY_TEXT,
    ("topic", "lobby"): NO_WORD,
    ("topic", "direct"): "it has no form for it",
    ("topic removed", "telnet"): "without a text, /topic asks for it",
    ("topic removed", "json 1"): NO_PACKET,
    ("topic removed", "relay"): ONLY_TEXT,
    ("topic removed", "lobby"): NO_WORD,
    ("topic removed", "direct"): "it has no form for it",
    ("said in lines", "telnet"): LINES,
    ("said in lines", "relay"): LINES,
    ("said in lines", "lobby"): LINES,
    ("said in lines", "direct"): LINES,
    ("unknown", "relay"): ONLY_TEXT,
    ("nobody", "json 1"): NO_PACKET,
    ("nobody", "relay"): ONLY_TEXT,
    ("nobody", "lobby"): NO_WORD,
    ("taken", "relay"): GIVEN,
}


# A refusal is shown to the user who caused it, and to no other.
LONG = "Too long: the limit is 100 bytes and 40 lines."
NOBODY = '"nobody" is not online.'
TAKEN = 'The name "marker" is already in use.'
REFUSED = {
    "too long": {
        "telnet": f"!!! {LONG}",
        "json 1": f"error code=text-too-long message={LONG} about=chat",
        "json 2, web": f"error code=text-too-long message={LONG} about=chat subject=100",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": f"*** {LONG}",
        "direct, direct hear, direct nicks": f"Error: {LONG}",
    },
    "unknown": {
        "telnet": "!!! Unknown command /dance. /help lists the commands.",
        "json 1": 'error code=unknown-type message=Unknown packet type "dance". '
                  "about=dance",
        "json 2, web": 'error code=unknown-type message=Unknown packet type "dance". '
                       "about=dance subject=dance",
        "lobby, lobby quiet": "1",
        "direct, direct hear, direct nicks":
            "Error: Usage: #nick, @nick:text, @*:text or exit",
    },
    "nobody": {
        "telnet": f"!!! {NOBODY}",
        "json 2, web": f"error code=no-such-nick message={NOBODY} about=direct subject=nobody",
        "direct, direct hear, direct nicks": f"Error: {NOBODY}",
    },
    # At the login; and then what a user is shown on entering.
    "taken": {
        "telnet": f"{TAKEN}\nPlease try again.\nYou are ..",
        "json 1": f"error code=nick-taken message={TAKEN} about=hello\njoin nick={{nick}}",
        "json 2, web": f"error code=nick-taken message={TAKEN} about=hello subject=marker\n"
                       "welcome ..\njoin room=main nick={nick}\nnames ..",
        "lobby, lobby quiet": "2\n0",
        "direct, direct hear, direct nicks":
            f"Error: {TAKEN}\nYour user detail saved as : {{nick}}",
    },
}


# What the server itself does, when it stops.
STOPPING = "The server is stopping."
SERVER = {
    "notice": {
        "telnet": f"*** {STOPPING}",
        "json 1": NOTHING,
        "json 2, web": f"notice code=shutting-down message={STOPPING}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": f"*** {STOPPING}",
        "direct, direct hear, direct nicks": NOTHING,
    },
    "stopping": {
        "telnet, json 1, json 2, relay, relay nicks, lobby, lobby quiet": "closed",
        "direct, direct hear, direct nicks": "closed",
        "web": "closed 1001",
    },
}


def cells(row):
    """A row's cells, one column each."""
    return {column: cell for columns, cell in row.items() for column in columns.split(", ")}
