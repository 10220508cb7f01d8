//! The second factor: codes of an authenticator application (RFC 6238).

use std::fmt;

use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroize as _;

use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// Length that RFC 4226 recommends for a secret under SHA-1, the one algorithm all applications know.
pub const SECRET_BYTES: usize = 20;

/// Seconds that a code lasts.
const STEP_S: u64 = 30;

/// The secret shared with an authenticator application. It is stored sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TotpSecret(#[serde(with = "serde_bytes")] [u8; SECRET_BYTES]);

impl Drop for TotpSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(hidden)")
    }
}

impl TotpSecret {
    /// A new secret.
    #[must_use]
    pub fn create(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// A known secret.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The secret as it is typed into an application: base 32 without padding.
    #[must_use]
    pub fn text(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&self.0)
    }

    /// The address that an application reads from a QR code.
    #[must_use]
    pub fn url(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            self.text()
        )
    }

    /// The step that `code` belongs to, when it is the code of now or of one step earlier or later, and later than
    /// `last_used`. The caller stores the step and gives it back next time: a code serves once.
    #[must_use]
    pub fn check(&self, code: &str, now: Timestamp, last_used: Option<u64>) -> Option<u64> {
        let code: String = code.chars().filter(|c| *c != ' ').collect();
        let seconds = u64::try_from(now.as_millis() / 1000).ok()?;
        let present = seconds / STEP_S;
        let window = [present.saturating_sub(1), present, present + 1];
        // All three are compared, so that the time taken does not tell which one it was.
        let matching = window.map(|step| self.is_code_of(&code, step));
        let fresh = window.iter().zip(matching).filter(|(step, is)| *is && last_used.is_none_or(|last| **step > last));
        fresh.map(|(step, _)| *step).min()
    }

    fn is_code_of(&self, code: &str, step: u64) -> bool {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(STEP_S);
        // "Non-compliant" leaves out checks of length and digits that the types here make.
        let totp = builder.with_skew(0).with_secret(self.0).build_noncompliant();
        totp.check(code, step * STEP_S).is_some()
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix B of RFC 6238: seconds, and the eight digits under SHA-1. Six digits are their last six, both being
    /// remainders of one number.
    const VECTORS: [(i64, &str); 6] = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ];

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_test_vectors_of_rfc_6238_are_accepted() {
        for (seconds, digits) in VECTORS {
            let step = u64::try_from(seconds).unwrap() / 30;
            assert_eq!(secret().check(&digits[2..], at(seconds), None), Some(step), "{seconds}");
        }
    }

    #[test]
    fn one_step_of_drift_is_allowed_and_no_more() {
        let code = &VECTORS[0].1[2..];
        // The code of step 1 (seconds 30 to 59).
        for (seconds, accepted) in [(0, true), (29, true), (59, true), (89, true), (90, false)] {
            assert_eq!(secret().check(code, at(seconds), None).is_some(), accepted, "{seconds}");
        }
        let code = &VECTORS[1].1[2..];
        for (seconds, accepted) in [(1_111_111_049, false), (1_111_111_050, true)] {
            assert_eq!(secret().check(code, at(seconds), None).is_some(), accepted, "{seconds}");
        }
    }

    #[test]
    fn a_code_serves_once() {
        let code = &VECTORS[1].1[2..];
        let step = secret().check(code, at(1_111_111_109), None).unwrap();
        assert_eq!(secret().check(code, at(1_111_111_109), Some(step)), None);
        assert_eq!(secret().check(code, at(1_111_111_109), Some(step + 1)), None);
        assert_eq!(secret().check(code, at(1_111_111_109), Some(step - 1)), Some(step));
    }

    #[test]
    fn other_texts_are_refused_and_spaces_allowed() {
        for code in ["", "287082 ", "28708", "2870820", "+87082", "٢٨٧٠٨٢", "000000"] {
            assert_eq!(secret().check(code, at(59), None).is_some(), code == "287082 ", "{code}");
        }
        assert!(secret().check("287 082", at(59), None).is_some());
    }

    #[test]
    fn the_address_for_applications_is_encoded_and_the_secret_hidden() {
        let url = secret().url("Bilan Été", "a:b@c.fr");
        assert_eq!(
            url,
            "otpauth://totp/Bilan%20%C3%89t%C3%A9:a%3Ab%40c.fr?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Bilan%20%C3%89t%C3%A9&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", secret()), "TotpSecret(hidden)");
        let entropy = Entropy::seeded([3; 32]);
        assert_ne!(TotpSecret::create(&entropy), TotpSecret::create(&entropy));
        let packed = rmp_serde::to_vec_named(&secret()).unwrap();
        assert_eq!(rmp_serde::from_slice::<TotpSecret>(&packed).unwrap(), secret());
    }
}
