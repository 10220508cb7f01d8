//! What a point is worth: what an answer counts, and what a score makes of the answers.

use engine::model::{KeyedItem, Keying, ResponseKind, Scale, ScoreRule, Statistic};
use instruments::Wording;
use reports::text::number;

use crate::material::Material;
use crate::rules::Line;

/// Up to so many parts of a composite are named.
const PARTS_NAMED: usize = 6;

impl Material<'_> {
    /// How answers are counted, one line for each way in use; where there are several, with the scales that each is for.
    pub(crate) fn counting(&self, wording: &Wording) -> Vec<String> {
        self.one_line_each(wording, |scale| self.counting_of(scale, wording))
    }

    fn counting_of(&self, scale: &Scale, wording: &Wording) -> Line {
        match &scale.rule {
            ScoreRule::Keyed { items, statistic } => Line::of(self.counting_of_items(items, *statistic, wording)),
            ScoreRule::Correct { items } => {
                let n_items = items.len();
                Line::of(self.pick(
                    &format!("Une bonne réponse compte 1 point, une autre 0 ; la note est leur somme, sur {n_items}."),
                    &format!("A right answer counts 1 point, any other 0; the score is their sum, out of {n_items}."),
                ))
            }
            ScoreRule::Centered { .. } => Line::naming_itself(self.pick(
                "L’écart est cette note moins la moyenne de toutes vos réponses ; 0 veut dire comme votre moyenne.",
                "The difference is this score minus the average of all your answers; 0 means the same as your average.",
            )),
            ScoreRule::Composite { components } => Line::of(self.composed_of(components, wording)),
        }
    }

    fn composed_of(&self, components: &[(usize, f64)], wording: &Wording) -> String {
        let scales: Vec<usize> = components.iter().map(|(part, _)| *part).collect();
        let parts = if scales.len() <= PARTS_NAMED {
            let names = self.names(&scales, wording);
            self.pick(&format!("de {names}"), &names)
        } else {
            self.pick(&format!("de {} échelles", scales.len()), &format!("{} scales", scales.len()))
        };
        let difference = match components {
            [(first, more), (second, less)] if (*more, *less) == (1.0, -1.0) => Some((*first, *second)),
            [(first, less), (second, more)] if (*more, *less) == (1.0, -1.0) => Some((*second, *first)),
            _ => None,
        };
        if components.iter().all(|(_, weight)| *weight == 1.0) {
            return self.pick(
                &format!("La note est la somme des notes {parts}."),
                &format!("The score is the sum of the scores of {parts}."),
            );
        }
        if let Some((more, less)) = difference {
            let (first, second) = (self.names(&[more], wording), self.names(&[less], wording));
            return self.pick(
                &format!("La note est celle de {first}, moins celle de {second}."),
                &format!("The score is that of {first}, minus that of {second}."),
            );
        }
        self.pick(
            &format!("La note se calcule à partir des notes {parts}."),
            &format!("The score is calculated from the scores of {parts}."),
        )
    }

    fn counting_of_items(&self, items: &[KeyedItem], statistic: Statistic, wording: &Wording) -> String {
        let weighted = items.iter().any(|item| item.weight != 1.0);
        let made = match (statistic, weighted) {
            (Statistic::Sum, false) => {
                let n_items = items.len();
                self.pick(
                    &format!("la note est la somme de {n_items} réponses"),
                    &format!("the score is the sum of {n_items} answers"),
                )
            }
            (Statistic::Mean, false) => {
                self.pick("la note est la moyenne de ces réponses", "the score is the average of these answers")
            }
            (Statistic::Sum, true) => self.pick(
                "la note est leur somme, où certaines comptent plus",
                "the score is their sum, in which some count for more",
            ),
            (Statistic::Mean, true) => self.pick(
                "la note est leur moyenne, où certaines comptent plus",
                "the score is their average, in which some count for more",
            ),
        };
        let counted = self.what_an_answer_counts(items, wording);
        let reversed = items.iter().any(|item| item.keying == Keying::Reverse);
        let turned = if reversed {
            self.pick(
                " Les phrases qui disent le contraire sont comptées à l’envers.",
                " Statements that say the opposite are counted backward.",
            )
        } else {
            String::new()
        };
        match counted {
            Some(counted) => self.pick(&format!("{counted} ; {made}.{turned}"), &format!("{counted}; {made}.{turned}")),
            None => self.pick(
                &format!("Les réponses de questions différentes sont comptées ensemble ; {made}.{turned}"),
                &format!("Answers to different kinds of question are counted together; {made}.{turned}"),
            ),
        }
    }

    /// "Chaque réponse compte de 1 (« Jamais ») à 5 (« Toujours »)"; `None` where the items are answered in different ways.
    fn what_an_answer_counts(&self, items: &[KeyedItem], wording: &Wording) -> Option<String> {
        let instrument = self.instrument.instrument();
        let responses = items.iter().map(|item| self.instrument.response_scale_of(item.item_idx));
        let mut names = responses.flatten();
        let scale_id = names.next()?;
        if names.any(|other| other != scale_id) {
            return None;
        }
        let responses = instrument.items().get(items.first()?.item_idx)?.responses;
        let options = wording.options(scale_id);
        let label =
            |code: f64| options.iter().find(|(known, _)| *known as f64 == code).map(|(_, label)| label.as_str());
        let told = |code: f64| {
            let points = number::decimal(self.language, code, if code.fract() == 0.0 { 0 } else { 2 });
            label(code).map_or(points.clone(), |label| format!("{points} ({})", self.quoted(label)))
        };
        let (lowest, highest) = (responses.lowest(), responses.highest());
        Some(match responses.kind() {
            ResponseKind::MostLeast => {
                let points = |code: f64| number::decimal(self.language, code, 0);
                let chosen =
                    |code: f64, fallback: &str| label(code).map_or(fallback.to_owned(), |label| self.quoted(label));
                let (high, low) = (points(highest), points(lowest));
                let (most, least) = (
                    chosen(highest, self.pick("le plus", "most").as_str()),
                    chosen(lowest, self.pick("le moins", "least").as_str()),
                );
                let between = points(f64::midpoint(lowest, highest));
                self.pick(
                    &format!("Dans chaque groupe, la phrase choisie {most} compte {high}, la phrase choisie {least} compte {low}, les autres {between}"),
                    &format!("In each group the statement chosen {most} counts {high}, the one chosen {least} counts {low}, the others {between}"),
                )
            }
            _ => self.pick(
                &format!("Chaque réponse compte de {} à {}", told(lowest), told(highest)),
                &format!("Each answer counts from {} to {}", told(lowest), told(highest)),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::test_material::{bundled, material, scored, tiny};

    fn counting(id: &str, lang: &str) -> Vec<String> {
        let loaded = bundled(id);
        let n_items = loaded.instrument().items().len();
        let blank = vec![engine::model::Answer::Missing(engine::model::Missing::Skipped); n_items];
        let person = crate::PersonResults::of_answers(&loaded, &blank, None, crate::test_material::observed()).unwrap();
        let language = if lang == "fr" { reports::text::Language::French } else { reports::text::Language::English };
        let material = crate::Material { language, ..material(&loaded, &person, None) };
        material.counting(loaded.wording(lang).unwrap())
    }

    #[test]
    fn sums_and_means_say_what_an_answer_counts() {
        let lines = counting("interests-60", "en");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("Each answer counts from 1 (“"), "{lines:?}");
        assert!(lines[0].ends_with("; the score is the sum of 10 answers."), "{lines:?}");
        let lines = counting("work-values-likert", "fr");
        assert!(lines[0].starts_with("Chaque réponse compte de 1 («"), "{lines:?}");
        assert!(lines[0].ends_with(" ; la note est la moyenne de ces réponses."), "{lines:?}");
        assert!(lines[1].starts_with("L’écart est cette note moins la moyenne"), "{lines:?}");
    }

    #[test]
    fn forced_choices_say_what_the_most_and_the_least_count() {
        let lines = counting("work-values", "en");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("In each group the statement chosen “"), "{lines:?}");
        assert!(
            lines[0].contains("” counts 3, the one chosen “") && lines[0].contains("” counts 1, the others 2;"),
            "{lines:?}"
        );
    }

    #[test]
    fn what_is_not_for_all_names_its_scales() {
        let lines = counting("motivations", "en");
        let loaded = bundled("motivations");
        let named =
            loaded.instrument().scale_idx("RelativeAutonomy").and_then(|idx| loaded.wording("en")?.scale(idx)).unwrap();
        let opening = format!("{}: the score is that of “", named.name);
        assert!(lines.iter().any(|line| line.starts_with(&opening)), "{lines:?}");
        let reversed = counting("personality-30", "en");
        assert!(reversed[0].contains("Statements that say the opposite are counted backward."), "{reversed:?}");
    }

    #[test]
    fn every_scale_of_a_made_up_instrument_is_told() {
        let tiny = tiny();
        let person = scored(&tiny, &[3; 6], None);
        assert!(!material(&tiny, &person, None).counting(tiny.wording("en").unwrap()).is_empty());
    }
}
