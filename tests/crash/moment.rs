//! One round: what was in flight when the process was killed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use client::{Answer, Connection, Failure, ServeProcess};
use serde_json::Value;
use tokio::sync::watch;

/// A round as people and killer share it.
#[derive(Clone)]
pub struct Round {
    address: SocketAddr,
    acknowledged: watch::Sender<u64>,
    in_flight: Arc<AtomicU64>,
    met: Arc<AtomicU64>,
    killed: Arc<AtomicBool>,
}

impl Round {
    pub fn begin(address: SocketAddr) -> Self {
        Self {
            address,
            acknowledged: watch::channel(0).0,
            in_flight: Arc::default(),
            met: Arc::default(),
            killed: Arc::default(),
        }
    }

    /// A tab of a browser.
    pub fn tab(&self) -> Connection {
        Connection::to(self.address)
    }

    /// Sends a write. `None`: it was cut off by the kill, and whether it was done is not known.
    pub async fn write(
        &self,
        tab: &mut Connection,
        [method, path, token]: [&str; 3],
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Option<Answer> {
        let bytes = body.map(|body| ("application/json", body.to_string().into_bytes()));
        let headers: Vec<(&str, &str)> = key.map(|key| ("idempotency-key", key)).into_iter().collect();
        self.in_flight.fetch_add(1, SeqCst);
        let answer = tab.send(method, path, Some(token), bytes, &headers).await;
        self.in_flight.fetch_sub(1, SeqCst);
        match answer {
            Ok(answer) => {
                self.acknowledged.send_modify(|n| *n += 1);
                Some(answer)
            }
            Err(Failure::Connection(cause)) => {
                assert!(self.killed.load(SeqCst), "{method} {path} failed before the kill: {cause}");
                None
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Waits until so many writes are acknowledged.
    pub async fn acknowledged(&self, n: u64) {
        let mut seen = self.acknowledged.subscribe();
        seen.wait_for(|seen| *seen >= n).await.expect("the sender is here");
    }

    pub fn kill(&self, process: &mut ServeProcess) {
        self.killed.store(true, SeqCst);
        self.met.store(self.in_flight.load(SeqCst), SeqCst);
        process.kill();
    }

    pub fn n_acknowledged(&self) -> u64 {
        *self.acknowledged.borrow()
    }

    pub fn n_in_flight(&self) -> u64 {
        self.met.load(SeqCst)
    }
}
