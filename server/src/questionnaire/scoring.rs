//! From answers to a result: by the engine's one scorer, as a row of a file passes through it.

use batch::notes;
use batch::person::Place;
use batch::provenance::{SIMULATED_DATA, missing_words, rounding_words};
use batch::{Metric, metric::MetricValue};
use engine::assessment::{Assessor, ErrorBand, ErrorBasis, IntervalKind, IntervalSettings, ScaleResult};
use engine::model::{Answer, ResponseMatrix, ScoreRule};
use engine::norms::{AgeFact, NormGroup, NormKind, OutOfReach, PercentileRank, PersonFacts, Sex, StratumRule};
use engine::scoring::{Squares, Tallies};
use instruments::{LoadedInstrument, LoadedNorm, NORM_KIND_WORDS, STANDARDIZATION_WORDS, Supervision, word_of};

use super::reasons::{NoNorm, NoNormCode, no_error, no_norm, no_raw};
use super::result::{
    Band, ErrorDocument, InstrumentFacts, IntervalFacts, IntervalKindRecord, NoAge, NormFacts, NormValues, Notes,
    PersonFactsRecord, RESULT_FORMAT, RankBasis, ReliabilityFacts, ResultDocument, ScaleDocument, SexRecord,
    StratumBecause, StratumFacts,
};
use super::sections::Accommodation;
use crate::clock::Timestamp;

/// The norm to compare with, and what is known of the person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormChoice<'a> {
    /// Identifier of the norm.
    pub id: &'a str,
    /// By sex, or everyone with the combined stratum.
    pub rule: StratumRule,
    /// Sex and age.
    pub person: PersonFacts,
}

/// Whether norms of simulated data serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedNorms {
    /// In the demonstration and in tests.
    Allowed,
    /// Everywhere else.
    Refused,
}

/// Under which circumstances an instrument was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Circumstances {
    /// The language of the questionnaire.
    pub language: Option<String>,
    /// Under which supervision.
    pub supervision: Supervision,
    /// How conditions were changed.
    pub accommodations: Vec<Accommodation>,
    /// Active seconds spent ([`Timing::active_seconds`](super::Timing)).
    pub seconds: Option<f64>,
    /// When it was handed in.
    pub completed_at: Timestamp,
}

/// How answers are scored.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRequest<'a> {
    /// The norm; `None` for raw scores alone.
    pub norm: Option<NormChoice<'a>>,
    /// Kind and level of intervals.
    pub interval: IntervalSettings,
    /// Whether norms of simulated data serve.
    pub simulated: SimulatedNorms,
    /// What is recorded with the result.
    pub circumstances: Circumstances,
}

/// Why answers are not scored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScoringError {
    /// The instrument has no such norm.
    #[error("{instrument} has no norm of that name; known are: {}", .known.join(", "))]
    UnknownNorm {
        /// The instrument.
        instrument: String,
        /// Norms it has.
        known: Vec<String>,
    },
    /// A norm that serves in the demonstration and in tests only.
    #[error("norm `{norm}` is made of simulated data and serves in the demonstration only")]
    SimulatedNorm {
        /// The norm.
        norm: String,
    },
    /// A row that does not fit the instrument; what was answered is not told.
    #[error("the answers do not fit the instrument")]
    NotItsAnswers,
}

/// Scores one row of answers, in the instrument's order of items.
///
/// # Errors
/// [`ScoringError`].
pub fn score_row(
    loaded: &LoadedInstrument,
    row: &[Answer],
    request: &ScoreRequest<'_>,
) -> Result<ResultDocument, ScoringError> {
    let instrument = loaded.instrument();
    let norm = request.norm.as_ref().map(|choice| found_norm(loaded, choice, request.simulated)).transpose()?;
    let place = match (norm, &request.norm) {
        (Some(norm), Some(choice)) => Place::in_norm(norm.group(), &choice.person, choice.rule),
        _ => Place::WITHOUT_NORM,
    };
    let matrix = ResponseMatrix::from_rows(instrument, row).map_err(|_| ScoringError::NotItsAnswers)?;
    if matrix.n_respondents() != 1 {
        return Err(ScoringError::NotItsAnswers);
    }
    let group = norm.map(|norm| norm.group().clone());
    let assessor = Assessor::new(instrument, group, loaded.scale_reliability(), request.interval);
    let mut tallies = Tallies::new();
    assessor.plan().tally(&matrix, Squares::Keep, &mut tallies);
    let results: Vec<ScaleResult> =
        (0..instrument.scales().len()).map(|scale_idx| assessor.assess(scale_idx, &tallies, 0, &place.norm)).collect();
    let circumstances = request.circumstances.clone();
    let scales =
        results.iter().enumerate().map(|(scale_idx, result)| scale_document(loaded, scale_idx, result, &place));
    Ok(ResultDocument {
        format: RESULT_FORMAT,
        instrument: instrument_facts(loaded),
        engine: engine_version(),
        language: circumstances.language,
        completed_at: circumstances.completed_at,
        seconds: circumstances.seconds,
        supervision: circumstances.supervision.word().to_owned(),
        accommodations: circumstances.accommodations,
        n_items: row.len() as u32,
        n_answered: row.iter().filter(|answer| !matches!(answer, Answer::Missing(_))).count() as u32,
        norm: norm.zip(request.norm.as_ref()).map(|(norm, choice)| norm_facts(norm, choice, &place)),
        interval: IntervalFacts {
            kind: match request.interval.kind() {
                IntervalKind::Observed => IntervalKindRecord::Observed,
                IntervalKind::True => IntervalKindRecord::True,
            },
            level: request.interval.level(),
        },
        scales: scales.collect(),
        notes: Notes {
            scores: note_of(loaded, &place, &results, false),
            with_intervals: note_of(loaded, &place, &results, true),
        },
    })
}

/// The engine that scores now, as it stands in results.
pub(super) fn engine_version() -> String {
    format!("bilan {}", engine::VERSION)
}

fn found_norm<'l>(
    loaded: &'l LoadedInstrument,
    choice: &NormChoice<'_>,
    simulated: SimulatedNorms,
) -> Result<&'l LoadedNorm, ScoringError> {
    let Some(norm) = loaded.norm(choice.id) else {
        let known = loaded.norms().iter().map(|norm| norm.card().id.clone()).collect();
        return Err(ScoringError::UnknownNorm { instrument: loaded.id().to_string(), known });
    };
    if norm.group().kind() == NormKind::Simulated && simulated == SimulatedNorms::Refused {
        return Err(ScoringError::SimulatedNorm { norm: norm.card().id.clone() });
    }
    Ok(norm)
}

/// The note of the row, as `bilan score` writes it.
fn note_of(loaded: &LoadedInstrument, place: &Place, results: &[ScaleResult], intervals: bool) -> String {
    let notable = results.iter().enumerate().filter(|(_, result)| notes::is_notable(result, intervals));
    let notable: Vec<(usize, ScaleResult)> = notable.map(|(idx, result)| (idx, result.clone())).collect();
    notes::note(loaded.instrument(), place, None, &notable, intervals)
}

pub(super) fn instrument_facts(loaded: &LoadedInstrument) -> InstrumentFacts {
    let about = loaded.about();
    InstrumentFacts {
        id: loaded.id().to_string(),
        version: loaded.version().to_string(),
        content: loaded.hash().to_owned(),
        kind: about.kind.word().to_owned(),
        evidence: about.evidence.word().to_owned(),
        administration: about.administration.word().to_owned(),
    }
}

fn norm_facts(norm: &LoadedNorm, choice: &NormChoice<'_>, place: &Place) -> NormFacts {
    let (card, group) = (norm.card(), norm.group());
    let (stratum, no_stratum) = match place.norm {
        Some(Ok(stratum_idx)) => (stratum_facts(group, stratum_idx, place), None),
        Some(Err(reason)) => (None, Some(no_norm(reason))),
        None => (None, None),
    };
    NormFacts {
        id: card.id.clone(),
        content: norm.hash().to_owned(),
        title: card.title.clone(),
        source: card.source.clone(),
        year: card.year,
        kind: word_of(NORM_KIND_WORDS, &group.kind()).to_owned(),
        population: card.population.clone(),
        standardization: word_of(STANDARDIZATION_WORDS, &group.standardization()).to_owned(),
        weighting: card.weighting.clone(),
        n: card.n,
        notes: card.notes.clone(),
        warning: (group.kind() == NormKind::Simulated).then(|| SIMULATED_DATA.to_owned()),
        rule: match choice.rule {
            StratumRule::BySex => "by-sex",
            StratumRule::Combined => "combined",
        }
        .to_owned(),
        person: person_record(&choice.person),
        stratum,
        no_stratum,
    }
}

fn stratum_facts(group: &NormGroup, stratum_idx: usize, place: &Place) -> Option<StratumFacts> {
    let stratum = group.strata().get(stratum_idx)?;
    let because = match (place.because_sex_unknown, stratum.is_combined(), stratum.sex()) {
        (true, _, _) => StratumBecause::SexNotGiven,
        (false, true, _) => StratumBecause::CombinedChosen,
        (false, false, Some(_)) => StratumBecause::OwnGroup,
        (false, false, None) => StratumBecause::Everyone,
    };
    Some(StratumFacts {
        id: stratum.id().to_string(),
        sex: stratum.sex().map(sex_record),
        age_min: stratum.ages().youngest(),
        age_max: stratum.ages().oldest(),
        n: stratum.n(),
        combined: stratum.is_combined(),
        because,
    })
}

fn sex_record(sex: Sex) -> SexRecord {
    match sex {
        Sex::Female => SexRecord::Female,
        Sex::Male => SexRecord::Male,
    }
}

fn person_record(person: &PersonFacts) -> PersonFactsRecord {
    let (age, no_age) = match person.age {
        AgeFact::Known(age) => (Some(age.years()), None),
        AgeFact::Missing => (None, Some(NoAge::Missing)),
        AgeFact::Unreadable => (None, Some(NoAge::Unreadable)),
        AgeFact::Impossible => (None, Some(NoAge::Impossible)),
    };
    PersonFactsRecord { sex: person.sex.map(sex_record), age, no_age }
}

fn scale_document(loaded: &LoadedInstrument, scale_idx: usize, result: &ScaleResult, place: &Place) -> ScaleDocument {
    let instrument = loaded.instrument();
    let scale = &instrument.scales()[scale_idx];
    let range = instrument.possible_range(scale_idx);
    let real = |metric: Metric| match metric.of(result, place.norm.is_some()) {
        MetricValue::Raw(value) | MetricValue::Real(value) => Some(value),
        MetricValue::Whole(_) | MetricValue::Absent => None,
    };
    let note = note_of_scale(loaded, scale_idx, result);
    ScaleDocument {
        id: scale.id.to_string(),
        n_items: result.score.n_items,
        n_answered: result.score.answered,
        missing: (!matches!(scale.rule, ScoreRule::Composite { .. })).then(|| missing_words(scale.missing)),
        rounding: rounding_words(scale.rounding).to_owned(),
        ipsative: scale.ipsative,
        raw: real(Metric::Raw),
        prorated: result.score.raw.is_ok_and(|raw| raw.prorated),
        unscored: result.score.raw.err().map(|reason| no_raw(loaded, reason)),
        mean: real(Metric::Mean),
        lowest: range.map(|(lowest, _)| lowest),
        highest: range.map(|(_, highest)| highest),
        norm: norm_values(result),
        no_norm: match (&place.norm, &result.norm) {
            (_, Some(Err(reason))) => Some(no_norm(*reason)),
            (Some(_), None) => Some(NoNorm { code: NoNormCode::NoRawScore, words: "there is no raw score".to_owned() }),
            _ => None,
        },
        error: result.uncertainty.ok().map(|uncertainty| ErrorDocument {
            reliability: match uncertainty.basis {
                ErrorBasis::Reliability { reliability_idx } => reliability_facts(loaded, scale_idx, reliability_idx),
                ErrorBasis::WithinPerson => None,
            },
            raw: band(&uncertainty.raw),
            t: uncertainty.t.as_ref().map(band),
        }),
        no_error: result.uncertainty.err().map(no_error),
        notes: note,
    }
}

/// What must be known of one scale, a sentence each.
fn note_of_scale(loaded: &LoadedInstrument, scale_idx: usize, result: &ScaleResult) -> Vec<String> {
    if !notes::is_notable(result, true) {
        return Vec::new();
    }
    let note = notes::note(loaded.instrument(), &Place::WITHOUT_NORM, None, &[(scale_idx, result.clone())], true);
    note.split("; ").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn norm_values(result: &ScaleResult) -> Option<NormValues> {
    let score = result.norm.as_ref()?.as_ref().ok()?;
    let real = |metric: Metric| match metric.of(result, true) {
        MetricValue::Real(value) => Some(value),
        _ => None,
    };
    let whole = |metric: Metric| match metric.of(result, true) {
        MetricValue::Whole(value) => Some(value),
        _ => None,
    };
    Some(NormValues {
        z: real(Metric::Z),
        t: real(Metric::T),
        percentile_rank: real(Metric::Pr),
        rank_basis: match score.percentile_rank() {
            PercentileRank::FromTable { interpolated: false, .. } => RankBasis::Table,
            PercentileRank::FromTable { interpolated: true, .. } => RankBasis::TableInterpolated,
            PercentileRank::NormalApproximation { .. } => RankBasis::NormalApproximation,
            PercentileRank::OutOfReach(OutOfReach::BelowLowest) => RankBasis::BelowTable,
            PercentileRank::OutOfReach(OutOfReach::AboveHighest) => RankBasis::AboveTable,
            PercentileRank::OutOfReach(OutOfReach::NotFinite) => RankBasis::NotFinite,
        },
        sten: whole(Metric::Sten),
        stanine: whole(Metric::Stanine),
        iq: real(Metric::Iq),
        scaled: real(Metric::Scaled),
        nce: real(Metric::Nce),
    })
}

fn reliability_facts(loaded: &LoadedInstrument, scale_idx: usize, reliability_idx: usize) -> Option<ReliabilityFacts> {
    let known = loaded.reliability(scale_idx).get(reliability_idx)?;
    Some(ReliabilityFacts {
        coefficient: known.coefficient.word().to_owned(),
        value: known.value,
        sd: known.sd,
        group: known.group.clone(),
        n: known.n,
        source: known.source.clone(),
    })
}

fn band(band: &ErrorBand) -> Band {
    Band { standard_error: band.standard_error, center: band.center, lower: band.lower, upper: band.upper }
}

#[cfg(test)]
#[path = "scoring_tests.rs"]
mod tests;
