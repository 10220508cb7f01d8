//! `bilan demo`: the main job on simulated people, from answers to restitutions, in one go.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use batch::norm_building::{NormJob, strata_of};
use batch::{
    ColumnSettings, DEFAULT_CHUNK_BYTES, Decimals, Job, Metric, NormSettings, OutputFormat, RejectPolicy, Report,
    ScoreSettings, Sink, Source,
};
use engine::assessment::{IntervalKind, IntervalSettings};
use engine::model::NormId;
use engine::norms::{AgeBand, CombinedStrata, NormDefinition, NormKind, Sex, Standardization, StratumRule};
use engine::simulation::SimulationConfig;
use instruments::{Catalog, IfExists, NormCard};
use reports::text::Language;
use restitution::{Material, PersonResults};

use crate::args::{CatalogArgs, ChartArg, ConfigArgs, DemoArgs, ReportFormat, ServeArgs};
use crate::commands;
use crate::commands::norms::joined;
use crate::commands::report::{person_label, render, write};
use crate::output::print;
use crate::simulated::{People, write_header, write_person};

const SEED: u64 = 2026;
const NORM: &str = "simulated-demo";
/// The person whose restitution is written.
const PERSON: &str = "17";
/// The instruments shown: interests without, personality with a published norm beside the simulated one.
const SHOWN: [&str; 2] = ["interests-60", "ipip-neo-120"];

/// Runs the command.
///
/// # Errors
/// When the folder cannot be written.
pub fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let folder = &args.output;
    let place = || format!("cannot use the folder {}; choose another with --output", folder.display());
    fs::create_dir_all(folder).with_context(place)?;
    print("bilan: démonstration sur des données simulées (simulated data: nobody answered these)\n\n")?;
    let mut last = None;
    for id in SHOWN {
        last = Some(show(args, id)?);
    }
    let shown = folder.display();
    let rows = last.map_or(0, |report| report.counts.read);
    print(&format!(
        "\nWhat to do next
  open the two restitutions in a browser (French; --lang en gives English):
    {shown}/interests-60.restitution.html
    {shown}/ipip-neo-120.restitution.html
  score the {rows} answers yourself, on a published norm:
    bilan score {shown}/ipip-neo-120.answers.csv --instrument ipip-neo-120 --norm johnson-2014 \\
        --id person --sex sex --age age --output {shown}/my-scores.csv
  one person of your own file:
    bilan report FILE.csv --instrument interests-60 --id person --person {PERSON} --output restitution.html
  a norm from your own data:
    bilan norms build --help
  the pages, with an invented consultant and three bilans, and an organisation with a file:
    bilan serve --demo
"
    ))?;
    if args.serve { serve(args) } else { Ok(()) }
}

/// Serves a demonstration of the pages, as `bilan serve --demo` does.
fn serve(args: &DemoArgs) -> anyhow::Result<()> {
    commands::serve::run(&ServeArgs {
        config: ConfigArgs { config: None, data_folder: None, database: None, settings: Vec::new() },
        listen: Some(args.listen.clone()),
        catalog: CatalogArgs { folder: None },
        demo: true,
    })
}

/// Simulates, builds the norm, scores, and writes one restitution for one instrument.
fn show(args: &DemoArgs, id: &str) -> anyhow::Result<Report> {
    let folder = &args.output;
    let bundled = Catalog::bundled();
    let loaded = bundled.find(id)?;
    let file = |ending: &str| folder.join(format!("{id}.{ending}"));

    let answers = file("answers.csv");
    simulate(loaded.instrument(), args.people, &answers)?;
    print(&format!("{id}\n  {} simulated people     {}\n", args.people, answers.display()))?;

    let norms = folder.join("instruments");
    let n_strata = build_norm(&bundled, id, &answers, &norms)?;
    print(&format!("  norm of {n_strata} strata         {}\n", norms.join(id).join("norms").display()))?;

    let catalog = bundled.with_folder(&norms)?;
    let loaded = catalog.find(id)?;
    let settings = settings()?;
    let job =
        Job { catalog: &catalog, instrument: &loaded, norm_id: Some(NORM), settings: &settings, allow_simulated: true };
    let scores = file("scores.csv");
    let report = job.run(Source::open_file(&answers, DEFAULT_CHUNK_BYTES)?, Sink::file(&scores)?, None)?;
    write(report.provenance.to_json(Some(&report.counts)).as_bytes(), &file("scores.csv.meta.json"))?;
    print(&format!("  {} rows scored           {}\n", report.counts.scored, scores.display()))?;

    let person = PersonResults::from(job.score_one(Source::open_file(&answers, DEFAULT_CHUNK_BYTES)?, PERSON)?);
    let label = person_label(Language::French, true, PERSON);
    let material = Material {
        instrument: &loaded,
        norm_id: Some(NORM),
        person: &person,
        occasion: None,
        person_label: Some(&label),
        language: Language::French,
        not_me: &[],
        simulated: true,
    };
    let page = file("restitution.html");
    write(&render(&material, ReportFormat::Html, ChartArg::Main)?, &page)?;
    #[cfg(feature = "pdf")]
    let page = {
        let pdf = file("restitution.pdf");
        write(&render(&material, ReportFormat::Pdf, ChartArg::Main)?, &pdf)?;
        pdf
    };
    write(&render(&material, ReportFormat::Png, ChartArg::Main)?, &file("chart.png"))?;
    print(&format!("  restitution of person {PERSON}  {}\n", page.display()))?;
    Ok(report)
}

fn simulate(instrument: &engine::model::Instrument, n: u64, path: &Path) -> anyhow::Result<()> {
    let config = SimulationConfig { missing_rate: 0.002, ..SimulationConfig::typical_inventory() };
    let people = People::new(instrument, config, SEED)?;
    let mut out = BufWriter::new(Sink::file(path)?);
    write_header(instrument, &mut out)?;
    for number in 1..=n {
        let (demographics, person) = people.person(number);
        write_person(instrument, number, demographics, &person, &mut out)?;
    }
    out.flush()?;
    Ok(out.into_inner().map_err(|error| error.into_error())?.finish()?)
}

fn people_settings() -> NormSettings {
    NormSettings {
        rule: StratumRule::BySex,
        sex: Some("sex".to_owned()),
        sex_codes: vec![("M".to_owned(), Sex::Male), ("F".to_owned(), Sex::Female)],
        age: Some("age".to_owned()),
    }
}

fn settings() -> anyhow::Result<ScoreSettings> {
    Ok(ScoreSettings {
        columns: ColumnSettings { id: Some("person".to_owned()), ..ColumnSettings::default() },
        norm: Some(people_settings()),
        metrics: vec![Metric::Raw, Metric::N, Metric::T, Metric::Pr],
        decimals: Decimals::Fixed(2),
        interval: IntervalSettings::new(IntervalKind::Observed, 0.95)?,
        rejects: RejectPolicy::Stop,
        format: OutputFormat::Csv,
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        chunk_bytes: DEFAULT_CHUNK_BYTES,
    })
}

/// Builds the norm of kind *simulated* and returns its number of strata.
fn build_norm(catalog: &Catalog, id: &str, answers: &Path, folder: &Path) -> anyhow::Result<usize> {
    let loaded = catalog.find(id)?;
    let bands = [AgeBand::new(Some(18), Some(40))?, AgeBand::new(Some(41), Some(64))?];
    let strata = strata_of(true, &bands)?;
    let columns = ColumnSettings::default();
    let people = people_settings();
    let job = NormJob {
        catalog,
        instrument: loaded.instrument(),
        columns: &columns,
        people: &people,
        strata: &strata,
        min_n: 30,
    };
    let report = job.run(Source::open_file(answers, DEFAULT_CHUNK_BYTES)?)?;
    let definition = NormDefinition {
        id: NormId::new(NORM)?,
        kind: NormKind::Simulated,
        standardization: Standardization::Linear,
        combined: CombinedStrata::Offered,
    };
    let card = NormCard {
        id: NORM.to_owned(),
        title: "Données simulées".to_owned(),
        source: "démonstration de bilan".to_owned(),
        year: 2026,
        kind: NormKind::Simulated,
        population: "personne : réponses simulées".to_owned(),
        standardization: Standardization::Linear,
        weighting: "none".to_owned(),
        notes: vec!["données simulées, pour la démonstration seulement".to_owned()],
        n: None,
        instrument_version: None,
        words: Vec::new(),
    };
    let group = report.built.to_norm_group(definition).map_err(joined)?;
    instruments::write_norm(folder, loaded.instrument(), &card, &group, IfExists::Replace)?;
    Ok(report.built.strata().len())
}
