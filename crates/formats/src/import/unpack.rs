//! Archives: zip, tar and gzip, unpacked into a folder of our own names.
//!
//! What an archive calls its files is data, never a path: each is written under a number. Links, devices, absolute names and
//! `..` are refused, and so is what unpacks to more than the limits (SEC-158).

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::ImportError;
use crate::datasets::Directory;

/// What an archive may unpack to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Files.
    pub files: usize,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes for each byte of the archive, after the first 10 MiB.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            files: 100_000,
            bytes: 10 * 1024 * 1024 * 1024,
            ratio: 100,
        }
    }
}

/// Bytes that any archive may unpack to.
const FREE: u64 = 10 * 1024 * 1024;

/// Whether the name is that of an archive that is unpacked.
pub fn is_archive(name: &str) -> bool {
    let name = name.to_lowercase();
    [".zip", ".tar", ".tgz", ".gz"].iter().any(|end| name.ends_with(end))
}

/// Unpacks an archive of this name into an empty folder.
pub fn unpack(file: File, name: &str, folder: &Path, limits: Limits) -> Result<Directory, ImportError> {
    let size = file.metadata()?.len().max(1);
    let mut target = Target {
        name,
        folder,
        room: limits.bytes.min(size.saturating_mul(limits.ratio).max(FREE)),
        limits,
        found: Directory::default(),
        number: 0,
    };
    let lower = name.to_lowercase();
    let reader = BufReader::with_capacity(256 * 1024, file);
    if lower.ends_with(".zip") {
        zip(reader, &mut target)?;
    } else if lower.ends_with(".tar") {
        tar(reader, &mut target)?;
    } else if lower.ends_with(".tar.gz") || lower.ends_with(".tgz") {
        tar(MultiGzDecoder::new(reader), &mut target)?;
    } else {
        let inner = name.get(..name.len().saturating_sub(3)).unwrap_or(name);
        target.put(inner, MultiGzDecoder::new(reader))?;
    }
    Ok(target.found)
}

struct Target<'a> {
    name: &'a str,
    folder: &'a Path,
    room: u64,
    limits: Limits,
    found: Directory,
    number: usize,
}

impl Target<'_> {
    fn wrong(&self, message: &str) -> ImportError {
        ImportError::whole(format!("{}: {message}", self.name))
    }

    fn put(&mut self, name: &str, mut bytes: impl Read) -> Result<(), ImportError> {
        let Some(clean) = clean(name) else {
            return Err(self.wrong(&format!("the file name {name:?} leads out of the archive")));
        };
        if clean.is_empty() || hidden(&clean) {
            return Ok(());
        }
        if self.found.path(&clean).is_some() {
            return Err(self.wrong(&format!("{clean} is in it twice")));
        }
        if is_archive(&clean) {
            return Err(self.wrong(&format!("{clean} is an archive in the archive; unpack it first")));
        }
        if self.number >= self.limits.files {
            return Err(ImportError::TooLarge(format!(
                "{}: more than {} files",
                self.name, self.limits.files
            )));
        }
        let path = self.folder.join(self.number.to_string());
        self.number += 1;
        let mut out = BufWriter::with_capacity(256 * 1024, File::options().write(true).create_new(true).open(&path)?);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let length = match bytes.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.wrong(&format!("{name} cannot be unpacked: {error}"))),
            };
            self.room = self
                .room
                .checked_sub(length as u64)
                .ok_or_else(|| ImportError::TooLarge(format!("{}: it unpacks to more than is allowed", self.name)))?;
            out.write_all(&buffer[..length])?;
        }
        out.flush()?;
        self.found.add(clean, path);
        Ok(())
    }
}

/// A name with `/` between its parts; `None` when it leads out of the archive.
fn clean(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.starts_with('/') || drive || name.contains('\0') {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What systems put into archives beside what people did.
fn hidden(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name
            .split('/')
            .any(|part| part.starts_with("._") || part == ".DS_Store" || part == "Thumbs.db")
}

fn zip(reader: BufReader<File>, target: &mut Target<'_>) -> Result<(), ImportError> {
    let broken = |target: &Target<'_>, error: zip::result::ZipError| target.wrong(&error.to_string());
    let mut archive = zip::ZipArchive::new(reader).map_err(|error| broken(target, error))?;
    if archive.len() > target.limits.files {
        return Err(ImportError::TooLarge(format!(
            "{}: more than {} files",
            target.name, target.limits.files
        )));
    }
    for index in 0..archive.len() {
        let name = match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => return Err(target.wrong("a file name is not readable")),
        };
        let file = archive.by_index(index).map_err(|error| broken(target, error))?;
        if file.is_symlink() {
            return Err(target.wrong(&format!("{name} is a link; links are not unpacked")));
        }
        if !file.is_dir() && !name.ends_with('/') {
            target.put(&name, file)?;
        }
    }
    Ok(())
}

/// Bytes of a block.
const BLOCK: usize = 512;
/// Longest name that an extended header may give, in bytes.
const HEADER: u64 = 64 * 1024;

fn tar(mut reader: impl Read, target: &mut Target<'_>) -> Result<(), ImportError> {
    let mut long_name: Option<String> = None;
    loop {
        let mut block = [0; BLOCK];
        if !whole_block(&mut reader, &mut block).map_err(|error| target.wrong(&error.to_string()))? {
            return Ok(());
        }
        if block.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
            .sum();
        if octal(&block[148..156]) != Some(sum) {
            return Err(target.wrong("it is no tar archive, or damaged"));
        }
        let size = octal(&block[124..136]).ok_or_else(|| target.wrong("a size is not readable"))?;
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        let mut content = reader.by_ref().take(size);
        match block[156] {
            0 | b'0' | b'7' => {
                let name = long_name.take().unwrap_or_else(|| {
                    let (name, prefix) = (field(&block[..100]), field(&block[345..500]));
                    let ustar = &block[257..262] == b"ustar" && !prefix.is_empty();
                    if ustar { format!("{prefix}/{name}") } else { name }
                });
                target.put(&name, &mut content)?;
            }
            b'5' => long_name = None,
            kind @ (b'x' | b'L') => {
                if size > HEADER {
                    return Err(target.wrong("a file name is too long"));
                }
                let mut bytes = Vec::new();
                content
                    .read_to_end(&mut bytes)
                    .map_err(|error| target.wrong(&error.to_string()))?;
                let name = if kind == b'L' {
                    Some(field(&bytes))
                } else {
                    pax_path(&bytes)
                };
                long_name = name.or(long_name);
            }
            b'g' => {}
            b'1' | b'2' => {
                let name = field(&block[..100]);
                return Err(target.wrong(&format!("{name} is a link; links are not unpacked")));
            }
            _ => return Err(target.wrong("it holds something that is neither a file nor a folder")),
        }
        let left = content.limit() + padding;
        let skipped = io::copy(&mut reader.by_ref().take(left), &mut io::sink())
            .map_err(|error| target.wrong(&error.to_string()))?;
        if skipped < left {
            return Err(target.wrong("it ends in the middle of a file"));
        }
    }
}

/// Reads a block; false at the end.
fn whole_block(reader: &mut impl Read, block: &mut [u8; BLOCK]) -> io::Result<bool> {
    let mut length = 0;
    while length < BLOCK {
        match reader.read(&mut block[length..])? {
            0 if length == 0 => return Ok(false),
            0 => {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "it ends in the middle of a block",
                ));
            }
            number => length += number,
        }
    }
    Ok(true)
}

fn octal(field: &[u8]) -> Option<u64> {
    // Sizes beyond eight gibibytes are in binary, with the highest bit set.
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let bytes = field.get(field.len().checked_sub(8)?..)?;
        return Some(u64::from_be_bytes(bytes.try_into().ok()?)).filter(|size| *size < 1 << 50);
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() {
        Some(0)
    } else {
        u64::from_str_radix(text, 8).ok()
    }
}

fn field(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The `path` of an extended header: lines of a length, a blank, a key, `=`, a value.
fn pax_path(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = |line: &str| Some(line.split_once(' ')?.1.strip_prefix("path=")?.to_owned());
    text.lines().find_map(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::Folder as _;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits {
        files: 10,
        bytes: 1 << 40,
        ratio: 100,
    };

    fn unpacked(name: &str, bytes: &[u8]) -> Result<Vec<(String, String)>, ImportError> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        io::Seek::rewind(&mut file).expect("rewound");
        let found = unpack(file, name, folder.path(), LIMITS)?;
        Ok(found
            .names()
            .into_iter()
            .map(|name| {
                let mut bytes = Vec::new();
                found.open(&name).expect("opens").read_to_end(&mut bytes).expect("read");
                (name, String::from_utf8_lossy(&bytes).into_owned())
            })
            .collect())
    }

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, bytes) in entries {
            archive.start_file(*name, options).expect("an entry");
            archive.write_all(bytes).expect("written");
        }
        archive.finish().expect("an archive").into_inner()
    }

    fn tarred(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut block = [0_u8; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = kind;
        block[257..262].copy_from_slice(b"ustar");
        block[148..156].fill(b' ');
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut bytes = block.to_vec();
        bytes.extend(content);
        bytes.resize(bytes.len().div_ceil(BLOCK) * BLOCK + 1024, 0);
        bytes
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).expect("written");
        out.finish().expect("an archive")
    }

    #[test]
    fn archives_of_each_kind_give_their_files() {
        let wanted = [("a/b.txt".to_owned(), "hello".to_owned())];
        assert_eq!(
            unpacked("x.zip", &zipped(&[("a/b.txt", b"hello"), ("__MACOSX/a/._b.txt", b"")])).expect("zip"),
            wanted
        );
        let tar = tarred("a/b.txt", b'0', b"hello");
        assert_eq!(unpacked("x.tar", &tar).expect("tar"), wanted);
        assert_eq!(unpacked("x.TGZ", &gzipped(&tar)).expect("tgz"), wanted);
        assert_eq!(
            unpacked("b.txt.gz", &gzipped(b"hello")).expect("gz"),
            [("b.txt".to_owned(), "hello".to_owned())]
        );
    }

    #[test]
    fn sec_158_names_links_and_bombs_are_refused() {
        for name in ["../x", "/etc/passwd", "a/../../x", "C:\\x", "a\\..\\..\\x"] {
            assert!(unpacked("x.tar", &tarred(name, b'0', b"x")).is_err(), "{name}");
            assert!(unpacked("x.zip", &zipped(&[(name, b"x")])).is_err(), "{name}");
        }
        for kind in [b'1', b'2', b'3', b'6'] {
            assert!(unpacked("x.tar", &tarred("a", kind, b"")).is_err());
        }
        let bomb = vec![0; 11_000_000];
        assert!(matches!(
            unpacked("x.gz", &gzipped(&bomb)),
            Err(ImportError::TooLarge(_))
        ));
        assert!(matches!(
            unpacked("x.zip", &zipped(&[("a", &bomb)])),
            Err(ImportError::TooLarge(_))
        ));
        assert!(
            unpacked("x.zip", &zipped(&[("a.tar.gz", b"x")])).is_err(),
            "an archive in the archive"
        );
        let many: Vec<(String, &[u8])> = (0..11).map(|number| (number.to_string(), &b"x"[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        assert!(matches!(
            unpacked("x.zip", &zipped(&many)),
            Err(ImportError::TooLarge(_))
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), name in "x\\.(zip|tar|tgz|gz)") {
            let _ = unpacked(&name, &bytes);
        }

        #[test]
        fn no_damage_makes_it_panic(at in 0_usize..600, byte in any::<u8>()) {
            let mut tar = tarred("a/b.txt", b'0', b"hello");
            tar[at] = byte;
            let _ = unpacked("x.tar", &tar);
        }
    }
}
