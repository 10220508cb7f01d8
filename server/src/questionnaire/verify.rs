//! The same answers scored again, and compared with a result to the last bit.

use batch::METRICS;
use batch::metric::MetricValue;
use engine::assessment::{IntervalKind, IntervalSettings};
use engine::model::Answer;
use engine::norms::{Age, AgeFact, PersonFacts, Sex, StratumRule};
use instruments::{LoadedInstrument, Supervision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::result::{IntervalKindRecord, NoAge, PersonFactsRecord, ResultDocument, ScaleDocument, SexRecord};
use super::scoring::{
    Circumstances, NormChoice, ScoreRequest, ScoringError, SimulatedNorms, engine_version, instrument_facts, score_row,
};

/// What came of scoring the same answers again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// Whether instrument, norm and engine are those of the result.
    pub same_versions: bool,
    /// Whether every score is the same to the last bit, with the same words.
    pub identical: bool,
    /// What is another version now.
    pub versions: Vec<VersionDifference>,
    /// What differs, scale by scale.
    pub differences: Vec<ScaleDifference>,
}

/// A part that is not what it was when the result was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionDifference {
    /// `engine`, `instrument content`, `norm content`.
    pub part: String,
    /// As it stands in the result.
    pub stored: String,
    /// As it is now.
    pub now: String,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScaleDifference {
    /// The scale.
    pub scale: String,
    /// The metric, by its name in `bilan score`, or `words` for anything that is no number.
    pub what: String,
    /// As it stands in the result.
    pub stored: Option<f64>,
    /// As it is now.
    pub now: Option<f64>,
}

/// Why a result cannot be verified.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationError {
    /// Another instrument, or another version of it.
    #[error("the result is of {stored}; it is verified with that version, not with {given}")]
    OtherInstrument {
        /// Instrument and version of the result.
        stored: String,
        /// Instrument and version given.
        given: String,
    },
    /// A document that was not made by this program, such as an impossible level.
    #[error("the result holds {what} that this program does not write")]
    Unreadable {
        /// What is wrong.
        what: &'static str,
    },
    /// The answers cannot be scored.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
}

/// Scores a row of answers as the result says it was scored, and compares.
///
/// - `loaded`: the version of the instrument that the result names.
///
/// # Errors
/// [`VerificationError`].
pub fn recompute_and_compare(
    stored: &ResultDocument,
    loaded: &LoadedInstrument,
    row: &[Answer],
) -> Result<Verification, VerificationError> {
    let facts = instrument_facts(loaded);
    if (&facts.id, &facts.version) != (&stored.instrument.id, &stored.instrument.version) {
        return Err(VerificationError::OtherInstrument {
            stored: format!("{}@{}", stored.instrument.id, stored.instrument.version),
            given: format!("{}@{}", facts.id, facts.version),
        });
    }
    let now = score_row(loaded, row, &request_of(stored)?)?;
    let mut versions = Vec::new();
    let mut compare = |part: &str, stored: &str, now: &str| {
        if stored != now {
            versions.push(VersionDifference { part: part.to_owned(), stored: stored.to_owned(), now: now.to_owned() });
        }
    };
    compare("engine", &stored.engine, &engine_version());
    compare("instrument content", &stored.instrument.content, &facts.content);
    if let (Some(stored), Some(now)) = (&stored.norm, &now.norm) {
        compare("norm content", &stored.content, &now.content);
    }
    let differences = differences(stored, &now);
    let identical = differences.is_empty() && stored.notes == now.notes;
    Ok(Verification { same_versions: versions.is_empty(), identical, versions, differences })
}

/// The request that made a result.
fn request_of(stored: &ResultDocument) -> Result<ScoreRequest<'_>, VerificationError> {
    let unreadable = |what| VerificationError::Unreadable { what };
    let kind = match stored.interval.kind {
        IntervalKindRecord::Observed => IntervalKind::Observed,
        IntervalKindRecord::True => IntervalKind::True,
    };
    let norm = stored.norm.as_ref().map(|norm| {
        let rule = match norm.rule.as_str() {
            "by-sex" => StratumRule::BySex,
            "combined" => StratumRule::Combined,
            _ => return Err(unreadable("a stratum rule")),
        };
        let person = person_of(&norm.person).ok_or(unreadable("an age"))?;
        Ok(NormChoice { id: &norm.id, rule, person })
    });
    let supervision = Supervision::WORDS.iter().find(|(word, _)| *word == stored.supervision);
    Ok(ScoreRequest {
        norm: norm.transpose()?,
        interval: IntervalSettings::new(kind, stored.interval.level).map_err(|_| unreadable("a level of intervals"))?,
        // Whether it may serve was decided when the result was made.
        simulated: SimulatedNorms::Allowed,
        circumstances: Circumstances {
            language: stored.language.clone(),
            supervision: supervision.map(|(_, mode)| *mode).ok_or(unreadable("a supervision mode"))?,
            accommodations: stored.accommodations.clone(),
            seconds: stored.seconds,
            completed_at: stored.completed_at,
        },
    })
}

fn person_of(record: &PersonFactsRecord) -> Option<PersonFacts> {
    let sex = record.sex.map(|sex| match sex {
        SexRecord::Female => Sex::Female,
        SexRecord::Male => Sex::Male,
    });
    let age = match (record.age, record.no_age) {
        (Some(years), _) => AgeFact::Known(Age::new(i64::from(years)).ok()?),
        (None, Some(NoAge::Unreadable)) => AgeFact::Unreadable,
        (None, Some(NoAge::Impossible)) => AgeFact::Impossible,
        (None, _) => AgeFact::Missing,
    };
    Some(PersonFacts { sex, age })
}

fn differences(stored: &ResultDocument, now: &ResultDocument) -> Vec<ScaleDifference> {
    let with_norm = stored.norm.is_some();
    let number = |value: MetricValue| match value {
        MetricValue::Absent => None,
        MetricValue::Whole(value) => Some(value as f64),
        MetricValue::Raw(value) | MetricValue::Real(value) => Some(value),
    };
    let mut found = Vec::new();
    // Scales do not change under a version; where they did, what is missing on one side is a difference.
    let n_scales = stored.scales.len().max(now.scales.len());
    for scale_idx in 0..n_scales {
        let (was, is) = (stored.scales.get(scale_idx), now.scales.get(scale_idx));
        let id = was.or(is).map(|scale| scale.id.clone()).unwrap_or_default();
        let before = found.len();
        for (name, metric) in METRICS {
            let value = |scale: Option<&ScaleDocument>| scale.and_then(|scale| number(scale.value(metric, with_norm)));
            let (stored, now) = (value(was), value(is));
            if stored.map(f64::to_bits) != now.map(f64::to_bits) {
                found.push(ScaleDifference { scale: id.clone(), what: name.to_owned(), stored, now });
            }
        }
        if found.len() == before && was != is {
            found.push(ScaleDifference { scale: id, what: "words".to_owned(), stored: None, now: None });
        }
    }
    found
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
