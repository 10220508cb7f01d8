//! The order of interests or values, as far as the errors allow.

use engine::interests::established_order_by;
use instruments::{Kind, Wording};
use reports::text::{enumerate, number};
use reports::view::OrderView;

use crate::material::Material;
use crate::measured::Compared;
use crate::profile::PairUnit;

/// What is put in order.
struct Ordered {
    /// All of them: "vos intérêts".
    all: String,
    /// One among others: "autres familles".
    others: String,
}

impl Material<'_> {
    fn ordered(&self) -> Ordered {
        let (all, others) = match self.instrument.about().kind {
            Kind::Interests => {
                (self.pick("vos intérêts", "your interests"), self.pick("autres familles", "other families"))
            }
            Kind::Values => (self.pick("vos valeurs", "your values"), self.pick("autres valeurs", "other values")),
            _ => (self.pick("vos résultats", "your results"), self.pick("autres échelles", "other scales")),
        };
        Ordered { all, others }
    }

    /// The scales that are put in order: those on the circle, else those of the forced choices.
    fn ordered_scales(&self) -> Option<Vec<usize>> {
        let scales = self.instrument.instrument().scales().iter().enumerate();
        let of_choices =
            || scales.filter(|(_, scale)| scale.ipsative).map(|(scale_idx, _)| scale_idx).collect::<Vec<_>>();
        let found = self.instrument.circle().map_or_else(of_choices, <[usize]>::to_vec);
        (found.len() > 1).then_some(found)
    }

    /// The scales whose margin is not known.
    fn without_margin(&self, scales: &[usize]) -> Vec<usize> {
        let is_known = |&scale_idx: &usize| {
            let ipsative = self.instrument.instrument().scales()[scale_idx].ipsative;
            let other = |&other: &usize| other != scale_idx && self.compared(PairUnit::Raw, scale_idx, other).is_ok();
            if ipsative { scales.iter().any(other) } else { self.raw_with_error(scale_idx).is_some() }
        };
        scales.iter().copied().filter(|scale_idx| !is_known(scale_idx)).collect()
    }

    pub(crate) fn quoted(&self, name: &str) -> String {
        self.pick(&format!("«\u{a0}{name}\u{a0}»"), &format!("“{name}”"))
    }

    /// The order by raw scores, as far as their errors allow; scales without a score are left out.
    pub(crate) fn order_view(&self, wording: &Wording) -> Option<OrderView> {
        let has_score = |&scale_idx: &usize| self.person.results[scale_idx].score.raw.is_ok();
        let scales: Vec<usize> = self.ordered_scales()?.into_iter().filter(has_score).collect();
        if scales.len() < 2 {
            return None;
        }
        let known = self.known_differences(&scales);
        let Ordered { others, .. } = self.ordered();
        let in_groups = established_order_by(&known.scores, |a, b| known.differ(a, b));
        let at = |places: &[usize]| places.iter().map(|&place| scales[place]).collect::<Vec<_>>();
        let groups: Vec<Vec<usize>> = in_groups.iter().map(|places| at(places)).collect();
        let names = |group: &[usize]| self.names(group, wording);
        let sentence = match &groups[..] {
            [] | [_] => self.partial_order(&scales, &known, wording),
            [first, ..] if first.len() == 1 => self.pick(
                &format!("{} passe devant les {others}.", names(first)),
                &format!("{} comes before the {others}.", names(first)),
            ),
            [first, ..] => self.pick(
                &format!(
                    "{} passent devant les {others} ; entre les premières, l’ordre n’est pas établi.",
                    names(first)
                ),
                &format!("{} come before the {others}; the order among the first is not settled.", names(first)),
            ),
        };
        let partly_settled =
            (0..groups.len()).filter(|&group| known.has_difference_within(&in_groups[group])).collect();
        let differences = self.told_differences(&scales, &known, &in_groups.concat(), wording);
        let notes = if differences.is_empty() { Vec::new() } else { self.notes_on_differences(&scales, &known) };
        Some(OrderView { groups, sentence, partly_settled, differences, notes })
    }

    /// Their names in quotes, as in a sentence.
    pub(crate) fn names(&self, scales: &[usize], wording: &Wording) -> String {
        let names = scales.iter().filter_map(|&scale_idx| Some(self.quoted(&wording.scale(scale_idx)?.name)));
        enumerate(self.language, &names.collect::<Vec<_>>())
    }

    /// What is sure where no scale is clearly apart from all others: what the highest score exceeds, and whose margin is not known.
    fn partial_order(&self, scales: &[usize], known: &KnownDifferences, wording: &Wording) -> String {
        let Ordered { all, .. } = self.ordered();
        let without_margin = self.without_margin(scales);
        if without_margin.len() == scales.len() {
            return self.pick(
                &format!("L’ordre de {all} n’est pas établi, car aucune marge n’est connue."),
                &format!("The order of {all} is not settled, since no margin is known."),
            );
        }
        let has_margin = |place: &usize| !without_margin.contains(&scales[*place]);
        let places: Vec<usize> = (0..scales.len()).filter(has_margin).collect();
        let (highest, below) = known.clearly_below_highest(&places);
        let at = |places: &[usize]| places.iter().map(|&place| scales[place]).collect::<Vec<_>>();
        let (top, low) = (self.names(&at(&highest), wording), self.names(&at(&below), wording));
        let order = match (highest.len(), below.is_empty()) {
            (_, true) => self.pick(
                &format!("L’ordre de {all} n’est pas établi : les écarts avec la note la plus haute ne dépassent pas leur marge."),
                &format!("The order of {all} is not settled: no difference from the highest score is larger than its margin."),
            ),
            (1, false) => self.pick(
                &format!("{top} a la note la plus haute et dépasse {low} de plus que la marge ; pour le reste, l’ordre n’est pas sûr ou ne l’est qu’en partie."),
                &format!("{top} has the highest score and is above {low} by more than the margin; the rest of the order is uncertain, or certain in part only."),
            ),
            (_, false) => self.pick(
                &format!("{top} ont la note la plus haute et dépassent {low} de plus que la marge ; pour le reste, l’ordre n’est pas sûr ou ne l’est qu’en partie."),
                &format!("{top} have the highest score and are above {low} by more than the margin; the rest of the order is uncertain, or certain in part only."),
            ),
        };
        if without_margin.is_empty() {
            return order;
        }
        let unknown = self.names(&without_margin, wording);
        self.pick(
            &format!("{order} La marge n’est pas connue pour {unknown}."),
            &format!("{order} The margin is not known for {unknown}."),
        )
    }

    /// How differences are read.
    fn notes_on_differences(&self, scales: &[usize], known: &KnownDifferences) -> Vec<String> {
        let mut notes = vec![self.pick(
            "Chaque écart a sa propre marge : deux traits peuvent se toucher un peu alors que l’écart dépasse la sienne.",
            "Each difference has a margin of its own: two lines may overlap a little although the difference is larger than it.",
        )];
        if scales.iter().any(|&scale_idx| self.instrument.instrument().scales()[scale_idx].ipsative) {
            notes.push(self.pick(
                "Deux notes sont comparées d’après les groupes de phrases où les deux étaient proposées ensemble : de deux notes égales, l’une peut donc être dépassée et l’autre non.",
                "Two scores are compared by the groups of statements in which both were offered together: of two equal scores, one may therefore be exceeded and the other not.",
            ));
        }
        let n_pairs = known.n_compared();
        let by_chance = (1.0 - self.person.interval.level()) * n_pairs as f64;
        let expected = number::decimal(self.language, by_chance.round().max(1.0), 0);
        notes.push(self.pick(
            &format!("{n_pairs} paires ont été comparées. Même si aucune ne différait vraiment, le hasard seul pourrait en mettre {expected} environ dans cette liste."),
            &format!("{n_pairs} pairs were compared. Even if none really differed, chance alone could put about {expected} in this list."),
        ));
        notes
    }

    /// One line for each scale that exceeds others, in the order of these places.
    fn told_differences(
        &self,
        scales: &[usize],
        known: &KnownDifferences,
        places: &[usize],
        wording: &Wording,
    ) -> Vec<String> {
        let line = |&above: &usize| {
            let exceeded = places.iter().filter(|&&below| known.exceeds(above, below));
            let below: Vec<usize> = exceeded.map(|&below| scales[below]).collect();
            let (above, below) = (self.names(&[scales[above]], wording), self.names(&below, wording));
            let line = self.pick(&format!("{above} dépasse {below}."), &format!("{above} is above {below}."));
            (!below.is_empty()).then_some(line)
        };
        places.iter().filter_map(line).collect()
    }
}

/// Scores of scales, by their place among the ordered ones, and how each two stand to each other.
struct KnownDifferences {
    scores: Vec<f64>,
    /// Row after row, the scale of the row beside the one of the column; `None` where they are not compared.
    pairs: Vec<Option<Compared>>,
}

impl KnownDifferences {
    fn pair(&self, first: usize, second: usize) -> Option<&Compared> {
        self.pairs.get(first * self.scores.len() + second)?.as_ref()
    }

    /// Whether two scales differ beyond the margin of error; scales that are not compared are taken as level.
    fn differ(&self, first: usize, second: usize) -> bool {
        self.pair(first, second).is_some_and(|pair| pair.differ)
    }

    /// Whether the first exceeds the second beyond the margin of error.
    fn exceeds(&self, first: usize, second: usize) -> bool {
        self.pair(first, second).is_some_and(|pair| pair.differ && pair.difference > 0.0)
    }

    fn has_difference_within(&self, places: &[usize]) -> bool {
        places.iter().any(|&first| places.iter().any(|&second| self.exceeds(first, second)))
    }

    /// How many pairs are compared; each stands twice.
    fn n_compared(&self) -> usize {
        self.pairs.iter().flatten().count() / 2
    }

    /// Among these places those of the highest scores, and of those that all of them exceed beyond the margin of error.
    fn clearly_below_highest(&self, places: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let places = || places.iter().copied();
        let highest = places().map(|place| self.scores[place]).fold(f64::NEG_INFINITY, f64::max);
        let top: Vec<usize> = places().filter(|&place| self.scores[place] == highest).collect();
        let below = places()
            .filter(|&place| !top.contains(&place) && top.iter().all(|&above| self.differ(above, place)))
            .collect();
        (top, below)
    }
}

impl Material<'_> {
    fn known_differences(&self, scales: &[usize]) -> KnownDifferences {
        let score = |&scale_idx: &usize| self.person.results[scale_idx].score.raw.as_ref().ok().map(|raw| raw.value);
        let pairs = scales.iter().flat_map(|&a| scales.iter().map(move |&b| (a, b)));
        let compared = |(a, b)| if a == b { None } else { self.compared(PairUnit::Raw, a, b).ok() };
        KnownDifferences { scores: scales.iter().filter_map(score).collect(), pairs: pairs.map(compared).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_material::{bundled, material, scored};

    #[test]
    fn what_the_highest_clearly_exceeds_is_named() {
        let known = |scores: &[f64], pairs: &[(usize, usize)]| {
            let n = scores.len();
            let compared = |at: usize| {
                let (first, second) = (at / n, at % n);
                let differ = pairs.contains(&(first, second)) || pairs.contains(&(second, first));
                Some(Compared { difference: scores[first] - scores[second], standard_error: 1.0, differ })
            };
            KnownDifferences { scores: scores.to_vec(), pairs: (0..n * n).map(compared).collect() }
                .clearly_below_highest(&(0..n).collect::<Vec<_>>())
        };
        assert_eq!(known(&[35.0, 30.0, 29.0], &[(0, 2)]), (vec![0], vec![2]));
        // Of two highest, both must exceed it.
        assert_eq!(known(&[35.0, 35.0, 29.0], &[(0, 2)]), (vec![0, 1], Vec::new()));
        assert_eq!(known(&[35.0, 35.0, 29.0], &[(0, 2), (2, 1)]), (vec![0, 1], vec![2]));
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
    fn an_unknown_margin_settles_no_order() {
        // Answers that are all the same have no spread, so that no margin is known.
        let told = sentence("work-values-likert", &[3; 48]);
        assert!(told.starts_with("The order of your values is not settled, since no margin is known."), "{told}");
        // Where one value alone has equal answers, the others are still told apart.
        let mut codes = vec![0; 48];
        let loaded = bundled("work-values-likert");
        let of = |scale_idx: usize| loaded.instrument().scales()[scale_idx].rule.item_indices();
        for scale_idx in 0..12 {
            let answers = match scale_idx {
                0 => [5, 4, 5, 5],
                1 => [1, 1, 1, 2],
                2 => [3, 3, 3, 3],
                _ => [2, 3, 4, 3],
            };
            for (item, answer) in of(scale_idx).into_iter().zip(answers) {
                codes[item] = answer;
            }
        }
        let person = scored(&loaded, &codes, None);
        let order = material(&loaded, &person, None).order_view(loaded.wording("en").unwrap()).unwrap();
        assert_eq!(
            order.sentence.split_once(" by more than").unwrap().0,
            "“Autonomy” has the highest score and is above “Creativity”, “Influence”, “Recognition”, “Pay”, “Stability”, \
             “Work environment”, “Life balance”, “Relationships”, “Usefulness” and “Ethics”"
        );
        assert!(order.sentence.ends_with("The margin is not known for “Learning”."), "{}", order.sentence);
        assert_eq!(order.partly_settled, [0]);
        assert!(order.differences[0].starts_with("“Autonomy” is above “Creativity”"), "{:?}", order.differences);
    }

    #[test]
    fn a_scale_without_a_score_is_left_out_of_the_order() {
        let loaded = bundled("interests-60");
        let of = |scale_idx: usize| loaded.instrument().scales()[scale_idx].rule.item_indices();
        let mut codes = [-1; 60];
        for scale_idx in 1..6 {
            for (place, item) in of(scale_idx).into_iter().enumerate() {
                codes[item] = if scale_idx == 1 { 4 } else { 2 } + place as i64 % 2;
            }
        }
        let person = scored(&loaded, &codes, None);
        let order = material(&loaded, &person, None).order_view(loaded.wording("en").unwrap()).unwrap();
        assert_eq!(order.groups.concat().len(), 5, "{order:?}");
        assert!(order.sentence.starts_with("“Investigative”"), "{}", order.sentence);
    }

    #[test]
    fn forced_choices_are_ordered_by_the_margin_of_their_differences() {
        let loaded = bundled("work-values");
        let instrument = loaded.instrument();
        let scale_of = |item: usize| {
            instrument.scales().iter().position(|scale| scale.rule.item_indices().contains(&item)).unwrap()
        };
        // The first value is always chosen as the most, the last one as the least; the rest is settled by the place in the block,
        // from the first on and from the last on by turns.
        let mut codes = vec![2; instrument.items().len()];
        for (number, block) in instrument.forced_blocks().iter().enumerate() {
            let last = instrument.scales().len() - 1;
            let urge = |item: usize| match scale_of(item) {
                0 => 100,
                scale if scale == last => -100,
                _ if number % 2 == 0 => item as i64 % 50,
                _ => -(item as i64 % 50),
            };
            codes[block.items().max_by_key(|&item| urge(item)).unwrap()] = 3;
            codes[block.items().min_by_key(|&item| urge(item)).unwrap()] = 1;
        }
        let person = scored(&loaded, &codes, None);
        let material = material(&loaded, &person, None);
        let order = material.order_view(loaded.wording("en").unwrap()).unwrap();
        let differ = |a: usize, b: usize| person.choices.difference(a, b).unwrap().is_established();
        assert!(differ(0, 11));
        for (place, above) in order.groups.iter().enumerate() {
            for below in &order.groups[place + 1..] {
                assert!(above.iter().all(|&a| below.iter().all(|&b| differ(a, b))), "{order:?}");
            }
        }
        assert!(order.sentence.starts_with("“Autonomy”"), "{}", order.sentence);
    }

    #[test]
    fn drivers_are_ordered_without_a_circle() {
        let loaded = bundled("career-drivers");
        let mut codes: Vec<i64> = [2, 0, 1].repeat(12);
        // The questions in one's own words stay blank.
        codes.resize(loaded.instrument().items().len() - 5, 1);
        codes.resize(loaded.instrument().items().len(), -1);
        let answers = crate::test_material::coded(0, &codes);
        let person =
            crate::PersonResults::of_answers(&loaded, &answers, None, crate::test_material::observed()).unwrap();
        let material = material(&loaded, &person, None);
        let order = material.order_view(loaded.wording("fr").unwrap()).unwrap();
        assert_eq!(order.groups.concat().len(), 9, "{order:?}");
    }
}
