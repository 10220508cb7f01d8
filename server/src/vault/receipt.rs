//! The receipt of a destruction: a signed statement that anyone can check offline with the published keys. It names
//! nobody.
//!
//! It is a signed document ([`super::signed`]) of the kind `destruction-receipt`. Its content has exactly these members:
//!
//! ```json
//! {
//!   "commitment": "64 hexadecimal digits: SHA-256 of the 32 bytes of the salt, then the 16 bytes of the bilan's id",
//!   "counts": { "answers": 3, "note": 1 },
//!   "keys": [ "64 hexadecimal digits: SHA-256 of a wrapped key that was destroyed, the list in order" ],
//!   "remaining": [ { "kind": "administrative-record", "until": 1830000000000 } ],
//!   "replicas": [ "first", "second" ]
//! }
//! ```
//!
//! The salt is given to the beneficiary and not kept, so only she can show that a receipt is about her bilan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::key_store::Digest32;
use super::replicas::Destruction;
use super::signed::{self, SignedError, Verified};
use super::signing::{KeyRing, PublicKeys, SigningKeyId};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::ids::Id;

/// The kind of the signed document.
pub const KIND: &str = "destruction-receipt";
/// The longest name of a kind of document or of a replica. Names are short and plain, so that they hold no text about
/// a person.
const MAX_NAME_LEN: usize = 40;

/// Why a receipt could not be made or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Replicas have still to confirm the destruction.
    #[error("the destruction is not confirmed by {}", replicas.join(", "))]
    NotConfirmed {
        /// Which.
        replicas: Vec<String>,
    },
    /// A name that is none of a kind or a replica.
    #[error("`{given}` in {place}: allowed are 1 to {MAX_NAME_LEN} of a-z, 0-9, `-`, `_`")]
    Name {
        /// Where.
        place: &'static str,
        /// The name.
        given: String,
    },
    /// No replica has confirmed, or one is named twice.
    #[error("{n_distinct} different replicas of {n_named} have confirmed; at least one is needed, each once")]
    Replicas {
        /// How many different ones.
        n_distinct: usize,
        /// How many are named.
        n_named: usize,
    },
    /// The list of destroyed keys is not in order, or has one twice.
    #[error("the digests of destroyed keys are not in strict order at place {at}")]
    KeyOrder {
        /// Counted from 0.
        at: usize,
    },
    /// The document itself does not hold.
    #[error(transparent)]
    Signed(#[from] SignedError),
}

/// What a beneficiary keeps to show that a receipt is about her bilan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Draws a new one.
    #[must_use]
    pub fn random(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The commitment to a bilan: SHA-256 of the salt, then the bilan's identifier.
    #[must_use]
    pub fn commitment(&self, bilan: Id) -> Digest32 {
        Digest32::from_bytes(Sha256::new().chain_update(self.0).chain_update(bilan.as_bytes()).finalize().into())
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(hidden)")
    }
}

/// Something that was not destroyed yet, and until when it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remaining {
    /// The kind of document.
    pub kind: String,
    /// When it is destroyed at the latest.
    pub until: Timestamp,
}

/// The statement that something was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The commitment to the bilan.
    pub commitment: Digest32,
    /// How many documents of each kind were destroyed.
    pub counts: BTreeMap<String, u64>,
    /// The digests of the wrapped keys that were destroyed, in order, so that their order tells nothing.
    pub keys: Vec<Digest32>,
    /// What remains, and until when.
    pub remaining: Vec<Remaining>,
    /// The key stores that have confirmed.
    pub replicas: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    commitment: Hex,
    counts: BTreeMap<String, u32>,
    keys: Vec<Hex>,
    remaining: Vec<Remaining>,
    replicas: Vec<String>,
}

/// A digest as 64 lower-case hexadecimal digits.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[derive(Clone)]
struct Hex(Digest32);

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok();
        let digest = bytes.and_then(|bytes| bytes.try_into().ok()).map(Digest32::from_bytes);
        digest.map(Self).ok_or("a digest has 64 digits from 0 to 9 and a to f")
    }
}

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex.0.to_string()
    }
}

/// A receipt whose signature holds.
pub type VerifiedReceipt = Verified<Receipt>;

impl Receipt {
    /// The receipt of destructions that are confirmed.
    ///
    /// # Errors
    /// [`ReceiptError::NotConfirmed`] before that; [`ReceiptError::Name`] for a kind that is no plain name.
    pub fn new(
        commitment: Digest32,
        counts: BTreeMap<String, u64>,
        destructions: &[Destruction],
        remaining: Vec<Remaining>,
    ) -> Result<Self, ReceiptError> {
        let waiting = destructions.iter().flat_map(|destruction| &destruction.replicas_pending);
        let waiting: Vec<String> = waiting.map(|replica| replica.replica.clone()).collect();
        if !waiting.is_empty() {
            return Err(ReceiptError::NotConfirmed { replicas: waiting });
        }
        let mut keys: Vec<Digest32> =
            destructions.iter().flat_map(|destruction| &destruction.hashes).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        // A store counts when it has confirmed each of them.
        let mut replicas = destructions.first().map(|one| one.replicas_confirmed.clone()).unwrap_or_default();
        replicas.retain(|name| destructions.iter().all(|one| one.replicas_confirmed.contains(name)));
        let receipt = Self { commitment, counts, keys, remaining, replicas };
        receipt.check()?;
        Ok(receipt)
    }

    fn check(&self) -> Result<(), ReceiptError> {
        let kinds = self.counts.keys().map(|name| ("counts", name));
        let remaining = self.remaining.iter().map(|one| ("remaining", &one.kind));
        let replicas = self.replicas.iter().map(|name| ("replicas", name));
        for (place, name) in kinds.chain(remaining).chain(replicas) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
            if name.is_empty() || name.len() > MAX_NAME_LEN || !name.chars().all(plain) {
                return Err(ReceiptError::Name { place, given: name.clone() });
            }
        }
        let n_distinct = self.replicas.iter().collect::<std::collections::BTreeSet<_>>().len();
        if n_distinct == 0 || n_distinct != self.replicas.len() {
            return Err(ReceiptError::Replicas { n_distinct, n_named: self.replicas.len() });
        }
        match self.keys.windows(2).position(|pair| matches!(pair, [one, next] if one >= next)) {
            Some(at) => Err(ReceiptError::KeyOrder { at }),
            None => Ok(()),
        }
    }

    /// Signs the receipt and returns its file.
    ///
    /// # Errors
    /// When a name is none, or a count beyond 4 billion.
    pub fn sign(&self, ring: &KeyRing, issued_at: Timestamp) -> Result<String, ReceiptError> {
        self.check()?;
        let count = |(kind, &n): (&String, &u64)| {
            let too_large =
                |_| SignedError::NotSignable { reason: format!("{n} documents of kind {kind} are too many") };
            u32::try_from(n).map(|n| (kind.clone(), n)).map_err(too_large)
        };
        let content = Content {
            commitment: Hex(self.commitment),
            counts: self.counts.iter().map(count).collect::<Result<_, _>>()?,
            keys: self.keys.iter().copied().map(Hex).collect(),
            remaining: self.remaining.clone(),
            replicas: self.replicas.clone(),
        };
        Ok(signed::sign(ring, KIND, &content, issued_at)?)
    }

    /// Whether the receipt is about a bilan, as the beneficiary's salt shows.
    #[must_use]
    pub fn is_about(&self, salt: &Salt, bilan: Id) -> bool {
        salt.commitment(bilan) == self.commitment
    }
}

/// Checks the file of a receipt with the published keys, both as text, offline.
///
/// # Errors
/// Which part does not hold: the file, its signature, its key, or its content.
pub fn verify_receipt(text: &str, published_keys: &str) -> Result<VerifiedReceipt, ReceiptError> {
    let keys = PublicKeys::from_json(published_keys).map_err(SignedError::from)?;
    let verified: Verified<Content> = signed::verify(text, KIND, &keys)?;
    let content = verified.content;
    let receipt = Receipt {
        commitment: content.commitment.0,
        counts: content.counts.into_iter().map(|(kind, n)| (kind, u64::from(n))).collect(),
        keys: content.keys.into_iter().map(|hex| hex.0).collect(),
        remaining: content.remaining,
        replicas: content.replicas,
    };
    receipt.check()?;
    let key: SigningKeyId = verified.key;
    Ok(Verified { content: receipt, issued_at: verified.issued_at, key })
}

#[cfg(test)]
mod tests {
    use super::super::replicas::Unconfirmed;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn destruction(pending: &[&str]) -> Destruction {
        Destruction {
            id: Id::from_bytes([9; 16]),
            hashes: vec![Digest32::of(b"two"), Digest32::of(b"one")],
            unknown: Vec::new(),
            replicas_confirmed: vec!["first".to_owned(), "second".to_owned()],
            replicas_pending: pending
                .iter()
                .map(|name| Unconfirmed { replica: (*name).to_owned(), reason: "away".to_owned() })
                .collect(),
        }
    }

    fn receipt() -> (Receipt, Salt) {
        let salt = Salt::random(&Entropy::seeded([3; 32]));
        let commitment = salt.commitment(Id::from_bytes([4; 16]));
        let counts = BTreeMap::from([("answers".to_owned(), 2), ("note".to_owned(), 1)]);
        let remaining = vec![Remaining { kind: "administrative-record".to_owned(), until: NOW.plus(1) }];
        (Receipt::new(commitment, counts, &[destruction(&[])], remaining).unwrap(), salt)
    }

    fn signed() -> (String, String) {
        let ring = KeyRing::new(&Entropy::seeded([1; 32]), NOW);
        (receipt().0.sign(&ring, NOW).unwrap(), ring.public_keys().to_json().unwrap())
    }

    #[test]
    fn a_receipt_is_checked_with_the_published_keys_alone() {
        let (text, keys) = signed();
        let verified = verify_receipt(&text, &keys).unwrap();
        let (receipt, salt) = receipt();
        assert_eq!((&verified.content, verified.issued_at), (&receipt, NOW));
        assert!(verified.content.is_about(&salt, Id::from_bytes([4; 16])));
        assert!(!verified.content.is_about(&salt, Id::from_bytes([5; 16])));
        assert_eq!(Salt::from_hex(&salt.to_hex()), Some(salt));
    }

    #[test]
    fn every_changed_field_breaks_it() {
        let (text, keys) = signed();
        let changes = [
            ("\"answers\": 2", "\"answers\": 3"),
            ("\"first\"", "\"third\""),
            ("administrative-record", "administrative-records"),
            ("1800000000001", "1900000000001"),
            ("\"issued_at\": 1800000000000", "\"issued_at\": 1800000000002"),
        ];
        for (from, to) in changes {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            let refused = verify_receipt(&changed, &keys).unwrap_err();
            assert!(refused.to_string().contains("signature does not fit"), "{from}: {refused}");
        }
        for digest in [receipt().0.commitment, Digest32::of(b"one")] {
            let changed = text.replace(&digest.to_string(), &Digest32::of(b"other").to_string());
            assert!(verify_receipt(&changed, &keys).is_err());
        }
        let foreign = KeyRing::new(&Entropy::seeded([2; 32]), NOW).public_keys().to_json().unwrap();
        assert!(verify_receipt(&text, &foreign).unwrap_err().to_string().contains("not in the list"));
        assert!(verify_receipt(&text, "").unwrap_err().to_string().contains("list of public keys"));
        assert!(verify_receipt("", &keys).unwrap_err().to_string().contains("no signed document"));
        assert!(verify_receipt(&keys, &keys).is_err());
    }

    #[test]
    fn before_confirmation_there_is_no_receipt() {
        let commitment = Digest32::of(b"bilan");
        let refused = Receipt::new(commitment, BTreeMap::new(), &[destruction(&["third"])], Vec::new());
        assert_eq!(refused, Err(ReceiptError::NotConfirmed { replicas: vec!["third".to_owned()] }));
        let none = Receipt::new(commitment, BTreeMap::new(), &[], Vec::new());
        assert_eq!(none, Err(ReceiptError::Replicas { n_distinct: 0, n_named: 0 }));
    }

    #[test]
    fn no_text_about_a_person_fits_in() {
        for name in ["Marie Curie", "", "a@example.org", "é", &"a".repeat(41)] {
            let counts = BTreeMap::from([(name.to_owned(), 1)]);
            let refused = Receipt::new(Digest32::of(b"bilan"), counts, &[destruction(&[])], Vec::new());
            assert!(matches!(refused, Err(ReceiptError::Name { place: "counts", .. })), "{name}");
        }
    }

    #[test]
    fn a_well_signed_content_of_another_form_is_refused() {
        let ring = KeyRing::new(&Entropy::seeded([1; 32]), NOW);
        let keys = ring.public_keys().to_json().unwrap();
        let content = serde_json::json!({"commitment": "00"});
        let text = signed::sign(&ring, KIND, &content, NOW).unwrap();
        assert!(matches!(verify_receipt(&text, &keys), Err(ReceiptError::Signed(SignedError::Content { .. }))));
    }
}
