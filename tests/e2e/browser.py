"""Chromium, without a window, for the tests of the page."""

import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from clients import TIMEOUT
from server import ROOT

AXE = ROOT / "build/npm/node_modules/axe-core/axe.min.js"
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1280,800",
]


class Browser:
    """One browser; each `tab` is a person of its own, since names are kept a tab."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="teahouse-chromium-")
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in [*OPTIONS, f"--user-data-dir={self.folder.name}"]:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def tab(self, address):
        self.driver.switch_to.new_window("tab")
        self.driver.get(address)
        return Tab(self.driver, self.driver.current_window_handle)

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

    def find(self, selector):
        return self.front().find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.front().execute_script(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", selector)

    def wait(self, condition, what):
        """Until condition(self) is true; `what` says what was waited for."""
        self.front()
        return WebDriverWait(self.driver, TIMEOUT, poll_frequency=0.02).until(
            lambda _: condition(self), what)

    def enter(self, nick):
        field = self.find("#nick")
        # The page may put in the name of the last time just now.
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(nick)
        self.find("#enter").click()

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

    def faults(self):
        """What axe finds that keeps the page from people."""
        found = self.front().execute_script(AXE.read_text() + "; return axe.run(document)")
        return [(fault["id"], [node["html"][:200] for node in fault["nodes"]])
                for fault in found["violations"]]
