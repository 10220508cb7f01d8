//! One page of a questionnaire: a few items, saved when the page is sent, or at once by the script.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::reading::{Read, read};
use super::steps::StepControl;
use super::{time_words, to_end};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{Asked, At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, set, to_be_mended};
use crate::pages::visit::Visit;
use crate::questionnaire::{PageView, Sheet};
use crate::services::answering as service;
use crate::services::error::{Refusal, ServiceError};

/// Items on a page.
const ITEMS: u32 = 4;

/// Blocks and texts take more room.
const LARGE_ITEMS: u32 = 2;

#[derive(Template)]
#[template(path = "answering.html")]
struct AnsweringPage {
    visit: Visit,
    problems: Problems,
    assignment: Id,
    language: String,
    title: String,
    instruction: String,
    section: Option<SectionWords>,
    from: u32,
    last: u32,
    n_steps: u32,
    n_answered: u32,
    minutes_left: Option<u32>,
    time: Option<TimeWords>,
    steps: Vec<StepControl>,
    /// Whether the page before can be reached.
    has_back: bool,
    is_last: bool,
}

struct SectionWords {
    title: String,
    instruction: Option<String>,
}

/// The time of a timed section, stated on each page; the script lets it run.
struct TimeWords {
    left: String,
    seconds: u32,
}

fn items_on_page(sheet: &Sheet, from: u32) -> u32 {
    let is_large = sheet.step(from).is_some_and(|step| !step.members.is_empty() || step.max_chars.is_some());
    if is_large { LARGE_ITEMS } else { ITEMS }
}

async fn sheet_of(app: &App, caller: &Caller, assignment: Id) -> Result<std::sync::Arc<Sheet>, PageError> {
    let stored = service::own(app, caller, assignment, app.now()).await?;
    Ok(app.sheet(&stored.content.instrument, &stored.content.language)?)
}

/// Shows the page from a position on, or where the person stopped.
pub(super) async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(assignment): At<Id>,
    Asked(asked): Asked,
) -> PageResult {
    let sheet = sheet_of(&app, &caller, assignment).await?;
    let asked = asked.parsed::<u32>("from");
    let found = match asked {
        Some(from) => service::page(&app, &caller, assignment, Some(from), items_on_page(&sheet, from)).await.map(Some),
        None => service::resume(&app, &caller, assignment, |from| items_on_page(&sheet, from)).await,
    };
    let page = match found {
        Ok(Some(page)) => page,
        Ok(None) => return Ok(to_end(assignment)),
        Err(ServiceError::Refused(Refusal::NotUnderWay | Refusal::Submitted)) if asked.is_none() => {
            return Ok(Redirect::to(&format!("/questionnaires/{assignment}")).into_response());
        }
        // The time of its section ran out: what follows is shown.
        Err(ServiceError::Refused(Refusal::TimeOver)) => {
            return time_over(&app, &caller, visit, assignment, &sheet, asked.unwrap_or(1)).await;
        }
        Err(ServiceError::Invalid(_)) => return Err(ApiError::NotFound.into()),
        Err(error) => return Err(error.into()),
    };
    let from = page.page.steps.first().map_or(1, |step| step.position);
    Ok(html(&made(visit, assignment, &sheet, from, page, None)))
}

#[derive(Template)]
#[template(path = "time_over.html")]
struct TimeOverPage {
    visit: Visit,
    language: String,
    title: String,
    section: String,
    /// Where to go on.
    on: String,
}

async fn time_over(app: &App, caller: &Caller, visit: Visit, assignment: Id, sheet: &Sheet, from: u32) -> PageResult {
    let section = sheet.view().sections.iter().find(|section| (section.first..=section.last).contains(&from));
    let on = match service::next(app, caller, assignment).await? {
        Some(next) => format!("/questionnaires/{assignment}/page?from={next}"),
        None => format!("/questionnaires/{assignment}/end"),
    };
    let language = sheet.view().language.clone();
    let section = section.map(|section| set(&language, &section.title)).unwrap_or_default();
    Ok(html(&TimeOverPage { visit, title: set(&language, &sheet.view().title), language, section, on }))
}

/// The page with what was answered; with the fields as they were sent where something must be put right.
fn made(
    visit: Visit,
    assignment: Id,
    sheet: &Sheet,
    from: u32,
    page: service::Page,
    sent: Option<(Problems, &Fields)>,
) -> AnsweringPage {
    let view = sheet.view();
    let PageView { steps, section, time, .. } = page.page;
    let (problems, fields) = sent.map_or((Problems::default(), None), |(problems, fields)| (problems, Some(fields)));
    let steps: Vec<StepControl> = steps
        .iter()
        .map(|step| {
            let mut control = StepControl::of(step, page.answers.get(&step.position));
            control.typeset(&view.language);
            control.error = problems.at(&control.first_control()).map(str::to_owned);
            if let (Some(fields), true) = (fields, control.error.is_some()) {
                control.keep(fields);
            }
            control
        })
        .collect();
    let last = steps.last().map_or(from, |step| step.position);
    let n_left = view.n_steps.saturating_sub(page.n_answered);
    let minutes_left = view.minutes.map(|minutes| {
        let (minutes, n_steps) = (u32::from(minutes), view.n_steps.max(1));
        (minutes * n_left).div_ceil(n_steps).max(1)
    });
    AnsweringPage {
        assignment,
        language: view.language.clone(),
        title: set(&view.language, &view.title),
        instruction: set(&view.language, &view.instruction),
        section: section.map(|section| SectionWords {
            title: set(&view.language, &section.title),
            instruction: section.instruction.map(|text| set(&view.language, &text)),
        }),
        from,
        last,
        n_steps: view.n_steps,
        n_answered: page.n_answered,
        minutes_left,
        time: time.map(|time| TimeWords { left: time_words(&visit, time.seconds_left), seconds: time.seconds_left }),
        has_back: from > 1,
        is_last: last >= view.n_steps,
        steps,
        problems,
        visit,
    }
}

/// Saves what the page holds and goes where the pressed button says. Nothing that fits is lost because something else does not.
pub(super) async fn send(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(assignment): At<Id>,
    fields: Fields,
) -> PageResult {
    let sheet = sheet_of(&app, &caller, assignment).await?;
    let from = fields.parsed::<u32>("from").ok_or(ApiError::NotFound)?;
    let n = items_on_page(&sheet, from);
    let shown = sheet.page(from, n).map_err(|_| ApiError::NotFound)?;
    let is_timed = shown.section.as_ref().is_some_and(|section| section.seconds.is_some());
    let action = fields.text("action");
    let mut problems = Vec::new();
    for step in &shown.steps {
        let at = format!("q{}-1", step.position);
        match read(step, &fields) {
            Read::Answer(answer) => match service::save(&app, &caller, assignment, step.position, &answer).await {
                Ok(_) => {}
                Err(ServiceError::Refused(Refusal::TimeOver)) => {
                    return time_over(&app, &caller, visit, assignment, &sheet, from).await;
                }
                Err(ServiceError::Invalid(_)) => problems.push(Problem::new(at, misfit(&visit, step))),
                Err(error) => return Err(error.into()),
            },
            // In a timed part, time decides; elsewhere leaving out is a choice that has its own control.
            Read::Nothing if is_timed || action != "next" => {}
            Read::Nothing => problems.push(Problem::new(at, missing(&visit, step))),
            Read::Half => problems.push(Problem::new(at, half(&visit, step))),
            Read::Clash => problems.push(Problem::new(at, clash(&visit, step))),
            Read::Unreadable => problems.push(Problem::new(at, misfit(&visit, step))),
        }
    }
    if !problems.is_empty() && action == "next" {
        let page = service::page(&app, &caller, assignment, Some(from), n).await?;
        return Ok(to_be_mended(&made(visit, assignment, &sheet, from, page, Some((Problems(problems), &fields)))));
    }
    // The clock sends the page when it comes to its end: it is said that it did.
    if is_timed && action == "next" && service::is_time_over(&app, &caller, assignment, from).await? {
        return time_over(&app, &caller, visit, assignment, &sheet, from).await;
    }
    Ok(match action {
        "pause" => Redirect::to("/").into_response(),
        "back" => to_position(assignment, before(&sheet, from)),
        _ => shown.next.map_or_else(|| to_end(assignment), |next| to_position(assignment, next)),
    })
}

fn to_position(assignment: Id, from: u32) -> Response {
    Redirect::to(&format!("/questionnaires/{assignment}/page?from={from}")).into_response()
}

/// The first position of the page before: pages do not cross sections.
fn before(sheet: &Sheet, from: u32) -> u32 {
    let end = from.saturating_sub(1).max(1);
    let first = sheet.view().sections.iter().find(|section| (section.first..=section.last).contains(&end));
    let n = items_on_page(sheet, end);
    end.saturating_sub(n - 1).max(first.map_or(1, |section| section.first)).max(1)
}

fn numbered(visit: &Visit, position: u32, french: &str, english: &str) -> String {
    format!(
        "{}\u{a0}{position}{} {}",
        visit.t("Question", "Question"),
        visit.t("\u{a0}:", ":"),
        visit.t(french, english)
    )
}

fn missing(visit: &Visit, step: &crate::questionnaire::StepView) -> String {
    numbered(
        visit,
        step.position,
        "donnez une réponse, ou choisissez « Je préfère ne pas répondre »",
        "give an answer, or choose “I would rather not answer”",
    )
}

fn half(visit: &Visit, step: &crate::questionnaire::StepView) -> String {
    if step.choice.is_some() {
        numbered(
            visit,
            step.position,
            "choisissez les deux : le plus et le moins",
            "choose both: the most and the least",
        )
    } else {
        numbered(visit, step.position, "donnez un rang à chaque phrase", "give a rank to each sentence")
    }
}

fn clash(visit: &Visit, step: &crate::questionnaire::StepView) -> String {
    if step.choice.is_some() {
        numbered(
            visit,
            step.position,
            "une même phrase ne peut pas être les deux à la fois",
            "one sentence cannot be both at once",
        )
    } else {
        numbered(visit, step.position, "chaque rang ne sert qu’une fois", "each rank is given once")
    }
}

fn misfit(visit: &Visit, step: &crate::questionnaire::StepView) -> String {
    match &step.bounds {
        Some(bounds) => {
            let french = format!("donnez un nombre de {} à {}", bounds.lowest, bounds.highest);
            let english = format!("give a number from {} to {}", bounds.lowest, bounds.highest);
            numbered(visit, step.position, &french, &english)
        }
        None => numbered(visit, step.position, "cette réponse ne convient pas ici", "this answer does not fit here"),
    }
}
