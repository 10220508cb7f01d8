//! Two dates of one person on one version of one instrument: what changed by more than the error of measurement.
//!
//! [`compare`] refuses two versions; a scale without a score on one date is not compared, and says why. The change is computed on raw
//! scores: (second − first)/(SD·√(2(1 − r))), with r and SD of one group. r is the retest reliability where one is known, else the
//! internal consistency, which is named; where the instrument has no reliability at all (an original one, not yet standardized) the
//! standard errors within the person on the two dates take its place, √(SE₁² + SE₂²), and this is named as well. A stratum's own
//! coefficient goes before that of everyone.
//!
//! # References
//! Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12–19, doi:10.1037/0022-006X.59.1.12

mod figures;
mod margin;

use instruments::LoadedInstrument;
use reports::text::Language;
use reports::text::comparison as words;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::material::wording;
use crate::results::PersonResults;

/// Share of changes that chance alone shows: beyond ±1.96.
const FALSE_ALARM_RATE: f64 = 0.05;

/// One date of a person.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The instrument, in the version that was answered.
    pub instrument: &'a LoadedInstrument,
    /// The results.
    pub person: &'a PersonResults,
}

/// Why two dates are not compared at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotComparable {
    /// Two instruments.
    #[error("the first date is on {first}, the second on {second}; only one instrument can be compared with itself")]
    OtherInstrument {
        /// Id of the first.
        first: String,
        /// Id of the second.
        second: String,
    },
    /// Two versions of one instrument.
    #[error(
        "{instrument}: version {first} on the first date, {second} on the second; only one version can be compared with itself"
    )]
    OtherVersion {
        /// The instrument.
        instrument: String,
        /// Version of the first date.
        first: String,
        /// Version of the second date.
        second: String,
    },
    /// One version, but items, keys or scoring rules differ.
    #[error("{instrument} {version}: items, keys or scoring rules were not the same on the two dates")]
    OtherContent {
        /// The instrument.
        instrument: String,
        /// Its version.
        version: String,
    },
}

impl NotComparable {
    /// The reason for whoever reads the comparison.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let reason = match self {
            Self::OtherInstrument { .. } => words::NotComparable::OtherInstrument,
            Self::OtherVersion { .. } => words::NotComparable::OtherVersion,
            Self::OtherContent { .. } => words::NotComparable::OtherContent,
        };
        words::not_comparable(language, reason)
    }
}

/// What changed between two dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Id of the instrument.
    pub instrument_id: String,
    /// Its version, the same on both dates.
    pub instrument_version: String,
    /// Id of the first date's norm, in which both dates are shown.
    pub norm_id: Option<String>,
    /// Version of the engine.
    pub engine_version: String,
    /// Language of the texts, `fr` or `en`.
    pub language: String,
    /// Level of the intervals of differences.
    pub level: f64,
    /// One entry a scale, in the instrument's order.
    pub scales: Vec<ScaleChange>,
    /// Number of scales compared.
    pub n_compared: usize,
    /// Changes that chance alone would show on average if nothing had changed.
    pub expected_false_alarms: f64,
    /// What must be read with the table: the norm, false alarms, what the margins rest on.
    pub notes: Vec<String>,
}

/// One scale on two dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScaleChange {
    /// Id of the scale.
    pub id: String,
    /// Its name.
    pub name: String,
    /// For a facet, the place of its domain among the scales.
    pub parent: Option<usize>,
    /// The first date.
    pub first: DatedScore,
    /// The second date, in the norm of the first.
    pub second: DatedScore,
    /// The change, or why it is not said.
    pub change: ChangeOutcome,
    /// The change in words.
    pub sentence: String,
}

/// A score on one date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatedScore {
    /// Items answered.
    pub answered: u16,
    /// Items of the scale.
    pub n_items: u16,
    /// Raw score; `None` without one.
    pub raw: Option<f64>,
    /// Whether unanswered items were made up for by the others.
    pub prorated: bool,
    /// T score in the norm of the first date; `None` without a norm or beyond its reach.
    pub t: Option<f64>,
    /// Percentile rank there.
    pub percentile_rank: Option<f64>,
}

/// A change, or why it is not said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ChangeOutcome {
    /// The change.
    Compared(ChangeFigures),
    /// Not compared.
    NotCompared {
        /// Why.
        reason: NoChange,
    },
}

/// Why a scale is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoChange {
    /// No score on the first date.
    NoFirstScore,
    /// No score on the second date.
    NoSecondScore,
    /// No score on either date.
    NoScore,
    /// Neither a reliability nor the spread of the answers tells how large the error is.
    NoMargin,
}

/// The numbers of a change, in raw points where not said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeFigures {
    /// Second − first.
    pub difference: f64,
    /// Standard error of the difference.
    pub standard_error: f64,
    /// Lower limit of the difference.
    pub lower: f64,
    /// Upper limit of the difference.
    pub upper: f64,
    /// Reliable change index: difference over its standard error, z units.
    pub reliable_change: f64,
    /// Whether it is more than error: beyond ±1.96.
    pub class: ChangeClass,
    /// What the error rests on.
    pub basis: ChangeBasis,
}

/// Whether a score changed by more than the error of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeClass {
    /// Lower.
    Decrease,
    /// Within the error.
    NoReliableChange,
    /// Higher.
    Increase,
}

/// What the error of a difference rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeBasis {
    /// Correlation of two administrations.
    Retest {
        /// The coefficient.
        value: f64,
        /// SD of the raw score in the same group.
        sd: f64,
        /// The group and where it was published.
        source: String,
    },
    /// Internal consistency, for want of a retest reliability.
    InternalConsistency {
        /// `alpha` or `omega-total`.
        coefficient: String,
        /// The coefficient.
        value: f64,
        /// SD of the raw score in the same group.
        sd: f64,
        /// The group and where it was published.
        source: String,
    },
    /// The spread of the person's own answers on each date (Brennan, 1998), for want of a reliability.
    WithinPerson,
}

/// Compares two dates of one person.
///
/// - `norm_id`: the norm of the first date; the place of the first date in it serves for both.
///
/// # Errors
/// [`Error::NotComparable`] for two instruments or versions; [`Error::NoWording`]; [`Error::UnknownNorm`];
/// [`Error::OtherInstrument`] for results of another instrument.
pub fn compare(first: Occasion, second: Occasion, norm_id: Option<&str>, language: Language) -> Result<Comparison> {
    check(&first, &second)?;
    let instrument = first.instrument;
    let wording = wording(instrument, language)?;
    let norm = match norm_id {
        None => None,
        Some(id) => Some(instrument.norm(id).ok_or_else(|| Error::unknown_norm(instrument, id))?),
    };
    let dates = figures::TwoDates { instrument, wording, norm, first: first.person, second: second.person, language };
    let scales: Vec<ScaleChange> =
        (0..instrument.instrument().scales().len()).map(|scale_idx| dates.scale(scale_idx)).collect();
    let is_compared = |scale: &&ScaleChange| matches!(scale.change, ChangeOutcome::Compared(_));
    let n_compared = scales.iter().filter(is_compared).count();
    let expected_false_alarms = FALSE_ALARM_RATE * n_compared as f64;
    let mut notes = Vec::new();
    let shown = |scale: &ScaleChange| scale.first.t.is_some() || scale.second.t.is_some();
    if let Some(norm) = norm.filter(|_| scales.iter().any(shown)) {
        let (title, _, _) = norm.card().words_in(language.code());
        notes.push(words::norm_of_the_first_date(language, title));
    }
    if n_compared > 0 {
        notes.push(words::false_alarms(language, n_compared, expected_false_alarms));
    }
    notes.extend(margin::notes(language, &scales));
    Ok(Comparison {
        instrument_id: instrument.id().to_string(),
        instrument_version: instrument.version().to_string(),
        norm_id: norm.map(|norm| norm.card().id.clone()),
        engine_version: engine::VERSION.to_owned(),
        language: language.code().to_owned(),
        level: 1.0 - FALSE_ALARM_RATE,
        scales,
        n_compared,
        expected_false_alarms,
        notes,
    })
}

fn check(first: &Occasion, second: &Occasion) -> Result<()> {
    let (one, other) = (first.instrument, second.instrument);
    let refuse = |reason| Err(Error::NotComparable(reason));
    if one.id() != other.id() {
        return refuse(NotComparable::OtherInstrument { first: one.id().to_string(), second: other.id().to_string() });
    }
    let instrument = one.id().to_string();
    if one.version() != other.version() {
        let (first, second) = (one.version().to_string(), other.version().to_string());
        return refuse(NotComparable::OtherVersion { instrument, first, second });
    }
    if one.hash() != other.hash() {
        return refuse(NotComparable::OtherContent { instrument, version: one.version().to_string() });
    }
    first.person.check(one)?;
    second.person.check(other)
}

#[cfg(test)]
mod tests;
