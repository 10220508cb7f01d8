//! Passwords: argon2id, away from the threads that answer requests.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::error::ApiError;

/// Fewest characters of a password.
pub const MIN_CHARS: usize = 12;

/// Most bytes of a password; argon2 would take more, but a body of such length is an attack.
pub const MAX_BYTES: usize = 1024;

/// What one calculation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl PasswordCost {
    /// Memory and passes that OWASP's password storage cheat sheet gives for argon2id.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// Next to nothing: for tests that sign in often.
    pub const FOR_TESTS: Self = Self { memory_kib: 8, passes: 1 };
}

const LANES: u32 = 1;

/// Calculations that may wait for one that runs; more callers are sent away.
const WAITING_PER_SLOT: usize = 32;

/// Why a password is not taken, or not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Fewer characters than allowed.
    #[error("a password has at least {min} characters")]
    TooShort {
        /// Fewest allowed.
        min: usize,
    },
    /// More bytes than allowed.
    #[error("a password has at most {max} bytes")]
    TooLong {
        /// Most allowed.
        max: usize,
    },
    /// One character again and again, or nothing but spaces.
    #[error("a password has more than one character, however long it is")]
    Uniform,
    /// Too many passwords are being checked.
    #[error("too many passwords are being checked")]
    Busy,
    /// The stored hash or the calculation is at fault.
    #[error("the password could not be hashed")]
    Failed,
}

impl PasswordError {
    /// The problem that a client gets, for the field that held the password.
    #[must_use]
    pub fn at(self, field: &str) -> ApiError {
        match self {
            Self::TooShort { .. } | Self::TooLong { .. } | Self::Uniform => {
                let problem = crate::error::FieldProblem::new(field, "choose another one; several words do well");
                ApiError::Invalid(vec![problem.allowed(self.to_string())])
            }
            Self::Busy => ApiError::Unavailable { retry_after_s: 2 },
            Self::Failed => ApiError::Internal,
        }
    }
}

/// Whether a password may be chosen.
///
/// # Errors
/// [`PasswordError::TooShort`], [`PasswordError::TooLong`], [`PasswordError::Uniform`].
pub fn check_choice(password: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong { max: MAX_BYTES });
    }
    if password.trim().chars().count() < MIN_CHARS {
        return Err(PasswordError::TooShort { min: MIN_CHARS });
    }
    let mut chars = password.chars();
    let first = chars.next();
    if chars.all(|c| Some(c) == first) { Err(PasswordError::Uniform) } else { Ok(()) }
}

/// Hashes and checks passwords, so many at once and no more.
pub struct Passwords {
    cost: PasswordCost,
    entropy: Arc<Entropy>,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// What is checked when there is no such account, so that it takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// A pool of `at_once` calculations of this cost each.
    ///
    /// # Errors
    /// [`PasswordError::Failed`] when argon2 does not work at all.
    pub fn new(cost: PasswordCost, entropy: Arc<Entropy>, at_once: usize) -> Result<Self, PasswordError> {
        let at_once = at_once.max(1);
        let decoy = hash_now(cost, &entropy.bytes::<16>(), &entropy.bytes::<16>())?.into();
        let admitted = Arc::new(Semaphore::new(at_once.saturating_mul(1 + WAITING_PER_SLOT)));
        Ok(Self { cost, entropy, running: Arc::new(Semaphore::new(at_once)), admitted, decoy })
    }

    /// The PHC string (`$argon2id$v=19$…`) of a newly chosen password.
    ///
    /// # Errors
    /// What [`check_choice`] refuses; [`PasswordError::Busy`].
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, PasswordError> {
        check_choice(&password)?;
        let salt: [u8; 16] = self.entropy.bytes();
        let cost = self.cost;
        self.run(move || hash_now(cost, password.as_bytes(), &salt)).await
    }

    /// Whether `password` is the one of `stored`; `None` stands for no such account and takes as long.
    ///
    /// # Errors
    /// [`PasswordError::Busy`]; [`PasswordError::Failed`] when `stored` is no PHC string.
    pub async fn verify(&self, password: Zeroizing<String>, stored: Option<String>) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        // Too long for any password that was ever taken: not worth hashing, but worth the time of one.
        let password = if password.len() > MAX_BYTES { Zeroizing::new(String::new()) } else { password };
        let decoy = Arc::clone(&self.decoy);
        let equal = self.run(move || verify_now(password.as_bytes(), stored.as_deref().unwrap_or(&decoy))).await?;
        Ok(equal && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        // The permits go with the work: a caller who hangs up does not make room for another calculation.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((running, admitted));
            result
        });
        done.await.map_err(|_| PasswordError::Failed)?
    }
}

fn argon2(cost: PasswordCost) -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(cost.memory_kib, cost.passes, LANES, None).map_err(|_| PasswordError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(cost: PasswordCost, password: &[u8], salt: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash =
        argon2(cost)?.hash_password_with_salt(password, salt).map_err(|_| PasswordError::Failed)?;
    Ok(hash.to_string())
}

fn verify_now(password: &[u8], stored: &str) -> Result<bool, PasswordError> {
    let hash = PasswordHash::new(stored).map_err(|_| PasswordError::Failed)?;
    // The cost is the one that the hash names.
    match argon2(PasswordCost::STANDARD)?.verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(PasswordError::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(at_once: usize) -> Passwords {
        Passwords::new(PasswordCost::STANDARD, Arc::new(Entropy::seeded([1; 32])), at_once).unwrap()
    }

    fn text(password: &str) -> Zeroizing<String> {
        Zeroizing::new(password.to_owned())
    }

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let pool = pool(2);
        let one = pool.hash(text("cheval correct pile agrafe")).await.unwrap();
        let other = pool.hash(text("cheval correct pile agrafe")).await.unwrap();
        assert_ne!(one, other, "the salts are the same");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_eq!(pool.verify(text("cheval correct pile agrafe"), Some(one.clone())).await, Ok(true));
        assert_eq!(pool.verify(text("cheval correct pile agrafE"), Some(one.clone())).await, Ok(false));
        assert_eq!(pool.verify(text(""), Some(one)).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_signs_in_without_an_account_or_with_a_broken_hash() {
        let pool = pool(1);
        assert_eq!(pool.verify(text("cheval correct pile agrafe"), None).await, Ok(false));
        let broken = pool.verify(text("cheval correct pile agrafe"), Some("$argon2id$".to_owned())).await;
        assert_eq!(broken, Err(PasswordError::Failed));
        let long = pool.verify(text(&"ab".repeat(600)), None).await;
        assert_eq!(long, Ok(false));
    }

    #[test]
    fn poor_choices_are_refused() {
        let short = Err(PasswordError::TooShort { min: 12 });
        assert_eq!(check_choice(""), short);
        assert_eq!(check_choice("elevenchars"), short);
        assert_eq!(check_choice("           a"), short);
        assert_eq!(check_choice(&"é".repeat(12)), Err(PasswordError::Uniform));
        assert_eq!(check_choice(&"ab".repeat(513)), Err(PasswordError::TooLong { max: 1024 }));
        assert_eq!(check_choice("twelve-chars"), Ok(()));
        assert_eq!(check_choice(&"ab".repeat(512)), Ok(()));
    }

    #[tokio::test]
    async fn callers_beyond_the_queue_are_sent_away() {
        let pool = pool(1);
        let _all = Arc::clone(&pool.admitted).try_acquire_many_owned(1 + WAITING_PER_SLOT as u32).unwrap();
        let answer = pool.verify(text("cheval correct pile agrafe"), None).await;
        assert_eq!(answer, Err(PasswordError::Busy));
        assert_eq!(answer.unwrap_err().at("/password"), ApiError::Unavailable { retry_after_s: 2 });
    }
}
