//! `bilan instruments`: what is known, what it is, whether a folder is in order; wording, instruments and answers that come from elsewhere or go there.

mod exchange;
mod import;

use std::fmt::Write as _;

use anyhow::bail;
use engine::model::{MissingPolicy, Rounding, ScoreRule, Statistic};
use instruments::{Catalog, LoadedInstrument};

use crate::args::{CatalogArgs, InstrumentsCommand};
use crate::output::{print, table};

/// Runs the command.
///
/// # Errors
/// When an instrument is unknown, or the folder checked is not in order.
pub fn run(command: &InstrumentsCommand) -> anyhow::Result<()> {
    match command {
        InstrumentsCommand::List { catalog } => Ok(print(&list(&open_catalog(catalog)?)?)?),
        InstrumentsCommand::Show { id, catalog } => {
            let catalog = open_catalog(catalog)?;
            Ok(print(&show(&*catalog.find(id)?))?)
        }
        InstrumentsCommand::Check { folder, lock } => {
            let report = instruments::check_folder(folder);
            let mut text = String::new();
            for problem in &report.problems {
                let _ = writeln!(text, "{problem}");
            }
            let errors = report.problems.iter().filter(|problem| problem.is_error()).count();
            let warnings = report.problems.len() - errors;
            let _ = writeln!(text, "{}: {errors} errors, {warnings} warnings", folder.display());
            print(&text)?;
            if *lock && errors == 0 {
                let locked = instruments::lock_folder(folder)?;
                let added = if locked.added.is_empty() { "nothing new".to_owned() } else { locked.added.join(", ") };
                print(&format!("content.lock: {added}, {} lines kept\n", locked.n_kept))?;
            }
            if errors > 0 {
                bail!("{} is not in order", folder.display());
            }
            Ok(())
        }
        InstrumentsCommand::Import(args) => import::run(args),
        InstrumentsCommand::Export(args) => exchange::export(args),
    }
}

/// The known instruments: those in the program, and those of the folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn open_catalog(args: &CatalogArgs) -> anyhow::Result<Catalog> {
    let catalog = Catalog::bundled();
    match &args.folder {
        Some(folder) => Ok(catalog.with_folder(folder)?),
        None => Ok(catalog),
    }
}

fn list(catalog: &Catalog) -> anyhow::Result<String> {
    let rows: Vec<Vec<String>> = catalog
        .list()
        .iter()
        .map(|entry| {
            let loaded = catalog.find(&format!("{}@{}", entry.id, entry.version))?;
            let languages: Vec<&str> = loaded.languages().map(instruments::Language::as_str).collect();
            let norms: Vec<&str> = loaded.norms().iter().map(|norm| norm.card().id.as_str()).collect();
            Ok(vec![
                loaded.id().to_string(),
                loaded.version().to_string(),
                loaded.about().kind.word().to_owned(),
                loaded.instrument().items().len().to_string(),
                loaded.instrument().scales().len().to_string(),
                if languages.is_empty() { "none bundled".to_owned() } else { languages.join(",") },
                if norms.is_empty() { "none".to_owned() } else { norms.join(",") },
                loaded.about().evidence.word().to_owned(),
            ])
        })
        .collect::<anyhow::Result<_>>()?;
    for problem in catalog.problems() {
        crate::output::message(&problem.to_string());
    }
    Ok(table(&["instrument", "version", "kind", "items", "scales", "wording", "norms", "evidence"], &rows))
}

fn show(loaded: &LoadedInstrument) -> String {
    let (about, instrument) = (loaded.about(), loaded.instrument());
    let mut text = String::new();
    let title = loaded.wordings().first().map_or_else(String::new, |wording| format!(": {}", wording.title()));
    let _ = writeln!(text, "{} {}{title}\n", loaded.id(), loaded.version());
    let minutes = about.minutes.map_or_else(|| "unknown".to_owned(), |minutes| format!("{minutes} minutes"));
    for (name, value) in [
        ("kind", about.kind.word().to_owned()),
        ("evidence", about.evidence.word().to_owned()),
        ("purpose", about.purpose.clone()),
        ("given as", format!("{}, {}", about.administration.word(), about.supervision.word())),
        ("time", minutes),
        ("license", about.license.clone()),
        ("authors", about.authors.join("; ")),
        ("content", loaded.hash().to_owned()),
    ] {
        let _ = writeln!(text, "{name:<9} {value}");
    }
    for source in &about.sources {
        let _ = writeln!(text, "{:<9} {source}", "source");
    }
    for wording in loaded.wordings() {
        if let Some(source) = wording.source() {
            let _ = writeln!(text, "{:<9} {} from {source}", "wording", wording.language());
        }
    }
    for norm in loaded.norms() {
        let n = norm.card().n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
        let _ = writeln!(text, "{:<9} {} ({}, n {n})", "norm", norm.card().id, norm.card().title);
    }
    text.push('\n');
    let rows: Vec<Vec<String>> = instrument
        .scales()
        .iter()
        .enumerate()
        .map(|(scale_idx, scale)| {
            let (lowest, highest) = instrument.possible_range(scale_idx).unwrap_or((0.0, 0.0));
            let reliability: Vec<String> = loaded
                .reliability(scale_idx)
                .iter()
                .map(|known| format!("{} {}", known.coefficient.word(), known.value))
                .collect();
            vec![
                scale.id.to_string(),
                instrument.n_items_of(scale_idx).to_string(),
                rule_word(&scale.rule).to_owned(),
                lowest.to_string(),
                highest.to_string(),
                missing_word(scale.missing),
                rounding_word(scale.rounding).to_owned(),
                if reliability.is_empty() { "unknown".to_owned() } else { reliability.join(", ") },
            ]
        })
        .collect();
    text.push_str(&table(
        &["scale", "items", "score", "lowest", "highest", "missing", "rounding", "reliability"],
        &rows,
    ));
    text
}

fn rule_word(rule: &ScoreRule) -> &'static str {
    match rule {
        ScoreRule::Keyed { statistic: Statistic::Sum, .. } => "sum",
        ScoreRule::Keyed { statistic: Statistic::Mean, .. } => "mean",
        ScoreRule::Correct { .. } => "correct",
        ScoreRule::Centered { .. } => "centered mean",
        ScoreRule::Composite { .. } => "composite",
    }
}

fn missing_word(policy: MissingPolicy) -> String {
    match policy {
        MissingPolicy::Reject => "all needed".to_owned(),
        MissingPolicy::Prorate { min_answered } => format!("prorated from {min_answered}"),
        MissingPolicy::MeanOfAnswered { min_answered } => format!("mean from {min_answered}"),
    }
}

fn rounding_word(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::None => "none",
        Rounding::HalfUp => "half-up",
        Rounding::HalfEven => "half-even",
    }
}
