//! Simulated respondents: answers that follow from known latent traits, for demonstrations and recovery tests.
//!
//! Model: each scale that counts items of its own has a latent trait, standard normal; traits correlate by
//! [`SimulationConfig::trait_correlation`] (one common factor). An item's latent response is the weighted mean of the
//! traits of its scales, turned by its keying, times the loading, plus a normal rest; it is cut into categories at the
//! normal quantiles that give the categories equal steps in z (a unimodal distribution around the middle). In a forced-choice block
//! the latent responses are compared (Thurstone's law of comparative judgment): the highest gets the highest code, which is the most or the
//! last rank, the lowest the lowest; a block is left out as a whole.

use std::collections::BTreeSet;

use rand::{Rng, RngExt as _};
use rand_distr::StandardNormal;

use crate::model::{Answer, ForcedBlock, Instrument, Item, Keying, Missing, ResponseKind, ScoreRule};

/// How strongly traits and answers hang together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimulationConfig {
    /// Standardized loading of an item on its trait, 0 to below 1.
    pub loading: f64,
    /// Correlation between any two traits, 0 to below 1.
    pub trait_correlation: f64,
    /// Share of answers left out at random, 0 to 1.
    pub missing_rate: f64,
}

/// A configuration that describes nobody.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what} {given} is outside 0 to {limit}")]
pub struct InvalidSimulation {
    /// Which value.
    pub what: &'static str,
    /// The value given.
    pub given: f64,
    /// The upper limit.
    pub limit: f64,
}

impl SimulationConfig {
    /// Loadings of .65 (reliable short scales), traits correlated .2, nothing missing.
    #[must_use]
    pub fn typical_inventory() -> Self {
        Self { loading: 0.65, trait_correlation: 0.2, missing_rate: 0.0 }
    }

    fn check(&self) -> Result<(), InvalidSimulation> {
        let limits = [
            ("loading", self.loading, 0.99),
            ("trait correlation", self.trait_correlation, 0.99),
            ("share of missing answers", self.missing_rate, 1.0),
        ];
        for (what, given, limit) in limits {
            if !(0.0..=limit).contains(&given) {
                return Err(InvalidSimulation { what, given, limit });
            }
        }
        Ok(())
    }
}

/// A simulated person.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedPerson {
    /// Latent trait of each scale, in SD units; composites have none of their own.
    pub traits: Vec<Option<f64>>,
    /// Answers, in the instrument's order.
    pub answers: Vec<Answer>,
}

/// Draws people for one instrument.
#[derive(Debug, Clone)]
pub struct Simulator<'a> {
    instrument: &'a Instrument,
    config: SimulationConfig,
    /// For each item, the scales that drive it: those with the fewest items (facets rather than their domain).
    drivers: Vec<Vec<(usize, f64)>>,
    /// For each scale that drives nothing, the scales whose items it shares.
    followers: Vec<Option<Vec<usize>>>,
}

impl<'a> Simulator<'a> {
    /// Prepares a simulator.
    ///
    /// # Errors
    /// [`InvalidSimulation`] for a configuration out of its limits.
    pub fn new(instrument: &'a Instrument, config: SimulationConfig) -> Result<Self, InvalidSimulation> {
        config.check()?;
        let drivers = drivers_of(instrument);
        let is_driver = |scale_idx: usize| drivers.iter().flatten().any(|(driver, _)| *driver == scale_idx);
        let followers = instrument
            .scales()
            .iter()
            .enumerate()
            .map(|(scale_idx, scale)| {
                if is_driver(scale_idx) || matches!(scale.rule, ScoreRule::Composite { .. }) {
                    return None;
                }
                let mut sources: Vec<usize> =
                    scale.rule.item_indices().iter().flat_map(|&item| drivers[item].iter().map(|(s, _)| *s)).collect();
                sources.sort_unstable();
                sources.dedup();
                Some(sources)
            })
            .collect();
        Ok(Self { instrument, config, drivers, followers })
    }

    /// Draws one person. The same generator state gives the same person.
    pub fn draw(&self, rng: &mut impl Rng) -> SimulatedPerson {
        let normal = |rng: &mut dyn FnMut() -> f64| rng();
        let mut next = || rng.sample::<f64, _>(StandardNormal);
        let shared = self.config.trait_correlation;
        let common = normal(&mut next);
        let n_scales = self.instrument.scales().len();
        let own: Vec<f64> =
            (0..n_scales).map(|_| shared.sqrt() * common + (1.0 - shared).sqrt() * normal(&mut next)).collect();
        let loading = self.config.loading;
        let latent: Vec<f64> = self
            .drivers
            .iter()
            .map(|drivers| {
                let signal: f64 = drivers.iter().map(|&(scale, direction)| own[scale] * direction).sum();
                let size = (drivers.len().max(1) as f64).sqrt();
                loading * signal / size + (1.0 - loading * loading).sqrt() * normal(&mut next)
            })
            .collect();
        let mut answers: Vec<Answer> = Vec::with_capacity(latent.len());
        let mut blocks = self.instrument.forced_blocks().iter().peekable();
        while let Some(item) = self.instrument.items().get(answers.len()) {
            let at = answers.len();
            let is_missing = rng.random::<f64>() < self.config.missing_rate;
            match blocks.next_if(|block| block.items().start == at) {
                Some(block) if is_missing => answers.resize(block.items().end, Answer::Missing(Missing::Skipped)),
                Some(block) => answers.extend(compared(block, &latent)),
                None if is_missing => answers.push(Answer::Missing(Missing::Skipped)),
                None => answers.push(answer_alone(item, latent[at])),
            }
        }
        let traits = (0..n_scales)
            .map(|scale_idx| match &self.followers[scale_idx] {
                Some(sources) => Some(sources.iter().map(|&s| own[s]).sum::<f64>() / sources.len().max(1) as f64),
                None => {
                    let composite = matches!(self.instrument.scales()[scale_idx].rule, ScoreRule::Composite { .. });
                    (!composite).then_some(own[scale_idx])
                }
            })
            .collect();
        SimulatedPerson { traits, answers }
    }
}

/// The answer to an item that stands alone.
fn answer_alone(item: &Item, latent: f64) -> Answer {
    let (lowest, highest) = (item.responses.lowest(), item.responses.highest());
    match item.responses.kind() {
        ResponseKind::Text => Answer::Missing(Missing::Skipped),
        ResponseKind::Slider | ResponseKind::Numeric => {
            // The middle half of the range is within one SD.
            let share = (0.5 + latent / 4.0).clamp(0.0, 1.0);
            Answer::Number(lowest + share * (highest - lowest))
        }
        _ => Answer::Category(category_of(latent, item.responses.n_categories())),
    }
}

/// The answers to a block: its items in the order of their latent responses.
fn compared(block: &ForcedBlock, latent: &[f64]) -> Vec<Answer> {
    let values = &latent[block.items()];
    let n_below = |value: &f64| values.iter().filter(|other| *other < value).count();
    let category = |n_below: usize| match (block.is_ranked(), n_below) {
        (true, n_below) => n_below as u8,
        (false, 0) => 0,
        (false, n_below) => 1 + u8::from(n_below + 1 == values.len()),
    };
    values.iter().map(|value| Answer::Category(category(n_below(value)))).collect()
}

/// Cuts a standard normal latent response into categories, with steps of equal size over ±1.6 SD.
fn category_of(latent: f64, n_categories: u8) -> u8 {
    let n = f64::from(n_categories);
    let step = 3.2 / n;
    let category = ((latent + 1.6) / step).floor();
    category.clamp(0.0, n - 1.0) as u8
}

fn drivers_of(instrument: &Instrument) -> Vec<Vec<(usize, f64)>> {
    let mut drivers: Vec<Vec<(usize, f64)>> = vec![Vec::new(); instrument.items().len()];
    let mut fewest = vec![usize::MAX; instrument.items().len()];
    let mut known = BTreeSet::new();
    for (scale_idx, scale) in instrument.scales().iter().enumerate() {
        let directions: Vec<(usize, f64)> = match &scale.rule {
            ScoreRule::Keyed { items, .. } | ScoreRule::Centered { items } => items
                .iter()
                .map(|keyed| (keyed.item_idx, if keyed.keying == Keying::Forward { 1.0 } else { -1.0 }))
                .collect(),
            ScoreRule::Correct { items } => items.iter().map(|(item_idx, _)| (*item_idx, 1.0)).collect(),
            ScoreRule::Composite { .. } => Vec::new(),
        };
        // Two scores of the same items, such as one on its own and one within the person, are of one trait: the first one's.
        if !known.insert(scale.rule.item_indices().into_iter().collect::<BTreeSet<usize>>()) {
            continue;
        }
        for &(item_idx, direction) in &directions {
            match directions.len().cmp(&fewest[item_idx]) {
                std::cmp::Ordering::Less => {
                    fewest[item_idx] = directions.len();
                    drivers[item_idx] = vec![(scale_idx, direction)];
                }
                std::cmp::Ordering::Equal => drivers[item_idx].push((scale_idx, direction)),
                std::cmp::Ordering::Greater => {}
            }
        }
    }
    drivers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, MissingPolicy, ResponseMatrix, ResponseScale, Rounding,
        Scale, ScaleId, Statistic,
    };
    use crate::scoring::score_matrix;
    use crate::stats::correlation;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    fn two_scales() -> Instrument {
        let likert = ResponseScale::likert(1, 5).unwrap();
        let scale = |id: &str, from: usize| Scale {
            id: ScaleId::new(id).unwrap(),
            rule: ScoreRule::Keyed {
                items: (from..from + 10)
                    .map(|item_idx| KeyedItem {
                        item_idx,
                        keying: if item_idx % 2 == 0 { Keying::Forward } else { Keying::Reverse },
                        weight: 1.0,
                    })
                    .collect(),
                statistic: Statistic::Sum,
            },
            missing: MissingPolicy::Prorate { min_answered: 5 },
            rounding: Rounding::None,
            ipsative: false,
        };
        Instrument::new(InstrumentParts {
            id: InstrumentId::new("t").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: (0..20).map(|i| Item { id: ItemId::new(format!("i{i}")).unwrap(), responses: likert }).collect(),
            scales: vec![scale("A", 0), scale("B", 10)],
        })
        .unwrap()
    }

    #[test]
    fn scores_recover_the_traits() {
        let instrument = two_scales();
        let simulator = Simulator::new(&instrument, SimulationConfig::typical_inventory()).unwrap();
        let mut rng = ChaCha12Rng::seed_from_u64(7);
        let (mut traits, mut answers) = (Vec::new(), Vec::new());
        for _ in 0..2000 {
            let person = simulator.draw(&mut rng);
            traits.push(person.traits[0].unwrap());
            answers.extend(person.answers);
        }
        let table = score_matrix(&instrument, &ResponseMatrix::from_rows(&instrument, &answers).unwrap());
        let scores: Vec<f64> = (0..2000).map(|row| table.respondent(row)[0].raw.unwrap().value).collect();
        // Ten items with loadings .65: reliability 10·.4225/(1 + 9·.4225) = .88, r = .938; cutting into five
        // categories takes a few hundredths away, sampling error with n = 2000 is below .005.
        let r = correlation::pearson(&traits, &scores).unwrap();
        assert!((0.90..0.95).contains(&r), "r = {r}");
    }

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let instrument = two_scales();
        let config = SimulationConfig { missing_rate: 0.2, ..SimulationConfig::typical_inventory() };
        let simulator = Simulator::new(&instrument, config).unwrap();
        let draw = |seed| simulator.draw(&mut ChaCha12Rng::seed_from_u64(seed));
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn impossible_configurations_are_refused() {
        let instrument = two_scales();
        for config in [
            SimulationConfig { loading: 1.0, ..SimulationConfig::typical_inventory() },
            SimulationConfig { missing_rate: f64::NAN, ..SimulationConfig::typical_inventory() },
            SimulationConfig { trait_correlation: -0.1, ..SimulationConfig::typical_inventory() },
        ] {
            assert!(Simulator::new(&instrument, config).is_err());
        }
    }
}
