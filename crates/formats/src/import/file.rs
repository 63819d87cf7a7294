//! Which files are taken, and whether one is what its name says (SEC-155).

use super::ImportError;

/// How a file becomes tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A list of tasks, or one.
    Json,
    /// A task a line.
    JsonLines,
    /// A table with commas or semicolons: a task a row.
    Csv,
    /// A table with tabs: a task a row.
    Tsv,
    /// A workbook: its first sheet is a table.
    Excel,
    /// A table with typed columns: a task a row.
    Parquet,
    /// A task a line.
    Txt,
    /// The whole text is one task.
    Markup,
    /// The file's address is one task.
    Media,
}

impl FileKind {
    /// The kind of an extension (lower case, without dot).
    pub fn of(extension: &str) -> FileKind {
        match extension {
            "json" => FileKind::Json,
            "jsonl" | "ndjson" => FileKind::JsonLines,
            "csv" => FileKind::Csv,
            "tsv" => FileKind::Tsv,
            "xlsx" | "xlsm" => FileKind::Excel,
            "parquet" => FileKind::Parquet,
            "txt" => FileKind::Txt,
            "html" | "htm" | "xml" => FileKind::Markup,
            _ => FileKind::Media,
        }
    }
}

/// Extensions that are taken.
pub const EXTENSIONS: &[&str] = &[
    "bmp", "csv", "flac", "gif", "htm", "html", "jpg", "jpeg", "json", "m4a", "mp3", "ogg", "png", "svg", "tsv", "txt",
    "wav", "xml", "mp4", "webm", "webp", "pdf", "jsonl", "ndjson", "parquet", "tif", "tiff", "xlsx", "xlsm",
];

/// Whether the file is shown, not read: a picture, a sound, a video, a document.
pub fn is_media(name: &str) -> bool {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default();
    EXTENSIONS.contains(&extension.as_str()) && FileKind::of(&extension) == FileKind::Media
}

/// Refuses a file that is not taken, or whose first bytes do not fit its name.
pub fn check_file(name: &str, head: &[u8]) -> Result<(), ImportError> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default();
    if !EXTENSIONS.contains(&extension.as_str()) {
        let shown = if extension.is_empty() {
            name.to_owned()
        } else {
            format!(".{extension}")
        };
        return Err(ImportError::whole(format!("{shown} extension is not supported")));
    }
    if head.is_empty() {
        return Err(ImportError::whole(format!("{name} is empty")));
    }
    if fits(&extension, head) {
        Ok(())
    } else if is_utf_16(head)
        && matches!(
            FileKind::of(&extension),
            FileKind::Csv | FileKind::Tsv | FileKind::Txt | FileKind::Json | FileKind::JsonLines
        )
    {
        // What spreadsheets call "Unicode text".
        Err(ImportError::whole(format!("{name} is UTF-16 text. Save it as UTF-8.")))
    } else {
        Err(ImportError::whole(format!(
            "{name} is not a .{extension} file: its content is something else"
        )))
    }
}

fn fits(extension: &str, head: &[u8]) -> bool {
    let at = |offset: usize, magic: &[u8]| head.get(offset..offset + magic.len()) == Some(magic);
    match extension {
        "png" => at(0, b"\x89PNG\r\n\x1a\n"),
        "jpg" | "jpeg" => at(0, b"\xff\xd8\xff"),
        "gif" => at(0, b"GIF8"),
        "bmp" => at(0, b"BM"),
        "webp" => at(0, b"RIFF") && at(8, b"WEBP"),
        "wav" => at(0, b"RIFF") && at(8, b"WAVE") || at(0, b"RF64"),
        "ogg" => at(0, b"OggS"),
        "flac" => at(0, b"fLaC") || at(0, b"ID3"),
        "mp3" => at(0, b"ID3") || head.first() == Some(&0xff) && head.get(1).is_some_and(|byte| byte & 0xe0 == 0xe0),
        "m4a" | "mp4" => at(4, b"ftyp"),
        "webm" => at(0, b"\x1a\x45\xdf\xa3"),
        "tif" | "tiff" => at(0, b"II*\0") || at(0, b"MM\0*") || at(0, b"II+\0") || at(0, b"MM\0+"),
        "xlsx" | "xlsm" => at(0, b"PK\x03\x04"),
        "parquet" => at(0, b"PAR1"),
        "pdf" => head.windows(5).any(|window| window == b"%PDF-"),
        "svg" | "html" | "htm" | "xml" => is_text(head) && head.contains(&b'<'),
        _ => is_text(head),
    }
}

/// Whether it begins with the byte order mark of UTF-16.
fn is_utf_16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}

fn is_text(head: &[u8]) -> bool {
    !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::check_file;

    #[test]
    fn sec_155_name_and_content_must_agree() {
        assert!(check_file("a.PNG", b"\x89PNG\r\n\x1a\n....").is_ok());
        assert!(check_file("a.png", b"<script>alert(1)</script>").is_err());
        assert!(check_file("a.csv", b"a,b\n1,2\n").is_ok());
        assert!(check_file("a.csv", b"PK\x03\x04\x00\x00").is_err());
        let error = check_file("a.exe", b"MZ").expect_err("not taken").to_string();
        assert_eq!(error, ".exe extension is not supported");
        let error = check_file("a.csv", b"\xff\xfea\0,\0").expect_err("UTF-16").to_string();
        assert_eq!(error, "a.csv is UTF-16 text. Save it as UTF-8.");
        assert!(check_file("noextension", b"x").is_err());
        assert!(check_file("a.txt", b"").is_err());
    }
}
