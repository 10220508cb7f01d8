//! Scores with their standard error of measurement, for telling scales apart.

use engine::assessment::{ErrorBasis, IntervalKind};
use engine::reliability::ScoreWithError;

use crate::material::Material;

impl Material<'_> {
    /// Raw score and standard error of measurement of a scale; `None` where one of them is not known.
    pub(crate) fn raw_with_error(&self, scale_idx: usize) -> Option<ScoreWithError> {
        let result = &self.person.results[scale_idx];
        let raw = result.score.raw.as_ref().ok()?;
        ScoreWithError::new(raw.value, self.measurement_error(scale_idx)?).ok()
    }

    /// The same in T points.
    pub(crate) fn t_with_error(&self, scale_idx: usize) -> Option<ScoreWithError> {
        let result = &self.person.results[scale_idx];
        let found = result.uncertainty.as_ref().ok()?;
        let per_point = found.t?.standard_error / found.raw.standard_error;
        ScoreWithError::new(result.t_score()?, self.measurement_error(scale_idx)? * per_point).ok()
    }

    /// Standard error of measurement in raw points. Intervals around the true score carry SD·√(r(1 − r)), which is √r times it.
    fn measurement_error(&self, scale_idx: usize) -> Option<f64> {
        let found = self.person.results[scale_idx].uncertainty.as_ref().ok()?;
        match (self.person.interval.kind(), found.basis) {
            (IntervalKind::True, ErrorBasis::Reliability { reliability_idx }) => {
                let known = self.instrument.reliability(scale_idx).get(reliability_idx)?;
                Some(found.raw.standard_error / known.value.sqrt())
            }
            _ => Some(found.raw.standard_error),
        }
    }
}
