//! The check runs on every save: its cost must stay small and grow with the size alone.

use std::time::Instant;

use labelkeep_labeling::{Config, Mode, check_result};

fn boxes(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|i| {
            format!(
                r#"{{"id":"r{i}","from_name":"box","to_name":"image","type":"rectanglelabels","origin":"manual","original_width":1920,"original_height":1080,"image_rotation":0,"value":{{"x":{}.2512345,"y":17.25,"width":9.75,"height":12.125,"rotation":0,"rectanglelabels":["Car"]}}}}"#,
                i % 90
            )
        })
        .collect();
    format!("[{}]", items.join(","))
}

fn best_of(runs: usize, mut work: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::MAX, f64::min)
}

#[test]
fn a_thousand_regions_are_checked_in_time_that_grows_linearly() {
    let xml = r#"<View><Image name="image" value="$image"/><RectangleLabels name="box" toName="image"><Label value="Car"/></RectangleLabels></View>"#;
    let config = Config::parse(xml).unwrap();
    let (small, large) = (boxes(1_000), boxes(8_000));
    let measure = |text: &str| {
        best_of(7, || {
            check_result(text, Some(&config), Mode::Strict).unwrap();
        })
    };
    let (one, eight) = (measure(&small), measure(&large));
    // Unoptimised builds are many times slower; the bound only catches a change of order.
    assert!(one < 0.1, "1,000 regions took {one} s");
    assert!(eight < one * 8.0 * 4.0, "{eight} s for 8 times as many as {one} s");
}
