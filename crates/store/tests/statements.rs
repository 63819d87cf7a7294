//! What no statement of the store does.

use std::path::Path;

/// SQLite looks through all rows that refer to a row whose key is set, even to itself: a lock taken so costs what the project holds.
#[test]
fn no_statement_sets_a_key_to_lock_a_row() {
    fn walk(folder: &Path, seen: &mut usize) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, seen);
            } else {
                let text = std::fs::read_to_string(&path).expect("a source");
                assert!(!text.contains("SET id = "), "{} sets a key", path.display());
                *seen += text.matches("UPDATE ").count();
            }
        }
    }
    let mut seen = 0;
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut seen);
    assert!(seen > 50, "statements are found: {seen}");
}
