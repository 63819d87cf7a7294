//! What failed once never fails again; and a short search from a fixed seed, the same on every machine.

use labelkeep_fuzz::{kept, search, targets};

#[test]
fn sec_245_no_input_of_the_corpus_makes_a_parser_fail() {
    for target in targets() {
        for (path, bytes) in kept(target) {
            let begun = std::time::Instant::now();
            (target.run)(&bytes);
            assert!(begun.elapsed().as_secs() < 5, "{} is slow", path.display());
        }
    }
}

#[test]
fn sec_245_a_short_search_finds_nothing_wrong_with_any_parser() {
    for target in targets() {
        let found = search(target, 20_261_129, None, |tried| tried >= 1_500);
        if let Some((bytes, reason)) = &found.failure {
            panic!("{}: {reason}: {:?}", target.name, String::from_utf8_lossy(bytes));
        }
        assert!(
            found.kinds > 1,
            "{} is reached: {} kinds of answers",
            target.name,
            found.kinds
        );
    }
}
