//! Sealing: an authenticated cipher (XChaCha20-Poly1305), so that what is sealed can be neither read nor changed without
//! its key, nor moved to the place of another record.
//!
//! Sealed bytes are one byte that names the format, a random nonce of 24 bytes, and the ciphertext with its tag of
//! 16 bytes. The format and the [`Context`] (kind and identifier of the record) are authenticated with it.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::ids::Id;

/// The format that is written.
pub const FORMAT: u8 = 1;
/// Bytes of a key.
pub const KEY_LEN: usize = 32;
/// Bytes that sealing adds: format, nonce and tag.
pub const OVERHEAD: usize = 1 + NONCE_LEN + TAG_LEN;

const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;

/// Why sealed bytes could not be opened, or clear ones not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The bytes are shorter than an empty sealed document.
    #[error("sealed bytes are cut off: {given} bytes, at least {needed} are needed")]
    Truncated {
        /// Their number.
        given: usize,
        /// The least number.
        needed: usize,
    },
    /// The first byte names no known format.
    #[error("sealed bytes have format {given}; known is {known}")]
    UnknownFormat {
        /// The format they name.
        given: u8,
        /// The known one.
        known: u8,
    },
    /// The bytes were changed, cut, sealed under another key, or belong to another record.
    #[error("sealed bytes were changed, or belong to another record")]
    Tampered,
    /// More bytes than the cipher takes.
    #[error("{given} bytes are too many to seal at once")]
    TooLong {
        /// Their number.
        given: usize,
    },
}

/// What sealed bytes belong to: they open for this kind and this record only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    kind: String,
    record: Id,
}

impl Context {
    /// The place of a record, such as `("result", id)`.
    #[must_use]
    pub fn new(kind: impl Into<String>, record: Id) -> Self {
        Self { kind: kind.into(), record }
    }

    /// The authenticated bytes. The length goes before the kind, so that no two places have the same bytes.
    fn authenticated(&self) -> Vec<u8> {
        let kind = self.kind.as_bytes();
        let mut bytes = Vec::with_capacity(1 + 8 + kind.len() + 16);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&(kind.len() as u64).to_be_bytes());
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(self.record.as_bytes());
        bytes
    }
}

/// Secret bytes of a key: wiped from memory when dropped, never shown.
#[derive(Clone)]
pub struct SecretKey(Box<Zeroizing<[u8; KEY_LEN]>>);

impl SecretKey {
    /// Draws a new key.
    #[must_use]
    pub fn random(entropy: &Entropy) -> Self {
        let mut key = Self(Box::new(Zeroizing::new([0; KEY_LEN])));
        entropy.fill(key.0.as_mut_slice());
        key
    }

    /// Takes the bytes of a key; `None` unless there are 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self(Box::new(Zeroizing::new([0; KEY_LEN])));
        (bytes.len() == KEY_LEN).then(|| {
            key.0.copy_from_slice(bytes);
            key
        })
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Seals bytes for their place.
    ///
    /// # Errors
    /// [`SealingError::TooLong`] beyond 256 GB.
    pub fn seal(&self, context: &Context, entropy: &Entropy, plaintext: &[u8]) -> Result<Vec<u8>, SealingError> {
        let nonce: [u8; NONCE_LEN] = entropy.bytes();
        let aad = context.authenticated();
        let payload = Payload { msg: plaintext, aad: &aad };
        let ciphertext = XChaCha20Poly1305::new(self.expose().into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealingError::TooLong { given: plaintext.len() })?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + ciphertext.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// Opens sealed bytes at their place.
    ///
    /// # Errors
    /// When the bytes are cut, changed, of an unknown format, of another place or under another key.
    pub fn open(&self, context: &Context, sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        let truncated = SealingError::Truncated { given: sealed.len(), needed: OVERHEAD };
        let (&format, rest) = sealed.split_first().ok_or(truncated)?;
        if format != FORMAT {
            return Err(SealingError::UnknownFormat { given: format, known: FORMAT });
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(truncated)?;
        if ciphertext.len() < TAG_LEN {
            return Err(truncated);
        }
        let aad = context.authenticated();
        XChaCha20Poly1305::new(self.expose().into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: &aad })
            .map_err(|_| SealingError::Tampered)
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

/// The key of one document, read once, to seal and open several things under it. It is to be dropped soon: a key that
/// is destroyed meanwhile stays in the memory of whoever holds it.
#[derive(Clone)]
pub struct DocumentKey {
    id: Id,
    key: SecretKey,
    entropy: Arc<Entropy>,
}

impl DocumentKey {
    pub(super) const fn new(id: Id, key: SecretKey, entropy: Arc<Entropy>) -> Self {
        Self { id, key, entropy }
    }

    /// Which key it is.
    #[must_use]
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Seals bytes for their place.
    ///
    /// # Errors
    /// [`SealingError::TooLong`] beyond 256 GB.
    pub fn seal(&self, context: &Context, plaintext: &[u8]) -> Result<Vec<u8>, SealingError> {
        self.key.seal(context, &self.entropy, plaintext)
    }

    /// Opens sealed bytes at their place.
    ///
    /// # Errors
    /// When the bytes are cut, changed, of an unknown format, of another place or under another key.
    pub fn open(&self, context: &Context, sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        self.key.open(context, sealed)
    }
}

impl std::fmt::Debug for DocumentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocumentKey({}, hidden)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(seed: u8) -> (SecretKey, Entropy) {
        let entropy = Entropy::seeded([seed; 32]);
        (SecretKey::random(&entropy), entropy)
    }

    fn place() -> Context {
        Context::new("result", Id::from_bytes([1; 16]))
    }

    #[test]
    fn sealed_bytes_have_the_documented_form() {
        let (key, entropy) = key(1);
        let sealed = key.seal(&place(), &entropy, b"42").unwrap();
        assert_eq!(sealed.len(), 2 + OVERHEAD);
        assert_eq!(sealed[0], FORMAT);
        assert_ne!(key.seal(&place(), &entropy, b"42").unwrap()[1..25], sealed[1..25], "a nonce is never used twice");
    }

    #[test]
    fn another_kind_record_or_key_does_not_open() {
        let (key, entropy) = key(1);
        let sealed = key.seal(&place(), &entropy, b"42").unwrap();
        let elsewhere = [
            Context::new("results", Id::from_bytes([1; 16])),
            Context::new("resul", Id::from_bytes([1; 16])),
            Context::new("result", Id::from_bytes([2; 16])),
        ];
        for context in elsewhere {
            assert_eq!(key.open(&context, &sealed), Err(SealingError::Tampered), "{context:?}");
        }
        assert_eq!(super::tests::key(2).0.open(&place(), &sealed), Err(SealingError::Tampered));
    }

    #[test]
    fn cut_and_foreign_bytes_are_named() {
        let (key, entropy) = key(1);
        let sealed = key.seal(&place(), &entropy, b"").unwrap();
        for length in 0..sealed.len() {
            let cut = key.open(&place(), &sealed[..length]);
            assert_eq!(cut, Err(SealingError::Truncated { given: length, needed: OVERHEAD }));
        }
        let mut other = sealed;
        other[0] = 9;
        assert_eq!(key.open(&place(), &other), Err(SealingError::UnknownFormat { given: 9, known: FORMAT }));
    }

    #[test]
    fn keys_do_not_show_themselves() {
        let (key, entropy) = key(1);
        let document = DocumentKey::new(Id::from_bytes([1; 16]), key.clone(), Arc::new(entropy));
        assert_eq!(format!("{key:?}"), "SecretKey(hidden)");
        assert!(format!("{document:?}").ends_with("hidden)"));
        assert!(SecretKey::from_slice(&[0; 31]).is_none() && SecretKey::from_slice(&[0; 33]).is_none());
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in ".{0,20}") {
            let (key, entropy) = key(3);
            let context = Context::new(kind, entropy.id());
            let sealed = key.seal(&context, &entropy, &bytes).unwrap();
            prop_assert_eq!(key.open(&context, &sealed).unwrap(), bytes);
        }

        #[test]
        fn itc_9_a_flipped_bit_is_noticed(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), bit in 0..8) {
            let (key, entropy) = key(3);
            let mut sealed = key.seal(&place(), &entropy, &bytes).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1_u8 << bit;
            prop_assert!(key.open(&place(), &sealed).is_err());
        }

        #[test]
        fn any_bytes_give_an_error_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(key(3).0.open(&place(), &bytes).is_err());
        }
    }
}
