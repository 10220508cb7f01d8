//! What people do in these tests, each by the service that does it, with a marked text wherever there is a text.

use serde_json::{Value, json};
use server::app::Caller;
use server::clock::Timestamp;
use server::ids::Id;
use server::records::agreement::{KeptDays, Signature};
use server::records::assignment::Facts;
use server::records::bilan::{Funding, Phase};
use server::records::grant::{Basis, DocumentClass};
use server::records::writing::SynthesisText;
use server::services::agreements::Agreed;
use server::services::assignments::Choice;
use server::services::grants::Wish;
use server::services::release::What;
use server::services::replies::{Met, ReplyLife};
use server::services::{
    agreements, answering, assignments, bilans, export, grants, release, replies, results, submission, writing,
};
use server::store::Kind;

use super::attacker::MARK;
use super::world::{INSTRUMENT, World};

/// The question for a text, and how many there are.
pub const TEXT_POSITION: u32 = 4;
pub const N_POSITIONS: u32 = 5;

/// A text that is found again.
pub fn marker(world: &World) -> String {
    format!("{MARK}{}", world.id())
}

/// A bilan with marked name and address, consented to.
pub async fn under_way(world: &World) -> Caller {
    let (_, beneficiary) = proposed(world, Funding::Beneficiary).await.unwrap();
    assert!(world.consent(&beneficiary).await);
    beneficiary
}

/// The same before consent, with the name.
pub async fn proposed(world: &World, funding: Funding) -> Option<(String, Caller)> {
    let name = marker(world);
    let email = format!("{}@example.org", marker(world));
    let (_, beneficiary) = world.propose(&name, Some(email), funding).await?;
    Some((name, beneficiary))
}

/// A document in a bilan: its record, its key, its marked text.
#[derive(Debug, Clone)]
pub struct Written {
    pub kind: Kind,
    pub id: Id,
    pub key: Id,
    pub marker: String,
}

async fn written(world: &World, kind: Kind, id: Id, marker: String) -> Option<Written> {
    let record = world.documents().store().fetch(kind, id).await.unwrap()?;
    Some(Written { kind, id, key: record.key.unwrap(), marker })
}

pub async fn note(world: &World, about: &Caller) -> Option<Written> {
    let marker = marker(world);
    let note = writing::add_note(world.app(), &world.consultant, about.bilan.unwrap(), marker.clone()).await.ok()?;
    written(world, Kind::Note, note.record.id, marker).await
}

/// A note by a request that may be repeated: the reply, which is kept, repeats it.
pub async fn repeatable_note(world: &World, about: &Caller) -> Option<Written> {
    let key = world.id().to_string();
    let met = replies::meet(world.app(), &world.consultant, &key, [1; 32], ReplyLife::WithTheBilan).await.ok()?;
    let Met::First(first) = met else { panic!("the key is new") };
    match note(world, about).await {
        Some(note) => {
            replies::keep(world.app(), *first, reply(&note.marker)).await.unwrap();
            Some(note)
        }
        None => {
            replies::forget(world.app(), &first).await.ok();
            None
        }
    }
}

pub fn reply(text: &str) -> server::records::kept_reply::Reply {
    server::records::kept_reply::Reply { status: 201, headers: Vec::new(), body: text.as_bytes().to_vec() }
}

/// An export of the bilan so far, brought back.
pub async fn document(world: &World, about: &Caller) -> Option<Written> {
    let bilan = about.bilan.unwrap();
    let bytes = export::export(world.app(), about, bilan).await.ok()?;
    let brought = export::bring(world.app(), about, bilan, bytes).await.ok()?;
    // It is packed: no text is found in it.
    written(world, Kind::Document, brought.record.id, marker(world)).await
}

/// The synthesis, which has the identifier of its bilan.
pub async fn synthesis(world: &World, about: &Caller) -> Option<Written> {
    let (marker, bilan) = (marker(world), about.bilan.unwrap());
    let text = SynthesisText { project: marker.clone(), ..SynthesisText::default() };
    writing::write_synthesis(world.app(), &world.consultant, bilan, text, |_| true).await.ok()?;
    written(world, Kind::Synthesis, bilan, marker).await
}

/// A questionnaire that is begun; its purpose is marked.
pub async fn questionnaire(world: &World, about: &Caller) -> Option<Written> {
    let marker = marker(world);
    let choice = Choice {
        instrument: INSTRUMENT.to_owned(),
        language: "fr".to_owned(),
        norm: None,
        combined_stratum: false,
        purpose: marker.clone(),
    };
    let given = assignments::assign(world.app(), &world.consultant, about.bilan.unwrap(), choice).await.ok()?;
    let id = given.record.id;
    answering::start(world.app(), about, id, Facts::default()).await.ok()?;
    written(world, Kind::Assignment, id, marker).await
}

fn answer_at(position: u32, text: &str) -> Value {
    match position {
        1 => json!({"option": 2}),
        2 => json!({"number": 37}),
        3 => json!({"number": 20}),
        TEXT_POSITION => json!({"text": text}),
        _ => json!({"ranks": [2, 1, 3]}),
    }
}

/// An answer; a text is marked as its questionnaire is.
pub async fn answer(world: &World, about: &Caller, to: &Written, position: u32) -> bool {
    let given = serde_json::from_value(answer_at(position, &to.marker)).unwrap();
    answering::save(world.app(), about, to.id, position, &given).await.is_ok()
}

/// All answers that are asked for.
pub async fn answers(world: &World, about: &Caller, to: &Written) {
    for position in 1..=N_POSITIONS {
        assert!(answer(world, about, to, position).await, "{position}");
    }
}

/// The result of a questionnaire, which is marked once it is released.
pub async fn submit(world: &World, about: &Caller, questionnaire: Id) -> Option<Written> {
    let result = submission::submit(world.app(), about, questionnaire).await.ok()??;
    written(world, Kind::Result, result, marker(world)).await
}

/// A result that is held for the consultant.
pub async fn result(world: &World, about: &Caller) -> Written {
    let questionnaire = questionnaire(world, about).await.unwrap();
    answers(world, about, &questionnaire).await;
    submit(world, about, questionnaire.id).await.unwrap()
}

/// The beneficiary says that a result is not her.
pub async fn not_me(world: &World, about: &Caller, result: &Written) -> bool {
    results::mark_not_me(world.app(), about, result.id, vec![result.marker.clone()]).await.is_ok()
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

/// A grant to somebody from outside.
#[derive(Debug, Clone)]
pub struct Given {
    pub id: Id,
    pub grantee: Id,
    pub key: Id,
    pub ends: Timestamp,
    /// Whether it asks to hand the synthesis to the operator of career guidance (L6313-4).
    pub request: bool,
    /// Name of the recipient.
    pub marker: String,
}

pub async fn give(world: &World, about: &Caller, basis: Basis, days: u16) -> Option<Given> {
    let marker = marker(world);
    let request = basis == Basis::Request;
    let class = if request { DocumentClass::Synthesis } else { DocumentClass::Results };
    let wish = Wish {
        basis,
        recipient: marker.clone(),
        purpose: "conseil".to_owned(),
        classes: vec![class],
        document: None,
        days,
        employer: None,
    };
    let given = grants::give(world.app(), about, about.bilan.unwrap(), wish).await.ok()?;
    let row = world.documents().store().fetch_grant(given.grant).await.unwrap().unwrap();
    Some(Given { id: given.grant, grantee: row.grantee, key: row.key.unwrap(), ends: given.ends, request, marker })
}

/// Results and synthesis are handed over in the conclusions, to which the bilan comes first. Says whether they are.
pub async fn deliver(world: &World, about: &Caller) -> bool {
    let bilan = about.bilan.unwrap();
    for phase in [Phase::Preliminary, Phase::Investigation, Phase::Conclusions] {
        // It may have come so far before.
        let _ = bilans::step(world.app(), &world.consultant, bilan, phase).await;
    }
    release::release(world.app(), &world.consultant, bilan, What::Everything).await.is_ok()
}
