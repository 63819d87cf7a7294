"""Random projects: configurations of many kinds, with weird but possible data and results."""

import json

WORDS = ["car", "bus", "Ärger", "日本", "a/b", 'say "x"', "line\nbreak", "😀 grin", "", "=1+1", "tab\there", "x,y;z", "null", "Zoë", "\u2028"]
SENTENCES = [
    "Barack Obama, born in Hawaii (U.S.), wasn't there... \"Really?\" he said.", "I can't, won't and cannot pay $3.88 -- gonna try 50%!",
    "``Quoted'' text: 3,36 euros; a:b, c,d 'tis O'Hara's dog's 'single' don't", "Zoë's 日本, 東京。😀 said: 'ello wanna lemme gimme",
    "  two  blanks\n\nand a line\tbreak. Mr. Smith's end.) ", "", "...", "e.g. this, that,", "A \u00a0 B\u2028C \x1c d ,\n", "it's ''odd'' \"x\" [y] {z} <w> a/b & c@d #5;",
]
LABELS = ["Car", "Bus", "airplane", "Ähre", "Person 1", "z", "Boat", "日本"]
NAMES = ["label", "box", "poly", "mood", "note"]


def make_case(random):
    kind = random.choice(["boxes", "boxes", "boxes", "keypoints", "answers", "answers", "chat", "spans", "spans", "empty", "brush", "brush", "sound", "documents"])
    config, controls, key = getattr(Maker(random), kind)()
    maker = Maker(random)
    sizes = {}
    tasks = []
    for number in range(random.randint(1, 6)):
        tasks.append(maker.task(number + 1, controls, key, kind, sizes, tasks))
    return {"config": config, "sizes": sizes, "tasks": tasks, "kind": kind, "web": maker.web}


class Maker:
    def __init__(self, random):
        self.random = random
        self.number = 0
        self.web = random.random() < 0.5

    def chance(self, part):
        return self.random.random() < part

    # Configurations: the XML, the controls as (from_name, result type, value key, labels), the data key.

    def labels(self, tag="Label", model_index=False):
        names = self.random.sample(LABELS, self.random.randint(1, 4))
        lines = []
        for index, name in enumerate(names):
            more = ""
            if self.chance(0.2):
                more += f' alias="{name.lower()}-x"'
            if self.chance(0.2):
                more += f' category="{self.random.choice(["0", "3", "7", "x", "-1"])}"'
            if model_index and (index == 0 or self.chance(0.8)):
                more += f' model_index="{self.random.choice([0, 1, 2, 5])}"'
            lines.append(f'<{tag} value="{name}"{more}/>')
        shown = [line.split('alias="')[1].split('"')[0] if "alias" in line else name for line, name in zip(lines, names)]
        return "".join(lines), shown

    def boxes(self):
        parts, controls = [], []
        for tag in self.random.sample(["RectangleLabels", "PolygonLabels", "Labels", "BrushLabels"], self.random.randint(1, 3)):
            xml, shown = self.labels()
            name = f"c{len(controls)}"
            parts.append(f'<{tag} name="{name}" toName="img">{xml}</{tag}>')
            controls.append((name, tag.lower(), tag.lower(), shown))
            if tag == "Labels":
                parts.append('<Rectangle name="rect" toName="img"/><Polygon name="poly" toName="img"/>')
        if self.chance(0.3):
            parts.append('<Choices name="mood" toName="img"><Choice value="good"/><Choice value="bad"/></Choices>')
            controls.append(("mood", "choices", "choices", ["good", "bad"]))
        return f'<View><Image name="img" value="$image"/>{"".join(parts)}</View>', controls, "image"

    def keypoints(self):
        rectangles, rectangle_names = self.labels()
        points, point_names = self.labels(model_index=self.chance(0.9))
        config = (
            f'<View><Image name="img" value="$image"/><RectangleLabels name="box" toName="img">{rectangles}</RectangleLabels>'
            f'<KeyPointLabels name="kp" toName="img">{points}</KeyPointLabels></View>'
        )
        controls = [("box", "rectanglelabels", "rectanglelabels", rectangle_names), ("kp", "keypointlabels", "keypointlabels", point_names)]
        return config, controls, "image"

    def answers(self):
        config = (
            '<View><Text name="t" value="$text"/><Choices name="mood" toName="t" choice="multiple"><Choice value="good"/>'
            '<Choice value="bad" alias="B"/></Choices><TextArea name="note" toName="t"/><Rating name="stars" toName="t"/>'
            '<Number name="num" toName="t"/><Taxonomy name="tax" toName="t"><Choice value="A"><Choice value="B"/></Choice></Taxonomy>'
            '<DateTime name="when" toName="t"/></View>'
        )
        controls = [
            ("mood", "choices", "choices", ["good", "B"]), ("note", "textarea", "text", WORDS), ("stars", "rating", "rating", None),
            ("num", "number", "number", None), ("tax", "taxonomy", "taxonomy", None), ("when", "datetime", "datetime", None),
        ]
        return config, controls, "text"

    def chat(self):
        config = '<View><Chat name="chat" value="$messages"/><Choices name="mood" toName="chat"><Choice value="good"/></Choices></View>'
        return config, [("chat", "chatmessage", "chatmessage", None), ("mood", "choices", "choices", ["good"])], "messages"

    def spans(self):
        xml, shown = self.labels()
        config = f'<View><Text name="t" value="$text"/><Labels name="ner" toName="t">{xml}</Labels><Relations><Relation value="r"/></Relations></View>'
        return config, [("ner", "labels", "labels", shown)], "text"

    def brush(self):
        parts, controls = [], []
        for tag in self.random.sample(["BrushLabels", "Labels", "PolygonLabels", "RectangleLabels"], self.random.randint(1, 3)):
            xml, shown = self.labels()
            name = f"c{len(controls)}"
            parts.append(f'<{tag} name="{name}" toName="img">{xml}</{tag}>')
            controls.append((name, tag.lower(), tag.lower(), shown))
        return f'<View><Image name="img" value="$image"/>{"".join(parts)}<Brush name="b" toName="img"/></View>', controls, "image"

    def sound(self):
        config = (
            '<View><Audio name="a" value="$audio"/><TextArea name="note" toName="a"/><Choices name="mood" toName="a"><Choice value="good"/></Choices>'
            '<Labels name="who" toName="a"><Label value="Speaker"/></Labels></View>'
        )
        return config, [("note", "textarea", "text", WORDS), ("mood", "choices", "choices", ["good"])], "audio"

    def documents(self):
        config = '<View><Image name="img" value="$image"/><TextArea name="doc" toName="img"/><Choices name="mood" toName="img"><Choice value="good"/></Choices></View>'
        return config, [("doc", "textarea", "text", None), ("mood", "choices", "choices", ["good"])], "image"

    def empty(self):
        return "<View></View>", [("any", "choices", "choices", ["x"]), ("box", "rectanglelabels", "rectanglelabels", ["Car"])], "image"

    # Tasks.

    def number_value(self):
        return self.random.choice([0, 1, 10, 33.333333333333336, 12.5, 99.99, self.random.random() * 100, self.random.randint(0, 100), 1e-7])

    def word(self):
        return self.random.choice(WORDS)

    def task(self, number, controls, key, kind, sizes, before):
        data = {key: self.data_value(key, sizes, before)}
        for _ in range(self.random.randint(0, 3)):
            name = self.random.choice(["n", "flag", "list", "none", "id", "annotator", "created_at", "deep", "f", "big", "ü", controls[0][0]])
            data.setdefault(name, self.random.choice([
                1, 1.5, 2.0, 1e-5, 1e16, 9007199254740993, True, False, None, "", self.word(), [1, "a/b", {"ü": None}], {"x": [1.0, "é"]}, -0.0, [], {},
            ]))
        annotations = [self.annotation(number, controls, kind) for _ in range(self.random.choice([0, 1, 1, 1, 2, 3]))]
        return {
            "id": number, "annotations": annotations, "drafts": [], "predictions": [], "data": data, "meta": {},
            "created_at": "2026-11-23T08:37:37.055702Z", "updated_at": "2026-11-23T08:37:52.152039Z", "allow_skip": True, "inner_id": number,
            "total_annotations": len(annotations), "cancelled_annotations": 0, "total_predictions": 0, "comment_count": 0,
            "unresolved_comment_count": 0, "last_comment_updated_at": None, "project": 3, "updated_by": 1, "comment_authors": [],
        }

    def data_value(self, key, sizes, before):
        if key == "messages":
            return [{"role": "user", "content": self.word()}]
        if key == "text":
            return self.random.choice(SENTENCES) if self.chance(0.7) else self.word()
        if before and self.chance(0.15):
            return before[-1]["data"][key]
        stem = self.random.choice(["a", "b", "c d", "e.f", "g(1)", "h%20i", "ü"])
        which = self.random.choice(["upload", "upload", "missing", "s3", "plain"] + ["http"] * self.web)
        if key == "audio":
            if which == "upload":
                url = f"/data/upload/3/{self.random.randint(0, 2**32):08x}-{self.random.choice(['a', 'b', 'ü'])}{self.random.choice(['.wav', '.wav', '.mp3'])}"
                sizes[url] = [self.random.choice([8000, 44100, 16000]), self.random.choice([0, 1, 8000, 12345])]
                return url
            return {"missing": f"/data/upload/3/{stem}.wav", "s3": f"s3://bucket/p/{stem}.wav"}.get(which, f"{stem}.wav")
        if which == "upload":
            url = f"/data/upload/3/{self.random.randint(0, 2**32):08x}-{'x' if stem == 'h%20i' else stem.replace(' ', '_')}.{self.random.choice(['png', 'png', 'jpg'])}"
            sizes[url] = [self.random.choice([10, 640, 33]), self.random.choice([10, 480, 77])]
            return url
        if which == "http":
            return f"http://127.0.0.1:9/p/{stem}.jpg" + self.random.choice(["", "?q=1/2", "#x"])
        return {"missing": f"/data/upload/3/{stem}.png", "s3": f"s3://bucket/p/{stem}.png", "plain": f"{stem}.png"}[which]

    def annotation(self, task, controls, kind):
        self.number += 1
        results = []
        for _ in range(self.random.choice([0, 1, 2, 3, 5])):
            results.append(self.result(self.random.choice(controls), kind, results))
        return {
            "id": self.number, "completed_by": self.random.randint(1, 3), "result": results, "was_cancelled": self.chance(0.15),
            "ground_truth": False, "created_at": f"2026-11-23T08:37:37.05570{self.random.randint(0, 5)}Z",
            "updated_at": "2026-11-23T08:37:46.536578Z", "draft_created_at": None,
            "lead_time": self.random.choice([None, 1.5, 12.0, 3.0, 0.1 + 0.2]), "prediction": {}, "result_count": len(results),
            "unique_id": None, "import_id": None, "last_action": None, "bulk_created": False, "task": task, "project": 3, "updated_by": 1,
            "parent_prediction": None, "parent_annotation": None, "last_created_by": None,
        }

    def result(self, control, kind, before):
        name, result_type, key, labels = control
        result = {"id": f"r{len(before)}", "from_name": name, "to_name": "img", "type": result_type, "origin": "manual"}
        if self.chance(0.05):
            return {"type": "relation", "from_id": "r0", "to_id": "r1", "direction": "right"}
        if self.chance(0.05):
            result["from_name"] = "gone"
        value = self.value(result_type, key, labels, kind)
        if kind == "brush" and result_type != "choices":
            result.update(original_width=value.pop("w", 640), original_height=value.pop("h", 480), image_rotation=0)
        if kind in ("boxes", "keypoints", "empty") and result_type != "choices":
            if not self.chance(0.05):
                result.update(original_width=self.random.choice([800, 33, 640]), original_height=self.random.choice([600, 48]), image_rotation=0)
            if result_type == "keypointlabels" and before and self.chance(0.7):
                result["parentID"] = self.random.choice(before).get("id", "r0")
        result["value"] = value
        return json.loads(json.dumps(result))

    def value(self, result_type, key, labels, kind):
        if result_type == "choices":
            return {key: self.random.sample(labels, self.random.randint(0 if self.chance(0.1) else 1, len(labels)))}
        if kind == "documents" and result_type == "textarea":
            return {key: [self.markup() for _ in range(self.random.choice([1, 1, 2]))]}
        if result_type == "textarea":
            return {key: [self.word() for _ in range(self.random.choice([1, 1, 2]))]}
        if result_type in ("rating", "number"):
            return {key: self.random.choice([1, 4, 2.5])}
        if result_type == "taxonomy":
            return {key: [["A"], ["A", "B"]][: self.random.randint(1, 2)]}
        if result_type == "datetime":
            return {key: "2026-01-02"}
        if result_type == "chatmessage":
            return {key: {"role": self.random.choice(["user", "assistant"]), "content": self.word()}}
        chosen = self.random.sample(labels, self.random.choice([1, 1, 1, min(2, len(labels)), 0]))
        if self.chance(0.08):
            chosen = ["Unknown"]
        if kind == "spans":
            start = self.random.choice([self.random.randint(0, 5), self.random.randint(0, 60)])
            value = {"start": start, "end": start + self.random.choice([1, 2, 5, 11, 0]), "text": "ab", key: chosen}
            if self.chance(0.02):
                value["start"] = None
            return value
        if kind == "brush" and (result_type == "brushlabels" or result_type == "labels" and self.chance(0.5)):
            width, height = self.random.choice([(1, 1), (7, 5), (16, 16), (40, 30), (3, 50), (64, 1)])
            return {"format": "rle", "rle": encoded(self.mask(width, height)), key: chosen, "w": width, "h": height}
        if result_type == "brushlabels":
            return {"format": "rle", "rle": [0, 1, 2], key: chosen}
        if result_type == "keypointlabels":
            return {"x": self.number_value(), "y": self.number_value(), "width": 0.5, key: chosen}
        if result_type == "polygonlabels" or (result_type == "labels" and self.chance(0.3)):
            points = [[self.number_value(), self.number_value()] for _ in range(self.random.choice([3, 4, 1, 7]))]
            return {"points": points, "closed": True, key: chosen}
        value = {"x": self.number_value(), "y": self.number_value(), "width": self.number_value(), "height": self.number_value(),
                 "rotation": self.random.choice([0, 0, 0, 45, 90, -30, 359.5, 180]), key: chosen}
        if self.chance(0.04):
            del value[self.random.choice(["x", "width", "rotation"])]
        if self.chance(0.03):
            value["height"] = None
        return value

    def mask(self, width, height):
        """Rows of grey values: noise, blots with holes, nothing or everything."""
        how = self.random.choice(["noise", "sparse", "blots", "blots", "zero", "full", "grey"])
        if how in ("zero", "full"):
            return [[0 if how == "zero" else 255] * width for _ in range(height)]
        if how in ("noise", "sparse", "grey"):
            part = {"noise": 0.5, "sparse": 0.1, "grey": 0.8}[how]
            return [[(self.random.choice([1, 128, 255]) if how == "grey" else 255) if self.chance(part) else 0 for _ in range(width)] for _ in range(height)]
        rows = [[0] * width for _ in range(height)]
        for _ in range(self.random.randint(1, 6)):
            x, y, r = self.random.uniform(0, width), self.random.uniform(0, height), self.random.uniform(0.5, max(width, height) / 2)
            colour = self.random.choice([255, 255, 0])
            for row in range(height):
                for column in range(width):
                    if (column - x) ** 2 + (row - y) ** 2 < r * r:
                        rows[row][column] = colour
        return rows

    def markup(self):
        space = self.random.choice(["", "", ' xmlns="https://www.doclang.ai/ns/v0"', ' xmlns="https://www.doclang.ai/ns/vx"', ' xmlns="urn:other"'])
        source = self.random.choice(["", '<picture><src uri="https://127.0.0.1:9/a.png"/></picture>', '<picture><src uri="data:image/png;base64,AA=="/></picture>'])
        return self.random.choice([
            f"<doclang{space}><text>Zoë &amp; 日本</text>{source}</doclang>", f'<?xml version="1.0"?>\n<doclang{space}/>\n', "<doclang>", "plain", "<other/>",
            '<!DOCTYPE doclang><doclang/>', "", f"<d:doclang xmlns:d='https://www.doclang.ai/ns/v12'>x</d:doclang>",
        ])


def encoded(rows):
    """The mask in the stream that brush regions carry; by the reference's own encoder."""
    import numpy
    from label_studio_sdk.converter import brush

    return [int(byte) for byte in brush.mask2rle(numpy.array(rows, dtype=numpy.uint8))]
