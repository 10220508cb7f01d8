//! Written agreements: which documents live on after the end, for what, how long (R6313-7; CT-9).

use std::collections::BTreeSet;

use crate::app::{App, Caller};
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::agreement::{Agreement, KeptDays, Signature};
use crate::records::bilan::{Bilan, Phase};
use crate::records::grant::DocumentClass;
use crate::records::receipt::Reason;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::{own_bilan, phase_of};
use crate::services::destruction::plan::KEEPABLE;
use crate::services::destruction::{self, Decision, Standing};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;
use crate::store::{Kind, Record, Selection};

/// The most documents in one agreement.
pub const MOST_DOCUMENTS: usize = 200;

/// What a beneficiary agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The documents.
    pub documents: Vec<Id>,
    /// The need for follow-up it rests on.
    pub purpose: String,
    /// How long after the end.
    pub kept: KeptDays,
    /// What shows it.
    pub signature: Signature,
}

/// States of an agreement, as they stand in the clear.
pub mod state {
    /// Holds.
    pub const LIVE: &str = "live";
    /// Taken back.
    pub const REVOKED: &str = "revoked";
}

/// Records a written agreement of the beneficiary, while the bilan goes on.
///
/// # Errors
/// [`Refusal::Over`] after the end, [`Refusal::ConsentMissing`] before consent; [`ServiceError::Invalid`] for a document that is none of
/// this bilan; what store and vault say.
pub async fn sign(app: &App, caller: &Caller, bilan: Id, agreed: Agreed) -> Result<Stored<Agreement>> {
    let now = app.now();
    let documents = app.documents();
    let stored = own_bilan(app, caller, bilan, now).await?;
    life::check_under_way(phase_of(&stored.record)?)?;
    check_documents(app, &stored, &agreed.documents).await?;
    let content = Agreement {
        documents: agreed.documents,
        purpose: agreed.purpose,
        kept: agreed.kept,
        signature: agreed.signature,
        signed: now,
        revoked: None,
    };
    let id = app.entropy().id();
    let record = Record {
        kind: Kind::Agreement,
        id,
        tenant: stored.record.tenant,
        bilan: Some(bilan),
        parent: Some(bilan),
        owner: Some(caller.account),
        state: state::LIVE.to_owned(),
        audience: audience::OWNER,
        due: None,
        version: 0,
        key: Some(documents.vault().create_key().await?),
        body: Vec::new(),
    };
    let changes = vec![
        documents.insert(record, &content).await?,
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::Agreement, Some(id), Some(bilan)).at(now)?,
    ];
    documents.commit(changes).await?;
    documents.load(id).await
}

/// Each must be a document about the beneficiary, of this bilan and of a kind that can be kept; whatever else is answered alike.
async fn check_documents(app: &App, bilan: &Stored<Bilan>, documents: &[Id]) -> Result<()> {
    let mut missing: BTreeSet<Id> = documents.iter().copied().collect();
    if missing.is_empty() || documents.len() > MOST_DOCUMENTS || missing.len() != documents.len() {
        return Err(ServiceError::field("/documents", "1 to 200 documents, each once", "list the documents to keep"));
    }
    for (kind, _) in KEEPABLE {
        for id in missing.clone() {
            let found = app.documents().store().fetch(kind, id).await?;
            if found.is_some_and(|record| is_about(&record, bilan)) {
                missing.remove(&id);
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(ServiceError::field("/documents", "documents of this bilan", "take the ids from the lists of the bilan"))
}

fn is_about(record: &Record, bilan: &Stored<Bilan>) -> bool {
    record.bilan == Some(bilan.record.id) && record.owner == Some(bilan.content.beneficiary)
}

/// The agreements of a bilan, for its beneficiary and its consultant.
///
/// # Errors
/// [`ServiceError::NotFound`]; what store and vault say.
pub async fn of_bilan(app: &App, caller: &Caller, bilan: Id) -> Result<(Stored<Bilan>, Vec<Stored<Agreement>>)> {
    let now = app.now();
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Documents, now).await?;
    let mut selection = Selection::of(Kind::Agreement);
    selection.bilan = Some(bilan);
    let mut found = Vec::new();
    for record in destruction::material::every(app.documents(), selection).await? {
        found.push(app.documents().open(record).await?);
    }
    Ok((stored, found))
}

/// What taking an agreement back did.
#[derive(Debug, Clone, PartialEq)]
pub struct Revocation {
    /// The agreement as it is now, where the bilan goes on.
    pub agreement: Option<Stored<Agreement>>,
    /// After the end: the destruction that followed at once.
    pub destroyed: Option<(Id, Standing)>,
}

/// The beneficiary takes an agreement back. After the end, what it alone kept is destroyed at once.
///
/// # Errors
/// [`Refusal::Revoked`] when it is taken back already; [`ServiceError::NotFound`] for another's; what store and vault say.
pub async fn revoke(app: &App, caller: &Caller, agreement: Id) -> Result<Revocation> {
    let now = app.now();
    let documents = app.documents();
    let mut stored: Stored<Agreement> = documents.readable(caller, agreement, DocumentClass::Documents, now).await?;
    let bilan = stored.record.bilan.filter(|_| stored.record.owner == Some(caller.account));
    let bilan = bilan.ok_or(ServiceError::NotFound)?;
    if stored.content.revoked.is_some() {
        // Taken back before, and interrupted before the destruction was decided: go on.
        let destroyed = after_the_end(app, bilan, caller).await?;
        return match destroyed {
            None => Err(Refusal::Revoked.into()),
            destroyed => Ok(Revocation { agreement: None, destroyed }),
        };
    }
    stored.content.revoked = Some(now);
    stored.record.state = state::REVOKED.to_owned();
    let mut changes = vec![
        documents.update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Revoke, Kind::Agreement, Some(agreement), Some(bilan)).at(now)?,
    ];
    let mut frame: Stored<Bilan> = documents.load(bilan).await?;
    if frame.record.state == Phase::Ended.word() {
        // Should the destruction below be interrupted, the scheduler looks at once.
        frame.record.due = Some(now);
        changes.push(documents.update(&frame).await?);
    }
    documents.commit(changes).await?;
    match after_the_end(app, bilan, caller).await? {
        None => Ok(Revocation { agreement: Some(documents.load(agreement).await?), destroyed: None }),
        destroyed => Ok(Revocation { agreement: None, destroyed }),
    }
}

/// Destroys what no agreement and no request keeps any more, once the bilan has ended.
///
/// # Errors
/// What store and vault say.
pub async fn after_the_end(app: &App, bilan: Id, caller: &Caller) -> Result<Option<(Id, Standing)>> {
    let stored: Stored<Bilan> = app.documents().load(bilan).await?;
    if stored.record.state != Phase::Ended.word() {
        return Ok(None);
    }
    match destruction::decide(app, stored, Reason::Revoked, Some(caller.account)).await? {
        Decision::Decided(receipt) => Ok(Some((receipt, destruction::carry_out(app, receipt).await?))),
        Decision::Nothing => Ok(None),
    }
}
