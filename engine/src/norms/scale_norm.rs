//! The norm of one scale in one stratum: mean, SD, percentile table.

use crate::norms::table::PercentileTable;

/// Why numbers are not the norm of a scale.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScaleNormError {
    /// The mean is not a number, or infinite.
    #[error("mean {mean} is not a finite number")]
    MeanNotFinite {
        /// The mean as given.
        mean: f64,
    },
    /// The SD is not a finite number above 0.
    #[error("standard deviation {sd} is not a finite number above 0")]
    SdNotPositive {
        /// The SD as given.
        sd: f64,
    },
    /// The sample has nobody.
    #[error("a sample of 0 people has no norm")]
    EmptySample,
    /// Neither mean and SD nor a table.
    #[error("a norm needs a mean with its standard deviation, or a percentile table")]
    NoValues,
}

/// Mean and SD, percentile table, or both, of one scale in one stratum, in raw score points.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleNorm {
    mean: Option<f64>,
    sd: Option<f64>,
    n: Option<u32>,
    table: Option<PercentileTable>,
}

impl ScaleNorm {
    /// Checks and wraps the values of a norm.
    ///
    /// - `mean`, `sd`: in raw score points. `n`: number of people with a score, `None` is unknown.
    ///
    /// # Errors
    /// [`ScaleNormError`] for a mean that is not finite, an SD that is not above 0, a sample of 0, and no values at all.
    pub fn new(
        mean: Option<f64>,
        sd: Option<f64>,
        n: Option<u32>,
        table: Option<PercentileTable>,
    ) -> Result<Self, ScaleNormError> {
        if let Some(mean) = mean.filter(|mean| !mean.is_finite()) {
            return Err(ScaleNormError::MeanNotFinite { mean });
        }
        if let Some(sd) = sd.filter(|sd| !(sd.is_finite() && *sd > 0.0)) {
            return Err(ScaleNormError::SdNotPositive { sd });
        }
        if n == Some(0) {
            return Err(ScaleNormError::EmptySample);
        }
        if table.is_none() && (mean.is_none() || sd.is_none()) {
            return Err(ScaleNormError::NoValues);
        }
        Ok(Self { mean, sd, n, table })
    }

    /// Mean raw score, if given.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// Standard deviation of raw scores, if given; above 0.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.sd
    }

    /// Number of people with a score; `None` is unknown.
    #[must_use]
    pub fn n(&self) -> Option<u32> {
        self.n
    }

    /// Percentile ranks at raw scores, if given.
    #[must_use]
    pub fn table(&self) -> Option<&PercentileTable> {
        self.table.as_ref()
    }

    /// Mean and SD, when both are given.
    pub(super) fn mean_and_sd(&self) -> Option<(f64, f64)> {
        self.mean.zip(self.sd)
    }

    /// Norm of the equal-weight mixture of two groups, whatever their sizes.
    ///
    /// Mean (m₁ + m₂)/2; SD √((s₁² + s₂²)/2 + ((m₁ − m₂)/2)²), the second part being the difference between the groups; percentile
    /// ranks averaged by [`PercentileTable::mixture`]. What one side lacks the mixture lacks; n is the sum when both are known.
    ///
    /// # Errors
    /// [`ScaleNormError`] when nothing is common to both sides, or the numbers are too large for their mixture.
    ///
    /// # Examples
    /// ```
    /// use engine::norms::ScaleNorm;
    /// let women = ScaleNorm::new(Some(20.0), Some(3.0), None, None)?;
    /// let men = ScaleNorm::new(Some(28.0), Some(3.0), None, None)?;
    /// let both = women.mixture(&men)?;
    /// // √(9 + 4²) = 5.
    /// assert_eq!((both.mean(), both.sd()), (Some(24.0), Some(5.0)));
    /// # Ok::<(), engine::norms::ScaleNormError>(())
    /// ```
    pub fn mixture(&self, other: &Self) -> Result<Self, ScaleNormError> {
        let mean = self.mean.zip(other.mean).map(|(own, others)| 0.5 * own + 0.5 * others);
        let sd = self.mean_and_sd().zip(other.mean_and_sd()).map(|((own_mean, own_sd), (other_mean, other_sd))| {
            let within = 0.5 * (own_sd * own_sd + other_sd * other_sd);
            let half_difference = 0.5 * own_mean - 0.5 * other_mean;
            (within + half_difference * half_difference).sqrt()
        });
        let n = self.n.zip(other.n).and_then(|(own, others)| own.checked_add(others));
        let table = self.table.as_ref().zip(other.table.as_ref()).map(|(own, others)| own.mixture(others));
        Self::new(mean, sd, n, table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_that_are_no_norm_are_refused() {
        let refused = |mean, sd, n| ScaleNorm::new(mean, sd, n, None).unwrap_err();
        assert!(matches!(refused(Some(f64::NAN), Some(1.0), None), ScaleNormError::MeanNotFinite { .. }));
        assert_eq!(refused(Some(1.0), Some(0.0), None), ScaleNormError::SdNotPositive { sd: 0.0 });
        assert_eq!(refused(Some(1.0), Some(f64::INFINITY), None), ScaleNormError::SdNotPositive { sd: f64::INFINITY });
        assert_eq!(refused(Some(1.0), Some(1.0), Some(0)), ScaleNormError::EmptySample);
        assert_eq!(refused(Some(1.0), None, None), ScaleNormError::NoValues);
    }

    #[test]
    fn the_size_of_a_mixture_is_known_only_when_both_are() {
        let norm = |n| ScaleNorm::new(Some(1.0), Some(1.0), n, None).unwrap();
        assert_eq!(norm(Some(20)).mixture(&norm(Some(30))).unwrap().n(), Some(50));
        assert_eq!(norm(Some(20)).mixture(&norm(None)).unwrap().n(), None);
    }

    #[test]
    fn a_mixture_of_a_table_and_a_mean_is_refused() {
        let table = PercentileTable::new(vec![(1.0, 50.0)]).unwrap();
        let tabled = ScaleNorm::new(None, None, None, Some(table)).unwrap();
        let linear = ScaleNorm::new(Some(1.0), Some(1.0), None, None).unwrap();
        assert_eq!(tabled.mixture(&linear), Err(ScaleNormError::NoValues));
    }

    proptest! {
        #[test]
        fn two_equal_groups_mix_to_the_same_group(mean in -1e6..1e6_f64, sd in 1e-6..1e6_f64) {
            let norm = ScaleNorm::new(Some(mean), Some(sd), None, None).unwrap();
            let mixed = norm.mixture(&norm).unwrap();
            prop_assert_eq!(mixed.mean(), Some(mean));
            prop_assert!((mixed.sd().unwrap() - sd).abs() <= 1e-15 * sd);
        }

        #[test]
        fn a_mixture_is_at_least_as_wide_as_the_narrower_group(m1 in -50.0..50.0_f64, s1 in 0.1..9.0_f64, m2 in -50.0..50.0_f64, s2 in 0.1..9.0_f64) {
            let norm = |mean, sd| ScaleNorm::new(Some(mean), Some(sd), None, None).unwrap();
            let mixed = norm(m1, s1).mixture(&norm(m2, s2)).unwrap();
            prop_assert!(mixed.sd().unwrap() >= s1.min(s2) * (1.0 - 1e-15));
            prop_assert_eq!(&mixed, &norm(m2, s2).mixture(&norm(m1, s1)).unwrap());
        }

        #[test]
        fn any_numbers_are_answered(values in prop::array::uniform4(prop::option::of(prop::num::f64::ANY))) {
            let [m1, s1, m2, s2] = values;
            if let (Ok(a), Ok(b)) = (ScaleNorm::new(m1, s1, None, None), ScaleNorm::new(m2, s2, None, None)) {
                let _ = a.mixture(&b);
            }
        }
    }
}
