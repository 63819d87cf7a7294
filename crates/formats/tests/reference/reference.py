"""Expected output of the exporters, made by the reference converter (PyPI label-studio-sdk 2.1.2).

    reference.py record FOLDER [--seed N --count N]   make random cases and record what the reference answers
    reference.py check FOLDER                         run the reference on recorded cases again; fail on any difference

A case is one JSON file: configuration, tasks (as the JSON export holds them), sizes of uploaded pictures, and the expected
output of each format that the reference could write. `tests/reference.rs` compares the exporters with it, for the
folder `cases` beside this file and for the one that LABELKEEP_FORMATS_CASES names.
"""

import argparse
import hashlib
import json
import logging
import os
import pathlib
import random
import shutil
import sys
import tempfile
import warnings
import zipfile

from cases import make_case

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

FORMATS = [
    "JSON_MIN", "CSV", "TSV", "CONLL2003", "COCO", "COCO_WITH_IMAGES", "VOC", "YOLO", "YOLO_WITH_IMAGES", "YOLO_OBB",
    "YOLO_OBB_WITH_IMAGES", "BRUSH_TO_NUMPY", "BRUSH_TO_PNG", "ASR_MANIFEST", "BRUSH_TO_COCO", "DOCLANG",
]
# Formats that fetch pictures from the web, which ours never does: not comparable for such tasks.
FETCHING = ["COCO_WITH_IMAGES", "VOC", "YOLO_WITH_IMAGES", "YOLO_OBB_WITH_IMAGES"]


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
            case["supported"] = supported(case)
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
        if case["expected"] != expected(case) or case["supported"] != supported(case):
            wrong.append(path.name)
    print(f"{len(paths)} cases, {len(wrong)} differ {wrong}")
    sys.exit(1 if wrong else 0)


def converter(case, uploads):
    """A converter as the reference server makes it: of the parsed configuration."""
    from label_studio_sdk._extensions.label_studio_tools.core.label_config import parse_config
    from label_studio_sdk.converter import Converter

    return Converter(config=parse_config(case["config"]), project_dir=None, upload_dir=str(uploads), download_resources=True)


def supported(case):
    """Formats that the reference offers for the configuration; none of those with pictures where the listing fails."""
    try:
        names = converter(case, "/nonexistent").supported_formats
    except ValueError:
        return None
    return sorted(name for name in names if name != "CSV_OLD")


def expected(case):
    """What the reference writes for each format that it offers; a format that it fails on is left out."""
    uploads = pathlib.Path(tempfile.mkdtemp())
    try:
        for url, size in case["sizes"].items():
            write_upload(uploads / url.removeprefix("/data/upload/"), size)
        names = [name for name in FORMATS if name in (case["supported"] or []) and not (case["web"] and name in FETCHING)]
        answers = {name: answer for name in names if (answer := convert(case, name, uploads)) is not None}
        return json.loads(json.dumps(answers))
    finally:
        shutil.rmtree(uploads)


def write_upload(path, size):
    """A picture of a size, or a sound of a frame rate and a number of frames."""
    import wave

    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".wav":
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(2)
            sound.setframerate(size[0])
            sound.writeframes(bytes(4 * size[1]))
    elif path.suffix in (".png", ".jpg"):
        Image.new("L" if path.suffix == ".jpg" else "RGB", tuple(size)).save(path)
    else:
        path.write_bytes(b"no sound")


def convert(case, name, uploads):
    work = pathlib.Path(tempfile.mkdtemp())
    out = work / "out"
    out.mkdir()
    try:
        source = work / "tasks.json"
        tasks = case["tasks"] if name != "ASR_MANIFEST" else transcribed(case["tasks"])
        source.write_text(json.dumps(tasks), encoding="utf-8")
        converter(case, uploads).convert(str(source), str(out), name, is_dir=False)
        return gathered(name, out)
    except Exception:
        return None
    finally:
        shutil.rmtree(work)


def transcribed(tasks):
    """Without annotations that have no transcript: the reference repeats the one before, or fails."""
    kept = []
    for task in tasks:
        annotations = [
            row for row in task["annotations"]
            if any(result.get("from_name") == "note" and result["value"]["text"] for result in row["result"])
        ]
        if annotations:
            kept.append({**task, "annotations": annotations})
    return kept


def gathered(name, out):
    if name == "JSON_MIN":
        return json.loads((out / "result.json").read_text(encoding="utf-8"))
    if name in ("CSV", "TSV"):
        return (out / "result.csv").read_bytes().decode("utf-8")
    if name == "CONLL2003":
        return (out / "result.conll").read_bytes().decode("utf-8")
    if name == "ASR_MANIFEST":
        manifest = (out / "manifest.json").read_text(encoding="ascii")
        # The reference also copies sounds that it then leaves out of the manifest.
        named = {json.loads(line)["audio_filepath"].removeprefix("audio/") for line in manifest.splitlines()}
        return {"manifest": manifest, "audio": sorted(named & set(os.listdir(out / "audio")))}
    if name.startswith("BRUSH_TO_") and name != "BRUSH_TO_COCO":
        return masks(name, out)
    if name == "DOCLANG":
        return {path.name: document(path) for path in sorted(out.iterdir())}
    images = sorted(os.listdir(out / "images"))
    if name == "VOC":
        folder = out / "Annotations"
        files = {path.name: path.read_bytes().decode("utf-8") for path in sorted(folder.iterdir())} if folder.exists() else {}
        return {"annotations": files, "images": images}
    if name == "BRUSH_TO_COCO":
        coco = json.loads((out / "result_coco.json").read_text(encoding="utf-8"))
        del coco["info"]["date_created"], coco["info"]["year"]
        for category in coco["categories"]:
            del category["color"]  # random in the reference
        return {"result": coco, "images": images}
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


def masks(name, out):
    """Names, sizes and a digest of the pixels; for NumPy a digest of the whole file too."""
    import numpy
    from PIL import Image

    found = {}
    for path in sorted(out.iterdir()):
        if name == "BRUSH_TO_NUMPY":
            pixels = numpy.load(path)
            more = {"file": hashlib.md5(path.read_bytes()).hexdigest()}
        else:
            pixels = numpy.asarray(Image.open(path))
            more = {}
        found[path.name] = {"size": list(pixels.shape), "pixels": hashlib.md5(pixels.tobytes()).hexdigest(), **more}
    return found


def document(path):
    """The text entries of an archive, and the names of the others."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            content = archive.read(entry)
            if entry == "document.xml":
                found[entry] = content.decode("utf-8")
            elif entry.endswith((".xml", ".rels")):
                found[entry] = canonical(content)
            else:
                found[entry] = None
    return found


def canonical(xml):
    """What an XML file says, whatever its layout: names and attributes in document order."""
    from lxml import etree

    root = etree.fromstring(xml)
    return [[etree.QName(element).localname, dict(sorted(element.attrib.items()))] for element in root.iter()]


if __name__ == "__main__":
    main()
