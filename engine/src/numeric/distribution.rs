//! Chi-squared, Student's t, F and beta distributions: shares below and above, and quantiles that always return.
//!
//! Quantiles are found by halving the interval of possible floating-point numbers, so that they end after 64 steps whatever the
//! argument, and undo the cumulative share as well as numbers can.

use super::gamma::{incomplete_beta, incomplete_gamma, poisson_term};

/// A share of a distribution below and above a value; both are given so that small ones keep their digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Share at or below, 0–1.
    pub below: f64,
    /// Share above, 0–1.
    pub above: f64,
}

impl Shares {
    fn new((below, above): (f64, f64)) -> Self {
        Self { below, above }
    }
}

/// Chi-squared distribution with `df` degrees of freedom at `x`.
///
/// `None` unless df > 0 and x ≥ 0, both finite.
///
/// # Examples
/// ```
/// let shares = engine::numeric::distribution::chi_squared(3.841_458_820_694_124, 1.0);
/// assert!(shares.is_some_and(|s| (s.above - 0.05).abs() < 1e-14));
/// ```
#[must_use]
pub fn chi_squared(x: f64, df: f64) -> Option<Shares> {
    incomplete_gamma(0.5 * df, 0.5 * x).map(Shares::new)
}

/// Value below which a share `p` of a chi-squared distribution lies. `None` unless 0 < p < 1 and df > 0.
#[must_use]
pub fn chi_squared_quantile(p: f64, df: f64) -> Option<f64> {
    positive_quantile(p, |x| chi_squared(x, df))
}

/// Non-central chi-squared distribution with `df` degrees of freedom and noncentrality λ at `x`: a Poisson mixture of central
/// ones, summed from its heaviest term outwards.
///
/// `None` unless df > 0, λ ≥ 0 and x ≥ 0, all finite.
///
/// # References
/// Benton & Krishnamoorthy (2003), Computational Statistics & Data Analysis 43, 249–267, doi:10.1016/S0167-9473(02)00283-9
#[must_use]
pub fn noncentral_chi_squared(x: f64, df: f64, noncentrality: f64) -> Option<Shares> {
    if !(noncentrality >= 0.0 && noncentrality.is_finite()) {
        return None;
    }
    let half = 0.5 * noncentrality;
    if half < 1e-300 {
        return chi_squared(x, df);
    }
    // Terms further from the mode than this weigh less than 1e-17 together.
    let reach = 40.0 + 10.0 * half.sqrt();
    let first = (half - reach).max(0.0).floor();
    let last = (half + reach).ceil().min(first + 4e6);
    let (mut below, mut above, mut weights) = (0.0, 0.0, 0.0);
    let mut j = first;
    while j <= last {
        let weight = if j == 0.0 { libm::exp(-half) } else { poisson_term(j, half) };
        let shares = chi_squared(x, df + 2.0 * j)?;
        below += weight * shares.below;
        above += weight * shares.above;
        weights += weight;
        j += 1.0;
    }
    Some(Shares { below: (below / weights).clamp(0.0, 1.0), above: (above / weights).clamp(0.0, 1.0) })
}

/// The noncentrality λ at which a share `p` of a chi-squared distribution lies below `x`.
///
/// `None` unless 0 < p < 1, df > 0 and x > 0 finite; also where even λ = 0 leaves less than `p` below, so that there is none.
#[must_use]
pub fn noncentrality_of(x: f64, df: f64, p: f64) -> Option<f64> {
    let below = |lambda: f64| noncentral_chi_squared(x, df, lambda).map(|s| s.below);
    if !(p > 0.0 && p < 1.0) || below(0.0)? < p {
        return None;
    }
    let (mut low, mut high) = (0.0, x.max(1.0));
    for _ in 0..60 {
        if below(high)? < p {
            break;
        }
        low = high;
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if below(middle)? < p {
            high = middle
        } else {
            low = middle
        }
        if high - low <= 1e-13 * high {
            break;
        }
    }
    Some(0.5 * (low + high))
}

/// Beta distribution of shapes `a`, `b` at the share `x`. `None` unless a, b > 0 finite and 0 ≤ x ≤ 1.
#[must_use]
pub fn beta(x: f64, a: f64, b: f64) -> Option<Shares> {
    incomplete_beta(a, b, x, 1.0 - x).map(Shares::new)
}

/// Value below which a share `p` of a beta distribution lies. `None` unless 0 < p < 1 and a, b > 0 finite.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    bounded_quantile(p, 1.0, |x| beta(x, a, b))
}

/// F distribution with `df1` and `df2` degrees of freedom at `x`. `None` unless both are > 0 and finite and x ≥ 0.
#[must_use]
pub fn f(x: f64, df1: f64, df2: f64) -> Option<Shares> {
    if x.is_nan() || x < 0.0 {
        return None;
    }
    if x.is_infinite() {
        return Some(Shares { below: 1.0, above: 0.0 });
    }
    let (first, second) = (df1 * x, df2);
    let (share, rest) = if first > second {
        let ratio = second / first;
        (1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
    } else {
        let ratio = first / second;
        (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio))
    };
    incomplete_beta(0.5 * df1, 0.5 * df2, share, rest).map(Shares::new)
}

/// Value below which a share `p` of an F distribution lies. `None` unless 0 < p < 1 and df1, df2 > 0 finite.
#[must_use]
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> {
    positive_quantile(p, |x| f(x, df1, df2))
}

/// Student's t distribution with `df` degrees of freedom at `t`. `None` unless df > 0 finite and t a number.
#[must_use]
pub fn student_t(t: f64, df: f64) -> Option<Shares> {
    if t.is_nan() {
        return None;
    }
    // The share of t² beyond |t| on both sides is that of an F distribution with 1 and df degrees of freedom.
    let beyond = 0.5 * f(t * t, 1.0, df)?.above;
    Some(if t < 0.0 { Shares::new((beyond, 1.0 - beyond)) } else { Shares::new((1.0 - beyond, beyond)) })
}

/// Value below which a share `p` of Student's t distribution lies. `None` unless 0 < p < 1 and df > 0 finite.
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    if p == 0.5 {
        return student_t(0.0, df).map(|_| 0.0);
    }
    let tail = p.min(1.0 - p);
    let reach = smallest(f64::MAX.sqrt(), |t| student_t(t, df).map(|s| s.above <= tail))?;
    Some(if p < 0.5 { -reach } else { reach })
}

/// Two-sided p value of Pearson's r from `n` pairs under no correlation. `None` for fewer than three pairs or |r| > 1.
#[must_use]
pub fn correlation_p_value(r: f64, n: usize) -> Option<f64> {
    if n < 3 || !(-1.0..=1.0).contains(&r) {
        return None;
    }
    let df = (n - 2) as f64;
    let statistic = r.abs() * (df / ((1.0 - r) * (1.0 + r))).sqrt();
    student_t(statistic, df).map(|s| (2.0 * s.above).min(1.0))
}

fn positive_quantile(p: f64, shares: impl Fn(f64) -> Option<Shares>) -> Option<f64> {
    bounded_quantile(p, f64::MAX * 1e-3, shares)
}

/// The smallest x in [0, highest] with a share of at least `p` below, from whichever tail keeps its digits.
fn bounded_quantile(p: f64, highest: f64, shares: impl Fn(f64) -> Option<Shares>) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    if p <= 0.5 {
        smallest(highest, |x| shares(x).map(|s| s.below >= p))
    } else {
        smallest(highest, |x| shares(x).map(|s| s.above <= 1.0 - p))
    }
}

/// The smallest number in [0, highest] of which `reached` is true, if it is false below and true above.
fn smallest(highest: f64, reached: impl Fn(f64) -> Option<bool>) -> Option<f64> {
    // Non-negative floating-point numbers lie in the order of their bits.
    let (mut low, mut high) = (0_u64, highest.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(f64::from_bits(middle))? { high = middle } else { low = middle + 1 }
    }
    Some(f64::from_bits(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: [f64; 11] = [1e-60, 1e-12, 1e-4, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.9999, 1.0 - 1e-12];

    /// The share at the quantile is the one asked for, to nine digits or to the distance of neighbouring numbers.
    fn undone(p: f64, quantile: Option<f64>, shares: impl Fn(f64) -> Option<Shares>) {
        let x = quantile.unwrap();
        let tail = |x: f64| shares(x).map(|s| if p <= 0.5 { s.below } else { s.above }).unwrap();
        let (got, expected) = (tail(x), p.min(1.0 - p));
        let neighbor = if x == 0.0 { x } else { f64::from_bits(x.to_bits() - 1) };
        let step = (tail(neighbor) - got).abs();
        assert!((got - expected).abs() <= 1e-9 * expected + step, "x = {x:e}: {got:e}, expected {expected:e}");
    }

    #[test]
    fn quantiles_undo_shares_on_a_grid() {
        for p in SHARES {
            for df in [1.0, 2.5, 30.0, 1e4] {
                undone(p, chi_squared_quantile(p, df), |x| chi_squared(x, df));
                undone(p, student_t_quantile(p, df), |x| student_t(x, df));
                for df2 in [3.0, 200.0] {
                    undone(p, f_quantile(p, df, df2), |x| f(x, df, df2));
                }
            }
            for (a, b) in [(0.5, 0.5), (2.0, 200.0), (30.0, 30.0), (1e6, 1e6)] {
                undone(p, beta_quantile(p, a, b), |x| beta(x, a, b));
            }
        }
    }

    #[test]
    fn the_quantile_that_never_returned_returns() {
        // The library in use does not end here.
        assert!(beta_quantile(1e-60, 200.0, 2.0).is_some_and(|x| x > 0.0 && x < 1.0));
        assert!(beta_quantile(1e-300, 200.0, 2.0).is_some());
    }

    #[test]
    fn values_of_r() {
        // R: pt(-2, 5), pf(3, 2, 10, lower = FALSE), pchisq(20, 10, lower = FALSE), pchisq(10, 4, ncp = 3),
        // qf(0.975, 5, 15), pbeta(0.1, 50, 500).
        let close = |got: f64, expected: f64| assert!((got - expected).abs() <= 1e-12 * expected, "{got} {expected}");
        close(student_t(-2.0, 5.0).unwrap().below, 0.050_969_739_414_929_174);
        close(f(3.0, 2.0, 10.0).unwrap().above, 0.095_367_431_640_625);
        close(chi_squared(20.0, 10.0).unwrap().above, 0.029_252_688_076_961_3);
        close(noncentral_chi_squared(10.0, 4.0, 3.0).unwrap().below, 0.783_763_181_681_781_2);
        close(f_quantile(0.975, 5.0, 15.0).unwrap(), 3.576_415_349_279_06);
        close(beta(0.1, 50.0, 500.0).unwrap().below, 0.776_519_303_109_857_5);
    }

    #[test]
    fn noncentrality_undoes_the_share_below() {
        for lambda in [0.5, 20.0, 3000.0] {
            let below = noncentral_chi_squared(lambda + 5.0, 7.0, lambda).unwrap().below;
            let back = noncentrality_of(lambda + 5.0, 7.0, below).unwrap();
            assert!((back - lambda).abs() < 1e-8 * lambda, "{back}");
        }
        assert_eq!(noncentrality_of(1.0, 10.0, 0.95), None);
    }

    #[test]
    fn nonsense_has_no_value() {
        for p in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(beta_quantile(p, 1.0, 1.0), None);
            assert_eq!(f_quantile(p, 1.0, 1.0), None);
            assert_eq!(student_t_quantile(p, 3.0), None);
        }
        for df in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(chi_squared_quantile(0.5, df), None);
            assert_eq!(student_t_quantile(0.5, df), None);
            assert_eq!(f(1.0, df, 1.0), None);
        }
        assert_eq!(correlation_p_value(0.5, 2), None);
        assert_eq!(correlation_p_value(1.0, 10), Some(0.0));
    }
}
