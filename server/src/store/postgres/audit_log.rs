//! The audit log: one appender at a time over all processes, under a lock that ends with the transaction.

use deadpool_postgres::{Object, Transaction};

use super::super::audit::{self, chained, segment_of, segment_start, still_so};
use super::super::statement::{DELETE_ENTRIES, HAS_HEAD, INSERT_ENTRY, INSERT_HEAD, LAST_CLOSED, LAST_ENTRY};
use super::super::{AuditHead, AuditSegment, StoreError, columns, query};
use crate::clock::Timestamp;
use crate::ids::Id;

/// Each schema has its own lock, so that two installations in one database do not wait for each other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('bilan audit ' || current_schema(), 0))";

/// Waits until no other transaction appends.
pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached(LOCK).await?;
    transaction.execute(&statement, &[]).await?;
    Ok(())
}

/// An entry to append: when, what, and about which bilan.
pub(super) type Entry<'a> = (Timestamp, &'a [u8], Option<&'a Id>);

/// Appends entries in order.
pub(super) async fn append(transaction: &Transaction<'_>, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    lock(transaction).await?;
    let last_closed = transaction.prepare_cached(LAST_CLOSED).await?;
    let last_entry = transaction.prepare_cached(LAST_ENTRY).await?;
    let insert = transaction.prepare_cached(INSERT_ENTRY).await?;
    let closed: Option<String> = transaction.query_one(&last_closed, &[]).await?.try_get(0)?;
    let mut end: Option<(String, i64, audit::Hash)> = None;
    for (at, entry, bilan) in entries {
        let segment = segment_of(*at, closed.as_deref());
        let (seq, before) = match end {
            Some((of, seq, hash)) if of == segment => (seq, hash),
            _ => {
                let row = transaction.query_opt(&last_entry, &[&segment]).await?;
                let stored = row.as_ref().map(|row| columns::chain_end(row)).transpose()?;
                stored.unwrap_or_else(|| (0, segment_start(&segment)))
            }
        };
        let (seq, hash) = (seq.saturating_add(1), chained(&before, *at, entry));
        transaction
            .execute(
                &insert,
                &[&segment, &seq, &at.as_millis(), entry, &&hash[..], &bilan.map(|bilan| &bilan.as_bytes()[..])],
            )
            .await?;
        end = Some((segment, seq, hash));
    }
    Ok(())
}

/// All segments.
pub(super) async fn segments(transaction: &Transaction<'_>) -> Result<Vec<AuditSegment>, StoreError> {
    let stored = transaction.query(query::ENTRIES_BY_SEGMENT, &[]).await?;
    let heads = transaction.query(query::HEADS, &[]).await?;
    let stored = stored.iter().map(|row| columns::segment_count(row)).collect::<Result<_, _>>()?;
    let heads = heads.iter().map(|row| columns::head(row)).collect::<Result<_, _>>()?;
    Ok(audit::segments(stored, heads))
}

/// The head that would close a segment now.
pub(super) async fn head_of(
    transaction: &Transaction<'_>,
    segment: &str,
    now: Timestamp,
) -> Result<AuditHead, StoreError> {
    let known = segments(transaction).await?;
    let row = transaction.query_opt(LAST_ENTRY, &[&segment]).await?;
    audit::head_of(segment, &known, row.as_ref().map(|row| columns::chain_end(row)).transpose()?, now)
}

/// Closes a segment with its signed head.
pub(super) async fn close_segment(client: &mut Object, head: &AuditHead) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    lock(&transaction).await?;
    still_so(head, &head_of(&transaction, &head.segment, head.closed_at).await?)?;
    transaction
        .execute(
            INSERT_HEAD,
            &[
                &head.segment,
                &&head.previous[..],
                &head.n_entries,
                &&head.hash[..],
                &head.signature,
                &head.closed_at.as_millis(),
            ],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Deletes the entries of a closed segment.
pub(super) async fn delete_segment(client: &mut Object, segment: &str) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    lock(&transaction).await?;
    let n_heads: i64 = transaction.query_one(HAS_HEAD, &[&segment]).await?.try_get(0)?;
    if n_heads == 0 {
        return Err(StoreError::SegmentOpen { segment: segment.to_owned() });
    }
    transaction.execute(DELETE_ENTRIES, &[&segment]).await?;
    transaction.commit().await?;
    Ok(())
}
