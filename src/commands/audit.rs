//! `bilan audit verify`: whether the audit log is whole.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use server::clock::{Clock as _, SystemClock};
use server::config::Database;
use server::installation::DATA_FILE;
use server::services::audit_check::{self, CheckedMonth, Found};
use server::store::{PostgresSettings, PostgresStore, SqliteStore, Store};
use server::vault::PublicKeys;

use crate::args::{AuditCommand, AuditVerifyArgs};
use crate::commands::receipt::read;
use crate::output::print;

/// Runs the command.
///
/// # Errors
/// When the log or the keys cannot be read, or the log is not whole.
pub fn run(command: &AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify(args) => {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(verify(args))
        }
    }
}

async fn verify(args: &AuditVerifyArgs) -> anyhow::Result<()> {
    let keys = PublicKeys::from_json(&read(&args.keys)?).with_context(|| args.keys.display().to_string())?;
    let store = open(args).await?;
    let months = audit_check::check(&*store, &keys, SystemClock.now()).await.context("the log is not whole")?;
    Ok(print(&words(&months))?)
}

async fn open(args: &AuditVerifyArgs) -> anyhow::Result<Arc<dyn Store>> {
    if let Some(backup) = &args.backup {
        return Ok(Arc::new(SqliteStore::open_to_read(backup)?));
    }
    let config = args.config.load()?;
    Ok(match &config.database {
        Database::Sqlite => Arc::new(SqliteStore::open_to_read(&config.data_folder.join(DATA_FILE))?),
        Database::Postgres(url) => {
            let settings = PostgresSettings { url: url.reveal().to_owned(), max_connections: 1 };
            Arc::new(PostgresStore::connect(&settings).await?)
        }
    })
}

fn words(months: &[CheckedMonth]) -> String {
    let n_entries: i64 = months.iter().map(|month| month.n_entries).sum();
    let mut text = format!("Whole: {n_entries} entries in {} months.\n", months.len());
    for CheckedMonth { segment, n_entries, found } in months {
        let found = match found {
            Found::Closed => "closed and signed",
            Found::Deleted => "signed; its entries were deleted after twelve months",
            Found::Open => "open: nothing vouches yet for its end",
        };
        let _ = writeln!(text, "{segment}: {n_entries} entries, {found}");
    }
    text
}
