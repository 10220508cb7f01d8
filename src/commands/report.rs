//! `bilan report`: the restitution of one respondent of a file, or of each.

mod all;
mod crew;
mod group;
pub mod paper;

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use batch::{DEFAULT_CHUNK_BYTES, Decimals, Job, Metric, OutputFormat, RejectPolicy, Respondent, ScoreSettings, Sink};
use engine::model::ResponseKind;
use instruments::LoadedInstrument;
use reports::text::Language;
use restitution::{ChartChoice, Material, PersonResults};

use crate::args::{ChartArg, ReportArgs, ReportFormat};
use crate::commands::instruments::open_catalog;
use crate::input::open;
use crate::plot;

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &ReportArgs) -> anyhow::Result<()> {
    let catalog = open_catalog(&args.input.catalog)?;
    let instrument = catalog.find(&args.input.instrument)?;
    let source = open(&args.input.responses)?;
    let texts = text_columns(&instrument, &source.header);
    let mut settings = settings(args, &texts)?;
    settings.columns.keep.extend(args.by.clone());
    let job = Job {
        catalog: &catalog,
        instrument: &instrument,
        norm_id: args.norm.norm.as_deref(),
        settings: &settings,
        allow_simulated: false,
    };
    let telling = Telling { args, instrument: &instrument, texts: &texts };
    match (&args.person, &args.output, &args.output_dir) {
        (None, Some(output), _) if args.group => group::run(&telling, &job, source, output),
        (Some(person), Some(output), _) if args.technical || !args.with.is_empty() || args.earlier.is_some() => {
            paper::run(&telling, job.score_one(source, person)?, &catalog, output)
        }
        (Some(person), Some(output), _) => {
            let format = format_of(output)?;
            write(&telling.tell(job.score_one(source, person)?, format)?, output)
        }
        (_, _, Some(folder)) => all::run(&telling, &job, source, folder),
        _ => bail!("--person with --output, or --all with --output-dir: one of the two is needed"),
    }
}

/// What the restitutions of a file have in common.
struct Telling<'a> {
    args: &'a ReportArgs,
    instrument: &'a LoadedInstrument,
    texts: &'a [(usize, String)],
}

impl Telling<'_> {
    fn tell(&self, respondent: Respondent, format: ReportFormat) -> anyhow::Result<Vec<u8>> {
        let label = self.label(&respondent);
        let person = self.person(respondent);
        render(&self.material(&person, &label), format, self.args.chart)
    }

    fn label(&self, respondent: &Respondent) -> String {
        let language = plot::language(self.args.lang);
        match &respondent.id {
            Some(id) => person_label(language, true, id.trim()),
            None => person_label(language, false, &respondent.row.to_string()),
        }
    }

    fn person(&self, respondent: Respondent) -> PersonResults {
        let own_words = self.texts.iter().map(|(item_idx, _)| *item_idx).zip(respondent.kept.iter().cloned()).collect();
        PersonResults { own_words, ..PersonResults::from(respondent) }
    }

    fn material<'b>(&'b self, person: &'b PersonResults, label: &'b str) -> Material<'b> {
        Material {
            instrument: self.instrument,
            norm_id: self.args.norm.norm.as_deref(),
            person,
            occasion: None,
            person_label: Some(label),
            language: plot::language(self.args.lang),
            not_me: &[],
            simulated: false,
        }
    }
}

/// The items of free text that have a column in the file.
fn text_columns(instrument: &LoadedInstrument, header: &[String]) -> Vec<(usize, String)> {
    let items = instrument.instrument().items().iter().enumerate();
    items
        .filter(|(_, item)| item.responses.kind() == ResponseKind::Text)
        .map(|(item_idx, item)| (item_idx, item.id.to_string()))
        .filter(|(_, column)| header.contains(column))
        .collect()
}

/// How the document may call the person: by the identifier in the file, or by the place in it.
#[must_use]
pub fn person_label(language: Language, has_ids: bool, person: &str) -> String {
    match (language, has_ids) {
        (Language::French, true) => format!("dossier {person}"),
        (Language::French, false) => format!("personne n°\u{a0}{person} du fichier"),
        (Language::English, true) => format!("record {person}"),
        (Language::English, false) => format!("person no.\u{a0}{person} of the file"),
    }
}

fn settings(args: &ReportArgs, texts: &[(usize, String)]) -> anyhow::Result<ScoreSettings> {
    let keep: Vec<String> = texts.iter().map(|(_, column)| column.clone()).collect();
    Ok(ScoreSettings {
        columns: args.input.columns.settings(&keep)?,
        norm: args.norm.settings()?,
        metrics: vec![Metric::Raw],
        decimals: Decimals::Full,
        interval: args.interval.settings()?,
        rejects: RejectPolicy::Inline,
        format: OutputFormat::Csv,
        threads: 1,
        chunk_bytes: DEFAULT_CHUNK_BYTES,
    })
}

fn format_of(path: &Path) -> anyhow::Result<ReportFormat> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(ReportFormat::Html),
        #[cfg(feature = "pdf")]
        Some("pdf") => Ok(ReportFormat::Pdf),
        #[cfg(not(feature = "pdf"))]
        Some("pdf") => bail!("--output {}: this program was built without PDF (feature `pdf`)", path.display()),
        Some("svg") => Ok(ReportFormat::Svg),
        Some("png") => Ok(ReportFormat::Png),
        Some("json") => Ok(ReportFormat::Json),
        Some("msgpack") => Ok(ReportFormat::Msgpack),
        _ => bail!(
            "--output {}: the ending decides what is written; possible are .html, .pdf, .svg, .png, .json and .msgpack",
            path.display()
        ),
    }
}

/// Renders a restitution.
///
/// # Errors
/// When a hexagon is asked for and the instrument has no circular order, or drawing fails.
pub fn render(material: &Material, format: ReportFormat, chart: ChartArg) -> anyhow::Result<Vec<u8>> {
    let choice = match chart {
        ChartArg::Main => ChartChoice::Main,
        ChartArg::Profile => ChartChoice::Profile,
        ChartArg::Hexagon => ChartChoice::Hexagon,
    };
    Ok(match format {
        ReportFormat::Html => restitution::html(material)?.into_bytes(),
        #[cfg(feature = "pdf")]
        ReportFormat::Pdf => restitution::document(material)?.made_on(crate::today::day()).pdf()?,
        ReportFormat::Svg => restitution::svg(material, choice)?.into_bytes(),
        ReportFormat::Png => restitution::png(material, choice)?,
        ReportFormat::Json => {
            let mut json = serde_json::to_vec_pretty(&restitution::data(material)?)?;
            json.push(b'\n');
            json
        }
        ReportFormat::Msgpack => rmp_serde::to_vec_named(&restitution::data(material)?)?,
    })
}

/// Writes a file that appears only when it is whole.
///
/// # Errors
/// When the place cannot be written.
pub fn write(bytes: &[u8], path: &Path) -> anyhow::Result<()> {
    let mut sink = Sink::file(path)?;
    sink.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(sink.finish()?)
}
