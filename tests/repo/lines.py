#!/usr/bin/python3
"""No source file is longer than a reader keeps in mind. Prints TAP."""

import sys

from tap import ROOT, files, report

LIMIT = 520
# Longer files, and why. An entry that is no longer needed fails.
EXCEPTIONS = {
    "tests/e2e/test_page.py": "to be split",
    "tests/e2e/test_websocket.py": "the sections of RFC 6455, in their order",
}
SOURCES = ["include/**/*.h", "src/**/*.[ch]", "web/**/*.js", "web/**/*.css", "web/**/*.html",
           "tests/**/*.[ch]", "tests/**/*.py", "tests/**/*.js"]


def faults(root, limit, exceptions):
    long = set()
    for file in files(root, *SOURCES):
        path = str(file.relative_to(root))
        count = len(file.read_text().splitlines())
        if count > limit:
            long.add(path)
            if path not in exceptions:
                yield f"{path} has {count} lines; {limit} are the limit"
    for path in exceptions:
        if path not in long:
            yield f"{path} is no longer too long: remove it from EXCEPTIONS in lines.py"


if __name__ == "__main__":
    sys.exit(report({f"no file has more than {LIMIT} lines":
                     lambda: faults(ROOT, LIMIT, EXCEPTIONS)}))
