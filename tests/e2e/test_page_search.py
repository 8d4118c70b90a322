"""Searching what was said, on the page: in a real browser, with a real server."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from server import Server

pytestmark = pytest.mark.xdist_group("browser")

FOCUS = "return document.activeElement.id || document.activeElement.className"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A server in which much was said in three rooms."""
    with Server(tmp_path_factory.mktemp("stored"), limits={"rate": 0, "linger": 0}, history={"file": "teahouse.db"}) as server:
        bob = server.json("bob")
        for room in ("cellar", "tea", "main"):
            bob.send("join", room=room)
        bob.send("chat", room="cellar", message="green secrets")
        for i in range(1, 121):
            bob.send("chat", room="tea", message=f"Crème {i} and a green cup" if i % 3 == 0 else f"cup {i}")
        bob.send("emote", room="main", message="pours green tea")
        bob.send("ping", ref="said")
        bob.until("pong", ref="said")
        yield server


def press(tab, *keys):
    ActionChains(tab.front()).send_keys(*keys).perform()


def ctrl_f(tab):
    ActionChains(tab.front()).key_down(Keys.CONTROL).send_keys("f").key_up(Keys.CONTROL).perform()


def hits(tab):
    return tab.texts("#search-hits .hit-text")


def test_a_search_finds_lists_and_opens_messages(page, stored):
    tab = page("ann", "/#room/tea", server=stored)
    tab.shows("cup 119", "#messages")
    tab.find("#input").send_keys("/join main", Keys.ENTER)
    tab.shows("pours green tea", "#messages")
    ctrl_f(tab)
    tab.wait(lambda t: t.front().execute_script(FOCUS) == "search-input", "the focus")
    press(tab, "creme green", Keys.ENTER)
    tab.wait(lambda t: len(hits(t)) == 20, "the first page")
    assert hits(tab)[0] == "Crème 120 and a green cup" and hits(tab)[19] == "Crème 63 and a green cup"
    assert tab.texts("#search-status") == ["The newest 20 messages"]
    assert tab.texts("#search-hits mark")[:2] == ["Crème", "green"]
    assert tab.texts("#search-hits .hit-about")[0].split()[:2] == ["#tea", "bob"]
    assert tab.faults("light", "dark") == []
    tab.find("#search-more").click()
    tab.wait(lambda t: len(hits(t)) == 40, "the rest")
    assert hits(tab)[-1] == "Crème 3 and a green cup" and not tab.find("#search-more").is_displayed()

    tab.find("#search-only").click()
    tab.wait(lambda t: t.texts("#search-status") == ["No messages contain all these words."], "not in this room")
    tab.find("#search-input").send_keys(Keys.CONTROL, "a")
    press(tab, "gree*", Keys.ENTER)
    tab.wait(lambda t: hits(t) == ["* bob pours green tea"], "only in this room")
    tab.find("#search-only").click()
    tab.wait(lambda t: len(hits(t)) == 20, "everywhere")
    assert not any("secrets" in text for text in hits(tab)), "not where one is not"

    # By the keyboard to a hit, which opens in its room.
    tab.find("#search-input").click()
    press(tab, Keys.DOWN, Keys.DOWN, Keys.DOWN)
    wanted = tab.front().execute_script("return document.activeElement.querySelector('.hit-text').textContent")
    press(tab, Keys.ENTER)
    tab.wait(lambda t: t.texts("#title") == ["tea"] and t.texts("#messages .marked .text") == [wanted], "the message")
    assert tab.front().execute_script("return document.activeElement.matches('.marked')")
    assert not tab.find("#search").is_displayed()


def test_a_search_is_left_without_a_trace_and_says_what_it_cannot_do(page, stored):
    tab = page("cat", "/#room/tea", server=stored)
    tab.shows("cup 119", "#messages")
    tab.resize(360, 740)
    tab.front().execute_script("document.querySelector('#log').scrollTop = 333")
    tab.find("#input").click()
    top = tab.front().execute_script("return document.querySelector('#log').scrollTop")
    assert not tab.find("#open-search").is_displayed(), "there is no room for it"
    tab.find("#more").click()
    tab.wait(lambda t: t.texts("#menu [role=menuitem] span:first-child") == ["Leave #tea", "Search"], "the menu")
    press(tab, Keys.DOWN, Keys.ENTER)
    tab.wait(lambda t: t.front().execute_script(FOCUS) == "search-input", "the focus")
    assert tab.front().execute_script("const at = document.querySelector('#search'); return at.scrollWidth <= innerWidth")
    press(tab, Keys.ESCAPE)
    tab.wait(lambda t: not t.find("#search").is_displayed(), "no dialog")
    assert tab.front().execute_script(FOCUS) in ("more", "input")
    assert tab.front().execute_script("return document.querySelector('#log').scrollTop") == top
    tab.resize(1280, 800)
    assert tab.find("#open-search").accessible_name == "Search"
    tab.find("#open-search").click()
    tab.wait(lambda t: t.find("#search").is_displayed(), "the search")
    press(tab, Keys.ESCAPE)
    tab.wait(lambda t: t.front().execute_script(FOCUS) == "open-search", "the focus where it was")

    # The first Ctrl-F is the page's, the next one the browser's.
    tab.front().execute_script("""window.kept = [];
        addEventListener("keydown", (event) => event.key === "f" && kept.push(!event.defaultPrevented));""")
    tab.find("#input").click()
    ctrl_f(tab)
    tab.wait(lambda t: t.find("#search").is_displayed(), "the search")
    ctrl_f(tab)
    tab.wait(lambda t: not t.find("#search").is_displayed(), "the page as it was")
    assert tab.front().execute_script("return kept") == [False, True]
    assert tab.front().execute_script(FOCUS) == "input"

    tab.find("#input").send_keys("/search \"a green\" AND ) NEAR(", Keys.ENTER)
    tab.wait(lambda t: t.texts("#search-status") == ["No messages contain all these words."], "a sentence")
    assert tab.find("#search-input").get_attribute("value") == '"a green" AND ) NEAR('
    assert tab.faults("light", "dark", "forced") == []
