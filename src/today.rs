//! The current day: the one place where the command asks what day it is.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "pdf")]
use reports::document::model::Date;

/// The current day in UTC; `None` with a clock that stands before 1970.
fn now() -> Option<jiff::civil::Date> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the clock is read; no score depends on it"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let now = jiff::Timestamp::from_second(i64::try_from(now.as_secs()).ok()?).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(now).date())
}

/// The current year; `None` without a clock.
#[must_use]
pub fn year() -> Option<i32> {
    Some(now()?.year().into())
}

/// The current day, for a document; `None` without a clock.
#[cfg(feature = "pdf")]
#[must_use]
pub fn day() -> Option<Date> {
    let day = now()?;
    let (year, month, day) = (day.year().try_into().ok()?, day.month().try_into().ok()?, day.day().try_into().ok()?);
    Some(Date { year, month, day })
}

/// How old something of a year is: `, 12 years old`; nothing for this year, the future or without a clock.
#[must_use]
pub fn age_words(of: i32, today: Option<i32>) -> String {
    match today.map(|today| today.saturating_sub(of)) {
        Some(1) => ", 1 year old".to_owned(),
        Some(years) if years > 1 => format!(", {years} years old"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_in_words() {
        assert_eq!(age_words(2014, Some(2026)), ", 12 years old");
        assert_eq!(age_words(2025, Some(2026)), ", 1 year old");
        assert_eq!(age_words(2026, Some(2026)) + &age_words(2030, Some(2026)) + &age_words(2014, None), "");
        assert!(year().is_some_and(|year| (2026..2200).contains(&year)));
    }
}
