//! Key audit of one scale: items that run against the others, as they do when their key or their column has the wrong sign.
//!
//! One item at a time, the one that most surely runs against the rest of its scale is turned and the scale is looked at again,
//! so that one wrong key does not cast doubt on the right ones. Turning an item changes signs in the covariance matrix, so that
//! everything follows from one pass over the data.

use nalgebra::DMatrix;

use crate::numeric::{fisher_z, normal};
use crate::quality::scale_sums::ScaleSums;
use crate::stats::ItemScores;

/// With fewer people with complete answers to a scale, nothing is said about its key.
pub const FEWEST_RESPONDENTS: u64 = 100;

/// Level of the interval whose upper limit must lie below 0.
pub const LEVEL: f64 = 0.99;

/// An item that runs against its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlaggedItem {
    /// Place of the item on the scale, from 0.
    pub item: usize,
    /// Correlation of the item with the sum of the other items, after the items flagged before it were turned; below 0.
    pub item_rest_correlation: f64,
    /// Lower limit of its 99 % interval.
    pub lower: f64,
    /// Upper limit of its 99 % interval; below 0.
    pub upper: f64,
}

/// What the audit of a scale found.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyAudit {
    /// Number of people behind it: those who answered every item of the scale.
    pub n: u64,
    /// Items that run against the scale, in the order found: the surest first.
    pub flagged: Vec<FlaggedItem>,
}

/// Why a key cannot be audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoKeyAudit {
    /// Too few people to say anything.
    #[error("{n} people answered every item of the scale; an audit of the key needs {needed}")]
    TooFewRespondents {
        /// Number of people.
        n: u64,
        /// Fewest that are needed.
        needed: u64,
    },
    /// A scale of a single item has no rest to compare with.
    #[error("{n_items} items with spread; an audit of the key needs 2")]
    TooFewItems {
        /// Number of items in which people differ.
        n_items: usize,
    },
}

/// Audits the key of a scale from the codes that were gathered of its items.
///
/// Of the items not yet flagged, the one with the lowest upper limit of its item–rest correlation is flagged when that limit is
/// below 0, and turned; then all is computed again, at most once an item. The limit is that of the two-sided 99 % interval by
/// Fisher's z, tanh(atanh r + 2.576/√(n − 3)). With the key's signs s and covariances c, item i against the rest of the scale:
/// r_i = Σ_{j≠i} s_i·s_j·c_ij / √(c_ii·(v − 2·Σ_{j≠i} s_i·s_j·c_ij − c_ii)), where v = Σ_ij s_i·s_j·c_ij is the variance of the sum.
///
/// - `sums`: codes as they stand in the answers, whatever the key.
/// - `reversed`: for each item, whether the key turns it; shorter lists count as not turned.
///
/// Items in which nobody differs are passed over. Of two items that run against each other one is flagged, and no computation can
/// say which; nor can it tell a scale of which most items are wrong from one of which the others are.
///
/// # Errors
/// [`NoKeyAudit`] below [`FEWEST_RESPONDENTS`] people or two items with spread.
/// # References
/// Fisher (1921), Metron 1, 3–32, for the interval. The rule is our own; a simulation in the tests finds planted reversals and
/// invents none.
pub fn audit_key(sums: &ScaleSums, reversed: &[bool]) -> Result<KeyAudit, NoKeyAudit> {
    let n = sums.n();
    let too_few = NoKeyAudit::TooFewRespondents { n, needed: FEWEST_RESPONDENTS };
    if n < FEWEST_RESPONDENTS {
        return Err(too_few);
    }
    let mut matrix = sums.covariances().ok_or(too_few)?;
    let k = matrix.nrows();
    let n_items = (0..k).filter(|&i| matrix[(i, i)] > 0.0).count();
    if n_items < 2 {
        return Err(NoKeyAudit::TooFewItems { n_items });
    }
    for (item, _) in reversed.iter().take(k).enumerate().filter(|(_, reversed)| **reversed) {
        turn(&mut matrix, item);
    }
    let mut flagged: Vec<FlaggedItem> = Vec::new();
    for _ in 0..k {
        let total = matrix.sum();
        let candidates = (0..k).filter(|item| flagged.iter().all(|known| known.item != *item));
        let looked_at = candidates.filter_map(|item| against_rest(&matrix, total, item, n));
        let Some(surest) = looked_at.min_by(|a, b| a.upper.total_cmp(&b.upper)).filter(|found| found.upper < 0.0)
        else {
            break;
        };
        turn(&mut matrix, surest.item);
        flagged.push(surest);
    }
    Ok(KeyAudit { n, flagged })
}

/// Audits the key of a scale whose items are already turned as the key says.
///
/// # Errors
/// As [`audit_key`].
pub fn audit_keyed_scores(scores: &ItemScores) -> Result<KeyAudit, NoKeyAudit> {
    let complete = scores.complete();
    let columns: Vec<&[u8]> = complete.columns().iter().map(|column| column.codes()).collect();
    let mut sums = ScaleSums::new(columns.len());
    sums.add(&columns, complete.n_respondents() as u64);
    audit_key(&sums, &[])
}

/// Covariances with one item turned.
fn turn(matrix: &mut DMatrix<f64>, item: usize) {
    for other in (0..matrix.nrows()).filter(|&other| other != item) {
        matrix[(item, other)] = -matrix[(item, other)];
        matrix[(other, item)] = -matrix[(other, item)];
    }
}

/// The correlation of an item with the sum of the others, and its interval; `None` where one side has no spread.
///
/// - `total`: variance of the sum of all items.
fn against_rest(matrix: &DMatrix<f64>, total: f64, item: usize, n: u64) -> Option<FlaggedItem> {
    let variance = matrix[(item, item)];
    let covariance = matrix.row(item).sum() - variance;
    let rest = total - 2.0 * covariance - variance;
    // What rounding leaves of a rest without spread is no spread.
    if variance <= 0.0 || rest <= 1e-12 * matrix.diagonal().sum() {
        return None;
    }
    let r = (covariance / (variance * rest).sqrt()).clamp(-1.0, 1.0);
    let Some(z) = fisher_z::from_correlation(r) else {
        return Some(FlaggedItem { item, item_rest_correlation: r, lower: r, upper: r });
    };
    let reach = normal::quantile(0.5 + 0.5 * LEVEL)? / ((n - 3) as f64).sqrt();
    let (lower, upper) = (fisher_z::to_correlation(z - reach), fisher_z::to_correlation(z + reach));
    Some(FlaggedItem { item, item_rest_correlation: r, lower, upper })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;
    use rand_distr::StandardNormal;

    use super::*;
    use crate::stats::ItemColumn;

    /// Answers 1–5 of people on one scale: loading times the trait plus a normal rest, cut at ±0.4 and ±1.3.
    fn simulate(seed: u64, n: usize, loadings: &[f64], planted: &[usize]) -> ItemScores {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut columns = vec![Vec::with_capacity(n); loadings.len()];
        for _ in 0..n {
            let theta: f64 = rng.sample(StandardNormal);
            for (column, loading) in columns.iter_mut().zip(loadings) {
                let noise: f64 = rng.sample(StandardNormal);
                let latent = loading * theta + (1.0 - loading * loading).sqrt() * noise;
                let above = [-1.3, -0.4, 0.4, 1.3].iter().filter(|&&cut| latent > cut).count();
                column.push(Some(1 + i32::try_from(above).unwrap()));
            }
        }
        let scores = ItemScores::new(columns.into_iter().map(|c| ItemColumn::new(1, 5, c).unwrap()).collect()).unwrap();
        planted.iter().fold(scores, |scores, &item| scores.with_mirrored(item))
    }

    #[test]
    fn an_item_rest_correlation_worked_by_hand() {
        // Three items, variances 1, covariances .5, −.5, .5 (items 1–2, 1–3, 2–3): item 1 against 2 + 3 has covariance 0;
        // item 2: covariance 1, rest variance 1 + 1 − 1 = 1, r = 1; item 3: covariance 0.
        let matrix = DMatrix::from_row_slice(3, 3, &[1.0, 0.5, -0.5, 0.5, 1.0, 0.5, -0.5, 0.5, 1.0]);
        assert_eq!(against_rest(&matrix, 4.0, 0, 103).unwrap().item_rest_correlation, 0.0);
        assert_eq!(against_rest(&matrix, 4.0, 1, 103).unwrap().upper, 1.0);
        // z of the 99.5 % point over √100.
        let upper = against_rest(&matrix, 4.0, 2, 103).unwrap().upper;
        assert!((upper - 0.257_582_930_354_890_1_f64.tanh()).abs() < 1e-15);
    }

    #[test]
    fn planted_reversals_are_found_and_none_is_invented() {
        let mut n_planted = 0;
        for seed in 0..400 {
            let mut rng = ChaCha12Rng::seed_from_u64(10_000 + seed);
            let n_items = rng.random_range(4..=12);
            let loadings: Vec<f64> = (0..n_items).map(|_| rng.random_range(0.45..0.8)).collect();
            // Fewer than half of the items, and at most three, so that the others say which way the scale runs.
            let most = ((n_items - 1) / 2).min(3);
            let mut planted: Vec<usize> =
                (0..rng.random_range(0..=most)).map(|_| rng.random_range(0..n_items)).collect();
            planted.sort_unstable();
            planted.dedup();
            let audit = audit_keyed_scores(&simulate(seed, 500, &loadings, &planted)).unwrap();
            let mut found: Vec<usize> = audit.flagged.iter().map(|item| item.item).collect();
            found.sort_unstable();
            assert_eq!(found, planted, "seed {seed}, loadings {loadings:?}");
            n_planted += planted.len();
        }
        assert!(n_planted > 300, "{n_planted}");
    }

    #[test]
    fn unrelated_items_are_rarely_flagged() {
        // Without any relation the upper limit of an item lies below 0 once in 200; turning an item moves the others. At most
        // twice that share of 4000 items, four standard errors (√(4000·.005·.995) = 4.5) above it.
        let flagged: usize =
            (0..500).map(|seed| audit_keyed_scores(&simulate(seed, 200, &[0.0; 8], &[])).unwrap().flagged.len()).sum();
        assert!(flagged <= 40 + 18, "{flagged} of 4000");
    }

    #[test]
    fn the_key_of_the_instrument_and_turned_scores_give_the_same_audit() {
        let scores = simulate(7, 300, &[0.6; 6], &[2, 4]);
        let columns: Vec<&[u8]> = scores.columns().iter().map(ItemColumn::codes).collect();
        let mut sums = ScaleSums::new(6);
        sums.add(&columns, 300);
        assert_eq!(audit_key(&sums, &[false, false, true, false, true, false]).unwrap().flagged, []);
        let wrong = audit_key(&sums, &[]).unwrap();
        assert_eq!(wrong, audit_keyed_scores(&scores).unwrap());
        assert_eq!(wrong.flagged.len(), 2);
        assert!(wrong.flagged.iter().all(|item| item.lower <= item.item_rest_correlation && item.upper < 0.0));
    }

    #[test]
    fn too_little_is_said_so() {
        let few = simulate(1, 99, &[0.6; 4], &[]);
        let needed = FEWEST_RESPONDENTS;
        assert_eq!(audit_keyed_scores(&few), Err(NoKeyAudit::TooFewRespondents { n: 99, needed }));
        let one = simulate(1, 200, &[0.6], &[]);
        assert_eq!(audit_keyed_scores(&one), Err(NoKeyAudit::TooFewItems { n_items: 1 }));
        let constant = ItemColumn::new(1, 5, vec![Some(3); 200]).unwrap();
        let flat = ItemScores::new(vec![constant.clone(), constant]).unwrap();
        assert_eq!(audit_keyed_scores(&flat), Err(NoKeyAudit::TooFewItems { n_items: 0 }));
        assert!(audit_keyed_scores(&ItemScores::new(Vec::new()).unwrap()).is_err());
    }

    #[test]
    fn a_column_and_its_mirror_image_are_flagged_once() {
        let scores = simulate(3, 200, &[0.6], &[]);
        let column = &scores.columns()[0];
        let mirrored = ItemScores::new(vec![column.clone(), column.mirrored()]).unwrap();
        let audit = audit_keyed_scores(&mirrored).unwrap();
        assert_eq!(audit.flagged.len(), 1);
        assert_eq!(audit.flagged[0].item_rest_correlation, -1.0);
    }

    proptest! {
        #[test]
        fn any_answers_are_audited(codes in prop::collection::vec(prop::collection::vec(0..5_i32, 4), 0..160)) {
            let column = |item: usize| ItemColumn::new(0, 4, codes.iter().map(|row| Some(row[item]))).unwrap();
            let scores = ItemScores::new((0..4).map(column).collect()).unwrap();
            if let Ok(audit) = audit_keyed_scores(&scores) {
                prop_assert!(audit.flagged.len() <= 4);
                prop_assert!(audit.flagged.iter().all(|item| item.item_rest_correlation < 0.0 && item.upper < 0.0));
            }
        }
    }
}
