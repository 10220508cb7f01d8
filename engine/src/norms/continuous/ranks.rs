//! Where each person stands among people of their age: percentile ranks within age groups, as T scores.

use crate::norms::percentile::PercentileRankDefinition;
use crate::norms::standard::t_score;
use crate::numeric::normal;

/// The raw score of one person of known age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgedScore {
    /// Age, in the unit in which norms are wanted (years, also with decimals).
    pub age: f64,
    /// Raw score, in points of the scale.
    pub raw: f64,
}

/// Who is ranked among whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AgeGroups {
    /// Each age that occurs is a group: ages in whole years, or the middles of age groups.
    AsGiven,
    /// Ages are cut into bands of this width from the youngest on; the age of a band in the model is the mean age of its people.
    Bands {
        /// Width of a band, in units of age; above 0.
        width: f64,
    },
    /// Each age is ranked among everyone not further away than half the width; the age in the model is the person's own.
    Window {
        /// Width of the window, in units of age; above 0.
        width: f64,
    },
}

/// Everyone of one age group with one raw score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankedCell {
    /// Age in the model.
    pub age: f64,
    /// Raw score.
    pub raw: f64,
    /// Number of people.
    pub count: u64,
    /// T score from the percentile rank among people of the group.
    pub t: f64,
}

/// Why people cannot be ranked among people of their age.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RankError {
    /// Nobody.
    #[error("there is nobody to rank")]
    Empty,
    /// An age or a raw score is not a finite number.
    #[error("person {person_idx}: age {age} and raw score {raw} are not both finite numbers")]
    NotFinite {
        /// Index of the person.
        person_idx: usize,
        /// Age as given.
        age: f64,
        /// Raw score as given.
        raw: f64,
    },
    /// A width is not a finite number above 0.
    #[error("a width of {width} is not a finite number above 0")]
    Width {
        /// Width as given.
        width: f64,
    },
    /// A definition that ranks somebody at 0 or 100, where there is no T score.
    #[error(
        "the percentile rank definition {definition:?} reaches 0 or 100, where no T score exists; use a mid rank or a rank formula"
    )]
    Definition {
        /// Definition as given.
        definition: PercentileRankDefinition,
    },
    /// An age group of one person has no ranks to speak of.
    #[error("the age group at {age} has {n} people, at least {needed} are needed; use wider groups")]
    GroupTooSmall {
        /// Age of the group.
        age: f64,
        /// Its people.
        n: u64,
        /// How many are needed.
        needed: u64,
    },
}

/// Smallest age group whose ranks are used.
const SMALLEST_GROUP: u64 = 5;

/// Ranks everyone within their age group: T = 50 + 10·Φ⁻¹(PR/100), PR by `definition` with mean ranks for ties.
///
/// Returns cells by rising age and raw score; equal people share a cell, so that a large sample stays small.
///
/// # Errors
/// [`RankError`] for an empty sample, numbers that are not finite, a width that is not above 0, a definition that reaches 0 or
/// 100, and groups of fewer than five people.
///
/// # Examples
/// ```
/// use engine::norms::PercentileRankDefinition::Rankit;
/// use engine::norms::continuous::{AgeGroups, AgedScore, ranks::rank_within_ages};
/// let people: Vec<AgedScore> = [3.0, 5.0, 5.0, 5.0, 9.0].map(|raw| AgedScore { age: 30.0, raw }).to_vec();
/// let cells = rank_within_ages(&people, AgeGroups::AsGiven, Rankit)?;
/// // One below and three level of five: PR 50, T 50.
/// assert_eq!((cells[1].raw, cells[1].count, cells[1].t), (5.0, 3, 50.0));
/// # Ok::<(), engine::norms::continuous::RankError>(())
/// ```
/// # Agreement
/// Oracle `norms/continuous` (cNORM, rankit), within 1e-9 relative.
pub fn rank_within_ages(
    people: &[AgedScore],
    groups: AgeGroups,
    definition: PercentileRankDefinition,
) -> Result<Vec<RankedCell>, RankError> {
    use PercentileRankDefinition::{AtOrBelow, Below};
    if people.is_empty() {
        return Err(RankError::Empty);
    }
    for (person_idx, person) in people.iter().enumerate() {
        if !(person.age.is_finite() && person.raw.is_finite()) {
            return Err(RankError::NotFinite { person_idx, age: person.age, raw: person.raw });
        }
    }
    if matches!(definition, AtOrBelow | Below) {
        return Err(RankError::Definition { definition });
    }
    let mut sorted = people.to_vec();
    sorted.sort_by(|a, b| a.age.total_cmp(&b.age));
    match groups {
        AgeGroups::AsGiven => {
            ranked(sorted.chunk_by(|a, b| a.age == b.age).map(|same| (same[0].age, same, same)), definition)
        }
        AgeGroups::Bands { width } => {
            let youngest = sorted[0].age;
            check_width(width)?;
            let band = |person: &AgedScore| ((person.age - youngest) / width).floor();
            let mean = |band: &[AgedScore]| band.iter().map(|p| p.age).sum::<f64>() / band.len() as f64;
            ranked(sorted.chunk_by(|a, b| band(a) == band(b)).map(|same| (mean(same), same, same)), definition)
        }
        AgeGroups::Window { width } => {
            check_width(width)?;
            let near = |age: f64| {
                let from = sorted.partition_point(|person| person.age < age - 0.5 * width);
                let to = sorted.partition_point(|person| person.age <= age + 0.5 * width);
                sorted.get(from..to).unwrap_or_default()
            };
            ranked(
                sorted.chunk_by(|a, b| a.age == b.age).map(|same| (same[0].age, same, near(same[0].age))),
                definition,
            )
        }
    }
}

fn check_width(width: f64) -> Result<(), RankError> {
    if width.is_finite() && width > 0.0 { Ok(()) } else { Err(RankError::Width { width }) }
}

/// Ranks the people of each age among the people of its group.
fn ranked<'p>(
    groups: impl Iterator<Item = (f64, &'p [AgedScore], &'p [AgedScore])>,
    definition: PercentileRankDefinition,
) -> Result<Vec<RankedCell>, RankError> {
    let raws = |people: &[AgedScore]| {
        let mut raws: Vec<f64> = people.iter().map(|person| person.raw).collect();
        raws.sort_by(f64::total_cmp);
        raws
    };
    let mut cells = Vec::new();
    for (age, people, among) in groups {
        let (own, all) = (raws(people), raws(among));
        let n = all.len() as u64;
        if n < SMALLEST_GROUP {
            return Err(RankError::GroupTooSmall { age, n, needed: SMALLEST_GROUP });
        }
        for same in own.chunk_by(|a, b| a == b) {
            let raw = same[0];
            let below = all.partition_point(|&other| other < raw) as u64;
            let equal = all.partition_point(|&other| other <= raw) as u64 - below;
            let rank = definition.percentile_rank(below, equal, n);
            let t = rank.and_then(|rank| normal::quantile(rank / 100.0)).map(t_score);
            let t = t.ok_or(RankError::Definition { definition })?;
            cells.push(RankedCell { age, raw, count: same.len() as u64, t });
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PercentileRankDefinition::{AtOrBelow, Blom, Rankit};

    fn people(scores: &[(f64, f64)]) -> Vec<AgedScore> {
        scores.iter().map(|&(age, raw)| AgedScore { age, raw }).collect()
    }

    #[test]
    fn a_window_ranks_among_neighbors_and_keeps_the_own_age() {
        // Ages 1 to 9 with one person each, whose raw score is the age: within ±2 the middle one has PR 50.
        let scores: Vec<(f64, f64)> = (1..=9).map(|age| (f64::from(age), f64::from(age))).collect();
        let cells = rank_within_ages(&people(&scores[2..7]), AgeGroups::Window { width: 100.0 }, Rankit).unwrap();
        assert_eq!((cells[2].age, cells[2].t), (5.0, 50.0));
        assert_eq!(
            rank_within_ages(&people(&scores), AgeGroups::Window { width: 4.0 }, Rankit),
            Err(RankError::GroupTooSmall { age: 1.0, n: 3, needed: 5 })
        );
    }

    #[test]
    fn bands_have_the_mean_age_of_their_people() {
        let scores: Vec<(f64, f64)> = (0..10).map(|i| (20.0 + f64::from(i), f64::from(i % 5))).collect();
        let cells = rank_within_ages(&people(&scores), AgeGroups::Bands { width: 5.0 }, Blom).unwrap();
        assert_eq!(cells.len(), 10);
        assert_eq!((cells[0].age, cells[9].age), (22.0, 27.0));
        assert_eq!(cells[2].t, cells[7].t);
    }

    #[test]
    fn what_cannot_be_ranked_is_refused() {
        let some = people(&[(1.0, 1.0); 6]);
        let rank = |people: &[AgedScore], groups| rank_within_ages(people, groups, Rankit).unwrap_err();
        assert_eq!(rank(&[], AgeGroups::AsGiven), RankError::Empty);
        assert_eq!(rank(&some, AgeGroups::Bands { width: 0.0 }), RankError::Width { width: 0.0 });
        assert!(matches!(rank(&some, AgeGroups::Window { width: f64::NAN }), RankError::Width { .. }));
        assert!(matches!(rank(&people(&[(f64::NAN, 1.0)]), AgeGroups::AsGiven), RankError::NotFinite { .. }));
        assert!(matches!(rank(&some[..4], AgeGroups::AsGiven), RankError::GroupTooSmall { .. }));
        let reaches = rank_within_ages(&some, AgeGroups::AsGiven, AtOrBelow);
        assert_eq!(reaches, Err(RankError::Definition { definition: AtOrBelow }));
    }
}
