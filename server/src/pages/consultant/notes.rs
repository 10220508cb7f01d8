//! Notes of the consultant: reading them, which is logged; adding, changing, deleting. A note changed elsewhere is not overwritten.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::{Frame, frame};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, paragraphs, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words::problems_of;
use crate::records::writing::Note;
use crate::services::error::ServiceError;
use crate::services::writing;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}/notes", get(list).post(add))
        .route("/bilans/{bilan}/notes/{note}", get(show).post(change))
        .route("/bilans/{bilan}/notes/{note}/deletion", post(delete))
}

/// A note in the list.
struct NoteLine {
    id: Id,
    text: Vec<String>,
    at: String,
}

#[derive(Template)]
#[template(path = "consultant_notes.html")]
struct NotesPage {
    visit: Visit,
    frame: Frame,
    notes: Vec<NoteLine>,
}

#[derive(Template)]
#[template(path = "consultant_note.html")]
struct NotePage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    /// The note, where it is there already.
    note: Option<Id>,
    /// The version that was read; empty where there is none yet.
    version: String,
    text: String,
    /// What is kept now, where somebody else changed it in the meantime.
    kept: Vec<String>,
}

fn to_notes(bilan: Id) -> Response {
    Redirect::to(&format!("/bilans/{bilan}/notes")).into_response()
}

async fn list(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let mut found = writing::notes(&app, &caller, bilan).await?;
    found.sort_by_key(|note| std::cmp::Reverse(note.content.at));
    let line = |note: Stored<Note>| NoteLine {
        id: note.record.id,
        text: paragraphs(&note.content.text),
        at: visit.moment(note.content.at),
    };
    Ok(html(&NotesPage { frame, notes: found.into_iter().map(line).collect(), visit }))
}

async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At((bilan, note)): At<(Id, Id)>,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let found = writing::note(&app, &caller, note).await?;
    Ok(html(&NotePage {
        visit,
        frame,
        problems: Problems::default(),
        note: Some(note),
        version: found.record.version.to_string(),
        text: found.content.text,
        kept: Vec::new(),
    }))
}

async fn add(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let text = fields.text("text").to_owned();
    let problems = if text.is_empty() {
        nothing_written(&visit)
    } else {
        match writing::add_note(&app, &caller, bilan, text.clone()).await {
            Ok(_) => return Ok(Redirect::to(&format!("/bilans/{bilan}#notes")).into_response()),
            Err(ServiceError::Invalid(found)) => problems_of(&visit, &found),
            Err(error) => return Err(error.into()),
        }
    };
    let (version, kept) = (String::new(), Vec::new());
    Ok(to_be_mended(&NotePage { visit, frame, problems, note: None, version, text, kept }))
}

fn nothing_written(visit: &Visit) -> Problems {
    let text = visit.t("Écrivez la note avant de l’enregistrer.", "Write the note before you save it.");
    Problems(vec![Problem::new("text", text)])
}

async fn change(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At((bilan, note)): At<(Id, Id)>,
    fields: Fields,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let text = fields.text("text").to_owned();
    let read = fields.parsed::<i64>("version");
    let mut page = NotePage {
        frame,
        problems: Problems::default(),
        note: Some(note),
        version: fields.text("version").to_owned(),
        text: text.clone(),
        kept: Vec::new(),
        visit,
    };
    if text.is_empty() {
        page.problems = nothing_written(&page.visit);
        return Ok(to_be_mended(&page));
    }
    match writing::change_note(&app, &caller, note, text, |version| read == Some(version)).await {
        Ok(_) => return Ok(to_notes(bilan)),
        Err(ServiceError::Outdated | ServiceError::Changed) => {
            changed_elsewhere(&app, &caller, &mut page, note).await?
        }
        Err(ServiceError::NotFound) => deleted_elsewhere(&mut page),
        Err(ServiceError::Invalid(found)) => page.problems = problems_of(&page.visit, &found),
        Err(error) => return Err(error.into()),
    }
    Ok(to_be_mended(&page))
}

/// What was typed stays, beside what is kept now.
async fn changed_elsewhere(app: &App, caller: &Caller, page: &mut NotePage, note: Id) -> Result<(), ServiceError> {
    let now = match writing::note(app, caller, note).await {
        Err(ServiceError::NotFound) => {
            deleted_elsewhere(page);
            return Ok(());
        }
        other => other?,
    };
    page.version = now.record.version.to_string();
    page.kept = paragraphs(&now.content.text);
    let text = page.visit.t(
        "La note a été modifiée ailleurs depuis que vous l’avez ouverte. Comparez, puis enregistrez de nouveau : ce que vous avez tapé est gardé ci-dessous.",
        "The note was changed elsewhere since you opened it. Compare, then save again: what you typed is kept below.",
    );
    page.problems = Problems(vec![Problem::new("text", text)]);
    Ok(())
}

/// What was typed becomes a new note where it is saved again.
fn deleted_elsewhere(page: &mut NotePage) {
    page.note = None;
    page.version = String::new();
    let text = page.visit.t(
        "Cette note n’existe plus. Ce que vous avez tapé est gardé ci-dessous : enregistrez-le pour en faire une nouvelle.",
        "This note is not there any more. What you typed is kept below: save it to make a new one.",
    );
    page.problems = Problems(vec![Problem::new("text", text)]);
}

async fn delete(State(app): State<App>, Signed(caller): Signed, At((bilan, note)): At<(Id, Id)>) -> PageResult {
    writing::delete_note(&app, &caller, note).await?;
    Ok(to_notes(bilan))
}
