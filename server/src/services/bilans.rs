//! A bilan from the proposal to the conclusions: proposing, consenting, moving on.

use std::collections::BTreeSet;

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Role};
use crate::records::administrative::Administrative;
use crate::records::bilan::{Bilan, Consent, Funding, Phase, PhaseStep};
use crate::records::grant::{Basis, DocumentClass, GrantContent, bits};
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::consent_text::consent_text;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::{addresses, life, resets};
use crate::store::{Change, GrantRow, Kind, Record};
use crate::vault::Context;

/// What a consultant says when she proposes a bilan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Name of the beneficiary.
    pub name: String,
    /// Her address for mail, where one is known.
    pub email: Option<String>,
    /// Tag of her language.
    pub language: String,
    /// Who pays.
    pub funding: Funding,
}

/// What the consultant in charge may read once consent is given.
const WITH_CONSENT: [DocumentClass; 9] = DocumentClass::ALL;

/// What she may read before: whom to invite, and how far that is.
const BEFORE_CONSENT: [DocumentClass; 2] = [DocumentClass::Dates, DocumentClass::Contact];

/// Proposes a bilan: accounts and records are made, nothing is asked yet.
///
/// # Errors
/// [`Refusal::WrongHouse`] outside a centre; [`Refusal::AddressTaken`]; what store and vault say.
pub async fn propose(app: &App, caller: &Caller, proposal: Proposal) -> Result<Stored<Bilan>> {
    let now = app.now();
    let house: Stored<Tenant> = app.documents().load(caller.tenant).await?;
    if house.content.kind != TenantKind::Centre {
        return Err(Refusal::EmployerOwnsNone.into());
    }
    if let Funding::Employer { employer, .. } = &proposal.funding {
        let employer: Stored<Tenant> = app.documents().load(*employer).await.map_err(|error| match error {
            ServiceError::NotFound => {
                ServiceError::field("/funding/employer", "the id of an employer", "ask an administrator for it")
            }
            other => other,
        })?;
        if employer.content.kind != TenantKind::Employer {
            return Err(Refusal::WrongHouse.into());
        }
    }
    let vault = app.documents().vault();
    let keys = vault.create_keys(4).await?;
    let [contact_key, bilan_key, administrative_key, grant_key] = <[Id; 4]>::try_from(keys)
        .map_err(|_| ServiceError::Broken("the vault made another number of keys than asked for"))?;
    let (account_id, bilan_id, administrative_id) = (app.entropy().id(), app.entropy().id(), app.entropy().id());
    let consultant: Stored<Account> = app.documents().load(caller.account).await?;
    resets::check_not_under_reset(&consultant.content)?;
    let email = proposal.email.as_deref().map(|email| addresses::checked(email, "/email")).transpose()?;
    if let Some(email) = &email {
        addresses::claim(app, email, account_id).await?;
    }
    let beneficiary = Account {
        role: Role::Beneficiary,
        name: proposal.name.clone(),
        email,
        language: proposal.language,
        credentials: Credentials::default(),
        qualifications: Vec::new(),
        reset: None,
        bilan: Some(bilan_id),
        scopes: Vec::new(),
        created: now,
    };
    let bilan = Bilan {
        beneficiary: account_id,
        consultant: caller.account,
        funding: proposal.funding.clone(),
        consent: None,
        steps: vec![PhaseStep { phase: Phase::Proposed, at: now, by: Some(caller.account) }],
        active: now,
        notices: Vec::new(),
        access_requested: None,
        delivered: None,
        administrative: administrative_id,
        salt: app.entropy().bytes::<32>().to_vec(),
        transfer: None,
    };
    let administrative = Administrative {
        beneficiary: proposal.name,
        consultant: consultant.content.name,
        funding: proposal.funding,
        consent: None,
        phases: vec![(Phase::Proposed, now)],
        attendance: Vec::new(),
        receipts: Vec::new(),
    };
    let of_bilan = |kind: Kind, id: Id, key: Id, state: &str| Record {
        kind,
        id,
        tenant: caller.tenant,
        bilan: Some(bilan_id),
        parent: None,
        owner: Some(account_id),
        state: state.to_owned(),
        audience: audience::OWNER,
        due: None,
        version: 0,
        key: Some(key),
        body: Vec::new(),
    };
    let mut bilan_record = of_bilan(Kind::Bilan, bilan_id, bilan_key, Phase::Proposed.word());
    bilan_record.due = life::next_look(&bilan, Phase::Proposed, true, app.terms().idle);
    let documents = app.documents();
    let grant = NewGrant {
        bilan: bilan_id,
        tenant: caller.tenant,
        grantee: caller.account,
        basis: Basis::Engagement,
        classes: &BEFORE_CONSENT,
        key: grant_key,
        content: GrantContent {
            author: caller.account,
            purpose: "bilan".to_owned(),
            recipient: administrative.consultant.clone(),
            given: now,
        },
    };
    let changes = vec![
        documents
            .insert(of_bilan(Kind::Account, account_id, contact_key, account::state::INVITED), &beneficiary)
            .await?,
        documents.insert(bilan_record, &bilan).await?,
        documents
            .insert(of_bilan(Kind::Administrative, administrative_id, administrative_key, "open"), &administrative)
            .await?,
        Change::InsertGrant(grant.row(app, now).await?),
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::Bilan, Some(bilan_id), Some(bilan_id)).at(now)?,
    ];
    documents.commit(changes).await?;
    documents.load(bilan_id).await
}

struct NewGrant<'a> {
    bilan: Id,
    tenant: Id,
    grantee: Id,
    basis: Basis,
    classes: &'a [DocumentClass],
    key: Id,
    content: GrantContent,
}

impl NewGrant<'_> {
    async fn row(&self, app: &App, now: Timestamp) -> Result<GrantRow> {
        let id = app.entropy().id();
        let plain =
            rmp_serde::to_vec_named(&self.content).map_err(|_| ServiceError::Broken("a grant cannot be written"))?;
        let body = app.documents().vault().seal(self.key, &Context::new("grant", id), &plain).await?;
        Ok(GrantRow {
            id,
            tenant: self.tenant,
            bilan: self.bilan,
            grantee: self.grantee,
            basis: self.basis.word().to_owned(),
            classes: bits(self.classes),
            document: None,
            starts: now,
            ends: None,
            revoked: None,
            suspended: false,
            key: Some(self.key),
            body,
            version: 0,
        })
    }
}

/// Whom a caller reads as: herself, or the house for which she looks after the bilans that it pays.
fn reader_of(caller: &Caller) -> Id {
    if caller.role == Role::Employer { caller.tenant } else { caller.account }
}

/// The bilans that somebody may know of by a grant.
///
/// # Errors
/// What store and vault say.
pub async fn granted(app: &App, caller: &Caller) -> Result<Vec<Stored<Bilan>>> {
    let grants = app.documents().store().grants_of(reader_of(caller), app.now()).await?;
    let of_dates = grants.iter().filter(|grant| grant.classes & DocumentClass::Dates.bit() != 0);
    let ids: BTreeSet<Id> = of_dates.map(|grant| grant.bilan).collect();
    let mut found = Vec::new();
    for id in ids {
        match known(app, caller, id).await {
            Ok(stored) => found.push(stored),
            // Destroyed between the two queries.
            Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// A bilan of which somebody may know that it exists, and its dates.
///
/// # Errors
/// [`ServiceError::NotFound`] when she may not; what store and vault say.
pub async fn known(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<Bilan>> {
    let now = app.now();
    if caller.role != Role::Employer {
        return app.documents().readable(caller, bilan, DocumentClass::Dates, now).await;
    }
    // An employer's house reads across houses, by the grant alone, and only while it pays.
    let grants = app.documents().store().grants_of(caller.tenant, now).await?;
    let grant = grants.iter().find(|grant| grant.bilan == bilan).ok_or(ServiceError::NotFound)?;
    let reader = Caller { account: caller.tenant, tenant: grant.tenant, ..caller.clone() };
    let stored: Stored<Bilan> = app.documents().readable(&reader, bilan, DocumentClass::Dates, now).await?;
    match &stored.content.funding {
        Funding::Employer { employer, .. } if *employer == caller.tenant => Ok(stored),
        _ => Err(ServiceError::NotFound),
    }
}

/// The account of a bilan's beneficiary, for somebody who may read her contact data.
///
/// # Errors
/// [`ServiceError::NotFound`] when she may not, or when nothing of it is left.
pub async fn beneficiary_of(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<Account>> {
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Contact, app.now()).await?;
    app.documents().load(stored.content.beneficiary).await
}

/// The phase of a bilan as it stands in the clear.
///
/// # Errors
/// A word that is no phase: a fault of ours, or a bilan that is being destroyed.
pub fn phase_of(record: &Record) -> Result<Phase> {
    Phase::from_word(&record.state).ok_or(ServiceError::NotFound)
}

/// Records the beneficiary's consent to a text that she read (CT-1).
///
/// # Errors
/// [`Refusal`] when the text is another one, the ten days have passed, or consent was given; what store and vault say.
pub async fn consent(app: &App, caller: &Caller, bilan: Id, language: &str, hash: &str) -> Result<Stored<Bilan>> {
    let now = app.now();
    let documents = app.documents();
    let mut stored: Stored<Bilan> = own_bilan(app, caller, bilan, now).await?;
    life::check_consent(&stored.content, phase_of(&stored.record)?, now)?;
    let text = consent_text(language);
    if text.hash() != hash {
        return Err(Refusal::ConsentTextChanged.into());
    }
    let consent = Consent {
        version: text.version.to_owned(),
        language: text.language.to_owned(),
        hash: hash.to_owned(),
        at: now,
    };
    stored.content.consent = Some(consent.clone());
    let mut administrative: Stored<Administrative> = documents.load(stored.content.administrative).await?;
    administrative.content.consent = Some(consent);
    move_to(app, &mut stored, &mut administrative, Phase::Engaged, Some(caller.account), now);
    let grant = consent_grant(app, caller, &stored, &administrative.content.consultant, now).await?;
    let changes = vec![
        documents.update(&stored).await?,
        documents.update(&administrative).await?,
        Change::InsertGrant(grant),
        AuditEntry::new(Some(caller.account), Verb::Grant, Kind::Bilan, Some(bilan), Some(bilan)).at(now)?,
    ];
    documents.commit(changes).await?;
    documents.load(bilan).await
}

/// The grant that the beneficiary's consent gives to the consultant in charge.
///
/// # Errors
/// What the vault says.
pub async fn consent_grant(
    app: &App,
    caller: &Caller,
    stored: &Stored<Bilan>,
    recipient: &str,
    now: Timestamp,
) -> Result<GrantRow> {
    let consultant: Stored<Account> = app.documents().load(stored.content.consultant).await?;
    resets::check_not_under_reset(&consultant.content)?;
    let grant = NewGrant {
        bilan: stored.record.id,
        tenant: stored.record.tenant,
        grantee: stored.content.consultant,
        basis: Basis::Consent,
        classes: &WITH_CONSENT,
        key: app.documents().vault().create_key().await?,
        content: GrantContent {
            author: caller.account,
            purpose: "bilan".to_owned(),
            recipient: recipient.to_owned(),
            given: now,
        },
    };
    grant.row(app, now).await
}

/// The consultant moves a bilan into another phase.
///
/// # Errors
/// [`Refusal`] when the step does not exist; what store and vault say.
pub async fn step(app: &App, caller: &Caller, bilan: Id, to: Phase) -> Result<Stored<Bilan>> {
    let now = app.now();
    let documents = app.documents();
    let mut stored: Stored<Bilan> = documents.readable(caller, bilan, DocumentClass::Dates, now).await?;
    life::check_step(phase_of(&stored.record)?, to)?;
    let mut administrative: Stored<Administrative> = documents.load(stored.content.administrative).await?;
    move_to(app, &mut stored, &mut administrative, to, Some(caller.account), now);
    let changes = vec![
        documents.update(&stored).await?,
        documents.update(&administrative).await?,
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Bilan, Some(bilan), Some(bilan)).at(now)?,
    ];
    documents.commit(changes).await?;
    documents.load(bilan).await
}

/// The caller's own bilan, as a beneficiary.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn own_bilan(app: &App, caller: &Caller, bilan: Id, now: Timestamp) -> Result<Stored<Bilan>> {
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Dates, now).await?;
    if stored.record.owner == Some(caller.account) { Ok(stored) } else { Err(ServiceError::NotFound) }
}

/// Writes a new phase into a bilan and its administrative record; nothing is stored yet.
pub fn move_to(
    app: &App,
    stored: &mut Stored<Bilan>,
    administrative: &mut Stored<Administrative>,
    to: Phase,
    by: Option<Id>,
    now: Timestamp,
) {
    stored.content.steps.push(PhaseStep { phase: to, at: now, by });
    stored.content.active = now;
    stored.content.notices.clear();
    stored.record.state = to.word().to_owned();
    // Whether results wait for the right of access is looked at when the moment comes.
    stored.record.due = life::next_look(&stored.content, to, false, app.terms().idle);
    administrative.content.phases.push((to, now));
}
