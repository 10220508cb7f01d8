//! How sure a difference of two forced-choice scores is. Such scores push each other up and down within their blocks, so that the errors of
//! two of them say nothing of their difference: it has a standard error of its own.

use crate::model::{Answer, Instrument, KeyedItem, Keying, ScoreRule, Statistic};
use crate::reliability::interval::TWO_SIDED_95;

/// What one person's choices say about the scales of forced-choice blocks, block by block.
#[derive(Debug, Clone, PartialEq)]
pub struct ForcedChoices {
    /// For each scale of the instrument: what each answered block in which it stands adds to its score; `None` for other scales, and
    /// for those of which no block is answered.
    by_scale: Vec<Option<Vec<Addition>>>,
}

/// What a block adds to the score of a scale, as a deviation from what it adds to a scale on average.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Addition {
    block: usize,
    points: f64,
}

/// The difference of two forced-choice scores of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForcedDifference {
    /// First − second, raw points; what the blocks add on average is taken out, so that scales with the same number of items have the
    /// difference of their scores.
    pub difference: f64,
    /// Its standard error, 0 or more: 0 where all blocks say the same.
    pub standard_error: f64,
}

impl ForcedDifference {
    /// Whether the difference is more than chance: |d| > 1.96·SE.
    #[must_use]
    pub fn is_established(&self) -> bool {
        self.difference.abs() > TWO_SIDED_95 * self.standard_error
    }
}

impl ForcedChoices {
    /// Takes the choices of one person apart, one answer an item.
    ///
    /// - `answers`: one an item, in the instrument's order. Blocks that are not answered are left out, and the others count for more,
    ///   as in prorated scores.
    #[must_use]
    pub fn of(instrument: &Instrument, answers: &[Answer]) -> Self {
        let points = centered_codes(instrument, answers);
        let by_scale = instrument.scales().iter().map(|scale| match &scale.rule {
            ScoreRule::Keyed { items, statistic } if scale.ipsative => additions(items, *statistic, &points),
            _ => None,
        });
        Self { by_scale: by_scale.collect() }
    }

    /// The difference of two scales with its delete-one-block jackknife standard error, √((B − 1)/B·Σ(d₍ₖ₎ − d̄)²): B is the number of
    /// answered blocks in which at least one of the two stands, d₍ₖ₎ the difference without block k, extended to B blocks.
    ///
    /// `None` for scales that are not scored from blocks by the person's choices, and below two such blocks.
    ///
    /// # References
    /// Tukey (1958), Annals of Mathematical Statistics 29, 614; Efron & Stein (1981), Annals of Statistics 9, 586–596,
    /// doi:10.1214/aos/1176345462
    #[must_use]
    pub fn difference(&self, first: usize, second: usize) -> Option<ForcedDifference> {
        let of = |scale_idx: usize| self.by_scale.get(scale_idx)?.as_deref();
        let (first, second) = (of(first)?, of(second)?);
        let signed = first.iter().map(|a| (a.block, a.points)).chain(second.iter().map(|a| (a.block, -a.points)));
        let mut blocks: Vec<(usize, f64)> = Vec::with_capacity(first.len() + second.len());
        for (block, points) in signed {
            match blocks.iter_mut().find(|(known, _)| *known == block) {
                Some((_, sum)) => *sum += points,
                None => blocks.push((block, points)),
            }
        }
        if blocks.len() < 2 {
            return None;
        }
        let n = blocks.len() as f64;
        let difference: f64 = blocks.iter().map(|(_, points)| points).sum();
        let mean = difference / n;
        // For a sum the jackknife has this closed form; a test deletes the blocks one by one.
        let spread: f64 = blocks.iter().map(|(_, points)| (points - mean).powi(2)).sum();
        Some(ForcedDifference { difference, standard_error: (n / (n - 1.0) * spread).sqrt() })
    }
}

/// For each item of an answered block its block and its code as a deviation from the mean code of the block.
fn centered_codes(instrument: &Instrument, answers: &[Answer]) -> Vec<Option<Addition>> {
    let mut points = vec![None; instrument.items().len()];
    for (block, forced) in instrument.forced_blocks().iter().enumerate() {
        let category = |item_idx: usize| match answers.get(item_idx) {
            Some(Answer::Category(category)) => Some(f64::from(*category)),
            _ => None,
        };
        let Some(categories) = forced.items().map(category).collect::<Option<Vec<f64>>>() else { continue };
        let mean = categories.iter().sum::<f64>() / categories.len() as f64;
        for (item_idx, category) in forced.items().zip(categories) {
            if let Some(slot) = points.get_mut(item_idx) {
                *slot = Some(Addition { block, points: category - mean });
            }
        }
    }
    points
}

fn additions(items: &[KeyedItem], statistic: Statistic, points: &[Option<Addition>]) -> Option<Vec<Addition>> {
    let answered = || items.iter().filter_map(|keyed| Some((keyed, (*points.get(keyed.item_idx)?)?)));
    let weight_of = |keyed: &KeyedItem| keyed.weight;
    let answered_weight: f64 = answered().map(|(keyed, _)| weight_of(keyed)).sum();
    if answered_weight <= 0.0 {
        return None;
    }
    let share = match statistic {
        Statistic::Sum => items.iter().map(weight_of).sum::<f64>() / answered_weight,
        Statistic::Mean => 1.0 / answered_weight,
    };
    let turned = |keying: Keying| if keying == Keying::Forward { 1.0 } else { -1.0 };
    let addition = |(keyed, found): (&KeyedItem, Addition)| Addition {
        points: found.points * turned(keyed.keying) * keyed.weight * share,
        ..found
    };
    Some(answered().map(addition).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        InstrumentId, InstrumentParts, Item, ItemId, Missing, MissingPolicy, ResponseKind, ResponseMatrix,
        ResponseScale, Rounding, Scale, ScaleId,
    };
    use crate::scoring::score_matrix;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha12Rng;
    use rand_distr::StandardNormal;

    /// Seven scales in fourteen blocks of three: every scale six times, every pair twice.
    fn seven_scales() -> Instrument {
        let plane: Vec<[usize; 3]> = (0..7).map(|shift| [0, 1, 3].map(|place| (place + shift) % 7)).collect();
        let blocks: Vec<[usize; 3]> = plane.iter().chain(&plane).copied().collect();
        let responses = ResponseScale::new(ResponseKind::MostLeast, 1.0, 3.0).unwrap();
        let items = (0..42).map(|i| Item { id: ItemId::new(format!("i{i}")).unwrap(), responses }).collect();
        let scale = |idx: usize| {
            let of_scale = blocks.iter().flatten().enumerate().filter(|(_, scale)| **scale == idx);
            let keyed = |(item_idx, _)| KeyedItem { item_idx, keying: Keying::Forward, weight: 1.0 };
            Scale {
                id: ScaleId::new(format!("S{idx}")).unwrap(),
                rule: ScoreRule::Keyed { items: of_scale.map(keyed).collect(), statistic: Statistic::Sum },
                missing: MissingPolicy::Prorate { min_answered: 4 },
                rounding: Rounding::None,
                ipsative: true,
            }
        };
        let (id, version) = (InstrumentId::new("t").unwrap(), "1.0.0".parse().unwrap());
        let parts = InstrumentParts { id, version, items, scales: (0..7).map(scale).collect() };
        let ranges = (0..14).map(|block| 3 * block..3 * block + 3).collect();
        Instrument::new(parts).unwrap().with_forced_blocks(ranges).unwrap()
    }

    /// Choices of somebody with these attractions of the scales, by Thurstone's model.
    fn choices(instrument: &Instrument, attractions: &[f64; 7], rng: &mut ChaCha12Rng) -> Vec<Answer> {
        let scale_of = |item: usize| {
            instrument.scales().iter().position(|scale| scale.rule.item_indices().contains(&item)).unwrap()
        };
        let felt: Vec<f64> =
            (0..42).map(|item| attractions[scale_of(item)] + rng.sample::<f64, _>(StandardNormal)).collect();
        let rank = |item: usize| {
            let block = item / 3 * 3;
            (block..block + 3).filter(|&other| felt[other] < felt[item]).count() as u8
        };
        (0..42).map(|item| Answer::Category(rank(item))).collect()
    }

    fn scores(instrument: &Instrument, answers: &[Answer]) -> Vec<f64> {
        let table = score_matrix(instrument, &ResponseMatrix::from_rows(instrument, answers).unwrap());
        table.respondent(0).iter().map(|score| score.raw.as_ref().unwrap().value).collect()
    }

    #[test]
    fn differences_are_those_of_the_scores_and_errors_those_of_deleting_blocks() {
        let instrument = seven_scales();
        let mut rng = ChaCha12Rng::seed_from_u64(3);
        for missing_block in [None, Some(5)] {
            let mut answers = choices(&instrument, &[1.5, 1.0, 0.5, 0.0, -0.5, -1.0, -1.5], &mut rng);
            if let Some(block) = missing_block {
                answers[3 * block..3 * block + 3].fill(Answer::Missing(Missing::Skipped));
            }
            let found = ForcedChoices::of(&instrument, &answers);
            let scores = scores(&instrument, &answers);
            for (first, second) in [(0, 6), (2, 3), (5, 1)] {
                let given = found.difference(first, second).unwrap();
                // Prorating and taking out the middle code change nothing: each scale has six items.
                assert!((given.difference - (scores[first] - scores[second])).abs() < 1e-9, "{given:?}");
                assert!((given.standard_error - by_deletion(&instrument, &answers, first, second)).abs() < 1e-9);
            }
        }
    }

    /// The definition, one deletion after the other.
    fn by_deletion(instrument: &Instrument, answers: &[Answer], first: usize, second: usize) -> f64 {
        let of = |scale: usize| instrument.scales()[scale].rule.item_indices();
        let n_answered =
            |scale: usize| of(scale).iter().filter(|&&item| matches!(answers[item], Answer::Category(_))).count();
        let code = |item: usize| match answers[item] {
            Answer::Category(category) => f64::from(category) - 1.0,
            _ => 0.0,
        };
        let concerned: Vec<usize> = (0..14)
            .filter(|&block| {
                (3 * block..3 * block + 3).any(|item| {
                    matches!(answers[item], Answer::Category(_))
                        && (of(first).contains(&item) || of(second).contains(&item))
                })
            })
            .collect();
        let n = concerned.len() as f64;
        let total = |without: usize, scale: usize| -> f64 {
            let left = of(scale).into_iter().filter(|&item| item / 3 != without);
            left.map(code).sum::<f64>() * 6.0 / n_answered(scale) as f64
        };
        let without: Vec<f64> =
            concerned.iter().map(|&block| n / (n - 1.0) * (total(block, first) - total(block, second))).collect();
        let mean = without.iter().sum::<f64>() / n;
        ((n - 1.0) / n * without.iter().map(|d| (d - mean).powi(2)).sum::<f64>()).sqrt()
    }

    #[test]
    fn the_error_is_the_spread_over_repeated_choices() {
        let instrument = seven_scales();
        let mut rng = ChaCha12Rng::seed_from_u64(11);
        let attractions = [0.8, 0.4, 0.2, 0.0, -0.2, -0.4, -0.8];
        let n = 4000;
        let (mut differences, mut variances) = (Vec::new(), 0.0);
        for _ in 0..n {
            let found = ForcedChoices::of(&instrument, &choices(&instrument, &attractions, &mut rng));
            let found = found.difference(1, 4).unwrap();
            differences.push(found.difference);
            variances += found.standard_error.powi(2) / f64::from(n);
        }
        let mean = differences.iter().sum::<f64>() / f64::from(n);
        let spread = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / f64::from(n - 1);
        // The jackknife variance is a little too large on average (Efron & Stein, 1981), never too small.
        let ratio = variances / spread;
        assert!((0.97..1.25).contains(&ratio), "{ratio}");
    }

    #[test]
    fn equals_are_told_apart_about_one_time_in_twenty() {
        let instrument = seven_scales();
        let mut rng = ChaCha12Rng::seed_from_u64(5);
        let n = 4000;
        let false_alarms = (0..n)
            .filter(|_| {
                let answers = choices(&instrument, &[0.5, 0.0, -0.5, 0.0, 0.5, 0.0, 1.0], &mut rng);
                ForcedChoices::of(&instrument, &answers).difference(1, 3).unwrap().is_established()
            })
            .count();
        let rate = false_alarms as f64 / f64::from(n);
        // Standard error of the rate .0034; ten blocks, whose errors are estimated, give a little more than .05.
        assert!((0.03..0.09).contains(&rate), "{rate}");
    }

    #[test]
    fn other_scales_and_lone_blocks_have_no_difference() {
        let instrument = seven_scales();
        let none = vec![Answer::Missing(Missing::Skipped); 42];
        assert_eq!(ForcedChoices::of(&instrument, &none).difference(0, 1), None);
        assert_eq!(ForcedChoices::of(&instrument, &[]).difference(0, 1), None);
        let mut one = none;
        one[0..3].copy_from_slice(&[Answer::Category(2), Answer::Category(0), Answer::Category(1)]);
        let found = ForcedChoices::of(&instrument, &one);
        assert_eq!((found.difference(0, 1), found.difference(0, 99)), (None, None));
    }
}
