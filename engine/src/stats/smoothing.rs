//! Making a correlation matrix positive definite when it is not: from pairs of different respondents, or from polychoric correlations.

use nalgebra::{DMatrix, DVector};

use crate::numeric::eigen::{Eigen, symmetric_eigen};

/// How a matrix is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmoothingMethod {
    /// Eigenvalues that are too small are raised, and the matrix is scaled to a diagonal of 1 again.
    Eigenvalues,
    /// The nearest correlation matrix by the sum of squared changes, found by alternating projections; then its zero eigenvalues are raised
    /// as by [`SmoothingMethod::Eigenvalues`].
    Nearest,
}

/// What counts as too small, and what it becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmoothingConfig {
    /// The method.
    pub method: SmoothingMethod,
    /// Eigenvalues below this are too small; above 0 and at most 0.1.
    pub smallest_allowed: f64,
    /// What they are raised to, before the matrix is scaled; at least `smallest_allowed` and at most 0.1.
    pub raised_to: f64,
}

impl SmoothingConfig {
    /// Eigenvalues below 1e-12 raised to 1e-10, the usual choice of factor analysis programs.
    #[must_use]
    pub fn eigenvalues() -> Self {
        Self { method: SmoothingMethod::Eigenvalues, smallest_allowed: 1e-12, raised_to: 1e-10 }
    }

    /// Nearest correlation matrix with eigenvalues of at least about 1e-8.
    #[must_use]
    pub fn nearest() -> Self {
        Self { method: SmoothingMethod::Nearest, smallest_allowed: 1e-8, raised_to: 1e-8 }
    }
}

/// What was done to the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmoothingOutcome {
    /// Nothing: it was positive definite.
    Unchanged,
    /// It was changed and is positive definite now.
    Smoothed,
    /// It was changed, but the projections did not come to rest within their steps: the matrix is positive definite, yet not the nearest.
    NotConverged,
}

/// A correlation matrix that is positive definite, and what it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothedMatrix {
    /// The matrix, with a diagonal of 1.
    pub matrix: DMatrix<f64>,
    /// What was done. Results that start from a smoothed matrix must say so.
    pub outcome: SmoothingOutcome,
    /// Smallest eigenvalue of the matrix given.
    pub smallest_before: f64,
    /// Smallest eigenvalue of the matrix returned.
    pub smallest_after: f64,
    /// Number of eigenvalues of the matrix given that were too small.
    pub n_too_small: usize,
    /// Largest change of a correlation.
    pub largest_change: f64,
}

/// Why a matrix cannot be smoothed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SmoothingError {
    /// Rows and columns differ, or there are none.
    #[error("{rows} rows and {columns} columns are no correlation matrix")]
    Shape {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// An element that a correlation matrix cannot have.
    #[error(
        "element ({row}, {column}) (from 0) is {given}: correlations lie within -1 to 1, are symmetric, and 1 on the diagonal"
    )]
    Element {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        given: f64,
    },
    /// Limits for eigenvalues that make no sense.
    #[error(
        "eigenvalues below {smallest_allowed} raised to {raised_to}: 0 < smallest allowed <= raised to <= 0.1 is needed"
    )]
    Limits {
        /// As given.
        smallest_allowed: f64,
        /// As given.
        raised_to: f64,
    },
    /// The eigenvalues could not be found within the steps allowed.
    #[error("the eigenvalues of the matrix of {n} variables were not found")]
    Eigenvalues {
        /// Number of variables.
        n: usize,
    },
}

/// Most rounds of projections.
const MOST_ROUNDS: usize = 2000;
/// The projections rest when no element moves by more than this in a round.
const AT_REST: f64 = 1e-13;

/// Makes a correlation matrix positive definite, if it is not.
///
/// By eigenvalues: R = VΛV′; each λ below the smallest allowed is raised; Ṽ = VΛ̃V′ is scaled, r_ij = ṽ_ij/√(ṽ_ii·ṽ_jj).
///
/// Nearest: in turns the matrix is projected on the matrices without negative eigenvalues, and on those with a diagonal of 1, with the
/// correction of Dykstra, until it rests.
///
/// # Errors
/// [`SmoothingError`] for what is no correlation matrix.
/// # References
/// Higham (2002), IMA Journal of Numerical Analysis 22, 329–343, doi:10.1093/imanum/22.3.329
/// # Agreement
/// Oracle `correlation/smoothing`: the definition and psych `cor.smooth` within 1e-9, Matrix `nearPD` within 1e-7.
pub fn smooth(matrix: &DMatrix<f64>, config: &SmoothingConfig) -> Result<SmoothedMatrix, SmoothingError> {
    check(matrix, config)?;
    let n = matrix.nrows();
    let eigen_of = |m: &DMatrix<f64>| symmetric_eigen(m).ok_or(SmoothingError::Eigenvalues { n });
    let before = eigen_of(matrix)?;
    let smallest_before = before.values[n - 1];
    let n_too_small = before.values.iter().filter(|&&value| value < config.smallest_allowed).count();
    if n_too_small == 0 {
        return Ok(SmoothedMatrix {
            matrix: matrix.clone(),
            outcome: SmoothingOutcome::Unchanged,
            smallest_before,
            smallest_after: smallest_before,
            n_too_small,
            largest_change: 0.0,
        });
    }
    let (smoothed, outcome) = match config.method {
        SmoothingMethod::Eigenvalues => (raised(&before, config), SmoothingOutcome::Smoothed),
        SmoothingMethod::Nearest => {
            let (nearest, rests) = nearest(matrix).ok_or(SmoothingError::Eigenvalues { n })?;
            let outcome = if rests { SmoothingOutcome::Smoothed } else { SmoothingOutcome::NotConverged };
            (raised(&eigen_of(&nearest)?, config), outcome)
        }
    };
    let smallest_after = eigen_of(&smoothed)?.values[n - 1];
    let largest_change = (&smoothed - matrix).amax();
    Ok(SmoothedMatrix { matrix: smoothed, outcome, smallest_before, smallest_after, n_too_small, largest_change })
}

fn check(matrix: &DMatrix<f64>, config: &SmoothingConfig) -> Result<(), SmoothingError> {
    let SmoothingConfig { smallest_allowed, raised_to, .. } = *config;
    if !(smallest_allowed > 0.0 && smallest_allowed <= raised_to && raised_to <= 0.1) {
        return Err(SmoothingError::Limits { smallest_allowed, raised_to });
    }
    let (rows, columns) = matrix.shape();
    if rows == 0 || rows != columns {
        return Err(SmoothingError::Shape { rows, columns });
    }
    for row in 0..rows {
        for column in 0..columns {
            let given = matrix[(row, column)];
            let is_right = if row == column { (given - 1.0).abs() < 1e-9 } else { given.abs() <= 1.0 + 1e-9 };
            let is_symmetric = (given - matrix[(column, row)]).abs() < 1e-9;
            if !(is_right && is_symmetric) {
                return Err(SmoothingError::Element { row, column, given });
            }
        }
    }
    Ok(())
}

/// The matrix with its small eigenvalues raised, scaled to a diagonal of 1.
fn raised(eigen: &Eigen, config: &SmoothingConfig) -> DMatrix<f64> {
    let values = eigen.values.map(|value| if value < config.smallest_allowed { config.raised_to } else { value });
    let rebuilt = rebuild(&eigen.vectors, &values);
    let n = rebuilt.nrows();
    // The diagonal is positive: all eigenvalues are.
    let scales: Vec<f64> = rebuilt.diagonal().iter().map(|x| x.sqrt()).collect();
    DMatrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { rebuilt[(i, j)] / (scales[i] * scales[j]) })
}

/// V·Λ·V′, symmetric to the last digit.
fn rebuild(vectors: &DMatrix<f64>, values: &DVector<f64>) -> DMatrix<f64> {
    let product = vectors * DMatrix::from_diagonal(values) * vectors.transpose();
    (&product + product.transpose()) * 0.5
}

/// Higham's alternating projections; whether they came to rest.
fn nearest(matrix: &DMatrix<f64>) -> Option<(DMatrix<f64>, bool)> {
    let mut current = matrix.clone();
    let mut correction = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    for _ in 0..MOST_ROUNDS {
        let corrected = &current - &correction;
        let eigen = symmetric_eigen(&corrected)?;
        let projected = rebuild(&eigen.vectors, &eigen.values.map(|value| value.max(0.0)));
        correction = &projected - corrected;
        let mut next = projected;
        next.fill_diagonal(1.0);
        let moved = (&next - &current).amax();
        current = next;
        if moved <= AT_REST {
            return Some((current, true));
        }
    }
    Some((current, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn three(a: f64, b: f64, c: f64) -> DMatrix<f64> {
        DMatrix::from_row_slice(3, 3, &[1.0, a, b, a, 1.0, c, b, c, 1.0])
    }

    #[test]
    fn a_positive_definite_matrix_is_left_as_it_is() {
        let matrix = three(0.5, 0.3, 0.2);
        let found = smooth(&matrix, &SmoothingConfig::eigenvalues()).unwrap();
        assert_eq!((found.outcome, &found.matrix, found.largest_change), (SmoothingOutcome::Unchanged, &matrix, 0.0));
    }

    #[test]
    fn eigenvalues_worked_by_hand() {
        // Rows of −0.9: eigenvalues 1.9, 1.9, −0.8. Without the last: 1.9·(I − 11′/3), scaled to correlations of −½.
        let found = smooth(&three(-0.9, -0.9, -0.9), &SmoothingConfig::eigenvalues()).unwrap();
        assert!((found.smallest_before + 0.8).abs() < 1e-14);
        assert_eq!((found.outcome, found.n_too_small), (SmoothingOutcome::Smoothed, 1));
        assert!((found.matrix[(0, 1)] + 0.5).abs() < 1e-9 && (found.largest_change - 0.4).abs() < 1e-9);
        assert!(found.smallest_after > 0.0 && found.matrix.clone().cholesky().is_some());
    }

    #[test]
    fn the_nearest_matrix_of_equal_correlations_is_at_their_lower_limit() {
        // By symmetry the nearest one has equal correlations, and three equal ones reach down to −½.
        let found = smooth(&three(-0.9, -0.9, -0.9), &SmoothingConfig::nearest()).unwrap();
        assert_eq!(found.outcome, SmoothingOutcome::Smoothed);
        assert!((found.matrix[(0, 1)] + 0.5).abs() < 1e-7, "{found:?}");
        assert!(found.matrix.clone().cholesky().is_some());
    }

    #[test]
    fn what_is_no_correlation_matrix_is_refused() {
        let config = SmoothingConfig::eigenvalues();
        assert!(matches!(smooth(&DMatrix::zeros(0, 0), &config), Err(SmoothingError::Shape { .. })));
        assert!(matches!(smooth(&DMatrix::zeros(2, 3), &config), Err(SmoothingError::Shape { .. })));
        for bad in [f64::NAN, 1.2, f64::INFINITY] {
            let refused = smooth(&three(bad, 0.0, 0.0), &config);
            assert!(matches!(refused, Err(SmoothingError::Element { row: 0, column: 1, .. })));
        }
        let mut lopsided = three(0.1, 0.2, 0.3);
        lopsided[(2, 0)] = 0.5;
        assert!(smooth(&lopsided, &config).is_err());
        let zero = SmoothingConfig { smallest_allowed: 0.0, ..config };
        assert!(matches!(smooth(&three(0.0, 0.0, 0.0), &zero), Err(SmoothingError::Limits { .. })));
    }

    proptest! {
        #[test]
        fn any_matrix_of_correlations_becomes_positive_definite(n in 1_usize..7, seed in prop::collection::vec(-1.0..=1.0_f64, 36)) {
            let matrix = DMatrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { seed[i.min(j) * 6 + i.max(j)] });
            let by_values = smooth(&matrix, &SmoothingConfig::eigenvalues()).unwrap();
            let nearest = smooth(&matrix, &SmoothingConfig::nearest()).unwrap();
            for found in [&by_values, &nearest] {
                prop_assert!(found.smallest_after > 0.0, "{found:?}");
                prop_assert!(found.matrix.diagonal().iter().all(|&x| x == 1.0) && found.matrix.amax() <= 1.0);
                prop_assert_eq!(found.outcome == SmoothingOutcome::Unchanged, found.largest_change == 0.0);
            }
            // Raising to 1e-8 moves elements by about as much.
            prop_assert!((&nearest.matrix - &matrix).norm() <= (&by_values.matrix - &matrix).norm() + 1e-6);
        }
    }
}
