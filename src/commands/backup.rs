//! `bilan backup` and `bilan restore`: copies of the data, which hold no key.

use std::path::{Path, PathBuf};

use anyhow::bail;
use server::clock::{Clock as _, SystemClock};
use server::config::Database;
use server::installation::DATA_FILE;
use server::services::backups;
use server::store::{Existing, SqliteStore, Store as _};

use crate::args::{BackupArgs, ConfigArgs, RestoreArgs};
use crate::output::message;

/// Copies the data; a running service is not disturbed.
///
/// # Errors
/// When there is no data, or the copy cannot be written.
pub fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let file = data_file(&args.config, "pg_dump makes its copies")?;
    let store = SqliteStore::open_to_read(&file)?;
    tokio::runtime::Builder::new_current_thread().build()?.block_on(store.backup(&args.to))?;
    let n_bytes = std::fs::metadata(&args.to)?.len();
    note_beside(&file);
    message(&format!("{}: {n_bytes} bytes, without any key; guard the key stores apart", args.to.display()));
    Ok(())
}

/// Puts a copy back.
///
/// # Errors
/// When the copy is damaged, the service runs, or there is data that `--replace` does not give up.
pub fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let file = data_file(&args.config, "pg_restore puts copies back")?;
    if let Some(folder) = file.parent() {
        server::installation::make_folder(folder)?;
    }
    let existing = if args.replace { Existing::Replace } else { Existing::Refuse };
    SqliteStore::restore(&args.backup, &file, existing).map_err(|error| match error {
        server::store::StoreError::Exists { .. } => {
            anyhow::anyhow!("{}: there is data already; --replace gives it up", file.display())
        }
        other => other.into(),
    })?;
    message(&format!("{} stands as {}", args.backup.display(), file.display()));
    message(
        "what was destroyed since the copy was made stays unreadable; its rows go when the service next looks at them",
    );
    Ok(())
}

/// Notes beside the data when the copy was made, for administrators; the copy is made, whether that can be written or not.
fn note_beside(file: &Path) {
    let noted = file.parent().map(|folder| backups::note(folder, SystemClock.now()));
    if let Some(Err(cause)) = noted {
        message(&format!("the date of this copy could not be noted beside the data: {cause}"));
    }
}

fn data_file(config: &ConfigArgs, instead: &str) -> anyhow::Result<PathBuf> {
    let config = config.load()?;
    match config.database {
        Database::Sqlite => Ok(config.data_folder.join(DATA_FILE)),
        Database::Postgres(_) => bail!("database.url: the data lies in PostgreSQL; {instead}"),
    }
}
