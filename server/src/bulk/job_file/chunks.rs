//! A job's file: sealed pieces in a store, bound to the file and their order.

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::super::sealed_chunk::{ChunkCipher, ChunkError, ChunkPlace, Cut, FileKey, SEAL_BYTES};
use super::range::ChunkSpan;
use crate::entropy::Entropy;
use crate::ids::Id;

/// Bytes of a piece before it is sealed.
pub const CHUNK_BYTES: usize = 256 << 10;

/// The store of pieces could not serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store of job files could not serve: {reason}")]
pub struct StoreFault {
    /// What it said; nothing of the file.
    pub reason: String,
}

/// Keeps sealed pieces by file and number.
#[async_trait]
pub trait ChunkStore: Send + Sync {
    /// Keeps a piece durably, in the place of an earlier one of that number.
    async fn put(&self, file: Id, seq: u64, sealed: Vec<u8>) -> Result<(), StoreFault>;

    /// A piece, when it is there.
    async fn get(&self, file: Id, seq: u64) -> Result<Option<Vec<u8>>, StoreFault>;
}

/// Why a part of a file cannot be kept or had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// A piece.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
}

/// A file of a known size: its pieces are sealed and opened here.
pub struct SealedFile {
    cipher: ChunkCipher,
    cut: Cut,
}

impl SealedFile {
    /// A file with its key and size.
    #[must_use]
    pub fn new(key: &FileKey, file: Id, size: u64) -> Self {
        Self { cipher: ChunkCipher::new(key, file), cut: Cut { size, chunk_bytes: CHUNK_BYTES as u64 } }
    }

    /// How the file is cut.
    #[must_use]
    pub fn cut(&self) -> Cut {
        self.cut
    }

    /// Opens one piece.
    ///
    /// # Errors
    /// [`FileError`]: the store, a missing piece, a changed one, one of another length.
    pub async fn read(&self, store: &dyn ChunkStore, seq: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
        let sealed = store.get(self.cipher.file(), seq).await?.ok_or(ChunkError::Missing { seq })?;
        if sealed.len() as u64 != self.cut.length(seq) + SEAL_BYTES as u64 {
            return Err(ChunkError::Tampered { seq }.into());
        }
        Ok(Zeroizing::new(self.cipher.open(self.cut.place(seq), &sealed)?))
    }

    /// Opens one piece and gives the part of it that a download asks for.
    ///
    /// # Errors
    /// As [`SealedFile::read`].
    pub async fn read_part(&self, store: &dyn ChunkStore, span: ChunkSpan) -> Result<Zeroizing<Vec<u8>>, FileError> {
        let bytes = self.read(store, span.seq).await?;
        let part = bytes.get(span.within.clone()).ok_or(ChunkError::Tampered { seq: span.seq })?;
        Ok(Zeroizing::new(part.to_vec()))
    }

    /// Seals and keeps one piece.
    ///
    /// # Errors
    /// [`FileError`].
    pub async fn write(
        &self,
        store: &dyn ChunkStore,
        place: ChunkPlace,
        bytes: &[u8],
        entropy: &Entropy,
    ) -> Result<(), FileError> {
        let sealed = self.cipher.seal(place, bytes, entropy)?;
        Ok(store.put(self.cipher.file(), place.seq, sealed).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory_store::MemoryStore;
    use super::*;
    use crate::bulk::job_file::range::read_range;

    #[tokio::test]
    async fn a_range_reads_what_the_whole_holds() {
        let bytes: Vec<u8> = (0..2 * CHUNK_BYTES + 1000).map(|at| (at % 251) as u8).collect();
        let store = MemoryStore::default();
        let file = SealedFile::new(&FileKey::new([1; 32]), Id::from_bytes([2; 16]), bytes.len() as u64);
        let entropy = Entropy::seeded([3; 32]);
        for (seq, piece) in bytes.chunks(CHUNK_BYTES).enumerate() {
            file.write(&store, file.cut().place(seq as u64), piece, &entropy).await.unwrap();
        }
        for text in ["bytes=0-0", "bytes=5-", "bytes=-7", "bytes=262143-262144", "bytes=100-600000"] {
            let range = read_range(text, bytes.len() as u64).unwrap().unwrap();
            let mut part = Vec::new();
            for span in range.spans(file.cut()) {
                part.extend_from_slice(&file.read_part(&store, span).await.unwrap());
            }
            assert!(part == bytes[range.start as usize..range.end as usize], "{text}");
        }
    }

    #[tokio::test]
    async fn exchanged_missing_and_cut_pieces_are_found() {
        let store = MemoryStore::default();
        let file = |id: u8, size: usize| SealedFile::new(&FileKey::new([1; 32]), Id::from_bytes([id; 16]), size as u64);
        let entropy = Entropy::seeded([3; 32]);
        let whole = file(2, 2 * CHUNK_BYTES);
        for seq in 0..2 {
            whole.write(&store, whole.cut().place(seq), &vec![seq as u8; CHUNK_BYTES], &entropy).await.unwrap();
        }
        assert!(whole.read(&store, 1).await.is_ok());
        // The same pieces, but a file said to be shorter or longer.
        let tampered = |seq| FileError::Chunk(ChunkError::Tampered { seq });
        assert_eq!(file(2, CHUNK_BYTES).read(&store, 0).await.unwrap_err(), tampered(0));
        let missing = FileError::Chunk(ChunkError::Missing { seq: 2 });
        assert_eq!(file(2, 3 * CHUNK_BYTES).read(&store, 2).await.unwrap_err(), missing);
        // Pieces exchanged, or moved to another file.
        store.exchange(Id::from_bytes([2; 16]), 0, 1);
        assert_eq!(whole.read(&store, 0).await.unwrap_err(), tampered(0));
        store.copy(Id::from_bytes([2; 16]), Id::from_bytes([9; 16]));
        assert!(file(9, 2 * CHUNK_BYTES).read(&store, 1).await.is_err());
    }
}
