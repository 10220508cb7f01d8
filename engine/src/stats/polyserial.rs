//! Polyserial correlation: of a continuous score with the normal variable that is thought to lie behind an item with ordered categories.

use nalgebra::{DMatrix, DVector};

use crate::numeric::distribution;
use crate::numeric::normal_interval::{LnShare, ln_share};
use crate::numeric::root::brent_root;
use crate::stats::item_scores::ItemColumn;
use crate::stats::polychoric::{Cuts, LikelihoodRatio, Solution};

/// A correlation nearer to ±1 than this is on the boundary.
const NEAR_ONE: f64 = 1e-6;

/// A polyserial correlation by three methods of increasing cost. With two categories they are biserial correlations.
#[derive(Debug, Clone, PartialEq)]
pub struct Polyserial {
    /// Two-step estimate: highest likelihood over ρ, with thresholds, mean and SD (divisor n) taken from the answers. From −1 to 1.
    pub rho: f64,
    /// Whether the two-step estimate is a maximum inside its range.
    pub solution: Solution,
    /// Standard error of the two-step estimate from the curvature of the likelihood, thresholds, mean and SD taken as known. `None` unless
    /// the solution is inside.
    pub standard_error: Option<f64>,
    /// Logarithm of the likelihood of the categories, given the scores, at the two-step estimate.
    pub log_likelihood: f64,
    /// Test of a correlation of 0, one degree of freedom.
    pub independence: Option<LikelihoodRatio>,
    /// Number of respondents with both values.
    pub n: usize,
    /// Thresholds between the categories that somebody chose, in SD units, rising.
    pub thresholds: Vec<f64>,
    /// Pearson's correlation of the score with the points.
    pub pearson: f64,
    /// Ad hoc estimate r·s/Σφ(τ)(y₊ − y): Pearson's r times the SD of the points (divisor n) over the densities at the thresholds, each times
    /// the step of the points there. It can pass ±1.
    pub ad_hoc: f64,
}

/// A polyserial correlation with everything but mean and SD of the score estimated together.
#[derive(Debug, Clone, PartialEq)]
pub struct JointPolyserial {
    /// The correlation, from −1 to 1.
    pub rho: f64,
    /// Whether the correlation is a maximum inside its range.
    pub solution: Solution,
    /// Standard error of the correlation, mean and SD of the score taken as known. `None` unless the solution is inside.
    pub standard_error: Option<f64>,
    /// Thresholds in SD units, rising.
    pub thresholds: Vec<f64>,
    /// Logarithm of the likelihood of the categories, given the scores.
    pub log_likelihood: f64,
}

/// Why there is no polyserial correlation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolyserialError {
    /// Lists of different length.
    #[error("the item has {given} respondents, the score {expected}")]
    Length {
        /// Respondents of the item.
        given: usize,
        /// Respondents of the score.
        expected: usize,
    },
    /// A score that is not a finite number.
    #[error("respondent {respondent_idx} (from 0): the score {given} is not a finite number")]
    NotFinite {
        /// Row, from 0.
        respondent_idx: usize,
        /// The value.
        given: f64,
    },
    /// Too few respondents, or scores without spread.
    #[error("the score has no spread among the {n} respondents with both values")]
    NoSpread {
        /// Respondents with both values.
        n: usize,
    },
    /// Everybody chose the same category.
    #[error("{n_chosen} categories were chosen among the {n} respondents with both values; at least 2 are needed")]
    TooFewCategories {
        /// Categories that somebody chose.
        n_chosen: usize,
        /// Respondents with both values.
        n: usize,
    },
}

/// Polyserial correlation of a score with an item, over the respondents who have both.
///
/// The likelihood of a category between the thresholds l and u, given the standardized score z, is
/// Φ((u − ρz)/√(1 − ρ²)) − Φ((l − ρz)/√(1 − ρ²)).
///
/// - `score`: one number a respondent; `None` is missing.
/// - `item`: the item with ordered categories.
///
/// # Errors
/// [`PolyserialError`].
/// # References
/// Olsson, Drasgow & Dorans (1982), Psychometrika 47, 337–347, doi:10.1007/BF02294164
/// # Agreement
/// Oracle `correlation/polyserial`: closed forms within 1e-9 relative, two-step within 1e-8.
pub fn polyserial(score: &[Option<f64>], item: &ItemColumn) -> Result<Polyserial, PolyserialError> {
    Pairs::new(score, item)?.two_step()
}

/// Polyserial correlation with thresholds and correlation estimated together, by maximum likelihood. With α = τ/√(1 − ρ²) and
/// β = ρ/√(1 − ρ²) this is an ordered probit regression, whose likelihood has a single peak.
///
/// # Errors
/// [`PolyserialError`].
/// # References
/// Olsson, Drasgow & Dorans (1982), Psychometrika 47, 337–347, doi:10.1007/BF02294164
/// # Agreement
/// Oracle `correlation/polyserial` (polycor), within 1e-3: polycor stops early and divides the variance by n − 1.
pub fn joint_polyserial(score: &[Option<f64>], item: &ItemColumn) -> Result<JointPolyserial, PolyserialError> {
    let pairs = Pairs::new(score, item)?;
    let start = pairs.two_step()?;
    Ok(pairs.joint(&start))
}

/// Respondents with the same score and category.
pub(crate) struct ScoreCell {
    /// The score; standardized by [`Pairs::of_cells`].
    pub(crate) score: f64,
    pub(crate) category: usize,
    pub(crate) count: f64,
}

/// The pairs of values of a polyserial correlation.
pub(crate) struct Pairs {
    cells: Vec<ScoreCell>,
    n: usize,
    cuts: Cuts,
    /// Points of the chosen categories.
    points: Vec<f64>,
}

impl Pairs {
    fn new(score: &[Option<f64>], item: &ItemColumn) -> Result<Self, PolyserialError> {
        let (given, expected) = (item.codes().len(), score.len());
        if given != expected {
            return Err(PolyserialError::Length { given, expected });
        }
        let mut cells = Vec::new();
        for (respondent_idx, (value, &code)) in score.iter().zip(item.codes()).enumerate() {
            match *value {
                Some(given) if !given.is_finite() => return Err(PolyserialError::NotFinite { respondent_idx, given }),
                Some(score) if code != ItemColumn::MISSING_CODE => {
                    cells.push(ScoreCell { score, category: usize::from(code), count: 1.0 });
                }
                _ => {}
            }
        }
        Self::of_cells(cells)
    }

    /// From scores and codes (points above the lowest) of respondents; the counts are whole.
    pub(crate) fn of_cells(mut cells: Vec<ScoreCell>) -> Result<Self, PolyserialError> {
        let n = cells.iter().map(|cell| cell.count).sum::<f64>();
        let mut counts = [0_u64; 256];
        for cell in &cells {
            // Whole numbers of respondents.
            counts[cell.category] += cell.count as u64;
        }
        let codes: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
        let counts: Vec<u64> = codes.iter().map(|&code| counts[code]).collect();
        // Whole, and no more than there are respondents.
        let n_respondents = n as usize;
        if codes.len() < 2 {
            return Err(PolyserialError::TooFewCategories { n_chosen: codes.len(), n: n_respondents });
        }
        let mean = cells.iter().map(|cell| cell.count * cell.score).sum::<f64>() / n;
        let squares: f64 = cells.iter().map(|cell| cell.count * (cell.score - mean) * (cell.score - mean)).sum();
        let sd = (squares / n).sqrt();
        // What rounding leaves of equal scores is no spread.
        let largest = cells.iter().map(|cell| cell.score.abs()).fold(0.0, f64::max);
        if !(sd > 1e-13 * largest && sd.is_finite()) {
            return Err(PolyserialError::NoSpread { n: n_respondents });
        }
        for cell in &mut cells {
            cell.score = (cell.score - mean) / sd;
            cell.category = codes.partition_point(|&code| code < cell.category);
        }
        let points = codes.iter().map(|&code| code as f64).collect();
        Ok(Self { cells, n: n_respondents, cuts: Cuts::of_counts(&counts), points })
    }

    /// Limits of a category.
    fn limits(thresholds: &[f64], category: usize) -> (f64, f64) {
        let lower = category.checked_sub(1).and_then(|below| thresholds.get(below)).copied();
        (lower.unwrap_or(f64::NEG_INFINITY), thresholds.get(category).copied().unwrap_or(f64::INFINITY))
    }

    fn share(&self, cell: &ScoreCell, rho: f64, rest: f64) -> Option<((f64, f64), LnShare)> {
        let (lower, upper) = Self::limits(&self.cuts.thresholds, cell.category);
        let z = rho * cell.score;
        Some(((lower, upper), ln_share((lower - z) / rest, (upper - z) / rest)?))
    }

    /// Slope of the log-likelihood by ρ, |ρ| < 1. `NaN` where the likelihood is beyond numbers.
    fn score(&self, rho: f64) -> f64 {
        let rest = ((1.0 - rho) * (1.0 + rho)).sqrt();
        let slope = |cell: &ScoreCell| {
            let Some(((lower, upper), share)) = self.share(cell, rho, rest) else { return f64::NAN };
            // d/dρ of (τ − ρz)/√(1 − ρ²) is (τρ − z)/√(1 − ρ²)³.
            let of_limit = |limit: f64, slope: f64| {
                if limit.is_finite() { slope * (limit * rho - cell.score) / rest.powi(3) } else { 0.0 }
            };
            cell.count * (of_limit(upper, share.by_upper) - of_limit(lower, share.by_lower))
        };
        self.cells.iter().map(slope).sum()
    }

    fn log_likelihood(&self, rho: f64) -> Option<f64> {
        let rest = ((1.0 - rho) * (1.0 + rho)).sqrt();
        let terms = self.cells.iter().map(|cell| Some(cell.count * self.share(cell, rho, rest)?.1.value));
        terms.sum::<Option<f64>>()
    }

    /// The two-step estimate with its closed forms.
    pub(crate) fn two_step(&self) -> Result<Polyserial, PolyserialError> {
        let n = self.n as f64;
        let points = |cell: &ScoreCell| self.points[cell.category];
        let mean = self.cells.iter().map(|cell| cell.count * points(cell)).sum::<f64>() / n;
        let squares: f64 = self.cells.iter().map(|cell| cell.count * (points(cell) - mean).powi(2)).sum();
        let products: f64 = self.cells.iter().map(|cell| cell.count * cell.score * (points(cell) - mean)).sum();
        let sd = (squares / n).sqrt();
        let pearson = (products / (n * sd)).clamp(-1.0, 1.0);
        let steps = self.points.windows(2).map(|pair| pair[1] - pair[0]);
        let densities: f64 = self.cuts.densities().iter().zip(steps).map(|(density, step)| density * step).sum();
        let end = 1.0 - NEAR_ONE;
        // A slope of 0 at the end is one too small for numbers. Where the end itself is beyond numbers the likelihood has fallen on the way.
        let rises_to_high = self.score(end) >= 0.0;
        let falls_from_low = self.score(-end) <= 0.0;
        let inside = if rises_to_high || falls_from_low { None } else { self.root() };
        let (rho, solution) = match inside {
            Some(rho) => (rho, Solution::Inside),
            None if rises_to_high => (end, Solution::Boundary),
            None if falls_from_low => (-end, Solution::Boundary),
            None => (pearson.clamp(-end, end), Solution::NotConverged),
        };
        let log_likelihood = self.log_likelihood(rho).unwrap_or(f64::NEG_INFINITY);
        let is_inside = solution == Solution::Inside;
        let step = 1e-5 * (1.0 - rho * rho);
        let curvature = (self.score(rho - step) - self.score(rho + step)) / (2.0 * step);
        let standard_error = (is_inside && curvature > 0.0).then(|| 1.0 / curvature.sqrt());
        Ok(Polyserial {
            rho: if solution == Solution::Boundary { 1.0_f64.copysign(rho) } else { rho },
            solution,
            standard_error,
            log_likelihood,
            independence: self.log_likelihood(0.0).and_then(|at_zero| {
                let chi_squared = (2.0 * (log_likelihood - at_zero)).max(0.0);
                let p_value = distribution::chi_squared(chi_squared, 1.0)?.above;
                Some(LikelihoodRatio { chi_squared, df: 1, p_value })
            }),
            n: self.n,
            thresholds: self.cuts.thresholds.clone(),
            pearson,
            ad_hoc: pearson * sd / densities,
        })
    }

    /// Where the slope is 0: on the widest range at whose ends it can be told.
    fn root(&self) -> Option<f64> {
        let ends = [1.0 - NEAR_ONE, 0.9999, 0.999, 0.99, 0.97];
        let is_told = |rho: &f64| self.score(*rho).is_finite();
        let high = ends.into_iter().find(is_told)?;
        let low = ends.into_iter().map(|end| -end).find(is_told)?;
        brent_root(|rho| self.score(rho), low, high, 1e-15)
    }

    /// Newton's method on the ordered probit regression.
    fn joint(&self, start: &Polyserial) -> JointPolyserial {
        let n_cuts = self.cuts.thresholds.len();
        let rho = start.rho.clamp(-0.95, 0.95);
        let rest = (1.0 - rho * rho).sqrt();
        let mut place =
            DVector::from_iterator(n_cuts + 1, self.cuts.thresholds.iter().map(|tau| tau / rest).chain([rho / rest]));
        let mut found = None;
        let mut current = self.probit(&place);
        for _ in 0..200 {
            let Some((value, gradient, information)) = current.take() else { break };
            let Some(step) = information.clone().cholesky().map(|factor| factor.solve(&gradient)) else { break };
            let decrement = gradient.dot(&step);
            if decrement < 1e-18 * (1.0 + value.abs()) {
                found = Some((value, information));
                break;
            }
            let mut share = 1.0;
            for _ in 0..60 {
                let next = &place + &step * share;
                let tried = self.probit(&next).filter(|tried| tried.0 >= value - 4.0 * f64::EPSILON * value.abs());
                if tried.is_some() {
                    (place, current) = (next, tried);
                    break;
                }
                share *= 0.5;
            }
        }
        let beta = place[n_cuts];
        let scale = (1.0 + beta * beta).sqrt();
        let rho = beta / scale;
        // Scores that tell the categories without error leave the likelihood rising for ever.
        let is_separated = found.as_ref().map_or(start.solution == Solution::Boundary, |(value, _)| *value > -1e-6);
        let solution = match &found {
            _ if is_separated || 1.0 - rho.abs() < NEAR_ONE => Solution::Boundary,
            Some(_) => Solution::Inside,
            None => Solution::NotConverged,
        };
        let is_inside = solution == Solution::Inside;
        let standard_error = found.as_ref().filter(|_| is_inside).and_then(|(_, information)| {
            let variance = information.clone().cholesky()?.inverse()[(n_cuts, n_cuts)];
            // dρ/dβ = (1 + β²)^(−3/2).
            Some(variance.sqrt() / scale.powi(3))
        });
        JointPolyserial {
            rho: if solution == Solution::Boundary { 1.0_f64.copysign(rho) } else { rho },
            solution,
            standard_error,
            thresholds: place.iter().take(n_cuts).map(|alpha| alpha / scale).collect(),
            log_likelihood: found.map_or(start.log_likelihood, |(value, _)| value),
        }
    }

    /// Log-likelihood of the ordered probit regression at (α₁ …, β), its gradient and minus its second derivatives.
    fn probit(&self, place: &DVector<f64>) -> Option<(f64, DVector<f64>, DMatrix<f64>)> {
        let n_cuts = place.len() - 1;
        let (alphas, beta) = (&place.as_slice()[..n_cuts], place[n_cuts]);
        let mut value = 0.0;
        let mut gradient = DVector::zeros(n_cuts + 1);
        let mut information = DMatrix::zeros(n_cuts + 1, n_cuts + 1);
        for cell in &self.cells {
            let (lower, upper) = Self::limits(alphas, cell.category);
            let (l, u) = (lower - beta * cell.score, upper - beta * cell.score);
            let share = ln_share(l, u)?;
            value += cell.count * share.value;
            let mut ends = Vec::with_capacity(2);
            if upper.is_finite() {
                ends.push((cell.category, share.by_upper, share.by_upper * (u + share.by_upper)));
            }
            if lower.is_finite() {
                ends.push((cell.category - 1, -share.by_lower, share.by_lower * (share.by_lower - l)));
            }
            let cross = if ends.len() == 2 { -share.by_upper * share.by_lower } else { 0.0 };
            let z = -cell.score;
            let mut by_beta = 0.0;
            for (idx, &(cut, slope, bend)) in ends.iter().enumerate() {
                gradient[cut] += cell.count * slope;
                gradient[n_cuts] += cell.count * slope * z;
                information[(cut, cut)] += cell.count * bend;
                let with_beta = cell.count * (bend + cross) * z;
                information[(cut, n_cuts)] += with_beta;
                information[(n_cuts, cut)] += with_beta;
                by_beta += (bend + cross) * z * z;
                if let Some(&(other, ..)) = ends.get(1 - idx) {
                    information[(cut, other)] += cell.count * cross;
                }
            }
            information[(n_cuts, n_cuts)] += cell.count * by_beta;
        }
        value.is_finite().then_some((value, gradient, information))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::normal;
    use proptest::prelude::*;

    fn scores(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    fn item(points: &[i32]) -> ItemColumn {
        ItemColumn::new(0, 4, points.iter().copied().map(Some)).unwrap()
    }

    #[test]
    fn ad_hoc_estimate_worked_by_hand() {
        // z = ∓1 twice, points 0, 0, 0, 1 … Pearson of (−1, −1, 1, 1) and (0, 0, 0, 1): (¼·1)/(√(3/16)) = 1/√3; the threshold is
        // Φ⁻¹(¾); s = √3/4, so that the estimate is ¼/φ(Φ⁻¹(¾)).
        let found = polyserial(&scores(&[1.0, 1.0, 3.0, 3.0]), &item(&[0, 0, 0, 1])).unwrap();
        assert!((found.pearson - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
        let density = normal::density(normal::quantile(0.75).unwrap());
        assert!((found.ad_hoc - 0.25 / density).abs() < 1e-15);
    }

    #[test]
    fn missing_values_leave_a_respondent_out() {
        let all = polyserial(&scores(&[1.0, 2.0, 4.0, 3.0, 2.5]), &item(&[0, 1, 2, 0, 1])).unwrap();
        let score = [Some(1.0), Some(2.0), None, Some(4.0), Some(3.0), Some(2.5), Some(9.0)];
        let holes = ItemColumn::new(0, 4, [Some(0), Some(1), Some(3), Some(2), Some(0), Some(1), None]).unwrap();
        assert_eq!(polyserial(&score, &holes).unwrap(), all);
    }

    #[test]
    fn perfect_separation_is_a_flagged_boundary() {
        let found = polyserial(&scores(&[1.0, 2.0, 3.0, 4.0]), &item(&[0, 0, 1, 1])).unwrap();
        assert_eq!((found.solution, found.rho, found.standard_error), (Solution::Boundary, 1.0, None));
        let found = polyserial(&scores(&[4.0, 3.0, 2.0, 1.0]), &item(&[0, 0, 1, 1])).unwrap();
        assert_eq!((found.solution, found.rho), (Solution::Boundary, -1.0));
        let joint = joint_polyserial(&scores(&[1.0, 2.0, 3.0, 4.0]), &item(&[0, 0, 1, 1])).unwrap();
        assert_eq!((joint.solution, joint.rho, joint.standard_error), (Solution::Boundary, 1.0, None));
    }

    #[test]
    fn what_has_no_correlation_is_refused() {
        assert!(matches!(polyserial(&scores(&[1.0]), &item(&[0, 1])), Err(PolyserialError::Length { .. })));
        assert!(matches!(polyserial(&[], &item(&[])), Err(PolyserialError::TooFewCategories { n_chosen: 0, n: 0 })));
        let same = polyserial(&scores(&[1.0, 2.0]), &item(&[3, 3]));
        assert!(matches!(same, Err(PolyserialError::TooFewCategories { n_chosen: 1, n: 2 })));
        let flat = polyserial(&scores(&[0.1, 0.1, 0.1]), &item(&[0, 1, 1]));
        assert_eq!(flat, Err(PolyserialError::NoSpread { n: 3 }));
        let nan = polyserial(&scores(&[1.0, f64::NAN]), &item(&[0, 1]));
        assert!(matches!(nan, Err(PolyserialError::NotFinite { respondent_idx: 1, .. })));
    }

    #[test]
    fn joint_likelihood_is_higher_and_close() {
        let values = [1.2, 0.3, -0.8, 0.1, 2.2, -1.4, 0.9, -0.2, 0.6, -0.5];
        let points = [3, 1, 0, 2, 2, 0, 1, 1, 0, 2];
        let two_step = polyserial(&scores(&values), &item(&points)).unwrap();
        let joint = joint_polyserial(&scores(&values), &item(&points)).unwrap();
        assert_eq!(joint.solution, Solution::Inside);
        assert!(joint.log_likelihood >= two_step.log_likelihood && (joint.rho - two_step.rho).abs() < 0.1);
        assert!(joint.thresholds.windows(2).all(|pair| pair[0] < pair[1]));
    }

    proptest! {
        #[test]
        fn any_answers_give_a_correlation_or_an_error(pairs in prop::collection::vec((prop::option::of(-50.0..50.0_f64), prop::option::of(0..5)), 0..30)) {
            let (score, points): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let item = ItemColumn::new(0, 4, points).unwrap();
            if let Ok(found) = polyserial(&score, &item) {
                prop_assert!(found.rho.abs() <= 1.0 && found.ad_hoc.is_finite(), "{found:?}");
                prop_assert!(found.solution != Solution::NotConverged && found.log_likelihood.is_finite(), "{found:?}");
                let joint = joint_polyserial(&score, &item).unwrap();
                prop_assert!(joint.rho.abs() <= 1.0 && joint.log_likelihood.is_finite(), "{joint:?}");
                prop_assert_eq!(joint.solution == Solution::Inside, joint.standard_error.is_some());
            }
        }

        #[test]
        fn turning_the_score_turns_the_sign(values in prop::collection::vec(-5.0..5.0_f64, 12), points in prop::collection::vec(0..4, 12)) {
            let turned: Vec<f64> = values.iter().map(|value| 10.0 - 2.0 * value).collect();
            if let (Ok(found), Ok(mirror)) = (polyserial(&scores(&values), &item(&points)), polyserial(&scores(&turned), &item(&points))) {
                prop_assert!((found.rho + mirror.rho).abs() < 1e-8 && (found.ad_hoc + mirror.ad_hoc).abs() < 1e-9);
            }
        }
    }
}
