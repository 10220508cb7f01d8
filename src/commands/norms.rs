//! `bilan norms`: local norms from one's own data, and the card of any norm.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use batch::norm_building::{NormJob, NormReport, strata_of};
use batch::{DEFAULT_CHUNK_BYTES, NormSettings, Source};
use engine::model::NormId;
use engine::norms::{AgeBand, CombinedStrata, Dropped, NormDefinition, NormKind, Standardization, StratumRule};
use instruments::{IfExists, LoadedInstrument, NormCard};

use crate::args::{NormsBuildArgs, NormsCommand, StandardizationArg, parse_sex_codes};
use crate::commands::instruments::open_catalog;
use crate::commands::score::warn_of_key;
use crate::output::{message, print, table};

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(command: &NormsCommand) -> anyhow::Result<()> {
    match command {
        NormsCommand::Build(args) => build(args),
        NormsCommand::Show { instrument, norm, catalog } => {
            let catalog = open_catalog(catalog)?;
            Ok(print(&show(&*catalog.find(instrument)?, norm)?)?)
        }
    }
}

fn build(args: &NormsBuildArgs) -> anyhow::Result<()> {
    let catalog = open_catalog(&args.input.catalog)?;
    let loaded = catalog.find(&args.input.instrument)?;
    let bands = args.ages.as_deref().map(parse_bands).transpose()?.unwrap_or_default();
    if !bands.is_empty() && args.age.is_none() {
        bail!("--ages needs the column of age: name it with --age");
    }
    if bands.is_empty() && args.age.is_some() {
        bail!("--age needs age bands: give --ages, such as 16-25,26-45,46-");
    }
    let strata = strata_of(args.sex.is_some(), &bands)?;
    let people = NormSettings {
        rule: StratumRule::BySex,
        sex: args.sex.clone(),
        sex_codes: parse_sex_codes(&args.sex_codes)?,
        age: args.age.clone(),
    };
    let source = if args.input.responses.as_os_str() == "-" {
        Source::from_reader("standard input".to_owned(), Box::new(std::io::stdin()), None, DEFAULT_CHUNK_BYTES)?
    } else {
        Source::open_file(&args.input.responses, DEFAULT_CHUNK_BYTES)?
    };
    let columns = args.input.columns.settings(&[])?;
    let job = NormJob {
        catalog: &catalog,
        instrument: loaded.instrument(),
        columns: &columns,
        people: &people,
        strata: &strata,
        min_n: args.min_n,
    };
    let report = job.run(source)?;
    warn_of_key(&report.key_audit, loaded.instrument());
    if report.built.strata().is_empty() {
        bail!(
            "no stratum has {} people or more, so there is no norm; use wider age bands or a lower --min-n{}",
            args.min_n,
            dropped_words(&report, &loaded)
        );
    }
    let standardization = match args.standardization {
        StandardizationArg::Linear => Standardization::Linear,
        StandardizationArg::Normalized => Standardization::Normalized,
    };
    let definition = NormDefinition {
        id: NormId::new(args.norm_id.as_str()).context("--norm-id")?,
        kind: NormKind::Local,
        standardization,
        combined: if args.sex.is_some() { CombinedStrata::Offered } else { CombinedStrata::NotOffered },
    };
    let card = NormCard {
        id: args.norm_id.clone(),
        title: args.title.clone(),
        source: args.source.clone(),
        year: args.year,
        kind: NormKind::Local,
        population: args.population.clone(),
        standardization,
        weighting: "none".to_owned(),
        notes: notes_of(&report, args, &loaded),
        n: None,
        instrument_version: None,
        words: Vec::new(),
    };
    let group = report.built.to_norm_group(definition).map_err(joined)?;
    let path = instruments::write_norm(&args.output, loaded.instrument(), &card, &group, IfExists::Refuse)?;
    let mut text = format!("{} rows read; {} in no stratum", report.rows, report.outside);
    if report.incomplete > 0 {
        let _ = write!(text, "; {} with a scale left incomplete (not counted on that scale)", report.incomplete);
    }
    let _ = write!(text, "{}\nwritten: {}", dropped_words(&report, &loaded), path.display());
    let _ = write!(text, "\nuse it: bilan score … --instruments {} --norm {}", args.output.display(), args.norm_id);
    message(&text);
    let rows: Vec<Vec<String>> = report
        .built
        .strata()
        .iter()
        .flat_map(|stratum| {
            let scales = loaded.instrument().scales().iter().enumerate();
            scales.filter_map(move |(scale_idx, scale)| {
                let built = stratum.scale(scale_idx)?;
                let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
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
    Ok(print(&table(&["stratum", "scale", "n", "mean", "sd", "se_mean", "se_sd"], &rows))?)
}

fn notes_of(report: &NormReport, args: &NormsBuildArgs, loaded: &LoadedInstrument) -> Vec<String> {
    let mut notes = vec![
        format!(
            "built by bilan {} from {} rows; a person counts on a scale whose items are all answered",
            engine::VERSION,
            report.rows
        ),
        format!("strata and scales under {} people are dropped", args.min_n),
    ];
    if report.outside > 0 {
        notes.push(format!("{} rows belong to no stratum", report.outside));
    }
    notes.extend(report.built.dropped().iter().map(|dropped| dropped_word(dropped, loaded)));
    notes
}

fn dropped_words(report: &NormReport, loaded: &LoadedInstrument) -> String {
    report.built.dropped().iter().map(|dropped| format!("\n{}", dropped_word(dropped, loaded))).collect()
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

/// Several problems as one message.
pub fn joined(problems: Vec<engine::norms::NormError>) -> anyhow::Error {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}", problems.join("\n  "))
}

/// Reads `16-25,26-45,46-`.
fn parse_bands(text: &str) -> anyhow::Result<Vec<AgeBand>> {
    let limit = |text: &str| -> anyhow::Result<Option<u8>> {
        let text = text.trim();
        if text.is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
    };
    text.split(',')
        .map(|part| {
            let place = || format!("--ages: `{part}` is not an age band such as 16-25 or 46-");
            let (min, max) = part.split_once('-').with_context(place)?;
            AgeBand::new(limit(min).with_context(place)?, limit(max).with_context(place)?).with_context(place)
        })
        .collect()
}

fn show(loaded: &LoadedInstrument, norm_id: &str) -> anyhow::Result<String> {
    let Some(norm) = loaded.norm(norm_id) else {
        let known: Vec<&str> = loaded.norms().iter().map(|norm| norm.card().id.as_str()).collect();
        bail!(
            "{} has no norm `{norm_id}`; known are: {}",
            loaded.id(),
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        );
    };
    let (card, group) = (norm.card(), norm.group());
    let mut text = String::new();
    let n = card.n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    let kind = match card.kind {
        NormKind::Standardization => "standardization sample",
        NormKind::ConvenienceSample => "published convenience sample",
        NormKind::Local => "local",
        NormKind::Simulated => "SIMULATED DATA, for demonstration only",
    };
    let standardization = match card.standardization {
        Standardization::Linear => "linear: T = 50 + 10 (raw - mean) / SD",
        Standardization::Normalized => "normalized: z from the percentile rank",
    };
    for (name, value) in [
        ("norm", format!("{} of {} {}", card.id, loaded.id(), loaded.version())),
        ("title", card.title.clone()),
        ("source", card.source.clone()),
        ("year", card.year.to_string()),
        ("kind", kind.to_owned()),
        ("population", card.population.clone()),
        ("n", n),
        ("scores", standardization.to_owned()),
        ("weighting", card.weighting.clone()),
        ("content", norm.hash().to_owned()),
    ] {
        let _ = writeln!(text, "{name:<11} {value}");
    }
    for note in &card.notes {
        let _ = writeln!(text, "{:<11} {note}", "note");
    }
    text.push('\n');
    let rows: Vec<Vec<String>> = group
        .strata()
        .iter()
        .enumerate()
        .flat_map(|(stratum_idx, stratum)| {
            let scales = loaded.instrument().scales().iter().enumerate();
            scales.filter_map(move |(scale_idx, scale)| {
                let values = group.scale_norm(stratum_idx, scale_idx)?;
                let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
                let n = values.n().or(stratum.n());
                // The sampling error of a mean, in T points: 10 / sqrt(n).
                let error = n.map(|n| 10.0 / f64::from(n).sqrt());
                Some(vec![
                    stratum.id().to_string(),
                    scale.id.to_string(),
                    n.map_or_else(|| "unknown".to_owned(), |n| n.to_string()),
                    number(values.mean()),
                    number(values.sd()),
                    error.map_or_else(String::new, |error| format!("{error:.2}")),
                ])
            })
        })
        .collect();
    text.push_str(&table(&["stratum", "scale", "n", "mean", "sd", "se_mean_t"], &rows));
    Ok(text)
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
}
