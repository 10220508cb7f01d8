//! Where a person stands in the hexagon: one point that sums up all six interests.

use super::circumplex::{CircumplexAngles, direction, length, plane_point};
use super::differentiation::Estimate;
use super::riasec::InterestProfile;

/// Quantile of χ² with two degrees of freedom that 95 % stay below: −2·ln 0.05.
const CHI_SQUARED_2_95: f64 = 5.991_464_547_107_98;

/// The point of a profile in the hexagon, in the unit of the scores.
///
/// x = (2/6)·Σ score·cos(angle), y = (2/6)·Σ score·sin(angle), with R at 0, I 60, A 120, S 180, E 240, C 300 degrees. Errors
/// of the scores are taken as independent; those of x and y are exact, those of length and angle first order (delta method).
///
/// # References
/// Prediger (1982), Journal of Vocational Behavior 21, 259–287; Tracey & Rounds (1993), Psychological Bulletin 113, 229–246.
/// # Agreement
/// Oracle `interests/holland_codes`, within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HexagonPosition {
    /// Towards Realistic (positive) or Social (negative).
    pub x: Estimate,
    /// Towards Investigative and Artistic (positive) or Enterprising and Conventional (negative).
    pub y: Estimate,
    /// Distance from the center, √(x² + y²): how clearly the profile points anywhere.
    pub length: Estimate,
    /// Direction in degrees, from 0 (Realistic) to below 360; `None` at the center.
    pub angle: Option<Estimate>,
    /// Squared distance from the center in units of its error: (x, y)·V⁻¹·(x, y)ᵀ, χ² with 2 degrees of freedom for someone who
    /// stands at the center; `None` where errors are not known.
    pub chi_squared: Option<f64>,
}

impl HexagonPosition {
    /// Position of a profile.
    #[must_use]
    pub fn of(profile: &InterestProfile) -> Self {
        let hexagon = CircumplexAngles::hexagon();
        let (x, y) = plane_point(profile.scores(), &hexagon);
        let length_value = length(x, y);
        let largest = profile.scores().iter().fold(0.0_f64, |a, score| a.max(score.abs()));
        let points_somewhere = length_value > 1e-13 * largest;
        // Variances of x and y, and their covariance.
        let spread = profile.all_errors().map(|errors| {
            let terms = errors.iter().zip(hexagon.directions());
            terms.fold((0.0, 0.0, 0.0), |(xx, yy, xy), (error, &(c, s))| {
                let variance = error * error / 9.0;
                (xx + variance * c * c, yy + variance * s * s, xy + variance * c * s)
            })
        });
        let along =
            |(xx, yy, xy): (f64, f64, f64)| ((x * x * xx + y * y * yy + 2.0 * x * y * xy).sqrt()) / length_value;
        let across = |(xx, yy, xy): (f64, f64, f64)| {
            ((y * y * xx + x * x * yy - 2.0 * x * y * xy).max(0.0).sqrt() / (length_value * length_value)).to_degrees()
        };
        let chi_squared =
            |(xx, yy, xy): (f64, f64, f64)| (yy * x * x - 2.0 * xy * x * y + xx * y * y) / (xx * yy - xy * xy);
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            x: Estimate { value: x, standard_error: spread.map(|(xx, _, _)| xx.sqrt()) },
            y: Estimate { value: y, standard_error: spread.map(|(_, yy, _)| yy.sqrt()) },
            length: Estimate {
                value: length_value,
                standard_error: spread.filter(|_| points_somewhere).map(along).and_then(finite),
            },
            angle: points_somewhere
                .then(|| Estimate { value: direction(x, y), standard_error: spread.map(across).and_then(finite) }),
            chi_squared: spread.map(chi_squared).and_then(finite),
        }
    }

    /// Whether the point is away from the center by more than chance (χ² above its 95 % quantile), so that its direction means
    /// something; `None` where errors are not known.
    #[must_use]
    pub fn direction_is_established(&self) -> Option<bool> {
        self.chi_squared.map(|chi_squared| chi_squared > CHI_SQUARED_2_95)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::distribution;

    #[test]
    fn a_wave_points_at_its_peak() {
        // 10 + 4·cos θ: x = 4, y = 0. Equal errors e: Var x = e²·3/9, so SE = e/√3; across the length: SE/4 radians.
        let profile = InterestProfile::new([14.0, 12.0, 8.0, 6.0, 8.0, 12.0], [Some(1.5); 6], None).unwrap();
        let found = HexagonPosition::of(&profile);
        let error = 1.5 / 3.0_f64.sqrt();
        let close = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        close(found.x.value, 4.0);
        close(found.y.value, 0.0);
        close(found.x.standard_error.unwrap(), error);
        close(found.length.standard_error.unwrap(), error);
        close(found.angle.unwrap().standard_error.unwrap(), (error / 4.0).to_degrees());
        // 16/0.75.
        close(found.chi_squared.unwrap(), 16.0 / 0.75);
        assert_eq!(found.direction_is_established(), Some(true));
    }

    #[test]
    fn at_the_center_there_is_no_direction() {
        let found = HexagonPosition::of(&InterestProfile::new([7.0; 6], [Some(1.0); 6], None).unwrap());
        assert_eq!((found.angle, found.length.standard_error), (None, None));
        assert_eq!(found.direction_is_established(), Some(false));
        let unknown = HexagonPosition::of(&InterestProfile::without_errors([9.0, 7.0, 7.0, 7.0, 7.0, 7.0]).unwrap());
        assert_eq!(unknown.direction_is_established(), None);
        assert!(unknown.angle.is_some_and(|angle| angle.standard_error.is_none()));
    }

    #[test]
    fn the_quantile_is_that_of_the_distribution() {
        assert!((distribution::chi_squared_quantile(0.95, 2.0).unwrap() - CHI_SQUARED_2_95).abs() < 1e-10);
    }

    #[test]
    fn unequal_errors_tilt_the_error_of_the_angle() {
        // Only R is uncertain: the point moves along x only. Peak at 0: length uncertain, angle not.
        let mut errors = [Some(1e-6); 6];
        errors[0] = Some(3.0);
        let found =
            HexagonPosition::of(&InterestProfile::new([14.0, 12.0, 8.0, 6.0, 8.0, 12.0], errors, None).unwrap());
        assert!((found.length.standard_error.unwrap() - 1.0).abs() < 1e-6);
        assert!(found.angle.unwrap().standard_error.unwrap() < 1e-4);
    }
}
