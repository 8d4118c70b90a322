"""What the checks in this folder share: where the repository is, and their output, TAP."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def report(checks):
    """Runs checks, {name: function that returns its faults as lines}; returns an exit status."""
    failed = 0
    print(f"1..{len(checks)}")
    for number, (name, check) in enumerate(checks.items(), 1):
        faults = list(check())
        failed += bool(faults)
        print(f"{'not ' if faults else ''}ok {number} - {name}")
        for fault in faults:
            print(f"# {fault}")
    return int(failed > 0)


def files(root, *patterns):
    """The files that match, without what is built; each once, in order."""
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "node_modules" not in path.parts)
