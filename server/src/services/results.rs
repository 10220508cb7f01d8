//! Reading results: the document, the restitution, charts, the consultant's profile, verification, two dates.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::model::Answer;
use engine::quality::ResponseTime;
use instruments::{Administration, LoadedInstrument};
use reports::document::Document;
use reports::text::Language;
use restitution::{ChartChoice, Comparison, Material, NormRequest, Occasion, PersonResults, Profile};

use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::questionnaire::{Step, StoredAnswer, Timing, Verification, recompute_and_compare};
use crate::records::assignment::{Assignment, KeptAnswer};
use crate::records::bilan::Bilan;
use crate::records::grant::DocumentClass;
use crate::records::result::StoredResult;
use crate::records::writing::BroughtDocument;
use crate::services::answering::{answers_of, timing_of};
use crate::services::assignments::in_charge;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::export;
use crate::services::papers;
use crate::services::submission::{interval, person_facts, row_of, stratum_rule};
use crate::store::{Kind, Selection};

/// A result that the caller may read: released, for the beneficiary; by a grant, for anybody else. The reading is logged.
///
/// # Errors
/// [`ServiceError::NotFound`] when she may not; what store and vault say.
pub async fn read(app: &App, caller: &Caller, result: Id) -> Result<Stored<StoredResult>> {
    let now = app.now();
    let stored: Stored<StoredResult> = app.documents().readable(caller, result, DocumentClass::Results, now).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Read, Kind::Result, Some(result), stored.record.bilan);
    app.documents().commit(vec![entry.at(now)?]).await?;
    Ok(stored)
}

/// The results of a bilan that the caller may read.
///
/// # Errors
/// What store and vault say.
pub async fn of_bilan(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<Stored<StoredResult>>> {
    let now = app.now();
    let mut selection = Selection::of(Kind::Result);
    selection.bilan = Some(bilan);
    selection.tenant = Some(caller.tenant);
    let mut found = Vec::new();
    loop {
        let page = app.documents().store().select(&selection).await?;
        let Some(last) = page.last() else { break };
        selection = selection.following(last);
        for record in page {
            // The decision is one query each; nothing is opened before it.
            match app.documents().readable(caller, record.id, DocumentClass::Results, now).await {
                Ok(stored) => found.push(stored),
                Err(ServiceError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
    }
    if found.is_empty() {
        // Somebody who may know of the bilan sees an empty list; anybody else sees nothing at all.
        app.documents().readable::<Bilan>(caller, bilan, DocumentClass::Dates, now).await?;
    }
    Ok(found)
}

/// A result with the answers behind it, scored again for words and pictures.
struct Told {
    instrument: Arc<LoadedInstrument>,
    assignment: Assignment,
    row: Vec<Answer>,
    timing: Timing,
    person: PersonResults,
    /// Names of rules whose sentences the beneficiary marked as "not me".
    not_me: Vec<String>,
}

async fn told(app: &App, stored: &Stored<StoredResult>) -> Result<Told> {
    let not_me = stored.content.not_me.clone();
    let stored: Stored<Assignment> = match app.documents().load(stored.content.assignment).await {
        // An agreement may keep a result without the answers behind it.
        Err(ServiceError::NotFound) => return Err(Refusal::AnswersGone.into()),
        other => other?,
    };
    let answers = answers_of(app, &stored).await?;
    Ok(Told { not_me, ..told_of(app, stored.content, &answers)? })
}

fn told_of(app: &App, assignment: Assignment, answers: &BTreeMap<u32, KeptAnswer>) -> Result<Told> {
    let row = row_of(app, &assignment, answers)?;
    let timing = timing_of(&assignment, answers);
    let instrument = app.instrument(&assignment.instrument)?;
    let norm = assignment.norm.as_deref().map(|id| NormRequest {
        id,
        facts: person_facts(assignment.facts),
        rule: stratum_rule(&assignment),
    });
    let person = PersonResults::of_answers(&instrument, &row, norm, interval()?).map_err(|e| broken(&e))?;
    let person = PersonResults { own_words: own_words_of(app, &assignment, answers)?, ..person };
    Ok(Told { instrument, assignment, row, timing, person, not_me: Vec::new() })
}

/// What was written in answer to items of free text: place of the item, and the text.
fn own_words_of(
    app: &App,
    assignment: &Assignment,
    answers: &BTreeMap<u32, KeptAnswer>,
) -> Result<Vec<(usize, String)>> {
    let sheet = app.sheet(&assignment.instrument, &assignment.language)?;
    let written = |(position, step): (u32, &Step)| match &answers.get(&position)?.answer {
        StoredAnswer::Text(text) => Some((*step.items().first()?, text.clone())),
        _ => None,
    };
    Ok(sheet.steps().iter().filter_map(written).collect())
}

pub(crate) fn broken(error: &restitution::Error) -> ServiceError {
    // These errors name instruments, norms and scales, never what was answered.
    tracing::error!(cause = %error, "a restitution could not be made");
    ServiceError::Broken("a restitution could not be made")
}

impl Told {
    /// How long answering took.
    fn time(&self) -> ResponseTime {
        if self.timing.steps.is_empty() {
            ResponseTime::Unknown
        } else {
            ResponseTime::Total { seconds: self.timing.active_seconds }
        }
    }

    fn material(&self, language: Language) -> Material<'_> {
        Material {
            instrument: &self.instrument,
            norm_id: self.assignment.norm.as_deref(),
            person: &self.person,
            occasion: None,
            person_label: None,
            language,
            not_me: &self.not_me,
            simulated: false,
        }
    }
}

/// The language behind a tag; French for any other.
#[must_use]
pub fn language_of(tag: &str) -> Language {
    if tag == "en" { Language::English } else { Language::French }
}

/// What a result is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// A self-contained page.
    Html,
    /// A chart as SVG.
    Svg(ChartChoice),
    /// A chart as PNG.
    Png(ChartChoice),
}

/// Draws a result in a language.
///
/// # Errors
/// As [`read`]; [`Refusal::AnswersGone`]; [`Refusal::NoWording`]; [`ServiceError::NotFound`] for a chart that it does not have.
pub async fn draw(app: &App, caller: &Caller, result: Id, tag: &str, picture: Picture) -> Result<Vec<u8>> {
    let stored = read(app, caller, result).await?;
    let told = told(app, &stored).await?;
    let language = language_of(tag);
    blocking(move || {
        let material = told.material(language);
        let drawn = match picture {
            Picture::Html => restitution::html(&material).map(String::into_bytes),
            Picture::Svg(choice) => restitution::svg(&material, choice).map(String::into_bytes),
            Picture::Png(choice) => restitution::png(&material, choice),
        };
        drawn.map_err(refused)
    })
    .await
}

/// The documents of one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultPaper {
    /// What the beneficiary keeps.
    Restitution,
    /// What the consultant prepares the interview with.
    Technical,
}

/// Makes a document of a result in a language.
///
/// # Errors
/// As [`draw`]; [`ServiceError::NotFound`] for the technical profile outside the consultant's care.
pub async fn paper(app: &App, caller: &Caller, result: Id, tag: &str, paper: ResultPaper) -> Result<Document> {
    let stored = read(app, caller, result).await?;
    if paper == ResultPaper::Technical {
        in_charge(app, caller, stored.record.bilan.ok_or(ServiceError::Broken("a result has no bilan"))?).await?;
    }
    let told = told(app, &stored).await?;
    let (language, today) = (language_of(tag), papers::day(app.now()));
    blocking(move || {
        let material = told.material(language);
        let made = match paper {
            ResultPaper::Restitution => restitution::document(&material),
            ResultPaper::Technical => restitution::documents::technical(&material, Some(&told.row), &told.time()),
        };
        Ok(made.map_err(refused)?.made_on(Some(today)))
    })
    .await
}

/// All restitutions of a bilan that the caller may read, in one document.
///
/// # Errors
/// As [`of_bilan`]; [`ServiceError::NotFound`] where there is none; [`Refusal::AnswersGone`].
pub async fn battery(app: &App, caller: &Caller, bilan: Id, tag: &str) -> Result<Document> {
    let mut told_results = Vec::new();
    for stored in of_bilan(app, caller, bilan).await? {
        let told = told(app, &stored).await?;
        if told.instrument.about().administration != Administration::OtherReport {
            told_results.push(told);
        }
        let entry =
            AuditEntry::new(Some(caller.account), Verb::Read, Kind::Result, Some(stored.record.id), Some(bilan));
        app.documents().commit(vec![entry.at(app.now())?]).await?;
    }
    if told_results.is_empty() {
        return Err(ServiceError::NotFound);
    }
    let (language, today) = (language_of(tag), papers::day(app.now()));
    blocking(move || {
        let materials: Vec<Material> = told_results.iter().map(|told| told.material(language)).collect();
        Ok(restitution::documents::battery(&materials).map_err(refused)?.made_on(Some(today)))
    })
    .await
}

fn refused(error: restitution::Error) -> ServiceError {
    match error {
        // What one member of the entourage answered is never told alone.
        restitution::Error::NoCircle | restitution::Error::OneRater { .. } => ServiceError::NotFound,
        restitution::Error::NoWording { .. } => Refusal::NoWording.into(),
        restitution::Error::NotComparable(_) => Refusal::NotComparable.into(),
        other => broken(&other),
    }
}

/// Runs a long calculation away from the threads that serve requests.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ServiceError::Broken("a calculation was cut off"))?
}

/// The consultant's profile with its quality panel.
///
/// # Errors
/// As [`read`]; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn profile(app: &App, caller: &Caller, result: Id, tag: &str) -> Result<Profile> {
    let stored = read(app, caller, result).await?;
    in_charge(app, caller, stored.record.bilan.ok_or(ServiceError::Broken("a result has no bilan"))?).await?;
    let told = told(app, &stored).await?;
    let language = language_of(tag);
    blocking(move || {
        restitution::profile(&told.material(language), Some(&told.row), &told.time()).map_err(|error| match error {
            restitution::Error::OneRater { .. } => ServiceError::NotFound,
            other => broken(&other),
        })
    })
    .await
}

/// What a consultant prepares an interview with: the technical document, and the profile behind it.
#[derive(Debug, Clone)]
pub struct Review {
    /// The result.
    pub stored: Stored<StoredResult>,
    /// The technical document.
    pub document: Document,
    /// The profile with its quality panel.
    pub profile: Profile,
}

/// Both at once, as one reading.
///
/// # Errors
/// As [`read`]; [`Refusal::AnswersGone`]; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn review(app: &App, caller: &Caller, result: Id, tag: &str) -> Result<Review> {
    let stored = read(app, caller, result).await?;
    in_charge(app, caller, stored.record.bilan.ok_or(ServiceError::Broken("a result has no bilan"))?).await?;
    let told = told(app, &stored).await?;
    let (language, today) = (language_of(tag), papers::day(app.now()));
    blocking(move || {
        let (material, time) = (told.material(language), told.time());
        let document = restitution::documents::technical(&material, Some(&told.row), &time).map_err(refused)?;
        let profile = restitution::profile(&material, Some(&told.row), &time).map_err(refused)?;
        Ok(Review { stored, document: document.made_on(Some(today)), profile })
    })
    .await
}

/// Scores the answers again and compares with the result, to the last bit.
///
/// # Errors
/// As [`read`]; [`Refusal::AnswersGone`].
pub async fn verify(app: &App, caller: &Caller, result: Id) -> Result<Verification> {
    let stored = read(app, caller, result).await?;
    let told = told(app, &stored).await?;
    recompute_and_compare(&stored.content.document, &told.instrument, &told.row).map_err(|error| {
        tracing::error!(cause = %error, "a result could not be verified");
        ServiceError::Broken("a result could not be verified")
    })
}

/// Two dates of one person on one questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoDates {
    /// Two results.
    Results {
        /// The first date.
        earlier: Id,
        /// The second.
        later: Id,
    },
    /// An export that the beneficiary brought holds the first date.
    Brought {
        /// The export.
        brought: Id,
        /// The questionnaire in it.
        assignment: Id,
        /// The second date.
        later: Id,
    },
}

/// Compares two dates of one person: reliable change, in the first date's norm.
///
/// # Errors
/// As [`read`]; [`ServiceError::NotFound`] for an export or a questionnaire that is not there; [`Refusal::NotComparable`];
/// [`Refusal::AnswersGone`].
pub async fn compare(app: &App, caller: &Caller, dates: TwoDates, tag: &str) -> Result<Comparison> {
    let (first, second) = both(app, caller, dates).await?;
    let norm = first.assignment.norm.as_deref();
    restitution::compare(occasion_of(&first), occasion_of(&second), norm, language_of(tag)).map_err(refused)
}

/// The same as a document.
///
/// # Errors
/// As [`compare`].
pub async fn comparison_paper(app: &App, caller: &Caller, dates: TwoDates, tag: &str) -> Result<Document> {
    let (first, second) = both(app, caller, dates).await?;
    let (language, today) = (language_of(tag), papers::day(app.now()));
    blocking(move || {
        let in_words = restitution::documents::DatesInWords { first: None, second: None };
        let (first, second) = (first.material(language), second.material(language));
        Ok(restitution::documents::two_dates(&first, &second, in_words).map_err(refused)?.made_on(Some(today)))
    })
    .await
}

async fn both(app: &App, caller: &Caller, dates: TwoDates) -> Result<(Told, Told)> {
    match dates {
        TwoDates::Results { earlier, later } => {
            let (first, second) = (read(app, caller, earlier).await?, read(app, caller, later).await?);
            if first.record.owner != second.record.owner {
                return Err(ServiceError::NotFound);
            }
            Ok((told(app, &first).await?, told(app, &second).await?))
        }
        TwoDates::Brought { brought, assignment, later } => {
            let later = read(app, caller, later).await?;
            let document: Stored<BroughtDocument> =
                app.documents().readable(caller, brought, DocumentClass::Documents, app.now()).await?;
            if document.record.owner != later.record.owner {
                return Err(ServiceError::NotFound);
            }
            let exported = export::open(app, &document.content.bytes).await?;
            let earlier =
                exported.into_iter().find(|exported| exported.id == assignment).ok_or(ServiceError::NotFound)?;
            // A version that is not known here any more cannot be scored again.
            app.catalog().find(&earlier.assignment.instrument).map_err(|_| Refusal::NotComparable)?;
            Ok((told_of(app, earlier.assignment, &earlier.answers)?, told(app, &later).await?))
        }
    }
}

fn occasion_of(told: &Told) -> Occasion<'_> {
    Occasion { instrument: &told.instrument, person: &told.person }
}

/// The beneficiary marks sentences of her restitution as "not me"; the whole list is replaced.
///
/// # Errors
/// As [`read`]; [`ServiceError::NotFound`] for anybody but the owner.
pub async fn mark_not_me(app: &App, caller: &Caller, result: Id, rules: Vec<String>) -> Result<()> {
    let now = app.now();
    let mut stored = read(app, caller, result).await?;
    if stored.record.owner != Some(caller.account) {
        return Err(ServiceError::NotFound);
    }
    stored.content.not_me = rules;
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Result, Some(result), stored.record.bilan).at(now)?,
    ];
    app.documents().commit(changes).await
}
