//! Where the files of a data set lie.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Files by their names, which have `/` between their parts.
pub trait Folder {
    /// All names, sorted.
    fn names(&self) -> Vec<String>;
    /// The bytes of a file.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>>;
}

/// Files on disk: those of a folder, or named ones wherever they lie. Links are not followed.
#[derive(Debug, Default)]
pub struct Directory {
    files: BTreeMap<String, PathBuf>,
}

/// Most files of a data set.
const FILES: usize = 5_000_000;
/// Deepest folder.
const DEPTH: usize = 32;

impl Directory {
    /// All files below a folder; of a file, itself.
    pub fn of(path: &Path) -> io::Result<Directory> {
        let mut found = Directory::default();
        if path.is_dir() {
            found.walk(path, "", 0)?;
        } else {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            found.add(name.unwrap_or_default(), path.to_owned());
        }
        Ok(found)
    }

    /// Adds a file under a name.
    pub fn add(&mut self, name: String, path: PathBuf) {
        self.files.insert(name, path);
    }

    /// Where a file lies.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.files.get(name).map(PathBuf::as_path)
    }

    fn walk(&mut self, folder: &Path, before: &str, depth: usize) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < DEPTH {
                self.walk(&entry.path(), &format!("{name}/"), depth + 1)?;
            } else if kind.is_file() {
                if self.files.len() >= FILES {
                    return Err(io::Error::new(
                        io::ErrorKind::FileTooLarge,
                        format!("More than {FILES} files"),
                    ));
                }
                self.files.insert(name, entry.path());
            }
        }
        Ok(())
    }
}

impl Folder for Directory {
    fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        let path = self
            .files
            .get(name)
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("There is no file {name}")))?;
        Ok(Box::new(io::BufReader::with_capacity(256 * 1024, File::open(path)?)))
    }
}
