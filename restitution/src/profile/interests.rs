//! The interest code of a person, as far as the errors allow.

use engine::interests::{Consistency, InterestProfile, PersonInterests, RiasecType, established_order};
use reports::text::profile as words;
use reports::view::OrderView;
use serde::{Deserialize, Serialize};

use super::pairs::NotRanked;
use crate::material::Material;

/// The interest code, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Interests {
    /// The code.
    Known(Box<InterestCode>),
    /// None.
    Unknown {
        /// Why.
        reason: NotRanked,
        /// The same in words.
        sentence: String,
    },
}

/// What the six raw scores say about a person's interests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InterestCode {
    /// The Holland code; level letters in brackets, such as `S(AE)`.
    pub code: String,
    /// Whether three letters and their order are established.
    pub established: bool,
    /// All letters in groups, highest first; letters of one group are level.
    pub groups: Vec<Vec<Letter>>,
    /// Three letters by the scores alone, without regard to error.
    pub by_scores: String,
    /// Whether one of these letters has the same score as the next.
    pub tied: bool,
    /// How many three-letter codes the errors allow.
    pub n_possible_codes: usize,
    /// How well the two highest letters fit together; `None` where it is not established which these are.
    pub consistency: Option<Level>,
    /// Highest − lowest score, raw points.
    pub differentiation: f64,
    /// Its standard error.
    pub differentiation_error: Option<f64>,
    /// Where the profile points on the hexagon.
    pub position: InterestPosition,
    /// The groups on the norm, where all letters have a T score; beside the code, never instead.
    pub on_the_norm: Option<Vec<Vec<Letter>>>,
    /// The order in words.
    pub sentence: String,
    /// How to read the code.
    pub notes: Vec<String>,
}

/// A letter with its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// R, I, A, S, E or C.
    pub letter: char,
    /// Place of its scale.
    pub scale_idx: usize,
}

/// A level in three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Opposite corners of the hexagon.
    Low,
    /// Two steps apart.
    Middle,
    /// Neighbors.
    High,
}

/// Where a profile points on the hexagon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InterestPosition {
    /// Direction in degrees from Realistic; `None` at the center.
    pub angle: Option<f64>,
    /// Its standard error in degrees.
    pub angle_error: Option<f64>,
    /// Distance from the center, raw points.
    pub length: f64,
    /// Its standard error.
    pub length_error: Option<f64>,
    /// Whether it points anywhere at all beyond error; `None` where errors are not known.
    pub established: Option<bool>,
}

/// `None` where the instrument has not the six scales R, I, A, S, E and C.
pub(super) fn interests(material: &Material, order: Option<&OrderView>) -> Option<Interests> {
    let instrument = material.instrument.instrument();
    let scales: Vec<usize> =
        RiasecType::ALL.iter().filter_map(|kind| instrument.scale_idx(&kind.letter().to_string())).collect();
    let scales = <[usize; 6]>::try_from(scales).ok()?;
    Some(match code(material, &scales, order) {
        Ok(code) => Interests::Known(Box::new(code)),
        Err(reason) => Interests::Unknown { reason, sentence: words::not_ranked(material.language, reason.words()) },
    })
}

fn code(material: &Material, scales: &[usize; 6], order: Option<&OrderView>) -> Result<InterestCode, NotRanked> {
    let instrument = material.instrument.instrument();
    let range = instrument.possible_range(scales[0]);
    if scales.iter().any(|&scale_idx| instrument.possible_range(scale_idx) != range) {
        return Err(NotRanked::RangesDiffer);
    }
    let mut scores = [0.0; 6];
    for (score, &scale_idx) in scores.iter_mut().zip(scales) {
        let result = &material.person.results[scale_idx];
        *score = result.score.raw.as_ref().map_err(|_| NotRanked::NoScore)?.value;
    }
    let errors = scales.map(|scale_idx| material.raw_with_error(scale_idx).map(|score| score.standard_error()));
    let profile = InterestProfile::new(scores, errors, None).map_err(|_| NotRanked::NoScore)?;
    let person = PersonInterests::of(&profile);
    let letter = |kind: RiasecType| Letter { letter: kind.letter(), scale_idx: scales[kind.idx()] };
    let groups_of = |groups: &[Vec<RiasecType>]| -> Vec<Vec<Letter>> {
        groups.iter().map(|group| group.iter().map(|&kind| letter(kind)).collect()).collect()
    };
    let on_norm = scales.map(|scale_idx| material.t_with_error(scale_idx));
    let on_the_norm = on_norm.iter().all(Option::is_some).then(|| {
        let groups = established_order(&on_norm).into_iter();
        let kinds = groups.map(|group| group.into_iter().map(|place| RiasecType::ALL[place]).collect::<Vec<_>>());
        groups_of(&kinds.collect::<Vec<_>>())
    });
    let mut notes = vec![words::code_note(material.language)];
    if on_the_norm.is_some() {
        notes.push(words::normed_order_note(material.language));
    }
    let (range, position) = (person.differentiation.range, person.position);
    Ok(InterestCode {
        established: person.code.three_letters().is_some(),
        groups: groups_of(person.code.established_order()),
        n_possible_codes: person.code.possible_codes().len(),
        code: person.code.to_string(),
        by_scores: person.code_by_scores.to_string(),
        tied: person.code_by_scores.tied,
        consistency: person.consistency.map(|consistency| match consistency {
            Consistency::Opposite => Level::Low,
            Consistency::Alternate => Level::Middle,
            Consistency::Adjacent => Level::High,
        }),
        differentiation: range.value,
        differentiation_error: range.standard_error,
        position: InterestPosition {
            angle: position.angle.map(|angle| angle.value),
            angle_error: position.angle.and_then(|angle| angle.standard_error),
            length: position.length.value,
            length_error: position.length.standard_error,
            established: position.direction_is_established(),
        },
        on_the_norm,
        sentence: order.map(|order| order.sentence.clone()).unwrap_or_default(),
        notes,
    })
}
