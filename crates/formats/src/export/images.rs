//! Pictures in archives: which entry a task's picture gets, and its copy.

use std::collections::HashSet;
use std::io::Write;

use serde_json::{Map, Value};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::item::Item;
use super::{Context, ExportError};
use crate::clean_file_name;

/// An archive that is written while it is made.
pub(super) type Archive<'a> = ZipWriter<StreamWriter<&'a mut dyn Write>>;

/// Text compresses; pictures are compressed already.
pub(super) fn text_options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).large_file(false)
}

fn picture_options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored).large_file(true)
}

/// The picture of a task: its address, and the path that the export gives it.
pub(super) struct Picture {
    pub(super) url: String,
    /// `images/{name}` for files of ours and for names computed from an address; else the address itself.
    pub(super) path: String,
    /// Natural size, if it can be read.
    pub(super) size: Option<(u32, u32)>,
}

/// The value of the configuration's picture key; of a list the last entry.
pub(super) fn picture(context: &Context<'_>, item: &Item<'_>) -> Option<Picture> {
    let data: Map<String, Value> = serde_json::from_str(item.task.data.get()).ok()?;
    let key = context
        .config
        .controls()
        .iter()
        .flat_map(|control| &control.inputs)
        .find(|input| input.tag == "Image")
        .map(|input| input.value.trim_start_matches('$').to_owned())
        .or_else(|| context.config.data_keys().first().cloned())?;
    let value = data.get(&key).or_else(|| data.get(crate::import::UNDEFINED))?;
    let url = match value {
        Value::String(url) => url.clone(),
        Value::Array(list) => list.iter().rev().find_map(Value::as_str)?.to_owned(),
        _ => return None,
    };
    let size = context.media.size(&url);
    let path = path_of(&url).unwrap_or_else(|| url.clone());
    Some(Picture { url, path, size })
}

/// `images/{name}` of an address of ours; of another web address `images/{8 hex of its MD5}__{name}` where pictures are
/// gathered. Anything else keeps its address.
fn path_of(url: &str) -> Option<String> {
    if let Some(rest) = url.strip_prefix("/data/upload/") {
        return Some(format!("images/{}", entry_name(rest)));
    }
    if url.starts_with("http://") || url.starts_with("https://") {
        let plain = url.split(['?', '#']).next().unwrap_or(url);
        let digest = md5::compute(url.as_bytes());
        let prefix: String = digest.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        return Some(format!("images/{prefix}__{}", entry_name(plain)));
    }
    None
}

/// A name that is safe as an archive entry (SEC-169).
fn entry_name(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let decoded = percent_decode(last);
    clean_file_name(&decoded)
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
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

/// Copies pictures into an archive, each once.
#[derive(Default)]
pub(super) struct Pictures {
    written: HashSet<String>,
}

impl Pictures {
    /// Whether the picture is in the archive now.
    pub(super) fn add(
        &mut self,
        context: &Context<'_>,
        archive: &mut Archive<'_>,
        picture: &Picture,
    ) -> Result<bool, ExportError> {
        if self.written.contains(&picture.path) {
            return Ok(true);
        }
        let Some(mut bytes) = context.media.open(&picture.url) else { return Ok(false) };
        archive.start_file(picture.path.as_str(), picture_options())?;
        std::io::copy(&mut bytes, archive)?;
        self.written.insert(picture.path.clone());
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn sec_169_entries_never_leave_their_folder() {
        assert_eq!(path_of("/data/upload/3/1234abcd-a%20b.png").as_deref(), Some("images/1234abcd-a_b.png"));
        assert_eq!(path_of("/data/upload/3/..%2f..%2fx.png").as_deref(), Some("images/x.png"));
        let web = path_of("https://example.com/a/b.jpg?x=../..").expect("a path");
        assert!(web.starts_with("images/") && web.ends_with("__b.jpg") && !web.contains(".."), "{web}");
        assert_eq!(path_of("s3://bucket/x.png"), None);
    }
}
