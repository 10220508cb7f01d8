//! What is known about one person, as plain parts: from a row of a file, or from a stored session.

use batch::Respondent;
use engine::assessment::{Assessor, IntervalSettings, NormPlace, ScaleResult};
use engine::model::{Answer, ResponseMatrix};
use engine::norms::{PersonFacts, StratumRule};
use engine::reliability::ForcedChoices;
use engine::scoring::{Squares, Tallies};
use instruments::LoadedInstrument;

use crate::error::{Error, Result};

/// One person's results on one instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonResults {
    /// One result a scale, in the instrument's order.
    pub results: Vec<ScaleResult>,
    /// Kind and level of the intervals in them.
    pub interval: IntervalSettings,
    /// Place in the norm; `None` without one.
    pub place: NormPlace,
    /// Whether the combined stratum serves because the sex is not known.
    pub because_sex_unknown: bool,
    /// What the choices in forced-choice blocks say.
    pub choices: ForcedChoices,
    /// What the person wrote in answer to items of free text: place of the item, and the text.
    pub own_words: Vec<(usize, String)>,
}

impl From<Respondent> for PersonResults {
    fn from(respondent: Respondent) -> Self {
        Self {
            interval: respondent.interval,
            place: respondent.place,
            because_sex_unknown: respondent.because_sex_unknown,
            choices: respondent.choices,
            own_words: Vec::new(),
            results: respondent.results,
        }
    }
}

/// With whom a person is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormRequest<'a> {
    /// The norm.
    pub id: &'a str,
    /// Sex and age, as far as they are known.
    pub facts: PersonFacts,
    /// By sex, or everyone with the combined stratum.
    pub rule: StratumRule,
}

impl PersonResults {
    /// Scores one person's answers: the same functions in the same order as for a row of a file.
    ///
    /// - `answers`: one an item, in the instrument's order.
    /// - `norm`: `None` for raw scores only.
    ///
    /// # Errors
    /// [`Error::AnswersOfItems`] and [`Error::Answers`] for answers that do not fit the items, [`Error::UnknownNorm`].
    pub fn of_answers(
        instrument: &LoadedInstrument,
        answers: &[Answer],
        norm: Option<NormRequest>,
        interval: IntervalSettings,
    ) -> Result<Self> {
        check_length(instrument, answers)?;
        let group = match norm {
            None => None,
            Some(request) => {
                let norm = instrument.norm(request.id);
                Some(norm.ok_or_else(|| Error::unknown_norm(instrument, request.id))?.group())
            }
        };
        let choice = group.zip(norm).map(|(group, request)| group.stratum_for(&request.facts, request.rule));
        let place: NormPlace = choice.map(|choice| choice.map(|choice| choice.stratum_idx));
        let engine_instrument = instrument.instrument();
        let assessor = Assessor::new(engine_instrument, group.cloned(), instrument.scale_reliability(), interval);
        let matrix = ResponseMatrix::from_rows(engine_instrument, answers)?;
        let mut tallies = Tallies::new();
        assessor.plan().tally(&matrix, Squares::Keep, &mut tallies);
        Ok(Self {
            results: (0..assessor.plan().n_scales())
                .map(|scale_idx| assessor.assess(scale_idx, &tallies, 0, &place))
                .collect(),
            choices: ForcedChoices::of(engine_instrument, answers),
            own_words: Vec::new(),
            interval,
            place,
            because_sex_unknown: choice.is_some_and(|choice| choice.is_ok_and(|choice| choice.because_sex_unknown)),
        })
    }

    /// Whether there is one result for each scale of the instrument.
    pub(crate) fn check(&self, instrument: &LoadedInstrument) -> Result<()> {
        let (given, expected) = (self.results.len(), instrument.instrument().scales().len());
        if given == expected {
            Ok(())
        } else {
            Err(Error::OtherInstrument { instrument: instrument.id().to_string(), given, expected })
        }
    }
}

/// Whether there is one answer for each item of the instrument.
pub(crate) fn check_length(instrument: &LoadedInstrument, answers: &[Answer]) -> Result<()> {
    let (given, expected) = (answers.len(), instrument.instrument().items().len());
    if given == expected {
        Ok(())
    } else {
        Err(Error::AnswersOfItems { instrument: instrument.id().to_string(), given, expected })
    }
}
