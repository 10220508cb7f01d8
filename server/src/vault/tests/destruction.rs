//! Destruction in SQLite files, and what holds it up.

use super::{Files, NOW, files_with, scenarios, wrapped};
use crate::ids::Id;
use crate::vault::{Receipt, Salt, VaultError, verify_receipt};

#[tokio::test]
async fn keys_seal_and_open() {
    for n in [1, 3] {
        let files = Files::new(n);
        scenarios::keys_seal_and_open(files.stores().await).await;
    }
}

#[tokio::test]
async fn destroyed_keys_leave_no_byte_in_any_file() {
    let files = Files::new(3);
    let (stores, second) = (files.stores().await, files.stores().await);
    let folders: Vec<_> = (0..3).map(|at| files.path(at).parent().unwrap().to_owned()).collect();
    let folders: Vec<_> = folders.iter().map(|folder| folder.as_path()).collect();
    scenarios::destroyed_keys_leave_no_byte(stores, second, &folders, 70).await;
}

#[tokio::test]
async fn lookups_leave_no_byte_in_any_file() {
    let files = Files::new(2);
    let folders: Vec<_> = (0..2).map(|at| files.path(at).parent().unwrap().to_owned()).collect();
    let folders: Vec<_> = folders.iter().map(|folder| folder.as_path()).collect();
    scenarios::lookups(files.stores().await, &folders).await;
}

#[tokio::test]
async fn signing_and_listing() {
    let files = Files::new(2);
    let folder = files.folder.path();
    scenarios::signing(files.stores().await, &[folder]).await;
    let files = Files::new(2);
    scenarios::listing(files.stores().await).await;
}

#[tokio::test]
async fn a_locked_replica_leaves_the_destruction_pending_until_it_is_free() {
    let files = Files::new(2);
    let stores = files.stores().await;
    let (first, replica) = (stores[0].clone(), stores[1].clone());
    let (vault, _) = super::open(stores, super::master(1), Vec::new()).await.unwrap();
    let key = vault.create_key().await.unwrap();
    let needle = vec![wrapped(&*first, key).await.wrapped];
    let intruder = files.intruder(1);
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let destruction = vault.destroy(&[key]).await.unwrap();
    assert_eq!(destruction.replicas_confirmed, ["store-0"]);
    assert_eq!(destruction.replicas_pending.len(), 1, "{destruction:?}");
    assert_eq!(destruction.replicas_pending[0].replica, "store-1");
    assert!(matches!(vault.opener(key).await, Err(VaultError::Destroyed { .. })), "it is unreadable all the same");
    let commitment = Salt::random(&vault.entropy).commitment(Id::from_bytes([1; 16]));
    let counts = std::collections::BTreeMap::from([("note".to_owned(), 1)]);
    assert!(Receipt::new(commitment, counts.clone(), std::slice::from_ref(&destruction), Vec::new()).is_err());
    assert!(matches!(replica.key(key).await.unwrap(), crate::vault::key_store::KeyState::Live(_)));
    // Still held up.
    assert!(!vault.resume_destructions().await.unwrap()[0].is_confirmed());
    intruder.execute_batch("COMMIT").unwrap();
    let resumed = vault.resume_destructions().await.unwrap();
    assert_eq!(resumed.len(), 1);
    assert_eq!((resumed[0].id, &resumed[0].hashes), (destruction.id, &destruction.hashes));
    assert_eq!(resumed[0].replicas_confirmed, ["store-0", "store-1"]);
    assert_eq!(files_with(files.folder.path(), &needle), Vec::<String>::new());
    assert!(vault.resume_destructions().await.unwrap().is_empty());
    let receipt = Receipt::new(commitment, counts, &resumed, Vec::new()).unwrap();
    let text = vault.sign_receipt(&receipt, NOW).await.unwrap();
    let keys = vault.public_keys().await.unwrap().to_json().unwrap();
    assert_eq!(verify_receipt(&text, &keys).unwrap().content.replicas, ["store-0", "store-1"]);
}

#[tokio::test]
async fn an_incomplete_checkpoint_is_no_confirmation() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let key = vault.create_key().await.unwrap();
    let reader = files.intruder(0);
    // A reader that goes on reading the state from before the destruction.
    reader.execute_batch("BEGIN; SELECT count(*) FROM document_key;").unwrap();
    let destruction = vault.destroy(&[key]).await.unwrap();
    assert_eq!(destruction.replicas_confirmed, ["store-1"]);
    assert!(destruction.replicas_pending[0].reason.contains("checkpoint"), "{destruction:?}");
    reader.execute_batch("COMMIT").unwrap();
    assert!(vault.resume_destructions().await.unwrap()[0].is_confirmed());
}

#[tokio::test]
async fn a_pending_destruction_survives_a_restart() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let key = vault.create_key().await.unwrap();
    let account = Id::from_bytes([1; 16]);
    vault.put_lookup("a@example.org", account).await.unwrap();
    let intruder = files.intruder(1);
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let destruction = vault.destroy_with_lookups(&[key], &[account]).await.unwrap();
    assert!(!destruction.is_confirmed());
    drop(vault);
    intruder.execute_batch("COMMIT").unwrap();
    drop(intruder);
    let (vault, _) = files.vault().await;
    let resumed = vault.resume_destructions().await.unwrap();
    assert_eq!(resumed.len(), 1);
    assert!(resumed[0].is_confirmed() && resumed[0].hashes == destruction.hashes);
    assert_eq!(vault.lookup("a@example.org").await.unwrap(), None);
}

#[tokio::test]
async fn keys_that_never_were_are_told() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let never = Id::from_bytes([3; 16]);
    let destruction = vault.destroy(&[never]).await.unwrap();
    assert_eq!((destruction.hashes.len(), destruction.unknown), (0, vec![never]));
}

#[tokio::test]
async fn a_key_counts_only_when_every_replica_has_it() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let intruder = files.intruder(1);
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = vault.create_key().await.unwrap_err();
    assert!(refused.is_temporary() && refused.to_string().contains("store-1"), "{refused}");
    intruder.execute_batch("COMMIT").unwrap();
    vault.create_key().await.unwrap();
}

#[tokio::test]
async fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let files = Files::new(1);
    let (vault, _) = files.vault().await;
    vault.create_key().await.unwrap();
    for entry in std::fs::read_dir(files.path(0).parent().unwrap()).unwrap().map(Result::unwrap) {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
}

#[tokio::test]
async fn many_keys_are_made_and_destroyed_at_once() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let vault = std::sync::Arc::new(vault);
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let vault = vault.clone();
            tokio::spawn(async move {
                let keys = vault.create_keys(3).await.unwrap();
                vault.destroy(&keys[..1]).await.unwrap();
                keys
            })
        })
        .collect();
    for task in tasks {
        let keys = task.await.unwrap();
        assert!(matches!(vault.opener(keys[0]).await, Err(VaultError::Destroyed { .. })));
        vault.opener(keys[1]).await.unwrap();
    }
    vault.resume_destructions().await.unwrap();
    assert!(vault.resume_destructions().await.unwrap().is_empty());
}
