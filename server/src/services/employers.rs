//! Employers by name: how a consultant finds the one who pays, without anybody's list of clients.
//!
//! A name opens the one house that has it, written in full; what is offered to choose from are the employers of the consultant's own
//! bilans. No consultant sees which other employers the service knows.

use std::collections::BTreeSet;

use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::bilan::Funding;
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::bilans;
use crate::services::error::{Result, ServiceError};
use crate::store::{Kind, Selection};

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// To no employer.
    Nobody,
    /// To one.
    One(Id),
    /// To several who are called the same.
    Several,
}

/// The employer of a name, written in full; capitals, apostrophes and spaces may differ.
///
/// # Errors
/// What store and vault say.
pub async fn named(app: &App, name: &str) -> Result<Named> {
    let wanted = folded(name);
    let mut found = Named::Nobody;
    let mut selection = Selection::of(Kind::Tenant);
    loop {
        let page: Vec<Stored<Tenant>> = app.documents().select(&selection).await?;
        let Some(last) = page.last() else { return Ok(found) };
        selection = selection.following(&last.record);
        for house in &page {
            if house.content.kind == TenantKind::Employer && folded(&house.content.name) == wanted {
                found = match found {
                    Named::Nobody => Named::One(house.record.id),
                    Named::One(_) | Named::Several => Named::Several,
                };
            }
        }
    }
}

/// The names of the employers who pay for bilans in the caller's care, in order.
///
/// # Errors
/// What store and vault say.
pub async fn of_her_bilans(app: &App, caller: &Caller) -> Result<BTreeSet<String>> {
    let mut employers = BTreeSet::new();
    for bilan in bilans::granted(app, caller).await? {
        if let (Funding::Employer { employer, .. }, true) =
            (&bilan.content.funding, bilan.content.consultant == caller.account)
        {
            employers.insert(*employer);
        }
    }
    let mut names = BTreeSet::new();
    for employer in employers {
        match app.documents().load::<Tenant>(employer).await {
            Ok(house) => {
                names.insert(house.content.name);
            }
            Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(names)
}

/// A name as it is compared.
fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").replace('’', "'").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_apostrophes_and_spaces_make_no_other_name() {
        assert_eq!(folded("  L’Atelier \u{a0}du  BOIS "), folded("l'atelier du bois"));
        assert_ne!(folded("Atelier du bois"), folded("Atelier du boi"));
    }
}
