//! A person's own keyboard shortcuts.

use serde_json::{Map, Value};

const MOST: usize = 200;
const LONGEST_NAME: usize = 100;
const LONGEST_KEY: usize = 50;
/// Combinations that belong to the operating system.
const SYSTEM: [&str; 4] = ["ctrl+alt+delete", "alt+f4", "alt+tab", "cmd+space"];

/// Judges a map of shortcuts; the texts say what is wrong.
pub fn check_hotkeys(hotkeys: &Map<String, Value>) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    if hotkeys.len() > MOST {
        errors.push(format!("Too many hotkeys: at most {MOST} are allowed"));
    }
    for (name, entry) in hotkeys.iter().take(MOST) {
        if let Err(text) = check(name, entry) {
            errors.push(text);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn check(name: &str, entry: &Value) -> Result<(), String> {
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    if name.chars().count() > LONGEST_NAME {
        return Err(format!(
            "Action key '{shown}…' is longer than {LONGEST_NAME} characters"
        ));
    }
    match name.split_once(':') {
        Some((section, action)) if !section.is_empty() && !action.is_empty() => {}
        _ => return Err(format!("Action key '{shown}' must be in 'section:action' format")),
    }
    let Value::Object(entry) = entry else {
        return Err(format!("Hotkey data for '{shown}' must be a dictionary"));
    };
    let Some(key) = entry.get("key").and_then(Value::as_str) else {
        return Err(format!("Missing 'key' in hotkey data for '{shown}'"));
    };
    let allowed = |c: char| c.is_alphanumeric() || "+-=_ ,./\\;'[]`<>?!@#$%^&*()|~:\"{}".contains(c);
    if key.is_empty() || key.chars().count() > LONGEST_KEY || !key.chars().all(allowed) {
        return Err(format!("Invalid key combination for '{shown}'"));
    }
    if SYSTEM.contains(&key.to_lowercase().replace(' ', "").as_str()) {
        return Err(format!("'{key}' is a system shortcut and cannot be used for '{shown}'"));
    }
    match entry.get("active") {
        None | Some(Value::Bool(_)) => Ok(()),
        Some(_) => Err(format!("'active' of '{shown}' must be a boolean")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shortcuts_have_a_section_an_action_and_a_key() {
        let check = |value: Value| check_hotkeys(value.as_object().expect("a map"));
        assert_eq!(
            check(json!({"annotation:submit": {"key": "ctrl+enter", "active": true}})),
            Ok(())
        );
        assert_eq!(
            check(json!({"x": {"key": "a"}})),
            Err(vec!["Action key 'x' must be in 'section:action' format".to_owned()])
        );
        for bad in [
            json!({"a:b": "ctrl"}),
            json!({"a:b": {}}),
            json!({"a:b": {"key": "Alt+F4"}}),
            json!({"a:b": {"key": "\u{7}"}}),
            json!({"a:b": {"key": "a", "active": 1}}),
            json!({":b": {"key": "a"}}),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
