"""Expected output of the exporters, made by the reference converter (PyPI label-studio-sdk 2.1.2).

    reference.py record FOLDER [--seed N --count N]   make random cases and record what the reference answers
    reference.py check FOLDER                         run the reference on recorded cases again; fail on any difference

A case is one JSON file: configuration, tasks (as the JSON export holds them), sizes of uploaded pictures, and the expected
output of each format that the reference could write. `tests/reference.rs` compares the exporters with it, for the
folder `cases` beside this file and for the one that LABELKEEP_FORMATS_CASES names.
"""

import argparse
import json
import logging
import os
import pathlib
import random
import shutil
import sys
import tempfile
import warnings

from cases import make_case

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

FORMATS = ["JSON_MIN", "CSV", "TSV", "COCO", "COCO_WITH_IMAGES", "YOLO", "YOLO_WITH_IMAGES"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["record", "check"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    if options.command == "record":
        options.folder.mkdir(parents=True, exist_ok=True)
        for number in range(options.count):
            seed = options.seed + number
            case = make_case(random.Random(seed))
            case["expected"] = expected(case)
            path = options.folder / f"random-{seed:05}.json"
            path.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    paths = sorted(options.folder.glob("*.json"))
    if not paths:
        sys.exit(f"no cases in {options.folder}")
    wrong = []
    for path in paths:
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["expected"] != expected(case):
            wrong.append(path.name)
    print(f"{len(paths)} cases, {len(wrong)} differ {wrong}")
    sys.exit(1 if wrong else 0)


def expected(case):
    """What the reference writes for each format; a format that it fails on is left out."""
    uploads = pathlib.Path(tempfile.mkdtemp())
    try:
        for url, (width, height) in case["sizes"].items():
            write_picture(uploads / url.removeprefix("/data/upload/"), width, height)
        # With pictures the reference fetches from the web, which ours never does: not comparable.
        names = [name for name in FORMATS if not (case["web"] and name.endswith("_WITH_IMAGES"))]
        answers = {name: answer for name in names if (answer := convert(case, name, uploads)) is not None}
        return json.loads(json.dumps(answers))
    finally:
        shutil.rmtree(uploads)


def write_picture(path, width, height):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height)).save(path)


def convert(case, name, uploads):
    from label_studio_sdk.converter import Converter

    work = pathlib.Path(tempfile.mkdtemp())
    out = work / "out"
    out.mkdir()
    try:
        source = work / "tasks.json"
        source.write_text(json.dumps(case["tasks"]), encoding="utf-8")
        converter = Converter(config=case["config"], project_dir=None, upload_dir=str(uploads), download_resources=True)
        converter.convert(str(source), str(out), name, is_dir=False)
        return gathered(name, out)
    except Exception:
        return None
    finally:
        shutil.rmtree(work)


def gathered(name, out):
    if name == "JSON_MIN":
        return json.loads((out / "result.json").read_text(encoding="utf-8"))
    if name in ("CSV", "TSV"):
        return (out / "result.csv").read_bytes().decode("utf-8")
    images = sorted(os.listdir(out / "images"))
    if name.startswith("COCO"):
        coco = json.loads((out / "result.json").read_text(encoding="utf-8"))
        del coco["info"]["date_created"], coco["info"]["year"]
        # The reference gives a path from the output to the upload folder; only the name means something.
        for image in coco["images"]:
            if image["file_name"].startswith("../"):
                image["file_name"] = "images/" + image["file_name"].rsplit("/", 1)[-1]
        return {"result": coco, "images": images}
    notes = json.loads((out / "notes.json").read_text(encoding="utf-8"))
    del notes["info"]["year"]
    labels = {path.name: path.read_bytes().decode("utf-8") for path in sorted((out / "labels").iterdir())}
    return {"notes": notes, "classes": (out / "classes.txt").read_text(encoding="utf-8"), "labels": labels, "images": images}


if __name__ == "__main__":
    main()
