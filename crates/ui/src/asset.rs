//! Scripts, styles, fonts, pictures.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::Built;

/// A file of the app.
#[derive(Debug)]
pub struct Asset {
    /// The bytes, encoded as `encoding` says.
    pub bytes: Cow<'static, [u8]>,
    /// Media type with charset.
    pub content_type: &'static str,
    /// `br` or `gzip`.
    pub encoding: Option<&'static str>,
    /// Changes with the bytes. With quotes.
    pub etag: String,
    /// Its name holds a hash of its content: it may be kept for ever.
    pub immutable: bool,
}

/// The file at `path` (without a leading slash) in the best form that the browser takes. Pages are not files: they need
/// a nonce, see [`crate::render`].
pub fn asset(path: &str, accept_encoding: &str) -> Option<Asset> {
    // The compressed forms are reached through their plain name only.
    if path.ends_with(".html")
        || path.ends_with(".br")
        || path.ends_with(".gz")
        || path.split('/').any(|part| part == "..")
    {
        return None;
    }
    let forms = [("br", ".br"), ("gzip", ".gz")];
    let compressed = forms
        .into_iter()
        .filter(|(name, _)| accepts(accept_encoding, name))
        .find_map(|(name, suffix)| Built::get(&format!("{path}{suffix}")).map(|file| (Some(name), file)));
    let (encoding, file) = match compressed {
        Some(found) => found,
        None => (None, Built::get(path)?),
    };
    let mut etag = String::from("\"");
    for byte in &file.metadata.sha256_hash()[..16] {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    Some(Asset {
        bytes: file.data,
        content_type: content_type(path),
        encoding,
        etag,
        // The build puts everything that is named by its hash here.
        immutable: path.starts_with("assets/"),
    })
}

/// Whether `Accept-Encoding` names the encoding without forbidding it.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32)));
        name.eq_ignore_ascii_case(encoding) && !refused
    })
}

/// The media type by extension, from our own table (SEC-163).
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        "xml" => "text/xml; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_as_the_browser_says() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "br"));
    }

    #[test]
    fn pages_and_paths_upwards_are_not_files() {
        for path in ["index.html", "../Cargo.toml", "a/../../b", "no-such-file.js"] {
            assert!(asset(path, "br").is_none(), "{path}");
        }
    }
}
