//! Giving a questionnaire to a beneficiary: instrument, language, norm and purpose, checked before anything is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::norms::NormKind;
use instruments::{Administration, LoadedInstrument, LoadedNorm, Wording};

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::questionnaire::{Accommodation, SimulatedNorms};
use crate::records::account::Account;
use crate::records::assignment::{Assignment, AssignmentState, Facts, Respondent};
use crate::records::bilan::Bilan;
use crate::records::grant::DocumentClass;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::phase_of;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;
use crate::store::{Kind, Record, Selection};

/// A questionnaire as it is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Instrument, with or without a version.
    pub instrument: String,
    /// Tag of the language.
    pub language: String,
    /// Norm to compare with, where one is wanted.
    pub norm: Option<String>,
    /// Whether everyone is compared with the combined stratum.
    pub combined_stratum: bool,
    /// Why it is asked (L6313-4: a direct and necessary link with the bilan).
    pub purpose: String,
}

/// A bilan of which the caller is the consultant in charge.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn in_charge(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<Bilan>> {
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Dates, app.now()).await?;
    if stored.content.consultant == caller.account { Ok(stored) } else { Err(ServiceError::NotFound) }
}

/// Checks a choice against the known instruments.
///
/// # Errors
/// Every field that does not fit, at once.
pub fn check_choice(app: &App, choice: &Choice) -> Result<Arc<LoadedInstrument>> {
    let mut problems = Vec::new();
    if choice.purpose.trim().is_empty() {
        let problem = FieldProblem::new("/purpose", "say what the answers are needed for");
        problems.push(problem.allowed("a sentence: the direct and necessary link with the bilan (L6313-4)"));
    }
    let loaded = match app.catalog().find(&choice.instrument) {
        Ok(loaded) => Some(loaded),
        Err(_) => {
            let problem = FieldProblem::new("/instrument", "GET /api/v1/instruments lists them");
            problems.push(problem.allowed("the id of a known instrument, with or without @version"));
            None
        }
    };
    if let Some(loaded) = &loaded {
        // Where only names are worded, results can be told; nothing can be asked.
        let languages = languages_of(loaded);
        if !languages.contains(&choice.language.as_str()) {
            let remedy =
                format!("`{}` is not among them: choose a language in which its items are worded", choice.language);
            let allowed = if languages.is_empty() {
                "none: its wording is to be imported".to_owned()
            } else {
                languages.join(", ")
            };
            problems.push(FieldProblem::new("/language", remedy).allowed(allowed));
        }
        if let Some(norm) = &choice.norm
            && !norms_of(app, loaded).iter().any(|known| known.card().id == *norm)
        {
            let known: Vec<&str> = norms_of(app, loaded).iter().map(|norm| norm.card().id.as_str()).collect();
            let problem = FieldProblem::new("/norm", "choose a norm of this instrument, or none");
            problems.push(problem.allowed(known.join(", ")));
        }
    }
    match loaded {
        Some(loaded) if problems.is_empty() => Ok(loaded),
        _ => Err(ServiceError::Invalid(problems)),
    }
}

/// Gives a questionnaire to the beneficiary of a bilan.
///
/// # Errors
/// [`Refusal::ConsentMissing`] (CT-1), [`Refusal::NotQualified`] (ISO-5), the fields that do not fit; what store and vault say.
pub async fn assign(app: &App, caller: &Caller, bilan: Id, choice: Choice) -> Result<Stored<Assignment>> {
    let now = app.now();
    let stored = in_charge(app, caller, bilan).await?;
    let phase = phase_of(&stored.record)?;
    life::check_under_way(phase)?;
    let loaded = check_choice(app, &choice)?;
    check_qualified(app, caller, &loaded).await?;
    let given = Given {
        bilan,
        tenant: stored.record.tenant,
        owner: stored.content.beneficiary,
        respondent: Respondent::Beneficiary,
        round: None,
    };
    let (record, assignment) = give(app, caller, &loaded, choice, given, now).await?;
    let id = record.id;
    let changes = vec![
        app.documents().insert(record, &assignment).await?,
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::Assignment, Some(id), Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(id).await
}

/// Whether a consultant is qualified for an instrument (ISO-5).
///
/// # Errors
/// [`Refusal::NotQualified`].
pub async fn check_qualified(app: &App, caller: &Caller, loaded: &LoadedInstrument) -> Result<()> {
    let account: Stored<Account> = app.documents().load(caller.account).await?;
    let qualified = account.content.qualifications.iter().any(|known| loaded.id().eq_ignore_case(&known.instrument));
    if qualified { Ok(()) } else { Err(Refusal::NotQualified.into()) }
}

/// The instruments that a consultant may give a beneficiary: those she is qualified for, in their newest version, with wording in
/// a language at least, by their identifier.
///
/// # Errors
/// What store and vault say.
pub async fn givable(app: &App, caller: &Caller) -> Result<Vec<Arc<LoadedInstrument>>> {
    let account: Stored<Account> = app.documents().load(caller.account).await?;
    let known: BTreeSet<&str> = account.content.qualifications.iter().map(|known| known.instrument.as_str()).collect();
    let found = known.into_iter().filter_map(|id| app.catalog().find(id).ok());
    let about_herself = found.filter(|loaded| loaded.about().administration != Administration::OtherReport);
    Ok(about_herself.filter(|loaded| !languages_of(loaded).is_empty()).collect())
}

/// The norms that may be chosen: one of simulated data serves in the demonstration only.
#[must_use]
pub fn norms_of<'l>(app: &App, loaded: &'l LoadedInstrument) -> Vec<&'l LoadedNorm> {
    let all_serve = app.terms().simulated_norms == SimulatedNorms::Allowed;
    loaded.norms().iter().filter(|norm| all_serve || norm.group().kind() != NormKind::Simulated).collect()
}

/// The languages in which a questionnaire can be given.
#[must_use]
pub fn languages_of(loaded: &LoadedInstrument) -> Vec<&str> {
    let worded = |tag: &str| loaded.wording(tag).is_some_and(Wording::can_be_given);
    loaded.languages().map(|language| language.as_str()).filter(|tag| worded(tag)).collect()
}

/// To whom a questionnaire is given.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    /// The bilan.
    pub bilan: Id,
    /// Its house.
    pub tenant: Id,
    /// Who answers.
    pub owner: Id,
    /// In what part.
    pub respondent: Respondent,
    /// The 360° round it belongs to.
    pub round: Option<Id>,
}

/// Makes record and content of an assignment; nothing is stored yet.
///
/// # Errors
/// What the vault says.
pub async fn give(
    app: &App,
    caller: &Caller,
    loaded: &LoadedInstrument,
    choice: Choice,
    given: Given,
    now: Timestamp,
) -> Result<(Record, Assignment)> {
    let key = app.documents().vault().create_key().await?;
    let assignment = Assignment {
        // With its version, so that a later one changes nothing for this person.
        instrument: format!("{}@{}", loaded.id(), loaded.version()),
        language: choice.language,
        norm: choice.norm,
        combined_stratum: choice.combined_stratum,
        purpose: choice.purpose.trim().to_owned(),
        respondent: given.respondent,
        assigned_by: caller.account,
        assigned: now,
        started: None,
        submitted: None,
        facts: Facts::default(),
        sections: Default::default(),
        shown: Default::default(),
        accommodations: Vec::new(),
        result: None,
        from_paper: false,
        round: given.round,
    };
    let record = Record {
        kind: Kind::Assignment,
        id: app.entropy().id(),
        tenant: given.tenant,
        bilan: Some(given.bilan),
        parent: given.round,
        owner: Some(given.owner),
        state: AssignmentState::NotStarted.word().to_owned(),
        audience: audience::OWNER,
        due: None,
        version: 0,
        key: Some(key),
        body: Vec::new(),
    };
    Ok((record, assignment))
}

/// The questionnaires of a bilan, for its beneficiary and the consultant. Those of raters are not among them: who has answered
/// would be seen.
///
/// # Errors
/// [`ServiceError::NotFound`] when the caller may not know; what store and vault say.
pub async fn of_bilan(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<Stored<Assignment>>> {
    let now = app.now();
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Progress, now).await?;
    let mut selection = Selection::of(Kind::Assignment);
    selection.bilan = Some(bilan);
    selection.owner = Some(stored.content.beneficiary);
    app.documents().select(&selection).await
}

/// The questionnaires that the caller is to answer.
///
/// # Errors
/// What store and vault say.
pub async fn own(app: &App, caller: &Caller) -> Result<Vec<Stored<Assignment>>> {
    let mut selection = Selection::of(Kind::Assignment);
    selection.owner = Some(caller.account);
    selection.tenant = Some(caller.tenant);
    app.documents().select(&selection).await
}

/// The state of an assignment as it stands in the clear.
///
/// # Errors
/// A word that is no state: a fault of ours.
pub fn state_of(record: &Record) -> Result<AssignmentState> {
    AssignmentState::from_word(&record.state).ok_or(ServiceError::Broken("an assignment has no known state"))
}

/// An assignment of a bilan in which the caller is the consultant in charge.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn in_care(app: &App, caller: &Caller, assignment: Id) -> Result<Stored<Assignment>> {
    let now = app.now();
    let stored: Stored<Assignment> = app.documents().readable(caller, assignment, DocumentClass::Progress, now).await?;
    let bilan = stored.record.bilan.ok_or(ServiceError::Broken("an assignment has no bilan"))?;
    in_charge(app, caller, bilan).await?;
    Ok(stored)
}

/// Takes a questionnaire back. What was answered stays the beneficiary's until the bilan ends.
///
/// # Errors
/// [`Refusal::Submitted`] when it is done; what store and vault say.
pub async fn withdraw(app: &App, caller: &Caller, assignment: Id) -> Result<()> {
    let now = app.now();
    let mut stored = in_care(app, caller, assignment).await?;
    match state_of(&stored.record)? {
        AssignmentState::NotStarted | AssignmentState::InProgress => {}
        AssignmentState::Withdrawn => return Ok(()),
        AssignmentState::Submitted | AssignmentState::Done => return Err(Refusal::Submitted.into()),
    }
    stored.record.state = AssignmentState::Withdrawn.word().to_owned();
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Withdraw, Kind::Assignment, Some(assignment), stored.record.bilan)
            .at(now)?,
    ];
    app.documents().commit(changes).await
}

/// Records more time for somebody, with its reason.
///
/// # Errors
/// [`Refusal::Submitted`] when it is done; the field that does not fit; what store and vault say.
pub async fn accommodate(
    app: &App,
    caller: &Caller,
    assignment: Id,
    accommodation: Accommodation,
) -> Result<Stored<Assignment>> {
    let now = app.now();
    let mut stored = in_care(app, caller, assignment).await?;
    if !matches!(state_of(&stored.record)?, AssignmentState::NotStarted | AssignmentState::InProgress) {
        return Err(Refusal::NotUnderWay.into());
    }
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    accommodation
        .fits(sheet.steps())
        .map_err(|error| ServiceError::Invalid(vec![FieldProblem::new(error.field(), error.remedy())]))?;
    stored.content.accommodations.push(accommodation);
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Assignment, Some(assignment), stored.record.bilan)
            .at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(assignment).await
}
