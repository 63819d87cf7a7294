"""The data manager with a million tasks: what each look at a list, each filter and each action costs.

Counted is the CPU time of the server, a request: it depends little on what else the machine does. Prints a Markdown table with
the bar of each row and writes it to bench/results/manager.md. `--quick` takes 100,000 tasks, `--tasks` any number, and
`--only NAME` leaves out what has no such text in its name; `--keep FOLDER` keeps the data there and uses them again.
`--postgres` measures the same with a PostgreSQL of its own, whose CPU counts as the server's (bench/results/manager-postgres.md);
what `--keep` keeps of it lies in FOLDER-postgres.
"""
import argparse
import json
import multiprocessing
import random
import statistics
import tempfile
import threading
import time
import urllib.parse

import report
from postgres import Postgres
from servers import Client, Labelkeep, TOKEN, annotator

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"""
WORDS = ("harbour ferry signal lantern copper meadow winter velvet orchard granite thunder market river pepper silver "
         "mountain engine paper island garden window castle autumn bridge cotton desert forest hammer jungle kettle").split()
PIECE = 25_000
PAGE = 100


def task(index):
    """300 bytes of data: a text, a key and a number; every fifth task has an annotation."""
    choose = random.Random(index)
    data = {"text": "", "key": f"{choose.randrange(10**9):09d}", "n": choose.randrange(1_000_000)}
    room = 300 - len(json.dumps(data))
    text = " ".join(choose.choice(WORDS) for _ in range(60))
    # One task in a thousand has a word of its own.
    data["text"] = ("zephyr " * (index % 1_000 == 7) + text)[:room]
    made = {"data": data}
    if index % 5 == 0:
        label = "neg" if index % 10_000 == 0 else "pos"
        made["annotations"] = [{"lead_time": choose.random() * 20, "result": [
            {"id": f"{index:x}", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]}]
    return made


def line(column, operator, kind, value):
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}


class Bench:
    def __init__(self, server, tasks, repeat, only):
        self.server, self.tasks, self.repeat, self.only = server, tasks, repeat, only
        self.rows = []

    def note(self, name, value, unit, bar):
        self.rows.append((name, value, unit, bar))
        print(f"  {name}: {value:.3g} {unit} (bar: {bar})", flush=True)

    def wanted(self, name):
        return not self.only or self.only in name

    def fill(self):
        """The project; the one of a run before, when the data were kept."""
        self.client = Client(self.server)
        known = self.client.json("GET", "/api/projects/?page_size=10")["results"]
        found = [one["id"] for one in known if one["title"] == f"Manager {self.tasks}"]
        if found:
            self.project = found[0]
            return
        self.project = self.client.json("POST", "/api/projects/", {"title": f"Manager {self.tasks}", "label_config": CONFIG})["id"]
        begun, cpu = time.monotonic(), self.server.cpu()
        with multiprocessing.Pool(1) as maker:
            pieces = [(first, min(first + PIECE, self.tasks)) for first in range(0, self.tasks, PIECE)]
            for body in maker.imap(piece, pieces):
                self.client.json("POST", f"/api/projects/{self.project}/import", body)
        cost = self.server.cpu() - cpu
        print(f"  {self.tasks:,} tasks made in {time.monotonic() - begun:.0f} s, {cost:.1f} s of it CPU of the server", flush=True)
        if self.server.postgres:
            # It goes on by itself for minutes, and would be counted as the cost of the first rows.
            begun = time.monotonic()
            self.server.postgres.settle()
            print(f"  PostgreSQL has cleared up behind the import in {time.monotonic() - begun:.0f} s", flush=True)

    def path(self, page=1, filters=(), ordering=(), later=True, conjunction="and"):
        query = {"filters": {"conjunction": conjunction, "items": list(filters)}, "ordering": list(ordering)}
        asked = {"project": self.project, "page": page, "page_size": PAGE}
        if filters or ordering:
            asked["query"] = json.dumps(query)
        if later:
            asked["totals"] = "later"
        return "/api/tasks/?" + urllib.parse.urlencode(asked)

    def cost(self, path, times=None):
        """Milliseconds of CPU that one request takes, after some that are not counted: each connection to PostgreSQL reads the
        schema, and plans a statement five times, before it keeps the plan."""
        times = times or self.repeat
        for _ in range(100 if self.server.postgres else 2):
            self.client.call("GET", path)
        before = self.server.cpu()
        for _ in range(times):
            self.client.call("GET", path)
        return (self.server.cpu() - before) * 1000 / times

    def page(self, name, bar, times=None, **asked):
        if self.wanted(name):
            self.note(name, self.cost(self.path(**asked), times), "ms", bar)

    def indexed(self, **asked):
        """Waits until the indexes that a list asks for are there; gives the seconds and the server's CPU that it took."""
        begun, cpu = time.monotonic(), self.server.cpu()
        while self.client.json("GET", self.path(**asked)).get("indexing"):
            time.sleep(0.25)
        return time.monotonic() - begun, self.server.cpu() - cpu

    def run(self):
        last = self.tasks // PAGE
        self.page("first page of 100, default order", "1.5")
        self.page("last page of 100, default order", "2.5", page=last)
        self.ordered(last)
        self.texts()
        self.page("ordered by annotations, first page", "3", ordering=["-tasks:total_annotations"])
        self.page("ordered by annotations, last page", "3", ordering=["-tasks:total_annotations"], page=last)
        annotated = [line("total_annotations", "greater", "Number", 0)]
        self.page("annotated only, first page", "3", filters=annotated)
        self.page("annotated only, last page", "3", filters=annotated, page=self.tasks // 5 // PAGE, times=20)
        self.page("annotated only, middle page", "3", filters=annotated, page=self.tasks // 10 // PAGE, times=20)
        self.results()
        self.pairs()
        self.paging(last)
        self.actions()

    def ordered(self, last):
        for column, kind in (("key", "text"), ("n", "number")):
            order = [f"tasks:data.{column}"]
            name = f"ordered by a data field ({kind})"
            if not self.wanted(name):
                continue
            view = {"title": kind, "ordering": order, "columnsDisplayType": {"tasks:data.n": "Number"}}
            self.client.json("POST", "/api/dm/views/", {"project": self.project, "data": view})
            seconds, cpu = self.indexed(ordering=order)
            self.note(f"{name}, its index is made, CPU a thousand tasks", cpu * 1e6 / self.tasks, "ms", "–")
            print(f"  the index was there after {seconds:.0f} s", flush=True)
            self.page(f"{name}, first page", "5", ordering=order)
            self.page(f"{name}, last page", "10", ordering=order, page=last)
            self.page(f"{name}, middle page", "10", ordering=order, page=last // 2, times=20)

    def texts(self):
        if not self.wanted("data text contains"):
            return
        rare, none, short = (line("data.text", "contains", "String", text) for text in ("zephyr", "no such text", "zq"))
        _, cpu = self.indexed(filters=[rare])
        self.note("data text contains, its index is made, CPU a thousand tasks", cpu * 1e6 / self.tasks, "ms", "–")
        self.page("data text contains, some match", "10", filters=[rare])
        self.page("data text contains, most match", "10", filters=[line("data.text", "contains", "String", "harbour")])
        self.page("data text contains, none match", "10", filters=[none])
        self.page("data text contains, two characters, some match", "200", times=5, filters=[line("data.text", "contains", "String", "ep")])
        self.page("data text contains, two characters, none match", "200", times=3, filters=[short])

    def results(self):
        if not self.wanted("annotation results contains"):
            return
        def ask(text):
            return [line("annotations_results", "contains", "String", text)]
        _, cpu = self.indexed(filters=ask("neg"))
        self.note("annotation results contains, its index is made, CPU a thousand tasks", cpu * 1e6 / self.tasks, "ms", "–")
        self.page("annotation results contains, some match", "50", times=20, filters=ask('"neg"'))
        self.page("annotation results contains, most match", "50", times=20, filters=ask("pos"))
        self.page("annotation results contains, none match", "50", times=20, filters=ask("no such label"))

    def pairs(self):
        """Two lines of the reference's columns, each with an operator and a value that some tasks pass."""
        name = "any filter pair"
        if not self.wanted(name):
            return
        low, high = self.tasks // 10, self.tasks // 2
        day = "2026-01-01T00:00:00.000Z"
        lines = [line(column, operator, kind, value) for column, kind, asked in (
            ("id", "Number", [("less", high), ("in", {"min": low, "max": high})]),
            ("inner_id", "Number", [("greater", high), ("equal", low)]),
            ("total_annotations", "Number", [("equal", 1), ("empty", True), ("greater", 1)]),
            ("cancelled_annotations", "Number", [("empty", True), ("greater", 0)]),
            ("total_predictions", "Number", [("equal", 0), ("greater", 0)]),
            ("completed_at", "Datetime", [("greater", day), ("less", day), ("empty", True)]),
            ("created_at", "Datetime", [("greater", day), ("less", day)]),
            ("updated_at", "Datetime", [("greater", day), ("less", day)]),
            ("annotators", "List", [("contains", 1), ("not_contains", 1), ("contains", 2)]),
            ("updated_by", "List", [("contains", 1), ("empty", True)]),
            ("annotations_results", "String", [("contains", "pos"), ("contains", "no such label"), ("not_contains", "pos")]),
            ("predictions_results", "String", [("contains", "pos"), ("empty", True)]),
            ("annotations_ids", "String", [("contains", "5 6 7")]),
            ("predictions_score", "Number", [("greater", 0.5), ("empty", True)]),
            ("predictions_model_versions", "List", [("contains", ["m1"]), ("not_contains", ["m1"])]),
            ("file_upload", "String", [("contains", "json"), ("empty", True)]),
            ("avg_lead_time", "Number", [("greater", 10), ("less", 0)]),
            ("draft_exists", "Boolean", [("equal", True), ("equal", False)]),
            ("data.text", "String", [("contains", "zephyr"), ("not_contains", "harbour"), ("equal", "x"), ("regex", "^winter")]),
            ("data.n", "Number", [("less", 10_000), ("in", {"min": 10, "max": 20}), ("greater", 1_000_000)]),
            ("data.key", "String", [("contains", "12345"), ("equal", "000000001")]),
        ) for operator, value in asked]
        choose = random.Random(1)
        chosen = [choose.sample(lines, 2) for _ in range(150)]
        for pair in chosen:
            self.indexed(filters=pair)
        costs, wholes = [], []
        for pair in chosen:
            asked = {"filters": pair, "conjunction": choose.choice(["and", "and", "or"])}
            cost, page = self.once(self.path(**asked))
            costs.append(cost)
            if page.get("is_searching"):
                # What was found in time is shown; the rest follows.
                cost, _ = self.once(self.path(**asked, later=False))
                words = [f"{one['filter'][13:]} {one['operator']} {one['value']}" for one in pair]
                wholes.append((cost, f" {asked['conjunction']} ".join(words)))
        costs.sort()
        self.note(f"{name}, median", statistics.median(costs), "ms", "–")
        self.note(f"{name}, p95", costs[int(len(costs) * 0.95)], "ms", "200")
        self.note(f"{name}, pages that look on for the rest", len(wholes) * 100 / len(chosen), "%", "–")
        wholes.sort()
        if wholes:
            self.note(f"{name}, the rest, p95", wholes[int(len(wholes) * 0.95)][0], "ms", "–")
        for cost, pair in wholes[-12:]:
            print(f"    {cost:.0f} ms: {pair}", flush=True)

    def once(self, path):
        """Milliseconds of CPU that one request takes, and its answer."""
        before = self.server.cpu()
        page = self.client.json("GET", path)
        return (self.server.cpu() - before) * 1000, page

    def paging(self, last):
        name = "16 people paging at once"
        if not self.wanted(name):
            return
        seconds, paths = 5, [self.path(page=1 + number * 7_919 % last) for number in range(500)]
        with multiprocessing.Pool(16) as people:
            begun = time.monotonic()
            counts = people.starmap(turn, [(self.server.port, paths[number:] + paths[:number], seconds) for number in range(16)])
            took = time.monotonic() - begun
        self.note(name, sum(counts) / took, "pages a second", "600")

    def actions(self):
        name = "action on 100,000 selected"
        if not self.wanted(name):
            return
        number = min(100_000, self.tasks // 2)
        person = annotator(self.server, 1)
        # The last ones: whoever labels meanwhile is at the first.
        filters = {"conjunction": "and", "items": [line("inner_id", "greater", "Number", self.tasks - number)]}
        order = {"filters": filters, "selectedItems": {"all": True, "excluded": []}}
        times, stop = [], threading.Event()

        def label():
            while not stop.is_set():
                begun = time.monotonic()
                task = person.json("GET", f"/api/projects/{self.project}/next/")["id"]
                person.json("POST", f"/api/tasks/{task}/annotations/", {"result": [], "lead_time": 1})
                times.append((time.monotonic() - begun) * 1000)

        # Somebody labels meanwhile.
        labeler = threading.Thread(target=label)
        labeler.start()
        try:
            deleted, job = self.job(f"/api/dm/actions/?project={self.project}&id=delete_tasks", order)
            self.note(f"{name}: delete {number:,}", deleted, "s", "5")
            restored, _ = self.job(f"/api/dm/trash/{job['trash']}/restore/", {})
            self.note(f"{name}: restore {number:,}", restored, "s", "5")
        finally:
            stop.set()
            labeler.join()
        self.note(f"{name}: next and submit meanwhile, p95", statistics.quantiles(times, n=20)[18], "ms", "50")

    def job(self, path, body):
        begun = time.monotonic()
        answer = self.client.json("POST", path, body, wanted=(200, 202))
        job = answer["job"]["id"] if isinstance(answer["job"], dict) else answer["job"]
        while True:
            found = self.client.json("GET", f"/api/jobs/{job}/")
            if found["state"] not in ("queued", "running"):
                assert found["state"] == "done", found
                return time.monotonic() - begun, found
            time.sleep(0.05)


def piece(bounds):
    return json.dumps([task(index) for index in range(*bounds)]).encode()


def turn(port, paths, seconds):
    """Pages that one person has turned; another process, as another person's browser is."""
    class Port:
        pass
    server = Port()
    server.port = port
    client, number, end = Client(server, TOKEN), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        status, _ = client.call("GET", paths[number % len(paths)])
        assert status == 200, status
        number += 1
    return number


def write_report(bench):
    lines = [
        "# The data manager",
        "",
        f"{bench.tasks:,} tasks with 300 bytes of data, {bench.tasks // 5:,} annotations; "
        f"{report.machine('PostgreSQL' if bench.server.postgres else 'SQLite')}. CPU time of the server a request, unless it says otherwise. The bars are meant for 1,000,000 tasks.",
        "",
        "| work | Labelkeep | bar |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {name} | {value:.3g} {unit} | {bar} |" for name, value, unit, bar in bench.rows]
    report.write("manager-postgres" if bench.server.postgres else "manager", lines)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--tasks", type=int)
    options.add_argument("--only", default="")
    options.add_argument("--keep")
    options.add_argument("--postgres", action="store_true")
    chosen = options.parse_args()
    tasks = chosen.tasks or (100_000 if chosen.quick else 1_000_000)
    with tempfile.TemporaryDirectory(prefix="labelkeep-bench-") as folder:
        postgres = Postgres(chosen.keep and f"{chosen.keep}-postgres") if chosen.postgres else None
        server = Labelkeep(chosen.keep or folder, postgres)
        server.start()
        try:
            bench = Bench(server, tasks, 50, chosen.only)
            bench.fill()
            bench.run()
        finally:
            server.stop()
    write_report(bench)


if __name__ == "__main__":
    main()
