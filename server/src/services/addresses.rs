//! Addresses for mail: each leads to one account.

use crate::app::App;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::Account;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::store::Kind;
use crate::vault::VaultError;

/// The most characters of an address (RFC 5321, §4.5.3.1).
const MAX_CHARS: usize = 254;

/// An address as it is kept: without spaces around it.
///
/// # Errors
/// [`ServiceError::Invalid`] for a text that is no address.
pub fn checked(text: &str, field: &'static str) -> Result<String> {
    let text = text.trim();
    let parts = text.split_once('@').filter(|(local, domain)| {
        let domain_is_one = !domain.contains('@') && !domain.starts_with('.') && !domain.ends_with('.');
        !local.is_empty() && !domain.is_empty() && domain_is_one
    });
    let plain = text.len() <= MAX_CHARS
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"\\()[]".contains(c));
    if parts.is_some() && plain {
        Ok(text.to_owned())
    } else {
        Err(ServiceError::field(field, "an e-mail address such as name@example.org", "check the address"))
    }
}

/// Makes an address lead to an account that is about to be made.
///
/// # Errors
/// [`Refusal::AddressTaken`] when it leads to another one.
pub async fn claim(app: &App, email: &str, account: Id) -> Result<()> {
    let (vault, email) = (app.documents().vault(), normalized(email));
    if put(app, &email, account).await? {
        return Ok(());
    }
    // Somebody who broke off between claiming and making the account has left an address that leads nowhere.
    if let Some(holder) = vault.lookup(&email).await?
        && app.documents().store().fetch(Kind::Account, holder).await?.is_none()
    {
        vault.delete_lookup(holder).await?;
        if put(app, &email, account).await? {
            return Ok(());
        }
    }
    Err(Refusal::AddressTaken.into())
}

/// Whether the address leads to the account now.
async fn put(app: &App, email: &str, account: Id) -> Result<bool> {
    match app.documents().vault().put_lookup(email, account).await {
        Ok(()) => Ok(true),
        Err(VaultError::LookupTaken) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// An address as it is looked up: however it is written in capitals, with whatever spaces around it.
fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The account that an address leads to, if there is one.
///
/// # Errors
/// What store and vault say.
pub async fn account_of(app: &App, email: &str) -> Result<Option<Stored<Account>>> {
    let Some(id) = app.documents().vault().lookup(&normalized(email)).await? else { return Ok(None) };
    match app.documents().load(id).await {
        Ok(account) => Ok(Some(account)),
        Err(ServiceError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", "a", "@", "a@", "@b", "a@b@c", "a b@c.fr", "a@.fr", "a@b.", "a@b\r\nBcc: c@d", "<a@b.fr>", "a,b@c.fr"]
        {
            assert!(checked(text, "/email").is_err(), "{text}");
        }
        assert!(checked(&format!("{}@example.org", "a".repeat(243)), "/email").is_err());
        for text in [" zoe@example.org ", "zoé.d'arc+bilan@exemple.fr", "a@localhost"] {
            assert_eq!(checked(text, "/email").unwrap(), text.trim());
        }
    }
}
