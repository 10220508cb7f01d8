//! Submitting a questionnaire: no answer is taken any more, and the engine's one scorer makes the result at once.
//!
//! Two commits: the first closes the questionnaire, so that no answer can arrive while it is being scored; the second stores the
//! result. A crash in between leaves a closed questionnaire, and submitting again goes on from there.

use std::collections::BTreeMap;

use engine::assessment::{IntervalKind, IntervalSettings};
use engine::model::Answer;
use engine::norms::{Age, AgeFact, PersonFacts, Sex, StratumRule};
use instruments::LoadedInstrument;

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::questionnaire::{Circumstances, NormChoice, ResultDocument, ScoreRequest, SectionClock, Timing, score_row};
use crate::records::administrative::{Administrative, Attendance, AttendanceKind};
use crate::records::assignment::{Assignment, AssignmentState, FactSex, Facts, KeptAnswer, Respondent};
use crate::records::bilan::Bilan;
use crate::records::result::{StoredResult, state};
use crate::services::answering::{self, answers_of, timing_of};
use crate::services::assignments::{in_care, state_of};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::phase_of;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;
use crate::store::{Change, Kind, Record};

/// How often a commit is tried again when somebody else was faster.
const TRIES: usize = 8;

/// Submits a questionnaire; submitting twice gives the same result.
///
/// Returns the identifier of the result; `None` for a rater, whose answers make no result of their own.
///
/// # Errors
/// [`Refusal::NotUnderWay`], [`Refusal::Withdrawn`]; [`ServiceError::NotFound`] for another's; what store and vault say.
pub async fn submit(app: &App, caller: &Caller, assignment: Id) -> Result<Option<Id>> {
    submit_as(app, caller, assignment, By::Respondent).await
}

/// The same for a questionnaire on paper, by the consultant in charge.
///
/// # Errors
/// As [`submit`].
pub async fn submit_for(app: &App, caller: &Caller, assignment: Id) -> Result<Option<Id>> {
    submit_as(app, caller, assignment, By::Consultant).await
}

/// Who submits.
#[derive(Debug, Clone, Copy)]
enum By {
    Respondent,
    Consultant,
}

async fn submit_as(app: &App, caller: &Caller, assignment: Id, by: By) -> Result<Option<Id>> {
    let now = app.now();
    for _ in 0..TRIES {
        let mut stored = match by {
            By::Respondent => answering::own(app, caller, assignment, now).await?,
            By::Consultant => in_care(app, caller, assignment).await?,
        };
        match state_of(&stored.record)? {
            AssignmentState::Done => return Ok(stored.content.result),
            AssignmentState::Withdrawn => return Err(Refusal::Withdrawn.into()),
            AssignmentState::NotStarted => return Err(Refusal::NotUnderWay.into()),
            AssignmentState::InProgress => {
                stored.content.submitted = Some(now);
                stored.record.state = AssignmentState::Submitted.word().to_owned();
                let change = app.documents().update(&stored).await?;
                match app.documents().commit(vec![change]).await {
                    Ok(()) | Err(ServiceError::Changed) => continue,
                    Err(error) => return Err(error),
                }
            }
            AssignmentState::Submitted => match finish(app, caller, stored).await {
                Err(ServiceError::Changed) => continue,
                other => return other,
            },
        }
    }
    Err(ServiceError::Changed)
}

async fn finish(app: &App, caller: &Caller, mut stored: Stored<Assignment>) -> Result<Option<Id>> {
    let now = app.now();
    let answers = answers_of(app, &stored).await?;
    let timing = timing_of(&stored.content, &answers);
    let bilan_id = stored.record.bilan.ok_or(ServiceError::Broken("an assignment has no bilan"))?;
    stored.record.state = AssignmentState::Done.word().to_owned();
    let mut changes = Vec::new();
    if stored.content.respondent == Respondent::Beneficiary {
        let result = new_result(app, &stored, &answers, &timing, now).await?;
        stored.content.result = Some(result.0.id);
        changes.push(app.documents().insert(result.0, &result.1).await?);
        changes.extend(count_time(app, bilan_id, &stored.content, &timing, now).await?);
    }
    changes.push(app.documents().update(&stored).await?);
    let id = stored.record.id;
    changes.push(AuditEntry::new(Some(caller.account), Verb::Create, Kind::Result, Some(id), Some(bilan_id)).at(now)?);
    app.documents().commit(changes).await?;
    Ok(stored.content.result)
}

async fn new_result(
    app: &App,
    stored: &Stored<Assignment>,
    answers: &BTreeMap<u32, KeptAnswer>,
    timing: &Timing,
    now: Timestamp,
) -> Result<(Record, StoredResult)> {
    let assignment = &stored.content;
    let loaded = app.instrument(&assignment.instrument)?;
    let document = score(app, &loaded, assignment, answers, timing)?;
    let record = Record {
        kind: Kind::Result,
        id: app.entropy().id(),
        tenant: stored.record.tenant,
        bilan: stored.record.bilan,
        parent: Some(stored.record.id),
        owner: stored.record.owner,
        state: state::HELD.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: Some(app.documents().vault().create_key().await?),
        body: Vec::new(),
    };
    let result =
        StoredResult { assignment: stored.record.id, document, scored: now, released: None, not_me: Vec::new() };
    Ok((record, result))
}

/// The row of answers for the engine, in the instrument's order of items.
///
/// # Errors
/// Answers that were stored for another questionnaire: a fault of ours.
pub fn row_of(app: &App, assignment: &Assignment, answers: &BTreeMap<u32, KeptAnswer>) -> Result<Vec<Answer>> {
    let sheet = app.sheet(&assignment.instrument, &assignment.language)?;
    let end = assignment.submitted.unwrap_or_else(|| app.now());
    let clock = SectionClock { starts: &assignment.sections, accommodations: &assignment.accommodations, now: end };
    let answers = answers.iter().map(|(&position, kept)| (position, kept.answer.clone())).collect();
    sheet.steps().row(&answers, &clock).map_err(|_| ServiceError::Broken("answers do not fit their questionnaire"))
}

/// What is known of the person for the norm.
#[must_use]
pub fn person_facts(facts: Facts) -> PersonFacts {
    PersonFacts {
        sex: facts.sex.map(|sex| match sex {
            FactSex::F => Sex::Female,
            FactSex::M => Sex::Male,
        }),
        age: match facts.age.map(|age| Age::new(i64::from(age))) {
            None => AgeFact::Missing,
            Some(Ok(age)) => AgeFact::Known(age),
            Some(Err(_)) => AgeFact::Impossible,
        },
    }
}

/// How people are placed in the norm of an assignment.
#[must_use]
pub fn stratum_rule(assignment: &Assignment) -> StratumRule {
    if assignment.combined_stratum { StratumRule::Combined } else { StratumRule::BySex }
}

/// The intervals of all results: 95 %, around the observed score.
///
/// # Errors
/// Never with this level.
pub fn interval() -> Result<IntervalSettings> {
    IntervalSettings::new(IntervalKind::Observed, 0.95).map_err(|_| ServiceError::Broken("0.95 is no level"))
}

fn score(
    app: &App,
    loaded: &LoadedInstrument,
    assignment: &Assignment,
    answers: &BTreeMap<u32, KeptAnswer>,
    timing: &Timing,
) -> Result<ResultDocument> {
    let row = row_of(app, assignment, answers)?;
    let norm = assignment.norm.as_deref().map(|id| NormChoice {
        id,
        rule: stratum_rule(assignment),
        person: person_facts(assignment.facts),
    });
    let request = ScoreRequest {
        norm,
        interval: interval()?,
        simulated: app.terms().simulated_norms,
        circumstances: Circumstances {
            language: Some(assignment.language.clone()),
            supervision: loaded.about().supervision,
            accommodations: assignment.accommodations.clone(),
            seconds: Some(timing.active_seconds),
            completed_at: assignment.submitted.unwrap_or_else(|| app.now()),
        },
    };
    score_row(loaded, &row, &request).map_err(|error| {
        tracing::error!(cause = %error, "scoring failed");
        ServiceError::Broken("answers could not be scored")
    })
}

/// The changes that count the time spent and show that the bilan is alive (CT-6).
async fn count_time(
    app: &App,
    bilan: Id,
    assignment: &Assignment,
    timing: &Timing,
    now: Timestamp,
) -> Result<Vec<Change>> {
    let mut stored: Stored<Bilan> = app.documents().load(bilan).await?;
    let phase = phase_of(&stored.record)?;
    stored.content.active = now;
    stored.content.notices.clear();
    stored.record.due = life::next_look(&stored.content, phase, false, app.terms().idle);
    let mut administrative: Stored<Administrative> = app.documents().load(stored.content.administrative).await?;
    let from = assignment.started.unwrap_or(now);
    // Whole seconds: active time is a sum of milliseconds and lies far below the range of i64.
    let to = from.plus((timing.active_seconds * 1000.0).round() as i64);
    let kind = AttendanceKind::Questionnaires;
    administrative.content.attendance.push(Attendance { phase, from, to, kind, withdrawn: None });
    Ok(vec![app.documents().update(&stored).await?, app.documents().update(&administrative).await?])
}
