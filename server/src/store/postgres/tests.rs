//! What only the PostgreSQL store has: several processes, migrations by whoever comes first, TLS.

use std::sync::Arc;

use futures_util::FutureExt as _;

use super::*;
use crate::store::audit::{ChainError, segment_start};
use crate::store::suite::postgres_schema::{server, settings};
use crate::store::suite::{a_record, entropy};
use crate::store::verify_chain;

/// Runs a test in a schema of its own, which begins empty.
async fn in_a_schema<F: Future<Output = ()>>(test: impl FnOnce(String) -> F) {
    let schema = format!("test_{}", entropy().id());
    let server = server().await;
    server.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    test(schema.clone()).await;
    server.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_start_and_append_at_once() {
    in_a_schema(async |schema| {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let settings = settings(&schema);
                tokio::spawn(async move {
                    let store = PostgresStore::connect(&settings).await.unwrap();
                    for _ in 0..10 {
                        let at = Timestamp::from_millis(1_794_000_000_000);
                        let record = Change::Insert(a_record(Kind::Session, entropy().id()));
                        store.commit(vec![record, Change::Audit { at, entry: vec![1], bilan: None }]).await.unwrap();
                    }
                    store
                })
            })
            .collect();
        let mut stores = Vec::new();
        for task in tasks {
            stores.push(task.await.unwrap());
        }
        let entries = stores[0].audit_entries("2026-11", 1, 100).await.unwrap();
        assert_eq!(entries.len(), 40);
        assert_eq!(verify_chain(&entries, &segment_start("2026-11"), None), Ok(()));
        let change = format!("UPDATE {schema}.audit SET at = at + 1 WHERE seq = 3");
        server().await.batch_execute(&change).await.unwrap();
        let entries = stores[1].audit_entries("2026-11", 1, 100).await.unwrap();
        let found = verify_chain(&entries, &segment_start("2026-11"), None);
        assert_eq!(found, Err(ChainError::Broken { seq: 3 }));
    })
    .await;
}

#[tokio::test]
async fn a_newer_schema_and_an_unknown_kind_are_refused() {
    in_a_schema(async |schema| {
        let store = PostgresStore::connect(&settings(&schema)).await.unwrap();
        store.commit(vec![Change::Insert(a_record(Kind::Account, entropy().id()))]).await.unwrap();
        let server = server().await;
        server.batch_execute(&format!("UPDATE {schema}.record SET kind = 'horoscope'")).await.unwrap();
        assert!(matches!(store.counts().await, Err(StoreError::UnknownKind { .. })));
        server.batch_execute(&format!("UPDATE {schema}.schema_version SET version = 99")).await.unwrap();
        let said = PostgresStore::connect(&settings(&schema)).await.err().unwrap();
        assert!(matches!(said, StoreError::NewerSchema { found: 99, supported: 1 }), "{said}");
    })
    .await;
}

#[tokio::test]
async fn lossy_commits_and_backups_are_refused() {
    in_a_schema(async |schema| {
        let usual = settings(&schema);
        let store = PostgresStore::connect(&usual).await.unwrap();
        let said = store.backup(Path::new("copy.db")).await.unwrap_err().to_string();
        assert!(said.contains("pg_dump"), "{said}");
        let lossy = PostgresSettings { url: format!("{}%20-csynchronous_commit%3Doff", usual.url), ..usual };
        let said = PostgresStore::connect(&lossy).await.err().unwrap().to_string();
        assert!(said.starts_with("synchronous_commit: "), "{said}");
    })
    .await;
}

#[tokio::test]
async fn without_tls_on_the_server_requiring_it_fails() {
    let usual = settings("public");
    let strict = PostgresSettings { url: format!("{}&sslmode=require", usual.url), ..usual };
    assert!(PostgresStore::connect(&strict).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_commit_leaves_nothing_half_done() {
    in_a_schema(async |schema| {
        let store = Arc::new(PostgresStore::connect(&settings(&schema)).await.unwrap());
        let entropy = entropy();
        for n_polls in 0..40 {
            let id = entropy.id();
            let both = vec![Change::Insert(a_record(Kind::Bilan, id)), Change::Insert(a_record(Kind::Note, id))];
            let mut commit = Box::pin(store.commit(both));
            for _ in 0..n_polls {
                if (&mut commit).now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let counts = store.counts().await.unwrap();
        let n_of = |kind| counts.get(&(kind, "open".to_owned())).copied().unwrap_or(0);
        assert_eq!(n_of(Kind::Bilan), n_of(Kind::Note));
    })
    .await;
}
