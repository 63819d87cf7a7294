//! Boxes on video between their key frames, linear as the reference has them.

use std::cell::Cell;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{ExportTask, Report};

/// Most frames of one track: 100 hours at 30 frames a second are fewer.
const FRAMES: i64 = 12_000_000;

struct Key {
    frame: i64,
    enabled: bool,
    rectangle: [f64; 4],
    rotation: f64,
}

fn keys(value: &Map<String, Value>) -> Vec<Key> {
    let list = value.get("sequence").and_then(Value::as_array);
    let key = |entry: &Value| {
        let number = |name: &str| entry.get(name).and_then(Value::as_f64);
        Some(Key {
            frame: entry
                .get("frame")?
                .as_i64()
                .filter(|frame| (0..=FRAMES).contains(frame))?,
            enabled: entry.get("enabled").and_then(Value::as_bool).unwrap_or(true),
            rectangle: [number("x")?, number("y")?, number("width")?, number("height")?],
            rotation: number("rotation").unwrap_or(0.0),
        })
    };
    let mut keys: Vec<Key> = list.into_iter().flatten().filter_map(key).collect();
    keys.sort_by_key(|key| key.frame);
    keys
}

/// Frame, box in percent and rotation of each frame of a track: from an enabled key frame on to the next, or to the last
/// frame of the video.
pub(super) fn frames(value: &Map<String, Value>) -> Vec<(i64, [f64; 4], f64)> {
    let keys = keys(value);
    let last = value
        .get("framesCount")
        .and_then(Value::as_i64)
        .unwrap_or(0)
        .min(FRAMES);
    let mut all = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        all.push((key.frame, key.rectangle, key.rotation));
        if !key.enabled {
            continue;
        }
        match keys.get(index + 1) {
            Some(next) => {
                let length = (next.frame - key.frame) as f64;
                for frame in key.frame + 1..next.frame {
                    let part = (frame - key.frame) as f64 / length;
                    let between = |from: f64, to: f64| from + (to - from) * part;
                    let mut rectangle = key.rectangle;
                    for (side, to) in rectangle.iter_mut().zip(next.rectangle) {
                        *side = between(*side, to);
                    }
                    all.push((frame, rectangle, between(key.rotation, next.rotation)));
                }
            }
            None => all.extend((key.frame + 1..=last).map(|frame| (frame, key.rectangle, key.rotation))),
        }
    }
    all
}

/// Most frames that are added to the tracks of one annotation: they are held in memory together.
const ADDED: u64 = 1_000_000;

/// What could not be filled in, over one walk through the tasks.
#[derive(Debug, Default)]
pub(super) struct Unfilled {
    empty: Cell<u64>,
    overlong: Cell<u64>,
}

impl Unfilled {
    /// A new walk begins.
    pub(super) fn reset(&self) {
        self.empty.set(0);
        self.overlong.set(0);
    }

    pub(super) fn tell(&self, report: &mut Report) {
        report.lost("a track without key frames", self.empty.get());
        report.lost(
            "the frames between the key frames of a track that would make more than 1,000,000",
            self.overlong.get(),
        );
    }
}

/// The task with all frames of its tracks instead of their key frames alone.
pub(super) fn fill(mut task: ExportTask, unfilled: &Unfilled) -> ExportTask {
    for annotation in &mut task.annotations {
        if let Some(filled) = filled(&annotation.result, unfilled) {
            annotation.result = filled;
        }
    }
    task
}

/// Results with all frames; `None` when there is nothing to fill in.
fn filled(result: &RawValue, unfilled: &Unfilled) -> Option<Box<RawValue>> {
    if !result.get().contains("\"sequence\"") {
        return None;
    }
    let mut results: Vec<Value> = serde_json::from_str(result.get()).ok()?;
    let mut room = ADDED;
    results.retain_mut(|result| {
        let is_track = result
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("videorectangle"));
        let Some(Value::Object(value)) = result.get_mut("value").filter(|_| is_track) else {
            return true;
        };
        let Some(Value::Array(sequence)) = value.get("sequence") else {
            return true;
        };
        if sequence.is_empty() {
            unfilled.empty.set(unfilled.empty.get() + 1);
            return false;
        }
        let Some(track) = Track::of(value, sequence) else {
            return true;
        };
        let added = track.added();
        if added > room {
            unfilled.overlong.set(unfilled.overlong.get() + 1);
            return true;
        }
        room -= added;
        let frames = track.frames();
        value.insert("sequence".to_owned(), Value::Array(frames));
        true
    });
    serde_json::value::to_raw_value(&results).ok()
}

/// Numbers of a frame that change from one key frame to the next.
const MOVING: [&str; 6] = ["x", "y", "width", "height", "rotation", "time"];

/// A key frame: its place in the video, whether the object is there from here on, its numbers, and itself.
struct Frame<'a> {
    frame: i64,
    enabled: bool,
    numbers: [f64; MOVING.len()],
    entry: &'a Map<String, Value>,
}

struct Track<'a> {
    /// In the order of the video.
    keys: Vec<Frame<'a>>,
    /// The last frame of the video.
    last: i64,
    /// Seconds.
    duration: f64,
}

impl<'a> Track<'a> {
    /// `None` when an entry is no key frame: such a track stays as it is.
    fn of(value: &Map<String, Value>, sequence: &'a [Value]) -> Option<Track<'a>> {
        let key = |entry: &'a Value| {
            let entry = entry.as_object()?;
            let number = |name: &str| entry.get(name).and_then(Value::as_f64);
            let mut numbers = [0.0; MOVING.len()];
            for (index, name) in MOVING.iter().enumerate() {
                // A box has a place; without an angle it is upright, without a time that is not known.
                numbers[index] = if index < 4 {
                    number(name)?
                } else {
                    number(name).unwrap_or(0.0)
                };
            }
            Some(Frame {
                frame: entry
                    .get("frame")?
                    .as_i64()
                    .filter(|frame| (0..=FRAMES).contains(frame))?,
                enabled: entry.get("enabled").and_then(Value::as_bool).unwrap_or(true),
                numbers,
                entry,
            })
        };
        let mut keys = sequence.iter().map(key).collect::<Option<Vec<_>>>()?;
        keys.sort_by_key(|key| key.frame);
        let last = value.get("framesCount").and_then(Value::as_f64).unwrap_or(0.0);
        Some(Track {
            keys,
            last: (last as i64).clamp(0, FRAMES),
            duration: value.get("duration").and_then(Value::as_f64).unwrap_or(0.0),
        })
    }

    /// The end of the stretch behind a key frame: the next one, or behind the last frame of the video.
    fn end(&self, index: usize) -> i64 {
        self.keys.get(index + 1).map_or(self.last + 1, |next| next.frame)
    }

    /// How many frames lie between the key frames.
    fn added(&self) -> u64 {
        let stretches = self.keys.iter().enumerate().filter(|(_, key)| key.enabled);
        stretches
            .map(|(index, key)| (self.end(index) - key.frame - 1).max(0).unsigned_abs())
            .sum()
    }

    fn frames(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for (index, key) in self.keys.iter().enumerate() {
            all.push(Value::Object(key.entry.clone()));
            if !key.enabled {
                continue;
            }
            let next = self.keys.get(index + 1);
            let length = next.map_or(self.last, |next| next.frame) - key.frame;
            for frame in key.frame + 1..self.end(index) {
                let part = (frame - key.frame) as f64 / length.max(1) as f64;
                let mut entry = key.entry.clone();
                for (place, name) in MOVING.iter().enumerate() {
                    let from = key.numbers[place];
                    let change = next.map_or(0.0, |next| (next.numbers[place] - from) * part);
                    let mut number = from + change;
                    if *name == "time" {
                        if change == 0.0 && self.duration > 0.0 {
                            number = from + part * (self.duration - from);
                        }
                        number = hundredths(number);
                    }
                    entry.insert((*name).to_owned(), number.into());
                }
                entry.insert("frame".to_owned(), frame.into());
                entry.insert("auto".to_owned(), true.into());
                all.push(Value::Object(entry));
            }
        }
        all
    }
}

/// Rounded to two digits as the reference does: of the number's exact value, not of its product with a hundred.
fn hundredths(number: f64) -> f64 {
    format!("{number:.2}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::{Unfilled, filled, frames};
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    fn of(results: &Value) -> (Option<Value>, Unfilled) {
        let raw = RawValue::from_string(results.to_string()).expect("JSON");
        let unfilled = Unfilled::default();
        let filled = filled(&raw, &unfilled).map(|raw| serde_json::from_str(raw.get()).expect("JSON"));
        (filled, unfilled)
    }

    /// What label-studio-sdk 2.1.2 makes of the same track (`extract_key_frames`).
    #[test]
    fn a_track_is_filled_as_the_reference_fills_it() {
        let key = |frame: i64, x: f64, time: f64, enabled: bool| json!({ "frame": frame, "x": x, "y": 2, "width": 10, "height": 8, "rotation": 0, "time": time, "enabled": enabled });
        let track = json!({ "type": "videorectangle", "id": "a", "from_name": "box", "value": {
            "framesCount": 8, "duration": 0.8, "labels": ["Car"],
            "sequence": [key(5, 40.0, 0.5, true), key(1, 10.0, 0.1, true), key(3, 20.0, 0.333, false)] } });
        let other = json!({ "type": "choices", "value": { "choices": ["a"] } });
        let (filled, _) = of(&json!([track, other]));
        let filled = filled.expect("filled");
        let sequence = filled[0]["value"]["sequence"].as_array().expect("frames");
        let short: Vec<Value> = sequence
            .iter()
            .map(|entry| json!([entry["frame"], entry["x"], entry["time"], entry.get("auto")]))
            .collect();
        assert_eq!(
            json!(short),
            json!([
                [1, 10.0, 0.1, null],
                [2, 15.0, 0.22, true],
                [3, 20.0, 0.333, null],
                [5, 40.0, 0.5, null],
                [6, 40.0, 0.6, true],
                [7, 40.0, 0.7, true],
                [8, 40.0, 0.8, true]
            ])
        );
        assert_eq!(filled[1], other);
    }

    #[test]
    fn what_cannot_be_filled_is_counted_and_hostile_numbers_cost_nothing() {
        let track = |frames: Value, sequence: Value| json!({ "type": "videorectangle", "value": { "framesCount": frames, "sequence": sequence } });
        let key = json!([{ "frame": 1, "x": 0, "y": 0, "width": 1, "height": 1 }]);
        let results = json!([
            track(json!(1e300), key.clone()),
            track(json!(9), json!([])),
            track(json!(2), key.clone())
        ]);
        let (filled, unfilled) = of(&results);
        let filled = filled.expect("filled");
        assert_eq!((unfilled.overlong.get(), unfilled.empty.get()), (1, 1));
        assert_eq!(filled.as_array().map(Vec::len), Some(2));
        assert_eq!(filled[0]["value"]["sequence"].as_array().map(Vec::len), Some(1));
        assert_eq!(filled[1]["value"]["sequence"].as_array().map(Vec::len), Some(2));
        // No key frames at all: the track stays as it is.
        let odd = track(json!(9), json!([{ "frame": -5 }, 7, { "frame": 1, "x": "a" }]));
        assert_eq!(of(&json!([odd])).0.expect("parsed"), json!([odd]));
        assert!(of(&json!([{ "type": "choices" }])).0.is_none());
    }

    #[test]
    fn frames_between_key_frames_are_linear_and_a_disabled_one_ends_the_track() {
        let Value::Object(value) = json!({ "framesCount": 9, "sequence": [
            { "frame": 5, "x": 20.0, "y": 0, "width": 10, "height": 10, "enabled": false },
            { "frame": 1, "x": 0, "y": 0, "width": 10, "height": 10, "enabled": true },
            { "frame": 8, "x": 50, "y": 0, "width": 10, "height": 10 } ] })
        else {
            panic!("an object")
        };
        let found = frames(&value);
        let places: Vec<(i64, f64)> = found.iter().map(|(frame, [x, ..], _)| (*frame, *x)).collect();
        assert_eq!(
            places,
            [
                (1, 0.0),
                (2, 5.0),
                (3, 10.0),
                (4, 15.0),
                (5, 20.0),
                (8, 50.0),
                (9, 50.0)
            ]
        );
    }
}
