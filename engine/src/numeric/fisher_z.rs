//! Fisher's z: the scale on which a correlation has nearly the same standard error everywhere.

/// Fisher's z of a correlation: ½·ln((1 + r)/(1 − r)).
///
/// `None` unless −1 < r < 1.
///
/// # References
/// Fisher (1921), Metron 1, 3–32.
#[must_use]
pub fn from_correlation(r: f64) -> Option<f64> {
    (r > -1.0 && r < 1.0).then(|| libm::atanh(r))
}

/// The correlation of a Fisher z: tanh(z), from −1 to 1.
///
/// `NaN` in gives `NaN` out.
#[must_use]
pub fn to_correlation(z: f64) -> f64 {
    libm::tanh(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_of_one_half_is_half_the_logarithm_of_three() {
        // ½·ln(1.5/0.5) = ½·ln 3 = 0.549306144334055.
        let z = from_correlation(0.5).unwrap();
        assert!((z - 0.549_306_144_334_054_8).abs() < 1e-15);
        assert!((to_correlation(z) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn a_perfect_correlation_has_no_finite_z() {
        for r in [1.0, -1.0, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(from_correlation(r), None);
        }
    }
}
