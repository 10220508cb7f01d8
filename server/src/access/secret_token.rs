//! Secrets that stand for a session, a program or a link: 256 random bits, of which only a hash is kept.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::entropy::Entropy;
use crate::ids::Id;

/// What a token opens. The text tells it, so that one is never taken for another and scanners of source code find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// A session of a person: `bis_`.
    Session,
    /// A program of an organisation: `bit_`.
    Program,
    /// An invitation: `bii_`.
    Invitation,
    /// A link by which a beneficiary shares a document: `bil_`.
    ShareLink,
    /// A link by which a beneficiary comes back: `bir_`.
    ReturnLink,
}

impl TokenKind {
    /// The start of the text.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "bis_",
            Self::Program => "bit_",
            Self::Invitation => "bii_",
            Self::ShareLink => "bil_",
            Self::ReturnLink => "bir_",
        }
    }
}

/// A secret token, as its holder has it.
#[derive(Clone)]
pub struct SecretToken {
    kind: TokenKind,
    bytes: [u8; 32],
}

impl Drop for SecretToken {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretToken({:?}, hidden)", self.kind)
    }
}

impl SecretToken {
    /// A new token.
    #[must_use]
    pub fn create(kind: TokenKind, entropy: &Entropy) -> Self {
        Self { kind, bytes: entropy.bytes() }
    }

    /// Reads the text of a token of this kind; `None` for any other text.
    #[must_use]
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(kind.prefix())?;
        let mut bytes = [0; 32];
        // Lengths first: the decoder wants room of exactly that size.
        if data_encoding::BASE64URL_NOPAD.decode_len(encoded.len()) != Ok(bytes.len()) {
            return None;
        }
        match data_encoding::BASE64URL_NOPAD.decode_mut(encoded.as_bytes(), &mut bytes) {
            Ok(_) => Some(Self { kind, bytes }),
            Err(_) => None,
        }
    }

    /// What it opens.
    #[must_use]
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The text, fit for URLs and headers. It is shown or set once and never stored.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(data_encoding::BASE64URL_NOPAD.encode(&self.bytes));
        Zeroizing::new(format!("{}{}", self.kind.prefix(), *encoded))
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        // With 256 random bits neither salt nor slowness adds anything.
        let digest = Sha256::new().chain_update(self.kind.prefix()).chain_update(self.bytes).finalize();
        TokenHash(digest.into())
    }
}

/// The SHA-256 of a token.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(#[serde(with = "serde_bytes")] [u8; 32]);

impl TokenHash {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The identifier under which the record of the token is stored: the first half of the hash. The record holds the
    /// whole hash, and [`TokenHash::matches`] decides.
    #[must_use]
    pub fn record_id(&self) -> Id {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0[..16]);
        Id::from_bytes(first)
    }

    /// Whether it is the hash of this token; the time taken does not tell how nearly.
    #[must_use]
    pub fn matches(&self, token: &SecretToken) -> bool {
        *self == token.hash()
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [TokenKind; 5] =
        [TokenKind::Session, TokenKind::Program, TokenKind::Invitation, TokenKind::ShareLink, TokenKind::ReturnLink];

    #[test]
    fn a_token_reads_back_as_its_own_kind_only() {
        let entropy = Entropy::seeded([9; 32]);
        for kind in KINDS {
            let token = SecretToken::create(kind, &entropy);
            let text = token.text();
            assert_eq!(text.len(), 4 + 43);
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'), "not fit for URLs");
            for other in KINDS {
                let read = SecretToken::parse(other, &text);
                assert_eq!(read.is_some_and(|read| token.hash().matches(&read)), kind == other);
            }
        }
    }

    #[test]
    fn the_same_bytes_under_another_kind_have_another_hash() {
        let of = |kind| SecretToken { kind, bytes: [1; 32] }.hash();
        assert_ne!(of(TokenKind::Session), of(TokenKind::Invitation));
        assert_eq!(of(TokenKind::Session), of(TokenKind::Session));
        assert_eq!(of(TokenKind::Session).record_id().as_bytes(), &of(TokenKind::Session).as_bytes()[..16]);
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let good = SecretToken::create(TokenKind::Session, &Entropy::seeded([9; 32])).text();
        let mut padded = good.to_string();
        padded.push('=');
        // The last of 43 characters holds four bits only; other bits there would give one token several texts.
        let loose = format!("{}{}", &good[..46], '_');
        for text in ["", "bis_", "bis_é", &good[..46], &padded, &good[1..], &good.to_uppercase(), &loose] {
            assert!(SecretToken::parse(TokenKind::Session, text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_token_does_not_show_itself() {
        let token = SecretToken::create(TokenKind::Program, &Entropy::seeded([9; 32]));
        assert_eq!(format!("{token:?}"), "SecretToken(Program, hidden)");
        let packed = rmp_serde::to_vec(&token.hash()).unwrap();
        assert!(rmp_serde::from_slice::<TokenHash>(&packed).unwrap().matches(&token));
    }
}
