//! Factor scores by regression, and how well they can be known at all.

use nalgebra::{DMatrix, DVector};

use super::FactorError;
use super::matrix::{check_correlations, inverse_for};
use super::rotation::Rotated;

/// Weights that turn standardized items into factor scores.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorScores {
    /// Weights (n_items × n_factors) of z-standardized items.
    pub weights: DMatrix<f64>,
    /// Multiple correlation of each factor with the items: how well its scores can be known, 0–1. Its square is the variance of
    /// the scores.
    pub determinacy: DVector<f64>,
    /// Smallest correlation that two sets of scores, both true to the model, can have: 2·determinacy² − 1, from −1 to 1.
    pub smallest_agreement: DVector<f64>,
}

impl FactorScores {
    /// Factor scores of one respondent, in SD units of the factors.
    ///
    /// - `z_scores`: the items, each less its mean and over its SD, in the order of the correlation matrix; `None` where not
    ///   answered.
    ///
    /// `None` when an answer is missing, or the list has another length: no score is made from a part of the items.
    #[must_use]
    pub fn score(&self, z_scores: &[Option<f64>]) -> Option<DVector<f64>> {
        if z_scores.len() != self.weights.nrows() {
            return None;
        }
        let z: Vec<f64> = z_scores.iter().copied().collect::<Option<_>>()?;
        Some(self.weights.tr_mul(&DVector::from_vec(z)))
    }
}

/// Weights of Thurstone's regression scores: R⁻¹ · structure.
///
/// # Errors
/// [`FactorError::NotSquare`], [`FactorError::NotACorrelation`], [`FactorError::NotPositiveDefinite`]; [`FactorError::Length`]
/// when the factors are of other items.
/// # References
/// Thurstone (1935), The Vectors of Mind; Grice (2001), Psychological Methods 6, 430–450, doi:10.1037/1082-989X.6.4.430
/// # Agreement
/// Oracle `factor/efa`, within 1e-5.
pub fn regression_scores(correlations: &DMatrix<f64>, rotated: &Rotated) -> Result<FactorScores, FactorError> {
    check_correlations(correlations, 2)?;
    let (given, expected) = (rotated.structure.nrows(), correlations.nrows());
    if given != expected {
        return Err(FactorError::Length { what: "the table of loadings", given, expected });
    }
    let weights = inverse_for("factor scores", correlations)? * &rotated.structure;
    let squared = weights.tr_mul(&rotated.structure).diagonal();
    let determinacy = squared.map(|x| x.clamp(0.0, 1.0).sqrt());
    let smallest_agreement = determinacy.map(|x| 2.0 * x * x - 1.0);
    Ok(FactorScores { weights, determinacy, smallest_agreement })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::rotation::{RotationConfig, rotate};

    #[test]
    fn two_items_worked_by_hand() {
        // R⁻¹(.8, .8)ᵀ with r = .64: .8/1.64 each; determinacy² = 2·.64/1.64.
        let correlations = DMatrix::from_row_slice(2, 2, &[1.0, 0.64, 0.64, 1.0]);
        let factor = rotate(&DMatrix::from_element(2, 1, 0.8), &RotationConfig::unrotated()).unwrap();
        let scores = regression_scores(&correlations, &factor).unwrap();
        assert!((scores.weights[(0, 0)] - 0.8 / 1.64).abs() < 1e-15);
        assert!((scores.determinacy[0] - (1.28_f64 / 1.64).sqrt()).abs() < 1e-15);
        assert!((scores.smallest_agreement[0] - (2.56 / 1.64 - 1.0)).abs() < 1e-15);
        assert!((scores.score(&[Some(1.0), Some(0.5)]).unwrap()[0] - 1.2 / 1.64).abs() < 1e-15);
        assert_eq!(scores.score(&[Some(1.0), None]), None);
        assert_eq!(scores.score(&[Some(1.0)]), None);
    }

    #[test]
    fn copies_of_an_item_have_no_weights() {
        let copies = DMatrix::from_element(2, 2, 1.0);
        let factor = rotate(&DMatrix::from_element(2, 1, 0.9), &RotationConfig::unrotated()).unwrap();
        assert!(matches!(regression_scores(&copies, &factor), Err(FactorError::NotPositiveDefinite { .. })));
        assert!(matches!(regression_scores(&DMatrix::identity(3, 3), &factor), Err(FactorError::Length { .. })));
    }
}
