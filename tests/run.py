#!/usr/bin/python3
"""Runs the tests and adds up the results: `run.py check` or `run.py all`.

Prints the output of what failed, and at the end one line `N passed, N failed`.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TIMEOUT = 900  # seconds for one suite


class Suite:
    """A program that runs tests, and the function that reads the results from its output."""

    def __init__(self, name, command, count, env=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.count = count
        self.env = env or {}

    def run(self):
        started = time.monotonic()
        env = {**os.environ, **self.env}
        try:
            done = subprocess.run(
                self.command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
                text=True, errors="replace", check=False)
            output, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as late:
            output = (late.stdout or b"").decode(errors="replace") + "\nstill running: killed"
            status = -1
        passed, failed = self.count(output)
        # A program that crashes before its first or after its last result has failed, too.
        if failed == 0 and (status != 0 or passed == 0):
            failed = 1
        return self, passed, failed, output, time.monotonic() - started


def count_tap(output):
    failed = len(re.findall(r"^not ok ", output, re.M))
    return len(re.findall(r"^ok ", output, re.M)), failed


def count_node(output):
    found = {word: int(n) for word, n in re.findall(r"^(?:#|ℹ) (pass|fail) (\d+)$", output, re.M)}
    return found.get("pass", 0), found.get("fail", 0)


def count_pytest(output):
    lines = [line for line in output.splitlines() if re.search(r"\d+ \w+.* in [\d.]+s", line)]
    found = {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", lines[-1] if lines else "")}
    return found.get("passed", 0), found.get("failed", 0) + found.get("error", 0) + found.get(
        "errors", 0)


def pure(build, name):
    """The tests that need neither a socket nor a screen."""
    env = {"CMOCKA_MESSAGE_OUTPUT": "TAP"}
    suites = [
        Suite(f"{name} {source.stem}", [ROOT / build / "tests/unit" / source.stem], count_tap, env)
        for source in sorted((ROOT / "tests/unit").glob("*_test.c"))]
    talks = sorted(path.relative_to(ROOT) for path in (ROOT / "tests/talk").glob("*.talk"))
    if talks:
        suites.append(Suite(f"{name} talk", [ROOT / build / "tests/talk/play", *talks], count_tap))
    return suites


def nats(build, name):
    """The link between nodes, with real nats-servers."""
    env = {"CMOCKA_MESSAGE_OUTPUT": "TAP"}
    return [Suite(f"{name} {source.stem}", [ROOT / build / "tests/nats" / source.stem], count_tap,
                  env) for source in sorted((ROOT / "tests/nats").glob("*_test.c"))]


def scripts():
    """The checks of the repository, and the tests of the page's modules."""
    checks = sorted(set((ROOT / "tests/repo").glob("*.py")) - {ROOT / "tests/repo/tap.py"})
    suites = [Suite(check.stem, [sys.executable, "-B", check], count_tap) for check in checks]
    pages = sorted((ROOT / "tests/web").glob("*.test.*js"))
    if pages:
        suites.append(Suite("web", ["node", "--test", *pages], count_node))
    return suites


def fuzzers(seconds):
    names = sorted(path.stem for path in (ROOT / "tests/fuzz").glob("*_fuzz.c"))
    # With the same seed every time: what only chance finds is for make fuzz-all.
    command = ["sh", "tests/fuzz/run.sh", "build/fuzz", str(seconds), *names]
    return Suite("fuzz", ["nice", "-n", "19", *command], count_tap, {"FUZZ_SEED": "1"})


def real(build, name, workers, *options):
    """Real programs, real clients, a real browser."""
    env = {
        "TEAHOUSED": str(ROOT / build / "teahoused"),
        "TEAHOUSE": str(ROOT / build / "teahouse"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers,
               "--dist", "loadgroup", *options, "tests/e2e"]
    return Suite(f"{name} e2e", command, count_pytest, env)


def worth_showing(output):
    """The end of the output, without what passed."""
    lines = output.splitlines()
    return "\n".join(line for line in lines[-400:] if not re.match(r"^(ok |\d+\.\.\d+)", line))


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else "check"
    stages = [pure("build", "unit") + scripts()]
    if mode == "all":
        stages[0] += pure("build/asan", "asan")
        cpus = os.cpu_count() or 1
        # Real programs wait often: meanwhile, others compute. Some tests of the release wait
        # for a minute each and do nothing else.
        analyse = ["make", "-s", "analyse", "QUICK=1"]
        analysers = Suite("analysers", ["nice", "-n", "19", *analyse], count_tap)
        stages.append([real("build", "release", str(3 * cpus)), analysers, *nats("build", "nats")])
        # The page is the same; other tests speak HTTP and WebSockets with the server.
        stages.append([real("build/asan", "asan", str(2 * cpus), "--ignore-glob=*/test_page*"),
                       fuzzers(5), *nats("build/asan", "asan")])
    passed = failed = 0
    for stage in stages:
        # The third is for the tests with NATS, which mostly wait, one after the other.
        at_once = os.cpu_count() if stage is stages[0] else 3
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for suite, good, bad, output, seconds in pool.map(Suite.run, stage):
                passed, failed = passed + good, failed + bad
                print(f"{'FAIL' if bad else 'ok':4}  {suite.name:32} {good:4} passed"
                      f"{f', {bad} failed' if bad else ''}  ({seconds:.1f} s)", flush=True)
                if bad:
                    print(worth_showing(output), flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
