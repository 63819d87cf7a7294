//! The files below a folder, one by one, in the order of the bytes of their whole paths, from any place on. In memory are the names of
//! the folders that the walk is in, so that a folder of many folders costs no more than the largest of them.

use std::io;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

/// Folders in folders that are looked into.
const DEPTH: usize = 64;

/// A walk that goes on where it was left.
pub(super) struct Walk {
    levels: Vec<Level>,
    /// The next file, found already.
    found: Option<String>,
    /// The last file that was given.
    pub(super) last: String,
}

struct Level {
    /// Its path, with a slash at the end.
    path: String,
    entries: IntoIter<Entry>,
}

/// A name in a folder; that of a folder has a slash at its end, as it has in paths: so names are in the order of whole paths.
struct Entry(String);

impl Entry {
    fn is_folder(&self) -> bool {
        self.0.ends_with('/')
    }
}

impl Walk {
    /// All files of a folder behind this path.
    pub(super) fn behind(folder: &Path, after: &str) -> io::Result<Walk> {
        let path = PathBuf::from(folder)
            .into_os_string()
            .into_string()
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidFilename))?;
        let mut walk = Walk {
            levels: Vec::new(),
            found: None,
            last: after.to_owned(),
        };
        walk.enter(format!("{}/", path.trim_end_matches('/')), after)?;
        walk.find(after);
        Ok(walk)
    }

    /// The next file.
    pub(super) fn next(&mut self) -> Option<String> {
        let next = self.found.take()?;
        self.last.clone_from(&next);
        self.find("");
        Some(next)
    }

    pub(super) fn has_more(&self) -> bool {
        self.found.is_some()
    }

    /// Looks for the next file behind this path.
    fn find(&mut self, after: &str) {
        while let Some(level) = self.levels.last_mut() {
            let Some(entry) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let path = format!("{}{}", level.path, entry.0);
            if !entry.is_folder() {
                self.found = Some(path);
                return;
            }
            if self.levels.len() < DEPTH
                && let Err(error) = self.enter(path, after)
            {
                // One folder that cannot be read does not hide the others.
                tracing::warn!(%error, "a folder of a local storage is left out");
            }
        }
    }

    fn enter(&mut self, path: String, after: &str) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&path)?.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let is_file = kind.is_file() || (kind.is_symlink() && entry.path().is_file());
            let Ok(mut name) = entry.file_name().into_string() else {
                continue;
            };
            if kind.is_dir() {
                name.push('/');
            } else if !is_file {
                continue;
            }
            // Nothing before the place is looked into.
            let whole = format!("{path}{name}");
            if whole.as_str() > after || (kind.is_dir() && after.starts_with(&whole)) {
                entries.push(Entry(name));
            }
        }
        entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        self.levels.push(Level {
            path,
            entries: entries.into_iter(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_gives_all_files_in_the_order_of_their_paths_from_any_place_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut expected = Vec::new();
        for name in ["b", "a/x", "a.txt", "a-b/z", "a/y/1", "a/y/2", "é/1", "c/d/e/f", "a0"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, name).expect("written");
            expected.push(path.display().to_string());
        }
        std::fs::create_dir(folder.path().join("empty")).expect("made");
        expected.sort_unstable();
        let all = |after: &str| {
            let mut walk = Walk::behind(folder.path(), after).expect("a walk");
            std::iter::from_fn(|| walk.next()).collect::<Vec<_>>()
        };
        assert_eq!(all(""), expected);
        for (place, after) in expected.iter().enumerate() {
            assert_eq!(all(after), expected[place + 1..], "behind {after}");
            // A file that was there and is gone is a place as well.
            assert_eq!(all(&format!("{after}\0")), expected[place + 1..]);
        }
        let a = folder.path().join("a").display().to_string();
        assert_eq!(all(&format!("{a}/y/")), all(&format!("{a}/x")));
        assert!(Walk::behind(&folder.path().join("absent"), "").is_err());
    }
}
