//! Who else may read: grants that the beneficiary gives for a time and takes back (CT-3, CT-4; DESIGN §2.11).

use crate::access::confirmation::Confirmation;
use crate::app::{App, Caller};
use crate::clock::{DAY_MS, Timestamp};
use crate::documents::{Stored, audience};
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Role};
use crate::records::agreement::MOST_DAYS;
use crate::records::bilan::{Bilan, Funding, Phase};
use crate::records::grant::{Basis, DocumentClass, GrantContent, bits};
use crate::records::invitation::LinkPurpose;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::own_bilan;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::links::{self, LinkTerms};
use crate::services::{agreements, sessions};
use crate::store::{Change, GrantRow, Kind, Record};
use crate::vault::Context;

/// A grant as the beneficiary gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// At her request, to the operator of career guidance, or with her agreement, to anybody else.
    pub basis: Basis,
    /// Name of whoever may read.
    pub recipient: String,
    /// For what.
    pub purpose: String,
    /// What may be read.
    pub classes: Vec<DocumentClass>,
    /// One document only.
    pub document: Option<Id>,
    /// Days that it lasts.
    pub days: u16,
    /// Whether it is for the employer who pays.
    pub employer: Option<Id>,
}

/// What may be shared. Single answers, notes and contact data leave with the beneficiary's own export only.
pub const SHARABLE: [DocumentClass; 4] =
    [DocumentClass::Dates, DocumentClass::Results, DocumentClass::Synthesis, DocumentClass::Feedback];

/// What the operator of career guidance gets at the beneficiary's request: the synthesis (L6313-4).
pub const AT_REQUEST: [DocumentClass; 1] = [DocumentClass::Synthesis];

/// What an employer may be granted: that the bilan exists, and its dates.
pub const FOR_EMPLOYERS: [DocumentClass; 1] = [DocumentClass::Dates];

/// Checks a wish against the law's limits.
///
/// # Errors
/// [`Refusal::EmployerDetail`]; every field that does not fit.
pub fn check(wish: &Wish) -> Result<()> {
    if wish.employer.is_some() && wish.classes.iter().any(|class| !FOR_EMPLOYERS.contains(class)) {
        return Err(Refusal::EmployerDetail.into());
    }
    let mut problems = Vec::new();
    let allowed: &[DocumentClass] = if wish.basis == Basis::Request { &AT_REQUEST } else { &SHARABLE };
    if wish.classes.is_empty() || wish.classes.iter().any(|class| !allowed.contains(class)) {
        let names: Vec<String> = allowed.iter().map(|class| format!("{class:?}").to_lowercase()).collect();
        problems.push(FieldProblem::new("/classes", "choose what may be read").allowed(names.join(", ")));
    }
    if !matches!(wish.basis, Basis::Request | Basis::Agreement) {
        problems.push(FieldProblem::new("/basis", "choose one").allowed("request, agreement"));
    }
    if !(1..=MOST_DAYS).contains(&wish.days) {
        problems.push(FieldProblem::new("/days", "choose an end").allowed(format!("1 to {MOST_DAYS} days")));
    }
    for (field, text) in [("/recipient", &wish.recipient), ("/purpose", &wish.purpose)] {
        if text.trim().is_empty() || text.chars().count() > 500 {
            problems.push(FieldProblem::new(field, "fill it in").allowed("1 to 500 characters"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(problems)) }
}

/// A grant that was given, with what its recipient needs to come in; both are shown to the beneficiary, once.
#[derive(Debug)]
pub struct Given {
    /// The grant.
    pub grant: Id,
    /// The link's token and the code, which is to be passed on another way than the link; an employer needs neither.
    pub entry: Option<(String, String)>,
    /// When it ends.
    pub ends: Timestamp,
}

/// Gives a grant: to the employer who pays, or to somebody who comes by a link and a code.
///
/// # Errors
/// As [`check`]; a house that does not pay for this bilan; [`ServiceError::NotFound`] for another's bilan; what store and vault say.
pub async fn give(app: &App, caller: &Caller, bilan: Id, wish: Wish) -> Result<Given> {
    let now = app.now();
    check(&wish)?;
    let stored = own_bilan(app, caller, bilan, now).await?;
    if let Some(employer) = wish.employer {
        check_pays(&stored.content, employer)?;
    }
    let key = app.documents().vault().create_key().await?;
    let ends = now.plus(i64::from(wish.days) * DAY_MS);
    let grant = app.entropy().id();
    let mut changes = Vec::new();
    let (grantee, tenant, entry) = match wish.employer {
        // Everybody of the employer's house may see what the house may see.
        Some(employer) => (employer, stored.record.tenant, None),
        None => {
            let recipient = recipient(app, &stored.record, &wish, key, now);
            let (code, confirmation) = Confirmation::create(app.entropy(), ends);
            let terms = LinkTerms { purpose: LinkPurpose::Share, ends, code: Some(confirmation) };
            let link = links::create(app, &recipient, terms).await?;
            changes.push(app.documents().insert(recipient.record.clone(), &recipient.content).await?);
            changes.push(link.change);
            (recipient.record.id, stored.record.tenant, Some((link.token.text().to_string(), code)))
        }
    };
    let content = GrantContent {
        author: caller.account,
        purpose: wish.purpose.trim().to_owned(),
        recipient: wish.recipient.trim().to_owned(),
        given: now,
    };
    let plain = rmp_serde::to_vec_named(&content).map_err(|_| ServiceError::Broken("a grant cannot be written"))?;
    let body = app.documents().vault().seal(key, &Context::new("grant", grant), &plain).await?;
    changes.push(Change::InsertGrant(GrantRow {
        id: grant,
        tenant,
        bilan,
        grantee,
        basis: wish.basis.word().to_owned(),
        classes: bits(&wish.classes),
        document: wish.document,
        starts: now,
        ends: Some(ends),
        revoked: None,
        suspended: false,
        key: Some(key),
        body,
        version: 0,
    }));
    changes.push(AuditEntry::new(Some(caller.account), Verb::Grant, Kind::Bilan, Some(grant), Some(bilan)).at(now)?);
    app.documents().commit(changes).await?;
    Ok(Given { grant, entry, ends })
}

/// An employer may know of the bilan that it pays, and of no other. That the house is an employer's was looked at when it was proposed.
fn check_pays(bilan: &Bilan, house: Id) -> Result<()> {
    match &bilan.funding {
        Funding::Employer { employer, .. } if *employer == house => Ok(()),
        _ => Err(ServiceError::field(
            "/employer",
            "the employer who pays for this bilan",
            "leave it out to share with anybody else",
        )),
    }
}

fn recipient(app: &App, bilan: &Record, wish: &Wish, key: Id, now: Timestamp) -> Stored<Account> {
    let id = app.entropy().id();
    Stored {
        record: Record {
            kind: Kind::Account,
            id,
            tenant: bilan.tenant,
            bilan: Some(bilan.id),
            parent: None,
            owner: Some(id),
            state: account::state::INVITED.to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 0,
            key: Some(key),
            body: Vec::new(),
        },
        content: Account {
            role: Role::Recipient,
            name: wish.recipient.trim().to_owned(),
            email: None,
            language: "fr".to_owned(),
            credentials: Credentials::default(),
            qualifications: Vec::new(),
            reset: None,
            bilan: Some(bilan.id),
            scopes: Vec::new(),
            created: now,
        },
    }
}

/// A grant in the beneficiary's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What stands in the clear.
    pub row: GrantRow,
    /// Who gave it to whom, and for what.
    pub content: GrantContent,
}

/// Every grant of the beneficiary's own bilan, the consultant's among them.
///
/// # Errors
/// [`ServiceError::NotFound`] for another's bilan; what store and vault say.
pub async fn list(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<Listed>> {
    own_bilan(app, caller, bilan, app.now()).await?;
    let mut found = Vec::new();
    for row in app.documents().store().grants(bilan).await? {
        let content = content_of(app, &row).await?;
        found.push(Listed { row, content });
    }
    Ok(found)
}

async fn content_of(app: &App, row: &GrantRow) -> Result<GrantContent> {
    let key = row.key.ok_or(ServiceError::Broken("a grant has no key"))?;
    let plain = app.documents().vault().open_sealed(key, &Context::new("grant", row.id), &row.body).await?;
    rmp_serde::from_slice(&plain).map_err(|_| ServiceError::Broken("a grant does not read"))
}

/// Takes a grant back; whoever came by it is signed out at once. After the end, what it alone kept is destroyed at once.
///
/// # Errors
/// [`ServiceError::NotFound`] for another's grant; [`Refusal::Revoked`]; what store and vault say.
pub async fn revoke(app: &App, caller: &Caller, grant: Id) -> Result<()> {
    let now = app.now();
    let mut row = app.documents().store().fetch_grant(grant).await?.ok_or(ServiceError::NotFound)?;
    let mut frame = own_bilan(app, caller, row.bilan, now).await?;
    if row.revoked.is_some() {
        return Err(Refusal::Revoked.into());
    }
    if Basis::from_word(&row.basis).is_none_or(|basis| !matches!(basis, Basis::Request | Basis::Agreement)) {
        // The consultant's own grant goes with the bilan: by refusal, transfer, erasure or the end.
        return Err(Refusal::ConsultantsGrant.into());
    }
    row.revoked = Some(now);
    let (grantee, bilan) = (row.grantee, row.bilan);
    let mut changes = vec![
        Change::UpdateGrant(row),
        AuditEntry::new(Some(caller.account), Verb::Revoke, Kind::Bilan, Some(grant), Some(bilan)).at(now)?,
    ];
    if frame.record.state == Phase::Ended.word() {
        // Should the destruction below be interrupted, the scheduler looks at once.
        frame.record.due = Some(now);
        changes.push(app.documents().update(&frame).await?);
    }
    app.documents().commit(changes).await?;
    sessions::end_all(app, grantee).await?;
    agreements::after_the_end(app, bilan, caller).await.map(|_| ())
}

/// What is shared with the caller: the bilan, what may be read of it, and until when.
///
/// # Errors
/// What the store says.
pub async fn shared_with(app: &App, caller: &Caller) -> Result<Vec<GrantRow>> {
    Ok(app.documents().store().grants_of(caller.account, app.now()).await?)
}

/// A share as its recipient reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What stands in the clear.
    pub row: GrantRow,
    /// For whom it is, and for what.
    pub content: GrantContent,
    /// Name of the person who gave it; `None` once it is destroyed.
    pub from: Option<String>,
}

/// The same with the words of the person who shares: who she is, and for what it is.
///
/// # Errors
/// What store and vault say.
pub async fn shares_of(app: &App, caller: &Caller) -> Result<Vec<Share>> {
    let mut found = Vec::new();
    for row in shared_with(app, caller).await? {
        let content = content_of(app, &row).await?;
        let from = match app.documents().load::<Account>(content.author).await {
            Ok(author) => Some(author.content.name),
            Err(ServiceError::NotFound) => None,
            Err(error) => return Err(error),
        };
        found.push(Share { row, content, from });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(basis: Basis, classes: &[DocumentClass]) -> Wish {
        Wish {
            basis,
            recipient: "Somebody".to_owned(),
            purpose: "A conversation".to_owned(),
            classes: classes.to_vec(),
            document: None,
            days: 30,
            employer: None,
        }
    }

    #[test]
    fn ct_4_a_request_gives_the_synthesis_and_an_agreement_what_was_agreed() {
        assert!(check(&wish(Basis::Request, &[DocumentClass::Synthesis])).is_ok());
        assert!(check(&wish(Basis::Request, &[DocumentClass::Results])).is_err());
        assert!(check(&wish(Basis::Agreement, &[DocumentClass::Results, DocumentClass::Feedback])).is_ok());
        for never in [DocumentClass::Answers, DocumentClass::Notes, DocumentClass::Contact] {
            assert!(check(&wish(Basis::Agreement, &[never])).is_err(), "{never:?}");
        }
        assert!(check(&wish(Basis::Consent, &[DocumentClass::Results])).is_err());
        assert!(check(&wish(Basis::Agreement, &[])).is_err());
    }

    #[test]
    fn an_employer_is_granted_dates_at_most() {
        let for_employer = |classes: &[DocumentClass]| Wish {
            employer: Some(Id::from_bytes([1; 16])),
            ..wish(Basis::Agreement, classes)
        };
        assert!(check(&for_employer(&[DocumentClass::Dates])).is_ok());
        for class in DocumentClass::ALL.into_iter().filter(|class| *class != DocumentClass::Dates) {
            let refused = check(&for_employer(&[DocumentClass::Dates, class]));
            assert!(matches!(refused, Err(ServiceError::Refused(Refusal::EmployerDetail))), "{class:?}");
        }
    }

    #[test]
    fn every_grant_has_an_end_within_a_year() {
        for (days, fits) in [(0, false), (1, true), (365, true), (366, false)] {
            let wish = Wish { days, ..wish(Basis::Agreement, &[DocumentClass::Results]) };
            assert_eq!(check(&wish).is_ok(), fits, "{days}");
        }
    }
}
