"""The page in a real browser, before a server that says what the test wants it to hear: other
days, refusals, absences. What the real server says is in test_page.py.
"""

import time

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import Tab
from server import SANITIZED

pytestmark = [
    pytest.mark.xdist_group("another browser"),
    pytest.mark.skipif(SANITIZED, reason="the server only serves files here")]

# In place of the browser's own, before the page's modules are there.
FEIGNED = """
    window.sent = [];
    window.opened = 0;
    window.WebSocket = class {
        constructor() {
            window.socket = this;
            window.opened++;
            setTimeout(() => window.unreachable ? this.onclose?.() : this.onopen?.());
        }
        // Nothing was said before, unless the test says it.
        send(text) {
            const { type, room, ref } = JSON.parse(text);
            sent.push(JSON.parse(text));
            if (type === "history" && !window.holdsHistory)
                setTimeout(() => this.onmessage({ data: JSON.stringify({ type, room, events: [], more: false, ref }) }));
        }
        close() {}
    };
    Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.copied = text; } }, configurable: true });
"""
MINUTE = 60 * 1000
DAY = 24 * 60 * MINUTE
NOON = 1767355200000  # 2026-01-02, 12:00 UTC
FAMILY = "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪"


class Alone(Tab):
    """A tab, and the server that it thinks it has."""

    def hears(self, *packets):
        self.front().execute_script(
            "for (const packet of arguments[0]) socket.onmessage({ data: JSON.stringify(packet) })",
            [{"room": "main", "time": NOON, **packet} for packet in packets])

    def asks(self, kind, count=1):
        """Until it has sent so many of that type; gives the last."""
        def found(_):
            sent = [packet for packet in self.front().execute_script("return sent")
                    if packet["type"] == kind]
            return sent[count - 1] if len(sent) >= count else None
        return self.wait(found, f"{count} {kind}")

    def comes_in(self, count=1):
        hello = self.asks("hello", count)
        nick, room = hello["nick"], hello.get("room", "main")
        self.hears({"type": "welcome", "server": "Teahouse", "nick": nick, "version": 2,
                    "room": room, "limits": {"message": 4000, "lines": 40}},
                   {"type": "join", "nick": nick, "room": room},
                   {"type": "names", "nicks": [nick, "bob"], "users": 2, "first": True, "room": room})
        self.wait(lambda tab: tab.find("#input").is_displayed(), "the input")

    def loses(self, unreachable=False):
        self.front().execute_script("window.unreachable = arguments[0]; socket.onclose()", unreachable)

    def rows(self):
        """What stands in the log: each row's kinds and text."""
        return self.front().execute_script("""return [...document.querySelector("#messages").children]
            .map(row => [row.className, row.querySelector(".text")?.textContent ?? row.textContent])""")

    def shown(self, kind):
        return [text for kinds, text in self.rows() if kind in kinds.split()]

    def do(self, script, *args):
        return self.front().execute_script(script, *args)


@pytest.fixture
def page(start_server, browser, tabs):
    """Opens the page, whose server is the test."""
    server = start_server(telnet=None, json=None, relay=None, lobby=None, direct=None)

    def at(inside=True, before=lambda tab: None):
        def prepare(tab):
            tab.command("Emulation.setTimezoneOverride", timezoneId="UTC")
            tab.runs_first(FEIGNED)
            before(tab)
        host, port = server.address("web")
        tabs.append(browser.tab(f"http://{host}:{port}/", prepare, Alone, worker=False))
        if inside:
            tabs[-1].enter("ann")
            tabs[-1].comes_in()
        return tabs[-1]

    return at


def chat(text, nick="bob", **more):
    return {"type": "chat", "nick": nick, "message": text, **more}


# Reading.

def test_each_day_has_one_line_of_its_own(page):
    tab = page()
    late = NOON + 11 * 60 * MINUTE + 55 * MINUTE
    tab.hears(chat("today", time=late), {"type": "join", "nick": "cat", "time": late + MINUTE})
    # What is folded becomes one line, of the day of the last of it.
    for i in range(1, 5):
        before = tab.shown("presence")
        tab.hears({"type": "join", "nick": f"d{i}", "time": late + (4 + i) * MINUTE})
        tab.wait(lambda t, before=before: t.shown("presence") != before, "it entered")
    tab.hears(chat("tomorrow", time=NOON + DAY), chat("the day after", time=NOON + 2 * DAY))
    tab.wait(lambda t: "the day after" in t.shown("chat"), "the last")
    kinds = [next(kind for kind in ("day", "chat", "presence") if kind in kinds.split())
             for kinds, _ in tab.rows()]
    assert kinds == ["day", "presence", "chat", "day", "presence", "chat", "day", "chat"]
    assert tab.shown("day") == ["Friday, January 2, 2026", "Saturday, January 3, 2026",
                                "Sunday, January 4, 2026"]


def test_of_too_many_lines_the_first_that_is_left_still_has_its_day(page):
    tab = page()
    tab.hears(*[chat(f"line {i}") for i in range(1100)])
    tab.wait(lambda t: t.shown("chat")[-1:] == ["line 1099"], "the last")
    rows = tab.rows()
    assert len(tab.shown("line")) == 1000
    assert rows[0] == ["divider day", "Friday, January 2, 2026"] and "same" not in rows[1][0].split()


def test_the_first_unread_has_a_line_above_it(page):
    tab = page()
    tab.hears(chat("seen"), {"type": "join", "nick": "ann", "room": "tea"})
    tab.wait(lambda t: t.texts("#rooms .name") == ["main", "tea"], "both rooms")
    tab.find("#rooms li:nth-child(2) .row").click()
    tab.wait(lambda t: t.texts("#title") == ["tea"], "the other room")
    tab.hears(chat("unseen"), chat("unseen, too"))
    tab.find("#rooms li:nth-child(1) .row").click()
    tab.wait(lambda t: "unseen, too" in t.shown("chat"), "the first room")
    rows = [text for _, text in tab.rows()]
    assert rows.index("new") == rows.index("unseen") - 1 and rows.count("new") == 1
    ActionChains(tab.front()).key_down(Keys.ALT).send_keys(Keys.ARROW_DOWN).key_up(Keys.ALT).perform()
    tab.wait(lambda t: t.texts("#title") == ["tea"], "the room below")
    ActionChains(tab.front()).key_down(Keys.ALT).send_keys(Keys.ARROW_DOWN).key_up(Keys.ALT).perform()
    tab.wait(lambda t: t.texts("#title") == ["main"], "the first again")
    assert tab.shown("new") == []


def test_own_lines_and_other_rooms_are_not_read_out(page):
    tab = page()
    tab.hears({"type": "join", "nick": "ann", "room": "tea"}, chat("mine", nick="ann"), chat("theirs"))
    tab.wait(lambda t: t.texts("#rooms .name") == ["main", "tea"], "both rooms")
    tab.wait(lambda t: "theirs" in t.shown("chat"), "both")
    live = tab.do("return [...document.querySelectorAll('#messages .chat')].map(at => at.getAttribute('aria-live'))")
    assert live == ["off", None]
    log = tab.find("#log")
    assert (log.get_attribute("role"), log.get_attribute("aria-live")) == ("log", "polite")
    # At once, before a screen reader could read it out.
    assert tab.do("""document.querySelector("#rooms li:nth-child(2) .row").click();
        return document.querySelector("#log").getAttribute("aria-live")""") == "off"
    tab.wait(lambda t: log.get_attribute("aria-live") == "polite", "new lines are read out again")


def test_what_is_told_on_entering_is_no_news(page):
    tab = page()
    tab.hears({"type": "join", "nick": "ann", "room": "tea"},
              {"type": "topic", "topic": "oolong", "nick": "bob", "room": "tea", "time": NOON - DAY, "snapshot": True},
              {"type": "names", "nicks": ["ann", "bob"], "users": 2, "first": True, "room": "tea", "snapshot": True})
    tab.wait(lambda t: t.texts("#rooms .name") == ["main", "tea"], "both rooms")
    tab.find("#rooms li:nth-child(2) .row").click()
    tab.wait(lambda t: t.texts("#topic") == ["oolong"], "the topic")
    assert [kinds.split()[1] for kinds, _ in tab.rows()] == ["day", "presence"]
    assert [text.split()[0] for text in tab.texts("#people li")] == ["ann", "bob"]
    tab.hears({"type": "topic", "topic": "sencha", "nick": "bob", "room": "tea"})
    tab.wait(lambda t: t.texts("#topic") == ["sencha"], "another topic")
    assert tab.shown("topic") == ["bob set the topic: sencha"]


def test_links_do_not_pass_on_who_follows_them(page):
    tab = page()
    tab.hears(chat("(see http://example.org/a_(b)), or https://example.org/?q=1."))
    tab.wait(lambda t: t.shown("chat"), "it")
    found = tab.do("return [...document.querySelectorAll('#messages a')].map(at => [at.href, at.rel, at.target])")
    assert [href for href, _, _ in found] == ["http://example.org/a_(b)", "https://example.org/?q=1"]
    assert {(rel, target) for _, rel, target in found} == {("noopener noreferrer nofollow", "_blank")}


def test_families_of_emoji_stay_together(page):
    tab = page()
    tab.hears(chat(FAMILY), chat("abc \u05d0\u05d1\u05d2 (1)"), chat("W" * 3000))
    tab.wait(lambda t: len(t.shown("chat")) == 3, "all")
    assert tab.shown("chat")[0] == FAMILY
    assert tab.do("const log = document.querySelector('#log'); return log.scrollWidth <= log.clientWidth")


def test_times_are_the_readers_and_copies_are_everybodys(page):
    tab = page()
    tab.hears(chat("one"), chat("two", time=NOON + 65 * MINUTE))
    tab.wait(lambda t: len(t.shown("chat")) == 2, "both")
    assert [text.replace("\u202f", " ") for text in tab.texts("#messages .chat .time")] == ["12:00 PM", "1:05 PM"]
    assert tab.do("return document.querySelector('#messages .chat .time').title").startswith("Friday, January 2, 2026")
    assert tab.copied().splitlines()[-2:] == ["[12:00] bob: one", "[13:05] bob: two"]


def test_a_time_is_behind_its_text_and_shows_when_it_is_looked_for(page):
    """Of a person's second message in a row: under the pointer, or while the log has the focus."""
    tab = page()
    tab.hears(chat("one"), chat("two"))
    tab.wait(lambda t: len(t.shown("chat")) == 2, "both")
    texts = tab.do("return [...document.querySelectorAll('#messages .chat')].map(at => at.textContent)")
    assert [" ".join(text.split()) for text in texts] == ["bob: one12:00 PM", "bob: two12:00 PM"]
    seen = lambda: tab.style("#messages .same .time", "opacity")
    assert seen() == "0"
    ActionChains(tab.front()).move_to_element(tab.find("#messages .same")).perform()
    tab.wait(lambda _: seen() == "1", "under the pointer")
    ActionChains(tab.front()).move_to_element(tab.find("#title")).perform()
    tab.wait(lambda _: seen() == "0", "away again")
    ActionChains(tab.front()).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert tab.do("return document.activeElement.id") == "log"
    tab.wait(lambda _: seen() == "1", "with the focus")


# Writing.

COMMANDS = [
    {"name": "msg", "aliases": ["message"], "help": "tell it to one person alone",
     "params": [{"name": "nick"}, {"name": "text", "rest": True}]},
    {"name": "topic", "aliases": [], "help": "show or set the topic",
     "params": [{"name": "text", "optional": True, "rest": True}]},
    {"name": "who", "aliases": [], "params": [], "help": "who is logged in to the server"},
]


def test_commands_are_those_of_the_servers_table(page):
    tab = page()
    ref = tab.asks("commands")["ref"]
    tab.hears({"type": "commands", "commands": COMMANDS, "ref": ref})
    field, suggested = tab.find("#input"), lambda: tab.texts("#suggestions li")
    field.send_keys("/")
    tab.wait(lambda _: len(suggested()) == 3, "the commands")
    assert [" ".join(text.split()) for text in suggested()] == [
        "/msg NICK TEXT tell it to one person alone", "/topic [TEXT] show or set the topic",
        "/who who is logged in to the server"]
    field.send_keys("mes", Keys.TAB, "bo", Keys.TAB, "psst", Keys.ENTER)
    packet = tab.asks("direct")
    assert (packet["to"], packet["message"]) == ("bob", "psst")
    assert len(tab.shown("line")) == 1, "nothing was said about the table"


def test_a_server_without_a_table_of_commands_leaves_the_page_with_its_own(page):
    tab = page()
    ref = tab.asks("commands")["ref"]
    tab.hears({"type": "error", "code": "unknown-type", "message": "What?", "about": "commands", "ref": ref},
              chat("hello"))
    tab.wait(lambda t: t.shown("chat") == ["hello"], "what follows")
    assert tab.shown("notice") == []
    field = tab.find("#input")
    field.send_keys("/to", Keys.TAB)
    assert field.get_attribute("value") == "/topic "
    field.send_keys(Keys.BACKSPACE * 7, "/wh", Keys.TAB)
    assert field.get_attribute("value") == "/wh"


def test_what_failed_is_copied_without_its_buttons(page):
    tab = page()
    tab.find("#input").send_keys("much too long", Keys.ENTER)
    ref = tab.asks("chat")["ref"]
    tab.hears({"type": "error", "code": "text-too-long", "message": "That is too long.",
               "about": "chat", "ref": ref})
    tab.wait(lambda t: t.shown("failed"), "the refusal")
    tab.find("#messages [data-action=copy]").click()
    assert tab.do("return copied") == "much too long"
    line = tab.copied().splitlines()[-1].split("] ", 1)[1]
    assert line == "much too longNot sent: Too long (limit 4,000 bytes)." or line == "much too long Not sent: Too long (limit 4,000 bytes)."


def test_capitals_that_a_keyboard_puts_in_change_nothing(page):
    tab = page()
    field, at_title = tab.find("#input"), lambda: tab.texts("#title")
    tab.do("location.hash = '#Room/Tea'")
    assert tab.asks("join")["room"] == "Tea"
    tab.hears({"type": "join", "nick": "ann", "room": "tea"})
    tab.wait(lambda t: t.texts("#rooms .name") == ["main", "tea"], "both rooms")
    field.send_keys("/Join T", Keys.TAB)
    assert field.get_attribute("value") == "/Join tea "
    field.send_keys(Keys.ENTER)
    tab.wait(lambda _: at_title() == ["tea"], "the other room")
    field.send_keys("/WHO", Keys.ENTER)
    assert tab.asks("command")["line"] == "/WHO"
    press = """document.body.dispatchEvent(new KeyboardEvent("keydown",
        { key: "K", ctrlKey: true, shiftKey: arguments[0], bubbles: true, cancelable: true }))"""
    tab.do(press, True)  # belongs to the browser
    assert not tab.find("#switcher").is_displayed()
    tab.do(press, False)  # as with Caps Lock
    tab.wait(lambda t: t.find("#switcher").is_displayed(), "the switcher")


@pytest.mark.parametrize("how", ["isComposing: true", "keyCode: 229"])
def test_an_input_methods_keys_are_its_own(page, how):
    tab = page()
    tab.find("#input").send_keys("nihon")
    tab.do(f"""document.querySelector("#input").dispatchEvent(
        new KeyboardEvent("keydown", {{ key: "Enter", bubbles: true, cancelable: true, {how} }}))""")
    assert tab.find("#input").get_attribute("value") == "nihon"


# The connection.

def test_twenty_seconds_away_are_as_if_nothing_had_been(page):
    tab = page()
    tab.hears(*[chat(f"line {i}") for i in range(60)], {"type": "join", "nick": "ann", "room": "tea"})
    tab.wait(lambda t: "line 59" in t.shown("chat"), "the lines")
    tab.find("#input").send_keys("half a thou")
    tab.do("document.querySelector('#log').scrollTop = 120")
    tab.wait(lambda t: t.do("return document.querySelector('#log').scrollTop") == 120, "scrolled up")
    tab.loses(unreachable=True)
    tab.shows("Connection lost.", "#status")
    began = time.monotonic()
    tries = tab.do("return opened")
    while time.monotonic() - began < 20:
        tab.wait(lambda t: "Trying again in" in t.find("#countdown").text or
                 t.find("#status").text, "something is said")
        time.sleep(0.5)
    assert 3 <= tab.do("return opened") - tries <= 6
    tab.do("window.unreachable = false")
    tab.find("#retry").click()
    tab.comes_in(2)
    assert tab.asks("join")["room"] == "tea"
    tab.hears({"type": "join", "nick": "ann", "room": "tea"})
    tab.hears(chat("back"))
    tab.wait(lambda t: "back" in t.shown("chat"), "it is back")
    assert tab.find("#input").get_attribute("value") == "half a thou"
    assert tab.do("return document.querySelector('#log').scrollTop") == 120
    assert tab.asks("hello", 2)["nick"] == "ann"
    assert [tab.shown("chat").count(f"line {i}") for i in range(60)] == [1] * 60
    assert tab.texts("#rooms .name") == ["main", "tea"]


def test_a_full_server_is_the_reason_why_reconnecting_fails(page):
    tab = page()
    tab.loses()
    tab.asks("hello", 2)
    tab.hears({"type": "error", "code": "server-full", "message": "The server is full.", "about": "hello"})
    tab.shows("The server refused the login: The server is full.", "#status")
    tab.comes_in(3)
    assert "calm" in tab.find("#connection").get_attribute("class")


def test_what_the_server_cannot_store_stays_in_the_field(page):
    tab = page()
    for text in ("one", "two"):
        tab.find("#input").send_keys(text, Keys.ENTER)
    for count in (1, 2):
        tab.hears({"type": "error", "code": "store-failed", "message": "?", "about": "chat", "ref": tab.asks("chat", count)["ref"]})
    tab.shows("Nothing can be said just now: the server cannot store it.", "#hint")
    assert tab.find("#input").get_attribute("value") == "one"
    assert tab.texts(".failed-text") == ["two"], "there is room for one"


@pytest.mark.parametrize("code, sentence", [
    ("nick-taken", "The name “bob” is already in use."),
    ("nick-alike", "The name “bob” looks too much like one that is in use.")])
def test_a_name_that_looks_like_another_is_told_by_its_code(page, code, sentence):
    tab = page(inside=False)
    tab.enter("bob")
    tab.asks("hello")
    tab.hears({"type": "error", "code": code, "message": "The server's own words.", "about": "hello"})
    tab.wait(lambda t: t.texts("#login-problem") == [sentence], sentence)
    tab.find("#suggestion").click()
    assert tab.asks("hello", 2)["nick"] == "bob2"


# For everybody.

def on_a_phone(tab):
    tab.resize(360, 640, scale=2, mobile=True)


def test_ten_thousand_messages_at_once_hold_up_no_frame(page):
    """They come in pieces, so that it stays in hand: not a test of time, but of how many at once."""
    tab = page()
    tab.do("""window.most = 0;
        new MutationObserver(all => { most = Math.max(most, all.reduce((n, one) => n + one.addedNodes.length, 0)); })
            .observe(document.querySelector("#messages"), { childList: true });""")
    tab.hears(*[chat(f"line {i}") for i in range(10_000)])
    tab.wait(lambda t: t.shown("chat")[-1:] == ["line 9999"], "the last")
    assert len(tab.shown("line")) <= 1000 and 10 <= tab.do("return most") <= 50


def talk(tab):
    tab.hears({"type": "direct", "nick": "bob", "to": "ann", "message": "psst"})
    tab.wait(lambda t: t.texts("#dms .name") == ["bob"], "the talk")
    tab.find("#dms .row").click()
    tab.wait(lambda t: t.shown("direct"), "it")


def refused(tab):
    tab.enter("bob")
    tab.asks("hello")
    tab.hears({"type": "error", "code": "nick-taken", "message": "It is taken.", "about": "hello"})
    tab.shows("in use", "#login-problem")


def opened(tab, pane):
    tab.find(f"#show-{pane}").click()
    tab.wait(lambda t: t.find(f"#{pane}-pane .row").is_displayed(), pane)


VIEWS = {
    "talk": talk,
    "refused": refused,
    "lost": lambda tab: (tab.loses(unreachable=True), tab.shows("Connection lost", "#status")),
    "rooms on a phone": lambda tab: opened(tab, "rooms"),
    "people on a phone": lambda tab: opened(tab, "people"),
    "phone": lambda tab: None,
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page, view):
    def before(tab):
        if "phone" in view:
            on_a_phone(tab)
        tab.media(still=True)
    tab = page(inside=view != "refused", before=before)
    if view != "refused":
        tab.hears(chat("ann: see https://example.org/"), chat("mine", nick="ann"))
    VIEWS[view](tab)
    assert tab.faults("light", "dark", "contrast", "forced") == []


def test_what_colours_say_is_said_without_them(page):
    """Without backgrounds, mentions and the current room still stand out."""
    tab = page(before=lambda tab: tab.media("forced"))
    tab.hears(chat("ann: look"), chat("nothing"))
    tab.wait(lambda t: t.shown("mention"), "the mention")
    border = lambda selector: tab.do("""const at = getComputedStyle(document.querySelector(arguments[0]));
        return [at.borderInlineStartWidth, at.outlineWidth, at.outlineStyle, at.boxShadow]""", selector)
    assert border("#messages .mention") != border("#messages .chat:not(.mention)")
    assert border("#rooms .current .row") != ["0px", "0px", "none", "none"] or \
        tab.style("#rooms .current .row", "forcedColorAdjust") == "none"


def test_nothing_moves_with_reduced_motion(page):
    tab = page(before=lambda tab: tab.media(still=True))
    longest = tab.do("""return Math.max(...[...document.querySelectorAll("*")].flatMap(at => {
        const { transitionDuration, animationDuration } = getComputedStyle(at);
        return [transitionDuration, animationDuration].flatMap(all => all.split(",").map(parseFloat)); }))""")
    assert longest <= 0.01


def test_nothing_zooms_when_it_is_typed_in(page):
    """Phones zoom to fields whose letters are smaller than 16 pixels."""
    tab = page(before=on_a_phone)
    sizes = tab.do("""return [...document.querySelectorAll("input[type=text], input:not([type]), textarea")]
        .map(at => parseFloat(getComputedStyle(at).fontSize))""")
    assert len(sizes) >= 3 and min(sizes) >= 16


def test_it_can_be_installed(page):
    tab = page(inside=False)
    manifest = tab.front().execute_async_script("""const done = arguments[0];
        const link = document.querySelector("link[rel=manifest]");
        fetch(link.href).then(async answer => done([answer.headers.get("content-type"), await answer.json()]))""")
    kind, fields = manifest
    assert kind == "application/manifest+json"
    assert fields["display"] == "standalone" and fields["name"] == "Teahouse"
    assert not fields["start_url"].startswith("/"), "it may be served below another path"
    for icon in fields["icons"]:
        assert icon["type"] == "image/svg+xml"
        answer = tab.front().execute_async_script("fetch(arguments[0]).then(answer => arguments[1](answer.headers.get('content-type')))", icon["src"])
        assert answer == "image/svg+xml"


@pytest.mark.parametrize("theme, light", [("light", True), ("dark", False)])
def test_without_javascript_it_says_where_to_come_in(page, theme, light):
    """And whatever the page's own code does later, its first picture has the system's colours."""
    def before(tab):
        tab.media(theme)
        tab.command("Emulation.setScriptExecutionDisabled", value=True)
    tab = page(inside=False, before=before)
    body = tab.find("body")
    assert "telnet HOST 5005" in body.text and "Diese Seite braucht JavaScript" in body.text
    assert not tab.find("#connection").is_displayed() and not tab.find("#login").is_displayed()
    red = int(body.value_of_css_property("background-color").split("(")[1].split(",")[0])
    assert (red > 128) == light
