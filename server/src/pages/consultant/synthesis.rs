//! The synthesis: five sections, saved onto the version that was read; handing everything over.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};

use super::{Frame, frame};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, paragraphs, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words::{self, SYNTHESIS, problems_of, section_of};
use crate::records::bilan::Phase;
use crate::records::writing::{Synthesis, SynthesisText};
use crate::services::error::{Refusal, ServiceError};
use crate::services::{bilans, release, writing};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}/synthesis", get(show).post(save))
        .route("/bilans/{bilan}/synthesis/release", post(hand_over))
}

/// A section to write.
struct SectionField {
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    text: String,
    /// What is kept now, where somebody else changed it in the meantime.
    kept: Vec<String>,
}

#[derive(Template)]
#[template(path = "consultant_synthesis.html")]
struct SynthesisPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    sections: Vec<SectionField>,
    /// The version that was read; empty where there is none yet.
    version: String,
    is_written: bool,
    has_changed: bool,
    saved: Option<String>,
    remarks: Vec<String>,
    delivered: Option<String>,
    in_conclusions: bool,
}

/// What helps to write each section, in their order.
const HINTS: [[&str; 2]; 5] = [
    ["D’où part la personne, et ce qu’elle cherche.", "Where the person starts from, and what she or he looks for."],
    [
        "Ce sur quoi le projet peut s’appuyer, et ce qui reste à acquérir.",
        "What the project can rest on, and what is still to be acquired.",
    ],
    ["Le projet retenu, et les voies de rechange.", "The project that was chosen, and other ways."],
    ["Quoi, dans quel ordre, avec qui.", "What, in which order, with whom."],
    ["S’il en faut une ; sinon, laissez vide.", "Where one is needed; else leave it empty."],
];

fn typed(fields: &Fields) -> SynthesisText {
    let text = |id: &str| fields.text(id).to_owned();
    SynthesisText {
        circumstances: text("circumstances"),
        competences: text("competences"),
        project: text("project"),
        steps: text("steps"),
        training: text("training"),
    }
}

/// The synthesis, where one is written.
async fn written(app: &App, caller: &Caller, bilan: Id) -> Result<Option<Stored<Synthesis>>, PageError> {
    match writing::synthesis(app, caller, bilan).await {
        Ok(stored) => Ok(Some(stored)),
        Err(ServiceError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What was typed and is not saved.
struct Unsaved {
    text: SynthesisText,
    problems: Problems,
    has_changed: bool,
}

async fn page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    bilan: Id,
    unsaved: Option<Unsaved>,
) -> Result<SynthesisPage, PageError> {
    let frame = frame(app, caller, &visit, bilan).await?;
    let phase = bilans::phase_of(&bilans::known(app, caller, bilan).await?.record)?;
    let stored = written(app, caller, bilan).await?;
    let kept = stored.as_ref().map(|stored| stored.content.text.clone()).unwrap_or_default();
    let (text, problems, has_changed) = match unsaved {
        Some(unsaved) => (unsaved.text, unsaved.problems, unsaved.has_changed),
        None => (kept.clone(), Problems::default(), false),
    };
    let place = usize::from(visit.tag() != "fr");
    let field = |((id, labels), hints): ((&'static str, [&'static str; 2]), [&'static str; 2])| SectionField {
        id,
        label: labels[place],
        hint: hints[place],
        text: section_of(&text, id).to_owned(),
        kept: if has_changed && section_of(&kept, id) != section_of(&text, id) {
            paragraphs(section_of(&kept, id))
        } else {
            Vec::new()
        },
    };
    Ok(SynthesisPage {
        frame,
        problems,
        sections: SYNTHESIS.into_iter().zip(HINTS).map(field).collect(),
        version: stored.as_ref().map(|stored| stored.record.version.to_string()).unwrap_or_default(),
        is_written: stored.is_some(),
        has_changed,
        saved: stored.as_ref().map(|stored| visit.moment(stored.content.at)),
        remarks: stored.as_ref().map(|stored| paragraphs(&stored.content.remarks)).unwrap_or_default(),
        delivered: stored.as_ref().and_then(|stored| stored.content.delivered).map(|at| visit.day(at)),
        in_conclusions: phase == Phase::Conclusions,
        visit,
    })
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    Ok(html(&page(&app, &caller, visit, bilan, None).await?))
}

async fn save(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    let text = typed(&fields);
    let read = fields.parsed::<i64>("version");
    let (problems, has_changed) = match writing::write_synthesis(&app, &caller, bilan, text.clone(), |version| {
        read == Some(version)
    })
    .await
    {
        Ok(_) => return Ok(Redirect::to(&format!("/bilans/{bilan}/synthesis")).into_response()),
        Err(ServiceError::Outdated | ServiceError::Changed) => {
            let text = visit.t(
                    "Le document a été modifié ailleurs depuis que vous l’avez ouvert. Comparez, puis enregistrez de nouveau : ce que vous avez tapé est gardé ci-dessous.",
                    "The document was changed elsewhere since you opened it. Compare, then save again: what you typed is kept below.",
                );
            (Problems(vec![Problem::new("circumstances", text)]), true)
        }
        Err(ServiceError::Invalid(found)) => (problems_of(&visit, &found), false),
        Err(error) => return Err(error.into()),
    };
    let unsaved = Unsaved { text, problems, has_changed };
    Ok(to_be_mended(&page(&app, &caller, visit, bilan, Some(unsaved)).await?))
}

async fn hand_over(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    let text = if fields.is_ticked("everything") {
        match release::release(&app, &caller, bilan, release::What::Everything).await {
            Ok(_) => return Ok(Redirect::to(&format!("/bilans/{bilan}")).into_response()),
            Err(ServiceError::Refused(refusal @ (Refusal::NoSynthesis | Refusal::NotReleasable))) => {
                words::refusal(&visit, refusal)
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        visit.t(
            "Cochez la case : la personne lira tout aussitôt.",
            "Tick the box: the person can read everything at once.",
        )
    };
    let kept = written(&app, &caller, bilan).await?.map(|stored| stored.content.text).unwrap_or_default();
    let problems = Problems(vec![Problem::new("everything", text)]);
    let unsaved = Unsaved { text: kept, problems, has_changed: false };
    Ok(to_be_mended(&page(&app, &caller, visit, bilan, Some(unsaved)).await?))
}
