//! Proposing a bilan: for whom, in which language, who pays.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;

use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::Fields;
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::pages::words::problems_of;
use crate::records::bilan::Funding;
use crate::services::bilans::{self, Proposal};
use crate::services::employers::{self, Named};
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
    /// Employers of other bilans in her care, to choose from.
    employers: Vec<String>,
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

async fn page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    fields: &Fields,
    problems: Problems,
) -> Result<ProposalPage, PageError> {
    let employers = employers::of_her_bilans(app, caller).await?;
    let agreement = AGREEMENT.iter().map(|(id, french, english, is_long)| AgreementText {
        id,
        label: visit.t(french, english),
        value: fields.text(id).to_owned(),
        is_long: *is_long,
    });
    Ok(ProposalPage {
        problems,
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        language: language_of(fields, &visit),
        by_employer: is_by_employer(fields),
        employer: fields.text("employer").to_owned(),
        employers: employers.into_iter().collect(),
        agreement: agreement.collect(),
        visit,
    })
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

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&page(&app, &caller, visit, &Fields::default(), Problems::default()).await?))
}

async fn propose(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let outcome = match read(&app, &visit, &fields).await? {
        Ok(proposal) => bilans::propose(&app, &caller, proposal).await,
        Err(problems) => return Ok(to_be_mended(&page(&app, &caller, visit, &fields, problems).await?)),
    };
    let problems = match outcome {
        Ok(stored) => return Ok(Redirect::to(&format!("/bilans/{}#entry", stored.record.id)).into_response()),
        Err(ServiceError::Invalid(found)) => problems_of(&visit, &found),
        Err(ServiceError::Refused(refusal @ Refusal::AddressTaken)) => {
            Problems(vec![Problem::new("email", words::refusal(&visit, refusal))])
        }
        Err(error) => return Err(error.into()),
    };
    Ok(to_be_mended(&page(&app, &caller, visit, &fields, problems).await?))
}

/// The employer who is named, or what to do about the name.
async fn employer_of(app: &App, visit: &Visit, fields: &Fields) -> Result<Result<Id, Problem>, PageError> {
    let text = match fields.given("employer") {
        None => visit.t("Donnez le nom de l’employeur qui paie.", "Give the name of the employer who pays."),
        Some(name) => match employers::named(app, name).await? {
            Named::One(employer) => return Ok(Ok(employer)),
            Named::Nobody => visit.t(
                "Aucun employeur de ce nom n’est inscrit ici. Vérifiez le nom, ou demandez à l’administration du service de l’inscrire.",
                "No employer of this name is on record here. Check the name, or ask an administrator of the service to record it.",
            ),
            Named::Several => visit.t(
                "Plusieurs employeurs portent ce nom. Demandez à l’administration du service de les distinguer.",
                "Several employers have this name. Ask an administrator of the service to tell them apart.",
            ),
        },
    };
    Ok(Err(Problem::new("employer", text)))
}

/// The proposal as it was filled in, or everything that must be put right.
async fn read(app: &App, visit: &Visit, fields: &Fields) -> Result<Result<Proposal, Problems>, PageError> {
    let mut problems = Vec::new();
    let name = fields.text("name").to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        let text = visit.t(
            "Donnez le nom de la personne, en 200 caractères au plus.",
            "Give the person’s name, in 200 characters at most.",
        );
        problems.push(Problem::new("name", text));
    }
    let funding = if is_by_employer(fields) {
        agreement(app, visit, fields, &mut problems).await?
    } else {
        Some(Funding::Beneficiary)
    };
    Ok(match funding {
        Some(funding) if problems.is_empty() => Ok(Proposal {
            name,
            email: fields.given("email").map(str::to_owned),
            language: language_of(fields, visit).to_owned(),
            funding,
        }),
        _ => Err(Problems(problems)),
    })
}

async fn agreement(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    problems: &mut Vec<Problem>,
) -> Result<Option<Funding>, PageError> {
    let employer = employer_of(app, visit, fields).await?.map_err(|problem| problems.push(problem)).ok();
    for (id, french, english, _) in AGREEMENT {
        if fields.given(id).is_none() {
            let (point, colon) = (visit.t(french, english), visit.t(" :", ":"));
            let what = visit.t("remplissez ce point de la convention.", "fill in this point of the agreement.");
            problems.push(Problem::new(id, format!("{point}{colon} {what}")));
        }
    }
    let text = |id: &str| fields.text(id).to_owned();
    Ok(employer.map(|employer| Funding::Employer {
        employer,
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
    }))
}
