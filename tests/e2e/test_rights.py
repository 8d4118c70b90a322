"""What the server may do, and needs to: nothing."""

import os
import pathlib
import re
import subprocess

import pytest

from house import PROTOCOLS, Company, program

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_EXPOSED = 20  # tenths; systemd calls up to 4.0 OK
# Root without them is nobody with some files of its own.
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


def test_it_needs_no_capability(house):
    under = NO_CAPABILITIES if os.geteuid() == 0 else []
    home = house(under=under, **Company.SETTINGS)
    status = pathlib.Path(f"/proc/{home.process.pid}/status").read_text()
    assert re.search(r"^CapEff:\t0+$", status, re.M)
    assert re.search(r"^CapBnd:\t0+$", status, re.M) or not under
    Company(home).chat()
    home.signal()
    assert home.wait() == 0


@pytest.mark.skipif("asan" in program(), reason="LeakSanitizer and strace want the same place")
def test_it_opens_no_file_once_it_is_ready(house, tmp_path):
    """The page was read before."""
    trace = tmp_path / "trace"
    home = house(under=["strace", "-f", "-e", "trace=%file,write", "-o", trace],
                 **Company.SETTINGS)
    Company(home).chat()
    for path in ("/", "/main.js", "/nothing.html"):
        page = home.plain("web")
        page.send_bytes(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        page.read_rest()
        page.drop()
    for listener in PROTOCOLS:
        home.plain(listener).drop()
    # strace passes signals on to whom it runs.
    child = pathlib.Path(f"/proc/{home.process.pid}/task/{home.process.pid}/children").read_text()
    os.kill(int(child), 15)
    assert home.wait() == 0
    before, after = re.split(r".*write\(2, \"teahoused: ready.*\n", trace.read_text())
    opened = r".* (open\w*|creat|\w*stat\w*|access|readlink\w*)\(.*"
    assert re.search(opened, before)
    assert re.findall(opened, after) == []
