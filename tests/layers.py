#!/usr/bin/python3
"""The rule of who may include whom (README, "The map"), as a check.

Prints TAP: a test a folder.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Headers of libraries, by the one file or folder that may know them.
LIBRARIES = {
    r"unicode/": ["src/base/text.c", "src/base/name_rules.c"],
    r"jansson\.h": ["src/codec/json.c"],
    r"libtelnet\.h": ["src/adapters/telnet.c"],
    r"ini\.h": ["src/config/parser.c", "src/client/settings.c"],
    r"(libwebsockets|uv)\.h": ["src/net/"],
    r"n?curses[a-z]*\.h|ncursesw/|term\.h": ["src/client/view"],
    r"readline/": ["src/client/input"],
    r"uthash\.h|utlist\.h": ["src/core/", "src/gateway/", "src/client/"],
    r"sys/(socket|epoll)\.h|netdb\.h|netinet/|arpa/": [
        "src/net/", "src/gateway/", "src/client/", "src/base/address.", "include/teahouse/gateway.h"],
}

# What a folder may include of the house, as prefixes.
FOLDERS = {
    "src/base/": ["teahouse/", "base/"],
    "src/core/": ["teahouse/", "base/", "core/"],
    "src/codec/": ["teahouse/", "base/", "codec/"],
    "src/adapters/": ["teahouse/", "base/", "codec/", "adapters/"],
    "src/gateway/": ["teahouse/", "base/", "codec/", "gateway/"],
    "src/net/": ["teahouse/", "base/", "codec/", "net/"],
    "src/config/": ["teahouse/", "base/", "config/"],
    "src/client/": ["teahouse/text.h", "teahouse/name_rules.h", "teahouse/strbuf.h",
                    "teahouse/buffer.h", "teahouse/outqueue.h", "teahouse/event.h", "teahouse/diag.h",
                    "base/", "codec/", "client/"],
    "include/": ["teahouse/"],
}
NEVER = {
    "src/codec/": ["teahouse/config.h", "teahouse/net.h", "teahouse/gateway.h",
                   "teahouse/adapter.h", "teahouse/core.h", "teahouse/command.h"],
    "src/adapters/": ["teahouse/config.h", "teahouse/net.h", "teahouse/gateway.h"],
    "src/core/": ["teahouse/config.h", "teahouse/net.h", "teahouse/gateway.h",
                  "teahouse/adapter.h"],
    "src/config/": ["teahouse/net.h", "teahouse/gateway.h"],
    "src/base/": ["teahouse/config.h", "teahouse/net.h", "teahouse/gateway.h",
                  "teahouse/adapter.h", "teahouse/core.h", "teahouse/command.h",
                  "teahouse/event.h"],
}


def library_fault(path, header):
    for pattern, allowed in LIBRARIES.items():
        if re.match(pattern, header) and not any(path.startswith(a) for a in allowed):
            return f"{path} includes <{header}>, which belongs to {', '.join(allowed)}"
    return None


def house_fault(folder, path, header):
    beside = (ROOT / path).parent / header
    name = str(beside.relative_to(ROOT / "src")) if beside.exists() and "src" in path else header
    if any(name.startswith(n) for n in NEVER.get(folder, [])):
        return f"{path} includes {header}, which its folder must not know"
    if not any(name.startswith(a) for a in FOLDERS[folder]):
        return f"{path} includes {header}; {folder} may include {', '.join(FOLDERS[folder])}"
    return None


def faults(folder):
    for file in sorted((ROOT / folder).rglob("*.[ch]")):
        path = str(file.relative_to(ROOT))
        for kind, header in INCLUDE.findall(file.read_text()):
            fault = library_fault(path, header) if kind == "<" else house_fault(
                folder, path, header)
            if fault:
                yield fault


def main():
    found = 0
    print(f"1..{len(FOLDERS)}")
    for number, folder in enumerate(FOLDERS, 1):
        wrong = list(faults(folder))
        found += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {number} - {folder} includes what it may")
        for fault in wrong:
            print(f"# {fault}")
    return found > 0


if __name__ == "__main__":
    sys.exit(main())
