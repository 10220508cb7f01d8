//! `bilan backup`, `bilan restore` and `bilan audit verify`.

use server::clock::{Clock as _, SystemClock};
use server::entropy::Entropy;
use server::store::{Change, SqliteStore, Store as _};
use server::vault::signing::KeyRing;

use crate::support::command::Workplace;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A data file with `n` entries in the log; its service goes on as long as the store lives.
fn service(work: &Workplace, n: u8) -> SqliteStore {
    std::fs::create_dir_all(work.path("data")).unwrap();
    let store = SqliteStore::open(&work.path("data/bilan.db")).unwrap();
    let now = SystemClock.now();
    for n in 0..n {
        block_on(store.commit(vec![Change::Audit { at: now, entry: vec![n], bilan: None }])).unwrap();
    }
    store
}

fn published_keys(work: &Workplace) {
    let ring = KeyRing::new(&Entropy::seeded([1; 32]), SystemClock.now());
    work.file("keys.json", ring.public_keys().to_json().unwrap());
}

const DATA: [&str; 2] = ["--data-folder", "data"];

#[test]
fn a_backup_is_made_beside_a_running_service_and_put_back() {
    let work = Workplace::new();
    published_keys(&work);
    let running = service(&work, 3);
    let before = SystemClock.now();
    work.run(&[&["backup", "copy.db"][..], &DATA].concat()).ok();
    // When it was made is noted beside the data, for administrators.
    let noted: i64 = std::fs::read_to_string(work.path("data/last-backup")).unwrap().parse().unwrap();
    assert!((before.as_millis()..=SystemClock.now().as_millis()).contains(&noted), "{noted}");
    // It is the data of that moment.
    block_on(running.commit(vec![Change::Audit { at: SystemClock.now(), entry: vec![9], bilan: None }])).unwrap();
    let verify = ["audit", "verify", "--keys", "keys.json"];
    let of_copy = work.run(&[&verify[..], &["--backup", "copy.db"]].concat()).ok();
    assert!(of_copy.text().contains("Whole: 3 entries in 1 months"), "{}", of_copy.text());
    let of_service = work.run(&[&verify[..], &DATA].concat()).ok();
    assert!(of_service.text().contains("Whole: 4 entries"), "{}", of_service.text());

    // Not over a running service, nor over data unless told so.
    let restore = [&["restore", "copy.db"][..], &DATA].concat();
    work.run(&[&restore[..], &["--replace"]].concat()).fails_with(&["in use by another process"]);
    block_on(running.close()).unwrap();
    drop(running);
    work.run(&restore).fails_with(&["there is data already", "--replace"]);
    work.run(&[&restore[..], &["--replace"]].concat()).ok();
    assert!(work.run(&[&verify[..], &DATA].concat()).ok().text().contains("Whole: 3 entries"));
    // Into a new place it needs no word.
    work.run(&["restore", "copy.db", "--data-folder", "elsewhere/data"]).ok();
    assert!(work.path("elsewhere/data/bilan.db").exists());
}

#[test]
fn what_is_no_data_is_refused_by_name() {
    let work = Workplace::new();
    published_keys(&work);
    work.run(&["backup", "copy.db", "--data-folder", "nowhere"]).fails_with(&["nowhere/bilan.db"]);
    drop(service(&work, 1));
    work.file("copy.db", "not a database, but long enough to be read as one, or so it seems");
    work.run(&[&["backup", "copy.db"][..], &DATA].concat()).fails_with(&["copy.db", "exists"]);
    work.run(&["restore", "copy.db", "--data-folder", "other"]).fails_with(&["copy.db", "not an intact data file"]);
    let verify = ["audit", "verify", "--keys", "keys.json", "--backup"];
    work.run(&[&verify[..], &["copy.db"]].concat()).fails_with(&["copy.db", "not an intact data file"]);
    work.run(&[&verify[..], &["none.db"]].concat()).fails_with(&["none.db"]);
    let postgres = ["--database", "postgres://nobody@127.0.0.1:1/none"];
    work.run(&[&["backup", "new.db"][..], &postgres].concat()).fails_with(&["PostgreSQL", "pg_dump"]);
    work.run(&[&["restore", "copy.db"][..], &postgres].concat()).fails_with(&["PostgreSQL", "pg_restore"]);
}
