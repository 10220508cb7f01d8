//! Intraclass correlations: how far judges agree on targets, or two dates on people.

use nalgebra::DMatrix;

use crate::numeric::distribution::{f as f_distribution, f_quantile};

/// A mean square below this share of the total one is rounding.
const ROUNDING: f64 = 1e-24;

/// Why ratings give no intraclass correlations.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IntraclassError {
    /// Fewer than two targets or two judges.
    #[error("{targets} targets and {judges} judges; at least 2 of each are needed")]
    TooFew {
        /// Number of targets (rows).
        targets: usize,
        /// Number of judges (columns).
        judges: usize,
    },
    /// A rating that is not a finite number, or too large to be squared.
    #[error("the rating of target {target} by judge {judge} (from 0) is {value}; a finite number is needed")]
    NotFinite {
        /// Row.
        target: usize,
        /// Column.
        judge: usize,
        /// The value there.
        value: f64,
    },
    /// All ratings are equal.
    #[error("all ratings are equal")]
    NoSpread,
    /// Two dates with different numbers of scores.
    #[error("{first} scores on the first date and {second} on the second")]
    LengthMismatch {
        /// Scores on the first date.
        first: usize,
        /// Scores on the second date.
        second: usize,
    },
}

/// The six intraclass correlations of Shrout & Fleiss.
///
/// First number: 1 = each target has judges of its own; 2 = the same judges, a random sample of judges, whose severity counts as
/// error; 3 = the same judges, the only ones of interest, whose severity does not count. Second: one judge, or the mean of all k.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntraclassForm {
    /// ICC(1,1).
    OneWaySingle,
    /// ICC(2,1): absolute agreement of single judges.
    AgreementSingle,
    /// ICC(3,1): consistency of single judges.
    ConsistencySingle,
    /// ICC(1,k).
    OneWayMean,
    /// ICC(2,k): absolute agreement of the mean.
    AgreementMean,
    /// ICC(3,k): consistency of the mean; Cronbach's alpha of the judges.
    ConsistencyMean,
}

impl IntraclassForm {
    /// All forms, in the order of the paper.
    pub const ALL: [Self; 6] = [
        Self::OneWaySingle,
        Self::AgreementSingle,
        Self::ConsistencySingle,
        Self::OneWayMean,
        Self::AgreementMean,
        Self::ConsistencyMean,
    ];

    /// The name in the paper, such as `ICC(2,1)`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::OneWaySingle => "ICC(1,1)",
            Self::AgreementSingle => "ICC(2,1)",
            Self::ConsistencySingle => "ICC(3,1)",
            Self::OneWayMean => "ICC(1,k)",
            Self::AgreementMean => "ICC(2,k)",
            Self::ConsistencyMean => "ICC(3,k)",
        }
    }
}

/// A line of an analysis of variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSquare {
    /// Degrees of freedom.
    pub df: usize,
    /// Sum of squares over degrees of freedom, points².
    pub mean_square: f64,
}

/// Test that a correlation is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FTest {
    /// Ratio of mean squares.
    pub f: f64,
    /// Degrees of freedom above.
    pub df1: usize,
    /// Degrees of freedom below.
    pub df2: usize,
    /// Chance of a larger ratio under no correlation.
    pub p_value: f64,
}

/// Intraclass correlations of a complete table of ratings, from its analysis of variance.
///
/// # References
/// Shrout & Fleiss (1979), Psychological Bulletin 86, 420–428, doi:10.1037/0033-2909.86.2.420; McGraw & Wong (1996),
/// Psychological Methods 1, 30–46, doi:10.1037/1082-989X.1.1.30
/// # Agreement
/// Oracles `reliability/icc_shrout_fleiss_1979` (as printed, and psych) and `reliability/icc_simulated`: coefficients within 1e-10
/// relative, limits within 1e-8, p values within 1e-6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntraclassCorrelations {
    n_targets: usize,
    n_judges: usize,
    /// Between targets.
    pub between_targets: MeanSquare,
    /// Between judges: differences in severity.
    pub between_judges: MeanSquare,
    /// What neither targets nor judges explain.
    pub residual: MeanSquare,
    /// Within targets: judges and residual together.
    pub within_targets: MeanSquare,
}

impl IntraclassCorrelations {
    /// Analyzes ratings: a row a target (or person), a column a judge (or date), complete.
    ///
    /// # Errors
    /// [`IntraclassError`] for fewer than two targets or judges, a rating that is not finite, or ratings that are all equal.
    pub fn new(ratings: &DMatrix<f64>) -> Result<Self, IntraclassError> {
        let (n, k) = ratings.shape();
        if n < 2 || k < 2 {
            return Err(IntraclassError::TooFew { targets: n, judges: k });
        }
        for judge in 0..k {
            for target in 0..n {
                let value = ratings[(target, judge)];
                // Squares of larger numbers, or their sums, leave the range of numbers.
                if !(value.abs() < 1e140) {
                    return Err(IntraclassError::NotFinite { target, judge, value });
                }
            }
        }
        let grand = ratings.mean();
        let rows: Vec<f64> = ratings.row_iter().map(|row| row.mean()).collect();
        let columns: Vec<f64> = ratings.column_iter().map(|column| column.mean()).collect();
        let square = |x: f64| x * x;
        let between_targets: f64 = k as f64 * rows.iter().map(|row| square(row - grand)).sum::<f64>();
        let between_judges: f64 = n as f64 * columns.iter().map(|column| square(column - grand)).sum::<f64>();
        let (mut residual, mut within, mut total) = (0.0, 0.0, 0.0);
        for (judge, column) in columns.iter().enumerate() {
            for (target, row) in rows.iter().enumerate() {
                let value = ratings[(target, judge)];
                residual += square(value - row - column + grand);
                within += square(value - row);
                total += square(value - grand);
            }
        }
        // Equal ratings leave only the rounding of their mean.
        let largest = ratings.amax();
        if total <= ROUNDING * largest * largest * (n * k) as f64 {
            return Err(IntraclassError::NoSpread);
        }
        let line = |sum: f64, df: usize| {
            let mean_square = if sum <= ROUNDING * total { 0.0 } else { sum / df as f64 };
            MeanSquare { df, mean_square }
        };
        Ok(Self {
            n_targets: n,
            n_judges: k,
            between_targets: line(between_targets, n - 1),
            between_judges: line(between_judges, k - 1),
            residual: line(residual, (n - 1) * (k - 1)),
            within_targets: line(within, n * (k - 1)),
        })
    }

    /// Two measurements of the same people, in the same order.
    ///
    /// # Errors
    /// As [`Self::new`], and [`IntraclassError::LengthMismatch`].
    pub fn of_two_dates(first: &[f64], second: &[f64]) -> Result<Self, IntraclassError> {
        if first.len() != second.len() {
            return Err(IntraclassError::LengthMismatch { first: first.len(), second: second.len() });
        }
        Self::new(&DMatrix::from_fn(first.len(), 2, |i, j| if j == 0 { first[i] } else { second[i] }))
    }

    /// Number of targets.
    #[must_use]
    pub fn n_targets(&self) -> usize {
        self.n_targets
    }

    /// Number of judges (k).
    #[must_use]
    pub fn n_judges(&self) -> usize {
        self.n_judges
    }

    /// One of the coefficients, at most 1; below 0 when targets differ less than judges disagree.
    ///
    /// With BMS, JMS, EMS, WMS the mean squares between targets, between judges, of the residual and within targets:
    /// (1,1) (BMS − WMS)/(BMS + (k − 1)WMS); (2,1) (BMS − EMS)/(BMS + (k − 1)EMS + k(JMS − EMS)/n);
    /// (3,1) (BMS − EMS)/(BMS + (k − 1)EMS); (1,k) (BMS − WMS)/BMS; (2,k) (BMS − EMS)/(BMS + (JMS − EMS)/n); (3,k) (BMS − EMS)/BMS.
    ///
    /// `None` where the denominator is not above 0.
    #[must_use]
    pub fn estimate(&self, form: IntraclassForm) -> Option<f64> {
        let (n, k) = (self.n_targets as f64, self.n_judges as f64);
        let (b, j, e, w) = self.mean_squares();
        let (above, below) = match form {
            IntraclassForm::OneWaySingle => (b - w, b + (k - 1.0) * w),
            IntraclassForm::AgreementSingle => (b - e, b + (k - 1.0) * e + k * (j - e) / n),
            IntraclassForm::ConsistencySingle => (b - e, b + (k - 1.0) * e),
            IntraclassForm::OneWayMean => (b - w, b),
            IntraclassForm::AgreementMean => (b - e, b + (j - e) / n),
            IntraclassForm::ConsistencyMean => (b - e, b),
        };
        let value = above / below;
        (below > 0.0 && value.is_finite()).then_some(value)
    }

    /// Test that the coefficient is 0. `None` when judges agree so well that there is no error to compare with.
    #[must_use]
    pub fn test(&self, form: IntraclassForm) -> Option<FTest> {
        let error = match form {
            IntraclassForm::OneWaySingle | IntraclassForm::OneWayMean => self.within_targets,
            _ => self.residual,
        };
        if error.mean_square <= 0.0 {
            return None;
        }
        let f = self.between_targets.mean_square / error.mean_square;
        let (df1, df2) = (self.between_targets.df, error.df);
        let p_value = f_distribution(f, df1 as f64, df2 as f64)?.above;
        f.is_finite().then_some(FTest { f, df1, df2, p_value })
    }

    /// Confidence limits of a coefficient from quantiles of F; those of the agreement forms are approximate (fractional degrees
    /// of freedom).
    ///
    /// - `level`: for example 0.95.
    ///
    /// Returns the lower and the upper limit; `None` without a test, for a level outside (0, 1), or where they are not finite.
    #[must_use]
    pub fn interval(&self, form: IntraclassForm, level: f64) -> Option<(f64, f64)> {
        if !(level > 0.0 && level < 1.0) {
            return None;
        }
        let p = 0.5 + 0.5 * level;
        let FTest { f, df1, df2, .. } = self.test(form)?;
        let (df1, df2) = (df1 as f64, df2 as f64);
        let k = self.n_judges as f64;
        let ratios = || Some((f / f_quantile(p, df1, df2)?, f * f_quantile(p, df2, df1)?));
        let limits = match form {
            IntraclassForm::OneWaySingle | IntraclassForm::ConsistencySingle => {
                let single = |ratio: f64| (ratio - 1.0) / (ratio + k - 1.0);
                ratios().map(|(low, high)| (single(low), single(high)))?
            }
            IntraclassForm::OneWayMean | IntraclassForm::ConsistencyMean => {
                ratios().map(|(low, high)| (1.0 - 1.0 / low, 1.0 - 1.0 / high))?
            }
            IntraclassForm::AgreementSingle => self.agreement_limits(p)?,
            IntraclassForm::AgreementMean => {
                let (low, high) = self.agreement_limits(p)?;
                let of_mean = |single: f64| k * single / (1.0 + (k - 1.0) * single);
                (of_mean(low), of_mean(high))
            }
        };
        (limits.0.is_finite() && limits.1.is_finite() && limits.0 <= limits.1).then_some(limits)
    }

    /// Limits of ICC(2,1): equations of Shrout & Fleiss (1979), p. 424.
    fn agreement_limits(&self, p: f64) -> Option<(f64, f64)> {
        let (n, k) = (self.n_targets as f64, self.n_judges as f64);
        let (b, j, e, _) = self.mean_squares();
        let rho = self.estimate(IntraclassForm::AgreementSingle)?;
        let severity = j / e;
        let rest = n * (1.0 + (k - 1.0) * rho) - k * rho;
        let above = (k - 1.0) * (n - 1.0) * (k * rho * severity + rest).powi(2);
        let below = (n - 1.0) * (k * rho * severity).powi(2) + rest * rest;
        let df = above / below;
        let other = k * j + (k * n - k - n) * e;
        let lower_f = f_quantile(p, n - 1.0, df)?;
        let upper_f = f_quantile(p, df, n - 1.0)?;
        let lower = n * (b - lower_f * e) / (lower_f * other + n * b);
        let upper = n * (upper_f * b - e) / (other + n * upper_f * b);
        Some((lower, upper))
    }

    fn mean_squares(&self) -> (f64, f64, f64, f64) {
        (
            self.between_targets.mean_square,
            self.between_judges.mean_square,
            self.residual.mean_square,
            self.within_targets.mean_square,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(rows: usize, columns: usize, values: &[f64]) -> DMatrix<f64> {
        DMatrix::from_row_slice(rows, columns, values)
    }

    #[test]
    fn a_small_table_worked_by_hand() {
        // Rows (1, 2), (3, 5): grand 2.75, row means 1.5 and 4, column means 2 and 3.5. BMS = 2·(1.25² + 1.25²) = 6.25;
        // JMS = 2·(.75² + .75²) = 2.25; EMS = 4·.25² = .25; WMS = (.5 + 2)/2 = 1.25.
        let found = IntraclassCorrelations::new(&table(2, 2, &[1.0, 2.0, 3.0, 5.0])).unwrap();
        assert_eq!(found.mean_squares(), (6.25, 2.25, 0.25, 1.25));
        for (form, expected) in
            IntraclassForm::ALL.into_iter().zip([5.0 / 7.5, 6.0 / 8.5, 6.0 / 6.5, 5.0 / 6.25, 6.0 / 7.25, 6.0 / 6.25])
        {
            assert!((found.estimate(form).unwrap() - expected).abs() < 1e-15, "{}", form.label());
        }
        let test = found.test(IntraclassForm::ConsistencySingle).unwrap();
        assert_eq!((test.f, test.df1, test.df2), (25.0, 1, 1));
        // F(1, 1) above 25: 1 − 2·arctan(5)/π.
        assert!((test.p_value - (1.0 - 2.0 * libm::atan(5.0) / std::f64::consts::PI)).abs() < 1e-14);
    }

    #[test]
    fn judges_who_agree_leave_no_error_to_test_against() {
        let same = IntraclassCorrelations::new(&table(3, 2, &[1.0, 1.0, 2.0, 2.0, 4.0, 4.0])).unwrap();
        for form in IntraclassForm::ALL {
            assert!((same.estimate(form).unwrap() - 1.0).abs() < 1e-15, "{}", form.label());
            assert_eq!((same.test(form), same.interval(form, 0.95)), (None, None));
        }
        // One judge is stricter by .1 throughout: consistent, not in agreement.
        let shifted = IntraclassCorrelations::new(&table(3, 2, &[1.0, 1.1, 2.0, 2.1, 4.0, 4.1])).unwrap();
        assert_eq!(shifted.test(IntraclassForm::ConsistencySingle), None);
        assert!(shifted.estimate(IntraclassForm::AgreementSingle).unwrap() < 1.0);
        assert!(shifted.test(IntraclassForm::OneWaySingle).is_some());
    }

    #[test]
    fn ugly_tables_are_answered() {
        let refused = |matrix: &DMatrix<f64>| IntraclassCorrelations::new(matrix).unwrap_err();
        assert_eq!(refused(&table(1, 3, &[1.0, 2.0, 3.0])), IntraclassError::TooFew { targets: 1, judges: 3 });
        assert_eq!(refused(&table(2, 2, &[0.1; 4])), IntraclassError::NoSpread);
        assert_eq!(refused(&table(2, 2, &[0.0; 4])), IntraclassError::NoSpread);
        assert!(matches!(
            refused(&table(2, 2, &[1.0, 2.0, f64::NAN, 3.0])),
            IntraclassError::NotFinite { target: 1, judge: 0, .. }
        ));
        let unequal = IntraclassCorrelations::of_two_dates(&[1.0, 2.0], &[1.0]);
        assert_eq!(unequal, Err(IntraclassError::LengthMismatch { first: 2, second: 1 }));
        // Targets do not differ at all: no reliability of the mean is defined.
        let level = IntraclassCorrelations::new(&table(2, 2, &[1.0, 2.0, 2.0, 1.0])).unwrap();
        assert_eq!(level.estimate(IntraclassForm::OneWayMean), None);
        assert_eq!(level.estimate(IntraclassForm::OneWaySingle), Some(-1.0));
        assert_eq!(level.interval(IntraclassForm::OneWayMean, 0.95), None);
        assert_eq!(level.interval(IntraclassForm::OneWaySingle, 1.0), None);
    }

    proptest! {
        #[test]
        fn limits_contain_the_estimate(values in prop::collection::vec(0..10_i32, 24), level in 0.5..0.99_f64) {
            let matrix = DMatrix::from_row_slice(8, 3, &values.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
            if let Ok(found) = IntraclassCorrelations::new(&matrix) {
                for form in [IntraclassForm::OneWaySingle, IntraclassForm::ConsistencySingle] {
                    if let (Some(estimate), Some((lower, upper))) = (found.estimate(form), found.interval(form, level)) {
                        prop_assert!(lower <= estimate && estimate <= upper && upper <= 1.0, "{lower} {estimate} {upper}");
                    }
                }
            }
        }

        #[test]
        fn any_numbers_are_answered(values in prop::collection::vec(prop::num::f64::ANY, 6), level in prop::num::f64::ANY) {
            if let Ok(found) = IntraclassCorrelations::new(&DMatrix::from_row_slice(3, 2, &values)) {
                for form in IntraclassForm::ALL {
                    prop_assert!(found.estimate(form).is_none_or(|x| x <= 1.0 + 1e-9));
                    prop_assert!(found.interval(form, level).is_none_or(|(lower, upper)| lower <= upper));
                }
            }
        }
    }
}
