//! The follow-ups that a consultant may read after bilans have ended, and links to hand over where no address is on file.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};

use crate::api::caller::Signed;
use crate::app::{App, MailRoute};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::follow_up::{PlannedView, link, planned_view};
use crate::pages::form::At;
use crate::pages::look::{PageResult, count, html};
use crate::pages::visit::Visit;
use crate::records::follow_up::FollowUp;
use crate::services::error::ServiceError;
use crate::services::follow_up;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/follow-ups", get(list))
        .route("/follow-ups/{follow_up}", get(show))
        .route("/follow-ups/{follow_up}/link", post(hand_over))
}

/// A follow-up in the list.
struct FollowUpLine {
    id: Id,
    name: String,
    n_asked: u32,
    n_answered: u32,
    until: Option<String>,
}

#[derive(Template)]
#[template(path = "consultant_follow_ups.html")]
struct FollowUpsPage {
    visit: Visit,
    lines: Vec<FollowUpLine>,
}

fn line(visit: &Visit, stored: Stored<FollowUp>) -> FollowUpLine {
    let content = stored.content;
    FollowUpLine {
        id: stored.record.id,
        n_asked: count(content.planned.iter().filter(|one| one.sent.is_some()).count()),
        n_answered: count(content.planned.iter().filter(|one| one.answered.is_some()).count()),
        until: content.until().map(|at| visit.day(at)),
        name: content.name,
    }
}

async fn list(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    let found = follow_up::granted(&app, &caller).await?;
    let lines = found.into_iter().map(|stored| line(&visit, stored)).collect();
    Ok(html(&FollowUpsPage { lines, visit }))
}

#[derive(Template)]
#[template(path = "consultant_follow_up.html")]
struct FollowUpPage {
    visit: Visit,
    id: Id,
    name: String,
    email: Option<String>,
    until: Option<String>,
    planned: Vec<PlannedView>,
    /// Whether the service sends the questions by itself.
    by_mail: bool,
    /// Whether a questionnaire is due and not answered.
    can_hand_over: bool,
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(id): At<Id>) -> PageResult {
    let content = follow_up::read(&app, &caller, id).await?.content;
    let now = app.now();
    Ok(html(&FollowUpPage {
        id,
        name: content.name.clone(),
        until: content.until().map(|at| visit.day(at)),
        planned: content.planned.iter().map(|planned| planned_view(&visit, planned)).collect(),
        by_mail: content.email.is_some() && app.terms().mail == MailRoute::Smtp,
        can_hand_over: content.planned.iter().any(|one| one.answered.is_none() && one.due <= now),
        email: content.email,
        visit,
    }))
}

#[derive(Template)]
#[template(path = "consultant_follow_up_link.html")]
struct LinkPage {
    visit: Visit,
    id: Id,
    name: String,
    url: String,
    token: String,
}

async fn hand_over(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(id): At<Id>) -> PageResult {
    let token = follow_up::hand_over(&app, &caller, id).await?;
    let name = match follow_up::read(&app, &caller, id).await {
        Ok(stored) => stored.content.name,
        Err(ServiceError::NotFound) => String::new(),
        Err(error) => return Err(error.into()),
    };
    // The link to the other language leads to a page that can be opened.
    let visit = Visit { path: format!("/follow-ups/{id}"), ..visit };
    Ok(html(&LinkPage { id, name, url: link(&app, &token), token, visit }))
}
