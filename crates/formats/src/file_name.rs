//! Names of uploaded files: data for people, never a path (SEC-156).

use unicode_normalization::UnicodeNormalization as _;

/// Longest name, in bytes; together with the eight characters and the dash before it, it stays below 255.
const MAX_BYTES: usize = 240;

/// The name without folders, control and direction characters; spaces become `_`. Never empty.
pub fn clean_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = last
        .nfc()
        .filter_map(|character| match character {
            ' ' => Some('_'),
            '-' | '_' | '.' => Some(character),
            _ if character.is_alphanumeric() => Some(character),
            _ => None,
        })
        .collect();
    let cleaned = cleaned.trim_start_matches('.');
    let (stem, extension) = match cleaned.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => (stem, format!(".{extension}")),
        _ => (cleaned, String::new()),
    };
    let mut end = stem.len().min(MAX_BYTES - extension.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let stem = &stem[..end];
    format!("{}{extension}", if stem.is_empty() { "file" } else { stem })
}

#[cfg(test)]
mod tests {
    use super::clean_file_name;

    #[test]
    fn sec_156_names_hold_no_path_and_no_tricks() {
        assert_eq!(clean_file_name("../../etc/pass wd.txt"), "pass_wd.txt");
        assert_eq!(clean_file_name(r"C:\a\b.png"), "b.png");
        assert_eq!(clean_file_name("a\u{202e}gnp.exe\u{0}.png"), "agnp.exe.png");
        assert_eq!(clean_file_name("e\u{301}.txt"), "\u{e9}.txt");
        assert_eq!(clean_file_name("...png"), "png");
        assert_eq!(clean_file_name("???"), "file");
        assert!(clean_file_name(&format!("{}.png", "ä".repeat(500))).len() <= 255 - 9);
    }
}
