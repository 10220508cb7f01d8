//! Gathers all that is known of one bilan.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Material;
use crate::documents::{Documents, Stored};
use crate::ids::Id;
use crate::records::agreement::Agreement;
use crate::records::bilan::Bilan;
use crate::records::follow_up::FollowUp;
use crate::records::kept_reply;
use crate::services::error::Result;
use crate::store::{Kind, Record, Selection};

/// Kinds that belong to no bilan, and the bilan itself, which is looked at apart.
const NOT_OF_A_BILAN: [Kind; 4] = [Kind::Bilan, Kind::Tenant, Kind::Receipt, Kind::Provenance];

/// Gathers all that is known of a bilan.
///
/// # Errors
/// What store and vault say.
pub async fn gather(documents: &Documents, bilan: Stored<Bilan>) -> Result<Material> {
    let id = bilan.record.id;
    let mut records = records_of(documents, id).await?;
    let grants = documents.store().grants(id).await?;
    // Whoever worked on the bilan: replies kept for repeated requests repeat what stands in documents.
    let mut people: BTreeSet<Id> = grants.iter().map(|grant| grant.grantee).collect();
    people.insert(bilan.content.consultant);
    people.insert(bilan.content.beneficiary);
    people.extend(records.iter().filter(|record| record.kind == Kind::Account).map(|record| record.id));
    let mut foreign_keys = BTreeSet::new();
    for person in people {
        let mut selection = Selection::of(Kind::Idempotency);
        selection.owner = Some(person);
        let replies = every(documents, selection).await?;
        // Those under way too: what they are going to repeat was read before the end.
        let goes = |reply: &Record| reply.bilan != Some(id) && reply.state != kept_reply::state::OUTLIVES;
        records.extend(replies.into_iter().filter(goes));
        if let Some(account) = documents.store().fetch(Kind::Account, person).await?
            && account.bilan != Some(id)
        {
            foreign_keys.extend(account.key);
        }
    }
    let mut material = Material {
        bilan,
        agreements: Vec::new(),
        follow_up: None,
        grants,
        answers: BTreeMap::new(),
        foreign_keys,
        records: Vec::new(),
    };
    for record in &records {
        match record.kind {
            Kind::Agreement => material.agreements.push(documents.open::<Agreement>(record.clone()).await?),
            Kind::FollowUp => material.follow_up = Some(documents.open::<FollowUp>(record.clone()).await?),
            Kind::Assignment => {
                let answers = documents.store().answers(record.id).await?;
                material.answers.insert(record.id, answers.len() as u64);
            }
            _ => {}
        }
    }
    material.records = records;
    Ok(material)
}

/// Every record of a bilan but the bilan itself; nothing is opened.
///
/// # Errors
/// What the store says.
pub async fn records_of(documents: &Documents, bilan: Id) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for kind in Kind::ALL.iter().copied().filter(|kind| !NOT_OF_A_BILAN.contains(kind)) {
        let mut selection = Selection::of(kind);
        selection.bilan = Some(bilan);
        records.extend(every(documents, selection).await?);
    }
    Ok(records)
}

/// Every record of a selection, page by page.
///
/// # Errors
/// What the store says.
pub async fn every(documents: &Documents, mut selection: Selection) -> Result<Vec<Record>> {
    let mut found: Vec<Record> = Vec::new();
    loop {
        let page = documents.store().select(&selection).await?;
        let Some(last) = page.last() else { return Ok(found) };
        selection = selection.following(last);
        found.extend(page);
    }
}
