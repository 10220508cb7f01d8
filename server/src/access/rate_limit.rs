//! Limits on how often one caller may ask.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::clock::{Clock, Timestamp};
use crate::error::ApiError;
use crate::ids::Id;

/// A rate: so many in a minute, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a minute in the long run, at least 1.
    pub per_minute: u32,
    /// Requests at once, at least 1.
    pub burst: u32,
}

/// Seconds to wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub u64);

/// Token buckets, one for each key.
///
/// A bucket is one number, the moment at which it will be full again (the generic cell rate algorithm): a request adds
/// the time of one token to it and is refused when it would be more than a burst ahead of now.
pub struct RateLimiter<K> {
    rate: Rate,
    clock: Arc<dyn Clock>,
    max_buckets: usize,
    buckets: Mutex<Buckets<K>>,
}

struct Buckets<K> {
    full_at: HashMap<K, i64>,
    /// The one bucket of all keys that found no room. Keys that have a bucket keep it: a flood of new keys neither
    /// frees an old one nor grows the memory.
    overflow: i64,
    swept_at: i64,
}

impl<K: Eq + Hash> RateLimiter<K> {
    /// A limiter with at most `max_buckets` buckets.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>, max_buckets: usize) -> Self {
        let buckets = Buckets { full_at: HashMap::new(), overflow: i64::MIN, swept_at: i64::MIN };
        Self { rate, clock, max_buckets, buckets: Mutex::new(buckets) }
    }

    /// Takes one token of `key`.
    ///
    /// # Errors
    /// How long to wait when there is none.
    pub fn take(&self, key: K) -> Result<(), RetryAfter> {
        let now = microseconds(self.clock.now());
        // A thread that panicked in here has at worst lost one token.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.full_at.len() >= self.max_buckets && !buckets.full_at.contains_key(&key) {
            buckets.sweep(now);
        }
        let room = buckets.full_at.len() < self.max_buckets || buckets.full_at.contains_key(&key);
        let bucket = if room { buckets.full_at.entry(key).or_insert(i64::MIN) } else { &mut buckets.overflow };
        self.rate.take(bucket, now)
    }

    /// Gives the tokens of `key` back, such as after a successful sign-in.
    pub fn reset(&self, key: &K) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).full_at.remove(key);
    }

    /// How many buckets there are.
    #[must_use]
    pub fn n_buckets(&self) -> usize {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).full_at.len()
    }
}

impl<K: Eq + Hash> Buckets<K> {
    /// Drops the buckets that are full: a new one would be the same. At most once a second, as it reads them all.
    fn sweep(&mut self, now: i64) {
        if now.saturating_sub(self.swept_at) >= 1_000_000 {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.swept_at = now;
        }
    }
}

impl Rate {
    fn token_us(self) -> i64 {
        60_000_000 / i64::from(self.per_minute.max(1))
    }

    fn take(self, full_at: &mut i64, now: i64) -> Result<(), RetryAfter> {
        let token = self.token_us();
        let most_ahead = token.saturating_mul(i64::from(self.burst.max(1)));
        // The upper bound matters only when the clock was set back.
        let from = (*full_at).clamp(now, now.saturating_add(most_ahead));
        let after = from.saturating_add(token);
        let too_far = after.saturating_sub(now).saturating_sub(most_ahead);
        if too_far > 0 {
            *full_at = from;
            return Err(RetryAfter(u64::try_from(too_far).unwrap_or(0).div_ceil(1_000_000)));
        }
        *full_at = after;
        Ok(())
    }
}

fn microseconds(now: Timestamp) -> i64 {
    now.as_millis().saturating_mul(1000)
}

/// The three rates of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Of a session or a program token.
    pub caller: Rate,
    /// Of an address without a session.
    pub address: Rate,
    /// Of attempts to sign in to one account.
    pub sign_in: Rate,
}

/// The limits of the service.
pub struct RateLimits {
    callers: RateLimiter<Id>,
    addresses: RateLimiter<IpAddr>,
    sign_in: RateLimiter<[u8; 32]>,
}

/// Buckets of each limiter: about 10 MB together when all are taken.
const MAX_BUCKETS: usize = 100_000;

impl RateLimits {
    /// Limits with these rates.
    #[must_use]
    pub fn new(rates: Rates, clock: &Arc<dyn Clock>) -> Self {
        Self {
            callers: RateLimiter::new(rates.caller, Arc::clone(clock), MAX_BUCKETS),
            addresses: RateLimiter::new(rates.address, Arc::clone(clock), MAX_BUCKETS),
            sign_in: RateLimiter::new(rates.sign_in, Arc::clone(clock), MAX_BUCKETS),
        }
    }

    /// A request of a session or a program, by the identifier of either.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`].
    pub fn caller(&self, session_or_token: Id) -> Result<(), ApiError> {
        self.callers.take(session_or_token).map_err(too_many)
    }

    /// A request without a session.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`].
    pub fn address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.addresses.take(neighbourhood(address)).map_err(too_many)
    }

    /// An attempt to sign in, whether the account exists or not.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`].
    pub fn sign_in(&self, account: &str) -> Result<(), ApiError> {
        self.sign_in.take(account_key(account)).map_err(too_many)
    }

    /// A sign-in that has succeeded: the attempts before it are forgotten.
    pub fn signed_in(&self, account: &str) {
        self.sign_in.reset(&account_key(account));
    }
}

fn too_many(RetryAfter(retry_after_s): RetryAfter) -> ApiError {
    ApiError::TooManyRequests { retry_after_s }
}

/// Only a hash of what was typed stays in memory.
fn account_key(account: &str) -> [u8; 32] {
    Sha256::digest(account.trim().to_lowercase()).into()
}

/// The address, or for IPv6 the /64 that one subscriber has to themselves.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimulatedClock;

    fn limiter(rate: Rate, max_buckets: usize) -> (Arc<SimulatedClock>, RateLimiter<u32>) {
        let clock = Arc::new(SimulatedClock::at(Timestamp::from_millis(1_000_000)));
        (Arc::clone(&clock), RateLimiter::new(rate, clock, max_buckets))
    }

    #[test]
    fn after_a_burst_the_rate_holds() {
        let (clock, limiter) = limiter(Rate { per_minute: 6, burst: 3 }, 10);
        for _ in 0..3 {
            assert_eq!(limiter.take(1), Ok(()));
        }
        // A token every 10 s.
        assert_eq!(limiter.take(1), Err(RetryAfter(10)));
        assert_eq!(limiter.take(2), Ok(()), "another key has a bucket of its own");
        clock.advance(9_999);
        assert_eq!(limiter.take(1), Err(RetryAfter(1)));
        clock.advance(1);
        assert_eq!(limiter.take(1), Ok(()));
        assert_eq!(limiter.take(1), Err(RetryAfter(10)));
        clock.advance(3_600_000);
        assert_eq!((0..5).filter(|_| limiter.take(1).is_ok()).count(), 3);
    }

    #[test]
    fn refused_requests_do_not_prolong_the_wait() {
        let (clock, limiter) = limiter(Rate { per_minute: 60, burst: 1 }, 10);
        assert_eq!(limiter.take(1), Ok(()));
        for _ in 0..100 {
            assert_eq!(limiter.take(1), Err(RetryAfter(1)));
        }
        clock.advance(1_000);
        assert_eq!(limiter.take(1), Ok(()));
    }

    #[test]
    fn a_flood_of_keys_stays_in_its_memory_and_frees_no_one() {
        let (clock, limiter) = limiter(Rate { per_minute: 60, burst: 2 }, 100);
        assert_eq!((limiter.take(0), limiter.take(0)), (Ok(()), Ok(())));
        let let_in = (1..10_000).filter(|key| limiter.take(*key).is_ok()).count();
        // 99 keys found a bucket; the others share one with two tokens.
        assert_eq!((let_in, limiter.n_buckets()), (99 + 2, 100));
        assert_eq!(limiter.take(0), Err(RetryAfter(1)));
        clock.advance(2_000);
        assert_eq!(limiter.take(20_000), Ok(()));
        assert_eq!(limiter.n_buckets(), 1, "full buckets are swept");
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out_for_long() {
        let (clock, limiter) = limiter(Rate { per_minute: 6, burst: 1 }, 10);
        assert_eq!(limiter.take(1), Ok(()));
        clock.advance(-86_400_000);
        assert_eq!(limiter.take(1), Err(RetryAfter(10)));
        clock.advance(10_000);
        assert_eq!(limiter.take(1), Ok(()));
    }

    #[test]
    fn attempts_to_sign_in_are_counted_by_account_and_forgotten_on_success() {
        let rate = Rate { per_minute: 1, burst: 2 };
        let clock: Arc<dyn Clock> = Arc::new(SimulatedClock::at(Timestamp::from_millis(0)));
        let limits = RateLimits::new(Rates { caller: rate, address: rate, sign_in: rate }, &clock);
        assert_eq!(limits.sign_in("zoe@example.fr"), Ok(()));
        assert_eq!(limits.sign_in(" Zoe@Example.fr"), Ok(()));
        assert_eq!(limits.sign_in("zoe@example.fr"), Err(ApiError::TooManyRequests { retry_after_s: 60 }));
        assert_eq!(limits.sign_in("max@example.fr"), Ok(()));
        limits.signed_in("ZOE@example.fr");
        assert_eq!(limits.sign_in("zoe@example.fr"), Ok(()));
        let session = Id::from_bytes([1; 16]);
        assert_eq!((limits.caller(session), limits.caller(session)), (Ok(()), Ok(())));
        assert!(limits.caller(session).is_err());
    }

    #[test]
    fn neighbours_of_one_ipv6_network_share_a_bucket() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
    }
}
