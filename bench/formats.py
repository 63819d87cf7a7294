"""Imports and exports of large projects: time, memory of the server, and what somebody who labels meanwhile waits.

Prints a Markdown table and writes it to bench/results/formats.md. Each row has the limit that it must keep at full size. `--scale 0.1` takes a
tenth of all sizes; `--tasks`, `--boxes` and `--masks` set them one by one; `--only` names the parts (json, csv, coco, brush).
"""
import argparse
import csv
import http.client
import json
import os
import pathlib
import statistics
import tempfile
import threading
import time
import zipfile

import report
from busy import Pairs
from run import RESULT
from servers import ROOT, TOKEN, Client, Labelkeep

TEXTS = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"""
PICTURES = """<View><Image name="image" value="$image"/>
<RectangleLabels name="box" toName="image"><Label value="Car"/><Label value="Person"/></RectangleLabels></View>"""
MASKS = """<View><Image name="image" value="$image"/>
<BrushLabels name="brush" toName="image"><Label value="Hole"/></BrushLabels></View>"""
BOXES_A_TASK = 10
MASK = (4000, 3000)


def written(path, items):
    """A JSON list in a file, item by item."""
    with open(path, "w") as file:
        file.write("[")
        for index, item in enumerate(items):
            file.write(("," if index else "") + json.dumps(item))
        file.write("]")
    return path


def texts(number, annotated):
    for index in range(number):
        item = {"data": {"text": f"This is the text of task number {index}, as long as a short sentence."}}
        if annotated:
            item["annotations"] = [{"result": RESULT}]
        yield item


def pictures(boxes):
    for index in range(max(1, boxes // BOXES_A_TASK)):
        regions = [
            {
                "id": f"r{place}", "from_name": "box", "to_name": "image", "type": "rectanglelabels", "original_width": 1920, "original_height": 1080,
                "image_rotation": 0,
                "value": {"x": (index + place * 7) % 90, "y": 10.5 + place, "width": 5.25, "height": 3.125, "rotation": 0, "rectanglelabels": ["Car"]},
            }
            for place in range(BOXES_A_TASK)
        ]
        yield {"data": {"image": f"https://example.com/pictures/{index}.jpg"}, "annotations": [{"result": regions}]}


class Bits:
    """Bits from the most significant on, as the run-length code of brushes has them."""

    def __init__(self):
        self.text = []

    def put(self, value, width):
        self.text.append(format(value, f"0{width}b"))

    def bytes(self):
        text = "".join(self.text)
        text += "0" * (8 - len(text) % 8)
        return [int(text[at:at + 8], 2) for at in range(0, len(text), 8)]


def mask_code(width, height):
    """A disk, as the code of a mask: runs of pixels of four bytes each."""
    runs = []
    radius, middle = height // 3, height // 2
    for y in range(height):
        reach = int(max(0, radius * radius - (y - middle) ** 2) ** 0.5)
        left = width // 2 - reach
        for length, value in ((left, 0), (2 * reach, 255), (width - left - 2 * reach, 0)):
            if length and runs and runs[-1][1] == value:
                runs[-1][0] += length
            elif length:
                runs.append([length, value])
    bits = Bits()
    bits.put(width * height * 4, 32)
    bits.put(7, 5)
    for size in (3, 4, 8, 16):
        bits.put(size - 1, 4)
    for length, value in runs:
        length *= 4
        while length:
            part = min(length, 65536)
            bits.put(1, 1)
            bits.put(3, 2)
            bits.put(part - 1, 16)
            bits.put(value, 8)
            length -= part
    return bits.bytes()


def masks(number):
    code = mask_code(*MASK)
    for index in range(number):
        region = {
            "id": "m", "from_name": "brush", "to_name": "image", "type": "brushlabels", "original_width": MASK[0], "original_height": MASK[1],
            "image_rotation": 0, "value": {"format": "rle", "rle": code, "brushlabels": ["Hole"]},
        }
        yield {"data": {"image": f"https://example.com/{index}.jpg"}, "annotations": [{"result": [region]}]}


def coco(path, boxes):
    """A data set whose annotations stand before its images, so that nothing can be read along."""
    number = max(1, boxes // BOXES_A_TASK)
    with open(path, "w") as file:
        file.write('{"categories": [{"id": 1, "name": "Car"}], "annotations": [')
        for index in range(number * BOXES_A_TASK):
            row = {"id": index, "image_id": index % number, "category_id": 1, "bbox": [index % 900, 10.5, 30, 20], "area": 600, "iscrowd": 0, "segmentation": []}
            file.write(("," if index else "") + json.dumps(row))
        file.write('], "images": [')
        for index in range(number):
            row = {"id": index, "file_name": f"{index}.jpg", "width": 1920, "height": 1080}
            file.write(("," if index else "") + json.dumps(row))
        file.write("]}")
    return path


class Labeling:
    """Somebody who takes a task and submits it, some times a second, while something else goes on; how long each pair takes.

    `busy.py` asks without a pause and is the measure of waiting; here the work is measured, and a pace leaves it the processor.
    """

    def __init__(self, server, project):
        self.pairs = Pairs(Client(server), project)
        self.times, self.ended = [], threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.ended.is_set():
            self.times.append(self.pairs.once())
            time.sleep(0.1)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def p95(self):
        return statistics.quantiles(self.times, n=20)[18] if len(self.times) > 1 else float("nan")


class Bench:
    def __init__(self, server, folder, sizes):
        self.server, self.folder, self.sizes = server, pathlib.Path(folder), sizes
        self.client, self.rows = Client(server), []
        self.labeled = self.project(TEXTS)
        path = written(self.folder / "labeled.json", texts(20_000, False))
        self.send(self.labeled, path)

    def project(self, config):
        return self.client.json("POST", "/api/projects/", {"title": "Bench", "label_config": config})["id"]

    def send(self, project, path, query=""):
        """Imports a file as the body of a request, read while it is sent."""
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=1800)
        target = f"/api/projects/{project}/import{query}"
        headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json", "Content-Length": str(os.path.getsize(path))}
        with open(path, "rb") as body:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        assert answer.status == 201, text[:500]
        return json.loads(text)

    def upload(self, project, path, query=""):
        """The same as a picked file."""
        edge = "labelkeep-bench"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'.encode()
        tail = f"\r\n--{edge}--\r\n".encode()
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=1800)
        size = len(head) + os.path.getsize(path) + len(tail)
        connection.putrequest("POST", f"/api/projects/{project}/import{query}")
        for name, value in {"Authorization": f"Token {TOKEN}", "Content-Type": f"multipart/form-data; boundary={edge}", "Content-Length": size}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(head)
        with open(path, "rb") as body:
            while piece := body.read(1 << 20):
                connection.send(piece)
        connection.send(tail)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 201, text[:500]
        return json.loads(text)

    def measured(self, name, work, limits, rate=None):
        """One row: the clock, the server's CPU, its memory, and the wait of who labels meanwhile. `limits`: seconds, MiB, and the least rate."""
        self.server.forget_peak()
        cpu = self.server.cpu()
        with Labeling(self.server, self.labeled) as labeling:
            begun = time.monotonic()
            work()
            seconds = time.monotonic() - begun
        cpu, peak, p95 = self.server.cpu() - cpu, self.server.memory("VmHWM"), labeling.p95()
        row = {"name": name, "seconds": seconds, "cpu": cpu, "peak": peak, "p95": p95, "limits": limits, "rate": rate and rate(seconds, cpu)}
        self.rows.append(row)
        print(f"  {name}: {seconds:.2f} s, CPU {cpu:.2f} s, {peak:.0f} MiB, {row['rate'] or ''}, p95 {p95:.1f} ms", flush=True)

    def exported(self, project, format, **query):
        extra = "".join(f"&{name}={value}" for name, value in query.items())
        path = f"/api/projects/{project}/export?exportType={format}{extra}"
        size = [0]

        def work():
            connection = http.client.HTTPConnection("localhost", self.server.port, timeout=1800)
            connection.request("GET", path, headers={"Authorization": f"Token {TOKEN}"})
            answer = connection.getresponse()
            assert answer.status == 200, answer.status
            while piece := answer.read(1 << 20):
                size[0] += len(piece)

        return work, size

    def json(self):
        tasks = self.sizes["tasks"]
        plain, annotated = self.project(TEXTS), self.project(TEXTS)
        path = written(self.folder / "plain.json", texts(tasks, False))
        self.measured(f"import {tasks:,} plain tasks, JSON", lambda: self.send(plain, path), (20, 256))
        path = written(self.folder / "annotated.json", texts(tasks, True))
        self.measured(f"import {tasks:,} annotated tasks, JSON", lambda: self.send(annotated, path), (60, 256))
        work, size = self.exported(annotated, "JSON")
        self.measured(f"export {tasks:,} annotated tasks, JSON", work, (60, 200), lambda seconds, _: f"{size[0] / seconds / 1e6:.0f} MB/s")

    def csv(self):
        tasks = self.sizes["tasks"]
        # Short rows show what a task costs, long ones what a byte costs.
        self.table(f"{tasks:,} short rows, CSV", 1, tasks, lambda index: [f"The text of row {index}, with a comma", index, "x" * 60])
        paragraph = "Ships lie at anchor, and a \"pilot\" comes on board before the tide turns. " * 26
        self.table(f"{tasks // 2:,} rows of 2 kB, CSV", 5, tasks // 10, lambda index: [f"{index}: {paragraph}", index, ""])

    def table(self, name, files, number, row):
        """So many files with a table of so many rows each, in and out."""
        path = self.folder / "table.csv"
        with open(path, "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["text", "number", "note"])
            table.writerows(row(index) for index in range(number))
        size = os.path.getsize(path) * files
        into = self.project(TEXTS)
        work = lambda: [self.upload(into, path) for _ in range(files)]
        self.measured(f"import {name}", work, (None, 256), lambda seconds, _: f"{size / seconds / 1e6:.0f} MB/s")
        work, written_bytes = self.exported(into, "CSV", download_all_tasks="true")
        self.measured(f"export {name}", work, (None, 200), lambda seconds, _: f"{written_bytes[0] / seconds / 1e6:.0f} MB/s")

    def coco(self):
        boxes = self.sizes["boxes"]
        project = self.project(PICTURES)
        self.send(project, written(self.folder / "boxes.json", pictures(boxes)))
        # CVAT and YOLO have no limit of time of their own; they show that the memory of COCO is no exception.
        for format, limits in (("COCO", (10, 200)), ("YOLO", (None, 200)), ("CVAT_XML", (None, 200))):
            work, _ = self.exported(project, format, download_resources="false")
            self.measured(f"export {boxes:,} boxes, {format}", work, limits, lambda seconds, _: f"{boxes / seconds:,.0f} boxes/s")
        into = self.project(PICTURES)
        path = coco(self.folder / "instances.json", boxes)
        self.measured(
            f"import {boxes:,} boxes, COCO ({os.path.getsize(path) / 1e6:.0f} MB)", lambda: self.upload(into, path, "?format=coco"), (None, 256),
            lambda seconds, _: f"{boxes / seconds:,.0f} boxes/s",
        )
        archive = self.folder / "cvat.zip"
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=1800)
        connection.request(
            "GET", f"/api/projects/{project}/export?exportType=CVAT_XML&download_resources=false", headers={"Authorization": f"Token {TOKEN}"},
        )
        archive.write_bytes(connection.getresponse().read())
        path = self.folder / "annotations.xml"
        with zipfile.ZipFile(archive) as found, found.open("annotations.xml") as source, open(path, "wb") as target:
            while piece := source.read(1 << 20):
                target.write(piece)
        into = self.project(PICTURES)
        self.measured(
            f"import {boxes:,} boxes, CVAT ({os.path.getsize(path) / 1e6:.0f} MB)", lambda: self.upload(into, path, "?format=cvat"), (None, 256),
            lambda seconds, _: f"{boxes / seconds:,.0f} boxes/s",
        )

    def brush(self):
        number = self.sizes["masks"]
        project = self.project(MASKS)
        self.send(project, written(self.folder / "masks.json", masks(number)))
        work, _ = self.exported(project, "BRUSH_TO_PNG", download_resources="false")
        self.measured(
            f"export {number:,} masks of {MASK[0]:,} × {MASK[1]:,}, PNG", work, (None, 200),
            lambda _, cpu: f"{number / cpu:.0f} masks/s a core",
        )


def verdict(row, full):
    """Whether a row keeps its limits; sizes below the full one say nothing of the time."""
    seconds, peak = row["limits"]
    wrong = []
    if full and seconds and row["seconds"] > seconds:
        wrong.append("time")
    if row["peak"] > peak:
        wrong.append("memory")
    if row["p95"] > 50:
        wrong.append("wait")
    return "no: " + ", ".join(wrong) if wrong else "yes"


def write_report(rows, sizes, full):
    lines = [
        "# Imports and exports",
        "",
        f"{report.machine()}. One person labels meanwhile; p95 is of a next task with its submit.",
        "" if full else f"Sizes below the full ones ({', '.join(f'{name} {value:,}' for name, value in sizes.items())}): limits of time are not judged.",
        "",
        "| work | time | CPU | peak memory | rate | p95 meanwhile | limits | kept |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        seconds, peak = row["limits"]
        limits = ", ".join(filter(None, [seconds and f"{seconds} s", f"{peak} MiB", "50 ms"]))
        lines.append(
            f"| {row['name']} | {row['seconds']:.2f} s | {row['cpu']:.2f} s | {row['peak']:.0f} MiB | {row['rate'] or '–'} | {row['p95']:.1f} ms"
            f" | {limits} | {verdict(row, full)} |"
        )
    report.write("formats", lines)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--tasks", type=int)
    options.add_argument("--boxes", type=int)
    options.add_argument("--masks", type=int)
    options.add_argument("--only", default="json,csv,coco,brush")
    options.add_argument("--program", type=pathlib.Path, default=ROOT / "target/release/labelkeep")
    chosen = options.parse_args()
    usual = {"tasks": 1_000_000, "boxes": 1_000_000, "masks": 1_000}
    sizes = {name: getattr(chosen, name) or max(1, int(value * chosen.scale)) for name, value in usual.items()}
    with tempfile.TemporaryDirectory(prefix="labelkeep-bench-") as folder:
        server = Labelkeep(pathlib.Path(folder) / "data")
        command = server.command()
        server.command = lambda: [chosen.program.resolve(), *command[1:]]
        server.start()
        try:
            bench = Bench(server, folder, sizes)
            for part in chosen.only.split(","):
                getattr(bench, part)()
        finally:
            server.stop()
        write_report(bench.rows, sizes, sizes == usual)


if __name__ == "__main__":
    main()
