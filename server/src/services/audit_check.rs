//! Whether the audit log is whole: every entry in its chain, every month closed by a signed head that includes the one before.

use crate::clock::Timestamp;
use crate::services::audit_log::{HEAD_KIND, is_too_old, read_signature};
use crate::store::audit::{ChainError, Hash, segment_start};
use crate::store::{AuditEntry, AuditHead, AuditSegment, Store, StoreError, verify_chain};
use crate::vault::signed::verify_bytes;
use crate::vault::{PublicKeys, SignatureError};

/// Entries read at once.
const PAGE: u32 = 10_000;

/// What does not hold, and in which month.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditFault {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain breaks within a month.
    #[error("{segment}: {fault}")]
    Chain {
        /// The month.
        segment: String,
        /// Where.
        fault: ChainError,
    },
    /// A month has another number of entries than its head says.
    #[error("{segment}: {found} entries are stored; its signed head says {expected}")]
    Count {
        /// The month.
        segment: String,
        /// Entries stored.
        found: i64,
        /// Entries that were signed for.
        expected: i64,
    },
    /// A month was emptied before its time.
    #[error("{segment}: its {expected} entries are gone, but the log is kept for twelve months")]
    GoneEarly {
        /// The month.
        segment: String,
        /// Entries that were signed for.
        expected: i64,
    },
    /// A head does not include the one before it: one was taken out or put in.
    #[error("{segment}: its head does not include the head before it")]
    Heads {
        /// The month.
        segment: String,
    },
    /// The signature under a head does not hold.
    #[error("{segment}: the signature of its head: {fault}")]
    Signature {
        /// The month.
        segment: String,
        /// Why.
        fault: SignatureError,
    },
    /// The signature under a head does not read.
    #[error("{segment}: its head has no signature that can be read")]
    NoSignature {
        /// The month.
        segment: String,
    },
    /// A month before a closed one is open.
    #[error("{segment}: it is not closed, though a later month is")]
    Open {
        /// The month.
        segment: String,
    },
}

/// How a month of the log was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Closed, every entry there: what the signed head says.
    Closed,
    /// Closed, and its entries deleted after twelve months.
    Deleted,
    /// Not closed yet: its chain holds, its end nobody vouches for.
    Open,
}

/// A month whose check held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedMonth {
    /// The month, such as `2026-11`.
    pub segment: String,
    /// Entries stored.
    pub n_entries: i64,
    /// How it was found.
    pub found: Found,
}

/// Checks the whole log against the published keys, month by month.
///
/// # Errors
/// The first fault, with its month.
pub async fn check(store: &dyn Store, keys: &PublicKeys, now: Timestamp) -> Result<Vec<CheckedMonth>, AuditFault> {
    let segments = store.audit_segments().await?;
    let mut checked = Vec::new();
    let mut before: Hash = [0; 32];
    for (idx, segment) in segments.iter().enumerate() {
        let later = segments.get(idx + 1..).unwrap_or_default();
        if segment.head.is_none() && later.iter().any(|later| later.head.is_some()) {
            return Err(AuditFault::Open { segment: segment.segment.clone() });
        }
        if let Some(head) = &segment.head {
            check_head(head, &before, keys)?;
            before = head.digest();
        }
        let (n_entries, end) = check_entries(store, segment).await?;
        let found = check_count(segment, n_entries, &end, now)?;
        checked.push(CheckedMonth { segment: segment.segment.clone(), n_entries, found });
    }
    Ok(checked)
}

fn check_head(head: &AuditHead, before: &Hash, keys: &PublicKeys) -> Result<(), AuditFault> {
    let segment = || head.segment.clone();
    if head.previous != *before {
        return Err(AuditFault::Heads { segment: segment() });
    }
    let signature = read_signature(&head.signature).ok_or_else(|| AuditFault::NoSignature { segment: segment() })?;
    verify_bytes(keys, HEAD_KIND, &head.message(), head.closed_at, &signature)
        .map_err(|fault| AuditFault::Signature { segment: segment(), fault })
}

/// Follows the chain of a month from its start; gives the number of its entries and its last hash.
async fn check_entries(store: &dyn Store, segment: &AuditSegment) -> Result<(i64, Hash), AuditFault> {
    let fault = |fault| AuditFault::Chain { segment: segment.segment.clone(), fault };
    let (mut n_entries, mut end) = (0, segment_start(&segment.segment));
    loop {
        let entries: Vec<AuditEntry> = store.audit_entries(&segment.segment, n_entries + 1, PAGE).await?;
        let Some(first) = entries.first() else { return Ok((n_entries, end)) };
        if first.seq != n_entries + 1 {
            return Err(fault(ChainError::Gap { expected: n_entries + 1, found: first.seq }));
        }
        verify_chain(&entries, &end, None).map_err(fault)?;
        if let Some(last) = entries.last() {
            (n_entries, end) = (last.seq, last.hash);
        }
    }
}

fn check_count(segment: &AuditSegment, n_entries: i64, end: &Hash, now: Timestamp) -> Result<Found, AuditFault> {
    let name = || segment.segment.clone();
    let Some(head) = &segment.head else { return Ok(Found::Open) };
    match n_entries {
        0 if head.n_entries > 0 && is_too_old(&segment.segment, now) => Ok(Found::Deleted),
        0 if head.n_entries > 0 => Err(AuditFault::GoneEarly { segment: name(), expected: head.n_entries }),
        n if n != head.n_entries => Err(AuditFault::Count { segment: name(), found: n, expected: head.n_entries }),
        n if *end != head.hash => Err(AuditFault::Chain { segment: name(), fault: ChainError::End { last: n } }),
        _ => Ok(Found::Closed),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::entropy::Entropy;
    use crate::services::audit_log::signature_bytes;
    use crate::store::{Change, SqliteStore};
    use crate::vault::signed::sign_bytes;
    use crate::vault::signing::KeyRing;

    /// 15 January 2027.
    const JANUARY: Timestamp = Timestamp::from_millis(1_800_010_800_000);
    const MONTH_MS: i64 = 31 * 86_400_000;

    /// Three months of five entries, two of them closed.
    async fn log(file: &Path, ring: &KeyRing) {
        let store = SqliteStore::open(file).unwrap();
        for month in 0..3 {
            let at = JANUARY.plus(month * MONTH_MS);
            for n in 0..5 {
                let change = Change::Audit { at: at.plus(n), entry: vec![n as u8], bilan: None };
                store.commit(vec![change]).await.unwrap();
            }
        }
        for segment in ["2027-01", "2027-02"] {
            let mut head = store.head_to_sign(segment, JANUARY.plus(3 * MONTH_MS)).await.unwrap();
            head.signature = signature_bytes(&sign_bytes(ring, HEAD_KIND, &head.message(), head.closed_at));
            store.close_segment(head).await.unwrap();
        }
        store.close().await.unwrap();
    }

    /// Whoever has the file changes it.
    fn tamper(file: &Path, sql: &str) {
        let changed = rusqlite::Connection::open(file).unwrap().execute(sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    }

    async fn checked(file: &Path, ring: &KeyRing, now: Timestamp) -> Result<Vec<CheckedMonth>, String> {
        let store = SqliteStore::open_to_read(file).unwrap();
        check(&store, ring.public_keys(), now).await.map_err(|fault| fault.to_string())
    }

    #[tokio::test]
    async fn an_untouched_log_is_whole_and_every_change_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::new(&Entropy::seeded([7; 32]), JANUARY);
        let whole = folder.path().join("whole.db");
        log(&whole, &ring).await;
        let now = JANUARY.plus(3 * MONTH_MS);
        let months = checked(&whole, &ring, now).await.unwrap();
        let found: Vec<_> = months.iter().map(|month| (month.segment.as_str(), month.n_entries, month.found)).collect();
        let expected = [("2027-01", 5, Found::Closed), ("2027-02", 5, Found::Closed), ("2027-03", 5, Found::Open)];
        assert_eq!(found, expected);

        for (sql, words) in [
            ("UPDATE audit SET entry = x'ff' WHERE segment = '2027-01' AND seq = 3", "entry 3 does not continue"),
            ("UPDATE audit SET at = at + 1 WHERE segment = '2027-03' AND seq = 1", "entry 1 does not continue"),
            ("DELETE FROM audit WHERE segment = '2027-02' AND seq = 2", "entry 2 is missing"),
            ("DELETE FROM audit WHERE segment = '2027-02' AND seq = 1", "entry 1 is missing"),
            ("DELETE FROM audit WHERE segment = '2027-02' AND seq = 5", "4 entries are stored; its signed head says 5"),
            ("DELETE FROM audit WHERE segment = '2027-01'", "its 5 entries are gone"),
            ("DELETE FROM audit_head WHERE segment = '2027-01'", "2027-01: it is not closed"),
            ("UPDATE audit_head SET n = 4 WHERE segment = '2027-02'", "2027-02: the signature of its head"),
            ("UPDATE audit_head SET previous = zeroblob(32) WHERE segment = '2027-02'", "the head before it"),
            ("UPDATE audit_head SET signature = x'00' WHERE segment = '2027-01'", "no signature that can be read"),
        ] {
            let file = folder.path().join("changed.db");
            SqliteStore::open_to_read(&whole).unwrap().backup(&file).await.unwrap();
            tamper(&file, sql);
            let fault = checked(&file, &ring, now).await.unwrap_err();
            assert!(fault.contains(words), "{sql}: {fault}");
            std::fs::remove_file(&file).unwrap();
        }

        let foreign = KeyRing::new(&Entropy::seeded([8; 32]), JANUARY);
        let fault = checked(&whole, &foreign, now).await.unwrap_err();
        assert!(fault.contains("2027-01: the signature of its head"), "{fault}");
    }

    #[tokio::test]
    async fn a_month_deleted_after_a_year_still_stands_in_the_chain_of_heads() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::new(&Entropy::seeded([7; 32]), JANUARY);
        let file = folder.path().join("log.db");
        log(&file, &ring).await;
        tamper(&file, "DELETE FROM audit WHERE segment = '2027-01'");
        let months = checked(&file, &ring, JANUARY.plus(12 * MONTH_MS)).await.unwrap();
        assert_eq!((months[0].n_entries, months[0].found), (0, Found::Deleted));
        assert_eq!(months[1].found, Found::Closed);
    }
}
