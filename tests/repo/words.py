#!/usr/bin/python3
"""Old names stay away: what was once called by a metaphor is called by its standard term.

NAMES are looked for in code (without strings and comments) and in file names, PROSE in comments,
docstrings, the words of identifiers, and Markdown. Prints TAP, a test for each folder.
"""

import ast
import fnmatch
import io
import re
import sys
import tokenize

from tap import ROOT, files, report

# Where the check is in force: patterns of paths, in which * also stands for slashes.
ENABLED = ["include/*", "src/*", "web/*", "tests/*", "Makefile", "README.md", "conf/*"]

C = ("include/*", "src/*", "tests/unit/*", "tests/fuzz/*", "tests/talk/*", "tests/bench/*.[ch]")
CORE = ("include/*", "src/core/*")
CALLBACKS = ("include/*", "src/adapters/*", "src/gateway/*")
ADAPTERS = (*CALLBACKS, "src/codec/*")
GATEWAY = ("src/gateway/*",)
NET = ("src/net/*",)
CONFIG = ("src/config*", "src/setting*")
CLIENT = ("src/client/*",)
WEB = ("web/*", "tests/web/*")
TESTS = ("tests/*",)


def member(name):
    """The name as a member only, for words that are ordinary as a variable."""
    return rf"(?<=->){name}|(?<=\.){name}"


# (old names, as a regular expression for a whole name; new name; where the old one is banned)
NAMES = [
    # base
    (r"ink|INK", "strbuf", C),
    (r"ink_text", "strbuf_add_text", C),
    (r"ink_read", "strbuf_view", C),
    (r"ink_space", "strbuf_reserve", C),
    (r"ink_\w+", "strbuf_..", C),
    (r"span|span_\w+", "slice", C),
    (r"queue_\w+", "outqueue_..", C),
    (r"memory_new", "xcalloc", C),
    (r"memory_grow", "xrealloc", C),
    (r"memory_string", "xstrndup", C),
    (r"memory_need", "xnonnull", C),
    (r"spelling|spelling_\w+", "name_rules", C),
    (r"likeness", "skeleton", C),
    (r"alike", "confusables", C),
    (r"folded", "casefolded", C),
    (r"LOG_NOTICE", "LOG_LEVEL_INFO", C),
    (r"LOG_DETAIL", "LOG_LEVEL_DEBUG", C),
    (r"LOG_ALL", "LOG_LEVEL_TRACE", C),
    # core
    (r"outside", "core_host", CORE),
    (r"tell", "deliver", CORE),
    (r"gone", "close", CORE),
    (r"ticks", "monotonic_ms", CORE),
    (member("now"), "wall_ms", CORE),
    (r"home", "default_room", CORE + ADAPTERS),
    (r"seat|seats|seat_\w+", "membership", CORE + ADAPTERS),
    (r"room_sit", "room_add_member", C),
    (r"room_rise", "room_remove_member", C),
    (r"answer|answer_\w+|ANSWER_\w+", "listing", CORE),
    (r"session_answer", "listing_start", C),
    (r"session_continue", "listing_next", C),
    (r"readers", "refs", CORE),
    (r"unasked", "snapshot", CORE + ADAPTERS),
    (r"arriving", "on_login", CORE + ADAPTERS),
    (r"elsewhere", "other_room", CORE + ADAPTERS),
    (member("place"), "in_room", CORE),
    (r"REASON_FINE", "REASON_OK", C),
    (r"session_refused", "a name that cannot be mixed up with session_refuse", C),
    (r"COMMAND_EARLY", "COMMAND_BEFORE_LOGIN", C),
    (r"COMMAND_PLAIN", "COMMAND_BARE_WORD", C),
    (r"COMMAND_SPEAKS", "COMMAND_RESETS_IDLE", C),
    (r"COMMAND_FREE", "COMMAND_NOT_RATED", C),
    (r"COMMAND_PACKET", "COMMAND_NOT_TYPED", C),
    (r"session_typed", "session_command_line", C),
    # adapters and codec
    (r"talk|talks|talk_\w+|\w+_talk", "client", ADAPTERS),
    (r"greet|\w+_greet", "on_connect", CALLBACKS),
    (r"enter|\w+_enter", "on_admit", CALLBACKS),
    # By itself, hear is a setting of direct.
    (r"\w+_hear", "on_message", CALLBACKS),
    (r"say|\w+_say", "encode", ("src/adapters/*", "src/gateway/*")),
    (r"forget|\w+_forget", "on_close", CALLBACKS),
    (r"voice|voices|voice_\w+", "encoding", ADAPTERS),
    (r"frames_rest", "decoder_release", C),
    (r"framing_whole", "framing_message", C),
    (r"frames|frames_\w+", "decoder", ADAPTERS),
    (r"held", "partial", ADAPTERS),
    (r"heard|heard_\w+", "packet", ADAPTERS),
    # gateway
    (r"wire|wire_\w+", "transport_ops", ("include/*", "src/gateway/*", "src/net/*")),
    (r"soil|\w+_soil", "mark_dirty", C),
    (r"doom|doomed|\w+_doom", "schedule_close", C),
    (r"bury|\w+_bury", "reap", C),
    (r"fall_silent|\w+_fall_silent", "end_batch", C),
    (member("ending"), "close_reason", GATEWAY),
    (member("full"), "write_blocked", GATEWAY),
    (member("unread"), "read_paused", GATEWAY),
    (member("lost"), "disconnected", GATEWAY),
    (member("counted"), "admitted", GATEWAY),
    (r"due|dues|due_\w+", "timer", GATEWAY),
    (r"origin|origin_\w+", "address_quota", GATEWAY),
    (r"patience", "backpressure", GATEWAY),
    # net
    (r"door|doors|doors?_\w+", "acceptor", NET),
    (r"link|links|links?_\w+", "conn", NET),
    (r"ear|ears|ears?_\w+", "poller", NET),
    (r"waits|waits_\w+", "timeout_list", NET),
    (r"plain|plain_\w+", "tcp", NET),
    (member("broken"), "to_close", NET),
    (member("fresh"), "ws_new", NET),
    (member("quiet"), "ws_idle", NET),
    (r"leaving", "closing", NET),
    (member("left"), "closing", NET),
    (r"pages", "http_sending", NET),
    (r"knocking", "http_pending", NET),
    (r"choked", "write_blocked", NET),
    (member("moved"), "progressed", NET),
    (member("parted"), "write_shut", NET),
    (r"pinged", "ping_pending", NET),
    (r"visitor_yield", "http_evict_oldest", C),
    (r"visitors?|visitors?_\w+", "http_limit", NET),
    (r"net_hurry", "loop_wake", C),
    (r"web_take", "ws_adopt_new", C),
    # config
    (r"part|parts|part_\w+", "section", CONFIG),
    (r"reading", "parser", CONFIG),
    (r"drafts", "listener_draft", CONFIG),
    (r"disguise|disguises|disguise_\w+", "common_mistake", CONFIG),
    (r"wishes|wish|wish_\w+", "options", ("src/config*", "tests/bench/*.[ch]")),
    # client
    (r"visit|visits|visits?_\w+", "session", CLIENT),
    (r"saying|sayings|sayings?_\w+", "pending", CLIENT),
    (r"wire|wire_\w+", "conn", CLIENT),
    (r"calls|\w+_calls", "mentions", CLIENT),
    # web
    (r"acts", "actions", WEB),
    (r"door|doors", "login", WEB),
    (r"house", "app", WEB),
    (r"(?<!history\.)go", "switcher", WEB),
    (r"side", "sidebar", WEB),
    (r"talk|talks", "dm", WEB),
    # tests
    (r"house|House", "server, Server", TESTS),
    (r"Company|company", "Group, group", TESTS),
]

# Old file names, as patterns, and what they are called now.
FILES = [
    ("src/core/house.h", "core_internal.h"), ("src/gateway/house.h", "gateway_internal.h"),
    ("src/base/memory.[ch]", "alloc"), ("src/core/usage.c", "command_syntax.c"),
    ("src/core/answer.c", "listing.c"), ("src/gateway/tell.c", "broadcast.c"),
    ("src/gateway/due.[ch]", "timer"), ("src/net/door.c", "acceptor.c"),
    ("src/net/link.[ch]", "conn"), ("src/net/ear.c", "the loop"), ("src/net/plain.c", "tcp.c"),
    ("src/net/visitors.c", "http_limit.c"), ("src/client/entry.c", "login.c"),
    ("src/client/visit.[ch]", "session"), ("src/client/saying.c", "pending.c"),
    ("src/client/wire.[ch]", "conn"), ("web/*acts.js", "actions.js"),
    ("web/*door.js", "login.js"), ("web/*house.js", "app.js"), ("web/go.js", "switcher.js"),
    ("web/*/go.js", "switcher.js"), ("web/side.js", "sidebar.js"), ("web/*/side.js", "sidebar.js"),
    ("web/*talks.js", "dm.js"), ("web/*words.js", "i18n"), ("tests/*notebook.h", "core_fixture.h"),
    ("tests/*doors.h", "gateway_fixture.h"), ("tests/*house.py", "server.py"),
    ("tests/*wishes.h", "options.h"), ("tests/*gauge.h", "stats.h"),
]

PROSE = [
    (r"whoever", "the user, the connection, the caller"),
    (r"somebody(?:'s)?", "a user, another user"),
    (r"one's|oneself", "your, its, the user's"),
    (r"houses?", "server, program"),
    (r"bury|buries|buried|burial", "reap, free"),
    (r"dooms?|doomed", "schedule to close"),
    (r"soils?|soiled", "mark dirty"),
    (r"knocks?|knocked|knocking", "connect, ask to be admitted"),
]
SOURCES = ["include/**/*.h", "src/**/*.[ch]", "web/**/*.js", "web/**/*.html", "web/**/*.css",
           "tests/**/*.[ch]", "tests/**/*.js", "tests/**/*.py", "tests/**/*.md", "Makefile",
           "README.md"]

HYPHENED = [(re.compile(rf"(?<![\w-])(?:{old})(?![\w-])"), new, where) for old, new, where in NAMES]
PLAIN = [(re.compile(rf"(?<!\w)(?:{old})(?!\w)"), new, where) for old, new, where in NAMES]
PROSE_RE = [(re.compile(rf"(?<![a-z])(?:{old})(?![a-z])", re.I), new) for old, new in PROSE]


def blank(text):
    """Spaces in place of the text; its lines stay where they are."""
    return re.sub(r"[^\n]", " ", text)


# Comments, strings and, in JavaScript, templates and regular expressions.
C_TOKENS = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')", re.S)
JS_TOKENS = re.compile(
    C_TOKENS.pattern + r"|(?P<template>`(?:\\.|[^`\\])*`)"
    r"|(?<=[(,=:\[!&|?{};+\n])(?P<space>\s*)(?P<regex>/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n*\[])+/\w*)",
    re.S)
CSS_TOKENS = re.compile(r"(?P<comment>/\*.*?\*/)", re.S)
MAKE_TOKENS = re.compile(r"(?P<comment>(?m:^#[^\n]*|\s#[^\n]*))")


def separate(text, tokens):
    """Code and comments, each with blanks in place of the other and of strings."""
    comments, at = [], 0
    code = []
    for match in tokens.finditer(text):
        whole = match[0]
        is_comment = match["comment"] is not None
        comments += [blank(text[at:match.start()]), whole if is_comment else blank(whole)]
        code += [text[at:match.start()], blank(whole)]
        at = match.end()
    return "".join(code) + text[at:], "".join(comments) + blank(text[at:])


def separate_python(text):
    docstrings = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings.add((node.lineno, node.col_offset))
    code = [list(blank(line)) for line in text.split("\n")]
    comments = [list(blank(line)) for line in text.split("\n")]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            target = code
        elif token.type == tokenize.COMMENT or (
                token.type == tokenize.STRING and token.start in docstrings):
            target = comments
        else:
            continue
        row, column = token.start
        for line in token.string.split("\n"):
            target[row - 1][column:column + len(line)] = line
            row, column = row + 1, 0
    return "\n".join(map("".join, code)), "\n".join(map("".join, comments))


def separate_html(text):
    """In HTML, names are the values of these attributes; all of it is prose."""
    code, at = [], 0
    for match in re.finditer(r'(?<=\s)(?:id|class|for|aria-\w+|data-\w+)="([^"]*)"', text):
        code += [blank(text[at:match.start(1)]), match[1]]
        at = match.end(1)
    return "".join(code) + blank(text[at:]), text


def separate_markdown(text):
    """In Markdown, names stand in code; all of it is prose."""
    code, at = [], 0
    for match in re.finditer(r"^```.*?^```|`[^`\n]+`", text, re.S | re.M):
        code += [blank(text[at:match.start()]), match[0]]
        at = match.end()
    return "".join(code) + blank(text[at:]), text


def code_and_prose(path, text):
    """What NAMES and what PROSE are looked for in."""
    suffix = path.rsplit(".", 1)[-1]
    if suffix == "py":
        return separate_python(text)
    if suffix == "md":
        return separate_markdown(text)
    if suffix == "html":
        return separate_html(text)
    tokens = {"js": JS_TOKENS, "css": CSS_TOKENS}.get(
        suffix, MAKE_TOKENS if path == "Makefile" else C_TOKENS)
    return separate(text, tokens)


def in_scope(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def name_faults(path, code):
    hyphens = path.endswith((".html", ".css"))
    shared = path in ("README.md", "Makefile")
    for pattern, new, where in HYPHENED if hyphens else PLAIN:
        if not shared and not in_scope(path, where):
            continue
        for match in pattern.finditer(code):
            # These two files speak of every part, so that only unmistakable names are banned.
            if not shared or "_" in match[0]:
                yield line_of(code, match.start()), match[0], new


def prose_faults(code, prose):
    """In comments, and as a word of an identifier."""
    for pattern, new in PROSE_RE:
        for text in (code, prose):
            for match in pattern.finditer(text):
                yield line_of(text, match.start()), match[0], new


def file_faults(root, path):
    for pattern, new in FILES:
        if fnmatch.fnmatch(path, pattern):
            yield f"{path}: use {new} instead"
    code, prose = code_and_prose(path, (root / path).read_text())
    found = {}
    for line, word, new in [*name_faults(path, code), *prose_faults(code, prose)]:
        found.setdefault((line, word), new)
    for (line, word), new in sorted(found.items()):
        yield f"{path}:{line}: {word}: use {new} instead"


def checks(root, enabled):
    folders = {}
    for file in files(root, *SOURCES):
        path = str(file.relative_to(root))
        if in_scope(path, enabled):
            folders.setdefault(path.rpartition("/")[0] or path, []).append(path)
    return {f"{folder} has no old names": lambda paths=paths: (
        fault for path in paths for fault in file_faults(root, path))
        for folder, paths in folders.items()}


if __name__ == "__main__":
    sys.exit(report(checks(ROOT, sys.argv[1:] or ENABLED)))
