//! The same in a PostgreSQL cluster. They need `$BILAN_TEST_POSTGRES_KEYS`, the address of a server as superuser, which
//! runs with `archive_mode=off` and `wal_recycle=off`; where `$BILAN_TEST_POSTGRES_KEYS_DATA` names its data directory,
//! that is searched for destroyed keys. Each test has a database of its own.

use std::path::PathBuf;
use std::sync::Arc;

use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Config, NoTls};

use super::{Files, files_with, master, open, scenarios, wrapped};
use crate::entropy::Entropy;
use crate::vault::key_store::postgres::{ClusterCheck, PostgresKeyStore};
use crate::vault::key_store::{KeyStore, KeyStoreError};

/// All tests of a cluster share its log and its checkpoints, so they take turns.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

struct Database {
    config: Config,
}

impl Database {
    async fn new() -> Self {
        let url = std::env::var("BILAN_TEST_POSTGRES_KEYS").expect("$BILAN_TEST_POSTGRES_KEYS names a server");
        let mut config: Config = url.parse().unwrap();
        let name = format!("keys_{}", Entropy::from_system().unwrap().id());
        let pool = pool(&config);
        pool.get().await.unwrap().batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        config.dbname(&name);
        Self { config }
    }

    async fn store(&self) -> Arc<dyn KeyStore> {
        Arc::new(PostgresKeyStore::open("cluster", pool(&self.config), ClusterCheck::Required).await.unwrap())
    }
}

fn pool(config: &Config) -> Pool {
    Pool::builder(Manager::new(config.clone(), NoTls)).max_size(4).build().unwrap()
}

fn data() -> Vec<PathBuf> {
    std::env::var("BILAN_TEST_POSTGRES_KEYS_DATA").ok().map(PathBuf::from).into_iter().collect()
}

#[tokio::test]
async fn the_scenarios_hold_in_a_cluster() {
    let _turn = TURN.lock().await;
    let data = data();
    let folders: Vec<_> = data.iter().map(PathBuf::as_path).collect();
    scenarios::keys_seal_and_open(vec![Database::new().await.store().await]).await;
    scenarios::listing(vec![Database::new().await.store().await]).await;
    scenarios::lookups(vec![Database::new().await.store().await], &folders).await;
    scenarios::signing(vec![Database::new().await.store().await], &folders).await;
    scenarios::rotation(vec![Database::new().await.store().await], &folders).await;
}

#[tokio::test]
async fn destroyed_keys_leave_no_byte_in_the_cluster() {
    let _turn = TURN.lock().await;
    let database = Database::new().await;
    let data = data();
    let folders: Vec<_> = data.iter().map(PathBuf::as_path).collect();
    let store = database.store().await;
    // Statistics of columns would hold samples of what is in them.
    pool(&database.config)
        .get()
        .await
        .unwrap()
        .batch_execute("ALTER TABLE document_key SET (autovacuum_enabled = on)")
        .await
        .unwrap();
    scenarios::destroyed_keys_leave_no_byte(vec![store], vec![database.store().await], &folders, 20).await;
}

#[tokio::test]
async fn statistics_hold_no_keys() {
    let _turn = TURN.lock().await;
    let database = Database::new().await;
    let store = database.store().await;
    let (vault, _) = open(vec![Arc::clone(&store)], master(1), Vec::new()).await.unwrap();
    let keys = vault.create_keys(300).await.unwrap();
    let mut needles = Vec::new();
    for &key in &keys {
        needles.push(wrapped(&*store, key).await.wrapped);
    }
    pool(&database.config).get().await.unwrap().batch_execute("ANALYZE").await.unwrap();
    assert!(vault.destroy(&keys).await.unwrap().is_confirmed());
    for folder in data() {
        assert_eq!(files_with(&folder, &needles), Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_open_transaction_holds_the_confirmation_up() {
    let _turn = TURN.lock().await;
    let database = Database::new().await;
    let (vault, _) = open(vec![database.store().await], master(1), Vec::new()).await.unwrap();
    let key = vault.create_key().await.unwrap();
    let reader = pool(&database.config);
    let reader = reader.get().await.unwrap();
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM tombstone").await.unwrap();
    let destruction = vault.destroy(&[key]).await.unwrap();
    assert!(destruction.replicas_pending[0].reason.contains("open transaction"), "{destruction:?}");
    reader.batch_execute("COMMIT").await.unwrap();
    assert!(vault.resume_destructions().await.unwrap()[0].is_confirmed());
}

#[tokio::test]
async fn a_cluster_and_a_file_are_replicas_of_each_other() {
    let _turn = TURN.lock().await;
    let (database, files) = (Database::new().await, Files::new(1));
    let (vault, _) = open(vec![database.store().await], master(1), Vec::new()).await.unwrap();
    let keys = vault.create_keys(20).await.unwrap();
    vault.destroy(&keys[..3]).await.unwrap();
    drop(vault);
    let stores = vec![database.store().await, files.try_open(0).await.unwrap()];
    let (vault, report) = open(stores, master(1), Vec::new()).await.unwrap();
    let done = &report.synchronized[0];
    assert_eq!((done.keys_to_replica, done.tombstones, done.secrets), (17, 3, 2));
    assert_eq!(vault.destroy(&keys[3..5]).await.unwrap().replicas_confirmed, ["cluster", "store-0"]);
    drop(vault);
    // The cluster is lost, and a new one is filled from the file.
    let stores = vec![Database::new().await.store().await, files.try_open(0).await.unwrap()];
    let (vault, report) = open(stores, master(1), Vec::new()).await.unwrap();
    assert_eq!((report.synchronized[0].keys_to_first, report.synchronized[0].tombstones), (15, 5));
    vault.opener(keys[10]).await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_keeps_what_is_destroyed_is_refused() {
    let _turn = TURN.lock().await;
    let database = Database::new().await;
    let admin = pool(&database.config);
    let admin = admin.get().await.unwrap();
    let name = database.config.get_dbname().unwrap();
    admin.batch_execute(&format!("ALTER DATABASE {name} SET log_statement = 'all'")).await.unwrap();
    let refused = PostgresKeyStore::open("cluster", pool(&database.config), ClusterCheck::Required).await;
    assert!(
        matches!(&refused, Err(KeyStoreError::Setting { setting, .. }) if setting == "log_statement"),
        "{refused:?}"
    );
    PostgresKeyStore::open("cluster", pool(&database.config), ClusterCheck::Waived).await.unwrap();
}
