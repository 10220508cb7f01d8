//! How far each number of a norm table would move with another sample of the same size: formulas, and the bootstrap.
//!
//! Formulas need no simulation and hold for large samples; the bootstrap makes no such assumption. Both are for people drawn
//! independently: a sample of whole classes or firms has larger errors.

use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Binomial, Distribution as _};
use rayon::prelude::*;

use crate::norms::built::{BuiltNorm, BuiltScale};
use crate::numeric::normal;

/// Standard errors of the values that belong to one raw score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueErrors {
    /// Raw score.
    pub raw: f64,
    /// Of the mid percentile rank, in percentile points.
    pub percentile_rank: f64,
    /// Of the linear T score, in T points; `None` where the sample has no SD.
    pub linear_t: Option<f64>,
    /// Of the normalized T score, in T points; `None` where the sample never reached the raw score.
    pub normalized_t: Option<f64>,
}

/// Standard errors of a norm table of one scale in one stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct SamplingErrors {
    /// Of the mean, in raw score points; `None` where the sample has no SD.
    pub mean: Option<f64>,
    /// Of the SD, in raw score points; `None` where the sample has no SD.
    pub sd: Option<f64>,
    /// One a row of the table.
    pub rows: Vec<ValueErrors>,
}

/// Shape of a distribution: population moments of its standardized scores.
struct Shape {
    skewness: f64,
    /// m₄/m₂², 3 for a normal distribution.
    kurtosis: f64,
}

fn shape_of(scale: &BuiltScale) -> Option<Shape> {
    let n = scale.n() as f64;
    let moment = |power: i32| {
        scale.rows().iter().map(|row| row.count as f64 * (row.raw - scale.mean()).powi(power)).sum::<f64>() / n
    };
    let m2 = moment(2);
    let shape = Shape { skewness: moment(3) / (m2 * m2.sqrt()), kurtosis: moment(4) / (m2 * m2) };
    (shape.skewness.is_finite() && shape.kurtosis.is_finite()).then_some(shape)
}

/// Standard errors by formula, whatever the shape of the distribution (delta method; n large).
///
/// - Mean: SD/√n. SD: SD·√((β − (n − 3)/(n − 1))/n)/2.
/// - Mid percentile rank: 100·√((b + e/4 − p²)/n), with b the share below, e the share level, p = b + e/2; without ties the
///   binomial √(p(1 − p)/n).
/// - Linear T: 10·√((1 + γ·z + (β − 1)·z²/4)/n), with skewness γ and kurtosis β = m₄/m₂²; for normal scores 10·√((1 + z²/2)/n).
/// - Normalized T: 10·(error of p)/φ(z), with φ the normal density at z = Φ⁻¹(p).
///
/// # Examples
/// ```
/// use engine::model::ids::StratumId;
/// use engine::norms::{AgeBand, NormBuilder, Stratum, sampling_error};
/// let everyone = Stratum::new(StratumId::new("all")?, None, AgeBand::OPEN, None);
/// let mut builder = NormBuilder::new(1, vec![everyone], 2);
/// for raw in [1.0, 2.0, 2.0, 3.0] {
///     builder.add_person(0)?;
///     builder.add(0, 0, raw)?;
/// }
/// let built = builder.finish(&[]);
/// let errors = sampling_error::by_formula(built.strata()[0].scale(0).ok_or("dropped")?);
/// // At 2: b = 1/4, e = 1/2, p = 1/2: 100·√((1/4 + 1/8 − 1/4)/4).
/// assert!((errors.rows[1].percentile_rank - 100.0 * 0.03125_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// # References
/// Kendall & Stuart (1977), *The advanced theory of statistics*, vol. 1, chapter 10 (standard errors).
/// # Agreement
/// Oracle `norms/sampling_error`: the formulas within 1e-9 relative; a bootstrap in R within its Monte Carlo error.
#[must_use]
pub fn by_formula(scale: &BuiltScale) -> SamplingErrors {
    let n = scale.n() as f64;
    let with_shape = scale.sd().zip(shape_of(scale));
    let sd_error = with_shape.as_ref().map(|(sd, shape)| {
        let spread = (shape.kurtosis - (n - 3.0) / (n - 1.0)).max(0.0);
        0.5 * sd * (spread / n).sqrt()
    });
    let rows = scale.rows().iter().map(|row| {
        let below = row.cumulative.saturating_sub(row.count) as f64 / n;
        let equal = row.count as f64 / n;
        let p = below + 0.5 * equal;
        let p_error = ((below + 0.25 * equal - p * p).max(0.0) / n).sqrt();
        let linear_t = with_shape.as_ref().and_then(|(_, shape)| {
            let z = scale.linear_z(row.raw)?;
            let variance = (1.0 + shape.skewness * z + 0.25 * (shape.kurtosis - 1.0) * z * z) / n;
            Some(10.0 * variance.max(0.0).sqrt()).filter(|error| error.is_finite())
        });
        let z = reached(scale, row.raw).then(|| normal::quantile(p)).flatten();
        let normalized_t = z.map(|z| 10.0 * p_error / normal::density(z)).filter(|error| error.is_finite());
        ValueErrors { raw: row.raw, percentile_rank: 100.0 * p_error, linear_t, normalized_t }
    });
    SamplingErrors { mean: scale.standard_error_of_mean(), sd: sd_error, rows: rows.collect() }
}

fn reached(scale: &BuiltScale, raw: f64) -> bool {
    (scale.lowest()..=scale.highest()).contains(&raw)
}

/// How a bootstrap is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootstrapConfig {
    /// How many samples of the same size are drawn, from 2 to [`BootstrapConfig::MAX_REPLICATES`].
    pub n_replicates: u32,
    /// The same seed gives the same errors, whatever the number of threads.
    pub seed: u64,
}

impl BootstrapConfig {
    /// The largest number of replicates.
    pub const MAX_REPLICATES: u32 = 1_000_000;
}

/// Why there is no bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BootstrapError {
    /// A number of replicates that is not allowed.
    #[error("{n_replicates} replicates are not from 2 to {}", BootstrapConfig::MAX_REPLICATES)]
    Replicates {
        /// As given.
        n_replicates: u32,
    },
}

/// Replicates that one thread draws before their sums are put together, in order.
const CHUNK: u32 = 32;

/// Standard errors by the bootstrap: standard deviations over samples drawn with replacement from the people of the sample.
///
/// The samples are drawn from the counts of raw scores: how often each score occurs in n draws with replacement is multinomial with
/// the shares of the sample, so that drawing the counts (each score's count is binomial given those before it) is the same as drawing
/// the people, only faster. Replicate r of series s is stream s·2³² + r of a ChaCha generator, so that results do not depend on threads.
///
/// A normalized T is averaged over the replicates that reached its raw score, and is `None` where fewer than two did.
///
/// - `series`: which scale and stratum it is; different series draw different samples.
///
/// # Errors
/// [`BootstrapError`].
///
/// # References
/// Efron & Tibshirani (1993), *An introduction to the bootstrap*, chapter 6.
/// # Agreement
/// Oracle `norms/sampling_error`: a bootstrap of people in R, within the Monte Carlo error of both.
pub fn by_bootstrap(
    scale: &BuiltScale,
    config: &BootstrapConfig,
    series: u32,
) -> Result<SamplingErrors, BootstrapError> {
    let n_replicates = config.n_replicates;
    if !(2..=BootstrapConfig::MAX_REPLICATES).contains(&n_replicates) {
        return Err(BootstrapError::Replicates { n_replicates });
    }
    let observed = Values::of(scale.rows().iter().map(|row| (row.raw, row.count)), scale.n());
    let chunks: Vec<Spread> = (0..n_replicates.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut spread = Spread::new(&observed);
            let mut counts = Vec::with_capacity(scale.rows().len());
            for replicate in chunk * CHUNK..((chunk + 1) * CHUNK).min(n_replicates) {
                let mut rng = ChaCha12Rng::seed_from_u64(config.seed);
                rng.set_stream(u64::from(series) << 32 | u64::from(replicate));
                draw(scale, &mut rng, &mut counts);
                let drawn = scale.rows().iter().zip(&counts).map(|(row, &count)| (row.raw, count));
                spread.add(&Values::of(drawn, scale.n()), &observed);
            }
            spread
        })
        .collect();
    let mut all = Spread::new(&observed);
    chunks.iter().for_each(|chunk| all.merge(chunk));
    let rows = scale.rows().iter().zip(&all.rows).map(|(row, [rank, linear, normalized])| ValueErrors {
        raw: row.raw,
        percentile_rank: rank.sd().unwrap_or_default(),
        linear_t: linear.sd().filter(|_| scale.sd().is_some()),
        normalized_t: normalized.sd().filter(|_| reached(scale, row.raw)),
    });
    let with_spread = |sum: &Sum| sum.sd().filter(|_| scale.sd().is_some());
    Ok(SamplingErrors { mean: with_spread(&all.mean), sd: with_spread(&all.sd), rows: rows.collect() })
}

impl BuiltNorm {
    /// Bootstrap errors of every scale of every stratum, in their order; `None` for scales without a norm.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub fn bootstrap(&self, config: &BootstrapConfig) -> Result<Vec<Vec<Option<SamplingErrors>>>, BootstrapError> {
        let mut series = 0_u32;
        let mut next = || {
            series = series.wrapping_add(1);
            series
        };
        let stratum = |scales: &[Option<BuiltScale>], next: &mut dyn FnMut() -> u32| {
            let scale = |scale: &Option<BuiltScale>| {
                let series = next();
                scale.as_ref().map(|scale| by_bootstrap(scale, config, series)).transpose()
            };
            scales.iter().map(scale).collect()
        };
        self.strata().iter().map(|built| stratum(built.scales(), &mut next)).collect()
    }
}

/// Counts of raw scores of as many people as the sample has, drawn with replacement.
fn draw(scale: &BuiltScale, rng: &mut ChaCha12Rng, counts: &mut Vec<u64>) {
    counts.clear();
    // People still to draw, and people of the sample whose score is not yet passed.
    let (mut to_draw, mut left) = (scale.n(), scale.n());
    for row in scale.rows() {
        let drawn = if row.count == left {
            to_draw
        } else {
            // A share of people is a probability, so that the distribution exists.
            Binomial::new(to_draw, row.count as f64 / left as f64).map_or(0, |binomial| binomial.sample(rng))
        };
        counts.push(drawn);
        to_draw -= drawn.min(to_draw);
        left = left.saturating_sub(row.count);
        if left == 0 {
            // Rows of the grid above the highest score.
            counts.resize(scale.rows().len(), 0);
            return;
        }
    }
}

/// The values of a norm table.
struct Values {
    mean: f64,
    sd: Option<f64>,
    /// A row: percentile rank, linear T, normalized T.
    rows: Vec<[Option<f64>; 3]>,
}

impl Values {
    fn of(rows: impl Iterator<Item = (f64, u64)> + Clone, n: u64) -> Self {
        let n = n as f64;
        let mean = rows.clone().map(|(raw, count)| raw * count as f64).sum::<f64>() / n;
        let squares = rows.clone().map(|(raw, count)| (raw - mean) * (raw - mean) * count as f64).sum::<f64>();
        let sd = Some((squares / (n - 1.0)).sqrt()).filter(|sd| *sd > 0.0 && sd.is_finite());
        let mut below = 0.0;
        let row = |(raw, count): (f64, u64)| {
            let p = (below + 0.5 * count as f64) / n;
            below += count as f64;
            let linear = sd.map(|sd| 50.0 + 10.0 * (raw - mean) / sd);
            let z = if p > 0.0 && p < 1.0 { normal::quantile(p) } else { None };
            [Some(100.0 * p), linear, z.map(|z| 50.0 + 10.0 * z)]
        };
        Self { mean, sd, rows: rows.map(row).collect() }
    }
}

/// Sums of deviations from a fixed origin, for a standard deviation without cancellation.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Sum {
    fn add(&mut self, deviation: f64) {
        self.n += 1.0;
        self.sum += deviation;
        self.squares += deviation * deviation;
    }

    fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn sd(&self) -> Option<f64> {
        (self.n > 1.0).then(|| ((self.squares - self.sum * self.sum / self.n).max(0.0) / (self.n - 1.0)).sqrt())
    }
}

/// How the values of a norm table vary over replicates.
struct Spread {
    mean: Sum,
    sd: Sum,
    rows: Vec<[Sum; 3]>,
}

impl Spread {
    fn new(observed: &Values) -> Self {
        Self { mean: Sum::default(), sd: Sum::default(), rows: vec![[Sum::default(); 3]; observed.rows.len()] }
    }

    fn add(&mut self, drawn: &Values, observed: &Values) {
        self.mean.add(drawn.mean - observed.mean);
        if let Some((drawn, observed)) = drawn.sd.zip(observed.sd) {
            self.sd.add(drawn - observed);
        }
        for (sums, (drawn, observed)) in self.rows.iter_mut().zip(drawn.rows.iter().zip(&observed.rows)) {
            for (sum, (drawn, observed)) in sums.iter_mut().zip(drawn.iter().zip(observed)) {
                if let Some(drawn) = drawn {
                    sum.add(drawn - observed.unwrap_or(50.0));
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.mean.merge(&other.mean);
        self.sd.merge(&other.sd);
        for (own, others) in self.rows.iter_mut().flatten().zip(other.rows.iter().flatten()) {
            own.merge(others);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::StratumId;
    use crate::norms::{AgeBand, IntegerGrid, NormBuilder, Stratum};
    use proptest::prelude::*;

    fn built(raws: &[f64], grid: Option<IntegerGrid>) -> BuiltNorm {
        let everyone = Stratum::new(StratumId::new("all").unwrap(), None, AgeBand::OPEN, None);
        let mut builder = NormBuilder::new(1, vec![everyone], 1);
        for &raw in raws {
            builder.add_person(0).unwrap();
            builder.add(0, 0, raw).unwrap();
        }
        builder.finish(&[grid])
    }

    fn errors(raws: &[f64], n_replicates: u32) -> SamplingErrors {
        let built = built(raws, None);
        by_bootstrap(built.strata()[0].scale(0).unwrap(), &BootstrapConfig { n_replicates, seed: 5 }, 1).unwrap()
    }

    #[test]
    fn formulas_worked_by_hand() {
        // −1, 0, 0, 1: m₂ = ½, m₃ = 0, m₄ = ½: kurtosis 2; SD √(2/3).
        let built = built(&[-1.0, 0.0, 0.0, 1.0], None);
        let errors = by_formula(built.strata()[0].scale(0).unwrap());
        let sd = (2.0_f64 / 3.0).sqrt();
        assert!((errors.mean.unwrap() - sd / 2.0).abs() < 1e-15);
        // √((2 − 1/3)/4)/2 of the SD.
        assert!((errors.sd.unwrap() - 0.5 * sd * (5.0_f64 / 12.0).sqrt()).abs() < 1e-15);
        // z = 1/SD, z² = 3/2: 10·√((1 + 3/8)/4).
        assert!((errors.rows[2].linear_t.unwrap() - 10.0 * (1.375_f64 / 4.0).sqrt()).abs() < 1e-12);
        // In the middle φ(0) = 1/√(2π), error of p √(1/8/4).
        let middle = 10.0 * (1.0_f64 / 32.0).sqrt() * (2.0 * std::f64::consts::PI).sqrt();
        assert!((errors.rows[1].normalized_t.unwrap() - middle).abs() < 1e-12);
    }

    #[test]
    fn the_bootstrap_finds_the_error_of_a_mean() {
        // Its true value is the SD with divisor n over √n; 4000 replicates know it to about 1/√8000 = 1.1 %, 5 % is 4.5 times that.
        let raws: Vec<f64> = (0..60).map(|i| f64::from(i * i % 23)).collect();
        let built = built(&raws, None);
        let scale = built.strata()[0].scale(0).unwrap();
        let exact = scale.standard_error_of_mean().unwrap() * (59.0_f64 / 60.0).sqrt();
        assert!((errors(&raws, 4000).mean.unwrap() / exact - 1.0).abs() < 0.05);
        let rank = by_formula(scale).rows[5].percentile_rank;
        assert!((errors(&raws, 4000).rows[5].percentile_rank / rank - 1.0).abs() < 0.05);
    }

    #[test]
    fn results_do_not_depend_on_threads() {
        let raws: Vec<f64> = (0..200).map(|i| f64::from(i * 7 % 31)).collect();
        let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let one = pool(1).install(|| errors(&raws, 100));
        assert_eq!(one, pool(3).install(|| errors(&raws, 100)));
    }

    #[test]
    fn a_sample_without_spread_has_no_error_of_scores() {
        let same = errors(&[4.0, 4.0, 4.0], 10);
        assert_eq!((same.mean, same.sd), (None, None));
        assert_eq!((same.rows[0].percentile_rank, same.rows[0].linear_t), (0.0, None));
        let one = built(&[4.0], Some(IntegerGrid::new(0, 9).unwrap()));
        let scale = one.strata()[0].scale(0).unwrap();
        assert_eq!(by_formula(scale).rows[4].linear_t, None);
        assert_eq!(by_formula(scale).rows[9].normalized_t, None);
        let config = BootstrapConfig { n_replicates: 1, seed: 0 };
        assert_eq!(by_bootstrap(scale, &config, 0), Err(BootstrapError::Replicates { n_replicates: 1 }));
    }

    #[test]
    fn every_scale_draws_its_own_samples() {
        let strata = vec![Stratum::new(StratumId::new("all").unwrap(), None, AgeBand::OPEN, None)];
        let mut builder = NormBuilder::new(2, strata, 1);
        for idx in 0..50 {
            builder.add_person(0).unwrap();
            builder.add(0, 0, f64::from(idx % 9)).unwrap();
            builder.add(0, 1, f64::from(idx % 9)).unwrap();
        }
        let errors = builder.finish(&[]).bootstrap(&BootstrapConfig { n_replicates: 50, seed: 1 }).unwrap();
        assert_ne!(errors[0][0], errors[0][1]);
    }

    proptest! {
        #[test]
        fn a_drawn_sample_has_as_many_people(raws in prop::collection::vec(0..12_i32, 1..80), seed in 0..50_u64) {
            let raws: Vec<f64> = raws.into_iter().map(f64::from).collect();
            let built = built(&raws, Some(IntegerGrid::new(-2, 14).unwrap()));
            let scale = built.strata()[0].scale(0).unwrap();
            let mut counts = Vec::new();
            draw(scale, &mut ChaCha12Rng::seed_from_u64(seed), &mut counts);
            prop_assert_eq!(counts.iter().sum::<u64>(), scale.n());
            prop_assert_eq!(counts.len(), scale.rows().len());
            for (row, &count) in scale.rows().iter().zip(&counts) {
                prop_assert!(row.count > 0 || count == 0);
            }
        }
    }
}
