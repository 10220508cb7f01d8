//! The follow-up after a bilan: answering by the code of a letter, without signing in; and the page on which the person whose bilan it is
//! agrees to it, reads it, and takes the agreement back.
//!
//! The letter's link is `/follow-up#code`. Browsers send what follows `#` to no server: a small script of ours moves it into the field,
//! and without script one pastes the code. So it is in the body of a request, and in no address or log.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use reports::text::typeset;

use super::beneficiary::bilan_of;
use super::failure::PageError;
use super::form::Fields;
use super::look::{PageResult, Problem, Problems, html, paragraphs, to_be_mended};
use super::visit::Visit;
use crate::api::caller::Signed;
use crate::app::{App, Caller, MailRoute};
use crate::ids::Id;
use crate::records::agreement::{KeptDays, MOST_DAYS};
use crate::records::follow_up::{FollowUp, FollowUpKind, PlannedQuestion};
use crate::services::destruction::Standing;
use crate::services::error::ServiceError;
use crate::services::follow_up::{self, LONGEST_ANSWER};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/follow-up", get(door).post(open))
        .route("/follow-up/answers", post(answer))
        .route("/follow-up/withdrawal", post(withdraw_by_code))
        .route("/data/follow-up", get(own).post(agree))
        .route("/data/follow-up/withdrawal", post(withdraw))
}

#[derive(Template)]
#[template(path = "follow_up_door.html")]
struct DoorPage {
    visit: Visit,
    problems: Problems,
}

async fn door(visit: Visit) -> Response {
    html(&DoorPage { visit, problems: Problems::default() })
}

/// A question, with what was answered so far.
struct QuestionView {
    word: &'static str,
    text: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "follow_up_questions.html")]
struct QuestionsPage {
    visit: Visit,
    problems: Problems,
    token: String,
    title: &'static str,
    questions: Vec<QuestionView>,
    is_answered: bool,
    longest: usize,
    until: Option<String>,
}

/// The code as it was pasted: alone, or the whole link.
fn token_of(fields: &Fields) -> String {
    let pasted = fields.text("token");
    pasted.rsplit_once('#').map_or(pasted, |(_, token)| token).trim().to_owned()
}

/// The same visit, so that the link to the other language leads to a page that can be opened.
fn at(path: &str, visit: Visit) -> Visit {
    Visit { path: path.to_owned(), ..visit }
}

/// What a code opens; the page that says that it opens nothing, for the language of the page.
async fn opened(app: &App, visit: &Visit, token: &str) -> Result<Result<(FollowUp, usize), Response>, PageError> {
    match follow_up::open_link(app, token).await {
        Ok((stored, place)) => Ok(Ok((stored.content, place))),
        Err(ServiceError::NotFound) => {
            let text = visit.t(
                "Ce code n’ouvre rien : il est incomplet, un plus récent l’a remplacé, ou le suivi est terminé.",
                "This code opens nothing: it is not whole, a newer one has taken its place, or the follow-up is over.",
            );
            let problems = Problems(vec![Problem::new("token", text)]);
            Ok(Err(to_be_mended(&DoorPage { visit: visit.clone(), problems })))
        }
        Err(error) => Err(error.into()),
    }
}

fn title_of(visit: &Visit, kind: FollowUpKind) -> &'static str {
    let (french, english) = match kind {
        FollowUpKind::Situation => ("Où en êtes-vous ?", "Where do you stand?"),
        FollowUpKind::Satisfaction => ("Que pensez-vous de votre bilan ?", "What do you think of your bilan?"),
    };
    visit.t(french, english)
}

fn question_in_words(visit: &Visit, word: &str) -> String {
    typeset(visit.language, follow_up::question_text(word, visit.tag()))
}

/// The questions of one questionnaire, with what was typed in, else with what was answered before.
fn questions_page(
    visit: Visit,
    token: String,
    content: &FollowUp,
    place: usize,
    typed: Option<&Fields>,
    problems: Problems,
) -> Result<QuestionsPage, PageError> {
    let planned = content.planned.get(place).ok_or(PageError::from(ServiceError::NotFound))?;
    let answered = |word: &str| planned.answers.iter().find(|(known, _)| known == word).map(|(_, text)| text.clone());
    let question = |word: &&'static str| QuestionView {
        word,
        text: question_in_words(&visit, word),
        answer: match typed {
            Some(fields) => fields.raw(word).unwrap_or_default().to_owned(),
            None => answered(word).unwrap_or_default(),
        },
    };
    Ok(QuestionsPage {
        token,
        title: title_of(&visit, planned.kind),
        questions: follow_up::questions(planned.kind).iter().map(question).collect(),
        is_answered: planned.answered.is_some(),
        longest: LONGEST_ANSWER,
        until: content.until().map(|at| visit.day(at)),
        problems,
        visit,
    })
}

async fn open(State(app): State<App>, visit: Visit, fields: Fields) -> PageResult {
    let token = token_of(&fields);
    let (content, place) = match opened(&app, &visit, &token).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    Ok(html(&questions_page(visit, token, &content, place, None, Problems::default())?))
}

#[derive(Template)]
#[template(path = "follow_up_thanks.html")]
struct ThanksPage {
    visit: Visit,
}

async fn answer(State(app): State<App>, visit: Visit, fields: Fields) -> PageResult {
    let visit = at("/follow-up", visit);
    let token = token_of(&fields);
    let (content, place) = match opened(&app, &visit, &token).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    let kind = content.planned.get(place).map(|planned| planned.kind);
    let words = kind.map(follow_up::questions).unwrap_or_default();
    let mut problems = Vec::new();
    let mut answers = Vec::new();
    for word in words {
        let text = fields.text(word);
        if text.chars().count() > LONGEST_ANSWER {
            let said = visit.t(
                "Raccourcissez cette réponse : 4 000 caractères au plus.",
                "Shorten this answer: 4,000 characters at most.",
            );
            problems.push(Problem::new(*word, said));
        }
        if !text.is_empty() {
            answers.push(((*word).to_owned(), text.to_owned()));
        }
    }
    if answers.is_empty() {
        let first = words.first().copied().unwrap_or_default();
        let said = visit.t("Répondez à une question au moins.", "Answer one question at least.");
        problems.push(Problem::new(first, said));
    }
    if !problems.is_empty() {
        let page = questions_page(visit, token, &content, place, Some(&fields), Problems(problems))?;
        return Ok(to_be_mended(&page));
    }
    follow_up::answer(&app, &token, answers).await?;
    Ok(html(&ThanksPage { visit }))
}

#[derive(Template)]
#[template(path = "follow_up_destroyed.html")]
struct DestroyedPage {
    visit: Visit,
    receipt: Id,
    is_issued: bool,
    back: &'static str,
}

fn destroyed(visit: Visit, (receipt, standing): (Id, Standing), back: &'static str) -> Response {
    html(&DestroyedPage { visit, receipt, is_issued: standing == Standing::Issued, back })
}

fn not_sure(visit: &Visit) -> Problems {
    let text = visit.t(
        "Cochez la case : ce qui est détruit ne revient pas.",
        "Tick the box: what is destroyed does not come back.",
    );
    Problems(vec![Problem::new("sure", text)])
}

async fn withdraw_by_code(State(app): State<App>, visit: Visit, fields: Fields) -> PageResult {
    let visit = at("/follow-up", visit);
    let token = token_of(&fields);
    let (content, place) = match opened(&app, &visit, &token).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    if !fields.is_ticked("sure") {
        let problems = not_sure(&visit);
        return Ok(to_be_mended(&questions_page(visit, token, &content, place, None, problems)?));
    }
    Ok(destroyed(visit, follow_up::withdraw_by_link(&app, &token).await?, "/"))
}

/// A questionnaire of a follow-up, with its answers.
pub(super) struct PlannedView {
    pub(super) title: &'static str,
    pub(super) when: String,
    pub(super) answers: Vec<AnswerView>,
}

/// An answer.
pub(super) struct AnswerView {
    pub(super) question: String,
    pub(super) text: Vec<String>,
}

/// A questionnaire as it is read.
pub(super) fn planned_view(visit: &Visit, planned: &PlannedQuestion) -> PlannedView {
    let when = match (planned.answered, planned.sent) {
        (Some(at), _) => format!("{} {}", visit.t("répondu le", "answered on"), visit.day(at)),
        (None, Some(at)) => format!("{} {}", visit.t("envoyé le", "sent on"), visit.day(at)),
        (None, None) => format!("{} {}", visit.t("prévu à partir du", "planned from"), visit.day(planned.due)),
    };
    let answer = |(word, text): &(String, String)| AnswerView {
        question: question_in_words(visit, word),
        text: paragraphs(text),
    };
    PlannedView { title: title_of(visit, planned.kind), when, answers: planned.answers.iter().map(answer).collect() }
}

/// What was agreed to.
struct AgreedView {
    signed: String,
    email: Option<String>,
    days: u16,
    planned: Vec<PlannedView>,
}

#[derive(Template)]
#[template(path = "follow_up_own.html")]
struct OwnPage {
    visit: Visit,
    problems: Problems,
    saved: bool,
    agreed: Option<AgreedView>,
    days: String,
    most_days: u16,
    months: [u8; 2],
    by_mail: bool,
}

async fn own_page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    days: Option<&str>,
    problems: Problems,
) -> Result<OwnPage, PageError> {
    let found = match follow_up::own(app, caller, bilan_of(caller)?).await {
        Ok(stored) => Some(stored.content),
        Err(ServiceError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let agreed = found.map(|content| AgreedView {
        signed: visit.day(content.signed),
        days: content.kept.days(),
        planned: content.planned.iter().map(|planned| planned_view(&visit, planned)).collect(),
        email: content.email,
    });
    let known = agreed.as_ref().map_or_else(|| "200".to_owned(), |agreed| agreed.days.to_string());
    Ok(OwnPage {
        problems,
        saved: false,
        days: days.map_or(known, str::to_owned),
        agreed,
        most_days: MOST_DAYS,
        months: app.terms().follow_up_months,
        by_mail: app.terms().mail == MailRoute::Smtp,
        visit,
    })
}

async fn own(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&own_page(&app, &caller, visit, None, Problems::default()).await?))
}

async fn agree(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let Some(kept) = fields.parsed::<u16>("days").and_then(|days| KeptDays::new(days).ok()) else {
        let text = visit.t("Donnez une durée de 1 à 365 jours.", "Give a time of 1 to 365 days.");
        let problems = Problems(vec![Problem::new("days", text)]);
        return Ok(to_be_mended(&own_page(&app, &caller, visit, Some(fields.text("days")), problems).await?));
    };
    follow_up::agree(&app, &caller, bilan_of(&caller)?, kept).await?;
    Ok(html(&OwnPage { saved: true, ..own_page(&app, &caller, visit, None, Problems::default()).await? }))
}

async fn withdraw(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let visit = at("/data/follow-up", visit);
    let bilan = bilan_of(&caller)?;
    // Where there is none, there is nothing to be sure of.
    follow_up::own(&app, &caller, bilan).await?;
    if !fields.is_ticked("sure") {
        let problems = not_sure(&visit);
        return Ok(to_be_mended(&own_page(&app, &caller, visit, None, problems).await?));
    }
    let done = follow_up::withdraw(&app, &caller, bilan).await?;
    Ok(destroyed(visit, done, "/data/follow-up"))
}

/// The page for a code, as it stands in letters and on the pages that hand it over.
pub(super) fn link(app: &App, token: &str) -> String {
    format!("{}/follow-up#{token}", app.terms().public_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_alone_or_with_its_link() {
        for pasted in ["token=bif_abc", "token=+bif_abc%0D%0A", "token=https%3A%2F%2Fexample.org%2Ffollow-up%23bif_abc"]
        {
            assert_eq!(token_of(&Fields::read(pasted.as_bytes())), "bif_abc");
        }
        assert_eq!(token_of(&Fields::read(b"other=x")), "");
    }
}
