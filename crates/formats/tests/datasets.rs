//! Annotated data sets: what other tools wrote is read, what ours wrote comes back, and nothing that is wrong panics.

#![allow(clippy::expect_used)]

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use labelkeep_formats::datasets::{Folder, Reading, dataset, datasets};
use labelkeep_formats::export::{Context, Kept, NoMedia, Report, exporter, write};
use labelkeep_formats::import::{ImportError, TaskItem};
use labelkeep_labeling::Config;
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Default, Clone)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn of(files: &[(&str, &str)]) -> Files {
        Files(
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
                .collect(),
        )
    }

    fn unpacked(archive: &[u8]) -> Files {
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
        let mut files = Files::default();
        for index in 0..archive.len() {
            let name = archive
                .name_for_index(index)
                .expect("a file")
                .expect("a name")
                .into_owned();
            let mut bytes = Vec::new();
            archive
                .by_index(index)
                .expect("a file")
                .read_to_end(&mut bytes)
                .expect("bytes");
            if !name.ends_with('/') {
                files.0.insert(name, bytes);
            }
        }
        files
    }
}

impl Folder for Files {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        let bytes = self.0.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}

struct Found {
    tasks: Vec<TaskItem>,
    report: Report,
    config: Option<String>,
}

fn read(kind: &str, files: &Files, config: Option<&Config>) -> Result<Found, ImportError> {
    let mut tasks = Vec::new();
    let mut sink = |item: TaskItem| {
        tasks.push(item);
        Ok(())
    };
    let media = |name: &str| name.to_owned();
    let (report, config) = {
        let mut reading = Reading::new(files, config, &media, &mut sink);
        reading.read(dataset(kind).expect("a kind"))?;
        (reading.report, reading.proposal.label_config())
    };
    Ok(Found { tasks, report, config })
}

fn results(item: &TaskItem) -> Vec<Value> {
    item.annotations
        .first()
        .map_or_else(Vec::new, |row| serde_json::from_str(row.result.get()).expect("results"))
}

/// Exports what was read with the configuration that was proposed, in another format.
fn exported(found: Found, format: &str) -> Vec<u8> {
    let config = Config::parse(&found.config.expect("a proposal")).expect("the proposal is valid");
    let mut kept = Kept::new().expect("a file");
    for item in found.tasks {
        kept.put(item).expect("kept");
    }
    let context = Context {
        config: &config,
        now: 0,
        media: &NoMedia,
        download_resources: false,
        formula_escape: false,
        exact: false,
        interpolate: false,
        manifest: None,
    };
    let kept = std::cell::RefCell::new(kept);
    let all: Vec<_> = kept.borrow_mut().tasks().collect::<Result<_, _>>().expect("tasks");
    let mut source = || -> labelkeep_formats::export::Tasks<'_> { Box::new(all.clone().into_iter().map(Ok)) };
    let mut out = Vec::new();
    write(exporter(format).expect("a format"), &context, &mut source, &mut out).expect("exports");
    out
}

fn places(found: &Found) -> Vec<(String, Vec<Value>)> {
    let of = |item: &TaskItem| {
        let key = |result: &Value| {
            let mut value = result["value"].clone();
            // Numbers that went through text with two digits are equal to a tenth.
            round(&mut value);
            value
        };
        let mut all: Vec<Value> = results(item).iter().map(key).collect();
        all.sort_by_key(ToString::to_string);
        let data: Value = serde_json::from_str(item.data.get()).expect("data");
        (data.to_string(), all)
    };
    found.tasks.iter().map(of).collect()
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) => *value = json!((number.as_f64().unwrap_or_default() * 10.0).round() / 10.0 + 0.0),
        Value::Array(list) => list.iter_mut().for_each(round),
        Value::Object(map) => map.values_mut().for_each(round),
        _ => {}
    }
}

fn numbers_of(value: &Value) -> Vec<f64> {
    match value {
        Value::Number(number) => number.as_f64().into_iter().collect(),
        Value::Array(list) => list.iter().flat_map(numbers_of).collect(),
        Value::Object(map) => map.values().flat_map(numbers_of).collect(),
        _ => Vec::new(),
    }
}

const COCO: &str = r#"{"images": [{"id": 5, "file_name": "a.png", "width": 200, "height": 100}, {"id": "x", "file_name": "b.png"}],
    "categories": [{"id": 3, "name": "Car"}, {"id": 9, "name": "Cat", "keypoints": ["nose", "tail"]}],
    "annotations": [
        {"id": 1, "image_id": 5, "category_id": 3, "bbox": [20, 10, 100, 50], "area": 1, "iscrowd": 0, "segmentation": []},
        {"id": 2, "image_id": 5, "category_id": 9, "bbox": [0, 0, 50, 50], "keypoints": [10, 10, 2, 0, 0, 0], "num_keypoints": 1},
        {"id": 3, "image_id": 5, "category_id": 3, "segmentation": [[0, 0, 100, 0, 0, 50]]},
        {"id": 4, "image_id": 5, "category_id": 3, "segmentation": {"size": [100, 200], "counts": [100, 5, 19895]}},
        {"id": 5, "image_id": 77, "category_id": 3, "bbox": [1, 1, 1, 1]}, {"id": 6, "image_id": "x", "category_id": 3, "bbox": [1, 1, 1, 1]}]}"#;

#[test]
fn coco_of_any_kind_becomes_regions_and_what_is_lost_is_named() {
    let found = read("coco", &Files::of(&[("instances.json", COCO)]), None).expect("read");
    let first = results(&found.tasks[0]);
    assert_eq!(
        first[0]["value"],
        json!({ "x": 10.0, "y": 10.0, "width": 50.0, "height": 50.0, "rotation": 0.0, "rectanglelabels": ["Car"] })
    );
    assert_eq!(
        (&first[0]["original_width"], &first[0]["type"]),
        (&json!(200), &json!("rectanglelabels"))
    );
    assert_eq!(
        (&first[2]["value"]["keypointlabels"], &first[2]["parentID"]),
        (&json!(["nose"]), &first[1]["id"])
    );
    assert_eq!(
        first[3]["value"]["points"],
        json!([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0]])
    );
    let rle: Vec<u8> = serde_json::from_value(first[4]["value"]["rle"].clone()).expect("bytes");
    let mask = labelkeep_formats::brush::decode(&rle, 200, 100).expect("a mask");
    let inside: Vec<usize> = (0..mask.len()).filter(|pixel| mask[*pixel] != 0).collect();
    assert_eq!(inside, [1, 201, 401, 601, 801], "column by column");
    assert_eq!(found.report.losses.len(), 2, "{:?}", found.report);
    let config = found.config.expect("a proposal");
    assert!(
        config.contains("<RectangleLabels name=\"box\" toName=\"image\">")
            && config.contains("<Label value=\"nose\"/>"),
        "{config}"
    );
    Config::parse(&config).expect("the proposal is valid");
}

#[test]
fn a_project_s_own_controls_are_used_where_they_fit() {
    let config = Config::parse(
        r#"<View><Image name="pic" value="$url"/><RectangleLabels name="one" toName="pic"><Label value="Dog"/></RectangleLabels>
            <RectangleLabels name="two" toName="pic"><Label value="Car"/></RectangleLabels></View>"#,
    )
    .expect("valid");
    let found = read("coco", &Files::of(&[("a.json", COCO)]), Some(&config)).expect("read");
    let first = &results(&found.tasks[0])[0];
    assert_eq!((&first["from_name"], &first["to_name"]), (&json!("two"), &json!("pic")));
    assert_eq!(found.tasks[0].data.get(), r#"{"url":"a.png"}"#);
}

#[test]
fn pictures_without_labels_are_tasks_or_are_counted_and_all_classes_are_proposed() {
    let files = Files::of(&[
        ("data.yaml", "names: [car, bus]\n"),
        ("train/labels/a.txt", "0 0.5 0.5 0.2 0.4\n"),
        ("val/labels/a.txt", "0 0.1 0.1 0.2 0.2\n"),
        ("train/images/a.png", ""),
        ("val/images/a.png", ""),
        ("val/images/empty.png", ""),
    ]);
    let found = read("yolo", &files, None).expect("read");
    let shown: Vec<(&str, usize)> = found
        .tasks
        .iter()
        .map(|task| (task.data.get(), results(task).len()))
        .collect();
    assert_eq!(
        shown,
        [
            (r#"{"image":"train/images/a.png"}"#, 1),
            (r#"{"image":"val/images/a.png"}"#, 1),
            (r#"{"image":"val/images/empty.png"}"#, 0)
        ],
        "one without labels has nothing on it; of two with one name each has its own"
    );
    assert!(found.report.losses.is_empty(), "{:?}", found.report);
    let config = found.config.expect("a proposal");
    assert!(
        config.contains(r#"<Label value="car"/>"#) && config.contains(r#"<Label value="bus"/>"#),
        "{config}"
    );

    let file = r#"{"images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 4}], "annotations": [],
        "categories": [{"id": 2, "name": "bus"}, {"id": 1, "name": "car"}]}"#;
    let files = Files::of(&[("a.json", file), ("images/a.png", ""), ("images/other.png", "")]);
    let found = read("coco", &files, None).expect("read");
    assert_eq!((found.tasks.len(), found.report.items_out), (1, 1));
    assert_eq!(
        found.report.losses,
        [("a picture of which the data set tells nothing".to_owned(), 1)]
    );
    let config = found.config.expect("a proposal");
    assert!(config.contains("<RectangleLabels name=\"box\""), "{config}");
    assert!(
        config.find("\"car\"") < config.find("\"bus\""),
        "in the order of their numbers: {config}"
    );
}

#[test]
fn yolo_reads_boxes_polygons_poses_and_turned_boxes() {
    let files = Files::of(&[
        ("data.yaml", "names:\n  0: car\n  1: \"a, b\"\nkpt_shape: [2, 3]\n"),
        (
            "labels/a.txt",
            "0 0.5 0.5 0.2 0.4\n1 0 0 0.5 0 0 0.5\n\n0 0.5 0.5 0.2 0.4 0.1 0.2 2 0 0 0\n",
        ),
    ]);
    let found = read("yolo", &files, None).expect("read");
    let first = results(&found.tasks[0]);
    assert_eq!(first.len(), 4);
    assert_eq!(first[0]["value"]["rectanglelabels"], json!(["car"]));
    assert_eq!(first[1]["value"]["polygonlabels"], json!(["a, b"]));
    assert_eq!(first[3]["value"]["x"], 10.0);
    assert!(
        first[0].get("original_width").is_none(),
        "parts of a picture do not tell its size"
    );
    let error = read(
        "yolo",
        &Files::of(&[("labels/a.txt", "0 0.5 0.5 0.2 0.4\nx 1\n")]),
        None,
    )
    .err()
    .expect("wrong")
    .to_string();
    assert!(error.starts_with("labels/a.txt, line 2:"), "{error}");
    let turned = read(
        "yolo_obb",
        &Files::of(&[
            ("classes.txt", "a\n"),
            ("labels/a.txt", "0 0.5 0.5 0.5 0.7 0.4 0.7 0.4 0.5\n"),
        ]),
        None,
    )
    .expect("read");
    let value = &results(&turned.tasks[0])[0]["value"];
    assert_eq!(
        (
            value["rotation"].as_f64().map(f64::round),
            value["width"].as_f64().map(f64::round)
        ),
        (Some(90.0), Some(20.0))
    );
}

#[test]
fn texts_of_every_kind_keep_their_spans() {
    for (kind, name, text) in [
        ("conll", "a.conllu", "# sent_id = 1\n# text = 😀 Ada Lovelace's Bob\n1\t😀\t_\t_\t_\t_\t_\t_\t_\t_\n2\tAda\t_\t_\t_\t_\t_\t_\t_\tner=B-PER\n3-4\tLovelace's\t_\t_\t_\t_\t_\t_\t_\t_\n3\tLovelace\t_\t_\t_\t_\t_\t_\t_\tx=1|ner=I-PER\n4\tBob\t_\t_\t_\t_\t_\t_\t_\tner=B-PER\n\n1\tx\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"),
        ("conll", "a.conll", "-DOCSTART- -X- O\n😀 -X- _ O\nAda -X- _ B-PER\nLovelace -X- _ I-PER\nBob -X- _ B-PER\n\nx O\n"),
        ("doccano", "a.jsonl", "{\"id\": 1, \"text\": \"😀 Ada Lovelace Bob\", \"label\": [[2, 14, \"PER\"], [15, 18, \"PER\"]]}\n"),
        ("doccano", "a.jsonl", "{\"text\": \"😀 Ada Lovelace Bob\", \"entities\": [{\"id\": 1, \"label\": \"PER\", \"start_offset\": 2, \"end_offset\": 14},
            {\"id\": 2, \"label\": \"PER\", \"start_offset\": 15, \"end_offset\": 18}], \"relations\": [{\"id\": 1, \"from_id\": 1, \"to_id\": 2, \"type\": \"knows\"}]}"),
        ("prodigy", "a.jsonl", "{\"text\": \"😀 Ada Lovelace Bob\", \"spans\": [{\"start\": 2, \"end\": 14, \"label\": \"PER\"}, {\"start\": 15, \"end\": 18, \"label\": \"PER\"}], \"answer\": \"accept\"}"),
        ("spacy", "a.jsonl", "{\"text\": \"😀 Ada Lovelace Bob\", \"entities\": [[2, 14, \"PER\"], [15, 18, \"PER\"]], \"cats\": {\"a\": 1, \"b\": 0}}"),
        ("labelbox", "a.ndjson", "{\"data_row\": {\"row_data\": \"😀 Ada Lovelace Bob\"}, \"projects\": {\"p\": {\"labels\": [{\"annotations\": {\"objects\": [
            {\"name\": \"PER\", \"location\": {\"start\": 2, \"end\": 13}}, {\"name\": \"PER\", \"location\": {\"start\": 15, \"end\": 17}}]}}]}}}"),
        ("ground_truth", "output.manifest", "{\"source\": \"😀 Ada Lovelace Bob\", \"ner\": {\"annotations\": {\"entities\": [
            {\"label\": \"PER\", \"startOffset\": 2, \"endOffset\": 14}, {\"label\": \"PER\", \"startOffset\": 15, \"endOffset\": 18}]}}, \"ner-metadata\": {}}"),
    ] {
        let found = read(kind, &Files::of(&[(name, text)]), None).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let spans: Vec<Value> = results(&found.tasks[0]).into_iter().filter(|result| result["type"] == "labels").map(|result| result["value"].clone()).collect();
        assert_eq!(
            spans,
            [json!({ "start": 2, "end": 14, "text": "Ada Lovelace", "labels": ["PER"] }), json!({ "start": 15, "end": 18, "text": "Bob", "labels": ["PER"] })],
            "{kind}"
        );
    }
    let brat = Files::of(&[
        ("d.txt", "😀 Ada Lovelace Bob"),
        (
            "d.ann",
            "T1\tPER 2 14\tAda Lovelace\nT2\tPER 15 18\tBob\nR1\tknows Arg1:T1 Arg2:T2\n#1\tAnnotatorNotes T1\tx\n",
        ),
    ]);
    let found = read("brat", &brat, None).expect("read");
    assert_eq!(
        results(&found.tasks[0])[2],
        json!({ "from_id": "T1", "to_id": "T2", "type": "relation", "direction": "right", "labels": ["knows"] })
    );
}

#[test]
fn pictures_of_other_services_are_read() {
    let labelbox = "{\"data_row\": {\"row_data\": \"https://x/a.png\"}, \"media_attributes\": {\"width\": 100, \"height\": 50}, \"projects\": {\"p\": {\"labels\": [
        {\"annotations\": {\"objects\": [{\"name\": \"Car\", \"bounding_box\": {\"left\": 10, \"top\": 5, \"width\": 20, \"height\": 10}}],
        \"classifications\": [{\"name\": \"scene\", \"radio_answer\": {\"name\": \"day\"}}]}}]}}}";
    let found = read("labelbox", &Files::of(&[("a.ndjson", labelbox)]), None).expect("read");
    let all = results(&found.tasks[0]);
    assert_eq!(
        (&all[0]["value"]["x"], &all[1]["value"]["choices"]),
        (&json!(10.0), &json!(["day"]))
    );
    let manifest = "{\"source-ref\": \"s3://b/a.png\", \"boxes\": {\"image_size\": [{\"width\": 100, \"height\": 50, \"depth\": 3}],
        \"annotations\": [{\"class_id\": 0, \"left\": 10, \"top\": 5, \"width\": 20, \"height\": 10}]}, \"boxes-metadata\": {\"class-map\": {\"0\": \"Car\"}},
        \"kind\": 1, \"kind-metadata\": {\"class-name\": \"day\"}}";
    let found = read("ground_truth", &Files::of(&[("output.manifest", manifest)]), None).expect("read");
    let all = results(&found.tasks[0]);
    assert_eq!(
        (&all[0]["value"]["width"], &all[1]["value"]["choices"]),
        (&json!(20.0), &json!(["day"]))
    );
}

#[test]
fn a_line_that_is_wrong_is_named() {
    for (kind, text, wanted) in [
        ("doccano", "{\"text\": \"a\"}\n{\"x\": 1}\n", "a.jsonl, line 2:"),
        ("spacy", "{\"text\": \"a\"}\n{\"text\": }\n", "line 2"),
        ("conll", "word B-X\nonly\n", "a.jsonl, line 2:"),
    ] {
        let error = read(kind, &Files::of(&[("a.jsonl", text)]), None)
            .err()
            .expect(kind)
            .to_string();
        assert!(error.contains(wanted), "{kind}: {error}");
    }
}

fn boxes() -> impl Strategy<Value = Vec<(u32, u32, u32, u32, usize)>> {
    proptest::collection::vec((0..90_u32, 0..90_u32, 1..10_u32, 1..10_u32, 0..3_usize), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn boxes_come_back_from_every_format_that_has_them(boxes in boxes()) {
        let labels = ["Car", "Ärger", "a b"];
        let annotations: Vec<Value> = boxes.iter().map(|(x, y, width, height, label)| {
            json!({ "image_id": 1, "category_id": label, "bbox": [x, y, width, height] })
        }).collect();
        let categories: Vec<Value> = labels.iter().enumerate().map(|(id, name)| json!({ "id": id, "name": name })).collect();
        let coco = json!({ "images": [{ "id": 1, "file_name": "a.png", "width": 100, "height": 100 }], "annotations": annotations, "categories": categories });
        let files = Files::of(&[("a.json", &coco.to_string())]);
        let wanted = places(&read("coco", &files, None).expect("read"));
        for (format, kind) in [("COCO", "coco"), ("VOC", "voc"), ("YOLO", "yolo"), ("CVAT_XML", "cvat"), ("LABELME", "labelme")] {
            let archive = Files::unpacked(&exported(read("coco", &files, None).expect("read"), format));
            let mut again = places(&read(kind, &archive, None).expect(format));
            // A format may rename a picture; its regions stay.
            for (task, wanted) in again.iter_mut().zip(&wanted) {
                task.0.clone_from(&wanted.0);
            }
            // VOC holds whole pixels, cut towards zero as the reference cuts them.
            let within = if format == "VOC" { 1.0 } else { 0.0 };
            let (ours, theirs) = (numbers_of(&json!(again)), numbers_of(&json!(wanted)));
            prop_assert_eq!(ours.len(), theirs.len(), "{}", format);
            if within == 0.0 {
                prop_assert_eq!(&again, &wanted, "{}", format);
            }
            let (ours, theirs): (f64, f64) = (ours.iter().sum(), theirs.iter().sum());
            prop_assert!((ours - theirs).abs() <= within * 4.0 * boxes.len() as f64, "{}", format);
        }
    }

    #[test]
    fn spans_come_back_from_every_format_that_has_them(
        words in proptest::collection::vec("[a-zA-Zäöü😀]{1,6}", 2..12), marks in proptest::collection::vec((0..11_usize, 0..2_usize), 1..4)
    ) {
        let text = words.join(" ");
        let mut taken = std::collections::BTreeSet::new();
        let mut spans: Vec<Value> = Vec::new();
        for (word, label) in marks {
            let word = word % words.len();
            if taken.insert(word) {
                let begin: usize = words[..word].iter().map(|word| word.chars().count() + 1).sum();
                let (end, label) = (begin + words[word].chars().count(), ["PER", "LOC"][label]);
                spans.push(json!([begin, end, label]));
            }
        }
        let line = json!({ "text": text, "label": spans }).to_string();
        let files = Files::of(&[("a.jsonl", &line)]);
        let wanted = places(&read("doccano", &files, None).expect("read"));
        for (format, kind, ending) in [("SPACY_JSONL", "spacy", "jsonl"), ("PRODIGY_JSONL", "prodigy", "jsonl"), ("BRAT", "brat", "zip")] {
            let out = exported(read("doccano", &files, None).expect("read"), format);
            let files = if ending == "zip" { Files::unpacked(&out) } else { Files(BTreeMap::from([("a.jsonl".to_owned(), out)])) };
            prop_assert_eq!(&places(&read(kind, &files, None).expect(format)), &wanted, "{}", format);
        }
    }

    #[test]
    fn nothing_that_is_wrong_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..900, byte in any::<u8>()) {
        let mut damaged = COCO.as_bytes().to_vec();
        damaged[at % COCO.len()] = byte;
        for kind in datasets() {
            for (name, bytes) in [("a.json", &bytes), ("labels/a.txt", &bytes), ("a.xml", &bytes), ("a.ann", &bytes), ("a.jsonl", &damaged), ("a.json", &damaged)] {
                let _ = read(kind.name(), &Files(BTreeMap::from([(name.to_owned(), bytes.clone()), ("a.txt".to_owned(), bytes.clone())])), None);
            }
        }
    }
}
