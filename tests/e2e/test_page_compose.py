"""Writing on the page, as people do it: what they paste, mistype, recall, and take back."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from test_page import hears, lines, say

pytestmark = pytest.mark.xdist_group("a third browser")


def paste(tab, text):
    """Puts a text where the caret is, as the clipboard does."""
    tab.find("#input").click()
    tab.front().execute_script("document.execCommand('insertText', false, arguments[0])", text)


def field(tab):
    return tab.find("#input").get_attribute("value")


def press(tab, key, *held):
    keys = ActionChains(tab.front())
    for one in held:
        keys.key_down(one)
    keys.send_keys(key)
    for one in held:
        keys.key_up(one)
    keys.perform()


def options(tab):
    return [" ".join(text.split()) for text in tab.texts("#suggestions [role=option]")]


def chosen(tab):
    """The highlighted option, as a screen reader finds it."""
    return tab.front().execute_script("""
        const active = document.getElementById(document.activeElement.getAttribute("aria-activedescendant"));
        return active && active.getAttribute("aria-selected") === "true" ? active.querySelector(".name").innerText : null""")


def test_what_is_pasted_is_said_and_does_not_log_out(page):
    ann, bob = page("Ann"), page.server.json("bob")
    for text in ("/quit is what you type\nto leave", "/etc/hosts:\n127.0.0.1 localhost", "/usr/bin/env"):
        paste(ann, text)
        press(ann, Keys.ENTER)
        bob.until("chat", nick="Ann", message=text)
    assert field(ann) == ""


def test_a_private_message_with_a_space_before_it_stays_private(page):
    ann, bob, cat = page("Ann"), page.server.json("bob"), page.server.json("cat")
    say(ann, " /msg bob secret")
    bob.until("direct", nick="Ann", message="secret")
    say(ann, "aloud")
    heard = []
    while not heard or heard[-1] != "aloud":
        packet = cat.read()
        if packet["type"] in ("chat", "direct"):
            heard.append(packet["message"])
    assert heard == ["aloud"]


def test_what_is_refused_stays_in_the_field(page):
    ann = page("Ann")
    for typed, reason in (("/hlep", "Did you mean /help?"), ("/msg", "Usage: /msg"), ("/nick Ann b", "can’t be used as a name"), ("/join a/b", "can’t be the name of a room")):
        say(ann, typed)
        ann.shows(reason, "#hint")
        assert field(ann) == typed
        ann.find("#input").clear()
    assert len(lines(ann)) == 1, "nothing is left in the log"


def test_many_lines_are_sent_by_a_second_enter(page):
    ann, bob = page("Ann"), page.server.json("bob")
    text = "\n".join(f"line {i}" for i in range(11))
    paste(ann, text)
    press(ann, Keys.ENTER)
    ann.shows("This message has 11 lines. Send it?", "#hint")
    press(ann, Keys.ENTER)
    bob.until("chat", message=text)
    paste(ann, text)
    press(ann, Keys.ENTER)
    press(ann, "!")
    assert not ann.find("#hint").is_displayed(), "another text is asked about anew"
    press(ann, Keys.ENTER)
    ann.find("#hint-again").click()
    bob.until("chat", message=text + "!")


def test_people_rooms_and_commands_are_chosen_from_a_list(page):
    ann = page("Ann")
    bob, cat = page.server.json("bob"), page.server.json("cat")
    cat.send("join", room="teapot")
    hears(ann, "bob and cat joined")
    log_top = "return document.querySelector('#log').getBoundingClientRect().height"
    height = ann.front().execute_script(log_top)
    press(ann, "@")
    ann.wait(lambda t: options(t) == ["@bob", "@cat"], "the people")
    assert ann.front().execute_script(log_top) == height, "the log is not pushed away"
    assert chosen(ann) == "@bob"
    press(ann, Keys.ARROW_DOWN)
    assert chosen(ann) == "@cat"
    press(ann, Keys.ARROW_DOWN)
    assert chosen(ann) == "@bob"
    press(ann, Keys.ARROW_UP)
    press(ann, Keys.ENTER)
    assert field(ann) == "@cat "
    ann.find("#input").clear()
    press(ann, "/")
    ann.wait(lambda t: len(options(t)) > 9, "the commands")
    assert not [text for text in options(ann) if text.startswith("/login")]
    press(ann, Keys.ESCAPE)
    assert not ann.find("#suggestions").is_displayed() and field(ann) == "/"
    press(ann, "msg ")
    ann.wait(lambda t: sorted(options(t)) == ["bob", "cat"], "the people")
    press(ann, Keys.TAB)
    press(ann, "psst")
    press(ann, Keys.ENTER)
    bob.until("direct", message="psst")


def test_a_new_room_can_be_made_beside_one_with_a_longer_name(page):
    ann, cat = page("Ann"), page.server.json("cat")
    say(ann, "/join teapot")
    ann.shows("teapot", "#title")
    press(ann, "/join tea")
    ann.wait(lambda t: options(t) == ["tea New room", "teapot"], "both")
    press(ann, Keys.ENTER)
    ann.wait(lambda t: t.texts("#title") == ["tea"], "the new room")


def test_earlier_texts_belong_to_their_conversation(page):
    ann = page("Ann")
    page.server.json("bob").until("names")
    hears(ann, "bob joined")
    say(ann, "first")
    say(ann, "second", Keys.SHIFT + Keys.ENTER)
    ann.find("#input").send_keys(Keys.NULL, "line two", Keys.ENTER)
    hears(ann, "line two")
    press(ann, Keys.ARROW_UP)
    assert field(ann) == "second\nline two"
    press(ann, Keys.ARROW_UP)
    assert field(ann) == "second\nline two", "the caret goes to the first line"
    press(ann, Keys.ARROW_UP, Keys.SHIFT)
    selected = "const at = document.querySelector('#input'); return at.selectionEnd - at.selectionStart"
    assert field(ann) == "second\nline two" and ann.front().execute_script(selected) > 0
    press(ann, Keys.ARROW_LEFT)
    press(ann, Keys.ARROW_UP)
    assert field(ann) == "first"
    ann.find("#input").clear()
    say(ann, "/msg bob psst")
    ann.shows("bob", "#dms")
    ann.find("#dms .row").click()
    ann.shows("bob", "#title")
    press(ann, Keys.ARROW_UP)
    assert field(ann) == "", "what was said in a room is not offered here"


def test_undo_works_after_completion_and_recall(page):
    ann = page("Ann")
    page.server.json("bob").until("names")
    hears(ann, "bob joined")
    say(ann, "one")
    hears(ann, "one")
    press(ann, "bo")
    press(ann, Keys.TAB)
    assert field(ann) == "bob: "
    press(ann, "z", Keys.CONTROL)
    assert field(ann) == "bo"
    press(ann, "z", Keys.CONTROL)
    assert field(ann) == ""
    press(ann, Keys.ARROW_UP)
    assert field(ann) == "one"
    press(ann, "z", Keys.CONTROL)
    assert field(ann) == ""


def test_on_a_touch_screen_enter_makes_a_line(page):
    def touched(tab):
        tab.command("Emulation.setTouchEmulationEnabled", enabled=True)
        tab.resize(360, 640, mobile=True)
    ann, bob = page("Ann", before=touched), page.server.json("bob")
    ann.wait(lambda t: t.front().execute_script("return matchMedia('(pointer: coarse)').matches"), "a touch screen")
    assert ann.find("#send").get_attribute("aria-disabled") == "true"
    ann.find("#input").click()
    ann.find("#input").send_keys("one", Keys.ENTER, "two")
    assert field(ann) == "one\ntwo"
    ann.find("#send").click()
    bob.until("chat", message="one\ntwo")


@pytest.mark.parametrize("typed", ["@", "/", "/join "])
def test_axe_finds_nothing_in_the_lists(page, typed):
    ann = page("Ann", before=lambda tab: tab.media(still=True))
    page.server.json("bob").until("names")
    hears(ann, "bob joined")
    press(ann, typed)
    ann.wait(options, "the list")
    assert ann.faults("light", "dark") == []
