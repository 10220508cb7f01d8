//! The bivariate standard normal distribution: shares below two limits, of rectangles, and their slopes.

use std::f64::consts::PI;

use super::elementary::{asin, exp, sin};
use super::normal;

/// Beyond this |ρ| the integral is taken from the other end, ρ = ±1.
const STEEP: f64 = 0.925;
/// Shares of rectangles below this are integrated for themselves.
pub(crate) const SMALL: f64 = 1e-8;
/// A limit further out leaves nobody beyond it: Φ(−39) is below the smallest number.
const FAR: f64 = 39.0;

/// A Gauss–Legendre rule on (−1, 1): the positive nodes and their weights; each node counts with both signs.
type Rule = &'static [(f64, f64)];

/// Nodes of the rule of 6 points.
const SIX: Rule = &[
    (0.932_469_514_203_152, 0.171_324_492_379_170_36),
    (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
    (0.238_619_186_083_196_9, 0.467_913_934_572_691_04),
];
/// Nodes of the rule of 12 points.
const TWELVE: Rule = &[
    (0.981_560_634_246_719_4, 0.047_175_336_386_511_83),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_22),
    (0.587_317_954_286_617_4, 0.203_167_426_723_065_92),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_8),
];
/// Nodes of the rule of 20 points.
const TWENTY: Rule = &[
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_118),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.912_234_428_251_326, 0.062_672_048_334_109_05),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_44),
    (0.636_053_680_726_515, 0.118_194_531_961_518_43),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_64),
    (0.373_706_088_715_419_55, 0.142_096_109_318_382_04),
    (0.227_785_851_141_645_07, 0.149_172_986_472_603_74),
    (0.076_526_521_133_497_32, 0.152_753_387_130_725_84),
];

/// One node of the integral over the correlation: a correlation r with the terms of its exponent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    /// −1/(2(1 − r²)).
    squares: f64,
    /// r/(1 − r²).
    product: f64,
    weight: f64,
}

/// Two standard normal variables with one correlation ρ, ready for many limits.
///
/// What depends on ρ alone is worked out once.
#[derive(Debug, Clone, PartialEq)]
pub struct BivariateNormal {
    rho: f64,
    /// √(1 − ρ²).
    rest: f64,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// |ρ| up to [`STEEP`]: nodes between 0 and ρ.
    Gentle(Vec<Node>),
    /// |ρ| between [`STEEP`] and 1.
    Steep,
    /// ρ = ±1.
    Line,
}

impl BivariateNormal {
    /// The distribution with correlation `rho`; `None` unless −1 ≤ ρ ≤ 1.
    #[must_use]
    pub fn new(rho: f64) -> Option<Self> {
        if !(-1.0..=1.0).contains(&rho) {
            return None;
        }
        let kind = if rho.abs() == 1.0 {
            Kind::Line
        } else if rho.abs() > STEEP {
            Kind::Steep
        } else {
            Kind::Gentle(nodes_to(rho))
        };
        Some(Self { rho, rest: ((1.0 - rho) * (1.0 + rho)).sqrt(), kind })
    }

    /// The correlation.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// Share with the first variable at or below `h` and the second at or below `k`: Φ₂(h, k, ρ), from 0 to 1.
    ///
    /// The limits are in SD units and may be infinite; `NaN` in gives `NaN` out. The error is at most about 1e-15, absolute.
    ///
    /// Up to |ρ| = 0.925 this is Φ(h)Φ(k) + (1/2π)∫ exp(−(h² − 2hk·sin θ + k²)/(2cos²θ)) dθ from 0 to arcsin ρ. Beyond, the
    /// density is integrated from ρ to ±1, where the share is min(Φ(h), Φ(k)) or max(0, Φ(h) + Φ(k) − 1), with the part that
    /// rises steeply in closed form.
    ///
    /// # References
    /// Drezner & Wesolowsky (1990), Journal of Statistical Computation and Simulation 35, 101–107,
    /// doi:10.1080/00949659008811236; Genz (2004), Statistics and Computing 14, 251–260, doi:10.1023/B:STCO.0000035304.20635.31
    /// # Agreement
    /// Numerical integration with 40 digits and R `pbivnorm`, within 2e-15.
    #[must_use]
    pub fn cdf(&self, h: f64, k: f64) -> f64 {
        if h.is_nan() || k.is_nan() {
            return f64::NAN;
        }
        if h < -FAR || k < -FAR {
            return 0.0;
        }
        if h > FAR {
            return normal::cdf(k);
        }
        if k > FAR {
            return normal::cdf(h);
        }
        self.cdf_from_margins(h, k, normal::cdf(h), normal::cdf(k))
    }

    /// [`BivariateNormal::cdf`] for finite limits whose shares Φ(h) and Φ(k) are known.
    pub(crate) fn cdf_from_margins(&self, h: f64, k: f64, share_h: f64, share_k: f64) -> f64 {
        let most = share_h.min(share_k);
        let least = if h > -k { (share_h - normal::cdf(-k)).max(0.0) } else { 0.0 };
        let share = match &self.kind {
            Kind::Gentle(nodes) => {
                let (squares, product) = (h * h + k * k, h * k);
                let sum: f64 =
                    nodes.iter().map(|node| node.weight * exp(node.squares * squares + node.product * product)).sum();
                share_h * share_k + sum
            }
            Kind::Steep if self.rho > 0.0 => most - beyond(h, k, self.rest),
            Kind::Steep => least + beyond(h, -k, self.rest),
            Kind::Line if self.rho > 0.0 => most,
            Kind::Line => least,
        };
        share.clamp(least, most.max(least))
    }

    /// Density at (h, k): φ₂ = exp(−(h² − 2ρhk + k²)/(2(1 − ρ²)))/(2π√(1 − ρ²)). This is also the slope of [`BivariateNormal::cdf`]
    /// by ρ.
    ///
    /// `None` for ρ = ±1, where all of the distribution lies on a line.
    #[must_use]
    pub fn density(&self, h: f64, k: f64) -> Option<f64> {
        (self.rest > 0.0).then(|| self.density_off_line(h, k))
    }

    /// [`BivariateNormal::density`] where |ρ| < 1 is known; 0 at infinite limits.
    pub(crate) fn density_off_line(&self, h: f64, k: f64) -> f64 {
        if h.is_infinite() || k.is_infinite() {
            return 0.0;
        }
        // h² − 2ρhk + k² as a sum of squares, which does not cancel.
        let across = (h - self.rho * k) / self.rest;
        exp(-0.5 * (across * across + k * k)) / (2.0 * PI * self.rest)
    }

    /// Slope of [`BivariateNormal::cdf`] by its first limit: φ(h)·Φ((k − ρh)/√(1 − ρ²)).
    ///
    /// `None` for ρ = ±1, where the slope jumps.
    #[must_use]
    pub fn slope_by_first(&self, h: f64, k: f64) -> Option<f64> {
        if self.rest == 0.0 {
            return None;
        }
        if h.is_infinite() {
            return Some(0.0);
        }
        Some(normal::density(h) * normal::cdf((k - self.rho * h) / self.rest))
    }

    /// Share within a rectangle: the first variable in (`lower.0`, `upper.0`], the second in (`lower.1`, `upper.1`].
    ///
    /// 0 for an empty rectangle; `NaN` in gives `NaN` out. The error is at most about 4e-15, absolute, and shares below 1e-8 keep 7 digits or
    /// more however small they are.
    #[must_use]
    pub fn rectangle(&self, lower: (f64, f64), upper: (f64, f64)) -> f64 {
        if lower.0 >= upper.0 || lower.1 >= upper.1 {
            return 0.0;
        }
        let share = self.cdf(upper.0, upper.1) - self.cdf(lower.0, upper.1) - self.cdf(upper.0, lower.1)
            + self.cdf(lower.0, lower.1);
        if share < SMALL { self.small_rectangle(lower, upper) } else { share }
    }

    /// Share of a rectangle that differences of [`BivariateNormal::cdf`] cannot resolve, and that therefore lies away from where the density
    /// turns steeply (larger ones lose digits beyond |ρ| = 0.95): ∫ φ(x)·[Φ((k₂ − ρx)/√(1 − ρ²)) −
    /// Φ((k₁ − ρx)/√(1 − ρ²))] dx in panels that widen from the place of highest density.
    pub(crate) fn small_rectangle(&self, lower: (f64, f64), upper: (f64, f64)) -> f64 {
        let (h1, h2) = (lower.0.max(-FAR), upper.0.min(FAR));
        let (k1, k2) = (lower.1.max(-FAR), upper.1.min(FAR));
        if h1 >= h2 || k1 >= k2 {
            return 0.0;
        }
        let (rho, rest) = (self.rho, self.rest);
        if rest == 0.0 {
            // On the line y = ±x.
            let (from, to) = if rho > 0.0 { (k1, k2) } else { (-k2, -k1) };
            return between(h1.max(from), h2.min(to)).max(0.0);
        }
        let peak = {
            let inside = (0.0_f64.clamp(h1, h2), 0.0_f64.clamp(k1, k2));
            let edges = [
                (h1, (rho * h1).clamp(k1, k2)),
                (h2, (rho * h2).clamp(k1, k2)),
                ((rho * k1).clamp(h1, h2), k1),
                ((rho * k2).clamp(h1, h2), k2),
            ];
            let exponent = |(h, k): (f64, f64)| ((h - rho * k) / rest).powi(2) + k * k;
            let start = if inside == (0.0, 0.0) { inside } else { edges[0] };
            edges.into_iter().fold(start, |best, place| if exponent(place) < exponent(best) { place } else { best }).0
        };
        let value = |x: f64| normal::density(x) * between((k1 - rho * x) / rest, (k2 - rho * x) / rest);
        let panel = |from: f64, to: f64| {
            let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
            half * TWENTY
                .iter()
                .map(|(x, weight)| weight * (value(middle - half * x) + value(middle + half * x)))
                .sum::<f64>()
        };
        let mut share = 0.0;
        for (end, direction) in [(h1, -1.0), (h2, 1.0)] {
            let (mut from, mut width) = (peak, 0.1 * rest);
            // Doubling passes 78, the widest range, within 60 panels for every rest above 1e-16.
            for _ in 0..60 {
                if (end - from) * direction <= 0.0 {
                    break;
                }
                let to = if (end - from).abs() <= width { end } else { from + direction * width };
                share += panel(from.min(to), from.max(to));
                (from, width) = (to, 2.0 * width);
            }
        }
        share
    }
}

/// Φ(upper) − Φ(lower), from the tail that keeps its digits.
fn between(lower: f64, upper: f64) -> f64 {
    if lower > 0.0 { normal::cdf(-lower) - normal::cdf(-upper) } else { normal::cdf(upper) - normal::cdf(lower) }
}

/// Nodes of the integral from 0 to arcsin ρ. More points where the integrand turns faster: errors stay below 1e-15.
fn nodes_to(rho: f64) -> Vec<Node> {
    if rho == 0.0 {
        return Vec::new();
    }
    let rule = match rho.abs() {
        r if r < 0.3 => SIX,
        r if r < 0.75 => TWELVE,
        _ => TWENTY,
    };
    let half = 0.5 * asin(rho);
    let node = |place: f64, weight: f64| {
        let r = sin(half * (1.0 + place));
        let rest = (1.0 - r) * (1.0 + r);
        Node { squares: -0.5 / rest, product: r / rest, weight: weight * half / (2.0 * PI) }
    };
    rule.iter().flat_map(|&(place, weight)| [node(-place, weight), node(place, weight)]).collect()
}

/// ∫ φ₂(h, k, r) dr from ρ to 1, for ρ > 0 near 1 and finite h, k; `rest` is √(1 − ρ²).
///
/// With x = √(1 − r²) and d = |h − k| it is (1/2π)∫ exp(−d²/2x²)·g(x) dx from 0 to √(1 − ρ²), where
/// g(x) = exp(−hk/(1 + √(1 − x²)))/√(1 − x²) = exp(−hk/2)·(1 + ax² + abx⁴ + …) with a = (4 − hk)/8 and b = (12 − hk)/16. The three terms
/// have closed integrals; what is left of g is of order x⁶ and taken by Gauss–Legendre.
fn beyond(h: f64, k: f64, rest: f64) -> f64 {
    let (distance, product) = ((h - k).abs(), h * k);
    let square = distance * distance;
    let (a, b) = ((4.0 - product) / 8.0, (12.0 - product) / 16.0);
    // The exponents are added before the exponential: one alone may overflow where the other vanishes.
    let at_end = exp(-0.5 * (square / (rest * rest) + product));
    let tail = if distance == 0.0 { 0.0 } else { distance * (2.0 * PI).sqrt() * normal::cdf(-distance / rest) };
    let shrink = exp(-0.5 * product);
    let zeroth = rest * at_end - if tail == 0.0 { 0.0 } else { shrink * tail };
    let second = (rest.powi(3) * at_end - square * zeroth) / 3.0;
    let fourth = (rest.powi(5) * at_end - square * second) / 5.0;
    let closed = zeroth + a * second + a * b * fourth;
    let left_over = |place: f64| {
        let x = 0.5 * rest * (1.0 + place);
        let x2 = x * x;
        let root = (1.0 - x2).sqrt();
        // 1/(1 + √(1 − x²)) − ½ = x²/(2(1 + √(1 − x²))²)
        let growth = -product * x2 / (2.0 * (1.0 + root) * (1.0 + root));
        let steep = -0.5 * (square / x2 + product);
        exp(steep + growth) / root - exp(steep) * (1.0 + a * x2 * (1.0 + b * x2))
    };
    let rule_sum: f64 = TWENTY.iter().map(|&(place, weight)| weight * (left_over(-place) + left_over(place))).sum();
    (closed + 0.5 * rest * rule_sum) / (2.0 * PI)
}

/// Φ₂(h, k, ρ), the share of a bivariate standard normal distribution at or below both limits: [`BivariateNormal::cdf`] for one pair of
/// limits.
///
/// `NaN` in, or ρ outside [−1, 1], gives `NaN` out.
///
/// # Examples
/// ```
/// // Above and below both means: ¼ + arcsin(ρ)/2π, here ¼ + 1/12.
/// assert!((engine::numeric::bivariate_normal::cdf(0.0, 0.0, 0.5) - 1.0 / 3.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn cdf(h: f64, k: f64, rho: f64) -> f64 {
    BivariateNormal::new(rho).map_or(f64::NAN, |pair| pair.cdf(h, k))
}

/// Density φ₂(h, k, ρ): [`BivariateNormal::density`] for one pair of values.
///
/// `None` unless −1 < ρ < 1.
#[must_use]
pub fn density(h: f64, k: f64, rho: f64) -> Option<f64> {
    BivariateNormal::new(rho)?.density(h, k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Integrals of φ(x)Φ((k − ρx)/√(1 − ρ²)) with 40 digits.
    const REFERENCE: [(f64, f64, f64, f64); 20] = [
        (0.0, 0.0, 0.5, 0.333_333_333_333_333_3),
        (1.0, -0.5, 0.2, 0.275_755_808_496_205_2),
        (-1.25, 0.75, -0.6, 0.038_832_166_878_311_19),
        (2.0, 1.5, 0.8, 0.926_948_596_280_772_5),
        (-2.5, -2.0, 0.9, 0.005_332_931_061_066_136_5),
        (0.3, -0.4, -0.9, 0.050_320_902_524_712_705),
        (-3.0, -3.5, 0.4, 1.207_308_223_776_818_5e-05),
        (1.0, 1.1, 0.93, 0.817_327_168_790_531_5),
        (-0.5, -0.45, 0.97, 0.281_833_998_247_419_4),
        (2.25, -2.0, -0.95, 0.012_096_293_572_017_774),
        (1.5, -1.5, -0.99, 0.007_299_611_227_271_682_5),
        (-1.0, -1.0, 0.999, 0.154_338_195_935_270_37),
        (0.75, 0.5, 0.999_999, 0.691_462_461_274_013_1),
        (-2.0, 2.001, -0.9999, 0.000_332_028_307_979_416_4),
        (3.0, -1.0, 0.95, 0.158_655_253_931_457_05),
        (-4.0, -4.25, 0.94, 7.342_251_728_303_411e-06),
        (5.0, 5.0, 0.925, 0.999_999_514_488_209_8),
        (-6.0, -6.0, 0.99, 6.535_624_578_351_773e-10),
        (0.0, 0.0, -0.999_999_9, 7.117_625_491_612_115e-05),
        (0.1, -0.1, 0.925_000_1, 0.430_092_238_537_748_3),
    ];

    #[test]
    fn shares_agree_with_integrals_of_forty_digits() {
        for (h, k, rho, expected) in REFERENCE {
            let got = cdf(h, k, rho);
            assert!((got - expected).abs() < 1e-15, "({h}, {k}, {rho}): {got:e}, expected {expected:e}");
        }
    }

    #[test]
    fn quadrants_have_a_closed_form() {
        for step in -1000..=1000 {
            let rho = f64::from(step) / 1000.0;
            let expected = 0.25 + asin(rho) / (2.0 * PI);
            assert!((cdf(0.0, 0.0, rho) - expected).abs() < 4e-16, "{rho}");
        }
    }

    #[test]
    fn rectangles_by_both_ways_agree() {
        for rho in [-0.96, -0.9, -0.3, 0.0, 0.4, 0.95] {
            let pair = BivariateNormal::new(rho).unwrap();
            for (lower, upper) in [((-1.0, -0.5), (0.3, 2.0)), ((-0.2, -0.1), (0.1, 0.2)), ((1.0, 1.0), (2.0, 3.0))] {
                let (one, other) = (pair.rectangle(lower, upper), pair.small_rectangle(lower, upper));
                assert!((one - other).abs() < 4e-15, "{rho}: {one:e} {other:e}");
            }
        }
    }

    #[test]
    fn infinite_limits_leave_the_margins() {
        for rho in [-1.0, -0.95, -0.3, 0.0, 0.5, 0.99, 1.0] {
            assert_eq!(cdf(f64::INFINITY, 0.7, rho), normal::cdf(0.7));
            assert_eq!(cdf(-1.3, f64::INFINITY, rho), normal::cdf(-1.3));
            assert_eq!(cdf(f64::INFINITY, f64::INFINITY, rho), 1.0);
            assert_eq!(cdf(f64::NEG_INFINITY, f64::INFINITY, rho), 0.0);
            assert!(cdf(f64::NAN, 0.0, rho).is_nan());
        }
        assert!(cdf(0.0, 0.0, 1.01).is_nan() && cdf(0.0, 0.0, f64::NAN).is_nan());
        assert!(density(0.0, 0.0, 1.0).is_none());
    }

    #[test]
    fn perfect_correlations_lie_on_a_line() {
        assert_eq!(cdf(0.5, -0.2, 1.0), normal::cdf(-0.2));
        assert_eq!(cdf(0.5, -0.6, -1.0), 0.0);
        assert!((cdf(0.5, -0.2, -1.0) - (normal::cdf(0.5) - normal::cdf(0.2))).abs() < 1e-16);
    }

    #[test]
    fn small_rectangles_far_out_keep_their_digits() {
        // Independent: the product of the two shares above 5, 2.866515718791939e-7 each.
        let pair = BivariateNormal::new(0.0).unwrap();
        let share = pair.rectangle((5.0, 5.0), (f64::INFINITY, f64::INFINITY));
        assert!((share / 2.866_515_718_791_939e-7_f64.powi(2) - 1.0).abs() < 1e-12);
        assert_eq!(pair.rectangle((1.0, 0.0), (1.0, 2.0)), 0.0);
        // Integrals with 60 digits.
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (lower, upper, rho, expected) in [
            ((low, 0.5), (-0.5, high), 0.993, 7.830_998_089_128_539e-20),
            ((low, 0.5), (-0.5, high), 0.97, 4.862_520_828_124_902e-7),
            ((3.0, -4.0), (5.0, -2.0), 0.6, 6.508_921_239_519_351e-10),
            ((-6.0, 2.0), (-1.0, 3.0), 0.9, 2.260_419_988_160_773_5e-13),
        ] {
            let pair = BivariateNormal::new(rho).unwrap();
            let share = pair.small_rectangle(lower, upper);
            assert!((share / expected - 1.0).abs() < 1e-11, "{rho}: {share:e}, expected {expected:e}");
            assert!((pair.rectangle(lower, upper) - share).abs() < 4e-15);
        }
        let line = BivariateNormal::new(-1.0).unwrap();
        assert_eq!(line.small_rectangle((0.0, low), (1.0, -0.5)), normal::cdf(-0.5) - normal::cdf(-1.0));
    }

    fn limit() -> impl Strategy<Value = f64> {
        prop_oneof![9 => -6.0..6.0_f64, 1 => -40.0..40.0_f64]
    }

    proptest! {
        #[test]
        fn shares_do_not_depend_on_order_and_mirror(h in limit(), k in limit(), rho in -1.0..1.0_f64) {
            let share = cdf(h, k, rho);
            prop_assert!((share - cdf(k, h, rho)).abs() < 1e-15);
            prop_assert!((share - (normal::cdf(h) - cdf(h, -k, -rho))).abs() < 2e-15);
            prop_assert!((share - (normal::cdf(h) + normal::cdf(k) - 1.0 + cdf(-h, -k, rho))).abs() < 2e-15);
        }

        #[test]
        fn shares_rise_with_the_correlation_by_the_density(h in -4.0..4.0_f64, k in -4.0..4.0_f64, rho in -0.999..0.999_f64) {
            let step = 1e-5 * (1.0 - rho.abs());
            let slope = (cdf(h, k, rho + step) - cdf(h, k, rho - step)) / (2.0 * step);
            let at = density(h, k, rho).unwrap();
            prop_assert!((slope - at).abs() < 1e-15 / step + 1e-6 * at + 1e-7, "{slope} {at}");
        }

        #[test]
        fn shares_rise_with_a_limit_by_its_slope(h in -4.0..4.0_f64, k in -4.0..4.0_f64, rho in -0.99..0.99_f64) {
            let pair = BivariateNormal::new(rho).unwrap();
            let slope = (pair.cdf(h + 1e-5, k) - pair.cdf(h - 1e-5, k)) / 2e-5;
            prop_assert!((slope - pair.slope_by_first(h, k).unwrap()).abs() < 1e-7);
        }

        #[test]
        fn four_quadrants_around_any_point_fill_the_plane(h in limit(), k in limit(), rho in -1.0..=1.0_f64) {
            let pair = BivariateNormal::new(rho).unwrap();
            let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
            let sum = pair.rectangle((low, low), (h, k)) + pair.rectangle((h, low), (high, k))
                + pair.rectangle((low, k), (h, high)) + pair.rectangle((h, k), (high, high));
            prop_assert!((sum - 1.0).abs() < 4e-15, "{sum}");
        }

        #[test]
        fn any_numbers_give_a_share_or_nan(h in prop::num::f64::ANY, k in prop::num::f64::ANY, rho in prop::num::f64::ANY, inside in -1.0..=1.0_f64) {
            let share = cdf(h, k, rho);
            prop_assert!(share.is_nan() || (0.0..=1.0).contains(&share));
            let share = cdf(h, k, inside);
            prop_assert!(h.is_nan() || k.is_nan() || (0.0..=1.0).contains(&share), "{share}");
        }
    }
}
