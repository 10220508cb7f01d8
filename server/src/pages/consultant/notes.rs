//! Notes of the consultant: adding, changing, deleting.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::{Frame, frame};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words::problems_of;
use crate::services::error::ServiceError;
use crate::services::writing;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}/notes", get(new).post(add))
        .route("/bilans/{bilan}/notes/{note}", get(show).post(change))
        .route("/bilans/{bilan}/notes/{note}/deletion", post(delete))
}

#[derive(Template)]
#[template(path = "consultant_note.html")]
struct NotePage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    /// The note, where it is there already.
    note: Option<Id>,
    text: String,
}

fn to_notes(bilan: Id) -> Response {
    Redirect::to(&format!("/bilans/{bilan}#notes")).into_response()
}

async fn new(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    Ok(html(&NotePage { visit, frame, problems: Problems::default(), note: None, text: String::new() }))
}

async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At((bilan, note)): At<(Id, Id)>,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let found = writing::notes(&app, &caller, bilan).await?;
    let found = found.into_iter().find(|known| known.record.id == note).ok_or(PageError::Api(ApiError::NotFound))?;
    Ok(html(&NotePage { visit, frame, problems: Problems::default(), note: Some(note), text: found.content.text }))
}

fn nothing_written(visit: &Visit) -> Problems {
    Problems(vec![Problem::new(
        "text",
        visit.t("Écrivez la note avant de l’enregistrer.", "Write the note before you save it."),
    )])
}

async fn add(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    save(&app, &caller, visit, (bilan, None), &fields).await
}

async fn change(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At((bilan, note)): At<(Id, Id)>,
    fields: Fields,
) -> PageResult {
    save(&app, &caller, visit, (bilan, Some(note)), &fields).await
}

/// Saves a new note, or one that is there.
async fn save(
    app: &App,
    caller: &Caller,
    visit: Visit,
    (bilan, note): (Id, Option<Id>),
    fields: &Fields,
) -> PageResult {
    let frame = frame(app, caller, &visit, bilan).await?;
    let text = fields.text("text").to_owned();
    let problems = if text.is_empty() {
        nothing_written(&visit)
    } else {
        let saved = match note {
            Some(note) => writing::change_note(app, caller, note, text.clone()).await,
            None => writing::add_note(app, caller, bilan, text.clone()).await,
        };
        match saved {
            Ok(_) => return Ok(to_notes(bilan)),
            Err(ServiceError::Invalid(found)) => problems_of(&visit, &found),
            Err(error) => return Err(error.into()),
        }
    };
    Ok(to_be_mended(&NotePage { visit, frame, problems, note, text }))
}

async fn delete(State(app): State<App>, Signed(caller): Signed, At((bilan, note)): At<(Id, Id)>) -> PageResult {
    writing::delete_note(&app, &caller, note).await?;
    Ok(to_notes(bilan))
}
