use super::*;

#[test]
fn empty() {
    assert_eq!(check_result("[]", None, Mode::Strict), Ok(ResultSummary::default()));
}
