#!/usr/bin/python3
"""What teahouse-protocol(7) shows is true: its examples are talk files word for word, and
its tables name every packet, error, command, port and limit.

A comment `.\\" example FILE USER` stands above each example: what that user sends and gets in the
talk file, in order. Several examples of the same user follow one another. A line that starts with
three spaces continues the line above it.

Prints TAP.
"""

import json
import re
import subprocess
import sys

from tap import ROOT, report

PAGE = ROOT / "src/adapters/teahouse-protocol.7"
TALKS = ROOT / "tests/talk"
ARROWS = {">": "-> ", ">>": "-> ", "<<": "<- ", "<<<": "<- "}

# Fixed limits, and where they are defined; the page has a row for each.
BOUNDS = {
    "src/codec/framing.h": ["LINE_BYTES", "LOBBY_BYTES", "DIRECT_BYTES", "PACKET_BYTES"],
    "src/codec/json.h": ["JSON_DEPTH"],
    "src/adapters/json_packets.c": ["REF_BYTES"],
    "src/codec/websocket.h": ["WS_MESSAGE_BYTES"],
    "src/core/core_internal.h": ["USER_ROOMS", "TOPIC_BYTES", "LISTING_PAGE"],
    "include/teahouse/core.h": ["TEXT_LINES"],
    "include/teahouse/name_rules.h": ["NICK_CHARACTERS", "ROOM_CHARACTERS", "NAME_BYTES"],
}
SETTINGS = ["message", "rate", "burst", "sessions", "sessions_per_address", "login_timeout",
            "send_queue", "presence", "pause"]


def read(path):
    return (ROOT / path).read_text()


def plain(roff):
    """A line of the page as it is shown."""
    for escape, shown in (("\\(aq", "'"), ("\\(dq", '"'), ("\\&", ""), ("\\e", "\\")):
        roff = roff.replace(escape, shown)
    return roff


def section(name):
    """The source between a heading and the next of its kind or above."""
    ends = "Sh" if name.isupper() else "S[hs]"
    found = re.search(rf"^\.S[hs] {name}\n(.*?)(?=^\.{ends} |\Z)", PAGE.read_text(), re.M | re.S)
    assert found, name
    return found[1]


def rows(name):
    """The cells of a section's tables, without their heads."""
    lines = re.findall(r"^\.It (?!Sy )(.* Ta\b.*)$", section(name), re.M)
    return [[plain(cell).strip() for cell in re.split(r" Ta(?= |$)", line)] for line in lines]


def steps(talk):
    """(user, action, rest) of a talk file; a user who connects is (user, None, protocol)."""
    people = set()
    for line in (TALKS / talk).read_text().splitlines():
        first, _, rest = line.partition(" ")
        if not first or first in ("#", "limit"):
            continue
        if first != "~" and first not in people:
            people.add(first)
            yield first, None, rest.split()[0]
            continue
        act, _, rest = rest.partition(" ")
        yield first, act, rest


def conversation(talk, user):
    """What the page must show of a user's side of a talk file."""
    lines = []
    here = False
    for who, act, rest in steps(talk):
        if who == "~" and here:
            lines.append("   (" + re.sub(r"(\d)([a-z])", r"\1 \2", act) + ")")
        elif who != user:
            continue
        elif act is None:
            here = True
        elif act in ARROWS:
            lines.append(ARROWS[act] + rest)
        elif act == "|":
            here = False
            lines.append("   (closed)")
        elif act != ".":
            raise AssertionError(f"{talk}: {user} {act}: use <<, which leaves nothing out")
    return lines


def shown():
    """The page's examples: {(talk, user): lines}."""
    found = {}
    pattern = r'^\.\\" example (\S+) (\S+)\n\.Bd -literal[^\n]*\n(.*?)^\.Ed$'
    for talk, user, text in re.findall(pattern, PAGE.read_text(), re.M | re.S):
        lines = found.setdefault((talk, user), [])
        for line in map(plain, text.splitlines()):
            if line.startswith("   ") and not line.startswith("   ("):
                lines[-1] += line[3:]
            else:
                lines.append(line)
    return found


def lint():
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGE], capture_output=True,
                          text=True, check=False)
    return done.stdout + done.stderr


def examples():
    faults = []
    known = {path.name for path in TALKS.glob("manual-*.talk")}
    for (talk, user), lines in shown().items():
        if talk not in known:
            faults.append(f"there is no {talk}")
            continue
        wanted = conversation(talk, user)
        for number in range(max(len(lines), len(wanted))):
            here = lines[number] if number < len(lines) else "nothing more"
            there = wanted[number] if number < len(wanted) else "nothing more"
            if here != there:
                faults.append(f"{talk}: {user}: the page says\n{here}\nbut the talk\n{there}")
                break
    used = {talk for talk, _ in shown()} | {"manual-events.talk"}
    faults += [f"{talk} is shown nowhere" for talk in sorted(known - used)]
    arrows = len(re.findall(r"^(?:->|<-) ", PAGE.read_text(), re.M))
    if arrows != sum(line[:3] in ("-> ", "<- ") for lines in shown().values() for line in lines):
        faults.append("an example names no talk")
    return "\n".join(faults)


def framed(protocol, packet):
    n = len(packet.encode())
    head = [n >> 8, n & 255]
    if protocol == "web":
        head = [0x81, n] if n < 126 else [0x81, 126, *head]
    return "".join(f"\\x{byte:02x}" for byte in head) + packet.replace("\\", "\\\\")


def whole_packets():
    """A talk file may leave fields out of a packet that is received. Its examples may not: here
    they are compared byte by byte."""
    folder = ROOT / "build" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for path in sorted(TALKS.glob("manual-*.talk")):
        protocols = {who: rest for who, act, rest in steps(path.name) if act is None}
        lines = []
        for line in path.read_text().splitlines():
            heard = re.match(r"(\S+) << (\{.*)", line)
            if heard:
                line = f"{heard[1]} <<< {framed(protocols[heard[1]], heard[2])}"
            lines.append(line + "\n")
        copies.append(folder / path.name)
        copies[-1].write_text("".join(lines))
    done = subprocess.run([ROOT / "build/tests/talk/play", *copies], capture_output=True, text=True,
                          check=False)
    return done.stdout if done.returncode else ""


def difference(what, page, code):
    faults = [f"the page has no {what} {word}" for word in sorted(code - page)]
    return "\n".join(faults + [f"there is no {what} {word}" for word in sorted(page - code)])


def errors():
    text = read("include/teahouse/event.h").split("#define REASONS")[1].split("enum reason")[0]
    codes = set(re.findall(r'X\(\w+, \d, "([a-z0-9-]+)"', text))
    assert codes
    rows = re.findall(r"^\.It Cm (.*)", section("Errors"), re.M)
    return difference("error", {code for row in rows for code in row.split(" , ")}, codes)


def command_rows():
    """name, other names, type, params, flags of each."""
    table = read("src/core/command.c").split("struct command commands[COMMAND_COUNT] = {")[1].split(
        "\n};")[0]
    word = r'(NULL|"[^"]*")'
    words = r",\s*".join([word] * 4)
    found = re.findall(rf'{{{words},\s*"[^"]*",\s*([A-Z_0 |\s]+),', table)
    assert len(found) == len(re.findall(r"^\t\[", table, re.M))
    return [["" if cell == "NULL" else cell.strip('"') for cell in row] for row in found]


def commands():
    text = section("COMMANDS")
    faults = []
    for name, also, _, _, flags in command_rows():
        if "NOT_TYPED" in flags:
            continue
        faults += [f"/{word} is not there" for word in [name, *also.split()]
                   if not re.search(rf"/{word}\b", text)]
    return "\n".join(faults)


def fields(cell):
    return {name for name in re.split(r"[,\s]+", cell) if re.fullmatch(r"[a-z]+\??", name)}


def packets():
    """The table of packets against the commands' fields, and against what the examples receive."""
    table = {row[0]: [fields(cell) for cell in row[1:]] for row in rows("Packets")}
    kinds = read("include/teahouse/event.h").split("#define EVENT_KINDS")[1].split("enum")[0]
    sent = {row[2]: row for row in command_rows() if row[2]}
    types = set(re.findall(r'X\(\w+, "([a-z]+)"\)', kinds)) | set(sent)
    if set(table) != types:
        return difference("packet", set(table), types)
    faults = []
    for kind, (_, _, _, params, flags) in sent.items():
        wanted = {re.sub(r"[][{}.#?]|[:=].*", "", param) + ("?" if param[0] in "[{" else "")
                  for param in params.split()}
        wanted |= {"room?"} if "IN_ROOM" in flags else set()
        wanted |= {"version?"} if kind == "hello" else set()
        if wanted != table[kind][0]:
            faults.append(f"{kind} takes {sorted(wanted)}, the page says {sorted(table[kind][0])}")
    heard = set()
    examples = ("manual-json-full.talk", "manual-json-large.talk", "manual-history.talk",
                "manual-accounts.talk")
    for line in [line for talk in examples for line in conversation(talk, "ann")]:
        if not line.startswith("<- "):
            continue
        packet = json.loads(line[3:])
        keys = set(packet) - {"type", "time", "id", "ref"}
        row = table[packet["type"]][1]
        heard.add(packet["type"])
        must = {key for key in row if not key.endswith("?")}
        if not must <= keys <= {key.rstrip("?") for key in row}:
            faults.append(f"{line} does not have the fields of the page: {sorted(row)}")
    faults += [f"no example receives {kind}" for kind in sorted(table)
               if table[kind][1] and kind not in heard]
    return "\n".join(filter(None, faults))


def ports():
    ini = re.sub(r"^[#;].*\n", "", read("conf/teahouse.ini"), flags=re.M)
    found = [re.search(r"^protocol *= *(\w+)\nport *= *(\d+)", section, re.M).groups()
             for section in re.split(r"^\[", ini, flags=re.M)
             if section.startswith("listener:") and "enabled = no" not in section]
    page = {f"{row[0]} at {row[1]}" for row in rows("DESCRIPTION")}
    return difference("protocol", page, {f"{protocol} at {port}" for protocol, port in found})


def limits():
    numbers = []
    for path, names in BOUNDS.items():
        for name in names:
            found = re.search(rf"\b{name} = (\d+)", read(path))
            assert found, name
            numbers.append(int(found[1]))
    page = [int(row[0].replace(",", "")) for row in rows("Fixed limits")]
    faults = []
    if sorted(numbers) != sorted(page):
        faults.append(f"the page has {sorted(page)}, the code {sorted(numbers)}")
    ini = read("conf/teahouse.ini")
    wanted = {f"{key} = {re.search(rf'^;?{key} *= *(.*)', ini, re.M)[1]}" for key in SETTINGS}
    said = {f"{row[0]} = {row[1].replace(',', '')}" for row in rows("Limits that are set")}
    return "\n".join(filter(None, faults + [difference("limit", said, wanted)]))


def event_cells(kind, protocol, lines):
    """The cell for these lines, with placeholders for the names and texts of the talk file."""
    if not lines:
        return "-"
    words = []
    for line in lines:
        if line.startswith("{"):
            packet = json.loads(line)
            line = packet["type"] + (f": {packet['message']}" if protocol == "json 1" and
                                     packet.get("message", "hi") != "hi" else "")
        words.append(line)
    cell = ", ".join(words)
    if kind == "direct":
        cell = re.sub(r"-> \w+", "-> b", cell).replace("ann", "a")
    actor = "X" if kind in ("entered", "left", "renamed", "topic") else "name"
    for word, stands in (("ann", actor), ("waves", "action"), ("Tea", "T"), ("hi", "text"),
                         ("pat", "X" if kind == "left" else "Y")):
        cell = re.sub(rf"\b{word}\b", stands, cell)
    return cell


def events():
    """The table of what becomes of an event, against manual-events.talk."""
    people = {"telnet": "tel", "json 1": "j1", "json 2": "j2", "web": "web", "relay": "rel",
              "lobby": "lob", "direct": "dir", "direct, hear": "ear"}
    heard = {}
    kind = None
    for line in read("tests/talk/manual-events.talk").splitlines()[1:]:
        if line.startswith("# "):
            kind = line[2:]
        found = re.match(r"(\w+) << (.*)", line)
        if found and kind:
            heard.setdefault((kind, found[1]), []).append(found[2])
    heads = [re.split(" Ta Sy ", line)[1:] for line in
             re.findall(r"^\.It Sy event(.*)$", section("WHAT BECOMES OF AN EVENT"), re.M)]
    faults = []
    kinds = {key[0] for key in heard}
    told = rows("WHAT BECOMES OF AN EVENT")
    seen = set()
    height = len(told) // len(heads)
    for number, row in enumerate(told):
        if row[0] not in kinds:
            continue
        for head, cell in zip(heads[number // height], row[1:]):
            for protocol in ["json 2", "web"] if head == "json 2, web" else [head]:
                seen.add((row[0], protocol))
                wanted = event_cells(row[0], protocol, heard.get((row[0], people[protocol]), []))
                if wanted != cell:
                    faults.append(f"{row[0]}, {protocol}: the talk file has {wanted}, the page {cell}")
    every = {(kind, protocol) for kind in kinds for protocol in people}
    faults += [f"no cell for {kind}, {protocol}" for kind, protocol in sorted(every - seen)]
    return "\n".join(faults)


if __name__ == "__main__":
    sys.exit(report({
        f"teahouse-protocol(7): {check.__name__}": lambda check=check: check().splitlines()
        for check in (lint, examples, whole_packets, packets, errors, commands, events, ports, limits)}))
