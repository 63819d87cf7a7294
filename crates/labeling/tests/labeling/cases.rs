//! The shared configurations of `schema/label-configs`, which the browser's parser runs too.
//!
//! `UPDATE_CASES=1` writes the expected files anew; read the difference before committing it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use labelkeep_labeling::{Config, ConfigError, check_result, color};
use serde_json::{Map, Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema/label-configs")
}

fn messages(errors: &[ConfigError]) -> Value {
    errors
        .iter()
        .map(|e| json!({"message": e.message, "line": e.line, "column": e.column}))
        .collect()
}

fn outcome(xml: &str) -> Value {
    let config = match Config::parse(xml) {
        Ok(config) => config,
        Err(errors) => return json!({"errors": messages(&errors)}),
    };
    let controls: Vec<Value> = config
        .controls()
        .iter()
        .map(|c| {
            json!({"name": c.name, "tag": c.tag, "toNames": c.to_names, "dynamicLabels": c.dynamic_labels,
                "labels": c.labels.iter().map(|l| l.name()).collect::<Vec<_>>()})
        })
        .collect();
    let objects: Vec<Value> = config
        .objects()
        .iter()
        .map(|o| json!({"name": o.name, "tag": o.tag, "valueKey": o.value_key, "valueList": o.value_list}))
        .collect();
    let colors: Map<String, Value> = config
        .controls()
        .iter()
        .filter(|c| !c.labels.is_empty())
        .map(|c| (c.name.clone(), json!(color::colors_of(c))))
        .collect();
    json!({
        "errors": [],
        "warnings": messages(config.warnings()),
        "controls": controls,
        "objects": objects,
        "dataKeys": config.data_keys(),
        "parsedLabelConfig": config.parsed_label_config(),
        "colors": colors,
    })
}

#[test]
fn every_configuration_gives_what_is_written_down() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = BTreeMap::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "xml") {
            continue;
        }
        count += 1;
        let got = outcome(&std::fs::read_to_string(&path).unwrap());
        let expected_path = path.with_extension("json");
        if update {
            std::fs::write(&expected_path, serde_json::to_string_pretty(&got).unwrap() + "\n").unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        if got != expected {
            wrong.insert(path, serde_json::to_string_pretty(&got).unwrap());
        }
    }
    assert!(count >= 30, "only {count} cases");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn valid_configurations_have_sample_data_that_fits() {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "xml") {
            continue;
        }
        let Ok(config) = Config::parse(&std::fs::read_to_string(&path).unwrap()) else {
            continue;
        };
        let task = config.sample_task();
        config
            .check_data(&task["data"].to_string())
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let result = config.sample_result().to_string();
        check_result(&result, Some(&config), labelkeep_labeling::Mode::Strict)
            .unwrap_or_else(|e| panic!("{}: {e}\n{result}", path.display()));
    }
}
