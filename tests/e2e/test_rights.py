"""The server needs no privileges, and the systemd unit grants none."""

import os
import pathlib
import re
import subprocess

import pytest

from group import Group
from server import PROTOCOLS, ROOT, SANITIZED

MOST_EXPOSED = 20  # tenths; systemd calls up to 4.0 OK
# Root without capabilities may do no more than any user, but for the files that it owns.
NO_CAPABILITIES = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]


def test_the_systemd_unit_is_hardly_exposed(tmp_path):
    unit = (ROOT / "conf/teahoused.service").read_text()
    filled = tmp_path / "teahoused.service"
    filled.write_text(unit.replace("@PREFIX@", "/usr").replace("@SYSCONF@", "/etc/teahouse"))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager",
         f"--threshold={MOST_EXPOSED}", filled], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level for teahoused.service" in done.stdout


def test_no_capability_is_needed(start_server):
    wrapper = NO_CAPABILITIES if os.geteuid() == 0 else []
    server = start_server(wrapper=wrapper, **Group.SETTINGS)
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    assert re.search(r"^CapEff:\t0+$", status, re.M)
    assert re.search(r"^CapBnd:\t0+$", status, re.M) or not wrapper
    Group(server).chat()
    server.signal()
    assert server.wait() == 0


@pytest.mark.skipif(SANITIZED, reason="LeakSanitizer and strace both use ptrace")
def test_no_file_is_opened_once_the_server_is_ready(start_server, tmp_path):
    """The page was read into memory at the start."""
    trace = tmp_path / "trace"
    server = start_server(wrapper=["strace", "-f", "-e", "trace=%file,write", "-o", trace],
                          **Group.SETTINGS)
    Group(server).chat()
    for path in ("/", "/main.js", "/nothing.html"):
        page = server.connect("web")
        page.send_bytes(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        page.read_rest()
        page.drop()
    for listener in PROTOCOLS:
        server.connect(listener).drop()
    # The signal is for the server, which runs under strace.
    child = pathlib.Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    os.kill(int(child), 15)
    assert server.wait() == 0
    before, after = re.split(r".*write\(2, \"teahoused: ready.*\n", trace.read_text())
    opened = r".* (open\w*|creat|\w*stat\w*|access|readlink\w*)\(.*"
    assert re.search(opened, before)
    assert re.findall(opened, after) == []
