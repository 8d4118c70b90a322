#!/usr/bin/python3
"""The checks in this folder find what they are for: each is given a faulty sample. Prints TAP."""

import pathlib
import subprocess
import sys
import tempfile

import circles
import layers
import lines
import words
from tap import report

MAP = """\
| folder | holds | may include |
| --- | --- | --- |
| `include/teahouse/` | contracts | itself |
| `src/base/` | leaves | include; a library |
| `src/core/` | rooms | include, base |
| `src/core/inner/` | more | itself |
| `src/main.c` | the program | everything |
"""
GOOD = {
    "README.md": MAP,
    "include/teahouse/text.h": "",
    "include/teahouse/net.h": "",
    "src/base/alloc.h": '#include "teahouse/text.h"\n',
    "src/core/core.c": '#include <stdio.h>\n#include "base/alloc.h"\n#include "core/room.h"\n',
    "src/core/room.h": '#include "teahouse/text.h"\n',
    "src/core/inner/deep.c": '#include "core/inner/deep.h"\n',
    "src/core/inner/deep.h": "",
    "src/main.c": '#include "core/room.h"\n',
}


def write(root, contents):
    for path, text in contents.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def in_sample(check, contents):
    """The faults that a check finds in files with these contents."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        write(root, contents)
        return list(check(root))


def finds(check, wanted, contents):
    """A fault, unless the check's faults are as many as wanted and contain them, in order."""
    found = in_sample(check, contents)
    if len(found) != len(wanted) or not all(want in fault for want, fault in zip(wanted, found)):
        yield f"{contents} gives {found}, not {wanted}"


def layer_faults(root):
    rows = layers.read_map(root)
    for row in rows:
        yield from layers.row_faults(root, rows, row)
    yield from layers.missing_rows(root, rows)


def test_layers():
    yield from finds(layer_faults, [], GOOD)
    for path, text, fault in (
            ("src/base/alloc.c", '#include "core/room.h"\n', "src/base/alloc.c includes core/room.h"),
            ("src/base/alloc.c", '#include "../core/room.h"\n', "includes core/room.h"),
            ("src/base/alloc.c", "#include <uv.h>\n", "includes <uv.h>"),
            ("src/base/alloc.c", '#include "teahouse/net.h"\n', "its folder must not know"),
            ("src/core/inner/deep.c", '#include "core/room.h"\n', "inner/deep.c includes core/room.h"),
            ("src/core/room.h", '#include "../main.h"\n', "includes ../main.h"),
            ("src/other.c", "", "src/other.c has no row"),
            ("src/new/new.c", "", "src/new/new.c has no row"),
            ("README.md", MAP + "| `src/gone/` | nothing | base |\n", "src/gone/, which does not"),
            ("README.md", MAP.replace("include, base", "include, base, moon"), "what moon is"),
    ):
        yield from finds(layer_faults, [fault], {**GOOD, path: text})
    yield from finds(layer_faults, ["no map", *["has no row"] * (len(GOOD) - 1)],
                     {**GOOD, "README.md": "# Nothing\n"})


def test_include_circles():
    yield from finds(circles.include_circles, [], GOOD)
    yield from finds(circles.include_circles, ["src/base/alloc, src/core/room"], {
        **GOOD, "src/core/room.c": '#include "base/alloc.h"\n',
        "src/base/alloc.c": '#include "core/room.h"\n'})


def compile_all(root):
    for file in sorted((root / "src").rglob("*.c")):
        target = root / "build" / file.relative_to(root).with_suffix(".o")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-c", "-o", target, file], check=True)


ONE_WAY = {"src/a.c": "int b(void); int a(void) { return b(); }",
           "src/b.c": "int b(void) { return 1; }"}
# A function in a table is used, too.
BOTH_WAYS = {**ONE_WAY, "src/b.c": "int a(void); int (*table[])(void) = {a}; int b(void) { return 1; }"}
A_AND_B = frozenset(ONE_WAY)


def with_known(known, build=True):
    def check(root):
        if build:
            compile_all(root)
        return circles.object_faults(root, root / "build", known)
    return check


def test_symbol_circles():
    yield from finds(with_known([]), [], ONE_WAY)
    yield from finds(with_known([]), ["src/a.c, src/b.c", "src/a.c uses b of", "src/b.c uses a of"],
                     BOTH_WAYS)
    yield from finds(with_known([A_AND_B]), [], BOTH_WAYS)
    yield from finds(with_known([A_AND_B]), ["of which is left: nothing"], ONE_WAY)
    yield from finds(with_known([A_AND_B | {"src/c.c"}]), ["is left: src/a.c, src/b.c"],
                     {**BOTH_WAYS, "src/c.c": "int c;"})
    yield from finds(with_known([], build=False), ["src/a.c is not built", "src/b.c is not built"],
                     ONE_WAY)


def line_faults(exceptions):
    return lambda root: lines.faults(root, 3, exceptions)


def test_lines():
    long = {"src/a.c": "\n" * 4, "web/view/b.js": "\n" * 3}
    yield from finds(line_faults({}), ["src/a.c has 4 lines"], long)
    yield from finds(line_faults({"src/a.c": "why"}), [], long)
    yield from finds(line_faults({"src/a.c": "why", "web/view/b.js": "why"}),
                     ["web/view/b.js is no longer too long"], long)


def word_faults(root):
    for check in words.checks(root, ["*"]).values():
        yield from check()


def test_words():
    for path, text, *faults in (
            ("src/core/a.c", "int x; // home\nchar *s = \"seat\";\n"),
            ("src/core/a.c", "struct seat *s;\n", "src/core/a.c:1: seat: use membership"),
            ("src/core/a.c", "\n\nif (why == REASON_FINE)\n", "a.c:3: REASON_FINE: use REASON_OK"),
            ("src/core/a.c", "int64_t now = core->now(core);\n", "now: use wall_ms"),
            ("src/core/a.c", "/* Teahouse\n * is a house. */\n", "a.c:2: house: use server"),
            ("src/core/a.c", "// Whoever knocks\n", "Whoever: use", "knocks: use"),
            ("src/core/house.h", "", "src/core/house.h: use core_internal.h"),
            ("src/adapters/a.c", "static void\ntelnet_hear(void)\n", "telnet_hear: use on_message"),
            ("src/net/a.c", "conn->left = 1; size_t left = 2;\n", "left: use closing"),
            ("include/teahouse/a.h", "void ink_printf(void);\n", "ink_printf: use strbuf_"),
            ("web/view/a.js", "talk(`talk`, 'talk', /talk's/, history.go(1)); // talk\n",
             "talk: use dm"),
            ("web/view/go.js", "", "web/view/go.js: use switcher.js"),
            ("web/index.html", '<div id="house" class="a">talk</div>\n', "house: use app"),
            ("web/style.css", "#door { color: red }\n", "door: use login"),
            ("tests/e2e/test_a.py", 'def test_a(x):\n    """Of somebody."""\n    return "house"\n',
             "test_a.py:2: somebody: use"),
            ("tests/e2e/test_a.py", "def test_whoever_comes(): pass\n", "whoever: use"),
            ("tests/e2e/test_a.py", "home = house()  # one's\n", "house: use server", "one's: use"),
            ("README.md", "The home of `room_sit` and room_sit.\n", "room_sit: use room_add_member"),
            ("Makefile", "a:\n\tcc ink_test.c # ink\n", "ink_test: use strbuf_"),
    ):
        yield from finds(word_faults, faults, {path: text})


if __name__ == "__main__":
    sys.exit(report({f"check: {check.__name__.removeprefix('test_')}": check for check in (
        test_layers, test_include_circles, test_symbol_circles, test_lines, test_words)}))
