//! The end of a bilan: what will be destroyed, what stays until when, what stands against it; then the receipt.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use reports::document::destruction::RecordKind;
use reports::text::{number, typeset};

use super::{Frame, frame};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::services::error::Refusal;
use crate::services::{destruction, ending};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/bilans/{bilan}/end", get(show).post(end)).route("/ended/{receipt}", get(ended))
}

/// Something that goes, or stays until a day.
struct CountLine {
    what: String,
    n: String,
    until: String,
}

#[derive(Template)]
#[template(path = "consultant_end.html")]
struct EndPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    /// When the bilan ended, where something of it is still kept.
    ended: Option<String>,
    hindrance: Option<&'static str>,
    goes: Vec<CountLine>,
    stays: Vec<CountLine>,
    receipts: Vec<Id>,
}

async fn page(app: &App, caller: &Caller, visit: Visit, bilan: Id, problems: Problems) -> Result<EndPage, PageError> {
    let frame = frame(app, caller, &visit, bilan).await?;
    let outlook = ending::outlook(app, caller, bilan).await?;
    let line = |kind: &str, n: u64, until: String| CountLine {
        what: typeset(visit.language, &RecordKind(kind.to_owned()).words(visit.language, n)),
        n: number::count(visit.language, n),
        until,
    };
    let goes = outlook.plan.counts.iter().map(|count| line(&count.kind, count.n, String::new())).collect();
    let stay_counts = outlook.plan.stay_counts();
    let stays = stay_counts.iter().map(|stay| line(&stay.kind, stay.n, visit.day(stay.until))).collect();
    Ok(EndPage {
        frame,
        problems,
        ended: outlook.ended.map(|at| visit.day(at)),
        hindrance: outlook.hindrance.map(|refusal| hindrance(&visit, refusal)),
        goes,
        stays,
        receipts: outlook.receipts,
        visit,
    })
}

fn hindrance(visit: &Visit, refusal: Refusal) -> &'static str {
    match refusal {
        // Here it is clear which step is meant.
        Refusal::NoSuchStep => {
            visit.t("Un bilan se termine depuis la phase de conclusion.", "A bilan ends from the conclusions phase.")
        }
        other => words::refusal(visit, other),
    }
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    Ok(html(&page(&app, &caller, visit, bilan, Problems::default()).await?))
}

async fn end(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    if !fields.is_ticked("understood") {
        let text = visit
            .t("Cochez la case : la destruction est définitive.", "Tick the box: the destruction cannot be undone.");
        let problems = Problems(vec![Problem::new("understood", text)]);
        return Ok(to_be_mended(&page(&app, &caller, visit, bilan, problems).await?));
    }
    let ended = ending::end(&app, &caller, bilan).await?;
    Ok(Redirect::to(&format!("/ended/{}", ended.receipt)).into_response())
}

#[derive(Template)]
#[template(path = "consultant_ended.html")]
struct EndedPage {
    visit: Visit,
    receipt: Id,
    is_issued: bool,
}

/// The receipt is for anybody who knows its identifier.
async fn ended(State(app): State<App>, visit: Visit, At(receipt): At<Id>) -> PageResult {
    let is_issued = destruction::receipt_text(app.documents(), receipt).await?.is_some();
    Ok(html(&EndedPage { visit, receipt, is_issued }))
}
