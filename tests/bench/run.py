#!/usr/bin/python3
"""What a delivery costs, compared with a bare epoll server: `run.py [--full]`.

For each measurement, starts teahoused and the bare server in turn on one core, with the load
on another, and prints medians and ratios as plain text.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "build/tests/bench"
PORT_OPTIONS = {"telnet": "-L", "json": "-J", "web": "-W"}
WAYS = {"telnet": ["telnet"], "json": ["json"], "web": ["web"], "mixed": list(PORT_OPTIONS)}
START_WITHIN = 10
STOP_WITHIN = 5
RUN_WITHIN = 240
ALL_WITHIN = {False: 180, True: 2400}

SETTINGS = """\
[server]
name = Teahouse
room = main
address = 127.0.0.1
[limits]
sessions = 20000
rate = 0
login_timeout = 0
{more}
[listener:telnet]
protocol = telnet
port = 0
{each}
[listener:json]
protocol = json
port = 0
{each}
[listener:web]
protocol = web
port = 0
root = {web}
{each}
[listener:idle]
protocol = telnet
port = 0
room = idle
{each}
"""
IDLE_CLIENTS = 10000
BYTES_STORED = 400  # of a message, with room for the write-ahead log
TEXT_LONG = 1000  # bytes: so that a client that does not read soon exceeds the kernel's buffers


class Failure(Exception):
    """What went wrong, as a message to the user."""


class Server:
    """A running server and its ports."""

    def __init__(self, command, core, folder):
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        pin(self.process.pid, core)
        self.ports = {}
        end = time.monotonic() + START_WITHIN
        while not re.search(r": ready$", self.log_text(), re.M):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Failure(f"{command[0]} did not start: {self.log_text()[-500:]}")
            time.sleep(0.01)
        for name, port in re.findall(r": (\w+) on \S+:(\d+)$", self.log_text(), re.M):
            self.ports[name] = port

    def log_text(self):
        return self.log.read_text(errors="replace")

    def waited(self):
        """Seconds in which it was ready to run but did not get the core."""
        try:
            fields = pathlib.Path(f"/proc/{self.process.pid}/schedstat").read_text().split()
        except OSError:
            return 0.0
        return int(fields[1]) / 1e9

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def pin(pid, core):
    if core is not None:
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(pid, {core})


def certificate(folder):
    """For the server: of the kind that is usual."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3", "-subj", "/CN=bench",
                    "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
                   check=True, capture_output=True)


class Bench:
    """Measures each server in turn."""

    def __init__(self, args, folder):
        self.folder = folder
        settings = self.settings("teahouse.ini")
        self.servers = {
            "teahoused": [str(args.server), "-c", settings],
            "floor": [str(BUILT / "floor")],
        }
        if args.beside:
            self.servers = {
                "this": self.servers["teahoused"],
                "that": [str(args.beside), "-c", settings],
            }
        if args.history:
            file = f"[history]\nfile = {self.folder / 'history.db'}"
            self.servers = {
                "file": [str(args.server), "-c", self.settings("file.ini", file)],
                "none": self.servers["teahoused"],
            }
        if args.tls:
            certificate(self.folder)
            more = "[tls]\ncertificate = certificate.pem\nkey = key.pem"
            self.servers = {
                "tls": [str(args.server), "-c", self.settings("tls.ini", more, "tls = yes")],
                "plain": self.servers["teahoused"],
            }
        cores = sorted(os.sched_getaffinity(0))
        self.cores = cores[:2] if len(cores) > 1 else [None, None]
        self.end = time.monotonic() + ALL_WITHIN[args.full]
        self.waited = self.ran = 0.0

    def settings(self, name, more="", each=""):
        """Writes a settings file, `each` in each listener; returns its path."""
        settings = self.folder / name
        settings.write_text(SETTINGS.format(web=ROOT / "web", more=more, each=each))
        return str(settings)

    def measure(self, command, way, options):
        for old in self.folder.glob("history.db*"):
            old.unlink()
        if time.monotonic() > self.end:
            raise Failure("this takes too long; give fewer rounds or seconds")
        server = Server(command, self.cores[0], self.folder)
        try:
            ports = [word for name in WAYS[way]
                     for word in (PORT_OPTIONS[name], server.ports[name])]
            if "idle" in server.ports:
                ports += ["-D", server.ports["idle"]]
            if command == self.servers.get("tls"):
                ports += ["-T"]
            load = subprocess.Popen(
                [str(BUILT / "load"), "-p", str(server.process.pid), *ports, *options],
                stdout=subprocess.PIPE, text=True)
            pin(load.pid, self.cores[1])
            started = time.monotonic()
            try:
                output, _ = load.communicate(timeout=RUN_WITHIN)
            finally:
                load.kill()
            self.ran += time.monotonic() - started
            self.waited += server.waited()
            if load.returncode != 0:
                raise Failure(f"{command[0]}, {way} {' '.join(options)}: {server.log_text()[-500:]}")
        finally:
            server.stop()
        result = json.loads(output)
        if result["errors"]:
            raise Failure(f"{command[0]}, {way} {' '.join(options)}: {result['errors']} "
                          "deliveries were missed, duplicated, damaged or out of order")
        if "per_second" in result:
            result["cpu"] = 1e6 * result["server_cpu"] / max(result["deliveries"], 1)
            messages = max(result["deliveries"], 1) / result["listeners"]
            result["writer"] = 1e6 * result["writer_cpu"] / messages
            result["a_second"] = messages / result["seconds"]
            result["busy"] = 100 * result["server_cpu"] / result["seconds"]
        return result

    def rounds(self, n, way, options):
        """The results of each server, one for each round."""
        results = {name: [] for name in self.servers}
        for _ in range(n):
            for name, command in self.servers.items():
                results[name].append(self.measure(command, way, options))
        return results

    def with_rooms(self):
        """The servers that have rooms."""
        return {name: command for name, command in self.servers.items() if name != "floor"}

    def beside(self, n, way, options, more):
        """The first server's results, with further options and without them."""
        command = next(iter(self.servers.values()))
        results = {"with": [], "without": []}
        for _ in range(n):
            results["with"].append(self.measure(command, way, options + more))
            results["without"].append(self.measure(command, way, options))
        return results


def ratio(results, field):
    """The ratio of the servers' results in the same round: median, least and greatest."""
    pairs = [mine[field] / other[field] for mine, other in zip(*results.values())
             if other[field]]
    if not pairs:
        return "-"
    return f"{statistics.median(pairs):.2f} ({min(pairs):.2f}-{max(pairs):.2f})"


def medians(results, field, digits=0):
    return " : ".join(f"{statistics.median(r[field] for r in each):,.{digits}f}"
                      for each in results.values())


def median(results, field, digits=0):
    """Of the first server's results."""
    return f"{statistics.median(r[field] for r in next(iter(results.values()))):,.{digits}f}"


def row(*cells):
    widths = (26, 19, 19, 19, 25, 18, 17)
    print("".join(f"{cell:<{width}}" for cell, width in zip(cells, widths)).rstrip(), flush=True)


def head(bench, title, *cells):
    print(title)
    row("", "ratios", "", "", " : ".join(bench.servers))
    row(*cells)


def each_closed(bench, args, ways, sizes):
    """As fast as it goes, with 20 and with 200 messages on their way: (label, results)."""
    for way in ways:
        for listeners in sizes:
            for outstanding in (20, 200):
                options = ["-n", str(listeners), "-t", str(args.seconds), "-o", str(outstanding)]
                yield (f"{way:7} {listeners:5} {outstanding:5}",
                       bench.rounds(args.rounds, way, options))


def each_steady(bench, args, ways, sizes):
    """At a fixed rate: (label, results)."""
    for way in ways:
        for listeners in sizes:
            options = ["-n", str(listeners), "-t", str(args.seconds), "-r", str(args.rate)]
            yield f"{way:7} {listeners:5}", bench.rounds(args.rounds, way, options)


def closed(bench, args, ways, sizes):
    head(bench, "As fast as it goes: with so many messages sent that not all listeners have got",
         "way, listeners, messages", "CPU", "deliveries/s", "p99", "deliveries/s",
         "CPU s/million", "busy %")
    for label, got in each_closed(bench, args, ways, sizes):
        row(label, ratio(got, "cpu"), ratio(got, "per_second"), ratio(got, "p99_us"),
            medians(got, "per_second"), medians(got, "cpu", 3), medians(got, "busy"))
    print()


def steady(bench, args, ways, sizes):
    head(bench, f"At {args.rate:,} deliveries a second: their cost, and the latency in microseconds",
         "way, listeners", "CPU", "p50", "p99", "p50", "p99", "p99.9")
    for label, got in each_steady(bench, args, ways, sizes):
        row(label, ratio(got, "cpu"), ratio(got, "p50_us"), ratio(got, "p99_us"),
            medians(got, "p50_us"), medians(got, "p99_us"), medians(got, "p999_us"))
    print()


def kept(bench, args, ways, sizes):
    """With a history in a file, and without."""
    print("With a history in a file : without, as fast as it goes")
    row("", "ratios", "", "", "file", "", "file : none")
    row("way, listeners, messages", "CPU of the loop", "deliveries/s", "p99", "messages/s",
        "writer us/message", "CPU s/million")
    for label, got in each_closed(bench, args, ways, sizes):
        row(label, ratio(got, "cpu"), ratio(got, "per_second"), ratio(got, "p99_us"),
            median(got, "a_second"), median(got, "writer", 1), medians(got, "cpu", 3))
    print(f"\nAt {args.rate:,} deliveries a second")
    row("way, listeners", "CPU of the loop", "p50", "p99", "p50 us", "p99 us", "writer us/message")
    for label, got in each_steady(bench, args, ways, sizes):
        row(label, ratio(got, "cpu"), ratio(got, "p50_us"), ratio(got, "p99_us"),
            medians(got, "p50_us"), medians(got, "p99_us"), median(got, "writer", 1))
    print()


class Store:
    """The history without a server, with as many messages stored as wanted, and with none."""

    def __init__(self, folder, messages):
        self.full, self.empty = folder / "full.db", folder / "empty.db"
        free = shutil.disk_usage(folder).free
        if free < messages * BYTES_STORED:
            raise Failure(f"{messages:,} messages need {messages * BYTES_STORED >> 20:,} MB of disk")
        print(f"Storing {messages:,} messages", flush=True)
        (made,) = self.run(self.full, "fill", str(messages))
        print(f"{made['seconds']:,.0f} s, and {made['with_index'] - made['seconds']:,.0f} s to index; "
              f"{self.full.stat().st_size / messages:.0f} bytes a message\n", flush=True)

    @staticmethod
    def run(file, *words):
        done = subprocess.run([str(BUILT / "history"), str(file), *words],
                              stdout=subprocess.PIPE, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def reads(self):
        row("microseconds", "from memory", "p99", "from the disk", "p99", "blocks of 4 KB")
        for got in self.run(self.full, "read"):
            row(got["what"], f"{got['warm_us']:,.0f}", f"{got['warm_p99_us']:,.0f}",
                f"{got['cold_us']:,.0f}", f"{got['cold_p99_us']:,.0f}", f"{got['blocks']:.0f}")
        print()

    def writes(self, rounds):
        results = {}
        for _ in range(rounds):
            for old in self.empty.parent.glob("empty.db*"):
                old.unlink()
            for got, other in zip(self.run(self.full, "write"), self.run(self.empty, "write")):
                both = results.setdefault((got["indexed"], got["batch"], got["rate"]),
                                          {"full": [], "empty": []})
                both["full"].append(got)
                both["empty"].append(other)
        row("messages at once", "writer full / empty", "", "", "writer us/message")
        for (indexed, batch, rate), got in results.items():
            paced = f", {rate:,} a second" if rate else ""
            row(f"{batch:5}{paced}{', and indexed' if indexed else ''}", ratio(got, "writer_us"), "", "",
                medians(got, "writer_us", 1))
        print()


def staying(bench, ways, sizes):
    """The memory of a session, and the cost of connecting, entering and leaving."""
    names = " : ".join(bench.with_rooms())
    print(f"Idle, entering and leaving: {names}")
    row("", "bytes resident", "", "microseconds of CPU")
    row("way, people", "before the nick", "in the room", "to connect", "to enter", "to leave",
        "enter a second")
    for way in ways:
        for people in sizes:
            got = {name: [bench.measure(command, way, ["-n", str(people), "-i"])]
                   for name, command in bench.with_rooms().items()}
            row(f"{way:7} {people:6}", medians(got, "connected_bytes"),
                medians(got, "entered_bytes"), medians(got, "coming_us"),
                medians(got, "entering_us"), medians(got, "leaving_us"),
                medians(got, "entered_per_second"))
    print()


def undisturbed(bench, args):
    """Clients that are idle, or do not read, must not cost the others anything."""
    print("The other clients with these to those without; latency in microseconds")
    row("", "ratios", "", "", "with : without")
    row("with", "CPU", "p50", "p99", "p50", "p99")
    few = ["-n", "100", "-t", str(2 * args.seconds), "-r", str(args.rate)]
    many = ["-n", "1000", "-b", str(TEXT_LONG), "-t", str(2 * args.seconds), "-r", str(2 * args.rate)]
    for name, options, more in (
            (f"{IDLE_CLIENTS:,} idle", few, ["-d", str(IDLE_CLIENTS)]),
            ("1 % not reading", many, ["-z", "10"])):
        got = bench.beside(args.rounds, "mixed", options, more)
        row(name, ratio(got, "cpu"), ratio(got, "p50_us"), ratio(got, "p99_us"),
            medians(got, "p50_us"), medians(got, "p99_us"))
    print()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all sizes and ways, more rounds")
    parser.add_argument("--rounds", type=int, help="how often to measure each")
    parser.add_argument("--seconds", type=float, help="of each measurement")
    parser.add_argument("--rate", type=int, default=50000,
                        help="deliveries a second, where the rate is steady")
    parser.add_argument("--way", choices=list(WAYS), help="measure this way only")
    parser.add_argument("--history", action="store_true",
                        help="compare with and without a history in a file")
    parser.add_argument("--tls", action="store_true", help="compare TLS with plain connections")
    parser.add_argument("--stored", type=int, metavar="MESSAGES",
                        help="the history by itself, with so many messages")
    parser.add_argument("--server", type=pathlib.Path, default=ROOT / "build/teahoused")
    parser.add_argument("--beside", type=pathlib.Path,
                        help="another teahoused to compare with, instead of the bare server")
    args = parser.parse_args()
    args.rounds = args.rounds or (5 if args.full else 3)
    args.seconds = args.seconds or (1.0 if args.full else 0.5)
    return args


def stored(args, folder):
    try:
        store = Store(folder, args.stored)
        store.reads()
        store.writes(args.rounds)
    except (Failure, subprocess.CalledProcessError, OSError) as why:
        print(f"bench: {why}", file=sys.stderr)
        return 1
    return 0


def main():
    args = arguments()
    ways = [args.way] if args.way else list(WAYS)
    few = ways if args.full or args.way else ["mixed"]
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
        bench = Bench(args, pathlib.Path(folder))
        if args.stored:
            return stored(args, pathlib.Path(folder))
        print(f"{' / '.join(bench.servers)}: medians of {args.rounds} rounds of "
              f"{args.seconds:g} s; in brackets the least and the greatest ratio\n")
        try:
            if args.history:
                kept(bench, args, few, [100, 1000])
                return 0
            if args.tls:
                closed(bench, args, few, [100, 1000])
                steady(bench, args, few, [1000])
                staying(bench, few if args.way else ["telnet"], [1000])
                return 0
            closed(bench, args, ways, [100, 1000] if args.full else [100])
            steady(bench, args, few, [100, 1000] if args.full else [100])
            staying(bench, [way for way in ways if way != "mixed" or args.way],
                    [100, 1000, 5000, 10000, 15000] if args.full else [5000])
            if args.full:
                undisturbed(bench, args)
        except (Failure, subprocess.TimeoutExpired, OSError) as why:
            print(f"bench: {why}", file=sys.stderr)
            return 1
        if bench.cores[0] is None:
            print("There is only one core: the servers and the load shared it.")
        if bench.ran and bench.waited > 0.02 * bench.ran:
            print(f"The servers waited {100 * bench.waited / bench.ran:.0f} % of the time for "
                  "other processes: only the CPU ratios are reliable.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
