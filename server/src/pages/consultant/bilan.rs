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
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, count, html};
use crate::pages::phases::{PhaseMark, phase_marks};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::records::account;
use crate::records::assignment::{AssignmentState, Respondent};
use crate::records::bilan::{Funding, Phase};
use crate::records::result::state;
use crate::services::attendance::Hours;
use crate::services::error::{Refusal, ServiceError};
use crate::services::links::Handed;
use crate::services::results::language_of;
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
    /// Tag of its language, and the name of that.
    tag: String,
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
    tag: String,
    title: String,
    n_asked: u32,
    released: Option<String>,
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
    n_notes: u32,
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
    let (mut battery, mut rounds, mut n_notes, mut hours) = (Vec::new(), Vec::new(), 0, Hours::default());
    if is_under_way {
        battery = battery_of(&app, &caller, &visit, bilan).await?;
        rounds = rounds_of(&app, &caller, &visit, bilan).await?;
        n_notes = count(writing::n_notes(&app, &caller, bilan).await?);
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
        n_notes,
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
        let n_answered = app.documents().store().n_answers(stored.record.id).await.map_err(ServiceError::from)?;
        lines.push(BatteryLine {
            id: stored.record.id,
            tag: content.language.clone(),
            title: set(&content.language, &sheet.view().title),
            purpose: content.purpose.clone(),
            language: language_name(visit, &content.language),
            norm: norm.map(|norm| set(visit.tag(), norm.card().words_in(visit.tag()).0)),
            state,
            state_words: state_in_words(visit, state),
            n_steps: sheet.view().n_steps,
            n_answered,
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
            tag: round.content.language.clone(),
            title: set(&round.content.language, &sheet.view().title),
            n_asked: count(round.content.raters.len()),
            released: round.content.frozen.map(|at| visit.day(at)),
        });
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "consultant_link.html")]
struct LinkPage {
    visit: Visit,
    frame: Frame,
    /// Whom the link lets in.
    who: String,
    /// The link and a text that holds it, where it is to be handed over; `None` where it was sent.
    link: Option<(String, String)>,
    /// Language of the text.
    language: &'static str,
    n_lines: usize,
    ends: String,
    back: String,
}

/// The page that shows a link with words to send it with, once; or says that it was sent.
pub(super) fn link_page(app: &App, visit: Visit, frame: Frame, who: String, handed: &Handed, back: String) -> Response {
    let url = handed.link.url(app).to_string();
    let text = handed.message.text.clone();
    html(&LinkPage {
        frame,
        who,
        language: language_of(&handed.language).code(),
        n_lines: text.lines().count() + 4,
        link: (!handed.sent).then_some((url, text)),
        ends: visit.moment(handed.link.ends),
        back,
        visit,
    })
}

async fn invite(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let handed = links::invite_beneficiary(&app, &caller, bilan).await?;
    let who = frame.name.clone();
    Ok(link_page(&app, visit, frame, who, &handed, format!("/bilans/{bilan}")))
}

async fn hand_over(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let handed = links::hand_over(&app, &caller, bilan).await?;
    let who = frame.name.clone();
    Ok(link_page(&app, visit, frame, who, &handed, format!("/bilans/{bilan}")))
}

async fn step(State(app): State<App>, Signed(caller): Signed, At(bilan): At<Id>, fields: Fields) -> PageResult {
    let to = Phase::from_word(fields.text("to")).ok_or(PageError::Refused(Refusal::NoSuchStep))?;
    bilans::step(&app, &caller, bilan, to).await?;
    Ok(Redirect::to(&format!("/bilans/{bilan}")).into_response())
}
