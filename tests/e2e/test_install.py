"""What `make install` installs runs from its place, and `make uninstall` removes it."""

import subprocess

import pytest

from clients import WELCOME
from server import ROOT, SANITIZED, Server

pytestmark = pytest.mark.skipif(SANITIZED, reason="the release is what is installed")


def make(target, folder):
    # Other tests use what is built, so it must not be built again meanwhile.
    subprocess.run(["make", "-s", "-C", ROOT, "-o", "programs", target, f"DESTDIR={folder}"],
                   check=True, stdout=subprocess.DEVNULL, umask=0o077)


def test_install_and_uninstall(tmp_path, monkeypatch):
    folder = tmp_path / "installed"
    make("install", folder)
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"usr/local/sbin/teahoused", "usr/local/bin/teahouse",
            "usr/local/share/man/man1/teahouse.1", "usr/local/share/man/man5/teahouse.ini.5",
            "usr/local/share/man/man7/teahouse-protocol.7",
            "usr/local/share/man/man8/teahoused.8", "usr/local/share/teahouse/web/index.html",
            "usr/local/lib/systemd/system/teahoused.service", "etc/teahouse/teahouse.ini"} <= found
    # Under any umask of the installing user, other users can read it.
    assert all(folder.joinpath(path).stat().st_mode & 0o044 == 0o044 for path in found)
    assert all(path.stat().st_mode & 0o055 == 0o055
               for path in [*folder.rglob("*"), folder] if path.is_dir())
    kept = folder / "etc/teahouse/teahouse.ini"
    lines = ["port = 0" if line.startswith("port") else line
             for line in kept.read_text().splitlines()]
    ini = "\n".join(lines).replace("= /usr/local", f"= {folder}/usr/local")
    assert "file = /var/lib/teahouse/teahouse.db" in ini
    ini = ini.replace("= /var/lib/teahouse/", f"= {tmp_path}/")
    monkeypatch.setenv("TEAHOUSED", str(folder / "usr/local/sbin/teahoused"))
    with Server(tmp_path, ini=ini) as server:
        page = server.connect("web")
        page.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert page.read_rest().startswith(b"HTTP/1.1 200 OK")
        server.telnet("ann").expect(WELCOME)
    # A second installation keeps the settings, and so does the removal.
    kept.write_text("; mine")
    make("install", folder)
    assert kept.read_text() == "; mine"
    make("uninstall", folder)
    assert [path for path in folder.rglob("*") if path.is_file()] == [kept]
