//! The order of interests or values, as far as the errors allow.

use engine::interests::established_order;
use engine::reliability::ScoreWithError;
use instruments::{Kind, Wording};
use reports::view::OrderView;

use crate::material::Material;

/// What is put in order.
struct Ordered {
    /// All of them: "vos intérêts".
    all: String,
    /// One among others: "types".
    others: String,
}

impl Material<'_> {
    fn ordered(&self) -> Ordered {
        let (all, others) = match self.instrument.about().kind {
            Kind::Interests => (self.pick("vos intérêts", "your interests"), self.pick("autres types", "other types")),
            Kind::Values => (self.pick("vos valeurs", "your values"), self.pick("autres valeurs", "other values")),
            _ => (self.pick("vos résultats", "your results"), self.pick("autres échelles", "other scales")),
        };
        Ordered { all, others }
    }

    /// The order by raw scores, as far as their errors allow. Scores of forced choices push each other up and down, so that their
    /// margins say nothing of a difference: there the margin of a difference counts as not known.
    pub(crate) fn order_view(&self, wording: &Wording) -> Option<OrderView> {
        let circle = self.instrument.circle()?;
        let ipsative = |scale_idx: usize| self.instrument.instrument().scales()[scale_idx].ipsative;
        let scores: Vec<Option<ScoreWithError>> =
            circle.iter().map(|&scale_idx| self.raw_with_error(scale_idx).filter(|_| !ipsative(scale_idx))).collect();
        let Ordered { all, others } = self.ordered();
        let groups: Vec<Vec<usize>> = established_order(&scores)
            .into_iter()
            .map(|group| group.into_iter().map(|place| circle[place]).collect())
            .collect();
        let names = |group: &[usize]| {
            let names: Vec<&str> =
                group.iter().filter_map(|&scale_idx| Some(wording.scale(scale_idx)?.name.as_str())).collect();
            match names.split_last() {
                None => String::new(),
                Some((last, [])) => (*last).to_owned(),
                Some((last, rest)) => format!("{} {} {last}", rest.join(", "), self.pick("et", "and")),
            }
        };
        let sentence = match &groups[..] {
            [] | [_] => {
                let (highest, below) = clearly_below_highest(&scores);
                let scales = |places: &[usize]| places.iter().map(|&place| circle[place]).collect::<Vec<_>>();
                let (top, low) = (names(&scales(&highest)), names(&scales(&below)));
                match (highest.len(), below.is_empty()) {
                    (0, _) => self.pick(
                        &format!("L’ordre de {all} n’est pas établi : une marge n’est pas connue."),
                        &format!("The order of {all} is not settled: one margin is not known."),
                    ),
                    (_, true) => self.pick(
                        &format!("L’ordre de {all} n’est pas établi : les écarts avec le score le plus élevé restent dans la marge d’erreur."),
                        &format!("The order of {all} is not settled: the differences from the highest score are within the margin of error."),
                    ),
                    (1, false) => self.pick(
                        &format!("{top} dépasse {low} au-delà de la marge d’erreur ; le reste de l’ordre n’est pas établi."),
                        &format!("{top} exceeds {low} beyond the margin of error; the rest of the order is not settled."),
                    ),
                    (_, false) => self.pick(
                        &format!("{top} dépassent {low} au-delà de la marge d’erreur ; le reste de l’ordre n’est pas établi."),
                        &format!("{top} exceed {low} beyond the margin of error; the rest of the order is not settled."),
                    ),
                }
            }
            [first, ..] if first.len() == 1 => self.pick(
                &format!("{} se détache des {others}.", names(first)),
                &format!("{} stands out from the {others}.", names(first)),
            ),
            [first, ..] => self.pick(
                &format!("{} se détachent ; leur ordre entre eux n’est pas établi.", names(first)),
                &format!("{} stand out; their order among themselves is not settled.", names(first)),
            ),
        };
        Some(OrderView { groups, sentence })
    }
}

/// The places of the highest scores, and of those that all of them exceed beyond the margin of error; nothing where an
/// error is not known.
fn clearly_below_highest(scores: &[Option<ScoreWithError>]) -> (Vec<usize>, Vec<usize>) {
    let Some(known) = scores.iter().copied().collect::<Option<Vec<ScoreWithError>>>() else {
        return (Vec::new(), Vec::new());
    };
    let highest = known.iter().map(ScoreWithError::score).fold(f64::NEG_INFINITY, f64::max);
    let places = 0..known.len();
    let top: Vec<usize> = places.clone().filter(|&place| known[place].score() == highest).collect();
    let below = places.filter(|&place| {
        !top.contains(&place) && top.iter().all(|&above| known[above].is_distinguishable_from(&known[place]))
    });
    let below = below.collect();
    (top, below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_material::{bundled, material, scored};

    #[test]
    fn what_the_highest_clearly_exceeds_is_named() {
        let score = |value, error| ScoreWithError::new(value, error).ok();
        // 1.96·√(2² + 2²) = 5.5: 35 exceeds 29, not 30; the others are level among themselves.
        let scores = [score(35.0, 2.0), score(30.0, 2.0), score(29.0, 2.0)];
        assert_eq!(clearly_below_highest(&scores), (vec![0], vec![2]));
        // Of two highest, both must exceed it.
        let scores = [score(35.0, 2.0), score(35.0, 9.0), score(29.0, 2.0)];
        assert_eq!(clearly_below_highest(&scores), (vec![0, 1], Vec::new()));
        assert_eq!(clearly_below_highest(&[score(35.0, 2.0), None]), (Vec::new(), Vec::new()));
    }

    fn sentence(id: &str, codes: &[i64]) -> String {
        let loaded = bundled(id);
        let person = scored(&loaded, codes, None);
        let material = material(&loaded, &person, None);
        material.order_view(loaded.wording("en").unwrap()).unwrap().sentence
    }

    #[test]
    fn values_are_called_values() {
        let told = sentence("work-values-likert", &[3; 48]);
        assert!(told.starts_with("The order of your values is not settled"), "{told}");
        let told = sentence("interests-30", &[3; 30]);
        assert!(told.starts_with("The order of your interests is not settled"), "{told}");
    }

    #[test]
    fn margins_of_forced_choices_settle_no_order() {
        // In each block of four the first counts most, the second least.
        let codes: Vec<i64> = [3, 1, 2, 2].repeat(15);
        assert_eq!(
            sentence("work-values", &codes),
            "The order of your values is not settled: one margin is not known."
        );
    }
}
