//! How scores come about, in words.

use engine::model::{MissingPolicy, Rounding};

use crate::material::Material;

impl Material<'_> {
    /// How scores come about, one line for each rule in use.
    pub(crate) fn rules(&self) -> Vec<String> {
        let mut rules: Vec<String> = Vec::new();
        for scale in self.instrument.instrument().scales() {
            let line = match scale.missing {
                MissingPolicy::Reject => self.pick(
                    "Une échelle n’a de note que si toutes ses questions ont une réponse.",
                    "A scale has a score only when all its questions are answered.",
                ),
                MissingPolicy::Prorate { .. } => self.pick(
                    "Quand peu de réponses manquent, la note est calculée sur les réponses données, puis ramenée au nombre de questions ; rien n’est deviné.",
                    "When few answers are missing, the score is made from the answers given and scaled to the number of questions; nothing is guessed.",
                ),
                MissingPolicy::MeanOfAnswered { .. } => self.pick(
                    "La note est la moyenne des réponses données.",
                    "The score is the mean of the answers given.",
                ),
            };
            if !rules.contains(&line) {
                rules.push(line);
            }
            if scale.rounding != Rounding::None {
                let line = self.pick("Les notes sont arrondies à l’unité.", "Scores are rounded to whole points.");
                if !rules.contains(&line) {
                    rules.push(line);
                }
            }
        }
        rules
    }
}
