//! Records, selections, files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{a_record, conflict, entropy};
use crate::clock::Timestamp;
use crate::ids::Id;
use crate::store::{Change, Kind, Record, Selection, Store, StoreError};

pub(super) async fn a_record_comes_back_as_it_was_put(store: Arc<dyn Store>) {
    let entropy = entropy();
    let full = Record {
        bilan: Some(entropy.id()),
        parent: Some(entropy.id()),
        owner: Some(entropy.id()),
        audience: i64::MIN,
        due: Some(Timestamp::from_millis(-5)),
        version: 7,
        key: Some(entropy.id()),
        body: (0..=255).cycle().take(100_000).collect(),
        ..a_record(Kind::Note, entropy.id())
    };
    let bare = Record { body: Vec::new(), ..a_record(Kind::Result, full.id) };
    store.commit(vec![Change::Insert(full.clone()), Change::Insert(bare.clone())]).await.unwrap();
    assert_eq!(store.fetch(Kind::Note, full.id).await.unwrap(), Some(full.clone()));
    assert_eq!(store.fetch(Kind::Result, full.id).await.unwrap(), Some(bare));
    assert_eq!(store.fetch(Kind::Bilan, full.id).await.unwrap(), None);
    for _ in 0..2 {
        store.commit(vec![Change::Delete { kind: Kind::Note, id: full.id }]).await.unwrap();
        assert_eq!(store.fetch(Kind::Note, full.id).await.unwrap(), None);
    }
    assert!(store.fetch(Kind::Result, full.id).await.unwrap().is_some());
    store.check().await.unwrap();
}

pub(super) async fn a_record_is_inserted_once(store: Arc<dyn Store>) {
    let record = a_record(Kind::Account, entropy().id());
    store.commit(vec![Change::Insert(record.clone())]).await.unwrap();
    let again = Record { state: "other".to_owned(), ..record.clone() };
    assert_eq!(conflict(store.commit(vec![Change::Insert(again)]).await), Some(0));
    assert_eq!(store.fetch(Kind::Account, record.id).await.unwrap(), Some(record));
}

pub(super) async fn an_update_needs_the_version_that_is_stored(store: Arc<dyn Store>) {
    let record = a_record(Kind::Bilan, entropy().id());
    let updated = |version, state: &str| {
        let state = state.to_owned();
        vec![Change::Update(Record { version, state, due: Some(Timestamp::from_millis(9)), ..record.clone() })]
    };
    assert_eq!(conflict(store.commit(updated(1, "early")).await), Some(0));
    store.commit(vec![Change::Insert(record.clone())]).await.unwrap();
    store.commit(updated(1, "second")).await.unwrap();
    assert_eq!(conflict(store.commit(updated(1, "late")).await), Some(0));
    assert_eq!(conflict(store.commit(updated(3, "far")).await), Some(0));
    let stored = store.fetch(Kind::Bilan, record.id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.state.as_str(), stored.due), (2, "second", Some(Timestamp::from_millis(9))));
}

pub(super) async fn a_commit_is_all_or_nothing(store: Arc<dyn Store>) {
    let entropy = entropy();
    let there = a_record(Kind::Account, entropy.id());
    store.commit(vec![Change::Insert(there.clone())]).await.unwrap();
    let (new, file) = (entropy.id(), entropy.id());
    // More changes than are sent at once, the conflict near the end.
    let mut changes: Vec<Change> = (0..70).map(|_| Change::Insert(a_record(Kind::Rater, entropy.id()))).collect();
    changes.push(Change::Insert(a_record(Kind::Session, new)));
    changes.push(Change::PutChunk { file, seq: 0, sealed: vec![1] });
    changes.push(Change::Delete { kind: Kind::Account, id: there.id });
    changes.push(Change::Update(a_record(Kind::Bilan, new)));
    changes.push(Change::Insert(a_record(Kind::Bilan, new)));
    assert_eq!(conflict(store.commit(changes).await), Some(73));
    assert_eq!(store.counts().await.unwrap(), BTreeMap::from([((Kind::Account, "open".to_owned()), 1)]));
    assert_eq!(store.chunk(file, 0).await.unwrap(), None);
    store.commit(Vec::new()).await.unwrap();
}

pub(super) async fn later_changes_see_earlier_ones_of_the_commit(store: Arc<dyn Store>) {
    let record = a_record(Kind::Job, entropy().id());
    let mut changes = vec![Change::Insert(record.clone())];
    changes.extend((1..=100).map(|version| Change::Update(Record { version, ..record.clone() })));
    changes.push(Change::Expect { kind: Kind::Job, id: record.id, version: Some(101), state: None });
    store.commit(changes).await.unwrap();
    assert_eq!(store.fetch(Kind::Job, record.id).await.unwrap().unwrap().version, 101);
}

pub(super) async fn of_concurrent_updates_one_wins_each_round(store: Arc<dyn Store>) {
    let record = a_record(Kind::Assignment, entropy().id());
    store.commit(vec![Change::Insert(record.clone())]).await.unwrap();
    for version in 1..=10 {
        let tasks: Vec<_> = (0..8)
            .map(|task: u8| {
                let (store, body) = (Arc::clone(&store), vec![task]);
                let update = Change::Update(Record { version, body, ..record.clone() });
                tokio::spawn(async move { (task, conflict(store.commit(vec![update]).await)) })
            })
            .collect();
        let mut winners = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                (task, None) => winners.push(task),
                (_, Some(idx)) => assert_eq!(idx, 0),
            }
        }
        let stored = store.fetch(Kind::Assignment, record.id).await.unwrap().unwrap();
        assert_eq!((winners, stored.version), (stored.body.clone(), version + 1));
    }
}

pub(super) async fn commits_that_lock_in_opposite_order_all_end(store: Arc<dyn Store>) {
    let entropy = entropy();
    let pair = [a_record(Kind::Tenant, entropy.id()), a_record(Kind::Tenant, entropy.id())];
    store.commit(pair.iter().cloned().map(Change::Insert).collect()).await.unwrap();
    let tasks: Vec<_> = (0..6)
        .map(|task| {
            let (store, mut ids) = (Arc::clone(&store), pair.each_ref().map(|record| record.id));
            if task % 2 == 1 {
                ids.reverse();
            }
            tokio::spawn(async move {
                // Tries until it got through five times: each success raises both versions by one.
                let mut n_done = 0;
                while n_done < 5 {
                    let mut changes = Vec::new();
                    for id in ids {
                        let read = store.fetch(Kind::Tenant, id).await.unwrap().unwrap();
                        changes.push(Change::Update(read));
                    }
                    match store.commit(changes).await {
                        Ok(()) => n_done += 1,
                        Err(StoreError::Conflict { .. }) => tokio::task::yield_now().await,
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for record in pair {
        assert_eq!(store.fetch(Kind::Tenant, record.id).await.unwrap().unwrap().version, 31);
    }
}

pub(super) async fn an_expectation_guards_a_commit(store: Arc<dyn Store>) {
    let entropy = entropy();
    let record = a_record(Kind::Bilan, entropy.id());
    let (kind, id) = (record.kind, record.id);
    store.commit(vec![Change::Insert(record)]).await.unwrap();
    let expect = |id, version, state: Option<&str>| {
        let other = Change::Insert(a_record(Kind::Note, entropy.id()));
        vec![other, Change::Expect { kind, id, version, state: state.map(str::to_owned) }]
    };
    for holds in [expect(id, None, None), expect(id, Some(1), None), expect(id, Some(1), Some("open"))] {
        store.commit(holds).await.unwrap();
    }
    for fails in [
        expect(entropy.id(), None, None),
        expect(id, Some(2), None),
        expect(id, None, Some("closed")),
        expect(id, Some(1), Some("closed")),
    ] {
        assert_eq!(conflict(store.commit(fails).await), Some(1));
    }
    assert_eq!(store.counts().await.unwrap()[&(Kind::Note, "open".to_owned())], 3);
}

pub(super) async fn records_of_a_bilan_are_deleted_by_kind(store: Arc<dyn Store>) {
    let entropy = entropy();
    let (bilan, other) = (entropy.id(), entropy.id());
    let of = |bilan, kind| Change::Insert(Record { bilan: Some(bilan), ..a_record(kind, entropy.id()) });
    let mut changes = Vec::new();
    for kind in [Kind::Note, Kind::Note, Kind::Result, Kind::Administrative] {
        changes.extend([of(bilan, kind), of(other, kind)]);
    }
    store.commit(changes).await.unwrap();
    store.commit(vec![Change::DeleteOfBilan { bilan, kinds: vec![Kind::Note, Kind::Result] }]).await.unwrap();
    store.commit(vec![Change::DeleteOfBilan { bilan, kinds: Vec::new() }]).await.unwrap();
    let mut left = BTreeMap::new();
    for kind in [Kind::Note, Kind::Result, Kind::Administrative] {
        for record in store.select(&Selection::of(kind)).await.unwrap() {
            *left.entry((record.bilan == Some(bilan), kind)).or_insert(0) += 1;
        }
    }
    let expected = [((true, Kind::Administrative), 1), ((false, Kind::Note), 2), ((false, Kind::Result), 1)];
    assert_eq!(left, BTreeMap::from(expected).into_iter().chain([((false, Kind::Administrative), 1)]).collect());
}

pub(super) async fn a_selection_filters_and_pages(store: Arc<dyn Store>) {
    // Each record is in one of two groups by each field: 32 combinations, numbered by bits.
    let pick = |bit: usize| Id::from_bytes([u8::try_from(bit).unwrap() + 1; 16]);
    let records: Vec<Record> = (0..32_usize)
        .map(|number| Record {
            tenant: pick(number & 1),
            bilan: (number & 2 != 0).then(|| pick(2)),
            parent: Some(pick(number & 4)),
            owner: Some(pick(number & 8)),
            state: if number & 16 == 0 { "open" } else { "closed" }.to_owned(),
            ..a_record(Kind::Document, Id::from_bytes([u8::try_from(number * 7 % 32).unwrap(); 16]))
        })
        .collect();
    store.commit(records.iter().cloned().map(Change::Insert).collect()).await.unwrap();
    store.commit(vec![Change::Insert(a_record(Kind::Note, pick(0)))]).await.unwrap();
    for mask in 0..32_usize {
        let wanted = Selection {
            tenant: (mask & 1 != 0).then(|| pick(1)),
            bilan: (mask & 2 != 0).then(|| pick(2)),
            parent: (mask & 4 != 0).then(|| pick(4)),
            owner: (mask & 8 != 0).then(|| pick(8)),
            state: (mask & 16 != 0).then(|| "closed".to_owned()),
            limit: 3,
            ..Selection::of(Kind::Document)
        };
        let mut expected: Vec<Record> =
            records.iter().enumerate().filter(|(number, _)| number & mask == mask).map(|(_, r)| r.clone()).collect();
        expected.sort_by_key(|record| record.id);
        assert_eq!(paged(&store, wanted).await, expected, "fields {mask:b}");
    }
    let none = Selection { limit: 0, ..Selection::of(Kind::Document) };
    assert_eq!(store.select(&none).await.unwrap(), []);
}

/// All pages of a selection.
async fn paged(store: &Arc<dyn Store>, mut wanted: Selection) -> Vec<Record> {
    let mut found = Vec::new();
    loop {
        let page = store.select(&wanted).await.unwrap();
        assert!(page.len() <= wanted.limit as usize);
        let Some(last) = page.last() else { return found };
        wanted = wanted.following(last);
        found.extend(page);
    }
}

pub(super) async fn due_records_come_in_order_of_date(store: Arc<dyn Store>) {
    let records: Vec<Record> = (0..24_u8)
        .map(|number| Record {
            // Dates 0 to 5, four records each, given in an order that is neither theirs nor the identifiers'.
            due: (number % 8 != 7).then(|| Timestamp::from_millis(i64::from(number * 5 % 6))),
            ..a_record(Kind::Bilan, Id::from_bytes([number * 11 % 24; 16]))
        })
        .collect();
    store.commit(records.iter().cloned().map(Change::Insert).collect()).await.unwrap();
    let before = Timestamp::from_millis(4);
    let wanted = Selection { due_before: Some(before), limit: 2, ..Selection::of(Kind::Bilan) };
    let mut expected: Vec<Record> =
        records.into_iter().filter(|record| record.due.is_some_and(|due| due < before)).collect();
    expected.sort_by_key(|record| (record.due, record.id));
    assert!(expected.len() > 10);
    assert_eq!(paged(&store, wanted.clone()).await, expected);
    let without = Selection { after: Some(expected[0].id), ..wanted };
    assert!(matches!(store.select(&without).await, Err(StoreError::PageWithoutDue)));
}

pub(super) async fn counts_are_by_kind_and_state(store: Arc<dyn Store>) {
    let entropy = entropy();
    assert_eq!(store.counts().await.unwrap(), BTreeMap::new());
    let in_state =
        |kind, state: &str| Change::Insert(Record { state: state.to_owned(), ..a_record(kind, entropy.id()) });
    let changes = vec![in_state(Kind::Mail, "sent"), in_state(Kind::Mail, "waiting"), in_state(Kind::Mail, "sent")];
    store.commit(changes).await.unwrap();
    let expected = [((Kind::Mail, "sent".to_owned()), 2), ((Kind::Mail, "waiting".to_owned()), 1)];
    assert_eq!(store.counts().await.unwrap(), BTreeMap::from(expected));
}

pub(super) async fn files_are_kept_in_pieces(store: Arc<dyn Store>) {
    let entropy = entropy();
    let (file, other) = (entropy.id(), entropy.id());
    let put = |file, seq, byte: u8| Change::PutChunk { file, seq, sealed: vec![byte; 50_000] };
    store.commit(vec![put(file, 0, 1), put(file, 1, 2), put(other, 0, 3)]).await.unwrap();
    store.commit(vec![put(file, 1, 4)]).await.unwrap();
    assert_eq!(store.chunk(file, 0).await.unwrap(), Some(vec![1; 50_000]));
    assert_eq!(store.chunk(file, 1).await.unwrap(), Some(vec![4; 50_000]));
    assert_eq!(store.chunk(file, 2).await.unwrap(), None);
    store.commit(vec![Change::DeleteChunks { file }]).await.unwrap();
    assert_eq!(store.chunk(file, 0).await.unwrap(), None);
    assert_eq!(store.chunk(other, 0).await.unwrap(), Some(vec![3; 50_000]));
}

pub(super) async fn a_closed_store_serves_no_more(store: Arc<dyn Store>) {
    let ids: Vec<Id> = (0..50).map(|number| Id::from_bytes([number; 16])).collect();
    let under_way: Vec<_> = ids.iter().map(|id| store.commit(vec![Change::Insert(a_record(Kind::Job, *id))])).collect();
    futures_util::future::try_join_all(under_way).await.unwrap();
    store.close().await.unwrap();
    store.close().await.unwrap();
    assert!(matches!(store.commit(Vec::new()).await, Err(StoreError::Closed)));
    assert!(matches!(store.fetch(Kind::Job, ids[0]).await, Err(StoreError::Closed)));
    assert!(matches!(store.select(&Selection::of(Kind::Job)).await, Err(StoreError::Closed)));
    assert!(matches!(store.check().await, Err(StoreError::Closed)));
}
