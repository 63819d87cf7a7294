"""Labeling while the server is busy: how long a person waits for the next task and for the submit of an answer, in a quiet server,
while a large import runs, and while its result is exported. Wall-clock time, of one client on the same machine; what else the
machine does counts, so that nothing else should run.

    bench/busy.py                    a million tasks
    bench/busy.py --tasks 100000     a smaller import
    bench/busy.py --program target/debug/labelkeep

Fails when 95 of 100 pairs of next and submit took longer than 50 ms while it was busy.
"""
import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time

from run import RESULT, project
from servers import ROOT, Client, Labelkeep

LIMIT = 50
# Pairs in the quiet server. Each of a person's tasks is labeled once.
QUIET = 300
LABELED = 20_000


def tasks(number, text):
    """A JSON list of so many tasks of about a hundred bytes, in pieces of some hundred kilobytes."""
    yield b"["
    for begin in range(0, number, 5_000):
        some = range(begin, min(begin + 5_000, number))
        items = [json.dumps({"text": f"{text} {index}: a few words that somebody has written down"}) for index in some]
        yield (("," if begin else "") + ",".join(items)).encode()
    yield b"]"


class Pairs:
    """Asks for the next task and submits an answer, again and again."""

    def __init__(self, client, number):
        self.client, self.number = client, number

    def once(self):
        """Milliseconds of one pair."""
        begun = time.perf_counter()
        task = self.client.json("GET", f"/api/projects/{self.number}/next/")
        self.client.json("POST", f"/api/tasks/{task['id']}/annotations/", {"result": RESULT, "lead_time": 1.5})
        return (time.perf_counter() - begun) * 1000

    def during(self, work):
        """Milliseconds of the pairs while `work` runs, and the seconds that it took."""
        failure = []

        def run():
            try:
                work()
            except Exception as error:  # noqa: BLE001, it is raised again below
                failure.append(error)

        thread = threading.Thread(target=run)
        begun = time.perf_counter()
        thread.start()
        times = []
        while thread.is_alive():
            times.append(self.once())
        thread.join()
        if failure:
            raise failure[0]
        return times, time.perf_counter() - begun


def figures(times):
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return cuts[49], cuts[94], cuts[98], max(times)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tasks", type=int, default=1_000_000)
    options.add_argument("--program", type=pathlib.Path, default=ROOT / "target/release/labelkeep")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="labelkeep-busy-") as folder:
        server = Labelkeep(folder)
        command = server.command()
        server.command = lambda: [chosen.program.resolve(), *command[1:]]
        server.start()
        try:
            worse = measure(server, chosen.tasks)
        finally:
            server.stop()
    sys.exit(1 if worse else 0)


def measure(server, number):
    owner = Client(server)
    labeled, large = project(owner, "Labeled"), project(owner, "Large")
    owner.json("POST", f"/api/projects/{labeled}/import", b"".join(tasks(LABELED, "labeled")))
    pairs = Pairs(Client(server), labeled)
    for _ in range(20):
        pairs.once()
    rows = [("quiet", [pairs.once() for _ in range(QUIET)], None)]
    # The whole body first: making it would take the processor from what is measured.
    body = b"".join(tasks(number, "large"))

    def bring():
        done = Client(server).json("POST", f"/api/projects/{large}/import", body)
        if done["task_count"] != number:
            raise RuntimeError(f"{done['task_count']} tasks of {number} came in")

    server.forget_peak()
    rows.append((f"import of {number:,} tasks", *pairs.during(bring)))
    rows.append(("their export", *pairs.during(lambda: Client(server).drain(f"/api/projects/{large}/export?exportType=JSON&download_all_tasks=true"))))
    print("| while | pairs | p50, ms | p95, ms | p99, ms | longest, ms | took, s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    worse = False
    for name, times, took in rows:
        middle, p95, p99, longest = figures(times)
        worse |= took is not None and p95 > LIMIT
        seconds = "" if took is None else f"{took:.1f}"
        print(f"| {name} | {len(times)} | {middle:.1f} | {p95:.1f} | {p99:.1f} | {longest:.1f} | {seconds} |")
    print(f"\nPeak memory of the server: {server.memory('VmHWM'):.0f} MiB.")
    return worse


if __name__ == "__main__":
    main()
