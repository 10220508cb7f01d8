//! Commits: one transaction each, its statements sent together.

use std::time::Duration;

use deadpool_postgres::{GenericClient, Pool};
use futures_util::future::try_join_all;
use tokio_postgres::error::SqlState;

use super::super::statement::{Dialect, Must, Statement, Value, statements};
use super::super::{Change, StoreError};
use super::audit_log;

/// How often a commit is tried that the server undid because of others.
const ATTEMPTS: u32 = 6;
/// How many statements are under way at once.
const PIPELINE: usize = 30;

/// Does all the changes or none.
pub(super) async fn commit(pool: &Pool, changes: &[Change]) -> Result<(), StoreError> {
    let mut attempt = 1;
    loop {
        match attempted(pool, changes).await {
            Err(StoreError::Postgres(said)) if attempt < ATTEMPTS && undone_by_others(said.code()) => {
                tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn undone_by_others(code: Option<&SqlState>) -> bool {
    matches!(code, Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED))
}

async fn attempted(pool: &Pool, changes: &[Change]) -> Result<(), StoreError> {
    let entries: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Audit { at, entry, bilan } => Some((*at, entry.as_slice(), bilan.as_ref())),
            _ => None,
        })
        .collect();
    let steps: Vec<(usize, Statement<'_>)> = changes
        .iter()
        .enumerate()
        .flat_map(|(idx, change)| statements(change, Dialect::Postgres).into_iter().map(move |step| (idx, step)))
        .collect();
    let mut client = pool.get().await?;
    if steps.len() <= 1 && entries.is_empty() {
        // A statement alone is a transaction by itself: one way to the server and back in place of three.
        return run(&client, &steps).await;
    }
    // Dropped before its end, as when a request is cancelled, it rolls back.
    let transaction = client.transaction().await?;
    run(&transaction, &steps).await?;
    // Last, because all other commits with entries wait from here on.
    audit_log::append(&transaction, &entries).await?;
    transaction.commit().await?;
    Ok(())
}

/// Runs statements in order without waiting for one before sending the next.
async fn run(client: &impl GenericClient, steps: &[(usize, Statement<'_>)]) -> Result<(), StoreError> {
    // Up to 30 futures are polled first to last, and the first poll of each sends its statement.
    for part in steps.chunks(PIPELINE) {
        let mut prepared = Vec::with_capacity(part.len());
        for (_, step) in part {
            prepared.push(client.prepare_cached(step.sql).await?);
        }
        let sent = part.iter().zip(&prepared).map(|((change_idx, step), prepared)| async move {
            let values: Vec<_> = step.values.iter().map(Value::for_postgres).collect();
            let holds = match step.must {
                Must::Run => client.execute(prepared, &values).await.map(|_| true)?,
                Must::Change => client.execute(prepared, &values).await? == 1,
                Must::Find => client.query_opt(prepared, &values).await?.is_some(),
            };
            if holds { Ok(()) } else { Err(StoreError::Conflict { change_idx: *change_idx }) }
        });
        try_join_all(sent).await?;
    }
    Ok(())
}
