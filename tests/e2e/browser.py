"""Chromium, without a window, for the tests of the page."""

import contextlib
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import (
    JavascriptException, NoSuchElementException, StaleElementReferenceException, TimeoutException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from clients import TIMEOUT
from server import ROOT

AXE = ROOT / "build/npm/node_modules/axe-core/axe.min.js"
# What the page is looked at in: media features, as CSS names them.
THEMES = {
    "light": {"prefers-color-scheme": "light"},
    "dark": {"prefers-color-scheme": "dark"},
    "contrast": {"prefers-color-scheme": "light", "prefers-contrast": "more"},
    "forced": {"prefers-color-scheme": "light", "forced-colors": "active"},
}
# When the colours are those of the theme: what inherits a colour follows it a frame later.
FAULTS = """
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let quiet = 0; quiet < 3; await frame())
        quiet = document.getAnimations().some((at) => at instanceof CSSTransition) ? 0 : quiet + 1;
    return (await axe.run(document, { resultTypes: ["violations"] })).violations;"""
NO_WORKER = "if (window.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = async () => {};"
# A page that is logged in, and whose connection is open.
INSIDE = """const input = document.querySelector("#input");
    return Boolean(input?.checkVisibility() && document.querySelector("#connection")?.classList.contains("calm"));"""
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1280,800",
]


class Browser:
    """One browser; each `tab` is a person of its own, since names are kept a tab."""

    def __init__(self, *more):
        self.folder = tempfile.TemporaryDirectory(prefix="teahouse-chromium-")
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in [*OPTIONS, *more, f"--user-data-dir={self.folder.name}"]:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_script_timeout(3 * TIMEOUT)

    def tab(self, address, before=None, kind=None, worker=True):
        """A new tab; `before` is called with it while it is still empty.

        Without its service worker, which loads everything once more, a page takes a third less.
        """
        handle = self.driver.execute_cdp_cmd("Target.createTarget", {"url": "about:blank"})["targetId"]
        tab = (kind or Tab)(self.driver, handle)
        tab.front()
        if not worker:
            tab.runs_first(NO_WORKER)
        if before:
            before(tab)
        self.driver.get(address)
        return tab

    def complaints(self):
        """What the console has of errors, connections that were refused aside."""
        expected = ("WebSocket connection", "ERR_CONNECTION_REFUSED", "ERR_INTERNET_DISCONNECTED")
        return [line["message"] for line in self.driver.get_log("browser")
                if line["level"] == "SEVERE" and not any(part in line["message"] for part in expected)]

    def close(self):
        self.driver.quit()
        self.folder.cleanup()


class Tab:
    """A page in a tab; every call brings it to the front first."""

    def __init__(self, driver, handle):
        self.driver, self.handle = driver, handle

    def front(self):
        self.driver.switch_to.window(self.handle)
        return self.driver

    def command(self, name, **arguments):
        """A command of the browser's own protocol, about this tab."""
        return self.front().execute_cdp_cmd(name, arguments)

    def runs_first(self, script):
        """Before what the page runs, whenever it is loaded."""
        self.command("Page.addScriptToEvaluateOnNewDocument", source=script)

    def media(self, theme="light", medium="", still=False):
        """What the reader's system prefers; `still`: that nothing moves."""
        wanted = {**THEMES[theme], "prefers-reduced-motion": "reduce" if still else "no-preference"}
        self.command("Emulation.setEmulatedMedia", media=medium, features=[
            {"name": name, "value": value} for name, value in wanted.items()])

    def resize(self, width, height, scale=1, mobile=False):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=scale, mobile=mobile)

    def find(self, selector):
        return self.front().find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.front().execute_script(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", selector)

    def wait(self, condition, what):
        """Until condition(self) is true; `what` says what was waited for."""
        self.front()
        end, pause = time.monotonic() + TIMEOUT, 0.02
        while True:
            # While a page is loaded, what was found may belong to the one before.
            with contextlib.suppress(StaleElementReferenceException, NoSuchElementException):
                if found := condition(self):
                    return found
            if time.monotonic() > end:
                raise TimeoutException(what)
            # Each look takes the processor from the page that is waited for.
            time.sleep(pause)
            pause = min(1.5 * pause, 0.25)

    def enter(self, nick):
        field = self.find("#nick")
        # The page may put in the name of the last time just now.
        field.send_keys(Keys.CONTROL, "a")
        # By its key: the button moves when the page learns who is there.
        field.send_keys(nick, Keys.ENTER)

    def point_at(self, selector):
        """What goes away by itself stays while the pointer is on it."""
        ActionChains(self.front()).move_to_element(self.find(selector)).perform()

    def inside(self):
        """Until it is logged in, and its connection is open."""
        self.wait(lambda tab: tab.driver.execute_script(INSIDE), "the app")

    def style(self, selector, of):
        return self.front().execute_script(
            "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, of)

    def shows(self, text, selector="#app"):
        """Waits until the text is to be read in what selector names."""
        self.wait(lambda tab: any(text in part for part in tab.texts(selector)), text)

    def copied(self):
        """What the clipboard would get if all messages were selected and copied."""
        return self.front().execute_script("""
            getSelection().selectAllChildren(document.querySelector("#messages"));
            const data = new DataTransfer();
            document.querySelector("#messages .line").dispatchEvent(
                new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
            return data.getData("text/plain");""")

    def violations(self):
        """What axe finds, in a list; nothing when the page was loaded again meanwhile."""
        try:
            if not self.driver.execute_script("return 'axe' in window"):
                self.driver.execute_script(AXE.read_text())
            return [self.driver.execute_script(FAULTS)]
        except JavascriptException as error:
            if "axe is not defined" in error.msg or "unloaded" in error.msg:
                return None
            raise

    def faults(self, *themes):
        """What axe finds that keeps the page from people, in each of the themes (without any: light)."""
        self.front()
        found = []
        for theme in themes or ["light"]:
            self.media(theme, still=True)
            found += [(theme, fault["id"], [node["html"][:200] for node in fault["nodes"]])
                      for fault in self.wait(Tab.violations, "no reload meanwhile")[0]]
        return found
