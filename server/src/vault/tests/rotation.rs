//! Another master key.

use super::{Files, files_with, master, open, scenarios};
use crate::ids::Id;
use crate::vault::key_store::WrappedKey;
use crate::vault::key_store::sqlite::SqlitePatience;
use crate::vault::{Context, Vault, VaultError};

#[tokio::test]
async fn everything_is_wrapped_anew_while_work_goes_on() {
    // Somebody reads all the while: an erasure waits for the end of a read.
    let files = Files::with_patience(2, SqlitePatience::of_a_server());
    let folder = files.folder.path();
    scenarios::rotation(files.stores().await, &[folder]).await;
}

#[tokio::test]
async fn a_rotation_goes_on_after_a_crash() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let keys = vault.create_keys(30).await.unwrap();
    let place = Context::new("note", Id::from_bytes([7; 16]));
    let sealed = vault.seal(keys[29], &place, b"words").await.unwrap();
    let old = scenarios::everything_wrapped(&vault).await;
    // It stops after the first batch.
    let batch = vault.replicas.first().keys_not_under(master(2).id(), 10).await.unwrap();
    let masters = vault.masters();
    let rewrap = |key: &WrappedKey| {
        let secret = Vault::unwrap_key(&masters, key).unwrap();
        vault.wrap_key(&master(2), key.id, &secret).unwrap()
    };
    vault.replicas.rewrap_keys(batch.iter().map(rewrap).collect()).await.unwrap();
    drop(vault);
    let refused = open(files.stores().await, master(2), Vec::new()).await.unwrap_err();
    assert!(matches!(&refused, VaultError::UnknownMasterKey { wrapped_by, .. } if *wrapped_by == master(1).id()));
    let (vault, _) = open(files.stores().await, master(2), vec![master(1)]).await.unwrap();
    for &key in &keys {
        vault.opener(key).await.unwrap();
    }
    let rotation = vault.rotate_master_key(master(2), 10).await.unwrap();
    assert_eq!((rotation.keys, rotation.secrets, rotation.is_complete()), (20, 2, true), "{rotation:?}");
    assert_eq!(files_with(files.folder.path(), &old), Vec::<String>::new());
    drop(vault);
    let (vault, _) = open(files.stores().await, master(2), Vec::new()).await.unwrap();
    assert_eq!(vault.open_sealed(keys[29], &place, &sealed).await.unwrap(), b"words");
    assert!(open(files.stores().await, master(1), Vec::new()).await.is_err());
}

#[tokio::test]
async fn a_held_up_erasure_is_told_and_done_later() {
    let files = Files::new(2);
    let (vault, _) = files.vault().await;
    let key = vault.create_key().await.unwrap();
    let old = scenarios::everything_wrapped(&vault).await;
    let reader = files.intruder(1);
    reader.execute_batch("BEGIN; SELECT count(*) FROM document_key;").unwrap();
    let rotation = vault.rotate_master_key(master(2), 10).await.unwrap();
    assert_eq!(rotation.not_erased.len(), 1, "{rotation:?}");
    vault.opener(key).await.unwrap();
    reader.execute_batch("COMMIT").unwrap();
    assert!(vault.rotate_master_key(master(2), 10).await.unwrap().is_complete());
    assert_eq!(files_with(files.folder.path(), &old), Vec::<String>::new());
}

#[tokio::test]
async fn another_process_reads_on_when_it_knows_both_keys() {
    let files = Files::new(1);
    let (vault, _) = files.vault().await;
    let (other, _) = files.vault().await;
    let key = vault.create_key().await.unwrap();
    other.add_master_key(master(2));
    vault.rotate_master_key(master(2), 10).await.unwrap();
    other.opener(key).await.unwrap();
    other.public_keys().await.unwrap();
    let (stranger, _) = open(files.stores().await, master(2), Vec::new()).await.unwrap();
    assert_eq!(stranger.public_keys().await.unwrap(), vault.public_keys().await.unwrap());
}
