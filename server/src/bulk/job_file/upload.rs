//! Resumable uploads: the sender says where its part begins; whole pieces are kept, and the answer says where to go on.
//!
//! A part that breaks off loses at most the piece under way: the sender asks for the offset and sends on from there.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::chunks::{CHUNK_BYTES, ChunkStore, FileError, SealedFile};
use crate::entropy::Entropy;

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Bytes of the whole file, as declared.
    size: u64,
    /// Bytes that are kept: the next part begins here.
    received: u64,
    complete: Complete,
}

/// Whether the last piece is kept. An empty file, too, has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Complete {
    No,
    Yes,
}

/// Why a part is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// It does not begin where the last one ended: status 409.
    #[error("the part begins at {given}, but the next byte expected is {expected}; send on from there")]
    WrongOffset {
        /// Where the part begins.
        given: u64,
        /// Where it must begin.
        expected: u64,
    },
    /// It goes beyond the declared size: status 413.
    #[error("the part goes beyond the {size} bytes declared for the file; declare the size of the whole file")]
    BeyondEnd {
        /// The size declared.
        size: u64,
    },
    /// It is so short that nothing can be kept.
    #[error("the part is too short to be kept; send at least {needed} bytes at once, or the rest of the file")]
    TooShort {
        /// The fewest bytes.
        needed: u64,
    },
    /// The file is larger than is taken.
    #[error("the file has {size} bytes; at most {limit} are taken")]
    TooLarge {
        /// The size declared.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The pieces could not be kept.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Upload {
    /// An upload of a declared size.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`].
    pub fn new(size: u64, limit: u64) -> Result<Self, UploadError> {
        if size > limit {
            return Err(UploadError::TooLarge { size, limit });
        }
        Ok(Self { size, received: 0, complete: Complete::No })
    }

    /// An upload that comes in one go, of a size that is known when it has come.
    #[must_use]
    pub fn of_unknown_size() -> Self {
        Self { size: 0, received: 0, complete: Complete::No }
    }

    /// An upload that has come whole.
    #[must_use]
    pub fn whole(size: u64) -> Self {
        Self { size, received: size, complete: Complete::Yes }
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that are kept: where the next part begins.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.received
    }

    /// Whether the file is whole.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete == Complete::Yes
    }

    /// How far it is when a piece of so many bytes more is kept: for the record that is kept along with each piece.
    #[must_use]
    pub fn after_piece(self, n_bytes: u64) -> Self {
        let received = self.received.saturating_add(n_bytes);
        let complete = if received >= self.size { Complete::Yes } else { Complete::No };
        Self { received, complete, ..self }
    }

    /// Begins a part at the offset that its sender names.
    ///
    /// # Errors
    /// [`UploadError::WrongOffset`].
    pub fn begin(self, offset: u64) -> Result<Part, UploadError> {
        if offset != self.received || (self.is_complete() && self.size > 0) {
            return Err(UploadError::WrongOffset { given: offset, expected: self.received });
        }
        Ok(Part { upload: self, held: Zeroizing::new(Vec::with_capacity(CHUNK_BYTES)) })
    }
}

/// A part that is coming.
pub struct Part {
    upload: Upload,
    held: Zeroizing<Vec<u8>>,
}

impl Part {
    /// Takes some bytes; every whole piece is kept at once.
    ///
    /// # Errors
    /// [`UploadError::BeyondEnd`] (what came before is kept), or what the store says.
    pub async fn push(
        &mut self,
        mut bytes: &[u8],
        file: &SealedFile,
        store: &dyn ChunkStore,
        entropy: &Entropy,
    ) -> Result<(), UploadError> {
        while !bytes.is_empty() {
            let in_piece = file.cut().length(self.upload.received / CHUNK_BYTES as u64) as usize;
            if self.upload.received >= self.upload.size {
                return Err(UploadError::BeyondEnd { size: self.upload.size });
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(in_piece - self.held.len()));
            self.held.extend_from_slice(taken);
            bytes = rest;
            if self.held.len() == in_piece {
                self.keep(file, store, entropy).await?;
            }
        }
        Ok(())
    }

    /// Ends the part, whether it came whole or broke off. What does not fill a piece is let go.
    ///
    /// # Errors
    /// [`UploadError::TooShort`] when the part `began` at this offset and nothing of it was kept; what the store says.
    pub async fn end(
        mut self,
        began: &Upload,
        file: &SealedFile,
        store: &dyn ChunkStore,
        entropy: &Entropy,
    ) -> Result<Upload, UploadError> {
        if self.upload.size == 0 && !self.upload.is_complete() {
            self.keep(file, store, entropy).await?;
        }
        if !self.held.is_empty() && self.upload.received == began.received {
            let rest = self.upload.size - self.upload.received;
            return Err(UploadError::TooShort { needed: rest.min(CHUNK_BYTES as u64) });
        }
        Ok(self.upload)
    }

    async fn keep(&mut self, file: &SealedFile, store: &dyn ChunkStore, entropy: &Entropy) -> Result<(), UploadError> {
        let place = file.cut().place(self.upload.received / CHUNK_BYTES as u64);
        file.write(store, place, &self.held, entropy).await?;
        self.upload = self.upload.after_piece(self.held.len() as u64);
        self.held.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sealed_chunk::FileKey;
    use super::super::memory_store::MemoryStore;
    use super::*;
    use crate::ids::Id;

    struct Place {
        file: SealedFile,
        store: MemoryStore,
        entropy: Entropy,
    }

    fn place(size: u64) -> Place {
        let file = SealedFile::new(&FileKey::new([1; 32]), Id::from_bytes([2; 16]), size);
        Place { file, store: MemoryStore::default(), entropy: Entropy::seeded([3; 32]) }
    }

    async fn send(at: &Place, upload: Upload, offset: u64, bytes: &[u8]) -> Result<Upload, UploadError> {
        let mut part = upload.begin(offset)?;
        for some in bytes.chunks(10_007) {
            part.push(some, &at.file, &at.store, &at.entropy).await?;
        }
        part.end(&upload, &at.file, &at.store, &at.entropy).await
    }

    async fn whole(at: &Place) -> Vec<u8> {
        let mut bytes = Vec::new();
        for seq in 0..at.file.cut().n_chunks() {
            bytes.extend_from_slice(&at.file.read(&at.store, seq).await.unwrap());
        }
        bytes
    }

    #[tokio::test]
    async fn a_file_sent_in_parts_that_break_off_comes_whole() {
        let bytes: Vec<u8> = (0..3 * CHUNK_BYTES + 77).map(|at| (at % 251) as u8).collect();
        let at = place(bytes.len() as u64);
        let mut upload = Upload::new(bytes.len() as u64, 1 << 30).unwrap();
        let mut n_parts = 0;
        while !upload.is_complete() {
            let start = upload.offset() as usize;
            let end = bytes.len().min(start + 300_000);
            upload = send(&at, upload, start as u64, &bytes[start..end]).await.unwrap();
            n_parts += 1;
        }
        assert_eq!(n_parts, 3);
        assert!(whole(&at).await == bytes);
        let again = send(&at, upload, upload.offset(), b"x").await.unwrap_err();
        assert!(matches!(again, UploadError::WrongOffset { .. } | UploadError::BeyondEnd { .. }));
    }

    #[tokio::test]
    async fn wrong_parts_are_refused_with_what_to_do() {
        let at = place(1_000_000);
        let upload = Upload::new(1_000_000, 1 << 30).unwrap();
        let wrong = send(&at, upload, 5, b"abc").await.unwrap_err();
        assert_eq!(wrong, UploadError::WrongOffset { given: 5, expected: 0 });
        assert_eq!(
            send(&at, upload, 0, b"abc").await.unwrap_err(),
            UploadError::TooShort { needed: CHUNK_BYTES as u64 }
        );
        let beyond = send(&at, upload, 0, &vec![0; 1_000_001]).await.unwrap_err();
        assert_eq!(beyond, UploadError::BeyondEnd { size: 1_000_000 });
        assert_eq!(Upload::new(11, 10), Err(UploadError::TooLarge { size: 11, limit: 10 }));
    }

    #[tokio::test]
    async fn an_empty_file_is_complete_after_an_empty_part() {
        let at = place(0);
        let upload = send(&at, Upload::new(0, 10).unwrap(), 0, b"").await.unwrap();
        assert!(upload.is_complete());
        assert!(whole(&at).await.is_empty());
    }
}
