//! Pictures in archives: which path the export gives to a task's picture, and its copy.

use serde_json::{Map, Value};
use std::collections::HashSet;

use super::archive::{Archive, stored_options};
use super::{Context, ExportError, ExportTask};

/// Longest name of an archive entry, in bytes.
const NAME: usize = 251;

/// Where a picture comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is ours and can be read.
    Upload,
    /// It lies in a bucket.
    Bucket,
    /// Anything else: it is named, never fetched.
    Elsewhere,
}

/// The picture of a task: its address, and the path that the export gives it.
pub(super) struct Picture {
    pub(super) url: String,
    /// `images/{name}` for files of ours and for names computed from an address; else the address itself.
    pub(super) path: String,
    /// Natural size, if it is ours and can be read.
    pub(super) size: Option<(u32, u32)>,
    pub(super) origin: Origin,
}

impl Picture {
    /// The picture of the task under this key, or why there is none. `gathered`: the archive is to hold the pictures.
    pub(super) fn of(
        context: &Context<'_>,
        key: &str,
        task: &ExportTask,
        gathered: bool,
    ) -> Result<Picture, &'static str> {
        let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
        let value = data
            .get(key)
            .or_else(|| data.get(crate::import::UNDEFINED))
            .ok_or("the task has no picture")?;
        match value {
            Value::String(url) => Ok(Picture::at(context, url, gathered)),
            // Of several pages the last one that is ours.
            Value::Array(list) => {
                let mut pages = list
                    .iter()
                    .rev()
                    .filter_map(Value::as_str)
                    .map(|url| Picture::at(context, url, gathered));
                let last = pages.next().ok_or("the task has no picture")?;
                let found = if last.origin == Origin::Upload {
                    None
                } else {
                    pages.find(|page| page.origin == Origin::Upload)
                };
                Ok(found.unwrap_or(last))
            }
            _ => Err("the task has no picture"),
        }
    }

    fn at(context: &Context<'_>, url: &str, gathered: bool) -> Picture {
        let picture = |path, size, origin| Picture {
            url: url.to_owned(),
            path,
            size,
            origin,
        };
        if let Some(rest) = url.strip_prefix("/data/upload/") {
            let size = context.media.size(url);
            if size.is_some() || context.media.open(url).is_some() {
                return picture(
                    format!("images/{}", entry_name(&percent_decoded(last_part(rest)))),
                    size,
                    Origin::Upload,
                );
            }
            return picture(url.to_owned(), None, Origin::Elsewhere);
        }
        if ["s3:", "gs:", "azure-blob:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return picture(url.to_owned(), None, Origin::Bucket);
        }
        let on_the_web = url.starts_with("http://") || url.starts_with("https://");
        let path = if on_the_web || !gathered {
            computed_path(url)
        } else {
            url.to_owned()
        };
        picture(path, None, Origin::Elsewhere)
    }

    /// The name of the picture's text file, without `.txt`: the last part of the path without its extension.
    pub(super) fn stem(&self) -> String {
        let name = last_part(&self.path);
        // A name that begins with a dot has no extension, as in Python.
        let stem = match name.rsplit_once('.') {
            Some((stem, _)) if !stem.trim_start_matches('.').is_empty() => stem,
            _ => name,
        };
        entry_name(stem)
    }
}

/// `images/{first 8 hex digits of the address's MD5}__{last part of its path}`
fn computed_path(url: &str) -> String {
    let digest = md5::compute(url.as_bytes());
    let prefix: String = digest.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let last = last_part(path);
    let last = last.split(';').next().unwrap_or(last);
    format!("images/{}", entry_name(&format!("{prefix}__{last}")))
}

pub(super) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A name that is safe as an archive entry and as a file on any system (SEC-169): no separators, control or direction
/// characters; characters that file systems refuse become `_`; never empty, never only dots.
pub(super) fn entry_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => out.push('_'),
            // Marks of direction and other invisible characters.
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {}
            _ if character.is_control() => {}
            _ => out.push(character),
        }
    }
    let mut end = out.len().min(NAME);
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    if out.trim_matches(['.', ' ']).is_empty() {
        "file".to_owned()
    } else {
        out
    }
}

pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Copies pictures and sounds into an archive, each once.
#[derive(Default)]
pub(super) struct Pictures {
    /// MD5 of the paths: a project may have millions.
    written: HashSet<[u8; 16]>,
}

impl Pictures {
    /// Whether the picture is in the archive now.
    pub(super) fn add(
        &mut self,
        context: &Context<'_>,
        archive: &mut Archive<'_>,
        picture: &Picture,
    ) -> Result<bool, ExportError> {
        if picture.origin != Origin::Upload {
            return Ok(false);
        }
        let digest = md5::compute(picture.path.as_bytes()).0;
        if self.written.contains(&digest) {
            return Ok(true);
        }
        let Some(mut bytes) = context.media.open(&picture.url) else {
            return Ok(false);
        };
        archive.start_file(picture.path.as_str(), stored_options())?;
        std::io::copy(&mut bytes, archive)?;
        self.written.insert(digest);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::{computed_path, entry_name, percent_decoded};

    #[test]
    fn sec_169_entries_never_leave_their_folder() {
        for name in [
            "../../etc/passwd",
            "..",
            ".",
            "",
            "...",
            "a\u{202e}gnp.exe",
            "C:\\x",
            "a\0b",
            "a\nb",
            "/",
            " ",
            "\u{2066}",
        ] {
            let name = entry_name(name);
            assert!(!name.is_empty() && name != "." && name != "..", "{name}");
            assert!(!name.contains(['/', '\\', ':', '\0', '\n', '\u{202e}']), "{name}");
        }
        assert_eq!(entry_name(&percent_decoded("..%2f..%2fx.png")), ".._.._x.png");
        assert_eq!(entry_name(&"ä".repeat(300)).len(), 250);
    }

    #[test]
    fn names_of_web_pictures_hold_a_digest_of_the_address() {
        let path = computed_path("https://example.com/a/b%20c.jpg?x=../..#y");
        assert!(
            path.starts_with("images/")
                && path.ends_with("__b%20c.jpg")
                && path.len() == "images/12345678__b%20c.jpg".len(),
            "{path}"
        );
    }
}
