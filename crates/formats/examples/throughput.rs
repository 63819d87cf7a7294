//! How fast the formats are by themselves, without a server or a database, in time of one processor:
//! `cargo run --release -p labelkeep-formats --example throughput [PART]`. What a whole import or export takes `bench/formats.py` tells.

#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::io::{Cursor, Seek as _, Write};

use labelkeep_formats::brush;
use labelkeep_formats::export::{
    Annotator, Context, ExportAnnotation, ExportTask, NoMedia, Tasks, exporter, write as export,
};
use labelkeep_formats::import::{FileKind, import_file, import_json};
use labelkeep_labeling::Config;
use serde_json::value::RawValue;

const TEXTS: &str = r#"<View><Text name="text" value="$text"/>
    <Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"#;
const BOXES: &str = r#"<View><Image name="image" value="$image"/>
    <RectangleLabels name="box" toName="image"><Label value="Car"/></RectangleLabels></View>"#;
const BRUSH: &str = r#"<View><Image name="image" value="$image"/>
    <BrushLabels name="brush" toName="image"><Label value="Hole"/></BrushLabels></View>"#;
const ANSWER: &str =
    r#"[{"id":"a","from_name":"label","to_name":"text","type":"choices","value":{"choices":["pos"]}}]"#;

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let parts: [(&str, fn()); 5] = [
        ("csv", csv),
        ("json", json),
        ("coco", coco),
        ("brush", masks),
        ("tables", tables),
    ];
    for (name, part) in parts {
        if name.contains(&wanted) {
            part();
        }
    }
}

/// Bytes of what is written, which goes nowhere.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Seconds of the processor that this thread has had: what else the machine does hardly counts. Elsewhere than on Linux, of the clock.
fn seconds() -> f64 {
    let had = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let had = had.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    had.map_or_else(
        || std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64(),
        |nanoseconds| nanoseconds / 1e9,
    )
}

fn told(name: &str, bytes: u64, items: usize, seconds: f64) {
    let rate = bytes as f64 / 1e6 / seconds;
    let each = seconds * 1e6 / items as f64;
    println!("{name:34} {seconds:6.2} s  {rate:7.1} MB/s  {each:9.2} µs an item");
}

fn csv() {
    const ROWS: usize = 1_000_000;
    let mut text = String::from("text,number,note\n");
    for row in 0..ROWS {
        let _ = writeln!(text, "\"The text of row {row}, with a comma\",{row},{}", "x".repeat(60));
    }
    read_table("CSV, texts", &text, ROWS);
    let mut text = String::from("a,b,c,d,e,f\n");
    for row in 0..ROWS {
        let _ = writeln!(text, "{row},{}.5,True,,x{row},\"say \"\"{row}\"\"\"", row % 977);
    }
    read_table("CSV, short cells", &text, ROWS);
}

fn read_table(name: &str, text: &str, rows: usize) {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("room");
    file.rewind().expect("a file");
    let begun = seconds();
    let mut found = 0;
    import_file(FileKind::Csv, file, "", &mut |_| {
        found += 1;
        Ok(())
    })
    .expect("a table");
    assert_eq!(found, rows);
    told(&format!("import {name}"), text.len() as u64, rows, seconds() - begun);
}

fn json() {
    const TASKS: usize = 1_000_000;
    let mut text = String::from("[");
    for number in 0..TASKS {
        let comma = if number > 0 { "," } else { "" };
        let _ = write!(
            text,
            "{comma}{{\"data\": {{\"text\": \"This is the text of task number {number}, as long as a short sentence.\"}}, \
             \"annotations\": [{{\"result\": {ANSWER}}}]}}"
        );
    }
    text.push(']');
    let begun = seconds();
    let mut found = 0;
    import_json(&mut Cursor::new(&text), &mut |_| {
        found += 1;
        Ok(())
    })
    .expect("a list");
    assert_eq!(found, TASKS);
    told("import JSON, annotated", text.len() as u64, TASKS, seconds() - begun);
    write("JSON, annotated", "JSON", TEXTS, TASKS, |number| {
        task(number, texts(number), Some(ANSWER))
    });
}

fn tables() {
    write("CSV, short cells", "CSV", TEXTS, 1_000_000, |number| {
        let data = format!(
            r#"{{"a":{number},"b":{}.5,"c":true,"d":"","text":"x{number}","f":"say \"{number}\""}}"#,
            number % 977
        );
        task(number, data, None)
    });
    write("CSV, tasks", "CSV", TEXTS, 1_000_000, |number| {
        task(number, texts(number), None)
    });
    write("CSV, annotated", "CSV", TEXTS, 1_000_000, |number| {
        task(number, texts(number), Some(ANSWER))
    });
}

fn coco() {
    let mut result = String::from("[");
    for place in 0..10 {
        let comma = if place > 0 { "," } else { "" };
        let _ = write!(
            result,
            "{comma}{{\"id\":\"r{place}\",\"from_name\":\"box\",\"to_name\":\"image\",\"type\":\"rectanglelabels\",\
             \"original_width\":1920,\"original_height\":1080,\"image_rotation\":0,\"value\":{{\"x\":{},\"y\":{}.5,\
             \"width\":5.25,\"height\":3.125,\"rotation\":0,\"rectanglelabels\":[\"Car\"]}}}}",
            place * 7,
            10 + place
        );
    }
    result.push(']');
    write("COCO, 10 boxes each", "COCO", BOXES, 100_000, |number| {
        let data = format!("{{\"image\":\"https://example.com/pictures/{number}.jpg\"}}");
        task(number, data, Some(&result))
    });
}

fn masks() {
    let (width, height) = (4_000_i64, 3_000_i64);
    let inside = |x: i64, y: i64| (x - width / 2).pow(2) + (y - height / 2).pow(2) < (height / 3).pow(2);
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| if inside(x, y) { 255 } else { 0 }))
        .collect();
    let code = format!("{:?}", brush::encode(&pixels));
    let result = format!(
        "[{{\"id\":\"m\",\"from_name\":\"brush\",\"to_name\":\"image\",\"type\":\"brushlabels\",\"original_width\":{width},\
         \"original_height\":{height},\"value\":{{\"format\":\"rle\",\"rle\":{code},\"brushlabels\":[\"Hole\"]}}}}]"
    );
    write("masks as PNG", "BRUSH_TO_PNG", BRUSH, 500, |number| {
        task(number, "{\"image\":\"a.jpg\"}".to_owned(), Some(&result))
    });
}

fn texts(number: usize) -> String {
    format!(
        "{{\"text\":\"The text of row {number}, with a comma\",\"number\":{number},\"note\":\"{}\"}}",
        "x".repeat(60)
    )
}

/// Exports so many tasks; the time that the tasks themselves take to be made does not count.
fn write(name: &str, format: &str, config: &str, number: usize, make: impl Fn(usize) -> ExportTask) {
    let config = Config::parse(config).expect("a configuration");
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
    let begun = seconds();
    for number in 0..number {
        std::hint::black_box(make(number));
    }
    let making = seconds() - begun;
    let begun = seconds();
    let mut out = Counted::default();
    let mut source = || -> Tasks<'_> { Box::new((0..number).map(|number| Ok(make(number)))) };
    export(exporter(format).expect("a format"), &context, &mut source, &mut out).expect("exports");
    told(&format!("export {name}"), out.0, number, seconds() - begun - making);
}

fn task(number: usize, data: String, result: Option<&str>) -> ExportTask {
    let id = number as i64 + 1;
    let raw = |text: &str| RawValue::from_string(text.to_owned()).expect("JSON");
    let annotation = |result: &str| ExportAnnotation {
        id,
        completed_by: Some(Annotator::Id(1)),
        result: raw(result),
        was_cancelled: false,
        ground_truth: false,
        created_at: 1_795_423_057_055_702,
        updated_at: 1_795_423_057_055_702,
        draft_created_at: None,
        lead_time: Some(2.5),
        prediction: raw("{}"),
        result_count: 1,
        unique_id: None,
        import_id: None,
        last_action: None,
        bulk_created: None,
        task: id,
        project: 1,
        updated_by: None,
        parent_prediction: None,
        parent_annotation: None,
        last_created_by: None,
    };
    ExportTask {
        id,
        data: raw(&data),
        meta: raw("{}"),
        created_at: 1_795_423_057_055_702,
        updated_at: 1_795_423_057_055_702,
        allow_skip: true,
        inner_id: id,
        total_annotations: i64::from(result.is_some()),
        cancelled_annotations: 0,
        total_predictions: 0,
        project: 1,
        updated_by: None,
        file_upload: None,
        annotations: result.map(annotation).into_iter().collect(),
        drafts: Vec::new(),
        predictions: Vec::new(),
    }
}
