"""How messages look on the page, before a server that says what the test wants it to hear."""

import itertools

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from test_page_alone import DAY, MINUTE, NOON, chat, page, pytestmark  # noqa: F401


def shown(tab, text):
    tab.wait(lambda t: any(text in line for line in t.shown("line")), text)


def box(tab, selector):
    return tab.do("const at = document.querySelector(arguments[0]).getBoundingClientRect();"
                  "return [at.left, at.top, at.right, at.bottom]", selector)


def select_and_copy(tab, script):
    """What the clipboard gets: the script makes the selection, with at(text) as [node, offset]."""
    return tab.do("""
        const at = (text) => {
            const walker = document.createTreeWalker(document.querySelector("#messages"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode())
                if (walker.currentNode.data.includes(text) && !walker.currentNode.parentElement.matches(".syntax"))
                    return [walker.currentNode, walker.currentNode.data.indexOf(text)];
        };
        const select = (from, to) => {
            const [start, end] = [at(from), at(to)];
            getSelection().setBaseAndExtent(...start, end[0], end[1] + to.length);
        };
        %s
        const data = new DataTransfer();
        const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true });
        getSelection().anchorNode.parentElement.dispatchEvent(event);
        return event.defaultPrevented ? data.getData("text/plain") : getSelection().toString();""" % script)


# Layout.

def test_name_and_time_are_in_one_line_and_the_text_is_below(page):
    tab = page()
    tab.hears(chat("one"), chat("two"), chat("later", time=NOON + 20 * MINUTE))
    shown(tab, "later")
    name, time, text = (box(tab, f"#messages .chat {at}") for at in (".nick", ".time", ".text"))
    assert abs(name[3] - time[3]) < 6 and time[0] > name[2]
    assert text[1] >= name[3] - 1 and abs(text[0] - name[0]) < 1
    kinds = [kinds.split() for kinds, _ in tab.rows() if "chat" in kinds]
    assert ["same" in kind for kind in kinds] == [False, True, False]
    assert box(tab, ".same .text")[0] == text[0]
    assert tab.style(".chat:not(.same)", "content") == "normal"
    initial = tab.do("return getComputedStyle(document.querySelector('.chat:not(.same)'), '::before').content")
    assert '"B"' in initial


@pytest.mark.parametrize("kind", ["room", "conversation"])
def test_a_time_is_never_in_two_rows(page, kind):
    tab = page()
    tab.resize(1280, 800)
    late = NOON + 46 * MINUTE
    if kind == "conversation":
        tab.hears({"type": "direct", "nick": "bob", "to": "ann", "message": "psst", "time": late},
                  {"type": "direct", "nick": "bob", "to": "ann", "message": "again", "time": late})
        tab.wait(lambda t: t.texts("#dms li") and t.find("#aside").is_displayed(), "the conversation")
        tab.find(".aside-open").click()
        shown(tab, "again")
    else:
        tab.hears(chat("one", time=late), chat("two", time=late), {"type": "emote", "nick": "bob", "message": "waves", "time": late})
        shown(tab, "waves")
    for width, density in itertools.product([320, 768, 1280], ["cosy", "compact"]):
        tab.resize(width, 800)
        tab.do("document.documentElement.dataset.density = arguments[0]", density)
        two_frames(tab)
        assert_times_in_one_row(tab)


def assert_times_in_one_row(tab):
    heights = tab.do("return [...document.querySelectorAll('#messages .time')].map((at) => at.offsetHeight).filter(Boolean)")
    assert heights and max(heights) < 24
    lefts = tab.do("return [...document.querySelectorAll('#messages .time')].map((at) => at.getBoundingClientRect().left)")
    assert min(lefts) >= box(tab, "#log")[0]
    assert tab.do("const log = document.querySelector('#log'); return log.scrollWidth <= log.clientWidth")


BELOW_THE_VIEW = "const log = document.querySelector('#log'); return log.scrollHeight - log.scrollTop - log.clientHeight"


def two_frames(tab):
    """One for a new layout, and one for the scroll event that belongs to it."""
    tab.front().execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))")


def test_the_newest_message_stays_in_view_when_the_window_changes(page):
    tab = page()
    tab.hears(*[chat(f"message {i} " + "words that need more lines in a narrow window " * 4) for i in range(40)])
    shown(tab, "message 39")
    for width, height in ((1280, 800), (768, 900), (360, 740), (740, 360), (360, 740), (1280, 800)):
        tab.resize(width, height)
        tab.wait(lambda t: t.do("return [innerWidth, innerHeight]") == [width, height], "the size")
        two_frames(tab)
        assert tab.do(BELOW_THE_VIEW) < 2, (width, height)
    # The event of a scroll that the page made may come only after the next change of the size.
    tab.do("document.querySelector('#log').scrollTop -= 10")
    two_frames(tab)
    tab.do("const log = document.querySelector('#log'); log.scrollTop += 10; log.style.maxWidth = '300px'")
    two_frames(tab)
    assert tab.do(BELOW_THE_VIEW) < 2
    tab.do("document.querySelector('#log').scrollTop = 200")
    tab.hears(chat("a message below"))
    tab.shows("1 new", "#newer")
    assert tab.do("return document.querySelector('#log').scrollTop") == 200


def test_a_conversation_looks_like_a_room(page):
    tab = page()
    tab.hears({"type": "direct", "nick": "bob", "to": "ann", "message": "psst"})
    tab.wait(lambda t: t.find("#aside").is_displayed(), "the message beside the room")
    assert "bob" in tab.find("#aside").text and "psst" in tab.find("#aside").text
    assert tab.find("#aside").get_attribute("role") == "status"
    assert not any("psst" in text for text in tab.shown("line")), "it is not said in the room"
    tab.find(".aside-open").click()
    tab.wait(lambda t: t.texts("#title") == ["bob"], "the conversation")
    tab.hears({"type": "direct", "nick": "ann", "to": "bob", "message": "yes?"},
              {"type": "direct", "nick": "bob", "to": "ann", "message": "[bob waves]"})
    shown(tab, "waves")
    assert tab.shown("line") == ["psst", "yes?", "* bob waves"]
    assert tab.texts("#messages .sender .nick") == ["bob", "ann"]
    assert not tab.find("#aside").is_displayed()


def test_text_from_right_to_left_is_beside_its_name(page):
    tab = page()
    tab.hears(chat("שלום לכולם"))
    shown(tab, "שלום")
    assert box(tab, ".chat .text")[0] == box(tab, ".chat .nick")[0]
    assert box(tab, ".chat .text")[2] < box(tab, "#log")[2] - 200


# Markup.

CODE = "```c\nint *a, *b; // https://a.example\n\tf(a);\n```"


def test_code_and_emphasis_are_elements_and_nothing_else_is(page):
    tab = page()
    tab.hears(chat(CODE), chat("> shall we?\n**yes**, _now_: `x = *p` or <b>2*3*4</b> https://a.example/_b_"))
    shown(tab, "shall we")
    found = lambda at: tab.do("return [...document.querySelectorAll(arguments[0])].map((at) => at.textContent)", "#messages .text " + at)
    assert found("pre code") == ["int *a, *b; // https://a.example\n\tf(a);"]
    assert found("blockquote") == ["> shall we?\n"]
    assert [found("strong"), found("em"), found("code:not(pre code)")] == [["**yes**"], ["_now_"], ["`x = *p`"]]
    assert found("a") == ["https://a.example/_b_"] and found("b") == []
    texts = tab.texts("#messages .chat .text")
    assert texts[1].replace("\n\n", "\n").startswith("shall we?\nyes, now: x = *p or <b>2*3*4</b> ")
    assert tab.shown("chat") == [CODE, "> shall we?\n**yes**, _now_: `x = *p` or <b>2*3*4</b> https://a.example/_b_"]


def test_code_scrolls_by_itself_and_is_copied_by_a_button(page):
    tab = page()
    tab.hears(chat("```\n" + "long " * 100 + "\n```"))
    shown(tab, "long")
    pre, log = "#messages pre", "#log"
    wide = lambda at: tab.do("const at = document.querySelector(arguments[0]); return at.scrollWidth > at.clientWidth", at)
    assert wide(pre) and not wide(log)
    assert tab.do("return document.querySelector('#messages pre').tabIndex") == 0, "reached by the keyboard"
    tab.find(".copy-code").click()
    tab.wait(lambda t: t.texts("#announcer") == ["Copied"], "a word about it")
    assert tab.do("return copied") == "long " * 100


def test_what_is_copied_is_what_was_typed(page):
    tab = page()
    tab.hears(chat(CODE), chat("**yes** and `code`"), chat("secretword alpha beta"), chat("gamma delta otherword"))
    shown(tab, "otherword")
    assert select_and_copy(tab, 'select("yes", "code")') == "**yes** and `code`"
    assert select_and_copy(tab, 'select("es", " and")') == "es and"
    assert select_and_copy(tab, 'select("int", "f(a);")') == CODE
    assert select_and_copy(tab, 'select("alpha", "delta")') == "[12:00] bob: alpha beta\n[12:00] bob: gamma delta"
    assert select_and_copy(tab, 'select("code", "secretword")') == "[12:00] bob: code\n[12:00] bob: secretword"
    assert tab.copied().splitlines()[-3:] == ["[12:00] bob: **yes** and `code`", "[12:00] bob: secretword alpha beta",
                                              "[12:00] bob: gamma delta otherword"]


def test_the_own_name_is_marked_where_it_is_called(page):
    tab = page()
    tab.hears(chat("Ann: **ann** and `ann`, but not joanna"), chat("nothing"))
    shown(tab, "nothing")
    assert tab.do("return [...document.querySelectorAll('#messages mark')].map((at) => at.textContent)") == ["Ann", "ann"]
    assert tab.shown("mention") == ["Ann: **ann** and `ann`, but not joanna"]


# Links.

def test_a_link_to_a_room_of_this_page_enters_it_here(page):
    tab = page()
    here = tab.do("return location.origin + location.pathname")
    tab.hears(chat(f"{here}#room/gr%C3%BCn or https://other.example/#room/tea"))
    shown(tab, "other")
    windows = len(tab.front().window_handles)
    assert [at.get_attribute("target") for at in tab.front().find_elements(By.CSS_SELECTOR, "#messages a")] == ["", "_blank"]
    tab.find("#messages a").click()
    assert tab.asks("join")["room"] == "grün"
    assert len(tab.front().window_handles) == windows


def test_a_host_in_two_scripts_is_shown_in_punycode_and_copied_as_typed(page):
    tab = page()
    tab.hears(chat("see https://\u0430pple.com/"))
    shown(tab, "see")
    link = tab.find("#messages a")
    assert link.get_attribute("href") == "https://xn--pple-43d.com/"
    assert "xn--pple-43d.com" in tab.do("return getComputedStyle(document.querySelector('#messages a'), '::before').content")
    assert "\u0430" not in link.text
    assert tab.copied().endswith("see https://\u0430pple.com/")


def test_without_a_clipboard_a_copy_is_made_all_the_same(page):
    """As over plain http."""
    tab = page()
    tab.do("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });"
           "document.addEventListener('copy', () => { window.taken = getSelection().toString() || document.activeElement.value; })")
    tab.find("#input").send_keys("much too long\n")
    ref = tab.asks("chat")["ref"]
    tab.hears({"type": "error", "code": "text-too-long", "message": "Too long.", "about": "chat", "ref": ref})
    tab.wait(lambda t: t.shown("failed"), "the refusal")
    ActionChains(tab.front()).move_to_element(tab.find("[data-action=copy]")).click().perform()
    tab.wait(lambda t: t.do("return window.taken") == "much too long", "a copy")
