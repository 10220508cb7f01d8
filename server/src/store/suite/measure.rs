use super::*;
use crate::store::{Change, SqliteStore};
use std::time::Instant;

async fn load(store: Arc<dyn Store>, n_tasks: usize, n_each: i64, reads: u8) -> String {
    let entropy = entropy();
    let ids: Vec<Id> = (0..n_tasks).map(|_| entropy.id()).collect();
    for part in ids.chunks(50) {
        let body = vec![3; 300];
        store
            .commit(
                part.iter()
                    .map(|id| {
                        Change::Insert(Record {
                            owner: Some(*id),
                            audience: 1,
                            body: body.clone(),
                            ..a_record(Kind::Assignment, *id)
                        })
                    })
                    .collect(),
            )
            .await
            .unwrap();
    }
    let start = Instant::now();
    let tasks: Vec<_> = ids
        .iter()
        .map(|id| {
            let (store, id) = (Arc::clone(&store), *id);
            tokio::spawn(async move {
                let mut times = Vec::new();
                for position in 0..n_each {
                    let t = Instant::now();
                    for _ in 0..3 {
                        match reads {
                            1 => {
                                store.fetch(Kind::Assignment, id).await.unwrap().unwrap();
                            }
                            2 => {
                                let s = Arc::clone(&store);
                                tokio::task::spawn_blocking(move || {
                                    s.fetch(Kind::Assignment, id).now_or_never().unwrap()
                                })
                                .await
                                .unwrap()
                                .unwrap()
                                .unwrap();
                            }
                            _ => {}
                        }
                    }
                    store
                        .commit(vec![Change::PutAnswer {
                            assignment: id,
                            position: position % 50,
                            sealed: vec![9; 60],
                            in_state: "open",
                        }])
                        .await
                        .unwrap();
                    times.push(t.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for t in tasks {
        times.extend(t.await.unwrap());
    }
    let total = start.elapsed().as_secs_f64();
    times.sort();
    format!(
        "{:.0}/s p50 {:?} p99 {:?} max {:?}",
        times.len() as f64 / total,
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        times[times.len() - 1]
    )
}
use futures_util::FutureExt as _;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn measure_sqlite() {
    for round in 0..2 {
        for reads in 0..3 {
            let folder = tempfile::tempdir_in(std::env::var("MEASURE_DIR").unwrap_or("/tmp".into())).unwrap();
            let store = Arc::new(SqliteStore::open(&folder.path().join("data.db")).unwrap());
            println!(
                "round {round} reads {reads} (0 none, 1 inline, 2 blocking): {}",
                load(store.clone(), 200, 150, reads).await
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("data.db")).unwrap());
    let id = Id::from_bytes([5; 16]);
    store.commit(vec![Change::Insert(Record { body: vec![3; 300], ..a_record(Kind::Assignment, id) })]).await.unwrap();
    let t = Instant::now();
    for _ in 0..5000 {
        store.fetch(Kind::Assignment, id).await.unwrap().unwrap();
    }
    println!("one inline read {:?}", t.elapsed() / 5000);
    let t = Instant::now();
    for _ in 0..5000 {
        let s = store.clone();
        tokio::task::spawn_blocking(move || s.fetch(Kind::Assignment, id).now_or_never().unwrap())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
    println!("one blocking read {:?}", t.elapsed() / 5000);
}

#[cfg(feature = "test-postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn measure_postgres() {
    super::postgres_schema::with_a_store(|store| async move {
        println!("postgres: {}", load(store.clone(), 200, 20, 0).await);
        println!("postgres 3 reads: {}", load(store, 200, 20, 1).await);
    })
    .await;
}
