//! Copies of the data file, made while the service goes on, and put back.

use std::fs::File;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;
use super::file::{self, FileLock, private, with_ending};

/// What to do with a data file that is there when a backup is put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse, unless it is empty.
    Refuse,
    /// Put the backup in its place; what it held is lost.
    Replace,
}

/// Copies the data as it stands at one moment into a new file. The file gets its name when it is whole.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    refuse_existing(to)?;
    let partial = with_ending(to, ".partial");
    private().write(true).create_new(true).open(&partial).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists { file: partial.clone() },
        _ => StoreError::file(&partial)(cause),
    })?;
    let outcome = fill(from, &partial).and_then(|()| {
        // A link refuses to overwrite a file that came meanwhile, which a renaming would not.
        std::fs::hard_link(&partial, to).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::Exists { file: to.to_owned() },
            _ => StoreError::file(to)(cause),
        })
    });
    std::fs::remove_file(&partial).map_err(StoreError::file(&partial))?;
    outcome?;
    sync_folder(to)
}

fn fill(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = file::open_to_read(from)?;
    let mut target = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // All pages in one step: a read of one moment, which in a write-ahead log holds up no writer. In several steps
    // each commit of the service would start the copy again.
    let step = Backup::new(&source, &mut target)?.step(-1)?;
    if step != StepResult::Done {
        let problem = format!("the copy stopped: {step:?}");
        return Err(StoreError::DamagedFile { file: from.to_owned(), problem });
    }
    // One file without companions: nothing is left beside it when it is read later from a folder without rights.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    target.close().map_err(|(_, error)| error)?;
    sync(to)
}

/// Checks a backup and puts it in the place of the data file.
pub(super) fn restore(backup: &Path, to: &Path, existing: Existing) -> Result<(), StoreError> {
    check(backup)?;
    let _lock = FileLock::take(to)?;
    let n_bytes = std::fs::metadata(to).map_or(0, |found| found.len());
    if n_bytes > 0 && existing == Existing::Refuse {
        return Err(StoreError::Exists { file: to.to_owned() });
    }
    let partial = with_ending(to, ".partial");
    let mut source = File::open(backup).map_err(StoreError::file(backup))?;
    let mut target =
        private().write(true).create(true).truncate(true).open(&partial).map_err(StoreError::file(&partial))?;
    std::io::copy(&mut source, &mut target).map_err(StoreError::file(&partial))?;
    target.sync_all().map_err(StoreError::file(&partial))?;
    // The log of the file that goes away must not be read into the one that comes.
    for ending in ["-wal", "-shm"] {
        let companion = with_ending(to, ending);
        match std::fs::remove_file(&companion) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file(companion)(cause));
            }
            _ => {}
        }
    }
    std::fs::rename(&partial, to).map_err(StoreError::file(to))?;
    sync_folder(to)
}

/// Whether a file is an intact backup that this program can read.
fn check(backup: &Path) -> Result<(), StoreError> {
    let damaged = |problem: &str| StoreError::DamagedFile { file: backup.to_owned(), problem: problem.to_owned() };
    if std::fs::metadata(backup).map_err(StoreError::file(backup))?.len() == 0 {
        return Err(damaged("it is empty"));
    }
    if std::fs::metadata(with_ending(backup, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(damaged("it is a data file in use and no backup: a write-ahead log lies beside it"));
    }
    let connection = file::open_to_read(backup)?;
    if file::schema_version(&connection, backup)? == 0 {
        return Err(damaged("it holds no data"));
    }
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(damaged(&said)) }
}

fn refuse_existing(to: &Path) -> Result<(), StoreError> {
    match std::fs::symlink_metadata(to) {
        Ok(_) => Err(StoreError::Exists { file: to.to_owned() }),
        Err(_) => Ok(()),
    }
}

fn sync(file: &Path) -> Result<(), StoreError> {
    File::open(file).and_then(|file| file.sync_all()).map_err(StoreError::file(file))
}

/// Makes the name of a new file last.
fn sync_folder(file: &Path) -> Result<(), StoreError> {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if cfg!(unix) => sync(folder),
        _ => Ok(()),
    }
}
