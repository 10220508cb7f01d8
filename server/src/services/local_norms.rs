//! Norms that an organisation builds from rows of its own: kept for that house alone, and usable wherever its files are scored.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use batch::norm_building::{NormJob, NormReport, strata_of};
use batch::{NormSettings, Source};
use engine::model::NormId;
use engine::norms::{
    AgeBand, CombinedStrata, Dropped, NormDefinition, NormKind, PercentileRankDefinition, Standardization, StratumRule,
};
use instruments::{CardWords, Catalog, LoadedInstrument, NormCard};
use jiff::civil::Date;
use reports::text::date;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::app::{App, Caller};
use crate::bulk::score_query::ScoreQuery;
use crate::bulk::scoring_order::ScoringOrder;
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::local_norm::{LocalNorm, state};
use crate::records::tenant::Tenant;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::jobs::look::of_input;
use crate::services::results::language_of;
use crate::services::{declarations, jobs, papers};
use crate::store::{Change, Kind, Record, Selection};

/// The fewest people of a group, whatever is asked for.
pub const LEAST_PEOPLE: u32 = 30;

/// The most people of a group that can be asked for.
pub const MOST_PEOPLE: u32 = 10_000;

/// What somebody says about a norm to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNorm {
    /// Its title.
    pub title: String,
    /// Who the people are.
    pub population: String,
    /// The first day of the answers.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// Whether women and men are groups of their own.
    pub by_sex: bool,
    /// The groups by age; everybody in one where there are none.
    pub bands: Vec<AgeBand>,
    /// Groups with fewer people are left out.
    pub min_n: u32,
    /// How a raw score becomes a standard score.
    pub standardization: Standardization,
}

/// Why no norm came of a file.
#[derive(Debug)]
pub enum NotBuilt {
    /// A row or the file cannot be read.
    Unreadable(batch::Error),
    /// No group is large enough.
    NoGroup,
    /// The values make no norm, such as a scale with one and the same score.
    NoNorm,
}

/// What a scoring is ordered with: the known instrument, with the norms of the house where one of them is asked for.
///
/// # Errors
/// What is wrong with the query.
pub async fn order(app: &App, tenant: Id, query: &ScoreQuery) -> Result<ScoringOrder> {
    let order = ScoringOrder::of(query, app.catalog(), app.terms().bulk.share)?;
    let Some(norm) = &query.norm else { return Ok(order) };
    if order.instrument().norm(norm).is_some() {
        return Ok(order);
    }
    let with = with_norms(app, tenant, order.instrument()).await?;
    Ok(order.for_instrument(with))
}

/// An instrument with the norms of the caller's house.
///
/// # Errors
/// [`ServiceError::NotFound`] for an instrument that is not known.
pub async fn instrument(app: &App, caller: &Caller, name: &str) -> Result<Arc<LoadedInstrument>> {
    let loaded = app.catalog().find(name).map_err(|_| ServiceError::NotFound)?;
    with_norms(app, caller.tenant, &loaded).await
}

async fn with_norms(app: &App, tenant: Id, loaded: &Arc<LoadedInstrument>) -> Result<Arc<LoadedInstrument>> {
    let mut with = Arc::clone(loaded);
    for stored in of_house(app, tenant).await? {
        if stored.content.instrument != loaded.id().as_str() {
            continue;
        }
        // One made with another major version of the instrument does not compare: it is left out here.
        if let Ok(more) = with.with_norm(&stored.content.bytes()) {
            with = Arc::new(more);
        }
    }
    Ok(with)
}

async fn of_house(app: &App, tenant: Id) -> Result<Vec<Stored<LocalNorm>>> {
    let mut selection = Selection { tenant: Some(tenant), ..Selection::of(Kind::LocalNorm) };
    let mut found = Vec::new();
    loop {
        let page = app.documents().store().select(&selection).await?;
        let Some(last) = page.last() else { return Ok(found) };
        selection = selection.following(last);
        for record in page {
            match app.documents().open(record).await {
                // Its key was destroyed a moment ago.
                Err(ServiceError::NotFound) => {}
                norm => found.push(norm?),
            }
        }
    }
}

/// The norms of the caller's house.
///
/// # Errors
/// What store and vault say.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Stored<LocalNorm>>> {
    of_house(app, caller.tenant).await
}

/// A norm of the caller's house.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn find(app: &App, caller: &Caller, instrument: &str, norm: &str) -> Result<Stored<LocalNorm>> {
    let mut known = of_house(app, caller.tenant).await?.into_iter();
    let found = known.find(|stored| stored.content.instrument == instrument && stored.content.norm == norm);
    found.ok_or(ServiceError::NotFound)
}

/// The files of a norm as an archive: unpacked, it is a folder for `--instruments` of the command.
///
/// # Errors
/// A fault of ours.
pub fn archive(norm: &LocalNorm) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
        Ok::<(), zip::result::ZipError>(())
    };
    let fault = |_| ServiceError::Broken("a norm could not be packed");
    for (path, text) in &norm.files {
        add(&format!("{}/{path}", norm.instrument), text).map_err(fault)?;
    }
    Ok(zip.finish().map_err(fault)?.into_inner())
}

/// Deletes a norm of the caller's house, its key first.
///
/// # Errors
/// As [`find`].
pub async fn delete(app: &App, caller: &Caller, instrument: &str, norm: &str) -> Result<()> {
    let record = find(app, caller, instrument, norm).await?.record;
    let keys: Vec<Id> = record.key.into_iter().collect();
    app.documents().vault().destroy(&keys).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Destroy, Kind::LocalNorm, Some(record.id), None);
    let gone = Change::Delete { kind: Kind::LocalNorm, id: record.id };
    app.documents().commit(vec![gone, entry.at(app.now())?]).await
}

/// Builds a norm from the file of a job that waits, and keeps it for the caller's house. The file is deleted with its job: the
/// norm holds all that is needed of it.
///
/// - `new`: what is said about it. Whoever calls declares that the rows may serve for a norm.
///
/// # Errors
/// [`Refusal::NoDeclaration`], [`Refusal::JobNotWaiting`]; what is wrong with the form.
pub async fn build(
    app: &App,
    caller: &Caller,
    job: Id,
    new: NewNorm,
) -> Result<std::result::Result<Stored<LocalNorm>, NotBuilt>> {
    let Some((declaration, _)) = declarations::live(app, caller).await? else {
        return Err(Refusal::NoDeclaration.into());
    };
    let stored = jobs::find(app, caller, job).await?;
    let query = &stored.content.query;
    check(&new, query)?;
    let order = ScoringOrder::of(
        &ScoreQuery { norm: None, metrics: Vec::new(), ..query.clone() },
        app.catalog(),
        app.terms().bulk.share,
    )?;
    let sex_codes = query.sex_codes.as_deref().unwrap_or("M=M,F=F");
    let people = NormSettings {
        rule: StratumRule::BySex,
        sex: query.sex.clone().filter(|_| new.by_sex),
        sex_codes: batch::settings::read_sex_codes(sex_codes).map_err(|_| {
            ServiceError::Invalid(vec![FieldProblem::new("/sex_codes", "give the codes of men and women")])
        })?,
        age: query.age.clone().filter(|_| !new.bands.is_empty()),
    };
    let work = Work { catalog: Arc::clone(app.catalog()), order, people, new: new.clone() };
    let report = match of_input(app, &stored, move |source| work.run(source)).await? {
        Ok(report) => report,
        Err(error) => return Ok(Err(NotBuilt::Unreadable(error))),
    };
    if report.built.strata().is_empty() {
        return Ok(Err(NotBuilt::NoGroup));
    }
    let house: Stored<Tenant> = app.documents().load(caller.tenant).await?;
    let loaded = instrument(app, caller, &query.instrument).await?;
    let id = free_id(&new, &loaded)?;
    let files = match files(&report, &new, id.clone(), &loaded, &house.content.name) {
        Some(files) => files,
        None => return Ok(Err(NotBuilt::NoNorm)),
    };
    let content = LocalNorm {
        instrument: loaded.id().to_string(),
        norm: id.to_string(),
        built: app.now(),
        built_by: caller.account,
        declaration: declaration.record.id,
        files,
    };
    let kept = keep(app, caller, content).await?;
    jobs::delete(app, caller, job).await?;
    Ok(Ok(kept))
}

/// What does not fit the file's columns.
fn check(new: &NewNorm, query: &ScoreQuery) -> Result<()> {
    let mut problems = Vec::new();
    let mut said = |field: &'static str, holds: bool, remedy: &'static str| {
        if !holds {
            problems.push(FieldProblem::new(field, remedy));
        }
    };
    let is_short = |text: &str, most: usize| !text.trim().is_empty() && text.chars().count() <= most;
    said("/title", is_short(&new.title, 100), "give a title of 100 characters at most");
    said("/population", is_short(&new.population, 1000), "say in 1000 characters at most who the people are");
    said("/to_day", new.from <= new.to, "give a day that is not before the first");
    said("/min_n", (LEAST_PEOPLE..=MOST_PEOPLE).contains(&new.min_n), "give a number from 30 to 10000");
    said("/by_sex", !new.by_sex || query.sex.is_some(), "name the column of sex first");
    said("/ages", new.bands.is_empty() || query.age.is_some(), "name the column of age first");
    let overlap = new.bands.iter().enumerate().any(|(idx, band)| new.bands[..idx].iter().any(|b| b.overlaps(band)));
    said("/ages", !overlap, "give ages that do not overlap");
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(problems)) }
}

/// The work of the thread.
struct Work {
    catalog: Arc<Catalog>,
    order: ScoringOrder,
    people: NormSettings,
    new: NewNorm,
}

impl Work {
    fn run(self, source: Source) -> batch::Result<NormReport> {
        let strata = strata_of(self.new.by_sex, &self.new.bands)?;
        let job = NormJob {
            catalog: &self.catalog,
            instrument: self.order.instrument().instrument(),
            columns: &self.order.settings().columns,
            people: &self.people,
            strata: &strata,
            min_n: self.new.min_n,
        };
        job.run(source)
    }
}

/// An identifier from the title that no norm of the instrument has.
fn free_id(new: &NewNorm, loaded: &LoadedInstrument) -> Result<NormId> {
    let plain: String = new.title.chars().map(plain_letter).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let stem: String = std::iter::once("local").chain(words).collect::<Vec<_>>().join("-").chars().take(48).collect();
    let stem = stem.trim_end_matches('-');
    let numbered = (2..).map(|number: u32| format!("{stem}-{number}"));
    let free = std::iter::once(stem.to_owned()).chain(numbered).find(|id| loaded.norm(id).is_none());
    NormId::new(free.unwrap_or_default()).map_err(|_| ServiceError::Broken("a norm has no identifier"))
}

fn plain_letter(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or('-') {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '-',
    }
}

/// Card and values of what was built, as files; `None` when they make no norm.
fn files(
    report: &NormReport,
    new: &NewNorm,
    id: NormId,
    loaded: &LoadedInstrument,
    house: &str,
) -> Option<BTreeMap<String, String>> {
    let definition = NormDefinition {
        id: id.clone(),
        kind: NormKind::Local,
        standardization: new.standardization,
        combined: if new.by_sex { CombinedStrata::Offered } else { CombinedStrata::NotOffered },
    };
    let group = report.built.to_norm_group_by(definition, PercentileRankDefinition::MidRank).ok()?;
    let notes = |language| notes(report, new, loaded, language);
    let words = ["fr", "en"].into_iter().filter_map(|tag| {
        Some(CardWords {
            language: instruments::Language::new(tag)?,
            title: new.title.clone(),
            population: new.population.clone(),
            notes: notes(tag),
        })
    });
    let card = NormCard {
        id: id.to_string(),
        title: new.title.clone(),
        source: house.to_owned(),
        year: i32::from(new.to.year()),
        kind: NormKind::Local,
        population: new.population.clone(),
        standardization: new.standardization,
        weighting: "none".to_owned(),
        notes: notes("fr"),
        n: None,
        instrument_version: Some(loaded.version()),
        words: words.collect(),
    };
    let files = instruments::norm_files(loaded.instrument(), &card, &group).ok()?;
    files.into_iter().map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?))).collect()
}

/// What a reader of the card must know: when, how many rows, who is not counted.
fn notes(report: &NormReport, new: &NewNorm, loaded: &LoadedInstrument, language: &str) -> Vec<String> {
    let french = language == "fr";
    let day = |day: Date| date::day(language_of(language), papers::day(Timestamp::start_of_paris_day(day)));
    let (from, to) = (day(new.from), day(new.to));
    let pick = |in_french: String, in_english: String| if french { in_french } else { in_english };
    let scale_of = |idx: usize| {
        let named = loaded.wording(language).and_then(|wording| wording.scale(idx)).map(|scale| scale.name.clone());
        named.or_else(|| Some(loaded.instrument().scales().get(idx)?.id.to_string())).unwrap_or_default()
    };
    let mut notes = vec![
        pick(format!("Réponses du {from} au {to}."), format!("Answers from {from} to {to}.")),
        pick(
            format!(
                "{} lignes lues\u{202f}; une personne compte sur une échelle dont tous les items ont une réponse.",
                report.rows
            ),
            format!("{} rows read; a person counts on a scale of which every item is answered.", report.rows),
        ),
        pick(
            format!("Les groupes de moins de {} personnes sont laissés de côté.", new.min_n),
            format!("Groups of fewer than {} people are left out.", new.min_n),
        ),
    ];
    if report.outside > 0 {
        notes.push(pick(
            format!("{} lignes n’entrent dans aucun groupe.", report.outside),
            format!("{} rows belong to no group.", report.outside),
        ));
    }
    notes.extend(report.built.dropped().iter().map(|dropped| match dropped {
        Dropped::Stratum { stratum, n } => pick(
            format!("Groupe laissé de côté\u{a0}: {stratum} (n\u{a0}=\u{a0}{n})."),
            format!("Group left out: {stratum} (n\u{a0}=\u{a0}{n})."),
        ),
        Dropped::Scale { stratum, scale_idx, n } => {
            let scale = scale_of(*scale_idx);
            pick(
                format!("Échelle laissée de côté\u{a0}: {scale}, groupe {stratum} (n\u{a0}=\u{a0}{n})."),
                format!("Scale left out: {scale}, group {stratum} (n\u{a0}=\u{a0}{n})."),
            )
        }
    }));
    notes
}

async fn keep(app: &App, caller: &Caller, content: LocalNorm) -> Result<Stored<LocalNorm>> {
    let documents = app.documents();
    let record = Record {
        kind: Kind::LocalNorm,
        id: app.entropy().id(),
        tenant: caller.tenant,
        bilan: None,
        parent: None,
        owner: Some(caller.account),
        state: state::KEPT.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 1,
        key: Some(documents.vault().create_key().await?),
        body: Vec::new(),
    };
    let entry = AuditEntry::new(Some(caller.account), Verb::Create, Kind::LocalNorm, Some(record.id), None);
    documents.commit(vec![documents.insert(record.clone(), &content).await?, entry.at(app.now())?]).await?;
    Ok(Stored { record, content })
}
