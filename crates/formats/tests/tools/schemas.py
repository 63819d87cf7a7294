"""What the published descriptions of formats say that a file must have, for those whose own tools are too large to bring along.

Each check names its source. They are called by `check.py`, which also opens the files with the tools where these are installed.
"""
import json
import re
from xml.etree import ElementTree

NUMBER = re.compile(r"-?\d+(\.\d+)?")


def number(text):
    assert NUMBER.fullmatch(text), text
    return float(text)


def cvat(path):
    """CVAT for images 1.1: docs.cvat.ai, "XML annotation format"."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "annotations" and root.findtext("version") == "1.1"
    task = root.find("meta/task")
    labels = [label.findtext("name") for label in task.iterfind("labels/label")]
    assert labels and len(labels) == len(set(labels)) and all(label.find("attributes") is not None for label in task.iterfind("labels/label"))
    images = root.findall("image")
    assert int(task.findtext("size")) == len(images)
    assert [int(image.get("id")) for image in images] == list(range(len(images)))
    numbers = {
        "box": ["xtl", "ytl", "xbr", "ybr"], "ellipse": ["cx", "cy", "rx", "ry"], "mask": ["left", "top", "width", "height"],
        "polygon": [], "polyline": [], "points": [], "tag": [],
    }
    for image in images:
        width, height = int(image.get("width")), int(image.get("height"))
        for shape in image:
            assert shape.get("label") in labels and shape.get("source"), shape.attrib
            found = {name: number(shape.get(name)) for name in numbers[shape.tag]}
            if shape.tag == "tag":
                continue
            assert shape.get("occluded") in ("0", "1") and int(shape.get("z_order")) >= 0
            if shape.tag == "box":
                assert found["xtl"] <= found["xbr"] and found["ytl"] <= found["ybr"]
            elif shape.tag == "mask":
                runs = [int(run) for run in shape.get("rle").split(", ")]
                assert sum(runs) == found["width"] * found["height"] and found["left"] + found["width"] <= width and found["top"] + found["height"] <= height
            elif shape.tag != "ellipse":
                points = [tuple(number(part) for part in point.split(",")) for point in shape.get("points").split(";")]
                assert all(len(point) == 2 for point in points) and len(points) >= {"points": 1, "polyline": 2, "polygon": 3}[shape.tag]
            for attribute in shape.iterfind("attribute"):
                assert attribute.get("name")


# How many points a shape has at least and at most: what `load_json_file` and `Shape.isClosed` of LabelMe 5 take.
LABELME = {"rectangle": (2, 2), "polygon": (3, None), "circle": (2, 2), "point": (1, 1), "line": (2, 2), "linestrip": (2, None)}


def labelme(path):
    """LabelMe 5: the keys that `labelme/label_file.py` reads, and the shapes of `labelme/shape.py`."""
    file = json.loads(path.read_text())
    assert set(file) == {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"}
    assert all(isinstance(value, bool) for value in file["flags"].values()) and "\\" not in file["imagePath"]
    assert isinstance(file["imageHeight"], int) and isinstance(file["imageWidth"], int)
    for shape in file["shapes"]:
        assert isinstance(shape["label"], str) and isinstance(shape["flags"], dict)
        assert shape["group_id"] is None or isinstance(shape["group_id"], int)
        least, most = LABELME[shape["shape_type"]]
        assert least <= len(shape["points"]) <= (most or len(shape["points"])), shape
        assert all(len(point) == 2 and all(isinstance(part, float) for part in point) for point in shape["points"])


def mot(path):
    """MOTChallenge (arXiv 1603.00831, table 5): frame, identity, box, whether it counts, class, how much is seen."""
    seen = set()
    for line in path.read_text().splitlines():
        frame, identity, left, top, width, height, counts, kind, visible = line.split(",")
        assert int(frame) >= 1 and int(identity) >= 1 and (frame, identity) not in seen
        seen.add((frame, identity))
        assert number(left) is not None and number(top) is not None and number(width) > 0 and number(height) > 0
        assert counts in ("0", "1") and int(kind) >= 1 and 0 <= number(visible) <= 1
    assert seen


# Keys of an annotation beside the common ones: open-edge-platform.github.io/datumaro, "Datumaro" format, and its exporter's types.
DATUMARO = {"bbox": {"bbox"}, "polygon": {"points"}, "polyline": {"points"}, "points": {"points", "visibility"}, "ellipse": {"points"}, "mask": {"rle"}, "label": set()}


def datumaro(path):
    """Datumaro 1.0: its documentation of the format."""
    file = json.loads(path.read_text())
    assert file["dm_format_version"] == "1.0" and file["media_type"] == 2 and isinstance(file["info"], dict)
    labels = file["categories"]["label"]["labels"]
    assert all(set(label) == {"name", "parent", "attributes"} for label in labels)
    ids = [item["id"] for item in file["items"]]
    assert len(ids) == len(set(ids))
    for item in file["items"]:
        height, width = item["image"]["size"]
        assert isinstance(item["attr"], dict) and isinstance(item["image"]["path"], str) and height > 0 and width > 0
        assert [row["id"] for row in item["annotations"]] == list(range(len(item["annotations"])))
        for row in item["annotations"]:
            assert isinstance(row["attributes"], dict) and isinstance(row["group"], int) and 0 <= row["label_id"] < len(labels)
            more = DATUMARO[row["type"]]
            assert more <= set(row), row
            if "points" in more:
                assert len(row["points"]) % 2 == 0
            if row["type"] == "mask":
                assert row["rle"]["size"] == [height, width] and isinstance(row["rle"]["counts"], str)
            if row["type"] == "bbox":
                assert len(row["bbox"]) == 4 and row["bbox"][2] >= 0 and row["bbox"][3] >= 0


def geojson(path):
    """RFC 7946: sections 3.1 (geometries, rings that are closed and run counterclockwise), 3.2 and 3.3."""
    def position(point):
        assert len(point) in (2, 3) and all(isinstance(part, (int, float)) for part in point)

    def ring(points):
        assert len(points) >= 4 and points[0] == points[-1], points
        turned = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:]))
        assert turned >= 0, "an outer ring runs clockwise"

    file = json.loads(path.read_text())
    assert file["type"] == "FeatureCollection" and isinstance(file["features"], list)
    for feature in file["features"]:
        assert feature["type"] == "Feature" and isinstance(feature["properties"], (dict, type(None)))
        assert isinstance(feature.get("id", ""), (str, int))
        kind, places = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        if kind == "Point":
            position(places)
        elif kind == "LineString":
            assert len(places) >= 2
            list(map(position, places))
        else:
            assert kind == "Polygon" and len(places) == 1
            ring(places[0])
            list(map(position, places[0]))
