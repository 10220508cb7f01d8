//! Results as their owner reads them: the restitution, what to take away, sentences she does not recognise herself in; the feedback of the
//! entourage.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use reports::document::model::{Block, Document, Told};

use super::document::document_page;
use super::form::{At, Fields};
use super::look::{PageResult, chapters_of, html};
use super::visit::Visit;
use crate::api::caller::Signed;
use crate::app::App;
use crate::ids::Id;
use crate::services::papers;
use crate::services::results::{self, ResultPaper};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/results/{result}", get(show))
        .route("/results/{result}/sentences", get(sentences).post(mark))
        .route("/feedback/{round}", get(feedback))
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage {
    visit: Visit,
    result: Id,
    kicker: String,
    title: String,
    lead: Vec<String>,
    /// The chapters, as markup of the document.
    chapters: String,
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(result): At<Id>) -> PageResult {
    let document = results::paper(&app, &caller, result, visit.tag(), ResultPaper::Restitution).await?;
    let chapters = chapters_of(&document)?;
    let Document { kicker, title, lead, .. } = document;
    Ok(html(&ResultPage { visit, result, kicker, title, lead, chapters }))
}

async fn feedback(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(round): At<Id>) -> PageResult {
    let document = papers::feedback(&app, &caller, round).await?;
    document_page(visit, document, None, &format!("/api/v1/rounds/{round}/documents/feedback"))
}

/// A sentence on a scale, and whether its owner recognises herself in it.
struct SentenceLine {
    rule: String,
    scale: String,
    text: String,
    is_not_me: bool,
}

#[derive(Template)]
#[template(path = "sentences.html")]
struct SentencesPage {
    visit: Visit,
    result: Id,
    title: String,
    sentences: Vec<SentenceLine>,
}

async fn sentences(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(result): At<Id>) -> PageResult {
    let document = results::paper(&app, &caller, result, visit.tag(), ResultPaper::Restitution).await?;
    let mut sentences = Vec::new();
    for chapter in &document.chapters {
        collect(&chapter.body, &mut sentences);
    }
    Ok(html(&SentencesPage { visit, result, title: document.title, sentences }))
}

fn collect(blocks: &[Block], sentences: &mut Vec<SentenceLine>) {
    for block in blocks {
        match block {
            Block::Told { entries } => entries.iter().for_each(|entry| of_entry(entry, sentences)),
            Block::Details { blocks, .. } => collect(blocks, sentences),
            _ => {}
        }
    }
}

fn of_entry(entry: &Told, sentences: &mut Vec<SentenceLine>) {
    for said in entry.said.iter().filter(|said| !said.text.is_empty()) {
        if let Some(rule) = &said.rule_id {
            sentences.push(SentenceLine {
                rule: rule.clone(),
                scale: entry.name.clone(),
                text: said.text.clone(),
                is_not_me: said.not_me.is_some(),
            });
        }
    }
    entry.inner.iter().for_each(|inner| of_entry(inner, sentences));
}

async fn mark(State(app): State<App>, Signed(caller): Signed, At(result): At<Id>, fields: Fields) -> PageResult {
    results::mark_not_me(&app, &caller, result, fields.all("rule").to_vec()).await?;
    Ok(Redirect::to(&format!("/results/{result}")).into_response())
}
