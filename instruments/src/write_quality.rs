//! Writing a reference for quality indices where the catalog finds it: `FOLDER/<instrument>/quality.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use engine::model::Instrument;
use engine::quality::{QualityPlan, QualityReference};

use crate::error::{Error, Result};
use crate::load::Reading;
use crate::load::quality::{FILE, read};
use crate::source::Source;
use crate::write_file::write_addition;
use crate::write_norm::IfExists;

/// Writes a reference into `FOLDER/<instrument>/quality.toml`, where [`Catalog::with_folder`](crate::Catalog::with_folder) finds it.
///
/// Numbers read back to the same bits. The people of the sample are not written, only what was computed from them. Writing the same
/// reference again changes nothing. Returns the path of the file.
///
/// # Errors
/// [`Error::Invalid`] when what would be written could not be read back (a blank source, another instrument),
/// [`Error::ReferenceExists`] for another reference with [`IfExists::Refuse`], [`Error::File`] when the file cannot be written.
pub fn write_quality(
    folder: &Path,
    instrument: &Instrument,
    reference: &QualityReference,
    if_exists: IfExists,
) -> Result<PathBuf> {
    let text = text_of(instrument, reference);
    check(instrument, &text)?;
    let path = folder.join(instrument.id().as_str()).join(FILE);
    write_addition(&path, text.as_bytes(), if_exists, |path| Error::ReferenceExists { path })?;
    Ok(path)
}

/// Reads back what is about to be written.
fn check(instrument: &Instrument, text: &str) -> Result<()> {
    let source = Source::Memory(BTreeMap::from([(FILE.to_owned(), text.as_bytes().to_vec())]));
    let mut reading = Reading::begin(&source);
    read(&mut reading, Some(instrument));
    if reading.problems.any_error() {
        let name = format!("quality reference of {}", instrument.id());
        return Err(Error::Invalid { name, problems: reading.problems.into_list() });
    }
    Ok(())
}

/// `{}` prints the shortest number that reads back to the same bits. Writing to a string does not fail.
fn text_of(instrument: &Instrument, reference: &QualityReference) -> String {
    let parts = reference.parts();
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let list = |numbers: &mut dyn Iterator<Item = f64>| {
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        format!("[{}]", numbers.join(", "))
    };
    let plan = QualityPlan::of(instrument);
    let id = |place: usize| {
        let item = plan.items().get(place).and_then(|item| instrument.items().get(item.item_idx));
        quoted(item.map_or("", |item| item.id.as_str()))
    };
    let mut text =
        format!("source = {}\nn = {}\ncritical_r = {}\n", quoted(&parts.source), parts.n, parts.rule.critical());
    for (place, popularity) in parts.popularity.iter().enumerate() {
        let _ = write!(text, "\n[[items]]\nid = {}\n", id(place));
        if let Some(moments) = &parts.moments {
            let mean = moments.means.get(place).copied().unwrap_or(f64::NAN);
            let mut row = (0..=place).map(|other| moments.covariances.get((place, other)).copied().unwrap_or(f64::NAN));
            let _ = writeln!(text, "mean = {mean}\ncovariances = {}", list(&mut row));
        }
        if let Some(shares) = popularity {
            let _ = writeln!(text, "popularity = {}", list(&mut shares.iter().copied()));
        }
    }
    for pair in &parts.pairs {
        let (first, second) = (id(pair.first), id(pair.second));
        let _ = write!(text, "\n[[pairs]]\nfirst = {first}\nsecond = {second}\nr = {}\n", pair.correlation);
    }
    text
}

#[cfg(test)]
mod tests {
    use engine::model::{Answer, Missing, ResponseMatrix};
    use engine::quality::{PairRule, QualityAnswers};

    use std::fs;

    use super::*;
    use crate::catalog::Catalog;
    use crate::test_folder::a_folder;

    fn reference(instrument: &Instrument, source: &str, n: usize) -> QualityReference {
        let answer = |idx: usize| match (idx * 7 + idx / 4) % 11 {
            10 => Answer::Missing(Missing::Skipped),
            other => Answer::Category(u8::try_from(other % 5).unwrap()),
        };
        let answers: Vec<Answer> = (0..4 * n).map(answer).collect();
        let plan = QualityPlan::of(instrument);
        let answers = QualityAnswers::of(&plan, &ResponseMatrix::from_rows(instrument, &answers).unwrap()).unwrap();
        QualityReference::from_scores(&plan, &answers, PairRule::beyond(0.1).unwrap(), source).unwrap().for_others()
    }

    #[test]
    fn a_reference_reads_back_to_the_same_bits() {
        let loaded = a_folder().load();
        let (_parent, path) = a_folder().on_disk();
        let shelf = tempfile::tempdir().unwrap();
        let written = reference(loaded.instrument(), "Nos « gens » \"à nous\"", 60);
        let file = write_quality(shelf.path(), loaded.instrument(), &written, IfExists::Refuse).unwrap();
        assert_eq!(file, shelf.path().join("test/quality.toml"));
        let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(shelf.path()).unwrap();
        let found = catalog.find("test").unwrap();
        assert_eq!(found.quality(), Some(&written));
        assert!(!written.parts().pairs.is_empty());
    }

    #[test]
    fn another_reference_is_kept_unless_it_is_to_be_replaced() {
        let loaded = a_folder().load();
        let shelf = tempfile::tempdir().unwrap();
        let write = |n: usize, if_exists| {
            write_quality(shelf.path(), loaded.instrument(), &reference(loaded.instrument(), "s", n), if_exists)
        };
        let path = write(60, IfExists::Refuse).unwrap();
        assert_eq!(write(60, IfExists::Refuse).unwrap(), path);
        assert!(matches!(write(61, IfExists::Refuse), Err(Error::ReferenceExists { .. })));
        write(61, IfExists::Replace).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("n = 61"));
    }

    #[test]
    fn what_could_not_be_read_back_is_not_written() {
        let loaded = a_folder().load();
        let shelf = tempfile::tempdir().unwrap();
        let blank = reference(loaded.instrument(), " ", 60);
        let refused = write_quality(shelf.path(), loaded.instrument(), &blank, IfExists::Refuse);
        assert!(matches!(refused, Err(Error::Invalid { .. })));
        assert_eq!(fs::read_dir(shelf.path()).unwrap().count(), 0);
    }
}
