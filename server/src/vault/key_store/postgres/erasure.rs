//! Getting deleted rows out of the files of a cluster.
//!
//! A deleted row stays in its table until that is rewritten (`VACUUM FULL`), which keeps rows that an open snapshot
//! might still see: so first everyone's snapshot must be newer than the deletion. The rows also stand in the write-ahead
//! log: its segment is closed (`pg_switch_wal`), and checkpoints are made until the old segments are removed.

use std::time::Duration;

use deadpool_postgres::Client;

use super::super::KeyStoreError;
use super::fault;

/// How often snapshots are looked at, and how often a checkpoint is made.
const N_SNAPSHOT_TRIES: u32 = 200;
const N_CHECKPOINTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

const TABLES: [&str; 5] = ["document_key", "tombstone", "lookup", "secret", "pending_destruction"];

/// Does it, or tells what holds the bytes.
pub(super) async fn erase(store: &str, client: &Client) -> Result<(), KeyStoreError> {
    wait_for_snapshots(store, client).await?;
    for table in TABLES {
        client.batch_execute(&format!("VACUUM (FULL) {table}")).await.map_err(|error| fault(store, &error))?;
    }
    remove_segments(store, client).await
}

fn not_erased(store: &str, reason: &str) -> KeyStoreError {
    KeyStoreError::NotErased { store: store.to_owned(), reason: reason.to_owned() }
}

/// Waits until no other session or prepared transaction holds a snapshot from before now.
async fn wait_for_snapshots(store: &str, client: &Client) -> Result<(), KeyStoreError> {
    let refused = |error: tokio_postgres::Error| fault(store, &error);
    // A transaction number of now: everything that was deleted before has a smaller one.
    let now: String = client.query_one("SELECT pg_current_xact_id()::text", &[]).await.map_err(refused)?.get(0);
    let older = "SELECT (SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND (age(backend_xmin) > age($1::text::xid) OR age(backend_xid) > age($1::text::xid)))
        + (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database())";
    // Only the lower 32 bits are a transaction number as the views show it.
    let now = now.parse::<u64>().map(|full| (full & u64::from(u32::MAX)).to_string()).unwrap_or(now);
    let older = client.prepare_cached(older).await.map_err(refused)?;
    for _ in 0..N_SNAPSHOT_TRIES {
        let n_older: i64 = client.query_one(&older, &[&now]).await.map_err(refused)?.get(0);
        if n_older == 0 {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(not_erased(store, "an open transaction still sees what was deleted"))
}

/// Closes the segment of the log that is written, and makes checkpoints until it and all earlier ones are gone.
async fn remove_segments(store: &str, client: &Client) -> Result<(), KeyStoreError> {
    let refused = |error: tokio_postgres::Error| fault(store, &error);
    let last: String = client.query_one("SELECT pg_walfile_name(pg_switch_wal())", &[]).await.map_err(refused)?.get(0);
    // The name of a segment is its timeline (8 digits) and its place in the log (16 digits).
    let old = "SELECT count(*) FROM pg_ls_waldir()
        WHERE name ~ '^[0-9A-F]{24}' AND substr(name, 9, 16) <= substr($1, 9, 16)";
    for attempt in 0..N_CHECKPOINTS {
        if attempt > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        client.batch_execute("CHECKPOINT").await.map_err(refused)?;
        let n_old: i64 = client.query_one(old, &[&last]).await.map_err(refused)?.get(0);
        if n_old == 0 {
            return Ok(());
        }
    }
    Err(not_erased(store, "segments of its write-ahead log stay; see archive_mode, wal_keep_size, replication slots"))
}
