//! Pieces in memory, for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::chunks::{ChunkStore, StoreFault};
use crate::ids::Id;

#[derive(Default)]
pub struct MemoryStore(Mutex<BTreeMap<(Id, u64), Vec<u8>>>);

impl MemoryStore {
    pub fn exchange(&self, file: Id, one: u64, other: u64) {
        let mut pieces = self.0.lock().unwrap();
        let (first, second) = (pieces[&(file, one)].clone(), pieces[&(file, other)].clone());
        pieces.insert((file, one), second);
        pieces.insert((file, other), first);
    }

    pub fn copy(&self, from: Id, to: Id) {
        let mut pieces = self.0.lock().unwrap();
        let copied: Vec<_> = pieces
            .iter()
            .filter(|((file, _), _)| *file == from)
            .map(|((_, seq), sealed)| ((to, *seq), sealed.clone()))
            .collect();
        pieces.extend(copied);
    }

    pub fn count(&self, file: Id) -> usize {
        self.0.lock().unwrap().keys().filter(|(of, _)| *of == file).count()
    }
}

#[async_trait]
impl ChunkStore for MemoryStore {
    async fn put(&self, file: Id, seq: u64, sealed: Vec<u8>) -> Result<(), StoreFault> {
        self.0.lock().unwrap().insert((file, seq), sealed);
        Ok(())
    }

    async fn get(&self, file: Id, seq: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.0.lock().unwrap().get(&(file, seq)).cloned())
    }
}
