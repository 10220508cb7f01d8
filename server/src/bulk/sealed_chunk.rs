//! Pieces of a file, each sealed apart: XChaCha20-Poly1305 bound to the file, the piece's number and whether it is the
//! last, so that pieces cannot be exchanged, left out or cut off at the end unseen.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::ids::Id;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
/// Bytes that sealing adds to a piece: a version, the nonce, the tag.
pub const SEAL_BYTES: usize = 1 + NONCE_BYTES + 16;

/// The key of a file; its bytes are wiped when it is dropped.
pub type FileKey = Zeroizing<[u8; 32]>;

/// Where in its file a piece stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkPlace {
    /// Number of the piece, from 0.
    pub seq: u64,
    /// Whether more follows.
    pub end: ChunkEnd,
}

/// Whether a piece is the last of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkEnd {
    /// More follows.
    More,
    /// The file ends with it.
    Last,
}

/// Why a piece cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// Not sealed by this version.
    #[error("piece {seq} of a file is sealed in a form that is not known")]
    UnknownForm {
        /// Number of the piece.
        seq: u64,
    },
    /// Changed, of another place or file, or under another key.
    #[error("piece {seq} of a file is not what was sealed there")]
    Tampered {
        /// Number of the piece.
        seq: u64,
    },
    /// Not there.
    #[error("piece {seq} of a file is missing")]
    Missing {
        /// Number of the piece.
        seq: u64,
    },
    /// Larger than the cipher takes.
    #[error("piece {seq} of a file is too large to be sealed")]
    TooLarge {
        /// Number of the piece.
        seq: u64,
    },
}

/// Seals and opens the pieces of one file.
pub struct ChunkCipher {
    cipher: XChaCha20Poly1305,
    file: Id,
}

impl ChunkCipher {
    /// Takes the key and the identity of a file.
    #[must_use]
    pub fn new(key: &FileKey, file: Id) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&(**key).into()), file }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> Id {
        self.file
    }

    /// Seals a piece under a fresh nonce.
    ///
    /// # Errors
    /// [`ChunkError::TooLarge`].
    pub fn seal(&self, place: ChunkPlace, plaintext: &[u8], entropy: &Entropy) -> Result<Vec<u8>, ChunkError> {
        let nonce: [u8; NONCE_BYTES] = entropy.bytes();
        let payload = Payload { msg: plaintext, aad: &self.context(place) };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| ChunkError::TooLarge { seq: place.seq })?;
        let mut out = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens a piece.
    ///
    /// # Errors
    /// [`ChunkError::UnknownForm`], [`ChunkError::Tampered`].
    pub fn open(&self, place: ChunkPlace, sealed: &[u8]) -> Result<Vec<u8>, ChunkError> {
        let seq = place.seq;
        let body = sealed.strip_prefix(&[VERSION]).ok_or(ChunkError::UnknownForm { seq })?;
        let (nonce, body) = body.split_first_chunk::<NONCE_BYTES>().ok_or(ChunkError::Tampered { seq })?;
        let payload = Payload { msg: body, aad: &self.context(place) };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| ChunkError::Tampered { seq })
    }

    fn context(&self, place: ChunkPlace) -> [u8; 26] {
        let mut context = [0; 26];
        context[0] = VERSION;
        context[1..17].copy_from_slice(self.file.as_bytes());
        context[17..25].copy_from_slice(&place.seq.to_be_bytes());
        context[25] = u8::from(place.end == ChunkEnd::Last);
        context
    }
}

/// How a file of a known size is cut: pieces of equal size, the last one shorter; an empty file is one empty piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Bytes of the file.
    pub size: u64,
    /// Bytes of a piece, at least 1.
    pub chunk_bytes: u64,
}

impl Cut {
    /// Number of pieces.
    #[must_use]
    pub fn n_chunks(self) -> u64 {
        self.size.div_ceil(self.chunk_bytes).max(1)
    }

    /// The place of a piece.
    #[must_use]
    pub fn place(self, seq: u64) -> ChunkPlace {
        let end = if seq + 1 >= self.n_chunks() { ChunkEnd::Last } else { ChunkEnd::More };
        ChunkPlace { seq, end }
    }

    /// Bytes of a piece; 0 beyond the end.
    #[must_use]
    pub fn length(self, seq: u64) -> u64 {
        self.size.saturating_sub(seq.saturating_mul(self.chunk_bytes)).min(self.chunk_bytes)
    }
}

/// Cuts a stream of bytes of unknown size into pieces; one piece is held back until it is known whether it is the last.
pub struct Cutter {
    held: Zeroizing<Vec<u8>>,
    chunk_bytes: usize,
    seq: u64,
}

impl Cutter {
    /// Cuts into pieces of `chunk_bytes`, at least 1.
    #[must_use]
    pub fn new(chunk_bytes: usize) -> Self {
        let chunk_bytes = chunk_bytes.max(1);
        Self { held: Zeroizing::new(Vec::with_capacity(chunk_bytes)), chunk_bytes, seq: 0 }
    }

    /// Bytes taken in so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.seq * self.chunk_bytes as u64 + self.held.len() as u64
    }

    /// Takes bytes in and gives out the pieces that are complete and not the last.
    ///
    /// # Errors
    /// What `emit` says.
    pub fn push<E>(
        &mut self,
        mut bytes: &[u8],
        mut emit: impl FnMut(ChunkPlace, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            if self.held.len() == self.chunk_bytes {
                emit(ChunkPlace { seq: self.seq, end: ChunkEnd::More }, &self.held)?;
                self.seq += 1;
                self.held.clear();
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(self.chunk_bytes - self.held.len()));
            self.held.extend_from_slice(taken);
            bytes = rest;
        }
        Ok(())
    }

    /// Gives out the last piece; the size of the whole.
    ///
    /// # Errors
    /// What `emit` says.
    pub fn finish<E>(self, mut emit: impl FnMut(ChunkPlace, &[u8]) -> Result<(), E>) -> Result<u64, E> {
        emit(ChunkPlace { seq: self.seq, end: ChunkEnd::Last }, &self.held)?;
        Ok(self.size())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cipher(file: u8) -> ChunkCipher {
        ChunkCipher::new(&FileKey::new([7; 32]), Id::from_bytes([file; 16]))
    }

    #[test]
    fn a_piece_opens_at_its_own_place_only() {
        let entropy = Entropy::seeded([1; 32]);
        let place = ChunkPlace { seq: 3, end: ChunkEnd::More };
        let sealed = cipher(1).seal(place, b"answers", &entropy).unwrap();
        assert_eq!(sealed.len(), 7 + SEAL_BYTES);
        assert_eq!(cipher(1).open(place, &sealed).unwrap(), b"answers");
        let tampered = Err(ChunkError::Tampered { seq: 3 });
        assert_eq!(cipher(2).open(place, &sealed), tampered);
        assert_eq!(cipher(1).open(ChunkPlace { end: ChunkEnd::Last, ..place }, &sealed), tampered);
        assert!(cipher(1).open(ChunkPlace { seq: 4, ..place }, &sealed).is_err());
        assert_ne!(cipher(1).seal(place, b"answers", &entropy).unwrap(), sealed, "a nonce was used twice");
    }

    proptest! {
        #[test]
        fn a_changed_piece_does_not_open(bytes in prop::collection::vec(any::<u8>(), 0..100), at in any::<usize>(), bit in 0..8_u8) {
            let place = ChunkPlace { seq: 0, end: ChunkEnd::Last };
            let mut sealed = cipher(1).seal(place, &bytes, &Entropy::seeded([1; 32])).unwrap();
            let at = at % sealed.len();
            sealed[at] ^= 1 << bit;
            prop_assert!(cipher(1).open(place, &sealed).is_err());
            prop_assert!(cipher(1).open(place, &sealed[..at]).is_err());
        }

        #[test]
        fn however_bytes_come_they_are_cut_alike(sizes in prop::collection::vec(0..20_usize, 0..12), chunk_bytes in 1..9_usize) {
            let all: Vec<u8> = (0..sizes.iter().sum::<usize>()).map(|byte| byte as u8).collect();
            let mut cutter = Cutter::new(chunk_bytes);
            let mut pieces = Vec::new();
            let mut rest = all.as_slice();
            for size in sizes {
                let (now, later) = rest.split_at(size);
                rest = later;
                cutter.push(now, |place, bytes| { pieces.push((place, bytes.to_vec())); Ok::<(), ()>(()) }).unwrap();
            }
            let size = cutter.finish(|place, bytes| { pieces.push((place, bytes.to_vec())); Ok::<(), ()>(()) }).unwrap();
            let cut = Cut { size, chunk_bytes: chunk_bytes as u64 };
            prop_assert_eq!(size, all.len() as u64);
            prop_assert_eq!(pieces.len() as u64, cut.n_chunks());
            for (seq, (place, bytes)) in pieces.iter().enumerate() {
                prop_assert_eq!(*place, cut.place(seq as u64));
                prop_assert_eq!(bytes.len() as u64, cut.length(seq as u64));
            }
            prop_assert_eq!(pieces.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<_>>(), all);
        }
    }
}
