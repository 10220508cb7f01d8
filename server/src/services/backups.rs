//! When the data was copied last: `bilan backup` leaves a note beside the data, which says when it made a copy, and nothing else.
//!
//! The note tells that a copy was made on this machine. Whether the copy is still there, nobody here knows.

use std::io;
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::clock::Timestamp;

/// Name of the note in the data folder.
const NOTE: &str = "last-backup";

/// How copies of the data are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupRoute {
    /// By `bilan backup`, which leaves a note in the folder of the data.
    ByCommand {
        /// The folder.
        folder: PathBuf,
    },
    /// By the tools of the database, of which the service learns nothing.
    ByDatabase,
}

/// Notes that a copy was made.
///
/// # Errors
/// What the system says.
pub fn note(folder: &Path, now: Timestamp) -> io::Result<()> {
    std::fs::write(folder.join(NOTE), now.as_millis().to_string())
}

/// When `bilan backup` made its last copy; `None` where none is noted.
pub async fn last(app: &App) -> Option<Timestamp> {
    let BackupRoute::ByCommand { folder } = &app.terms().backups else { return None };
    let text = tokio::fs::read_to_string(folder.join(NOTE)).await.ok()?;
    // What stands there in another form, or lies in the future, is no note of ours.
    text.trim().parse().ok().map(Timestamp::from_millis).filter(|at| *at <= app.now())
}
