//! The review of a result: what to ask in the interview, all scales with their error, quality, answers, the views of the entourage, two
//! dates; handing over last.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use reports::text::{number, typeset};

use super::{Frame, frame};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{Asked, At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, chapters_of, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::records::bilan::Phase;
use crate::records::feedback::Round;
use crate::records::result::StoredResult;
use crate::services::error::{Refusal, ServiceError};
use crate::services::results::{self, Review, TwoDates};
use crate::services::{bilans, papers, release, rounds};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/reviews/{result}", get(show)).route("/reviews/{result}/release", post(hand_over))
}

/// The chapter of a document that sums it up.
const IN_BRIEF: &str = "bref";

/// The chapter on how the questions were answered.
const HOW_ANSWERED: &str = "passation";

/// Something to talk over in the interview.
struct Prompt {
    name: String,
    value: String,
    looks_at: String,
    reading: String,
}

/// An earlier date of the same questionnaire.
struct EarlierDate {
    id: Id,
    day: String,
    is_shown: bool,
}

#[derive(Template)]
#[template(path = "consultant_review.html")]
struct ReviewPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    result: Id,
    title: String,
    scored: String,
    /// How to read the panel.
    note: String,
    prompts: Vec<Prompt>,
    /// The chapters of the technical document, as markup.
    chapters: String,
    earlier: Vec<EarlierDate>,
    /// The views of the entourage beside her own, as markup; empty where no round on this questionnaire was released.
    entourage: String,
    /// The chapters of two dates, as markup; empty where none is asked for.
    two_dates: String,
    /// What stands against showing two dates.
    no_two_dates: Option<&'static str>,
    released: Option<String>,
    /// Whether everything is handed over together from here on.
    in_conclusions: bool,
}

async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(result): At<Id>,
    Asked(asked): Asked,
) -> PageResult {
    Ok(html(&review_page(&app, &caller, visit, result, asked.parsed("with"), Problems::default()).await?))
}

async fn review_page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    result: Id,
    with: Option<Id>,
    problems: Problems,
) -> Result<ReviewPage, PageError> {
    let Review { stored, mut document, profile } = results::review(app, caller, result, visit.tag()).await?;
    // On paper it comes first; here its prompts stand beside the profile, and the whole of it after.
    document.chapters.sort_by_key(|chapter| chapter.id == HOW_ANSWERED);
    let bilan = stored.record.bilan.ok_or(PageError::Api(ApiError::Internal))?;
    let frame = frame(app, caller, &visit, bilan).await?;
    let phase = bilans::phase_of(&bilans::known(app, caller, bilan).await?.record)?;
    let earlier = earlier_of(app, caller, &visit, bilan, &stored, with).await?;
    let (mut two_dates, mut no_two_dates) = (String::new(), None);
    if let Some(date) = earlier.iter().find(|date| date.is_shown) {
        let dates = TwoDates::Results { earlier: date.id, later: result };
        match results::comparison_paper(app, caller, dates, visit.tag()).await {
            Ok(document) => two_dates = chapters_of(&document)?,
            Err(ServiceError::Refused(refusal @ (Refusal::NotComparable | Refusal::AnswersGone))) => {
                no_two_dates = Some(why_not(&visit, refusal));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let entourage = entourage_of(app, caller, bilan, &stored).await?;
    let set = |text: &str| typeset(visit.language, text);
    let quality = profile.quality.as_ref();
    let prompts = quality.iter().flat_map(|quality| &quality.indices).filter_map(|index| {
        Some(Prompt {
            name: set(&index.name),
            value: number::decimal(visit.language, index.value?, 2),
            looks_at: set(&index.looks_at),
            reading: set(&index.reading),
        })
    });
    Ok(ReviewPage {
        problems,
        result,
        title: set(&profile.title),
        scored: visit.moment(stored.content.scored),
        note: quality.map(|quality| set(&quality.note)).unwrap_or_default(),
        prompts: prompts.collect(),
        chapters: chapters_of(&document)?,
        earlier,
        entourage,
        two_dates,
        no_two_dates,
        released: stored.content.released.map(|(at, _)| visit.day(at)),
        in_conclusions: phase == Phase::Conclusions,
        frame,
        visit,
    })
}

fn why_not(visit: &Visit, refusal: Refusal) -> &'static str {
    match (refusal, visit.tag()) {
        (Refusal::AnswersGone, "fr") => "Les réponses de l’une des deux dates ont été détruites.",
        (Refusal::AnswersGone, _) => "The answers of one of the two dates were destroyed.",
        (_, "fr") => "Les deux dates ne viennent pas de la même version du questionnaire.",
        (_, _) => "The two dates do not come from the same version of the questionnaire.",
    }
}

/// The identifier of an instrument without its version.
fn instrument_of(result: &StoredResult) -> &str {
    &result.document.instrument.id
}

/// The released views of the entourage on the questionnaire behind a result, beside the person's own; those of the round that it
/// belongs to, else of the last one on the same questionnaire. Groups that are not shown are said in it.
async fn entourage_of(
    app: &App,
    caller: &Caller,
    bilan: Id,
    stored: &Stored<StoredResult>,
) -> Result<String, PageError> {
    let mut released = rounds::of_bilan(app, caller, bilan).await?;
    released.retain(|round| {
        let of_instrument = round.content.self_instrument.split('@').next() == Some(instrument_of(&stored.content));
        round.content.frozen.is_some() && of_instrument
    });
    let own = |round: &&Stored<Round>| round.content.self_assignment == stored.content.assignment;
    let last = || released.iter().max_by_key(|round| round.content.frozen);
    let Some(round) = released.iter().find(own).or_else(last) else { return Ok(String::new()) };
    let mut document = papers::feedback(app, caller, round.record.id).await?;
    // What it says in brief stands on the page of the round.
    document.chapters.retain(|chapter| chapter.id != IN_BRIEF);
    chapters_of(&document)
}

async fn earlier_of(
    app: &App,
    caller: &Caller,
    visit: &Visit,
    bilan: Id,
    stored: &Stored<StoredResult>,
    with: Option<Id>,
) -> Result<Vec<EarlierDate>, PageError> {
    let mut found = results::of_bilan(app, caller, bilan).await?;
    found.retain(|other| {
        other.record.id != stored.record.id
            && instrument_of(&other.content) == instrument_of(&stored.content)
            && other.content.scored < stored.content.scored
    });
    found.sort_by_key(|other| std::cmp::Reverse(other.content.scored));
    let date = |other: &Stored<StoredResult>| EarlierDate {
        id: other.record.id,
        day: visit.day(other.content.scored),
        is_shown: with == Some(other.record.id),
    };
    Ok(found.iter().map(date).collect())
}

async fn hand_over(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(result): At<Id>,
    fields: Fields,
) -> PageResult {
    if !fields.is_ticked("in_interview") {
        let text = visit.t(
            "Cochez la case : un résultat se remet en entretien.",
            "Tick the box: a result is handed over in an interview.",
        );
        let problems = Problems(vec![Problem::new("in_interview", text)]);
        return Ok(to_be_mended(&review_page(&app, &caller, visit, result, None, problems).await?));
    }
    let stored = results::read(&app, &caller, result).await?;
    let bilan = stored.record.bilan.ok_or(PageError::Api(ApiError::Internal))?;
    release::release(&app, &caller, bilan, release::What::Result { result, in_interview: true }).await?;
    Ok(Redirect::to(&format!("/reviews/{result}#hand-over")).into_response())
}
