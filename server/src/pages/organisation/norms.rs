//! The norms: those that came with the questionnaires and those of the house, each with its card.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use engine::norms::{NormKind, Sex, Standardization, Stratum};
use instruments::{LoadedInstrument, LoadedNorm, NormFinding, check_norm};
use reports::text::{number, typeset};

use super::file::attachment;
use super::starting::known;
use crate::api::caller::Signed;
use crate::app::App;
use crate::error::ApiError;
use crate::pages::consultant::words_of;
use crate::pages::form::At;
use crate::pages::look::{PageResult, count, html};
use crate::pages::visit::Visit;
use crate::services::local_norms;
use crate::services::results::language_of;

/// The most doubtful points that are shown.
const MOST_DOUBTS: usize = 30;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/norms", get(list))
        .route("/norms/{instrument}/{norm}", get(show))
        .route("/norms/{instrument}/{norm}/file", get(download))
        .route("/norms/{instrument}/{norm}/deletion", post(delete))
}

/// The norms that may serve a house: all but simulated ones.
pub(super) fn serving(loaded: &LoadedInstrument) -> impl Iterator<Item = &LoadedNorm> {
    loaded.norms().iter().filter(|norm| norm.group().kind() != NormKind::Simulated)
}

/// What is said of a norm in short.
pub(super) struct NormFacts {
    pub id: String,
    pub title: String,
    pub population: String,
    pub facts: String,
    pub is_own: bool,
}

impl NormFacts {
    pub(super) fn of(visit: &Visit, norm: &LoadedNorm) -> Self {
        let card = norm.card();
        let (title, population, _) = card.words_in(visit.tag());
        let set = |text: &str| typeset(language_of(visit.tag()), text);
        let people = card.n.map(|n| format!("n\u{a0}=\u{a0}{}", number::count(visit.language, n)));
        let facts: Vec<String> = people.into_iter().chain([card.year.to_string(), card.source.clone()]).collect();
        Self {
            id: card.id.clone(),
            title: set(title),
            population: set(population),
            facts: facts.join(" · "),
            is_own: norm.is_local(),
        }
    }
}

/// The norms of a questionnaire.
struct InstrumentNorms {
    id: String,
    title: String,
    norms: Vec<NormFacts>,
}

#[derive(Template)]
#[template(path = "organisation_norms.html")]
struct NormsPage {
    visit: Visit,
    instruments: Vec<InstrumentNorms>,
    without: Vec<String>,
}

async fn list(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    let mut instruments = Vec::new();
    let mut without = Vec::new();
    for loaded in known(&app, &caller).await? {
        let title = words_of(&loaded, &visit).title;
        let norms: Vec<NormFacts> = serving(&loaded).map(|norm| NormFacts::of(&visit, norm)).collect();
        if norms.is_empty() {
            without.push(title);
        } else {
            instruments.push(InstrumentNorms { id: loaded.id().to_string(), title, norms });
        }
    }
    instruments.sort_by(|a, b| a.title.cmp(&b.title));
    without.sort();
    Ok(html(&NormsPage { instruments, without, visit }))
}

/// The values of a scale in a group.
struct ScaleLine {
    name: String,
    n: String,
    mean: String,
    sd: String,
    error: String,
}

/// A group of a norm.
struct GroupTable {
    name: String,
    scales: Vec<ScaleLine>,
}

#[derive(Template)]
#[template(path = "organisation_norm.html")]
struct NormPage {
    visit: Visit,
    instrument: String,
    norm: String,
    questionnaire: String,
    title: String,
    facts: Vec<(String, String)>,
    notes: Vec<String>,
    doubts: Vec<String>,
    n_more_doubts: u32,
    groups: Vec<GroupTable>,
    has_combined: bool,
    is_own: bool,
}

async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At((instrument, norm)): At<(String, String)>,
) -> PageResult {
    let loaded = local_norms::instrument(&app, &caller, &instrument).await?;
    let norm = serving(&loaded).find(|known| known.card().id == norm).ok_or(ApiError::NotFound)?;
    let found = check_norm(loaded.instrument(), norm);
    let (title, _, notes) = norm.card().words_in(visit.tag());
    let set = |text: &str| typeset(language_of(visit.tag()), text);
    let own = norm.group().strata().iter().enumerate().filter(|(_, stratum)| !stratum.is_combined());
    let groups = own.map(|(idx, stratum)| GroupTable {
        name: group_name(&visit, stratum),
        scales: scale_lines(&visit, &loaded, norm, idx),
    });
    Ok(html(&NormPage {
        instrument: loaded.id().to_string(),
        norm: norm.card().id.clone(),
        questionnaire: words_of(&loaded, &visit).title,
        title: set(title),
        facts: facts(&visit, norm),
        notes: notes.iter().map(|note| set(note)).collect(),
        doubts: doubts(&visit, &loaded, norm, &found),
        n_more_doubts: count(found.iter().filter(|finding| !is_unknown(finding)).count().saturating_sub(MOST_DOUBTS)),
        groups: groups.collect(),
        has_combined: norm.group().has_combined(),
        is_own: norm.is_local(),
        visit,
    }))
}

/// What the card says, term by term.
fn facts(visit: &Visit, norm: &LoadedNorm) -> Vec<(String, String)> {
    let card = norm.card();
    let (_, population, _) = card.words_in(visit.tag());
    let word = |french: &str, english: &str| visit.t(french, english).to_owned();
    let kind = match card.kind {
        NormKind::Standardization => {
            word("Échantillon tiré pour représenter la population", "Sample drawn to represent the population")
        }
        NormKind::ConvenienceSample => word(
            "Échantillon publié de volontaires, qui ne représente pas la population",
            "Published sample of volunteers, who do not represent the population",
        ),
        NormKind::Local => word("Norme locale, de votre organisation seule", "Local norm, of your organisation alone"),
        NormKind::Simulated => word("Données simulées", "Simulated data"),
    };
    let conversion = match card.standardization {
        Standardization::Linear => {
            word("Par la moyenne et l’écart type du groupe", "By mean and standard deviation of the group")
        }
        Standardization::Normalized => word("Par les rangs centiles du groupe", "By the percentile ranks of the group"),
    };
    let people = card.n.map_or_else(|| word("Non connu", "Not known"), |n| number::count(visit.language, n));
    let smallest =
        norm.group().strata().iter().filter(|stratum| !stratum.is_combined()).map(Stratum::n).min().flatten();
    let smallest = smallest.map(u64::from);
    let weighting = if card.weighting == "none" { word("Aucune", "None") } else { card.weighting.clone() };
    vec![
        (word("Population", "Population"), typeset(language_of(visit.tag()), population)),
        (word("Effectif", "People"), people),
        (
            word("Plus petit groupe", "Smallest group"),
            smallest.map_or_else(|| word("Non connu", "Not known"), |n| number::count(visit.language, n)),
        ),
        (word("Année", "Year"), card.year.to_string()),
        (word("Nature", "Kind"), kind),
        (word("Source", "Source"), card.source.clone()),
        (word("Conversion", "Conversion"), conversion),
        (word("Pondération", "Weighting"), weighting),
    ]
}

/// Whom a group holds.
fn group_name(visit: &Visit, stratum: &Stratum) -> String {
    let who = match stratum.sex() {
        None => visit.t("Tout le monde", "Everybody"),
        Some(Sex::Female) => visit.t("Femmes", "Women"),
        Some(Sex::Male) => visit.t("Hommes", "Men"),
    };
    let ages = match (stratum.ages().youngest(), stratum.ages().oldest(), visit.tag()) {
        (None, None, _) => return who.to_owned(),
        (Some(from), Some(to), "fr") => format!("de {from} à {to} ans"),
        (Some(from), None, "fr") => format!("à partir de {from} ans"),
        (None, Some(to), "fr") => format!("jusqu’à {to} ans"),
        (Some(from), Some(to), _) => format!("aged {from} to {to}"),
        (Some(from), None, _) => format!("aged {from} and over"),
        (None, Some(to), _) => format!("aged up to {to}"),
    };
    format!("{who}, {ages}")
}

/// The name of a scale.
fn scale_name(visit: &Visit, loaded: &LoadedInstrument, idx: usize) -> String {
    let named = loaded.wording(visit.tag()).or_else(|| loaded.wordings().first()).and_then(|words| words.scale(idx));
    let id = || loaded.instrument().scales().get(idx).map_or_else(String::new, |scale| scale.id.to_string());
    named.map_or_else(id, |scale| scale.name.clone())
}

fn scale_lines(visit: &Visit, loaded: &LoadedInstrument, norm: &LoadedNorm, stratum_idx: usize) -> Vec<ScaleLine> {
    let group = norm.group();
    let of_stratum = group.strata().get(stratum_idx).and_then(Stratum::n);
    let number = |value: Option<f64>, decimals| {
        value.map_or_else(|| "–".to_owned(), |value| number::decimal(visit.language, value, decimals))
    };
    let lines = (0..loaded.instrument().scales().len()).filter_map(|scale_idx| {
        let values = group.scale_norm(stratum_idx, scale_idx)?;
        let n = values.n().or(of_stratum);
        Some(ScaleLine {
            name: scale_name(visit, loaded, scale_idx),
            n: n.map_or_else(|| "–".to_owned(), |n| number::count(visit.language, u64::from(n))),
            mean: number(values.mean(), 2),
            sd: number(values.sd(), 2),
            // The standard error of a mean in T points: 10 / √n.
            error: number(n.map(|n| 10.0 / f64::from(n).sqrt()), 1),
        })
    });
    lines.collect()
}

/// Whether a finding says that nobody knows how many people there were.
fn is_unknown(finding: &NormFinding) -> bool {
    matches!(finding, NormFinding::UnknownN { .. })
}

/// What is doubtful in a norm: one sentence for all places whose number of people is not known, then the others one by one.
fn doubts(visit: &Visit, loaded: &LoadedInstrument, norm: &LoadedNorm, found: &[NormFinding]) -> Vec<String> {
    let n_unknown = found.iter().filter(|finding| is_unknown(finding)).count();
    let unknown = (n_unknown > 0).then(|| match visit.tag() {
        "fr" => format!("L’effectif n’est pas connu pour {n_unknown} croisements d’une échelle et d’un groupe, et donc la précision de leurs notes non plus."),
        _ => format!("The number of people is not known for {n_unknown} pairs of a scale and a group, and so neither is how exact their scores are."),
    });
    let others = found.iter().filter(|finding| !is_unknown(finding)).take(MOST_DOUBTS);
    unknown.into_iter().chain(others.map(|finding| doubt(visit, loaded, norm, finding))).collect()
}

/// One doubtful point, in words.
fn doubt(visit: &Visit, loaded: &LoadedInstrument, norm: &LoadedNorm, finding: &NormFinding) -> String {
    let place = |stratum: &str, scale: &str| {
        let strata = norm.group().strata();
        let group = strata.iter().find(|known| known.id().as_str() == stratum);
        let group = group.map_or_else(|| stratum.to_owned(), |stratum| group_name(visit, stratum));
        let idx = loaded.instrument().scales().iter().position(|known| known.id.as_str() == scale);
        let scale = idx.map_or_else(|| scale.to_owned(), |idx| scale_name(visit, loaded, idx));
        format!("{scale} ({group})")
    };
    let decimal = |value: f64| number::decimal(visit.language, value, 1);
    let (place, what) = match finding {
        NormFinding::MeanOutside { stratum, scale, .. } => (
            place(stratum, scale),
            visit.t("la moyenne est hors des notes possibles", "the mean is outside the possible scores").to_owned(),
        ),
        NormFinding::FewPeople { stratum, scale, n, error, .. } => (
            place(stratum, scale),
            match visit.tag() {
                "fr" => {
                    format!("{n} personnes seulement, une note T de 50 est incertaine de {} points", decimal(*error))
                }
                _ => format!("only {n} people, so that a T score of 50 is uncertain by {} points", decimal(*error)),
            },
        ),
        NormFinding::UnknownN { stratum, scale } => (
            place(stratum, scale),
            visit.t("l’effectif n’est pas connu", "the number of people is not known").to_owned(),
        ),
        NormFinding::TableGap { stratum, scale, after, before } => (
            place(stratum, scale),
            match visit.tag() {
                "fr" => format!("la table saute de {after} à {before}, les notes entre les deux sont interpolées"),
                _ => format!("the table jumps from {after} to {before}, scores between are interpolated"),
            },
        ),
        NormFinding::TableEnds { stratum, scale, end, .. } => (
            place(stratum, scale),
            match visit.tag() {
                "fr" => format!("la table s’arrête à {end}, au-delà personne n’a de note normalisée"),
                _ => format!("the table ends at {end}, beyond it nobody has a normalised score"),
            },
        ),
        NormFinding::MeanAgainstTable { stratum, scale, .. } => (
            place(stratum, scale),
            visit
                .t(
                    "la moyenne et la table ne parlent pas des mêmes personnes",
                    "mean and table tell of different people",
                )
                .to_owned(),
        ),
        NormFinding::AgeGap { from, to, .. } => (
            visit.t("Âges", "Ages").to_owned(),
            match visit.tag() {
                "fr" => format!("de {from} à {to} ans, personne n’a de norme"),
                _ => format!("from {from} to {to}, nobody has a norm"),
            },
        ),
        NormFinding::CurvesCross { scale, age, .. } => (
            scale.clone(),
            match visit.tag() {
                "fr" => format!("les courbes se croisent à {} ans", decimal(*age)),
                _ => format!("the curves cross at age {}", decimal(*age)),
            },
        ),
        _ => (visit.t("Norme", "Norm").to_owned(), visit.t("à vérifier", "to be checked").to_owned()),
    };
    format!("{place}{}{what}.", visit.t(" : ", ": "))
}

/// The files of a norm of the house, packed.
async fn download(
    State(app): State<App>,
    Signed(caller): Signed,
    At((instrument, norm)): At<(String, String)>,
) -> PageResult {
    let stored = local_norms::find(&app, &caller, &instrument, &norm).await?;
    let kind = HeaderValue::from_static("application/zip");
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, attachment(&stored.content.norm, "zip"))];
    Ok((headers, local_norms::archive(&stored.content)?).into_response())
}

async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    At((instrument, norm)): At<(String, String)>,
) -> PageResult {
    local_norms::delete(&app, &caller, &instrument, &norm).await?;
    Ok(Redirect::to("/norms").into_response())
}
