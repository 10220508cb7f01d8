//! Declarations that an organisation may keep the rows it has scored (CT-13): who, when, on what ground, until when.

use crate::app::{App, Caller};
use crate::bulk::entitlement::{Basis, Declaration, Entitled};
use crate::documents::{Stored, audience};
use crate::records::declaration::{RecordedDeclaration, state};
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::store::{Kind, Record, Selection};

/// Records a declaration.
///
/// # Errors
/// [`Refusal::WrongHouse`] for a house that is no organisation; an end that has come, or is further off than any agreement's.
pub async fn declare(app: &App, caller: &Caller, basis: Basis, text: String) -> Result<Stored<RecordedDeclaration>> {
    let documents = app.documents();
    let house: Stored<Tenant> = documents.load(caller.tenant).await?;
    if house.content.kind != TenantKind::Organisation {
        return Err(Refusal::WrongHouse.into());
    }
    let now = app.now();
    let declaration = Declaration { organisation: caller.tenant, declared_by: caller.account, declared_at: now, basis };
    Declaration::check(Some(&declaration), caller.tenant, now).map_err(|_| {
        ServiceError::field(
            "/ends",
            "from now to 366 days ahead",
            "name the day on which the first of the agreements ends",
        )
    })?;
    let record = Record {
        kind: Kind::Declaration,
        id: app.entropy().id(),
        tenant: caller.tenant,
        bilan: None,
        parent: None,
        owner: Some(caller.account),
        state: state::RECORDED.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 1,
        key: Some(documents.vault().create_key().await?),
        body: Vec::new(),
    };
    let content = RecordedDeclaration { declaration, text };
    let entry = AuditEntry::new(Some(caller.account), Verb::Create, Kind::Declaration, Some(record.id), None);
    documents.commit(vec![documents.insert(record.clone(), &content).await?, entry.at(now)?]).await?;
    Ok(Stored { record, content })
}

/// Proof that the caller's house may have rows scored now: by its latest declaration that is live.
///
/// # Errors
/// [`Refusal::NoDeclaration`].
pub async fn entitled(app: &App, caller: &Caller) -> Result<Entitled> {
    live(app, caller).await?.map(|(_, entitled)| entitled).ok_or(Refusal::NoDeclaration.into())
}

/// The latest declaration of the caller's house that is live, and the proof that it gives.
///
/// # Errors
/// What store and vault say.
pub async fn live(app: &App, caller: &Caller) -> Result<Option<(Stored<RecordedDeclaration>, Entitled)>> {
    let now = app.now();
    let mut selection = Selection::of(Kind::Declaration);
    selection.tenant = Some(caller.tenant);
    let mut live: Option<(Stored<RecordedDeclaration>, Entitled)> = None;
    loop {
        let page = app.documents().select::<RecordedDeclaration>(&selection).await?;
        let Some(last) = page.last() else { break };
        selection = selection.following(&last.record);
        for stored in page {
            let declaration = &stored.content.declaration;
            let Ok(entitled) = Declaration::check(Some(declaration), caller.tenant, now) else { continue };
            let is_later = |(known, _): &(Stored<RecordedDeclaration>, Entitled)| {
                declaration.declared_at >= known.content.declaration.declared_at
            };
            if live.as_ref().is_none_or(is_later) {
                live = Some((stored, entitled));
            }
        }
    }
    Ok(live)
}
