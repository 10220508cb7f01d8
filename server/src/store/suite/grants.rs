//! Grants, and who may read.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{a_grant, a_record, conflict, entropy};
use crate::clock::Timestamp;
use crate::ids::Id;
use crate::store::{Change, GrantRow, Kind, ReadQuestion, Record, Store};

pub(super) async fn a_grant_comes_back_and_is_updated_by_version(store: Arc<dyn Store>) {
    let entropy = entropy();
    let (bilan, grantee) = (entropy.id(), entropy.id());
    let bare = a_grant(entropy.id(), bilan, grantee);
    let full = GrantRow {
        basis: "agreement".to_owned(),
        classes: 5,
        document: Some(entropy.id()),
        ends: Some(Timestamp::from_millis(10)),
        revoked: Some(Timestamp::from_millis(5)),
        suspended: true,
        key: Some(entropy.id()),
        version: 3,
        ..a_grant(entropy.id(), bilan, entropy.id())
    };
    let other = a_grant(entropy.id(), entropy.id(), grantee);
    let rows = [&bare, &full, &other].map(|grant| Change::InsertGrant(grant.clone()));
    store.commit(rows.to_vec()).await.unwrap();
    assert_eq!(conflict(store.commit(vec![rows[1].clone()]).await), Some(0));
    assert_eq!(store.fetch_grant(full.id).await.unwrap(), Some(full.clone()));
    let mut of_bilan = vec![bare.clone(), full.clone()];
    of_bilan.sort_by_key(|grant| grant.id);
    assert_eq!(store.grants(bilan).await.unwrap(), of_bilan);

    // All fields are replaced, the version raised.
    let replaced = GrantRow { id: bare.id, version: 1, ..full.clone() };
    store.commit(vec![Change::UpdateGrant(replaced.clone())]).await.unwrap();
    assert_eq!(conflict(store.commit(vec![Change::UpdateGrant(replaced.clone())]).await), Some(0));
    assert_eq!(store.fetch_grant(bare.id).await.unwrap(), Some(GrantRow { version: 2, ..replaced }));

    store.commit(vec![Change::DeleteGrants { bilan }]).await.unwrap();
    assert_eq!(store.grants(bilan).await.unwrap(), []);
    assert_eq!(store.fetch_grant(other.id).await.unwrap(), Some(other));
}

pub(super) async fn live_grants_of_somebody_are_found(store: Arc<dyn Store>) {
    let entropy = entropy();
    let grantee = entropy.id();
    let moment = Timestamp::from_millis;
    let grant = || a_grant(entropy.id(), entropy.id(), grantee);
    let live = [grant(), GrantRow { starts: moment(100), ends: Some(moment(101)), ..grant() }];
    let others = [
        a_grant(entropy.id(), entropy.id(), entropy.id()),
        GrantRow { starts: moment(101), ..grant() },
        GrantRow { ends: Some(moment(100)), ..grant() },
        GrantRow { revoked: Some(moment(50)), ..grant() },
        GrantRow { suspended: true, ..grant() },
    ];
    store.commit(live.iter().chain(&others).cloned().map(Change::InsertGrant).collect()).await.unwrap();
    let mut expected = live.to_vec();
    expected.sort_by_key(|grant| grant.id);
    assert_eq!(store.grants_of(grantee, moment(100)).await.unwrap(), expected);
}

/// The rule in words of Rust: the model the database is compared with.
fn may_read(record: &Record, grants: &[GrantRow], question: &ReadQuestion) -> bool {
    let owns = record.owner == Some(question.reader) && record.audience & question.owner_bit != 0;
    let granted = grants.iter().any(|grant| {
        let about = record.bilan == Some(grant.bilan) && grant.tenant == record.tenant;
        let covers = grant.classes & question.class != 0 && grant.document.is_none_or(|one| one == record.id);
        let lives = grant.starts <= question.now
            && grant.ends.is_none_or(|ends| question.now < ends)
            && grant.revoked.is_none()
            && !grant.suspended;
        grant.grantee == question.reader && about && covers && lives
    });
    (record.kind, record.id, record.tenant) == (question.kind, question.id, question.tenant) && (owns || granted)
}

/// Who is who in a case: indices into identifiers drawn for it, so that coincidences are frequent.
#[derive(Debug, Clone)]
struct Case {
    owner: Option<usize>,
    bilan: Option<usize>,
    audience: i64,
    grants: Vec<GrantCase>,
    asked: (bool, bool, usize),
    now: i64,
}

#[derive(Debug, Clone)]
struct GrantCase {
    tenant: usize,
    bilan: usize,
    grantee: usize,
    classes: i64,
    document: Option<usize>,
    starts: i64,
    ends: Option<i64>,
    revoked: Option<i64>,
    suspended: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    // Mostly the fitting value, so that a case often turns on one field.
    let mostly_first = || prop_oneof![4 => Just(0_usize), 1 => Just(1)];
    let mostly = |fits: f64| prop::bool::weighted(fits);
    let grant = (
        (mostly_first(), mostly_first(), mostly_first(), prop_oneof![2 => Just(0b110), 1 => 0..8_i64]),
        prop::option::weighted(0.4, mostly_first()),
        (prop_oneof![2 => Just(0), 1 => 8..13_i64], prop::option::weighted(0.4, 8..13_i64)),
        (prop::option::weighted(0.15, 0..13_i64), mostly(0.15)),
    )
        .prop_map(|((tenant, bilan, grantee, classes), document, (starts, ends), (revoked, suspended))| {
            GrantCase { tenant, bilan, grantee, classes, document, starts, ends, revoked, suspended }
        });
    (
        prop::option::weighted(0.5, mostly_first()),
        prop::option::weighted(0.9, mostly_first()),
        0..4_i64,
        prop::collection::vec(grant, 0..3),
        (mostly(0.95), mostly(0.95), mostly_first()),
        9..12_i64,
    )
        .prop_map(|(owner, bilan, audience, grants, asked, now)| Case {
            owner,
            bilan,
            audience,
            grants,
            asked,
            now,
        })
}

/// The rows of a case, and the question.
fn rows(case: &Case) -> (Record, Vec<GrantRow>, ReadQuestion) {
    let entropy = entropy();
    let draw = || [entropy.id(), entropy.id()];
    let (tenants, bilans, people, documents): ([Id; 2], [Id; 2], [Id; 2], [Id; 2]) = (draw(), draw(), draw(), draw());
    let moment = Timestamp::from_millis;
    let record = Record {
        tenant: tenants[0],
        bilan: case.bilan.map(|idx| bilans[idx]),
        owner: case.owner.map(|idx| people[idx]),
        audience: case.audience,
        ..a_record(Kind::Result, documents[0])
    };
    let grants = case.grants.iter().map(|grant| GrantRow {
        tenant: tenants[grant.tenant],
        classes: grant.classes,
        document: grant.document.map(|idx| documents[idx]),
        starts: moment(grant.starts),
        ends: grant.ends.map(moment),
        revoked: grant.revoked.map(moment),
        suspended: grant.suspended,
        ..a_grant(entropy.id(), bilans[grant.bilan], people[grant.grantee])
    });
    let (right_kind, right_tenant, document) = case.asked;
    let question = ReadQuestion {
        kind: if right_kind { Kind::Result } else { Kind::Note },
        id: documents[document],
        tenant: tenants[usize::from(!right_tenant)],
        reader: people[0],
        class: 0b100,
        owner_bit: 0b10,
        now: moment(case.now),
    };
    (record, grants.collect(), question)
}

pub(super) async fn who_may_read_is_what_the_rule_says(store: Arc<dyn Store>) {
    let handle = tokio::runtime::Handle::current();
    let tally = tokio::task::spawn_blocking(move || {
        let tally = std::cell::Cell::new((0_u32, 0_u32));
        let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&cases(), |case| {
            let (record, grants, question) = rows(&case);
            let mut changes = vec![Change::Insert(record.clone())];
            changes.extend(grants.iter().cloned().map(Change::InsertGrant));
            let found = handle.block_on(async {
                store.commit(changes).await.unwrap();
                store.fetch_readable(&question).await.unwrap()
            });
            let expected = may_read(&record, &grants, &question).then_some(record);
            let (n_read, n_refused) = tally.get();
            tally.set(if found.is_some() { (n_read + 1, n_refused) } else { (n_read, n_refused + 1) });
            prop_assert_eq!(found, expected);
            Ok(())
        });
        outcome.unwrap();
        tally.get()
    });
    // Both answers came up often enough to mean something.
    let (n_read, n_refused) = tally.await.unwrap();
    assert!(n_read > 50 && n_refused > 50, "{n_read} read, {n_refused} refused");
}
