//! Notes of the consultant, the synthesis document, the beneficiary's remarks.

use crate::app::{App, Caller};
use crate::documents::{Stored, audience};
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::grant::DocumentClass;
use crate::records::writing::{Note, Synthesis, SynthesisText};
use crate::services::assignments::in_charge;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::{own_bilan, phase_of};
use crate::services::error::{Result, ServiceError};
use crate::services::life;
use crate::store::{Change, Kind, Record, Selection};

/// The most characters of a note or of one section of the synthesis.
pub const MOST_CHARS: usize = 20_000;

/// Writes a new note.
///
/// # Errors
/// [`ServiceError::NotFound`] outside the consultant's care; what [`life::check_under_way`] says.
pub async fn add_note(app: &App, caller: &Caller, bilan: Id, text: String) -> Result<Stored<Note>> {
    let now = app.now();
    check_length("/text", &text)?;
    let stored = in_charge(app, caller, bilan).await?;
    life::check_under_way(phase_of(&stored.record)?)?;
    let record = Record {
        kind: Kind::Note,
        id: app.entropy().id(),
        tenant: stored.record.tenant,
        bilan: Some(bilan),
        parent: None,
        owner: Some(stored.content.beneficiary),
        state: "written".to_owned(),
        // The beneficiary gets notes about her with her export, not as a page of the consultant's desk.
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: Some(app.documents().vault().create_key().await?),
        body: Vec::new(),
    };
    let id = record.id;
    let note = Note { author: caller.account, text, at: now };
    let changes = vec![
        app.documents().insert(record, &note).await?,
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::Note, Some(id), Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(id).await
}

fn check_length(field: &'static str, text: &str) -> Result<()> {
    if text.chars().count() <= MOST_CHARS {
        return Ok(());
    }
    let problem = FieldProblem::new(field, "shorten it").allowed(format!("at most {MOST_CHARS} characters"));
    Err(ServiceError::Invalid(vec![problem]))
}

/// The notes of a bilan, for the consultant in charge.
///
/// # Errors
/// [`ServiceError::NotFound`] outside the consultant's care; what store and vault say.
pub async fn notes(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<Stored<Note>>> {
    let now = app.now();
    in_charge(app, caller, bilan).await?;
    let mut selection = Selection::of(Kind::Note);
    selection.bilan = Some(bilan);
    let found = app.documents().select(&selection).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Read, Kind::Note, None, Some(bilan)).at(now)?;
    app.documents().commit(vec![entry]).await?;
    Ok(found)
}

/// How many notes a bilan has. None of them is opened, so no reading is logged.
///
/// # Errors
/// [`ServiceError::NotFound`] outside the consultant's care; what the store says.
pub async fn n_notes(app: &App, caller: &Caller, bilan: Id) -> Result<usize> {
    in_charge(app, caller, bilan).await?;
    let mut selection = Selection::of(Kind::Note);
    selection.bilan = Some(bilan);
    Ok(app.documents().store().select(&selection).await?.len())
}

/// One note, for the consultant in charge.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other; what store and vault say.
pub async fn note(app: &App, caller: &Caller, note: Id) -> Result<Stored<Note>> {
    let stored = note_in_care(app, caller, note).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Read, Kind::Note, Some(note), stored.record.bilan);
    app.documents().commit(vec![entry.at(app.now())?]).await?;
    Ok(stored)
}

/// Changes a note, when the version that is there is one that `expected` takes.
///
/// # Errors
/// As [`add_note`]; [`ServiceError::Outdated`]; [`ServiceError::Changed`].
pub async fn change_note(
    app: &App,
    caller: &Caller,
    note: Id,
    text: String,
    expected: impl Fn(i64) -> bool + Send,
) -> Result<Stored<Note>> {
    let now = app.now();
    check_length("/text", &text)?;
    let mut stored = note_in_care(app, caller, note).await?;
    if !expected(stored.record.version) {
        return Err(ServiceError::Outdated);
    }
    stored.content = Note { author: caller.account, text, at: now };
    let bilan = stored.record.bilan;
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Note, Some(note), bilan).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(note).await
}

/// Deletes a note: its key is destroyed.
///
/// # Errors
/// As [`add_note`].
pub async fn delete_note(app: &App, caller: &Caller, note: Id) -> Result<()> {
    let now = app.now();
    let stored = note_in_care(app, caller, note).await?;
    let key = stored.record.key.ok_or(ServiceError::Broken("a note has no key"))?;
    app.documents().vault().destroy(&[key]).await?;
    let changes = vec![
        Change::Delete { kind: Kind::Note, id: note },
        AuditEntry::new(Some(caller.account), Verb::Destroy, Kind::Note, Some(note), stored.record.bilan).at(now)?,
    ];
    app.documents().commit(changes).await
}

async fn note_in_care(app: &App, caller: &Caller, note: Id) -> Result<Stored<Note>> {
    let stored: Stored<Note> = app.documents().readable(caller, note, DocumentClass::Notes, app.now()).await?;
    in_charge(app, caller, stored.record.bilan.ok_or(ServiceError::Broken("a note has no bilan"))?).await?;
    Ok(stored)
}

/// The synthesis of a bilan, which has one identifier with it: there is one at most.
async fn synthesis_of(app: &App, bilan: Id) -> Result<Option<Stored<Synthesis>>> {
    match app.documents().load(bilan).await {
        Ok(stored) => Ok(Some(stored)),
        Err(ServiceError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the synthesis: the consultant while writing, the beneficiary once it is handed over, anybody with a grant.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is none, or not for this caller.
pub async fn synthesis(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<Synthesis>> {
    let now = app.now();
    let stored: Stored<Synthesis> = app.documents().readable(caller, bilan, DocumentClass::Synthesis, now).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Read, Kind::Synthesis, Some(bilan), Some(bilan)).at(now)?;
    app.documents().commit(vec![entry]).await?;
    Ok(stored)
}

/// Whether the caller may read the synthesis. It is not opened, so nothing is logged.
///
/// # Errors
/// What store and vault say.
pub async fn is_synthesis_open(app: &App, caller: &Caller, bilan: Id) -> Result<bool> {
    match app.documents().readable::<Synthesis>(caller, bilan, DocumentClass::Synthesis, app.now()).await {
        Ok(_) => Ok(true),
        Err(ServiceError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes the consultant's sections of the synthesis (CT-11), when the version that is there is one that `expected` takes.
///
/// # Errors
/// [`ServiceError::NotFound`] outside the consultant's care; [`ServiceError::Outdated`]; [`ServiceError::Changed`]; what [`life::check_under_way`] says.
pub async fn write_synthesis(
    app: &App,
    caller: &Caller,
    bilan: Id,
    text: SynthesisText,
    expected: impl Fn(i64) -> bool + Send,
) -> Result<Stored<Synthesis>> {
    let now = app.now();
    for (field, section) in [
        ("/circumstances", &text.circumstances),
        ("/competences", &text.competences),
        ("/project", &text.project),
        ("/steps", &text.steps),
        ("/training", &text.training),
    ] {
        check_length(field, section)?;
    }
    let stored = in_charge(app, caller, bilan).await?;
    life::check_under_way(phase_of(&stored.record)?)?;
    let change = match synthesis_of(app, bilan).await? {
        Some(mut synthesis) => {
            if !expected(synthesis.record.version) {
                return Err(ServiceError::Outdated);
            }
            synthesis.content.text = text;
            synthesis.content.author = caller.account;
            synthesis.content.at = now;
            app.documents().update(&synthesis).await?
        }
        None => {
            let record = Record {
                kind: Kind::Synthesis,
                id: bilan,
                tenant: stored.record.tenant,
                bilan: Some(bilan),
                parent: None,
                owner: Some(stored.content.beneficiary),
                state: "draft".to_owned(),
                audience: audience::NOBODY,
                due: None,
                version: 0,
                key: Some(app.documents().vault().create_key().await?),
                body: Vec::new(),
            };
            let remarks = String::new();
            let synthesis = Synthesis { text, remarks, author: caller.account, at: now, delivered: None };
            app.documents().insert(record, &synthesis).await?
        }
    };
    let entry =
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Synthesis, Some(bilan), Some(bilan)).at(now)?;
    app.documents().commit(vec![change, entry]).await?;
    app.documents().load(bilan).await
}

/// Writes the beneficiary's remarks on the synthesis that was handed over.
///
/// # Errors
/// [`ServiceError::NotFound`] before that; [`ServiceError::Changed`].
pub async fn write_remarks(app: &App, caller: &Caller, bilan: Id, remarks: String) -> Result<Stored<Synthesis>> {
    let now = app.now();
    check_length("/remarks", &remarks)?;
    own_bilan(app, caller, bilan, now).await?;
    let mut stored: Stored<Synthesis> = app.documents().readable(caller, bilan, DocumentClass::Synthesis, now).await?;
    stored.content.remarks = remarks;
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Synthesis, Some(bilan), Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(bilan).await
}
