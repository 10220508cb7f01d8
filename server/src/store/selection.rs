//! How lists of records are asked for.

use crate::clock::Timestamp;
use crate::ids::Id;

use super::{Kind, Record};

/// Describes a page of records of one kind: what each of the given fields must be.
///
/// The order is by identifier; with [`due_before`](Self::due_before) it is by due date, then identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The kind.
    pub kind: Kind,
    /// Of this tenant.
    pub tenant: Option<Id>,
    /// Of this bilan.
    pub bilan: Option<Id>,
    /// Hanging on this record.
    pub parent: Option<Id>,
    /// Of this account.
    pub owner: Option<Id>,
    /// In this state.
    pub state: Option<String>,
    /// With a due date before this moment.
    pub due_before: Option<Timestamp>,
    /// After the record with this identifier: the last one of the page before.
    pub after: Option<Id>,
    /// With `due_before` and `after`: the due date that the last record of the page before had.
    pub after_due: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

impl Selection {
    /// How many records a page has unless another number is given.
    pub const PAGE: u32 = 100;

    /// The first page of all records of a kind.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            tenant: None,
            bilan: None,
            parent: None,
            owner: None,
            state: None,
            due_before: None,
            after: None,
            after_due: None,
            limit: Self::PAGE,
        }
    }

    /// The page that follows the one that ended with `last`.
    #[must_use]
    pub fn following(&self, last: &Record) -> Self {
        Self { after: Some(last.id), after_due: self.due_before.and(last.due), ..self.clone() }
    }
}
