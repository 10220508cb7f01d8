//! The structural summary of a profile over scales on a circle: a level and one wave, and how well these describe it.

use crate::numeric::elementary::{atan2, cos, sin};

/// Why there is no structural summary.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CircumplexError {
    /// Fewer than four scales: three determine a wave exactly, and nothing is left to judge its fit.
    #[error("{given} scales; a circumplex profile needs 4 to 360")]
    NumberOfScales {
        /// Number of scales.
        given: usize,
    },
    /// An angle is not a finite number.
    #[error("angle {given} of scale {scale_idx} (from 0) is not a number from -360 to 360")]
    Angle {
        /// Place of the scale.
        scale_idx: usize,
        /// The angle as given, in degrees.
        given: f64,
    },
    /// The angles are not balanced around the circle, so that the formulas do not hold.
    #[error("the angles are not spaced evenly around the circle")]
    AnglesNotBalanced,
    /// A profile has another number of scores than there are angles.
    #[error("{given} scores for {expected} scales")]
    LengthMismatch {
        /// Number of scores.
        given: usize,
        /// Number of angles.
        expected: usize,
    },
    /// A score is not a finite number, or too large.
    #[error("score {given} of scale {scale_idx} (from 0) is not a finite number, or beyond ±1e100")]
    ScoreNotFinite {
        /// Place of the scale.
        scale_idx: usize,
        /// The score as given.
        given: f64,
    },
    /// Fewer than two people.
    #[error("{given} complete profiles; the interval of a mean profile needs at least 2")]
    TooFewProfiles {
        /// Number of complete profiles.
        given: usize,
    },
    /// A setting of the resampling is impossible.
    #[error("{what} {given} is outside {lowest} to {highest}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// The value as given.
        given: f64,
        /// Lowest allowed value.
        lowest: f64,
        /// Highest allowed value.
        highest: f64,
    },
}

/// Where the scales of a circumplex stand, in degrees, balanced around the circle.
#[derive(Debug, Clone, PartialEq)]
pub struct CircumplexAngles {
    degrees: Vec<f64>,
    /// Cosine and sine of each angle.
    directions: Vec<(f64, f64)>,
}

/// Largest size of a score, so that squares and sums stay finite.
const LARGEST: f64 = 1e100;

/// Below this share of the largest score an amplitude or spread is rounding.
const ROUNDING: f64 = 1e-13;

impl CircumplexAngles {
    /// Checks and wraps the angles of scales, in the order of the scores.
    ///
    /// Balanced means Σcos = Σsin = Σcos·sin = 0 and Σcos² = Σsin², which evenly spaced angles fulfil; only then the formulas of
    /// the structural summary are least squares.
    ///
    /// # Errors
    /// [`CircumplexError::NumberOfScales`], [`CircumplexError::Angle`], [`CircumplexError::AnglesNotBalanced`].
    pub fn new(degrees: &[f64]) -> Result<Self, CircumplexError> {
        if !(4..=360).contains(&degrees.len()) {
            return Err(CircumplexError::NumberOfScales { given: degrees.len() });
        }
        let in_range = |angle: f64| (-360.0..=360.0).contains(&angle);
        if let Some(scale_idx) = degrees.iter().position(|&angle| !in_range(angle)) {
            return Err(CircumplexError::Angle { scale_idx, given: degrees[scale_idx] });
        }
        let angles = Self::unchecked(degrees.to_vec());
        let sum = |term: fn(f64, f64) -> f64| angles.directions.iter().map(|&(c, s)| term(c, s)).sum::<f64>().abs();
        let largest = sum(|c, _| c).max(sum(|_, s| s)).max(sum(|c, s| c * s)).max(sum(|c, s| c * c - s * s));
        if largest > 1e-9 * degrees.len() as f64 { Err(CircumplexError::AnglesNotBalanced) } else { Ok(angles) }
    }

    fn unchecked(degrees: Vec<f64>) -> Self {
        let radians = degrees.iter().map(|angle| angle.to_radians());
        let directions = radians.map(|angle| (cos(angle), sin(angle))).collect();
        Self { degrees, directions }
    }

    /// The six interest types R, I, A, S, E, C at 0, 60, 120, 180, 240, 300 degrees.
    #[must_use]
    pub fn hexagon() -> Self {
        Self::unchecked(vec![0.0, 60.0, 120.0, 180.0, 240.0, 300.0])
    }

    /// The eight interpersonal scales PA, BC, DE, FG, HI, JK, LM, NO at 90, 135, 180, 225, 270, 315, 360, 45 degrees.
    #[must_use]
    pub fn octants() -> Self {
        Self::unchecked(vec![90.0, 135.0, 180.0, 225.0, 270.0, 315.0, 360.0, 45.0])
    }

    /// The angles in degrees.
    #[must_use]
    pub fn degrees(&self) -> &[f64] {
        &self.degrees
    }

    /// Number of scales.
    #[must_use]
    pub fn n_scales(&self) -> usize {
        self.degrees.len()
    }

    /// Cosine and sine of each angle.
    pub(crate) fn directions(&self) -> &[(f64, f64)] {
        &self.directions
    }
}

/// A circumplex profile in few numbers: score at angle θ ≈ elevation + amplitude·cos(θ − displacement).
///
/// # References
/// Gurtman & Balakrishnan (1998), Clinical Psychology: Science and Practice 5, 344–360; Zimmermann & Wright (2017), Assessment
/// 24, 3–23, doi:10.1177/1073191115621795
/// # Agreement
/// Oracles `interests/circumplex` (R package circumplex) within 1e-9 relative and `interests/holland_codes` within 1e-10.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StructuralSummary {
    /// Mean of the scores, in their unit: the general level.
    pub elevation: f64,
    /// (2/k)·Σ score·cos(angle), in the unit of the scores: towards 0 degrees.
    pub x: f64,
    /// (2/k)·Σ score·sin(angle), in the unit of the scores: towards 90 degrees.
    pub y: f64,
    /// √(x² + y²), in the unit of the scores: how differentiated the profile is.
    pub amplitude: f64,
    /// Angle of the peak in degrees, from 0 to below 360; `None` for a profile without a peak (amplitude 0).
    pub displacement: Option<f64>,
    /// Share of the spread of the scores that the wave describes: 1 − Σ residual²/Σ(score − elevation)², 0 to 1; `None` for a
    /// profile without spread.
    pub fit: Option<f64>,
}

/// Structural summary of one profile.
///
/// # Errors
/// [`CircumplexError::LengthMismatch`], [`CircumplexError::ScoreNotFinite`].
///
/// # Examples
/// ```
/// use engine::interests::circumplex::{CircumplexAngles, structural_summary};
/// // 10 + 4·cos θ at 0, 60, …, 300 degrees.
/// let summary = structural_summary(&[14.0, 12.0, 8.0, 6.0, 8.0, 12.0], &CircumplexAngles::hexagon())?;
/// assert!((summary.elevation - 10.0).abs() < 1e-12 && (summary.amplitude - 4.0).abs() < 1e-12);
/// assert!(summary.fit.is_some_and(|fit| (fit - 1.0).abs() < 1e-12));
/// # Ok::<(), engine::interests::circumplex::CircumplexError>(())
/// ```
pub fn structural_summary(scores: &[f64], angles: &CircumplexAngles) -> Result<StructuralSummary, CircumplexError> {
    check_scores(scores, angles)?;
    let k = scores.len() as f64;
    let elevation = scores.iter().sum::<f64>() / k;
    let (x, y) = plane_point(scores, angles);
    let deviations = || scores.iter().map(|score| score - elevation);
    let total: f64 = deviations().map(|d| d * d).sum();
    let residual: f64 = deviations().zip(angles.directions()).map(|(d, &(c, s))| (d - x * c - y * s).powi(2)).sum();
    let largest = scores.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
    let has_spread = total.sqrt() > ROUNDING * largest * k;
    let fit = has_spread.then(|| (1.0 - residual / total).clamp(0.0, 1.0));
    let amplitude = length(x, y);
    let displacement = (amplitude > ROUNDING * largest).then(|| direction(x, y));
    Ok(StructuralSummary { elevation, x, y, amplitude, displacement, fit })
}

pub(crate) fn check_scores(scores: &[f64], angles: &CircumplexAngles) -> Result<(), CircumplexError> {
    if scores.len() != angles.n_scales() {
        return Err(CircumplexError::LengthMismatch { given: scores.len(), expected: angles.n_scales() });
    }
    match scores.iter().position(|score| !(score.is_finite() && score.abs() <= LARGEST)) {
        Some(scale_idx) => Err(CircumplexError::ScoreNotFinite { scale_idx, given: scores[scale_idx] }),
        None => Ok(()),
    }
}

/// x and y of a profile.
pub(crate) fn plane_point(scores: &[f64], angles: &CircumplexAngles) -> (f64, f64) {
    let share = 2.0 / scores.len() as f64;
    let products = scores.iter().zip(angles.directions());
    let (x, y) = products.fold((0.0, 0.0), |(x, y), (score, &(c, s))| (x + score * c, y + score * s));
    (share * x, share * y)
}

/// Length of the vector (x, y).
pub(crate) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// Direction of (x, y) in degrees, from 0 to below 360.
pub(crate) fn direction(x: f64, y: f64) -> f64 {
    let degrees = atan2(y, x).to_degrees();
    let turned = if degrees < 0.0 { degrees + 360.0 } else { degrees };
    if turned >= 360.0 { 0.0 } else { turned }
}

/// Difference of two directions in degrees, from above −180 to 180.
pub(crate) fn signed_difference(from: f64, to: f64) -> f64 {
    let difference = (to - from).rem_euclid(360.0);
    if difference > 180.0 { difference - 360.0 } else { difference }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn angles_must_be_balanced() {
        assert!(CircumplexAngles::new(CircumplexAngles::octants().degrees()).is_ok());
        assert!(CircumplexAngles::new(CircumplexAngles::hexagon().degrees()).is_ok());
        let uneven = CircumplexAngles::new(&[0.0, 60.0, 120.0, 180.0, 240.0, 290.0]);
        assert_eq!(uneven, Err(CircumplexError::AnglesNotBalanced));
        assert_eq!(CircumplexAngles::new(&[0.0, 120.0, 240.0]), Err(CircumplexError::NumberOfScales { given: 3 }));
        assert!(matches!(
            CircumplexAngles::new(&[0.0, 90.0, f64::NAN, 270.0]),
            Err(CircumplexError::Angle { scale_idx: 2, .. })
        ));
    }

    #[test]
    fn a_flat_profile_has_no_direction_and_no_fit() {
        for level in [0.0, 3.3, -1e50] {
            let flat = structural_summary(&[level; 6], &CircumplexAngles::hexagon()).unwrap();
            assert_eq!((flat.displacement, flat.fit), (None, None), "{level}: {flat:?}");
        }
        // Spread, but no wave: every second scale high.
        let star = structural_summary(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0], &CircumplexAngles::hexagon()).unwrap();
        assert_eq!(star.displacement, None);
        assert!(star.fit.unwrap() < 1e-12);
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        let hexagon = CircumplexAngles::hexagon();
        assert!(matches!(structural_summary(&[1.0; 5], &hexagon), Err(CircumplexError::LengthMismatch { .. })));
        for ugly in [f64::NAN, f64::NEG_INFINITY, 1e300] {
            let refused = structural_summary(&[1.0, 1.0, ugly, 1.0, 1.0, 1.0], &hexagon);
            assert!(matches!(refused, Err(CircumplexError::ScoreNotFinite { scale_idx: 2, .. })));
        }
    }

    #[test]
    fn differences_of_directions_go_the_short_way() {
        assert_eq!(signed_difference(350.0, 10.0), 20.0);
        assert_eq!(signed_difference(10.0, 350.0), -20.0);
        assert_eq!(signed_difference(0.0, 180.0), 180.0);
    }

    proptest! {
        #[test]
        fn a_wave_is_found_again(level in -50.0..50.0_f64, amplitude in 0.1..20.0_f64, peak in 0.0..359.9_f64) {
            let angles = CircumplexAngles::octants();
            let wave = |angle: &f64| level + amplitude * cos((angle - peak).to_radians());
            let scores: Vec<f64> = angles.degrees().iter().map(wave).collect();
            let found = structural_summary(&scores, &angles).unwrap();
            prop_assert!((found.elevation - level).abs() < 1e-9 && (found.amplitude - amplitude).abs() < 1e-9);
            prop_assert!(signed_difference(found.displacement.unwrap(), peak).abs() < 1e-6);
            prop_assert!(found.fit.unwrap() > 1.0 - 1e-9);
        }

        #[test]
        fn any_scores_are_answered(scores in prop::array::uniform6(prop::num::f64::ANY)) {
            if let Ok(found) = structural_summary(&scores, &CircumplexAngles::hexagon()) {
                prop_assert!(found.amplitude.is_finite() && found.displacement.is_none_or(|d| (0.0..360.0).contains(&d)));
                prop_assert!(found.fit.is_none_or(|fit| (0.0..=1.0).contains(&fit)));
            }
        }
    }
}
