//! Replicas that were away, lost or damaged.

use std::sync::Arc;

use super::{Files, files_with, master, open, wrapped};
use crate::ids::Id;
use crate::vault::key_store::sqlite::remove_damaged;
use crate::vault::key_store::{KeyState, KeyStoreError};
use crate::vault::{Context, Vault, VaultError};

fn account(n: u8) -> Id {
    Id::from_bytes([n; 16])
}

/// Opens the vault on the first store alone, as if the replica were not configured for a while.
async fn alone(files: &Files) -> Vault {
    open(vec![files.try_open(0).await.unwrap()], master(1), Vec::new()).await.unwrap().0
}

#[tokio::test]
async fn a_replica_that_was_away_is_brought_up_to_date() {
    let files = Files::new(2);
    let (vault, report) = files.vault().await;
    assert_eq!(report.made, ["store-0", "store-1"]);
    let keys = vault.create_keys(10).await.unwrap();
    vault.put_lookup("a@example.org", account(1)).await.unwrap();
    vault.put_lookup("b@example.org", account(2)).await.unwrap();
    let needle = vec![wrapped(vault.replicas.first(), keys[0]).await.wrapped];
    drop(vault);
    let vault = alone(&files).await;
    let more = vault.create_keys(5).await.unwrap();
    vault.destroy_with_lookups(&[keys[0], more[0]], &[account(1)]).await.unwrap();
    vault.put_lookup("c@example.org", account(2)).await.unwrap();
    drop(vault);
    assert_ne!(files_with(files.folder.path(), &needle), Vec::<String>::new(), "the replica has it yet");
    let (vault, report) = files.vault().await;
    let done = &report.synchronized[0];
    assert_eq!((done.keys_to_replica, done.destroyed_in_replica, done.keys_to_first), (4, 1, 0), "{done:?}");
    assert_eq!(files_with(files.folder.path(), &needle), Vec::<String>::new());
    for store in vault.replicas.all() {
        assert!(matches!(store.key(keys[0]).await.unwrap(), KeyState::Destroyed(_)));
        assert!(matches!(store.key(more[0]).await.unwrap(), KeyState::Destroyed(_)));
        assert!(matches!(store.key(more[1]).await.unwrap(), KeyState::Live(_)));
        assert_eq!(store.list_lookups(None, 10).await.unwrap().len(), 1);
        assert_eq!(store.lookups_version().await.unwrap(), 4);
    }
    drop(vault);
    let (_, report) = files.vault().await;
    let done = &report.synchronized[0];
    assert_eq!(
        (done.keys_to_replica, done.destroyed_in_replica, done.tombstones, done.lookups, done.secrets),
        (0, 0, 0, 0, 0)
    );
}

#[tokio::test]
async fn a_lost_first_store_is_filled_from_a_replica() {
    let files = Files::new(3);
    let (vault, _) = files.vault().await;
    let keys = vault.create_keys(10).await.unwrap();
    let place = Context::new("note", account(9));
    let sealed = vault.seal(keys[1], &place, b"words").await.unwrap();
    vault.put_lookup("a@example.org", account(1)).await.unwrap();
    vault.destroy(&keys[..1]).await.unwrap();
    let public = vault.public_keys().await.unwrap();
    drop(vault);
    std::fs::remove_dir_all(files.path(0).parent().unwrap()).unwrap();
    std::fs::create_dir(files.path(0).parent().unwrap()).unwrap();
    let (vault, report) = files.vault().await;
    assert_eq!(report.made, ["store-0"]);
    assert_eq!(report.synchronized[0].keys_to_first, 9);
    assert_eq!(vault.open_sealed(keys[1], &place, &sealed).await.unwrap(), b"words");
    assert!(matches!(vault.opener(keys[0]).await, Err(VaultError::Destroyed { .. })));
    assert_eq!(vault.lookup("a@example.org").await.unwrap(), Some(account(1)));
    assert_eq!(vault.public_keys().await.unwrap(), public);
}

#[tokio::test]
async fn a_damaged_first_store_is_named_and_restored() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let keys = vault.create_keys(2000).await.unwrap();
    let needle = vec![wrapped(vault.replicas.first(), keys[0]).await.wrapped];
    vault.destroy(&keys[1..2]).await.unwrap();
    drop(vault);
    let mut bytes = std::fs::read(files.path(0)).unwrap();
    for page in bytes.chunks_mut(4096).skip(2).step_by(2) {
        page[..100].fill(0xff);
    }
    std::fs::write(files.path(0), bytes).unwrap();
    let refused = files.try_open(0).await.err();
    assert!(matches!(&refused, Some(KeyStoreError::Corrupt { store, .. }) if store == "store-0"), "{refused:?}");
    std::fs::write(files.path(0), "no database at all, but some other file that is long enough to be looked at")
        .unwrap();
    assert!(matches!(files.try_open(0).await.err(), Some(KeyStoreError::Corrupt { .. })));
    remove_damaged("store-0", &files.path(0)).unwrap();
    assert_eq!(files_with(files.path(0).parent().unwrap(), &needle), Vec::<String>::new());
    let (vault, report) = files.vault().await;
    assert_eq!((report.made, report.synchronized[0].keys_to_first), (vec!["store-0".to_owned()], 1999));
    vault.opener(keys[0]).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_noticed_and_comes_back() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let key = vault.create_key().await.unwrap();
    let away = files.folder.path().join("away");
    let home = files.path(1).parent().unwrap().to_owned();
    std::fs::rename(&home, &away).unwrap();
    let refused = vault.create_key().await.unwrap_err();
    assert!(refused.to_string().contains("moved"), "{refused}");
    let destruction = vault.destroy(&[key]).await.unwrap();
    assert_eq!(destruction.replicas_confirmed, ["store-0"]);
    assert!(!vault.resume_destructions().await.unwrap()[0].is_confirmed());
    std::fs::rename(&away, &home).unwrap();
    // The thread has let go of the file, so it must be opened again.
    assert!(vault.resume_destructions().await.unwrap()[0].is_confirmed());
    vault.create_key().await.unwrap();
    for store in vault.replicas.all() {
        assert!(matches!(store.key(key).await.unwrap(), KeyState::Destroyed(_)));
    }
}

#[tokio::test]
async fn a_replica_put_back_from_an_old_copy_is_brought_up_to_date_before_it_counts() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let old = vault.create_keys(3).await.unwrap();
    for store in vault.replicas.all() {
        store.erase().await.unwrap();
    }
    let copy = files.folder.path().join("copy.db");
    std::fs::copy(files.path(1), &copy).unwrap();
    let new = vault.create_keys(3).await.unwrap();
    assert!(vault.destroy(&old[..1]).await.unwrap().is_confirmed());
    let home = files.path(1).parent().unwrap().to_owned();
    std::fs::remove_dir_all(&home).unwrap();
    std::fs::create_dir(&home).unwrap();
    std::fs::rename(&copy, files.path(1)).unwrap();
    assert!(vault.create_key().await.is_err());
    vault.resume_destructions().await.unwrap();
    let replica = vault.replicas.all().nth(1).unwrap();
    assert!(matches!(replica.key(old[0]).await.unwrap(), KeyState::Destroyed(_)));
    assert!(matches!(replica.key(new[0]).await.unwrap(), KeyState::Live(_)));
    vault.create_key().await.unwrap();
}

#[tokio::test]
async fn a_key_that_a_replica_alone_has_can_be_destroyed() {
    let files = Files::new(2);
    let stores = files.stores().await;
    let replica = Arc::clone(&stores[1]);
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let key = crate::vault::key_store::WrappedKey { id: account(5), wrapped: vec![5; 73], master: master(1).id() };
    replica.insert_keys(Arc::from([key])).await.unwrap();
    let destruction = vault.destroy(&[account(5)]).await.unwrap();
    assert_eq!((destruction.hashes.len(), destruction.unknown.len()), (1, 0));
    for store in vault.replicas.all() {
        assert!(matches!(store.key(account(5)).await.unwrap(), KeyState::Destroyed(_)));
    }
}

#[tokio::test]
async fn lists_of_stores_are_checked() {
    let files = Files::new(1);
    let none = open(Vec::new(), master(1), Vec::new()).await;
    assert!(matches!(none, Err(VaultError::KeyStore(KeyStoreError::InvalidList { .. }))));
    let twice = vec![files.try_open(0).await.unwrap(), files.try_open(0).await.unwrap()];
    let twice = open(twice, master(1), Vec::new()).await;
    assert!(matches!(twice, Err(VaultError::KeyStore(KeyStoreError::InvalidList { .. }))));
}
