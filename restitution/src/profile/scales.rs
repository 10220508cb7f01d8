//! One scale of the technical profile.

use engine::norms::PercentileRank;
use engine::norms::standard::ScoreMetric;
use reports::view::{Basis, ScaleView};
use serde::{Deserialize, Serialize};

use crate::material::Material;

/// One scale with everything that is known about it, or why it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileScale {
    /// Id of the scale.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub definition: Option<String>,
    /// For a facet, the place of its domain among the scales.
    pub parent: Option<usize>,
    /// Items answered.
    pub answered: u32,
    /// Items of the scale.
    pub n_items: u32,
    /// The raw score.
    pub raw: Option<RawFigures>,
    /// Why there is none.
    pub no_raw: Option<String>,
    /// The standing on the norm; `None` without a norm or with a reason.
    pub standard: Option<StandardFigures>,
    /// Why a norm was asked for and gives no standing.
    pub no_standard: Option<String>,
    /// How sure the scores are.
    pub error: Option<ErrorFigures>,
    /// Why that is not known.
    pub no_error: Option<String>,
}

/// A raw score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RawFigures {
    /// The score.
    pub value: f64,
    /// Lowest possible.
    pub lowest: f64,
    /// Highest possible.
    pub highest: f64,
    /// Whether unanswered items were made up for by the others.
    pub prorated: bool,
}

/// A standing on the norm, in the usual metrics; all follow from one z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StandardFigures {
    /// SD units.
    pub z: f64,
    /// Mean 50, SD 10.
    pub t: f64,
    /// Percentile rank; `None` beyond the norm's table.
    pub percentile_rank: Option<f64>,
    /// Where the rank comes from.
    pub rank_source: RankSource,
    /// 1 to 10.
    pub sten: Option<f64>,
    /// 1 to 9.
    pub stanine: Option<f64>,
}

/// Where a percentile rank comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankSource {
    /// The norm's table.
    Table,
    /// Between two rows of it.
    Interpolated,
    /// 100·Φ(z), as if scores were normally distributed.
    NormalApproximation,
    /// Beyond an end of the table.
    OutOfReach,
}

/// How sure the scores of a scale are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorFigures {
    /// Name of the coefficient it rests on; `None`: the spread of the person's own answers.
    pub coefficient: Option<String>,
    /// The coefficient.
    pub reliability: Option<f64>,
    /// Its group and where it was published.
    pub source: Option<String>,
    /// Standard error in raw points (of estimation for intervals around the true score).
    pub standard_error: f64,
    /// Lower limit in raw points.
    pub lower: f64,
    /// Upper limit in raw points.
    pub upper: f64,
    /// Standard error in T points.
    pub t_standard_error: Option<f64>,
    /// Lower limit in T points.
    pub t_lower: Option<f64>,
    /// Upper limit in T points.
    pub t_upper: Option<f64>,
}

pub(super) fn scale(material: &Material, scale_idx: usize, view: &ScaleView) -> ProfileScale {
    let (language, result) = (material.language, &material.person.results[scale_idx]);
    let normed = result.norm.as_ref().and_then(|norm| norm.as_ref().ok());
    let error = view.uncertainty.as_ref().ok().zip(result.uncertainty.as_ref().ok()).map(|(view, found)| {
        let (coefficient, reliability, source) = match &view.basis {
            Basis::Reliability { coefficient, value, source } => {
                (Some(coefficient.clone()), Some(*value), source.clone())
            }
            Basis::WithinPerson => (None, None, None),
        };
        ErrorFigures {
            coefficient,
            reliability,
            source,
            standard_error: found.raw.standard_error,
            lower: found.raw.lower,
            upper: found.raw.upper,
            t_standard_error: found.t.map(|t| t.standard_error),
            t_lower: found.t.map(|t| t.lower),
            t_upper: found.t.map(|t| t.upper),
        }
    });
    ProfileScale {
        id: view.id.clone(),
        name: view.name.clone(),
        definition: view.definition.clone(),
        parent: view.parent,
        answered: view.answered,
        n_items: view.n_items,
        raw: view.raw.as_ref().ok().map(|raw| RawFigures {
            value: raw.value(),
            lowest: raw.lowest(),
            highest: raw.highest(),
            prorated: raw.is_prorated(),
        }),
        no_raw: view.raw.as_ref().err().map(|reason| reason.sentence(language, view.answered, view.n_items)),
        standard: normed.map(|score| StandardFigures {
            z: score.z(),
            t: score.t_score(),
            percentile_rank: score.percentile_rank().rank(),
            rank_source: match score.percentile_rank() {
                PercentileRank::FromTable { interpolated: false, .. } => RankSource::Table,
                PercentileRank::FromTable { interpolated: true, .. } => RankSource::Interpolated,
                PercentileRank::NormalApproximation { .. } => RankSource::NormalApproximation,
                PercentileRank::OutOfReach(_) => RankSource::OutOfReach,
            },
            sten: score.value(ScoreMetric::Sten),
            stanine: score.value(ScoreMetric::Stanine),
        }),
        no_standard: view
            .standard
            .as_ref()
            .and_then(|standard| standard.as_ref().err())
            .map(|reason| reason.sentence(language)),
        error,
        no_error: view.uncertainty.as_ref().err().map(|reason| reason.sentence(language)),
    }
}
