#!/usr/bin/python3
"""No file depends on itself by way of others: neither by includes nor by symbols.

By includes, x.c and x.h of a folder are one module. That alone would miss much, since many
files share one internal header; so the objects of the build are looked at as well: one depends
on another if it uses a symbol that the other defines. Prints TAP.
"""

import re
import subprocess
import sys

from layers import INCLUDE, include_path, sources
from tap import ROOT, report

# Circles among objects that are to be opened. Each must be there exactly as it is listed.
KNOWN = []


def circles(graph):
    """The strongly connected parts of {node: nodes} with more than one node (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            part = frozenset(stack[at:])
            del stack[at:]
            if len(part) > 1:
                found.append(part)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def module(path):
    return re.sub(r"\.[ch]$", "", path)


def include_graph(root):
    known = sources(root)
    places = {re.sub(r"^(src|include)/", "", path): path for path in known}
    graph = {}
    for path, file in known.items():
        uses = graph.setdefault(module(path), set())
        for kind, header in INCLUDE.findall(file.read_text()):
            place = places.get(include_path(root, file, header)) if kind == '"' else None
            if place and module(place) != module(path):
                uses.add(module(place))
    return graph


def include_circles(root):
    for part in circles(include_graph(root)):
        yield f"these include each other: {', '.join(sorted(part))}"


def objects(root, build):
    """{source: object} of every source that is built. A main file need not be."""
    sources_ = [path for path in sources(root) if path.endswith(".c")]
    return {path: build / path.replace(".c", ".o") for path in sources_
            if (build / path.replace(".c", ".o")).exists() or not path.endswith("/main.c")}


def in_client(path):
    return path.startswith("src/client/")


def symbol_graph(root, build):
    """{source: {other source: a symbol of its that is used}}.

    The client is a program of its own: it may define a symbol that the server defines, too.
    """
    built = objects(root, build)
    names = {str(file): path for path, file in built.items()}
    output = subprocess.run(["nm", "-A", "-g", *names], capture_output=True, text=True, check=True)
    client, server, used = {}, {}, {}
    for line in output.stdout.splitlines():
        file, _, rest = line.partition(":")
        kind, symbol = rest.split()[-2:]
        if kind in "Uwv":
            used.setdefault(names[file], set()).add(symbol)
        else:
            (client if in_client(names[file]) else server)[symbol] = names[file]
    graph = {path: {} for path in built}
    for path, symbols in used.items():
        defined = {**server, **client} if in_client(path) else server
        for symbol in sorted(symbols & set(defined)):
            if defined[symbol] != path:
                graph[path].setdefault(defined[symbol], symbol)
    return graph


def symbol_circles(graph, known):
    found = circles(graph)
    for part in found:
        if not any(part <= old for old in known):
            yield f"these use each other: {', '.join(sorted(part))}"
            for path in sorted(part):
                for other in sorted(part & set(graph[path])):
                    yield f"    {path} uses {graph[path][other]} of {other}"
    for old in known:
        if old not in found:
            left = [part for part in found if part <= old]
            yield (f"KNOWN has {', '.join(sorted(old))}, of which is left: "
                   f"{'; '.join(', '.join(sorted(part)) for part in left) or 'nothing'}")


def object_faults(root, build, known):
    missing = [path for path, file in objects(root, build).items() if not file.exists()]
    if missing:
        return [f"{path} is not built" for path in missing]
    return symbol_circles(symbol_graph(root, build), known)


def checks(root, build, known):
    return {
        "no file includes another in a circle": lambda: include_circles(root),
        "no object uses another in a circle": lambda: object_faults(root, build, known),
    }


if __name__ == "__main__":
    sys.exit(report(checks(ROOT, ROOT / "build", KNOWN)))
