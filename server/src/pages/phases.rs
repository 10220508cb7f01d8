//! The line of phases of a bilan.

use super::visit::Visit;
use super::words;
use crate::records::bilan::{Bilan, Phase};

/// A phase in the line.
pub(super) struct PhaseMark {
    pub(super) name: &'static str,
    pub(super) is_now: bool,
    pub(super) since: Option<String>,
}

/// The phases that are shown of a bilan, with the day on which each began last.
pub(super) fn phase_marks(visit: &Visit, bilan: &Bilan, now: Phase, shown: &[Phase]) -> Vec<PhaseMark> {
    let mark = |&phase: &Phase| PhaseMark {
        name: words::phase(visit.language, phase),
        is_now: phase == now,
        since: bilan.steps.iter().rev().find(|step| step.phase == phase).map(|step| visit.day(step.at)),
    };
    shown.iter().map(mark).collect()
}
