//! A norm from a file whose rows the organisation may keep: what its card says, who is compared with whom.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use batch::norm_building::read_bands;
use engine::norms::{AgeBand, Standardization};
use jiff::civil::Date;

use super::Frame;
use super::words::trouble;
use crate::api::caller::Signed;
use crate::app::App;
use crate::bulk::job_file::JobState;
use crate::documents::Stored;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::pages::consultant::title_of;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::records::job::ScoringJob;
use crate::services::error::{Refusal, ServiceError};
use crate::services::jobs;
use crate::services::local_norms::{self, LEAST_PEOPLE, NewNorm, NotBuilt};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/files/{job}/norm", get(show).post(build))
}

#[derive(Template)]
#[template(path = "organisation_norm_new.html")]
struct BuildingPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    questionnaire: String,
    title: String,
    population: String,
    from: String,
    to: String,
    has_sex: bool,
    by_sex: bool,
    has_age: bool,
    ages: String,
    min_n: String,
    normalized: bool,
    agreed: bool,
}

fn page(app: &App, visit: Visit, job: &Stored<ScoringJob>, fields: &Fields, problems: Problems) -> BuildingPage {
    let query = &job.content.query;
    BuildingPage {
        frame: Frame::of(&visit, job),
        problems,
        questionnaire: title_of(app, &visit, &query.instrument),
        title: fields.text("title").to_owned(),
        population: fields.text("population").to_owned(),
        from: fields.text("from").to_owned(),
        to: fields.text("to_day").to_owned(),
        has_sex: query.sex.is_some(),
        by_sex: fields.is_ticked("by_sex"),
        has_age: query.age.is_some(),
        ages: fields.text("ages").to_owned(),
        min_n: fields.given("min_n").map_or_else(|| LEAST_PEOPLE.to_string(), str::to_owned),
        normalized: fields.text("conversion") == "normalized",
        agreed: fields.is_ticked("agreed"),
        visit,
    }
}

/// A file that waits, whose columns are chosen.
async fn waiting(app: &App, caller: &crate::app::Caller, job: Id) -> Result<Stored<ScoringJob>, ServiceError> {
    let stored = jobs::find(app, caller, job).await?;
    if stored.content.job.state == JobState::Waiting { Ok(stored) } else { Err(Refusal::JobNotWaiting.into()) }
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(job): At<Id>) -> PageResult {
    let stored = waiting(&app, &caller, job).await?;
    if stored.content.query.format.is_none() {
        return Ok(Redirect::to(&format!("/files/{job}/columns")).into_response());
    }
    Ok(html(&page(&app, visit, &stored, &Fields::default(), Problems::default())))
}

async fn build(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(job): At<Id>,
    fields: Fields,
) -> PageResult {
    let stored = waiting(&app, &caller, job).await?;
    let problems = match read(&visit, &fields) {
        Err(problems) => problems,
        Ok(new) => match local_norms::build(&app, &caller, job, new).await {
            Ok(Ok(norm)) => {
                let address = format!("/norms/{}/{}", norm.content.instrument, norm.content.norm);
                return Ok(Redirect::to(&address).into_response());
            }
            Ok(Err(why)) => Problems(vec![not_built(&visit, &why)]),
            Err(ServiceError::Invalid(found)) => {
                Problems(found.iter().map(|problem| worded(&visit, problem)).collect())
            }
            Err(error) => return Err(error.into()),
        },
    };
    Ok(to_be_mended(&page(&app, visit, &stored, &fields, problems)))
}

fn not_built(visit: &Visit, why: &NotBuilt) -> Problem {
    match why {
        NotBuilt::Unreadable(error) => Problem::new("title", trouble(visit, error)),
        NotBuilt::NoGroup => Problem::new(
            "min_n",
            visit.t(
                "Aucun groupe n’est assez grand. Réunissez des âges ou les sexes, ou envoyez plus de lignes.",
                "No group is large enough. Join ages or sexes, or send more rows.",
            ),
        ),
        NotBuilt::NoNorm => Problem::new(
            "title",
            visit.t(
                "Ces réponses ne font pas une norme : une échelle a la même note chez tout le monde.",
                "These answers make no norm: a scale has the same score from everybody.",
            ),
        ),
    }
}

fn worded(visit: &Visit, problem: &FieldProblem) -> Problem {
    let field = problem.field.trim_start_matches('/');
    let text = match field {
        "title" => visit.t("Donnez un titre, en 100 caractères au plus.", "Give a title, in 100 characters at most."),
        "population" => visit.t(
            "Dites qui sont ces personnes, en 1 000 caractères au plus.",
            "Say who these people are, in 1,000 characters at most.",
        ),
        "to_day" => visit.t("Donnez un dernier jour qui n’est pas avant le premier.", "Give a last day that is not before the first."),
        "min_n" => visit.t("Donnez un nombre de 30 à 10 000.", "Give a number from 30 to 10,000."),
        "by_sex" => visit.t("Choisissez d’abord la colonne du sexe.", "Choose the column of sex first."),
        "ages" => visit.t(
            "Donnez des tranches qui ne se recouvrent pas, comme 18-40, 41-64, et choisissez d’abord la colonne de l’âge.",
            "Give bands that do not overlap, such as 18-40, 41-64, and choose the column of age first.",
        ),
        _ => visit.t("Cette réponse ne convient pas ici.", "This answer does not fit here."),
    };
    Problem::new(field, text)
}

/// The form as it was filled in, or everything that must be put right.
fn read(visit: &Visit, fields: &Fields) -> Result<NewNorm, Problems> {
    let mut problems = Vec::new();
    let of_form = |field: &'static str| worded(visit, &FieldProblem::new(field, ""));
    if fields.given("title").is_none() {
        problems.push(of_form("title"));
    }
    if fields.given("population").is_none() {
        problems.push(of_form("population"));
    }
    let day = |name: &str| fields.parsed::<Date>(name);
    let (from, to) = (day("from"), day("to_day"));
    if from.is_none() {
        let text = visit.t("Donnez le premier jour des réponses.", "Give the first day of the answers.");
        problems.push(Problem::new("from", text));
    }
    if to.is_none() {
        problems.push(of_form("to_day"));
    }
    let bands: Option<Vec<AgeBand>> = fields.given("ages").map_or(Some(Vec::new()), |text| read_bands(text).ok());
    if bands.is_none() {
        problems.push(of_form("ages"));
    }
    let min_n = fields.parsed::<u32>("min_n");
    if min_n.is_none() {
        problems.push(of_form("min_n"));
    }
    if !fields.is_ticked("agreed") {
        let text = visit.t(
            "Cochez la case : sans cet accord, les réponses ne peuvent pas servir à une norme.",
            "Tick the box: without this agreement the answers cannot serve for a norm.",
        );
        problems.push(Problem::new("agreed", text));
    }
    match (from, to, bands, min_n) {
        (Some(from), Some(to), Some(bands), Some(min_n)) if problems.is_empty() => Ok(NewNorm {
            title: fields.text("title").to_owned(),
            population: fields.text("population").to_owned(),
            from,
            to,
            by_sex: fields.is_ticked("by_sex"),
            bands,
            min_n,
            standardization: match fields.text("conversion") {
                "normalized" => Standardization::Normalized,
                _ => Standardization::Linear,
            },
        }),
        _ => Err(Problems(problems)),
    }
}
