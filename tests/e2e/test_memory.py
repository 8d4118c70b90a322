"""Without memory the server stops with a sentence, wherever it was: it never goes on wounded."""

import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TEAHOUSED", ROOT / "build/teahoused")).parent
TALKS = ["three-doors", "lobby", "commands"]


def play(talk, fault):
    """Plays a talk in which one allocation fails; 0: none does, and they are counted."""
    env = {**os.environ, "LD_PRELOAD": str(BUILD / "tests/talk/fault.so"), "FAULT_AT": str(fault)}
    return subprocess.run([BUILD / "tests/talk/play", ROOT / f"tests/talk/{talk}.talk"], env=env,
                          capture_output=True, text=True, timeout=60, check=False)


def fault_of(talk, number):
    """What is wrong with how it ended when that allocation failed."""
    done = play(talk, number)
    if done.returncode == -signal.SIGABRT:
        # Ours says so; a library's assertion may come before.
        return "" if done.stderr else f"{talk} {number}: not a word"
    return "" if done.returncode in (0, 1) else f"{talk} {number}: {done.returncode} {done.stderr}"


@pytest.mark.skipif("asan" in BUILD.name, reason="the sanitizer has an allocator of its own")
@pytest.mark.parametrize("talk", TALKS)
def test_each_allocation_may_fail(talk):
    count = int(re.search(r"allocations: (\d+)", play(talk, 0).stderr)[1])
    assert count > 300
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda number: fault_of(talk, number), range(1, min(count, 1500) + 1))
    assert [fault for fault in found if fault] == []


@pytest.mark.skipif("asan" in BUILD.name, reason="the sanitizer looks for the same")
@pytest.mark.parametrize("talk", TALKS)
def test_nothing_is_read_before_it_is_written_and_nothing_is_left(talk):
    done = subprocess.run(
        ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full",
         # ICU keeps some of its data until the end.
         "--errors-for-leak-kinds=definite,indirect,possible", BUILD / "tests/talk/play", ROOT / f"tests/talk/{talk}.talk"],
        capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
