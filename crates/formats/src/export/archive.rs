//! The archive of an export, with or without a manifest: which configuration and filter it comes from, what it holds, what it
//! leaves out, and the hash of each file.

use std::io::Write;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::spool::List;
use super::{Context, ExportError, Report};

/// The name of the manifest in an archive.
pub(super) const MANIFEST: &str = "labelkeep-manifest.json";

/// What a manifest says besides what the export itself finds out.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// Name of the format on the wire.
    pub format: String,
    /// Number and title of the project; null where there is none.
    pub project: Value,
    /// The labeling configuration as XML.
    pub label_config: String,
    /// Which tasks and annotations were asked for, and how.
    pub filter: Value,
}

/// Text compresses.
pub(super) fn text_options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)
}

/// For entries whose size is not known to stay below 4 GiB. What a million regions say is so much alike that the level in use else
/// takes twice the time for a twentieth less.
pub(super) fn large_text_options() -> SimpleFileOptions {
    text_options().large_file(true).compression_level(Some(3))
}

/// Pictures and sounds are compressed already.
pub(super) fn stored_options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(true)
}

/// An archive that is written while it is made.
pub(super) struct Archive<'a> {
    zip: ZipWriter<StreamWriter<&'a mut dyn Write>>,
    files: Option<Files<'a>>,
}

/// What the manifest will say of the files.
struct Files<'a> {
    manifest: &'a Manifest,
    list: List,
    open: Option<(String, u64, Sha256)>,
}

impl<'a> Archive<'a> {
    pub(super) fn new(out: &'a mut dyn Write, context: &'a Context<'_>) -> Result<Archive<'a>, ExportError> {
        let files = context.manifest.map(|manifest| {
            Ok::<_, ExportError>(Files {
                manifest,
                list: List::new()?,
                open: None,
            })
        });
        Ok(Archive {
            zip: ZipWriter::new_stream(out),
            files: files.transpose()?,
        })
    }

    pub(super) fn add_directory(&mut self, name: &str, options: SimpleFileOptions) -> Result<(), ExportError> {
        Ok(self.zip.add_directory(name, options)?)
    }

    /// Begins the next file; what is written goes into it.
    pub(super) fn start_file(
        &mut self,
        name: impl Into<String>,
        options: SimpleFileOptions,
    ) -> Result<(), ExportError> {
        let name = name.into();
        if let Some(files) = &mut self.files {
            files.close()?;
            files.open = Some((name.clone(), 0, Sha256::new()));
        }
        Ok(self.zip.start_file(name, options)?)
    }

    /// The end: the manifest, if one is wanted, and the directory of the archive.
    pub(super) fn finish(mut self, report: &Report) -> Result<(), ExportError> {
        if let Some(mut files) = self.files.take() {
            files.close()?;
            self.zip.start_file(MANIFEST, large_text_options())?;
            files.write(report, &mut self.zip)?;
        }
        self.zip.finish()?;
        Ok(())
    }
}

impl Write for Archive<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let number = self.zip.write(bytes)?;
        if let Some((_, size, hash)) = self.files.as_mut().and_then(|files| files.open.as_mut()) {
            *size += number as u64;
            hash.update(&bytes[..number]);
        }
        Ok(number)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.zip.flush()
    }
}

impl Files<'_> {
    fn close(&mut self) -> Result<(), ExportError> {
        let Some((name, size, hash)) = self.open.take() else {
            return Ok(());
        };
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        self.list.push(&json!({ "name": name, "size": size, "sha256": hash }))
    }

    fn write(self, report: &Report, out: &mut dyn Write) -> Result<(), ExportError> {
        let Manifest {
            version,
            format,
            project,
            label_config,
            filter,
        } = self.manifest;
        let counts = |list: &[(String, u64)]| -> Vec<Value> {
            list.iter()
                .map(|(text, count)| json!({ "text": text, "count": count }))
                .collect()
        };
        let head = json!({
            "program": "Labelkeep", "version": version, "format": format, "project": project, "label_config": label_config,
            "filter": filter, "items_in": report.items_in, "items_out": report.items_out, "drops": counts(&report.drops),
            "losses": counts(&report.losses),
        });
        let head = serde_json::to_string_pretty(&head)?;
        out.write_all(head.trim_end_matches(['}', '\n']).as_bytes())?;
        out.write_all(b",\n  \"files\": [")?;
        self.list.copy_to(out)?;
        out.write_all(b"\n  ]\n}\n")?;
        Ok(())
    }
}
