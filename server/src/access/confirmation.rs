//! Six-digit codes by which the recipient of a share link shows that it was meant for them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// Wrong codes after which no code is taken any more: the chance to guess one is 5 in a million.
pub const MAX_TRIES: u8 = 5;

/// What is kept of a code: a salted hash, the tries left and the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    #[serde(with = "serde_bytes")]
    salt: [u8; 16],
    #[serde(with = "serde_bytes")]
    hash: [u8; 32],
    tries_left: u8,
    ends: Timestamp,
}

/// What a try has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was the code, which has now served.
    Confirmed,
    /// It was not.
    Wrong {
        /// Tries that remain.
        tries_left: u8,
    },
    /// The code has served, or was missed too often; a new one is needed.
    UsedUp,
    /// The code is too old; a new one is needed.
    Ended,
}

impl Confirmation {
    /// A new code, to be sent or shown once, and what is kept of it until `ends`.
    #[must_use]
    pub fn create(entropy: &Entropy, ends: Timestamp) -> (String, Self) {
        let code = format!("{:06}", below_a_million(entropy));
        let salt = entropy.bytes();
        let hash = hash(&salt, &code);
        (code, Self { salt, hash, tries_left: MAX_TRIES, ends })
    }

    /// Tries a code. The caller stores what is left of the tries before it acts on the outcome.
    pub fn attempt(&mut self, code: &str, now: Timestamp) -> Outcome {
        if now >= self.ends {
            return Outcome::Ended;
        }
        if self.tries_left == 0 {
            return Outcome::UsedUp;
        }
        let code: String = code.chars().filter(|c| *c != ' ').collect();
        if bool::from(self.hash.ct_eq(&hash(&self.salt, &code))) {
            self.tries_left = 0;
            return Outcome::Confirmed;
        }
        self.tries_left -= 1;
        Outcome::Wrong { tries_left: self.tries_left }
    }

    /// When it ends.
    #[must_use]
    pub const fn ends(&self) -> Timestamp {
        self.ends
    }
}

fn below_a_million(entropy: &Entropy) -> u32 {
    // Draws beyond the last whole million are thrown away, so that every code is equally likely.
    loop {
        let drawn = u32::from_be_bytes(entropy.bytes());
        if drawn < u32::MAX / 1_000_000 * 1_000_000 {
            return drawn % 1_000_000;
        }
    }
}

fn hash(salt: &[u8; 16], code: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"bilan confirmation code").chain_update(salt).chain_update(code).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Timestamp = Timestamp::from_millis(1_000_000);
    const BEFORE: Timestamp = Timestamp::from_millis(999_999);

    fn created() -> (String, Confirmation) {
        Confirmation::create(&Entropy::seeded([2; 32]), END)
    }

    fn another(code: &str) -> String {
        code.chars().map(|c| if c == '0' { '1' } else { '0' }).collect()
    }

    #[test]
    fn the_code_confirms_once() {
        let (code, mut kept) = created();
        assert_eq!(code.len(), 6);
        assert_eq!(kept.attempt(&format!("{} {}", &code[..3], &code[3..]), BEFORE), Outcome::Confirmed);
        assert_eq!(kept.attempt(&code, BEFORE), Outcome::UsedUp);
    }

    #[test]
    fn after_five_wrong_tries_the_right_code_is_refused_too() {
        let (code, mut kept) = created();
        for left in (0..MAX_TRIES).rev() {
            assert_eq!(kept.attempt(&another(&code), BEFORE), Outcome::Wrong { tries_left: left });
        }
        assert_eq!(kept.attempt(&code, BEFORE), Outcome::UsedUp);
    }

    #[test]
    fn the_code_ends() {
        let (code, mut kept) = created();
        assert_eq!(kept.attempt(&code, END), Outcome::Ended);
        assert_eq!(kept.attempt(&code, BEFORE), Outcome::Confirmed);
    }

    #[test]
    fn codes_cover_the_range_evenly() {
        let entropy = Entropy::seeded([4; 32]);
        let n = 20_000;
        let mut first_digits = [0_u32; 10];
        for _ in 0..n {
            first_digits[(below_a_million(&entropy) / 100_000) as usize] += 1;
        }
        // Expected 2000 each, SD 42; five SDs.
        assert!(first_digits.iter().all(|count| count.abs_diff(n / 10) < 212), "{first_digits:?}");
    }

    #[test]
    fn what_is_kept_reads_back() {
        let (_, kept) = created();
        let packed = rmp_serde::to_vec_named(&kept).unwrap();
        assert_eq!(rmp_serde::from_slice::<Confirmation>(&packed).unwrap(), kept);
    }
}
