//! The technical profile of one person, for the consultant: every scale with its interval, the norm's card, which scales can be told
//! apart, the interest code with its errors, and how the questions were answered.
//!
//! Reading order: the types here, `scales`, `pairs`, `interests`, `quality`.

mod interests;
mod pairs;
mod quality;
mod scales;

use engine::assessment::IntervalKind;
use engine::model::Answer;
use engine::quality::ResponseTime;
use reports::text::label;
use reports::view::Restitution;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::material::Material;

pub use interests::{InterestCode, InterestPosition, Interests, Letter, Level};
pub use pairs::{NotRanked, Pair, PairOutcome, PairUnit, Pairs};
pub use quality::{Quality, QualityEntry};
pub use scales::{ErrorFigures, ProfileScale, RankSource, RawFigures, StandardFigures};

/// Everything a consultant reads of one person on one instrument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Id of the instrument.
    pub instrument_id: String,
    /// Its version.
    pub instrument_version: String,
    /// Its title.
    pub title: String,
    /// How far it has been standardized, in words.
    pub status: String,
    /// Id of the norm, where one serves.
    pub norm_id: Option<String>,
    /// Version of the engine.
    pub engine_version: String,
    /// Language of the texts, `fr` or `en`.
    pub language: String,
    /// Whether answers or norm are simulated.
    pub simulated: bool,
    /// Level of the intervals.
    pub level: f64,
    /// Around what the intervals are drawn.
    pub interval: IntervalAround,
    /// The norm's card, term by term; empty without a norm.
    pub norm_card: Vec<CardFact>,
    /// How scores come about, one line a rule.
    pub rules: Vec<String>,
    /// One entry a scale, in the instrument's order.
    pub scales: Vec<ProfileScale>,
    /// Which scales can be told apart.
    pub pairs: Pairs,
    /// The interest code; `None` for instruments that are not about the six interests.
    pub interests: Option<Interests>,
    /// How the questions were answered; `None` where the answers are not at hand.
    pub quality: Option<Quality>,
}

/// Around what an interval is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalAround {
    /// The observed score.
    Observed,
    /// Kelley's estimate of the true score.
    True,
}

/// A line of the norm's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardFact {
    /// What it is about.
    pub term: String,
    /// What it says.
    pub description: String,
}

/// The profile of a person.
///
/// - `answers`: one an item, in the instrument's order, for the quality panel; `None` leaves it out.
/// - `time`: how long answering took.
///
/// # Errors
/// As [`Material::restitution`]; [`crate::Error::Answers`] for answers that do not fit the items.
pub fn profile(material: &Material, answers: Option<&[Answer]>, time: &ResponseTime) -> Result<Profile> {
    of_restitution(material, &material.restitution()?, answers, time)
}

/// The profile of a person whose restitution is at hand.
pub(crate) fn of_restitution(
    material: &Material,
    restitution: &Restitution,
    answers: Option<&[Answer]>,
    time: &ResponseTime,
) -> Result<Profile> {
    let view = restitution.view();
    let wording = material.wording()?;
    let facts = view.norm.as_ref().map(|norm| label::norm_facts(material.language, norm)).unwrap_or_default();
    let scales = view.scales.iter().enumerate();
    Ok(Profile {
        instrument_id: view.provenance.instrument_id.clone(),
        instrument_version: view.provenance.instrument_version.clone(),
        title: view.instrument_label.clone(),
        status: label::status(material.language, view.status),
        norm_id: view.provenance.norm_id.clone(),
        engine_version: view.provenance.engine_version.clone(),
        language: material.language.code().to_owned(),
        simulated: view.simulated,
        level: view.level,
        interval: match material.person.interval.kind() {
            IntervalKind::Observed => IntervalAround::Observed,
            IntervalKind::True => IntervalAround::True,
        },
        norm_card: facts.into_iter().map(|(term, description)| CardFact { term, description }).collect(),
        rules: view.rules.clone(),
        scales: scales.map(|(scale_idx, scale)| scales::scale(material, scale_idx, scale)).collect(),
        pairs: pairs::pairs(material, wording),
        interests: interests::interests(material, view.order.as_ref()),
        quality: answers.map(|answers| quality::quality(material, answers, time)).transpose()?,
    })
}

#[cfg(test)]
mod tests;
