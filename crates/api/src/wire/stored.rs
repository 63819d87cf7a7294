//! How the bytes that people have stored go out, uploads and objects of storages alike: never as something that runs on our
//! origin, whatever they say they are (SEC-163).

use http::{HeaderMap, HeaderValue, header};

use super::ranged::header_value;

/// Says what the bytes of a file of this name are, how long they may be kept, and that nothing in them runs.
pub(crate) fn describe(out: &mut HeaderMap, name: &str) {
    let (kind, inline) = content_type(name);
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600, must-revalidate"),
    );
    out.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
    );
    out.insert(header::CONTENT_DISPOSITION, header_value(&disposition(name, inline)));
}

/// Content type and disposition of a file of this name where another server sends it (SEC-189): it cannot be told to sandbox what it
/// sends, so that nothing that runs is shown in place.
pub(crate) fn kept_in_place(name: &str) -> (&'static str, String) {
    let (kind, inline) = content_type(name);
    (kind, disposition(name, inline))
}

/// Content type by our own table, and whether it may be shown in place.
pub(crate) fn content_type(name: &str) -> (&'static str, bool) {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "png" => ("image/png", true),
        "jpg" | "jpeg" => ("image/jpeg", true),
        "gif" => ("image/gif", true),
        "webp" => ("image/webp", true),
        "bmp" => ("image/bmp", true),
        // Shown by <img> only, where it cannot run.
        "svg" => ("image/svg+xml", false),
        "mp3" => ("audio/mpeg", true),
        "wav" => ("audio/wav", true),
        "ogg" => ("audio/ogg", true),
        "flac" => ("audio/flac", true),
        "m4a" => ("audio/mp4", true),
        "mp4" => ("video/mp4", true),
        "webm" => ("video/webm", true),
        "pdf" => ("application/pdf", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "csv" => ("text/csv; charset=utf-8", false),
        "tsv" => ("text/tab-separated-values; charset=utf-8", false),
        "json" => ("application/json", false),
        _ => ("application/octet-stream", false),
    }
}

fn disposition(name: &str, inline: bool) -> String {
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!(
        "{}; filename*=UTF-8''{name}",
        if inline { "inline" } else { "attachment" }
    )
}

#[cfg(test)]
mod tests {
    use super::{content_type, disposition};

    #[test]
    fn sec_163_markup_is_never_shown_in_place() {
        for name in ["a.html", "a.svg", "a.xml", "a.HTM", "a", "a.js"] {
            assert!(!content_type(name).1, "{name}");
        }
    }

    #[test]
    fn a_file_is_saved_under_its_whole_name() {
        assert_eq!(
            disposition("2024-cats.jpg", true),
            "inline; filename*=UTF-8''2024%2Dcats%2Ejpg"
        );
    }
}
