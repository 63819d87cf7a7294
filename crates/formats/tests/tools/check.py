"""Opens the files that `tests/beyond.rs` keeps with the tools that people use: python check.py FOLDER"""
import io, json, sys, tempfile, zipfile
from pathlib import Path

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


failed = 0
for check in [coco, panoptic, voc_masks, compressed_masks, conll, subtitles, maps, hugging_face, spacy_lines, datumaro]:
    try:
        check()
        print("ok", check.__name__)
    except ImportError as error:
        print("skipped", check.__name__, error)
    except Exception as error:
        failed += 1
        print("FAILED", check.__name__, repr(error)[:600])
sys.exit(failed > 0)
