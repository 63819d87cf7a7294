//! Boxes on video between their key frames, linear as the reference has them.

use serde_json::{Map, Value};

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

#[cfg(test)]
mod tests {
    use super::frames;
    use serde_json::{Value, json};

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
