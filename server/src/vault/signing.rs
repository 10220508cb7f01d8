//! The signing key of this server (Ed25519), and the list of public keys by which anyone can check what it signed.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// The name of the signing key among the secrets.
pub(super) const SIGNING_KEY: &str = "signing-key";
/// The version of its stored form.
pub(super) const SECRET_VERSION: u8 = 1;
/// The name of the format of the list of public keys.
pub const KEYS_FORMAT: &str = "bilan-keys-1";
/// Clocks of several servers may differ by as much, in milliseconds.
const CLOCK_DIFFERENCE_MS: i64 = 5 * 60_000;

/// The name of a signing key: the first 8 bytes of the SHA-256 of its public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SigningKeyId([u8; 8]);

/// A text that names no signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a signing key has 16 digits from 0 to 9 and a to f")]
pub struct InvalidKeyId;

impl SigningKeyId {
    fn of(public_key: &[u8; 32]) -> Self {
        let digest = Sha256::digest(public_key);
        let mut id = [0; 8];
        id.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
        Self(id)
    }
}

impl fmt::Display for SigningKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for SigningKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SigningKeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| InvalidKeyId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidKeyId)
    }
}

impl Serialize for SigningKeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SigningKeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A signature of 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The key that signed.
    pub key: SigningKeyId,
    /// The bytes.
    pub bytes: [u8; 64],
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({} by {})", data_encoding::BASE64.encode(&self.bytes), self.key)
    }
}

/// A public key, and when its signing key was in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    /// Its name.
    pub id: SigningKeyId,
    /// Always `Ed25519`.
    pub algorithm: Algorithm,
    /// The 32 bytes of the key.
    #[serde(with = "base64_32")]
    pub public_key: [u8; 32],
    /// Since when it signs, in milliseconds since 1970.
    pub from: Timestamp,
    /// Until when it signed; absent for the one in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How signatures are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
}

/// The published list: the key in use and all earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeys {
    /// The name of the format, `bilan-keys-1`.
    pub format: String,
    /// The keys, the oldest first.
    pub keys: Vec<PublicKey>,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The list of keys cannot be read.
    #[error("the list of public keys cannot be read: {reason}")]
    UnreadableKeys {
        /// What is wrong with it.
        reason: String,
    },
    /// The list has another format.
    #[error("the list of public keys has format `{given}`; known is `{known}`")]
    KeysFormat {
        /// The format it names.
        given: String,
        /// The known one.
        known: &'static str,
    },
    /// A key of the list does not bear its own name.
    #[error("key {id} of the list of public keys is not the key of that name")]
    MisnamedKey {
        /// The name.
        id: SigningKeyId,
    },
    /// The key that signed is not in the list.
    #[error("signed by key {id}, which is not in the list of public keys ({n_known} keys)")]
    UnknownKey {
        /// The key that signed.
        id: SigningKeyId,
        /// How many keys are in the list.
        n_known: usize,
    },
    /// The date of the signature is not within the time of use of its key.
    #[error("dated {dated}, when key {id} was not in use")]
    OutsideUse {
        /// The key.
        id: SigningKeyId,
        /// The date.
        dated: Timestamp,
    },
    /// The signature does not fit what is signed.
    #[error("the signature does not fit: the content was changed, or signed by someone else")]
    Mismatch,
}

impl PublicKeys {
    /// Reads a published list and checks that each key bears its own name.
    ///
    /// # Errors
    /// When it cannot be read, is of another format, or names a key wrongly.
    pub fn from_json(text: &str) -> Result<Self, SignatureError> {
        let unreadable = |error: serde_json::Error| SignatureError::UnreadableKeys { reason: error.to_string() };
        let keys: Self = serde_json::from_str(text).map_err(unreadable)?;
        if keys.format != KEYS_FORMAT {
            return Err(SignatureError::KeysFormat { given: keys.format, known: KEYS_FORMAT });
        }
        match keys.keys.iter().find(|key| SigningKeyId::of(&key.public_key) != key.id) {
            Some(key) => Err(SignatureError::MisnamedKey { id: key.id }),
            None => Ok(keys),
        }
    }

    /// The list as it is published.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Checks a signature over bytes that bear a date.
    ///
    /// # Errors
    /// When the key is unknown, was not in use at that date, or the signature does not fit.
    pub fn verify(&self, message: &[u8], signature: &Signature, dated: Timestamp) -> Result<(), SignatureError> {
        let id = signature.key;
        let unknown = SignatureError::UnknownKey { id, n_known: self.keys.len() };
        let key = self.keys.iter().find(|key| key.id == id).ok_or(unknown)?;
        let verifying = VerifyingKey::from_bytes(&key.public_key).map_err(|_| SignatureError::MisnamedKey { id })?;
        let bytes = ed25519_dalek::Signature::from_bytes(&signature.bytes);
        verifying.verify_strict(message, &bytes).map_err(|_| SignatureError::Mismatch)?;
        let late = key.until.is_some_and(|until| dated > until.plus(CLOCK_DIFFERENCE_MS));
        if late || dated < key.from.plus(-CLOCK_DIFFERENCE_MS) {
            return Err(SignatureError::OutsideUse { id, dated });
        }
        Ok(())
    }
}

/// The signing key and the public keys, as one secret: so a change of the key and its publication are one step.
#[derive(Clone)]
pub struct KeyRing {
    signing: SigningKey,
    published: PublicKeys,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u8,
    #[serde(with = "serde_bytes")]
    seed: Vec<u8>,
    published: PublicKeys,
}

impl Drop for Stored {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.seed);
    }
}

impl KeyRing {
    /// A new signing key, and no earlier ones.
    #[must_use]
    pub fn new(entropy: &Entropy, now: Timestamp) -> Self {
        Self::with_new_key(PublicKeys { format: KEYS_FORMAT.to_owned(), keys: Vec::new() }, entropy, now)
    }

    /// A new signing key. The earlier one signs no more and is forgotten; its public key stays in the list.
    #[must_use]
    pub fn rotated(&self, entropy: &Entropy, now: Timestamp) -> Self {
        let mut published = self.published.clone();
        for key in &mut published.keys {
            key.until.get_or_insert(now);
        }
        Self::with_new_key(published, entropy, now)
    }

    fn with_new_key(mut published: PublicKeys, entropy: &Entropy, now: Timestamp) -> Self {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(entropy.bytes());
        let signing = SigningKey::from_bytes(&seed);
        let public_key = signing.verifying_key().to_bytes();
        let id = SigningKeyId::of(&public_key);
        published.keys.push(PublicKey { id, algorithm: Algorithm::Ed25519, public_key, from: now, until: None });
        Self { signing, published }
    }

    /// The published list.
    #[must_use]
    pub const fn public_keys(&self) -> &PublicKeys {
        &self.published
    }

    /// The name of the key in use.
    #[must_use]
    pub fn id(&self) -> SigningKeyId {
        SigningKeyId::of(self.signing.verifying_key().as_bytes())
    }

    /// Signs bytes. What is signed must say itself what it is, so that no signature serves for something else: see
    /// [`super::signed`].
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        Signature { key: self.id(), bytes: self.signing.sign(message).to_bytes() }
    }

    /// The stored form, in the clear.
    pub(super) fn to_secret(&self) -> Result<Zeroizing<Vec<u8>>, rmp_serde::encode::Error> {
        let seed = self.signing.to_bytes().to_vec();
        let stored = Stored { version: SECRET_VERSION, seed, published: self.published.clone() };
        rmp_serde::to_vec_named(&stored).map(Zeroizing::new)
    }

    /// Reads the stored form; `None` for another one.
    pub(super) fn from_secret(bytes: &[u8]) -> Option<Self> {
        let stored: Stored =
            rmp_serde::from_slice(bytes).ok().filter(|stored: &Stored| stored.version == SECRET_VERSION)?;
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(stored.seed.as_slice().try_into().ok()?);
        Some(Self { signing: SigningKey::from_bytes(&seed), published: stored.published.clone() })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({}, hidden)", self.id())
    }
}

mod base64_32 {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&data_encoding::BASE64.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = data_encoding::BASE64.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        bytes.try_into().map_err(|_| serde::de::Error::custom("a public key has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn earlier_signatures_hold_after_a_change_of_the_key() {
        let entropy = Entropy::seeded([1; 32]);
        let old = KeyRing::new(&entropy, NOW);
        let signature = old.sign(b"text");
        let later = NOW.plus(3_600_000);
        let new = old.rotated(&entropy, later);
        let keys = PublicKeys::from_json(&new.public_keys().to_json().unwrap()).unwrap();
        assert_eq!(keys.keys.len(), 2);
        keys.verify(b"text", &signature, NOW).unwrap();
        keys.verify(b"text", &new.sign(b"text"), later).unwrap();
        assert_eq!(keys.verify(b"texts", &signature, NOW), Err(SignatureError::Mismatch));
        // With the old key, but dated a day after it was given up.
        let dated = later.plus(86_400_000);
        assert_eq!(keys.verify(b"text", &signature, dated), Err(SignatureError::OutsideUse { id: old.id(), dated }));
        let before = NOW.plus(-86_400_000);
        assert!(matches!(keys.verify(b"text", &signature, before), Err(SignatureError::OutsideUse { .. })));
        let unknown = old.public_keys().verify(b"text", &new.sign(b"text"), later);
        assert_eq!(unknown, Err(SignatureError::UnknownKey { id: new.id(), n_known: 1 }));
    }

    #[test]
    fn the_stored_form_reads_back_and_hides_itself() {
        let ring = KeyRing::new(&Entropy::seeded([1; 32]), NOW).rotated(&Entropy::seeded([2; 32]), NOW);
        let again = KeyRing::from_secret(&ring.to_secret().unwrap()).unwrap();
        assert_eq!((again.id(), again.public_keys()), (ring.id(), ring.public_keys()));
        assert!(KeyRing::from_secret(b"other").is_none());
        assert_eq!(format!("{ring:?}"), format!("KeyRing({}, hidden)", ring.id()));
    }

    #[test]
    fn a_key_under_a_false_name_is_refused() {
        let one = KeyRing::new(&Entropy::seeded([1; 32]), NOW);
        let other = KeyRing::new(&Entropy::seeded([2; 32]), NOW);
        let text = one.public_keys().to_json().unwrap();
        let forged = text.replace(&one.id().to_string(), &other.id().to_string());
        assert_eq!(PublicKeys::from_json(&forged), Err(SignatureError::MisnamedKey { id: other.id() }));
        let foreign = text.replace(KEYS_FORMAT, "bilan-keys-2");
        assert!(matches!(PublicKeys::from_json(&foreign), Err(SignatureError::KeysFormat { .. })));
        assert!(matches!(PublicKeys::from_json("[]"), Err(SignatureError::UnreadableKeys { .. })));
    }
}
