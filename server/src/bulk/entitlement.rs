//! The declaration that bulk scoring needs: past results may be scored only by whoever may still keep them (CT-13).

use serde::{Deserialize, Serialize};

use crate::clock::{DAY_MS, Timestamp};
use crate::ids::Id;

/// Why an organisation may keep the rows that it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "basis")]
pub enum Basis {
    /// The rows cannot be traced to anybody.
    Anonymous,
    /// Everybody in the rows has a written agreement that still runs.
    LiveAgreement {
        /// When the first of these agreements ends.
        ends: Timestamp,
    },
}

/// An organisation's recorded word that it is entitled to keep rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The organisation.
    pub organisation: Id,
    /// The account that declared.
    pub declared_by: Id,
    /// When.
    pub declared_at: Timestamp,
    /// On what ground.
    pub basis: Basis,
}

/// Why rows are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEntitled {
    /// Nothing was declared.
    #[error(
        "bulk scoring needs the organisation's declaration that it may keep the rows: a live agreement, or anonymous data"
    )]
    NothingDeclared,
    /// The declaration is another organisation's.
    #[error("the declaration is of another organisation; record one of your own")]
    OtherOrganisation,
    /// The agreement is over.
    #[error("the declared agreements ended on {ended}; rows beyond their end must be destroyed, not scored")]
    Ended {
        /// When.
        ended: Timestamp,
    },
    /// The agreement would run longer than the law lets one run.
    #[error("an agreement ends at most one year after the bilan, so none declared today ends on {ends}")]
    TooLong {
        /// The end declared.
        ends: Timestamp,
    },
}

/// Proof that a declaration was checked: nothing is scored in bulk without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitled {
    organisation: Id,
    until: Option<Timestamp>,
}

/// A year and the day of a leap year: no agreement that runs now can end later.
const LONGEST_MS: i64 = 366 * DAY_MS;

impl Declaration {
    /// Checks a declaration at the moment of scoring.
    ///
    /// # Errors
    /// [`NotEntitled`].
    pub fn check(declaration: Option<&Self>, organisation: Id, now: Timestamp) -> Result<Entitled, NotEntitled> {
        let declaration = declaration.ok_or(NotEntitled::NothingDeclared)?;
        if declaration.organisation != organisation {
            return Err(NotEntitled::OtherOrganisation);
        }
        let until = match declaration.basis {
            Basis::Anonymous => None,
            Basis::LiveAgreement { ends } if ends <= now => return Err(NotEntitled::Ended { ended: ends }),
            Basis::LiveAgreement { ends } if ends.since(now) > LONGEST_MS => return Err(NotEntitled::TooLong { ends }),
            Basis::LiveAgreement { ends } => Some(ends),
        };
        Ok(Entitled { organisation, until })
    }
}

impl Entitled {
    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> Id {
        self.organisation
    }

    /// Until when the rows may be kept; `None` for anonymous rows.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn declared(basis: Basis) -> Result<Entitled, NotEntitled> {
        let organisation = Id::from_bytes([1; 16]);
        let declaration = Declaration { organisation, declared_by: Id::from_bytes([2; 16]), declared_at: NOW, basis };
        Declaration::check(Some(&declaration), organisation, NOW)
    }

    #[test]
    fn nothing_is_scored_without_a_live_ground() {
        let organisation = Id::from_bytes([1; 16]);
        assert_eq!(Declaration::check(None, organisation, NOW), Err(NotEntitled::NothingDeclared));
        assert_eq!(declared(Basis::LiveAgreement { ends: NOW }), Err(NotEntitled::Ended { ended: NOW }));
        let late = NOW.plus(367 * DAY_MS);
        assert_eq!(declared(Basis::LiveAgreement { ends: late }), Err(NotEntitled::TooLong { ends: late }));
        let soon = NOW.plus(1);
        assert_eq!(declared(Basis::LiveAgreement { ends: soon }).unwrap().until(), Some(soon));
        assert_eq!(declared(Basis::Anonymous).unwrap().until(), None);
    }

    #[test]
    fn a_declaration_serves_its_own_organisation_only() {
        let declaration = Declaration {
            organisation: Id::from_bytes([1; 16]),
            declared_by: Id::from_bytes([2; 16]),
            declared_at: NOW,
            basis: Basis::Anonymous,
        };
        let other = Declaration::check(Some(&declaration), Id::from_bytes([3; 16]), NOW);
        assert_eq!(other, Err(NotEntitled::OtherOrganisation));
    }
}
