//! The record of processing activities and the template of the impact assessment, to read and to take away.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use reports::text::typeset;

use super::look::{Crumbs, to_overview};
use crate::app::App;
use crate::error::ApiError;
use crate::pages::form::At;
use crate::pages::look::{PageResult, count, html};
use crate::pages::visit::Visit;
use crate::services::register::{self, Paper};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/administration/papers/{paper}", get(show))
}

/// A section.
struct SectionView {
    heading: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "administration_paper.html")]
struct PaperPage {
    visit: Visit,
    crumbs: Crumbs,
    title: String,
    sections: Vec<SectionView>,
    n_to_fill_in: u32,
    /// Where the text to edit comes from, and the name of its file.
    file: (&'static str, &'static str),
}

async fn show(State(app): State<App>, visit: Visit, At(name): At<String>) -> PageResult {
    let (paper, file) = match name.as_str() {
        "register" => (Paper::ProcessingRegister, ("/api/v1/processing-register", "register.md")),
        "dpia" => (Paper::Dpia, ("/api/v1/dpia", "dpia.md")),
        _ => return Err(ApiError::NotFound.into()),
    };
    let view = register::sections(&app, paper, visit.tag());
    let n_to_fill_in = count(view.sections.iter().map(|section| section.to_fill_in).sum());
    let set = |text: &String| typeset(visit.language, text);
    let sections = view
        .sections
        .iter()
        .map(|section| SectionView { heading: set(&section.heading), lines: section.lines.iter().map(set).collect() });
    Ok(html(&PaperPage {
        crumbs: vec![to_overview(&visit)],
        title: set(&view.title),
        sections: sections.collect(),
        n_to_fill_in,
        file,
        visit,
    }))
}
