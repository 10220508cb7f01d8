//! Estimates of a structure, with standard errors, and what may be wrong with them.

use nalgebra::{DMatrix, DVector};

use super::likelihood::{GroupSlots, Implied, Slot, packed};
use super::model::SimpleStructure;

/// An estimate and how precise it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Standard error in the same unit; `None` for a fixed value, and where the search did not converge or the parameters are
    /// not identified.
    pub standard_error: Option<f64>,
}

impl Estimate {
    /// Estimate in units of its standard error.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        self.standard_error.filter(|se| *se > 0.0).map(|se| self.value / se)
    }
}

/// Estimates of one item in one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemEstimates {
    /// Place of the item in the data.
    pub item_idx: usize,
    /// Its factor.
    pub factor_idx: usize,
    /// Points that the item rises with one unit of its factor.
    pub loading: Estimate,
    /// SDs that the item rises with one SD of its factor: the correlation of the two.
    pub standardized_loading: Estimate,
    /// Variance that the factor leaves, in points².
    pub residual_variance: Estimate,
    /// Share of the variance that the factor leaves; below 0 in a Heywood case.
    pub standardized_residual: f64,
    /// Expected points at a factor score of 0, where means are modeled.
    pub intercept: Option<Estimate>,
}

/// Estimates of one factor in one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorEstimates {
    /// Variance; 1 where it sets the unit.
    pub variance: Estimate,
    /// Mean; 0 where it sets the origin.
    pub mean: Estimate,
}

/// Two factors in one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorPair {
    /// Place of the one factor.
    pub first: usize,
    /// Place of the other.
    pub second: usize,
    /// Covariance.
    pub covariance: Estimate,
    /// Correlation, free of measurement error.
    pub correlation: Estimate,
}

/// All estimates of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupEstimates {
    /// Number of respondents.
    pub n: usize,
    /// Items, factor by factor.
    pub items: Vec<ItemEstimates>,
    /// Factors.
    pub factors: Vec<FactorEstimates>,
    /// Pairs of factors.
    pub factor_pairs: Vec<FactorPair>,
}

/// What makes a solution unfit for interpretation, and what can be done about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImproperSolution {
    /// The minimum was not reached.
    #[error(
        "the search did not converge: the structure is far from these data, or the sample too small; check the items of each factor"
    )]
    NotConverged,
    /// Other values would fit equally well.
    #[error(
        "the parameters are not identified by these data, so there are no standard errors: a factor of two items correlates with no other, or two factors are one"
    )]
    NotIdentified,
    /// Heywood case.
    #[error(
        "item {item_idx} (from 0): residual variance {value:.3} is below 0 (Heywood case); the factor has too few good items, or the sample is small"
    )]
    NegativeResidual {
        /// Place of the group.
        group_idx: usize,
        /// Place of the item in the data.
        item_idx: usize,
        /// The residual variance.
        value: f64,
    },
    /// A factor with a variance of 0 or below.
    #[error("factor {factor_idx} (from 0): variance {value:.3} is not above 0")]
    FactorVariance {
        /// Place of the group.
        group_idx: usize,
        /// Place of the factor.
        factor_idx: usize,
        /// The variance.
        value: f64,
    },
    /// A correlation that cannot be.
    #[error("factors {first} and {second} (from 0) correlate {value:.3}, beyond ±1; they may be one factor")]
    CorrelationBeyondOne {
        /// Place of the group.
        group_idx: usize,
        /// Place of one factor.
        first: usize,
        /// Place of the other.
        second: usize,
        /// The correlation.
        value: f64,
    },
    /// Factor correlations that cannot be together.
    #[error(
        "the correlations of the factors cannot all hold together (not positive definite); some factors may be one"
    )]
    FactorsNotPositiveDefinite {
        /// Place of the group.
        group_idx: usize,
    },
    /// Polychoric correlations that cannot be together.
    #[error(
        "the polychoric correlations cannot all hold together (not positive definite); estimates are possible, but the sample is small for these items"
    )]
    PolychoricNotPositiveDefinite,
}

/// Covariances of estimates and the units in which the data were fitted.
pub(crate) struct Precision<'a> {
    pub point: &'a DVector<f64>,
    /// Covariances of the free parameters.
    pub covariances: Option<&'a DMatrix<f64>>,
    /// Unit of each item, in points.
    pub scales: &'a DVector<f64>,
    /// Origin of each item, in points.
    pub centers: &'a DVector<f64>,
}

impl Precision<'_> {
    fn estimate(&self, slot: Slot, unit: f64, origin: f64) -> Estimate {
        let standard_error = match slot {
            Slot::Fixed(_) => None,
            Slot::Free(place) => self.covariances.map(|c| unit * c[(place, place)].max(0.0).sqrt()),
        };
        Estimate { value: origin + unit * slot.value(self.point), standard_error }
    }

    /// Standard error of a function of parameters with the slopes given (delta method).
    fn of_function(&self, slopes: &[(Slot, f64)]) -> Option<f64> {
        let covariances = self.covariances?;
        let free: Vec<(usize, f64)> = slopes
            .iter()
            .filter_map(|&(slot, slope)| match slot {
                Slot::Free(place) => Some((place, slope)),
                Slot::Fixed(_) => None,
            })
            .collect();
        if free.is_empty() {
            return None;
        }
        let variance: f64 =
            free.iter().flat_map(|&(a, x)| free.iter().map(move |&(b, y)| x * y * covariances[(a, b)])).sum();
        Some(variance.max(0.0).sqrt())
    }

    /// Estimates of a group, out of the fitted units.
    pub(crate) fn group(&self, structure: &SimpleStructure, slots: &GroupSlots, n: usize) -> GroupEstimates {
        let variance_slot = |f: usize| slots.factor_covariances[packed(f, f)];
        let items = (0..structure.n_items()).map(|i| {
            let f = structure.factor_of()[i];
            let (l, r, v) = (slots.loadings[i], slots.residuals[i], variance_slot(f));
            let (loading, residual, variance) = (l.value(self.point), r.value(self.point), v.value(self.point));
            let total = loading * loading * variance + residual;
            let (sd, factor_sd) = (total.sqrt(), variance.sqrt());
            let cube = total * sd;
            let slopes = [
                (l, factor_sd * residual / cube),
                (r, -0.5 * loading * factor_sd / cube),
                (v, 0.5 * loading * residual / (factor_sd * cube)),
            ];
            let standard_error =
                if structure.is_alone(i) { None } else { self.of_function(&slopes).filter(|se| se.is_finite()) };
            let unit = self.scales[i];
            ItemEstimates {
                item_idx: structure.items()[i],
                factor_idx: f,
                loading: self.estimate(l, unit, 0.0),
                standardized_loading: Estimate { value: loading * factor_sd / sd, standard_error },
                residual_variance: self.estimate(r, unit * unit, 0.0),
                standardized_residual: residual / total,
                intercept: slots.means.as_ref().map(|(nu, _)| self.estimate(nu[i], unit, self.centers[i])),
            }
        });
        let factors = (0..structure.n_factors()).map(|f| FactorEstimates {
            variance: self.estimate(variance_slot(f), 1.0, 0.0),
            mean: slots
                .means
                .as_ref()
                .map_or(Estimate { value: 0.0, standard_error: None }, |(_, means)| self.estimate(means[f], 1.0, 0.0)),
        });
        let pairs = structure.factor_pairs().map(|(first, second)| {
            let slot = slots.factor_covariances[packed(first, second)];
            let (a, b) = (variance_slot(first), variance_slot(second));
            let (variance_a, variance_b) = (a.value(self.point), b.value(self.point));
            let scale = (variance_a * variance_b).sqrt();
            let value = slot.value(self.point) / scale;
            let slopes = [(slot, 1.0 / scale), (a, -0.5 * value / variance_a), (b, -0.5 * value / variance_b)];
            let standard_error = self.of_function(&slopes).filter(|se| se.is_finite());
            FactorPair {
                first,
                second,
                covariance: self.estimate(slot, 1.0, 0.0),
                correlation: Estimate { value, standard_error },
            }
        });
        GroupEstimates { n, items: items.collect(), factors: factors.collect(), factor_pairs: pairs.collect() }
    }
}

/// What is improper about the estimates of a group.
pub(crate) fn improper(group_idx: usize, estimates: &GroupEstimates, implied: &Implied) -> Vec<ImproperSolution> {
    let mut found: Vec<ImproperSolution> = estimates
        .items
        .iter()
        .filter(|item| item.residual_variance.value < 0.0)
        .map(|item| ImproperSolution::NegativeResidual {
            group_idx,
            item_idx: item.item_idx,
            value: item.residual_variance.value,
        })
        .collect();
    found.extend(improper_factors(group_idx, &implied.factor_covariances));
    found
}

/// What is improper about the covariances of factors.
pub(crate) fn improper_factors(group_idx: usize, phi: &DMatrix<f64>) -> Vec<ImproperSolution> {
    let m = phi.nrows();
    let not_positive = (0..m).filter(|&f| phi[(f, f)].is_nan() || phi[(f, f)] <= 0.0);
    let mut found: Vec<ImproperSolution> = not_positive
        .map(|factor_idx| ImproperSolution::FactorVariance {
            group_idx,
            factor_idx,
            value: phi[(factor_idx, factor_idx)],
        })
        .collect();
    if found.is_empty() {
        for first in 0..m {
            for second in first + 1..m {
                let value = phi[(first, second)] / (phi[(first, first)] * phi[(second, second)]).sqrt();
                if value.abs() > 1.0 {
                    found.push(ImproperSolution::CorrelationBeyondOne { group_idx, first, second, value });
                }
            }
        }
        if found.is_empty() && phi.clone().cholesky().is_none() {
            found.push(ImproperSolution::FactorsNotPositiveDefinite { group_idx });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_that_cannot_be_are_named() {
        let beyond = DMatrix::from_row_slice(2, 2, &[1.0, 1.1, 1.1, 1.0]);
        assert!(matches!(
            improper_factors(0, &beyond)[..],
            [ImproperSolution::CorrelationBeyondOne { first: 0, second: 1, .. }]
        ));
        let together = DMatrix::from_row_slice(3, 3, &[1.0, 0.9, 0.9, 0.9, 1.0, -0.9, 0.9, -0.9, 1.0]);
        assert_eq!(improper_factors(1, &together), [ImproperSolution::FactorsNotPositiveDefinite { group_idx: 1 }]);
        let variance = DMatrix::from_row_slice(1, 1, &[-0.2]);
        assert!(matches!(improper_factors(0, &variance)[..], [ImproperSolution::FactorVariance { .. }]));
        assert!(improper_factors(0, &DMatrix::identity(3, 3)).is_empty());
    }
}
