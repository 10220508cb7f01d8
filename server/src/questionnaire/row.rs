//! The answers to all steps as one row for the engine.

use std::collections::BTreeMap;

use engine::model::{Answer, Missing};

use super::answer::StoredAnswer;
use super::sections::SectionClock;
use super::steps::Steps;

/// An answer that was stored for another questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer at position {position} does not fit its step; was the instrument changed under its version?")]
pub struct MisfitAnswer {
    /// The position, from 1.
    pub position: u32,
}

impl Steps {
    /// The row of one person, in the instrument's order of items.
    ///
    /// What was left blank is skipped; blank steps of a section whose time has run out, or of a timed section that was never begun,
    /// were not shown. A text counts as unanswered: it is never scored.
    ///
    /// # Errors
    /// [`MisfitAnswer`] when an answer was stored for another questionnaire.
    pub fn row(
        &self,
        answers: &BTreeMap<u32, StoredAnswer>,
        clock: &SectionClock<'_>,
    ) -> Result<Vec<Answer>, MisfitAnswer> {
        let mut row = vec![Answer::Missing(Missing::Skipped); self.n_items()];
        if let Some((&position, _)) = answers.range(self.n_steps() + 1..).next() {
            return Err(MisfitAnswer { position });
        }
        for (position, step) in self.iter() {
            let found = match answers.get(&position) {
                Some(stored) => step.engine_answers(stored).ok_or(MisfitAnswer { position })?,
                None => {
                    let not_shown = step.section().is_some_and(|section| {
                        clock.is_over(self, section) || clock.is_timed_and_not_begun(self, section)
                    });
                    let missing = if not_shown { Missing::NotShown } else { Missing::Skipped };
                    vec![Answer::Missing(missing); step.items().len()]
                }
            };
            for (&item_idx, answer) in step.items().iter().zip(found) {
                if let Some(cell) = row.get_mut(item_idx) {
                    *cell = answer;
                }
            }
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use batch::answers::AnswerReader;
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Timestamp;
    use crate::questionnaire::fixtures::{ALL_WORDED, catalog, loaded};
    use crate::questionnaire::given::NoAnswer;
    use crate::questionnaire::steps::StepKind;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn row_of(steps: &Steps, answers: &BTreeMap<u32, StoredAnswer>) -> Vec<Answer> {
        let starts = steps.sections().map(|(number, _)| (number, NOW)).collect();
        steps.row(answers, &SectionClock { starts: &starts, accommodations: &[], now: NOW }).unwrap()
    }

    /// The codes of an answer as they stand in a file of answers, by instruments/FORMAT.md alone.
    fn codes(steps: &Steps, position: u32, stored: &StoredAnswer) -> Vec<String> {
        let step = steps.step(position).unwrap();
        let (lowest, highest) = (step.responses().lowest(), step.responses().highest());
        match stored {
            StoredAnswer::Category(category) => vec![(lowest + f64::from(*category)).to_string()],
            StoredAnswer::Number(number) => vec![number.to_string()],
            StoredAnswer::Text(text) => vec![text.clone()],
            StoredAnswer::MostLeast { most, least } => (0..step.items().len())
                .map(|place| match place {
                    place if place == usize::from(*most) => highest.to_string(),
                    place if place == usize::from(*least) => lowest.to_string(),
                    _ => ((lowest + highest) / 2.0).to_string(),
                })
                .collect(),
            StoredAnswer::Ranks(ranks) => {
                ranks.iter().map(|rank| (lowest + f64::from(*rank) - 1.0).to_string()).collect()
            }
            StoredAnswer::None(_) => vec![String::new(); step.items().len()],
        }
    }

    fn any_answer(steps: &Steps, position: u32) -> BoxedStrategy<StoredAnswer> {
        let step = steps.step(position).unwrap();
        let n = step.items().len() as u8;
        let (lowest, highest) = (step.responses().lowest(), step.responses().highest());
        match step.kind() {
            StepKind::Likert | StepKind::Dichotomous | StepKind::Choice => {
                (0..step.responses().n_categories()).prop_map(StoredAnswer::Category).boxed()
            }
            StepKind::Slider | StepKind::Number => (lowest..=highest).prop_map(StoredAnswer::Number).boxed(),
            StepKind::Text => "[a-z]{1,9}".prop_map(StoredAnswer::Text).boxed(),
            StepKind::MostLeast => (0..n, 1..n)
                .prop_map(move |(most, step)| StoredAnswer::MostLeast { most, least: (most + step) % n })
                .boxed(),
            StepKind::Ranking => {
                Just((1..=n).collect::<Vec<u8>>()).prop_shuffle().prop_map(StoredAnswer::Ranks).boxed()
            }
        }
    }

    fn any_answers(id: &'static str) -> impl Strategy<Value = (&'static str, Vec<Option<StoredAnswer>>)> {
        let steps = Steps::of(&catalog().find(id).unwrap());
        let each: Vec<_> =
            (1..=steps.n_steps()).map(|position| prop::option::weighted(0.9, any_answer(&steps, position))).collect();
        each.prop_map(move |answers| (id, answers))
    }

    proptest! {
        #[test]
        fn the_row_is_what_a_file_of_answers_would_give(
            (id, given) in prop::sample::select([ALL_WORDED, &["mixed", "interests-60"]].concat()).prop_flat_map(any_answers)
        ) {
            let loaded = catalog().find(id).unwrap();
            let steps = Steps::of(&loaded);
            let answers: BTreeMap<u32, StoredAnswer> =
                (1..).zip(given).filter_map(|(position, answer)| Some((position, answer?))).collect();
            let row = row_of(&steps, &answers);
            let reader = AnswerReader::new(loaded.instrument(), &[]).unwrap();
            for (position, step) in steps.iter() {
                let codes = match answers.get(&position) {
                    Some(answer) => codes(&steps, position, answer),
                    None => vec![String::new(); step.items().len()],
                };
                for (&item_idx, code) in step.items().iter().zip(&codes) {
                    prop_assert_eq!(Ok(row[item_idx]), reader.read(item_idx, code.as_bytes()), "{} {}", position, code);
                }
            }
        }
    }

    #[test]
    fn reasons_for_no_answer_are_kept_apart() {
        let steps = Steps::of(&loaded("likert-12"));
        let none = |reason| StoredAnswer::None(reason);
        let answers = BTreeMap::from([
            (1, none(NoAnswer::Skipped)),
            (2, none(NoAnswer::NotApplicable)),
            (3, none(NoAnswer::Declined)),
            (4, StoredAnswer::Category(4)),
        ]);
        let row = row_of(&steps, &answers);
        let missing = |kind| Answer::Missing(kind);
        assert_eq!(row[..3], [missing(Missing::Skipped), missing(Missing::NotApplicable), missing(Missing::Declined)]);
        assert_eq!(row[3..5], [Answer::Category(4), missing(Missing::Skipped)]);
    }

    #[test]
    fn what_the_time_did_not_allow_was_not_shown() {
        let steps = Steps::of(&loaded("timed-key-8"));
        let answers = BTreeMap::from([(1, StoredAnswer::Category(1)), (6, StoredAnswer::Category(3))]);
        let row = |starts: &BTreeMap<u32, Timestamp>, after_ms| {
            steps.row(&answers, &SectionClock { starts, accommodations: &[], now: NOW.plus(after_ms) }).unwrap()
        };
        let (skipped, not_shown) = (Answer::Missing(Missing::Skipped), Answer::Missing(Missing::NotShown));
        let begun = BTreeMap::from([(1, NOW)]);
        assert_eq!(row(&begun, 30_000)[..3], [Answer::Category(1), skipped, skipped]);
        assert_eq!(row(&begun, 60_000)[..3], [Answer::Category(1), not_shown, not_shown]);
        assert_eq!(row(&begun, 60_000)[5..], [Answer::Category(3), skipped, skipped]);
        assert_eq!(row(&BTreeMap::new(), 0)[1], not_shown);
    }

    #[test]
    fn an_answer_of_another_questionnaire_is_found() {
        let steps = Steps::of(&loaded("likert-12"));
        let clock = SectionClock { starts: &BTreeMap::new(), accommodations: &[], now: NOW };
        for (position, answer) in [
            (1, StoredAnswer::Category(5)),
            (2, StoredAnswer::Number(1.0)),
            (3, StoredAnswer::Ranks(vec![1])),
            (13, StoredAnswer::Category(1)),
        ] {
            assert_eq!(steps.row(&BTreeMap::from([(position, answer)]), &clock), Err(MisfitAnswer { position }));
        }
        let blocks = Steps::of(&loaded("blocks-4"));
        let wrong = BTreeMap::from([(1, StoredAnswer::MostLeast { most: 3, least: 1 })]);
        assert_eq!(blocks.row(&wrong, &clock), Err(MisfitAnswer { position: 1 }));
    }
}
