//! Which scales of one person can be told apart: |d| > 1.96·√(SE₁² + SE₂²).

use instruments::Wording;
use reports::text::profile as words;
use serde::{Deserialize, Serialize};

use crate::material::Material;
use crate::measured::Compared;
use crate::scale_view::parent_of;

/// Share of level pairs that chance alone tells apart.
const FALSE_ALARM_RATE: f64 = 0.05;

/// All pairs of scales of one level: domains among themselves, the facets of one domain among themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pairs {
    /// In what unit scales are compared.
    pub unit: PairUnit,
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// How many of them are compared.
    pub n_compared: usize,
    /// How many would be told apart by chance if all were level.
    pub expected_false_alarms: f64,
    /// What must be read with them; `None` where nothing is compared.
    pub note: Option<String>,
}

/// In what unit scales are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairUnit {
    /// T points of the norm.
    T,
    /// Raw points, between scales of one range.
    Raw,
}

/// Two scales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Place of the one.
    pub first: usize,
    /// Place of the other.
    pub second: usize,
    /// How they stand to each other.
    pub outcome: PairOutcome,
    /// The same in words.
    pub sentence: String,
}

/// How two scales stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PairOutcome {
    /// Beyond the margin of error.
    Distinguishable {
        /// First − second.
        difference: f64,
        /// Its standard error.
        standard_error: f64,
    },
    /// Within the margin of error.
    Level {
        /// First − second.
        difference: f64,
        /// Its standard error.
        standard_error: f64,
    },
    /// Not compared.
    NotCompared {
        /// Why.
        reason: NotRanked,
    },
}

/// Why scales are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRanked {
    /// A score is missing.
    NoScore,
    /// An error is not known.
    NoMargin,
    /// Raw scores of different ranges, without a norm.
    RangesDiffer,
    /// Scores that compare within the person, whose errors hang together.
    Ipsative,
}

impl NotRanked {
    pub(super) fn words(self) -> words::NotRanked {
        match self {
            Self::NoScore => words::NotRanked::NoScore,
            Self::NoMargin => words::NotRanked::NoMargin,
            Self::RangesDiffer => words::NotRanked::RangesDiffer,
            Self::Ipsative => words::NotRanked::Ipsative,
        }
    }
}

pub(super) fn pairs(material: &Material, wording: &Wording) -> Pairs {
    let n_scales = material.person.results.len();
    let unit = match material.person.place {
        Some(Ok(_)) => PairUnit::T,
        _ => PairUnit::Raw,
    };
    let parents: Vec<Option<usize>> =
        (0..n_scales).map(|scale_idx| parent_of(material.instrument, scale_idx)).collect();
    let of_one_level = (0..n_scales)
        .flat_map(|first| (first + 1..n_scales).map(move |second| (first, second)))
        .filter(|&(first, second)| parents[first] == parents[second]);
    let pairs: Vec<Pair> = of_one_level.map(|(first, second)| pair(material, wording, unit, first, second)).collect();
    let n_compared = pairs.iter().filter(|pair| !matches!(pair.outcome, PairOutcome::NotCompared { .. })).count();
    let expected_false_alarms = FALSE_ALARM_RATE * n_compared as f64;
    let note = (n_compared > 0).then(|| words::pairs_note(material.language, n_compared, expected_false_alarms));
    Pairs { unit, pairs, n_compared, expected_false_alarms, note }
}

fn pair(material: &Material, wording: &Wording, unit: PairUnit, first: usize, second: usize) -> Pair {
    let name = |scale_idx: usize| {
        let id = material.instrument.instrument().scales()[scale_idx].id.as_str();
        wording.scale(scale_idx).map_or(id, |words| words.name.as_str())
    };
    let language = material.language;
    match material.compared(unit, first, second) {
        Err(reason) => Pair {
            first,
            second,
            outcome: PairOutcome::NotCompared { reason },
            sentence: words::not_ranked(language, reason.words()),
        },
        Ok(Compared { difference, standard_error, differ }) => {
            let (outcome, standing) = if differ {
                (PairOutcome::Distinguishable { difference, standard_error }, words::Standing::Distinguishable)
            } else {
                (PairOutcome::Level { difference, standard_error }, words::Standing::Level)
            };
            let (higher, lower) = if difference < 0.0 { (second, first) } else { (first, second) };
            Pair { first, second, outcome, sentence: words::pair(language, name(higher), name(lower), standing) }
        }
    }
}
