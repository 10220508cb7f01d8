//! `bilan analyze reliability`: how sure the scores of the scales are.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use engine::factor::ExtractionMethod;
use engine::model::{ScaleId, StratumId};
use engine::reliability::alpha::stratified_alpha;
use engine::reliability::omega::{hierarchical_omega, one_factor_omega};
use engine::reliability::{
    HalfScores, IntraclassCorrelations, IntraclassForm, ItemCovariances, Retest, SplitCoverage, SplitSearch,
    Study as Coefficients, VaryingItems,
};
use engine::scoring::{ScoreTable, score_matrix};
use engine::stats::{MissingPairs, descriptive};
use instruments::{Coefficient, ReliabilityEstimate, write_reliability};
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use super::material::{Material, folder_to_write, hand_over, missing_pairs, pick_table, read_all};
use super::named::{no_coefficients, with_items};
use crate::args::analyze::ReliabilityArgs;
use crate::input::open;
use crate::output::message;
use crate::plot::refuse;
use crate::study::{Cell, Study, StudyTable};

/// Below so many people a note says that they are few.
const FEW_PEOPLE: usize = 30;
/// Fewest people of one group of neighboring scores, for the standard error at that score.
const PEOPLE_A_SCORE_GROUP: usize = 30;

/// The most split halves that are drawn: minutes, for a long scale.
const MOST_SPLITS: usize = 10_000_000;

/// Runs the study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &ReliabilityArgs) -> anyhow::Result<()> {
    if !(args.level > 0.0 && args.level < 1.0) {
        bail!("--level {}: a level is above 0 and below 1, such as 0.95", args.level);
    }
    if args.group_factors < 3 {
        bail!("--group-factors {}: hierarchical omega needs at least 3", args.group_factors);
    }
    if args.splits > MOST_SPLITS {
        bail!("--splits {}: at most {MOST_SPLITS} can be drawn", args.splits);
    }
    refuse(args.study.plot.as_deref(), "`bilan analyze items --plot` draws alpha without each item")?;
    let folder = args.write.then(|| folder_to_write(&args.study)).transpose()?;
    let material = Material::read(&args.study, &[])?;
    let mut study = material.study("reliability");
    study.setting("missing answers", format!("{:?}", args.pairs).to_lowercase());
    study.setting("level", args.level);
    let raw = score_matrix(material.instrument.instrument(), &material.everybody.matrix);
    let mut tables = Tables::new();
    let mut found = Vec::new();
    let bar = material.progress("scales", material.scales.len() as u64);
    for &scale_idx in &material.scales {
        bar.inc(1);
        let outcome = of_scale(args, &material, &raw, scale_idx, &mut tables, &mut study);
        if let Some(estimates) = outcome {
            found.extend(estimates);
        }
    }
    bar.finish_and_clear();
    if tables.coefficients.rows.is_empty() {
        bail!("no scale with items to study: {}", study.notes.join("; "));
    }
    let mut retest = retest_table();
    if let Some(path) = &args.retest {
        found.extend(retest_of(args, &material, path, &mut retest, &mut study)?);
    }
    for table in [tables.coefficients, tables.omega, tables.halves, tables.errors, retest] {
        study.add(table);
    }
    pick_table(&mut study, &args.study)?;
    if let Some(folder) = folder {
        write(args, folder, &material, &found)?;
    }
    hand_over(study, &args.study)
}

struct Tables {
    coefficients: StudyTable,
    omega: StudyTable,
    halves: StudyTable,
    errors: StudyTable,
}

impl Tables {
    fn new() -> Self {
        Self {
            coefficients: StudyTable::new(
                "coefficients",
                "Internal consistency",
                &[
                    "scale",
                    "items",
                    "n",
                    "alpha",
                    "alpha_lower",
                    "alpha_upper",
                    "alpha_std",
                    "alpha_strat",
                    "average_r",
                    "omega_total",
                    "omega_h",
                    "omega_1",
                    "lambda1",
                    "lambda2",
                    "lambda5",
                    "lambda6",
                    "mean",
                    "sd",
                    "sem",
                ],
            ),
            omega: StudyTable::new(
                "omega",
                "Hierarchical omega: general and group factors (Schmid-Leiman)",
                &["scale", "item", "general", "group", "group_loading", "communality"],
            ),
            halves: StudyTable::new(
                "halves",
                "Split halves (lambda 4)",
                &[
                    "scale",
                    "odd_even_r",
                    "spearman_brown",
                    "odd_even_lambda4",
                    "highest",
                    "mean",
                    "lowest",
                    "splits",
                    "all",
                ],
            ),
            errors: StudyTable::new(
                "errors",
                "Standard error of measurement along the sum score (Thorndike, odd and even items)",
                &["scale", "from", "to", "mean_score", "n", "sem"],
            ),
        }
    }
}

/// Fills the tables for one scale; returns what could be written into reliability.csv.
fn of_scale(
    args: &ReliabilityArgs,
    material: &Material,
    raw: &ScoreTable,
    scale_idx: usize,
    tables: &mut Tables,
    study: &mut Study,
) -> Option<Vec<Found>> {
    let id = material.scale_id(scale_idx);
    let scores = match material.item_scores(scale_idx) {
        Ok(scores) => scores,
        Err(error) => {
            study.note(error.to_string());
            return None;
        }
    };
    let names = material.item_ids(scale_idx);
    let mut note = |text: String| study.note(format!("scale {id}: {text}"));
    let missing = missing_pairs(args.pairs);
    let search = SplitSearch { n_random: args.splits, ..SplitSearch::up_to_16_items() };
    let mut rng = ChaCha12Rng::seed_from_u64(args.seed);
    let varying = match ItemCovariances::of_varying(&scores, missing) {
        Ok(varying) => varying,
        Err(error) => {
            note(no_coefficients(&error, &names));
            return None;
        }
    };
    let coefficients = Coefficients::of_items(&varying, scores.n_respondents(), missing, search, &mut rng);
    let aside: Vec<&str> =
        coefficients.set_aside.iter().filter_map(|aside| names.get(aside.item_idx).copied()).collect();
    if !aside.is_empty() {
        note(format!("without spread or answers, and in no coefficient: {}", aside.join(", ")));
    }
    let alpha = &coefficients.alpha;
    if alpha.alpha < 0.0 {
        note("alpha is below 0: items run against each other; look at the key".to_owned());
    }
    let standardized = varying.covariances.standardized().ok();
    let one_factor = one_factor_omega(varying.covariances.matrix(), ExtractionMethod::MaximumLikelihood);
    if let Ok(omega) = &one_factor
        && !omega.convergence.converged
    {
        note("omega of one factor did not converge".to_owned());
    }
    let hierarchical = standardized.as_ref().map(|items| hierarchical_omega(items.matrix(), args.group_factors));
    let hierarchical = match hierarchical {
        Some(Ok(omega)) => {
            if !omega.convergence.converged {
                note("hierarchical omega did not converge".to_owned());
            }
            if !omega.negative_items.is_empty() {
                let named: Vec<&str> = omega
                    .negative_items
                    .iter()
                    .filter_map(|&idx| names.get(*varying.item_indices.get(idx)?).copied())
                    .collect();
                note(format!("negative loading on the general factor: {}; look at the key", named.join(", ")));
            }
            if !omega.heywood_items.is_empty() || !omega.heywood_factors.is_empty() {
                note("hierarchical omega: a unique variance at its bound (Heywood case); read it with care".to_owned());
            }
            Some(omega)
        }
        Some(Err(error)) => {
            let varying: Vec<&str> =
                varying.item_indices.iter().map(|&idx| names.get(idx).copied().unwrap_or_default()).collect();
            note(format!("no hierarchical omega: {}", with_items(&error, &varying)));
            None
        }
        None => None,
    };
    let raw = raw_scores_of_complete(raw, scale_idx);
    let (mean, sd) = (descriptive::mean(&raw), descriptive::standard_deviation(&raw));
    let sem = sd.filter(|_| (0.0..=1.0).contains(&alpha.alpha)).map(|sd| sd * (1.0 - alpha.alpha).sqrt());
    let interval = alpha.feldt_interval(args.level);
    let guttman = &coefficients.guttman;
    if alpha.n_respondents < FEW_PEOPLE {
        study.note(format!(
            "scale {id}: {} people are few; coefficients from so few vary widely from sample to sample",
            alpha.n_respondents
        ));
    }
    if missing == MissingPairs::Pairwise && scores.n_missing() > 0 {
        study.note(format!(
            "scale {id}: alpha and the other coefficients rest on pairs of items (n is the smallest number of people behind a pair); mean, SD and SEM on the {} people who answered all items",
            raw.len()
        ));
    }
    tables.coefficients.push(vec![
        Cell::text(id),
        Cell::count(alpha.n_items),
        Cell::count(alpha.n_respondents),
        Cell::number(alpha.alpha),
        Cell::number(interval.map(|(lower, _)| lower)),
        Cell::number(interval.map(|(_, upper)| upper)),
        Cell::number(alpha.standardized_alpha),
        Cell::number(alpha_over_facets(material, scale_idx, &varying)),
        Cell::number(alpha.average_r),
        Cell::number(hierarchical.as_ref().map(|omega| omega.omega_total)),
        Cell::number(hierarchical.as_ref().map(|omega| omega.omega_hierarchical)),
        Cell::number(one_factor.as_ref().ok().map(|omega| omega.omega)),
        Cell::number(guttman.lambda1),
        Cell::number(guttman.lambda2),
        Cell::number(guttman.lambda5),
        Cell::number(guttman.lambda6),
        Cell::with_decimals(mean, 2),
        Cell::with_decimals(sd, 2),
        Cell::with_decimals(sem, 2),
    ]);
    let (odd_even, splits) = (&coefficients.odd_even, &coefficients.splits);
    tables.halves.push(vec![
        Cell::text(id),
        Cell::number(odd_even.correlation),
        Cell::number(odd_even.spearman_brown),
        Cell::number(odd_even.guttman_flanagan),
        Cell::number(splits.as_ref().map(|splits| splits.highest)),
        Cell::number(splits.as_ref().map(|splits| splits.mean)),
        Cell::number(splits.as_ref().map(|splits| splits.lowest)),
        splits.as_ref().map_or(Cell::Empty, |splits| Cell::count(splits.n_splits)),
        splits.as_ref().map_or(Cell::Empty, |splits| Cell::Flag(splits.coverage == SplitCoverage::Exhaustive)),
    ]);
    if let Some(omega) = &hierarchical {
        for (row, &item_idx) in varying.item_indices.iter().enumerate() {
            let group = omega.group_loadings.row(row);
            let largest = (0..group.len()).max_by(|&a, &b| group[a].abs().total_cmp(&group[b].abs()));
            tables.omega.push(vec![
                Cell::text(id),
                Cell::text(names.get(item_idx).copied().unwrap_or_default()),
                Cell::number(omega.general_loadings[row]),
                largest.map_or(Cell::Empty, |factor| Cell::count(factor + 1)),
                Cell::number(largest.map(|factor| group[factor])),
                Cell::number(omega.communalities[row]),
            ]);
        }
    }
    if let Ok(groups) = HalfScores::odd_even(&scores).and_then(|halves| halves.by_group(PEOPLE_A_SCORE_GROUP)) {
        for group in groups {
            tables.errors.push(vec![
                Cell::text(id),
                Cell::with_decimals(group.lowest, 0),
                Cell::with_decimals(group.highest, 0),
                Cell::with_decimals(group.mean_score, 1),
                Cell::count(group.n),
                Cell::with_decimals(group.standard_error, 2),
            ]);
        }
    }
    let n = alpha.n_respondents;
    let found = |coefficient, value| Found { scale_idx, coefficient, value, sd, n };
    let mut list = vec![found(Coefficient::Alpha, alpha.alpha)];
    list.extend(hierarchical.map(|omega| found(Coefficient::OmegaTotal, omega.omega_total)));
    Some(list)
}

/// A coefficient that could be written into reliability.csv.
struct Found {
    scale_idx: usize,
    coefficient: Coefficient,
    value: f64,
    sd: Option<f64>,
    n: usize,
}

/// Stratified alpha of a scale that takes over the items of others, its facets; `None` for other scales, and where a facet has
/// fewer than two items that vary.
fn alpha_over_facets(material: &Material, scale_idx: usize, varying: &VaryingItems) -> Option<f64> {
    let scales = material.instrument.instrument().scales();
    let own = scales[scale_idx].rule.item_indices();
    let group = |facet_idx: &usize| {
        let items = scales[*facet_idx].rule.item_indices();
        let is_of_facet =
            |place: &usize| own.get(varying.item_indices[*place]).is_some_and(|item| items.contains(item));
        (0..varying.item_indices.len()).filter(is_of_facet).collect::<Vec<usize>>()
    };
    let groups: Vec<Vec<usize>> = material.instrument.facets(scale_idx)?.iter().map(group).collect();
    stratified_alpha(&varying.covariances, &groups).ok()
}

/// Raw scores of those who answered all items of a scale, as the instrument scores it.
fn raw_scores_of_complete(table: &ScoreTable, scale_idx: usize) -> Vec<f64> {
    let score = |row: usize| {
        let score = table.respondent(row).get(scale_idx)?;
        (score.answered == score.n_items).then_some(score.raw.as_ref().ok()?.value)
    };
    (0..table.n_respondents()).filter_map(score).collect()
}

fn retest_table() -> StudyTable {
    StudyTable::new(
        "retest",
        "Two administrations, raw scores of the same people",
        &[
            "scale",
            "n",
            "r",
            "lower",
            "upper",
            "icc_2_1",
            "icc_2_1_lower",
            "icc_2_1_upper",
            "icc_3_1",
            "mean_change",
            "sd_change",
            "sem",
        ],
    )
}

/// Compares with a second administration, person by person.
fn retest_of(
    args: &ReliabilityArgs,
    material: &Material,
    path: &Path,
    table: &mut StudyTable,
    study: &mut Study,
) -> anyhow::Result<Vec<Found>> {
    if args.study.input.columns.id.is_none() {
        bail!("--retest needs --id COLUMN, so that the two administrations of a person are found together");
    }
    let columns = args.study.input.columns.settings(&[])?;
    let second = read_all(&material.catalog, &material.instrument, &columns, open(path)?, args.study.quiet)?;
    let first_rows = rows_by_id(&material.everybody.ids).context("in the first administration")?;
    let second_rows = rows_by_id(&second.ids).context("in the second administration")?;
    let pairs: Vec<(usize, usize)> =
        first_rows.iter().filter_map(|(id, &row)| Some((row, *second_rows.get(id)?))).collect();
    study.note(format!(
        "retest: {} people in both administrations, {} only in the first, {} only in the second",
        pairs.len(),
        first_rows.len() - pairs.len(),
        second_rows.len() - pairs.len()
    ));
    let instrument = material.instrument.instrument();
    let (first, second) =
        (score_matrix(instrument, &material.everybody.matrix), score_matrix(instrument, &second.matrix));
    let mut found = Vec::new();
    for &scale_idx in &material.scales {
        let raw = |table: &ScoreTable, row: usize| {
            table.respondent(row).get(scale_idx).and_then(|score| Some(score.raw.as_ref().ok()?.value))
        };
        let both: (Vec<f64>, Vec<f64>) =
            pairs.iter().filter_map(|&(a, b)| Some((raw(&first, a)?, raw(&second, b)?))).unzip();
        let id = material.scale_id(scale_idx);
        let retest = match Retest::new(&both.0, &both.1) {
            Ok(retest) => retest,
            Err(error) => {
                study.note(format!("scale {id}: {error}"));
                continue;
            }
        };
        let intraclass = IntraclassCorrelations::of_two_dates(&both.0, &both.1).ok();
        let icc = |form| intraclass.as_ref().and_then(|found| found.estimate(form));
        let agreement =
            intraclass.as_ref().and_then(|found| found.interval(IntraclassForm::AgreementSingle, args.level));
        let limits = retest.correlation_interval(args.level);
        table.push(vec![
            Cell::text(id),
            Cell::count(retest.n()),
            Cell::number(retest.correlation()),
            Cell::number(limits.map(|(lower, _)| lower)),
            Cell::number(limits.map(|(_, upper)| upper)),
            Cell::number(icc(IntraclassForm::AgreementSingle)),
            Cell::number(agreement.map(|(lower, _)| lower)),
            Cell::number(agreement.map(|(_, upper)| upper)),
            Cell::number(icc(IntraclassForm::ConsistencySingle)),
            Cell::with_decimals(retest.mean_change(), 2),
            Cell::with_decimals(retest.sd_change(), 2),
            Cell::with_decimals(retest.standard_error_of_measurement(), 2),
        ]);
        let sd = descriptive::standard_deviation(&both.0);
        let (coefficient, value) = (Coefficient::Retest, retest.correlation());
        found.push(Found { scale_idx, coefficient, value, sd, n: retest.n() });
    }
    Ok(found)
}

fn rows_by_id(ids: &[String]) -> anyhow::Result<BTreeMap<&str, usize>> {
    let mut rows = BTreeMap::new();
    for (row, id) in ids.iter().enumerate() {
        if rows.insert(id.as_str(), row).is_some() {
            bail!("two rows have the identifier {id}; a person stands once in an administration");
        }
    }
    Ok(rows)
}

/// Writes coefficients into the instrument's reliability.csv.
fn write(args: &ReliabilityArgs, folder: &Path, material: &Material, found: &[Found]) -> anyhow::Result<()> {
    let (Some(group), Some(source)) = (&args.group, &args.source) else {
        bail!("--write needs --group and --source");
    };
    let stratum: Option<StratumId> = StratumId::new(group.as_str()).ok();
    let known = |id: &StratumId| {
        let norms = material.instrument.norms().iter();
        norms.flat_map(|norm| norm.group().strata()).any(|stratum| stratum.id() == id)
    };
    let stratum = stratum.filter(known);
    let mut estimates = Vec::new();
    for found in found {
        let usable = found.value > 0.0 && found.value < 1.0;
        let Some(sd) = found.sd.filter(|_| usable) else {
            let id: &ScaleId = &material.instrument.instrument().scales()[found.scale_idx].id;
            message(&format!(
                "scale {id}: {} {} is not written; a coefficient is above 0 and below 1",
                found.coefficient.word(),
                found.value
            ));
            continue;
        };
        estimates.push((
            found.scale_idx,
            ReliabilityEstimate {
                coefficient: found.coefficient,
                value: found.value,
                sd,
                n: u32::try_from(found.n).ok(),
                stratum: stratum.clone(),
                group: group.clone(),
                source: source.clone(),
            },
        ));
    }
    let path = write_reliability(folder, &material.instrument, &estimates)?;
    message(&format!("{} coefficients written into {}", estimates.len(), path.display()));
    Ok(())
}
