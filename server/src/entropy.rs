//! Randomness as an argument: seeded by the operating system, or by a test.

use std::sync::{Mutex, PoisonError};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use crate::ids::Id;

/// A source of random bytes fit for keys (ChaCha20).
pub struct Entropy(Mutex<ChaCha20Rng>);

impl Entropy {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self::seeded(seed))
    }

    /// The same bytes for the same seed: for tests.
    #[must_use]
    pub fn seeded(seed: [u8; 32]) -> Self {
        Self(Mutex::new(ChaCha20Rng::from_seed(seed)))
    }

    /// Fills with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        // A thread that panicked while drawing leaves a generator that is as good as before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    /// So many random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A new identifier.
    #[must_use]
    pub fn id(&self) -> Id {
        Id::from_bytes(self.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_no_two_alike() {
        let (one, other) = (Entropy::seeded([7; 32]), Entropy::seeded([7; 32]));
        let drawn: Vec<Id> = (0..100).map(|_| one.id()).collect();
        assert_eq!(drawn, (0..100).map(|_| other.id()).collect::<Vec<_>>());
        assert_eq!(drawn.iter().collect::<std::collections::BTreeSet<_>>().len(), 100);
        assert_ne!(Entropy::from_system().unwrap().id(), Entropy::from_system().unwrap().id());
    }
}
