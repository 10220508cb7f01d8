//! Reliability of a weighted sum or a difference of scales.

use nalgebra::DMatrix;

use crate::reliability::interval::{ConfidenceInterval, ScoreWithError};
use crate::reliability::measurement_error::MeasurementError;

/// A variance below this share of the sum of its parts is rounding.
const NO_VARIANCE: f64 = 1e-12;

/// A scale that enters a composite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    /// Weight in the composite (w); negative for a scale that is subtracted.
    pub weight: f64,
    /// SD of the scale (s), its points, above 0.
    pub sd: f64,
    /// Reliability of the scale (r) in the same group, 0 to 1.
    pub reliability: f64,
}

/// How reliable a composite is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Composite {
    /// Reliability; below 0 when the correlations of the scales are higher than their reliabilities allow.
    pub reliability: f64,
    /// SD of the composite, its points.
    pub sd: f64,
    /// Standard error of measurement of the composite, its points: √Σ w²s²(1 − r).
    pub standard_error_of_measurement: f64,
}

/// Why there is no reliability of a composite.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompositeError {
    /// No scales.
    #[error("a composite needs at least one scale")]
    NoComponents,
    /// A weight that is not finite.
    #[error("component {component_idx} (from 0): weight {weight} is not a finite number")]
    Weight {
        /// Place of the scale.
        component_idx: usize,
        /// The weight as given.
        weight: f64,
    },
    /// An SD that is not above 0.
    #[error("component {component_idx} (from 0): standard deviation {sd} is not a finite number above 0")]
    Sd {
        /// Place of the scale.
        component_idx: usize,
        /// The SD as given.
        sd: f64,
    },
    /// A reliability outside 0 to 1.
    #[error("component {component_idx} (from 0): reliability {reliability} is not from 0 to 1")]
    Reliability {
        /// Place of the scale.
        component_idx: usize,
        /// The reliability as given.
        reliability: f64,
    },
    /// A table of correlations of another size.
    #[error("{rows} × {columns} correlations for {components} scales")]
    Shape {
        /// Rows of the table.
        rows: usize,
        /// Columns of the table.
        columns: usize,
        /// Number of scales.
        components: usize,
    },
    /// A correlation that is none, differs from its mirror image, or is not 1 on the diagonal.
    #[error(
        "correlation of scales {first} and {second} (from 0) is {value}, mirrored {mirrored}; it must be from −1 to 1, the same both ways, and 1 of a scale with itself"
    )]
    Correlation {
        /// Row.
        first: usize,
        /// Column.
        second: usize,
        /// The value there.
        value: f64,
        /// The value on the other side of the diagonal.
        mirrored: f64,
    },
    /// The composite has no variance.
    #[error("the composite has no spread: its variance is {variance}")]
    NoSpread {
        /// Variance of the composite.
        variance: f64,
    },
}

/// Reliability of a weighted sum of scales with unrelated errors: 1 − Σ w_i²s_i²(1 − r_i)/Σ_ij w_i w_j s_i s_j r_ij.
///
/// - `components`: weight, SD and reliability of each scale; `correlations`: of the observed scores (n × n), all in one group.
///
/// With weights of 1 and alphas as reliabilities this is stratified alpha.
///
/// # Errors
/// [`CompositeError`].
///
/// # Examples
/// ```
/// use engine::reliability::composite::{Component, composite};
/// use nalgebra::DMatrix;
/// let scale = Component { weight: 1.0, sd: 1.0, reliability: 0.8 };
/// // Variance 2 + 2·0.5 = 3, error variance 2·0.2: 1 − 0.4/3.
/// let both = composite(&[scale, scale], &DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]))?;
/// assert!((both.reliability - (1.0 - 0.4 / 3.0)).abs() < 1e-15);
/// # Ok::<(), engine::reliability::composite::CompositeError>(())
/// ```
/// # References
/// Mosier (1943), Psychometrika 8, 161–168, doi:10.1007/BF02288700
/// # Agreement
/// Oracle `reliability/composite` (definition in R), within 1e-10 relative.
pub fn composite(components: &[Component], correlations: &DMatrix<f64>) -> Result<Composite, CompositeError> {
    check(components, correlations)?;
    // SD of each weighted scale, with the sign of its weight.
    let parts: Vec<f64> = components.iter().map(|part| part.weight * part.sd).collect();
    let variance: f64 = (0..parts.len())
        .map(|j| (0..parts.len()).map(|i| parts[i] * parts[j] * correlations[(i, j)]).sum::<f64>())
        .sum();
    let of_parts: f64 = parts.iter().map(|part| part * part).sum();
    if !(variance > NO_VARIANCE * of_parts && variance.is_finite()) {
        return Err(CompositeError::NoSpread { variance });
    }
    let error_variance: f64 =
        parts.iter().zip(components).map(|(part, component)| part * part * (1.0 - component.reliability)).sum();
    Ok(Composite {
        reliability: 1.0 - error_variance / variance,
        sd: variance.sqrt(),
        standard_error_of_measurement: error_variance.sqrt(),
    })
}

/// Reliability of the difference first − second of two scales: (s₁²r₁ + s₂²r₂ − 2s₁s₂r₁₂)/(s₁² + s₂² − 2s₁s₂r₁₂).
///
/// - `first`, `second`: SD and reliability of each scale in one group; `correlation`: of both in the same group.
///
/// With equal SDs this is (r̄ − r₁₂)/(1 − r₁₂): the difference of two scales that go together is less reliable than either.
///
/// # Errors
/// [`CompositeError`].
///
/// # References
/// Lord & Novick (1968), *Statistical theories of mental test scores*, Addison-Wesley.
/// # Agreement
/// Oracle `reliability/composite` (definition in R), within 1e-10 relative.
pub fn difference(first: (f64, f64), second: (f64, f64), correlation: f64) -> Result<Composite, CompositeError> {
    let scale = |weight: f64, (sd, reliability): (f64, f64)| Component { weight, sd, reliability };
    let correlations = DMatrix::from_row_slice(2, 2, &[1.0, correlation, correlation, 1.0]);
    composite(&[scale(1.0, first), scale(-1.0, second)], &correlations)
}

/// Limits of the difference first − second of two scores of one person in one unit, with independent errors:
/// d ± Φ⁻¹((1 + level)/2)·√(SE₁² + SE₂²).
///
/// # Errors
/// [`MeasurementError`] for a level outside (0, 1) or limits that are not finite.
///
/// # Agreement
/// Oracle `reliability/composite` (definition in R), within 1e-10 relative.
pub fn difference_interval(
    first: &ScoreWithError,
    second: &ScoreWithError,
    level: f64,
) -> Result<ConfidenceInterval, MeasurementError> {
    ConfidenceInterval::around(first.score() - second.score(), first.standard_error_of_difference(second), level)
}

fn check(components: &[Component], correlations: &DMatrix<f64>) -> Result<(), CompositeError> {
    let n = components.len();
    if n == 0 {
        return Err(CompositeError::NoComponents);
    }
    for (component_idx, &Component { weight, sd, reliability }) in components.iter().enumerate() {
        if !weight.is_finite() {
            return Err(CompositeError::Weight { component_idx, weight });
        }
        if !(sd > 0.0 && sd.is_finite()) {
            return Err(CompositeError::Sd { component_idx, sd });
        }
        if !(0.0..=1.0).contains(&reliability) {
            return Err(CompositeError::Reliability { component_idx, reliability });
        }
    }
    if correlations.shape() != (n, n) {
        return Err(CompositeError::Shape { rows: correlations.nrows(), columns: correlations.ncols(), components: n });
    }
    for first in 0..n {
        for second in 0..=first {
            let (value, mirrored) = (correlations[(first, second)], correlations[(second, first)]);
            let possible = (-1.0..=1.0).contains(&value) && (value - mirrored).abs() <= 1e-9;
            if !possible || (first == second && value < 1.0 - 1e-9) {
                return Err(CompositeError::Correlation { first, second, value, mirrored });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_difference_worked_by_hand() {
        // Equal SDs: (.85 − .6)/(1 − .6).
        let found = difference((10.0, 0.9), (10.0, 0.8), 0.6).unwrap();
        assert!((found.reliability - 0.25 / 0.4).abs() < 1e-14);
        assert!((found.sd - 80.0_f64.sqrt()).abs() < 1e-13);
        assert!((found.standard_error_of_measurement - 30.0_f64.sqrt()).abs() < 1e-13);
    }

    #[test]
    fn a_difference_of_equal_scales_has_no_spread() {
        assert!(matches!(difference((10.0, 0.9), (10.0, 0.9), 1.0), Err(CompositeError::NoSpread { .. })));
        // Scales that correlate higher than they are reliable: a negative value, reported as it is.
        assert!(difference((1.0, 0.5), (1.0, 0.5), 0.8).unwrap().reliability < 0.0);
    }

    #[test]
    fn impossible_scales_are_refused() {
        let scale = Component { weight: 1.0, sd: 1.0, reliability: 0.8 };
        let one = DMatrix::from_element(1, 1, 1.0);
        assert!((composite(&[scale], &one).unwrap().reliability - 0.8).abs() < 1e-15);
        assert_eq!(composite(&[], &DMatrix::zeros(0, 0)), Err(CompositeError::NoComponents));
        let refused = |component| composite(&[component], &one).unwrap_err();
        assert!(matches!(refused(Component { weight: f64::NAN, ..scale }), CompositeError::Weight { .. }));
        assert!(matches!(refused(Component { weight: 0.0, ..scale }), CompositeError::NoSpread { .. }));
        assert!(matches!(refused(Component { sd: 0.0, ..scale }), CompositeError::Sd { .. }));
        assert!(matches!(refused(Component { reliability: 1.1, ..scale }), CompositeError::Reliability { .. }));
        assert!(matches!(composite(&[scale, scale], &one), Err(CompositeError::Shape { rows: 1, .. })));
        let with = |values: [f64; 4]| composite(&[scale, scale], &DMatrix::from_row_slice(2, 2, &values));
        for values in [[1.0, 0.5, 0.4, 1.0], [1.0, 1.5, 1.5, 1.0], [0.5, 0.1, 0.1, 1.0], [1.0, f64::NAN, 0.1, 1.0]] {
            assert!(matches!(with(values), Err(CompositeError::Correlation { .. })), "{values:?}");
        }
    }

    #[test]
    fn limits_of_a_difference_worked_by_hand() {
        let score = |score, error| ScoreWithError::new(score, error).unwrap();
        // 10 ± 1.959964·5.
        let limits = difference_interval(&score(60.0, 3.0), &score(50.0, 4.0), 0.95).unwrap();
        assert!((limits.lower() - (10.0 - 5.0 * 1.959_963_984_540_054)).abs() < 1e-12);
        assert!(difference_interval(&score(60.0, 3.0), &score(50.0, 4.0), 1.0).is_err());
    }

    proptest! {
        #[test]
        fn a_scale_beside_others_of_weight_zero_keeps_its_reliability(r in 0.0..1.0_f64, sd in 0.01..100.0_f64, correlation in -1.0..1.0_f64) {
            let scale = Component { weight: 2.0, sd, reliability: r };
            let correlations = DMatrix::from_row_slice(2, 2, &[1.0, correlation, correlation, 1.0]);
            let found = composite(&[scale, Component { weight: 0.0, ..scale }], &correlations).unwrap();
            prop_assert!((found.reliability - r).abs() < 1e-12 && (found.sd - 2.0 * sd).abs() < 1e-9);
        }

        #[test]
        fn any_numbers_are_answered(values in prop::collection::vec(prop::num::f64::ANY, 5)) {
            if let Ok(found) = difference((values[0], values[1]), (values[2], values[3]), values[4]) {
                prop_assert!(found.reliability.is_finite() && found.reliability <= 1.0 && found.sd > 0.0);
            }
        }
    }
}
