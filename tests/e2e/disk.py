"""A disk that is full, broken or slow when the test says so, and that forgets (tests/support/disk.c)."""

import mmap
import pathlib
import random
import struct

from server import program

LIBRARY = pathlib.Path(program()).parent / "tests/support/disk.so"
FIELDS = ("write_fails", "flush_fails", "read_fails", "write_ms", "flush_ms", "read_ms",
          "free_mib", "flushes")
SECTOR = 512
RECORD = struct.Struct("=QQQ")


class Disk:
    """The disk of a server that is started with `env`."""

    def __init__(self, folder, forgets=False):
        path = pathlib.Path(folder) / "disk"
        path.write_bytes(bytes(4 * len(FIELDS)))
        self.file = path.open("r+b")
        self.map = mmap.mmap(self.file.fileno(), 0)
        self.env = {"LD_PRELOAD": str(LIBRARY), "DISK_CONTROL": str(path)}
        if forgets:
            self.env["DISK_UNDO"] = "1"

    def set(self, **fields):
        for name, value in fields.items():
            struct.pack_into("=i", self.map, 4 * FIELDS.index(name), value)

    def well(self):
        self.set(**{name: 0 for name in FIELDS})


def undo_records(path):
    data, at = path.read_bytes(), 0
    while at + RECORD.size <= len(data):
        start, size, n = RECORD.unpack_from(data, at)
        at += RECORD.size
        if at + n > len(data):
            return
        yield start, size, data[at:at + n]
        at += n


def lose_power(database):
    """What was written and not flushed is on the disk in part: each sector is there or is not."""
    for path in (pathlib.Path(f"{database}{end}") for end in ("", "-wal")):
        undo = path.with_name(path.name + ".undo")
        if not undo.exists() or not path.exists():
            continue
        flushed, flushed_size = {}, None
        for start, size, before in undo_records(undo):
            flushed_size = size if flushed_size is None else flushed_size
            end = start + len(before)
            for sector in range(start // SECTOR, (end - 1) // SECTOR + 1):
                first, last = max(start, sector * SECTOR), min(end, (sector + 1) * SECTOR)
                flushed.setdefault(sector, []).append((first, before[first - start:last - start]))
        undo.unlink()
        if flushed_size is None:
            continue
        with path.open("r+b") as file:
            portion = random.choice((0, 0.1, 0.5, 0.9, 1))
            for writes in flushed.values():
                if random.random() < portion:
                    # The first of them overwrote what had been flushed.
                    for at, piece in reversed(writes):
                        file.seek(at)
                        file.write(piece)
            if portion == 1 or random.random() < 0.5:
                file.truncate(flushed_size)
    pathlib.Path(f"{database}-shm").unlink(missing_ok=True)
