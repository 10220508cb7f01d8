//! Norms of weighted people: raked to the margins of a population, or with weights that stand in the file.

use std::collections::BTreeMap;

use engine::norms::raking::{
    Margin, RakedWeights, RakingCell, RakingConfig, WeightedScale, effective_sample_size, rake,
};
use engine::norms::{Dropped, NormDefinition, NormError, NormGroup, ScaleNorm, Stratum};

use super::{NormJob, RowCounts, integer_grid};
use crate::error::{Error, Result};
use crate::input::Source;

/// Where weights come from. With neither margins nor a column everyone weighs 1.
#[derive(Debug, Clone, Default)]
pub struct Weighting {
    /// Margins of the population; each variable is a column of the input.
    pub margins: Vec<Margin>,
    /// Column of weights above 0, from which raking starts.
    pub weight_column: Option<String>,
    /// Lowest and highest weight, as multiples of the mean weight.
    pub bounds: Option<(f64, f64)>,
}

/// A stratum of weighted people.
#[derive(Debug, Clone)]
pub struct WeightedStratum {
    /// Who is in it; n is the number of people with at least one complete scale.
    pub stratum: Stratum,
    /// The norms of all scales; `None` where too few people have a score.
    pub scales: Vec<Option<WeightedScale>>,
}

/// A norm of weighted people, and who is not in it.
#[derive(Debug, Clone)]
pub struct WeightedReport {
    /// The strata that are large enough.
    pub strata: Vec<WeightedStratum>,
    /// What was left out because it is too small.
    pub dropped: Vec<Dropped>,
    /// Rows read.
    pub counts: RowCounts,
    /// People in a stratum whose level of a margin is blank or not among its levels; they are in no norm.
    pub without_level: u64,
    /// People with a weight.
    pub n: u64,
    /// Kish's effective sample size.
    pub effective_n: f64,
    /// How raking went; `None` without margins.
    pub raked: Option<RakedWeights>,
}

impl NormJob<'_> {
    /// Reads all rows and builds the norm of weighted people. Counts are exact; weights come in only at the end, so that the result
    /// does not depend on the order of rows.
    ///
    /// # Errors
    /// What reading can meet; columns that are not there; weights that are none; margins that cannot be raked to.
    pub fn run_weighted(&self, source: Source, weighting: &Weighting) -> Result<WeightedReport> {
        let file = source.name.clone();
        let mut columns: Vec<(&str, &str)> =
            weighting.margins.iter().map(|margin| (margin.variable(), "the file of margins")).collect();
        columns.extend(weighting.weight_column.as_deref().map(|column| (column, "--weights")));
        let n_scales = self.instrument.scales().len();
        let mut cells: Vec<RakingCell> = Vec::new();
        let mut known: BTreeMap<(Vec<usize>, u64), usize> = BTreeMap::new();
        // By stratum and scale: how many people of which cell have which raw score (by its bits).
        let mut tallies: Vec<Vec<BTreeMap<(usize, u64), u64>>> =
            vec![vec![BTreeMap::new(); n_scales]; self.strata.len()];
        let mut people = vec![0_u64; self.strata.len()];
        let mut without_level = 0;
        let counts = self.each_person(source, &columns, |person| {
            let mut complete = person.complete().peekable();
            if complete.peek().is_none() {
                return Ok(());
            }
            let levels = weighting.margins.iter().zip(person.kept).map(|(margin, text)| margin.level_idx(text));
            let Some(levels) = levels.collect::<Option<Vec<usize>>>() else {
                without_level += 1;
                return Ok(());
            };
            let text = person.kept.get(weighting.margins.len()).map(String::as_str);
            let base_weight = text.map_or(Ok(1.0), |text| weight_of(text, &file, person.row))?;
            let cell_idx = *known.entry((levels.clone(), base_weight.to_bits())).or_insert_with(|| {
                cells.push(RakingCell { levels, base_weight, count: 0 });
                cells.len() - 1
            });
            cells[cell_idx].count += 1;
            people[person.stratum_idx] += 1;
            for (scale_idx, raw) in complete {
                *tallies[person.stratum_idx][scale_idx].entry((cell_idx, raw.to_bits())).or_default() += 1;
            }
            Ok(())
        })?;
        let config = RakingConfig { bounds: weighting.bounds, ..RakingConfig::free() };
        let raked = if weighting.margins.is_empty() {
            None
        } else {
            // In an order that does not depend on the rows.
            let order: Vec<usize> = known.values().copied().collect();
            let sorted: Vec<RakingCell> = order.iter().map(|&idx| cells[idx].clone()).collect();
            let raked =
                rake(&sorted, &weighting.margins, &config).map_err(|error| Error::Settings(error.to_string()))?;
            for (&idx, &weight) in order.iter().zip(&raked.weights) {
                cells[idx].base_weight = weight;
            }
            Some(raked)
        };
        let n = cells.iter().map(|cell| cell.count).sum();
        let effective_n = effective_sample_size(cells.iter().map(|cell| (cell.base_weight, cell.count))).unwrap_or(0.0);
        let (mut strata, mut dropped) = (Vec::new(), Vec::new());
        let min_n = u64::from(self.min_n.max(1));
        for ((stratum, &n), tallies) in self.strata.iter().zip(&people).zip(&tallies) {
            if n < min_n {
                dropped.push(Dropped::Stratum { stratum: stratum.id().clone(), n });
                continue;
            }
            let scales = tallies.iter().enumerate().map(|(scale_idx, tally)| {
                let n: u64 = tally.values().sum();
                if n < min_n {
                    dropped.push(Dropped::Scale { stratum: stratum.id().clone(), scale_idx, n });
                    return None;
                }
                let people = tally
                    .iter()
                    .map(|(&(cell_idx, raw), &count)| (f64::from_bits(raw), cells[cell_idx].base_weight, count));
                WeightedScale::new(&people.collect::<Vec<_>>())
            });
            let scales = scales.collect();
            let stratum = Stratum::new(stratum.id().clone(), stratum.sex(), *stratum.ages(), u32::try_from(n).ok());
            strata.push(WeightedStratum { stratum, scales });
        }
        Ok(WeightedReport { strata, dropped, counts, without_level, n, effective_n, raked })
    }

    /// A norm that scores people, from weighted strata. It covers the scales that every stratum covers.
    ///
    /// # Errors
    /// Every [`NormError`] at once.
    pub fn weighted_group(
        &self,
        report: &WeightedReport,
        definition: NormDefinition,
    ) -> std::result::Result<NormGroup, Vec<NormError>> {
        let covered =
            |idx: usize| report.strata.iter().all(|stratum| stratum.scales.get(idx).is_some_and(Option::is_some));
        let values = report.strata.iter().map(|stratum| {
            let scale = |(idx, scale): (usize, &Option<WeightedScale>)| {
                let scale = scale.as_ref().filter(|_| covered(idx))?;
                let grid = integer_grid(self.instrument, idx).into_iter().flat_map(|grid| grid.scores());
                let table = scale.table(grid);
                ScaleNorm::new(Some(scale.mean()), scale.sd(), u32::try_from(scale.n()).ok(), table).ok()
            };
            stratum.scales.iter().enumerate().map(scale).collect()
        });
        let strata = report.strata.iter().map(|stratum| stratum.stratum.clone()).collect();
        NormGroup::new(definition, strata, values.collect())
    }
}

fn weight_of(text: &str, file: &str, row: u64) -> Result<f64> {
    let weight = text.replace(',', ".").parse::<f64>().ok();
    weight
        .filter(|weight| weight.is_finite() && *weight > 0.0)
        .ok_or_else(|| Error::Settings(format!("{file}, row {row}: `{text}` is not a weight; give a number above 0")))
}
