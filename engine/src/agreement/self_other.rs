//! Self-ratings against the mean of the others: one person at a time, and over many people.

use crate::numeric::distribution::{student_t, student_t_quantile};
use crate::stats::correlation::{fisher_interval, pearson};
use crate::stats::descriptive::{mean, standard_deviation, variance};

/// Why self and others cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SelfOtherError {
    /// Not one number of the others for each of the self.
    #[error("{self_ratings} self-ratings, {other_ratings} ratings of others")]
    Length {
        /// Number of self-ratings.
        self_ratings: usize,
        /// Number of ratings of others.
        other_ratings: usize,
    },
    /// Too few to compare.
    #[error("at least {needed} are needed, got {given}")]
    TooFew {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        given: usize,
    },
    /// A number that is not finite, or too large.
    #[error("a rating is not a finite number, or too large")]
    NotFinite,
    /// A standard error that is not a finite number of 0 or more.
    #[error("standard error {given} is not a finite number of 0 or more")]
    StandardError {
        /// The standard error.
        given: f64,
    },
    /// A level outside its range.
    #[error("level {given} is not above 0 and below 1")]
    Level {
        /// The level.
        given: f64,
    },
}

/// Self-ratings against others on one scale, over many people.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleComparison {
    /// Number of people.
    pub n: usize,
    /// Mean of the self-ratings, in points.
    pub self_mean: f64,
    /// Mean over people of the mean of the others, in points.
    pub other_mean: f64,
    /// SD over people of the self-ratings, in points.
    pub self_sd: f64,
    /// SD over people of the mean of the others, in points.
    pub other_sd: f64,
    /// Mean of self − others, in points; above 0 where people rate themselves higher.
    pub mean_difference: f64,
    /// SD over people of self − others, in points.
    pub sd_difference: f64,
    /// Limits of the mean difference by Student's t, n − 1 degrees of freedom. `None` where the difference is the same for all.
    pub mean_difference_interval: Option<(f64, f64)>,
    /// Mean difference/(SD of the difference/√n). `None` where the difference is the same for all.
    pub t: Option<f64>,
    /// Two-sided significance of t; `None` with `t`.
    pub p_value: Option<f64>,
    /// Mean difference/√((s² of self + s² of others)/2), in SD units. `None` where neither varies.
    pub cohen_d_pooled: Option<f64>,
    /// Correlation of self and others over people. `None` where one of them does not vary.
    pub r: Option<f64>,
    /// Limits of the correlation by Fisher's z. `None` with `r`, for fewer than four people, or |r| = 1.
    pub r_interval: Option<(f64, f64)>,
}

/// Self-ratings against others on one scale, over many people.
///
/// - `self_ratings`: one number a person; `other_ratings`: the mean of that person's raters, in the same unit and order.
/// - `level`: of the intervals, above 0 and below 1.
///
/// # Errors
/// [`SelfOtherError`] for lists of different length, fewer than two people, numbers that are not finite, or a level outside (0, 1).
/// # References
/// Cohen (1988), Statistical power analysis for the behavioral sciences (pooled d)
/// # Agreement
/// Oracle `agreement/self_other` (base R), within 1e-10 relative.
pub fn compare_scale(
    self_ratings: &[f64],
    other_ratings: &[f64],
    level: f64,
) -> Result<ScaleComparison, SelfOtherError> {
    let differences = differences(self_ratings, other_ratings, 2)?;
    check_level(level)?;
    let all = || {
        let (mean_difference, sd_difference) = (mean(&differences)?, standard_deviation(&differences)?);
        let standard_error = sd_difference / (differences.len() as f64).sqrt();
        let df = (differences.len() - 1) as f64;
        // A spread of no more than the last digits of the ratings is rounding.
        let largest = self_ratings.iter().chain(other_ratings).fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let varies = sd_difference > 4.0 * f64::EPSILON * largest;
        let t = varies.then(|| mean_difference / standard_error).filter(|t| t.is_finite());
        let reach = student_t_quantile(0.5 + 0.5 * level, df).map(|q| q * standard_error).filter(|_| varies);
        let pooled = ((variance(self_ratings)? + variance(other_ratings)?) / 2.0).sqrt();
        let r = pearson(self_ratings, other_ratings);
        Some(ScaleComparison {
            n: differences.len(),
            self_mean: mean(self_ratings)?,
            other_mean: mean(other_ratings)?,
            self_sd: standard_deviation(self_ratings)?,
            other_sd: standard_deviation(other_ratings)?,
            mean_difference,
            sd_difference,
            mean_difference_interval: reach.map(|reach| (mean_difference - reach, mean_difference + reach)),
            t,
            p_value: t.and_then(|t| student_t(t.abs(), df)).map(|shares| 2.0 * shares.above),
            cohen_d_pooled: (pooled > 0.0).then(|| mean_difference / pooled),
            r,
            r_interval: r.and_then(|r| fisher_interval(r, differences.len(), level)),
        })
    };
    all().ok_or(SelfOtherError::NotFinite)
}

/// How alike the profiles of self and others are, for one person over several scales of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileAgreement {
    /// Self − others, one number a scale, in points.
    pub differences: Vec<f64>,
    /// Correlation over scales: likeness of shape alone. `None` where a profile is flat.
    pub r: Option<f64>,
    /// √Σd², in points: shape, level and spread together.
    pub distance: f64,
    /// Mean of |d|, in points.
    pub mean_absolute_difference: f64,
    /// Correlation with every pair entered both ways: shape, level and spread together, at most 1. `None` where all numbers
    /// are equal.
    pub double_entry_icc: Option<f64>,
}

/// How alike the profiles of self and others are, for one person over several scales.
///
/// - `self_profile`, `other_profile`: one number a scale, all in one unit and in the same order.
///
/// # Errors
/// [`SelfOtherError`] for profiles of different length, fewer than two scales, or numbers that are not finite.
/// # References
/// Cronbach & Gleser (1953), Psychological Bulletin 50, 456–473, doi:10.1037/h0057173 (distance); McCrae (2008), Journal of
/// Personality Assessment 90, 105–109, doi:10.1080/00223890701845104 (double entry)
/// # Agreement
/// Oracle `agreement/self_other` (base R), within 1e-10 relative.
pub fn profile_agreement(self_profile: &[f64], other_profile: &[f64]) -> Result<ProfileAgreement, SelfOtherError> {
    let differences = differences(self_profile, other_profile, 2)?;
    let absolute: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    // Step by step, so that squares of very small or large differences do not vanish or overflow.
    let distance = differences.iter().fold(0.0, |distance, d| libm::hypot(distance, *d));
    let mean_absolute_difference = mean(&absolute).filter(|_| distance.is_finite()).ok_or(SelfOtherError::NotFinite)?;
    let one_way = [self_profile, other_profile].concat();
    let other_way = [other_profile, self_profile].concat();
    Ok(ProfileAgreement {
        r: pearson(self_profile, other_profile),
        distance,
        mean_absolute_difference,
        double_entry_icc: pearson(&one_way, &other_way),
        differences,
    })
}

/// The mean of the raters of one person, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OthersMean {
    /// Mean over raters, in points.
    pub mean: f64,
    /// SD over raters/√n, in points.
    pub standard_error: f64,
    /// Number of raters, at least 2.
    pub n_raters: usize,
}

impl OthersMean {
    /// From the ratings themselves.
    ///
    /// # Errors
    /// [`SelfOtherError`] for fewer than two raters or a number that is not finite.
    pub fn of(ratings: &[f64]) -> Result<Self, SelfOtherError> {
        if ratings.len() < 2 {
            return Err(SelfOtherError::TooFew { needed: 2, given: ratings.len() });
        }
        let parts = mean(ratings).zip(standard_deviation(ratings));
        let (mean, sd) = parts.ok_or(SelfOtherError::NotFinite)?;
        Ok(Self { mean, standard_error: sd / (ratings.len() as f64).sqrt(), n_raters: ratings.len() })
    }
}

/// Self − others of one person on one scale, with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfOtherDifference {
    /// Self − mean of the others, in points; above 0 where the person rates higher.
    pub difference: f64,
    /// √(SE of self² + SE of the others' mean²), in points.
    pub standard_error: f64,
    /// Degrees of freedom of the standard error (Welch–Satterthwaite). `None` where the others do not vary.
    pub degrees_of_freedom: Option<f64>,
    /// Limits by Student's t. `None` where the others do not vary: raters who agree by chance would look like certainty.
    pub interval: Option<(f64, f64)>,
}

/// Self − others of one person on one scale: difference, standard error √(SE₁² + SE₂²), and interval.
///
/// - `self_rating`, `self_standard_error`: the person's score and its standard error of measurement, from a reliability or from
///   the spread of the person's own answers; 0 where the self-rating is taken as it is.
/// - `level`: of the interval, above 0 and below 1.
///
/// The standard error of the person is taken as known, that of the others is estimated from n raters: the degrees of freedom are
/// (SE₁² + SE₂²)²/(SE₂⁴/(n − 1)), n − 1 at least.
///
/// # Errors
/// [`SelfOtherError`] for numbers that are not finite, a negative standard error, fewer than two raters, or a level outside (0, 1).
/// # References
/// Satterthwaite (1946), Biometrics Bulletin 2, 110–114, doi:10.2307/3002019
pub fn self_other_difference(
    self_rating: f64,
    self_standard_error: f64,
    others: OthersMean,
    level: f64,
) -> Result<SelfOtherDifference, SelfOtherError> {
    check_level(level)?;
    for given in [self_standard_error, others.standard_error] {
        if !(given.is_finite() && given >= 0.0) {
            return Err(SelfOtherError::StandardError { given });
        }
    }
    if others.n_raters < 2 {
        return Err(SelfOtherError::TooFew { needed: 2, given: others.n_raters });
    }
    let difference = self_rating - others.mean;
    let standard_error = libm::hypot(self_standard_error, others.standard_error);
    if !(difference.is_finite() && standard_error.is_finite()) {
        return Err(SelfOtherError::NotFinite);
    }
    let share = others.standard_error / standard_error;
    let degrees_of_freedom =
        (others.standard_error > 0.0).then(|| (others.n_raters - 1) as f64 / share.powi(4)).filter(|df| df.is_finite());
    let interval = degrees_of_freedom.and_then(|df| student_t_quantile(0.5 + 0.5 * level, df)).map(|quantile| {
        let reach = quantile * standard_error;
        (difference - reach, difference + reach)
    });
    Ok(SelfOtherDifference { difference, standard_error, degrees_of_freedom, interval })
}

/// How a person's self-rating stands to the others', compared with other people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaterCategory {
    /// Difference more than half an SD above the mean difference.
    OverRater,
    /// Difference within half an SD of the mean difference.
    InAgreement,
    /// Difference more than half an SD below the mean difference.
    UnderRater,
}

/// Sorts people by self − others: more than half an SD above or below the mean difference of the sample.
///
/// A cut on a difference that is itself uncertain: for research on groups, not for telling one person. The interval of
/// [`self_other_difference`] is what an individual is shown.
///
/// # Errors
/// [`SelfOtherError`] for lists of different length, fewer than two people, or numbers that are not finite.
/// # References
/// Atwater & Yammarino (1992), Personnel Psychology 45, 141–164
pub fn rater_categories(self_ratings: &[f64], other_ratings: &[f64]) -> Result<Vec<RaterCategory>, SelfOtherError> {
    let differences = differences(self_ratings, other_ratings, 2)?;
    let parts = mean(&differences).zip(standard_deviation(&differences));
    let (center, sd) = parts.ok_or(SelfOtherError::NotFinite)?;
    let category = |d: f64| match d - center {
        above if above > 0.5 * sd => RaterCategory::OverRater,
        below if below < -0.5 * sd => RaterCategory::UnderRater,
        _ => RaterCategory::InAgreement,
    };
    Ok(differences.into_iter().map(category).collect())
}

/// Self − others, checked.
fn differences(self_ratings: &[f64], other_ratings: &[f64], needed: usize) -> Result<Vec<f64>, SelfOtherError> {
    let (n_self, n_others) = (self_ratings.len(), other_ratings.len());
    if n_self != n_others {
        return Err(SelfOtherError::Length { self_ratings: n_self, other_ratings: n_others });
    }
    if n_self < needed {
        return Err(SelfOtherError::TooFew { needed, given: n_self });
    }
    let differences: Vec<f64> = self_ratings.iter().zip(other_ratings).map(|(own, others)| own - others).collect();
    if differences.iter().all(|d| d.is_finite()) { Ok(differences) } else { Err(SelfOtherError::NotFinite) }
}

fn check_level(level: f64) -> Result<(), SelfOtherError> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(SelfOtherError::Level { given: level }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_people_worked_by_hand() {
        // Differences 1, 0, 2: mean 1, SD 1, t = 1/(1/√3). Both variances 1 and 1: pooled 1.
        let found = compare_scale(&[3.0, 4.0, 5.0], &[2.0, 4.0, 3.0], 0.95).unwrap();
        assert_eq!((found.mean_difference, found.sd_difference, found.cohen_d_pooled), (1.0, 1.0, Some(1.0)));
        assert!((found.t.unwrap() - 3.0_f64.sqrt()).abs() < 1e-15);
        // t₀.₉₇₅ with 2 degrees of freedom is 4.302653.
        let (lower, upper) = found.mean_difference_interval.unwrap();
        let reach = 4.302_652_729_911_275 / 3.0_f64.sqrt();
        assert!((lower - (1.0 - reach)).abs() < 1e-9 && (upper - (1.0 + reach)).abs() < 1e-9);
        // Deviations −1, 0, 1 and −1, 1, 0: 1/2.
        assert!((found.r.unwrap() - 0.5).abs() < 1e-15);
        assert_eq!(found.r_interval, None);
    }

    #[test]
    fn one_profile_worked_by_hand() {
        let found = profile_agreement(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]).unwrap();
        // Same shape one point higher: r 1; double entry: mean 2.5, products Σ(a − 2.5)(b − 2.5) = 0.75 − 0.25 + 0.75 twice,
        // squares 2·(2.25 + 0.25 + 0.25) + … = 5.5 in all.
        assert!((found.r.unwrap() - 1.0).abs() < 1e-15 && found.mean_absolute_difference == 1.0);
        assert!((found.distance - 3.0_f64.sqrt()).abs() < 1e-15);
        assert!((found.double_entry_icc.unwrap() - 2.5 / 5.5).abs() < 1e-15);
        assert_eq!(profile_agreement(&[2.0, 2.0], &[1.0, 3.0]).unwrap().r, None);
    }

    #[test]
    fn the_error_of_a_difference_adds_both_sides() {
        // Others 2, 4, 6: mean 4, SE 2/√3; with SE 1 of self: √(1 + 4/3); df (7/3)²/((4/3)²/2) = 6.125.
        let others = OthersMean::of(&[2.0, 4.0, 6.0]).unwrap();
        let found = self_other_difference(5.0, 1.0, others, 0.95).unwrap();
        assert_eq!(found.difference, 1.0);
        assert!((found.standard_error - (7.0 / 3.0_f64).sqrt()).abs() < 1e-15);
        assert!((found.degrees_of_freedom.unwrap() - 6.125).abs() < 1e-12);
        let alone = self_other_difference(5.0, 0.0, others, 0.95).unwrap();
        assert!((alone.degrees_of_freedom.unwrap() - 2.0).abs() < 1e-12);
        let unanimous = OthersMean::of(&[4.0, 4.0, 4.0]).unwrap();
        assert_eq!(self_other_difference(5.0, 1.0, unanimous, 0.95).unwrap().interval, None);
    }

    #[test]
    fn half_an_sd_makes_the_category() {
        // Differences 0, 1, 2: mean 1, SD 1; 0.5 above or below.
        let found = rater_categories(&[1.0, 2.0, 3.0], &[1.0, 1.0, 1.0]).unwrap();
        assert_eq!(found, [RaterCategory::UnderRater, RaterCategory::InAgreement, RaterCategory::OverRater]);
        let equal = rater_categories(&[2.0, 2.0], &[1.0, 1.0]).unwrap();
        assert_eq!(equal, [RaterCategory::InAgreement; 2]);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert!(matches!(compare_scale(&[1.0], &[1.0, 2.0], 0.95), Err(SelfOtherError::Length { .. })));
        assert!(matches!(compare_scale(&[1.0], &[1.0], 0.95), Err(SelfOtherError::TooFew { .. })));
        assert!(matches!(compare_scale(&[1.0, 2.0], &[1.0, 2.0], 0.0), Err(SelfOtherError::Level { .. })));
        assert_eq!(compare_scale(&[1.0, f64::NAN], &[1.0, 2.0], 0.95), Err(SelfOtherError::NotFinite));
        assert_eq!(profile_agreement(&[f64::MAX, 0.0], &[-f64::MAX, 0.0]), Err(SelfOtherError::NotFinite));
        assert!(matches!(OthersMean::of(&[1.0]), Err(SelfOtherError::TooFew { .. })));
        let others = OthersMean { mean: 1.0, standard_error: 0.5, n_raters: 3 };
        assert!(matches!(self_other_difference(1.0, -1.0, others, 0.9), Err(SelfOtherError::StandardError { .. })));
        assert_eq!(self_other_difference(f64::INFINITY, 1.0, others, 0.9), Err(SelfOtherError::NotFinite));
        let rounded = compare_scale(&[0.1 + 0.2, 0.6, 0.7], &[0.0, 0.3, 0.4], 0.95).unwrap();
        assert_eq!((rounded.t, rounded.mean_difference_interval), (None, None));
        let constant = compare_scale(&[2.0, 2.0], &[1.0, 1.0], 0.95).unwrap();
        assert_eq!((constant.t, constant.p_value, constant.cohen_d_pooled, constant.r), (None, None, None, None));
        assert_eq!(constant.mean_difference_interval, None);
    }

    proptest! {
        #[test]
        fn any_numbers_are_answered(pairs in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..6)) {
            let (own, others): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            if let Ok(found) = compare_scale(&own, &others, 0.95) {
                prop_assert!(found.mean_difference.is_finite() && found.sd_difference >= 0.0);
            }
            if let Ok(found) = profile_agreement(&own, &others) {
                prop_assert!(found.distance >= found.mean_absolute_difference - 1e-9 * found.distance);
            }
        }

        #[test]
        fn the_interval_contains_the_difference(own in 1.0..5.0_f64, error in 0.0..1.0_f64, ratings in prop::collection::vec(1.0..5.0_f64, 2..8)) {
            let found = self_other_difference(own, error, OthersMean::of(&ratings).unwrap(), 0.9).unwrap();
            if let Some((lower, upper)) = found.interval {
                prop_assert!(lower <= found.difference && found.difference <= upper);
            }
        }
    }
}
