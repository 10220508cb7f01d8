//! The mean profile of a group on a circumplex, with intervals by resampling people.

use rand::{Rng, RngExt as _};

use super::circumplex::{
    CircumplexAngles, CircumplexError, StructuralSummary, check_scores, direction, length, plane_point,
    signed_difference, structural_summary,
};
use crate::numeric::elementary::{cos, sin};
use crate::stats::descriptive::quantile;

/// How a mean profile is resampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResamplingConfig {
    /// Number of resamples, 100 to 100,000.
    pub n_resamples: usize,
    /// Share of resamples between the limits, above 0 and below 1.
    pub level: f64,
}

impl ResamplingConfig {
    /// 2,000 resamples and a level of 95 %, as is usual for this method.
    #[must_use]
    pub fn usual() -> Self {
        Self { n_resamples: 2000, level: 0.95 }
    }
}

/// Two limits, in the unit of what they limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// Limits on the circle, in degrees from 0 to below 360: the interval goes from `from` upwards to `to`, through 0 where `from` is
/// above `to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircularLimits {
    /// Where the interval begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its width in degrees, 0 to 360.
    pub width: f64,
    /// Length of the mean of the resampled directions, 0 (they point everywhere) to 1 (all the same).
    pub concentration: f64,
}

/// Structural summary of the mean profile of a group, with bootstrap percentile intervals.
///
/// People are drawn with replacement; elevation, x, y and amplitude have plain quantiles (type 7). Displacements are measured
/// from that of the mean profile, from −180 to 180 degrees, before quantiles are taken. The amplitude of a resample is never
/// below 0, so its lower limit is above 0 even for a group without a peak; where the direction is not established (wide
/// limits, low concentration) the amplitude should not be read either.
///
/// # References
/// Zimmermann & Wright (2017), Assessment 24, 3–23, doi:10.1177/1073191115621795
/// # Agreement
/// Oracle `interests/circumplex` (the summary itself); the intervals by the known distribution of means in a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanProfile {
    /// Number of people.
    pub n_respondents: usize,
    /// Summary of the mean profile.
    pub summary: StructuralSummary,
    /// Limits of the elevation.
    pub elevation: Limits,
    /// Limits of x.
    pub x: Limits,
    /// Limits of y.
    pub y: Limits,
    /// Limits of the amplitude.
    pub amplitude: Limits,
    /// Limits of the displacement; `None` where the mean profile has no direction.
    pub displacement: Option<CircularLimits>,
}

/// Summarizes the mean profile of a group.
///
/// - `profiles`: one list of scores a person, in the order of `angles`; 2 people or more.
///
/// # Errors
/// [`CircumplexError`] for profiles that do not fit the angles, fewer than two of them, or impossible settings.
pub fn mean_profile(
    profiles: &[Vec<f64>],
    angles: &CircumplexAngles,
    config: ResamplingConfig,
    rng: &mut impl Rng,
) -> Result<MeanProfile, CircumplexError> {
    let setting = |what, given, lowest, highest| CircumplexError::Setting { what, given, lowest, highest };
    if !(100..=100_000).contains(&config.n_resamples) {
        return Err(setting("number of resamples", config.n_resamples as f64, 100.0, 100_000.0));
    }
    if !(config.level > 0.0 && config.level < 1.0) {
        return Err(setting("level", config.level, 0.0, 1.0));
    }
    if profiles.len() < 2 {
        return Err(CircumplexError::TooFewProfiles { given: profiles.len() });
    }
    profiles.iter().try_for_each(|profile| check_scores(profile, angles))?;
    let (n, k) = (profiles.len(), angles.n_scales());
    let mean_of = |scale_idx: usize| profiles.iter().map(|profile| profile[scale_idx]).sum::<f64>() / n as f64;
    let means: Vec<f64> = (0..k).map(mean_of).collect();
    let summary = structural_summary(&means, angles)?;
    // Elevation, x and y of a mean profile are means of those of the people.
    let points: Vec<[f64; 3]> = profiles
        .iter()
        .map(|profile| {
            let (x, y) = plane_point(profile, angles);
            [profile.iter().sum::<f64>() / k as f64, x, y]
        })
        .collect();
    let mut resamples: [Vec<f64>; 3] = [const { Vec::new() }; 3];
    for _ in 0..config.n_resamples {
        let mut sums = [0.0; 3];
        for _ in 0..n {
            let drawn = points[rng.random_range(0..n)];
            sums.iter_mut().zip(drawn).for_each(|(sum, value)| *sum += value);
        }
        resamples.iter_mut().zip(sums).for_each(|(list, sum)| list.push(sum / n as f64));
    }
    let [elevations, xs, ys] = resamples;
    let limits = |values: &[f64]| {
        let tail = 0.5 * (1.0 - config.level);
        // Finite and not empty: means of checked scores.
        let at = |p| quantile(values, p).unwrap_or_default();
        Limits { lower: at(tail), upper: at(1.0 - tail) }
    };
    let amplitudes: Vec<f64> = xs.iter().zip(&ys).map(|(&x, &y)| length(x, y)).collect();
    let directions: Vec<f64> = xs.iter().zip(&ys).map(|(&x, &y)| direction(x, y)).collect();
    let displacement = summary.displacement.map(|center| {
        let turned: Vec<f64> = directions.iter().map(|&angle| signed_difference(center, angle)).collect();
        let Limits { lower, upper } = limits(&turned);
        let turn = |by: f64| direction(cos((center + by).to_radians()), sin((center + by).to_radians()));
        CircularLimits {
            from: turn(lower),
            to: turn(upper),
            width: upper - lower,
            concentration: concentration(&turned),
        }
    });
    Ok(MeanProfile {
        n_respondents: n,
        summary,
        elevation: limits(&elevations),
        x: limits(&xs),
        y: limits(&ys),
        amplitude: limits(&amplitudes),
        displacement,
    })
}

/// Length of the mean of directions in degrees.
fn concentration(degrees: &[f64]) -> f64 {
    let sums = degrees.iter().map(|angle| angle.to_radians());
    let (x, y) = sums.fold((0.0, 0.0), |(x, y), angle| (x + cos(angle), y + sin(angle)));
    length(x, y) / degrees.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;
    use rand_distr::StandardNormal;

    fn group(n: usize, peak: f64, amplitude: f64, seed: u64) -> Vec<Vec<f64>> {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let angles = CircumplexAngles::hexagon();
        let score = |rng: &mut ChaCha12Rng, angle: f64| {
            let noise: f64 = rng.sample(StandardNormal);
            20.0 + amplitude * cos((angle - peak).to_radians()) + 3.0 * noise
        };
        (0..n).map(|_| angles.degrees().iter().map(|&angle| score(&mut rng, angle)).collect()).collect()
    }

    fn summarize(profiles: &[Vec<f64>]) -> MeanProfile {
        let mut rng = ChaCha12Rng::seed_from_u64(5);
        mean_profile(profiles, &CircumplexAngles::hexagon(), ResamplingConfig::usual(), &mut rng).unwrap()
    }

    #[test]
    fn limits_have_the_width_that_theory_gives() {
        // SD of a person's elevation 3/√6, of x and y 3·√(2/6)·… = 3/√3; over 400 people divided by 20, times 2·1.96.
        let found = summarize(&group(400, 359.0, 4.0, 11));
        let near = |limits: Limits, sd: f64| {
            let expected = 2.0 * 1.96 * sd / 20.0;
            // 400 people give an SD within 3.5 %, 2,000 resamples a quantile within 4 %; three of these errors.
            assert!(((limits.upper - limits.lower) / expected - 1.0).abs() < 0.16, "{limits:?} {expected}");
        };
        near(found.elevation, 3.0 / 6.0_f64.sqrt());
        near(found.x, 3.0 / 3.0_f64.sqrt());
        near(found.y, 3.0 / 3.0_f64.sqrt());
        near(found.amplitude, 3.0 / 3.0_f64.sqrt());
        // Around 359 the limits lie on both sides of 0: SD of the direction 3/(√3·20·4) radians.
        let limits = found.displacement.unwrap();
        assert!(limits.from > 355.0 && limits.to < 5.0, "{limits:?}");
        let expected = (2.0 * 1.96 * 3.0 / (3.0_f64.sqrt() * 80.0)).to_degrees();
        assert!((limits.width / expected - 1.0).abs() < 0.16);
        assert!(limits.concentration > 0.99);
    }

    #[test]
    fn a_group_without_a_peak_points_everywhere() {
        let limits = summarize(&group(60, 0.0, 0.0, 4)).displacement.unwrap();
        assert!(limits.width > 90.0 && limits.concentration < 0.97, "{limits:?}");
    }

    #[test]
    fn equal_people_have_limits_without_width() {
        let found = summarize(&[vec![14.0, 12.0, 8.0, 6.0, 8.0, 12.0], vec![14.0, 12.0, 8.0, 6.0, 8.0, 12.0]]);
        assert!((found.amplitude.upper - found.amplitude.lower).abs() < 1e-12);
        let flat = summarize(&[vec![1.0; 6], vec![1.0; 6]]);
        assert_eq!(flat.displacement, None);
    }

    #[test]
    fn what_cannot_be_resampled_is_refused() {
        let run = |profiles: &[Vec<f64>], n_resamples, level| {
            let config = ResamplingConfig { n_resamples, level };
            mean_profile(profiles, &CircumplexAngles::hexagon(), config, &mut ChaCha12Rng::seed_from_u64(1))
                .unwrap_err()
        };
        let two = [vec![1.0; 6], vec![2.0; 6]];
        assert_eq!(run(&two[..1], 200, 0.95), CircumplexError::TooFewProfiles { given: 1 });
        assert!(matches!(run(&two, 0, 0.95), CircumplexError::Setting { .. }));
        assert!(matches!(run(&two, 200, f64::NAN), CircumplexError::Setting { .. }));
        assert!(matches!(run(&[vec![1.0; 6], vec![2.0; 5]], 200, 0.9), CircumplexError::LengthMismatch { .. }));
        assert!(matches!(run(&[vec![1.0; 6], vec![f64::NAN; 6]], 200, 0.9), CircumplexError::ScoreNotFinite { .. }));
    }
}
