//! The list of common passwords (SEC-057). Where it comes from: `data/README.md`.

/// One password a line, lower case, sorted by bytes. Text that a person can read and compare was preferred to a packed
/// form: it is 380 kB in the binary, and a search touches only a few of its pages.
const LIST: &str = include_str!("../../data/common-passwords.txt");

/// Whether the list holds the password, whatever its case.
pub(super) fn contains(password: &str) -> bool {
    find(LIST.as_bytes(), password.to_lowercase().as_bytes())
}

/// Searches sorted lines by halving the stretch of bytes in which the line can be.
fn find(list: &[u8], wanted: &[u8]) -> bool {
    let (mut low, mut high) = (0, list.len());
    // Both always stand at the beginning of a line or at the end of the list.
    while low < high {
        let middle = low + (high - low) / 2;
        let start = list[low..middle]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(low, |at| low + at + 1);
        let end = list[middle..high]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(high, |at| middle + at);
        match list[start..end].cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_057_the_list_has_at_least_49_000_passwords_and_finds_each() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() >= 49_000);
        assert!(
            lines.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()),
            "sorted, and none twice"
        );
        for line in lines {
            assert_eq!(line, line.to_lowercase());
            assert!(contains(line), "{line} is not found");
        }
    }

    #[test]
    fn what_is_not_a_whole_line_is_not_found() {
        for absent in [
            "",
            "\n",
            "password\n",
            "passwordpasswor",
            "password\npassword1",
            "zzzzzzzzzzzzzzzzzzzzzzzzz",
            "\u{0}",
            "ÿ",
        ] {
            assert!(!contains(absent), "{absent:?}");
        }
        assert!(!find(b"", b"x"));
        assert!(find(b"a\nb\nc\n", b"a") && find(b"a\nb\nc\n", b"c") && find(b"a\nb\nc", b"c"));
    }
}
