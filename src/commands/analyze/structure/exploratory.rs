//! How many factors are above chance, and which items load on which.

use std::path::Path;

use anyhow::{Context as _, bail};
use engine::factor::{
    Caution, ExtractionConfig, FactorAnalysis, FactorAnalysisConfig, ParallelAnalysis, ParallelConfig, RotationConfig,
    analyze_factors, map_test, parallel_analysis, parallel_analysis_permuted,
};
use engine::stats::matrix::{CorrelationMethod, PolychoricConfig, correlation_matrix};
use engine::stats::smoothing::{SmoothingConfig, SmoothingOutcome, smooth};
use engine::stats::{ItemScores, MissingPairs};
use reports::chart::study::loadings::{LoadingRow, Loadings};
use reports::chart::study::scree::Scree;
use reports::chart::study::{Frame, loadings, scree};

use super::Items;
use crate::args::analyze::{CorrelationArg, ExtractionArg, RotationArg, StructureArgs};
use crate::commands::analyze::material::Material;
use crate::plot::{language, place_of, write_chart};
use crate::study::{Cell, Study, StudyTable};

/// What the charts show.
pub struct Charts {
    parallel: ParallelAnalysis,
    factors: Option<FactorAnalysis>,
}

/// An eigenvalue below this is zero but for rounding.
const ALMOST_ZERO: f64 = 1e-8;

/// Fewest respondents that a structure is looked for in.
const FEWEST: usize = 3;

/// Adds the exploratory tables; returns what the charts show.
///
/// # Errors
/// When there are no correlations to start from.
pub fn add(study: &mut Study, items: &Items, material: &Material, args: &StructureArgs) -> anyhow::Result<Charts> {
    let method = match args.correlation {
        CorrelationArg::Pearson => CorrelationMethod::Pearson,
        CorrelationArg::Spearman => CorrelationMethod::Spearman,
        CorrelationArg::Polychoric => CorrelationMethod::Polychoric(PolychoricConfig::plain()),
    };
    study.setting("correlations", format!("{:?}", args.correlation).to_lowercase());
    let found = correlation_matrix(&items.scores, &method, MissingPairs::Pairwise)
        .map_err(|error| anyhow::anyhow!("{}", items.words(&error.to_string())))?;
    let n = found.n_smallest;
    if n < FEWEST {
        bail!("some pair of items was answered by {n} respondents only; at least {FEWEST} are needed");
    }
    if items.scores.n_missing() > 0 {
        study.note(format!(
            "missing answers: each correlation is over those who answered both items; {n} people are behind the weakest one, and count as the number of respondents"
        ));
    }
    let flagged: Vec<String> =
        found.flagged().map(|pair| format!("{} and {}", items.name(pair.first), items.name(pair.second))).collect();
    if !flagged.is_empty() {
        let shown: Vec<&str> = flagged.iter().take(5).map(String::as_str).collect();
        study.note(format!(
            "{} correlations are at the border of their range or were not found: {}{}",
            flagged.len(),
            shown.join("; "),
            if flagged.len() > 5 { " …" } else { "" }
        ));
    }
    let smoothed = smooth(&found.matrix, &SmoothingConfig::eigenvalues())
        .map_err(|error| anyhow::anyhow!("the correlations cannot be used: {error}"))?;
    if smoothed.outcome != SmoothingOutcome::Unchanged {
        study.note(if smoothed.smallest_before.abs() < ALMOST_ZERO {
            "some items follow from others, as where an item stands twice or people are fewer than items; the correlations were smoothed a little"
                .to_owned()
        } else {
            format!(
                "the correlations contradict each other (smallest eigenvalue {:.2e}) and were smoothed; the largest change is {:.2e}",
                smoothed.smallest_before, smoothed.largest_change
            )
        });
    }
    let is_smoothed = smoothed.outcome != SmoothingOutcome::Unchanged;
    if is_smoothed {
        study.note("chi-squared, RMSEA, TLI, CFI, BIC and Bartlett's test are not given: they have no meaning for smoothed correlations");
    } else if args.correlation != CorrelationArg::Pearson {
        study.note("exploratory chi-squared, RMSEA, TLI, CFI, BIC and Bartlett's test are made for Pearson correlations of normal data; with others they describe, they do not test");
    }
    let matrix = smoothed.matrix;
    study.setting("draws", args.draws);
    study.setting("seed", args.seed);
    let bar = material.progress("random data sets", args.draws as u64);
    let config = ParallelConfig { n_draws: args.draws, ..ParallelConfig::percentile_95(args.seed) };
    let told = |done: usize| bar.set_position(done as u64);
    let parallel = if args.correlation == CorrelationArg::Polychoric {
        let correlate =
            |scores: &ItemScores| correlation_matrix(scores, &method, MissingPairs::Pairwise).map(|c| c.matrix);
        parallel_analysis_permuted(&matrix, &items.scores, correlate, &config, &told)
    } else {
        parallel_analysis(&matrix, n, &config, &told)
    };
    bar.finish_and_clear();
    let parallel =
        parallel.map_err(|error| anyhow::anyhow!("no parallel analysis: {}", items.words(&error.to_string())))?;
    let mut number = StudyTable::new("number", "Number of factors", &["rule", "factors"]);
    number.push(vec![Cell::text("parallel analysis, components"), Cell::count(parallel.components.n_above_quantile)]);
    if let Some(factors) = &parallel.factors {
        number.push(vec![Cell::text("parallel analysis, factors"), Cell::count(factors.n_above_quantile)]);
    }
    match map_test(&matrix) {
        Ok(map) => {
            number.push(vec![Cell::text("MAP, squared partial correlations"), Cell::count(map.n_components_squared)]);
            number.push(vec![Cell::text("MAP, fourth powers"), Cell::count(map.n_components_fourth)]);
        }
        Err(error) => study.note(format!("no MAP test: {}", items.words(&error.to_string()))),
    }
    number.push(vec![Cell::text("declared scales"), Cell::count(items.factors.len())]);
    // Parallel analysis finds ever smaller factors in ever larger samples; what the instrument claims is what is looked at first.
    let n_factors = args.factors.unwrap_or(items.factors.len());
    number.push(vec![Cell::text("extracted here"), Cell::count(n_factors)]);
    let config = FactorAnalysisConfig {
        extraction: match args.extraction {
            ExtractionArg::Minres => ExtractionConfig::minres(n_factors),
            ExtractionArg::Ml => ExtractionConfig::maximum_likelihood(n_factors),
            ExtractionArg::Pa => ExtractionConfig::principal_axis(n_factors),
        },
        rotation: match args.rotation {
            RotationArg::None => RotationConfig::unrotated(),
            RotationArg::Varimax => RotationConfig::varimax(),
            RotationArg::Oblimin => RotationConfig::oblimin(),
            RotationArg::Promax => RotationConfig::promax(),
        },
    };
    study.setting("extraction", format!("{:?}", args.extraction).to_lowercase());
    study.setting("rotation", format!("{:?}", args.rotation).to_lowercase());
    study.add(number);
    study.add(eigenvalue_table(&parallel));
    study.main = Some("loadings");
    let factors = match analyze_factors(&matrix, n, &config) {
        Ok(factors) => {
            add_factors(study, items, &factors, if is_smoothed { Fit::Withheld } else { Fit::Shown });
            Some(factors)
        }
        Err(error) => {
            study.note(format!("no factors: {}", items.words(&error.to_string())));
            None
        }
    };
    Ok(Charts { parallel, factors })
}

fn eigenvalue_table(parallel: &ParallelAnalysis) -> StudyTable {
    let columns =
        ["number", "component", "random_mean", "random_95", "factor", "factor_random_mean", "factor_random_95"];
    let mut table = StudyTable::new("eigenvalues", "Eigenvalues beside those of random data", &columns);
    for (idx, &observed) in parallel.components.observed.iter().enumerate() {
        let of_components = |list: &[f64]| Cell::number(list.get(idx).copied());
        let of_factors = |pick: fn(&engine::factor::RandomEigenvalues) -> &Vec<f64>| {
            Cell::number(parallel.factors.as_ref().and_then(|factors| pick(factors).get(idx).copied()))
        };
        table.push(vec![
            Cell::count(idx + 1),
            Cell::number(observed),
            of_components(&parallel.components.random_mean),
            of_components(&parallel.components.random_quantile),
            of_factors(|factors| &factors.observed),
            of_factors(|factors| &factors.random_mean),
            of_factors(|factors| &factors.random_quantile),
        ]);
    }
    table
}

/// Whether figures that rest on a likelihood are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Shown,
    Withheld,
}

fn add_factors(study: &mut Study, items: &Items, factors: &FactorAnalysis, shown: Fit) {
    let n_factors = factors.rotated.pattern.ncols();
    let names: Vec<String> = (1..=n_factors).map(|number| format!("F{number}")).collect();
    let mut columns = vec!["scale", "item"];
    columns.extend(names.iter().map(String::as_str));
    columns.extend(["communality", "uniqueness", "complexity"]);
    let mut table = StudyTable::new("loadings", "Loadings (pattern)", &columns);
    for row in factors.rows() {
        let mut cells = vec![Cell::text(items.scale_of(row.item_idx)), Cell::text(items.name(row.item_idx))];
        cells.extend(row.loadings.iter().map(|&loading| Cell::number(loading)));
        cells.extend([
            Cell::number(row.communality),
            Cell::number(row.uniqueness),
            Cell::with_decimals(row.complexity, 2),
        ]);
        table.push(cells);
    }
    study.add(table);
    let mut columns = vec!["factor", "explained", "share", "cumulative"];
    columns.extend(names.iter().map(String::as_str));
    let mut table = StudyTable::new("factors", "Factors: variance and correlations", &columns);
    for (idx, variance) in factors.variances().iter().enumerate() {
        let mut cells = vec![
            Cell::text(names[idx].clone()),
            Cell::number(variance.explained),
            Cell::number(variance.share_of_total),
            Cell::number(variance.cumulative_share),
        ];
        cells.extend((0..n_factors).map(|other| Cell::number(factors.rotated.factor_correlations[(idx, other)])));
        table.push(cells);
    }
    study.add(table);
    let columns = [
        "n",
        "chi2",
        "df",
        "p",
        "rmsea",
        "rmsea_lower",
        "rmsea_upper",
        "tli",
        "cfi",
        "rmsr",
        "bic",
        "kmo",
        "bartlett_chi2",
        "bartlett_p",
    ];
    let mut table = StudyTable::new("exploratory_fit", "Exploratory fit (RMSEA with its 90% interval)", &columns);
    let fit = factors.fit.likelihood.filter(|_| shown == Fit::Shown);
    let rmsea = fit.and_then(|fit| fit.rmsea);
    let adequacy = factors.adequacy.as_ref().filter(|_| shown == Fit::Shown);
    let bartlett = adequacy.and_then(|adequacy| adequacy.bartlett);
    table.push(vec![
        Cell::count(factors.n_respondents),
        Cell::with_decimals(fit.map(|fit| fit.chi_squared), 2),
        fit.map_or(Cell::Empty, |fit| Cell::count(fit.degrees_of_freedom)),
        Cell::with_decimals(fit.and_then(|fit| fit.p_value), 4),
        Cell::number(rmsea.map(|rmsea| rmsea.estimate)),
        Cell::number(rmsea.map(|rmsea| rmsea.lower)),
        Cell::number(rmsea.map(|rmsea| rmsea.upper)),
        Cell::number(fit.and_then(|fit| fit.tucker_lewis)),
        Cell::number(fit.and_then(|fit| fit.comparative_fit)),
        Cell::number(factors.fit.root_mean_square_residual),
        Cell::with_decimals(fit.map(|fit| fit.bic), 1),
        Cell::number(adequacy.and_then(|adequacy| adequacy.kmo)),
        Cell::with_decimals(bartlett.map(|test| test.chi_squared), 1),
        Cell::with_decimals(bartlett.map(|test| test.p_value), 4),
    ]);
    study.add(table);
    for caution in &factors.cautions {
        study.note(match caution {
            Caution::ExtractionNotConverged => "the extraction did not converge".to_owned(),
            Caution::RotationNotConverged => "the rotation did not converge".to_owned(),
            Caution::HeywoodItems { item_indices } => {
                let named: Vec<&str> = item_indices.iter().map(|&idx| items.name(idx)).collect();
                format!("unique variance at its bound (Heywood case): {}", named.join(", "))
            }
            Caution::NotPositiveDefinite { smallest_eigenvalue } => format!(
                "the correlations have no inverse (smallest eigenvalue {smallest_eigenvalue:.2e}): fit and adequacy are missing"
            ),
            Caution::FewRespondents { n_respondents, n_items } => {
                format!("{n_respondents} respondents for {n_items} items are few; loadings will vary from sample to sample")
            }
            Caution::ThinFactors { factor_indices } => {
                let named: Vec<String> = factor_indices.iter().map(|idx| format!("F{}", idx + 1)).collect();
                format!("fewer than three items load most on {}: hardly a factor", named.join(", "))
            }
            other => format!("{other:?}"),
        });
    }
}

/// Draws scree and loadings.
///
/// # Errors
/// When drawing fails or the place cannot be written.
pub fn draw(
    charts: &Charts,
    items: &Items,
    material: &Material,
    args: &StructureArgs,
    path: &Path,
) -> anyhow::Result<()> {
    let frame = Frame { language: language(args.study.lang), subject: material.subject(None, args.study.lang) };
    let n_charts = 1 + usize::from(charts.factors.is_some());
    let random = charts.parallel.factors.as_ref().unwrap_or(&charts.parallel.components);
    let drawn = Scree {
        observed: random.observed.clone(),
        random_mean: random.random_mean.clone(),
        random_upper: random.random_quantile.clone(),
        n_suggested: random.n_above_quantile,
    };
    let chart = scree::chart(&frame, &drawn).context("the scree chart")?;
    write_chart(&chart, &place_of(path, "scree", n_charts))?;
    if let Some(factors) = &charts.factors {
        let row = |row: engine::factor::LoadingRow| LoadingRow {
            name: items.name(row.item_idx).to_owned(),
            group: items.scale_of(row.item_idx).to_owned(),
            loadings: row.loadings,
        };
        let n_factors = factors.rotated.pattern.ncols();
        let drawn =
            Loadings { factors: vec![String::new(); n_factors], items: factors.rows().into_iter().map(row).collect() };
        let chart = loadings::chart(&frame, &drawn).context("the chart of loadings")?;
        write_chart(&chart, &place_of(path, "loadings", n_charts))?;
    }
    Ok(())
}
