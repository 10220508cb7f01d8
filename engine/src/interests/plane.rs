//! The plane of a circle of scales: the loadings of scales on the first two principal-axis factors of their correlations.

use nalgebra::DMatrix;

use crate::numeric::eigen::{inverse_positive_definite, symmetric_eigen};

/// What is done with the general level of a person, which raises all correlations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CircularScoring {
    /// Scores are taken as deviations from the person's own mean over the (standardized) scales: a general factor that raises
    /// all scales alike is removed. Recommended for interests, whose scales correlate positively throughout.
    Deviation,
    /// Scores are taken as they are. With a general factor, the first two factors are then not the circle.
    Raw,
}

/// Why there is no circular structure to look at.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CircularError {
    /// The matrix is not square, or has too few or too many scales.
    #[error("a matrix of {rows} × {columns}; the circular tests need a square one of 5 to 360 scales")]
    Shape {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A value is not a correlation, the diagonal is not 1, or the two halves differ.
    #[error("row {row}, column {column} (from 0): {given} does not belong into a correlation matrix")]
    NotACorrelation {
        /// Row.
        row: usize,
        /// Column.
        column: usize,
        /// The value as given.
        given: f64,
    },
    /// All people differ from the mean of the scales in the same way on this scale: nothing is left after deviation scoring.
    #[error("scale {scale_idx} (from 0) has no spread of its own once the person's level is removed")]
    NoSpread {
        /// Place of the scale.
        scale_idx: usize,
    },
    /// The correlations have no two positive factors.
    #[error("the correlations have no two common factors, so there is no plane for a circle")]
    NoPlane,
    /// Eigenvalues were not found within the steps allowed.
    #[error("eigenvalues of the correlations were not found")]
    NoEigenvalues,
    /// A scale has no loading on either factor, so that it has no place on a circle.
    #[error("scale {scale_idx} (from 0) has no finite loading, or none above 0, on the two factors")]
    NoLoading {
        /// Place of the scale.
        scale_idx: usize,
    },
}

/// Loadings of scales on the first two unrotated principal-axis factors.
///
/// Principal axes, started from squared multiple correlations (from the largest correlation of each scale where the matrix has
/// no inverse), are repeated until no communality moves by 1e-9, at most 3,000 times. A communality that would pass 1 is held at
/// 1 ([`PlaneLoadings::at_limit`]): common in small samples.
///
/// # References
/// Acton & Revelle (2004), Methods of Psychological Research Online 9(1), 1–27 (principal axes, unrotated; deviation scores).
/// # Agreement
/// Oracle `interests/circular_tests` (psych::fa, fm = "pa", run to convergence): communalities within 1e-6.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneLoadings {
    /// Loadings of each scale on the first and the second factor. Direction and turn of the pair are arbitrary.
    pub loadings: Vec<[f64; 2]>,
    /// Times the axes were taken.
    pub n_steps: usize,
    /// Whether the communalities came to rest; otherwise the loadings are those of the last step, and results must say so.
    pub converged: bool,
    /// Scales whose communality was held at 1: a sign of too few people or of more than one scale measuring the same.
    pub at_limit: Vec<usize>,
}

impl PlaneLoadings {
    /// Share of each scale's variance that the plane holds, 0 to 1.
    #[must_use]
    pub fn communalities(&self) -> Vec<f64> {
        self.loadings.iter().map(|[a, b]| a * a + b * b).collect()
    }

    /// Mean of the communalities.
    #[must_use]
    pub fn mean_communality(&self) -> f64 {
        self.communalities().iter().sum::<f64>() / self.loadings.len().max(1) as f64
    }
}

const MOST_STEPS: usize = 3000;
const AT_REST: f64 = 1e-9;

/// Extracts the plane of 5 to 360 scales from their correlations.
///
/// Deviation scoring is done on the matrix: covariances of the deviations are H·R·H with H = I − 11ᵀ/k, rescaled to
/// correlations; the same as subtracting each person's mean from his or her standardized scores.
///
/// # Errors
/// [`CircularError`] for a matrix that is no correlation matrix of 5 scales or more, or that has no two common factors.
pub fn plane_loadings(correlations: &DMatrix<f64>, scoring: CircularScoring) -> Result<PlaneLoadings, CircularError> {
    check(correlations)?;
    let matrix = match scoring {
        CircularScoring::Raw => correlations.clone(),
        CircularScoring::Deviation => deviations(correlations)?,
    };
    principal_axes(matrix)
}

fn check(correlations: &DMatrix<f64>) -> Result<(), CircularError> {
    let (rows, columns) = correlations.shape();
    if rows != columns || !(5..=360).contains(&rows) {
        return Err(CircularError::Shape { rows, columns });
    }
    for row in 0..rows {
        for column in 0..rows {
            let given = correlations[(row, column)];
            let level = |a: f64, b: f64| (a - b).abs() <= 1e-10;
            let belongs = (-1.0..=1.0).contains(&given) && level(given, correlations[(column, row)]);
            if !belongs || (row == column && !level(given, 1.0)) {
                return Err(CircularError::NotACorrelation { row, column, given });
            }
        }
    }
    Ok(())
}

/// Correlations of deviations from the person's mean.
fn deviations(correlations: &DMatrix<f64>) -> Result<DMatrix<f64>, CircularError> {
    let k = correlations.nrows();
    let means: Vec<f64> = (0..k).map(|i| correlations.row(i).sum() / k as f64).collect();
    let mean = means.iter().sum::<f64>() / k as f64;
    let covariance = |i: usize, j: usize| correlations[(i, j)] - means[i] - means[j] + mean;
    if let Some(scale_idx) = (0..k).find(|&i| covariance(i, i) <= 1e-10) {
        return Err(CircularError::NoSpread { scale_idx });
    }
    let entry = |i: usize, j: usize| covariance(i, j) / (covariance(i, i).sqrt() * covariance(j, j).sqrt());
    Ok(DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { entry(i, j).clamp(-1.0, 1.0) }))
}

/// Principal axes of a correlation matrix.
fn principal_axes(mut matrix: DMatrix<f64>) -> Result<PlaneLoadings, CircularError> {
    let k = matrix.nrows();
    let mut communalities = start(&matrix);
    let mut loadings = vec![[0.0; 2]; k];
    let mut n_steps = 0;
    let mut converged = false;
    while n_steps < MOST_STEPS && !converged {
        n_steps += 1;
        for (i, communality) in communalities.iter().enumerate() {
            matrix[(i, i)] = *communality;
        }
        let eigen = symmetric_eigen(&matrix).ok_or(CircularError::NoEigenvalues)?;
        let weights = [eigen.values[0].max(0.0).sqrt(), eigen.values[1].max(0.0).sqrt()];
        converged = true;
        for (i, loading) in loadings.iter_mut().enumerate() {
            *loading = [weights[0] * eigen.vectors[(i, 0)], weights[1] * eigen.vectors[(i, 1)]];
            let communality = (loading[0] * loading[0] + loading[1] * loading[1]).min(1.0);
            converged &= (communality - communalities[i]).abs() <= AT_REST;
            communalities[i] = communality;
        }
    }
    let at_limit: Vec<usize> = (0..k).filter(|&i| communalities[i] >= 1.0).collect();
    for loading in &mut loadings {
        let size = loading[0] * loading[0] + loading[1] * loading[1];
        if size > 1.0 {
            *loading = loading.map(|x| x / size.sqrt());
        }
    }
    let on_second: f64 = loadings.iter().map(|loading| loading[1] * loading[1]).sum();
    if on_second <= 1e-6 {
        Err(CircularError::NoPlane)
    } else {
        Ok(PlaneLoadings { loadings, n_steps, converged, at_limit })
    }
}

/// Squared multiple correlations, or the largest correlation of each scale where there is no inverse.
fn start(matrix: &DMatrix<f64>) -> Vec<f64> {
    let k = matrix.nrows();
    let largest = |i: usize| (0..k).filter(|&j| j != i).map(|j| matrix[(i, j)].abs()).fold(0.0, f64::max);
    match inverse_positive_definite(matrix).filter(|inverse| inverse.diagonal().max() < 1e8) {
        Some(inverse) => (0..k).map(|i| (1.0 - 1.0 / inverse[(i, i)]).clamp(0.0, 1.0)).collect(),
        None => (0..k).map(largest).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::cos;

    /// Correlations of k evenly spaced scales with a given communality and a general factor.
    fn circle(k: usize, communality: f64, general: f64) -> DMatrix<f64> {
        let wave = |i: usize, j: usize| cos(std::f64::consts::TAU * (i as f64 - j as f64) / k as f64);
        DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { general + communality * wave(i, j) })
    }

    #[test]
    fn a_circle_is_found_again() {
        let found = plane_loadings(&circle(6, 0.5, 0.0), CircularScoring::Raw).unwrap();
        assert!(found.converged && found.at_limit.is_empty());
        assert!(found.communalities().iter().all(|h| (h - 0.5).abs() < 1e-6));
        // Products of the loadings give the correlations back.
        let product = |i: usize, j: usize| {
            found.loadings[i][0] * found.loadings[j][0] + found.loadings[i][1] * found.loadings[j][1]
        };
        assert!((product(0, 1) - 0.25).abs() < 1e-6 && (product(0, 3) + 0.5).abs() < 1e-6);
    }

    #[test]
    fn deviation_scoring_removes_a_general_factor() {
        // Standardized variance 1 in both, of which the general factor holds .4 in one: the rest has the ratio .3 : .3.
        let with = plane_loadings(&circle(6, 0.3, 0.4), CircularScoring::Deviation).unwrap();
        let without = plane_loadings(&circle(6, 0.5, 0.0), CircularScoring::Deviation).unwrap();
        for (a, b) in with.communalities().iter().zip(without.communalities()) {
            assert!((a - b).abs() < 1e-6);
        }
        // Of deviations: (3·.5 + .5)/(.5 + .5·5/6) = λ + 1 − h² with h² = λ/3, so that h² = (λ₀ − 1)/2.
        let expected = (2.0 / (0.5 + 0.5 * 5.0 / 6.0) - 1.0) / 2.0;
        assert!((with.mean_communality() - expected).abs() < 1e-6);
    }

    #[test]
    fn ugly_matrices_are_answered() {
        let both = [CircularScoring::Raw, CircularScoring::Deviation];
        for scoring in both {
            assert!(matches!(plane_loadings(&DMatrix::identity(4, 4), scoring), Err(CircularError::Shape { .. })));
            let mut matrix = circle(6, 0.3, 0.2);
            matrix[(2, 1)] = f64::NAN;
            assert!(matches!(plane_loadings(&matrix, scoring), Err(CircularError::NotACorrelation { .. })));
            // Not positive definite: what pairwise deletion can leave.
            let mut impossible = circle(6, 0.3, 0.4);
            (impossible[(0, 1)], impossible[(1, 0)]) = (-0.9, -0.9);
            let found = plane_loadings(&impossible, scoring).unwrap();
            assert!(found.communalities().iter().all(|h| (0.0..=1.0 + 1e-12).contains(h)));
            assert!(!found.at_limit.is_empty() || found.converged);
        }
        // Two bundles of equal scales: a plane when taken as they are, one bipolar factor as deviations.
        let bundles = DMatrix::from_fn(6, 6, |i, j| if i / 3 == j / 3 { 1.0 } else { 0.0 });
        assert!(plane_loadings(&bundles, CircularScoring::Raw).is_ok_and(|plane| plane.at_limit.len() == 6));
        assert_eq!(plane_loadings(&bundles, CircularScoring::Deviation), Err(CircularError::NoPlane));
        assert_eq!(plane_loadings(&DMatrix::identity(6, 6), CircularScoring::Raw), Err(CircularError::NoPlane));
        assert!(matches!(
            plane_loadings(&DMatrix::from_element(6, 6, 1.0), CircularScoring::Deviation),
            Err(CircularError::NoSpread { scale_idx: 0 })
        ));
        assert!(matches!(
            plane_loadings(&DMatrix::from_element(6, 6, 1.0), CircularScoring::Raw),
            Err(CircularError::NoPlane)
        ));
    }
}
