//! Which questionnaires a consultant is qualified for (ISO-5): all of them on one form.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;

use super::look::Crumbs;
use super::people::{crumbs_below, path_of};
use crate::api::caller::Signed;
use crate::app::App;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::consultant::title_of;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::records::account::{Account, Qualification, Role};
use crate::services::people;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/administration/people/{user}/qualifications", get(show).post(save))
}

/// The longest evidence, in characters.
const LONGEST: usize = 500;

/// A questionnaire on the form.
struct Line {
    id: String,
    title: String,
    is_held: bool,
    evidence: String,
}

impl Line {
    /// Identifier of the control for what shows the qualification.
    fn field(&self) -> String {
        evidence_field(&self.id)
    }
}

fn evidence_field(instrument: &str) -> String {
    format!("evidence-{instrument}")
}

#[derive(Template)]
#[template(path = "administration_qualifications.html")]
struct QualificationsPage {
    visit: Visit,
    problems: Problems,
    crumbs: Crumbs,
    user: Id,
    name: String,
    lines: Vec<Line>,
}

async fn consultant(app: &App, user: Id) -> Result<Stored<Account>, PageError> {
    let account = people::staff(app, user).await?;
    if account.content.role == Role::Consultant { Ok(account) } else { Err(ApiError::NotFound.into()) }
}

/// The identifiers of all questionnaires, whatever their versions.
fn instruments(app: &App) -> BTreeSet<String> {
    app.catalog().list().into_iter().map(|entry| entry.id.to_string()).collect()
}

async fn page(
    app: &App,
    visit: Visit,
    account: &Stored<Account>,
    held: &[Qualification],
    problems: Problems,
) -> Result<QualificationsPage, PageError> {
    let line = |id: String| {
        let known = held.iter().find(|known| known.instrument == id);
        Line {
            title: title_of(app, &visit, &id),
            is_held: known.is_some(),
            evidence: known.map(|known| known.evidence.clone()).unwrap_or_default(),
            id,
        }
    };
    let mut lines: Vec<Line> = instruments(app).into_iter().map(line).collect();
    lines.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(QualificationsPage {
        crumbs: crumbs_below(app, &visit, account).await?,
        user: account.record.id,
        name: account.content.name.clone(),
        lines,
        problems,
        visit,
    })
}

async fn show(State(app): State<App>, visit: Visit, At(user): At<Id>) -> PageResult {
    let account = consultant(&app, user).await?;
    Ok(html(&page(&app, visit, &account, &account.content.qualifications, Problems::default()).await?))
}

async fn save(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(user): At<Id>,
    fields: Fields,
) -> PageResult {
    let account = consultant(&app, user).await?;
    let ticked = fields.all("instrument");
    let held: Vec<Qualification> = instruments(&app)
        .into_iter()
        .filter(|id| ticked.contains(id))
        .map(|id| Qualification { evidence: fields.text(&evidence_field(&id)).to_owned(), instrument: id })
        .collect();
    let unshown = held.iter().filter(|one| one.evidence.is_empty() || one.evidence.chars().count() > LONGEST);
    let problem = |one: &Qualification| {
        let said = visit.t(
            "dites ce qui atteste l’habilitation, en 500 caractères au plus.",
            "say what shows the qualification, in 500 characters at most.",
        );
        let title = title_of(&app, &visit, &one.instrument);
        Problem::new(evidence_field(&one.instrument), format!("{title}{}{said}", visit.t(" : ", ": ")))
    };
    let problems = Problems(unshown.map(problem).collect());
    if !problems.is_empty() {
        return Ok(to_be_mended(&page(&app, visit, &account, &held, problems).await?));
    }
    people::qualify(&app, &caller, user, held).await?;
    Ok(Redirect::to(&path_of(user)).into_response())
}
