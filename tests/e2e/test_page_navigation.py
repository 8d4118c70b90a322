"""Getting about on the page: going to rooms and people, leaving and coming back, people who change."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from test_page import hears, lines, say
from test_page_compose import press

pytestmark = pytest.mark.xdist_group("browser")


def title(tab):
    return tab.texts("#title")[0]


def opened(tab):
    """Opens the palette; returns a function that reads its rows."""
    press(tab, "k", Keys.CONTROL)
    tab.wait(lambda t: t.find("#switcher").is_displayed(), "the palette")
    return lambda: [" ".join(text.split()) for text in tab.texts("#switcher-list [role=option]")]


def chosen(tab):
    return tab.front().execute_script("""
        const active = document.getElementById(document.activeElement.getAttribute("aria-activedescendant"));
        return active && active.getAttribute("aria-selected") === "true" ? active.querySelector(".name").innerText : null""")


def test_the_palette_goes_where_the_highlight_is(page):
    ann, cat = page("Ann"), page.server.json("cat")
    cat.send("join", room="teapot")
    rows = opened(ann)
    ann.wait(lambda _: "# teapot 1 person" in rows(), "the room")
    top = ann.find("#switcher").rect["y"]
    press(ann, "tea")
    ann.wait(lambda _: rows() == ["# teapot 1 person", "+ Create room “tea”"], "the rows")
    assert ann.find("#switcher").rect["y"] == top, "it does not jump"
    assert chosen(ann) == "teapot"
    press(ann, Keys.ARROW_DOWN)
    assert chosen(ann) == "Create room “tea”"
    press(ann, Keys.ARROW_DOWN)
    assert chosen(ann) == "teapot"
    press(ann, Keys.END)
    assert chosen(ann) == "Create room “tea”"
    press(ann, Keys.ENTER)
    ann.wait(lambda t: title(t) == "tea", "the new room")
    rows = opened(ann)
    press(ann, "tea")
    ann.wait(lambda t: chosen(t) == "tea", "the very name")
    assert not [row for row in rows() if "Create" in row]
    press(ann, Keys.ARROW_DOWN)
    press(ann, Keys.ENTER)
    ann.wait(lambda t: title(t) == "teapot", "the other room")


def test_the_palette_shows_what_is_unread_first_and_finds_people(page):
    ann, cat = page("Ann"), page.server.json("cat")
    say(ann, "/join tea")
    ann.wait(lambda t: title(t) == "tea", "the room")
    cat.send("chat", message="hello")
    ann.wait(lambda t: t.texts("#rooms .count:not([hidden])") == ["1"], "a count")
    rows = opened(ann)
    ann.wait(lambda _: rows()[:1] == ["# main 1 unread"], "unread first")
    assert chosen(ann) == "main"
    assert ann.texts("#switcher-list h3") == ["Unread", "Rooms", "People", ""][:3]
    press(ann, "@ca")
    ann.wait(lambda _: rows() == ["@ cat"], "people only")
    press(ann, Keys.ENTER)
    ann.wait(lambda t: title(t) == "cat", "the conversation")
    ann.find("#new-room").click()
    press(ann, "my room")
    ann.wait(lambda t: chosen(t) == "Create room “my-room”", "the new room")
    press(ann, Keys.ENTER)
    ann.wait(lambda t: title(t) == "my-room", "it")


def test_leaving_can_be_undone_with_lines_place_and_draft(page):
    ann, cat = page("Ann"), page.server.json("cat")
    for room in ("tea", "garden"):
        say(ann, f"/join {room}")
        ann.wait(lambda t, room=room: title(t) == room, room)
    ann.find("#rooms li:nth-child(2) .row").click()
    ann.wait(lambda t: title(t) == "tea", "tea")
    say(ann, "said in tea")
    hears(ann, "said in tea")
    press(ann, "half a thou")
    ann.find("#more").click()
    item = ann.front().switch_to.active_element
    assert (item.get_attribute("role"), item.text) == ("menuitem", "Leave #tea")
    item.send_keys(Keys.ENTER)
    ann.shows("You left #tea.", "#toast")
    assert ann.texts("#rooms .name") == ["main", "garden"]
    cat.send("join", room="tea")
    cat.until("names", room="tea")
    cat.send("chat", room="tea", message="said meanwhile")
    cat.until("chat", room="tea")
    ann.find("#toast button").click()
    cat.until("join", nick="Ann", room="tea")
    ann.wait(lambda t: t.texts("#rooms .name") == ["main", "tea", "garden"], "its place")
    assert title(ann) == "tea"
    hears(ann, "said meanwhile")
    assert [text for text in lines(ann) if "said" in text] == ["Ann said in tea", "cat said meanwhile"]
    assert ann.find("#input").get_attribute("value") == "half a thou"
    assert not ann.find("#toast").is_displayed()
    cat.send("chat", room="tea", message="welcome back")
    hears(ann, "welcome back")


def test_the_only_room_cannot_be_left(page):
    ann = page("Ann")
    ann.find("#rooms .more").click()
    item = ann.find("#menu [role=menuitem]")
    assert item.get_attribute("aria-disabled") == "true"
    assert "You can’t leave your only room. Join another one first." in item.text
    item.click()
    press(ann, Keys.ESCAPE)
    assert ann.texts("#rooms .name") == ["main"]
    assert ann.front().switch_to.active_element == ann.find("#rooms .more")
    assert not ann.front().find_elements(By.CSS_SELECTOR, "#rooms [aria-label^=Leave]")


def test_a_conversation_that_was_closed_comes_back(page):
    ann, cat = page("Ann"), page.server.json("cat")
    cat.send("direct", to="Ann", message="psst")
    ann.wait(lambda t: t.texts("#dms .name") == ["cat"], "the conversation")
    ann.find("#dms .row").click()
    say(ann, "/leave")
    ann.shows("You closed the conversation with cat.", "#toast")
    assert ann.texts("#dms .name") == []
    ann.find("#toast button").click()
    ann.wait(lambda t: title(t) == "cat", "it")
    hears(ann, "psst")


def test_logging_out_asks_first(page):
    ann = page("Ann")
    ann.find("#log-out").click()
    ann.shows("Log out?", "#confirm")
    press(ann, Keys.ESCAPE)
    assert ann.find("#input").is_displayed()
    ann.find("#log-out").click()
    ann.find("#confirm-yes").click()
    ann.wait(lambda t: t.find("#nick").is_displayed(), "the login")


def test_a_card_says_how_a_person_is_here(page):
    ann, tel, cat = page("Ann"), page.server.telnet("tel"), page.server.json("cat")
    cat.send("join", room="tea")
    tel.send("hello from afar")
    hears(ann, "hello from afar")
    ann.find("#messages .chat button.nick").click()
    ann.wait(lambda t: "by telnet" in t.find("#card").text, "the card")
    assert ann.find("#card").get_attribute("aria-label") == "tel"
    ann.find("#card [data-action=mention]").click()
    assert ann.find("#input").get_attribute("value") == "tel: "
    ann.find("#input").clear()
    rows = "return [...document.querySelectorAll('#people .row')].map(row => row.textContent)"
    ann.wait(lambda t: t.front().execute_script(rows) == [
        "Ann (you), on the web page", "cat, in a terminal or a program", "tel, by telnet"], "how they are here")
    ann.front().execute_script("document.querySelector('#people .row').focus()")
    press(ann, Keys.ARROW_DOWN)
    press(ann, Keys.ENTER)
    ann.wait(lambda t: "#tea" in t.find("#card").text, "cat's rooms")
    cat.send("nick", nick="kitty")
    ann.wait(lambda t: t.texts("#card h2") == ["kitty"], "the same person's new name")
    ann.find("#card [data-room=tea]").click()
    ann.wait(lambda t: title(t) == "tea", "the room")


def test_two_people_swap_their_names_and_keep_their_conversations(page):
    ann = page("Ann")
    bob, cat = page.server.json("bob"), page.server.json("cat")
    for one, name in ((bob, "bob"), (cat, "cat")):
        one.send("direct", to="Ann", message=f"I am {name}")
        ann.wait(lambda t, name=name: name in t.texts("#dms .name"), name)
    ann.find("#dms li:nth-child(1) .row").click()
    ann.wait(lambda t: title(t) == "bob", "bob")
    press(ann, "for bob")
    bob.send("nick", nick="tmp")
    ann.wait(lambda t: title(t) == "tmp", "in between")
    assert ann.find("#input").get_attribute("value") == "for bob", "nothing happens to what is being typed"
    cat.send("nick", nick="bob")
    cat.until("nick", new="bob")
    bob.send("nick", nick="cat")
    ann.wait(lambda t: t.texts("#dms .name") == ["cat", "bob"], "the names")
    assert title(ann) == "cat" and ann.find("#input").get_attribute("value") == "for bob"
    assert "I am bob" in "".join(lines(ann))
    press(ann, Keys.ENTER)
    bob.until("direct", nick="Ann", message="for bob")


def test_another_person_with_the_name_is_asked_about_once(page):
    ann, kim = page("Ann"), page.server.json("kim")
    kim.send("direct", to="Ann", message="hello")
    ann.wait(lambda t: t.texts("#dms .name") == ["kim"], "the conversation")
    ann.find("#dms .row").click()
    hears(ann, "hello")
    kim.drop()
    hears(ann, "kim left.")
    ann.shows("kim is offline.", "#head")
    ann.wait(lambda t: t.find("#dms .row").get_attribute("aria-label") == "kim, offline", "at the side")
    ann.wait(lambda t: t.texts("#people .row")[1].split() == ["kim", "offline"], "in the list of people, too")
    other = page.server.json("kim")
    hears(ann, "The name kim is in use again")
    say(ann, "the code is 1234")
    ann.shows("A different person may be using the name kim now. Send anyway?", "#hint")
    assert ann.find("#input").get_attribute("value") == "the code is 1234"
    ann.find("#hint-again").click()
    other.until("direct", message="the code is 1234")
    say(ann, "and once is enough")
    other.until("direct", message="and once is enough")


def test_keys_lead_to_what_is_unread(page):
    ann, cat = page("Ann"), page.server.json("cat")
    for room in ("tea", "garden", "attic"):
        say(ann, f"/join {room}")
        ann.wait(lambda t, room=room: title(t) == room, room)
    cat.send("join", room="tea")
    cat.send("chat", room="main", message="Ann?")
    cat.send("chat", room="tea", message="hello")
    ann.wait(lambda t: t.texts("#rooms .count:not([hidden])") == ["1", "1"], "both")
    labels = [row.get_attribute("aria-label") for row in ann.front().find_elements(By.CSS_SELECTOR, "#rooms .row")]
    assert labels == ["main, 1 unread, mentions you", "tea, 1 unread", "garden", "attic"]
    press(ann, Keys.ARROW_UP, Keys.ALT, Keys.SHIFT)
    ann.wait(lambda t: title(t) == "tea", "the nearest unread one")
    press(ann, "a", Keys.ALT)
    ann.wait(lambda t: title(t) == "main", "the mention")


def test_a_lost_connection_does_not_push_the_page_down(page, start_server):
    server = start_server()
    ann = page("Ann", server=server)
    place = "return document.querySelector('#head').getBoundingClientRect().top"
    before = ann.front().execute_script(place)
    server.stop()
    ann.wait(lambda t: t.find("#retry").is_displayed(), "the banner")
    assert ann.front().execute_script(place) == before


VIEWS = {
    "palette": lambda ann: opened(ann),
    "menu": lambda ann: ann.find("#more").click(),
    "card": lambda ann: ann.find("#people li:nth-child(2) .row").click(),
    "log out": lambda ann: ann.find("#log-out").click(),
    "toast": lambda ann: (say(ann, "/leave tea"), ann.shows("You left", "#toast"), ann.point_at("#toast")),
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page, view):
    ann = page("Ann", before=lambda tab: tab.media(still=True))
    cat = page.server.json("cat")
    cat.send("direct", to="Ann", message="psst")
    say(ann, "/join tea")
    ann.wait(lambda t: title(t) == "tea", "the room")
    cat.send("join", room="tea")
    ann.wait(lambda t: len(t.texts("#people li")) == 2, "both")
    VIEWS[view](ann)
    assert ann.faults("light", "dark", "forced") == []


def test_back_and_forward_go_through_the_conversations(page):
    ann, cat = page("Ann"), page.server.json("cat")
    for room in ("tea", "garden"):
        say(ann, f"/join {room}")
        ann.wait(lambda t, room=room: title(t) == room, room)
    cat.send("direct", to="Ann", message="psst")
    ann.wait(lambda t: t.texts("#dms .name") == ["cat"], "the conversation")
    ann.find("#dms .row").click()
    ann.wait(lambda t: title(t) == "cat", "cat")

    def goes(step, expected, address):
        getattr(ann.front(), step)()
        ann.wait(lambda t: title(t) == expected, expected)
        assert ann.front().current_url.endswith(address)

    goes("back", "garden", "/#room/garden")
    goes("back", "tea", "/#room/tea")
    goes("back", "main", "/#room/main")
    goes("forward", "tea", "/#room/tea")
    ann.front().refresh()
    ann.wait(lambda t: t.texts("#title") == ["tea"], "tea again")
    goes("forward", "garden", "/#room/garden")
    goes("forward", "cat", "/#room/garden")
    # A room that was left is not entered again by going back to it.
    say(ann, "/join tea")
    ann.wait(lambda t: title(t) == "tea", "tea")
    say(ann, "/join attic")
    ann.wait(lambda t: title(t) == "attic", "attic")
    say(ann, "/leave tea")
    ann.wait(lambda t: t.texts("#rooms .name") == ["main", "garden", "attic"], "tea left")
    ann.front().back()
    ann.wait(lambda t: t.front().current_url.endswith("#room/attic"), "the address of what is shown")
    assert title(ann) == "attic" and ann.texts("#rooms .name") == ["main", "garden", "attic"]
    goes("back", "cat", "/#room/garden")


def test_many_rooms_leave_the_direct_messages_in_view(page):
    ann, cat = page("Ann"), page.server.json("cat")
    for number in range(24):
        say(ann, f"/join room{number}")
    ann.wait(lambda t: len(t.texts("#rooms .name")) == 25, "all rooms")
    cat.send("direct", to="Ann", message="psst")
    ann.wait(lambda t: t.texts("#dms .name") == ["cat"], "the conversation")

    def is_seen(selector):
        return ann.front().execute_script("""
            const row = document.querySelector(arguments[0]), { x, y, height } = row.getBoundingClientRect();
            return row.contains(document.elementFromPoint(x + 20, y + 2)) && row.contains(document.elementFromPoint(x + 20, y + height - 2));""", selector)

    assert is_seen("#dms .row")
    # The row of what is shown is in view, wherever the user comes from.
    ann.wait(lambda _: is_seen("#rooms .current .row"), "the last room")
    press(ann, Keys.ARROW_DOWN, Keys.ALT)
    ann.wait(lambda t: title(t) == "cat", "cat")
    press(ann, Keys.ARROW_DOWN, Keys.ALT)
    ann.wait(lambda t: title(t) == "main", "main")
    ann.wait(lambda _: is_seen("#rooms .current .row"), "the first room")
    # Where neither list needs its share, there is no gap and nothing to scroll.
    for number in range(24):
        say(ann, f"/leave room{number}")
    ann.wait(lambda t: len(t.texts("#rooms .name")) == 1, "one room")
    rows, list_ = ann.find("#rooms .row").rect, ann.find("#rooms").rect
    assert abs(rows["height"] - list_["height"]) < 2
