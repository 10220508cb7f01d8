//! One bilan: phases with their dates, how the person comes in, the battery with its results, rounds, notes, and the ways on.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use reports::text::date;

use super::desk::{WaitingLine, waiting_lines};
use super::giving::language_name;
use super::{Frame, frame, name_or, set};
use crate::api::caller::Signed;
use crate::app::{App, Caller, MailRoute};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, count, html, paragraphs};
use crate::pages::phases::{PhaseMark, phase_marks};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::records::account;
use crate::records::assignment::{AssignmentState, Respondent};
use crate::records::bilan::{Funding, Phase};
use crate::records::result::state;
use crate::records::writing::Note;
use crate::services::attendance::Hours;
use crate::services::error::{Refusal, ServiceError};
use crate::services::links::Link;
use crate::services::{assignments, attendance, bilans, desk, life, links, results, rounds, writing};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}", get(show))
        .route("/bilans/{bilan}/invitation", post(invite))
        .route("/bilans/{bilan}/link", post(hand_over))
        .route("/bilans/{bilan}/phase", post(step))
}

/// A questionnaire of the battery.
struct BatteryLine {
    id: Id,
    title: String,
    purpose: String,
    language: String,
    norm: Option<String>,
    state: AssignmentState,
    state_words: &'static str,
    n_steps: u32,
    n_answered: u32,
    is_timed: bool,
    n_extensions: u32,
    result: Option<Id>,
    is_released: bool,
}

impl BatteryLine {
    fn is_begun(&self) -> bool {
        self.state == AssignmentState::InProgress
    }

    fn is_not_begun(&self) -> bool {
        self.state == AssignmentState::NotStarted
    }

    fn can_be_extended(&self) -> bool {
        self.is_timed && (self.is_begun() || self.is_not_begun())
    }
}

/// A 360° round.
struct RoundLine {
    id: Id,
    title: String,
    n_asked: u32,
    released: Option<String>,
}

/// A note of the consultant.
struct NoteLine {
    id: Id,
    text: Vec<String>,
    at: String,
}

/// A phase to go to.
struct NextPhase {
    word: &'static str,
    name: String,
}

#[derive(Template)]
#[template(path = "consultant_bilan.html")]
struct BilanPage {
    visit: Visit,
    bilan: Id,
    name: String,
    email: Option<String>,
    has_come: bool,
    can_mail: bool,
    funding: &'static str,
    phases: Vec<PhaseMark>,
    waiting: Vec<WaitingLine>,
    next: Vec<NextPhase>,
    is_under_way: bool,
    is_over: bool,
    battery: Vec<BatteryLine>,
    rounds: Vec<RoundLine>,
    hours: String,
    delivered: Option<String>,
    notes: Vec<NoteLine>,
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let standing = desk::of_bilan(&app, &caller, bilan).await?;
    let (phase, content) = (standing.phase, &standing.bilan.content);
    let beneficiary = match bilans::beneficiary_of(&app, &caller, bilan).await {
        Ok(known) => Some(known),
        Err(ServiceError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let email = beneficiary.as_ref().and_then(|known| known.content.email.clone());
    let is_under_way = phase.is_under_way();
    let (mut battery, mut rounds, mut notes, mut hours) = (Vec::new(), Vec::new(), Vec::new(), Hours::default());
    if is_under_way {
        battery = battery_of(&app, &caller, &visit, bilan).await?;
        rounds = rounds_of(&app, &caller, &visit, bilan).await?;
        notes = notes_of(&app, &caller, &visit, bilan).await?;
        hours = Hours::of(&attendance::of_bilan(&app, &caller, bilan).await?.content.attendance);
    }
    Ok(html(&BilanPage {
        bilan,
        has_come: beneficiary.as_ref().is_some_and(|known| known.record.state != account::state::INVITED),
        can_mail: email.is_some() && app.terms().mail == MailRoute::Smtp,
        email,
        funding: match content.funding {
            Funding::Beneficiary => visit.t("par la personne elle-même", "by the person"),
            Funding::Employer { .. } => {
                visit.t("par un employeur, sous convention", "by an employer, under an agreement")
            }
        },
        phases: phase_marks(&visit, content, phase, &Phase::ALL[..5]),
        waiting: waiting_lines(&visit, &standing),
        next: next_phases(&visit, phase),
        is_under_way,
        is_over: phase.is_over(),
        battery,
        rounds,
        hours: hours_in_words(&visit, hours.total()),
        delivered: content.delivered.map(|at| visit.day(at)),
        notes,
        name: name_or(&visit, standing.name),
        visit,
    }))
}

/// Hours and minutes, in words.
pub(super) fn hours_in_words(visit: &Visit, hours: f64) -> String {
    date::duration(visit.language, (hours * 60.0).round().max(0.0) as u64)
}

fn next_phases(visit: &Visit, phase: Phase) -> Vec<NextPhase> {
    let possible = Phase::ALL.into_iter().filter(|to| life::check_step(phase, *to).is_ok());
    possible.map(|to| NextPhase { word: to.word(), name: words::phase(visit.language, to).to_lowercase() }).collect()
}

async fn battery_of(app: &App, caller: &Caller, visit: &Visit, bilan: Id) -> Result<Vec<BatteryLine>, PageError> {
    let released: Vec<Id> = results::of_bilan(app, caller, bilan)
        .await?
        .iter()
        .filter(|result| result.record.state == state::RELEASED)
        .map(|result| result.record.id)
        .collect();
    let mut given = assignments::of_bilan(app, caller, bilan).await?;
    // In the order in which they were given.
    given.sort_by_key(|stored| (stored.content.assigned, stored.record.id));
    let mut lines = Vec::new();
    for stored in given {
        let content = &stored.content;
        let sheet = app.sheet(&content.instrument, &content.language)?;
        let loaded = app.instrument(&content.instrument)?;
        let norm = content.norm.as_deref().and_then(|norm| loaded.norm(norm));
        let state = assignments::state_of(&stored.record)?;
        let n_answered = app.documents().store().answers(stored.record.id).await.map_err(ServiceError::from)?.len();
        lines.push(BatteryLine {
            id: stored.record.id,
            title: set(&content.language, &sheet.view().title),
            purpose: content.purpose.clone(),
            language: language_name(visit, &content.language),
            norm: norm.map(|norm| set(visit.tag(), norm.card().words_in(visit.tag()).0)),
            state,
            state_words: state_in_words(visit, state),
            n_steps: sheet.view().n_steps,
            n_answered: count(n_answered),
            is_timed: sheet.view().sections.iter().any(|section| section.seconds.is_some()),
            n_extensions: count(content.accommodations.len()),
            result: content.result.filter(|_| content.respondent == Respondent::Beneficiary),
            is_released: content.result.is_some_and(|result| released.contains(&result)),
        });
    }
    Ok(lines)
}

fn state_in_words(visit: &Visit, state: AssignmentState) -> &'static str {
    let (french, english) = match state {
        AssignmentState::NotStarted => ("Pas commencé", "Not begun"),
        AssignmentState::InProgress => ("En cours", "Under way"),
        AssignmentState::Submitted => ("Envoyé, en cours de calcul", "Sent, being scored"),
        AssignmentState::Done => ("Répondu", "Answered"),
        AssignmentState::Withdrawn => ("Retiré", "Withdrawn"),
    };
    visit.t(french, english)
}

async fn rounds_of(app: &App, caller: &Caller, visit: &Visit, bilan: Id) -> Result<Vec<RoundLine>, PageError> {
    let mut lines = Vec::new();
    for round in rounds::of_bilan(app, caller, bilan).await? {
        let sheet = app.sheet(&round.content.self_instrument, &round.content.language)?;
        lines.push(RoundLine {
            id: round.record.id,
            title: set(&round.content.language, &sheet.view().title),
            n_asked: count(round.content.raters.len()),
            released: round.content.frozen.map(|at| visit.day(at)),
        });
    }
    Ok(lines)
}

async fn notes_of(app: &App, caller: &Caller, visit: &Visit, bilan: Id) -> Result<Vec<NoteLine>, PageError> {
    let mut found = writing::notes(app, caller, bilan).await?;
    found.sort_by_key(|note| std::cmp::Reverse(note.content.at));
    let line = |note: Stored<Note>| NoteLine {
        id: note.record.id,
        text: paragraphs(&note.content.text),
        at: visit.moment(note.content.at),
    };
    Ok(found.into_iter().map(line).collect())
}

#[derive(Template)]
#[template(path = "consultant_link.html")]
struct LinkPage {
    visit: Visit,
    frame: Frame,
    /// Whom the link lets in.
    who: String,
    /// The link, where it is to be handed over; `None` where it was sent.
    link: Option<String>,
    ends: Option<String>,
    back: String,
}

/// The page that shows a link, once.
pub(super) fn link_page(
    app: &App,
    visit: Visit,
    frame: Frame,
    who: String,
    link: Option<&Link>,
    back: String,
) -> Response {
    let ends = link.map(|link| visit.moment(link.ends));
    html(&LinkPage { frame, who, link: link.map(|link| link.url(app).to_string()), ends, back, visit })
}

async fn invite(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let link = links::invite_beneficiary(&app, &caller, bilan).await?;
    let who = frame.name.clone();
    Ok(link_page(&app, visit, frame, who, link.as_ref(), format!("/bilans/{bilan}")))
}

async fn hand_over(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let link = links::hand_over(&app, &caller, bilan).await?;
    let who = frame.name.clone();
    Ok(link_page(&app, visit, frame, who, Some(&link), format!("/bilans/{bilan}")))
}

async fn step(State(app): State<App>, Signed(caller): Signed, At(bilan): At<Id>, fields: Fields) -> PageResult {
    let to = Phase::from_word(fields.text("to")).ok_or(PageError::Refused(Refusal::NoSuchStep))?;
    bilans::step(&app, &caller, bilan, to).await?;
    Ok(Redirect::to(&format!("/bilans/{bilan}")).into_response())
}
