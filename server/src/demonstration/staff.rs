//! Staff of the demonstration who can sign in at once.

use zeroize::Zeroizing;

use super::PASSWORD;
use crate::access::recovery::RecoveryCodes;
use crate::access::totp::TotpSecret;
use crate::app::App;
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Qualification, Role};
use crate::services::addresses;
use crate::services::error::{Result, ServiceError};
use crate::services::houses::NewAccount;

/// Somebody of staff.
pub(super) struct Staff<'a> {
    pub house: Id,
    pub role: Role,
    pub name: &'a str,
    pub email: &'a str,
    pub qualifications: Vec<Qualification>,
}

/// Makes an account with the password of all; returns recovery codes, in place of an authenticator application.
///
/// # Errors
/// What store and vault say.
pub(super) async fn create(app: &App, staff: Staff<'_>, language: &str) -> Result<(Id, Vec<String>)> {
    let hash = app.passwords().hash(Zeroizing::new(PASSWORD.to_owned())).await;
    let hash = hash.map_err(|error| ServiceError::password(error, "/password"))?;
    let (codes, kept) = RecoveryCodes::create(app.entropy());
    let account = NewAccount {
        id: app.entropy().id(),
        tenant: staff.house,
        key: app.documents().vault().create_key().await?,
        state: account::state::ACTIVE,
        content: Account {
            role: staff.role,
            name: staff.name.to_owned(),
            email: Some(staff.email.to_owned()),
            language: language.to_owned(),
            credentials: Credentials {
                password: Some(hash),
                totp_secret: Some(TotpSecret::create(app.entropy())),
                totp_confirmed: true,
                totp_last_step: None,
                recovery: Some(kept),
            },
            qualifications: staff.qualifications,
            reset: None,
            bilan: None,
            scopes: Vec::new(),
            created: app.now(),
        },
    };
    addresses::claim(app, staff.email, account.id).await?;
    app.documents().commit(vec![account.change(app).await?]).await?;
    Ok((account.id, codes))
}
