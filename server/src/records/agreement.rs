//! Written agreements on what lives on after the end, one year at most (R6313-7).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// A day of destruction that cannot lie more than a year after the end of the bilan.
///
/// The field is private: a later date cannot be expressed (CT-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeptDays(u16);

/// The most days a document may be kept after the end.
pub const MOST_DAYS: u16 = 365;

/// A term beyond a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("documents may be kept from 1 to {MOST_DAYS} days after the end of the bilan")]
pub struct TermTooLong;

impl KeptDays {
    /// Checks a number of days after the end.
    ///
    /// # Errors
    /// [`TermTooLong`].
    pub fn new(days: u16) -> Result<Self, TermTooLong> {
        if (1..=MOST_DAYS).contains(&days) { Ok(Self(days)) } else { Err(TermTooLong) }
    }

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }

    /// The first moment at which nothing may be left, for a bilan that ended at `end`; a stored number beyond the year counts as a year.
    #[must_use]
    pub fn until(self, end: Timestamp) -> Timestamp {
        let day = end.paris_day();
        let last = day.checked_add(jiff::Span::new().days(i64::from(self.0.min(MOST_DAYS)))).unwrap_or(Date::MAX);
        Timestamp::start_of_paris_day(last)
    }
}

/// What shows that the beneficiary agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Signature {
    /// Signed in the service, by the beneficiary's own session.
    InService,
    /// Signed on paper; where the paper is.
    OnPaper {
        /// Where the paper is kept.
        place: String,
    },
}

/// A written agreement: these documents, for this purpose, so long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The documents it covers, each by its record.
    pub documents: Vec<Id>,
    /// The need for follow-up it rests on.
    pub purpose: String,
    /// How long after the end.
    pub kept: KeptDays,
    /// What shows it.
    pub signature: Signature,
    /// When it was signed.
    pub signed: Timestamp,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
}

impl Document for Agreement {
    const KIND: Kind = Kind::Agreement;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_date_cannot_be_expressed() {
        assert_eq!(KeptDays::new(0), Err(TermTooLong));
        assert_eq!(KeptDays::new(366), Err(TermTooLong));
        let kept = KeptDays::new(365).unwrap();
        // 2026-01-15 in Paris plus 365 days.
        let end = Timestamp::from_millis(1_768_478_400_000);
        assert_eq!(kept.until(end), Timestamp::start_of_paris_day(jiff::civil::date(2027, 1, 15)));
        // Bytes that say more than a year are read as a year.
        let forged: KeptDays = rmp_serde::from_slice(&rmp_serde::to_vec(&60_000_u16).unwrap()).unwrap();
        assert_eq!(forged.until(end), kept.until(end));
    }
}
