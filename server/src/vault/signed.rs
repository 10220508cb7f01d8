//! Signed documents: one envelope for receipts, exports and heads of the audit log.
//!
//! The file is JSON with exactly these members:
//!
//! ```json
//! {
//!   "format": "bilan-signed-1",
//!   "kind": "destruction-receipt",
//!   "issued_at": 1800000000000,
//!   "content": { },
//!   "key": "0123456789abcdef",
//!   "signature": "base64 of 64 bytes"
//! }
//! ```
//!
//! What is signed are the bytes of `bilan-signed-1`, a line feed, and the canonical JSON ([`super::canonical`]) of the
//! object that has the members `content`, `issued_at`, `key` and `kind`, which is that object without spaces, its
//! members in that order. The signature is Ed25519 (RFC 8032). So spaces, line breaks and the order of members may
//! change on the way; anything else breaks the signature.
//!
//! Bytes that are no document (of a file, say) are signed as `bilan-bytes-1`, a line feed, their kind, a line feed, the
//! date in milliseconds, a line feed, and the bytes.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::signing::{KeyRing, PublicKeys, Signature, SignatureError, SigningKeyId};
use crate::clock::Timestamp;

/// The name of the format.
pub const FORMAT: &str = "bilan-signed-1";
const BYTES_FORMAT: &str = "bilan-bytes-1";

/// Why a document is not what it says, or could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedError {
    /// The file is no signed document.
    #[error("the file is no signed document: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// The format is another one.
    #[error("the document has format `{given}`; known is `{known}`")]
    Format {
        /// The format it names.
        given: String,
        /// The known one.
        known: &'static str,
    },
    /// It is a document of another kind.
    #[error("the document is a `{given}`, not a `{expected}`")]
    Kind {
        /// What it is.
        given: String,
        /// What was expected.
        expected: String,
    },
    /// The signature does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The signature holds, but the content has not the form of its kind.
    #[error("the content has not the form of its kind: {reason}")]
    Content {
        /// What does not fit.
        reason: String,
    },
    /// The content cannot be signed.
    #[error("the content cannot be signed: {reason}")]
    NotSignable {
        /// Why: a fraction, say.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    format: String,
    kind: String,
    issued_at: Timestamp,
    content: Canonical,
    key: SigningKeyId,
    signature: String,
}

#[derive(Serialize)]
struct SignedPart<'a> {
    content: &'a Canonical,
    issued_at: Timestamp,
    key: SigningKeyId,
    kind: &'a str,
}

impl SignedPart<'_> {
    fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = format!("{FORMAT}\n").into_bytes();
        bytes.extend(Canonical::of(self)?.to_bytes()?);
        Ok(bytes)
    }
}

/// A document whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T> {
    /// What it says.
    pub content: T,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// The key that signed.
    pub key: SigningKeyId,
}

/// Signs a document and returns its file.
///
/// # Errors
/// [`SignedError::NotSignable`] when the content has a fraction or names that are no texts.
pub fn sign(ring: &KeyRing, kind: &str, content: &impl Serialize, issued_at: Timestamp) -> Result<String, SignedError> {
    let not_signable = |error: serde_json::Error| SignedError::NotSignable { reason: error.to_string() };
    let content = Canonical::of(content).map_err(not_signable)?;
    let part = SignedPart { content: &content, issued_at, key: ring.id(), kind };
    let signature = ring.sign(&part.to_bytes().map_err(not_signable)?);
    let envelope = Envelope {
        format: FORMAT.to_owned(),
        kind: kind.to_owned(),
        issued_at,
        content,
        key: signature.key,
        signature: data_encoding::BASE64.encode(&signature.bytes),
    };
    serde_json::to_string_pretty(&envelope).map(|text| text + "\n").map_err(not_signable)
}

/// Checks a file offline, with the published keys alone, and reads what it says.
///
/// # Errors
/// Which part does not hold.
pub fn verify<T: DeserializeOwned>(text: &str, kind: &str, keys: &PublicKeys) -> Result<Verified<T>, SignedError> {
    let unreadable = |reason: String| SignedError::Unreadable { reason };
    // Read strictly first: nothing may occur twice anywhere.
    let whole: Canonical = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    if let Canonical::Object(members) = &whole
        && let Some(Canonical::Text(format)) = members.get("format")
        && format != FORMAT
    {
        return Err(SignedError::Format { given: format.clone(), known: FORMAT });
    }
    let envelope: Envelope = whole.read().map_err(|error| unreadable(error.to_string()))?;
    if envelope.kind != kind {
        return Err(SignedError::Kind { given: envelope.kind, expected: kind.to_owned() });
    }
    let bytes = data_encoding::BASE64.decode(envelope.signature.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| unreadable("`signature` is not the base64 of 64 bytes".to_owned()))?;
    let part = SignedPart { content: &envelope.content, issued_at: envelope.issued_at, key: envelope.key, kind };
    let message = part.to_bytes().map_err(|error| unreadable(error.to_string()))?;
    keys.verify(&message, &Signature { key: envelope.key, bytes }, envelope.issued_at)?;
    let content = envelope.content.read().map_err(|error| SignedError::Content { reason: error.to_string() })?;
    Ok(Verified { content, issued_at: envelope.issued_at, key: envelope.key })
}

fn bytes_to_sign(kind: &str, bytes: &[u8], issued_at: Timestamp) -> Vec<u8> {
    let mut message = format!("{BYTES_FORMAT}\n{kind}\n{}\n", issued_at.as_millis()).into_bytes();
    message.extend_from_slice(bytes);
    message
}

/// Signs bytes as something of a kind and date. The kind is one line.
#[must_use]
pub fn sign_bytes(ring: &KeyRing, kind: &str, bytes: &[u8], issued_at: Timestamp) -> Signature {
    ring.sign(&bytes_to_sign(kind, bytes, issued_at))
}

/// Checks a signature over bytes.
///
/// # Errors
/// Why it does not hold.
pub fn verify_bytes(
    keys: &PublicKeys,
    kind: &str,
    bytes: &[u8],
    issued_at: Timestamp,
    signature: &Signature,
) -> Result<(), SignatureError> {
    keys.verify(&bytes_to_sign(kind, bytes, issued_at), signature, issued_at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::entropy::Entropy;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn ring() -> KeyRing {
        KeyRing::new(&Entropy::seeded([1; 32]), NOW)
    }

    #[test]
    fn spaces_and_order_may_change_and_nothing_else() {
        let ring = ring();
        let content = json!({"b": [1, 2], "a": {"text": "é"}});
        let text = sign(&ring, "export", &content, NOW).unwrap();
        let keys = ring.public_keys();
        let verified: Verified<Value> = verify(&text, "export", keys).unwrap();
        assert_eq!((verified.content, verified.issued_at, verified.key), (content, NOW, ring.id()));
        let compact = serde_json::to_string(&serde_json::from_str::<Canonical>(&text).unwrap()).unwrap();
        assert!(verify::<Value>(&compact, "export", keys).is_ok());
        for (from, to) in [("1,", "3,"), ("\"é\"", "\"e\""), ("1800000000000", "1800000000001")] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text, "{from}");
            assert_eq!(verify::<Value>(&changed, "export", keys), Err(SignatureError::Mismatch.into()), "{from}");
        }
        let kind = verify::<Value>(&text, "receipt", keys);
        assert!(matches!(kind, Err(SignedError::Kind { .. })), "{kind:?}");
        // Relabeled, it is of the right kind but not signed as such.
        let relabeled = verify::<Value>(&text.replace("\"export\"", "\"receipt\""), "receipt", keys);
        assert_eq!(relabeled, Err(SignatureError::Mismatch.into()));
        let format = verify::<Value>(&text.replace(FORMAT, "bilan-signed-2"), "export", keys);
        assert!(matches!(format, Err(SignedError::Format { .. })));
        let doubled = text.replace("\"kind\"", "\"format\": \"bilan-signed-1\", \"kind\"");
        assert!(verify::<Value>(&doubled, "export", keys).unwrap_err().to_string().contains("twice"));
        let added = text.replace("\"kind\"", "\"note\": 1, \"kind\"");
        assert!(verify::<Value>(&added, "export", keys).unwrap_err().to_string().contains("note"));
    }

    #[test]
    fn the_signed_bytes_are_as_documented() {
        let ring = ring();
        let content = Canonical::of(&json!({"n": 1})).unwrap();
        let part = SignedPart { content: &content, issued_at: NOW, key: ring.id(), kind: "export" };
        let expected = format!(
            "bilan-signed-1\n{{\"content\":{{\"n\":1}},\"issued_at\":1800000000000,\"key\":\"{}\",\"kind\":\"export\"}}",
            ring.id()
        );
        assert_eq!(String::from_utf8(part.to_bytes().unwrap()).unwrap(), expected);
    }

    #[test]
    fn fractions_cannot_be_signed() {
        assert!(matches!(sign(&ring(), "export", &json!({"n": 1.5}), NOW), Err(SignedError::NotSignable { .. })));
    }

    #[test]
    fn bytes_are_signed_for_their_kind_and_date() {
        let ring = ring();
        let signature = sign_bytes(&ring, "audit-head", b"head", NOW);
        let keys = ring.public_keys();
        verify_bytes(keys, "audit-head", b"head", NOW, &signature).unwrap();
        for (kind, bytes, at) in
            [("audit", "head", NOW), ("audit-head", "heads", NOW), ("audit-head", "head", NOW.plus(1))]
        {
            let changed = verify_bytes(keys, kind, bytes.as_bytes(), at, &signature);
            assert_eq!(changed, Err(SignatureError::Mismatch));
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_passes(at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
            let ring = ring();
            let text = sign(&ring, "export", &json!({"n": 12, "text": "words"}), NOW).unwrap();
            let mut changed = text.clone().into_bytes();
            let at = at.index(changed.len());
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            let same = serde_json::from_str::<Canonical>(&changed).ok() == serde_json::from_str::<Canonical>(&text).ok();
            prop_assert_eq!(verify::<Value>(&changed, "export", ring.public_keys()).is_ok(), same);
        }
    }
}
