//! A 360° round: opening it, asking people, the one release, what it says.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use instruments::LoadedInstrument;

use super::bilan::link_page;
use super::giving::{Called, language_name, words_of};
use super::{Frame, frame, set};
use crate::api::caller::Signed;
use crate::app::{App, Caller, MailRoute};
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, chapters_of, count, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words::problems_of;
use crate::records::feedback::RaterGroup;
use crate::services::assignments::languages_of;
use crate::services::error::{Refusal, ServiceError};
use crate::services::rounds::{self, NewRound};
use crate::services::{addresses, papers};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}/rounds/new", get(show_new).post(open))
        .route("/rounds/{round}", get(show))
        .route("/rounds/{round}/raters", post(ask))
        .route("/rounds/{round}/release", post(release))
}

/// Two forms that belong together, as one choice.
struct PairRadio {
    value: String,
    own: Called,
    other: Called,
    is_chosen: bool,
}

/// A language to choose.
struct LanguageRadio {
    tag: &'static str,
    name: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "consultant_round_new.html")]
struct NewRoundPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    pairs: Vec<PairRadio>,
    languages: Vec<LanguageRadio>,
    purpose: String,
    superior_agreed: bool,
}

type Pair = (Arc<LoadedInstrument>, Arc<LoadedInstrument>);

fn value_of(pair: &Pair) -> String {
    format!("{}/{}", pair.0.id(), pair.1.id())
}

fn new_page(visit: Visit, frame: Frame, known: &[Pair], fields: &Fields, problems: Problems) -> NewRoundPage {
    let wanted = fields.text("pair");
    let pairs = known.iter().enumerate().map(|(idx, pair)| PairRadio {
        value: value_of(pair),
        own: words_of(&pair.0, &visit),
        other: words_of(&pair.1, &visit),
        is_chosen: wanted == value_of(pair) || (wanted.is_empty() && idx == 0),
    });
    let worded = |tag: &str| {
        known.iter().any(|(own, other)| languages_of(own).contains(&tag) && languages_of(other).contains(&tag))
    };
    let wanted = fields.given("language").unwrap_or(visit.tag()).to_owned();
    let languages = ["fr", "en"].into_iter().filter(|tag| worded(tag)).map(|tag| LanguageRadio {
        tag,
        name: language_name(&visit, tag),
        is_chosen: tag == wanted,
    });
    NewRoundPage {
        frame,
        problems,
        pairs: pairs.collect(),
        languages: languages.collect(),
        purpose: fields.text("purpose").to_owned(),
        superior_agreed: fields.is_ticked("superior_agreed"),
        visit,
    }
}

async fn show_new(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let known = rounds::pairs(&app, &caller).await?;
    Ok(html(&new_page(visit, frame, &known, &Fields::default(), Problems::default())))
}

async fn open(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let (own, other) = fields.text("pair").split_once('/').unwrap_or_default();
    let new = NewRound {
        self_instrument: own.to_owned(),
        other_instrument: other.to_owned(),
        language: fields.text("language").to_owned(),
        purpose: fields.text("purpose").to_owned(),
        superior_agreed: fields.is_ticked("superior_agreed"),
    };
    match rounds::open(&app, &caller, bilan, new).await {
        Ok(round) => Ok(Redirect::to(&format!("/rounds/{}", round.record.id)).into_response()),
        Err(ServiceError::Invalid(found)) => {
            let known = rounds::pairs(&app, &caller).await?;
            let mut problems = problems_of(&visit, &found);
            for problem in &mut problems.0 {
                // The two forms are one choice on the page.
                if matches!(problem.field.as_str(), "instrument" | "other_instrument") {
                    "pair".clone_into(&mut problem.field);
                }
            }
            Ok(to_be_mended(&new_page(visit, frame, &known, &fields, problems)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A group of the entourage.
struct GroupLine {
    value: &'static str,
    name: &'static str,
    n_asked: u32,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "consultant_round.html")]
struct RoundPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    round: Id,
    language: String,
    title: String,
    purpose: String,
    groups: Vec<GroupLine>,
    name: String,
    email: String,
    can_mail: bool,
    released: Option<String>,
    /// The feedback once it is released, as markup of its document.
    chapters: String,
}

const GROUPS: [(&str, RaterGroup, &str, &str); 4] = [
    ("superior", RaterGroup::Superior, "Hiérarchie", "Superiors"),
    ("peer", RaterGroup::Peer, "Collègues", "Colleagues"),
    ("report", RaterGroup::Report, "Personnes encadrées", "People led"),
    ("other", RaterGroup::Other, "Autres : proches, clientèle", "Others: friends and family, clients"),
];

async fn round_page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    round: Id,
    fields: &Fields,
    problems: Problems,
) -> Result<RoundPage, PageError> {
    let (stored, counts) = rounds::asked(app, caller, round).await?;
    let bilan = stored.record.bilan.ok_or(PageError::Api(ApiError::Internal))?;
    let frame = frame(app, caller, &visit, bilan).await?;
    let chapters = match stored.content.frozen {
        Some(_) => chapters_of(&papers::feedback(app, caller, round).await?)?,
        None => String::new(),
    };
    let sheet = app.sheet(&stored.content.self_instrument, &stored.content.language)?;
    let group = |(value, group, french, english): &(&'static str, RaterGroup, &'static str, &'static str)| GroupLine {
        value,
        name: visit.t(french, english),
        n_asked: counts.iter().find(|(known, _)| known == group).map_or(0, |(_, n)| count(*n)),
        is_chosen: fields.text("group") == *value,
    };
    Ok(RoundPage {
        frame,
        problems,
        round,
        language: stored.content.language.clone(),
        title: set(&stored.content.language, &sheet.view().title),
        purpose: stored.content.purpose.clone(),
        groups: GROUPS.iter().map(group).collect(),
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        can_mail: app.terms().mail == MailRoute::Smtp,
        released: stored.content.frozen.map(|at| visit.day(at)),
        chapters,
        visit,
    })
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(round): At<Id>) -> PageResult {
    Ok(html(&round_page(&app, &caller, visit, round, &Fields::default(), Problems::default()).await?))
}

async fn ask(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(round): At<Id>,
    fields: Fields,
) -> PageResult {
    let name = fields.text("name").to_owned();
    let group = GROUPS.iter().find(|(value, ..)| *value == fields.text("group")).map(|(_, group, ..)| *group);
    let mut problems = Vec::new();
    if name.is_empty() || name.chars().count() > 200 {
        let text = visit.t("Donnez le nom de la personne à qui vous demandez.", "Give the name of the person you ask.");
        problems.push(Problem::new("name", text));
    }
    if group.is_none() {
        problems.push(Problem::new("group", visit.t("Choisissez un groupe.", "Choose a group.")));
    }
    let email = fields.given("email").map(|email| addresses::checked(email, "/email")).transpose();
    if let Err(ServiceError::Invalid(found)) = &email {
        problems.extend(problems_of(&visit, found).0);
    }
    let (Some(group), Ok(email), true) = (group, email, problems.is_empty()) else {
        return Ok(to_be_mended(&round_page(&app, &caller, visit, round, &fields, Problems(problems)).await?));
    };
    let stored = rounds::in_hand(&app, &caller, round).await?;
    let frame = frame(&app, &caller, &visit, stored.record.bilan.ok_or(PageError::Api(ApiError::Internal))?).await?;
    let handed = rounds::add_rater(&app, &caller, round, name.clone(), email, group).await?;
    Ok(link_page(&app, visit, frame, name, &handed, format!("/rounds/{round}")))
}

async fn release(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(round): At<Id>,
    fields: Fields,
) -> PageResult {
    if !fields.is_ticked("once") {
        let text = visit.t(
            "Cochez la case : la restitution ne change plus ensuite.",
            "Tick the box: the feedback does not change any more afterwards.",
        );
        let problems = Problems(vec![Problem::new("once", text)]);
        return Ok(to_be_mended(&round_page(&app, &caller, visit, round, &fields, problems).await?));
    }
    match rounds::release(&app, &caller, round).await {
        Ok(_) => {}
        Err(ServiceError::Refused(Refusal::RoundNotReady)) => {
            let text = visit.t(
                "Pas encore : la personne n’a pas répondu pour elle-même, ou aucun groupe n’a assez de réponses. Rien n’est détruit.",
                "Not yet: the person has not answered for herself or himself, or no group has enough answers. Nothing is destroyed.",
            );
            let problems = Problems(vec![Problem::new("once", text)]);
            return Ok(to_be_mended(&round_page(&app, &caller, visit, round, &fields, problems).await?));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to(&format!("/rounds/{round}")).into_response())
}
