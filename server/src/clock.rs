//! Time as an argument: the system's clock, and one that tests set.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// Takes milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar day in Paris, where the law counts days.
    #[must_use]
    pub fn paris_day(self) -> Date {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        instant.to_zoned_datetime(paris()).date()
    }

    /// What a clock on a wall in Paris shows.
    #[must_use]
    pub fn paris_clock(self) -> jiff::civil::DateTime {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        instant.to_zoned_datetime(paris()).datetime()
    }

    /// The moment at which a clock on a wall in Paris shows a day and a time; the first of them where it shows it twice.
    #[must_use]
    pub fn of_paris_clock(shown: jiff::civil::DateTime) -> Self {
        shown.to_zoned_datetime(paris()).map_or(Self(i64::MAX), |moment| Self(moment.timestamp().as_millisecond()))
    }

    /// The first moment of a calendar day in Paris.
    #[must_use]
    pub fn start_of_paris_day(day: Date) -> Self {
        // A day exists in Paris whatever its date; the borders of the calendar itself saturate.
        day.to_zoned_datetime(paris()).map_or(Self(i64::MAX), |start| Self(start.timestamp().as_millisecond()))
    }

    /// The year and month, such as `2026-11`, in UTC: the name of a segment of the audit log.
    #[must_use]
    pub fn month(self) -> String {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = instant.to_zoned_datetime(TimeZone::UTC).date();
        format!("{:04}-{:02}", date.year(), date.month())
    }
}

impl fmt::Display for Timestamp {
    /// ISO 8601 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => fmt::Display::fmt(&instant, f),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

fn paris() -> TimeZone {
    // The time zones are compiled in, so the name is always known.
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that stands where it is set.
#[derive(Debug)]
pub struct SimulatedClock(AtomicI64);

impl SimulatedClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves it on.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_paris_is_read_back() {
        for shown in [jiff::civil::datetime(2026, 7, 14, 9, 30, 0, 0), jiff::civil::datetime(2026, 12, 1, 23, 59, 0, 0)]
        {
            assert_eq!(Timestamp::of_paris_clock(shown).paris_clock(), shown);
        }
    }

    #[test]
    fn days_are_counted_in_paris() {
        // 2026-03-28T23:30:00Z is half past midnight of the 29th in Paris, the day summer time begins.
        let late = Timestamp::from_millis(1_774_740_600_000);
        assert_eq!(late.paris_day(), jiff::civil::date(2026, 3, 29));
        // That day starts at 23:00Z and lasts 23 hours.
        let start = Timestamp::start_of_paris_day(jiff::civil::date(2026, 3, 29));
        let next = Timestamp::start_of_paris_day(jiff::civil::date(2026, 3, 30));
        assert_eq!(late.since(start), 30 * 60_000);
        assert_eq!(next.since(start), 23 * 3_600_000);
        assert_eq!(late.month(), "2026-03");
    }
}
