//! Sharing: with whom, what, until when; link and code are shown once; taken back at any time.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};

use super::beneficiary::bilan_of;
use super::failure::PageError;
use super::form::{At, Fields};
use super::look::{PageResult, Problems, html, to_be_mended};
use super::visit::Visit;
use super::words;
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::Account;
use crate::records::bilan::{Bilan, Funding};
use crate::records::grant::{Basis, DocumentClass, classes};
use crate::services::bilans;
use crate::services::error::ServiceError;
use crate::services::grants::{self, FOR_EMPLOYERS, Listed, SHARABLE, Wish};
use crate::services::letters;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sharing", get(show).post(give))
        .route("/sharing/employer", post(show_dates))
        .route("/sharing/{grant}/end", post(end))
}

/// A sharing in the list.
struct GrantLine {
    id: Id,
    recipient: String,
    purpose: String,
    what: Vec<&'static str>,
    ends: String,
    /// Whether it can be taken back here: the consultant's own goes with the bilan.
    is_own: bool,
}

/// What may be shared, as a box to tick.
struct ClassBox {
    value: &'static str,
    name: &'static str,
    is_ticked: bool,
}

/// What a recipient needs, shown once, with words to send it with.
struct Entry {
    url: String,
    code: String,
    text: String,
    n_lines: usize,
    code_text: String,
    n_code_lines: usize,
}

#[derive(Template)]
#[template(path = "sharing.html")]
struct SharingPage {
    visit: Visit,
    problems: Problems,
    grants: Vec<GrantLine>,
    recipient: String,
    purpose: String,
    days: String,
    boxes: Vec<ClassBox>,
    entry: Option<Entry>,
    /// Whether an employer pays to whom the dates are not shown yet.
    employer_waits: bool,
    employer_days: String,
}

const fn value_of(class: DocumentClass) -> &'static str {
    match class {
        DocumentClass::Dates => "dates",
        DocumentClass::Results => "results",
        DocumentClass::Synthesis => "synthesis",
        DocumentClass::Feedback => "feedback",
        _ => "",
    }
}

async fn page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    fields: &Fields,
    problems: Problems,
    entry: Option<Entry>,
) -> Result<SharingPage, PageError> {
    let bilan = bilan_of(caller)?;
    let listed = grants::list(app, caller, bilan).await?;
    let now = app.now();
    let stored = bilans::known(app, caller, bilan).await?;
    let is_live = |grant: &Listed| grant.row.revoked.is_none() && grant.row.ends.is_none_or(|ends| ends > now);
    let employer = employer_of(&stored.content);
    let sees_dates = |house: Id| listed.iter().any(|grant| grant.row.grantee == house && is_live(grant));
    let employer_waits = employer.is_some_and(|house| !sees_dates(house));
    // What held before consent is part of what holds since.
    let has_consent = listed.iter().any(|grant| grant.row.basis == Basis::Consent.word());
    let listed = listed.into_iter().filter(|grant| !(has_consent && grant.row.basis == Basis::Engagement.word()));
    let live = listed.filter(is_live);
    let grants = live.map(|grant| GrantLine {
        id: grant.row.id,
        recipient: grant.content.recipient,
        purpose: grant.content.purpose,
        what: classes(grant.row.classes).into_iter().map(|class| words::class(visit.language, class)).collect(),
        ends: grant.row.ends.map(|at| visit.day(at)).unwrap_or_default(),
        is_own: Basis::from_word(&grant.row.basis)
            .is_some_and(|basis| matches!(basis, Basis::Request | Basis::Agreement)),
    });
    let grants = grants.collect();
    let ticked = fields.all("class");
    let boxes = SHARABLE.into_iter().map(|class| ClassBox {
        value: value_of(class),
        name: words::class(visit.language, class),
        is_ticked: ticked.iter().any(|value| value == value_of(class)),
    });
    Ok(SharingPage {
        problems,
        grants,
        recipient: fields.text("recipient").to_owned(),
        purpose: fields.text("purpose").to_owned(),
        days: fields.given("days").unwrap_or("30").to_owned(),
        boxes: boxes.collect(),
        entry,
        employer_waits,
        employer_days: fields.given("employer_days").unwrap_or("120").to_owned(),
        visit,
    })
}

/// The house of the employer who pays.
fn employer_of(bilan: &Bilan) -> Option<Id> {
    match &bilan.funding {
        Funding::Employer { employer, .. } => Some(*employer),
        Funding::Beneficiary => None,
    }
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&page(&app, &caller, visit, &Fields::default(), Problems::default(), None).await?))
}

async fn give(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let chosen = fields.all("class");
    let wish = Wish {
        basis: Basis::Agreement,
        recipient: fields.text("recipient").to_owned(),
        purpose: fields.text("purpose").to_owned(),
        classes: SHARABLE.into_iter().filter(|class| chosen.iter().any(|value| value == value_of(*class))).collect(),
        document: None,
        days: fields.parsed("days").unwrap_or(0),
        employer: None,
    };
    match grants::give(&app, &caller, bilan_of(&caller)?, wish).await {
        Ok(given) => {
            let sharer: Stored<Account> = app.documents().load(caller.account).await?;
            let entry = given.entry.map(|(token, code)| {
                let url = format!("{}/enter/{token}", app.terms().public_url);
                let (tag, name) = (visit.tag(), &sharer.content.name);
                let text = letters::sharing(tag, name, &url, given.ends).text;
                let code_text = letters::sharing_code(tag, name, &code, given.ends).text;
                let (n_lines, n_code_lines) = (text.lines().count() + 4, code_text.lines().count() + 2);
                Entry { url, code, text, n_lines, code_text, n_code_lines }
            });
            Ok(html(&page(&app, &caller, visit, &Fields::default(), Problems::default(), entry).await?))
        }
        Err(ServiceError::Invalid(found)) => {
            let problems = words::problems_of(&visit, &found);
            Ok(to_be_mended(&page(&app, &caller, visit, &fields, problems, None).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets the employer who pays know that the bilan exists, and its dates.
async fn show_dates(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    // The link to the other language leads to a page that can be opened.
    let visit = Visit { path: "/sharing".to_owned(), ..visit };
    let bilan = bilan_of(&caller)?;
    let stored = bilans::known(&app, &caller, bilan).await?;
    let employer = employer_of(&stored.content).ok_or(ServiceError::NotFound)?;
    let wish = Wish {
        basis: Basis::Agreement,
        recipient: visit.t("Votre employeur", "Your employer").to_owned(),
        purpose: visit
            .t("Savoir que le bilan existe, et ses dates", "To know that it exists, and its dates")
            .to_owned(),
        classes: FOR_EMPLOYERS.to_vec(),
        document: None,
        days: fields.parsed("employer_days").unwrap_or(0),
        employer: Some(employer),
    };
    match grants::give(&app, &caller, bilan, wish).await {
        Ok(_) => Ok(Redirect::to("/sharing").into_response()),
        Err(ServiceError::Invalid(found)) => {
            let mut problems = words::problems_of(&visit, &found);
            problems.0.iter_mut().for_each(|problem| "employer_days".clone_into(&mut problem.field));
            Ok(to_be_mended(&page(&app, &caller, visit, &fields, problems, None).await?))
        }
        Err(error) => Err(error.into()),
    }
}

async fn end(State(app): State<App>, Signed(caller): Signed, At(grant): At<Id>) -> PageResult {
    grants::revoke(&app, &caller, grant).await?;
    Ok(Redirect::to("/sharing").into_response())
}
