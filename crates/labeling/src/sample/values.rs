//! Sample values for data fields, by the tag that shows them.

use serde_json::{Value, json};

use crate::registry::{Kind, registry};
use crate::tree::Node;

/// Size of the sample picture in pixels.
pub(super) const PICTURE: (u32, u32) = (640, 480);
pub(super) const TEXT: &str =
    "The night train from Lisbon reached Madrid at seven, and Ana was already waiting on the platform.";
pub(super) const HTML: &str = "<p>The <b>old lighthouse</b> was repaired in spring and opens every Sunday.</p>";

/// A value for the field that an attribute of an element refers to; `None` when the attribute needs none.
pub(super) fn sample(node: &Node, attribute: &str) -> Option<Value> {
    let tag = node.tag.as_str();
    let as_url = node.get("valueType") == Some("url");
    let value = match (attribute, tag) {
        ("valueList", _) => json!([picture("#c7d9e8"), picture("#e6dcc6"), picture("#d5e5cf")]),
        ("audioUrl", _) | ("value", "Audio" | "AudioPlus") => json!(sound()),
        ("frameRate", _) => json!(24),
        ("apiUrl", _) => json!("/static/samples/taxonomy.json"),
        ("data", "ReactCode" | "CustomInterface") => json!({"title": TEXT}),
        ("value", "Image") => json!(picture("#c7d9e8")),
        ("value", "Text") if as_url => json!(data_url("text/plain", TEXT)),
        ("value", "HyperText") if as_url => json!(data_url("text/html", HTML)),
        ("value", "HyperText") => json!(HTML),
        ("value", "Header") => json!("What do you see?"),
        ("value", "Video") => json!("/static/samples/video.mp4"),
        ("value", "Pdf") => json!(data_url("application/pdf", PDF)),
        ("value", "Paragraphs" | "Dialog") if as_url => {
            json!(data_url("application/json", &dialogue(node).to_string()))
        }
        ("value", "Paragraphs" | "Dialog") => dialogue(node),
        ("value", "TimeSeries") => series(node),
        ("value", "Table") if as_url => json!(data_url("application/json", r#"{"Colour":"green","Weight":"1.2 kg"}"#)),
        ("value", "Table") => json!({"Colour": "green", "Weight": "1.2 kg", "Made in": "Ghent"}),
        ("value", "List") => json!([
            {"id": "a", "title": "Walk by the river", "body": "Two hours, flat, good for children."},
            {"id": "b", "title": "Museum of clocks", "body": "Open until six, free on Sundays."},
            {"id": "c", "title": "Market hall", "body": "Cheese, bread and fish from the region."},
        ]),
        ("value", "Chat") => json!([
            {"role": "user", "content": "Which train goes to the coast?"},
            {"role": "assistant", "content": "The one at nine from platform four."},
        ]),
        ("value", "Choices") => json!([{"value": "First"}, {"value": "Second"}]),
        ("value", "Taxonomy") => json!([{"value": "Plants", "children": [{"value": "Trees"}, {"value": "Ferns"}]}]),
        ("value", _) if node.tag.ends_with("Labels") => json!([{"value": "First"}, {"value": "Second"}]),
        ("value", "TextArea") => json!("A first draft of the answer."),
        ("value", _) => json!(TEXT),
        _ => return other(node, attribute),
    };
    Some(value)
}

/// Other attributes of the registry that may refer to data hold text; unknown attributes mean nothing to us.
fn other(node: &Node, attribute: &str) -> Option<Value> {
    let tag = registry().tag(&node.tag)?;
    let variable = tag
        .attributes
        .get(attribute)
        .is_some_and(|a| a.variable && attribute != "on");
    (variable && tag.kind != Kind::Control).then(|| json!(TEXT))
}

fn dialogue(node: &Node) -> Value {
    let name = node.given("nameKey").unwrap_or("author");
    let text = node.given("textKey").unwrap_or("text");
    json!([
        {name: "Mira", text: "Did the parcel arrive?", "start": 0.0, "end": 0.2},
        {name: "Jon", text: "Yes, it came this morning.", "start": 0.2, "end": 0.4},
        {name: "Mira", text: "Good, then we can start.", "start": 0.4, "end": 0.5},
    ])
}

/// Two periods of a wave, with the columns that the configuration names.
fn series(node: &Node) -> Value {
    const POINTS: u32 = 60;
    let wave = |shift: f64| -> Vec<f64> {
        (0..POINTS)
            .map(|i| (f64::from(i) * 0.2 + shift).sin())
            .map(|v| (v * 1000.0).round() / 1000.0)
            .collect()
    };
    let time = node.given("timeColumn").unwrap_or("time");
    let columns = [time.to_owned(), "sensor1".to_owned(), "sensor2".to_owned()];
    if node.get("valueType") == Some("json") {
        let mut table = serde_json::Map::new();
        table.insert(columns[0].clone(), (0..POINTS).collect());
        table.insert(columns[1].clone(), json!(wave(0.0)));
        table.insert(columns[2].clone(), json!(wave(1.0)));
        return Value::Object(table);
    }
    let separator = match node.given("sep") {
        Some("\\t") => "\t",
        Some(other) => other,
        None => ",",
    };
    let mut csv = columns.join(separator);
    for (i, (a, b)) in wave(0.0).iter().zip(wave(1.0)).enumerate() {
        csv.push_str(&format!("\n{i}{separator}{a}{separator}{b}"));
    }
    json!(data_url("text/csv", &csv))
}

/// A landscape drawn here, so that a preview needs no network.
fn picture(sky: &str) -> String {
    let (width, height) = PICTURE;
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>\
         <rect width='640' height='480' fill='{sky}'/><circle cx='520' cy='90' r='44' fill='#f4c95d'/>\
         <path d='M0 300 160 150 320 300 430 210 640 330V480H0Z' fill='#7d9a8c'/>\
         <rect y='340' width='640' height='140' fill='#5f7f6a'/><rect x='110' y='270' width='130' height='100' fill='#b5654a'/>\
         <path d='M95 272 175 210 255 272Z' fill='#6e3f35'/><rect x='160' y='315' width='32' height='55' fill='#3d2b2a'/>\
         <ellipse cx='430' cy='290' rx='52' ry='64' fill='#3f6b4a'/><rect x='423' y='340' width='14' height='52' fill='#5a4033'/></svg>"
    );
    data_url("image/svg+xml", &svg)
}

/// Half a second of a 440 Hz tone: 8 bits, 8,000 samples a second (RIFF WAVE, PCM).
fn sound() -> String {
    const RATE: u32 = 8000;
    let samples: Vec<u8> = (0..RATE / 2)
        .map(|i| (f64::from(i) * 440.0 * std::f64::consts::TAU / f64::from(RATE)).sin())
        .map(|v| (128.0 + 60.0 * v) as u8)
        .collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(RATE.to_le_bytes());
    wav.extend(RATE.to_le_bytes());
    wav.extend(b"\x01\0\x08\0data");
    wav.extend((samples.len() as u32).to_le_bytes());
    wav.extend(samples);
    let hex: String = wav.iter().map(|byte| format!("%{byte:02x}")).collect();
    format!("data:audio/wav,{hex}")
}

/// The text as a data URL, percent-encoded where a URL needs it.
fn data_url(kind: &str, text: &str) -> String {
    let mut url = format!("data:{kind},");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b',' | b';' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// One page with one line of text.
const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n\
4 0 obj<</Length 44>>stream\nBT /F 18 Tf 40 240 Td (A sample document) Tj ET\nendstream endobj\n\
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
