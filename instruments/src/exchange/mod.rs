//! Instruments and answers in the forms of other systems: `instruments/EXCHANGE.md` says which element goes where.
//!
//! - [`fhir`]: HL7 FHIR R5 `Questionnaire` and `QuestionnaireResponse`, as JSON.
//! - [`qti`]: 1EdTech QTI 3.0 content packages, as ZIP files.
//!
//! Both ways go through a `form`: what a respondent reads and can answer, taken from the folder or from the other system, beside the files
//! that no other system has a place for. `form` reads a folder, `to_folder` writes one (with `manifest_text`, `manifest_merge` and `tables`),
//! `foreign_ids` remembers how another system named things, `losses` collects what could not be carried over.

pub mod fhir;
pub mod qti;

mod answers;
mod draft;
mod file_names;
mod foreign_ids;
mod form;
mod losses;
mod manifest_merge;
mod manifest_text;
mod options;
mod tables;
mod to_folder;

#[cfg(test)]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::write_file::{file_error, write_whole};

/// Whether the scoring travels with the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scoring {
    /// Everything in the folder.
    With,
    /// What a respondent reads and can answer, and nothing else: no keys, right answers, scales, norms, reliability, sentences on results,
    /// documentation.
    Without,
}

/// The folder of an instrument that came from another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Id of the instrument, which names its folder.
    pub id: String,
    /// The files by their path in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What was not carried over, what was assumed, and what the folder still needs; the folder can be used when no error is among them.
    pub problems: Vec<Problem>,
}

impl Imported {
    /// Writes the files into a new folder, named by the instrument's id, and gives its path.
    ///
    /// # Errors
    /// [`Error::File`] when the folder is there already, or cannot be written.
    pub fn write(&self, parent: &Path) -> Result<PathBuf> {
        let folder = parent.join(&self.id);
        // Whoever made the files, none of them stands outside the folder.
        let unsafe_name = self.files.keys().find(|file| !file_names::is_safe(file));
        if unsafe_name.is_some() || self.id.contains('/') || !file_names::is_safe(&self.id) {
            let reason = "the name is not one of a file inside the folder".to_owned();
            return Err(Error::File { path: folder.join(unsafe_name.map_or("", String::as_str)), reason });
        }
        let make = |path: &Path| fs::create_dir_all(path).map_err(|error| file_error(path, &error));
        make(parent)?;
        fs::create_dir(&folder).map_err(|error| file_error(&folder, &error))?;
        for (file, bytes) in &self.files {
            let path = folder.join(file);
            if let Some(inner) = path.parent() {
                make(inner)?;
            }
            write_whole(&path, bytes)?;
        }
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(file: &str) -> Imported {
        Imported { id: "a".into(), files: BTreeMap::from([(file.into(), b"x".to_vec())]), problems: Vec::new() }
    }

    #[test]
    fn files_are_written_into_a_new_folder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = imported("norms/x.csv").write(parent.path()).unwrap();
        assert_eq!(fs::read(folder.join("norms/x.csv")).unwrap(), b"x");
        assert!(matches!(imported("y.csv").write(parent.path()), Err(Error::File { path, .. }) if path == folder));
    }

    #[test]
    fn no_file_is_written_outside_the_folder() {
        for file in ["../x", "/tmp/bilan-x", "a/../../x", "", "a//b", "C:x"] {
            let parent = tempfile::tempdir().unwrap();
            assert!(imported(file).write(&parent.path().join("inner")).is_err(), "{file}");
            assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
            let renamed = Imported { id: file.into(), ..imported("x") };
            assert!(renamed.write(&parent.path().join("inner")).is_err(), "{file}");
            assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        }
    }
}
