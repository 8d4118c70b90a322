"""What is around the messages on the page: who came and went, the topic, answers, empty places, and
where the unread ones begin; before a server that says what the test wants it to hear.
"""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from test_page_alone import NOON, chat, on_a_phone, page, pytestmark  # noqa: F401


def press(tab, *keys):
    ActionChains(tab.front()).send_keys(*keys).perform()


def join(nick):
    return {"type": "join", "nick": nick, "room": "main"}


def lines(tab):
    return [text for kinds, text in tab.rows() if "line" in kinds.split()]


# Who comes and goes.

def test_a_visit_without_a_word_is_gone_from_the_room(page):
    tab = page()
    tab.hears(join("visitor"))
    tab.wait(lambda t: "visitor joined." in lines(t), "the visitor")
    tab.hears({"type": "leave", "nick": "visitor", "room": "main"})
    tab.wait(lambda t: lines(t) == ["You joined."], "nothing left of it")


def test_a_person_who_takes_a_name_and_speaks_is_shown_with_both(page):
    tab = page()
    tab.hears({"type": "nick", "nick": "bob", "new": "rob"})
    tab.wait(lambda t: "bob is now known as rob." in lines(t), "the new name")
    tab.hears(chat("it is me", nick="rob"))
    tab.wait(lambda t: lines(t) == ["You joined.", "it is me"], "only what rob says")
    assert tab.find("#messages .sender").text.startswith("rob (was bob)")


def test_a_screen_reader_is_told_of_each_person_once(page):
    tab = page()
    tab.do("""window.told = []; new MutationObserver(() => told.push(document.querySelector("#announcer").textContent))
        .observe(document.querySelector("#announcer"), { childList: true, characterData: true, subtree: true });""")
    for i in range(8):
        tab.hears(join(f"pupil{i}"))
        tab.wait(lambda t, i=i: t.do("return told").count(f"pupil{i} joined.") == 1, f"pupil{i}")
    assert tab.do("return told") == [f"pupil{i} joined." for i in range(8)]
    assert tab.do("return [...document.querySelectorAll('#messages .presence')].every((at) => at.getAttribute('aria-live') === 'off')")
    assert tab.shown("presence")[-1] == "pupil0, pupil1 and 6 others joined."


# The topic.

TOPIC = "Release 2.0: freeze on Friday, notes at https://example.org/wiki - " + "be kind, " * 30 + "please"


def set_topic(tab, text, **more):
    tab.hears({"type": "topic", "room": "main", "topic": text, "nick": "oth", **more})
    tab.wait(lambda t: t.find("#topic").get_property("textContent") == text, "the topic")


def test_the_topic_is_one_line_and_all_of_it_is_a_click_away(page):
    tab = page()
    set_topic(tab, TOPIC, snapshot=True)
    assert tab.find("#topic").size["height"] < 30
    intro = " ".join(tab.find("#intro").text.split())
    assert intro.startswith("main Topic: Release 2.0") and "(set by oth)" in intro
    assert lines(tab) == ["You joined."], "nobody has set it just now"
    opener = tab.find("#topic-open")
    assert opener.get_attribute("aria-expanded") == "false" and not tab.find("#topic-panel").is_displayed()
    opener.click()
    assert opener.get_attribute("aria-expanded") == "true"
    assert tab.find("#topic-full").text == TOPIC and tab.find("#topic-by").text == "Set by oth"
    tab.find("#topic-edit").click()
    field = tab.front().switch_to.active_element
    assert field.get_attribute("value") == TOPIC
    field.send_keys(Keys.CONTROL + "a", Keys.NULL)
    field.send_keys("sencha", Keys.ENTER)
    packet = tab.asks("topic")
    assert (packet["room"], packet["topic"]) == ("main", "sencha")
    assert not tab.find("#topic-panel").is_displayed()


def test_a_topic_can_be_removed_and_added(page):
    tab = page()
    set_topic(tab, "oolong")
    tab.find("#topic-open").click()
    tab.find("#topic-edit").click()
    tab.find("#topic-input").clear()
    tab.find("#topic-input").send_keys(Keys.ENTER)
    assert tab.asks("topic")["topic"] == ""
    set_topic(tab, "")
    assert tab.find("#topic-open").text == "Add a topic"
    tab.find("#topic-open").click()
    assert tab.do("return document.activeElement.id") == "topic-input"
    press(tab, Keys.ESCAPE)
    assert not tab.find("#topic-panel").is_displayed()


def test_a_topic_that_is_being_edited_is_not_taken_away(page):
    tab = page()
    set_topic(tab, "oolong")
    tab.find("#topic-open").click()
    tab.find("#topic-edit").click()
    press(tab, " and sencha")
    set_topic(tab, "matcha")
    field = tab.find("#topic-input")
    assert field.is_displayed() and field.get_attribute("value") == "oolong and sencha"
    field.send_keys(Keys.ENTER)
    assert tab.asks("topic")["topic"] == "oolong and sencha"


def test_on_a_phone_the_topic_is_below_the_name(page):
    tab = page(before=on_a_phone)
    set_topic(tab, TOPIC)
    name, topic = tab.find("#title").rect, tab.find("#topic").rect
    assert topic["y"] >= name["y"] + name["height"] - 4 and topic["width"] > 170
    assert topic["y"] + topic["height"] <= tab.find("#head").rect["height"]
    # A conversation has no topic: its name is in the middle.
    tab.hears({"type": "direct", "nick": "bob", "to": "ann", "message": "psst"})
    tab.wait(lambda t: t.do("return document.querySelector('#dms .row') !== null"), "the conversation")
    tab.do("document.querySelector('#dms .row').click()")
    tab.shows("bob", "#title")
    name, head = tab.find("#title").rect, tab.find("#head").rect
    assert abs(name["y"] + name["height"] / 2 - head["y"] - head["height"] / 2) < 2


def test_buttons_of_a_failed_message_have_a_gap_between_rows(page):
    tab = page(before=on_a_phone)
    tab.find("#input").send_keys("hello")
    tab.find("#send").click()
    ref = tab.asks("chat")["ref"]
    tab.hears({"type": "error", "code": "text-too-long", "message": "Too long.", "ref": ref})
    tab.shows("Not sent", "#messages")
    tab.do("document.querySelector('#messages .failed .text').style.width = '11rem'")
    tops = tab.do("return [...document.querySelectorAll('.failed button')].map((b) => b.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom])")
    assert tops[0][1] + 2 <= tops[-1][0], "two rows that do not touch"


# Answers.

WHO = [{"nick": "ann", "protocol": "web", "rooms": ["main"], "idle": 3}, {"nick": "bob", "protocol": "telnet", "rooms": ["main", "tea"], "idle": 700},
       {"nick": "cat", "protocol": "json", "rooms": ["main"], "idle": 0}]


def test_who_is_answered_beside_the_messages_and_can_be_closed(page):
    tab = page()
    field = tab.find("#input")
    field.send_keys("/who", Keys.ENTER)
    tab.hears({"type": "who", "first": True, "users": WHO, "ref": tab.asks("command")["ref"]})
    tab.shows("Online (3)", "#answer")
    assert "Only you can see this." in tab.find("#answer").text
    assert "in a terminal or a program · in main" in tab.find("#answer").text, "no name of a protocol that only programmers know"
    assert "by telnet · in main, tea · idle for 11 min" in tab.find("#answer").text
    assert tab.do("return [...document.querySelectorAll('#answer button.nick')].map((at) => [at.dataset.nick, at.tabIndex])") == [["ann", 0], ["bob", 0], ["cat", 0]]
    assert lines(tab) == ["You joined."]
    press(tab, Keys.ESCAPE)
    tab.wait(lambda t: not t.find("#answer").is_displayed(), "closed")


def test_rooms_and_names_can_be_clicked(page):
    tab = page()
    tab.find("#input").send_keys("/rooms", Keys.ENTER)
    tab.hears({"type": "rooms", "first": True, "rooms": [{"name": "tea", "users": 2, "topic": "oolong"}], "ref": tab.asks("command")["ref"]})
    tab.shows("2 people · oolong", "#answer")
    tab.find("#answer [data-room]").click()
    assert tab.asks("join")["room"] == "tea"
    tab.hears({"type": "join", "nick": "ann", "room": "tea", "ref": tab.asks("join")["ref"]})
    tab.wait(lambda t: t.texts("#title") == ["tea"], "the room")
    assert not tab.find("#answer").is_displayed(), "it belongs to the other room"


# Empty places.

def test_an_empty_room_says_how_others_come_in(page):
    tab = page()
    tab.hears({"type": "leave", "nick": "bob", "room": "main"})
    tab.wait(lambda t: "Nobody else is here. Invite others with this link:" in t.find("#intro").text, "the invitation")
    address = tab.find("#intro input").get_attribute("value")
    assert address == tab.do("return location.origin") + "/#room/main"
    tab.find("#intro button").click()
    tab.wait(lambda t: t.do("return window.copied") == address, "a copy")
    assert "Ctrl-K" in tab.find("#intro").text
    tab.hears(join("cat"))
    tab.wait(lambda t: "Nobody else" not in t.find("#intro").text, "not alone any more")


def test_a_conversation_says_that_it_is_not_stored(page):
    tab = page()
    tab.find("#input").send_keys("/msg bob psst", Keys.ENTER)
    tab.hears({"type": "direct", "nick": "ann", "to": "bob", "message": "psst", "ref": tab.asks("direct")["ref"]})
    tab.wait(lambda t: t.texts("#dms li"), "the conversation")
    tab.find("#dms .row").click()
    tab.shows("This is the beginning of your conversation with bob. It is not stored.", "#intro")
    tab.hears(*[{"type": "direct", "nick": "bob", "to": "ann", "message": f"m{i}"} for i in range(1100)])
    tab.wait(lambda t: t.shown("direct")[-1] == "m1099", "the last")
    assert not tab.find("#intro").is_displayed(), "the beginning is gone"


# Unread messages.

def test_the_first_unread_is_a_click_away_and_escape_has_read_all(page):
    tab = page()
    tab.hears(chat("seen"), {"type": "join", "nick": "ann", "room": "tea"})
    tab.wait(lambda t: t.texts("#rooms .name") == ["main", "tea"], "both rooms")
    other, main = "#rooms li:nth-child(2) .row", "#rooms li:nth-child(1) .row"
    tab.find(other).click()
    tab.wait(lambda t: t.texts("#title") == ["tea"], "the other room")
    tab.hears(*[chat(f"unseen {i}") for i in range(60)])
    tab.find(main).click()
    tab.wait(lambda t: t.texts("#older-text") == ["60 new"], "how many there are")
    tab.find("#older").click()
    tab.wait(lambda t: not t.find("#older").is_displayed(), "the first of them")
    top = tab.do("""const box = (at) => document.querySelector(at).getBoundingClientRect();
        return box("#messages .divider.new").top - box("#log").top""")
    assert -2 <= top < 60
    press(tab, Keys.ESCAPE)
    tab.wait(lambda t: t.shown("new") == [], "all read")
    assert tab.do("const log = document.querySelector('#log'); return log.scrollHeight - log.scrollTop - log.clientHeight < 4")


# Names.

def test_names_in_the_messages_are_reached_by_keys_and_do_not_stop_the_tab_key(page):
    tab = page()
    tab.hears(chat("one"), chat("two", nick="cat"), chat("three", nick="dan"))
    tab.wait(lambda t: "three" in t.shown("chat"), "all")
    focused = lambda: tab.do("return document.activeElement.dataset.nick ?? document.activeElement.id")
    tab.do("document.querySelector('#log').focus()")
    press(tab, Keys.ENTER)
    assert focused() == "dan"
    press(tab, Keys.ARROW_UP)
    assert focused() == "cat"
    press(tab, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP)
    assert focused() == "bob"
    press(tab, Keys.ESCAPE)
    assert focused() == "log"
    assert tab.do("return [...document.querySelectorAll('#messages button.nick')].every((at) => at.tabIndex < 0)")


AROUND = {
    "topic": lambda tab: tab.find("#topic-open").click(),
    "editing": lambda tab: (tab.find("#topic-open").click(), tab.find("#topic-edit").click()),
    "help": lambda tab: (tab.find("#input").send_keys("/help", Keys.ENTER), tab.shows("/msg", "#answer")),
    "code": lambda tab: (tab.hears(chat("```\n" + "x " * 400 + "\n``` `x` **b** > q\n> quoted")), tab.wait(lambda t: t.shown("chat"), "it")),
    "aside": lambda tab: (tab.hears({"type": "direct", "nick": "bob", "to": "ann", "message": "psst"}), tab.shows("psst", "#aside"), tab.point_at("#aside")),
    "alone": lambda tab: (tab.hears({"type": "leave", "nick": "bob", "room": "main"}), tab.shows("Nobody else", "#intro")),
}


@pytest.mark.parametrize("view", AROUND)
def test_axe_finds_nothing(page, view):
    tab = page(before=lambda tab: tab.media(still=True))
    set_topic(tab, TOPIC, snapshot=True)
    AROUND[view](tab)
    assert tab.faults("light", "dark") == []


# The list of people.

def test_many_people_are_filtered_and_those_who_are_away_are_dimmed(page):
    tab = page()
    ref = tab.asks("who")["ref"]
    nicks = ["ann", "bob", *(f"guest{i}" for i in range(1, 19))]
    tab.hears({"type": "names", "nicks": nicks, "users": 20, "first": True})
    shown = lambda t: t.texts("#people .nick")  # noqa: E731
    tab.wait(lambda t: len(shown(t)) == 20, "twenty people")
    assert not tab.find("#people-filter").is_displayed()
    tab.hears(join("zoe"))
    tab.wait(lambda t: t.find("#people-filter").is_displayed(), "a filter, for more than twenty")
    tab.find("#people-filter").send_keys("ZO")
    tab.wait(lambda t: shown(t) == ["zoe"], "one person")
    tab.find("#people-filter").clear()
    tab.hears({"type": "who", "first": True, "ref": ref, "users": [
        {"nick": "bob", "protocol": "telnet", "rooms": ["main"], "idle": 601},
        {"nick": "zoe", "protocol": "web", "rooms": ["main"], "idle": 599}]})
    tab.wait(lambda t: t.texts("#people .idle .nick") == ["bob"], "bob is away")
    assert "idle" in tab.find("#people .idle").get_attribute("textContent")
    assert tab.do("return getComputedStyle(document.querySelector('#people .idle .nick')).opacity < 1")
    tab.hears(chat("back again"))
    tab.wait(lambda t: t.texts("#people .idle .nick") == [], "bob has spoken")
