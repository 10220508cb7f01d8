//! The current year: the one place where the command asks what day it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Mean length of a year of the calendar, in seconds.
const SECONDS_A_YEAR: f64 = 365.2425 * 86_400.0;

/// The current year; `None` with a clock that stands before 1970.
#[must_use]
pub fn year() -> Option<i32> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the clock is read; no score depends on it"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    // Within a day of the turn of the year, which is near enough for the age of a norm.
    Some(1970 + (now.as_secs_f64() / SECONDS_A_YEAR) as i32)
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
