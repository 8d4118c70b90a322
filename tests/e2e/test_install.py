"""That what `make install` puts somewhere runs from there, and goes again."""

import pathlib
import subprocess

from house import ROOT, House, program

import pytest

pytestmark = pytest.mark.skipif("asan" in program(), reason="what is installed is the release")


def make(*words):
    subprocess.run(["make", "-s", "-C", ROOT, *words], check=True, stdout=subprocess.DEVNULL)


def test_what_is_installed_runs_and_goes_again(tmp_path, monkeypatch):
    prefix, conf = tmp_path / "usr", tmp_path / "etc"
    where = [f"PREFIX={prefix}", f"SYSCONF={conf}", f"BUILD={pathlib.Path(program()).parent}"]
    make("install", *where)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"usr/sbin/teahoused", "usr/bin/teahouse", "usr/share/man/man1/teahouse.1",
            "usr/share/man/man5/teahouse.ini.5", "usr/share/man/man7/teahouse-protocol.7",
            "usr/share/man/man8/teahoused.8", "usr/share/teahouse/web/index.html",
            "usr/lib/systemd/system/teahoused.service", "etc/teahouse.ini"} <= found
    ini = (conf / "teahouse.ini").read_text()
    free = "\n".join("port = 0" if line.startswith("port") else line for line in ini.splitlines())
    monkeypatch.setenv("TEAHOUSED", str(prefix / "sbin/teahoused"))
    (tmp_path / "run").mkdir()
    with House(tmp_path / "run", ini=free) as home:
        page = home.plain("web")
        page.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert page.read_rest().startswith(b"HTTP/1.1 200 OK")
        home.telnet("ann").expect("Welcome to Teahouse")
    # The settings stay, also when it is installed once more.
    (conf / "teahouse.ini").write_text("; mine")
    make("install", *where)
    assert (conf / "teahouse.ini").read_text() == "; mine"
    make("uninstall", *where)
    assert [path for path in (*prefix.rglob("*"), *conf.rglob("*")) if path.is_file()] == [
        conf / "teahouse.ini"]
