//! What only the SQLite store has: one file, its lock, its companions, its copies.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::records::bilan::Phase;
use crate::store::audit::{ChainError, segment_start};
use crate::store::suite::{a_bilan, a_record, entropy};
use crate::store::verify_chain;

fn a_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    (folder, file)
}

fn insert(record: &Record) -> Vec<Change> {
    vec![Change::Insert(record.clone())]
}

#[tokio::test]
async fn data_is_there_after_closing_and_opening() {
    let (folder, file) = a_file();
    let record = a_record(Kind::Account, entropy().id());
    let store = SqliteStore::open(&file).unwrap();
    store.commit(insert(&record)).await.unwrap();
    store.close().await.unwrap();
    // Nothing is left beside the file but the place of the lock.
    let names: std::collections::BTreeSet<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["data.db", "data.db.lock"].map(Into::into).into());
    let again = SqliteStore::open(&file).unwrap();
    assert_eq!(again.fetch(Kind::Account, record.id).await.unwrap(), Some(record.clone()));
    // Dropping closes too.
    drop(again);
    let third = SqliteStore::open(&file).unwrap();
    assert_eq!(third.fetch(Kind::Account, record.id).await.unwrap(), Some(record));
}

#[tokio::test]
async fn a_commit_survives_a_crash_when_it_returned() {
    let (folder, file) = a_file();
    let store = SqliteStore::open(&file).unwrap();
    let record = a_record(Kind::Account, entropy().id());
    store.commit(insert(&record)).await.unwrap();
    // What a crash leaves: the files as they are while the store is open.
    let crashed = folder.path().join("crashed.db");
    for ending in ["", "-wal"] {
        std::fs::copy(file::with_ending(&file, ending), file::with_ending(&crashed, ending)).unwrap();
    }
    let found = SqliteStore::open(&crashed).unwrap();
    assert_eq!(found.fetch(Kind::Account, record.id).await.unwrap(), Some(record));
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, file) = a_file();
    let store = SqliteStore::open(&file).unwrap();
    store.commit(insert(&a_record(Kind::Account, entropy().id()))).await.unwrap();
    store.backup(&folder.path().join("copy.db")).await.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn a_second_handle_is_refused() {
    let (folder, file) = a_file();
    let _store = SqliteStore::open(&file).unwrap();
    let said = SqliteStore::open(&file).err().unwrap();
    assert!(matches!(&said, StoreError::InUse { .. }), "{said}");
    #[cfg(unix)]
    {
        let other_name = folder.path().join("link.db");
        std::os::unix::fs::symlink(&file, &other_name).unwrap();
        assert!(matches!(SqliteStore::open(&other_name), Err(StoreError::InUse { .. })));
    }
    let replacing = SqliteStore::restore(&folder.path().join("none.db"), &file, Existing::Replace);
    assert!(matches!(replacing, Err(StoreError::File { .. })));
}

/// Names the data file for the test below when it runs again as a process of its own.
const SECOND: &str = "BILAN_TEST_SECOND_PROCESS";

#[tokio::test]
async fn a_second_process_is_refused_until_the_first_is_gone() {
    if let Ok(file) = std::env::var(SECOND) {
        // The second process: says how it went, and ends without closing anything.
        let code = match SqliteStore::open(&PathBuf::from(file)) {
            Ok(store) => {
                store.commit(insert(&a_record(Kind::Account, Id::from_bytes([2; 16])))).await.unwrap();
                std::process::exit(50)
            }
            Err(StoreError::InUse { .. }) => 51,
            Err(_) => 52,
        };
        std::process::exit(code);
    }
    let (_folder, file) = a_file();
    let second = || {
        let this_test = "store::sqlite::tests::a_second_process_is_refused_until_the_first_is_gone";
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let status = command.args(["--exact", this_test]).env(SECOND, &file).output().unwrap().status;
        status.code()
    };
    let store = SqliteStore::open(&file).unwrap();
    assert_eq!(second(), Some(51));
    store.close().await.unwrap();
    assert_eq!(second(), Some(50));
    // The lock went with the process, though nothing closed it; its commit stayed.
    let store = SqliteStore::open(&file).unwrap();
    assert!(store.fetch(Kind::Account, Id::from_bytes([2; 16])).await.unwrap().is_some());
}

#[tokio::test]
async fn other_files_are_refused() {
    let (folder, file) = a_file();
    std::fs::write(&file, "no database at all, but long enough to look like the beginning of one").unwrap();
    let said = SqliteStore::open(&file).err().unwrap().to_string();
    assert!(said.contains("is not an intact data file"), "{said}");

    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE recipe (id INTEGER)").unwrap();
    let said = SqliteStore::open(&foreign).err().unwrap().to_string();
    assert!(said.ends_with("it is the database of another program"), "{said}");

    let newer = folder.path().join("newer.db");
    SqliteStore::open(&newer).unwrap().close().await.unwrap();
    rusqlite::Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let said = SqliteStore::open(&newer).err().unwrap();
    assert!(matches!(said, StoreError::NewerSchema { found: 99, supported: 1 }), "{said}");
    assert!(said.to_string().ends_with("use a newer program"));
    let restored = SqliteStore::restore(&newer, &folder.path().join("new.db"), Existing::Refuse);
    assert!(matches!(restored, Err(StoreError::NewerSchema { .. })));
}

#[tokio::test]
async fn an_unknown_kind_in_the_file_is_an_error() {
    let (_folder, file) = a_file();
    let store = SqliteStore::open(&file).unwrap();
    store.commit(insert(&a_record(Kind::Account, entropy().id()))).await.unwrap();
    rusqlite::Connection::open(&file).unwrap().execute("UPDATE record SET kind = 'horoscope'", []).unwrap();
    let said = store.counts().await.unwrap_err();
    assert!(matches!(&said, StoreError::UnknownKind { kind } if kind == "horoscope"), "{said}");
}

#[tokio::test]
async fn a_change_of_the_log_in_the_file_is_found() {
    let (_folder, file) = a_file();
    let store = SqliteStore::open(&file).unwrap();
    for number in 0..5 {
        let at = Timestamp::from_millis(1_794_000_000_000 + number);
        store.commit(vec![Change::Audit { at, entry: vec![1, 2, 3], bilan: None }]).await.unwrap();
    }
    let verify = async || {
        let entries = store.audit_entries("2026-11", 1, 100).await.unwrap();
        verify_chain(&entries, &segment_start("2026-11"), None)
    };
    assert_eq!(verify().await, Ok(()));
    let outside = rusqlite::Connection::open(&file).unwrap();
    outside.execute("UPDATE audit SET entry = x'010204' WHERE seq = 3", []).unwrap();
    assert_eq!(verify().await, Err(ChainError::Broken { seq: 3 }));
    outside.execute("DELETE FROM audit WHERE seq = 3", []).unwrap();
    assert_eq!(verify().await, Err(ChainError::Gap { expected: 3, found: 4 }));
}

#[tokio::test]
async fn deleted_bytes_are_in_no_file() {
    let (folder, file) = a_file();
    let store = SqliteStore::open(&file).unwrap();
    let entropy = entropy();
    let mark = entropy.bytes::<32>();
    // Bodies within a page, over many pages, and answers, which share pages with others that stay.
    let record = |n_bytes: usize| Record {
        body: mark.iter().copied().cycle().take(n_bytes).collect(),
        ..a_record(Kind::Note, entropy.id())
    };
    let records = [record(64), record(1000), record(200_000)];
    let bilan = a_bilan(entropy.id(), Phase::Engaged);
    let assignment = Record { bilan: Some(bilan.id), ..a_record(Kind::Assignment, entropy.id()) };
    let put = |position, sealed: &[u8]| Change::PutAnswer {
        assignment: assignment.id,
        position,
        sealed: sealed.to_vec(),
        in_state: "open",
    };
    let file_id = entropy.id();
    let mut changes: Vec<Change> =
        records.iter().cloned().chain([bilan, assignment.clone()]).map(Change::Insert).collect();
    changes.extend([put(1, &mark), put(2, b"other"), put(3, &mark)]);
    changes.push(Change::PutChunk { file: file_id, seq: 0, sealed: mark.repeat(1000) });
    store.commit(changes).await.unwrap();
    let places = || -> Vec<std::ffi::OsString> {
        let holds = |path: &Path| std::fs::read(path).unwrap().windows(mark.len()).any(|window| window == mark);
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        entries.filter(|entry| holds(&entry.path())).map(|entry| entry.file_name()).collect()
    };
    assert_eq!(places(), ["data.db-wal"]);
    store.checkpoint().await.unwrap();
    assert_eq!(places(), ["data.db"]);
    let mut changes: Vec<Change> =
        records.iter().map(|record| Change::Delete { kind: record.kind, id: record.id }).collect();
    changes.extend([put(1, b"another"), Change::DeleteChunks { file: file_id }]);
    store.commit(changes).await.unwrap();
    store.commit(vec![Change::DeleteAnswers { assignment: assignment.id }]).await.unwrap();
    store.checkpoint().await.unwrap();
    assert_eq!(places(), Vec::<std::ffi::OsString>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_writing_is_whole() {
    let (folder, file) = a_file();
    let store = Arc::new(SqliteStore::open(&file).unwrap());
    let stop = Arc::new(AtomicBool::new(false));
    // Each commit adds a bilan and its note, or neither; bodies make the copy take a while.
    let writing: Vec<_> = (0..4)
        .map(|_| {
            let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
            tokio::spawn(async move {
                let entropy = entropy();
                let mut n_commits = 0;
                while n_commits < 20 || !stop.load(Ordering::Relaxed) {
                    let id = entropy.id();
                    let note = Record { body: vec![7; 20_000], ..a_record(Kind::Note, id) };
                    let changes = vec![Change::Insert(a_record(Kind::Bilan, id)), Change::Insert(note)];
                    store.commit(changes).await.unwrap();
                    n_commits += 1;
                }
                n_commits
            })
        })
        .collect();
    let copies: Vec<_> = (0..3).map(|number| folder.path().join(format!("copy{number}.db"))).collect();
    for copy in &copies {
        store.backup(copy).await.unwrap();
        let refused = store.backup(copy).await.unwrap_err();
        assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
    }
    stop.store(true, Ordering::Relaxed);
    let mut n_commits = 0;
    for task in writing {
        n_commits += task.await.unwrap();
    }
    let bilans = (Kind::Bilan, "open".to_owned());
    assert_eq!(store.counts().await.unwrap()[&bilans], n_commits);
    store.close().await.unwrap();
    assert!(matches!(store.backup(&folder.path().join("late.db")).await, Err(StoreError::Closed)));

    let mut before = 0;
    for copy in &copies {
        let restored = folder.path().join("restored.db");
        SqliteStore::restore(copy, &restored, Existing::Replace).unwrap();
        let found = SqliteStore::open(&restored).unwrap();
        let counts = found.counts().await.unwrap();
        let n_bilans = counts.get(&bilans).copied().unwrap_or(0);
        assert_eq!(counts.get(&(Kind::Note, "open".to_owned())).copied().unwrap_or(0), n_bilans);
        assert!((before..=n_commits).contains(&n_bilans), "{before} {n_bilans} {n_commits}");
        before = n_bilans;
    }
    // No partial copy is left.
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(left.filter(|path| path.extension().is_some_and(|ending| ending == "partial")).count(), 0);
}

#[tokio::test]
async fn a_restore_overwrites_only_when_told() {
    let (folder, file) = a_file();
    let copy = folder.path().join("copy.db");
    let entropy = entropy();
    let (old, new) = (a_record(Kind::Account, entropy.id()), a_record(Kind::Account, entropy.id()));
    let store = SqliteStore::open(&file).unwrap();
    store.commit(insert(&old)).await.unwrap();
    store.backup(&copy).await.unwrap();
    store.commit(insert(&new)).await.unwrap();
    let open = SqliteStore::restore(&copy, &file, Existing::Replace);
    assert!(matches!(open, Err(StoreError::InUse { .. })));
    let live = SqliteStore::restore(&file, &folder.path().join("x.db"), Existing::Refuse).unwrap_err().to_string();
    assert!(live.contains("a data file in use and no backup"), "{live}");
    store.close().await.unwrap();

    let refused = SqliteStore::restore(&copy, &file, Existing::Refuse);
    assert!(matches!(refused, Err(StoreError::Exists { .. })));
    SqliteStore::restore(&copy, &file, Existing::Replace).unwrap();
    let store = SqliteStore::open(&file).unwrap();
    assert_eq!(store.fetch(Kind::Account, old.id).await.unwrap(), Some(old));
    assert_eq!(store.fetch(Kind::Account, new.id).await.unwrap(), None);

    // A copy with a damaged page is refused, and so is an empty file.
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xee);
    std::fs::write(&copy, bytes).unwrap();
    let damaged = SqliteStore::restore(&copy, &folder.path().join("y.db"), Existing::Refuse);
    assert!(damaged.is_err());
    std::fs::write(&copy, "").unwrap();
    let empty = SqliteStore::restore(&copy, &folder.path().join("y.db"), Existing::Refuse);
    assert!(matches!(empty, Err(StoreError::DamagedFile { .. })));
    assert!(!folder.path().join("y.db").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_finishes_the_commits_that_wait() {
    let (_folder, file) = a_file();
    let store = Arc::new(SqliteStore::open(&file).unwrap());
    let entropy = entropy();
    let waiting: Vec<_> = (0..300)
        .map(|_| {
            let (store, record) = (Arc::clone(&store), a_record(Kind::Job, entropy.id()));
            tokio::spawn(async move { store.commit(insert(&record)).await.is_ok() })
        })
        .collect();
    store.close().await.unwrap();
    let mut n_done = 0;
    for task in waiting {
        n_done += u64::from(task.await.unwrap());
    }
    drop(store);
    let again = SqliteStore::open(&file).unwrap();
    let stored = again.counts().await.unwrap().get(&(Kind::Job, "open".to_owned())).copied().unwrap_or(0);
    assert_eq!(stored, n_done);
}
