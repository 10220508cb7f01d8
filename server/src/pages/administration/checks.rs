//! Checks that an administrator can run: the chain of the audit log, and the receipts of destructions.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use reports::text::number;

use super::look::{Crumbs, to_overview};
use super::retention::month_in_words;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::Fields;
use crate::pages::look::{PageResult, counted, html};
use crate::pages::visit::Visit;
use crate::services::audit_check::{self, AuditFault, CheckedMonth, Found};
use crate::services::error::ServiceError;
use crate::services::receipt_check;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/administration/checks", get(show).post(run))
}

/// A month of the log.
struct MonthLine {
    month: String,
    n: String,
    found: &'static str,
}

/// What a check of the log said.
struct LogCheck {
    /// The month in which something does not hold, and what.
    fault: Option<String>,
    months: Vec<MonthLine>,
}

/// What a check of the receipts said.
struct ReceiptCheck {
    n_valid: String,
    /// The same number, for the word that follows it.
    several: u32,
    n_waiting: u32,
    broken: Vec<Id>,
}

#[derive(Template)]
#[template(path = "administration_checks.html")]
struct ChecksPage {
    visit: Visit,
    crumbs: Crumbs,
    log: Option<LogCheck>,
    receipts: Option<ReceiptCheck>,
}

impl ChecksPage {
    fn of(visit: Visit) -> Self {
        Self { crumbs: vec![to_overview(&visit)], log: None, receipts: None, visit }
    }
}

async fn show(visit: Visit) -> PageResult {
    Ok(html(&ChecksPage::of(visit)))
}

async fn run(State(app): State<App>, visit: Visit, fields: Fields) -> PageResult {
    let mut page = ChecksPage::of(visit);
    match fields.text("what") {
        "log" => page.log = Some(check_log(&app, &page.visit).await?),
        "receipts" => {
            let checked = receipt_check::check(&app).await?;
            page.receipts = Some(ReceiptCheck {
                n_valid: number::count(page.visit.language, checked.n_valid),
                several: counted(checked.n_valid),
                n_waiting: counted(checked.n_waiting),
                broken: checked.broken,
            });
        }
        _ => return Err(ApiError::invalid("/what", "log or receipts").into()),
    }
    Ok(html(&page))
}

async fn check_log(app: &App, visit: &Visit) -> Result<LogCheck, PageError> {
    let documents = app.documents();
    let keys = documents.vault().public_keys().await.map_err(ServiceError::from)?;
    match audit_check::check(&**documents.store(), &keys, app.now()).await {
        Ok(months) => Ok(LogCheck { fault: None, months: months.iter().map(|month| line(visit, month)).collect() }),
        Err(AuditFault::Store(cause)) => Err(ServiceError::from(cause).into()),
        Err(fault) => {
            tracing::error!(%fault, "the audit log is not whole");
            Ok(LogCheck { fault: Some(fault_in_words(visit, &fault)), months: Vec::new() })
        }
    }
}

fn line(visit: &Visit, month: &CheckedMonth) -> MonthLine {
    MonthLine {
        month: month_in_words(visit.language, &month.segment),
        n: number::count(visit.language, u64::try_from(month.n_entries).unwrap_or_default()),
        found: found_in_words(visit, month.found),
    }
}

fn found_in_words(visit: &Visit, found: Found) -> &'static str {
    let (french, english) = match found {
        Found::Closed => ("clos et signé", "closed and signed"),
        Found::Deleted => (
            "signé ; ses lignes ont été supprimées après douze mois",
            "signed; its entries were deleted after twelve months",
        ),
        Found::Open => ("en cours, pas encore signé", "going on, not signed yet"),
    };
    visit.t(french, english)
}

fn fault_in_words(visit: &Visit, fault: &AuditFault) -> String {
    let (segment, french, english) = match fault {
        AuditFault::Chain { segment, .. } => {
            (segment, "la chaîne des lignes est rompue", "the chain of entries breaks")
        }
        AuditFault::Count { segment, .. } => (
            segment,
            "le nombre de lignes n’est pas celui qui a été signé",
            "the number of entries is not the signed one",
        ),
        AuditFault::GoneEarly { segment, .. } => {
            (segment, "les lignes manquent avant le terme de douze mois", "entries are gone before their twelve months")
        }
        AuditFault::Heads { segment } => (
            segment,
            "la signature ne tient pas compte du mois précédent",
            "the signature does not include the month before",
        ),
        AuditFault::Signature { segment, .. } | AuditFault::NoSignature { segment } => {
            (segment, "la signature ne tient pas", "the signature does not hold")
        }
        AuditFault::Open { segment } => (
            segment,
            "le mois n’est pas clos, alors qu’un mois suivant l’est",
            "it is not closed, though a later month is",
        ),
        AuditFault::Store(_) => return String::new(),
    };
    let said = visit.t(french, english);
    format!("{}{}{said}.", month_in_words(visit.language, segment), visit.t(" : ", ": "))
}
