//! Deciding: what goes is written down in one commit, before anything is deleted.

use std::collections::BTreeSet;

use super::material::{every, gather, records_of};
use super::plan::{self, Material, Plan, class_after, plan};
use super::{StoredReceipt, written};
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::administrative::Administrative;
use crate::records::bilan::{Bilan, Phase, PhaseStep};
use crate::records::grant::{Basis, DocumentClass, GrantContent};
use crate::records::receipt::{Destroying, Draft, KindCount, Reason, RecordRef, Stay, state};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, GrantRow, Kind, Record, Selection};
use crate::vault::{Context, Digest32};

/// The state of a bilan, or of a record that stood alone, while it is being destroyed. No service reads or writes it then.
pub const ENDING: &str = "ending";

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A destruction was written down under this identifier, which is that of its receipt.
    Decided(Id),
    /// Nothing is to be destroyed now.
    Nothing,
}

/// The phase into which a bilan goes for a reason; `None` where it stays over as it was.
fn phase_for(reason: Reason, over: bool) -> Option<Phase> {
    match reason {
        Reason::Ended => Some(Phase::Ended),
        Reason::Refused => Some(Phase::Refused),
        Reason::Abandoned => Some(Phase::Abandoned),
        // The beneficiary gave it up.
        Reason::Erased if !over => Some(Phase::Abandoned),
        Reason::Erased | Reason::TermOver | Reason::Revoked => None,
    }
}

/// The commitment to a bilan in its receipts: a hash of the salt, which the beneficiary holds, and its identifier.
#[must_use]
pub fn commitment(salt: &[u8], bilan: Id) -> Digest32 {
    Digest32::of(&[salt, bilan.as_bytes()].concat())
}

/// Decides the destruction of a bilan as it was read; whoever changed it since then was faster.
///
/// # Errors
/// [`ServiceError::Changed`]; what store and vault say.
pub async fn decide(app: &App, bilan: Stored<Bilan>, reason: Reason, by: Option<Id>) -> Result<Decision> {
    let now = app.now();
    let documents = app.documents();
    let over = plan::ended_at(&bilan.content).is_some();
    let mut material = gather(documents, bilan).await?;
    let plan = plan(&material, reason, now, app.terms().administrative_years);
    // The end comes even where written agreements cover everything; a term comes once, and a grant's key may be all that goes.
    if plan.goes.is_empty() && plan.keys.is_empty() && matches!(reason, Reason::TermOver | Reason::Revoked) {
        return Ok(Decision::Nothing);
    }
    let mut changes = Vec::new();
    let mut grants: Vec<Id> = Vec::new();
    for row in narrowed(&material, &plan) {
        grants.push(row.id);
        changes.push(Change::UpdateGrant(row));
    }
    for row in for_the_consultant(app, &material, &plan, now).await? {
        grants.push(row.id);
        changes.push(Change::InsertGrant(row));
    }
    let id = app.entropy().id();
    let bilan = &mut material.bilan;
    let draft = Draft {
        reason,
        decided: now,
        by,
        bilan: bilan.record.id,
        commitment: commitment(&bilan.content.salt, bilan.record.id).as_bytes().to_vec(),
        records: plan.goes,
        keys: plan.keys,
        accounts: plan.accounts,
        grants,
        counts: plan.counts,
        administrative: plan
            .stays
            .iter()
            .find(|stay| stay.record.kind == Kind::Administrative)
            .map(|stay| stay.record.id),
        stays: plan.stays,
    };
    if let Some(phase) = phase_for(reason, over) {
        bilan.content.steps.push(PhaseStep { phase, at: now, by });
    }
    bilan.record.state = ENDING.to_owned();
    bilan.record.due = None;
    changes.push(documents.update(bilan).await?);
    changes.push(new_receipt(id, bilan.record.tenant, draft)?);
    changes
        .push(AuditEntry::new(by, Verb::Destroy, Kind::Bilan, Some(bilan.record.id), Some(bilan.record.id)).at(now)?);
    documents.commit(changes).await?;
    Ok(Decision::Decided(id))
}

/// Decides the destruction of one record of its own, the follow-up or the administrative record, whether or not there is still a
/// bilan.
///
/// # Errors
/// [`ServiceError::Changed`]; what store and vault say.
pub async fn decide_single(app: &App, record: Record, receipts: &[Id], reason: Reason, by: Option<Id>) -> Result<Id> {
    let now = app.now();
    let documents = app.documents();
    let bilan = record.bilan.ok_or(ServiceError::Broken("a record of a bilan names none"))?;
    let mut going = vec![record.clone()];
    let hanging = if record.kind == Kind::Administrative { Kind::Attendance } else { Kind::Mail };
    let mut selection = Selection::of(hanging);
    selection.bilan = Some(bilan);
    let hanging = every(documents, selection).await?;
    going.extend(hanging.into_iter().filter(|other| other.kind == Kind::Attendance || other.parent == Some(record.id)));
    let grants = documents.store().grants(bilan).await?;
    let (gone, kept): (Vec<&GrantRow>, Vec<&GrantRow>) =
        grants.iter().partition(|grant| grant.document == Some(record.id));
    let staying: BTreeSet<Id> = kept.iter().filter_map(|grant| grant.key).collect();
    let keys: BTreeSet<Id> =
        going.iter().filter_map(|record| record.key).chain(gone.iter().filter_map(|grant| grant.key)).collect();
    let mut administrative = Selection::of(Kind::Administrative);
    administrative.bilan = Some(bilan);
    let administrative = every(documents, administrative).await?.first().map(|found| found.id);
    let draft = Draft {
        reason,
        decided: now,
        by,
        bilan,
        commitment: earlier_commitment(app, bilan, receipts).await?.as_bytes().to_vec(),
        counts: counted(&going),
        records: going.iter().map(|record| RecordRef { kind: record.kind, id: record.id }).collect(),
        keys: keys.difference(&staying).copied().collect(),
        accounts: Vec::new(),
        grants: kept.iter().map(|grant| grant.id).collect(),
        stays: Vec::new(),
        administrative: administrative.filter(|id| *id != record.id),
    };
    let id = app.entropy().id();
    let tenant = record.tenant;
    let audit = AuditEntry::new(by, Verb::Destroy, record.kind, Some(record.id), Some(bilan)).at(now)?;
    let ending = Record { state: ENDING.to_owned(), due: None, ..record };
    documents.commit(vec![Change::Update(ending), new_receipt(id, tenant, draft)?, audit]).await?;
    Ok(id)
}

fn counted(records: &[Record]) -> Vec<KindCount> {
    let mut counts = std::collections::BTreeMap::<&str, u64>::new();
    for record in records {
        *counts.entry(record.kind.as_str()).or_default() += 1;
    }
    counts.into_iter().map(|(kind, n)| KindCount { kind: kind.to_owned(), n }).collect()
}

/// The commitment to a bilan: from its salt while it is there, and from an earlier receipt afterwards.
async fn earlier_commitment(app: &App, bilan: Id, receipts: &[Id]) -> Result<Digest32> {
    let documents = app.documents();
    match documents.load::<Bilan>(bilan).await {
        Ok(bilan) => return Ok(commitment(&bilan.content.salt, bilan.record.id)),
        Err(ServiceError::NotFound) => {}
        Err(error) => return Err(error),
    }
    for receipt in receipts.iter().rev() {
        match super::load(documents, *receipt).await {
            Ok(StoredReceipt { content: Destroying::Issued(text), .. }) => {
                let keys = documents.vault().public_keys().await?;
                let keys = keys.to_json().map_err(|_| ServiceError::Broken("the public keys cannot be written"))?;
                let verified = crate::vault::verify_receipt(&text, &keys);
                return verified
                    .map(|found| found.content.commitment)
                    .map_err(|_| ServiceError::Broken("a receipt does not hold"));
            }
            Ok(_) | Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ServiceError::Broken("a record outlived its bilan without a receipt"))
}

fn new_receipt(id: Id, tenant: Id, draft: Draft) -> Result<Change> {
    Ok(Change::Insert(Record {
        kind: Kind::Receipt,
        id,
        tenant,
        // A receipt names nobody: nothing in the clear leads from it to a bilan once it is issued.
        bilan: None,
        parent: None,
        owner: None,
        state: state::DRAFT.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: None,
        body: written(&Destroying::Draft(Box::new(draft)))?,
    }))
}

/// The grants that stay, narrowed to their one document and to its term.
fn narrowed(material: &Material, plan: &Plan) -> Vec<GrantRow> {
    let mut rows = Vec::new();
    for (id, document, until) in &plan.grants {
        let Some(row) = material.grants.iter().find(|row| row.id == *id) else { continue };
        let mut row = row.clone();
        row.document = Some(*document);
        row.ends = Some(*until);
        if row.basis == Basis::Request.word() {
            row.classes = DocumentClass::Synthesis.bit();
        }
        rows.push(row);
    }
    rows
}

/// What the consultant may read after the end: each document that stays, the frame of the bilan, and her administrative record.
async fn for_the_consultant(app: &App, material: &Material, plan: &Plan, now: Timestamp) -> Result<Vec<GrantRow>> {
    let bilan = &material.bilan;
    let consultant = bilan.content.consultant;
    let mut rows = Vec::new();
    for stay in &plan.stays {
        let Some(class) = class_after(stay.record.kind) else { continue };
        let has_one = plan.grants.iter().any(|(id, document, _)| {
            let ours = |row: &&GrantRow| row.id == *id && row.grantee == consultant && row.classes & class.bit() != 0;
            *document == stay.record.id && material.grants.iter().any(|row| ours(&row))
        });
        let record = std::iter::once(&bilan.record)
            .chain(&material.records)
            .find(|record| RecordRef { kind: record.kind, id: record.id } == stay.record);
        let Some(key) = record.and_then(|record| record.key).filter(|_| !has_one) else { continue };
        rows.push(grant_for(app, bilan, stay, class, key, now).await?);
    }
    Ok(rows)
}

async fn grant_for(
    app: &App,
    bilan: &Stored<Bilan>,
    stay: &Stay,
    class: DocumentClass,
    key: Id,
    now: Timestamp,
) -> Result<GrantRow> {
    let documents = app.documents();
    let recipient = match documents.load::<Administrative>(bilan.content.administrative).await {
        Ok(administrative) => administrative.content.consultant,
        Err(ServiceError::NotFound) => String::new(),
        Err(error) => return Err(error),
    };
    let id = app.entropy().id();
    let content =
        GrantContent { author: bilan.content.beneficiary, purpose: "follow-up".to_owned(), recipient, given: now };
    let plain = rmp_serde::to_vec_named(&content).map_err(|_| ServiceError::Broken("a grant cannot be written"))?;
    Ok(GrantRow {
        id,
        tenant: bilan.record.tenant,
        bilan: bilan.record.id,
        grantee: bilan.content.consultant,
        basis: Basis::Agreement.word().to_owned(),
        classes: class.bit(),
        document: Some(stay.record.id),
        starts: now,
        ends: Some(stay.until),
        revoked: None,
        suspended: false,
        // The grant goes with what it is about.
        key: Some(key),
        body: documents.vault().seal(key, &Context::new("grant", id), &plain).await?,
        version: 0,
    })
}

/// Whether a destruction is that of a bilan, and not of a record that stood alone.
pub(super) fn is_whole(draft: &Draft) -> bool {
    draft.records.iter().chain(draft.stays.iter().map(|stay| &stay.record)).any(|one| one.kind == Kind::Bilan)
}

/// The draft with what came after it was made: what hangs on accounts of the bilan, which are there until the end is concluded. Content
/// is not written any more (see [`Documents::commit`](crate::documents::Documents::commit)).
///
/// # Errors
/// [`ServiceError::Changed`] when another process was faster; what the store says.
pub(super) async fn with_latecomers(app: &App, receipt: Record, draft: &Draft) -> Result<Draft> {
    let documents = app.documents();
    if !is_whole(draft) {
        return Ok(draft.clone());
    }
    let staying: BTreeSet<RecordRef> = draft.stays.iter().map(|stay| stay.record).collect();
    let going: BTreeSet<RecordRef> = draft.records.iter().copied().collect();
    let (late, staying): (Vec<Record>, Vec<Record>) = records_of(documents, draft.bilan)
        .await?
        .into_iter()
        .filter(|record| !going.contains(&RecordRef { kind: record.kind, id: record.id }))
        .partition(|record| !staying.contains(&RecordRef { kind: record.kind, id: record.id }));
    let grants = documents.store().grants(draft.bilan).await?;
    let (grants, late_grants): (Vec<&GrantRow>, Vec<&GrantRow>) =
        grants.iter().partition(|grant| draft.grants.contains(&grant.id));
    let needed: BTreeSet<Id> =
        staying.iter().filter_map(|record| record.key).chain(grants.iter().filter_map(|grant| grant.key)).collect();
    let known: BTreeSet<Id> = draft.keys.iter().copied().collect();
    let late_keys = late.iter().filter_map(|record| record.key).chain(late_grants.iter().filter_map(|grant| grant.key));
    let late_keys: BTreeSet<Id> = late_keys.filter(|key| !needed.contains(key) && !known.contains(key)).collect();
    if late.is_empty() && late_keys.is_empty() {
        return Ok(draft.clone());
    }
    let mut draft = draft.clone();
    draft.keys.extend(late_keys);
    draft.accounts.extend(late.iter().filter(|record| record.kind == Kind::Account).map(|record| record.id));
    for KindCount { kind, n } in counted(&late) {
        match draft.counts.iter_mut().find(|count| count.kind == kind) {
            Some(count) => count.n += n,
            None => draft.counts.push(KindCount { kind, n }),
        }
    }
    draft.records.extend(late.iter().map(|record| RecordRef { kind: record.kind, id: record.id }));
    let body = written(&Destroying::Draft(Box::new(draft.clone())))?;
    documents.commit(vec![Change::Update(Record { body, ..receipt })]).await?;
    Ok(draft)
}
