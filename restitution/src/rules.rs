//! What a reader must know of missing answers and rounding, in words; and how lines that hold for some of the scales are told.

use engine::model::{MissingPolicy, Rounding, Scale, ScoreRule};
use instruments::Wording;
use reports::text::{colon, small};

use crate::material::Material;

/// Up to so many scales are named before a line that does not hold for all.
const NAMED: usize = 9;

/// What a reader must know about how a score is made of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    OfOtherScores,
    AllAnswers,
    Prorated,
    MeanOfAnswered,
}

impl Rule {
    fn of(scale: &Scale) -> Self {
        match (&scale.rule, scale.missing) {
            (ScoreRule::Composite { .. }, _) => Self::OfOtherScores,
            (_, MissingPolicy::Reject) => Self::AllAnswers,
            (_, MissingPolicy::Prorate { .. }) => Self::Prorated,
            (_, MissingPolicy::MeanOfAnswered { .. }) => Self::MeanOfAnswered,
        }
    }
}

/// A line about some of the scales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    text: String,
    names_itself: bool,
}

impl Line {
    pub(crate) fn of(text: String) -> Self {
        Self { text, names_itself: false }
    }

    /// A line that says by itself what it is about.
    pub(crate) fn naming_itself(text: String) -> Self {
        Self { text, names_itself: true }
    }
}

impl Material<'_> {
    /// How missing answers (where some are missing) and rounding are dealt with, one line for each rule in use; where there are
    /// several, with the scales that each is for.
    pub(crate) fn rules(&self, wording: &Wording) -> Vec<String> {
        let complete = self.person.results.iter().all(|result| result.score.answered == result.score.n_items);
        let mut lines = match complete {
            true => Vec::new(),
            false => self.one_line_each(wording, |scale| Line::of(self.sentence_of(Rule::of(scale)))),
        };
        if self.instrument.instrument().scales().iter().any(|scale| scale.rounding != Rounding::None) {
            lines.push(self.pick("Les notes sont arrondies à l’unité.", "Scores are rounded to whole points."));
        }
        lines
    }

    /// The lines of all scales, equal ones once. What holds for many stands first, without names; the others name their scales.
    pub(crate) fn one_line_each(&self, wording: &Wording, line_of: impl Fn(&Scale) -> Line) -> Vec<String> {
        let mut lines: Vec<(Line, Vec<usize>)> = Vec::new();
        for (scale_idx, scale) in self.instrument.instrument().scales().iter().enumerate() {
            let line = line_of(scale);
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, scales)) => scales.push(scale_idx),
                None => lines.push((line, vec![scale_idx])),
            }
        }
        lines.sort_by_key(|(line, scales)| line.names_itself || scales.len() <= NAMED);
        let several = lines.iter().filter(|(line, _)| !line.names_itself).count() > 1;
        let worded = |(line, scales): (Line, Vec<usize>)| match several && !line.names_itself && scales.len() <= NAMED {
            true => colon(self.language, &self.named(&scales, wording), &small(&line.text)),
            false => line.text,
        };
        lines.into_iter().map(worded).collect()
    }

    fn sentence_of(&self, rule: Rule) -> String {
        match rule {
            Rule::OfOtherScores => self.pick(
                "La note se calcule à partir d’autres notes, et il les faut toutes.",
                "The score is calculated from other scores, and all of them are needed.",
            ),
            Rule::AllAnswers => self.pick(
                "Une échelle n’a de note que si toutes ses questions ont une réponse.",
                "A scale has a score only when all its questions are answered.",
            ),
            Rule::Prorated => self.pick(
                "Quand peu de réponses manquent, la note est calculée sur les réponses données, puis ramenée au nombre de questions ; rien n’est deviné.",
                "When few answers are missing, the score is made from the answers given and scaled to the number of questions; nothing is guessed.",
            ),
            Rule::MeanOfAnswered => self.pick(
                "Là où des réponses manquent, la note est la moyenne de celles qui ont été données.",
                "Where answers are missing, the score is the average of those given.",
            ),
        }
    }

    fn named(&self, scales: &[usize], wording: &Wording) -> String {
        let names = scales.iter().filter_map(|&scale_idx| Some(wording.scale(scale_idx)?.name.as_str()));
        names.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use crate::test_material::{bundled, material, scored};

    #[test]
    fn a_rule_that_is_not_for_all_names_its_scales() {
        let loaded = bundled("motivations");
        let mut codes = vec![3; loaded.instrument().items().len()];
        assert_eq!(
            material(&loaded, &scored(&loaded, &codes, None), None).rules(loaded.wording("en").unwrap()).len(),
            0
        );
        codes[0] = -1;
        let person = scored(&loaded, &codes, None);
        let rules = material(&loaded, &person, None).rules(loaded.wording("en").unwrap());
        assert_eq!(rules.len(), 2, "{rules:?}");
        let named =
            loaded.instrument().scale_idx("RelativeAutonomy").and_then(|idx| loaded.wording("en")?.scale(idx)).unwrap();
        assert!(
            rules.iter().any(|line| line.starts_with(&format!("{}: the score is calculated from", named.name))),
            "{rules:?}"
        );
        let loaded = bundled("interests-60");
        let mut codes = [3; 60];
        codes[0] = -1;
        let person = scored(&loaded, &codes, None);
        let rules = material(&loaded, &person, None).rules(loaded.wording("en").unwrap());
        assert_eq!(rules.len(), 1);
        assert!(rules[0].starts_with("When few answers are missing"), "{rules:?}");
    }
}
