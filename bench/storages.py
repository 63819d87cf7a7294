"""Storages: a first sync of a million objects, the next one without news, and media through the server.

The bucket is made up (listing.py), so that its disk and network cost nothing. Prints a Markdown table with the bar of each row and
writes it to bench/results/storages.md. `--quick` takes 100,000 objects, `--objects` any number; `--large` is the size of the object
that is streamed, in MiB; `--only NAME` leaves out what has no such text in its name; `--program PATH` measures another program.
"""
import argparse
import base64
import http.client
import pathlib
import random
import tempfile
import threading
import time

import report
from listing import BUCKET, LARGE, Listing, part
from servers import Client, Labelkeep, ROOT, TOKEN, annotator

CONFIG = '<View><Image name="image" value="$image"/></View>'
STREAMS, PEOPLE = 100, 10
RANGES = 200
RANGE_MAX = 8 * 1024 * 1024


class Bench:
    def __init__(self, server, listing, only):
        self.server, self.listing, self.only = server, listing, only
        self.client = Client(server)
        self.rows = []

    def note(self, name, value, unit, bar):
        self.rows.append((name, value, unit, bar))
        print(f"  {name}: {value:.4g} {unit} (bar: {bar})", flush=True)

    def source(self, title, **more):
        """A project with a source; gives their ids."""
        project = self.client.json("POST", "/api/projects/", {"title": title, "label_config": CONFIG})["id"]
        body = {"project": project, "bucket": BUCKET, "s3_endpoint": self.listing.endpoint, "use_blob_urls": True,
                "aws_access_key_id": "AKIAMADEUP", "aws_secret_access_key": "made up", **more}
        return project, self.client.json("POST", "/api/storages/s3/", body)["id"]

    def sync(self, storage):
        """Syncs; gives the storage, the seconds, and the bytes that the program has written."""
        path, begun, written = f"/api/storages/s3/{storage}", time.monotonic(), self.written()
        found = self.client.json("POST", f"{path}/sync")
        while found["status"] in ("queued", "in_progress"):
            time.sleep(0.1)
            found = self.client.json("GET", path)
        assert found["status"] == "completed", found
        return found, time.monotonic() - begun, self.written() - written

    def written(self):
        """Bytes that the program has handed to files."""
        text = pathlib.Path(f"/proc/{self.server.process.pid}/io").read_text()
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith("wchar")))

    def run(self):
        if not self.only or self.only in "sync":
            self.syncs()
        if not self.only or self.only in "media":
            self.media()

    def syncs(self):
        objects = self.listing.objects
        _, storage = self.source("Sync", prefix="in", recursive_scan=True)
        self.server.forget_peak()
        found, first, _ = self.sync(storage)
        assert found["last_sync_count"] == objects, found
        self.note(f"first sync of {objects:,} objects", objects / first, "objects/s", "30000")
        self.note("first sync, memory at most", self.server.memory("VmHWM"), "MiB", "200")
        self.server.forget_peak()
        found, second, written = self.sync(storage)
        assert (found["last_sync_count"], found["meta"]["tasks_existed"]) == (0, objects), found
        self.note("second sync without news, of the first", second * 100 / first, "%", "50")
        self.note("second sync without news, written", written / 1024, "KiB", "–")
        self.note("second sync without news, memory at most", self.server.memory("VmHWM"), "MiB", "200")
        self.client.json("PATCH", f"/api/storages/s3/{storage}", {"append_only": True})
        found, third, _ = self.sync(storage)
        assert found["last_sync_count"] == 0, found
        self.note("sync behind the last key", third * 1000, "ms", "–")

    def media(self):
        size = self.listing.size
        project, storage = self.source("Media", prefix="", presign=False)
        address = f"s3://{BUCKET}/{LARGE}"
        made = self.client.json("POST", "/api/tasks/", {"project": project, "data": {"image": address}})
        path = f"/tasks/{made['id']}/resolve/?fileuri={base64.urlsafe_b64encode(address.encode()).decode()}"
        self.client.drain(path)
        self.server.forget_peak()
        before, begun, cpu = self.server.memory("VmRSS"), time.monotonic(), self.server.cpu()
        self.client.drain(path)
        took = time.monotonic() - begun
        self.note(f"one object of {size >> 20} MiB through the server", size / 1e6 / took, "MB/s", "400")
        self.note("the same, CPU of the server a GB", (self.server.cpu() - cpu) * 1e9 / size, "s", "–")
        self.note("the same, memory more at most", self.server.memory("VmHWM") - before, "MiB", "flat")
        self.ranges(path, size)
        self.streams(path, size)

    def ranges(self, path, size):
        choose, wrong = random.Random(1), 0
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=60)
        for _ in range(RANGES):
            first = choose.randrange(size)
            last = min(size - 1, first + choose.choice([0, 1, 511, 65_536, RANGE_MAX - 1]))
            connection.request("GET", path, headers={"Authorization": f"Token {TOKEN}", "Range": f"bytes={first}-{last}"})
            answer = connection.getresponse()
            body = answer.read()
            right = answer.status == 206 and answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
            wrong += not (right and body == part(first, last - first + 1))
        self.note(f"ranges that were not exact, of {RANGES}", wrong, "", "0")

    def streams(self, path, size):
        """Many read at once, each a part of its own, and all of it is compared."""
        people = [self.client] + [annotator(self.server, number) for number in range(1, PEOPLE)]
        length, failures = min(RANGE_MAX, size), []
        start = threading.Barrier(STREAMS + 1)

        def read(number):
            person = people[number % len(people)]
            first = number * (size - length) // STREAMS
            connection = http.client.HTTPConnection("localhost", self.server.port, timeout=120)
            start.wait()
            headers = {"Authorization": f"Token {person.token}", "Range": f"bytes={first}-{first + length - 1}"}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            if answer.status != 206 or answer.read() != part(first, length):
                failures.append((number, answer.status))

        threads = [threading.Thread(target=read, args=(number,)) for number in range(STREAMS)]
        for thread in threads:
            thread.start()
        self.server.forget_peak()
        before = self.server.memory("VmRSS")
        start.wait()
        begun = time.monotonic()
        for thread in threads:
            thread.join()
        took = time.monotonic() - begun
        self.note(f"{STREAMS} streams at once", STREAMS * length / 1e6 / took, "MB/s", "–")
        self.note(f"{STREAMS} streams at once, that failed or differed", len(failures), "", "0")
        self.note(f"{STREAMS} streams at once, memory more at most", self.server.memory("VmHWM") - before, "MiB", "–")
        if failures:
            print("   ", failures[:5], flush=True)


class Program(Labelkeep):
    """Another program than the one of a release build."""

    def __init__(self, folder, path):
        super().__init__(folder)
        self.path = path

    def command(self):
        return [self.path, *super().command()[1:]]


def write_report(bench):
    lines = [
        "# Storages",
        "",
        f"A made-up S3 bucket on the same machine; {report.machine()}. "
        "The bars are meant for 1,000,000 objects and an object of 1 GiB.",
        "",
        "| work | Labelkeep | bar |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {name} | {value:.4g} {unit} | {bar} |" for name, value, unit, bar in bench.rows]
    report.write("storages", lines)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--objects", type=int)
    options.add_argument("--large", type=int)
    options.add_argument("--only", default="")
    options.add_argument("--program", default=ROOT / "target/release/labelkeep")
    chosen = options.parse_args()
    objects = chosen.objects or (100_000 if chosen.quick else 1_000_000)
    size = (chosen.large or (128 if chosen.quick else 1_024)) << 20
    with tempfile.TemporaryDirectory(prefix="labelkeep-bench-") as folder, Listing(objects, size) as listing:
        server = Program(folder, chosen.program)
        server.start()
        try:
            bench = Bench(server, listing, chosen.only)
            bench.run()
        finally:
            server.stop()
    write_report(bench)


if __name__ == "__main__":
    main()
