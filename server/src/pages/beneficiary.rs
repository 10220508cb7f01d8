//! What a beneficiary sees first: where the bilan stands, what waits for her; consent; her data and their end.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::failure::PageError;
use super::form::Fields;
use super::look::{PageResult, Problem, Problems, count, html, paragraphs, set, to_be_mended};
use super::phases::{PhaseMark, phase_marks};
use super::visit::Visit;
use super::words::{SYNTHESIS, deed, section_of};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::{Account, Role};
use crate::records::assignment::AssignmentState;
use crate::records::bilan::Phase;
use crate::services::consent_text::consent_text;
use crate::services::error::{Refusal, ServiceError};
use crate::services::{accesses, assignments, bilans, ending, life, release, results, rounds, writing};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(start))
        .route("/consent", get(consent).post(give_consent))
        .route("/refusal", post(refuse))
        .route("/access-request", post(request_access))
        .route("/synthesis", get(synthesis).post(send_remarks))
        .route("/data", get(data))
        .route("/erasure", get(erasure).post(erase))
}

/// The bilan of a beneficiary.
pub(super) fn bilan_of(caller: &Caller) -> Result<Id, PageError> {
    caller.bilan.ok_or(PageError::Api(ApiError::NotFound))
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    visit: Visit,
    /// Whether the browser still shows a session that is over.
    was_signed_in: bool,
}

/// A questionnaire in the list.
struct QuestionnaireLine {
    id: Id,
    /// Language of the questionnaire.
    language: String,
    title: String,
    purpose: String,
    minutes: Option<u16>,
    n_steps: u32,
    n_answered: u32,
    state: AssignmentState,
}

impl QuestionnaireLine {
    fn is_open(&self) -> bool {
        matches!(self.state, AssignmentState::NotStarted | AssignmentState::InProgress)
    }

    fn is_begun(&self) -> bool {
        self.state == AssignmentState::InProgress
    }
}

/// A result that was handed over.
struct ResultLine {
    id: Id,
    language: String,
    title: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    visit: Visit,
    name: String,
    phases: Vec<PhaseMark>,
    questionnaires: Vec<QuestionnaireLine>,
    n_open: u32,
    results: Vec<ResultLine>,
    /// The views of the entourage that are handed over.
    feedback: Vec<ResultLine>,
    /// Whether something is answered whose result is not handed over yet.
    waits_for_release: bool,
    /// When the results open by the right of access, where it was asked for.
    opens: Option<String>,
    has_synthesis: bool,
    bilan: Id,
}

#[derive(Template)]
#[template(path = "no_pages.html")]
struct NoPages {
    visit: Visit,
}

/// The first page: of everybody, or of the one who is signed in.
async fn start(
    State(app): State<App>,
    signed: Result<Signed, ApiError>,
    headers: HeaderMap,
    visit: Visit,
) -> PageResult {
    let Ok(Signed(caller)) = signed else {
        let was_signed_in = app.cookie().read(&headers).is_some();
        let page = html(&WelcomePage { visit, was_signed_in });
        return Ok(if was_signed_in { signed_out(&app, page) } else { page });
    };
    match caller.role {
        Role::Beneficiary => home(&app, &caller, visit).await,
        Role::Rater => rater_home(&app, &caller, visit).await,
        Role::Consultant => super::consultant::desk(&app, &caller, visit).await,
        Role::Administrator => super::administration::overview(&app, visit).await,
        Role::Recipient => super::recipient::home(&app, &caller, visit).await,
        Role::Employer => super::employer::home(&app, &caller, visit).await,
        Role::Clerk => super::organisation::desk(&app, &caller, visit).await,
        _ => Ok(html(&NoPages { visit })),
    }
}

async fn name_of(app: &App, caller: &Caller) -> Result<String, PageError> {
    let account: Stored<Account> = app.documents().load(caller.account).await?;
    Ok(account.content.name)
}

async fn home(app: &App, caller: &Caller, visit: Visit) -> PageResult {
    let bilan = bilan_of(caller)?;
    let stored = bilans::known(app, caller, bilan).await?;
    let phase = bilans::phase_of(&stored.record)?;
    if phase == Phase::Proposed {
        return Ok(Redirect::to("/consent").into_response());
    }
    let questionnaires = lines_of(app, caller).await?;
    let mut handed_over = Vec::new();
    if phase.is_under_way() {
        for result in results::of_bilan(app, caller, bilan).await? {
            let assignment = result.content.assignment;
            let known = questionnaires.iter().find(|line| line.id == assignment);
            let (language, title) = known.map(|line| (line.language.clone(), line.title.clone())).unwrap_or_default();
            handed_over.push(ResultLine { id: result.record.id, language, title });
        }
    }
    let mut feedback = Vec::new();
    for round in rounds::released(app, caller, bilan).await? {
        let loaded = app.instrument(&round.content.self_instrument)?;
        let called = super::consultant::words_of(&loaded, &visit);
        feedback.push(ResultLine { id: round.record.id, language: called.tag, title: called.title });
    }
    let n_done = questionnaires.iter().filter(|line| line.state == AssignmentState::Done).count();
    let waits_for_release = n_done > handed_over.len();
    let asked = stored.content.access_requested.is_some() && waits_for_release;
    let opens = life::access_opens(&stored.content, phase).filter(|_| asked).map(|at| visit.day(at));
    let has_synthesis = writing::is_synthesis_open(app, caller, bilan).await?;
    let n_open = count(questionnaires.iter().filter(|line| line.is_open()).count());
    let questionnaires = questionnaires.into_iter().filter(|line| line.state != AssignmentState::Withdrawn).collect();
    Ok(html(&HomePage {
        name: name_of(app, caller).await?,
        phases: phase_marks(&visit, &stored.content, phase, &Phase::ALL[1..5]),
        questionnaires,
        n_open,
        results: handed_over,
        feedback,
        waits_for_release,
        opens,
        has_synthesis,
        bilan,
        visit,
    }))
}

#[derive(Template)]
#[template(path = "rater_home.html")]
struct RaterPage {
    visit: Visit,
    /// About whom she is asked.
    person: String,
    consultant: String,
    house: String,
    questionnaires: Vec<QuestionnaireLine>,
    n_open: u32,
}

/// Somebody of the entourage is told who asks, about whom, and how her answers are protected; then she has one form.
async fn rater_home(app: &App, caller: &Caller, visit: Visit) -> PageResult {
    let asking = rounds::asking(app, caller).await?;
    let mut questionnaires = lines_of(app, caller).await?;
    questionnaires.retain(|line| line.state != AssignmentState::Withdrawn);
    let n_open = count(questionnaires.iter().filter(|line| line.is_open()).count());
    Ok(html(&RaterPage {
        visit,
        person: asking.person,
        consultant: asking.consultant.person.unwrap_or_default(),
        house: asking.consultant.house,
        questionnaires,
        n_open,
    }))
}

async fn lines_of(app: &App, caller: &Caller) -> Result<Vec<QuestionnaireLine>, PageError> {
    let mut lines = Vec::new();
    let mut own = assignments::own(app, caller).await?;
    // In the order in which they were given.
    own.sort_by_key(|stored| (stored.content.assigned, stored.record.id));
    for stored in own {
        let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
        let n_answered = app.documents().store().n_answers(stored.record.id).await.map_err(ServiceError::from)?;
        lines.push(QuestionnaireLine {
            id: stored.record.id,
            language: stored.content.language.clone(),
            title: set(&stored.content.language, &sheet.view().title),
            purpose: stored.content.purpose.clone(),
            minutes: sheet.view().minutes,
            n_steps: sheet.view().n_steps,
            n_answered,
            state: assignments::state_of(&stored.record)?,
        });
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    visit: Visit,
    problems: Problems,
    paragraphs: Vec<&'static str>,
    hash: String,
    /// The last day on which consent can be given, for an employer's proposal.
    decide_until: Option<String>,
}

async fn consent_page(app: &App, caller: &Caller, visit: Visit, problems: Problems) -> Result<ConsentPage, PageError> {
    let stored = bilans::known(app, caller, bilan_of(caller)?).await?;
    let decide_until = life::last_moment_to_decide(&stored.content.funding).map(|at| visit.day(at));
    let text = consent_text(visit.tag());
    let paragraphs = text.text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect();
    Ok(ConsentPage { visit, problems, paragraphs, hash: text.hash(), decide_until })
}

async fn consent(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    let stored = bilans::known(&app, &caller, bilan_of(&caller)?).await?;
    if bilans::phase_of(&stored.record)? != Phase::Proposed {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(html(&consent_page(&app, &caller, visit, Problems::default()).await?))
}

async fn give_consent(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    if !fields.is_ticked("agreed") {
        let text = visit.t(
            "Cochez la case pour donner votre accord, ou refusez plus bas.",
            "Tick the box to agree, or refuse below.",
        );
        let problems = Problems(vec![Problem::new("agreed", text)]);
        return Ok(to_be_mended(&consent_page(&app, &caller, visit, problems).await?));
    }
    let language = if fields.text("language") == "en" { "en" } else { "fr" };
    bilans::consent(&app, &caller, bilan_of(&caller)?, language, fields.text("hash")).await?;
    Ok(Redirect::to("/").into_response())
}

#[derive(Template)]
#[template(path = "destroyed.html")]
struct DestroyedPage {
    visit: Visit,
    was_refused: bool,
    receipt: Option<Id>,
}

async fn refuse(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    ending::refuse(&app, &caller, bilan_of(&caller)?).await?;
    Ok(signed_out(
        &app,
        html(&DestroyedPage { visit: Visit { role: None, ..visit }, was_refused: true, receipt: None }),
    ))
}

/// Whoever has nothing left here is signed out.
fn signed_out(app: &App, mut response: Response) -> Response {
    response.headers_mut().insert(axum::http::header::SET_COOKIE, app.cookie().clear());
    response
}

async fn request_access(State(app): State<App>, Signed(caller): Signed) -> PageResult {
    release::request_access(&app, &caller, bilan_of(&caller)?).await?;
    Ok(Redirect::to("/").into_response())
}

/// A section of the synthesis.
struct SynthesisSection {
    heading: &'static str,
    paragraphs: Vec<String>,
}

#[derive(Template)]
#[template(path = "synthesis.html")]
struct SynthesisPage {
    visit: Visit,
    /// Whose it is: a printed page must say so.
    name: String,
    sections: Vec<SynthesisSection>,
    remarks: String,
    saved: bool,
    bilan: Id,
}

async fn synthesis_page(app: &App, caller: &Caller, visit: Visit, saved: bool) -> PageResult {
    let bilan = bilan_of(caller)?;
    let stored = match writing::synthesis(app, caller, bilan).await {
        Err(ServiceError::NotFound) => return Err(PageError::Refused(Refusal::NoSynthesis)),
        other => other?,
    };
    let place = usize::from(visit.tag() != "fr");
    let section = |(name, headings): (&'static str, [&'static str; 2])| SynthesisSection {
        heading: headings[place],
        paragraphs: paragraphs(section_of(&stored.content.text, name)),
    };
    let sections = SYNTHESIS.into_iter().map(section).collect();
    let name = name_of(app, caller).await?;
    Ok(html(&SynthesisPage { visit, name, sections, remarks: stored.content.remarks, saved, bilan }))
}

async fn synthesis(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    synthesis_page(&app, &caller, visit, false).await
}

async fn send_remarks(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    writing::write_remarks(&app, &caller, bilan_of(&caller)?, fields.text("remarks").to_owned()).await?;
    synthesis_page(&app, &caller, visit, true).await
}

/// A line of the log, as its owner reads it.
struct AccessLine {
    at: String,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    visit: Visit,
    bilan: Id,
    accesses: Vec<AccessLine>,
}

/// Lines of the log on one page; the whole is in the export.
const LINES: u32 = 200;

async fn data(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    let bilan = bilan_of(&caller)?;
    let found = accesses::page(&app, &caller, bilan, None, LINES).await?;
    let accesses = found.iter().rev().map(|access| AccessLine {
        at: visit.moment(access.at),
        who: who(&visit, access),
        what: deed(&visit, access.verb, &access.kind),
    });
    Ok(html(&DataPage { bilan, accesses: accesses.collect(), visit }))
}

fn who(visit: &Visit, access: &accesses::Access) -> String {
    match (&access.role, &access.name) {
        (Some(Role::Beneficiary), _) => visit.t("Vous", "You").to_owned(),
        (_, Some(name)) => name.clone(),
        (Some(Role::Rater), _) => visit.t("Quelqu’un de votre entourage", "Somebody of your entourage").to_owned(),
        (Some(Role::Recipient), _) => {
            visit.t("La personne à qui vous avez ouvert un partage", "Somebody you share with").to_owned()
        }
        (Some(_), None) => visit.t("Le service", "The service").to_owned(),
        (None, _) => visit.t("Le service, à la date prévue", "The service, when it was due").to_owned(),
    }
}

#[derive(Template)]
#[template(path = "erasure.html")]
struct ErasurePage {
    visit: Visit,
    problems: Problems,
    bilan: Id,
}

async fn erasure(Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&ErasurePage { visit, problems: Problems::default(), bilan: bilan_of(&caller)? }))
}

async fn erase(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let bilan = bilan_of(&caller)?;
    if !fields.is_ticked("kept") {
        let text = visit.t(
            "Cochez la case : ce qui n’est pas téléchargé sera perdu.",
            "Tick the box: what is not downloaded will be lost.",
        );
        let problems = Problems(vec![Problem::new("kept", text)]);
        return Ok(to_be_mended(&ErasurePage { visit, problems, bilan }));
    }
    let ended = ending::erase(&app, &caller, bilan).await?;
    let visit = Visit { role: None, ..visit };
    Ok(signed_out(&app, html(&DestroyedPage { visit, was_refused: false, receipt: Some(ended.receipt) })))
}
