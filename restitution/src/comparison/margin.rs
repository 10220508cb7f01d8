//! The error of a difference between two dates, and what it rests on.

use engine::assessment::{ErrorBasis, ScaleResult};
use engine::model::StratumId;
use engine::reliability::measurement_error::standard_error_of_difference;
use instruments::{Coefficient, ReliabilityEstimate};
use reports::text::Language;
use reports::text::comparison::{Margin, margin};

use super::{ChangeBasis, ChangeOutcome, ScaleChange};

/// Standard error of the difference, and its basis; `None` where nothing tells it.
pub(super) fn error_of_difference(
    known: &[ReliabilityEstimate],
    stratum: Option<&StratumId>,
    first: &ScaleResult,
    second: &ScaleResult,
) -> Option<(f64, ChangeBasis)> {
    match best(known, stratum) {
        Some(found) => {
            let error = standard_error_of_difference(found.sd, found.value).ok()?;
            Some((error, basis_of(found)))
        }
        None => {
            let within = |result: &ScaleResult| {
                let found = result.uncertainty.as_ref().ok()?;
                (found.basis == ErrorBasis::WithinPerson).then_some(found.raw.standard_error)
            };
            Some((within(first)?.hypot(within(second)?), ChangeBasis::WithinPerson))
        }
    }
}

/// Retest before internal consistency; of each kind that of the person's own stratum before that of everyone.
fn best<'a>(known: &'a [ReliabilityEstimate], stratum: Option<&StratumId>) -> Option<&'a ReliabilityEstimate> {
    let of_kind = |retest: bool| {
        let kind = move |found: &&ReliabilityEstimate| (found.coefficient == Coefficient::Retest) == retest;
        let own = known.iter().filter(kind).find(|found| found.stratum.is_some() && found.stratum.as_ref() == stratum);
        own.or_else(|| known.iter().filter(kind).find(|found| found.stratum.is_none()))
    };
    of_kind(true).or_else(|| of_kind(false))
}

fn basis_of(found: &ReliabilityEstimate) -> ChangeBasis {
    let (value, sd, source) = (found.value, found.sd, found.source.clone());
    match found.coefficient {
        Coefficient::Retest => ChangeBasis::Retest { value, sd, source },
        Coefficient::Alpha | Coefficient::OmegaTotal => {
            ChangeBasis::InternalConsistency { coefficient: found.coefficient.word().to_owned(), value, sd, source }
        }
    }
}

/// What the margins rest on, one sentence a kind of basis.
pub(super) fn notes(language: Language, scales: &[ScaleChange]) -> Vec<String> {
    let names = |wanted: fn(&ChangeBasis) -> bool| {
        let of_scale = |scale: &ScaleChange| match &scale.change {
            ChangeOutcome::Compared(figures) if wanted(&figures.basis) => Some(scale.name.clone()),
            _ => None,
        };
        scales.iter().filter_map(of_scale).collect::<Vec<String>>()
    };
    let retest = names(|basis| matches!(basis, ChangeBasis::Retest { .. }));
    let internal = names(|basis| matches!(basis, ChangeBasis::InternalConsistency { .. }));
    let within = names(|basis| matches!(basis, ChangeBasis::WithinPerson));
    let mut notes = Vec::new();
    if !retest.is_empty() {
        notes.push(margin(language, &Margin::Retest { scales: &retest }));
    }
    if !internal.is_empty() {
        notes.push(margin(language, &Margin::InternalConsistency { scales: &internal }));
    }
    if !within.is_empty() {
        notes.push(margin(language, &Margin::WithinPerson { scales: &within }));
    }
    notes
}
