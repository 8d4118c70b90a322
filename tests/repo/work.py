#!/usr/bin/python3
"""What a message costs: allocations, and instructions a delivery, counted in tests/bench/fanout.

Neither depends on how busy the machine is. Prints TAP; `work.py --write` writes the counts to
instructions.txt.
"""

import concurrent.futures
import os
import re
import subprocess
import sys

from tap import ROOT

FANOUT = ROOT / "build/tests/bench/fanout"
KEPT = ROOT / "tests/repo/instructions.txt"
HEAD = "# Instructions a delivery in a room of 100, by callgrind: see tests/repo/work.py.\n"
WAYS = ["telnet", "json", "web", "mixed"]
LISTENERS, MORE_LISTENERS, MESSAGES, WARM_UP = 100, 400, 500, 100
HANDFUL = 20  # allocations a message
RISE = 1.05


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=True)
    return done.stdout + done.stderr


def allocations(way):
    """Allocations a message, and how many more there are with more listeners."""
    few = float(run(FANOUT, way, LISTENERS))
    many = float(run(FANOUT, way, MORE_LISTENERS))
    return few, many - few


def instructions(way):
    said = run("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
               "--toggle-collect=converse", FANOUT, way, LISTENERS, MESSAGES)
    collected = int(re.search(r"Collected : (\d+)", said)[1])
    return collected / (LISTENERS * (MESSAGES + WARM_UP))


def kept():
    return {way: float(n) for way, n in re.findall(r"^(\w+) (\d+)$", KEPT.read_text(), re.M)}


def main():
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(WAYS, pool.map(instructions, WAYS)))
    if "--write" in sys.argv:
        KEPT.write_text(HEAD + "".join(f"{way} {counts[way]:.0f}\n" for way in WAYS))
    before = kept()
    failed = 0
    print(f"1..{2 * len(WAYS)}")
    for number, way in enumerate(WAYS):
        some, growth = allocations(way)
        fine = some <= HANDFUL and growth < 1
        failed += not fine
        print(f"{'' if fine else 'not '}ok {2 * number + 1} - {way}: {some:.1f} allocations a "
              f"message, {growth:.1f} more with {MORE_LISTENERS - LISTENERS} more listeners")
        fine = counts[way] <= RISE * before[way]
        failed += not fine
        print(f"{'' if fine else 'not '}ok {2 * number + 2} - {way}: {counts[way]:.0f} "
              f"instructions a delivery; {before[way]:.0f} in instructions.txt")
        if counts[way] * RISE < before[way]:
            print("# fewer than before: tests/repo/work.py --write keeps the new count")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
