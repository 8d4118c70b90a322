#!/usr/bin/python3
"""Who may include whom: the README's table "The map" is the rule, and every file is held to it.

A row's first cell names folders or files, the most specific of which counts; the third says
what they may include besides themselves: folders of src/, "include" for include/teahouse/, or
"everything". What follows a semicolon is for the reader. Prints TAP, a test for each row.
"""

import re
import sys

from tap import ROOT, files, report

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Headers of libraries, and the files or folders that may include them.
LIBRARIES = {
    r"unicode/": ["src/base/text.c", "src/base/name_rules.c", "src/base/cluster.c",
                 "src/base/charset.c"],
    r"jansson\.h": ["src/codec/json.c"],
    r"libtelnet\.h": ["src/adapters/telnet_options.c"],
    r"zlib\.h": ["src/net/gzip.c"],
    r"sodium\.h": ["src/store/passwords.c"],
    r"openssl/": ["src/net/tls.c", "src/client/net/tls"],
    r"ini\.h": ["src/config/parser.c", "src/client/ui/settings.c"],
    r"libwebsockets\.h": ["src/net/"],
    r"uv\.h": ["src/net/", "src/bus/nats"],
    r"nats/": ["src/bus/nats_session."],
    r"n?curses[a-z]*\.h|ncursesw/|term\.h": ["src/client/ui/view"],
    r"readline/": ["src/client/ui/input"],
    r"uthash\.h|utlist\.h": ["src/core/", "src/gateway/", "src/store/", "src/bus/"],
    r"sqlite3\.h": ["src/store/db_internal.h", "src/store/db_words."],
    r"sys/(socket|epoll)\.h|netdb\.h|netinet/|arpa/": [
        "src/net/", "src/gateway/", "src/client/net/", "src/base/address.",
        "include/teahouse/gateway.h", "src/bus/nats_session.c"],
}

# The headers in include/teahouse/ that a folder must not know, although it may include others.
NETWORK = ["config", "net", "gateway"]
CORE = ["adapter", "core", "command"]
HIDDEN = {
    "src/base/": [*NETWORK, *CORE, "event"],
    "src/codec/": [*NETWORK, *CORE],
    "src/core/": [*NETWORK, "adapter"],
    "src/adapters/": NETWORK,
    "src/bus/": NETWORK,
    "src/client/": [*NETWORK, *CORE],
}


class Row:
    """A row of the map: its paths, and the include paths that it allows."""

    def __init__(self, paths, allowed):
        self.paths = paths
        self.allowed = [name.strip() for name in allowed.split(";")[0].split(",") if name.strip()]
        self.name = ", ".join(paths)

    def matches(self, path):
        """How specific the row is about a path; 0: it says nothing."""
        return max((len(own) for own in self.paths
                    if path == own or own.endswith("/") and path.startswith(own)), default=0)

    def prefixes(self):
        """What the include paths of these files may begin with."""
        if "everything" in self.allowed:
            return [""]
        own = [re.sub(r"^(src|include)/|\.c$", "", path) for path in self.paths]
        others = ["teahouse/" if name == "include" else f"{name}/" for name in self.allowed
                  if name != "itself"]
        return [name if name.endswith("/") else f"{name}." for name in own] + others


def read_map(root):
    """The rows of the README's table with a third cell."""
    rows = re.findall(r"^\| (`[^|]*) \|[^|]*\| ([^|]+?) \|$", (root / "README.md").read_text(), re.M)
    return [Row(re.findall(r"`([^`]+)`", paths), allowed) for paths, allowed in rows]


def sources(root):
    return {str(path.relative_to(root)): path
            for path in files(root, "include/**/*.h", "src/**/*.[ch]")}


def row_of(rows, path):
    best = max(rows, key=lambda row: row.matches(path), default=None)
    return best if best and best.matches(path) else None


def library_fault(path, header):
    for pattern, allowed in LIBRARIES.items():
        if re.match(pattern, header) and not path.startswith(tuple(allowed)):
            return f"{path} includes <{header}>, which only {', '.join(allowed)} may"
    return None


def include_path(root, file, header):
    """The header as it is written below src/ or include/, also if the file is beside it."""
    beside = (file.parent / header).resolve()
    for folder in (root / "src", root / "include"):
        if beside.exists() and folder in beside.parents:
            return str(beside.relative_to(folder))
    return header


def own_fault(row, path, header):
    hidden = next((HIDDEN[folder] for folder in HIDDEN if path.startswith(folder)), [])
    if header in [f"teahouse/{name}.h" for name in hidden]:
        return f"{path} includes {header}, which its folder must not know"
    if not header.startswith(tuple(row.prefixes())):
        return f"{path} includes {header}; its row in the README allows {', '.join(row.allowed)}"
    return None


def row_faults(root, rows, row):
    known = {"include", "itself", "everything"}
    for name in row.allowed:
        if name not in known and not (root / "src" / name).is_dir():
            yield f"the README's map does not say what {name} is: there is no src/{name}"
    for path in row.paths:
        if not (root / path).exists():
            yield f"the README's map has {path}, which does not exist"
    for path, file in sources(root).items():
        if row_of(rows, path) is not row:
            continue
        for kind, header in INCLUDE.findall(file.read_text()):
            fault = library_fault(path, header) if kind == "<" else own_fault(
                row, path, include_path(root, file, header))
            if fault:
                yield fault


def missing_rows(root, rows):
    if not rows:
        yield "the README has no map"
    for path in sources(root):
        if not row_of(rows, path):
            yield f"{path} has no row in the README's map"


def stale_libraries(root):
    """Entries of LIBRARIES and HIDDEN that match no file."""
    known = sources(root)
    for path in [*HIDDEN, *(path for allowed in LIBRARIES.values() for path in allowed)]:
        if not any(name.startswith(path) for name in known):
            yield f"layers.py names {path}, which does not exist"


def checks(root):
    rows = read_map(root)
    found = {f"{row.name} includes what it may": lambda row=row: row_faults(root, rows, row)
             for row in rows}
    found["every file has a row in the README's map"] = lambda: missing_rows(root, rows)
    found["the rules name files that exist"] = lambda: stale_libraries(root)
    return found


if __name__ == "__main__":
    sys.exit(report(checks(ROOT)))
