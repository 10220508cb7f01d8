//! `bilan norms build`: conventional, weighted or continuous norms, from answers or from aggregates.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use batch::norm_building::weighted::{WeightedReport, Weighting};
use batch::norm_building::{NormJob, NormReport, integer_grids, items_of_scales, read_bands, strata_of};
use batch::{ColumnSettings, NormSettings, Source};
use engine::model::NormId;
use engine::norms::raking::RakingOutcome;
use engine::norms::sampling_error::{self, BootstrapConfig, SamplingErrors};
use engine::norms::{
    AgeBand, BuiltNorm, CombinedStrata, Dropped, NormAggregate, NormDefinition, NormGroup, NormKind, Standardization,
    Stratum, StratumRule,
};
use instruments::{Catalog, IfExists, LoadedInstrument, NormCard, NormCurve};

use super::joined;
use crate::args::norms::StandardizationArg;
use crate::args::{NormsBuildArgs, invalid};
use crate::commands::instruments::open_catalog;
use crate::commands::score::warn_of_key;
use crate::input::open;
use crate::output::{message, print, table};

/// Smallest stratum of a norm where nothing else is said.
const MIN_N: u32 = 30;

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &NormsBuildArgs) -> anyhow::Result<()> {
    let catalog = open_catalog(&args.catalog)?;
    let loaded = catalog.find(&args.instrument)?;
    if !args.from_aggregate.is_empty() {
        return from_aggregates(args, &loaded);
    }
    let bands = args.ages.as_deref().map(parse_bands).transpose()?.unwrap_or_default();
    if !bands.is_empty() && args.age.is_none() {
        bail!("--ages needs the column of age: name it with --age");
    }
    if bands.is_empty() && args.age.is_some() {
        bail!("--age needs age bands: give --ages, such as 16-25,26-45,46-; or --continuous for a norm without bands");
    }
    let strata = strata_of(args.sex.is_some(), &bands)?;
    let people = NormSettings {
        rule: StratumRule::BySex,
        sex: args.sex.clone(),
        sex_codes: batch::settings::read_sex_codes(&args.sex_codes).map_err(invalid)?,
        age: args.age.clone(),
    };
    let columns = args.columns.settings(&[])?;
    let inputs = Inputs { catalog: &catalog, loaded: &loaded, columns: &columns, people: &people, strata: &strata };
    if let Some(path) = &args.aggregate {
        return aggregate(args, &inputs, path);
    }
    if args.continuous.continuous.is_some() {
        return super::continuous::run(args, &inputs);
    }
    if args.weights.rake.is_some() || args.weights.weights.is_some() {
        return weighted(args, &inputs);
    }
    let report = inputs.job(args.min_n.unwrap_or(MIN_N)).run(source(args)?)?;
    if let Some(audit) = &report.key_audit {
        warn_of_key(audit, loaded.instrument());
    }
    conventional(args, &loaded, &report, args.sex.is_some(), &[])
}

/// What every way of building starts from.
pub struct Inputs<'a> {
    /// All known instruments.
    pub catalog: &'a Catalog,
    /// The instrument.
    pub loaded: &'a LoadedInstrument,
    /// Columns of the input.
    pub columns: &'a ColumnSettings,
    /// Columns of sex and age.
    pub people: &'a NormSettings,
    /// The strata.
    pub strata: &'a [Stratum],
}

impl Inputs<'_> {
    /// The job of building.
    pub fn job(&self, min_n: u32) -> NormJob<'_> {
        NormJob {
            catalog: self.catalog,
            instrument: self.loaded.instrument(),
            columns: self.columns,
            people: self.people,
            strata: self.strata,
            min_n,
        }
    }
}

/// The answers.
///
/// # Errors
/// When they cannot be opened.
pub fn source(args: &NormsBuildArgs) -> anyhow::Result<Source> {
    let path = args.responses.as_deref().context("a file of answers is needed")?;
    open(path)
}

/// What the norm is, from the arguments.
///
/// # Errors
/// When the id is no id.
pub fn definition(
    args: &NormsBuildArgs,
    standardization: Standardization,
    by_sex: bool,
) -> anyhow::Result<NormDefinition> {
    Ok(NormDefinition {
        id: NormId::new(args.card.norm_id.as_deref().unwrap_or_default()).context("--norm-id")?,
        kind: NormKind::Local,
        standardization,
        combined: if by_sex { CombinedStrata::Offered } else { CombinedStrata::NotOffered },
    })
}

fn standardization(args: &NormsBuildArgs) -> Standardization {
    match args.standardization {
        StandardizationArg::Linear => Standardization::Linear,
        StandardizationArg::Normalized => Standardization::Normalized,
    }
}

/// What is said on the card beside what the arguments say.
pub struct Said {
    /// How people were weighted.
    pub weighting: String,
    /// Remarks.
    pub notes: Vec<String>,
    /// Number of people, where strata do not say.
    pub n: Option<u64>,
}

/// Writes the norm and says how to use it; `text` is what there is to say before.
///
/// # Errors
/// Whatever is wrong with the norm or the place of the output.
pub fn write(
    args: &NormsBuildArgs,
    loaded: &LoadedInstrument,
    group: &NormGroup,
    curves: &[NormCurve],
    said: Said,
    mut text: String,
) -> anyhow::Result<()> {
    let output = args.output.as_deref().context("--output names the folder of the norm")?;
    let card = &args.card;
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let card = NormCard {
        id: word(&card.norm_id),
        title: word(&card.title),
        source: word(&card.source),
        year: card.year.unwrap_or_default(),
        kind: NormKind::Local,
        population: word(&card.population),
        standardization: group.standardization(),
        weighting: said.weighting,
        notes: said.notes,
        n: said.n,
        instrument_version: None,
        words: Vec::new(),
    };
    let path = instruments::write_continuous_norm(output, loaded.instrument(), &card, group, curves, IfExists::Refuse)?;
    let _ = write!(text, "\nwritten: {}", path.display());
    let _ = write!(text, "\nuse it: bilan score … --instruments {} --norm {}", output.display(), card.id);
    message(&text);
    Ok(())
}

/// What was read, in words.
pub fn read_words(rows: u64, outside: u64, incomplete: u64) -> String {
    let mut text = format!("{rows} rows read; {outside} in no stratum");
    if incomplete > 0 {
        let _ = write!(text, "; {incomplete} with a scale left incomplete (not counted on that scale)");
    }
    text
}

fn conventional(
    args: &NormsBuildArgs,
    loaded: &LoadedInstrument,
    report: &NormReport,
    by_sex: bool,
    more_notes: &[String],
) -> anyhow::Result<()> {
    let min_n = args.min_n.unwrap_or(MIN_N);
    if report.built.strata().is_empty() {
        bail!(
            "no stratum has {min_n} people or more, so there is no norm; use wider age bands or a lower --min-n{}",
            dropped_words(report.built.dropped(), loaded)
        );
    }
    let definition = definition(args, standardization(args), by_sex)?;
    let ranks = args.rank_formula.definition();
    let group = report.built.to_norm_group_by(definition, ranks).map_err(joined)?;
    let mut notes = vec![
        format!(
            "built by bilan {} from {} rows; a person counts on a scale whose items are all answered",
            engine::VERSION,
            report.rows
        ),
        format!("strata and scales under {min_n} people are dropped"),
    ];
    if ranks != engine::norms::PercentileRankDefinition::MidRank {
        notes.push(format!("percentile ranks by {ranks:?}"));
    }
    notes.extend(more_notes.iter().cloned());
    if report.outside > 0 {
        notes.push(format!("{} rows belong to no stratum", report.outside));
    }
    notes.extend(report.built.dropped().iter().map(|dropped| dropped_word(dropped, loaded)));
    let text = read_words(report.rows, report.outside, report.incomplete)
        + "\n"
        + &dropped_words(report.built.dropped(), loaded);
    let said = Said { weighting: "none".to_owned(), notes, n: None };
    write(args, loaded, &group, &[], said, text.trim_end().to_owned())?;
    print(&moments_table(&report.built, loaded))?;
    if args.standard_errors {
        let formula = |_: usize, _: usize, scale: &engine::norms::BuiltScale| Ok(sampling_error::by_formula(scale));
        print(&errors_table(&report.built, loaded, "by formula", formula)?)?;
    }
    if let Some(n_replicates) = args.bootstrap {
        let config = BootstrapConfig { n_replicates, seed: args.seed };
        let all = report.built.bootstrap(&config).context("--bootstrap")?;
        let found = |stratum: usize, scale: usize, _: &engine::norms::BuiltScale| {
            let errors = all.get(stratum).and_then(|scales| scales.get(scale)).cloned().flatten();
            errors.context("a scale without bootstrap")
        };
        let title = format!("bootstrap of {n_replicates} samples, seed {}", args.seed);
        print(&errors_table(&report.built, loaded, &title, found)?)?;
    }
    Ok(())
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.3}"))
}

fn moments_table(built: &BuiltNorm, loaded: &LoadedInstrument) -> String {
    let rows: Vec<Vec<String>> = built
        .strata()
        .iter()
        .flat_map(|stratum| {
            let scales = loaded.instrument().scales().iter().enumerate();
            scales.filter_map(move |(scale_idx, scale)| {
                let built = stratum.scale(scale_idx)?;
                Some(vec![
                    stratum.stratum().id().to_string(),
                    scale.id.to_string(),
                    built.n().to_string(),
                    number(Some(built.mean())),
                    number(built.sd()),
                    number(built.standard_error_of_mean()),
                    number(built.standard_error_of_sd()),
                ])
            })
        })
        .collect();
    table(&["stratum", "scale", "n", "mean", "sd", "se_mean", "se_sd"], &rows)
}

/// The values of every raw score with their standard errors.
fn errors_table(
    built: &BuiltNorm,
    loaded: &LoadedInstrument,
    title: &str,
    errors: impl Fn(usize, usize, &engine::norms::BuiltScale) -> anyhow::Result<SamplingErrors>,
) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for (stratum_idx, stratum) in built.strata().iter().enumerate() {
        for (scale_idx, scale) in loaded.instrument().scales().iter().enumerate() {
            let Some(built) = stratum.scale(scale_idx) else { continue };
            let errors = errors(stratum_idx, scale_idx, built)?;
            for (row, error) in built.rows().iter().zip(&errors.rows) {
                rows.push(vec![
                    stratum.stratum().id().to_string(),
                    scale.id.to_string(),
                    row.raw.to_string(),
                    row.count.to_string(),
                    format!("{:.2}", row.percentile_rank),
                    format!("{:.2}", error.percentile_rank),
                    number(built.linear_z(row.raw).map(|z| 50.0 + 10.0 * z)),
                    number(error.linear_t),
                    number(error.normalized_t),
                ]);
            }
        }
    }
    let header = ["stratum", "scale", "raw", "n", "pr", "se_pr", "t", "se_t", "se_normalized_t"];
    Ok(format!("\nstandard errors, {title}\n{}", table(&header, &rows)))
}

fn from_aggregates(args: &NormsBuildArgs, loaded: &LoadedInstrument) -> anyhow::Result<()> {
    let mut merged: Option<NormAggregate> = None;
    for path in &args.from_aggregate {
        let aggregate = read_aggregate(loaded, path)?;
        merged = Some(match merged {
            Some(known) => known.merge(&aggregate).with_context(|| path.display().to_string())?,
            None => aggregate,
        });
    }
    let merged = merged.context("--from-aggregate names a file")?;
    let instrument = loaded.instrument();
    let builder = merged.to_builder(&items_of_scales(instrument), args.min_n.unwrap_or(MIN_N))?;
    let built = builder.finish(&integer_grids(instrument));
    let n = merged.strata().map(|(_, people)| people).sum();
    let by_sex = merged.strata().any(|(stratum, _)| stratum.sex().is_some());
    let dropped = merged.dropped().map(|(stratum, scale_idx)| {
        let scale = scale_idx.and_then(|idx| instrument.scales().get(idx));
        let what = scale.map_or_else(String::new, |scale| format!("scale {} in ", scale.id));
        format!("dropped from an aggregate as too small: {what}stratum {stratum}")
    });
    let mut notes: Vec<String> = dropped.collect();
    let files = args.from_aggregate.len();
    notes.push(format!("from {files} aggregate{} of counts, without rows", if files == 1 { "" } else { "s" }));
    let report = NormReport { built, rows: n, outside: 0, incomplete: 0, key_audit: None };
    conventional(args, loaded, &report, by_sex, &notes)
}

fn read_aggregate(loaded: &LoadedInstrument, path: &Path) -> anyhow::Result<NormAggregate> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(instruments::read_aggregate(loaded.instrument(), &path.display().to_string(), &bytes)?)
}

fn aggregate(args: &NormsBuildArgs, inputs: &Inputs<'_>, path: &Path) -> anyhow::Result<()> {
    let min_n = args.min_n.unwrap_or(NormAggregate::DEFAULT_MIN_N);
    let (counter, counts, audit) = inputs.job(min_n).aggregate(source(args)?)?;
    warn_of_key(&audit, inputs.loaded.instrument());
    let aggregate = counter.release(min_n);
    if aggregate.strata().next().is_none() {
        bail!("no stratum has {min_n} people or more, so there is nothing to hand out");
    }
    if let Some(earlier) = &args.follows {
        let earlier = read_aggregate(inputs.loaded, earlier)?;
        if let Err(problems) = aggregate.may_follow(&earlier, NormAggregate::DEFAULT_MIN_NEW) {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!(
                "not written: the difference to the earlier aggregate would tell on people\n  {}",
                problems.join("\n  ")
            );
        }
    }
    let text = instruments::aggregate_text(inputs.loaded.instrument(), &aggregate);
    let mut file = std::fs::File::create_new(path).with_context(|| path.display().to_string())?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(|| path.display().to_string())?;
    let mut words = read_words(counts.rows, counts.outside, counts.incomplete);
    for (stratum, scale_idx) in aggregate.dropped() {
        let scale = scale_idx.and_then(|idx| inputs.loaded.instrument().scales().get(idx));
        let what = scale.map_or_else(String::new, |scale| format!("scale {} in ", scale.id));
        let _ = write!(words, "\ndropped: {what}stratum {stratum} (fewer than {min_n} people)");
    }
    message(&format!("{words}\nwritten: {}", path.display()));
    Ok(())
}

fn weighted(args: &NormsBuildArgs, inputs: &Inputs<'_>) -> anyhow::Result<()> {
    let weighting = Weighting {
        margins: args.weights.rake.as_deref().map(super::margins::read).transpose()?.unwrap_or_default(),
        weight_column: args.weights.weights.clone(),
        bounds: args.weights.weight_bounds.as_deref().map(parse_bounds).transpose()?,
    };
    let min_n = args.min_n.unwrap_or(MIN_N);
    let job = inputs.job(min_n);
    let report = job.run_weighted(source(args)?, &weighting)?;
    warn_of_key(&report.key_audit, inputs.loaded.instrument());
    if report.strata.is_empty() {
        let dropped = dropped_words(&report.dropped, inputs.loaded);
        bail!("no stratum has {min_n} people or more, so there is no norm{dropped}");
    }
    let group =
        job.weighted_group(&report, definition(args, standardization(args), args.sex.is_some())?).map_err(joined)?;
    let said = weight_words(&report, &weighting);
    let counts = report.counts;
    let mut notes = vec![
        format!("built by bilan {} from {} rows; weights say nothing of sampling", engine::VERSION, counts.rows),
        format!("strata and scales under {min_n} people are dropped"),
    ];
    notes.extend(report.dropped.iter().map(|dropped| dropped_word(dropped, inputs.loaded)));
    let mut text = read_words(counts.rows, counts.outside, counts.incomplete);
    if report.without_level > 0 {
        let unknown = format!("{} rows without a known level of every margin are left out", report.without_level);
        let _ = write!(text, "\n{unknown}");
        notes.push(unknown);
    }
    let _ = write!(text, "\n{said}{}", dropped_words(&report.dropped, inputs.loaded));
    if report.raked.as_ref().is_some_and(|raked| raked.outcome != RakingOutcome::Converged) {
        text.push_str("\nwarning: the margins are not met; widen --weight-bounds or join levels");
    }
    write(args, inputs.loaded, &group, &[], Said { weighting: said, notes, n: None }, text)?;
    let rows: Vec<Vec<String>> = report
        .strata
        .iter()
        .flat_map(|stratum| {
            let scales = inputs.loaded.instrument().scales().iter().zip(&stratum.scales);
            scales.filter_map(|(scale, weighted)| {
                let weighted = weighted.as_ref()?;
                Some(vec![
                    stratum.stratum.id().to_string(),
                    scale.id.to_string(),
                    weighted.n().to_string(),
                    format!("{:.1}", weighted.effective_n()),
                    number(Some(weighted.mean())),
                    number(weighted.sd()),
                    number(weighted.standard_error_of_mean()),
                ])
            })
        })
        .collect();
    Ok(print(&table(&["stratum", "scale", "n", "effective_n", "mean", "sd", "se_mean"], &rows))?)
}

/// How people were weighted, for the card.
fn weight_words(report: &WeightedReport, weighting: &Weighting) -> String {
    let mut text = String::new();
    if let Some(column) = &weighting.weight_column {
        let _ = write!(text, "weights of column {column}; ");
    }
    if let Some(raked) = &report.raked {
        let variables: Vec<&str> = weighting.margins.iter().map(|margin| margin.variable()).collect();
        let outcome = match raked.outcome {
            RakingOutcome::Converged => "margins met".to_owned(),
            _ => format!("margins missed by up to {:.1} percentage points", 100.0 * raked.largest_gap),
        };
        let _ = write!(text, "raked to {} ({outcome}, {} cycles); ", variables.join(", "), raked.n_cycles);
        if let Some((lowest, highest)) = weighting.bounds {
            let _ = write!(
                text,
                "weights held from {lowest} to {highest} of the mean ({} people raised, {} cut); ",
                raked.n_raised, raked.n_cut
            );
        }
    }
    let effect = report.n as f64 / report.effective_n;
    let _ = write!(text, "effective n {:.0} of {}, design effect {effect:.2}", report.effective_n, report.n);
    text
}

fn dropped_words(dropped: &[Dropped], loaded: &LoadedInstrument) -> String {
    dropped.iter().map(|dropped| format!("\n{}", dropped_word(dropped, loaded))).collect()
}

fn dropped_word(dropped: &Dropped, loaded: &LoadedInstrument) -> String {
    match dropped {
        Dropped::Stratum { stratum, n } => format!("dropped: stratum {stratum} (n = {n})"),
        Dropped::Scale { stratum, scale_idx, n } => {
            let scale = loaded.instrument().scales().get(*scale_idx).map_or("?", |scale| scale.id.as_str());
            format!("dropped: scale {scale} in stratum {stratum} (n = {n})")
        }
    }
}

/// Reads `0.3,3`.
fn parse_bounds(text: &str) -> anyhow::Result<(f64, f64)> {
    let place = || format!("--weight-bounds: `{text}` is not a pair such as 0.3,3");
    let (lowest, highest) = text.split_once(',').with_context(place)?;
    Ok((lowest.trim().parse().with_context(place)?, highest.trim().parse().with_context(place)?))
}

/// Reads `16-25,26-45,46-`.
fn parse_bands(text: &str) -> anyhow::Result<Vec<AgeBand>> {
    read_bands(text).context("--ages")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_bands_are_read() {
        let bands = parse_bands("16-25, 26-45,46-").unwrap();
        assert_eq!(bands.len(), 3);
        assert_eq!((bands[0].youngest(), bands[0].oldest()), (Some(16), Some(25)));
        assert_eq!((bands[2].youngest(), bands[2].oldest()), (Some(46), None));
        for bad in ["", "16", "25-16", "a-b", "16-25;26-45", "300-400"] {
            assert!(parse_bands(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_are_read() {
        assert_eq!(parse_bounds("0.3, 3").unwrap(), (0.3, 3.0));
        assert!(parse_bounds("0.3").is_err() && parse_bounds("a,3").is_err());
    }
}
