//! Our own inventories on simulated people: the scores recover the traits, the structure tools find the blueprint, and the forced
//! choices recover the order of values. What is shown is that keys, blocks and scoring hang together; real people may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::factor::{FactorAnalysisConfig, analyze_factors};
use engine::model::{Answer, Instrument, ResponseMatrix, ScoreRule};
use engine::scoring::score_matrix;
use engine::simulation::{SimulationConfig, Simulator};
use engine::stats::correlation;
use instruments::{Catalog, LoadedInstrument};
use nalgebra::DMatrix;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use crate::inventories::inventories;

const N: usize = 2000;

/// People of an inventory.
struct People {
    loaded: Arc<LoadedInstrument>,
    /// Person by person, one an item.
    answers: Vec<Vec<Answer>>,
    /// Person by person, one a scale.
    traits: Vec<Vec<Option<f64>>>,
    scores: Vec<Vec<Option<f64>>>,
}

impl People {
    /// Loadings of .65, traits correlated .2: what `bilan simulate` draws.
    fn of(loaded: Arc<LoadedInstrument>) -> Self {
        let instrument = loaded.instrument();
        let simulator = Simulator::new(instrument, SimulationConfig::typical_inventory()).unwrap();
        let mut rng = ChaCha12Rng::seed_from_u64(20);
        let people: Vec<_> = (0..N).map(|_| simulator.draw(&mut rng)).collect();
        let rows: Vec<Answer> = people.iter().flat_map(|person| person.answers.iter().copied()).collect();
        let table = score_matrix(instrument, &ResponseMatrix::from_rows(instrument, &rows).unwrap());
        let raw = |row: usize| table.respondent(row).iter().map(|s| s.raw.as_ref().ok().map(|raw| raw.value)).collect();
        let scores = (0..N).map(raw).collect();
        let (traits, answers) = people.into_iter().map(|person| (person.traits, person.answers)).unzip();
        Self { loaded, answers, traits, scores }
    }

    fn scores(&self, scale_idx: usize) -> Vec<f64> {
        self.scores.iter().map(|row| row[scale_idx].unwrap()).collect()
    }

    /// The trait of a scale; for one that compares within the person, how far it is from the mean of the scales it is compared with.
    fn targets(&self, scale_idx: usize, compared_with: &[usize]) -> Vec<f64> {
        let target = |row: &Vec<Option<f64>>| {
            let own = row[scale_idx].unwrap();
            let others = compared_with.iter().map(|&other| row[other].unwrap());
            if compared_with.is_empty() { own } else { own - others.sum::<f64>() / compared_with.len() as f64 }
        };
        self.traits.iter().map(target).collect()
    }
}

/// The scales that compare within the person together with this one.
fn compared_with(instrument: &Instrument, scale_idx: usize) -> Vec<usize> {
    let scales = instrument.scales();
    let is_centered = |idx: usize| matches!(scales[idx].rule, ScoreRule::Centered { .. });
    let alike = |&idx: &usize| {
        (scales[scale_idx].ipsative && scales[idx].ipsative) || (is_centered(scale_idx) && is_centered(idx))
    };
    (0..scales.len()).filter(alike).collect()
}

/// What the correlation of a score with its trait is by the model, when items are continuous: a scale of n items over m facets, whose
/// traits correlate .2, and whose own trait is their mean. √(S/(S + N)) with S = λ²n²·(1 + .2(m − 1))/m and N = n(1 − λ²), λ = .65. What
/// compares within the person has lost what the traits have in common: S is then .8 of it.
fn by_the_model(n_items: usize, n_facets: usize, within_the_person: bool) -> f64 {
    let (n, m, square) = (n_items as f64, n_facets as f64, 0.65_f64.powi(2));
    let own = if within_the_person { 0.8 } else { 1.0 };
    let signal = own * square * n * n * (1.0 + 0.2 * (m - 1.0)) / m;
    (signal / (signal + n * (1.0 - square))).sqrt()
}

/// The number of smallest scales among the items of a scale: 1 for one without facets.
fn n_facets_of(instrument: &Instrument, scale_idx: usize) -> usize {
    let scales = instrument.scales();
    let items_of = |idx: usize| scales[idx].rule.item_indices();
    let smallest = |item: usize| {
        let counting = (0..scales.len()).filter(|&idx| items_of(idx).contains(&item));
        counting.min_by_key(|&idx| items_of(idx).len()).unwrap()
    };
    items_of(scale_idx).into_iter().map(smallest).collect::<BTreeSet<_>>().len()
}

#[test]
fn scores_recover_the_traits() {
    let mut lowest: BTreeMap<String, f64> = BTreeMap::new();
    for loaded in inventories() {
        let people = People::of(loaded);
        let instrument = people.loaded.instrument();
        for (scale_idx, scale) in instrument.scales().iter().enumerate() {
            if matches!(scale.rule, ScoreRule::Composite { .. }) {
                continue;
            }
            let among = compared_with(instrument, scale_idx);
            let r = correlation::pearson(&people.targets(scale_idx, &among), &people.scores(scale_idx)).unwrap();
            let floor = match (scale.ipsative, instrument.id().as_str()) {
                // What the README of the inventory states: four choices among three, seven among four.
                (true, "career-drivers") => 0.68,
                (true, _) => 0.78,
                // Categories take a few hundredths away.
                (false, _) => {
                    let (n, m) = (instrument.n_items_of(scale_idx), n_facets_of(instrument, scale_idx));
                    by_the_model(n, m, !among.is_empty()) - 0.05
                }
            };
            assert!(r > floor, "{}, {}: r = {r:.3}, expected above {floor:.3}", instrument.id(), scale.id);
            let known = lowest.entry(instrument.id().to_string()).or_insert(1.0);
            *known = known.min(r);
        }
    }
    println!("lowest correlation of score and trait: {lowest:.3?}");
    assert_eq!(lowest.len(), 13);
}

/// The Spearman correlation of two rankings without ties broken.
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| -> Vec<f64> {
        let below = |x: f64| values.iter().filter(|&&y| y < x).count() as f64;
        let equal = |x: f64| values.iter().filter(|&&y| y == x).count() as f64;
        values.iter().map(|&x| below(x) + (equal(x) + 1.0) / 2.0).collect()
    };
    correlation::pearson(&ranks(a), &ranks(b)).unwrap()
}

#[test]
fn forced_choices_recover_the_order_of_values() {
    let people = People::of(Catalog::bundled().find("work-values").unwrap());
    let within = |person: usize| {
        let traits: Vec<f64> = people.traits[person].iter().map(|found| found.unwrap()).collect();
        let scores: Vec<f64> = people.scores[person].iter().map(|found| found.unwrap()).collect();
        spearman(&traits, &scores)
    };
    let mut all: Vec<f64> = (0..N).map(within).collect();
    all.sort_by(f64::total_cmp);
    println!("work-values: Spearman within person, median {:.3}, lowest tenth {:.3}", all[N / 2], all[N / 10]);
    assert!(all[N / 2] >= 0.80, "median {:.3}", all[N / 2]);
    for answers in &people.answers {
        for block in people.loaded.instrument().forced_blocks() {
            let category = |item: usize| match answers[item] {
                Answer::Category(category) => Some(category),
                _ => None,
            };
            assert_eq!(block.fault(category), None);
        }
    }
}

/// The scales at the lowest level with at least three items, and their items.
fn lowest_scales(instrument: &Instrument) -> Vec<BTreeSet<usize>> {
    let of = |idx: usize| BTreeSet::from_iter(instrument.scales()[idx].rule.item_indices());
    let counts = |idx: usize| {
        let scale = &instrument.scales()[idx];
        matches!(scale.rule, ScoreRule::Keyed { .. } | ScoreRule::Correct { .. })
            && !scale.ipsative
            && of(idx).len() > 2
    };
    let all: Vec<usize> = (0..instrument.scales().len()).filter(|&idx| counts(idx)).collect();
    let is_lowest = |&idx: &usize| !all.iter().any(|&other| of(other).is_subset(&of(idx)) && of(other) != of(idx));
    all.iter().copied().filter(is_lowest).map(of).collect()
}

#[test]
fn the_structure_tools_find_the_blueprint() {
    let mut checked = BTreeSet::new();
    for loaded in inventories() {
        let people = People::of(loaded);
        let instrument = people.loaded.instrument();
        let scales = lowest_scales(instrument);
        if scales.len() < 2 {
            continue;
        }
        let items: Vec<usize> = scales.iter().flatten().copied().collect();
        let value = |answers: &[Answer], item: usize| match answers[item] {
            Answer::Category(category) => f64::from(category),
            _ => panic!("{}: an answer is missing", instrument.id()),
        };
        let columns: Vec<Vec<f64>> =
            items.iter().map(|&item| people.answers.iter().map(|row| value(row, item)).collect()).collect();
        let r = DMatrix::from_fn(items.len(), items.len(), |i, j| {
            if i == j { 1.0 } else { correlation::pearson(&columns[i], &columns[j]).unwrap() }
        });
        let found = analyze_factors(&r, N, &FactorAnalysisConfig::minres_oblimin(scales.len())).unwrap();
        let loadings = &found.rotated.pattern;
        let largest = |row: usize| {
            (0..scales.len()).max_by(|&a, &b| loadings[(row, a)].abs().total_cmp(&loadings[(row, b)].abs())).unwrap()
        };
        let factor_of: BTreeMap<usize, usize> =
            items.iter().enumerate().map(|(row, &item)| (item, largest(row))).collect();
        let factors: Vec<BTreeSet<usize>> =
            scales.iter().map(|scale| scale.iter().map(|item| factor_of[item]).collect()).collect();
        for (scale, factors) in scales.iter().zip(&factors) {
            assert_eq!(factors.len(), 1, "{}: items {scale:?} load on {factors:?}", instrument.id());
        }
        let distinct: BTreeSet<_> = factors.iter().collect();
        assert_eq!(distinct.len(), scales.len(), "{}: scales share a factor", instrument.id());
        checked.insert(instrument.id().to_string());
    }
    println!("structure found: {checked:?}");
    let expected =
        ["interests-60", "motivations", "personality-120", "preferences-40", "soft-skills-self", "work-values-likert"];
    assert!(expected.iter().all(|id| checked.contains(*id)), "{checked:?}");
}
