"""Without memory the server stops with an error message, at whichever allocation it fails.

That includes the allocations of libraries. Where a library handles the failure itself, as the C
library and OpenSSL do, the server either does not start, and says why, or works as usual.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess

import pytest

from group import Group
from protocols import say
from server import PROTOCOLS, ROOT, SANITIZED, Server, wait_until
from websocket_client import http_request

BUILD = pathlib.Path(os.environ.get("TEAHOUSED", ROOT / "build/teahoused")).parent
NOT_SANITIZED = pytest.mark.skipif(SANITIZED,
                                   reason="the sanitizer replaces the allocator, and finds leaks itself")
OUT_OF_MEMORY = "memory: none left"
# Of the allocations of a whole server, which starts anew for each, one in EVERY fails; with `make
# faults`, each does.
EVERY = int(os.environ.get("FAULTS_EVERY", "16"))
TALKS = ["three-protocols", "lobby", "commands"]


def preloaded(**variables):
    return {"LD_PRELOAD": str(BUILD / "tests/talk/fault.so"), **variables}


@NOT_SANITIZED
@pytest.mark.parametrize("talk", TALKS)
def test_each_allocation_may_fail(talk):
    """At each of them fault.so forks a child in which it fails, and reports one that does not abort."""
    done = subprocess.run([BUILD / "tests/talk/play", ROOT / f"tests/talk/{talk}.talk"],
                          env={**os.environ, **preloaded(FAULT_EACH=OUT_OF_MEMORY)},
                          capture_output=True, text=True, timeout=300, check=False)
    found = re.fullmatch(r"allocations: (\d+)\n", done.stderr)
    assert found and done.returncode == 0, done.stderr
    assert int(found[1]) > 300


def use(server):
    Group(server)
    assert http_request(server.address("web"))[0] == 200


def serve(folder, number, use=use, **sections):
    """Starts a server, uses every protocol, and stops it. Returns whether all of that succeeded."""
    folder.mkdir()
    # A page of its own: to compress the real one takes a quarter of a second.
    (folder / "index.html").write_text("<!doctype html>" + 2000 * "tea ")
    wanted = {**Group.SETTINGS, "relay": {"echo": "no"}, "web": {"root": folder}}
    for name, keys in sections.items():
        wanted[name] = {**wanted.get(name, {}), **keys}
    server = Server(folder, env=preloaded(FAULT_AT=str(number)), wait=False, **wanted)
    done = False
    with contextlib.suppress(Exception), server:
        server.wait_until_ready()
        use(server)
        done = True
    return done, server.process.returncode, server.log


def fault_of_server(folder, number, said="emory", **options):
    done, status, lines = serve(folder / str(number), number, **options)
    shutil.rmtree(folder / str(number))
    ready, last = "teahoused: ready" in lines, "\n".join(lines[-1:])
    if status == -signal.SIGABRT and last.endswith(f" {OUT_OF_MEMORY}"):
        return ""
    if status in (1, 2) and not ready and re.search(said, last):
        return ""
    return "" if done and status == 0 else f"{number}: {status} {lines}"


@NOT_SANITIZED
def test_each_allocation_of_a_server_may_fail(tmp_path):
    done, _, lines = serve(tmp_path / "whole", 0)
    count = int(lines[-1].split("allocations: ")[1])
    assert done and count > 1500
    # Always the same ones, but without a pattern that the server's own loops may share.
    chosen = sorted(random.Random(EVERY).sample(range(1, count + 1), count // EVERY))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda number: fault_of_server(tmp_path, number), chosen)
    assert [fault for fault in found if fault] == []


def use_by_tls(server):
    """One connection may be lost, whichever it is; those that come later are as all others."""
    files = server.open_files()
    with contextlib.suppress(Exception):
        Group(server)
    for client in server.clients:
        client.drop()
    wait_until(lambda: server.open_files() <= files)
    with contextlib.suppress(OSError):
        server.get()
    assert server.get()[0] == 200
    tess, ann, bob = server.telnet("tess"), server.json("ann"), server.web("bob")
    for listener, client in (("telnet", tess), ("json", ann), ("web", bob)):
        say(client, listener, f"said by {listener}")
        tess.until(re.compile(f"[a-z]+: said by {listener}"))
        ann.until("chat", message=f"said by {listener}")
        bob.until("chat", message=f"said by {listener}")


@NOT_SANITIZED
def test_with_tls_a_failed_allocation_ends_a_connection_at_most(tmp_path, certificate):
    """Those of OpenSSL, that is; most are made when it starts, and a few are tried of those."""
    sections = {**{name: {"tls": "yes"} for name in PROTOCOLS},
                "tls": {"certificate": certificate[0], "key": certificate[1]}}
    counts = []
    for name, used in (("idle", lambda server: None), ("group", Group)):
        done, _, lines = serve(tmp_path / name, 0, use=used, **sections)
        counts.append(int(lines[-1].split("allocations: ")[1]))
        assert done and counts[-1] > 3000
    # How many there are varies a little, and the one that fails is to be the group's.
    start, end = counts[0], counts[1] - 300
    numbers = random.Random(EVERY)
    chosen = numbers.sample(range(start, end), (end - start) // (8 * EVERY))
    chosen += numbers.sample(range(1, start), start // (128 * EVERY))
    # What OpenSSL says when it cannot read a certificate is not always why.
    said = r"emory|malloc failure|tls\.(certificate|key): "
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda number: fault_of_server(
            tmp_path, number, said=said, use=use_by_tls, **sections), chosen)
    assert [fault for fault in found if fault] == []


@NOT_SANITIZED
@pytest.mark.parametrize("talk", TALKS)
def test_valgrind_finds_no_error_and_no_leak(talk):
    done = subprocess.run(
        ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full",
         # ICU keeps some of its data until the process ends.
         "--errors-for-leak-kinds=definite,indirect,possible",
         BUILD / "tests/talk/play", ROOT / f"tests/talk/{talk}.talk"],
        capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
