//! What somebody reads with whom a part of a bilan is shared: who shares it, for what, until when, and each document. Every reading is
//! logged for the person who shares.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::consultant::title_of;
use super::document::{document_page, pdf_of};
use super::failure::PageError;
use super::form::At;
use super::look::{PageResult, html};
use super::phases::{PhaseMark, phase_marks};
use super::visit::Visit;
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::bilan::Phase;
use crate::records::grant::{DocumentClass, classes};
use crate::records::result::StoredResult;
use crate::services::error::ServiceError;
use crate::services::grants::{self, Share};
use crate::services::results::ResultPaper;
use crate::services::{bilans, papers, results, rounds, writing};

/// Where somebody is led whose reading is over.
pub(super) const OVER: &str = "/share-over";

/// The beginning of the addresses that only somebody with a share reads.
pub(super) const SHARED: &str = "/shared/";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/shared/results/{result}", get(result))
        .route("/shared/synthesis/{bilan}", get(synthesis))
        .route("/shared/rounds/{round}", get(feedback))
        .route(OVER, get(over))
}

/// A document to read.
struct PaperLine {
    title: String,
    page: String,
    pdf: String,
}

/// One share.
struct ShareView {
    from: String,
    purpose: String,
    until: Option<String>,
    /// What is shared, in words.
    what: Vec<&'static str>,
    phases: Vec<PhaseMark>,
    papers: Vec<PaperLine>,
    /// Whether documents are shared, of which some may come later.
    shares_papers: bool,
}

#[derive(Template)]
#[template(path = "recipient.html")]
struct RecipientPage {
    visit: Visit,
    shares: Vec<ShareView>,
    hours: i64,
}

/// The first page of somebody with whom something is shared.
pub(super) async fn home(app: &App, caller: &Caller, visit: Visit) -> PageResult {
    let mut shares = Vec::new();
    for share in grants::shares_of(app, caller).await? {
        shares.push(view(app, caller, &visit, share).await?);
    }
    Ok(html(&RecipientPage { shares, hours: app.terms().session_ms / 3_600_000, visit }))
}

async fn view(app: &App, caller: &Caller, visit: &Visit, share: Share) -> Result<ShareView, PageError> {
    let (bilan, shared) = (share.row.bilan, classes(share.row.classes));
    let may_read = |class| shared.contains(&class);
    let phases = if may_read(DocumentClass::Dates) { phases_of(app, caller, visit, bilan).await? } else { Vec::new() };
    let mut papers = Vec::new();
    if may_read(DocumentClass::Results) {
        papers.extend(of_results(app, caller, visit, bilan).await?);
    }
    if may_read(DocumentClass::Synthesis) && writing::is_synthesis_open(app, caller, bilan).await? {
        papers.push(PaperLine {
            title: visit.t("Document de synthèse", "Synthesis document").to_owned(),
            page: format!("/shared/synthesis/{bilan}"),
            pdf: pdf_of(visit, &format!("/api/v1/bilans/{bilan}/documents/synthesis")),
        });
    }
    if may_read(DocumentClass::Feedback) {
        for round in rounds::released(app, caller, bilan).await? {
            let id = round.record.id;
            let title = title_of(app, visit, &round.content.self_instrument);
            papers.push(PaperLine {
                title: format!("{}{title}", visit.t("Restitution à 360° : ", "360° feedback: ")),
                page: format!("/shared/rounds/{id}"),
                pdf: pdf_of(visit, &format!("/api/v1/rounds/{id}/documents/feedback")),
            });
        }
    }
    let papers_shared = [DocumentClass::Results, DocumentClass::Synthesis, DocumentClass::Feedback];
    Ok(ShareView {
        from: share.from.unwrap_or_else(|| visit.t("Quelqu’un", "Somebody").to_owned()),
        purpose: share.content.purpose,
        until: share.row.ends.map(|at| visit.moment(at)),
        what: shared.iter().map(|class| class_in_words(visit, *class)).collect(),
        phases,
        papers,
        shares_papers: papers_shared.into_iter().any(may_read),
    })
}

/// The phases of a bilan; none once it is destroyed, which a share may outlive.
async fn phases_of(app: &App, caller: &Caller, visit: &Visit, bilan: Id) -> Result<Vec<PhaseMark>, PageError> {
    let found = async {
        let stored = bilans::known(app, caller, bilan).await?;
        let phase = bilans::phase_of(&stored.record)?;
        Ok(phase_marks(visit, &stored.content, phase, &Phase::ALL[1..6]))
    };
    match found.await {
        Err(ServiceError::NotFound) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

/// What may be read, to the one who reads.
fn class_in_words(visit: &Visit, class: DocumentClass) -> &'static str {
    let (french, english) = match class {
        DocumentClass::Dates => ("l’existence et les dates du bilan", "that the bilan exists, and its dates"),
        DocumentClass::Contact => ("les coordonnées", "contact data"),
        DocumentClass::Progress => ("l’avancement", "how far it is"),
        DocumentClass::Answers => ("les réponses", "the answers"),
        DocumentClass::Results => ("les résultats", "the results"),
        DocumentClass::Notes => ("les notes d’entretien", "notes of interviews"),
        DocumentClass::Synthesis => ("le document de synthèse", "the synthesis document"),
        DocumentClass::Documents => ("d’autres documents", "other documents"),
        DocumentClass::Feedback => ("la restitution à 360°", "the 360° feedback"),
    };
    visit.t(french, english)
}

async fn of_results(app: &App, caller: &Caller, visit: &Visit, bilan: Id) -> Result<Vec<PaperLine>, PageError> {
    let mut found = match results::of_bilan(app, caller, bilan).await {
        Ok(found) => found,
        // Results are shared and none is there yet; that the bilan exists may not be known.
        Err(ServiceError::NotFound) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    found.sort_by_key(|stored| (stored.content.scored, stored.record.id));
    let line = |stored: &Stored<StoredResult>| {
        let id = stored.record.id;
        PaperLine {
            title: title_of(app, visit, &stored.content.document.instrument.id),
            page: format!("/shared/results/{id}"),
            pdf: pdf_of(visit, &format!("/api/v1/results/{id}/documents/restitution")),
        }
    };
    Ok(found.iter().map(line).collect())
}

/// What is said before a document that speaks to its owner.
fn to_another(visit: &Visit) -> &'static str {
    visit.t(
        "Ce document appartient à la personne qui vous l’ouvre et lui parle : « vous », c’est elle. Rien n’y est un verdict.",
        "This document belongs to the person who shares it, and speaks to them: “you” is that person. Nothing in it is a verdict.",
    )
}

async fn result(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(result): At<Id>) -> PageResult {
    let document = results::paper(&app, &caller, result, visit.tag(), ResultPaper::Restitution).await?;
    let opening = to_another(&visit);
    document_page(visit, document, Some(opening), &format!("/api/v1/results/{result}/documents/restitution"))
}

async fn synthesis(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let document = papers::synthesis(&app, &caller, bilan, visit.tag()).await?;
    document_page(visit, document, None, &format!("/api/v1/bilans/{bilan}/documents/synthesis"))
}

async fn feedback(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(round): At<Id>) -> PageResult {
    let document = papers::feedback(&app, &caller, round).await?;
    let opening = to_another(&visit);
    document_page(visit, document, Some(opening), &format!("/api/v1/rounds/{round}/documents/feedback"))
}

#[derive(Template)]
#[template(path = "share_over.html")]
struct OverPage {
    visit: Visit,
}

/// Whoever is still signed in is not told that it is over.
async fn over(visit: Visit, signed: Result<Signed, ApiError>) -> Response {
    let visit = if signed.is_ok() { visit } else { Visit { role: None, ..visit } };
    html(&OverPage { visit })
}
