//! Answering: starting, reading a page, saving an answer, submitting. The hot path of the service is [`save`].

use std::collections::{BTreeMap, BTreeSet};

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::questionnaire::{
    AnswerError, DeliveryError, GivenAnswer, Next, PageView, SectionClock, SectionError, Sheet, StepTimes, Timing,
};
use crate::records::assignment::{Assignment, AssignmentState, Facts, KeptAnswer, Respondent};
use crate::records::bilan::Phase;
use crate::records::grant::DocumentClass;
use crate::services::assignments::state_of;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;
use crate::store::{Change, Kind};
use crate::vault::{Context, VaultError};

/// How often a change is tried again when somebody else (another tab) was faster.
const TRIES: usize = 8;

/// An assignment that the caller answers herself.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn own(app: &App, caller: &Caller, assignment: Id, now: Timestamp) -> Result<Stored<Assignment>> {
    let stored: Stored<Assignment> = app.documents().readable(caller, assignment, DocumentClass::Answers, now).await?;
    if stored.record.owner == Some(caller.account) { Ok(stored) } else { Err(ServiceError::NotFound) }
}

/// Which facts about the person the chosen norm asks for; nothing else is asked (GD-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeededFacts {
    /// Whether the norm has strata by sex.
    pub sex: bool,
    /// Whether the norm has strata by age.
    pub age: bool,
}

/// Which facts the norm of an assignment asks for.
///
/// # Errors
/// An instrument that is not known any more.
pub fn needed_facts(app: &App, assignment: &Assignment) -> Result<NeededFacts> {
    let loaded = app.instrument(&assignment.instrument)?;
    let group = assignment.norm.as_deref().and_then(|norm| loaded.norm(norm)).map(|norm| norm.group());
    Ok(NeededFacts {
        sex: group.is_some_and(|group| group.needs_sex()) && !assignment.combined_stratum,
        age: group.is_some_and(|group| group.needs_age()),
    })
}

/// Begins a questionnaire; beginning twice changes nothing.
///
/// # Errors
/// [`Refusal::ConsentMissing`], [`Refusal::Over`] by the bilan's phase; facts that nobody asked for; what store and vault say.
pub async fn start(app: &App, caller: &Caller, assignment: Id, facts: Facts) -> Result<Stored<Assignment>> {
    let now = app.now();
    for _ in 0..TRIES {
        let mut stored = own(app, caller, assignment, now).await?;
        check_under_way(app, &stored).await?;
        match state_of(&stored.record)? {
            AssignmentState::NotStarted => {}
            AssignmentState::InProgress => return Ok(stored),
            state => return Err(refusal_of(state).into()),
        }
        check_facts(needed_facts(app, &stored.content)?, facts)?;
        stored.content.facts = facts;
        stored.content.started = Some(now);
        stored.record.state = AssignmentState::InProgress.word().to_owned();
        let changes = vec![
            app.documents().update(&stored).await?,
            AuditEntry::new(
                Some(caller.account),
                Verb::Change,
                Kind::Assignment,
                Some(assignment),
                stored.record.bilan,
            )
            .at(now)?,
        ];
        match app.documents().commit(changes).await {
            Err(ServiceError::Changed) => {}
            other => return other.map(|()| stored),
        }
    }
    Err(ServiceError::Changed)
}

/// No questionnaire goes on without a consented bilan that goes on (CT-1).
async fn check_under_way(app: &App, stored: &Stored<Assignment>) -> Result<()> {
    let bilan = stored.record.bilan.ok_or(ServiceError::Broken("an assignment has no bilan"))?;
    let record = app.documents().store().fetch(Kind::Bilan, bilan).await?.ok_or(Refusal::Over)?;
    // A bilan that is being destroyed is in no phase any more.
    Ok(life::check_under_way(Phase::from_word(&record.state).ok_or(Refusal::Over)?)?)
}

fn refusal_of(state: AssignmentState) -> Refusal {
    match state {
        AssignmentState::Withdrawn => Refusal::Withdrawn,
        AssignmentState::Submitted | AssignmentState::Done => Refusal::Submitted,
        AssignmentState::NotStarted | AssignmentState::InProgress => Refusal::NotUnderWay,
    }
}

fn check_facts(needed: NeededFacts, facts: Facts) -> Result<()> {
    let mut problems = Vec::new();
    if facts.sex.is_some() && !needed.sex {
        problems.push(FieldProblem::new("/sex", "leave it out: nothing here depends on it"));
    }
    if facts.age.is_some() && !needed.age {
        problems.push(FieldProblem::new("/age", "leave it out: nothing here depends on it"));
    }
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(problems)) }
}

/// A page, and what was answered on it before.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The page.
    pub page: PageView,
    /// Answers given so far to the steps of this page, by position.
    pub answers: BTreeMap<u32, GivenAnswer>,
    /// How many steps are answered in all.
    pub n_answered: u32,
    /// The first step that is not answered; `None` when all are, or their time is over.
    pub next_unanswered: Option<u32>,
}

/// What is left of a questionnaire that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// How many steps are answered.
    pub n_answered: u32,
    /// Positions without an answer that can still be given.
    pub open: Vec<u32>,
}

/// What is left of a questionnaire that is under way.
///
/// # Errors
/// What store and vault say.
pub async fn left(app: &App, stored: &Stored<Assignment>) -> Result<Left> {
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let answers = answers_of(app, stored).await?;
    let over = clock_of(&stored.content, app.now()).over(sheet.steps());
    let is_open = |position: &u32, section: Option<u32>| {
        !answers.contains_key(position) && !section.is_some_and(|section| over.contains(&section))
    };
    let open = sheet.steps().iter().filter(|(position, step)| is_open(position, step.section()));
    Ok(Left {
        n_answered: u32::try_from(answers.len()).unwrap_or(u32::MAX),
        open: open.map(|(position, _)| position).collect(),
    })
}

/// The first step of the caller's questionnaire that is not answered; `None` when all are, or their time is over.
///
/// # Errors
/// [`Refusal`] by state; what store and vault say.
pub async fn next(app: &App, caller: &Caller, assignment: Id) -> Result<Option<u32>> {
    let now = app.now();
    let stored = own(app, caller, assignment, now).await?;
    if state_of(&stored.record)? != AssignmentState::InProgress {
        return Err(refusal_of(state_of(&stored.record)?).into());
    }
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let answered = answers_of(app, &stored).await?.into_keys().collect();
    Ok(next_step(&sheet, &stored.content, &answered, now))
}

/// The page from a position on, or the one with the first unanswered step: so somebody goes on where she stopped, on any device.
///
/// # Errors
/// [`Refusal`] by state and phase; a position that does not exist; what store and vault say.
pub async fn page(app: &App, caller: &Caller, assignment: Id, from: Option<u32>, n: u32) -> Result<Page> {
    let place = |sheet: &Sheet, next: Option<u32>| Some(from.or(next).unwrap_or_else(|| sheet.steps().n_steps()));
    open(app, caller, assignment, place, |_| n).await?.ok_or(ServiceError::Broken("a page has no place"))
}

/// Whether the time of the section that a step belongs to is over. No answer is opened.
///
/// # Errors
/// What store and vault say.
pub async fn is_time_over(app: &App, caller: &Caller, assignment: Id, position: u32) -> Result<bool> {
    let now = app.now();
    let stored = own(app, caller, assignment, now).await?;
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let section = sheet.steps().step(position).and_then(|step| step.section());
    Ok(section.is_some_and(|section| clock_of(&stored.content, now).is_over(sheet.steps(), section)))
}

/// The page with the first unanswered step, of as many steps as `n` says for its place; `None` when all are answered, or their time is
/// over. The answers are opened once.
///
/// # Errors
/// As [`page`].
pub async fn resume(app: &App, caller: &Caller, assignment: Id, n: impl Fn(u32) -> u32 + Send) -> Result<Option<Page>> {
    open(app, caller, assignment, |_, next| next, n).await
}

/// The page at the place that is made of the first unanswered step.
async fn open(
    app: &App,
    caller: &Caller,
    assignment: Id,
    place: impl Fn(&Sheet, Option<u32>) -> Option<u32> + Send,
    n: impl Fn(u32) -> u32 + Send,
) -> Result<Option<Page>> {
    let now = app.now();
    for _ in 0..TRIES {
        let mut stored = own(app, caller, assignment, now).await?;
        if state_of(&stored.record)? != AssignmentState::InProgress {
            return Err(refusal_of(state_of(&stored.record)?).into());
        }
        check_under_way(app, &stored).await?;
        let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
        let answers = answers_of(app, &stored).await?;
        let answered: BTreeSet<u32> = answers.keys().copied().collect();
        let next = next_step(&sheet, &stored.content, &answered, now);
        let Some(from) = place(&sheet, next) else { return Ok(None) };
        let opened = sheet.open_page(from, n(from), &clock_of(&stored.content, now)).map_err(|error| match error {
            DeliveryError::Section(error) => refused_by_section(error),
            other => ServiceError::Invalid(vec![FieldProblem::new(other.field(), other.remedy())]),
        })?;
        if note_display(&mut stored.content, &opened.page, opened.begins, now) {
            let change = app.documents().update(&stored).await?;
            match app.documents().commit(vec![change]).await {
                Err(ServiceError::Changed) => continue,
                other => other?,
            }
        }
        let shown: BTreeSet<u32> = opened.page.steps.iter().map(|step| step.position).collect();
        let n_answered = u32::try_from(answered.len()).unwrap_or(u32::MAX);
        let on_page = answers.into_iter().filter(|(position, _)| shown.contains(position));
        let answers = on_page.map(|(position, kept)| (position, kept.answer.given())).collect();
        return Ok(Some(Page { page: opened.page, answers, n_answered, next_unanswered: next }));
    }
    Err(ServiceError::Changed)
}

fn clock_of(assignment: &Assignment, now: Timestamp) -> SectionClock<'_> {
    SectionClock { starts: &assignment.sections, accommodations: &assignment.accommodations, now }
}

fn next_step(sheet: &Sheet, assignment: &Assignment, answered: &BTreeSet<u32>, now: Timestamp) -> Option<u32> {
    let over = clock_of(assignment, now).over(sheet.steps());
    match sheet.steps().next_position(answered, &over) {
        Next::Position(position) => Some(position),
        Next::Done => None,
    }
}

/// Writes down what is displayed for the first time; `false` when there is nothing new.
fn note_display(assignment: &mut Assignment, page: &PageView, begins: Option<u32>, now: Timestamp) -> bool {
    let before = (assignment.shown.len(), assignment.sections.len());
    for step in &page.steps {
        assignment.shown.entry(step.position).or_insert(now);
    }
    if let Some(section) = begins {
        assignment.sections.entry(section).or_insert(now);
    }
    before != (assignment.shown.len(), assignment.sections.len())
}

/// All answers of an assignment, opened, by position.
///
/// # Errors
/// What store and vault say.
pub async fn answers_of(app: &App, stored: &Stored<Assignment>) -> Result<BTreeMap<u32, KeptAnswer>> {
    let key = stored.record.key.ok_or(ServiceError::Broken("an assignment has no key"))?;
    let sealed = app.documents().store().answers(stored.record.id).await?;
    if sealed.is_empty() {
        return Ok(BTreeMap::new());
    }
    let opener = app.documents().vault().opener(key).await?;
    let mut answers = BTreeMap::new();
    for answer in sealed {
        let position = u32::try_from(answer.position).map_err(|_| ServiceError::Broken("an answer has no position"))?;
        let context = answer_context(stored.record.id, position);
        let plain = opener.open(&context, &answer.sealed).map_err(VaultError::from)?;
        let kept = rmp_serde::from_slice(&plain).map_err(|_| ServiceError::Broken("an answer does not read"))?;
        answers.insert(position, kept);
    }
    Ok(answers)
}

/// The single answers of a beneficiary's questionnaire, for her and whoever has a grant on answers. A rater's are nobody's to
/// read.
///
/// # Errors
/// [`ServiceError::NotFound`] when the caller may not; what store and vault say.
pub async fn read_answers(app: &App, caller: &Caller, assignment: Id) -> Result<BTreeMap<u32, GivenAnswer>> {
    let now = app.now();
    let stored: Stored<Assignment> = app.documents().readable(caller, assignment, DocumentClass::Answers, now).await?;
    if stored.content.respondent != Respondent::Beneficiary {
        return Err(ServiceError::NotFound);
    }
    let answers = answers_of(app, &stored).await?;
    let entry =
        AuditEntry::new(Some(caller.account), Verb::Read, Kind::Assignment, Some(assignment), stored.record.bilan);
    app.documents().commit(vec![entry.at(now)?]).await?;
    Ok(answers.into_iter().map(|(position, kept)| (position, kept.answer.given())).collect())
}

/// What an answer is bound to: its assignment and its position, so that no answer can be moved to another place.
#[must_use]
pub fn answer_context(assignment: Id, position: u32) -> Context {
    Context::new(format!("answer {position}"), assignment)
}

/// Saves one answer; it is durable when this returns. The last answer to a step counts, whichever tab it came from.
///
/// Returns the moment at which it was saved.
///
/// # Errors
/// [`Refusal`] when the questionnaire is not under way, the bilan or the section's time is over; an answer that does not fit its step; what store
/// and vault say.
pub async fn save(app: &App, caller: &Caller, assignment: Id, position: u32, given: &GivenAnswer) -> Result<Timestamp> {
    let now = app.now();
    let stored = own(app, caller, assignment, now).await?;
    if state_of(&stored.record)? != AssignmentState::InProgress {
        return Err(refusal_of(state_of(&stored.record)?).into());
    }
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    clock_of(&stored.content, now).admit(sheet.steps(), position).map_err(refused_by_section)?;
    let answer = sheet.steps().check(position, given).map_err(refused_answer)?;
    let key = stored.record.key.ok_or(ServiceError::Broken("an assignment has no key"))?;
    let opener = app.documents().vault().opener(key).await?;
    let context = answer_context(assignment, position);
    let before = app.documents().store().answer(assignment, i64::from(position)).await?;
    let first = before.and_then(|before| {
        let plain = opener.open(&context, &before.sealed).ok()?;
        rmp_serde::from_slice::<KeptAnswer>(&plain).ok()
    });
    let kept = KeptAnswer { answer, first: first.map_or(now, |before| before.first), at: now };
    let plain = rmp_serde::to_vec_named(&kept).map_err(|_| ServiceError::Broken("an answer cannot be written"))?;
    let sealed = opener.seal(&context, &plain).map_err(VaultError::from)?;
    let change = Change::PutAnswer {
        assignment,
        position: i64::from(position),
        sealed,
        in_state: AssignmentState::InProgress.word(),
    };
    match app.documents().commit(vec![change]).await {
        // Something changed between reading and writing: the bilan is over, or it was submitted in another tab, or withdrawn.
        Err(ServiceError::Changed) => {
            check_under_way(app, &stored).await?;
            Err(Refusal::NotUnderWay.into())
        }
        other => other.map(|()| now),
    }
}

fn refused_by_section(error: SectionError) -> ServiceError {
    match error {
        SectionError::TimeOver { .. } => Refusal::TimeOver.into(),
        other => ServiceError::Invalid(vec![FieldProblem::new(other.field(), other.remedy())]),
    }
}

fn refused_answer(error: AnswerError) -> ServiceError {
    // The position stands in the address, all else in the body.
    let field = if error.field() == "position" { "position".to_owned() } else { pointer(&error) };
    ServiceError::Invalid(vec![FieldProblem::new(field, error.remedy()).allowed(error.allowed())])
}

/// Where in the body an answer is wrong: a member, or all of it.
#[must_use]
pub fn pointer(error: &AnswerError) -> String {
    match error.field() {
        "answer" => String::new(),
        member => format!("/{member}"),
    }
}

/// The time that a questionnaire took.
#[must_use]
pub fn timing_of(assignment: &Assignment, answers: &BTreeMap<u32, KeptAnswer>) -> Timing {
    let times: Vec<StepTimes> = assignment
        .shown
        .iter()
        .map(|(&position, &shown)| StepTimes {
            position,
            shown,
            answered: answers.get(&position).map(|kept| kept.first),
        })
        .collect();
    Timing::of(&times)
}
