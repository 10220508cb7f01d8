//! The chain of the audit log: pure functions over its entries and heads.
//!
//! Within a monthly segment each entry's hash includes the one before; the first includes [`segment_start`]. A
//! closed segment has a signed head, which includes the head before. So an entry cannot be changed, moved or taken
//! out without a trace, and an old segment can be deleted whole.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;

use super::StoreError;

/// A hash of the chain: SHA-256.
pub type Hash = [u8; 32];

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number in the segment, from 1.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// MessagePack of random identifiers and verbs.
    pub entry: Vec<u8>,
    /// The chain up to here.
    pub hash: Hash,
}

/// A place in the log: a segment, and a number in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPlace {
    /// The month, such as `2026-11`.
    pub segment: String,
    /// The number of the entry.
    pub seq: i64,
}

/// An entry with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Where it stands.
    pub place: LogPlace,
    /// What stands there.
    pub entry: AuditEntry,
}

/// What closes a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// The month, such as `2026-11`.
    pub segment: String,
    /// [`digest`](Self::digest) of the head before; zeros for the first.
    pub previous: Hash,
    /// How many entries the segment has.
    pub n_entries: i64,
    /// The hash of the last one; [`segment_start`] when there is none.
    pub hash: Hash,
    /// The signature over [`message`](Self::message).
    pub signature: Vec<u8>,
    /// When it was closed.
    pub closed_at: Timestamp,
}

impl AuditHead {
    /// The bytes to sign: a title, the month, the head before, the count and the last hash, each of fixed or given
    /// length.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let mut message = b"bilan audit head 1\0".to_vec();
        message.extend((self.segment.len() as u64).to_be_bytes());
        message.extend(self.segment.as_bytes());
        message.extend(self.previous);
        message.extend(self.n_entries.to_be_bytes());
        message.extend(self.hash);
        message.extend(self.closed_at.as_millis().to_be_bytes());
        message
    }

    /// The hash by which the next head includes this one.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Sha256::digest(self.message()).into()
    }
}

/// A segment of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSegment {
    /// The month.
    pub segment: String,
    /// How many entries are stored: 0 when they were deleted after closing.
    pub n_stored: i64,
    /// The signed head, once closed.
    pub head: Option<AuditHead>,
}

/// What the first entry of a segment includes in place of a hash before.
#[must_use]
pub fn segment_start(segment: &str) -> Hash {
    let mut sha = Sha256::new();
    sha.update(b"bilan audit segment 1\0");
    sha.update(segment.as_bytes());
    sha.finalize().into()
}

/// The hash of an entry: SHA-256 over the hash before, the time and the entry.
#[must_use]
pub fn chained(previous: &Hash, at: Timestamp, entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update(previous);
    sha.update(at.as_millis().to_be_bytes());
    sha.update(entry);
    sha.finalize().into()
}

/// Where a chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A number is missing or comes twice.
    #[error("entry {expected} is missing; {found} stands in its place")]
    Gap {
        /// The number that should follow.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// An entry, its time or its hash was changed.
    #[error("entry {seq} does not continue the chain")]
    Broken {
        /// The entry.
        seq: i64,
    },
    /// The chain ends elsewhere: entries were taken off its end or added.
    #[error("the chain ends after entry {last} with another hash than expected")]
    End {
        /// The last entry; 0 for none.
        last: i64,
    },
}

/// Checks that entries follow each other without a gap from `start` to `end`.
///
/// - `start`: [`segment_start`] and the entries from 1; or the hash before the first entry given.
/// - `end`: the hash of a closed segment's head; none for an open segment, whose end nobody vouches for.
///
/// # Errors
/// The first place where the chain breaks.
pub fn verify_chain(entries: &[AuditEntry], start: &Hash, end: Option<&Hash>) -> Result<(), ChainError> {
    let mut before = *start;
    let mut expected = entries.first().map_or(0, |first| first.seq);
    for entry in entries {
        if entry.seq != expected {
            return Err(ChainError::Gap { expected, found: entry.seq });
        }
        if chained(&before, entry.at, &entry.entry) != entry.hash {
            return Err(ChainError::Broken { seq: entry.seq });
        }
        before = entry.hash;
        expected = entry.seq.saturating_add(1);
    }
    match end {
        Some(end) if *end != before => Err(ChainError::End { last: entries.last().map_or(0, |last| last.seq) }),
        _ => Ok(()),
    }
}

/// The segments from what each stores and the heads of the closed ones, in order of month.
pub(super) fn segments(stored: Vec<(String, i64)>, heads: Vec<AuditHead>) -> Vec<AuditSegment> {
    let mut by_month: BTreeMap<String, AuditSegment> = BTreeMap::new();
    for (segment, n_stored) in stored {
        by_month.insert(segment.clone(), AuditSegment { segment, n_stored, head: None });
    }
    for head in heads {
        let segment = head.segment.clone();
        let empty = AuditSegment { segment: segment.clone(), n_stored: 0, head: None };
        by_month.entry(segment).or_insert(empty).head = Some(head);
    }
    by_month.into_values().collect()
}

/// The head that would close a segment now, without its signature.
///
/// - `known`: all segments.
/// - `end`: number and hash of the segment's last entry.
pub(super) fn head_of(
    segment: &str,
    known: &[AuditSegment],
    end: Option<(i64, Hash)>,
    now: Timestamp,
) -> Result<AuditHead, StoreError> {
    if month_after(segment).is_none() {
        let problem = format!("`{segment}` is no month such as 2026-11");
        return Err(StoreError::Setting { setting: "segment", problem });
    }
    let in_the_way = known.iter().find_map(|other| match &other.head {
        Some(_) if other.segment.as_str() >= segment => Some((&other.segment, "is closed")),
        None if other.segment.as_str() < segment => Some((&other.segment, "is open")),
        _ => None,
    });
    if let Some((other, problem)) = in_the_way {
        return Err(StoreError::SegmentOrder { segment: segment.to_owned(), other: other.clone(), problem });
    }
    let before = known.iter().rev().find_map(|other| other.head.as_ref());
    let (n_entries, hash) = end.unwrap_or((0, segment_start(segment)));
    Ok(AuditHead {
        segment: segment.to_owned(),
        previous: before.map_or([0; 32], AuditHead::digest),
        n_entries,
        hash,
        signature: Vec::new(),
        closed_at: now,
    })
}

/// Whether a signed head says what is so now, as [`head_of`] gives it.
pub(super) fn still_so(signed: &AuditHead, now: &AuditHead) -> Result<(), StoreError> {
    if signed.message() == now.message() { Ok(()) } else { Err(StoreError::Conflict { change_idx: 0 }) }
}

/// The segment an entry goes into: that of its month, or the one after the last closed when that month is closed.
pub(super) fn segment_of(at: Timestamp, last_closed: Option<&str>) -> String {
    let month = at.month();
    match last_closed {
        Some(closed) if month.as_str() <= closed => month_after(closed).unwrap_or(month),
        _ => month,
    }
}

/// The month that follows one such as `2026-11`.
fn month_after(month: &str) -> Option<String> {
    let (year, number) = month.split_once('-').filter(|(year, number)| year.len() == 4 && number.len() == 2)?;
    match (year.parse::<u16>().ok()?, number.parse::<u8>().ok()?) {
        (year, 12) => Some(format!("{:04}-01", year.checked_add(1)?)),
        (year, number @ 1..12) => Some(format!("{year:04}-{:02}", number.checked_add(1)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(texts: &[&str]) -> Vec<AuditEntry> {
        let mut before = segment_start("2026-11");
        let mut entries = Vec::new();
        for (seq, text) in (1..).zip(texts) {
            let at = Timestamp::from_millis(seq * 1000);
            before = chained(&before, at, text.as_bytes());
            entries.push(AuditEntry { seq, at, entry: text.as_bytes().to_vec(), hash: before });
        }
        entries
    }

    #[test]
    fn a_chain_shows_every_change() {
        let (start, whole) = (segment_start("2026-11"), chain(&["a", "b", "c"]));
        let end = whole[2].hash;
        let verify = |entries: &[AuditEntry]| verify_chain(entries, &start, Some(&end));
        assert_eq!(verify(&whole), Ok(()));
        // A later part verifies from the hash before it.
        assert_eq!(verify_chain(&whole[1..], &whole[0].hash, Some(&end)), Ok(()));

        let mut changed = whole.clone();
        changed[1].entry = b"B".to_vec();
        assert_eq!(verify(&changed), Err(ChainError::Broken { seq: 2 }));
        let mut redated = whole.clone();
        redated[2].at = Timestamp::from_millis(0);
        assert_eq!(verify(&redated), Err(ChainError::Broken { seq: 3 }));
        let mut without = whole.clone();
        without.remove(1);
        assert_eq!(verify(&without), Err(ChainError::Gap { expected: 2, found: 3 }));
        without[1].seq = 2;
        assert_eq!(verify(&without), Err(ChainError::Broken { seq: 2 }));
        assert_eq!(verify(&whole[1..]), Err(ChainError::Broken { seq: 2 }));
        assert_eq!(verify(&whole[..2]), Err(ChainError::End { last: 2 }));
        assert_eq!(verify(&[]), Err(ChainError::End { last: 0 }));
        // Rewriting the rest of the chain does not reach the end that was signed.
        assert_eq!(verify(&chain(&["a", "B", "c"])), Err(ChainError::End { last: 3 }));
        assert_eq!(verify_chain(&[], &segment_start("2026-12"), None), Ok(()));
    }

    #[test]
    fn a_head_includes_all_it_says() {
        let head = AuditHead {
            segment: "2026-11".to_owned(),
            previous: [1; 32],
            n_entries: 3,
            hash: [2; 32],
            signature: vec![9],
            closed_at: Timestamp::from_millis(5),
        };
        let others = [
            AuditHead { segment: "2026-12".to_owned(), ..head.clone() },
            AuditHead { previous: [0; 32], ..head.clone() },
            AuditHead { n_entries: 2, ..head.clone() },
            AuditHead { hash: [0; 32], ..head.clone() },
            AuditHead { closed_at: Timestamp::from_millis(6), ..head.clone() },
        ];
        for other in others {
            assert_ne!(other.message(), head.message(), "{other:?}");
        }
        assert_eq!(AuditHead { signature: vec![], ..head.clone() }.digest(), head.digest());
    }

    #[test]
    fn a_late_entry_goes_after_the_last_closed_segment() {
        let november = Timestamp::from_millis(1_794_000_000_000);
        assert_eq!(november.month(), "2026-11");
        assert_eq!(segment_of(november, None), "2026-11");
        assert_eq!(segment_of(november, Some("2026-10")), "2026-11");
        assert_eq!(segment_of(november, Some("2026-11")), "2026-12");
        assert_eq!(segment_of(november, Some("2026-12")), "2027-01");
        for other in ["", "2026", "2026-00", "2026-13", "26-11", "november"] {
            assert_eq!(month_after(other), None, "{other}");
        }
    }
}
