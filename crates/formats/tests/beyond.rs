//! The formats beyond the reference's: what of a corpus with all kinds of answers is in which file.
//!
//! With `KEEP_EXPORTS_IN=folder` the files of the first test are kept, for `tests/tools/check.py`, which opens them with the tools that
//! people use.

#![allow(clippy::expect_used)]

use std::io::{Cursor, Read as _};

use labelkeep_formats::export::{
    Annotator, Context, ExportAnnotation, ExportTask, NoMedia, Report, Tasks, exporter, exporters, write,
};
use labelkeep_labeling::Config;
use serde_json::value::RawValue;
use serde_json::{Value, json};

const PICTURES: &str = r#"<View><Image name="image" value="$image"/>
    <RectangleLabels name="box" toName="image"><Label value="Car"/><Label value="Ärger, &quot;a&quot;"/></RectangleLabels>
    <PolygonLabels name="poly" toName="image"><Label value="Roof"/></PolygonLabels>
    <EllipseLabels name="oval" toName="image"><Label value="Nut"/></EllipseLabels>
    <KeyPointLabels name="point" toName="image"><Label value="nose" model_index="0"/><Label value="tail" model_index="1"/></KeyPointLabels>
    <BrushLabels name="brush" toName="image"><Label value="Hole"/></BrushLabels>
    <Choices name="scene" toName="image"><Choice value="day"/><Choice value="night"/></Choices>
    <TextArea name="note" toName="image"/></View>"#;
const TEXTS: &str = r#"<View><Text name="text" value="$text"/><Labels name="ner" toName="text"><Label value="PER"/><Label value="LOC"/></Labels>
    <Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad"/></Choices>
    <Relations><Relation value="lives in"/></Relations></View>"#;
const SOUNDS: &str = r#"<View><Audio name="audio" value="$audio"/><Labels name="who" toName="audio"><Label value="Ada"/><Label value="Bob"/></Labels>
    <TextArea name="words" toName="audio" perRegion="true"/></View>"#;
const VIDEOS: &str = r#"<View><Labels name="what" toName="video"><Label value="Car"/></Labels><Video name="video" value="$video"/>
    <VideoRectangle name="track" toName="video"/></View>"#;

fn raw(value: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("JSON")
}

fn task(id: i64, data: Value, results: Vec<Value>) -> ExportTask {
    let annotations: Vec<ExportAnnotation> = (1..)
        .zip(&results)
        .map(|(number, result)| ExportAnnotation {
            id: id * 10 + number,
            completed_by: Some(Annotator::Id(7)),
            result: raw(result),
            was_cancelled: result.as_array().is_some_and(Vec::is_empty),
            ground_truth: false,
            created_at: 1_795_423_057_000_000 + number,
            updated_at: 1_795_423_057_000_000 + number,
            draft_created_at: None,
            lead_time: None,
            prediction: raw(&json!({})),
            result_count: 1,
            unique_id: None,
            import_id: None,
            last_action: None,
            bulk_created: None,
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
        predictions: Vec::new(),
    }
}

fn region(id: &str, control: &str, value: Value) -> Value {
    json!({ "id": id, "from_name": control, "to_name": "image", "type": "x", "original_width": 40, "original_height": 20, "value": value })
}

fn pictures() -> Vec<ExportTask> {
    let mask: Vec<u8> = (0..800)
        .map(|pixel| if pixel % 40 < 3 && pixel / 40 > 10 { 255 } else { 0 })
        .collect();
    let mut nose = region(
        "k1",
        "point",
        json!({ "x": 20, "y": 30, "width": 1, "keypointlabels": ["nose"] }),
    );
    nose["parentID"] = json!("b1");
    let all = json!([
        region("b1", "box", json!({ "x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Car"] })),
        region("b2", "box", json!({ "x": 50, "y": 20, "width": 20, "height": 20, "rotation": 30, "rectanglelabels": ["Ärger, \"a\"", "Car"] })),
        region("b1", "note", json!({ "x": 10, "y": 20, "width": 30, "height": 40, "text": ["old <one>"] })),
        region("p1", "poly", json!({ "points": [[10, 10], [40, 10], [10, 50]], "closed": true, "polygonlabels": ["Roof"] })),
        region("e1", "oval", json!({ "x": 50, "y": 50, "radiusX": 10, "radiusY": 20, "rotation": 0, "ellipselabels": ["Nut"] })),
        nose,
        region("m1", "brush", json!({ "format": "rle", "rle": labelkeep_formats::brush::encode(&mask), "brushlabels": ["Hole"] })),
        { "id": "c1", "from_name": "scene", "to_name": "image", "type": "choices", "value": { "choices": ["day"] } },
        { "from_id": "b1", "to_id": "b2", "type": "relation", "direction": "right" },
    ]);
    let second = json!([region(
        "x",
        "box",
        json!({ "x": 0, "y": 0, "width": 100, "height": 100, "rotation": 0, "rectanglelabels": ["Gone"] })
    )]);
    vec![
        task(
            1,
            json!({ "image": "https://example.com/a b.png", "n": 1 }),
            vec![all, second, json!([])],
        ),
        task(
            2,
            json!({ "image": "s3://b/a b.png", "n": "x" }),
            vec![json!([{ "id": "c", "from_name": "scene", "type": "choices", "value": { "choices": ["night"] } }])],
        ),
        task(
            3,
            json!({ "other": 1 }),
            vec![json!([region("x", "box", json!({ "x": 0, "y": "?" }))])],
        ),
    ]
}

fn texts() -> Vec<ExportTask> {
    let span = |id: &str, start: usize, end: usize, label: &str| json!({ "id": id, "from_name": "ner", "to_name": "text", "type": "labels", "value": { "start": start, "end": end, "text": "", "labels": [label] } });
    let first = json!([
        span("a", 2, 14, "PER"), span("b", 24, 29, "LOC"), span("c", 2, 5, "PER"), span("d", 90, 99, "LOC"),
        { "id": "m", "from_name": "mood", "to_name": "text", "type": "choices", "value": { "choices": ["good"] } },
        { "from_id": "a", "to_id": "b", "type": "relation", "direction": "right", "labels": ["lives in"] },
    ]);
    vec![
        // The emoji is one code point, two UTF-16 units, four bytes.
        task(
            1,
            json!({ "text": "😀 Ada Lovelace lived in Paris.\nShe \"wrote\".", "meta": { "a": [1] } }),
            vec![first],
        ),
        task(2, json!({ "text": "" }), vec![json!([])]),
        task(3, json!({ "nothing": true }), vec![json!([span("a", 0, 1, "PER")])]),
    ]
}

fn sounds() -> Vec<ExportTask> {
    let result = json!([
        { "id": "a", "from_name": "who", "to_name": "audio", "type": "labels", "value": { "start": 0.5, "end": 1.25, "channel": 0, "labels": ["Ada"] } },
        { "id": "a", "from_name": "words", "to_name": "audio", "type": "textarea", "value": { "start": 0.5, "end": 1.25, "text": ["Good <morning> & \"you\""] } },
        { "id": "b", "from_name": "who", "to_name": "audio", "type": "labels", "value": { "start": 1.0, "end": 3.0, "labels": ["Bob"] } },
    ]);
    vec![task(1, json!({ "audio": "https://example.com/a.wav" }), vec![result])]
}

fn videos() -> Vec<ExportTask> {
    let sequence = json!([{ "frame": 1, "x": 0, "y": 0, "width": 10, "height": 10, "enabled": true, "rotation": 0, "time": 0 },
        { "frame": 5, "x": 40, "y": 0, "width": 10, "height": 10, "enabled": false, "rotation": 0, "time": 1 }]);
    let result = json!([{ "id": "v", "from_name": "track", "to_name": "video", "type": "videorectangle", "original_width": 200, "original_height": 100,
        "value": { "framesCount": 10, "duration": 2, "sequence": sequence, "labels": ["Car"] } }]);
    vec![task(1, json!({ "video": "https://example.com/a.mp4" }), vec![result])]
}

fn export(name: &str, config: &str, tasks: &[ExportTask]) -> (Vec<u8>, Report) {
    let config = Config::parse(config).expect("a configuration");
    let context = Context {
        config: &config,
        now: 1_795_423_057_055_702,
        media: &NoMedia,
        download_resources: true,
        formula_escape: false,
        exact: false,
        interpolate: false,
        manifest: None,
    };
    let exporter = exporter(name).expect("a format");
    assert!(exporter.supports(&config), "{name} fits");
    let mut out = Vec::new();
    let mut source = || -> Tasks<'_> { Box::new(tasks.iter().cloned().map(Ok)) };
    let report = write(exporter, &context, &mut source, &mut out).expect("exports");
    (out, report)
}

fn entry(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut text = String::new();
    let mut file = archive.by_name(name).expect(name);
    file.read_to_string(&mut text).expect("text");
    text
}

fn entry_json(archive: &[u8], name: &str) -> Value {
    serde_json::from_str(&entry(archive, name)).expect("JSON")
}

/// Keeps a file for the tools.
fn keep(corpus: &str, name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("KEEP_EXPORTS_IN") {
        let folder = std::path::Path::new(&folder).join(corpus);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("kept");
    }
}

#[test]
fn every_item_is_in_the_file_or_named_in_the_report_and_bytes_repeat() {
    for (corpus, config, tasks) in [
        ("pictures", PICTURES, pictures()),
        ("texts", TEXTS, texts()),
        ("sounds", SOUNDS, sounds()),
        ("videos", VIDEOS, videos()),
    ] {
        let parsed = Config::parse(config).expect("valid");
        let fits = exporters().iter().filter(|exporter| exporter.supports(&parsed));
        for exporter in fits {
            let (bytes, report) = export(exporter.name(), config, &tasks);
            keep(corpus, &format!("{}.{}", exporter.name(), exporter.extension()), &bytes);
            let dropped: u64 = report.drops.iter().map(|(_, number)| number).sum();
            assert_eq!(
                report.items_in,
                report.items_out + dropped,
                "{}: {report:?}",
                exporter.name()
            );
            assert!(
                bytes == export(exporter.name(), config, &tasks).0,
                "{} repeats its bytes",
                exporter.name()
            );
        }
    }
}

#[test]
fn boxes_polygons_and_answers_are_where_the_tools_look_for_them() {
    let tasks = pictures();
    let labelme = export("LABELME", PICTURES, &tasks).0;
    let stem = entry_names(&labelme)
        .into_iter()
        .find(|name| name.ends_with("-11.json"))
        .expect("a second annotation of a picture");
    let file = entry_json(&labelme, &stem);
    let kinds: Vec<&str> = file["shapes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|shape| shape["shape_type"].as_str())
        .collect();
    assert_eq!(kinds, ["rectangle", "polygon", "polygon", "circle", "point"]);
    assert_eq!(file["shapes"][0]["points"], json!([[4.0, 4.0], [16.0, 12.0]]));
    assert_eq!(
        (&file["shapes"][0]["description"], &file["flags"]),
        (&json!("old <one>"), &json!({ "day": true }))
    );

    let xml = entry(&export("CVAT_XML", PICTURES, &tasks).0, "annotations.xml");
    for part in [
        "<box label=\"Car\" source=\"manual\" occluded=\"0\" xtl=\"4.00\" ytl=\"4.00\" xbr=\"16.00\" ybr=\"12.00\" z_order=\"0\">",
        "<attribute name=\"note\">old &lt;one&gt;</attribute>",
        "<label><name>Ärger, &quot;a&quot;</name>",
        "rotation=\"30.00\"",
        "<mask label=\"Hole\" source=\"manual\" occluded=\"0\" rle=\"0, 27\" left=\"0\" top=\"11\" width=\"3\" height=\"9\"",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let keypoints = entry_json(
        &export("COCO_KEYPOINTS", PICTURES, &tasks).0,
        "annotations/person_keypoints_default.json",
    );
    let posed = keypoints["annotations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|row| row["num_keypoints"] == 1)
        .expect("a pose");
    assert_eq!(
        (&posed["keypoints"], &posed["bbox"]),
        (&json!([8.0, 6.0, 2, 0, 0, 0]), &json!([4.0, 4.0, 12.0, 8.0]))
    );
    let pose = export("YOLO_POSE", PICTURES, &tasks).0;
    let labels = entry_names(&pose)
        .into_iter()
        .find(|name| name.ends_with("-11.txt"))
        .expect("labels");
    assert_eq!(
        entry(&pose, &labels).lines().next(),
        Some("0 0.25 0.4 0.3 0.4 0.2 0.3 2 0.0 0.0 0")
    );
    let mut first = tasks.clone();
    first[0].annotations.truncate(1);
    let panoptic = entry_json(
        &export("COCO_PANOPTIC", PICTURES, &first).0,
        "annotations/panoptic_default.json",
    );
    let segments = panoptic["annotations"][0]["segments_info"].as_array().expect("a list");
    assert_eq!(segments.len(), 5);
    let geojson = export("GEOJSON", PICTURES, &tasks).0;
    let file = entry_names(&geojson)
        .into_iter()
        .find(|name| name.ends_with("-11.geojson"))
        .expect("a file");
    let ring = &entry_json(&geojson, &file)["features"][2]["geometry"]["coordinates"][0];
    assert_eq!(
        (ring[0].clone(), ring.as_array().map(Vec::len)),
        (ring[3].clone(), Some(4)),
        "a ring ends where it begins"
    );
    let (_, report) = export("YOLO_CLASSIFY", PICTURES, &tasks);
    assert_eq!(report.items_out, 2, "{report:?}");
}

/// Two annotations of a task, and a third of another task with the same picture.
#[test]
fn a_picture_of_several_annotations_is_named_once() {
    let mut tasks = pictures();
    let again = region(
        "y",
        "box",
        json!({ "x": 50, "y": 50, "width": 25, "height": 50, "rotation": 0, "rectanglelabels": ["Car"] }),
    );
    let other = region(
        "z",
        "box",
        json!({ "x": 0, "y": 0, "width": 50, "height": 50, "rotation": 0, "rectanglelabels": ["Car"] }),
    );
    tasks.insert(
        1,
        task(
            5,
            json!({ "image": "https://example.com/other.png" }),
            vec![json!([other])],
        ),
    );
    tasks.push(task(
        4,
        json!({ "image": "https://example.com/a b.png" }),
        vec![json!([again])],
    ));
    let (keypoints, report) = export("COCO_KEYPOINTS", PICTURES, &tasks);
    let keypoints = entry_json(&keypoints, "annotations/person_keypoints_default.json");
    let images = keypoints["images"].as_array().expect("a list");
    let names: Vec<&Value> = images.iter().map(|image| &image["file_name"]).collect();
    assert!(
        names[0].as_str().is_some_and(|name| name.ends_with("__a b.png")),
        "{names:?}"
    );
    assert!(
        names[1].as_str().is_some_and(|name| name.ends_with("__other.png")),
        "{names:?}"
    );
    assert_eq!(names.len(), 2);
    assert_eq!((images[0]["id"].as_i64(), images[1]["id"].as_i64()), (Some(1), Some(2)));
    let of_first = keypoints["annotations"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|row| row["image_id"] == 1);
    assert_eq!(of_first.count(), 6 + 1, "the boxes of all annotations");
    assert_eq!(report.items_out, 4, "{report:?}");

    let xml = entry(&export("CVAT_XML", PICTURES, &tasks).0, "annotations.xml");
    assert_eq!(xml.matches("<image ").count(), 2, "{xml}");
    assert_eq!(
        (xml.matches("</image>").count(), xml.contains("<size>2</size>")),
        (2, true)
    );
    let first = xml.split("</image>").next().expect("a part");
    for part in ["label=\"Gone\"", "xtl=\"4.00\"", "xtl=\"20.00\" ytl=\"10.00\""] {
        assert!(first.contains(part), "{part} in {first}");
    }

    let (panoptic, report) = export("COCO_PANOPTIC", PICTURES, &tasks);
    let panoptic = entry_json(&panoptic, "annotations/panoptic_default.json");
    assert_eq!(panoptic["annotations"].as_array().map(Vec::len), Some(2));
    let older = report
        .drops
        .iter()
        .find(|(reason, _)| reason == "an older annotation of the same picture");
    assert_eq!(older.map(|(_, number)| *number), Some(2), "{report:?}");
}

fn entry_names(archive: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let names = archive.file_names().map(|name| name.expect("a name").into_owned());
    names.collect()
}

#[test]
fn spans_keep_their_place_behind_an_emoji() {
    let tasks = texts();
    let lines = |name: &str| -> Vec<Value> {
        let text = String::from_utf8(export(name, TEXTS, &tasks).0).expect("text");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line"))
            .collect()
    };
    let spacy = lines("SPACY_JSONL");
    assert_eq!(
        spacy[0]["entities"],
        json!([[2, 14, "PER"], [24, 29, "LOC"]]),
        "of spans over each other the longest"
    );
    assert_eq!(spacy[0]["spans"].as_array().map(Vec::len), Some(3));
    assert_eq!(spacy[0]["cats"], json!({ "good": 1.0, "bad": 0.0 }));
    let prodigy = lines("PRODIGY_JSONL");
    assert_eq!(
        (&prodigy[0]["spans"][1]["token_start"], &prodigy[0]["accept"]),
        (&json!(1), &json!(["good"]))
    );
    let iobes = String::from_utf8(export("CONLL_IOBES", TEXTS, &tasks).0).expect("text");
    assert!(iobes.contains("Ada\tB-PER\nLovelace\tE-PER"), "{iobes}");
    assert!(iobes.contains("Paris.\tS-LOC"), "{iobes}");
    let universal = export("CONLL_U", TEXTS, &tasks).0;
    let universal = String::from_utf8(universal).expect("text");
    assert!(
        universal.starts_with(
            "# sent_id = task-1-annotation-11\n# text = 😀 Ada Lovelace lived in Paris. She \"wrote\".\n1\t😀\t_\t_\t_\t_\t_\t_\t_\t\
             start_char=0|end_char=1|ner=O\n2\tAda\t_\t_\t_\t_\t_\t_\t_\tstart_char=2|end_char=5|ner=B-PER\n"
        ),
        "{universal}"
    );
    assert!(
        universal.contains("\tParis.\t") && universal.contains("|ner=B-LOC\n"),
        "{universal}"
    );
    let mood = json!([{ "id": "m", "from_name": "mood", "type": "choices", "value": { "choices": ["good"] } }]);
    let (nothing, report) = export("CONLL_U", TEXTS, &[task(9, json!({ "text": " \n" }), vec![mood])]);
    assert_eq!(
        (nothing, report.drops),
        (Vec::new(), vec![("a text without words".to_owned(), 1)])
    );
    let brat = export("BRAT", TEXTS, &tasks).0;
    let standoff = entry(&brat, "task-1-annotation-11.ann");
    assert!(
        standoff.contains("PER 2 14\tAda Lovelace") && standoff.contains("lives_in Arg1:T"),
        "{standoff}"
    );
    let web: Value = serde_json::from_slice(&export("W3C_ANNOTATION", TEXTS, &tasks).0).expect("JSON");
    let selectors = web["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| item["target"]["selector"]["type"] == "TextPositionSelector");
    assert_eq!(selectors.count(), 5);
}

#[test]
fn stretches_and_tracks_are_complete() {
    let vtt = entry(&export("WEBVTT", SOUNDS, &sounds()).0, "task-1-annotation-11.vtt");
    assert!(
        vtt.contains("00:00:00.500 --> 00:00:01.250\n<v Ada>Good &lt;morning&gt; &amp; \"you\"\n\n"),
        "{vtt}"
    );
    let srt = entry(&export("SRT", SOUNDS, &sounds()).0, "task-1-annotation-11.srt");
    assert!(
        srt.starts_with("1\n00:00:00,500 --> 00:00:01,250\nGood <morning> & \"you\"\n\n2\n"),
        "{srt}"
    );
    let grid = entry(
        &export("TEXTGRID", SOUNDS, &sounds()).0,
        "task-1-annotation-11.TextGrid",
    );
    assert!(
        grid.contains("name = \"labels 2\"") && grid.contains("text = \"Good <morning> & \"\"you\"\"\""),
        "{grid}"
    );
    let mot = entry(&export("MOT", VIDEOS, &videos()).0, "task-1-annotation-11/gt/gt.txt");
    let lines: Vec<&str> = mot.lines().collect();
    assert_eq!((lines.len(), lines[2]), (5, "3,1,40.00,0.00,20.00,10.00,1,1,1"));
}

#[test]
fn a_parquet_file_has_typed_columns_and_is_read_again() {
    let mut tasks = texts();
    tasks[1].data = raw(&json!({ "text": "", "n": 7, "x": 0.5, "ok": true, "mixed": 1, "mood": "of the data" }));
    tasks[1].annotations[0].was_cancelled = false;
    tasks[1].annotations[0].lead_time = Some(1.5);
    tasks[2].data = raw(&json!({ "text": "b", "n": 8, "x": 2, "ok": null, "mixed": "one" }));
    let (file, report) = export("PARQUET", TEXTS, &tasks);
    assert_eq!((report.items_in, report.items_out), (3, 3));
    let mut rows: Vec<Value> = Vec::new();
    labelkeep_formats::import::import_parquet(Cursor::new(file), &mut |item| {
        rows.push(serde_json::from_str(item.data.get()).expect("JSON"));
        Ok(())
    })
    .expect("a table");
    let [first, second, third] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(first["text"], json!("😀 Ada Lovelace lived in Paris.\nShe \"wrote\"."));
    assert_eq!(first["ner"][0]["labels"], json!(["PER"]));
    assert_eq!((&first["mood"], &first["annotation_id"]), (&json!("good"), &json!(11)));
    assert_eq!(first["created_at"], json!("2026-11-23T08:37:37.000001Z"));
    assert_eq!(second["_data_mood"], json!("of the data"));
    assert_eq!(
        [&second["n"], &second["x"], &second["ok"], &second["mixed"]],
        [&json!(7), &json!(0.5), &json!(true), &json!(1)]
    );
    assert_eq!(
        [&third["x"], &third["ok"], &third["mixed"], &third["lead_time"]],
        [&json!(2.0), &json!(""), &json!("one"), &json!("")]
    );
    assert_eq!([&second["lead_time"], &second["annotator"]], [&json!(1.5), &json!(7)]);
}

#[test]
fn a_ring_of_geojson_runs_counterclockwise_however_it_was_drawn() {
    let polygon = |points: Value| {
        task(
            1,
            json!({ "image": "a.png" }),
            vec![json!([region(
                "p",
                "poly",
                json!({ "points": points, "polygonlabels": ["Roof"] })
            )])],
        )
    };
    let ring = |points: Value| {
        let (archive, report) = export("GEOJSON", PICTURES, &[polygon(points)]);
        let file = entry_json(&archive, &entry_names(&archive)[0]);
        (file["features"][0]["geometry"]["coordinates"][0].clone(), report)
    };
    let expected = json!([[4.0, 2.0], [16.0, 2.0], [4.0, 10.0], [4.0, 2.0]]);
    assert_eq!(ring(json!([[10, 10], [40, 10], [10, 50]])).0, expected);
    let (turned, _) = ring(json!([[10, 50], [40, 10], [10, 10]]));
    assert_eq!(turned, expected);
    let (none, report) = ring(json!([[10, 50], [40, 10]]));
    assert_eq!(none, Value::Null);
    let lost = ("a polygon of fewer than three points".to_owned(), 1);
    assert!(report.losses.contains(&lost), "{:?}", report.losses);
}
