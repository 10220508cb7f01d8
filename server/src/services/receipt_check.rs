//! Whether every receipt of a destruction holds: its signature, its key, its content.

use crate::app::App;
use crate::ids::Id;
use crate::records::receipt::Destroying;
use crate::services::destruction;
use crate::services::error::{Result, ServiceError};
use crate::store::{Kind, Selection};
use crate::vault::verify_receipt;

/// How the receipts were found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckedReceipts {
    /// Receipts that hold.
    pub n_valid: u64,
    /// Destructions that are decided and have no receipt yet.
    pub n_waiting: u64,
    /// Receipts that do not hold.
    pub broken: Vec<Id>,
}

/// Checks all receipts against the published keys.
///
/// # Errors
/// What store and vault say.
pub async fn check(app: &App) -> Result<CheckedReceipts> {
    let keys = app.documents().vault().public_keys().await?.to_json();
    let keys = keys.map_err(|_| ServiceError::Broken("the public keys cannot be written"))?;
    let mut checked = CheckedReceipts::default();
    let mut selection = Selection::of(Kind::Receipt);
    loop {
        let page = app.documents().store().select(&selection).await?;
        let Some(last) = page.last() else { return Ok(checked) };
        selection = selection.following(last);
        for record in page {
            let id = record.id;
            match destruction::read(record) {
                Ok(stored) => match stored.content {
                    Destroying::Draft(_) => checked.n_waiting += 1,
                    Destroying::Issued(text) if verify_receipt(&text, &keys).is_ok() => checked.n_valid += 1,
                    Destroying::Issued(_) => checked.broken.push(id),
                },
                Err(_) => checked.broken.push(id),
            }
        }
    }
}
