//! Days, times of day and durations in words: « 3 novembre 2026 », « 14 h 30 », « 2 h 05 ».

use serde::Serialize;

use super::Language;

const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1 on.
    pub day: u8,
}

/// A moment as a clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
}

/// The name of a month, 1 to 12; `None` for one that does not exist.
#[must_use]
pub fn month_name(language: Language, month: u8) -> Option<&'static str> {
    let names = match language {
        Language::French => MONTHS_FR,
        Language::English => MONTHS_EN,
    };
    names.get(usize::from(month).checked_sub(1)?).copied()
}

/// A day: « 3 novembre 2026 », "3 November 2026". A month that does not exist is left as its number.
#[must_use]
pub fn day(language: Language, date: Date) -> String {
    let number = date.month.to_string();
    let month = month_name(language, date.month).unwrap_or(&number);
    // In French the first of a month is an ordinal.
    let day = match (language, date.day) {
        (Language::French, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    format!("{day}\u{a0}{month} {}", date.year)
}

/// A time of day: « 14 h 30 », "14:30".
#[must_use]
pub fn time(language: Language, moment: Moment) -> String {
    match language {
        Language::French => format!("{}\u{a0}h\u{a0}{:02}", moment.hour, moment.minute),
        Language::English => format!("{}:{:02}", moment.hour, moment.minute),
    }
}

/// A duration in hours and minutes: « 2 h 05 », "2 h 05 min"; the nearest minute.
#[must_use]
pub fn duration(language: Language, minutes: u64) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    match language {
        Language::French => format!("{hours}\u{a0}h\u{a0}{rest:02}"),
        Language::English => format!("{hours}\u{a0}h {rest:02}\u{a0}min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_read_as_they_are_said() {
        let date = Date { year: 2026, month: 11, day: 3 };
        assert_eq!(day(Language::French, date), "3\u{a0}novembre 2026");
        assert_eq!(day(Language::French, Date { day: 1, month: 8, ..date }), "1er\u{a0}août 2026");
        assert_eq!(day(Language::English, Date { day: 1, ..date }), "1\u{a0}November 2026");
        assert_eq!(day(Language::English, Date { month: 13, ..date }), "3\u{a0}13 2026");
        let moment = Moment { day: date, hour: 9, minute: 5 };
        assert_eq!(time(Language::French, moment), "9\u{a0}h\u{a0}05");
        assert_eq!(time(Language::English, moment), "9:05");
        assert_eq!(duration(Language::French, 125), "2\u{a0}h\u{a0}05");
        assert_eq!(duration(Language::English, 59), "0\u{a0}h 59\u{a0}min");
    }
}
