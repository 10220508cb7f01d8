//! Documents of one person beside the restitution: the technical profile, and several questionnaires in one document.

use std::path::Path;

use anyhow::{Context as _, bail};
use batch::{Job, Respondent};
use engine::quality::ResponseTime;
use instruments::{Catalog, LoadedInstrument};
use reports::document::Document;
use restitution::{Material, PersonResults, documents};

use super::{Telling, settings, text_columns, write};
use crate::input::open;

/// Writes the document that the arguments ask for.
pub(super) fn run(telling: &Telling, respondent: Respondent, catalog: &Catalog, output: &Path) -> anyhow::Result<()> {
    let made = match &telling.args.earlier {
        Some(earlier) => two_dates(telling, respondent, earlier, catalog)?,
        None if telling.args.technical => technical(telling, respondent)?,
        None => battery(telling, respondent, catalog)?,
    };
    write(&file(made, output)?, output)
}

/// A document as a file of the kind that the ending of its name asks for.
///
/// # Errors
/// For an ending that is neither a page nor a PDF, or when drawing fails.
pub fn file(document: Document, output: &Path) -> anyhow::Result<Vec<u8>> {
    match output.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(document.html()?.into_bytes()),
        #[cfg(feature = "pdf")]
        Some("pdf") => Ok(document.made_on(crate::today::day()).pdf()?),
        #[cfg(not(feature = "pdf"))]
        Some("pdf") => bail!("--output {}: this program was built without PDF (feature `pdf`)", output.display()),
        _ => bail!("--output {}: this document is written as .html or .pdf", output.display()),
    }
}

fn technical(telling: &Telling, respondent: Respondent) -> anyhow::Result<Document> {
    let (label, answers) = (telling.label(&respondent), respondent.answers.clone());
    let person = telling.person(respondent);
    Ok(documents::technical(&telling.material(&person, &label), Some(&answers), &ResponseTime::Unknown)?)
}

fn two_dates(telling: &Telling, respondent: Respondent, earlier: &Path, catalog: &Catalog) -> anyhow::Result<Document> {
    let label = telling.label(&respondent);
    let later = telling.person(respondent);
    let id = format!("{}@{}", telling.instrument.id(), telling.instrument.version());
    let before = found_in(telling, &id, earlier, catalog)?;
    let second = telling.material(&later, &label);
    let first = Material { norm_id: before.norm_id.as_deref(), person: &before.person, ..second };
    let dates = documents::DatesInWords { first: None, second: None };
    Ok(documents::two_dates(&first, &second, dates)?)
}

/// One questionnaire more, with the person found in its file.
struct Another {
    instrument: std::sync::Arc<LoadedInstrument>,
    person: PersonResults,
    norm_id: Option<String>,
}

fn battery(telling: &Telling, respondent: Respondent, catalog: &Catalog) -> anyhow::Result<Document> {
    let label = telling.label(&respondent);
    let first = telling.person(respondent);
    let others =
        telling.args.with.iter().map(|with| another(telling, with, catalog)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut materials = vec![telling.material(&first, &label)];
    for other in &others {
        materials.push(Material {
            instrument: &other.instrument,
            norm_id: other.norm_id.as_deref(),
            person: &other.person,
            ..materials[0]
        });
    }
    Ok(documents::battery(&materials)?)
}

fn another(telling: &Telling, with: &str, catalog: &Catalog) -> anyhow::Result<Another> {
    let (id, path) = with.split_once('=').with_context(|| format!("--with {with}: give ID[@VERSION]=FILE"))?;
    found_in(telling, id, Path::new(path), catalog)
}

/// The person of the arguments in another file.
fn found_in(telling: &Telling, id: &str, path: &Path, catalog: &Catalog) -> anyhow::Result<Another> {
    let args = telling.args;
    let instrument = catalog.find(id)?;
    let source = open(path)?;
    let texts = text_columns(&instrument, &source.header);
    let mut settings = settings(args, &texts)?;
    let norm_id = args.norm.norm.clone().filter(|norm| instrument.norm(norm).is_some());
    if norm_id.is_none() {
        settings.norm = None;
    }
    let job = Job {
        catalog,
        instrument: &instrument,
        norm_id: norm_id.as_deref(),
        settings: &settings,
        allow_simulated: false,
    };
    let wanted = args.person.as_deref().context("--person is needed")?;
    let respondent = job.score_one(source, wanted)?;
    let person = Telling { args, instrument: &instrument, texts: &texts }.person(respondent);
    Ok(Another { instrument, person, norm_id })
}
