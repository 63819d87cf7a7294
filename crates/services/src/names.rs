//! Names and titles: one line, and nothing in them that turns the text around them (SEC-180).

/// A name as it is kept: without what sets the direction of writing, line breaks and other control characters as blanks, and
/// without blanks at its ends.
///
/// Arabic and Hebrew names need none of the characters that go: each letter has a direction of its own. An override makes a name
/// that reads as another (`gpj.exe` as `exe.jpg`), and one that is not closed turns the rest of the line around.
pub(crate) fn plain(name: &str) -> String {
    let kept = name.chars().filter(|character| !turns(*character));
    let one_line: String = kept
        .map(
            |character| match character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                true => ' ',
                false => character,
            },
        )
        .collect();
    one_line.trim().to_owned()
}

/// Embeddings, overrides and isolates with their ends (UAX #9).
fn turns(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn sec_180_names_are_one_line_and_turn_nothing_around() {
        for (name, kept) in [
            ("Cats", "Cats"),
            ("  Cats\r\nand dogs\t", "Cats  and dogs"),
            ("\u{202E}gpj.exe", "gpj.exe"),
            ("a\u{2067}b\u{2069}c", "abc"),
            ("a\u{2028}b\u{0}c\u{85}d", "a b c d"),
            ("محمد", "محمد"),
            ("שלום", "שלום"),
            ("नमस्\u{200D}ते 👩\u{200D}🚀", "नमस्\u{200D}ते 👩\u{200D}🚀"),
            ("\u{202A}\u{202C}", ""),
        ] {
            assert_eq!(plain(name), kept, "{name:?}");
        }
    }
}
