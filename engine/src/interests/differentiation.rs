//! How sharply the interests of a person stand out from each other.

use super::riasec::InterestProfile;

/// A number and its standard error, where the errors of the scores are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error, in the unit of the number; `None` where an error it rests on is not known, or where the number has
    /// no first-order error (a spread of exactly 0).
    pub standard_error: Option<f64>,
}

/// Differentiation of an interest profile, in the unit of the scores. x₁ ≥ … ≥ x₆ are the sorted scores.
///
/// Standard errors are first order (delta method): errors of the six scores are taken as independent, and the order of the
/// scores as given. The highest of several level scores is high partly by chance, so a nearly flat profile looks more
/// differentiated than the person is; the errors do not mend that.
///
/// # References
/// Holland (1997), Making vocational choices, 3rd ed. (range); Iachan (1984), Psychometrika 49, 217–222 (L1, L2).
/// # Agreement
/// Oracle `interests/holland_codes`, within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Differentiation {
    /// Highest minus lowest score: x₁ − x₆.
    pub range: Estimate,
    /// Standard deviation of the six scores with divisor 6: √(Σ(x − x̄)²/6).
    pub sd: Estimate,
    /// Iachan's L1 for three-letter codes: ½·(x₁ − (x₂ + x₄)/2).
    pub iachan_l1: Estimate,
    /// Iachan's L2: ½·(x₁ − (x₃ + x₅)/2).
    pub iachan_l2: Estimate,
    /// The range as a share of the widest possible one, 0 to 1; `None` where the possible scores are not known.
    pub share_of_possible: Option<f64>,
}

impl Differentiation {
    /// Differentiation of a profile.
    #[must_use]
    pub fn of(profile: &InterestProfile) -> Self {
        let scores = profile.scores();
        let errors = profile.all_errors();
        let mut order = [0, 1, 2, 3, 4, 5];
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let linear = |weights: [f64; 6]| {
            let value = order.iter().zip(weights).map(|(&idx, weight)| weight * scores[idx]).sum();
            let error_of = |errors: [f64; 6]| {
                order.iter().zip(weights).map(|(&idx, weight)| (weight * errors[idx]).powi(2)).sum::<f64>().sqrt()
            };
            Estimate { value, standard_error: errors.map(error_of) }
        };
        let range = linear([1.0, 0.0, 0.0, 0.0, 0.0, -1.0]);
        Self {
            range,
            sd: Self::sd(scores, errors),
            iachan_l1: linear([0.5, -0.25, 0.0, -0.25, 0.0, 0.0]),
            iachan_l2: linear([0.5, 0.0, -0.25, 0.0, -0.25, 0.0]),
            share_of_possible: profile.possible_range().map(|(lowest, highest)| range.value / (highest - lowest)),
        }
    }

    /// SD with divisor 6; its derivative for score i is (xᵢ − x̄)/(6·SD).
    fn sd(scores: &[f64; 6], errors: Option<[f64; 6]>) -> Estimate {
        let mean = scores.iter().sum::<f64>() / 6.0;
        let value = (scores.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 6.0).sqrt();
        let error_of = |errors: [f64; 6]| {
            let squares = scores.iter().zip(errors).map(|(x, error)| ((x - mean) / (6.0 * value) * error).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let standard_error = errors.map(error_of).filter(|error| error.is_finite());
        Estimate { value, standard_error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_worked_by_hand() {
        // Sorted 12, 10, 8, 6, 4, 2: range 10; L1 ½(12 − 8) = 2; L2 ½(12 − 6) = 3; SD √(2·(25 + 9 + 1)/6).
        let profile =
            InterestProfile::new([2.0, 12.0, 4.0, 10.0, 8.0, 6.0], [Some(2.0); 6], Some((0.0, 20.0))).unwrap();
        let found = Differentiation::of(&profile);
        assert_eq!((found.range.value, found.iachan_l1.value, found.iachan_l2.value), (10.0, 2.0, 3.0));
        assert!((found.sd.value - (70.0_f64 / 6.0).sqrt()).abs() < 1e-14);
        assert_eq!(found.share_of_possible, Some(0.5));
        // Errors: √(4 + 4); 2·√(¼ + 1/16 + 1/16); SD: 2·√(Σ d²)/(6·SD) = 2/√6.
        let close = |got: Estimate, expected: f64| assert!((got.standard_error.unwrap() - expected).abs() < 1e-14);
        close(found.range, 8.0_f64.sqrt());
        close(found.iachan_l1, 2.0 * 0.375_f64.sqrt());
        close(found.sd, 2.0 / 6.0_f64.sqrt());
    }

    #[test]
    fn a_flat_profile_has_no_error_of_its_spread() {
        let flat = Differentiation::of(&InterestProfile::new([3.0; 6], [Some(1.0); 6], None).unwrap());
        assert_eq!((flat.sd.value, flat.sd.standard_error), (0.0, None));
        assert_eq!((flat.range.value, flat.share_of_possible), (0.0, None));
        let unknown = Differentiation::of(&InterestProfile::without_errors([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap());
        assert_eq!((unknown.range.standard_error, unknown.sd.standard_error), (None, None));
    }
}
