#!/usr/bin/python3
"""What the READMEs say is true: the examples in C compile in their places, the talk file plays,
the targets and the named tests exist, and the ports are those of the settings. Prints TAP.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

from tap import ROOT, report

COMPILE = ["gcc", "-std=c11", "-D_XOPEN_SOURCE=700", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra",
           "-Werror", "-Wno-missing-declarations", "-fsyntax-only", "-Iinclude", "-Isrc", "-x", "c",
           "-"]


def blocks(language):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    return [text for name, text in found if name == language]


def compiles(source, *flags):
    done = subprocess.run([COMPILE[0], *flags, *COMPILE[1:]], cwd=ROOT, input=source, text=True, capture_output=True,
                          check=False)
    return done.stderr


def command_example():
    name, row, function = blocks("c")[:3]
    header = (ROOT / "include/teahouse/command.h").read_text()
    table = (ROOT / "src/core/command.c").read_text()
    last, place = "\tX(PING, ping)\n", "commands[COMMAND_COUNT] = {\n"
    assert last in header and place in table
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "teahouse").mkdir()
        (pathlib.Path(folder) / "teahouse/command.h").write_text(
            header.replace(last, name + last))
        return compiles(table.replace(place, place + row) + function, f"-I{folder}")


def adapter_example():
    return compiles(blocks("c")[3])


def talk_example():
    folder = ROOT / "build" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    talk = folder / "readme.talk"
    talk.write_text(next(b for b in blocks("") if "ann telnet" in b))
    done = subprocess.run([ROOT / "build/tests/talk/play", talk], capture_output=True, text=True,
                          check=False)
    return done.stdout if done.returncode else ""


def targets():
    text = (ROOT / "README.md").read_text()
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    return "\n".join(sorted(set(re.findall(r"\bmake ([a-z]+)", text)) - known - {"it"}))


def addresses():
    """The ports that the README names are those of the shipped settings."""
    ports = set(re.findall(r"^port *= *(\d+)", (ROOT / "conf/teahouse.ini").read_text(), re.M))
    text = (ROOT / "README.md").read_text()
    strange = set(re.findall(r'localhost(?::|", | )(\d+)', text)) - ports
    return f"{sorted(strange)} are not in conf/teahouse.ini" if strange else ""


def tls_port():
    """Where the terminal client connects with --tls, the shipped settings have a listener."""
    client = (ROOT / "src/client/protocol/json.c").read_text()
    port = re.search(r'\.tls_port = "(\d+)"', client)[1]
    wanted = {"protocol = json", f"port = {port}", "tls = yes"}
    sections = (ROOT / "conf/teahouse.ini").read_text().split("\n[")
    found = any(wanted <= set(section.splitlines()) for section in sections)
    return "" if found else f"conf/teahouse.ini has no json listener with TLS on port {port}"


def promised_tests():
    """Every test that the table of promises in tests/README.md names exists."""
    text = (ROOT / "tests/README.md").read_text()
    named = re.findall(r"`(test_\w+\.py)`((?:, \w+)*)", text.split("## What is promised")[1])
    faults = [] if named else ["tests/README.md names no tests"]
    for name, words in named:
        path = ROOT / "tests/e2e" / name
        tests = re.findall(r"^def (test_\w+)", path.read_text(), re.M) if path.exists() else []
        faults += [f"{name} has no test {word}" for word in re.findall(r"\w+", words) or [""]
                   if not any(word in test for test in tests)]
    return "\n".join(faults)


if __name__ == "__main__":
    sys.exit(report({
        f"README: {check.__name__}": lambda check=check: check().splitlines()
        for check in (command_example, adapter_example, talk_example, targets, addresses,
                      tls_port, promised_tests)}))
