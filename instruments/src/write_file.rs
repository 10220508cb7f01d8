//! Writing files so that a reader sees the old content or the new one, never a part.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::write_norm::IfExists;

/// Error of a file, with what the system said.
pub(crate) fn file_error(path: &Path, error: &std::io::Error) -> Error {
    Error::File { path: path.to_owned(), reason: error.to_string() }
}

/// Writes a file beside its place and moves it there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |error: std::io::Error| file_error(path, &error);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // A hidden name: a folder that is read meanwhile passes over it.
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        // What matters is the first error; a file that cannot be removed does no harm under its hidden name.
        let _ = fs::remove_file(&beside);
    }
    moved.map_err(fail)
}

/// Writes a file of local additions, making its folder. The same content again changes nothing.
///
/// # Errors
/// `taken` for other content in the same place with [`IfExists::Refuse`]; [`Error::File`] when it cannot be written.
pub(crate) fn write_addition(
    path: &Path,
    bytes: &[u8],
    if_exists: IfExists,
    taken: impl FnOnce(PathBuf) -> Error,
) -> Result<()> {
    if fs::read(path).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    if if_exists == IfExists::Refuse && path.exists() {
        return Err(taken(path.to_owned()));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| file_error(folder, &error))?;
    }
    write_whole(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_whole(&path, b"old").unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/a.csv");
        assert!(matches!(write_whole(&path, b"x"), Err(Error::File { path: at, .. }) if at == path));
    }
}
