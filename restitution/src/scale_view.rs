//! One scale of one person in words: score, standing on the norm, interval, what it rests on.

use engine::assessment::{ErrorBasis, IntervalKind, NoInterval, ScaleResult};
use engine::model::{Instrument, Scale, ScoreRule, Statistic};
use engine::norms::{NoNormScore, OutOfReach, PercentileRank};
use engine::scoring::{NoSpread, Unscored};
use instruments::{Coefficient, LoadedInstrument, Wording};
use reports::text::reason::{NoInterval as NoIntervalWords, NoScore, NoStandard};
use reports::view::{
    Basis, Interval, IntervalKind as IntervalView, RankView, RawView, ScaleView, StandardView, UncertaintyView,
};

use crate::error::Result;
use crate::material::Material;

impl Material<'_> {
    pub(crate) fn scale_view(&self, scale_idx: usize, wording: &Wording) -> Result<ScaleView> {
        let result = &self.person.results[scale_idx];
        let instrument = self.instrument.instrument();
        let scale = &instrument.scales()[scale_idx];
        let words = wording.scale(scale_idx);
        let (lowest, highest) = instrument.possible_range(scale_idx).unwrap_or((0.0, 1.0));
        let raw = match &result.score.raw {
            Ok(raw) => {
                let view = RawView::new(raw.value, lowest, highest)?;
                let view = if self.is_mean(scale_idx) { view.as_mean() } else { view };
                Ok(if raw.prorated { view.prorated() } else { view })
            }
            Err(reason) => Err(self.no_score(*reason, result, wording)),
        };
        let standard = match &result.norm {
            None => match self.person.place {
                Some(_) if result.score.raw.is_err() => Some(Err(NoStandard::NoScore)),
                _ => None,
            },
            Some(Ok(score)) => Some(Ok(StandardView::new(score.t_score(), rank_view(score.percentile_rank()))?)),
            Some(Err(reason)) => Some(Err(no_standard(*reason))),
        };
        let uncertainty = match &result.uncertainty {
            Ok(uncertainty) => Ok(UncertaintyView {
                basis: self.basis(scale_idx, uncertainty.basis),
                kind: match self.person.interval.kind() {
                    IntervalKind::Observed => IntervalView::Observed,
                    IntervalKind::True => IntervalView::True,
                },
                raw: Interval::new(uncertainty.raw.lower, uncertainty.raw.upper)?,
                t: uncertainty.t.map(|t| Interval::new(t.lower, t.upper)).transpose()?,
                ranks: None,
            }),
            Err(reason) => Err(no_interval(*reason)),
        };
        let told = self.told(scale_idx, wording);
        Ok(ScaleView {
            id: scale.id.to_string(),
            name: words.map_or(scale.id.as_str(), |words| words.name.as_str()).to_owned(),
            definition: words.and_then(|words| words.definition.clone()),
            low_pole: words.and_then(|words| words.low.clone()),
            high_pole: words.and_then(|words| words.high.clone()),
            parent: parent_of(self.instrument, scale_idx),
            beside: beside_of(self.instrument.instrument(), scale_idx),
            answered: u32::from(result.score.answered),
            n_items: u32::from(result.score.n_items),
            raw,
            standard,
            uncertainty,
            sentence: told.sentence,
            lean: told.lean,
        })
    }

    /// Whether a score is a mean of answers, or is made of such means.
    pub(crate) fn is_mean(&self, scale_idx: usize) -> bool {
        match &self.instrument.instrument().scales()[scale_idx].rule {
            ScoreRule::Keyed { statistic, .. } => *statistic == Statistic::Mean,
            ScoreRule::Centered { .. } => true,
            ScoreRule::Correct { .. } => false,
            ScoreRule::Composite { components } => components
                .iter()
                .any(|&(part, weight)| weight.fract() != 0.0 || part != scale_idx && self.is_mean(part)),
        }
    }

    pub(crate) fn no_score(&self, reason: Unscored, result: &ScaleResult, wording: &Wording) -> NoScore {
        match reason {
            Unscored::TooFewAnswered { .. } if result.score.answered == 0 => NoScore::NothingAnswered,
            Unscored::TooFewAnswered { needed, .. } => NoScore::TooFewAnswered { needed: u32::from(needed) },
            Unscored::ComponentUnscored { component_idx } => {
                NoScore::PartUnscored { part: wording.scale(component_idx).map(|words| words.name.clone()) }
            }
            _ => NoScore::NothingAnswered,
        }
    }

    pub(crate) fn basis(&self, scale_idx: usize, basis: ErrorBasis) -> Basis {
        let known = match basis {
            ErrorBasis::Reliability { reliability_idx } => self.instrument.reliability(scale_idx).get(reliability_idx),
            ErrorBasis::WithinPerson => None,
        };
        known.map_or(Basis::WithinPerson, |known| Basis::Reliability {
            coefficient: match known.coefficient {
                Coefficient::Alpha => self.pick("alpha de Cronbach", "Cronbach’s alpha"),
                Coefficient::OmegaTotal => self.pick("oméga total", "omega total"),
                Coefficient::Retest => self.pick("fidélité test-retest", "retest reliability"),
            },
            value: known.value,
            source: Some(known.source.clone()),
        })
    }
}

/// The domain of a facet.
pub(crate) fn parent_of(instrument: &LoadedInstrument, scale_idx: usize) -> Option<usize> {
    (0..instrument.instrument().scales().len())
        .find(|&domain| instrument.facets(domain).is_some_and(|facets| facets.contains(&scale_idx)))
}

/// The scale whose answers a centered one tells in another way: the sum or mean of the same items.
fn beside_of(instrument: &Instrument, scale_idx: usize) -> Option<usize> {
    let scales = instrument.scales();
    let ScoreRule::Centered { items } = &scales.get(scale_idx)?.rule else { return None };
    let same = |scale: &Scale| matches!(&scale.rule, ScoreRule::Keyed { items: keyed, .. } if keyed == items);
    scales.iter().position(same)
}

fn rank_view(rank: PercentileRank) -> RankView {
    match rank {
        PercentileRank::FromTable { rank, interpolated } => RankView::FromTable { value: rank, interpolated },
        PercentileRank::NormalApproximation { rank } => RankView::NormalApproximation { value: rank },
        PercentileRank::OutOfReach(OutOfReach::AboveHighest) => RankView::AboveSample,
        PercentileRank::OutOfReach(_) => RankView::BelowSample,
    }
}

fn no_standard(reason: NoNormScore) -> NoStandard {
    match reason {
        NoNormScore::SexNeeded => NoStandard::SexNeeded,
        NoNormScore::NoStratumForSex { .. } => NoStandard::NoStratumForSex,
        NoNormScore::CombinedNotOffered => NoStandard::CombinedNotOffered,
        NoNormScore::AgeMissing => NoStandard::AgeMissing,
        NoNormScore::AgeUnreadable | NoNormScore::AgeImpossible => NoStandard::AgeUnusable,
        NoNormScore::NoStratumForAge { age } => NoStandard::NoStratumForAge { age: u32::from(age.years()) },
        NoNormScore::BelowSample => NoStandard::BelowSample,
        NoNormScore::AboveSample => NoStandard::AboveSample,
        NoNormScore::NotFinite => NoStandard::NotFinite,
        _ => NoStandard::ScaleNotCovered,
    }
}

fn no_interval(reason: NoInterval) -> NoIntervalWords {
    match reason {
        NoInterval::NoScore => NoIntervalWords::NoScore,
        NoInterval::NoSpread(NoSpread::NoVariance) => NoIntervalWords::AllAnswersEqual,
        NoInterval::NoSpread(NoSpread::TooFewAnswered) => NoIntervalWords::TooFewAnswers,
        NoInterval::NoSpread(_) => NoIntervalWords::NoReliability,
        _ => NoIntervalWords::TrueScoreNeedsMore,
    }
}
