//! What every kind of key store must do.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{NOW, files_with, master, open, wrapped};
use crate::ids::Id;
use crate::vault::key_store::{KeyState, KeyStore, Listed};
use crate::vault::{Context, SealingError, Vault, VaultError};

/// Keys are made, seal, open, and are told apart.
pub(super) async fn keys_seal_and_open(stores: Vec<Arc<dyn KeyStore>>) {
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let place = Context::new("note", Id::from_bytes([7; 16]));
    let keys = vault.create_keys(3).await.unwrap();
    let key = vault.create_key().await.unwrap();
    let sealed = vault.seal(key, &place, b"words").await.unwrap();
    assert_eq!(vault.open_sealed(key, &place, &sealed).await.unwrap(), b"words");
    let opener = vault.opener(key).await.unwrap();
    assert_eq!(opener.open(&place, &opener.seal(&place, b"more").unwrap()).unwrap(), b"more");
    for other in keys {
        let refused = vault.open_sealed(other, &place, &sealed).await.unwrap_err();
        assert!(matches!(refused, VaultError::Sealing(SealingError::Tampered)), "{refused}");
    }
    let elsewhere = vault.open_sealed(key, &Context::new("note", Id::from_bytes([8; 16])), &sealed).await.unwrap_err();
    assert!(elsewhere.is_tampered());
    let unknown = Id::from_bytes([0xee; 16]);
    assert!(matches!(vault.opener(unknown).await, Err(VaultError::UnknownKey { key }) if key == unknown));
    assert!(vault.create_keys(0).await.unwrap().is_empty());
}

/// Destroyed keys are unreadable at once, for other processes too, and leave no byte in any file.
pub(super) async fn destroyed_keys_leave_no_byte(
    stores: Vec<Arc<dyn KeyStore>>,
    second_process: Vec<Arc<dyn KeyStore>>,
    folders: &[&std::path::Path],
    n: usize,
) {
    let first = Arc::clone(&stores[0]);
    let n_stores = stores.len();
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let (other, _) = open(second_process, master(1), Vec::new()).await.unwrap();
    let place = Context::new("note", Id::from_bytes([7; 16]));
    let mut living = Vec::new();
    let mut gone: Vec<Vec<u8>> = Vec::new();
    // Keys come and go in turns, so that pages are filled and emptied.
    for round in 0..6 {
        for _ in 0..3 {
            living.extend(vault.create_keys(n).await.unwrap());
        }
        // Every other key, spread over all pages.
        let doomed: Vec<Id> = living.iter().copied().skip(round % 2).step_by(2).collect();
        let sealed = vault.seal(doomed[0], &place, b"words").await.unwrap();
        assert_eq!(other.open_sealed(doomed[0], &place, &sealed).await.unwrap(), b"words");
        let mut needles = Vec::new();
        for &key in &doomed {
            needles.push(wrapped(&*first, key).await.wrapped);
        }
        for folder in folders {
            assert!(!files_with(folder, &needles[..1]).is_empty(), "the search finds a key that is there");
        }
        let expected: Vec<_> = needles.iter().map(|bytes| crate::vault::Digest32::of(bytes)).collect();
        let destruction = vault.destroy(&doomed).await.unwrap();
        assert_eq!((destruction.replicas_confirmed.len(), destruction.is_confirmed()), (n_stores, true));
        assert_eq!((&destruction.hashes, destruction.unknown.len()), (&expected, 0));
        gone.extend(needles);
        for folder in folders {
            assert_eq!(files_with(folder, &gone), Vec::<String>::new(), "round {round}");
        }
        for vault in [&vault, &other] {
            let refused = vault.open_sealed(doomed[0], &place, &sealed).await.unwrap_err();
            assert!(matches!(refused, VaultError::Destroyed { key } if key == doomed[0]), "{refused}");
        }
        assert_eq!(vault.destroy(&doomed).await.unwrap().hashes, expected, "asking again gives the same");
        let doomed: BTreeSet<Id> = doomed.into_iter().collect();
        living.retain(|key| !doomed.contains(key));
    }
    for key in living {
        vault.opener(key).await.unwrap();
    }
    assert!(vault.resume_destructions().await.unwrap().is_empty(), "nothing is left pending");
}

/// Look-ups: one account an address, one address an account, and nothing left of an old one.
pub(super) async fn lookups(stores: Vec<Arc<dyn KeyStore>>, folders: &[&std::path::Path]) {
    let first = Arc::clone(&stores[0]);
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let account = |n: u8| Id::from_bytes([n; 16]);
    for n in 0..200_u8 {
        vault.put_lookup(&format!("person{n}@example.org"), account(n)).await.unwrap();
    }
    assert_eq!(vault.lookup("person7@example.org").await.unwrap(), Some(account(7)));
    assert_eq!(vault.lookup("nobody@example.org").await.unwrap(), None);
    let taken = vault.put_lookup("person7@example.org", account(8)).await;
    assert!(matches!(taken, Err(VaultError::LookupTaken)));
    assert_eq!(vault.lookup("person8@example.org").await.unwrap(), Some(account(8)), "a refusal changes nothing");
    vault.put_lookup("person7@example.org", account(7)).await.unwrap();
    let mut needles = Vec::new();
    for n in (0..200_u8).step_by(3) {
        needles.push(first.lookup_of(account(n)).await.unwrap().unwrap().as_bytes().to_vec());
    }
    // One person takes another address, the others go.
    vault.put_lookup("new@example.org", account(0)).await.unwrap();
    assert_eq!(vault.lookup("new@example.org").await.unwrap(), Some(account(0)));
    let going: Vec<Id> = (3..200_u8).step_by(3).map(account).collect();
    let destruction = vault.destroy_with_lookups(&[], &going).await.unwrap();
    assert!(destruction.is_confirmed() && destruction.hashes.is_empty());
    for folder in folders {
        assert_eq!(files_with(folder, &needles), Vec::<String>::new());
    }
    for n in (0..200_u8).step_by(3) {
        assert_eq!(vault.lookup(&format!("person{n}@example.org")).await.unwrap(), None);
    }
    assert_eq!(vault.lookup("person8@example.org").await.unwrap(), Some(account(8)));
    vault.put_lookup("person3@example.org", account(9)).await.unwrap();
    assert_eq!(vault.lookup("person3@example.org").await.unwrap(), Some(account(9)));
    assert!(vault.delete_lookup(account(9)).await.unwrap().is_confirmed());
    assert_eq!(vault.lookup("person3@example.org").await.unwrap(), None);
}

/// Signatures hold across a change of the signing key, whose old secret leaves no byte.
pub(super) async fn signing(stores: Vec<Arc<dyn KeyStore>>, folders: &[&std::path::Path]) {
    let first = Arc::clone(&stores[0]);
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let old = vault.sign("audit-head", b"head", NOW).await.unwrap();
    let document = vault.sign_document("export", &serde_json::json!({"files": ["a"]}), NOW).await.unwrap();
    let secrets: Vec<Vec<u8>> = first.secrets().await.unwrap().into_iter().map(|secret| secret.wrapped).collect();
    let keys = vault.rotate_signing_key(NOW.plus(1000)).await.unwrap();
    let new = vault.sign("audit-head", b"head", NOW.plus(2000)).await.unwrap();
    assert_ne!(old.key, new.key);
    assert_eq!(vault.public_keys().await.unwrap(), keys);
    crate::vault::signed::verify_bytes(&keys, "audit-head", b"head", NOW, &old).unwrap();
    crate::vault::signed::verify_bytes(&keys, "audit-head", b"head", NOW.plus(2000), &new).unwrap();
    crate::vault::signed::verify::<serde_json::Value>(&document, "export", &keys).unwrap();
    let names: Vec<String> = first.secrets().await.unwrap().into_iter().map(|secret| secret.name).collect();
    assert_eq!(names, ["lookup-hash-key", "signing-key"]);
    for folder in folders {
        assert!(!files_with(folder, &secrets[..1]).is_empty(), "the hash key stays");
        assert_eq!(files_with(folder, &secrets[1..]), Vec::<String>::new());
    }
}

/// The list of keys is whole and in order, whatever the size of its pages.
pub(super) async fn listing(stores: Vec<Arc<dyn KeyStore>>) {
    let first = Arc::clone(&stores[0]);
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let keys = vault.create_keys(25).await.unwrap();
    vault.destroy(&keys[..5]).await.unwrap();
    let mut listed: Vec<Listed> = Vec::new();
    loop {
        let after = listed.last().map(|last| *last.position());
        let page = first.list_keys(after, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert_eq!(listed.len(), 25);
    assert!(listed.is_sorted_by(|one, next| one.position() < next.position()));
    let live: BTreeSet<Id> =
        listed.iter().filter_map(|one| if let Listed::Live(id) = one { Some(*id) } else { None }).collect();
    assert_eq!(live, keys[5..].iter().copied().collect());
    // A key that was destroyed cannot be put back.
    assert!(matches!(first.key(keys[0]).await.unwrap(), KeyState::Destroyed(_)));
    let again = crate::vault::key_store::WrappedKey { id: keys[0], wrapped: vec![1; 73], master: master(1).id() };
    first.insert_keys(Arc::from([again])).await.unwrap();
    assert!(matches!(first.key(keys[0]).await.unwrap(), KeyState::Destroyed(_)));
}

/// All that was wrapped by one master key, in every store.
pub(super) async fn everything_wrapped(vault: &Vault) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for store in vault.replicas.all() {
        all.extend(store.secrets().await.unwrap().into_iter().map(|secret| secret.wrapped));
        let mut after = None;
        loop {
            let page = store.list_keys(after, 1000).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(*last.position());
            for listed in page {
                if let Listed::Live(id) = listed {
                    all.push(wrapped(&**store, id).await.wrapped);
                }
            }
        }
    }
    all
}

/// Everything is wrapped anew while keys are read and made; nothing of the old wrapping is left.
pub(super) async fn rotation(stores: Vec<Arc<dyn KeyStore>>, folders: &[&std::path::Path]) {
    let (vault, _) = open(stores, master(1), Vec::new()).await.unwrap();
    let vault = Arc::new(vault);
    let place = Context::new("note", Id::from_bytes([7; 16]));
    let keys = vault.create_keys(60).await.unwrap();
    let sealed = vault.seal(keys[0], &place, b"words").await.unwrap();
    vault.put_lookup("a@example.org", Id::from_bytes([1; 16])).await.unwrap();
    vault.destroy(&keys[50..]).await.unwrap();
    let old = everything_wrapped(&vault).await;
    let reading = {
        let (vault, place, sealed, key) = (Arc::clone(&vault), place.clone(), sealed.clone(), keys[0]);
        tokio::spawn(async move {
            for _ in 0..200 {
                assert_eq!(vault.open_sealed(key, &place, &sealed).await.unwrap(), b"words");
                tokio::task::yield_now().await;
            }
            vault.create_key().await.unwrap()
        })
    };
    let rotation = vault.rotate_master_key(master(2), 7).await.unwrap();
    let made = reading.await.unwrap();
    assert!(rotation.is_complete(), "{rotation:?}");
    assert!(rotation.keys >= 50 && rotation.secrets == 2, "{rotation:?}");
    assert_eq!(vault.master_key_id(), master(2).id());
    // What was made meanwhile under the old key is done now.
    vault.rotate_master_key(master(2), 7).await.unwrap();
    for folder in folders {
        assert_eq!(files_with(folder, &old), Vec::<String>::new());
    }
    vault.opener(made).await.unwrap();
    assert_eq!(vault.open_sealed(keys[0], &place, &sealed).await.unwrap(), b"words");
    assert_eq!(vault.lookup("a@example.org").await.unwrap(), Some(Id::from_bytes([1; 16])));
    assert!(matches!(vault.opener(keys[55]).await, Err(VaultError::Destroyed { .. })));
}
