//! Where the files of an instrument come from: the program itself, a folder on disk, or memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry};

/// The largest file that is read. The norm table of a long inventory has about 100,000 rows, or 3 MB.
pub(crate) const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The most files a folder may have.
pub(crate) const MAX_FILES: usize = 2000;

/// The folder of one instrument.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A folder that is part of the program.
    Embedded(&'static Dir<'static>),
    /// A folder on disk.
    Disk(PathBuf),
    /// Files in memory, by their path in the folder.
    Memory(BTreeMap<String, Vec<u8>>),
}

/// Why a file of a folder could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("the file is missing")]
    Missing,
    #[error("the file has more than {} MB", MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("this is not an ordinary file")]
    NotAFile,
    #[error("more than {MAX_FILES} files")]
    TooManyFiles,
    #[error("a file name is not valid UTF-8")]
    FileName,
    #[error("{0}")]
    System(String),
}

impl From<std::io::Error> for SourceError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            _ => Self::System(error.to_string()),
        }
    }
}

impl Source {
    /// Name of the folder, for messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Embedded(dir) => format!("bundled {}", dir.path().display()),
            Self::Disk(path) => path.display().to_string(),
            Self::Memory(_) => "memory".to_owned(),
        }
    }

    /// Paths of the files in the folder and in its subfolders, with `/`, in alphabetical order. Hidden files, such as
    /// the lock files of a spreadsheet, are left out.
    pub(crate) fn list(&self) -> Result<Vec<String>, SourceError> {
        let mut files = Vec::new();
        match self {
            Self::Embedded(dir) => list_embedded(dir, dir.path(), &mut files),
            Self::Disk(path) => list_disk(path, "", 0, &mut files)?,
            Self::Memory(map) => files.extend(map.keys().cloned()),
        }
        files.retain(|path| !path.split('/').any(|part| part.starts_with('.')));
        files.sort();
        Ok(files)
    }

    /// Whether there is a file of that name.
    pub(crate) fn has(&self, path: &str) -> bool {
        match self {
            Self::Embedded(dir) => dir.get_file(dir.path().join(path)).is_some(),
            Self::Disk(folder) => folder.join(path).is_file(),
            Self::Memory(map) => map.contains_key(path),
        }
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, SourceError> {
        match self {
            Self::Embedded(dir) => {
                let file = dir.get_file(dir.path().join(path)).ok_or(SourceError::Missing)?;
                Ok(Cow::Borrowed(file.contents()))
            }
            Self::Disk(folder) => read_disk(&folder.join(path)).map(Cow::Owned),
            Self::Memory(map) => {
                let bytes = map.get(path).ok_or(SourceError::Missing)?;
                if bytes.len() as u64 > MAX_FILE_BYTES {
                    return Err(SourceError::TooLarge);
                }
                Ok(Cow::Borrowed(bytes))
            }
        }
    }
}

fn list_embedded(dir: &Dir<'_>, root: &Path, files: &mut Vec<String>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => list_embedded(dir, root, files),
            DirEntry::File(file) => {
                let path = file.path().strip_prefix(root).unwrap_or(file.path());
                files.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
}

fn list_disk(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) -> Result<(), SourceError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| SourceError::FileName)?;
        let path = format!("{prefix}{name}");
        // Symbolic links are followed for files, not for folders: a loop of folders would never end.
        if entry.file_type()?.is_dir() {
            // The format has one level of folders; a second one is listed so that its files can be named as unknown.
            if depth < 2 && !name.starts_with('.') {
                list_disk(&entry.path(), &format!("{path}/"), depth + 1, files)?;
            }
        } else {
            files.push(path);
        }
        if files.len() > MAX_FILES {
            return Err(SourceError::TooManyFiles);
        }
    }
    Ok(())
}

fn read_disk(path: &Path) -> Result<Vec<u8>, SourceError> {
    // A pipe would wait forever: look before opening.
    if !fs::metadata(path)?.is_file() {
        return Err(SourceError::NotAFile);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES { Err(SourceError::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_on_disk_lists_its_files_and_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("norms")).unwrap();
        fs::write(folder.path().join("norms/x.toml"), "a").unwrap();
        fs::write(folder.path().join("items.csv"), "b").unwrap();
        fs::write(folder.path().join(".~lock.items.csv#"), "c").unwrap();
        let source = Source::Disk(folder.path().to_owned());
        assert_eq!(source.list().unwrap(), ["items.csv", "norms/x.toml"]);
        assert_eq!(source.read("norms/x.toml").unwrap().as_ref(), b"a");
        assert_eq!(source.read("keys.csv"), Err(SourceError::Missing));
        assert_eq!(source.read("norms"), Err(SourceError::NotAFile));
        assert!(source.has("items.csv") && !source.has("keys.csv"));
    }

    #[test]
    fn a_huge_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = fs::File::create(folder.path().join("items.csv")).unwrap();
        file.set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(Source::Disk(folder.path().to_owned()).read("items.csv"), Err(SourceError::TooLarge));
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert_eq!(Source::Disk(folder.path().to_owned()).list().unwrap(), ["loop"]);
    }
}
