"""The terminal client and passwords: asked for, refused, changed; shown and kept nowhere."""

import os
import re
import subprocess
import threading

import pytest

from scripted import ScriptedServer
from server import program
from terminal import PASTE_END, PASTE_START, run

SECRET = "correct horse batterie"
NEEDED = 'The name "ann" is registered: log in with its password.'
WRONG = "That is not the password of ann."
UP, CTRL_C, ESC = "\x1b[A", "\x03", "\x1b"


def welcome(connection, nick="ann", account=True, accounts="open", **fields):
    connection.send("welcome", server="Mock", nick=nick, room="main", version=2, time=1000,
                    accounts=accounts, **({"account": True} if account else {}), **fields)
    connection.send("join", nick=nick, room="main", time=1000)
    connection.send("names", room="main", nicks=[nick], first=True, time=1000)


def hides(client, *secrets):
    """Nothing that the client has ever written to the terminal has the secret in it."""
    client.settles_soon()
    for secret in secrets or (SECRET,):
        assert secret.encode() not in client.raw
        assert not any(secret in row for row in client.rows())
        for word in secret.split():
            assert word.encode() not in client.raw


@pytest.fixture
def asked(scripted_server, terminal):
    """A client that was asked for the password of ann, and the connection to it."""
    ann = terminal("ann", "127.0.0.1", scripted_server.port, columns=80)
    connection = scripted_server.accept()
    assert "password" not in connection.expect("hello", nick="ann")
    connection.send("error", code="password-needed", about="hello", message=NEEDED)
    ann.shows(re.escape(NEEDED) + "$")
    ann.status("Esc: another name$")
    ann.typed("Password:")
    return ann, connection


def test_a_registered_name(asked):
    """Wrong once, corrected while typing, pasted; nothing of it is on the screen or recalled."""
    ann, connection = asked
    ann.enter("wrong" + SECRET)
    connection.expect("hello", nick="ann", password="wrong" + SECRET)
    ann.status("logging in")
    connection.send("error", code="password-wrong", about="hello", message=WRONG)
    ann.shows(re.escape(WRONG))
    ann.typed("Password:")
    ann.keys("typo\x15" + PASTE_START + SECRET + "\n" + PASTE_END + "äx\x7f\x7f\t" + UP + "\r")
    connection.expect("hello", nick="ann", password=SECRET)
    welcome(connection)
    ann.status("connected")
    ann.typed("ann>")
    for keys in UP, "\x19", "\x1f", "\x12cor", ESC:
        ann.keys(keys)
    hides(ann)


def test_a_password_that_is_typed_before_it_is_asked_for(scripted_server, terminal):
    """It is not said in the room, nor shown or recalled; nor is one that is typed once more too early."""
    ann = terminal("ann", "127.0.0.1", scripted_server.port, columns=80)
    connection = scripted_server.accept()
    connection.expect("hello", nick="ann")
    ann.enter("wrong-" + SECRET)
    ann.shows("ann: wrong-" + SECRET)
    connection.send("error", code="password-needed", about="hello", message=NEEDED)
    connection.expect("hello", nick="ann", password="wrong-" + SECRET)
    ann.status("logging in")
    ann.enter(SECRET)
    ann.shows("ann: " + SECRET)
    connection.send("error", code="password-wrong", about="hello", message=WRONG)
    ann.shows(re.escape(WRONG), "What you typed meanwhile was not sent\\.$")
    ann.typed("Password:")
    ann.enter(SECRET)
    connection.expect("hello", nick="ann", password=SECRET)
    welcome(connection)
    ann.status("connected")
    ann.keys(UP)
    ann.enter("hello")
    connection.until("chat", message="hello")
    assert not any("correct horse" in row for row in ann.rows())


def test_going_back_to_another_name(asked):
    ann, connection = asked
    for key in ESC, CTRL_C:
        ann.keys(SECRET + key)
        ann.typed("name>")
        ann.enter("bea")
        connection.expect("hello", nick="bea")
        connection.send("error", code="password-needed", about="hello", message=NEEDED)
        ann.typed("Password:")
    ann.keys(ESC)
    ann.typed("name>")
    ann.enter("/login ann " + SECRET)
    connection.expect("hello", nick="ann", password=SECRET)
    welcome(connection)
    ann.status("connected")
    ann.keys(UP + UP)
    ann.settles_soon()
    assert not any(SECRET in row for row in ann.rows())


def test_the_server_does_not_wait_for_ever(asked, scripted_server):
    """It has closed the connection while the user was looking for the password."""
    ann, connection = asked
    connection.drop()
    ann.settles()
    ann.typed("Password:")
    ann.enter(SECRET)
    connection = scripted_server.accept()
    connection.expect("hello", nick="ann", password=SECRET)
    connection.send("error", code="busy", about="hello",
                    message="Too many are logging in just now; please try again.")
    ann.shows("Too many are logging in just now; please try again.$")
    connection.expect("hello", nick="ann", password=SECRET)
    welcome(connection)
    ann.status("connected")


def test_what_was_being_typed_is_there_again(asked, scripted_server):
    """A lost connection comes back by the same password; if that was changed, it is asked for."""
    ann, connection = asked
    ann.enter(SECRET)
    connection.expect("hello", password=SECRET)
    welcome(connection, resume="ab" * 32)
    ann.status("connected")
    ann.keys("half a line")
    connection.drop()
    connection = scripted_server.accept()
    hello = connection.expect("hello", resume="ab" * 32)
    assert "password" not in hello
    connection.send("error", code="resume-failed", about="hello", message="Gone.")
    connection.expect("hello", nick="ann", password=SECRET)
    connection.send("error", code="password-wrong", about="hello", message=WRONG)
    ann.typed("Password:")
    ann.enter("quite different")
    connection.expect("hello", nick="ann", password="quite different")
    welcome(connection)
    ann.typed("ann> half a line")
    hides(ann, SECRET, "quite different")


@pytest.fixture
def ann(scripted_server, terminal):
    """A client that is logged in as a guest, and its connection."""
    client = terminal("ann", "127.0.0.1", scripted_server.port, columns=80)
    connection = scripted_server.accept()
    connection.expect("hello")
    welcome(connection, account=False)
    client.status("connected")
    return client, connection


def test_registering(ann):
    """All keys at once: the password is hidden as soon as the command is typed."""
    client, connection = ann
    client.keys(f"/register\r{SECRET}\rsomething else\r")
    client.shows("The two are not the same. Once more:$")
    client.typed("New password:")
    client.enter("short")
    client.typed("The same again:")
    client.enter("short")
    packet = connection.until("register", password="short")
    client.status("checking the password")
    connection.send("error", code="password-invalid", ref=packet["ref"], about="register",
                    message="A password has 8 to 256 bytes.")
    client.shows("A password has 8 to 256 bytes.$")
    client.typed("New password:")
    client.enter(SECRET)
    client.enter(SECRET)
    packet = connection.until("register", password=SECRET)
    connection.send("account", nick="ann", registered=True, ref=packet["ref"],
                    message='The name "ann" is yours now.')
    client.shows('The name "ann" is yours now.$')
    client.typed("ann>")
    client.enter("/register")
    client.shows("Your name is registered already.$")
    client.enter("/password")
    for label, secret in [("Old password:", SECRET), ("New password:", "new " + SECRET),
                          ("The same again:", "new " + SECRET)]:
        client.typed(label)
        client.enter(secret)
    packet = connection.until("password", old=SECRET, new="new " + SECRET)
    connection.send("error", code="password-wrong", ref=packet["ref"], message=WRONG)
    client.shows(re.escape(WRONG))
    client.typed("Old password:")
    client.keys(ESC)
    client.shows("Nothing was changed.$")
    client.enter("/unregister")
    client.typed("Password:")
    client.enter(SECRET)
    packet = connection.until("unregister", password=SECRET)
    connection.send("account", nick="ann", registered=False, ref=packet["ref"],
                    message='The name "ann" is free again.')
    client.shows('The name "ann" is free again.$')
    client.enter("/unregister")
    client.shows("Your name is not registered: /register makes it yours.$")
    hides(client)


def test_on_the_line(ann):
    """Such a line is sent, but not recalled, and not shown again: not if it is refused, or lost."""
    client, connection = ann
    client.enter("hello")
    connection.until("chat", message="hello")
    for line, fields in [(f"/register {SECRET}", {"password": SECRET}),
                         (f" /LOGIN bob {SECRET}", {"nick": "bob", "password": SECRET})]:
        client.enter(line)
        packet = connection.until(**fields)
        connection.send("error", code="password-insecure", ref=packet["ref"],
                        message="Passwords are taken over TLS only: port 5016.")
        client.shows("Passwords are taken over TLS only: port 5016.$")
        client.keys("\x0c" + UP)
        client.typed("ann> hello")
        client.keys("\x15")
    client.enter(f"/register {SECRET}")
    connection.until("register")
    connection.drop()
    client.shows("The connection was lost before the server answered.$")
    assert not any(SECRET in row for row in client.rows())


def test_becoming_another_user(ann):
    client, connection = ann
    client.enter("/login bob")
    client.typed("Password:")
    client.enter(SECRET)
    connection.until("hello", nick="bob", password=SECRET)
    welcome(connection, nick="bob")
    client.typed("bob>")
    client.shows("You are logged in as: bob$")
    assert not any("Reconnected" in row for row in client.rows())


def test_servers_without_accounts(scripted_server, terminal):
    client = terminal("ann", "127.0.0.1", scripted_server.port, columns=80)
    connection = scripted_server.accept()
    connection.expect("hello")
    scripted_server.welcome(connection, "ann")
    client.status("connected")
    client.enter("/register")
    client.shows("This server keeps no accounts.$")


def scripted(given, *args, answer, **options):
    """Runs a script against a server that treats one connection; status, output, errors."""
    server = ScriptedServer()
    hellos = []

    def serve():
        connection = server.accept()
        hello = connection.expect("hello")
        hellos.append(hello)
        answer(connection, hello)
        try:
            while True:
                packet = connection.read()
                if packet["type"] == "ping":
                    connection.send("pong", ref=packet["ref"])
        except AssertionError:
            pass
    thread = threading.Thread(target=serve)
    thread.start()
    result = run(*args, "ann", "127.0.0.1", server.port, given=given, **options)
    thread.join()
    server.close()
    return result, hellos


def test_scripts_read_the_password_from_a_file(tmp_path):
    path = tmp_path / "password"
    path.write_text(SECRET + "\nsecond line\n")
    path.chmod(0o600)
    (code, out, err), hellos = scripted("", "--plain", "-l", path,
                                        answer=lambda c, hello: welcome(c))
    assert (code, err) == (0, "") and hellos[0]["password"] == SECRET
    assert SECRET not in out

    def wrong(connection, hello):
        connection.send("error", code="password-wrong", message=WRONG)
    (code, out, err), _ = scripted("", "--plain", "-l", path, answer=wrong)
    assert (code, out, err) == (1, "", f"teahouse: login: {WRONG}\n")

    def needed(connection, hello):
        connection.send("error", code="password-needed", message=NEEDED)
    (code, out, err), _ = scripted("", answer=needed)
    assert (code, out) == (1, "")
    assert err == f"teahouse: login: {NEEDED} Give a file that has it by -l FILE.\n"


def test_files_that_are_no_secret(tmp_path):
    path = tmp_path / "password"
    path.write_text(SECRET + "\n")
    sentences = []
    for mode in 0o640, 0o604, 0o620, 0o660:
        path.chmod(mode)
        sentences.append((path, "others than you could read or change it: chmod 600"))
        code, out, err = run("-l", path, "ann", "127.0.0.1", 1)
        assert (code, out, err) == (
            2, "", f"teahouse: -l {path}: others than you could read or change it: chmod 600\n")
    path.chmod(0o600)
    for text, sentence in [("", "there is no password in its first line"),
                           ("\n" + SECRET, "there is no password in its first line"),
                           ("x" * 2000, "its first line is not a password")]:
        path.write_text(text)
        code, _, err = run("-l", path, "ann", "127.0.0.1", 1)
        assert (code, err) == (2, f"teahouse: -l {path}: {sentence}\n")
    for other, sentence in [(tmp_path, "this is not a file"),
                            (tmp_path / "none", "No such file or directory")]:
        code, _, err = run("-l", other, "ann", "127.0.0.1", 1)
        assert (code, err) == (2, f"teahouse: -l {other}: {sentence}\n")
    if os.geteuid() == 0:
        path.write_text(SECRET)
        os.chown(path, 12345, 12345)
        code, _, err = run("-l", path, "ann", "127.0.0.1", 1)
        assert code == 2 and "it belongs to another user" in err
    code, _, err = run("--password", SECRET, "ann", "127.0.0.1", 1)
    assert code == 2 and err == "teahouse: option --password: unknown, see teahouse --help\n"


LIST = [{"number": 1, "protocol": "web", "since": 0, "idle": 7300},
        {"number": 12, "protocol": "json", "since": 0, "idle": 0, "this": True},
        {"number": 4, "protocol": "stay", "since": 0, "until": 86400000}]


def test_the_table_of_sessions(ann):
    client, connection = ann
    client.enter("/sessions")
    packet = connection.until("sessions")
    assert "end" not in packet
    connection.send("sessions", sessions=LIST, ref=packet["ref"])
    client.shows(r"\*\*\* Your sessions:$", "1   web              since 1 Jan  idle 2 h$",
                 "12  json             since 1 Jan  this one$",
                 "4   stays logged in  since 1 Jan  until 2 Jan$")
    client.enter("/sessions end 4")
    packet = connection.until("sessions", end=4)
    connection.send("sessions", sessions=LIST[:2], ref=packet["ref"])
    client.shows(r"\*\*\* Your sessions:$", "1   web   since 1 Jan  idle 2 h$",
                 "12  json  since 1 Jan  this one$")
    client.enter("/sessions stop")
    connection.until("command", line="/sessions stop")


def test_a_session_that_was_ended_does_not_come_back(asked, scripted_server):
    ann, connection = asked
    ann.enter(SECRET)
    connection.expect("hello", password=SECRET)
    welcome(connection, resume="ab" * 32)
    ann.status("connected")
    connection.send("error", code="session-ended",
                    message="This session was ended from another one.")
    connection.drop()
    ann.shows("This session was ended from another one.$", "Press Enter to log in again.$")
    ann.status("disconnected$")
    ann.keys("\r")
    connection = scripted_server.accept()
    hello = connection.expect("hello", nick="ann")
    assert "password" not in hello and "resume" not in hello


def test_a_script_that_was_ended_ends():
    def end(connection, hello):
        welcome(connection, resume="ab" * 32)
        connection.send("error", code="session-ended",
                        message="This session was ended from another one.")
        connection.drop()
    reader, writer = os.pipe()
    server = ScriptedServer()
    process = subprocess.Popen([program("teahouse"), "ann", "127.0.0.1", str(server.port)],
                               stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    connection = server.accept()
    end(connection, connection.expect("hello"))
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert err == b"teahouse: refused: This session was ended from another one.\n"
    os.close(reader)
    os.close(writer)
    server.close()
