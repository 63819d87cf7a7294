//! DocLang: an archive for each document that was written in its markup, with its pages and pictures.
//!
//! Unlike the other formats this one looks into results of all controls, drafts included, and into the data of a task when
//! nothing was written about it: documents are known by what they are, not by where they stand.

use std::collections::HashSet;
use std::io::{Seek as _, Write};

use base64::Engine as _;
use labelkeep_labeling::Config;
use serde_json::Value;
use zip::ZipWriter;

use super::archive::{Archive, stored_options, text_options};
use super::catalog::Fit;
use super::doclang_find::{Document, documents};
use super::images::{entry_name, last_part, percent_decoded};
use super::{Context, ExportError, ExportTask, Exporter, Report, Source};

pub(super) struct DocLang;

impl Exporter for DocLang {
    fn name(&self) -> &'static str {
        "DOCLANG"
    }

    fn title(&self) -> &'static str {
        "DocLang"
    }

    fn description(&self) -> &'static str {
        "An archive for each document in DocLang markup, with the pictures of its pages, to train models that read documents."
    }

    fn tags(&self) -> &'static [&'static str] {
        &["document", "doclang"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).documents()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let keys = PageKeys::of(context.config);
        for task in source() {
            let task = task?;
            report.items_in += 1;
            let found = documents(&task);
            if found.is_empty() {
                report.dropped("no DocLang document");
                continue;
            }
            let pages = if context.download_resources {
                keys.pages(&task)
            } else {
                Vec::new()
            };
            for document in found {
                add(context, &mut archive, &document, &pages, &mut report)?;
            }
            report.items_out += 1;
        }
        archive.finish(&report)?;
        Ok(report)
    }
}

/// Where the pictures of the pages stand in the data.
struct PageKeys {
    one: String,
    list: Option<String>,
}

impl PageKeys {
    fn of(config: &Config) -> PageKeys {
        let inputs = || {
            let all = config.controls().iter().flat_map(|control| &control.inputs);
            all.filter(|input| input.tag == "Image")
        };
        let key = |list: bool| {
            let last = inputs().rfind(|input| input.value_list == list);
            last.map(|input| input.value.trim_start_matches('$').to_owned())
        };
        PageKeys {
            one: key(false).unwrap_or_else(|| "image".to_owned()),
            list: key(true),
        }
    }

    /// Addresses of the pages, in their order.
    fn pages(&self, task: &ExportTask) -> Vec<String> {
        let data: Value = serde_json::from_str(task.data.get()).unwrap_or_default();
        let address = |page: &Value| {
            let page = page.get("url").unwrap_or(page);
            page.as_str().filter(|url| !url.is_empty()).map(str::to_owned)
        };
        match self
            .list
            .as_ref()
            .and_then(|key| data.get(key))
            .and_then(Value::as_array)
        {
            Some(list) => list.iter().filter_map(address).collect(),
            None => data.get(&self.one).and_then(address).into_iter().collect(),
        }
    }
}

/// Adds one document as an archive in the archive. It is made in a temporary file: its pages may be large.
fn add(
    context: &Context<'_>,
    archive: &mut Archive<'_>,
    document: &Document,
    pages: &[String],
    report: &mut Report,
) -> Result<(), ExportError> {
    let mut file = tempfile::tempfile()?;
    let mut inner = ZipWriter::new(&mut file);
    let text = |inner: &mut ZipWriter<&mut std::fs::File>, name: &str, content: &str| -> Result<(), ExportError> {
        inner.start_file(name, text_options())?;
        Ok(inner.write_all(content.as_bytes())?)
    };
    text(&mut inner, "[Content_Types].xml", &content_types())?;
    text(&mut inner, "_rels/.rels", RELATIONSHIPS)?;
    let assets = if context.download_resources {
        Assets::of(context, &document.text, report)
    } else {
        Assets::none(&document.text)
    };
    text(&mut inner, "document.xml", &assets.text)?;
    for (number, url) in (1..).zip(pages) {
        let name = format!("pages/{number}{}", extension(url, false).unwrap_or(".png"));
        if !copy(context, &mut inner, url, &name)? {
            report.lost("a page that is not on this server", 1);
        }
    }
    for (url, name) in &assets.files {
        copy(context, &mut inner, url, name)?;
    }
    inner.finish()?;
    file.rewind()?;
    archive.start_file(format!("{}.dclx", document.name), stored_options())?;
    std::io::copy(&mut file, archive)?;
    Ok(())
}

/// Copies a file of ours, or one that stands in the address itself; false when it is neither.
fn copy(
    context: &Context<'_>,
    inner: &mut ZipWriter<&mut std::fs::File>,
    url: &str,
    name: &str,
) -> Result<bool, ExportError> {
    if let Some(rest) = url.strip_prefix("data:") {
        let Some((head, content)) = rest.split_once(',') else {
            return Ok(false);
        };
        let content = base64::engine::general_purpose::STANDARD.decode(content);
        return match content {
            Ok(content) if head.to_lowercase().contains(";base64") && !content.is_empty() => {
                inner.start_file(name, stored_options())?;
                inner.write_all(&content)?;
                Ok(true)
            }
            _ => Ok(false),
        };
    }
    let Some(mut content) = context.media.open(url) else {
        return Ok(false);
    };
    inner.start_file(name, stored_options())?;
    std::io::copy(&mut content, inner)?;
    Ok(true)
}

/// The ending of a picture's name by its address; `None` for what is no picture.
fn extension(url: &str, vectors: bool) -> Option<&'static str> {
    if let Some(kind) = url.strip_prefix("data:") {
        let kind = kind.split([';', ',']).next().unwrap_or_default().trim().to_lowercase();
        return Some(match kind.as_str() {
            "image/jpeg" | "image/jpg" => ".jpg",
            "image/webp" => ".webp",
            _ => ".png",
        });
    }
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let ending = last_part(path)
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("png") | None => Some(".png"),
        Some("jpg" | "jpe") => Some(".jpg"),
        Some("jpeg") => Some(".jpeg"),
        Some("webp") => Some(".webp"),
        Some("svg") if vectors => Some(".svg"),
        Some(_) => None,
    }
}

/// The document with the addresses of its pictures changed to files of the archive.
struct Assets {
    text: String,
    /// Address and name in the archive.
    files: Vec<(String, String)>,
}

impl Assets {
    fn none(text: &str) -> Assets {
        Assets {
            text: text.to_owned(),
            files: Vec::new(),
        }
    }

    fn of(context: &Context<'_>, text: &str, report: &mut Report) -> Assets {
        let Ok(tree) = roxmltree::Document::parse(text) else {
            return Assets::none(text);
        };
        let mut assets = Assets::none("");
        let mut taken = HashSet::new();
        let mut copied = 0;
        for element in tree.descendants().filter(|node| node.tag_name().name() == "src") {
            let Some(attribute) = element.attribute_node("uri") else {
                continue;
            };
            let url = attribute.value();
            if !["/data/", "http://", "https://"]
                .iter()
                .any(|begin| url.starts_with(begin))
            {
                continue;
            }
            let Some(extension) = extension(url, true) else {
                continue;
            };
            if context.media.open(url).is_none() {
                report.lost("a picture of a document that is not on this server", 1);
                continue;
            }
            let name = percent_decoded(last_part(url.split(['?', '#']).next().unwrap_or(url)));
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            let stem = entry_name(stem);
            let mut path = format!("assets/{stem}{extension}");
            let mut number = 2;
            while !taken.insert(path.clone()) {
                path = format!("assets/{stem}-{number}{extension}");
                number += 1;
            }
            let range = attribute.range_value();
            assets.text.push_str(&text[copied..range.start]);
            assets
                .text
                .push_str(&path.replace('&', "&amp;").replace('\'', "&apos;"));
            copied = range.end;
            assets.files.push((url.to_owned(), path));
        }
        assets.text.push_str(&text[copied..]);
        assets
    }
}

/// What kinds of files there may be in the archive: a part of the format.
fn content_types() -> String {
    const KINDS: [(&str, &str); 16] = [
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("mp3", "audio/mpeg"),
        ("m4a", "audio/mp4"),
        ("aac", "audio/aac"),
        ("ogg", "audio/ogg"),
        ("opus", "audio/ogg"),
        ("wav", "audio/wav"),
        ("flac", "audio/flac"),
        ("mp4", "video/mp4"),
        ("webm", "video/webm"),
        ("mkv", "video/x-matroska"),
        ("mov", "video/quicktime"),
    ];
    let kinds: String = KINDS
        .iter()
        .map(|(extension, kind)| format!("<Default Extension=\"{extension}\" ContentType=\"{kind}\"/>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         {kinds}<Override PartName=\"/document.xml\" ContentType=\"application/vnd.doclang.document+xml\"/></Types>\n"
    )
}

const RELATIONSHIPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://doclang.ai/ns/package/2026/relationships/document\" Target=\"document.xml\"/>\
    </Relationships>\n";

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn endings_of_pictures() {
        let endings = [
            "/data/upload/1/a.PNG",
            "https://e.org/a.jpe?x=.svg",
            "data:image/jpeg;base64,AA==",
            "data:text/html,x",
            "/a/b",
            "/a.pdf",
            "/a.svg",
        ]
        .map(|url| extension(url, true));
        assert_eq!(
            endings,
            [
                Some(".png"),
                Some(".jpg"),
                Some(".jpg"),
                Some(".png"),
                Some(".png"),
                None,
                Some(".svg")
            ]
        );
        assert_eq!(extension("/a.svg", false), None);
    }
}
