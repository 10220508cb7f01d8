//! Why there is no score, no norm score, no interval: as codes for programs and in words for people.

use engine::assessment::NoInterval;
use engine::norms::NoNormScore;
use engine::scoring::{NoSpread, Unscored};
use instruments::LoadedInstrument;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a scale has no raw score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoRaw {
    /// The reason.
    pub code: NoRawCode,
    /// Fewest answers needed, where they were too few.
    pub needed: Option<u16>,
    /// The scale that has no score, for a composite.
    pub component: Option<String>,
    /// In words.
    pub words: String,
}

/// Why a scale has no raw score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoRawCode {
    /// Too few items answered.
    TooFewAnswered,
    /// A part of the composite has no score.
    ComponentUnscored,
    /// Another reason, in words.
    Other,
}

/// Why a person or a scale has no norm score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoNorm {
    /// The reason.
    pub code: NoNormCode,
    /// In words.
    pub words: String,
}

/// Why a person or a scale has no norm score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoNormCode {
    /// The sex is needed.
    SexNeeded,
    /// No stratum for this sex.
    NoStratumForSex,
    /// No combined stratum.
    CombinedNotOffered,
    /// The age is needed.
    AgeMissing,
    /// The age is not readable.
    AgeUnreadable,
    /// The age is impossible.
    AgeImpossible,
    /// No stratum for this age.
    NoStratumForAge,
    /// The norm does not cover the scale.
    ScaleNotCovered,
    /// The norm sample had nobody so low.
    BelowSample,
    /// The norm sample had nobody so high.
    AboveSample,
    /// No finite score.
    NotFinite,
    /// There is no raw score.
    NoRawScore,
    /// Another reason, in words.
    Other,
}

/// Why a score has no interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoError {
    /// The reason.
    pub code: NoErrorCode,
    /// In words.
    pub words: String,
}

/// Why a score has no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoErrorCode {
    /// There is no score.
    NoScore,
    /// The formula does not hold for weighted items, and for composites and centered scores whose parts share items.
    NotASum,
    /// Fewer than two answers.
    TooFewAnswered,
    /// All answers count the same.
    NoVariance,
    /// A reliability is needed.
    NeedsReliability,
    /// The mean of a norm group is needed.
    NeedsNormMean,
    /// Another reason, in words.
    Other,
}

pub(super) fn no_raw(loaded: &LoadedInstrument, reason: Unscored) -> NoRaw {
    let words = reason.to_string();
    match reason {
        Unscored::TooFewAnswered { needed, .. } => {
            NoRaw { code: NoRawCode::TooFewAnswered, needed: Some(needed), component: None, words }
        }
        Unscored::ComponentUnscored { component_idx } => {
            let component = loaded.instrument().scales().get(component_idx).map(|scale| scale.id.to_string());
            let words = format!("{} has no score", component.as_deref().unwrap_or("a component"));
            NoRaw { code: NoRawCode::ComponentUnscored, needed: None, component, words }
        }
        _ => NoRaw { code: NoRawCode::Other, needed: None, component: None, words },
    }
}

pub(super) fn no_norm(reason: NoNormScore) -> NoNorm {
    let code = match reason {
        NoNormScore::SexNeeded => NoNormCode::SexNeeded,
        NoNormScore::NoStratumForSex { .. } => NoNormCode::NoStratumForSex,
        NoNormScore::CombinedNotOffered => NoNormCode::CombinedNotOffered,
        NoNormScore::AgeMissing => NoNormCode::AgeMissing,
        NoNormScore::AgeUnreadable => NoNormCode::AgeUnreadable,
        NoNormScore::AgeImpossible => NoNormCode::AgeImpossible,
        NoNormScore::NoStratumForAge { .. } => NoNormCode::NoStratumForAge,
        NoNormScore::ScaleNotCovered { .. } => {
            return NoNorm {
                code: NoNormCode::ScaleNotCovered,
                words: "the norm does not cover this scale".to_owned(),
            };
        }
        NoNormScore::BelowSample => NoNormCode::BelowSample,
        NoNormScore::AboveSample => NoNormCode::AboveSample,
        NoNormScore::NotFinite => NoNormCode::NotFinite,
        _ => NoNormCode::Other,
    };
    NoNorm { code, words: reason.to_string() }
}

pub(super) fn no_error(reason: NoInterval) -> NoError {
    let code = match reason {
        NoInterval::NoScore => NoErrorCode::NoScore,
        NoInterval::NoSpread(NoSpread::NotASum) => NoErrorCode::NotASum,
        NoInterval::NoSpread(NoSpread::TooFewAnswered) => NoErrorCode::TooFewAnswered,
        NoInterval::NoSpread(NoSpread::NoVariance) => NoErrorCode::NoVariance,
        NoInterval::NeedsReliability => NoErrorCode::NeedsReliability,
        NoInterval::NeedsNormMean => NoErrorCode::NeedsNormMean,
        _ => NoErrorCode::Other,
    };
    NoError { code, words: reason.to_string() }
}
