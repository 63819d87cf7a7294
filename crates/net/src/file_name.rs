//! The name under which a fetched file is kept: from the answer's header, else from the URL.

use percent_encoding::percent_decode_str;
use url::Url;

/// The longest name, in bytes: what common file systems take.
const MAX_LENGTH: usize = 255;

/// The file's name without folders and control characters; `None` when there is none.
pub(crate) fn file_name(disposition: Option<&str>, url: &Url) -> Option<String> {
    let segment = || {
        percent_decode_str(url.path_segments()?.next_back()?)
            .decode_utf8()
            .ok()
            .map(String::from)
    };
    disposition
        .and_then(from_disposition)
        .and_then(|name| clean(&name))
        .or_else(|| clean(&segment()?))
}

/// `filename*` (RFC 8187, UTF-8 only) before `filename` (RFC 6266).
fn from_disposition(header: &str) -> Option<String> {
    let mut plain = None;
    for (name, value) in parameters(header) {
        if name.eq_ignore_ascii_case("filename*") {
            let (charset, rest) = value.split_once('\'')?;
            let (_language, encoded) = rest.split_once('\'')?;
            if charset.eq_ignore_ascii_case("utf-8")
                && let Ok(name) = percent_decode_str(encoded).decode_utf8()
            {
                return Some(name.into_owned());
            }
        } else if name.eq_ignore_ascii_case("filename") {
            plain.get_or_insert(value);
        }
    }
    plain
}

/// The parameters after the type, with quotes and escapes undone. What cannot be read ends the list.
fn parameters(header: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let mut value = String::new();
                let mut characters = quoted.char_indices();
                let mut end = quoted.len();
                while let Some((at, character)) = characters.next() {
                    match character {
                        '"' => {
                            end = at + 1;
                            break;
                        }
                        '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                        _ => value.push(character),
                    }
                }
                (value, quoted[end..].split_once(';').map_or("", |(_, next)| next))
            }
            None => {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        found.push((name.trim(), value));
        rest = next;
    }
    found
}

fn clean(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut cleaned: String = last.chars().filter(|character| !character.is_control()).collect();
    let mut end = cleaned.len().min(MAX_LENGTH);
    while !cleaned.is_char_boundary(end) {
        end -= 1;
    }
    cleaned.truncate(end);
    let cleaned = cleaned.trim();
    (!matches!(cleaned, "" | "." | "..")).then(|| cleaned.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(disposition: Option<&str>, url: &str) -> Option<String> {
        file_name(disposition, &Url::parse(url).unwrap())
    }

    #[test]
    fn the_header_comes_before_the_url() {
        let url = "https://example.com/a/data%20set.csv?x=y.json#z";
        assert_eq!(named(None, url).as_deref(), Some("data set.csv"));
        assert_eq!(named(Some("attachment"), url).as_deref(), Some("data set.csv"));
        assert_eq!(
            named(Some("attachment; filename=tasks.json"), url).as_deref(),
            Some("tasks.json")
        );
        assert_eq!(
            named(Some(r#"attachment; size=3; FileName="a \"b\"; c.json""#), url).as_deref(),
            Some(r#"a "b"; c.json"#)
        );
        let both = "attachment; filename=\"plain.json\"; filename*=UTF-8''%C3%BCbung.json";
        assert_eq!(named(Some(both), url).as_deref(), Some("übung.json"));
        assert_eq!(named(None, "https://example.com/"), None);
        assert_eq!(named(None, "https://example.com/a/"), None);
    }

    #[test]
    fn names_lead_into_no_other_folder() {
        let url = "https://example.com/x/%2e%2e%2f%2e%2e%2fetc%2fpasswd";
        assert_eq!(named(None, url).as_deref(), Some("passwd"));
        assert_eq!(
            named(Some(r#"attachment; filename="..\\..\\boot.ini""#), url).as_deref(),
            Some("boot.ini")
        );
        assert_eq!(named(Some("attachment; filename=\"..\""), "https://example.com/"), None);
        assert_eq!(
            named(Some("attachment; filename=\"a\u{0}b\u{7f}.csv\""), url).as_deref(),
            Some("ab.csv")
        );
        let long = format!("https://example.com/{}", "%C3%BC".repeat(300));
        assert_eq!(named(None, &long).unwrap().len(), 254);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_fault(header in any::<String>()) {
            if let Some(name) = named(Some(&header), "https://example.com/a") {
                prop_assert!(!name.contains(['/', '\\']) && name.len() <= MAX_LENGTH);
            }
        }
    }
}
