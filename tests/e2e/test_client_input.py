"""What is typed and pasted into the terminal client."""

from terminal import F1, PASTE_END, PASTE_START

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


def test_incoming_messages_leave_the_input_line_alone(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    ann.keys("half a\x02")  # and the cursor a character back
    ann.typed("ann> half a")
    for i in range(30):
        bob.send("chat", message=f"line {i}")
    ann.shows("bob: line 28$", "bob: line 29$")
    ann.typed("ann> half a")
    assert (ann.screen.cursor.x, ann.screen.cursor.y) == (len("ann> half "), 11)
    ann.keys("not ")
    ann.typed("ann> half not a")


def test_readline_keys(server, start_client):
    ann = start_client("ann")
    ann.keys("one two three\x17\x17\x19")  # kill two words, yank them back
    ann.typed("ann> one two three")
    ann.keys("\x15")
    ann.typed("ann>")
    ann.keys("\x1f")  # undo
    ann.typed("ann> one two three")
    ann.enter("")
    ann.shows("ann: one two three$")
    ann.keys("\x1b[A")  # the line before
    ann.typed("ann> one two three")
    ann.keys("\x15é日本\x7f\x7f!")
    ann.typed("ann> é!")
    ann.enter("")
    ann.keys("\x12two")  # search backwards
    ann.typed("(reverse-i-search)`two': one two three")


def test_the_users_inputrc(server, start_client, tmp_path):
    inputrc = tmp_path / "inputrc"
    inputrc.write_text('"\\C-t": "tea, please"\n$if teahouse\n"\\C-o": teahouse-next-room\n$endif\n')
    ann = start_client("ann", env={"INPUTRC": str(inputrc)})
    ann.keys("\x14")
    ann.typed("ann> tea, please")
    ann.enter("\x15/join tea")
    ann.status(r"│ tea │")
    ann.keys("\x0f")
    ann.status(r"│ main │")


def test_pasted_lines_are_one_message(server, start_client):
    bob = server.json("bob")
    ann = start_client("ann", term="xterm", rows=20)
    assert b"\x1b[?2004h" in ann.raw
    ann.keys("\x1b[200~one\ntwo\x1b[201~\r")
    bob.until("chat", nick="ann", message="one\ntwo")


def test_a_long_line_scrolls_sideways(server, start_client):
    ann = start_client("ann", columns=40)
    ann.keys(LONG)
    ann.until(lambda: ann.rows()[-1].endswith("thirteen fourteen"), "its end")
    ann.keys("\x01")
    ann.until(lambda: ann.rows()[-1].startswith("ann> one two"), "its beginning")


def test_completion(server, start_client):
    server.json("Bob"), server.json("boris")
    ann = start_client("ann")
    ann.enter("/join tea")
    ann.status(r"│ tea │")
    ann.enter("/join main")
    ann.status(r"│ main │")
    ann.until(lambda: b"boris" in ann.raw, "people")
    ann.keys("/he\t")
    ann.until(lambda: ann.rows()[-1].startswith("ann> /help"), "the command")
    ann.keys("\x15bor\t")
    ann.typed("ann> boris:")
    ann.keys("hi bob\t")
    ann.typed("ann> boris: hi Bob")
    ann.keys("\x15/msg bo\tr\t")
    ann.typed("ann> /msg boris")
    ann.keys("\x15/join te\t")
    ann.typed("ann> /join tea")
    # The candidates are listed first; further keys step through them in both directions.
    ann.keys("\x15/l\t")
    ann.shows(r"\*\*\* /leave  /list  /login  /logout  /look$")
    ann.typed("ann> /l")
    ann.keys("\t")
    ann.typed("ann> /leave")
    ann.keys("\t\t")
    ann.typed("ann> /login")
    ann.keys("\x1b[Z")
    ann.typed("ann> /list")


def test_pasted_text_is_no_command_and_a_long_paste_is_confirmed(server, start_client):
    ann = start_client("ann", rows=24)
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.keys(f"{PASTE_START}/quit{PASTE_END}\r")
    bob.until("chat", nick="ann", message="/quit")
    ann.keys(f"{PASTE_START}/one\n/two{PASTE_END}\r")
    bob.until("chat", nick="ann", message="/one\n/two")
    ann.keys(f"{PASTE_START}\n/nick pwned{PASTE_END}\r")
    bob.until("chat", nick="ann", message="/nick pwned")
    # A paste that was erased does not make a private message public.
    ann.keys(f"{PASTE_START}some words{PASTE_END}\x15")
    ann.typed("ann>")
    ann.enter("/msg bob a secret")
    bob.until("direct", nick="ann", message="a secret")
    text = "\n".join(f"line {i}" for i in range(11))
    ann.keys(f"{PASTE_START}{text}{PASTE_END}\r")
    ann.status("^ 11 lines pasted. Enter: send. Ctrl-U: discard.")
    ann.until(lambda: "line 10" in ann.rows()[-1], "the line, drawn again")
    ann.keys("\x15")
    ann.typed("ann>")
    ann.keys(f"{PASTE_START}{text}{PASTE_END}\r")
    ann.status("^ 11 lines pasted")
    ann.keys("\r")
    bob.until("chat", nick="ann", message=text)


def test_pasted_text_is_no_command_when_recalled_or_yanked(server, start_client):
    """Recalled by Up, or yanked after it was killed. What was typed still is a command."""
    ann = start_client("ann")
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.keys(f"{PASTE_START}/nick evil{PASTE_END}\r")
    bob.until("chat", nick="ann", message="/nick evil")
    ann.keys("\x1b[A\r")
    bob.until("chat", nick="ann", message="/nick evil")
    # Killed as a whole, word by word and yanked at once, or brought back by undo.
    for nick, kill, back in (("eve", "\x15", "\x19"), ("eva", "\x17\x17", "\x19"), ("evi", "\x15", "\x1f")):
        ann.keys(f"{PASTE_START}/nick {nick}{PASTE_END}{kill}")
        ann.typed("ann>")
        ann.keys(f"{back}\r")
        bob.until("chat", nick="ann", message=f"/nick {nick}")
    # A private message that was typed, killed and yanked is still private.
    ann.keys("/msg bob secret\x15")
    ann.typed("ann>")
    ann.keys("\x19\r")
    bob.until("direct", nick="ann", message="secret")
    ann.keys("\x1b[A\r")
    bob.until("direct", nick="ann", message="secret")
    ann.enter("/nick eva")
    bob.until("nick", nick="ann", new="eva")


def test_help_lists_keys_and_commands(server, start_client):
    ann = start_client("ann", rows=30, columns=90)
    ann.keys(F1)
    ann.shows("Alt-Enter +new line +/say TEXT +send")
    ann.shows("Press any key to close")


def test_a_blank_before_a_slash_makes_no_secret_public(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    ann.shows("bob has joined")
    for blank in (" ", "   ", "\u3000", "\xa0"):
        ann.enter(f"{blank}/msg bob secret")
        bob.until("direct", message="secret")
    ann.enter("/etc/passwd is a file")
    assert bob.until("chat")["message"] == "/etc/passwd is a file"
    ann.keys(f"{PASTE_START}  /msg bob pasted{PASTE_END}\r")
    assert bob.until("chat")["message"] == "/msg bob pasted"
    ann.keys(f"{PASTE_START}    indented:\n      more{PASTE_END}\r")
    assert bob.until("chat")["message"] == "    indented:\n      more"
    ann.keys("  /msg bo\t")
    ann.typed("ann>   /msg bob")
