"""`make bench`: the work that people wait for, ours and Label Studio's on the same machine in one run.

Counted is the CPU time of the server, a unit of work: it depends little on what else the machine does. Prints a Markdown
table and writes it to bench/results/latest.md. `--quick` takes a tenth of the sizes, `--ours` leaves the other one out,
`--tasks` sets the size of the large project, `--no-editor` leaves out the measurements in a browser.
"""
import argparse
import collections
import json
import statistics
import subprocess
import tempfile
import threading
import time

import report
from servers import EMAIL, PASSWORD, TOKEN, Client, Labelkeep, Reference, ROOT, annotator

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"""
RESULT = [{"id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["pos"]}}]


def project(client, title="Bench"):
    return client.json("POST", "/api/projects/", {"title": title, "label_config": CONFIG})["id"]


def plain(number):
    return json.dumps([{"text": f"task number {index}"} for index in range(number)]).encode()


def mixed(number):
    items = []
    for index in range(number):
        item = {"data": {"text": f"task number {index}"}}
        if index % 10 == 0:
            item["annotations"] = [{"result": RESULT}]
        if index % 5 == 0:
            item["predictions"] = [{"result": RESULT, "score": 0.5, "model_version": "m1"}]
        items.append(item)
    return json.dumps(items).encode()


class Bench:
    def __init__(self, server, sizes):
        self.server, self.sizes, self.figures = server, sizes, collections.OrderedDict()

    def spent(self, work):
        """Milliseconds of CPU that the work took."""
        before = self.server.cpu()
        work()
        # What the server does after its answer (checkpoints, statistics) belongs to the work.
        time.sleep(0.3)
        return (self.server.cpu() - before) * 1000

    def each(self, call):
        """Milliseconds of CPU that one call takes, after a few that are not counted."""
        for _ in range(3):
            call()
        times = self.sizes["repeat"]
        return self.spent(lambda: [call() for _ in range(times)]) / times

    def note(self, name, value, unit="ms"):
        self.figures[name] = (value, unit)
        print(f"  {self.server.name}: {name}: {value:.3g} {unit}", flush=True)

    def run(self):
        self.note("start to first 200, empty data", self.server.start(), "s")
        time.sleep(3)
        self.server.stop()
        self.note("start to first 200, existing data", self.server.start(), "s")
        time.sleep(5)
        self.note("idle memory", self.server.memory("VmRSS"), "MiB")
        self.client = Client(self.server)
        small = project(self.client, "Small")
        self.client.json("POST", f"/api/projects/{small}/import", plain(self.sizes["small"]))
        self.requests()
        self.imports()
        self.pages(small)
        self.lists()
        self.big_task()
        self.exports()
        self.cycles()
        if self.sizes["editor"]:
            self.editor()

    def requests(self):
        """What every request pays: the connection's share, the credential, the policy, the answer."""
        self.note("request that needs nobody (version)", self.each(lambda: self.client.json("GET", "/api/version/")))
        self.note("request with a token (who am I)", self.each(lambda: self.client.json("GET", "/api/current-user/whoami")))

    def imports(self):
        large = self.sizes["large"]
        for name, body in (("plain", plain(large)), ("mixed", mixed(large))):
            into = project(self.client, f"Import {name}")
            self.server.forget_peak()
            cost = self.spent(lambda: self.client.json("POST", f"/api/projects/{into}/import", body))
            self.note(f"import {large:,} {name} tasks, CPU", cost / 1000, "s")
            self.note(f"import {large:,} {name} tasks, peak memory", self.server.memory("VmHWM"), "MiB")
            setattr(self, name, into)

    def pages(self, small):
        for into, number in ((small, self.sizes["small"]), (self.plain, self.sizes["large"])):
            for place, page in (("first", 1), ("last", number // 100)):
                path = f"/api/tasks/?project={into}&page={page}&page_size=100&fields=all"
                self.note(f"{place} page of 100 of {number:,} tasks", self.each(lambda: self.client.json("GET", path)))

    def lists(self):
        for number in range(30):
            project(self.client, f"Listed {number}")
        self.note("project list of 30", self.each(lambda: self.client.json("GET", "/api/projects/?page_size=30")))

    def big_task(self):
        config = '<View><Image name="image" value="$image"/><RectangleLabels name="box" toName="image"><Label value="Car"/></RectangleLabels></View>'
        into = self.client.json("POST", "/api/projects/", {"title": "Big task", "label_config": config})["id"]
        regions = [
            {
                "id": f"r{index}", "from_name": "box", "to_name": "image", "type": "rectanglelabels", "original_width": 800, "original_height": 600,
                "image_rotation": 0, "value": {"x": index % 100, "y": 10.5, "width": 5.25, "height": 3, "rotation": 0, "rectanglelabels": ["Car"]},
            }
            for index in range(1000)
        ]
        task = self.client.json("POST", "/api/tasks/", {"project": into, "data": {"image": "http://localhost/a.png"}})["id"]
        for _ in range(2):
            self.client.json("POST", f"/api/tasks/{task}/annotations/", {"result": regions})
        self.note("read a task with 2 × 1,000 regions", self.each(lambda: self.client.call("GET", f"/api/tasks/{task}/")))

    def exports(self):
        """A tenth and the whole of the large size: memory that grows with the project would show."""
        number = self.sizes["large"]
        tenth = project(self.client, "Export of a tenth")
        self.client.json("POST", f"/api/projects/{tenth}/import", mixed(number // 10))
        for into, size in ((tenth, number // 10), (self.mixed, number)):
            before = self.server.memory("VmRSS")
            self.server.forget_peak()
            cost = self.spent(lambda: self.client.drain(f"/api/projects/{into}/export?exportType=JSON&download_all_tasks=true"))
            self.note(f"export JSON of {size:,}, a task", cost / size)
            self.note(f"export JSON of {size:,}, peak memory", self.server.memory("VmHWM"), "MiB")
            self.note(f"export JSON of {size:,}, memory above that before", self.server.memory("VmHWM") - before, "MiB")

    def cycles(self):
        people = [annotator(self.server, number) for number in range(16)]
        for size in ("small", "large"):
            for annotators in (1, 4, 16):
                into = project(self.client, f"Cycle {size} {annotators}")
                self.client.json("POST", f"/api/projects/{into}/import", plain(self.sizes[size]))
                self.cycle(into, people[:annotators], f"{annotators} annotators, {self.sizes[size]:,} tasks")

    def cycle(self, into, people, name):
        rounds = max(5, self.sizes["cycles"] // len(people))
        times, handed, lock = [], collections.Counter(), threading.Lock()

        def work(person):
            for _ in range(rounds):
                begun = time.monotonic()
                task = person.json("GET", f"/api/projects/{into}/next/")["id"]
                person.json("POST", f"/api/tasks/{task}/annotations/", {"result": RESULT, "lead_time": 1.5})
                with lock:
                    times.append((time.monotonic() - begun) * 1000)
                    handed[task] += 1

        def all_at_once():
            threads = [threading.Thread(target=work, args=(person,)) for person in people]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        cost = self.spent(all_at_once)
        # Cycles that failed would make the rest look cheap.
        assert len(times) == rounds * len(people), f"{rounds * len(people) - len(times)} cycles failed"
        self.note(f"next + submit, {name}, CPU", cost / len(times))
        self.note(f"next + submit, {name}, p95", statistics.quantiles(times, n=20)[18])
        self.note(f"next + submit, {name}, handed out twice", sum(count - 1 for count in handed.values()), "tasks")


    def editor(self):
        """What an annotator waits for in the browser; bench/editor.mjs prints a line for each figure."""
        kind = "labelkeep" if isinstance(self.server, Labelkeep) else "label-studio"
        command = ["node", ROOT / "bench/editor.mjs", "--kind", kind, "--url", f"http://localhost:{self.server.port}",
                   "--email", EMAIL, "--password", PASSWORD, "--token", TOKEN]
        if self.sizes["quick"]:
            command.append("--quick")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
            for line in running.stdout:
                figure = json.loads(line)
                self.note(figure["name"], figure["value"], figure["unit"])


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--ours", action="store_true")
    options.add_argument("--no-editor", action="store_true")
    options.add_argument("--tasks", type=int, help="size of the large project (100,000; with --quick 10,000)")
    chosen = options.parse_args()
    sizes = {"small": 2_000, "large": 100_000, "repeat": 500, "cycles": 1_600}
    if chosen.quick:
        sizes = {"small": 2_000, "large": 10_000, "repeat": 100, "cycles": 320}
    sizes |= {"large": chosen.tasks or sizes["large"], "editor": not chosen.no_editor, "quick": chosen.quick}
    kinds = [Labelkeep] if chosen.ours or not Reference.install() else [Labelkeep, Reference]
    columns = {}
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="labelkeep-bench-") as folder:
            own = dict(sizes)
            if kind is Reference:
                # A unit costs the same; fewer of them keep the run within minutes.
                own["repeat"], own["cycles"] = max(10, sizes["repeat"] // 10), max(32, sizes["cycles"] // 10)
            bench = Bench(kind(folder), own)
            try:
                bench.run()
            finally:
                bench.server.stop()
            columns[kind.name] = bench.figures
    write_report(columns, sizes)


def write_report(columns, sizes):
    lines = [
        "# Benchmark",
        "",
        f"{report.machine()}. CPU time of the server a unit of work, unless it says otherwise.",
        "",
        "| work | " + " | ".join(columns) + (" | ratio |" if len(columns) > 1 else " |"),
        "| --- |" + " ---: |" * (len(columns) + (len(columns) > 1)),
    ]
    ours = next(iter(columns.values()))
    for name, (value, unit) in ours.items():
        cells = [f"{figures[name][0]:.3g} {figures[name][1]}" if name in figures else "–" for figures in columns.values()]
        if len(columns) > 1:
            other = list(columns.values())[1].get(name)
            cells.append(f"{other[0] / value:,.0f} ×" if other and value else "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    report.write("latest", lines)


if __name__ == "__main__":
    main()
