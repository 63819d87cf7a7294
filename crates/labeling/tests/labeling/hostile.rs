//! Input from outside never panics, hangs or uses much memory, whatever it holds.

use std::time::{Duration, Instant};

use labelkeep_labeling::{Config, Mode, check_json, check_result, expand_prediction};
use proptest::prelude::*;

const EVERYTHING: &str = include_str!("../../../../schema/results/all-types.json");

fn everything() -> (Config, serde_json::Value) {
    let fixture: serde_json::Value = serde_json::from_str(EVERYTHING).unwrap();
    (Config::parse(fixture["config"].as_str().unwrap()).unwrap(), fixture)
}

fn within(limit: Duration, what: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    assert!(start.elapsed() < limit, "{what} took {:?}", start.elapsed());
}

#[test]
fn sec_159_limits_of_configurations() {
    let too_large = format!("<View><!--{}--></View>", "x".repeat(1024 * 1024));
    let too_many = format!("<View>{}</View>", "<View/>".repeat(10_001));
    let attributes: String = (0..201).map(|i| format!(" a{i}=\"\"")).collect();
    let too_wide = format!("<View{attributes}/>");
    let too_deep = format!("{}{}", "<View>".repeat(100_000), "</View>".repeat(100_000));
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><View>&b;</View>";
    let include = "<View xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"file:///etc/passwd\"/></View>";
    for bad in [&too_large, &too_many, &too_wide, &too_deep, laughs] {
        within(Duration::from_secs(5), &bad[..20], || {
            let errors = Config::parse(bad).unwrap_err();
            assert_eq!(errors.len(), 1, "{errors:?}");
        });
    }
    // An inclusion is only an unknown tag.
    let config = Config::parse(include).unwrap();
    assert!(config.warnings()[0].message.contains("include"));
    let many = format!("<View>{}</View>", "<View/>".repeat(9_000));
    within(Duration::from_secs(5), "a large configuration", || {
        assert!(Config::parse(&many).is_ok())
    });
    let wide = "<Text name=\"t\" value=\"$t\"/>".to_owned() + &"<Labels name=\"x\" toName=\"q\"/>".repeat(9_000);
    within(Duration::from_secs(5), "many errors", || {
        assert!(Config::parse(&format!("<View>{wide}</View>")).is_err())
    });
}

#[test]
fn sec_159_configurations_that_try_to_cost_much() {
    let repeat = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
    let many_targets = format!(
        "<View><Text name=\"t\" value=\"$t\"/><Choices name=\"c\" toName=\"{}t\"/></View>",
        "t,".repeat(400_000)
    );
    let many_flags = format!(
        "<View>{}{}</View>",
        repeat(4_000, &|i| format!("<Repeater on=\"$x\" indexFlag=\"f{i}\"/>")),
        repeat(4_000, &|i| format!("<Text name=\"n{i}\" value=\"$v{i}\"/>"))
    );
    let many_misses = format!(
        "<View>{}<Relations toName=\"{}\"/></View>",
        repeat(5_000, &|i| format!("<Text name=\"name{i}{i}{i}\" value=\"$t\"/>")),
        "gone,".repeat(100_000)
    );
    for (text, valid) in [(&many_targets, true), (&many_flags, true), (&many_misses, false)] {
        within(Duration::from_secs(5), &text[..40], || match Config::parse(text) {
            Ok(config) => {
                assert!(valid);
                let data: Vec<String> = (0..50_000).map(|i| format!("\"v{i}\":\"x\"")).collect();
                let _ = config.check_data(&format!("{{{}}}", data.join(",")));
            }
            Err(errors) => {
                assert!(!valid, "{errors:?}");
                assert!(errors.iter().map(|e| e.message.len()).sum::<usize>() < 1_000_000);
            }
        });
    }
}

#[test]
fn sec_162_the_fixture_of_all_types_passes() {
    let (config, fixture) = everything();
    config.check_data(&fixture["data"].to_string()).unwrap();
    let result = fixture["result"].to_string();
    let strict = check_result(&result, Some(&config), Mode::Strict).unwrap();
    assert_eq!(strict.item_count, fixture["result"].as_array().unwrap().len() as u64);
    assert_eq!(strict.warnings, [""; 0]);
    assert_eq!(check_result(&result, Some(&config), Mode::Lenient).unwrap(), strict);
    assert_eq!(check_result(&result, None, Mode::Strict).unwrap(), strict);
}

#[test]
fn sec_160_sec_233_hostile_results_are_refused_quickly() {
    let (config, _) = everything();
    let deep = format!("[{{\"meta\":{}1{}}}]", "[".repeat(500_000), "]".repeat(500_000));
    let rle = |bytes: &str, size: &str| {
        format!(
            r#"[{{"id":"b","from_name":"br","to_name":"img","type":"brushlabels"{size},"value":{{"format":"rle","rle":[{bytes}]}}}}]"#
        )
    };
    let box_with = |extra: &str| {
        format!(
            r#"[{{"id":"q","from_name":"box","to_name":"img","type":"rectangle","value":{{"x":1,"y":2,"width":3,"height":4{extra}}}}}]"#
        )
    };
    let cases = [
        ("depth", deep),
        ("4 GiB claimed", rle("255,255,255,252,57,27,252,127,241,128,0", "")),
        ("cut off", rle("0,29,76,0,57,27", "")),
        ("no bytes", rle("0,1,2,256", "")),
        ("text as byte", rle("0,\"1\"", "")),
        ("infinite", box_with(r#","rotation":1e999"#)),
        ("huge", box_with(r#","rotation":1e300"#)),
        ("twice", box_with(r#","x":2"#)),
        ("nul", box_with(r#","note":"a\u0000""#)),
        ("text as number", box_with(r#","rotation":"90""#)),
        ("not a list", "{}".into()),
        ("not an object", "[1]".into()),
        ("no names", r#"[{"id":"a","value":{}}]"#.into()),
        (
            "value is text",
            r#"[{"from_name":"a","to_name":"b","type":"choices","value":"x"}]"#.into(),
        ),
        (
            "value is missing",
            r#"[{"from_name":"a","to_name":"b","type":"choices"}]"#.into(),
        ),
        ("relation without ends", r#"[{"type":"relation","from_id":"a"}]"#.into()),
        (
            "size",
            r#"[{"from_name":"a","to_name":"b","type":"choices","original_width":1e12,"value":{}}]"#.into(),
        ),
        ("trailing", "[] []".into()),
    ];
    for (what, text) in &cases {
        for mode in [Mode::Lenient, Mode::Strict] {
            within(Duration::from_secs(5), what, || {
                let error = check_result(text, Some(&config), mode).expect_err(what);
                assert!(error.to_string().starts_with("result"), "{error}");
            });
        }
    }
    let error = check_result(&box_with(r#","rotation":"90""#), None, Mode::Lenient).unwrap_err();
    assert_eq!(
        error.to_string(),
        "result[0].value.rotation: must be a number, not a string"
    );
}

#[test]
fn sec_162_unknown_names_are_kept_with_a_warning_and_refused_when_strict() {
    let (config, _) = everything();
    let item = |from: &str, to: &str, kind: &str, value: &str| {
        format!(r#"[{{"id":"q","from_name":"{from}","to_name":"{to}","type":"{kind}","value":{value}}}]"#)
    };
    let rectangle = r#"{"x":1,"y":2,"width":3,"height":4}"#;
    let cases = [
        (
            item("gone", "img", "rectangle", rectangle),
            "control \"gone\" is not in the config",
        ),
        (
            item("box", "txt", "rectangle", rectangle),
            "control \"box\" is not attached to \"txt\"",
        ),
        (
            item("box", "img", "ellipse", rectangle),
            "control \"box\" makes rectangle, not \"ellipse\"",
        ),
        (
            item("mood", "txt", "choices", r#"{"choices":["Bad"]}"#),
            "label \"Bad\" is not one of control \"mood\"",
        ),
        (
            item("mood", "txt", "choices", r#"{"choices":"G"}"#),
            "choices should hold a list of strings",
        ),
        (
            item("poly", "img", "polygonlabels", r#"{"x":1,"polygonlabels":["Roof"]}"#),
            "polygonlabels lacks its geometry (polygon)",
        ),
    ];
    for (text, expected) in cases {
        let summary = check_result(&text, Some(&config), Mode::Lenient).unwrap();
        assert!(
            summary.warnings.iter().any(|w| w == expected),
            "{expected}: {:?}",
            summary.warnings
        );
        assert!(check_result(&text, Some(&config), Mode::Strict).is_err(), "{expected}");
    }
    let outside = item(
        "box",
        "img",
        "rectangle",
        r#"{"x":-20,"y":90,"width":60,"height":50,"rotation":-30}"#,
    );
    check_result(&outside, Some(&config), Mode::Strict).expect("shapes may reach out of the picture");
    let beyond = item("box", "img", "rectangle", r#"{"x":120,"y":90,"width":60,"height":50}"#);
    assert!(
        check_result(&beyond, Some(&config), Mode::Strict)
            .unwrap_err()
            .message
            .contains("between -100 and 100")
    );
}

#[test]
fn summaries_count_regions_tuples_and_labels() {
    let (config, _) = everything();
    let text = r#"[
        {"id":"1","from_name":"ner","to_name":"txt","type":"labels","value":{"start":0,"end":1,"labels":["LOC"]}},
        {"value":{"labels":["LOC"],"end":3,"start":2},"type":"labels","to_name":"txt","from_name":"ner","id":"2"},
        {"id":"2","from_name":"ta","to_name":"txt","type":"textarea","value":{"start":2,"end":3,"text":["x"]}},
        {"from_name":"tax","to_name":"txt","type":"taxonomy","value":{"taxonomy":[["Animal","Cat"]]}},
        {"id":"p","from_name":"pw","to_name":"pw","type":"pairwise","value":{"selected":"left"}},
        {"type":"relation","from_id":"1","to_id":"2","direction":"right"}]"#;
    let summary = check_result(text, Some(&config), Mode::Strict).unwrap();
    assert_eq!((summary.region_count, summary.item_count), (3, 6));
    let tuples: Vec<String> = summary
        .tuples
        .iter()
        .map(|t| format!("{}|{}|{} {}", t.from_name, t.to_name, t.result_type, t.count))
        .collect();
    assert_eq!(tuples, ["ner|txt|labels 2", "ta|txt|textarea 1", "tax|txt|taxonomy 1"]);
    let labels: Vec<String> = summary
        .labels
        .iter()
        .map(|l| format!("{}: {} {}", l.from_name, l.label, l.count))
        .collect();
    assert_eq!(labels, ["ner: LOC 2", "tax: Animal 1", "tax: Cat 1"]);
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        let (config, _) = everything();
        let _ = Config::parse(&text);
        let _ = check_json(&text);
        let _ = config.check_data(&text);
        let _ = expand_prediction(&config, &text);
        let _ = check_result(&text, Some(&config), Mode::Strict);
    }

    #[test]
    fn damaged_configurations_are_survived(at in 0_usize..2000, insert in "[<>&\"'/=$! a-zA-Z\\[\\]{}-]{0,6}", cut in 0_usize..20) {
        let (_, fixture) = everything();
        let xml = fixture["config"].as_str().unwrap();
        let from = xml.floor_char_boundary(at.min(xml.len()));
        let to = xml.floor_char_boundary((from + cut).min(xml.len()));
        let damaged = format!("{}{insert}{}", &xml[..from], &xml[to..]);
        match Config::parse(&damaged) {
            Ok(config) => {
                config.sample_task();
                let sample = config.sample_result();
                prop_assert!(check_result(&sample.to_string(), Some(&config), Mode::Lenient).is_ok(), "{sample}");
            }
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }

    #[test]
    fn damaged_results_are_survived(at in 0_usize..20_000, insert in "[\\[\\]{}:,\"0-9a-z.eE+-]{0,4}", cut in 0_usize..8) {
        let (config, fixture) = everything();
        let text = fixture["result"].to_string();
        let from = text.floor_char_boundary(at % text.len());
        let to = text.floor_char_boundary((from + cut).min(text.len()));
        let damaged = format!("{}{insert}{}", &text[..from], &text[to..]);
        // What passes here is JSON by the stricter reader as well.
        if check_result(&damaged, Some(&config), Mode::Lenient).is_ok() {
            prop_assert!(check_json(&damaged).is_ok());
        }
    }

    #[test]
    fn valid_boxes_always_pass(x in -100.0..100.0_f64, y in -100.0..100.0_f64, width in 0.0..100.0_f64, height in 0.0..100.0_f64, rotation in -360.0..360.0_f64) {
        let (config, _) = everything();
        let text = format!(r#"[{{"value":{{"x":{x},"y":{y},"width":{width},"height":{height},"rotation":{rotation}}},"id":"a","from_name":"box","to_name":"img","type":"rectangle"}}]"#);
        prop_assert!(check_result(&text, Some(&config), Mode::Strict).is_ok());
    }
}
