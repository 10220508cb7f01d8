//! The audit log.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{a_record, conflict, entropy};
use crate::clock::Timestamp;
use crate::store::audit::{ChainError, segment_start};
use crate::store::{AuditEntry, AuditHead, Change, Kind, LogLine, Store, StoreError, verify_chain};

/// Noon of the first of a month of 2026.
fn noon(month: i8) -> Timestamp {
    Timestamp::start_of_paris_day(jiff::civil::date(2026, month, 1)).plus(12 * 3_600_000)
}

fn audit(at: Timestamp, entry: &str) -> Change {
    Change::Audit { at, entry: entry.as_bytes().to_vec(), bilan: None }
}

/// All entries of a segment, read in pages.
async fn entries(store: &Arc<dyn Store>, segment: &str) -> Vec<AuditEntry> {
    let mut found: Vec<AuditEntry> = Vec::new();
    loop {
        let next = found.last().map_or(1, |last| last.seq + 1);
        let page = store.audit_entries(segment, next, 7).await.unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

/// Signs a head as nobody should.
fn signed(head: AuditHead) -> AuditHead {
    AuditHead { signature: head.digest().iter().rev().copied().collect(), ..head }
}

pub(super) async fn the_chain_holds_under_concurrency(store: Arc<dyn Store>) {
    let tasks: Vec<_> = (0..10)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 0..10 {
                    let at = noon(11).plus(round);
                    let record = Change::Insert(a_record(Kind::Session, entropy().id()));
                    let two =
                        vec![audit(at, &format!("{task} {round} a")), record, audit(at, &format!("{task} {round} b"))];
                    store.commit(two).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let found = entries(&store, "2026-11").await;
    let start = segment_start("2026-11");
    assert_eq!(found.len(), 200);
    assert_eq!(verify_chain(&found, &start, None), Ok(()));
    let distinct: BTreeSet<_> = found.iter().map(|entry| entry.entry.clone()).collect();
    assert_eq!(distinct.len(), 200);
    // The two of one commit stand together.
    for pair in found.chunks(2) {
        let text = String::from_utf8(pair[0].entry.clone()).unwrap();
        assert_eq!(format!("{}b", text.strip_suffix('a').unwrap()).as_bytes(), pair[1].entry);
    }
    let mut changed = found;
    changed[120].entry[0] ^= 1;
    assert_eq!(verify_chain(&changed, &start, None), Err(ChainError::Broken { seq: 121 }));
}

pub(super) async fn a_failed_commit_leaves_no_entry(store: Arc<dyn Store>) {
    let failing = vec![audit(noon(3), "no"), Change::Update(a_record(Kind::Bilan, entropy().id()))];
    assert_eq!(conflict(store.commit(failing).await), Some(1));
    store.commit(vec![audit(noon(3), "yes")]).await.unwrap();
    let found = entries(&store, "2026-03").await;
    assert_eq!(found.iter().map(|entry| entry.entry.as_slice()).collect::<Vec<_>>(), [b"yes"]);
    assert_eq!((found[0].seq, found[0].at), (1, noon(3)));
}

pub(super) async fn segments_are_closed_in_order_and_deleted_whole(store: Arc<dyn Store>) {
    for month in [1, 1, 1, 2, 3] {
        store.commit(vec![audit(noon(month), "x")]).await.unwrap();
    }
    let refused = store.head_to_sign("2026-02", noon(4)).await.unwrap_err();
    assert!(matches!(refused, StoreError::SegmentOrder { other, .. } if other == "2026-01"));
    assert!(matches!(store.head_to_sign("winter", noon(4)).await, Err(StoreError::Setting { .. })));
    assert!(matches!(store.delete_segment("2026-01").await, Err(StoreError::SegmentOpen { .. })));

    // An entry that comes in between outdates the head.
    let early = signed(store.head_to_sign("2026-01", noon(2)).await.unwrap());
    store.commit(vec![audit(noon(1), "late")]).await.unwrap();
    assert_eq!(conflict(store.close_segment(early).await), Some(0));
    let first = signed(store.head_to_sign("2026-01", noon(2)).await.unwrap());
    assert_eq!((first.n_entries, first.previous), (4, [0; 32]));
    store.close_segment(first.clone()).await.unwrap();
    assert!(matches!(store.close_segment(first.clone()).await, Err(StoreError::SegmentOrder { .. })));
    let second = signed(store.head_to_sign("2026-02", noon(3)).await.unwrap());
    assert_eq!((second.n_entries, second.previous), (1, first.digest()));
    store.close_segment(second.clone()).await.unwrap();

    let january = entries(&store, "2026-01").await;
    assert_eq!(verify_chain(&january, &segment_start("2026-01"), Some(&first.hash)), Ok(()));
    let shortened = verify_chain(&january[..3], &segment_start("2026-01"), Some(&first.hash));
    assert_eq!(shortened, Err(ChainError::End { last: 3 }));

    store.delete_segment("2026-01").await.unwrap();
    assert_eq!(entries(&store, "2026-01").await, []);
    let known = store.audit_segments().await.unwrap();
    let summary: Vec<_> = known.iter().map(|one| (one.segment.as_str(), one.n_stored, one.head.as_ref())).collect();
    assert_eq!(summary, [("2026-01", 0, Some(&first)), ("2026-02", 1, Some(&second)), ("2026-03", 1, None)]);
    // The chain of heads still starts from the first.
    let third = store.head_to_sign("2026-03", noon(4)).await.unwrap();
    assert_eq!(third.previous, second.digest());
}

pub(super) async fn late_entries_go_after_the_closed_segment(store: Arc<dyn Store>) {
    // A month without entries can be closed too.
    let empty = signed(store.head_to_sign("2026-12", noon(12)).await.unwrap());
    assert_eq!((empty.n_entries, empty.hash), (0, segment_start("2026-12")));
    store.close_segment(empty).await.unwrap();
    store.commit(vec![audit(noon(12), "late"), audit(noon(5), "later")]).await.unwrap();
    assert_eq!(entries(&store, "2026-12").await, []);
    let found = entries(&store, "2027-01").await;
    assert_eq!(found.iter().map(|entry| entry.at).collect::<Vec<_>>(), [noon(12), noon(5)]);
    assert_eq!(verify_chain(&found, &segment_start("2027-01"), None), Ok(()));
}

pub(super) async fn entries_about_a_bilan_are_found_in_order(store: Arc<dyn Store>) {
    let (one, other) = (entropy().id(), entropy().id());
    for month in [10, 11, 12] {
        for (entry, bilan) in [("a", Some(one)), ("b", Some(other)), ("c", None), ("d", Some(one))] {
            let entry = format!("{month} {entry}").into_bytes();
            store.commit(vec![Change::Audit { at: noon(month), entry, bilan }]).await.unwrap();
        }
    }
    let mut found: Vec<LogLine> = Vec::new();
    loop {
        let after = found.last().map(|line| line.place.clone());
        let page = store.audit_of_bilan(one, after, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    let texts: Vec<_> = found.iter().map(|line| String::from_utf8_lossy(&line.entry.entry).into_owned()).collect();
    assert_eq!(texts, ["10 a", "10 d", "11 a", "11 d", "12 a", "12 d"]);
    assert!(found.iter().all(|line| line.place.seq == line.entry.seq));
    let chain = entries(&store, "2026-11").await;
    assert_eq!(verify_chain(&chain, &segment_start("2026-11"), None), Ok(()));
}
