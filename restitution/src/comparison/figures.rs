//! One scale on two dates.

use engine::assessment::ScaleResult;
use engine::reliability::change;
use engine::reliability::interval::TWO_SIDED_95;
use instruments::{LoadedInstrument, LoadedNorm, Wording};
use reports::text::Language;
use reports::text::comparison as words;

use super::margin::error_of_difference;
use super::{ChangeClass, ChangeFigures, ChangeOutcome, DatedScore, NoChange, ScaleChange};
use crate::results::PersonResults;

/// Two dates that may be compared.
pub(super) struct TwoDates<'a> {
    pub instrument: &'a LoadedInstrument,
    pub wording: &'a Wording,
    pub norm: Option<&'a LoadedNorm>,
    pub first: &'a PersonResults,
    pub second: &'a PersonResults,
    pub language: Language,
}

impl TwoDates<'_> {
    pub(super) fn scale(&self, scale_idx: usize) -> ScaleChange {
        let scale = &self.instrument.instrument().scales()[scale_idx];
        let name = self.wording.scale(scale_idx).map_or_else(|| scale.id.to_string(), |words| words.name.clone());
        let (first, second) = (&self.first.results[scale_idx], &self.second.results[scale_idx]);
        let change = self.change(scale_idx, first, second);
        let sentence = match &change {
            ChangeOutcome::Compared(figures) => {
                let direction = match figures.class {
                    ChangeClass::Increase => words::Direction::Increase,
                    ChangeClass::Decrease => words::Direction::Decrease,
                    ChangeClass::NoReliableChange => words::Direction::Level,
                };
                words::change(self.language, &name, direction, figures.difference, self.decimals(scale_idx, figures))
            }
            ChangeOutcome::NotCompared { reason } => words::not_compared(self.language, &name, words_of(*reason)),
        };
        ScaleChange {
            id: scale.id.to_string(),
            name,
            parent: crate::scale_view::parent_of(self.instrument, scale_idx),
            first: self.dated(scale_idx, first),
            second: self.dated(scale_idx, second),
            change,
            sentence,
        }
    }

    /// The score of either date in the stratum of the first.
    fn dated(&self, scale_idx: usize, result: &ScaleResult) -> DatedScore {
        let raw = result.score.raw.as_ref().ok();
        let stratum_idx = self.first.place.and_then(|place| place.ok());
        let standing =
            self.norm.zip(stratum_idx).zip(raw).and_then(|((norm, stratum_idx), raw)| {
                norm.group().standardize(stratum_idx, scale_idx, raw.value).ok()
            });
        DatedScore {
            answered: result.score.answered,
            n_items: result.score.n_items,
            raw: raw.map(|raw| raw.value),
            prorated: raw.is_some_and(|raw| raw.prorated),
            t: standing.map(|standing| standing.t_score()),
            percentile_rank: standing.and_then(|standing| standing.percentile_rank().rank()),
        }
    }

    fn change(&self, scale_idx: usize, first: &ScaleResult, second: &ScaleResult) -> ChangeOutcome {
        let (before, after) = match (&first.score.raw, &second.score.raw) {
            (Ok(before), Ok(after)) => (before.value, after.value),
            (Err(_), Ok(_)) => return ChangeOutcome::NotCompared { reason: NoChange::NoFirstScore },
            (Ok(_), Err(_)) => return ChangeOutcome::NotCompared { reason: NoChange::NoSecondScore },
            (Err(_), Err(_)) => return ChangeOutcome::NotCompared { reason: NoChange::NoScore },
        };
        let stratum_idx = self.first.place.and_then(|place| place.ok());
        let stratum = self.norm.zip(stratum_idx).and_then(|(norm, idx)| norm.group().strata().get(idx));
        let known = self.instrument.reliability(scale_idx);
        let difference = after - before;
        let figures = || {
            let (standard_error, basis) =
                error_of_difference(known, stratum.map(|stratum| stratum.id()), first, second)?;
            let reliable_change = change::reliable_change(difference, standard_error).ok()?;
            Some(ChangeFigures {
                difference,
                standard_error,
                lower: difference - TWO_SIDED_95 * standard_error,
                upper: difference + TWO_SIDED_95 * standard_error,
                reliable_change,
                class: match change::ChangeClass::of(reliable_change)? {
                    change::ChangeClass::Decrease => ChangeClass::Decrease,
                    change::ChangeClass::NoReliableChange => ChangeClass::NoReliableChange,
                    change::ChangeClass::Increase => ChangeClass::Increase,
                },
                basis,
            })
        };
        figures().map_or(ChangeOutcome::NotCompared { reason: NoChange::NoMargin }, ChangeOutcome::Compared)
    }

    /// Whole differences without decimals, means with two, prorated sums with one.
    fn decimals(&self, scale_idx: usize, figures: &ChangeFigures) -> usize {
        let is_whole = (figures.difference - figures.difference.round()).abs() < 1e-9;
        let range = self.instrument.instrument().possible_range(scale_idx);
        match range {
            _ if is_whole => 0,
            Some((lowest, highest)) if highest - lowest <= 10.0 => 2,
            _ => 1,
        }
    }
}

fn words_of(reason: NoChange) -> words::NoChange {
    match reason {
        NoChange::NoFirstScore => words::NoChange::NoFirstScore,
        NoChange::NoSecondScore => words::NoChange::NoSecondScore,
        NoChange::NoScore => words::NoChange::NoScore,
        NoChange::NoMargin => words::NoChange::NoMargin,
    }
}
