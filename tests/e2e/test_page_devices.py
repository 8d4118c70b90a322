"""The same person in several tabs and programs: what is read, said, joined and left on one is seen on the
other; messages to the absent; the history of a conversation. In Chromium, before servers that keep accounts.
"""

import pytest
from selenium.webdriver.common.keys import Keys
from test_page import say
from test_page_accounts import PASSWORD, keeper, log_in, registered  # noqa: F401

pytestmark = pytest.mark.xdist_group("another browser")


def logged_in(page, server, nick="ann"):
    tab = page(server=server)
    tab.enter(nick)
    log_in(tab)
    tab.inside()
    return tab


def program(server, nick="ann"):
    """The user's other device."""
    client = server.web()
    client.send("hello", nick=nick, version=2, password=PASSWORD)
    client.until("welcome", account=True)
    return client


def row(tab, name):
    """The conversation in the sidebar, in words."""
    return tab.front().execute_script("""
        return [...document.querySelectorAll("#rooms button.row, #dms button.row")].map(e => e.getAttribute("aria-label"))
            .find(label => label.split(", ")[0] === arguments[0]) ?? null""", name)


def test_what_is_read_on_one_device_is_read_on_the_other(page, keeper):
    registered(keeper)
    tab, phone, bob = logged_in(page, keeper), program(keeper), keeper.web("bob")
    phone.send("join", room="tea")
    tab.wait(lambda t: row(t, "tea") == "tea", "the room that was joined elsewhere")
    assert tab.texts("#title") == ["main"]
    bob.send("join", room="tea")
    bob.send("chat", room="tea", message="ann: look at this")
    tab.wait(lambda t: row(t, "tea") == "tea, 1 unread, mentions you", "the count")
    heard = phone.until("chat", room="tea")
    phone.send("read", room="tea", id=heard["id"])
    tab.wait(lambda t: row(t, "tea") == "tea", "no count")
    assert not tab.front().title.startswith("(")
    # And the other way round: what is at the end is read, and nothing else is.
    bob.send("chat", room="main", message="over here")
    told = phone.until("chat", room="main", message="over here")
    assert phone.until("read", room="main")["id"] == told["id"]
    phone.send("chat", room="tea", message="said elsewhere")
    tab.wait(lambda t: row(t, "tea") == "tea", "no count")
    phone.send("leave", room="tea")
    tab.wait(lambda t: row(t, "tea") is None, "the room that was left elsewhere")
    assert tab.texts("#title") == ["main"]


def test_who_comes_back_finds_rooms_and_messages_where_they_were(page, keeper):
    registered(keeper)
    phone, bob = program(keeper), keeper.web("bob")
    phone.send("join", room="tea")
    heard = phone.until("names", room="tea")
    bob.send("join", room="tea")
    bob.send("chat", room="tea", message="the first")
    heard = phone.until("chat", room="tea")
    phone.send("read", room="tea", id=heard["id"])
    phone.send("command", line="/logout")
    phone.read_rest()
    for text in ("the second", "ann: the third"):
        bob.send("chat", room="tea", message=text)
    bob.send("direct", to="ann", message="for later", ref="1")
    notice = bob.until("notice", code="direct-later")
    assert notice["message"] == "ann is away and will read it later."
    tab = logged_in(page, keeper)
    tab.wait(lambda t: row(t, "bob") == "bob, 1 unread", "the conversation")
    assert row(tab, "tea") in ("tea, 2 unread, mentions you", "tea")
    for button in tab.front().find_elements("css selector", "#rooms button.row"):
        if button.get_attribute("aria-label").startswith("tea"):
            button.click()
    tab.shows("the third", "#messages")
    after = tab.front().execute_script("return document.querySelector('.divider.new').nextElementSibling.innerText")
    assert "the second" in after
    tab.find("#dms button.row").click()
    tab.shows("for later", "#messages")
    assert len(tab.texts("#messages .line.direct")) == 1
    assert "stored for you both" in tab.find("#intro").text
    assert tab.faults("light", "dark") == []


def test_a_conversation_is_found_by_its_words_and_loaded_upwards(page, keeper):
    registered(keeper)
    bob = keeper.web("bob")
    for i in range(130):
        bob.send("direct", to="ann", message=f"number {i}" + (" marmalade" if i == 3 else ""))
    bob.send("ping", ref="now")
    bob.until("pong", ref="now")
    client = program(keeper)
    client.until("direct", message="number 129")
    client.send("command", line="/logout")
    client.read_rest()
    tab = logged_in(page, keeper)
    tab.find("#open-search").click()
    tab.wait(lambda t: t.find("#search-input").is_displayed(), "the search")
    tab.find("#search-input").send_keys("marmalade", Keys.ENTER)
    tab.wait(lambda t: len(t.texts(".hit")) == 1, "the message")
    assert "@bob" in tab.texts(".hit")[0]
    assert tab.faults("light") == []
    tab.find(".hit").click()
    tab.wait(lambda t: "number 3 marmalade" in t.find("#messages .marked").text, "the message in its conversation")
    assert tab.texts("#title") == ["bob"]
    tab.find("#newer").click()
    tab.shows("number 129", "#messages")


def test_an_absent_person_is_written_to(page, keeper):
    registered(keeper)
    tab = page("bob", server=keeper)
    say(tab, "/msg ann see you tomorrow")
    tab.wait(lambda t: row(t, "ann") is not None, "the conversation")
    tab.find("#dms button.row").click()
    tab.shows("ann is away and will read it later.", "#messages")
    assert "see you tomorrow" in tab.texts("#messages .line")[0]
    assert tab.faults("light", "dark") == []
