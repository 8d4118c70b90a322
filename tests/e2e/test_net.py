"""What net and main.c promise: listeners, HTTP, WebSockets, slow readers, and the end."""

import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import time

import pytest

from house import (CLOSE, CONTINUATION, PATIENCE, PING, PONG, TEXT, Client, Closed, House, Line,
                   Refused, frame, head_of, program, read_head, settings)

# These tests are about sockets: three protocols have all the kinds there are.
FEW = {"relay": None, "lobby": None, "direct": None}

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
          "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'")


def open_house(house, **sections):
    return house(**{**FEW, **sections})


def page(tmp_path):
    """A small page of many kinds of files; gives its folder."""
    root = tmp_path / "page"
    (root / "inner").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>tea</title>")
    (root / "inner" / "index.html").write_text("inner")
    for name in ("a.css", "b.js", "c.mjs", "d.svg", "e.json", "f.webmanifest", "g.png", "h.ico",
                 "i.txt", "j.strange", ".hidden"):
        (root / name).write_text(f"this is {name}")
    (root / "big.txt").write_bytes(bytes(range(256)) * 4096 * 12)
    (tmp_path / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


# The command line.

def run(*args, **options):
    return subprocess.run([program(), *map(str, args)], capture_output=True, text=True,
                          timeout=PATIENCE, **options)


def test_version_and_help():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "teahoused 0.1\n", "")
    done = run("--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: teahoused") and not done.stderr


@pytest.mark.parametrize("args", [
    ["--nonsense"], ["-x"], ["-c"], ["65536"], ["12x"], ["x"], ["-5"], ["1", "2"], [""]])
def test_wrong_command_line(args):
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"teahoused: [^\n]+: [^\n]+\n", done.stderr)


def test_settings_are_tested(tmp_path):
    good, bad = tmp_path / "good.ini", tmp_path / "bad.ini"
    good.write_text(settings(**FEW))
    bad.write_text("[limits]\nsessions = many\nnonsense = 1\n")
    assert run("-t", "-c", good).returncode == 0
    done = run("-t", "-c", bad)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"teahoused: {bad}:") for line in lines)


def test_missing_settings(tmp_path):
    done = run("-c", tmp_path / "none.ini")
    assert done.returncode == 2 and "none.ini" in done.stderr


def test_port_argument(house):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = open_house(house, args=[port])
    assert home.port("json") == port


def test_closed_standard_files(tmp_path):
    ini = tmp_path / "teahouse.ini"
    ini.write_text(settings(**FEW))
    process = subprocess.Popen(["sh", "-c", f"exec {program()} -c {ini} <&- >&- 2>&-"])
    try:
        # With nowhere to say which ports it took, it must still be there, and stop well.
        deadline = time.monotonic() + PATIENCE
        while not listening(process.pid):
            assert process.poll() is None and time.monotonic() < deadline
        for fd in range(3):
            assert os.readlink(f"/proc/{process.pid}/fd/{fd}") == "/dev/null"
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()


def listening(pid):
    """The ports on which a process listens."""
    try:
        mine = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    except FileNotFoundError:
        return []
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine]


# Listeners.

def test_listener_lines(house):
    home = open_house(house, telnet6={"protocol": "telnet", "address": "::1"},
                      everywhere={"protocol": "telnet", "address": "*"})
    text = "\n".join(home.lines)
    for name in ("telnet", "json", "web"):
        assert re.search(rf"^teahoused: {name} on 127\.0\.0\.1:[1-9]\d*$", text, re.M)
    assert re.search(r"^teahoused: telnet6 on \[::1\]:[1-9]\d*$", text, re.M)
    assert re.search(r"^teahoused: everywhere on \*:[1-9]\d*$", text, re.M)
    assert home.lines[-1] == "teahoused: ready"
    for name in ("telnet", "telnet6", "everywhere"):
        home.line(name).expect("Welcome to Teahouse")
    Line(("::1", home.port("everywhere"))).expect("Welcome to Teahouse")


def test_log_lines_have_the_connection_and_the_time(house):
    home = open_house(house, args=["-v"])
    home.telnet("ann")
    home.logged(r"^teahoused: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
                r"conn \d+ 127\.0\.0\.1: ann logged in by telnet$")


def test_the_journal_adds_the_time_itself(house):
    journal = 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"'
    home = open_house(house, args=["-v"], under=["sh", "-c", journal, "sh"])
    home.telnet("ann")
    home.logged(r"^teahoused: conn \d+ 127\.0\.0\.1: ann logged in by telnet$")


def test_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        home = House(tmp_path, wait=False, **FEW | {"telnet": {"port": port}})
        assert home.wait() == 2
        assert home.lines == [
            f"teahoused: {home.place('telnet', 'port')}: 127.0.0.1:{port}: Address already in use; "
            "right is a port that is free, and may be taken"]
        home.process.stdout.close()


def test_port_of_another_house(house, tmp_path):
    home = open_house(house)
    other = House(tmp_path, wait=False, **FEW | {
        "json": {"port": home.port("json")}, "web": {"port": home.port("web")}})
    assert other.wait() == 2
    assert other.lines == [
        f"teahoused: {other.place(name, 'port')}: 127.0.0.1:{home.port(name)}: "
        "Address already in use; right is a port that is free, and may be taken"
        for name in ("json", "web")]
    other.process.stdout.close()


def test_port_is_free_again(house):
    home = open_house(house)
    port = home.port("telnet")
    client = home.telnet()
    client.expect("Welcome to Teahouse")
    assert home.stop() == 0
    client.drop()
    home = open_house(house, telnet={"port": port})
    home.telnet().expect("Welcome to Teahouse")


def test_address_that_is_not_here(tmp_path):
    home = House(tmp_path, wait=False, **FEW | {"telnet": {"address": "192.0.2.1"}})
    assert home.wait() == 2
    assert home.lines == [
        f"teahoused: {home.place('telnet', 'address')}: 192.0.2.1:0: "
        "Cannot assign requested address; right is an address of this host, or *"]
    home.process.stdout.close()


def test_page_that_is_not_there(tmp_path):
    home = House(tmp_path, wait=False, **FEW | {"web": {"root": tmp_path / "nowhere"}})
    assert home.wait() == 2
    assert "nowhere" in "\n".join(home.lines)
    home.process.stdout.close()


# The page.

def common(headers):
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_page(house, tmp_path):
    home = open_house(house, web={"root": page(tmp_path)})
    status, headers, body = home.get("/")
    assert (status, body) == (200, b"<!doctype html><title>tea</title>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert int(headers["content-length"]) == len(body)
    common(headers)
    assert home.get("/index.html")[2] == body
    assert home.get("/?a=b")[2] == body
    assert home.get("/inner/")[2] == b"inner"
    for name, kind in {
            "a.css": "text/css; charset=utf-8", "b.js": "text/javascript; charset=utf-8",
            "c.mjs": "text/javascript; charset=utf-8", "d.svg": "image/svg+xml",
            "e.json": "application/json", "f.webmanifest": "application/manifest+json",
            "g.png": "image/png", "h.ico": "image/x-icon", "i.txt": "text/plain; charset=utf-8",
            "j.strange": "application/octet-stream"}.items():
        status, headers, body = home.get(f"/{name}")
        assert (status, headers["content-type"], body) == (200, kind, f"this is {name}".encode())


def test_the_real_page(house):
    home = open_house(house)
    status, _, body = home.get("/")
    assert status == 200 and b"<!doctype html>" in body.lower()


def test_etag(house, tmp_path):
    home = open_house(house, web={"root": page(tmp_path)})
    _, headers, _ = home.get("/a.css")
    etag = headers["etag"]
    assert re.fullmatch(r'"[^"]+"', etag)
    assert home.get("/b.js")[1]["etag"] != etag
    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        status, headers, body = home.get("/a.css", headers={"If-None-Match": known})
        assert (status, body) == (304, b"")
        assert headers["etag"] == etag
        common(headers)
    assert home.get("/a.css", headers={"If-None-Match": '"x"'})[0] == 200


def test_head(house, tmp_path):
    home = open_house(house, web={"root": page(tmp_path)})
    status, headers, body = home.get("/i.txt", method="HEAD")
    assert (status, headers["content-length"], body) == (200, "13", b"")
    status, _, body = home.get("/nothing", method="HEAD")
    assert (status, body) == (404, b"")


def test_healthz(house):
    home = open_house(house)
    status, headers, body = home.get("/healthz")
    assert (status, body.strip()) == (200, b"ok")
    common(headers)


def test_not_found(house, tmp_path):
    home = open_house(house, web={"root": page(tmp_path)})
    for path in ("/nothing", "/.hidden", "/link.txt", "/inner", "/a.css/", "//a.css/x"):
        status, headers, body = home.get(path)
        assert status == 404, path
        assert body and headers["content-type"].startswith("text/")
        common(headers)


@pytest.mark.parametrize("path", [
    "/../secret.txt", "/inner/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
    "/.%2e/secret.txt", "/inner/%2e%2e/%2e%2e/secret.txt", "/..\\secret.txt", "/..%5csecret.txt",
    "/%252e%252e/secret.txt", "//../secret.txt", "/./../secret.txt", "/..;/secret.txt",
    "/....//secret.txt", "/%c0%ae%c0%ae/secret.txt", "/secret.txt%00.txt", "/i.txt%00"])
def test_no_path_leaves_the_page(house, tmp_path, path):
    home = open_house(house, web={"root": page(tmp_path)})
    client = home.plain("web")
    client.send_bytes(head_of("GET", path, {"Host": "x", "Connection": "close"}))
    answer = client.read_rest()
    assert b"secret" not in answer.replace(b"secret.txt", b"")
    assert not answer.startswith(b"HTTP/1.1 200")


def test_other_methods(house):
    home = open_house(house)
    for method in ("POST", "PUT", "DELETE"):
        status, headers, _ = home.get("/", method=method, body=b"x" * 1000)
        assert (status, headers["allow"]) == (405, "GET, HEAD")
        common(headers)


def test_every_answer_has_the_headers(house):
    home = open_house(house)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    for path, headers in (("/ws", {}), ("/ws", upgrade), ("/nothing", upgrade),
                          ("/", {"Connection": "Upgrade", "Upgrade": "tea"})):
        status, answered, _ = home.get(path, headers=headers)
        assert status >= 400
        common(answered)


def test_http2_is_declined(house):
    home = open_house(house)
    status, _, body = home.get("/healthz", headers={
        "Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c",
        "HTTP2-Settings": "AAMAAABkAAQAAP__"})
    assert (status, body.strip()) == (200, b"ok")


def test_keep_alive_and_pipelining(house, tmp_path):
    home = open_house(house, web={"root": page(tmp_path)})
    client = home.plain("web")
    ask = head_of("GET", "/i.txt", {"Host": "x"})
    for _ in range(3):
        client.send_bytes(ask)
        status, headers, _ = read_head(client)
        assert status == 200
        assert client.read_bytes(int(headers["content-length"])) == b"this is i.txt"
    client.send_bytes(ask * 5)
    for _ in range(5):
        status, headers, _ = read_head(client)
        assert status == 200
        assert client.read_bytes(int(headers["content-length"])) == b"this is i.txt"


def cpu(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_slow_reader_of_a_big_page(house, tmp_path):
    """A page that the socket does not take at once, and the next request there already."""
    home = open_house(house, web={"root": page(tmp_path)})
    client = home.plain("web", receive=4096)
    client.send_bytes(head_of("GET", "/big.txt", {"Host": "x"}) * 2)
    size = 256 * 4096 * 12
    before = cpu(home.process.pid)
    home.json("ann")
    assert home.get("/healthz")[0] == 200
    time.sleep(1)
    assert cpu(home.process.pid) - before < 0.3, "it must not spin while it waits"
    for _ in range(2):
        status, headers, _ = read_head(client)
        assert (status, int(headers["content-length"])) == (200, size)
        assert client.read_bytes(size) == bytes(range(256)) * 4096 * 12


# WebSockets. What RFC 6455 demands of frames stands in test_websocket.py.

def test_subprotocol(house):
    home = open_house(house)
    assert home.web(protocols=["teahouse.v2"]).protocol == "teahouse.v2"
    assert home.web(protocols=["other", "teahouse.v2"]).protocol == "teahouse.v2"
    assert home.web().protocol is None
    with pytest.raises(Refused) as refused:
        home.web(protocols=["plain connection"])
    assert refused.value.status == 400
    with pytest.raises(Refused) as refused:
        home.web(protocols=["other"])
    assert refused.value.status == 400


def test_only_there(house):
    home = open_house(house)
    for path in ("/", "/index.html", "/ws/", "/wsx", "/healthz"):
        with pytest.raises(Refused) as refused:
            home.web(path=path)
        assert refused.value.status == 404
        common(refused.value.headers)
    home.web(path="/ws?x=y")


def test_no_compression(house):
    home = open_house(house)
    client = home.web("ann", headers={"Sec-WebSocket-Extensions": "permessage-deflate"})
    assert "sec-websocket-extensions" not in client.headers
    drain(client)


def test_wrong_handshakes(house):
    home = open_house(house)
    for headers, status in (({"Sec-WebSocket-Version": "12"}, 426),
                            ({"Sec-WebSocket-Version": ""}, 426),
                            ({"Sec-WebSocket-Key": ""}, 400)):
        with pytest.raises(Refused) as refused:
            home.web(headers=headers)
        assert refused.value.status == status
        common(refused.value.headers)


def test_origins(house):
    home = open_house(house, web={"origins": "https://a.example http://b.example:8000"})
    host, port = home.address("web")
    own = f"http://{host}:{port}"
    for origin in (None, own, own.upper(), "https://a.example", "http://b.example:8000",
                   "HTTPS://A.EXAMPLE"):
        home.web(origin=origin)
    for origin in ("http://evil.example", f"http://{host}", f"http://{host}:{port + 1}",
                   "https://b.example:8000", "http://b.example", "http://a.example", "null", "x",
                   f"http://{host}:{port}.evil.example", f"http://evil.example/{own}",
                   "https://a.example.evil.example", "https://xa.example", f"file://{host}:{port}",
                   "http://" + "x" * 2000):
        with pytest.raises(Refused) as refused:
            home.web(origin=origin)
        assert refused.value.status == 403, origin
        common(refused.value.headers)
    # Behind a proxy, the Host is the public one, and the ports may be left out.
    home.web(origin="https://tea.example", headers={"Host": "tea.example"})
    home.web(origin="https://tea.example", headers={"Host": "tea.example:443"})
    home.web(origin="http://tea.example", headers={"Host": "tea.example:80"})


@pytest.mark.parametrize("pieces", [1, 2, 100])
def test_longest_message(house, pieces):
    home = open_house(house)
    ann = home.web("ann")

    def send(size):
        body = b'{"type":"ping","ref":"' + b"x" * 40 + b'","a":"'
        body += b"y" * (size - len(body) - 2) + b'"}'
        step = -(-size // pieces)
        parts = [body[i:i + step] for i in range(0, size, step)]
        for i, part in enumerate(parts):
            ann.send_frame(CONTINUATION if i else TEXT, part, fin=i + 1 == len(parts))

    send(65535)
    ann.until("pong", ref="x" * 40)
    try:
        send(65536)
    except OSError:
        pass
    with pytest.raises(Closed) as closed:
        while True:
            ann.read_text()
    assert closed.value.code == 1009


def test_bad_utf8_leaves_at_once(house):
    """Also one that does not answer the close frame is gone for the others."""
    home = open_house(house)
    bob, ann = home.json("bob"), home.web("ann")
    bob.until("join", nick="ann")
    began = time.monotonic()
    ann.send_frame(TEXT, b"\xff")
    bob.until("leave", nick="ann")
    assert time.monotonic() - began < 1
    bob.send("chat", message="to the rest")
    opcode = None
    while opcode != CLOSE:
        opcode, payload = ann.read_frame()
    assert payload[:2] == struct.pack(">H", 1007)
    ann.send_frame(CLOSE, payload[:2])
    assert ann.read_rest() == b"", "nothing may follow the close"


def drain(client):
    """Reads what a ping is sure to come after."""
    client.send("ping", ref="drain")
    client.until("pong", ref="drain")


def test_dropped_sockets_leave_once(house):
    home = open_house(house)
    bob = home.telnet("bob")
    for end in ("drop", "reset", "finish"):
        for start in (home.web, home.json):
            ann = start("ann")
            bob.until("ann has entered the room.")
            getattr(ann, end)()
            assert "ann has left the room." not in bob.until("ann has left the room.")
    bob.send("/who")
    assert "ann has left the room." not in bob.until("The following are logged in:")


def test_slow_socket_gets_whole_frames(house):
    """Data, pongs and the rest of a cut frame must not mix."""
    home = open_house(house, limits={"rate": 0, "message": 4000, "send_queue": 1 << 24})
    slow = home.web("slow", receive=2048)
    ann = home.json("ann")
    texts = [f"{i} " + "é" * (i * 37 % 1900) for i in range(1500)]
    sent = 0
    for i, text in enumerate(texts):
        ann.send("chat", message=text)
        if i % 10 == 0:
            slow.send_frame(PING, b"%d" % i)
        if i % 50 == 49:
            ann.until("chat", message=text)
            # A little is read now and then, so that frames are cut in many places.
            while sent < i // 4:
                packet = slow.read()
                if packet["type"] == "chat" and packet["nick"] == "ann":
                    assert packet["message"] == texts[sent]
                    sent += 1
    while sent < len(texts):
        packet = slow.read()
        if packet["type"] == "chat" and packet["nick"] == "ann":
            assert packet["message"] == texts[sent]
            sent += 1
    assert slow.pongs, "pings were answered in between"
    drain(slow)
    assert slow.close() == 1000


def test_slow_socket_is_told_of_the_end(house):
    """A close frame, too, waits for the rest of a cut one."""
    home = open_house(house, limits={"rate": 0, "send_queue": 1 << 24})
    slow = home.web("slow", receive=2048)
    ann = home.json("ann")
    for i in range(2000):
        ann.send("chat", message=f"{i} " + "x" * 3000)
        if i % 50 == 49:
            ann.until("chat", message=f"{i} " + "x" * 3000)
    home.signal()
    with pytest.raises(Closed) as closed:
        count = 0
        while True:
            packet = slow.read()
            if packet["type"] == "chat":
                assert packet["message"].startswith(f"{count} ")
                count += 1
    assert closed.value.code == 1001
    assert count == 2000
    assert home.wait() == 0


def test_slow_plain_reader(house):
    home = open_house(house, limits={"rate": 0, "send_queue": 1 << 24})
    slow = home.telnet("slow", receive=2048)
    slow.send("look")
    slow.until("slow")
    ann = home.json("ann")
    texts = [f"{i} " + "x" * (i * 37 % 3900) for i in range(2000)]
    for i, text in enumerate(texts):
        ann.send("chat", message=text)
        if i % 50 == 49:
            ann.until("chat", message=text)
    for text in texts:
        slow.until("ann: " + text)


def test_too_slow_disturbs_nobody(house):
    home = open_house(house, limits={"rate": 0, "send_queue": 65536})
    stuck = home.telnet("stuck", receive=2048)
    socket_stuck = home.web("stuck2", receive=2048)
    bob, ann = home.telnet("bob"), home.json("ann")
    gone = set()
    i = 0
    while gone != {"stuck", "stuck2"}:
        ann.send("chat", message=f"{i} " + "x" * 3900)
        while ann.read()["type"] != "chat":
            pass
        i += 1
        assert i < 5000
        line = ""
        while not line.startswith(f"ann: {i - 1} "):
            line = bob.read()
            if line.endswith(" has left the room."):
                gone.add(line.split()[0])
    del stuck, socket_stuck


def test_half_closed(house):
    """`printf .. | nc -N`: who has finished speaking is still answered."""
    home = open_house(house)
    client = home.telnet()
    client.send("login ann", "who", "say hello")
    client.finish()
    text = client.read_rest().decode()
    assert "The following are logged in:\r\nann\r\n" in text
    assert "ann: hello\r\n" in text


def test_half_messages(house):
    home = open_house(house)
    whole = home.json("ann")
    for start, half in ((home.json, b'\x00\x20{"type"'), (home.telnet, b"login bo"),
                        (home.web, frame(TEXT, b'{"type":"hello","nick":"bob"}')[:9])):
        client = start()
        client.send_bytes(half)
        client.drop()
    client = home.plain("web")
    client.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\nCook")
    client.drop()
    whole.send("who", ref="w")
    assert [user["nick"] for user in whole.until("who", ref="w")["users"]] == ["ann"]


def test_refused_when_full(house):
    home = open_house(house, limits={"sessions": 2})
    home.json("ann")
    home.json("bob")
    client = home.telnet()
    text = client.read_rest().decode()
    assert "The server is full" in text
    with pytest.raises(Closed) as closed:
        client = home.web()
        while True:
            client.read()
    assert closed.value.code == 1013


def test_refusal_survives_unread_input(house):
    """What the client had still sent must not destroy what it is told."""
    home = open_house(house, limits={"sessions": 1})
    home.json("ann")
    for _ in range(20):
        client = home.telnet()
        client.send_bytes(b"login somebody\r\n" * 2000)
        assert "The server is full" in client.read_rest().decode()
        client.drop()


def test_logout_closes_cleanly(house):
    home = open_house(house)
    ann = home.web("ann")
    drain(ann)
    ann.send("command", line="/logout")
    with pytest.raises(Closed) as closed:
        while True:
            ann.read()
    assert closed.value.code == 1000
    bob = home.telnet("bob")
    bob.send("logout")
    bob.read_rest()


def test_rate_holds_a_socket_back(house):
    home = open_house(house, limits={"rate": 50, "burst": 5})
    ann = home.web("ann")
    bob = home.web("bob")
    ann.send_bytes(b"".join(
        frame(TEXT, json.dumps({"type": "chat", "message": str(i)}).encode()) for i in range(40)))
    for i in range(40):
        bob.until("chat", nick="ann", message=str(i))


def test_many_connections(house):
    """More than the soft limit of descriptors that a shell usually gives."""
    wanted = 1500
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 1024), limit[1]))
    home = open_house(house, limits={"sessions": 2000, "rate": 0})
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 4096), limit[1]))
    lines, objects = [], []
    for i in range(wanted):
        if i % 3 == 0:
            lines.append(home.telnet(f"n{i}"))
        else:
            objects.append(home.json(f"n{i}") if i % 3 == 1 else home.web(f"n{i}"))
    objects[-1].send("chat", message="to all")
    for client in objects:
        client.until("chat", message="to all")
    for client in lines:
        client.until(f"n{wanted - 1}: to all")
    # All at once, and without a word; told by digests, and by name when few are left.
    last = objects.pop()
    for client in lines + objects:
        client.drop()
    left = wanted - 1
    while left > 0:
        packet = last.read()
        left -= packet["left"] if packet["type"] == "presence" else packet["type"] == "leave"
    assert left == 0


def test_without_descriptors(house):
    """Those who come while there is none are told so, and the loop does not spin."""
    resource_limit = ["prlimit", "--nofile=64:64"]
    home = open_house(house, limits={"sessions": 1000})
    subprocess.run([*resource_limit, "--pid", str(home.process.pid)], check=True)
    ann = home.json("ann")
    crowd = [Client(home.address("telnet")) for _ in range(80)]
    home.logged("accept: Too many open files")
    before = cpu(home.process.pid)
    time.sleep(1)
    assert cpu(home.process.pid) - before < 0.3
    drain(ann)
    late = Client(home.address("telnet"))
    assert late.read_rest() == (
        b"Welcome to Teahouse\r\nThe server is full; please try again later.\r\n")
    for client in crowd:
        client.drop()
    home.telnet("bob").expect("Welcome to Teahouse")


# The end.

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop(house, number):
    home = open_house(house)
    ann, bob, chris = home.telnet("ann"), home.web("bob"), home.json("chris")
    drain(bob)
    drain(chris)
    home.signal(number)
    ann.until("*** The server is stopping.")
    assert ann.read_rest() == b""
    ann.drop()
    bob.until("notice", message="The server is stopping.")
    with pytest.raises(Closed) as closed:
        bob.read()
    assert closed.value.code == 1001
    bob.drop()
    chris.until("notice", message="The server is stopping.")
    chris.expect_end()
    chris.drop()
    assert home.wait() == 0


def test_stop_is_quick(house):
    home = open_house(house)
    client = home.json("ann")
    began = time.monotonic()
    home.signal()
    client.until("notice")
    client.expect_end()
    client.drop()
    assert home.wait() == 0
    assert time.monotonic() - began < 1.5


def test_stop_does_not_wait_for_ever(house):
    home = open_house(house, limits={"rate": 0, "send_queue": 1 << 24})
    silent, idle = home.web(), home.plain("web")
    stuck = home.telnet("stuck", receive=2048)
    ann = home.json("ann")
    for i in range(1500):
        ann.send("chat", message="x" * 3900)
        ann.until("chat")
    began = time.monotonic()
    assert home.stop() == 0
    assert time.monotonic() - began < 4
    del silent, idle, stuck


def test_stop_twice(house):
    home = open_house(house)
    stuck = home.web()
    home.signal()
    home.logged("stopping")
    home.signal()
    assert home.wait() == 0
    del stuck


@pytest.mark.xdist_group("a minute of pings")
@pytest.mark.skipif("asan" in program(), reason="it takes a minute, mostly of waiting")
def test_pings(house):
    home = open_house(house)
    lively, dead = home.web("lively", timeout=70), home.web("dead", timeout=70)
    began = time.monotonic()
    while dead.read_frame()[0] != PING:
        pass
    opcode = None
    while opcode != PING:
        opcode, payload = lively.read_frame()
    lively.send_frame(PONG, payload)
    assert 28 < time.monotonic() - began < 35
    with pytest.raises(Closed):
        while True:
            assert dead.read_frame()[0] != PING
    assert 58 < time.monotonic() - began < 65
    lively.until("leave", nick="dead")
    drain(lively)
