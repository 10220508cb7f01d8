//! `bilan instruments export`, and `import` of instruments and answers: the forms of other systems, FHIR and QTI.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use batch::Sink;
use batch::input::sniff::separator_of;
use instruments::exchange::fhir::{self, AnswerRow};
use instruments::exchange::{Scoring, qti};
use instruments::{Catalog, LoadedInstrument, Problem};

use super::import::named;
use crate::args::{ExchangeFormat, ExportArgs, ImportArgs};
use crate::commands::instruments::open_catalog;
use crate::output::{message, print};

/// `bilan instruments export`.
///
/// # Errors
/// When the instrument is unknown, the form cannot carry it, or a file cannot be read or written.
pub fn export(args: &ExportArgs) -> anyhow::Result<()> {
    let catalog = open_catalog(&args.catalog)?;
    let scoring = if args.without_scoring { Scoring::Without } else { Scoring::With };
    let bytes = match (args.format, &args.responses) {
        (ExchangeFormat::Fhir, None) => {
            text_of(&named(fhir::export_questionnaire(&catalog, &args.instrument, scoring))?)?
        }
        (ExchangeFormat::Fhir, Some(responses)) => {
            let loaded = catalog.find(&args.instrument)?;
            let rows = read_answers(responses, args.id.as_deref(), &loaded)?;
            text_of(&named(fhir::export_responses(&catalog, &args.instrument, &rows))?)?
        }
        (ExchangeFormat::Qti, None) => named(qti::export_package(&catalog, &args.instrument, scoring))?,
        (ExchangeFormat::Qti, Some(_)) => bail!("QTI packages hold questionnaires; write answers with --format fhir"),
    };
    write(&args.output, &bytes)
}

/// `bilan instruments import --from FILE` without an instrument: the file is one.
///
/// # Errors
/// When the file is none, it cannot be read, or its folder is there already; all problems are printed first.
pub fn import_instrument(args: &ImportArgs) -> anyhow::Result<()> {
    let bytes = read(&args.from)?;
    let imported =
        named(if qti::is_package(&bytes) { qti::import_package(&bytes) } else { fhir::import_questionnaire(&bytes) })
            .context(
            "this is no FHIR Questionnaire and no QTI package (the wording of a key needs the ID of its instrument)",
        )?;
    imported.problems.iter().for_each(|problem| message(&problem.to_string()));
    if imported.problems.iter().any(Problem::is_error) {
        bail!("{} cannot be used as an instrument; nothing was written", args.from.display());
    }
    let folder = imported.write(&args.output)?;
    Ok(print(&format!("{} written to {}\n", imported.id, folder.display()))?)
}

/// `bilan instruments import ID --from FILE.json`: answers in the form of FHIR.
///
/// # Errors
/// When the file holds none, an answer does not fit its item, or a file cannot be read or written; all problems are printed first.
pub fn import_answers(args: &ImportArgs, catalog: &Catalog, loaded: &LoadedInstrument) -> anyhow::Result<()> {
    let name = format!("{}@{}", loaded.id(), loaded.version());
    let imported = named(fhir::import_responses(catalog, &name, &read(&args.from)?))?;
    imported.problems.iter().for_each(|problem| message(&problem.to_string()));
    if imported.problems.iter().any(Problem::is_error) {
        bail!("{} was not taken over; nothing was written", args.from.display());
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    let ids = loaded.instrument().items().iter().map(|item| item.id.as_str());
    table.write_record(["person"].into_iter().chain(ids))?;
    for row in &imported.rows {
        let cells = row.cells.iter().map(|cell| cell.as_deref().unwrap_or_default());
        table.write_record([row.id.as_str()].into_iter().chain(cells))?;
    }
    write(&args.output, &table.into_inner().map_err(|error| error.into_error())?)?;
    Ok(print(&format!("{} people written to {}\n", imported.rows.len(), args.output.display()))?)
}

/// The answers of a CSV file, one row a person. Blank and `NA` are no answer.
fn read_answers(path: &Path, id: Option<&str>, loaded: &LoadedInstrument) -> anyhow::Result<Vec<AnswerRow>> {
    let bytes = read(path)?;
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(separator_of(head)).from_reader(text);
    let header = reader.headers().with_context(|| format!("cannot read {}", path.display()))?.clone();
    let column = |name: &str| header.iter().position(|known| known.trim().eq_ignore_ascii_case(name));
    let place_of_id =
        id.map(|id| column(id).with_context(|| format!("{} has no column `{id}`", path.display()))).transpose()?;
    let columns: Vec<Option<usize>> = loaded.instrument().items().iter().map(|item| column(item.id.as_str())).collect();
    if columns.iter().all(Option::is_none) {
        bail!("no column of {} is named after an item of {}", path.display(), loaded.id());
    }
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("cannot read {}", path.display()))?;
        let field = |column: usize| record.get(column).map(str::trim).filter(|text| !text.is_empty() && *text != "NA");
        let id = match place_of_id {
            Some(column) => field(column).with_context(|| format!("row {} has no identifier", number + 1))?.to_owned(),
            None => (number + 1).to_string(),
        };
        let cells = columns.iter().map(|column| Some(field((*column)?)?.to_owned())).collect();
        rows.push(AnswerRow { id, cells });
    }
    Ok(rows)
}

fn text_of(value: &serde_json::Value) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file as a whole, or leaves the old one.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut sink = Sink::file(path)?;
    sink.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(sink.finish()?)
}
