"""TLS with the programs that people have: Chromium, and a MUD client."""

import base64
import hashlib
import re
import subprocess

import pexpect
import pytest

from browser import Browser
from certificates import openssl
from clients import TIMEOUT


@pytest.fixture
def tls_server(start_server, certificate):
    return start_server(tls={"certificate": certificate[0], "key": certificate[1]},
                        telnet={"tls": "yes"}, web={"tls": "yes"})


def public_key_hash(certificate):
    """By which Chromium can be told to accept a certificate."""
    key = openssl("x509", "-in", certificate, "-noout", "-pubkey", folder=certificate.parent)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key.encode(),
                         capture_output=True, check=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def test_the_page_in_chromium(tls_server, certificate):
    """It comes by https, speaks wss, and has a service worker, which only a secure page has."""
    browser = Browser(f"--ignore-certificate-errors-spki-list={public_key_hash(certificate[0])}")
    try:
        ann = browser.tab(f"https://localhost:{tls_server.port('web')}/")
        ann.enter("ann")
        ann.inside()
        bob = tls_server.telnet("bob")
        bob.until(re.compile("You are bob, in main with ann.*"))
        ann.find("#input").send_keys("tea is ready\n")
        bob.until("ann: tea is ready")
        bob.send("coming!")
        ann.wait(lambda tab: "coming!" in tab.find("#messages").text, "bob's words")
        assert ann.front().execute_script(
            "return navigator.serviceWorker.ready.then((found) => !!found.active)")
        assert browser.complaints() == []
        # A reload comes back into the same session.
        ann.front().refresh()
        ann.inside()
        ann.wait(lambda tab: "coming!" in tab.find("#messages").text, "what was said before")
    finally:
        browser.close()


def test_tintin(tls_server):
    """tt++ speaks TLS by #ssl, and is told nothing of it."""
    host, port = tls_server.address("telnet")
    bob = tls_server.telnet("bob")
    tintin = pexpect.spawn("/bin/sh", ["-c", f"PATH=$PATH:/usr/games tt++ -G -e '#ssl tea {host} {port}'"],
                           encoding="utf-8", timeout=TIMEOUT, env={"TERM": "xterm", "HOME": "/tmp",
                                                                  "PATH": "/usr/bin:/bin"})
    try:
        tintin.expect("Welcome to Teahouse")
        tintin.send("login ann\r")
        bob.until("ann has entered the room.")
        tintin.send("hello from a tower\r")
        bob.until("ann: hello from a tower")
        bob.send("hello, tower")
        tintin.expect("bob: hello, tower")
        tintin.send("/quit\r")
        bob.until("ann has left the room.")
        tintin.expect("DIED|TERMINATED")
    finally:
        tintin.close(force=True)
