//! Scores with their standard error of measurement, for telling scales apart.

use engine::assessment::{ErrorBasis, IntervalKind};
use engine::reliability::ScoreWithError;

use crate::material::Material;
use crate::profile::{NotRanked, PairUnit};

/// Two scales beside each other.
pub(crate) struct Compared {
    /// First − second.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Whether it is beyond the margin of error.
    pub differ: bool,
}

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

    /// Two scales beside each other, or why they are not compared. Scores of forced choices push each other up and down: their difference
    /// has an error of its own, from the person's choices; other scores are compared by the errors of both.
    pub(crate) fn compared(&self, unit: PairUnit, first: usize, second: usize) -> Result<Compared, NotRanked> {
        let instrument = self.instrument.instrument();
        if ![first, second].iter().any(|&scale_idx| instrument.scales()[scale_idx].ipsative) {
            let (one, other) = self.both_scores(unit, first, second)?;
            return Ok(Compared {
                difference: one.score() - other.score(),
                standard_error: one.standard_error_of_difference(&other),
                differ: one.is_distinguishable_from(&other),
            });
        }
        for scale_idx in [first, second] {
            if !instrument.scales()[scale_idx].ipsative {
                return Err(NotRanked::Ipsative);
            }
            self.person.results[scale_idx].score.raw.as_ref().map_err(|_| NotRanked::NoScore)?;
        }
        if instrument.possible_range(first) != instrument.possible_range(second) {
            return Err(NotRanked::RangesDiffer);
        }
        let found = self.person.choices.difference(first, second).ok_or(NotRanked::NoMargin)?;
        let differ = found.is_established();
        Ok(Compared { difference: found.difference, standard_error: found.standard_error, differ })
    }

    fn both_scores(
        &self,
        unit: PairUnit,
        first: usize,
        second: usize,
    ) -> Result<(ScoreWithError, ScoreWithError), NotRanked> {
        let instrument = self.instrument.instrument();
        let score = |scale_idx: usize| {
            let result = &self.person.results[scale_idx];
            match unit {
                PairUnit::T => {
                    result.t_score().ok_or(NotRanked::NoScore)?;
                    self.t_with_error(scale_idx).ok_or(NotRanked::NoMargin)
                }
                PairUnit::Raw => {
                    result.score.raw.as_ref().map_err(|_| NotRanked::NoScore)?;
                    self.raw_with_error(scale_idx).ok_or(NotRanked::NoMargin)
                }
            }
        };
        if unit == PairUnit::Raw && instrument.possible_range(first) != instrument.possible_range(second) {
            return Err(NotRanked::RangesDiffer);
        }
        Ok((score(first)?, score(second)?))
    }
}
