"""The page in a real browser: two tabs, a telnet user and a json user in one room."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import Browser

# A browser is slow to start, and each tab is a person of its own: one serves a whole file.
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser():
    shared = Browser()
    yield shared
    shared.close()


@pytest.fixture
def page(house, browser):
    """Opens tabs on a server of the test's own; whatever the console complains of fails the test."""
    tabs = []

    def at(nick=None, path="/", home=None):
        server = home or page.home
        host, port = server.address("web")
        tabs.append(browser.tab(f"http://{host}:{port}{path}"))
        if nick:
            tabs[-1].enter(nick)
            tabs[-1].wait(lambda tab: tab.find("#input").is_displayed(), "the input")
        return tabs[-1]

    page = at
    at.home = house()
    yield at
    assert browser.complaints() == []
    for tab in tabs:
        tab.front().close()
    browser.driver.switch_to.window(browser.driver.window_handles[0])


def lines(tab):
    """What is to be read in the conversation, a line each, without times."""
    return [re.sub(r"\s*\d\d:\d\d$", "", text).replace("\n", " ").strip()
            for text in tab.texts("#messages .line")]


def say(tab, text, *keys):
    tab.find("#input").send_keys(text, *(keys or (Keys.ENTER,)))


def hears(tab, text):
    tab.wait(lambda t: any(text in line for line in lines(t)), f"{text!r} in {lines(tab)}")


def people(tab):
    return [text.replace("(you)", "").strip() for text in tab.texts("#people li")]


def test_four_people_on_three_protocols_sit_in_one_room(page):
    ann, bob = page("Ann"), page("Bob")
    cat, dan = page.home.telnet("cat"), page.home.json("dan", version=1)
    cat.until("dan has entered the room.")
    hears(ann, "Bob, cat and dan entered.")
    assert sorted(people(ann)) == ["Ann", "Bob", "cat", "dan"]

    say(ann, "the kettle is on")
    for tab in (ann, bob):
        hears(tab, "the kettle is on")
    cat.until("Ann: the kettle is on")
    dan.until("chat", nick="Ann", message="the kettle is on")

    cat.send("/me pours")
    hears(bob, "[cat pours]")
    dan.send("chat", message="lovely")
    hears(ann, "lovely")
    cat.until("dan: lovely")

    cat.send("/quit")
    hears(ann, "cat has left the room.")
    assert sorted(people(ann)) == ["Ann", "Bob", "dan"]


def test_a_name_that_is_taken_is_refused_in_words_and_kept(page):
    page.home.telnet("ann").until("Welcome to Teahouse")
    page.home.json("bob").until("names", nicks=["ann", "bob"])
    tab = page()
    tab.enter("Ann")
    tab.shows("taken", "#door-problem")
    field = tab.find("#nick")
    assert field.get_attribute("value") == "Ann"
    assert tab.front().switch_to.active_element == field
    tab.enter("Anna")
    tab.wait(lambda t: t.find("#input").is_displayed(), "the input")


def test_markup_is_text_and_links_are_safe(page):
    ann = page("Ann")
    cat = page.home.telnet("cat")
    cat.send("<img src=x onerror=alert(1)><b>bold</b> https://example.org/a?b=1).")
    hears(ann, "<img src=x onerror=alert(1)><b>bold</b>")
    assert ann.front().find_elements(By.CSS_SELECTOR, "#messages img, #messages b") == []
    link = ann.find("#messages a")
    assert link.get_attribute("href") == "https://example.org/a?b=1"
    assert {"noopener", "noreferrer"} <= set(link.get_attribute("rel").split())


def test_enter_says_and_shift_enter_makes_a_line(page):
    ann = page("Ann")
    cat = page.home.telnet("cat")
    cat.until("Welcome to Teahouse")
    say(ann, "one", Keys.SHIFT + Keys.ENTER)
    ann.find("#input").send_keys(Keys.NULL, "two", Keys.ENTER)
    cat.until("Ann: one")
    cat.expect("Ann: two")
    assert ann.find("#input").get_attribute("value") == ""


def test_rooms_are_joined_switched_and_left(page):
    ann = page("Ann")
    cat = page.home.json("cat")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    cat.send("chat", message="still in main")
    cat.until("chat", message="still in main")
    ann.wait(lambda t: "1" in "".join(t.texts("#rooms .count:not([hidden])")), "an unread count")
    ann.front().execute_script(
        "[...document.querySelectorAll('#rooms button.row')].find(b => b.innerText.includes('main')).click()")
    ann.shows("main", "#title")
    hears(ann, "still in main")
    assert ann.texts("#rooms .count:not([hidden])") == []
    say(ann, "/leave tea")
    ann.wait(lambda t: len(t.texts("#rooms li")) == 1, "one room")


def test_direct_messages_open_a_talk_by_a_click(page):
    ann = page("Ann")
    cat = page.home.telnet("cat")
    ann.wait(lambda t: "cat" in people(t), "cat among the people")
    ann.front().execute_script(
        "[...document.querySelectorAll('#people button')].find(b => b.innerText.includes('cat')).click()")
    say(ann, "psst")
    cat.until("Ann -> cat: psst")
    cat.send("/msg Ann yes?")
    hears(ann, "yes?")


def test_an_unknown_command_is_not_said(page):
    ann = page("Ann")
    cat = page.home.telnet("cat")
    say(ann, "/foo")
    hears(ann, 'There is no command "/foo"')
    say(ann, "after")
    assert not [line for line in cat.until("Ann: after") if "/foo" in line]


def test_help_is_the_servers_own_table(page):
    ann = page("Ann")
    say(ann, "/help")
    hears(ann, "/msg NICK TEXT")


def test_the_page_comes_back_by_itself_with_what_was_said_meanwhile(page, house, tmp_path):
    home = house(web={"port": 0})
    port = home.port("web")
    ann = page("Ann", home=home)
    say(ann, "before")
    hears(ann, "before")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    home.stop()
    ann.wait(lambda t: "".join(t.texts("#status")).strip() != "", "a word about the connection")
    say(ann, "said while away")
    again = house(web={"port": port})
    dan = again.json("dan")
    dan.until("join", nick="Ann")
    dan.send("join", room="tea")
    hears(ann, "said while away")
    ann.wait(lambda t: t.texts("#waiting .line") == [], "nothing waiting")
    assert "".join(lines(ann)).count("said while away") == 1
    assert len(ann.texts("#rooms li")) == 2


def test_the_view_is_not_pulled_away_from_who_scrolled_up(page):
    ann = page("Ann")
    cat = page.home.json("cat")
    for number in range(30):
        cat.send("chat", message=f"line {number}")
    hears(ann, "line 29")
    ann.front().execute_script("document.querySelector('#log').scrollTop = 0")
    ann.wait(lambda t: t.front().execute_script("return document.querySelector('#log').scrollTop") == 0, "the top")
    cat.send("chat", message="one more")
    ann.wait(lambda t: t.find("#newer").is_displayed(), "the button")
    assert "1" in ann.find("#newer").text
    assert ann.front().execute_script("return document.querySelector('#log').scrollTop") == 0
    ann.find("#newer").click()
    ann.wait(lambda t: not t.find("#newer").is_displayed(), "no button")


def test_everything_works_on_a_phone(page, browser):
    browser.driver.set_window_size(360, 640)
    try:
        ann = page("Ann")
        assert not ann.find("#people-pane").is_displayed()
        ann.find("#show-people").click()
        ann.wait(lambda t: t.find("#people-pane").is_displayed(), "the people")
        browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        ann.wait(lambda t: not t.find("#people-pane").is_displayed(), "the people folded away")
        say(ann, "from my phone")
        hears(ann, "from my phone")
        width = "return document.documentElement.scrollWidth <= innerWidth"
        assert ann.front().execute_script(width)
    finally:
        browser.driver.set_window_size(1280, 800)
