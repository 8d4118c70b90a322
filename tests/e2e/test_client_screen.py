"""What the terminal client shows: events, layout, colours, scrolling."""

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


def test_events_are_shown_with_their_time(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    ann.shows(r"^\d\d:\d\d \*\*\* bob has joined the chat$")
    bob.send("chat", message="hows it going")
    bob.send("emote", message="goes out")
    bob.send("nick", nick="bobby")
    bob.until("nick", new="bobby")
    bob.drop()
    ann.shows(
        r"^\d\d:\d\d bob: hows it going$",
        r"^\d\d:\d\d \[bob goes out\]$",
        r"^\d\d:\d\d \*\*\* bob is now known as bobby$",
        r"^\d\d:\d\d \*\*\* bobby has left the chat$")


def test_own_messages_are_sent_and_shown(server, start_client):
    bob = server.json("bob")
    ann = start_client("ann")
    ann.enter("hello")
    ann.enter("/me waves")
    ann.enter("//help is a command")
    ann.enter("/say /who")
    ann.enter("/msg bob psst")
    bob.until("chat", nick="ann", message="hello")
    bob.expect("emote", nick="ann", message="waves")
    bob.expect("chat", nick="ann", message="/help is a command")
    bob.expect("chat", nick="ann", message="/who")
    bob.expect("direct", nick="ann", to="bob", message="psst")
    ann.shows("ann: hello$", r"\[ann waves\]$", "ann: /help is a command$", "ann: /who$",
              "ann -> bob: psst$")


def test_the_status_line(server, start_client):
    server.json("bob")
    ann = start_client("ann")
    ann.status(r"^ ann │ main │ 2 people .* connected$")
    ann.enter("/nick anna")
    ann.typed("anna>")
    ann.status(r"^ anna │ main ")


def test_listings_are_shown(server, start_client):
    server.json("bob")
    ann = start_client("ann", rows=40, columns=80)
    ann.enter("/help")
    ann.shows(r"\*\*\* /login NAME", "^          /nick NAME")
    ann.enter("/who")
    ann.shows(r"\*\*\* Online:$", "^          bob, by json, in main$", "^          ann, by json")
    ann.enter("/look")
    ann.shows(r"\*\*\* In main: bob, ann$")
    ann.enter("/topic the kettle is on")
    ann.shows(r"\*\*\* ann set the topic: the kettle is on$")
    ann.enter("/rooms")
    ann.shows(r"\*\*\* Rooms:$", "^          main, 2 people: the kettle is on$")
    ann.enter("/dance")
    ann.shows(r"\*\*\* Unknown command /dance")


def test_long_lines_are_wrapped_between_words(server, start_client):
    ann = start_client("ann", columns=40)
    bob = server.json("bob")
    bob.send("chat", message=LONG)
    ann.shows(
        r"^\d\d:\d\d bob: one two three four five six$",
        "^        seven eight nine ten eleven$",
        "^        twelve thirteen fourteen$")
    bob.send("chat", message="see https://example.org/" + "x" * 30)
    ann.shows(r"^\d\d:\d\d bob: see https://example.org/x{5}$", "^        x{25}$")
    bob.send("chat", message="one\ntwo")
    ann.shows(r"^\d\d:\d\d bob: one$", "^        two$")
    # What is unread is told rather than that all is well.
    ann.status(r"2 people +connected$")
    ann.enter("/join garden")
    ann.status("garden")
    bob.send("chat", message="ann, tea?")
    ann.status(r"^ ann │ garden │ 1 person │ main: 1 new!$")


def test_wide_and_joined_characters_keep_the_layout(server, start_client):
    ann = start_client("ann", columns=40)
    bob = server.json("bob")
    bob.send("chat", message="日本語の長い文は折り返されるべきです。そうですね。")
    # A wide character has an empty cell behind it.
    ann.shows(r"^\d\d:\d\d bob: 日本語", "^        [^ ]")
    bob.send("chat", message="👩\u200d💻 👍🏽 ❤\ufe0f e\u0301 end")
    line = ann.shows(r"bob: .* end$")
    assert [line[x].data for x in range(11, 27)] == [
        "👩", "", "💻", "", " ", "👍", "", " ", "❤", " ", "é", " ", "e", "n", "d", " "]


def test_resizing_wraps_the_lines_again(server, start_client):
    ann = start_client("ann", columns=60)
    server.json("bob").send("chat", message=LONG)
    ann.shows("bob: one .* ten$", "^        eleven")
    ann.keys("half a line")
    ann.typed("ann> half a line")
    ann.resize(10, 40)
    ann.shows("bob: one .* six$", "^        seven", "^        twelve")
    ann.typed("ann> half a line")
    ann.resize(20, 99)
    ann.shows("^..:.. {10}bob: one .* thirteen$", "^ {20}fourteen$")
    ann.typed("ann> half a line")
    ann.resize(3, 15)
    ann.shows("Too small")
    ann.resize(12, 60)
    ann.shows("bob: one .* ten$", "^        eleven")
    ann.typed("ann> half a line")


def test_a_nick_keeps_its_colour(server, start_client):
    ann = start_client("ann")
    bob, eve = server.json("bob"), server.json("eve")

    bob.send("chat", message="first")
    first = ann.shows("bob: first")[6].fg
    eve.send("chat", message="other")
    ann.shows("eve: other")
    bob.send("chat", message="second")
    second = ann.shows("bob: second")
    assert first != "default" and second[6].fg == first and second[12].fg == "default"


def test_no_color(server, start_client):
    ann = start_client("ann", env={"NO_COLOR": "1"})
    server.json("bob").send("chat", message="hello ann")
    ann.shows("bob: hello ann")
    cells = [cell for row in ann.screen.buffer.values() for cell in row.values()]
    assert {cell.fg for cell in cells} == {"default"}


def test_a_mention_is_bold_and_rings_the_bell(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    bob.send("chat", message="annual plans")
    bob.send("chat", message="what do you think, Ann?")
    called = ann.shows("bob: what do")
    ann.until(lambda: ann.screen.bells == 1, "a bell")
    assert called[12].bold and not ann.shows("bob: annual")[12].bold


def test_a_divider_is_drawn_above_unread_messages(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.enter("/join tea")
    ann.status("ann . tea")
    for text in ("one", "two"):
        bob.send("chat", message=text)
    ann.status("main: 2 new")
    ann.keys("\x1b1")
    ann.shows("^-+ new -+$", "bob: one$", "bob: two$")
    ann.keys("\x1b2\x1b1")
    ann.until(lambda: not any(" new -" in row for row in ann.rows()), "no divider once it has been seen")


def test_no_bell_while_the_terminal_has_the_focus(server, start_client):
    ann = start_client("ann")
    bob = server.json("bob")
    assert b"\x1b[?1004h" in ann.raw
    ann.keys("\x1b[I")
    bob.send("chat", message="ann: one")
    ann.shows("bob: ann: one")
    ann.keys("\x1b[O")
    bob.send("chat", message="ann: two")
    ann.until(lambda: ann.screen.bells == 1, "one bell")
    ann.typed("ann>")


def test_a_refused_message_is_shown(server, start_client):
    ann = start_client("ann")
    ann.enter("/msg nobody psst")
    ann.shows('"nobody" is not online', "Not sent: /msg nobody psst")


def test_ctrl_l_redraws_the_screen(server, start_client):
    ann = start_client("ann")
    ann.shows("This is where the history begins")
    ann.settles()
    found = ann.rows()
    ann.stream.feed(b"\x1b[2;1Ha message from write(1)\x1b[12;9H")
    assert ann.rows() != found
    ann.keys("\x0c")
    ann.until(lambda: ann.rows() == found, "the screen as it was")


def test_a_screen_that_is_too_small_says_so(server, start_client):
    ann = start_client("ann", rows=10, columns=40)
    bob = server.json("bob")
    ann.shows("bob has joined")
    ann.resize(3, 10)
    ann.shows("^Too small.$")
    bob.send("chat", message="while it was small")
    bob.until("chat", message="while it was small")
    for rows, columns in [(1, 1), (50, 200), (2, 30), (10, 40)] * 10:
        ann.resize(rows, columns)
    ann.shows("bob: while it was small")
    ann.enter("still here")
    bob.until("chat", nick="ann", message="still here")


def test_text_of_other_scripts_takes_its_columns(server, start_client):
    """Right-to-left text is left to the terminal; marks take no column, and the next row begins in its place."""
    ann = start_client("ann", columns=80, rows=20)
    bob = server.json("bob")
    texts = {
        "hebrew": "שלום עולם",
        "arabic": "مرحبا",
        "marks": "e\u0301 n\u0303 a\u0323\u0308",
        "stacked": "x" + "\u0301" * 12,
        "devanagari": "नमस्ते",
        "wide": "日本語",
    }
    for name, text in texts.items():
        bob.send("chat", message=f"{text}|{name}")
    wide = ann.shows(r"bob: .*\|wide$")
    assert "".join(wide[i].data for i in range(20, 27)) == "日本語|"
    for name, text in (("hebrew", texts["hebrew"]), ("arabic", texts["arabic"])):
        row = ann.shows(rf"bob: {text}\|{name}$")
        assert row[20 + len(text)].data == "|"
    row = ann.shows(r"bob: é ñ .*\|marks$")
    assert row[20 + 5].data == "|"
    assert ann.shows(r"bob: x.*\|stacked$")[21].data == "|"
    bob.send("chat", message="שלום " * 20)
    ann.shows("^..:.. +bob: (שלום ?)+$", "^ {20}(שלום ?)+$")
    # The user's own input, too: the cursor stands behind what was typed.
    ann.keys("e\u0301שלום日本")
    ann.until(lambda: ann.screen.cursor.x == len("ann> ") + 1 + 4 + 4, "the cursor")
    ann.keys("\x7f\x7f\x7f\x7f\x7f\x7f\x7f")
    ann.typed("ann>")


def test_markdown_is_shown_as_it_was_typed(server, start_client):
    ann = start_client("ann", columns=80, rows=16)
    bob = server.json("bob")
    bob.send("chat", message="run `make *all*` and **wait**, > not that")
    bob.send("chat", message="```c\n    if (x)\n\treturn `1`;\n```")
    ann.shows(r"bob: run `make \*all\*` and \*\*wait\*\*, > not that$", "bob: ```c$",
              "^ {24}if \\(x\\)$", "^ {24}return `1`;$", "^ {20}```$")
    ann.keys("```")
    ann.typed("ann> ```")
    ann.keys("\x1b\r")
    ann.keys("x = 1\x1b\r```\r")
    assert bob.until("chat", nick="ann")["message"] == "```\nx = 1\n```"
    ann.shows("ann: ```$", "^ {20}x = 1$", "^ {20}```$")
