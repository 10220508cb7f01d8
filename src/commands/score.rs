//! `bilan score`: a file of answers into a file of scores.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use batch::{FileAudit, Job, OutputFormat, Report, ScoreSettings, Sink};
use engine::model::Instrument;

use crate::args::ScoreArgs;
use crate::commands::instruments::open_catalog;
use crate::input::open;
use crate::output::{message, progress_bar};

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &ScoreArgs) -> anyhow::Result<()> {
    let settings = args.settings()?;
    let catalog = open_catalog(&args.input.catalog)?;
    let instrument = catalog.find(&args.input.instrument)?;
    let source = open(&args.input.responses)?;
    let sink = open_sink(&args.output)?;
    let meta = meta_place(args, &settings)?;
    let job = Job {
        catalog: &catalog,
        instrument: &instrument,
        norm_id: args.norm.norm.as_deref(),
        settings: &settings,
        allow_simulated: false,
    };
    let started = Instant::now();
    let bar = progress_bar(&source, args.quiet);
    let report = job.run(source, sink, Some(&|bytes| bar.inc(bytes)))?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let json = report.provenance.to_json(Some(&report.counts));
    if let Some(path) = &meta {
        write_meta(path, &json)?;
    }
    if !args.quiet {
        warn_of_key(&report.key_audit, instrument.instrument());
        message(&summary(&report, args, seconds));
    }
    let carries_its_own = matches!(settings.format, OutputFormat::Parquet | OutputFormat::MessagePack);
    if meta.is_none() && !carries_its_own {
        message(&json);
    }
    Ok(())
}

/// More warnings than this are counted only.
const MOST_WARNINGS: usize = 20;

/// Says what the key audit of the first rows found; nothing for sound data.
pub fn warn_of_key(audit: &FileAudit, instrument: &Instrument) {
    let warnings = audit.warnings(instrument);
    for warning in warnings.iter().take(MOST_WARNINGS) {
        message(&format!("warning: {warning}"));
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(MOST_WARNINGS) {
        message(&format!("warning: and {more} more of this kind; do the columns belong to {}?", instrument.id()));
    }
}

fn open_sink(path: &Path) -> anyhow::Result<Sink> {
    if path.as_os_str() == "-" {
        return Ok(Sink::Stream { out: Box::new(io::stdout()), name: "standard output".to_owned() });
    }
    Ok(Sink::file(path)?)
}

/// Where the provenance goes; `None` when it is in the output itself or closes standard error.
fn meta_place(args: &ScoreArgs, settings: &ScoreSettings) -> anyhow::Result<Option<PathBuf>> {
    if let Some(path) = &args.meta {
        // Found out before the work rather than after it.
        Sink::file(path).context("--meta")?;
        return Ok(Some(path.clone()));
    }
    let carries_its_own = matches!(settings.format, OutputFormat::Parquet | OutputFormat::MessagePack);
    if args.output.as_os_str() == "-" || carries_its_own {
        return Ok(None);
    }
    let mut name = args.output.clone().into_os_string();
    name.push(".meta.json");
    let path = PathBuf::from(name);
    Sink::file(&path)?;
    Ok(Some(path))
}

fn write_meta(path: &Path, json: &str) -> anyhow::Result<()> {
    let mut sink = Sink::file(path)?;
    let place = || format!("cannot write {}", path.display());
    sink.write_all(json.as_bytes()).with_context(place)?;
    sink.write_all(b"\n").with_context(place)?;
    Ok(sink.finish()?)
}

fn summary(report: &Report, args: &ScoreArgs, seconds: f64) -> String {
    let counts = report.counts;
    let mut text = format!(
        "{} rows read, {} scored, {} rejected; {seconds:.2} s, {:.0} rows a second",
        counts.read,
        counts.scored,
        counts.rejected,
        counts.read as f64 / seconds.max(1e-9),
    );
    if report.n_ignored_columns > 0 {
        text.push_str(&format!("\n{} columns of the input are not used", report.n_ignored_columns));
    }
    if counts.rejected > 0
        && let Some(place) = &args.rejects
    {
        text.push_str(&format!(
            "\nrejected rows: see {}",
            if place.as_os_str() == "inline" { "the column `notes`".to_owned() } else { place.display().to_string() }
        ));
    }
    text
}
