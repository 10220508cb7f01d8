//! A continuous norm: the raw score as a polynomial in T and age, and T read from it at any age of the sample.

use crate::norms::build::IntegerGrid;
use crate::norms::table::{PercentileTable, TableError};
use crate::numeric::normal;
use crate::numeric::root::brent_root;

/// One product of powers with its coefficient: coefficient·T^t_power·age^age_power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Power of T.
    pub t_power: u8,
    /// Power of age.
    pub age_power: u8,
    /// Coefficient, in raw score points.
    pub coefficient: f64,
}

/// The highest power of T or age.
pub const MAX_POWER: u8 = 6;

/// What the sample covered: the model says nothing beyond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// Youngest and oldest age.
    pub ages: (f64, f64),
    /// Lowest and highest T score.
    pub t: (f64, f64),
    /// Lowest and highest raw score.
    pub raw: (f64, f64),
}

/// Why numbers are no continuous norm.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A limit is not finite, or a lower one is not below its upper one.
    #[error("{what} from {from} to {to} is no range")]
    Range {
        /// Which range.
        what: &'static str,
        /// Lower limit as given.
        from: f64,
        /// Upper limit as given.
        to: f64,
    },
    /// A coefficient or the intercept is not a finite number.
    #[error("coefficient {coefficient} is not a finite number")]
    Coefficient {
        /// As given.
        coefficient: f64,
    },
    /// A power that is not allowed, or a term that stands twice.
    #[error(
        "term {idx}: powers {t_power} of T and {age_power} of age are not from 0 to {MAX_POWER}, are both 0, or stand twice"
    )]
    Powers {
        /// Index of the term.
        idx: usize,
        /// Power of T.
        t_power: u8,
        /// Power of age.
        age_power: u8,
    },
}

/// Why a continuous norm gives no score.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoContinuousScore {
    /// The age lies outside the sample: the model is not extrapolated.
    #[error("age {age} is outside the ages of the norm sample, {youngest} to {oldest}")]
    AgeOutside {
        /// Age as given.
        age: f64,
        /// Youngest age of the sample.
        youngest: f64,
        /// Oldest age of the sample.
        oldest: f64,
    },
    /// The T score lies outside the sample.
    #[error("T {t} is outside the T scores of the norm sample, {lowest} to {highest}")]
    TOutside {
        /// T as given.
        t: f64,
        /// Lowest T of the sample.
        lowest: f64,
        /// Highest T of the sample.
        highest: f64,
    },
    /// The raw score is not a finite number.
    #[error("the raw score is not a finite number")]
    RawNotFinite,
    /// The percentile curves cross at this age: raw scores do not rise with T throughout, so that T is ambiguous.
    #[error("at age {age} raw scores do not rise with T throughout, so that a raw score has no single T")]
    Crossing {
        /// Age as given.
        age: f64,
    },
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The lower one.
    Lowest,
    /// The upper one.
    Highest,
}

/// The raw score that belongs to a T score at an age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawAtT {
    /// Value of the polynomial, in raw score points.
    pub by_polynomial: f64,
    /// The same, cut at the lowest and the highest raw score of the sample.
    pub raw: f64,
    /// Where it was cut.
    pub cut: Option<End>,
}

/// The T score of a raw score at an age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ContinuousT {
    /// Within the T scores of the sample.
    Within {
        /// T score.
        t: f64,
    },
    /// Beyond what the sample reached: all that is known is on which side of a limit T lies.
    Beyond {
        /// Which end.
        end: End,
        /// The T score at that end of the sample.
        limit: f64,
    },
}

impl ContinuousT {
    /// The T score; `None` beyond what the sample reached.
    #[must_use]
    pub fn t(self) -> Option<f64> {
        match self {
            Self::Within { t } => Some(t),
            Self::Beyond { .. } => None,
        }
    }

    /// The T score as a limit: T itself, or the end of the sample that it lies beyond.
    #[must_use]
    pub fn limit(self) -> f64 {
        match self {
            Self::Within { t } => t,
            Self::Beyond { limit, .. } => limit,
        }
    }
}

/// A stretch of T scores at one age where raw scores do not rise: there percentile curves touch or cross.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// The age.
    pub age: f64,
    /// From this T score on.
    pub t_from: f64,
    /// To this T score.
    pub t_to: f64,
}

/// Steps of T in which the rise of raw scores is looked at.
const RISE_STEPS: usize = 200;

/// A continuous norm of one scale: raw(T, age) = intercept + Σ coefficient·T^i·age^j within the reach of its sample.
///
/// # Agreement
/// Oracle `norms/continuous` (cNORM): raw scores within 1e-7 relative, T scores within 0.02, which is what cNORM's own search allows.
#[derive(Debug, Clone, PartialEq)]
pub struct ContinuousNorm {
    intercept: f64,
    terms: Vec<Term>,
    reach: Reach,
}

impl ContinuousNorm {
    /// Checks and wraps the parameters of a continuous norm.
    ///
    /// # Errors
    /// [`ModelError`] for ranges that are none, coefficients that are not finite, and powers that are not allowed or stand twice.
    pub fn new(intercept: f64, terms: Vec<Term>, reach: Reach) -> Result<Self, ModelError> {
        for (what, (from, to)) in [("age", reach.ages), ("T", reach.t), ("raw score", reach.raw)] {
            if !(from.is_finite() && to.is_finite() && from < to) {
                return Err(ModelError::Range { what, from, to });
            }
        }
        let finite = |coefficient: f64| {
            if coefficient.is_finite() { Ok(()) } else { Err(ModelError::Coefficient { coefficient }) }
        };
        finite(intercept)?;
        for (idx, term) in terms.iter().enumerate() {
            finite(term.coefficient)?;
            let Term { t_power, age_power, .. } = *term;
            let same = |other: &Term| (other.t_power, other.age_power) == (t_power, age_power);
            let allowed = t_power <= MAX_POWER && age_power <= MAX_POWER && t_power + age_power > 0;
            if !allowed || terms.iter().take(idx).any(same) {
                return Err(ModelError::Powers { idx, t_power, age_power });
            }
        }
        Ok(Self { intercept, terms, reach })
    }

    /// The intercept, in raw score points.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What the sample covered.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    fn polynomial(&self, t: f64, age: f64) -> f64 {
        let term = |term: &Term| term.coefficient * t.powi(term.t_power.into()) * age.powi(term.age_power.into());
        self.intercept + self.terms.iter().map(term).sum::<f64>()
    }

    /// Rise of the raw score with T: ∂raw/∂T, raw score points a T point.
    fn rise(&self, t: f64, age: f64) -> f64 {
        let derivative = |term: &Term| match term.t_power {
            0 => 0.0,
            power => {
                let power = i32::from(power);
                term.coefficient * f64::from(power) * t.powi(power - 1) * age.powi(term.age_power.into())
            }
        };
        self.terms.iter().map(derivative).sum()
    }

    fn check_age(&self, age: f64) -> Result<(), NoContinuousScore> {
        let (youngest, oldest) = self.reach.ages;
        if (youngest..=oldest).contains(&age) {
            Ok(())
        } else {
            Err(NoContinuousScore::AgeOutside { age, youngest, oldest })
        }
    }

    /// The raw score that belongs to a T score at an age.
    ///
    /// # Errors
    /// [`NoContinuousScore`] for an age or a T score outside the sample.
    pub fn raw_of_t(&self, t: f64, age: f64) -> Result<RawAtT, NoContinuousScore> {
        self.check_age(age)?;
        let (lowest, highest) = self.reach.t;
        if !(lowest..=highest).contains(&t) {
            return Err(NoContinuousScore::TOutside { t, lowest, highest });
        }
        let by_polynomial = self.polynomial(t, age);
        let (lowest, highest) = self.reach.raw;
        let cut = match by_polynomial {
            raw if raw < lowest => Some(End::Lowest),
            raw if raw > highest => Some(End::Highest),
            _ => None,
        };
        Ok(RawAtT { by_polynomial, raw: by_polynomial.clamp(lowest, highest), cut })
    }

    /// The T score of a raw score at an age: the root of raw(T, age) − raw, found between the T scores that the sample reached.
    ///
    /// # Errors
    /// [`NoContinuousScore`] for an age outside the sample, a raw score that is not finite, and an age at which percentile curves
    /// cross.
    pub fn t_of_raw(&self, raw: f64, age: f64) -> Result<ContinuousT, NoContinuousScore> {
        self.check_age(age)?;
        if !raw.is_finite() {
            return Err(NoContinuousScore::RawNotFinite);
        }
        if !self.falls_at(age).is_empty() {
            return Err(NoContinuousScore::Crossing { age });
        }
        Ok(self.inverted(raw, age))
    }

    /// T at an age where raw scores rise with T.
    fn inverted(&self, raw: f64, age: f64) -> ContinuousT {
        let (lowest, highest) = self.reach.t;
        if raw < self.polynomial(lowest, age) {
            return ContinuousT::Beyond { end: End::Lowest, limit: lowest };
        }
        let root = brent_root(|t| self.polynomial(t, age) - raw, lowest, highest, 1e-11);
        match root {
            Some(t) => ContinuousT::Within { t },
            None => ContinuousT::Beyond { end: End::Highest, limit: highest },
        }
    }

    /// Percentile table at an age, for every raw score of a grid that the sample reached there: PR = 100·Φ((T − 50)/10).
    ///
    /// # Errors
    /// [`NoContinuousScore`] as for [`ContinuousNorm::t_of_raw`]. The inner [`TableError::Empty`] means that the sample reached no
    /// score of the grid.
    pub fn table_at(
        &self,
        age: f64,
        grid: IntegerGrid,
    ) -> Result<Result<PercentileTable, TableError>, NoContinuousScore> {
        self.check_age(age)?;
        if !self.falls_at(age).is_empty() {
            return Err(NoContinuousScore::Crossing { age });
        }
        let reached = |raw: f64| (self.reach.raw.0..=self.reach.raw.1).contains(&raw);
        let rows = grid.scores().filter(|raw| reached(*raw)).filter_map(|raw| {
            let t = self.inverted(raw, age).t()?;
            Some((raw, 100.0 * normal::cdf((t - 50.0) / 10.0)))
        });
        Ok(PercentileTable::new(rows.collect()))
    }

    /// The stretches of T at an age where raw scores do not rise with T; empty where percentile curves keep their order.
    #[must_use]
    fn falls_at(&self, age: f64) -> Vec<Crossing> {
        let (lowest, highest) = self.reach.t;
        let step = (highest - lowest) / RISE_STEPS as f64;
        let places = (0..=RISE_STEPS).map(|idx| lowest + step * idx as f64);
        let mut falls: Vec<Crossing> = Vec::new();
        let mut open = false;
        for t in places {
            let falling = self.rise(t, age) <= 0.0;
            match falls.last_mut().filter(|_| open && falling) {
                Some(last) => last.t_to = t,
                None if falling => falls.push(Crossing { age, t_from: t, t_to: t }),
                None => {}
            }
            open = falling;
        }
        falls
    }

    /// Where percentile curves touch or cross, looked for at `n_ages` ages spread evenly over the sample (at least two).
    #[must_use]
    pub fn crossings(&self, n_ages: usize) -> Vec<Crossing> {
        let (youngest, oldest) = self.reach.ages;
        let last = n_ages.clamp(2, 10_000) - 1;
        let age = |idx: usize| youngest + (oldest - youngest) * idx as f64 / last as f64;
        (0..=last).flat_map(|idx| self.falls_at(age(idx).min(oldest))).collect()
    }

    /// A percentile curve: the raw score at a percentile (0 to 100, exclusive) at `n_ages` ages spread evenly over the sample, as pairs
    /// of age and raw score.
    ///
    /// `None` for a percentile that the sample did not reach.
    #[must_use]
    pub fn percentile_curve(&self, percentile: f64, n_ages: usize) -> Option<Vec<(f64, f64)>> {
        let (youngest, oldest) = self.reach.ages;
        let last = n_ages.clamp(2, 10_000) - 1;
        let age = |idx: usize| (youngest + (oldest - youngest) * idx as f64 / last as f64).min(oldest);
        let point = |idx| Some((age(idx), self.raw_of_percentile(percentile, age(idx)).ok()?.raw));
        (0..=last).map(point).collect()
    }

    /// The raw score at a percentile, 0 to 100 exclusive, over ages: one point of a percentile curve an age.
    ///
    /// # Errors
    /// [`NoContinuousScore`] for an age or a percentile outside the sample.
    pub fn raw_of_percentile(&self, percentile: f64, age: f64) -> Result<RawAtT, NoContinuousScore> {
        let (lowest, highest) = self.reach.t;
        let outside = NoContinuousScore::TOutside { t: percentile, lowest, highest };
        let z = normal::quantile(percentile / 100.0).filter(|z| z.is_finite()).ok_or(outside)?;
        self.raw_of_t(50.0 + 10.0 * z, age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REACH: Reach = Reach { ages: (20.0, 60.0), t: (25.0, 75.0), raw: (0.0, 40.0) };

    fn term(t_power: u8, age_power: u8, coefficient: f64) -> Term {
        Term { t_power, age_power, coefficient }
    }

    /// raw = −5 + 0.5·T + 0.1·age.
    fn plane() -> ContinuousNorm {
        ContinuousNorm::new(-5.0, vec![term(1, 0, 0.5), term(0, 1, 0.1)], REACH).unwrap()
    }

    #[test]
    fn a_plane_worked_by_hand() {
        // −5 + 25 + 3 = 23; and back.
        let at = plane().raw_of_t(50.0, 30.0).unwrap();
        assert!((at.raw - 23.0).abs() < 1e-12 && at.cut.is_none());
        let t = plane().t_of_raw(23.0, 30.0).unwrap().t().unwrap();
        assert!((t - 50.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_said_beyond_the_sample() {
        let norm = plane();
        assert!(matches!(norm.t_of_raw(23.0, 19.9), Err(NoContinuousScore::AgeOutside { .. })));
        assert!(matches!(norm.t_of_raw(23.0, f64::NAN), Err(NoContinuousScore::AgeOutside { .. })));
        assert!(matches!(norm.raw_of_t(80.0, 30.0), Err(NoContinuousScore::TOutside { .. })));
        assert_eq!(norm.t_of_raw(f64::NAN, 30.0), Err(NoContinuousScore::RawNotFinite));
        // At 30 the sample reaches raw scores from 10.5 to 35.5.
        assert_eq!(norm.t_of_raw(10.0, 30.0), Ok(ContinuousT::Beyond { end: End::Lowest, limit: 25.0 }));
        assert_eq!(norm.t_of_raw(36.0, 30.0), Ok(ContinuousT::Beyond { end: End::Highest, limit: 75.0 }));
        let table = norm.table_at(30.0, IntegerGrid::new(0, 60).unwrap()).unwrap().unwrap();
        assert_eq!((table.points()[0].0, table.points().last().unwrap().0), (11.0, 35.0));
    }

    #[test]
    fn the_raw_score_is_cut_at_the_ends_of_the_sample_and_says_so() {
        let norm = ContinuousNorm::new(-15.0, plane().terms().to_vec(), REACH).unwrap();
        let at = norm.raw_of_t(25.0, 20.0).unwrap();
        assert_eq!((at.raw, at.cut), (0.0, Some(End::Lowest)));
        assert!((at.by_polynomial + 0.5).abs() < 1e-12);
    }

    #[test]
    fn crossing_curves_are_found_and_give_no_score() {
        // ∂raw/∂T = 1 − age/40: nobody's standing shows at 40, and the order turns after it.
        let norm = ContinuousNorm::new(0.0, vec![term(1, 0, 1.0), term(1, 1, -1.0 / 40.0)], REACH).unwrap();
        let crossings = norm.crossings(41);
        assert_eq!((crossings.len(), crossings[0].age), (21, 40.0));
        assert_eq!((crossings[0].t_from, crossings[0].t_to), (25.0, 75.0));
        assert_eq!(norm.t_of_raw(3.0, 50.0), Err(NoContinuousScore::Crossing { age: 50.0 }));
        assert!(norm.t_of_raw(3.0, 30.0).is_ok());
        assert!(plane().crossings(41).is_empty());
    }

    #[test]
    fn numbers_that_are_no_norm_are_refused() {
        let new = |intercept, terms, reach| ContinuousNorm::new(intercept, terms, reach).unwrap_err();
        let upside_down = Reach { ages: (60.0, 20.0), ..REACH };
        assert!(matches!(new(0.0, vec![], upside_down), ModelError::Range { what: "age", .. }));
        assert!(matches!(new(f64::NAN, vec![], REACH), ModelError::Coefficient { .. }));
        assert!(matches!(new(0.0, vec![term(0, 0, 1.0)], REACH), ModelError::Powers { idx: 0, .. }));
        assert!(matches!(new(0.0, vec![term(1, 0, 1.0), term(1, 0, 2.0)], REACH), ModelError::Powers { idx: 1, .. }));
    }

    proptest! {
        #[test]
        fn t_to_raw_and_back(t in 25.0..75.0_f64, age in 20.0..60.0_f64) {
            let norm = plane();
            let raw = norm.raw_of_t(t, age).unwrap().by_polynomial;
            let back = norm.t_of_raw(raw, age).unwrap().limit();
            prop_assert!((back - t).abs() < 1e-8);
        }

        #[test]
        fn any_numbers_are_answered(t in prop::num::f64::ANY, raw in prop::num::f64::ANY, age in prop::num::f64::ANY) {
            let _ = plane().raw_of_t(t, age);
            let _ = plane().t_of_raw(raw, age);
            let _ = plane().raw_of_percentile(t, age);
            let _ = ContinuousNorm::new(raw, vec![term(3, 2, t)], REACH).map(|norm| norm.crossings(5));
        }
    }
}
