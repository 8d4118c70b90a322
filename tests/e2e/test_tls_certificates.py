"""The certificate and its key: mistakes in the settings, and new ones while people talk."""

import hashlib
import re
import shutil
import signal
import ssl
import subprocess
import threading

import pytest

from certificates import Authority, openssl, self_signed
from server import program, settings, wait_until
from tls_socket import TlsSocket

FEW = {"relay": None, "lobby": None, "direct": None, "web": None}


def told(folder, certificate, key, *args):
    """The exit status and what is said of the settings with these files."""
    ini = folder / "teahouse.ini"
    ini.write_text(settings(tls={"certificate": certificate, "key": key},
                            telnet={"tls": "yes"}, json={}, **{"relay": None, "lobby": None,
                                                               "direct": None, "web": None}))
    done = subprocess.run([program(), "-c", ini, *args], capture_output=True, text=True,
                          timeout=30, check=False)
    return done.returncode, done.stderr.replace(f"{folder}/", "").replace("teahoused: ", "")


@pytest.fixture
def files(tmp_path, certificate):
    """Copies that may be spoilt."""
    for name, path in zip(("fullchain.pem", "privkey.pem"), certificate):
        shutil.copy(path, tmp_path / name)
    (tmp_path / "privkey.pem").chmod(0o600)
    return tmp_path / "fullchain.pem", tmp_path / "privkey.pem"


def spoil_nothing(_):
    """As it is."""


def lose_certificate(files):
    files[0].unlink()


def lose_key(files):
    files[1].unlink()


def garble_certificate(files):
    files[0].write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")


def empty_key(files):
    files[1].write_text("")


def change_key(files):
    other, key = self_signed(files[0].parent / "other")
    del other
    shutil.copy(key, files[1])


def encrypt_key(files):
    openssl("ec", "-in", files[1], "-aes256", "-passout", "pass:tea", "-out", files[1],
            folder=files[0].parent)


def weaken(files):
    openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-days", "3", "-subj", "/CN=weak",
            "-keyout", files[1], "-out", files[0], folder=files[0].parent)


def open_key(files):
    files[1].chmod(0o644)


@pytest.mark.parametrize("spoil, line, says", [
    (spoil_nothing, None, ""),
    (lose_certificate, 16, 'tls.certificate: "fullchain.pem" cannot be used: No such file or '
                          'directory; expected a file, relative to the folder'),
    (lose_key, 17, 'tls.key: "privkey.pem" cannot be used: No such file or directory; expected'),
    (garble_certificate, 16, 'tls.certificate: "fullchain.pem" is no certificate in PEM that can be '
                            'used: '),
    (empty_key, 17, 'tls.key: "privkey.pem" is no key in PEM, without a passphrase: '),
    (change_key, 17, 'tls.key: "privkey.pem" is not the key of the certificate'),
    (encrypt_key, 17, 'tls.key: "privkey.pem" is no key in PEM, without a passphrase: '),
    (weaken, 16, 'tls.certificate: "fullchain.pem" is no certificate in PEM that can be used: ee key '
                'too small'),
    (open_key, 17, 'tls.key: "privkey.pem" cannot be used: Every user of this machine may open it'),
], ids=lambda value: getattr(value, "__name__", ""))
def test_mistakes_are_told_by_their_line(tmp_path, files, spoil, line, says):
    spoil(files)
    status, said = told(tmp_path, "fullchain.pem", "privkey.pem", "-t")
    if line is None:
        assert (status, said) == (0, "")
        return
    assert status == 2 and said.startswith(f"teahouse.ini:{line}: {says}"), said
    assert said.count("\n") == 1
    # A server does not start with it, and says the same.
    assert told(tmp_path, "fullchain.pem", "privkey.pem") == (2, said)


def fingerprint_of(server, listener="json"):
    """Of the certificate that a new connection is shown."""
    client = server.connect(listener)
    return hashlib.sha256(client.socket.tls.getpeercert(True)).hexdigest()


@pytest.fixture
def changing(start_server, files):
    return start_server(tls={"certificate": files[0], "key": files[1]}, telnet={"tls": "yes"},
                        json={"tls": "yes"}, limits={"rate": 0}, relay=None, lobby=None,
                        direct=None, web=None)


def hang_up(server):
    """Sends SIGHUP; returns what is logged then."""
    n = len(server.log)
    server.signal(signal.SIGHUP)
    wait_until(lambda: len(server.log) > n)
    return server.log[n]


def test_a_new_certificate_under_load(changing, files, tmp_path):
    """Who is there goes on without missing a word; who comes then is shown the new one."""
    ann, bob = changing.json("ann"), changing.json("bob")
    before = fingerprint_of(changing)
    new = Authority(tmp_path / "new").sign("new", "DNS:localhost")
    stop = threading.Event()
    said = []

    def talk():
        while not stop.is_set():
            ann.send("chat", message=str(len(said)))
            ann.until("chat", nick="ann", message=str(len(said)))
            said.append(len(said))

    thread = threading.Thread(target=talk)
    thread.start()
    for i in range(5):
        for path, replaced in zip(new if i % 2 == 0 else files, files):
            if path != replaced:
                shutil.copy(path, replaced)
        assert "SIGHUP: certificate and key were read again, for the conn" in hang_up(changing)
        wait_until(lambda n=len(said): len(said) > n + 2)
    stop.set()
    thread.join()
    assert fingerprint_of(changing) != before
    for i in said:
        bob.until("chat", message=str(i))
    assert len(said) > 10


def test_a_broken_pair_leaves_the_old_one(changing, files):
    before = fingerprint_of(changing)
    key = files[1].read_text()
    for spoil, line in ((empty_key, "tls.key: "), (lose_key, "tls.key: "),
                        (garble_certificate, "tls.certificate: ")):
        spoil(files)
        assert re.search(rf"SIGHUP: \S+teahouse.ini:\d+: {line}.*; going on with the certificate "
                         "as before$", hang_up(changing))
        assert fingerprint_of(changing) == before
        files[1].write_text(key)
    changing.json("ann").expect()


def test_tickets_outlive_a_change(changing):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    first = changing.line_client("telnet", tls=lambda plain: TlsSocket(plain, context))
    first.read()
    assert "SIGHUP: certificate and key were read again" in hang_up(changing)
    again = changing.line_client(
        "telnet", tls=lambda plain: TlsSocket(plain, context, session=first.socket.tls.session))
    again.read()
    assert again.socket.tls.session_reused


def test_without_tls_a_hangup_changes_nothing(start_server):
    server = start_server(**FEW)
    server.signal(signal.SIGHUP)
    server.wait_for_log("SIGHUP: the settings are read only at the start; going on$")
