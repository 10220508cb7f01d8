//! Recovery codes: a way in when the authenticator application is lost, each once.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::entropy::Entropy;

/// How many codes there are at first.
pub const N_CODES: usize = 10;

/// Random bytes of a code: 80 bits, written as 16 characters.
const CODE_BYTES: usize = 10;

/// Crockford's alphabet: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What is kept of the codes not used yet: salted hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes {
    #[serde(with = "serde_bytes")]
    salt: [u8; 16],
    hashes: Vec<serde_bytes::ByteArray<32>>,
}

impl RecoveryCodes {
    /// Ten new codes: the texts, to be shown once, and what is kept.
    #[must_use]
    pub fn create(entropy: &Entropy) -> (Vec<String>, Self) {
        let salt = entropy.bytes();
        let codes: Vec<String> = (0..N_CODES).map(|_| written(&entropy.bytes())).collect();
        let hashes = codes.iter().map(|code| hash(&salt, &normalised(code))).collect();
        (codes, Self { salt, hashes })
    }

    /// Uses a code up. Hyphens, spaces and capitals do not matter.
    ///
    /// Returns whether it was one of the codes left; the caller stores what is left before letting anyone in.
    pub fn spend(&mut self, code: &str) -> bool {
        let given = hash(&self.salt, &normalised(code));
        // Every hash is compared, so that the time taken does not tell which one it was.
        let mut found = None;
        for (idx, kept) in self.hashes.iter().enumerate() {
            if bool::from(kept.ct_eq(given.as_slice())) {
                found = Some(idx);
            }
        }
        found.map(|idx| self.hashes.remove(idx)).is_some()
    }

    /// How many codes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.hashes.len()
    }
}

/// `xxxx-xxxx-xxxx-xxxx`.
fn written(bytes: &[u8; CODE_BYTES]) -> String {
    let number = bytes.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let mut text = String::with_capacity(19);
    for position in 0..16_u32 {
        if position > 0 && position % 4 == 0 {
            text.push('-');
        }
        let digit = (number >> (75 - 5 * position)) & 31;
        text.push(ALPHABET.get(usize::try_from(digit).unwrap_or_default()).copied().map_or('0', char::from));
    }
    text
}

fn normalised(code: &str) -> String {
    let kept = code.chars().filter(|c| *c != '-' && !c.is_whitespace()).map(|c| c.to_ascii_lowercase());
    kept.map(|c| match c {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    })
    .collect()
}

fn hash(salt: &[u8; 16], code: &str) -> serde_bytes::ByteArray<32> {
    let digest = Sha256::new().chain_update(b"bilan recovery code").chain_update(salt).chain_update(code).finalize();
    serde_bytes::ByteArray::new(digest.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> (Vec<String>, RecoveryCodes) {
        RecoveryCodes::create(&Entropy::seeded([5; 32]))
    }

    #[test]
    fn each_code_serves_once() {
        let (texts, mut kept) = codes();
        assert_eq!((texts.len(), kept.left()), (N_CODES, N_CODES));
        for (used, code) in texts.iter().enumerate() {
            assert!(kept.spend(code), "{code}");
            assert!(!kept.spend(code), "{code} twice");
            assert_eq!(kept.left(), N_CODES - used - 1);
        }
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        let (texts, mut kept) = codes();
        assert!(kept.spend(&format!(" {} ", texts[0].to_uppercase().replace('-', " "))));
        assert!(kept.spend(&texts[1].replace('-', "").replace('0', "O").replace('1', "l")));
        for other in ["", "0", "0000-0000-0000-0000", &texts[2][..18]] {
            assert!(!kept.spend(other), "{other}");
        }
        assert_eq!(kept.left(), 8);
    }

    #[test]
    fn a_code_has_eighty_bits_in_sixteen_characters() {
        assert_eq!(written(&[0; 10]), "0000-0000-0000-0000");
        assert_eq!(written(&[0xff; 10]), "zzzz-zzzz-zzzz-zzzz");
        // 0x08 0x42 0x10 … is a one in every group of five bits.
        assert_eq!(written(&[0x08, 0x42, 0x10, 0x84, 0x21, 0x08, 0x42, 0x10, 0x84, 0x21]), "1111-1111-1111-1111");
    }

    #[test]
    fn what_is_kept_does_not_hold_the_codes_and_reads_back() {
        let (texts, kept) = codes();
        let packed = rmp_serde::to_vec_named(&kept).unwrap();
        for code in texts {
            let plain = normalised(&code);
            assert!(!packed.windows(plain.len()).any(|window| window == plain.as_bytes()));
        }
        assert_eq!(rmp_serde::from_slice::<RecoveryCodes>(&packed).unwrap(), kept);
    }
}
