"""What the page does when what was said before cannot be loaded: before a server that the test plays."""

from test_page_alone import NOON, chat, page, pytestmark  # noqa: F401


def page_of(first, last, **more):
    """An answer with these messages."""
    events = [{**chat(f"message {i}"), "room": "main", "id": i, "time": NOON + i * 1000} for i in range(first, last + 1)]
    return {"type": "history", "events": events, "first": first, "last": last, "more": True, **more}


def numbers(tab):
    return [int(text.split()[1]) for text in tab.shown("chat") if text.startswith("message")]


def refused(ref):
    return {"type": "error", "code": "history-unreadable", "about": "history", "message": "?", "ref": ref}


def test_older_messages_that_cannot_be_loaded_can_be_asked_for_again(page):
    tab = page(before=lambda tab: tab.runs_first("window.holdsHistory = true"))
    asked = tab.asks("history")
    assert (asked["room"], asked["limit"]) == ("main", 50)
    tab.hears(refused(asked["ref"]))
    tab.shows("The messages could not be loaded.", "#older-edge")
    assert tab.texts("#announcer") == ["The messages could not be loaded."]
    tab.hears({**chat("live"), "id": 300, "time": NOON + 300_000})
    tab.shows("live", "#messages")
    assert len(tab.do("return sent.filter(({ type }) => type === 'history')")) == 1, "not by itself"

    tab.find("#older-edge button").click()
    asked = tab.asks("history", 2)
    assert asked["before"] == 300
    tab.hears(page_of(251, 299, ref=asked["ref"]))
    tab.wait(lambda t: numbers(t) == list(range(251, 300)), "the last messages before what is live")
    tab.find("#log").send_keys("\ue011")  # Home
    asked = tab.asks("history", 3)
    assert asked["before"] == 251 and asked["limit"] == 100
    assert tab.texts("#older-edge") == ["Loading …"]
    tab.loses()
    tab.shows("The messages could not be loaded.", "#older-edge")
    assert numbers(tab) == list(range(251, 300))

    # Back again: what was missed is between, and is said to be missing where it cannot be loaded.
    tab.do("sent.length = 0")
    tab.find("#retry").click()
    tab.comes_in()
    asked = tab.asks("history")
    assert asked["after"] == 300
    tab.hears(refused(asked["ref"]))
    tab.shows("The messages could not be loaded.", "#messages .gap")
    assert tab.faults("light", "dark") == []
    tab.find("#messages .gap button").click()
    asked = tab.asks("history", 2)
    tab.hears(page_of(301, 330, ref=asked["ref"], more=False))
    tab.wait(lambda t: numbers(t)[-30:] == list(range(301, 331)), "what was missed")
    assert not tab.texts("#messages .gap") and tab.shown("new") == ["new"]
