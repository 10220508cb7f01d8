//! The record of processing activities and the template of the impact assessment (GD-1), made from the configuration. They describe what
//! this software does; what the operator must add stands in brackets.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, MailRoute};
use crate::records::agreement::MOST_DAYS;
use crate::services::audit_log::KEPT_MONTHS;
use crate::services::life::DAYS_TO_ACCESS;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// The record of processing activities.
    ProcessingRegister,
    /// The template of the data protection impact assessment.
    Dpia,
}

/// A document in sections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperView {
    /// Version of the software that made it.
    pub version: &'static str,
    /// Tag of its language.
    pub language: &'static str,
    /// Its title.
    pub title: String,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Section {
    /// Its heading; that of the section above it first, where it is one below.
    pub heading: String,
    /// Its paragraphs and points.
    pub lines: Vec<String>,
    /// How many places it has for the operator to fill in.
    pub to_fill_in: usize,
}

/// The document in Markdown.
#[must_use]
pub fn markdown(app: &App, paper: Paper, language: &str) -> String {
    let english = language == "en";
    let template = match (paper, english) {
        (Paper::ProcessingRegister, false) => include_str!("../../texts/register.fr.md"),
        (Paper::ProcessingRegister, true) => include_str!("../../texts/register.en.md"),
        (Paper::Dpia, false) => include_str!("../../texts/dpia.fr.md"),
        (Paper::Dpia, true) => include_str!("../../texts/dpia.en.md"),
    };
    let terms = app.terms();
    let [notice_first, notice_second] = terms.idle.notice_days;
    let [follow_up_first, follow_up_second] = terms.follow_up_months;
    let mail = match (terms.mail, english) {
        (MailRoute::Smtp, false) => "par courrier électronique",
        (MailRoute::Smtp, true) => "by e-mail",
        (MailRoute::ByHand, false) => "aucun ; les liens sont remis par le consultant",
        (MailRoute::ByHand, true) => "none; links are handed over by the consultant",
    };
    let values = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("public_url", terms.public_url.clone()),
        ("abandon_days", terms.idle.abandon_days.to_string()),
        ("notice_first", notice_first.to_string()),
        ("notice_second", notice_second.to_string()),
        ("follow_up_first", follow_up_first.to_string()),
        ("follow_up_second", follow_up_second.to_string()),
        ("administrative_years", terms.administrative_years.to_string()),
        ("most_days", MOST_DAYS.to_string()),
        ("access_days", DAYS_TO_ACCESS.to_string()),
        ("log_months", KEPT_MONTHS.to_string()),
        ("session_hours", (terms.session_ms / 3_600_000).to_string()),
        ("staff_idle_minutes", (terms.staff_idle_ms / 60_000).to_string()),
        ("key_stores", app.documents().vault().stores().join(", ")),
        ("mail", mail.to_owned()),
    ];
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

/// The document in sections.
#[must_use]
pub fn sections(app: &App, paper: Paper, language: &str) -> PaperView {
    let text = markdown(app, paper, language);
    let mut view = PaperView {
        version: env!("CARGO_PKG_VERSION"),
        language: if language == "en" { "en" } else { "fr" },
        title: String::new(),
        sections: Vec::new(),
    };
    let mut above = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let heading = if let Some(title) = line.strip_prefix("# ") {
            title.clone_into(&mut view.title);
            String::new()
        } else if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut above);
            heading.to_owned()
        } else if let Some(below) = line.strip_prefix("### ") {
            format!("{above} / {below}")
        } else {
            if let Some(section) = view.sections.last_mut() {
                section.to_fill_in += line.matches('[').count();
                section.lines.push(line.strip_prefix("- ").unwrap_or(line).to_owned());
            }
            continue;
        };
        view.sections.push(Section { heading, lines: Vec::new(), to_fill_in: 0 });
    }
    view.sections.retain(|section| !section.lines.is_empty());
    view
}
