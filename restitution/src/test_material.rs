//! Instruments and answers for the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::assessment::{IntervalKind, IntervalSettings};
use engine::model::{Answer, Missing};
use engine::norms::{Age, AgeFact, PersonFacts, Sex, StratumRule};
use instruments::{Catalog, LoadedInstrument};
use reports::text::Language;

use crate::{Material, NormRequest, PersonResults};

/// Six items 1 to 5: `Calm` (the second turned), `Drive` (the third turned), `All` over both, `Balance` their difference.
/// Reliability of Calm only: alpha 0.75, SD 2.
pub(crate) fn tiny() -> Arc<LoadedInstrument> {
    from(&fixtures(), "tiny")
}

pub(crate) fn bundled(id: &str) -> Arc<LoadedInstrument> {
    Catalog::bundled().find(id).unwrap()
}

pub(crate) fn from(folder: &Path, id: &str) -> Arc<LoadedInstrument> {
    Catalog::bundled().with_folder(folder).unwrap().find(id).unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/instruments")
}

/// A copy of `tiny` with other texts in one of its files; without its norm.
pub(crate) fn changed_tiny(id: &str, file: &str, change: impl Fn(String) -> String) -> Arc<LoadedInstrument> {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(id);
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(fixtures().join("tiny")).unwrap().map(|entry| entry.unwrap().path()) {
        let Some(name) = entry.file_name().and_then(|name| name.to_str()).filter(|_| entry.is_file()) else { continue };
        let mut text = fs::read_to_string(&entry).unwrap();
        if name == "instrument.toml" {
            text = text.replace("id = \"tiny\"", &format!("id = \"{id}\""));
        }
        if name == file {
            text = change(text);
        }
        fs::write(copy.join(name), text).unwrap();
    }
    from(folder.path(), id)
}

/// Answers by their codes, from `lowest`; a negative one is left blank.
pub(crate) fn coded(lowest: i64, codes: &[i64]) -> Vec<Answer> {
    let answer = |&code: &i64| match u8::try_from(code - lowest) {
        Ok(category) => Answer::Category(category),
        Err(_) => Answer::Missing(Missing::Skipped),
    };
    codes.iter().map(answer).collect()
}

/// A woman of 25, in the invented norm of `tiny`: Calm 9 and 2, Drive 10 and 2.5, All 19 and 3.5.
pub(crate) fn young_woman() -> NormRequest<'static> {
    let facts = PersonFacts { sex: Some(Sex::Female), age: AgeFact::Known(Age::new(25).unwrap()) };
    NormRequest { id: "invented", facts, rule: StratumRule::BySex }
}

pub(crate) fn observed() -> IntervalSettings {
    IntervalSettings::new(IntervalKind::Observed, 0.95).unwrap()
}

/// Results of answers 1 to 5; 0 is left blank.
pub(crate) fn scored(instrument: &LoadedInstrument, codes: &[i64], norm: Option<NormRequest>) -> PersonResults {
    PersonResults::of_answers(instrument, &coded(1, codes), norm, observed()).unwrap()
}

pub(crate) fn material<'a>(
    instrument: &'a LoadedInstrument,
    person: &'a PersonResults,
    norm_id: Option<&'a str>,
) -> Material<'a> {
    let language = Language::English;
    Material {
        instrument,
        norm_id,
        person,
        occasion: None,
        person_label: None,
        language,
        not_me: &[],
        simulated: false,
    }
}
