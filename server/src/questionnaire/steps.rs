//! An instrument as steps: what is shown and answered at once, in the order of administration.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use engine::model::{ForcedBlock, ResponseKind, ResponseScale};
use instruments::LoadedInstrument;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a step is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// One of several ordered options.
    Likert,
    /// One of two options.
    Dichotomous,
    /// One of several options, in no order.
    Choice,
    /// A number on a line.
    Slider,
    /// A number typed in.
    Number,
    /// Free text.
    Text,
    /// The member of a block that is most like the person, and the one that is least.
    MostLeast,
    /// The members of a block in order.
    Ranking,
}

/// One step: an item, or a block of items that are answered together.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    kind: StepKind,
    /// Places of its items in the instrument: one, or the members of the block.
    items: Vec<usize>,
    responses: ResponseScale,
    section: Option<u32>,
}

impl Step {
    /// How it is answered.
    #[must_use]
    pub fn kind(&self) -> StepKind {
        self.kind
    }

    /// Places of its items in the instrument.
    #[must_use]
    pub fn items(&self) -> &[usize] {
        &self.items
    }

    /// The answers that its items allow.
    #[must_use]
    pub fn responses(&self) -> &ResponseScale {
        &self.responses
    }

    /// Number of its section, from 1; `None` where the questionnaire has no sections.
    #[must_use]
    pub fn section(&self) -> Option<u32> {
        self.section
    }
}

/// The time limit of a section, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSection {
    /// First and last position.
    pub positions: RangeInclusive<u32>,
    /// Time limit in seconds, before accommodations; `None` where there is none.
    pub seconds: Option<u32>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The step at this position.
    Position(u32),
    /// Nothing: everything that can be answered is.
    Done,
}

/// The steps of an instrument. A step is addressed by its position, from 1, and by nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    steps: Vec<Step>,
    sections: Vec<StepSection>,
    n_items: usize,
}

impl Steps {
    /// The steps of an instrument: the same for everyone, in the order of administration.
    #[must_use]
    pub fn of(loaded: &LoadedInstrument) -> Self {
        let items = loaded.instrument().items();
        let mut blocks = loaded.instrument().forced_blocks().iter().peekable();
        let mut steps: Vec<Step> = Vec::with_capacity(items.len());
        let mut next = 0;
        while let Some(item) = items.get(next) {
            let block = blocks.next_if(|block| block.items().start == next);
            let answered = block.map_or(next..next + 1, ForcedBlock::items);
            let section = loaded.sections().iter().position(|section| section.items().contains(&next));
            let section = section.map(|section_idx| section_idx as u32 + 1);
            next = answered.end;
            let kind = kind_of(item.responses.kind());
            steps.push(Step { kind, items: answered.collect(), responses: item.responses, section });
        }
        let sections = loaded.sections().iter().zip(1_u32..).map(|(section, number)| {
            let of_it = |step: &Step| step.section == Some(number);
            let first = steps.iter().position(of_it).map_or(0, |idx| idx as u32 + 1);
            let last = steps.iter().rposition(of_it).map_or(0, |idx| idx as u32 + 1);
            StepSection { positions: first..=last, seconds: section.seconds() }
        });
        let sections = sections.collect();
        Self { steps, sections, n_items: items.len() }
    }

    /// Number of steps.
    #[must_use]
    pub fn n_steps(&self) -> u32 {
        self.steps.len() as u32
    }

    /// Number of items of the instrument.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// The step at a position, from 1.
    #[must_use]
    pub fn step(&self, position: u32) -> Option<&Step> {
        self.steps.get(usize::try_from(position).ok()?.checked_sub(1)?)
    }

    /// All steps with their positions.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Step)> {
        (1..).zip(&self.steps)
    }

    /// A section by its number, from 1.
    #[must_use]
    pub fn section(&self, number: u32) -> Option<&StepSection> {
        self.sections.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// All sections with their numbers.
    pub fn sections(&self) -> impl Iterator<Item = (u32, &StepSection)> {
        (1..).zip(&self.sections)
    }

    /// Which step comes next: the one place where that is decided. Today the first unanswered one in the fixed order; an adaptive
    /// instrument asks the engine here.
    ///
    /// - `answered`: positions with an answer, or with a reason why there is none.
    /// - `over`: numbers of the sections whose time has run out ([`SectionClock::over`](super::SectionClock::over)).
    #[must_use]
    pub fn next_position(&self, answered: &BTreeSet<u32>, over: &BTreeSet<u32>) -> Next {
        let can_be_answered = |step: &Step| step.section.is_none_or(|number| !over.contains(&number));
        let next = self.iter().find(|(position, step)| !answered.contains(position) && can_be_answered(step));
        next.map_or(Next::Done, |(position, _)| Next::Position(position))
    }
}

fn kind_of(kind: ResponseKind) -> StepKind {
    match kind {
        ResponseKind::Likert => StepKind::Likert,
        ResponseKind::Dichotomous => StepKind::Dichotomous,
        ResponseKind::Choice => StepKind::Choice,
        ResponseKind::Rank => StepKind::Ranking,
        ResponseKind::MostLeast => StepKind::MostLeast,
        ResponseKind::Slider => StepKind::Slider,
        ResponseKind::Numeric => StepKind::Number,
        ResponseKind::Text => StepKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questionnaire::fixtures::loaded;

    #[test]
    fn a_block_is_one_step_and_an_item_another() {
        let steps = Steps::of(&loaded("blocks-4"));
        let sizes: Vec<usize> = steps.iter().map(|(_, step)| step.items().len()).collect();
        assert_eq!((steps.n_steps(), steps.n_items(), sizes), (4, 14, vec![3, 4, 3, 4]));
        assert_eq!(Steps::of(&loaded("likert-12")).n_steps(), 12);
        assert_eq!(steps.step(0), None);
        assert_eq!(steps.step(5), None);
    }

    #[test]
    fn the_next_step_is_the_first_unanswered_one_whose_time_is_not_over() {
        let steps = Steps::of(&loaded("timed-key-8"));
        let next = |answered: &[u32], over: &[u32]| {
            steps.next_position(&answered.iter().copied().collect(), &over.iter().copied().collect())
        };
        assert_eq!(next(&[], &[]), Next::Position(1));
        assert_eq!(next(&[1, 2, 4], &[]), Next::Position(3));
        // The first section holds the positions 1 to 5.
        assert_eq!(next(&[1, 2], &[1]), Next::Position(6));
        assert_eq!(next(&[6, 7, 8], &[1]), Next::Done);
        assert_eq!(next(&[1, 2, 3, 4, 5, 6, 7, 8], &[]), Next::Done);
    }
}
