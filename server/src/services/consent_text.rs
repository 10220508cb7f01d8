//! The consent text: what the beneficiary reads before anything is asked. Versioned, and hashed with the consent (ISO-2).

use sha2::{Digest as _, Sha256};

/// The consent text in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentText {
    /// Version; it changes with every change of the text.
    pub version: &'static str,
    /// Tag of the language.
    pub language: &'static str,
    /// The text, in paragraphs separated by blank lines.
    pub text: &'static str,
}

const TEXTS: [ConsentText; 2] = [
    ConsentText { version: "1", language: "fr", text: include_str!("../../texts/consent.fr.txt") },
    ConsentText { version: "1", language: "en", text: include_str!("../../texts/consent.en.txt") },
];

/// The current text in a language; in French where there is none in that language.
#[must_use]
pub fn consent_text(language: &str) -> ConsentText {
    TEXTS.into_iter().find(|text| text.language == language).unwrap_or(TEXTS[0])
}

impl ConsentText {
    /// SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(self.text))
    }
}
