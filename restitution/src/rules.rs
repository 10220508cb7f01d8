//! How scores come about, in words.

use engine::model::{MissingPolicy, Rounding, Scale, ScoreRule};
use instruments::Wording;

use crate::material::Material;

/// Up to so many scales are named before a rule that does not hold for all.
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

impl Material<'_> {
    /// How scores come about, one line for each rule in use; where there are several, with the scales that each is for.
    pub(crate) fn rules(&self, wording: &Wording) -> Vec<String> {
        let scales = self.instrument.instrument().scales();
        let mut rules: Vec<(Rule, Vec<usize>)> = Vec::new();
        for (scale_idx, scale) in scales.iter().enumerate() {
            let rule = Rule::of(scale);
            match rules.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, of_rule)) => of_rule.push(scale_idx),
                None => rules.push((rule, vec![scale_idx])),
            }
        }
        let several = rules.len() > 1;
        let line = |(rule, of_rule): &(Rule, Vec<usize>)| {
            let sentence = self.sentence_of(*rule);
            if several { self.pick_joined(&self.named(of_rule, wording), &sentence) } else { sentence }
        };
        let mut lines: Vec<String> = rules.iter().map(line).collect();
        if scales.iter().any(|scale| scale.rounding != Rounding::None) {
            lines.push(self.pick("Les notes sont arrondies à l’unité.", "Scores are rounded to whole points."));
        }
        lines
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
                "La note est la moyenne des réponses données.",
                "The score is the mean of the answers given.",
            ),
        }
    }

    fn named(&self, scales: &[usize], wording: &Wording) -> String {
        if scales.len() > NAMED {
            return self.pick(&format!("{} échelles", scales.len()), &format!("{} scales", scales.len()));
        }
        let names = scales.iter().filter_map(|&scale_idx| Some(wording.scale(scale_idx)?.name.as_str()));
        names.collect::<Vec<_>>().join(", ")
    }

    fn pick_joined(&self, names: &str, sentence: &str) -> String {
        self.pick(&format!("{names}\u{a0}: {sentence}"), &format!("{names}: {sentence}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::test_material::{bundled, material, scored};

    #[test]
    fn a_rule_that_is_not_for_all_names_its_scales() {
        let loaded = bundled("motivations");
        let person = scored(&loaded, &vec![3; loaded.instrument().items().len()], None);
        let rules = material(&loaded, &person, None).rules(loaded.wording("en").unwrap());
        assert_eq!(rules.len(), 2, "{rules:?}");
        assert!(
            rules.iter().any(|line| line.starts_with("Relative autonomy: The score is calculated from")),
            "{rules:?}"
        );
        let loaded = bundled("interests-60");
        let person = scored(&loaded, &[3; 60], None);
        let rules = material(&loaded, &person, None).rules(loaded.wording("en").unwrap());
        assert_eq!(rules.len(), 1);
        assert!(rules[0].starts_with("When few answers are missing"), "{rules:?}");
    }
}
