"""Without memory the server stops with a sentence, wherever it was: it never goes on wounded.

Libraries allocate as it does. Only what they keep from it, as the C library and OpenSSL do, may
fail: then it does not start, and says why, or does all that it was asked.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from house import Company, House, request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TEAHOUSED", ROOT / "build/teahoused")).parent
SANITIZED = pytest.mark.skipif("asan" in BUILD.name,
                              reason="the sanitizer has an allocator, and finds leaks, of its own")
GONE = "memory: none left\n"
TALKS = ["three-doors", "lobby", "commands"]


def failing(number):
    """An environment in which that allocation fails; 0: none does, and they are counted."""
    return {"LD_PRELOAD": str(BUILD / "tests/talk/fault.so"), "FAULT_AT": str(number)}


def play(talk, fault):
    env = {**os.environ, **failing(fault)}
    return subprocess.run([BUILD / "tests/talk/play", ROOT / f"tests/talk/{talk}.talk"], env=env,
                          capture_output=True, text=True, timeout=60, check=False)


def fault_of(talk, number):
    """What is wrong with how it ended when that allocation failed."""
    done = play(talk, number)
    if done.returncode == -signal.SIGABRT and done.stderr.endswith(GONE):
        return ""
    return f"{talk} {number}: {done.returncode} {done.stderr}"


@SANITIZED
@pytest.mark.parametrize("talk", TALKS)
def test_each_allocation_may_fail(talk):
    count = int(re.search(r"allocations: (\d+)", play(talk, 0).stderr)[1])
    assert count > 300
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda number: fault_of(talk, number), range(1, count + 1))
    assert [fault for fault in found if fault] == []


def serve(folder, number):
    """Starts a server, comes by each protocol, and has it stop; whether all of that was done."""
    folder.mkdir()
    home = House(folder, env=failing(number), wait=False, relay={"echo": "no"},
                 **Company.SETTINGS)
    done = False
    with contextlib.suppress(Exception), home:
        home.ready()
        Company(home)
        assert request(home.address("web"))[0] == 200
        done = True
    return done, home.process.returncode, home.lines


def fault_of_server(folder, number):
    done, status, lines = serve(folder / str(number), number)
    shutil.rmtree(folder / str(number))
    ready, last = "teahoused: ready" in lines, "\n".join(lines[-1:])
    if status == -signal.SIGABRT and (last + "\n").endswith(f" {GONE}"):
        return ""
    if status in (1, 2) and not ready and "emory" in last:
        return ""
    return "" if done and status == 0 else f"{number}: {status} {lines}"


@SANITIZED
def test_each_allocation_of_a_server_may_fail(tmp_path):
    done, _, lines = serve(tmp_path / "whole", 0)
    count = int(lines[-1].split("allocations: ")[1])
    assert done and count > 1500
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda number: fault_of_server(tmp_path, number), range(1, count + 1))
    assert [fault for fault in found if fault] == []


@SANITIZED
@pytest.mark.parametrize("talk", TALKS)
def test_nothing_is_read_before_it_is_written_and_nothing_is_left(talk):
    done = subprocess.run(
        ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full",
         # ICU keeps some of its data until the end.
         "--errors-for-leak-kinds=definite,indirect,possible", BUILD / "tests/talk/play", ROOT / f"tests/talk/{talk}.talk"],
        capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
