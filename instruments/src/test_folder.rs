//! A small instrument in a folder, for tests: sound as it is, and made unsound one slip at a time.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::check::check_folder;
use crate::loaded::LoadedInstrument;
use crate::problem::{Problem, Severity};
use crate::source::Source;

/// Files of an instrument folder.
#[derive(Clone)]
pub(crate) struct TestFolder {
    files: BTreeMap<String, Vec<u8>>,
}

/// Two scales of two items each, in French.
pub(crate) fn a_folder() -> TestFolder {
    TestFolder { files: BTreeMap::new() }
        .with(
            "instrument.toml",
            r#"id = "test"
version = "1.0.0"
kind = "personality"
languages = ["fr"]
authors = ["The bilan project"]
license = "MIT OR Apache-2.0"
sources = []
evidence = "original-not-standardized"
purpose = "test"
administration = "self-report"
supervision = "open"
minutes = 2

[scoring]
score = "sum"
missing = { policy = "prorate", min_answered = "1/2" }
rounding = "none"

[response_scales.agree5]
kind = "likert"
lowest = 1
highest = 5

[[scales]]
id = "A"

[[scales]]
id = "B"
"#,
        )
        .with("items.csv", "item,response_scale\ni1,agree5\ni2,agree5\ni3,agree5\ni4,agree5\n")
        .with("keys.csv", "scale,item,sign,weight\nA,i1,+,\nA,i2,-,\nB,i3,+,\nB,i4,+,\n")
        .with(
            "text.fr.csv",
            "element,id,text\ntitle,,Essai\ninstruction,,Répondez.\nitem,i1,Un\nitem,i2,Deux\nitem,i3,Trois\nitem,i4,Quatre\n\
             option,agree5:1,Non\noption,agree5:2,Plutôt non\noption,agree5:3,Peut-être\noption,agree5:4,Plutôt oui\n\
             option,agree5:5,Oui\nscale,A,Échelle A\nscale,B,Échelle B\n",
        )
}

impl TestFolder {
    /// With a file.
    pub(crate) fn with(&self, file: &str, text: &str) -> Self {
        self.with_bytes(file, text.as_bytes())
    }

    /// With a file of any bytes.
    pub(crate) fn with_bytes(&self, file: &str, bytes: &[u8]) -> Self {
        let mut folder = self.clone();
        folder.files.insert(file.to_owned(), bytes.to_vec());
        folder
    }

    /// With a norm by sex.
    pub(crate) fn with_norm(&self) -> Self {
        self.with(
            "norms/local.toml",
            r#"id = "local"
title = "Norme locale"
source = "Essai"
year = 2024
kind = "local"
population = "Nous"
standardization = "linear"
weighting = "none"
combined = true

[[strata]]
id = "F"
sex = "F"

[[strata]]
id = "M"
sex = "M"
"#,
        )
        .with("norms/local.csv", "stratum,scale,mean,sd,n\nF,A,6,1.5,100\nF,B,7,1.5,\nM,A,5,1.5,\nM,B,6.5,1.5,\n")
    }

    /// Without a file.
    pub(crate) fn without(&self, file: &str) -> Self {
        let mut folder = self.clone();
        folder.files.remove(file);
        folder
    }

    /// With lines at the end of a file.
    pub(crate) fn adding(&self, file: &str, text: &str) -> Self {
        self.with(file, &(self.text(file) + text))
    }

    /// With one text in a file in the place of another, wherever it stands.
    pub(crate) fn replacing(&self, file: &str, from: &str, to: &str) -> Self {
        let text = self.text(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        self.with(file, &text.replace(from, to))
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: &str) -> String {
        String::from_utf8(self.files[file].clone()).unwrap()
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, file: &str) -> Vec<u8> {
        self.files[file].clone()
    }

    /// The folder in memory.
    pub(crate) fn source(&self) -> Source {
        Source::Memory(self.files.clone())
    }

    /// The folder on disk, called `test`.
    pub(crate) fn on_disk(&self) -> (TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("test");
        for (file, bytes) in &self.files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        (parent, folder)
    }

    /// All problems of the folder on disk.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let (_parent, folder) = self.on_disk();
        check_folder(&folder).problems
    }

    /// Asserts an error at a place, with a part of its remedy.
    #[track_caller]
    pub(crate) fn expect(&self, file: &str, place: &str, remedy: &str) {
        self.expect_problem(Severity::Error, file, place, remedy);
        assert!(!self.loads(), "an instrument with an error was loaded");
    }

    /// Asserts a warning at a place, with a part of its remedy.
    #[track_caller]
    pub(crate) fn expect_warning(&self, file: &str, place: &str, remedy: &str) {
        self.expect_problem(Severity::Warning, file, place, remedy);
    }

    #[track_caller]
    fn expect_problem(&self, severity: Severity, file: &str, place: &str, remedy: &str) {
        let problems = self.problems();
        let is_it = |problem: &Problem| {
            problem.severity == severity
                && problem.file == file
                && problem.place == place
                && problem.remedy.contains(remedy)
        };
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(problems.iter().any(is_it), "no {severity:?} in {file}, {place} with {remedy:?}, but {shown:#?}");
    }

    /// Asserts that there is no error.
    #[track_caller]
    pub(crate) fn expect_none(&self) {
        let errors: Vec<String> = self.problems().iter().filter(|p| p.is_error()).map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    /// Whether the folder gives an instrument.
    pub(crate) fn loads(&self) -> bool {
        crate::load::load(&self.source(), &[]).loaded.is_some()
    }

    /// The instrument of the folder.
    #[track_caller]
    pub(crate) fn load(&self) -> LoadedInstrument {
        let outcome = crate::load::load(&self.source(), &[]);
        let shown: Vec<String> = outcome.problems.iter().map(ToString::to_string).collect();
        outcome.loaded.unwrap_or_else(|| panic!("{shown:#?}"))
    }
}
