"""Opens the files that `tests/beyond.rs` keeps with the tools that people use: python check.py FOLDER

`make test` brings the small tools along (`requirements.txt`). Checks whose tool is not there say so; what those formats must have is
held against their published descriptions (`schemas.py`) at any rate.
"""
import json, sys, tempfile, zipfile
from pathlib import Path

import schemas

folder = Path(sys.argv[1])


def unpacked(name, corpus="pictures"):
    target = Path(tempfile.mkdtemp()) / name
    with zipfile.ZipFile(folder / corpus / f"{name}.zip") as archive:
        archive.extractall(target)
    return target


def coco():
    from pycocotools.coco import COCO
    found = COCO(str(unpacked("COCO_KEYPOINTS") / "annotations/person_keypoints_default.json"))
    [posed] = [row for row in found.dataset["annotations"] if row["num_keypoints"]]
    assert found.annToMask(next(row for row in found.dataset["annotations"] if row["segmentation"])).sum() > 0
    assert posed["bbox"] == [4, 4, 12, 8]
    names = [image["file_name"] for image in found.dataset["images"]]
    assert len(names) == len(set(names))


def panoptic():
    import numpy
    from PIL import Image
    root = unpacked("COCO_PANOPTIC") / "annotations"
    about = json.loads((root / "panoptic_default.json").read_text())
    for row in about["annotations"]:
        pixels = numpy.array(Image.open(root / "panoptic_default" / row["file_name"])).astype(int)
        ids = pixels[..., 0] + 256 * pixels[..., 1] + 65536 * pixels[..., 2]
        for segment in row["segments_info"]:
            assert (ids == segment["id"]).sum() == segment["area"], segment


def voc_masks():
    from PIL import Image
    root = unpacked("VOC_MASKS")
    for path in (root / "SegmentationClass").iterdir():
        image = Image.open(path)
        assert image.mode == "P" and image.getpalette()[3:6] == [128, 0, 0]
        assert Image.open(root / "SegmentationObject" / path.name).size == image.size


def compressed_masks():
    from pycocotools import mask
    file = json.loads((unpacked("DATUMARO") / "annotations/default.json").read_text())
    masks = [row for item in file["items"] for row in item["annotations"] if row["type"] == "mask"]
    assert masks and all(mask.area(row["rle"]) == 27 for row in masks)


def conll():
    import conllu
    for name in ["CONLL_IOB", "CONLL_IOBES"]:
        sentences = conllu.parse((folder / "texts" / f"{name}.conll").read_text(), fields=["form", "tag"])
        assert [token["tag"] for token in sentences[0] if token["tag"] != "O"][0] == "B-PER"
    for name, last in [("CONLL_U", "I-PER"), ("CONLL_U_IOBES", "E-PER")]:
        [sentence] = conllu.parse((folder / "texts" / f"{name}.conllu").read_text())
        assert sentence.metadata["text"].startswith("😀 Ada") and sentence[1]["form"] == "Ada"
        assert [token["misc"]["ner"] for token in sentence][1:3] == ["B-PER", last]
        text = sentence.metadata["text"]
        assert all(text[int(t["misc"]["start_char"]):int(t["misc"]["end_char"])] == t["form"] for t in sentence)


def subtitles():
    import srt, tgt, webvtt
    [caption, other] = webvtt.read(str(unpacked("WEBVTT", "sounds") / "task-1-annotation-11.vtt")).captions
    assert (caption.start, caption.voice) == ("00:00:00.500", "Ada")
    found = list(srt.parse((unpacked("SRT", "sounds") / "task-1-annotation-11.srt").read_text()))
    assert found[0].content == 'Good <morning> & "you"'
    grid = tgt.read_textgrid(str(unpacked("TEXTGRID", "sounds") / "task-1-annotation-11.TextGrid"))
    assert [interval.text for interval in grid.get_tier_by_name("transcript")] == ['Good <morning> & "you"']


def maps():
    import geojson
    for path in unpacked("GEOJSON").glob("*.geojson"):
        assert geojson.loads(path.read_text()).is_valid, geojson.loads(path.read_text()).errors()


def described():
    """Formats whose own tools are large."""
    schemas.cvat(unpacked("CVAT_XML") / "annotations.xml")
    schemas.datumaro(unpacked("DATUMARO") / "annotations/default.json")
    schemas.mot(unpacked("MOT", "videos") / "task-1-annotation-11/gt/gt.txt")
    for name, suffix, check in [("LABELME", "json", schemas.labelme), ("GEOJSON", "geojson", schemas.geojson)]:
        paths = list(unpacked(name).glob(f"*.{suffix}"))
        assert len(paths) >= 2
        for path in paths:
            check(path)


def parquet():
    import pyarrow
    import pyarrow.parquet
    for corpus in ["pictures", "texts", "sounds", "videos"]:
        path = folder / corpus / "PARQUET.parquet"
        table = pyarrow.parquet.read_table(path)
        table.validate(full=True)
        flat = json.loads((folder / corpus / "JSON_MIN.json").read_text())
        rows = table.to_pylist()
        assert [row["annotation_id"] for row in rows] == [row["annotation_id"] for row in flat]
        for row, record in zip(rows, flat):
            assert row["created_at"].isoformat(timespec="microseconds").replace("+00:00", "Z") == record["created_at"]
            for name in {"id", "lead_time", "annotator"} & set(record):
                assert row[name] == record[name], name
        assert table.schema.field("created_at").type == pyarrow.timestamp("us", "UTC")
    texts = pyarrow.parquet.read_table(folder / "texts/PARQUET.parquet").to_pylist()
    assert texts[0]["text"].startswith("😀 Ada") and json.loads(texts[0]["ner"])[0]["labels"] == ["PER"] and texts[0]["mood"] == "good"


def hugging_face():
    from datasets import load_dataset
    for corpus in ["pictures", "texts", "sounds", "videos"]:
        found = load_dataset(str(unpacked("HF_DATASETS", corpus)), split="train")
        assert found.num_rows >= 1 and "annotation_id" in found.column_names


def spacy_lines():
    import spacy
    from spacy.tokens import DocBin
    from spacy.training import Example
    nlp, docs = spacy.blank("en"), DocBin()
    for line in (folder / "texts/SPACY_JSONL.jsonl").read_text().splitlines():
        row = json.loads(line)
        doc = nlp.make_doc(row["text"])
        example = Example.from_dict(doc, {"entities": row["entities"], "cats": row["cats"]})
        assert len(example.reference.ents) == len(row["entities"])
        docs.add(example.reference)
    docs.to_bytes()


def datumaro():
    from datumaro import Dataset
    from PIL import Image
    file = json.loads((unpacked("DATUMARO") / "annotations/default.json").read_text())
    names = [item["image"]["path"] for item in file["items"]]
    for name, kind in [("DATUMARO", "datumaro"), ("VOC_MASKS", "voc_segmentation")]:
        root = unpacked(name)
        # The corpus has no pictures; these tools want some.
        (root / "images/default").mkdir(parents=True, exist_ok=True)
        for picture in names:
            for folder in ["images", "images/default"]:
                Image.new("RGB", (40, 20)).save(root / folder / picture)
        found = Dataset.import_from(str(root), kind)
        assert sum(len(item.annotations) for item in found) >= 5, name


def pictured(root, names):
    """The corpus has no pictures; these tools want some."""
    from PIL import Image
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 20)).save(root / name)


def cvat():
    import re
    from datumaro import Dataset
    root = unpacked("CVAT_XML")
    names = re.findall(r'<image id="\d+" name="([^"]+)"', (root / "annotations.xml").read_text())
    pictured(root, [f"images/{name}" for name in names])
    found = Dataset.import_from(str(root), "cvat")
    kinds = sorted({annotation.type.name for item in found for annotation in item.annotations})
    assert {"bbox", "polygon", "points"} <= set(kinds), kinds
    assert len(names) == len(set(names)) == len(found)


def mot():
    import motmetrics
    root = unpacked("MOT", "videos")
    table = motmetrics.io.loadtxt(str(root / "task-1-annotation-11/gt/gt.txt"), fmt=motmetrics.io.Format.MOT16, min_confidence=1)
    assert list(table.index) == [(frame, 1) for frame in range(1, 6)], table
    # Boxes of the challenge begin at 1, its reader's at 0.
    assert list(table["X"]) == [-1, 19, 39, 59, 79] and set(table["Width"]) == {20}


def labelme():
    from labelme2coco import get_coco_from_labelme_folder
    root = unpacked("LABELME")
    for path in root.glob("*.json"):
        pictured(root, [json.loads(path.read_text())["imagePath"]])
    found = get_coco_from_labelme_folder(str(root))
    assert sum(len(image.annotations) for image in found.images) >= 3


def brat():
    import re
    root = unpacked("BRAT", "texts")
    conf = (root / "annotation.conf").read_text()
    types = re.search(r"\[entities\]\n(.*?)\n\n", conf, re.S).group(1).split("\n")
    for path in root.glob("*.ann"):
        text = path.with_suffix(".txt").read_text()
        for line in path.read_text().splitlines():
            if line[0] == "T":
                kind, places, words = re.fullmatch(r"T\d+\t(\S+) ((?:\d+ \d+;?)+)\t(.*)", line).groups()
                parts = [text[int(a):int(b)] for a, b in (place.split() for place in places.split(";"))]
                assert kind in types and " ".join(parts) == words, line
            elif line[0] == "R":
                assert re.fullmatch(r"R\d+\t\S+ Arg1:T\d+ Arg2:T\d+", line), line
            else:
                assert re.fullmatch(r"#\d+\tAnnotatorNotes T\d+\t.*", line), line


def prodigy():
    for line in (folder / "texts/PRODIGY_JSONL.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert row["answer"] == "accept"
        tokens = row["tokens"]
        assert [token["id"] for token in tokens] == list(range(len(tokens)))
        assert all(row["text"][token["start"]:token["end"]] == token["text"] for token in tokens)
        for span in row["spans"]:
            # Prodigy wants the tokens that a span begins and ends in.
            assert tokens[span["token_start"]]["start"] <= span["start"] < span["end"] <= tokens[span["token_end"]]["end"]
        assert set(row["accept"]) <= {option["id"] for option in row["options"]}


# What the Recommendation says that an annotation, its bodies, targets and selectors must have (sections 3 and 4).
ANNOTATION = {
    "type": "object",
    "required": ["id", "type", "target"],
    "properties": {
        "id": {"type": "string", "format": "uri"},
        "type": {"const": "Annotation"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
        "creator": {"type": "object", "required": ["id", "type"]},
        "body": {"type": "array", "items": {
            "type": "object", "required": ["type", "value"],
            "properties": {"type": {"const": "TextualBody"}, "value": {"type": "string"}, "purpose": {"enum": ["tagging", "commenting"]}},
        }},
        "target": {
            "type": "object", "required": ["source"],
            "properties": {"source": {"type": "string"}, "selector": {"oneOf": [
                {"required": ["type", "start", "end"], "properties": {
                    "type": {"const": "TextPositionSelector"}, "start": {"type": "integer", "minimum": 0}, "end": {"type": "integer", "minimum": 0}}},
                {"required": ["type", "value"], "properties": {"type": {"const": "SvgSelector"}, "value": {"type": "string"}}},
                {"required": ["type", "value", "conformsTo"], "properties": {
                    "type": {"const": "FragmentSelector"}, "value": {"type": "string", "pattern": r"^t=[\d.]+,[\d.]+$"}}},
            ]}},
        },
    },
}


def web_annotations():
    import jsonschema
    from xml.etree import ElementTree
    for corpus in ["pictures", "texts", "sounds"]:
        page = json.loads((folder / corpus / "W3C_ANNOTATION.jsonld").read_text())
        assert page["@context"] == "http://www.w3.org/ns/anno.jsonld" and page["type"] == "AnnotationPage" and page["items"]
        for item in page["items"]:
            jsonschema.validate(item, ANNOTATION)
            selector = item["target"].get("selector", {})
            if selector.get("type") == "SvgSelector":
                assert ElementTree.fromstring(selector["value"]).tag == "{http://www.w3.org/2000/svg}svg"


failed = 0
for check in [described, parquet, coco, panoptic, voc_masks, compressed_masks, conll, subtitles, maps, hugging_face, spacy_lines, datumaro, cvat, mot, labelme,
              brat, prodigy, web_annotations]:
    try:
        check()
        print("ok", check.__name__)
    except ImportError as error:
        print("skipped", check.__name__, error)
    except Exception as error:
        failed += 1
        print("FAILED", check.__name__, repr(error)[:600])
sys.exit(failed > 0)
