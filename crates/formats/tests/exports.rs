//! The exporters against facts of the reference converter.

use std::io::{Cursor, Read as _};

use labelkeep_formats::export::{Context, ExportAnnotation, ExportTask, NoMedia, exporter};
use labelkeep_labeling::Config;
use serde_json::value::RawValue;
use serde_json::{Value, json};

const BOXES: &str = r#"<View><Image name="image" value="$image"/><RectangleLabels name="label" toName="image">
    <Label value="Car"/><Label value="Bus"/></RectangleLabels><PolygonLabels name="poly" toName="image"><Label value="Roof"/></PolygonLabels></View>"#;
const TEXT: &str = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text" choice="multiple"><Choice value="good"/><Choice value="bad"/></Choices>
    <TextArea name="note" toName="text"/><Rating name="stars" toName="text"/></View>"#;

fn raw(value: &Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).expect("JSON")
}

fn task(id: i64, data: Value, results: &[Value]) -> ExportTask {
    let annotations = results
        .iter()
        .enumerate()
        .map(|(index, result)| ExportAnnotation {
            id: id * 10 + index as i64,
            completed_by: Some(labelkeep_formats::export::Annotator::Id(7)),
            result: raw(result),
            was_cancelled: false,
            ground_truth: false,
            created_at: 1_795_423_057_000_000 + index as i64,
            updated_at: 1_795_423_057_000_000 + index as i64,
            draft_created_at: None,
            lead_time: Some(2.0),
            prediction: raw(&json!({})),
            result_count: 1,
            unique_id: None,
            import_id: None,
            last_action: None,
            bulk_created: Some(false),
            task: id,
            project: 3,
            updated_by: None,
            parent_prediction: None,
            parent_annotation: None,
            last_created_by: None,
        })
        .collect();
    ExportTask {
        id,
        data: raw(&data),
        meta: raw(&json!({})),
        created_at: 1_795_423_057_000_000,
        updated_at: 1_795_423_057_000_000,
        allow_skip: true,
        inner_id: id,
        total_annotations: results.len() as i64,
        cancelled_annotations: 0,
        total_predictions: 0,
        project: 3,
        updated_by: None,
        file_upload: None,
        annotations,
        drafts: Vec::new(),
        predictions: vec![raw(&json!(5))],
    }
}

fn export(name: &str, config: &str, tasks: &[ExportTask], formula_escape: bool) -> Vec<u8> {
    export_as(name, config, tasks, formula_escape, false)
}

fn exact(name: &str, config: &str, tasks: &[ExportTask]) -> Vec<u8> {
    export_as(name, config, tasks, false, true)
}

fn export_as(name: &str, config: &str, tasks: &[ExportTask], formula_escape: bool, exact: bool) -> Vec<u8> {
    let config = Config::parse(config).expect("a configuration");
    let context = Context {
        config: &config,
        now: 1_795_423_057_055_702,
        media: &NoMedia,
        download_resources: true,
        formula_escape,
        exact,
        interpolate: false,
        manifest: None,
    };
    let mut out = Vec::new();
    let mut source = || -> labelkeep_formats::export::Tasks<'_> { Box::new(tasks.iter().cloned().map(Ok)) };
    let report = exporter(name)
        .expect("a format")
        .export(&context, &mut source, &mut out)
        .expect("exports");
    assert!(report.items_in >= report.items_out);
    out
}

fn entry(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut text = String::new();
    archive
        .by_name(name)
        .expect(name)
        .read_to_string(&mut text)
        .expect("text");
    text
}

fn boxed(x: f64, rotation: f64, label: &str) -> Value {
    json!({ "id": "r", "from_name": "label", "to_name": "image", "type": "rectanglelabels", "original_width": 800, "original_height": 600,
        "image_rotation": 0, "value": { "x": x, "y": 20, "width": 30, "height": 15, "rotation": rotation, "rectanglelabels": [label] } })
}

#[test]
fn json_holds_every_key_in_the_order_of_the_reference() {
    let tasks = [task(
        1,
        json!({ "text": "a/b" }),
        &[json!([{ "from_name": "mood", "value": { "choices": ["good"] } }])],
    )];
    let out = export("JSON", TEXT, &tasks, false);
    let list: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(&out).expect("a list");
    let keys: Vec<&str> = list[0].keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "id",
            "annotations",
            "drafts",
            "predictions",
            "data",
            "meta",
            "created_at",
            "updated_at",
            "allow_skip",
            "inner_id",
            "total_annotations",
            "cancelled_annotations",
            "total_predictions",
            "comment_count",
            "unresolved_comment_count",
            "last_comment_updated_at",
            "project",
            "updated_by",
            "comment_authors"
        ]
    );
    let keys: Vec<&str> = list[0]["annotations"][0]
        .as_object()
        .expect("an annotation")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "id",
            "completed_by",
            "result",
            "was_cancelled",
            "ground_truth",
            "created_at",
            "updated_at",
            "draft_created_at",
            "lead_time",
            "prediction",
            "result_count",
            "unique_id",
            "import_id",
            "last_action",
            "bulk_created",
            "task",
            "project",
            "updated_by",
            "parent_prediction",
            "parent_annotation",
            "last_created_by"
        ]
    );
}

#[test]
fn json_min_makes_single_answers_plain_and_gives_the_newest_annotation_first() {
    let result = json!([
        { "from_name": "mood", "value": { "choices": ["good"] } }, { "from_name": "note", "value": { "text": ["fine"] } },
        { "from_name": "stars", "value": { "rating": 4 } }, { "from_name": "gone", "value": { "choices": ["x"] } },
    ]);
    let several = json!([{ "from_name": "mood", "value": { "choices": ["good", "bad"] } }]);
    let out = export(
        "JSON_MIN",
        TEXT,
        &[task(1, json!({ "text": "a", "id": 99 }), &[result, several])],
        false,
    );
    let records: Vec<Value> = serde_json::from_slice(&out).expect("a list");
    assert_eq!(
        records[0]["mood"],
        json!([{ "choices": ["good", "bad"] }])
            .as_array()
            .map(|list| list[0].clone())
            .expect("one")
    );
    assert_eq!(records[1]["mood"], "good");
    assert_eq!(records[1]["note"], "fine");
    assert_eq!(records[1]["stars"], json!([{ "rating": 4 }]));
    assert_eq!((&records[1]["id"], &records[1]["annotator"]), (&json!(1), &json!(7)));
    assert!(records[1].get("gone").is_none());
}

#[test]
fn a_table_has_all_columns_sorted_and_quotes_all_but_numbers() {
    let first = task(
        1,
        json!({ "text": "say \"hi\"", "n": 1.0, "mood": "old", "flag": true }),
        &[json!([
            { "from_name": "mood", "value": { "choices": ["good"] } },
        ])],
    );
    let second = task(
        2,
        json!({ "text": "ü", "list": ["a/b", 1] }),
        &[json!([{ "from_name": "stars", "value": { "rating": 4 } }])],
    );
    let out = String::from_utf8(export("CSV", TEXT, &[first, second], false)).expect("text");
    let lines: Vec<&str> = out.split("\r\n").collect();
    assert_eq!(
        lines[0],
        r#""_data_mood","annotation_id","annotator","created_at","flag","id","lead_time","list","mood","n","stars","text","updated_at""#
    );
    assert_eq!(
        lines[1],
        r#""old",10,"7","2026-11-23T08:37:37.000000Z",True,1,2.0,"","good",1.0,"","say ""hi""","2026-11-23T08:37:37.000000Z""#
    );
    assert_eq!(
        lines[2],
        r#""",20,"7","2026-11-23T08:37:37.000000Z","",2,2.0,"[""a\/b"",1]","","","[{""rating"":4}]","ü","2026-11-23T08:37:37.000000Z""#
    );
}

#[test]
fn sec_168_formulas_get_an_apostrophe_when_asked_for() {
    let tasks = [task(1, json!({ "text": "=1+1", "n": -3 }), &[json!([])])];
    let plain = String::from_utf8(export("TSV", TEXT, &tasks, false)).expect("text");
    let escaped = String::from_utf8(export("TSV", TEXT, &tasks, true)).expect("text");
    assert!(plain.contains("\t\"=1+1\"") && escaped.contains("\t\"'=1+1\"") && escaped.contains("\t-3\t"));
}

#[test]
fn coco_has_one_image_for_each_annotation_and_pixels() {
    let polygon = json!({ "from_name": "poly", "original_width": 800, "original_height": 600,
        "value": { "points": [[10, 10], [40, 10], [10, 50]], "closed": true, "polygonlabels": ["Roof"] } });
    let tasks = [
        task(
            1,
            json!({ "image": "/data/upload/3/1234abcd-a.png" }),
            &[
                json!([boxed(10.0, 0.0, "Car"), polygon]),
                json!([boxed(5.0, 0.0, "Van")]),
            ],
        ),
        task(2, json!({ "image": "s3://b/c.png" }), &[json!([])]),
    ];
    let out = export("COCO", BOXES, &tasks, false);
    let file: Value = serde_json::from_str(&entry(&out, "result.json")).expect("JSON");
    assert_eq!(
        file["categories"],
        json!([{ "id": 0, "name": "Bus" }, { "id": 1, "name": "Car" }, { "id": 2, "name": "Roof" }, { "id": 3, "name": "Van" }])
    );
    // A picture that is not on this server keeps its address.
    assert_eq!(
        file["images"][0],
        json!({ "width": 800, "height": 600, "id": 0, "file_name": "/data/upload/3/1234abcd-a.png" })
    );
    assert_eq!(file["images"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        file["images"][2],
        json!({ "width": null, "height": null, "id": 2, "file_name": "s3://b/c.png" })
    );
    let annotations = file["annotations"].as_array().expect("a list");
    // Newest first: the second annotation of the task comes before its first.
    assert_eq!(annotations[0]["category_id"], 3);
    assert_eq!(annotations[1]["bbox"], json!([80.0, 120.0, 240.0, 90.0]));
    assert_eq!(
        (annotations[1]["area"].as_f64(), annotations[1]["image_id"].as_i64()),
        (Some(21600.0), Some(1))
    );
    assert_eq!(
        annotations[2]["segmentation"],
        json!([[80.0, 60.0, 320.0, 60.0, 80.0, 300.0]])
    );
    assert_eq!(
        (annotations[2]["area"].as_f64(), annotations[2]["id"].as_i64()),
        (Some(28800.0), Some(2))
    );
    assert_eq!(file["info"]["date_created"], "2026-11-23 08:37:37.000000");
}

#[test]
fn yolo_writes_a_line_for_each_box_and_the_oldest_annotation_wins() {
    let tasks = [task(
        1,
        json!({ "image": "/data/upload/3/1234abcd-a.png" }),
        &[json!([boxed(10.0, 45.0, "Car")]), json!([boxed(5.0, 0.0, "Bus")])],
    )];
    let out = export("YOLO", BOXES, &tasks, false);
    assert_eq!(entry(&out, "labels/1234abcd-a.txt"), "1 0.25 0.275 0.3 0.15\n");
    assert_eq!(entry(&out, "classes.txt"), "Bus\nCar\nRoof\n");
    let notes: Value = serde_json::from_str(&entry(&out, "notes.json")).expect("JSON");
    assert_eq!(notes["categories"][1], json!({ "id": 1, "name": "Car" }));
}

#[test]
fn the_catalogue_offers_what_fits_first() {
    let text = labelkeep_formats::export::catalog(&Config::parse(TEXT).expect("valid"));
    let enabled: Vec<&str> = text
        .iter()
        .filter(|format| !format.disabled)
        .map(|format| format.name)
        .collect();
    assert_eq!(enabled[..5], ["JSON", "JSON_MIN", "CSV", "TSV", "DOCLANG"]);
    let boxes = labelkeep_formats::export::catalog(&Config::parse(BOXES).expect("valid"));
    let disabled: Vec<&str> = boxes
        .iter()
        .filter(|format| format.disabled)
        .map(|format| format.name)
        .collect();
    assert!(
        disabled.contains(&"CONLL2003")
            && !disabled.iter().any(|name| [
                "COCO",
                "COCO_WITH_IMAGES",
                "YOLO",
                "YOLO_WITH_IMAGES",
                "YOLO_OBB",
                "YOLO_SEGMENT"
            ]
            .contains(name)),
        "{disabled:?}"
    );
}

#[test]
fn exact_boxes_are_turned_in_true_proportion_and_count_for_each_label() {
    let mut turned = boxed(50.0, 90.0, "Car");
    turned["value"]["rectanglelabels"] = json!(["Car", "Bus"]);
    let tasks = [task(
        1,
        json!({ "image": "/data/upload/3/1234abcd-a.png" }),
        &[json!([turned])],
    )];
    let coco: Value = serde_json::from_str(&entry(&exact("COCO", BOXES, &tasks), "result.json")).expect("JSON");
    let annotations = coco["annotations"].as_array().expect("a list");
    let classes: Vec<&Value> = annotations.iter().map(|row| &row["category_id"]).collect();
    assert_eq!(classes, [1, 0]);
    // 240 × 90 pixels about (400, 120), a quarter clockwise.
    for (part, wanted) in [(0, 310.0), (1, 120.0), (2, 90.0), (3, 240.0)] {
        let value = annotations[0]["bbox"][part].as_f64().expect("a number");
        assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
    }
    assert_eq!(annotations[0]["segmentation"][0].as_array().map(Vec::len), Some(8));
    let lines = entry(&exact("YOLO", BOXES, &tasks), "labels/1234abcd-a.txt");
    let numbers: Vec<f64> = lines
        .lines()
        .next()
        .expect("a line")
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    for (value, wanted) in numbers
        .iter()
        .zip([1.0, 355.0 / 800.0, 240.0 / 600.0, 90.0 / 800.0, 240.0 / 600.0])
    {
        assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
    }
    let voc = entry(&exact("VOC", BOXES, &tasks), "Annotations/1234abcd-a.xml");
    assert!(
        voc.contains("<ymin>120</ymin>") && voc.contains("<ymax>360</ymax>"),
        "{voc}"
    );
}

#[test]
fn exact_turned_boxes_may_lack_an_angle() {
    let mut plain = boxed(10.0, 0.0, "Car");
    plain["value"].as_object_mut().expect("an object").remove("rotation");
    let tasks = [task(
        1,
        json!({ "image": "/data/upload/3/1234abcd-a.png" }),
        &[json!([plain])],
    )];
    assert_eq!(
        entry(&export("YOLO_OBB", BOXES, &tasks, false), "labels/1234abcd-a.txt"),
        ""
    );
    assert_eq!(
        entry(&exact("YOLO_OBB", BOXES, &tasks), "labels/1234abcd-a.txt"),
        "1 0.1 0.2 0.4 0.2 0.4 0.35 0.1 0.35\n"
    );
}

const BRUSH: &str = r#"<View><Image name="image" value="$image"/><BrushLabels name="brush" toName="image"><Label value="Hole"/></BrushLabels></View>"#;

#[test]
fn exact_masks_keep_their_holes() {
    let mask = [255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0];
    let brushed = json!({ "from_name": "brush", "original_width": 3, "original_height": 4,
        "value": { "format": "rle", "rle": labelkeep_formats::brush::encode(&mask), "brushlabels": ["Hole"] } });
    let tasks = [task(1, json!({ "image": "a.png" }), &[json!([brushed])])];
    let file = |out: &[u8]| -> Value { serde_json::from_str(&entry(out, "result_coco.json")).expect("JSON") };
    let outline = file(&export("BRUSH_TO_COCO", BRUSH, &tasks, false));
    assert_eq!(
        outline["annotations"][0]["segmentation"],
        json!([[0, 0, 0, 2, 2, 2, 2, 0]])
    );
    let whole = file(&exact("BRUSH_TO_COCO", BRUSH, &tasks));
    let annotation = &whole["annotations"][0];
    assert_eq!(
        (&annotation["segmentation"], &annotation["bbox"], &annotation["area"]),
        (
            &json!({ "size": [4, 3], "counts": [0, 3, 1, 1, 1, 1, 1, 3, 1] }),
            &json!([0, 0, 3, 3]),
            &json!(8)
        )
    );
    assert_eq!(outline["categories"][0]["color"], whole["categories"][0]["color"]);
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let tasks = [
        task(
            1,
            json!({ "image": "a.png", "text": "One." }),
            &[json!([boxed(10.0, 30.0, "Car")]), json!([])],
        ),
        task(
            2,
            json!({ "image": "b.png", "text": "Two." }),
            &[json!([boxed(5.0, 0.0, "Van")])],
        ),
    ];
    for exporter in labelkeep_formats::export::exporters() {
        let once = export(exporter.name(), BOXES, &tasks, false);
        assert!(
            once == export(exporter.name(), BOXES, &tasks, false),
            "{}",
            exporter.name()
        );
    }
}
