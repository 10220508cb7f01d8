//! The attacker of DESIGN §2.13: she has the master keys ever used, every current file of data store and key stores, and every backup of
//! the data ever made.
//!
//! She looks at every window of bytes of every file, whatever it is, and tries to unwrap it with every master key for every identifier of
//! a key: those that stand in the data and in all backups, and whatever stands before the window where both databases lay a row out. Only
//! such windows are passed by as cannot be a wrapped key ([`attacker::candidates`]), and only identifiers whose key she has already are
//! not tried again. With every key that she got she tries to open every sealed body of every row of the data and of every backup.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use attacker::{Attempt, Key, WRAPPED, candidates, open, place};
use server::ids::Id;

use super::rows::Sealed;

/// Every text of these tests begins so; it stands nowhere in the clear.
pub const MARK: &str = "marque-";

/// Bytes that may be a wrapped key, with what stands before them as identifiers do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    bytes: [u8; WRAPPED],
    /// SQLite writes an identifier right before the wrapped key, PostgreSQL a byte for the length in between.
    near: [Option<Id>; 2],
}

/// Which identifiers are tried for some bytes, by the keys that she has.
type Guess<'a> = &'a dyn Fn(&Window, &BTreeMap<Id, Key>) -> Vec<Id>;

/// What she knows of some bytes.
#[derive(Default)]
struct Tries {
    found: Option<(Id, Key)>,
    ids: HashSet<Id>,
    n_masters: usize,
}

/// Longer than any file system's clock takes for a step.
const SETTLED: Duration = Duration::from_secs(2);

/// A file as it is: its length, and when it was written.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, Option<SystemTime>);

/// What somebody has and has tried so far.
#[derive(Default)]
pub struct Attacker {
    n_backups: usize,
    /// The rows of all backups.
    backups: BTreeSet<Sealed>,
    files: HashMap<PathBuf, (Stamp, Vec<Window>)>,
    windows: HashMap<[u8; WRAPPED], Tries>,
    /// Keys that do not open a body, which its nonce names, and the one that does.
    closed: HashSet<(Vec<u8>, Id)>,
    opened: HashMap<Vec<u8>, (Id, Vec<u8>)>,
}

/// A body that she opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub kind: String,
    pub id: Id,
    pub bilan: Option<Id>,
    pub key: Id,
    pub plain: Vec<u8>,
}

impl Opened {
    pub fn holds(&self, text: &str) -> bool {
        memchr::memmem::find(&self.plain, text.as_bytes()).is_some()
    }
}

/// What she got.
pub struct Loot {
    /// Keys of documents.
    pub keys: BTreeSet<Id>,
    /// A file in which each stands.
    pub places: BTreeMap<Id, PathBuf>,
    /// What they open.
    pub opened: Vec<Opened>,
}

impl Loot {
    /// What can be read of a bilan, by kind and key; answers are of the kind `answer`.
    pub fn of_bilan(&self, bilan: Id) -> BTreeSet<(String, Id)> {
        let opened = self.opened.iter().filter(|one| one.bilan == Some(bilan));
        opened.map(|one| (one.kind.split(' ').next().unwrap().to_owned(), one.key)).collect()
    }

    /// The kinds that can be read of a bilan besides its administrative record and grants on that.
    pub fn content_of(&self, bilan: Id) -> BTreeSet<String> {
        let all = self.of_bilan(bilan);
        let administrative: BTreeSet<Id> =
            all.iter().filter_map(|(kind, key)| (kind == "administrative").then_some(*key)).collect();
        let apart = |kind: &str, key: &Id| matches!(kind, "administrative" | "grant") && administrative.contains(key);
        let content = all.into_iter().filter(|(kind, key)| !apart(kind, key));
        content.map(|(kind, _)| kind).collect()
    }

    /// Whether she read a text.
    pub fn holds(&self, text: &str) -> bool {
        self.opened.iter().any(|one| one.holds(text))
    }
}

impl Attacker {
    pub fn n_backups(&self) -> usize {
        self.n_backups
    }

    pub fn take_backup(&mut self, rows: Vec<Sealed>) {
        self.n_backups += 1;
        self.backups.extend(rows);
    }

    /// - `folders`: everything in them is read.
    /// - `current`: the rows of the data as they are now.
    pub fn attack(&mut self, masters: &[Key], folders: &[PathBuf], current: Vec<Sealed>) -> Loot {
        let rows: BTreeSet<Sealed> = self.backups.iter().cloned().chain(current).collect();
        assert!(rows.iter().all(|row| !is_clear(&row.body)), "a text stands in a row in the clear");
        let mut windows: BTreeMap<Window, PathBuf> = BTreeMap::new();
        let mut no_keys: HashSet<[u8; WRAPPED]> = HashSet::new();
        let found: Vec<_> = folders.iter().flat_map(|folder| files(folder)).collect();
        // A file that has not been written for a while has another time once it is written again.
        let settled = found.iter().filter_map(|(_, Stamp(_, time))| *time).max().map(|last| last - SETTLED);
        for (path, stamp) in found {
            let of_data =
                folders.iter().any(|f| path.starts_with(f.join("data")) || path.starts_with(f.join("backups")));
            let settled = stamp.1 < settled;
            let found = self.windows_of(path.clone(), stamp, settled);
            if of_data {
                no_keys.extend(found.iter().map(|window| window.bytes));
            }
            windows.extend(found.into_iter().map(|window| (window, path.clone())));
        }
        let mut keys: BTreeMap<Id, Key> = BTreeMap::new();
        let mut places = BTreeMap::new();
        let mut search = |ids: Guess<'_>| {
            for (window, path) in &windows {
                let tries = self.windows.entry(window.bytes).or_default();
                tries.unwrap(masters, window, &ids(window, &keys));
                if let Some((id, key)) = tries.found {
                    assert!(!no_keys.contains(&window.bytes), "a wrapped key stands in the data or a backup of them");
                    keys.insert(id, key);
                    places.insert(id, path.clone());
                }
            }
        };
        search(&|window, _| window.near.into_iter().flatten().collect());
        let named: BTreeSet<Id> = rows.iter().filter_map(|row| row.key).collect();
        search(&|_, keys| named.iter().filter(|id| !keys.contains_key(id)).copied().collect());
        let opened = rows.iter().filter_map(|row| self.open(row, &keys)).collect();
        Loot { keys: keys.keys().copied().collect(), places, opened }
    }

    fn windows_of(&mut self, path: PathBuf, stamp: Stamp, settled: bool) -> Vec<Window> {
        if let Some((known, windows)) = self.files.get(&path)
            && *known == stamp
        {
            return windows.clone();
        }
        // PostgreSQL removes files while they are looked at.
        let Ok(bytes) = std::fs::read(&path) else { return Vec::new() };
        assert!(!is_clear(&bytes), "{} holds a text in the clear", path.display());
        let mut windows = windows_in(&bytes);
        if path.parent().is_some_and(|folder| folder.ends_with("pg_wal")) {
            windows.extend(windows_in(&without_page_heads(&bytes)));
        }
        if settled {
            self.files.insert(path, (stamp, windows.clone()));
        }
        windows
    }

    fn open(&mut self, row: &Sealed, keys: &BTreeMap<Id, Key>) -> Option<Opened> {
        let nonce = row.body.get(..25)?.to_vec();
        let place = place(&row.kind, row.id.as_bytes());
        if !self.opened.get(&nonce).is_some_and(|(key, _)| keys.contains_key(key)) {
            // The one that it names is tried first; it may be another.
            let named = row.key.and_then(|id| keys.get_key_value(&id));
            let (id, plain) = named.into_iter().chain(keys).find_map(|(id, key)| {
                if self.closed.contains(&(nonce.clone(), *id)) {
                    return None;
                }
                let plain = open(key, &place, &row.body);
                if plain.is_none() {
                    self.closed.insert((nonce.clone(), *id));
                }
                Some((*id, plain?))
            })?;
            self.opened.insert(nonce.clone(), (id, plain));
        }
        let (key, plain) = self.opened.get(&nonce)?.clone();
        Some(Opened { kind: row.kind.clone(), id: row.id, bilan: row.bilan, key, plain })
    }
}

impl Tries {
    /// Tries identifiers that were not tried yet with these master keys.
    fn unwrap(&mut self, masters: &[Key], window: &Window, ids: &[Id]) {
        if self.found.is_some() {
            return;
        }
        if self.n_masters != masters.len() {
            self.ids.clear();
            self.n_masters = masters.len();
        }
        let new: Vec<Id> = ids.iter().copied().filter(|id| self.ids.insert(*id)).collect();
        if new.is_empty() {
            return;
        }
        let found = masters.iter().find_map(|master| {
            let attempt = Attempt::new(master, &window.bytes);
            new.iter().find_map(|id| Some((*id, attempt.unwrap(id.as_bytes())?)))
        });
        self.found = found;
    }
}

fn is_clear(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, MARK.as_bytes()).is_some()
}

fn windows_in(bytes: &[u8]) -> Vec<Window> {
    let id_before = |at: usize| Id::try_from(bytes.get(at.checked_sub(16)?..at)?).ok();
    let window = |at: usize| Window {
        bytes: bytes[at..at + WRAPPED].try_into().unwrap(),
        near: [id_before(at), at.checked_sub(1).and_then(id_before)],
    };
    candidates(bytes).into_iter().map(window).collect()
}

/// A segment of PostgreSQL's log without the heads of its pages, which cut records in two.
fn without_page_heads(segment: &[u8]) -> Vec<u8> {
    let pages = segment.chunks(8192).enumerate();
    pages.flat_map(|(at, page)| page.get(if at == 0 { 40 } else { 24 }..).unwrap_or_default()).copied().collect()
}

fn files(folder: &Path) -> Vec<(PathBuf, Stamp)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.map_while(Result::ok) {
            let path = entry.path();
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(path),
                Ok(about) => found.push((path, Stamp(about.len(), about.modified().ok()))),
                Err(_) => {}
            }
        }
    }
    found
}
