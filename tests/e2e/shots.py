#!/usr/bin/python3
"""Takes the README's pictures: the page and the terminal client, light and dark, into shots/.

`make shots`. A conversation over five protocols is held for them, in front of real programs.
"""

import html
import pathlib
import tempfile
import time

from selenium.webdriver.common.keys import Keys

from browser import Browser
from server import Server
from terminal import Terminal

SHOTS = pathlib.Path(__file__).parent / "shots"
COLUMNS, ROWS = 104, 24
KIND = "rxvt-256color"  # it scrolls by nothing that pyte does not know
# A terminal's colours, in the order of their numbers: black, red, green, brown, blue, ...
THEMES = {
    "light": {"ground": "#fdfcf9", "ink": "#2a2521", "red": "#b3261e", "dim": "#857c70"},
    "dark": {"ground": "#1b1a18", "ink": "#e8e2d8", "red": "#f28b82", "dim": "#8f877b"},
}

# Who says what, over which protocol; ann and kim are the ones whose screens are seen.
TALK = [
    ("leslie", "Good morning! The kettle is on."),
    ("noor", "Lovely. Is there any of yesterday’s lemon cake left?"),
    ("noor", "I only ask because I can smell it from here."),
    ("leslie", "/me cuts two generous slices"),
    ("sam", "hello from netcat, save one for me please"),
    ("bot", "Build 1284 passed in 3 min 12 s: https://ci.example.org/1284"),
    ("ann", "Nice! Then let us ship it after tea."),
    ("kim", "ann: shall I write the release notes?"),
    ("ann", "Yes please, and thank you 🫖"),
    ("leslie", "日本のお茶もありますよ"),
    ("noor", "Oh, the sencha? I am on my way."),
]


class Participants:
    """Users over telnet, json and the relay, in a page and in a terminal client."""

    def __init__(self, server, browser):
        self.server = server
        host, port = server.address("web")
        self.lines = {"leslie": server.telnet("leslie"), "noor": server.telnet("noor")}
        self.bot = server.json("bot")
        self.pipe = server.connect("relay")
        self.bot.until("names")
        self.kim = Terminal("kim", *server.address("json"), columns=COLUMNS, rows=ROWS, term=KIND)
        self.kim.status("connected")
        self.tab = browser.tab(f"http://{host}:{port}/")
        self.tab.enter("ann")
        self.tab.wait(lambda tab: tab.find("#input").is_displayed(), "the input")
        self.kim.shows("ann has joined")
        # Those who came are no news: what follows is.
        self.lines["leslie"].send("/topic Tea, cake and releases")

    def says(self, who, text):
        if who == "ann":
            # WebDriver types no emoji, but a page takes them.
            self.tab.front().execute_script("document.querySelector('#input').value = arguments[0]", text)
            self.tab.find("#input").send_keys(Keys.END, Keys.ENTER)
        elif who == "kim":
            self.kim.enter(text)
        elif who == "bot":
            self.bot.send("chat", message=text)
        elif who == "sam":
            self.pipe.send_bytes(text.encode() + b"\n")
        else:
            self.lines[who].send(text)
        heard = text.removeprefix("/me ")
        while True:
            packet = self.bot.read()
            if packet.get("message") == heard:
                return

    def elsewhere(self):
        """Something is new in other rooms, and between two."""
        self.tab.find("#input").send_keys("/join garden", Keys.ENTER)
        self.tab.shows("garden", "#title")
        self.kim.enter("/join garden")
        self.kim.status("garden")
        for client in (self.bot, self.lines["leslie"]):
            client.send("join", room="garden") if client is self.bot else client.send("/join garden")
        self.kim.shows("leslie .*joined")
        self.tab.front().execute_script("document.querySelector('#rooms button.row').click()")
        self.tab.shows("main", "#title")
        self.kim.keys("\x1b1")
        self.kim.status("kim . main")
        self.lines["leslie"].send("kim, the roses are out!")
        self.lines["leslie"].send("/join main")
        self.lines["noor"].send("/msg ann the cake is a secret, by the way")
        self.kim.status("garden: 1 new!")
        self.tab.wait(lambda tab: tab.texts("#dms .row"), "a direct message")


def cells_html(screen, theme):
    """The screen as spans of equal looks."""
    rows = []
    for y in range(screen.lines):
        row = []
        x = 0
        while x < screen.columns:
            cell = screen.buffer[y][x]
            wide = x + 1 < screen.columns and screen.buffer[y][x + 1].data == ""
            ink, ground = colour_of(cell.fg, theme, "ink"), colour_of(cell.bg, theme, "ground")
            if cell.reverse:
                ink, ground = ground, ink
            style = f"color:{ink};background:{ground};width:{2 if wide else 1}ch"
            style += ";font-weight:bold" if cell.bold else ""
            row.append(f'<span style="{style}">{html.escape(cell.data) or " "}</span>')
            x += 2 if wide else 1
        rows.append("".join(row))
    return "\n".join(rows)


def colour_of(name, theme, otherwise):
    if name == "default":
        return THEMES[theme][otherwise]
    return THEMES[theme].get(name, f"#{name}")


def shoot_terminal(browser, screen, folder):
    for theme, colours in THEMES.items():
        page = pathlib.Path(folder) / f"{theme}.html"
        page.write_text(f"""<!doctype html><meta charset="utf-8"><style>
            body {{ margin: 0; padding: 12px; background: {colours["ground"]}; width: max-content; }}
            pre {{ margin: 0; font: 14px/1.3 "DejaVu Sans Mono", "Noto Sans Mono", monospace; }}
            span {{ display: inline-block; white-space: pre; text-align: start; vertical-align: top; height: 1.3em; }}
            </style><pre>{cells_html(screen, theme)}</pre>""")
        tab = browser.tab(page.as_uri())
        width, height = tab.front().execute_script(
            "const at = document.body; return [at.offsetWidth, at.offsetHeight]")
        shoot(browser, f"client-{theme}", width, height)


def shoot(browser, name, width, height, **features):
    driver = browser.driver
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    if features:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": key.replace("_", "-"), "value": value} for key, value in features.items()]})
    time.sleep(0.5)  # what moves has come to rest
    driver.save_screenshot(str(SHOTS / f"{name}.png"))
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def main():
    SHOTS.mkdir(exist_ok=True)
    browser = Browser()
    with tempfile.TemporaryDirectory() as folder, Server(folder, relay={"nicks": "yes"}) as server:
        participants = Participants(server, browser)
        for who, text in TALK:
            participants.says(who, text)
        participants.elsewhere()
        participants.kim.keys("half a thought")
        participants.kim.typed("kim> half a thought")
        for theme in THEMES:
            participants.tab.front()
            shoot(browser, f"page-{theme}", 1080, 640, prefers_color_scheme=theme)
            shoot(browser, f"phone-{theme}", 360, 640, prefers_color_scheme=theme)
        shoot_terminal(browser, participants.kim.screen, folder)
        participants.kim.close()
    browser.close()


if __name__ == "__main__":
    main()
