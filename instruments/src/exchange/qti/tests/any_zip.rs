//! Any bytes, any files in a package, and any slip in one of ours are answered, never with a panic.

use proptest::prelude::*;

use super::{Files, full, import, zip_file};
use crate::exchange::Scoring;
use crate::exchange::file_names::is_safe;
use crate::exchange::qti::import_package;
use crate::load::load;
use crate::source::Source;

/// A folder comes out, or a refusal; the folder is what its problems say.
fn is_answered(zip: &[u8]) {
    let Ok(imported) = import_package(zip) else { return };
    assert!(imported.files.keys().all(|file| is_safe(file)));
    let outcome = load(&Source::Memory(imported.files.clone()), &[]);
    let told = |message: &str| imported.problems.iter().any(|problem| problem.message == message);
    assert!(outcome.problems.iter().all(|problem| told(&problem.message)) || imported.problems.len() > 500);
    for problem in &imported.problems {
        assert!(!problem.to_string().contains('\n') && !problem.message.is_empty() && !problem.remedy.is_empty());
    }
}

const WORDS: &[&str] = &[
    "",
    "<",
    "<a>",
    "</qti-item-body>",
    "<qti-item-body>",
    "\"",
    "&x;",
    "<!DOCTYPE a [<!ENTITY x 'y'>]>",
    "identifier=\"i1\"",
    "c1",
    "é",
    "<qti-choice-interaction>",
    "<qti-assessment-section identifier=\"a\">",
    "href=\"../../x\"",
    "-1",
    "1e999",
    "xml:lang=\"x y\"",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        is_answered(&bytes);
    }

    #[test]
    fn arbitrary_files_are_answered(texts in prop::collection::vec(prop::collection::vec(prop::sample::select(WORDS), 0..12), 0..5)) {
        let names = ["imsmanifest.xml", "a.xml", "bilan/folder/instrument.toml", "bilan/words.fr.csv", "bilan/folder/items.csv"];
        let files: Files = names.iter().zip(texts).map(|(name, words)| ((*name).to_owned(), words.concat().into_bytes())).collect();
        is_answered(&zip_file::pack(&files).unwrap());
    }

    #[test]
    fn cut_and_changed_packages_are_answered(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut zip = zip_file::pack(&full(Scoring::With)).unwrap();
        let at = at.index(zip.len());
        if cut { zip.truncate(at) } else { zip[at] = byte }
        is_answered(&zip);
    }

    #[test]
    fn slips_in_the_files_of_a_package_are_answered(
        slips in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(WORDS)), 1..4),
    ) {
        let mut files = full(Scoring::With);
        for (file, at, word) in slips {
            let names: Vec<String> = files.keys().cloned().collect();
            let bytes = files.get_mut(&names[file.index(names.len())]).unwrap();
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, word.bytes());
        }
        is_answered(&zip_file::pack(&files).unwrap());
    }
}

#[test]
fn files_that_are_missing_one_by_one_are_answered() {
    for name in full(Scoring::With).keys() {
        let mut files = full(Scoring::With);
        files.remove(name);
        is_answered(&zip_file::pack(&files).unwrap());
        if name.ends_with("i3.xml") {
            super::expect(&import(&files).problems, "", "");
        }
    }
}
