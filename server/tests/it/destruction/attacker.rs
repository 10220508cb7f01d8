//! The attacker of DESIGN §2.13: she has the master keys, the current files of data store and key stores, and every backup of the data
//! ever made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use server::ids::Id;
use server::vault::key_store::{KeyState, Listed};

use super::world::World;

/// Bytes by which a wrapped key is found.
const PART: usize = 16;

/// What the test wrote down while it happened, so that it knows what to search for.
#[derive(Default)]
pub struct Ledger {
    /// Every form in which a key was ever kept.
    wrapped: BTreeMap<Id, BTreeSet<Vec<u8>>>,
    /// Keys of the records and grants of a bilan, as they stood in any backup or in the data.
    of_bilan: BTreeMap<Id, BTreeSet<(String, Id)>>,
    /// Texts that stand in documents.
    markers: BTreeSet<String>,
}

impl Ledger {
    /// Writes down the keys as they are kept now, and whose they are.
    pub async fn observe(&mut self, world: &World) {
        let store = world.first_keys();
        for listed in store.list_keys(None, 100_000).await.unwrap() {
            if let Listed::Live(id) = listed
                && let KeyState::Live(key) = store.key(id).await.unwrap()
            {
                self.wrapped.entry(id).or_default().insert(key.wrapped);
            }
        }
        self.read_data(&world.data_file());
    }

    /// A data file as the attacker reads it: rows in the clear.
    fn read_data(&mut self, file: &Path) {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let data = rusqlite::Connection::open_with_flags(file, flags).unwrap();
        for (sql, what) in [
            ("SELECT bilan, key, kind FROM record WHERE bilan IS NOT NULL AND key IS NOT NULL", None),
            ("SELECT bilan, key, NULL FROM access_grant WHERE key IS NOT NULL", Some("grant")),
        ] {
            let mut statement = data.prepare(sql).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let id = |column: usize| Id::try_from(row.get::<_, Vec<u8>>(column).unwrap().as_slice()).unwrap();
                let kind = what.map_or_else(|| row.get::<_, String>(2).unwrap(), str::to_owned);
                self.of_bilan.entry(id(0)).or_default().insert((kind, id(1)));
            }
        }
    }

    pub fn marker(&mut self, world: &World) -> String {
        let marker = format!("marque-{}", world.id());
        self.markers.insert(marker.clone());
        marker
    }

    /// The keys ever used for a bilan.
    pub fn keys_of(&self, bilan: Id) -> BTreeSet<(String, Id)> {
        self.of_bilan.get(&bilan).cloned().unwrap_or_default()
    }
}

/// What the attacker finds.
pub struct Loot {
    /// The keys of which any form stands in any current file.
    pub keys: BTreeSet<Id>,
}

/// Searches every byte of every current file and every backup.
pub fn attack(world: &World, ledger: &Ledger) -> Loot {
    let mut parts: BTreeMap<[u8; PART], Id> = BTreeMap::new();
    for (id, forms) in &ledger.wrapped {
        for form in forms {
            // The nonce, which is in no other form.
            parts.insert(form[1..=PART].try_into().unwrap(), *id);
        }
    }
    let firsts: BTreeSet<u8> = parts.keys().map(|part| part[0]).collect();
    let mut first = [false; 256];
    for byte in firsts {
        first[usize::from(byte)] = true;
    }
    let mut keys = BTreeSet::new();
    let markers: Vec<&[u8]> = ledger.markers.iter().map(|marker| marker.as_bytes()).collect();
    for path in files(world.folder()) {
        let bytes = std::fs::read(&path).unwrap();
        let is_backup = path.starts_with(world.folder().join("backups"));
        for window in bytes.windows(PART) {
            if first[usize::from(window[0])]
                && let Some(id) = parts.get(window)
            {
                assert!(!is_backup, "a wrapped key stands in the backup {}", path.display());
                keys.insert(*id);
            }
        }
        // Texts stand nowhere in the clear.
        let clear = bytes.windows(7).enumerate().filter(|(_, window)| *window == b"marque-");
        for (at, _) in clear {
            let found = markers.iter().any(|marker| bytes[at..].starts_with(marker));
            assert!(!found, "{} holds a text in the clear", path.display());
        }
    }
    Loot { keys }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// What is left to read of a bilan: kinds of its records whose key the attacker finds.
pub fn readable(loot: &Loot, ledger: &Ledger, bilan: Id) -> BTreeSet<(String, Id)> {
    ledger.keys_of(bilan).into_iter().filter(|(_, key)| loot.keys.contains(key)).collect()
}
