//! What is written into a bilan in these tests, each with a marked text.

use server::app::Caller;
use server::documents::Document;
use server::ids::Id;
use server::records::agreement::{KeptDays, Signature};
use server::records::bilan::Funding;
use server::records::grant::{Basis, DocumentClass};
use server::records::writing::{BroughtDocument, Note, Synthesis, SynthesisText};
use server::services::agreements::{self, Agreed};
use server::store::{Change, GrantRow, Kind};

use super::attacker::Ledger;
use super::world::World;

/// A bilan with marked name and address, consented to.
pub async fn under_way(world: &World, ledger: &mut Ledger) -> Caller {
    let name = ledger.marker(world);
    let email = format!("{}@example.org", ledger.marker(world));
    let (_, beneficiary) = world.propose(&name, Some(email), Funding::Beneficiary).await.unwrap();
    assert!(world.consent(&beneficiary).await);
    beneficiary
}

/// A document in a bilan: its record, its key, its marked text.
#[derive(Debug, Clone)]
pub struct Written {
    pub kind: Kind,
    pub id: Id,
    pub key: Id,
    pub marker: String,
}

async fn put<T: Document>(world: &World, about: &Caller, id: Id, content: &T, marker: String) -> Option<Written> {
    let record = world.record(T::KIND, id, about.tenant, about.bilan, Some(about.account), "open");
    let record = world.try_put(record, content).await?;
    Some(Written { kind: T::KIND, id, key: record.key.unwrap(), marker })
}

pub async fn note(world: &World, ledger: &mut Ledger, about: &Caller) -> Option<Written> {
    let marker = ledger.marker(world);
    let note = Note { author: world.consultant.account, text: marker.clone(), at: world.app().now() };
    put(world, about, world.id(), &note, marker).await
}

pub async fn document(world: &World, ledger: &mut Ledger, about: &Caller) -> Option<Written> {
    let marker = ledger.marker(world);
    let document =
        BroughtDocument { kind: "export".to_owned(), bytes: marker.clone().into_bytes(), at: world.app().now() };
    put(world, about, world.id(), &document, marker).await
}

/// The synthesis, which has the identifier of its bilan.
pub async fn synthesis(world: &World, ledger: &mut Ledger, about: &Caller) -> Option<Written> {
    let marker = ledger.marker(world);
    let synthesis = Synthesis {
        text: SynthesisText { project: marker.clone(), ..SynthesisText::default() },
        remarks: String::new(),
        author: world.consultant.account,
        at: world.app().now(),
        delivered: None,
    };
    put(world, about, about.bilan.unwrap(), &synthesis, marker).await
}

/// The beneficiary agrees in writing that documents are kept.
pub async fn agree(world: &World, about: &Caller, documents: &[&Written], days: u16) -> Option<Id> {
    let agreed = Agreed {
        documents: documents.iter().map(|written| written.id).collect(),
        purpose: "suivi".to_owned(),
        kept: KeptDays::new(days).unwrap(),
        signature: Signature::InService,
    };
    let signed = agreements::sign(world.app(), about, about.bilan.unwrap(), agreed).await.ok()?;
    Some(signed.record.id)
}

/// The beneficiary asks that the synthesis goes to the operator of career guidance (L6313-4).
pub async fn request(world: &World, about: &Caller, operator: Id) -> Option<Id> {
    let key = world.documents().vault().create_key().await.ok()?;
    let row = GrantRow {
        id: world.id(),
        tenant: about.tenant,
        bilan: about.bilan.unwrap(),
        grantee: operator,
        basis: Basis::Request.word().to_owned(),
        classes: DocumentClass::Synthesis.bit(),
        document: None,
        starts: world.app().now(),
        ends: None,
        revoked: None,
        suspended: false,
        key: Some(key),
        body: Vec::new(),
        version: 0,
    };
    let id = row.id;
    world.documents().commit(vec![Change::InsertGrant(row)]).await.unwrap();
    Some(id)
}

/// A result that is held for the consultant.
pub async fn result(world: &World, about: &Caller) -> Id {
    use server::records::result::{StoredResult, state};
    let now = world.app().now();
    let document = serde_json::json!({
        "format": 1,
        "instrument": {
            "id": "likert-6", "version": "1.0.0", "content": "", "kind": "interests", "evidence": "", "administration": "self"
        },
        "engine": "bilan", "language": "fr", "completed_at": now, "seconds": null, "supervision": "open",
        "accommodations": [], "n_items": 6, "n_answered": 6, "norm": null,
        "interval": { "kind": "true", "level": 0.95 }, "scales": [],
        "notes": serde_json::to_value(server::questionnaire::result::Notes::default()).unwrap()
    });
    let result = StoredResult {
        assignment: world.id(),
        document: serde_json::from_value(document).unwrap(),
        scored: now,
        released: None,
        not_me: Vec::new(),
    };
    let id = world.id();
    let mut record = world.record(Kind::Result, id, about.tenant, about.bilan, Some(about.account), state::HELD);
    record.audience = server::documents::audience::NOBODY;
    world.put(record, &result).await;
    id
}
