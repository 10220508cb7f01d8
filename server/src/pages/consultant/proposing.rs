//! Proposing a bilan: for whom, in which language, who pays.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;

use crate::api::caller::Signed;
use crate::app::App;
use crate::ids::Id;
use crate::pages::form::Fields;
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::pages::words::problems_of;
use crate::records::bilan::Funding;
use crate::services::bilans::{self, Proposal};
use crate::services::error::{Refusal, ServiceError};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/bilans/new", get(show).post(propose))
}

/// A text of the agreement of three parties.
struct AgreementText {
    id: &'static str,
    label: &'static str,
    value: String,
    is_long: bool,
}

#[derive(Template)]
#[template(path = "consultant_new.html")]
struct ProposalPage {
    visit: Visit,
    problems: Problems,
    name: String,
    email: String,
    language: &'static str,
    by_employer: bool,
    employer: String,
    agreement: Vec<AgreementText>,
}

/// The texts of an agreement (R6313-8): control, words, whether a few lines are usual.
const AGREEMENT: [(&str, &str, &str, bool); 8] = [
    ("title", "Intitulé de l’action", "Title of the action", false),
    ("aims", "Objectifs", "Aims", true),
    ("content", "Contenu", "Content", true),
    ("means", "Moyens", "Means", true),
    ("duration", "Durée et période", "Duration and period", false),
    ("follow_up", "Suivi prévu", "Follow-up", false),
    ("handing_over", "Remise des résultats et de la synthèse", "How results and synthesis are handed over", false),
    ("price", "Prix et règlement", "Price and payment", false),
];

fn page(visit: Visit, fields: &Fields, problems: Problems) -> ProposalPage {
    let agreement = AGREEMENT.iter().map(|(id, french, english, is_long)| AgreementText {
        id,
        label: if visit.tag() == "fr" { french } else { english },
        value: fields.text(id).to_owned(),
        is_long: *is_long,
    });
    ProposalPage {
        problems,
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        language: language_of(fields, &visit),
        by_employer: is_by_employer(fields),
        employer: fields.text("employer").to_owned(),
        agreement: agreement.collect(),
        visit,
    }
}

fn is_by_employer(fields: &Fields) -> bool {
    fields.text("funding") == "employer"
}

/// The language that was chosen; that of the page before.
fn language_of(fields: &Fields, visit: &Visit) -> &'static str {
    match fields.text("language") {
        "en" => "en",
        "fr" => "fr",
        _ => visit.tag(),
    }
}

async fn show(visit: Visit) -> PageResult {
    Ok(html(&page(visit, &Fields::default(), Problems::default())))
}

async fn propose(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let read = read(&app, &visit, &fields);
    let outcome = match read {
        Ok(proposal) => bilans::propose(&app, &caller, proposal).await,
        Err(problems) => return Ok(to_be_mended(&page(visit, &fields, problems))),
    };
    let problems = match outcome {
        Ok(stored) => return Ok(Redirect::to(&format!("/bilans/{}#entry", stored.record.id)).into_response()),
        Err(ServiceError::Invalid(found)) => problems_of(&visit, &found),
        Err(ServiceError::Refused(refusal @ Refusal::AddressTaken)) => {
            Problems(vec![Problem::new("email", words::refusal(&visit, refusal))])
        }
        Err(ServiceError::Refused(Refusal::WrongHouse)) => Problems(vec![no_employer(&visit)]),
        Err(error) => return Err(error.into()),
    };
    Ok(to_be_mended(&page(visit, &fields, problems)))
}

fn no_employer(visit: &Visit) -> Problem {
    Problem::new(
        "employer",
        visit.t(
            "Donnez l’identifiant d’un employeur, tel que l’administration du service vous l’a donné.",
            "Give the identifier of an employer, as an administrator of the service gave it to you.",
        ),
    )
}

/// The proposal as it was filled in, or everything that must be put right.
fn read(app: &App, visit: &Visit, fields: &Fields) -> Result<Proposal, Problems> {
    let mut problems = Vec::new();
    let name = fields.text("name").to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        let text = visit.t(
            "Donnez le nom de la personne, en 200 caractères au plus.",
            "Give the person’s name, in 200 characters at most.",
        );
        problems.push(Problem::new("name", text));
    }
    let funding =
        if is_by_employer(fields) { agreement(app, visit, fields, &mut problems) } else { Some(Funding::Beneficiary) };
    match funding {
        Some(funding) if problems.is_empty() => Ok(Proposal {
            name,
            email: fields.given("email").map(str::to_owned),
            language: language_of(fields, visit).to_owned(),
            funding,
        }),
        _ => Err(Problems(problems)),
    }
}

fn agreement(app: &App, visit: &Visit, fields: &Fields, problems: &mut Vec<Problem>) -> Option<Funding> {
    let employer = fields.parsed::<Id>("employer");
    if employer.is_none() {
        problems.push(no_employer(visit));
    }
    for (id, ..) in AGREEMENT {
        if fields.given(id).is_none() {
            let text = visit.t("Remplissez ce point de la convention.", "Fill in this point of the agreement.");
            problems.push(Problem::new(id, text));
        }
    }
    let text = |id: &str| fields.text(id).to_owned();
    Some(Funding::Employer {
        employer: employer?,
        title: text("title"),
        aims: text("aims"),
        content: text("content"),
        means: text("means"),
        duration: text("duration"),
        follow_up: text("follow_up"),
        handing_over: text("handing_over"),
        price: text("price"),
        presented: app.now(),
        visible: false,
    })
}
