//! A damaged key file gives way to a new one, which is then filled from a replica.

use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::super::KeyStoreError;

/// The files that belong to a key file.
fn files(path: &Path) -> impl Iterator<Item = PathBuf> {
    ["", "-wal", "-shm", "-journal"].into_iter().map(move |ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}

/// Overwrites and removes a damaged key file and what belongs to it. It is not set aside, because a copy would keep keys
/// that are destroyed later. Opening the stores afterwards makes it anew from a replica. Nothing may have it open.
///
/// # Errors
/// [`KeyStoreError::Away`] when the system refuses.
pub fn remove_damaged(name: &str, path: &Path) -> Result<(), KeyStoreError> {
    let failed = |error: std::io::Error| KeyStoreError::Away { store: name.to_owned(), reason: error.to_string() };
    for file in files(path) {
        match overwrite_and_remove(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => other.map_err(failed)?,
        }
    }
    Ok(())
}

fn overwrite_and_remove(path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    let mut left = file.seek(std::io::SeekFrom::End(0))?;
    file.rewind()?;
    let zeros = [0; 65_536];
    while left > 0 {
        let n = left.min(zeros.len() as u64);
        let part = zeros.get(..usize::try_from(n).unwrap_or(zeros.len())).unwrap_or(&zeros);
        file.write_all(part)?;
        left -= n;
    }
    file.sync_all()?;
    std::fs::remove_file(path)
}
