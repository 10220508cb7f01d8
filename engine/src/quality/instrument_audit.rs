//! Audit of the key and of the columns of a whole instrument, gathered block by block while answers are read.

use crate::model::response::FIRST_MISSING_CODE as FIRST_MISSING;
use crate::model::{Instrument, Keying, ResponseMatrix, ScoreRule};
use crate::norms::NormGroup;
use crate::quality::identical_columns::{IdenticalColumns, IdenticalItems};
use crate::quality::key_audit::{KeyAudit, NoKeyAudit, audit_key};
use crate::quality::scale_sums::ScaleSums;

/// With fewer answers to an item, nothing is said about its spread.
pub const FEWEST_ANSWERS: u64 = 30;

/// What the audit of an instrument found. Sound data give no flagged item, no identical and no constant ones.
#[derive(Debug, Clone, PartialEq)]
pub struct InstrumentAudit {
    /// Number of rows looked at.
    pub n_rows: u64,
    /// The scales that were looked at, in the order of the instrument.
    pub scales: Vec<ScaleAudit>,
    /// Groups of items that everybody answered alike.
    pub identical: Vec<IdenticalItems>,
    /// Items (places in the instrument) to which all of at least [`FEWEST_ANSWERS`] people gave the same answer.
    pub no_spread: Vec<usize>,
}

/// The key audit of a scale of an instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleAudit {
    /// Place of the scale in the instrument.
    pub scale_idx: usize,
    /// For each item of the scale its place in the instrument; what [`KeyAudit`] says of item 0 is about the first of these.
    pub items: Vec<usize>,
    /// What was found.
    pub outcome: Result<KeyAudit, NoKeyAudit>,
}

/// The scales at the lowest level: made of two items or more, not ipsative, and not made up of smaller such scales.
///
/// A domain whose items are those of its facets is left out, since an item is compared with its own facet first. A scale that
/// has items beyond those of the smaller scales inside it stays, because nothing else would look at them.
#[must_use]
pub fn lowest_scales(instrument: &Instrument) -> Vec<usize> {
    let items_of = |scale_idx: usize| {
        let mut items = instrument.scales()[scale_idx].rule.item_indices();
        items.sort_unstable();
        items
    };
    let of_items: Vec<(usize, Vec<usize>)> = (0..instrument.scales().len())
        .filter(|&scale_idx| !instrument.scales()[scale_idx].ipsative)
        .map(|scale_idx| (scale_idx, items_of(scale_idx)))
        .filter(|(_, items)| items.len() >= 2)
        .collect();
    let is_inside = |inner: &[usize], outer: &[usize]| {
        inner.len() < outer.len() && inner.iter().all(|item| outer.binary_search(item).is_ok())
    };
    let is_lowest = |outer: &[usize]| {
        let inside = || of_items.iter().map(|(_, items)| items).filter(|inner| is_inside(inner, outer));
        !outer.iter().all(|item| inside().any(|inner| inner.binary_search(item).is_ok()))
    };
    of_items.iter().filter(|(_, items)| is_lowest(items)).map(|(scale_idx, _)| *scale_idx).collect()
}

/// Scales whose norm mean cannot be reached by any answers: stratum, scale, mean. A loaded norm has none, since reading refuses
/// it; this is for norms that come from elsewhere.
#[must_use]
pub fn impossible_norm_means(instrument: &Instrument, norm: &NormGroup) -> Vec<(usize, usize, f64)> {
    let mut found = Vec::new();
    for stratum_idx in 0..norm.strata().len() {
        for scale_idx in 0..instrument.scales().len() {
            let mean = norm.scale_norm(stratum_idx, scale_idx).and_then(|values| values.mean());
            let range = instrument.possible_range(scale_idx);
            if let (Some(mean), Some((lowest, highest))) = (mean, range)
                && !(lowest..=highest).contains(&mean)
            {
                found.push((stratum_idx, scale_idx, mean));
            }
        }
    }
    found
}

/// How the codes of an item count on the scale that is audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Forward,
    Reverse,
    /// 1 for this category, else 0.
    Correct(u8),
}

#[derive(Debug, Clone, PartialEq)]
struct Audited {
    scale_idx: usize,
    items: Vec<(usize, Counted)>,
    sums: ScaleSums,
}

/// Lowest and highest category of an item, and how many answered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spread {
    lowest: u8,
    highest: u8,
    n: u64,
}

/// Gathers what the audit needs, block by block; parts that were gathered apart are merged in any order.
///
/// A scale with an item answered by free numbers is not audited.
#[derive(Debug, Clone, PartialEq)]
pub struct InstrumentAuditor {
    n_rows: u64,
    scales: Vec<Audited>,
    /// Items answered in categories.
    items: Vec<usize>,
    spreads: Vec<Spread>,
    identical: IdenticalColumns,
    scratch: Scratch,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Scratch {
    incomplete: Vec<u8>,
    codes: Vec<u8>,
}

impl InstrumentAuditor {
    /// Nobody yet.
    #[must_use]
    pub fn new(instrument: &Instrument) -> Self {
        let is_categorical = |item_idx: &usize| instrument.items()[*item_idx].responses.n_categories() > 0;
        let scales = lowest_scales(instrument).into_iter().filter_map(|scale_idx| {
            let items: Vec<(usize, Counted)> = match &instrument.scales()[scale_idx].rule {
                ScoreRule::Keyed { items, .. } | ScoreRule::Centered { items } => {
                    items.iter().map(|keyed| (keyed.item_idx, counted(keyed.keying))).collect()
                }
                ScoreRule::Correct { items } => {
                    items.iter().map(|&(item_idx, correct)| (item_idx, Counted::Correct(correct))).collect()
                }
                ScoreRule::Composite { .. } => return None,
            };
            let sums = ScaleSums::new(items.len());
            items.iter().all(|(item_idx, _)| is_categorical(item_idx)).then_some(Audited { scale_idx, items, sums })
        });
        let items: Vec<usize> = (0..instrument.items().len()).filter(is_categorical).collect();
        let spreads = vec![Spread { lowest: u8::MAX, highest: 0, n: 0 }; items.len()];
        let identical = IdenticalColumns::new(items.clone());
        Self { n_rows: 0, scales: scales.collect(), items, spreads, identical, scratch: Scratch::default() }
    }

    /// Adds the first `n_rows` respondents of a matrix of the same instrument (all of them, if it has fewer).
    pub fn add(&mut self, matrix: &ResponseMatrix, n_rows: usize) {
        let n_rows = n_rows.min(matrix.n_respondents());
        let column = |item_idx: usize| &matrix.codes_of_item(item_idx)[..n_rows];
        self.n_rows += n_rows as u64;
        for (spread, &item_idx) in self.spreads.iter_mut().zip(&self.items) {
            spread.add(column(item_idx));
        }
        self.identical.add(&column);
        for scale in &mut self.scales {
            scale.add(&column, &mut self.scratch);
        }
    }

    /// Adds what was gathered elsewhere for the same instrument; the order does not matter.
    pub fn merge(&mut self, other: &Self) {
        self.n_rows += other.n_rows;
        self.scales.iter_mut().zip(&other.scales).for_each(|(scale, more)| scale.sums.merge(&more.sums));
        self.spreads.iter_mut().zip(&other.spreads).for_each(|(spread, more)| spread.merge(more));
        self.identical.merge(&other.identical);
    }

    /// What there is to say.
    #[must_use]
    pub fn finish(&self) -> InstrumentAudit {
        let scales = self.scales.iter().map(|scale| {
            let reversed: Vec<bool> = scale.items.iter().map(|(_, counted)| *counted == Counted::Reverse).collect();
            let items = scale.items.iter().map(|(item_idx, _)| *item_idx).collect();
            ScaleAudit { scale_idx: scale.scale_idx, items, outcome: audit_key(&scale.sums, &reversed) }
        });
        let flat = |(_, spread): &(&usize, &Spread)| spread.n >= FEWEST_ANSWERS && spread.lowest == spread.highest;
        let no_spread = self.items.iter().zip(&self.spreads).filter(flat).map(|(&item_idx, _)| item_idx).collect();
        InstrumentAudit { n_rows: self.n_rows, scales: scales.collect(), identical: self.identical.found(), no_spread }
    }
}

/// Audits the key and the columns of an instrument on all rows of a matrix.
#[must_use]
pub fn audit_instrument(instrument: &Instrument, matrix: &ResponseMatrix) -> InstrumentAudit {
    let mut auditor = InstrumentAuditor::new(instrument);
    auditor.add(matrix, matrix.n_respondents());
    auditor.finish()
}

fn counted(keying: Keying) -> Counted {
    match keying {
        Keying::Forward => Counted::Forward,
        Keying::Reverse => Counted::Reverse,
    }
}

impl Spread {
    fn add(&mut self, codes: &[u8]) {
        // Codes of missing are above all categories: they never lower the lowest, and count as 0 for the highest.
        let lowest = codes.iter().fold(self.lowest, |lowest, &code| lowest.min(code));
        let highest = codes.iter().fold(0, |high, &code| high.max(if code < FIRST_MISSING { code } else { 0 }));
        let n = codes.iter().filter(|&&code| code < FIRST_MISSING).count() as u64;
        if n > 0 {
            *self = Self { lowest, highest: self.highest.max(highest), n: self.n + n };
        }
    }

    fn merge(&mut self, other: &Self) {
        let (lowest, highest) = (self.lowest.min(other.lowest), self.highest.max(other.highest));
        *self = Self { lowest, highest, n: self.n + other.n };
    }
}

impl Audited {
    fn add<'m>(&mut self, column: &impl Fn(usize) -> &'m [u8], scratch: &mut Scratch) {
        let columns: Vec<&[u8]> = self.items.iter().map(|&(item_idx, _)| column(item_idx)).collect();
        let n_rows = columns.first().map_or(0, |codes| codes.len());
        let Scratch { incomplete, codes } = scratch;
        incomplete.clear();
        incomplete.resize(n_rows, 0);
        for column in &columns {
            incomplete.iter_mut().zip(*column).for_each(|(any, &code)| *any |= u8::from(code >= FIRST_MISSING));
        }
        let n_incomplete = incomplete.iter().map(|&any| u64::from(any)).sum::<u64>();
        let as_they_are = self.items.iter().all(|(_, counted)| !matches!(counted, Counted::Correct(_)));
        if n_incomplete == 0 && as_they_are {
            self.sums.add(&columns, n_rows as u64);
            return;
        }
        // Who left an item of the scale out counts nowhere on it: zeros add nothing.
        codes.clear();
        for (&(_, counted), column) in self.items.iter().zip(&columns) {
            let kept = column.iter().zip(incomplete.iter()).map(|(&code, &any)| match counted {
                Counted::Correct(correct) => u8::from(code == correct) & (1 - any),
                Counted::Forward | Counted::Reverse => code * (1 - any),
            });
            codes.extend(kept);
        }
        let kept: Vec<&[u8]> = codes.chunks_exact(n_rows.max(1)).collect();
        if kept.len() == columns.len() {
            self.sums.add(&kept, n_rows as u64 - n_incomplete);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Answer, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Missing, MissingPolicy, ResponseKind,
        ResponseScale, Rounding, Scale, ScaleId, Statistic,
    };

    fn scale(id: &str, rule: ScoreRule) -> Scale {
        let (missing, rounding) = (MissingPolicy::Reject, Rounding::None);
        Scale { id: ScaleId::new(id).unwrap(), rule, missing, rounding, ipsative: false }
    }

    fn keyed(items: &[usize], reversed: &[usize]) -> ScoreRule {
        let keying = |item: &usize| if reversed.contains(item) { Keying::Reverse } else { Keying::Forward };
        let items = items.iter().map(|item| KeyedItem { item_idx: *item, keying: keying(item), weight: 1.0 });
        ScoreRule::Keyed { items: items.collect(), statistic: Statistic::Sum }
    }

    /// Items 0–3 and 4–7 are two facets of a domain, 8–10 are right or wrong (option 2 is right).
    fn instrument(reversed: &[usize]) -> Instrument {
        let item = |(idx, responses)| Item { id: ItemId::new(format!("i{idx}")).unwrap(), responses };
        let likert = std::iter::repeat_n(ResponseScale::likert(1, 5).unwrap(), 8);
        let choice = std::iter::repeat_n(ResponseScale::new(ResponseKind::Choice, 1.0, 4.0).unwrap(), 3);
        Instrument::new(InstrumentParts {
            id: InstrumentId::new("test").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: likert.chain(choice).enumerate().map(item).collect(),
            scales: vec![
                scale("D", keyed(&[0, 1, 2, 3, 4, 5, 6, 7], reversed)),
                scale("D1", keyed(&[0, 1, 2, 3], reversed)),
                scale("D2", keyed(&[4, 5, 6, 7], reversed)),
                scale("K", ScoreRule::Correct { items: vec![(8, 2), (9, 2), (10, 2)] }),
                scale("all", ScoreRule::Composite { components: vec![(0, 1.0), (3, 1.0)] }),
            ],
        })
        .unwrap()
    }

    /// People with traits that run through 0–4 in different rhythms; items 1 and 6 turned, the wrong answers spread.
    fn people(n: usize) -> Vec<Vec<Answer>> {
        let person = |idx: usize| {
            let jitter = |item: usize| i32::from((idx * 7 + item * 13).is_multiple_of(5));
            let trait_of = |item: usize| if item < 4 { idx % 5 } else { (idx / 5) % 5 } as i32;
            let graded = (0..8).map(|item| {
                let level = (trait_of(item) + jitter(item)).clamp(0, 4);
                Answer::Category(u8::try_from(if item == 1 || item == 6 { 4 - level } else { level }).unwrap())
            });
            let right = (idx / 25).is_multiple_of(2);
            let options =
                (8..11).map(|item| Answer::Category(if right || jitter(item) == 1 { 2 } else { idx as u8 % 2 }));
            graded.chain(options).collect()
        };
        (0..n).map(person).collect()
    }

    fn matrix(instrument: &Instrument, people: &[Vec<Answer>]) -> ResponseMatrix {
        ResponseMatrix::from_rows(instrument, &people.concat()).unwrap()
    }

    fn flagged(audit: &InstrumentAudit) -> Vec<usize> {
        let of_scale = |scale: &ScaleAudit| {
            let found = scale.outcome.as_ref().unwrap().flagged.clone();
            found.iter().map(|item| scale.items[item.item]).collect::<Vec<_>>()
        };
        audit.scales.iter().flat_map(of_scale).collect()
    }

    #[test]
    fn only_the_lowest_scales_are_audited() {
        assert_eq!(lowest_scales(&instrument(&[1, 6])), [1, 2, 3]);
    }

    #[test]
    fn a_scale_with_items_of_its_own_stays() {
        let parts = InstrumentParts {
            id: InstrumentId::new("test").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: instrument(&[]).items()[..4].to_vec(),
            scales: vec![
                scale("A", keyed(&[0, 1, 2, 3], &[])),
                scale("B", keyed(&[0, 1], &[])),
                scale("C", keyed(&[3], &[])),
            ],
        };
        assert_eq!(lowest_scales(&Instrument::new(parts).unwrap()), [0, 1]);
    }

    #[test]
    fn the_right_key_gives_nothing_and_a_wrong_one_is_named() {
        let right = instrument(&[1, 6]);
        let audit = audit_instrument(&right, &matrix(&right, &people(250)));
        assert_eq!((flagged(&audit), audit.identical.len(), audit.no_spread.len()), (vec![], 0, 0));
        assert_eq!(audit.scales[2].outcome.as_ref().unwrap().n, 250);
        let wrong = instrument(&[1, 2]);
        assert_eq!(flagged(&audit_instrument(&wrong, &matrix(&wrong, &people(250)))), [2, 6]);
    }

    #[test]
    fn the_audit_does_not_depend_on_the_blocks() {
        let instrument = instrument(&[1]);
        let mut people = people(300);
        for (idx, person) in people.iter_mut().enumerate().filter(|(idx, _)| idx % 11 == 3) {
            person[idx % 11] = Answer::Missing(Missing::Declined);
        }
        let whole = audit_instrument(&instrument, &matrix(&instrument, &people));
        assert_eq!(whole.scales[0].outcome.as_ref().unwrap().n, 300 - 27);
        for size in [1, 7, 64, 299] {
            let parts = people.chunks(size).rev().map(|part| {
                let mut auditor = InstrumentAuditor::new(&instrument);
                auditor.add(&matrix(&instrument, part), usize::MAX);
                auditor
            });
            let mut merged = InstrumentAuditor::new(&instrument);
            parts.for_each(|part| merged.merge(&part));
            assert_eq!(merged.finish(), whole, "parts of {size}");
        }
    }

    #[test]
    fn rows_past_the_end_are_padding() {
        let instrument = instrument(&[1, 6]);
        let people = people(200);
        let mut auditor = InstrumentAuditor::new(&instrument);
        auditor.add(&matrix(&instrument, &people), 120);
        assert_eq!(auditor.finish(), audit_instrument(&instrument, &matrix(&instrument, &people[..120])));
    }

    #[test]
    fn copied_and_constant_columns_are_named() {
        let instrument = instrument(&[1, 6]);
        let mut people = people(200);
        for person in &mut people {
            (person[3], person[5]) = (person[0], Answer::Category(2));
        }
        let audit = audit_instrument(&instrument, &matrix(&instrument, &people));
        assert_eq!(audit.no_spread, [5]);
        assert_eq!(audit.identical.iter().map(|group| group.items.clone()).collect::<Vec<_>>(), [vec![0, 3]]);
        assert_eq!(audit.identical[0].n, 200);
        // Too few people: nothing is said.
        let few = audit_instrument(&instrument, &matrix(&instrument, &people[..29]));
        assert_eq!((few.no_spread.len(), few.identical.len()), (0, 0));
        assert!(few.scales.iter().all(|scale| scale.outcome.is_err()));
    }

    #[test]
    fn nobody_gives_an_audit_that_says_so() {
        let instrument = instrument(&[]);
        let audit = InstrumentAuditor::new(&instrument).finish();
        assert_eq!((audit.n_rows, audit.scales.len()), (0, 3));
        assert!(audit.scales.iter().all(|scale| scale.outcome.is_err()));
    }
}
