"""That what `make install` puts somewhere runs from there, and goes again."""

import subprocess

import pytest

from house import ROOT, House, program

pytestmark = pytest.mark.skipif("asan" in program(), reason="what is installed is the release")


def make(target, folder):
    # What is built is in use by other tests: it must not be made anew meanwhile.
    subprocess.run(["make", "-s", "-C", ROOT, "-o", "programs", target, f"DESTDIR={folder}"],
                   check=True, stdout=subprocess.DEVNULL, umask=0o077)


def test_what_is_installed_runs_and_goes_again(tmp_path, monkeypatch):
    folder = tmp_path / "installed"
    make("install", folder)
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"usr/local/sbin/teahoused", "usr/local/bin/teahouse",
            "usr/local/share/man/man1/teahouse.1", "usr/local/share/man/man5/teahouse.ini.5",
            "usr/local/share/man/man7/teahouse-protocol.7",
            "usr/local/share/man/man8/teahoused.8", "usr/local/share/teahouse/web/index.html",
            "usr/local/lib/systemd/system/teahoused.service", "etc/teahouse/teahouse.ini"} <= found
    # Whoever installs, and however private they like their own files: others can use it.
    assert all(folder.joinpath(path).stat().st_mode & 0o044 == 0o044 for path in found)
    assert all(path.stat().st_mode & 0o055 == 0o055
               for path in [*folder.rglob("*"), folder] if path.is_dir())
    kept = folder / "etc/teahouse/teahouse.ini"
    lines = ["port = 0" if line.startswith("port") else line
             for line in kept.read_text().splitlines()]
    ini = "\n".join(lines).replace("= /usr/local", f"= {folder}/usr/local")
    monkeypatch.setenv("TEAHOUSED", str(folder / "usr/local/sbin/teahoused"))
    with House(tmp_path, ini=ini) as home:
        page = home.plain("web")
        page.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert page.read_rest().startswith(b"HTTP/1.1 200 OK")
        home.telnet("ann").expect("Welcome to Teahouse")
    # The settings stay, also when it is installed once more.
    kept.write_text("; mine")
    make("install", folder)
    assert kept.read_text() == "; mine"
    make("uninstall", folder)
    assert [path for path in folder.rglob("*") if path.is_file()] == [kept]
