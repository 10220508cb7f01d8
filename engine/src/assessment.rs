//! From a raw score to everything that is said about it: standard scores, measurement error, intervals.
//!
//! [`Assessor::assess`] is the one scorer behind all doors: a row of a file, a request, a session in the browser.

use crate::model::{Instrument, StratumId};
use crate::norms::{NoNormScore, NormGroup, NormScore};
use crate::numeric::normal;
use crate::reliability::measurement_error as error;
use crate::scoring::{NoSpread, ScaleScore, ScoringPlan, Squares, Tallies};

/// Reliability of a scale in one group, with the standard deviation of the raw score in the same group.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleReliability {
    /// The coefficient, from 0 to below 1.
    pub value: f64,
    /// Standard deviation of the raw score in the group, above 0.
    pub sd: f64,
    /// The norm stratum in which it was measured; `None` for everyone.
    pub stratum: Option<StratumId>,
}

/// Around what an interval is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalKind {
    /// Around the observed score, with the standard error of measurement.
    Observed,
    /// Around Kelley's estimate of the true score, with the standard error of estimation.
    True,
}

/// Level and kind of the intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalSettings {
    kind: IntervalKind,
    level: f64,
    /// The normal quantile that belongs to the level.
    factor: f64,
}

/// A level that is not between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("interval level {given} is not between 0 and 1, both excluded")]
pub struct InvalidLevel {
    /// The level given.
    pub given: f64,
}

impl IntervalSettings {
    /// Checks the level, between 0 and 1 (0.95 holds the true level 95 times in 100).
    ///
    /// # Errors
    /// [`InvalidLevel`].
    pub fn new(kind: IntervalKind, level: f64) -> Result<Self, InvalidLevel> {
        let factor = if level > 0.0 && level < 1.0 { normal::quantile(0.5 + level / 2.0) } else { None };
        factor.map(|factor| Self { kind, level, factor }).ok_or(InvalidLevel { given: level })
    }

    /// Around what the interval is drawn.
    #[must_use]
    pub fn kind(&self) -> IntervalKind {
        self.kind
    }

    /// The level, between 0 and 1.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }
}

/// What a standard error rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorBasis {
    /// The reliability at this place in the scale's list.
    Reliability {
        /// Place in the list given to [`Assessor::new`].
        reliability_idx: usize,
    },
    /// The spread of the person's own answers (Brennan, 1998).
    WithinPerson,
}

/// A standard error and an interval, in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorBand {
    /// Standard error of measurement (of estimation for true-score intervals).
    pub standard_error: f64,
    /// Center of the interval: the score, or Kelley's estimate.
    pub center: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// How sure a score is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertainty {
    /// What it rests on.
    pub basis: ErrorBasis,
    /// In raw points.
    pub raw: ErrorBand,
    /// In T points, where there is a T score.
    pub t: Option<ErrorBand>,
}

/// Why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoInterval {
    /// There is no raw score to draw it around.
    #[error("no score")]
    NoScore,
    /// Neither reliability nor a spread within the person.
    #[error("no reliability is known and the spread of the answers gives none: {0}")]
    NoSpread(NoSpread),
    /// True-score intervals need a reliability.
    #[error("an interval around the true score needs a reliability")]
    NeedsReliability,
    /// True-score intervals need the mean of the group.
    #[error("an interval around the true score needs the mean of a norm group")]
    NeedsNormMean,
}

/// Everything that is said about one respondent on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleResult {
    /// Raw score, answered items.
    pub score: ScaleScore,
    /// Score on the norm; `None` when no norm was asked for or there is no raw score.
    pub norm: Option<Result<NormScore, NoNormScore>>,
    /// Standard error and interval.
    pub uncertainty: Result<Uncertainty, NoInterval>,
}

impl ScaleResult {
    /// The T score, where there is one.
    #[must_use]
    pub fn t_score(&self) -> Option<f64> {
        self.norm.as_ref()?.as_ref().ok().map(NormScore::t_score)
    }
}

/// The place of a person in a norm: the stratum that serves, or why none does. `None` when no norm was asked for.
pub type NormPlace = Option<Result<usize, NoNormScore>>;

/// Scores people on one instrument, against one norm or none.
#[derive(Debug, Clone)]
pub struct Assessor {
    plan: ScoringPlan,
    norm: Option<NormGroup>,
    reliability: Vec<Vec<ScaleReliability>>,
    interval: IntervalSettings,
}

impl Assessor {
    /// Makes an assessor.
    ///
    /// - `reliability`: for each scale of the instrument the coefficients that are known, best first; may be empty.
    #[must_use]
    pub fn new(
        instrument: &Instrument,
        norm: Option<NormGroup>,
        reliability: Vec<Vec<ScaleReliability>>,
        interval: IntervalSettings,
    ) -> Self {
        Self { plan: ScoringPlan::compile(instrument), norm, reliability, interval }
    }

    /// The compiled scoring plan.
    #[must_use]
    pub fn plan(&self) -> &ScoringPlan {
        &self.plan
    }

    /// The norm.
    #[must_use]
    pub fn norm(&self) -> Option<&NormGroup> {
        self.norm.as_ref()
    }

    /// The settings of the intervals.
    #[must_use]
    pub fn interval(&self) -> IntervalSettings {
        self.interval
    }

    /// Whether any interval must rest on the spread of the person's own answers, so that [`Squares::Keep`] is needed.
    #[must_use]
    pub fn squares_for_intervals(&self) -> Squares {
        let known = |scale_idx: usize| self.reliability.get(scale_idx).is_some_and(|list| !list.is_empty());
        if (0..self.plan.n_scales()).all(known) { Squares::Skip } else { Squares::Keep }
    }

    /// Everything that is said about one respondent of a tally on one scale.
    #[must_use]
    pub fn assess(&self, scale_idx: usize, tallies: &Tallies, respondent_idx: usize, place: &NormPlace) -> ScaleResult {
        let score = self.plan.raw_score(scale_idx, tallies, respondent_idx);
        let spread = || self.plan.within_person_error(scale_idx, tallies, respondent_idx);
        self.assess_score(scale_idx, score, spread, place)
    }

    /// As [`Assessor::assess`], for a raw score that is already made; `spread` is asked only when no reliability is known.
    #[must_use]
    pub fn assess_score(
        &self,
        scale_idx: usize,
        score: ScaleScore,
        spread: impl FnOnce() -> Result<f64, NoSpread>,
        place: &NormPlace,
    ) -> ScaleResult {
        let Ok(raw) = score.raw else {
            return ScaleResult { score, norm: None, uncertainty: Err(NoInterval::NoScore) };
        };
        let norm = match (&self.norm, place) {
            (Some(group), Some(Ok(stratum_idx))) => Some(group.standardize(*stratum_idx, scale_idx, raw.value)),
            (_, Some(Err(reason))) => Some(Err(*reason)),
            _ => None,
        };
        let uncertainty = self.uncertainty(scale_idx, raw.value, spread, place, norm.as_ref());
        ScaleResult { score, norm, uncertainty }
    }

    fn uncertainty(
        &self,
        scale_idx: usize,
        raw: f64,
        spread: impl FnOnce() -> Result<f64, NoSpread>,
        place: &NormPlace,
        norm: Option<&Result<NormScore, NoNormScore>>,
    ) -> Result<Uncertainty, NoInterval> {
        let stratum_idx = place.as_ref().and_then(|place| place.as_ref().ok()).copied();
        let group = self.norm.as_ref().zip(stratum_idx);
        let norm_values = group.and_then(|(group, stratum_idx)| group.scale_norm(stratum_idx, scale_idx));
        let reliability = self.reliability_for(scale_idx, group);
        let factor = self.interval.factor;
        let band = |center: f64, standard_error: f64| ErrorBand {
            standard_error,
            center,
            lower: center - factor * standard_error,
            upper: center + factor * standard_error,
        };
        let (basis, raw_band) = match (self.interval.kind, reliability) {
            (IntervalKind::Observed, Some((reliability_idx, known))) => {
                let sem = error::standard_error_of_measurement(known.sd, known.value)
                    .map_err(|_| NoInterval::NeedsReliability)?;
                (ErrorBasis::Reliability { reliability_idx }, band(raw, sem))
            }
            (IntervalKind::Observed, None) => {
                (ErrorBasis::WithinPerson, band(raw, spread().map_err(NoInterval::NoSpread)?))
            }
            (IntervalKind::True, None) => return Err(NoInterval::NeedsReliability),
            (IntervalKind::True, Some((reliability_idx, known))) => {
                let mean = norm_values.and_then(|values| values.mean()).ok_or(NoInterval::NeedsNormMean)?;
                let center =
                    error::true_score_estimate(raw, mean, known.value).map_err(|_| NoInterval::NeedsReliability)?;
                let see = error::standard_error_of_estimation(known.sd, known.value)
                    .map_err(|_| NoInterval::NeedsReliability)?;
                (ErrorBasis::Reliability { reliability_idx }, band(center, see))
            }
        };
        let t = norm.and_then(|norm| norm.as_ref().ok()).and_then(|norm| {
            let per_point = 10.0 / norm_values.and_then(|values| values.sd())?;
            let t = norm.t_score();
            let center = t + (raw_band.center - raw) * per_point;
            Some(band(center, raw_band.standard_error * per_point))
        });
        Ok(Uncertainty { basis, raw: raw_band, t })
    }

    /// The first reliability measured in the person's own stratum, else the first one of everyone.
    fn reliability_for(
        &self,
        scale_idx: usize,
        group: Option<(&NormGroup, usize)>,
    ) -> Option<(usize, &ScaleReliability)> {
        let list = self.reliability.get(scale_idx)?;
        let stratum = group.and_then(|(group, stratum_idx)| group.strata().get(stratum_idx)).map(|s| s.id());
        let own =
            list.iter().enumerate().find(|(_, known)| known.stratum.is_some() && known.stratum.as_ref() == stratum);
        own.or_else(|| list.iter().enumerate().find(|(_, known)| known.stratum.is_none()))
    }
}
