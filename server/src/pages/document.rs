//! A document on a page: what it says, and the way to take it away.

use askama::Template;
use reports::document::Document;

use super::look::{PageResult, chapters_of, html};
use super::visit::Visit;

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    visit: Visit,
    /// The language of the document.
    language: &'static str,
    kicker: String,
    title: String,
    /// The language of what is said first.
    lead_language: &'static str,
    lead: Vec<String>,
    /// The chapters, as markup of the document.
    chapters: String,
    pdf: String,
    page: String,
}

/// The page of a document.
///
/// - `opening`: what is said first in place of the document's own words, in the language of the page.
/// - `path`: the address of its files, without ending.
pub(super) fn document_page(visit: Visit, document: Document, opening: Option<&str>, path: &str) -> PageResult {
    let chapters = chapters_of(&document)?;
    let pdf = pdf_of(&visit, path);
    let page = pdf.replacen(".pdf", ".html", 1);
    let Document { kicker, title, lead, language, .. } = document;
    let (lead_language, lead) = match opening {
        Some(opening) => (visit.tag(), vec![opening.to_owned()]),
        None => (language.code(), lead),
    };
    let language = language.code();
    Ok(html(&DocumentPage { visit, language, kicker, title, lead_language, lead, chapters, pdf, page }))
}

/// The address of a document as PDF. The feedback of a round has one language.
pub(super) fn pdf_of(visit: &Visit, path: &str) -> String {
    let query = if path.contains("/rounds/") { String::new() } else { format!("?lang={}", visit.tag()) };
    format!("{path}.pdf{query}")
}
