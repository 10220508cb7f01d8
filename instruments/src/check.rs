//! Checking and locking a folder on disk.

use std::fmt;
use std::path::Path;

use engine::model::{InstrumentId, Version};

use crate::about::Language;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::load::lock::{self, Line};
use crate::load::{self, Reading};
use crate::loaded::LoadedInstrument;
use crate::problem::{Problem, did_you_mean};
use crate::source::Source;
use crate::write_file::write_whole;

/// What came of checking a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckReport {
    /// All errors and warnings.
    pub problems: Vec<Problem>,
    /// What the folder holds; `None` when it has errors.
    pub summary: Option<Summary>,
}

impl CheckReport {
    /// Whether the folder can be used: there are no errors.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Instrument.
    pub id: InstrumentId,
    /// Its version.
    pub version: Version,
    /// Number of items.
    pub n_items: usize,
    /// Number of scales.
    pub n_scales: usize,
    /// Languages of its wording.
    pub languages: Vec<Language>,
    /// Norms, with the number of their strata, combined ones included.
    pub norms: Vec<(String, usize)>,
    /// Number of reliability coefficients.
    pub n_reliability: usize,
    /// SHA-256 of items, keys and scoring rules.
    pub hash: String,
    /// Whether `content.lock` vouches for everything in the folder.
    pub locked: bool,
}

impl Summary {
    fn of(loaded: &LoadedInstrument) -> Self {
        let instrument = loaded.instrument();
        let norms = loaded.norms().iter().map(|norm| (norm.card().id.clone(), norm.group().strata().len()));
        Self {
            id: loaded.id().clone(),
            version: loaded.version(),
            n_items: instrument.items().len(),
            n_scales: instrument.scales().len(),
            languages: loaded.about().languages.clone(),
            norms: norms.collect(),
            n_reliability: (0..instrument.scales().len()).map(|scale_idx| loaded.reliability(scale_idx).len()).sum(),
            hash: loaded.hash().to_owned(),
            locked: loaded.is_locked(),
        }
    }
}

impl fmt::Display for Summary {
    /// One line: `test@1.0.0: 4 items, 2 scales, wording fr, norm local (3 strata), not locked`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}: {} items, {} scales", self.id, self.version, self.n_items, self.n_scales)?;
        let languages: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
        match languages.as_slice() {
            [] => f.write_str(", no wording")?,
            languages => write!(f, ", wording {}", languages.join(" "))?,
        }
        for (id, n_strata) in &self.norms {
            write!(f, ", norm {id} ({n_strata} strata)")?;
        }
        if self.n_reliability > 0 {
            write!(f, ", {} reliability coefficients", self.n_reliability)?;
        }
        f.write_str(if self.locked { ", locked" } else { ", not locked" })
    }
}

/// Checks the folder of an instrument, or a folder of local norms that bears the name of a bundled instrument, and reports all
/// problems at once.
#[must_use]
pub fn check_folder(path: &Path) -> CheckReport {
    let outcome = load_folder(path);
    CheckReport { problems: outcome.problems, summary: outcome.loaded.as_ref().map(Summary::of) }
}

fn load_folder(path: &Path) -> load::Outcome {
    let source = Source::Disk(path.to_owned());
    let has_additions = path.join("norms").is_dir() || source.has("quality.toml");
    if source.has("instrument.toml") || !has_additions {
        return load::load(&source, &[]);
    }
    let name = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let catalog = Catalog::bundled();
    let Some(instrument) = catalog.source_of(&name) else {
        let ids = catalog.ids();
        let remedy = "add instrument.toml, or give the folder the name of the instrument whose norms it holds";
        let remedy = did_you_mean(&name, ids.iter().map(String::as_str), remedy);
        let message = "the folder holds norms only, and no bundled instrument is called like it";
        return load::Outcome { loaded: None, problems: vec![Problem::error("", "", message, remedy)] };
    };
    load::load(&instrument, &[source])
}

/// What locking a folder has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockReport {
    /// `instrument 1.0.0` or `norm local`: what was not locked before.
    pub added: Vec<String>,
    /// Number of lines that were there and still hold.
    pub n_kept: usize,
}

/// Locks the content of a folder under its version and norm ids: writes `content.lock`.
///
/// Lines of older versions stay. Content that is locked already and has changed is refused.
///
/// # Errors
/// [`Error::Invalid`] with all problems when the folder has errors, [`Error::File`] when the lock cannot be written.
pub fn lock_folder(path: &Path) -> Result<LockReport> {
    let outcome = load_folder(path);
    let Some(loaded) = outcome.loaded else {
        return Err(Error::Invalid { name: path.display().to_string(), problems: outcome.problems });
    };
    let source = Source::Disk(path.to_owned());
    let mut lines = lock::read(&mut Reading::begin(&source)).unwrap_or_default();
    let is_local = !source.has("instrument.toml");
    let instrument = (!is_local).then(|| (loaded.version(), loaded.hash()));
    let norms: Vec<_> = loaded.norms().iter().filter(|norm| norm.is_local() == is_local).cloned().collect();
    let n_kept = lines.len();
    let is_new = |line: &Line| !lines.iter().any(|known| known.part == line.part && known.name == line.name);
    let added: Vec<Line> = lock::current(instrument, &norms).into_iter().filter(is_new).collect();
    let report = LockReport { added: added.iter().map(Line::title).collect(), n_kept };
    if !added.is_empty() {
        lines.extend(added);
        let text: String = lines.iter().map(Line::to_text).collect();
        write_whole(&path.join(lock::FILE), text.as_bytes())?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::test_folder::a_folder;

    #[test]
    fn a_sound_folder_is_summed_up_in_one_line() {
        let (_parent, folder) = a_folder().with_norm().on_disk();
        let report = check_folder(&folder);
        assert!(report.is_sound());
        let expected = "test@1.0.0: 4 items, 2 scales, wording fr, norm local (3 strata), not locked";
        assert_eq!(report.summary.unwrap().to_string(), expected);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_problem() {
        let report = check_folder(Path::new("/nonexistent/folder"));
        assert!(!report.is_sound() && report.summary.is_none());
        assert_eq!(report.problems[0].remedy, "check the path");
    }

    #[test]
    fn locking_keeps_older_lines_and_refuses_changes() {
        let (_parent, folder) = a_folder().with_norm().on_disk();
        assert_eq!(
            lock_folder(&folder).unwrap(),
            LockReport { added: vec!["instrument 1.0.0".into(), "norm local".into()], n_kept: 0 }
        );
        assert!(check_folder(&folder).summary.unwrap().locked);
        assert_eq!(lock_folder(&folder).unwrap(), LockReport { added: vec![], n_kept: 2 });
        let keys = fs::read_to_string(folder.join("keys.csv")).unwrap();
        fs::write(folder.join("keys.csv"), keys.replace("A,i2,-", "A,i2,+")).unwrap();
        let Err(Error::Invalid { problems, .. }) = lock_folder(&folder) else { panic!("a changed key was locked") };
        assert!(problems[0].remedy.contains("new version"));
        let manifest = fs::read_to_string(folder.join("instrument.toml")).unwrap();
        fs::write(folder.join("instrument.toml"), manifest.replace("1.0.0", "2.0.0")).unwrap();
        assert_eq!(lock_folder(&folder).unwrap(), LockReport { added: vec!["instrument 2.0.0".into()], n_kept: 2 });
        let lock = fs::read_to_string(folder.join("content.lock")).unwrap();
        assert_eq!(lock.lines().count(), 3);
    }

    #[test]
    fn a_folder_with_errors_is_not_locked() {
        let (_parent, folder) = a_folder().without("keys.csv").on_disk();
        assert!(matches!(lock_folder(&folder), Err(Error::Invalid { .. })));
        assert!(!folder.join("content.lock").exists());
    }

    #[test]
    fn local_norms_of_a_bundled_instrument_are_checked_against_it() {
        let parent = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let folder = parent.path().join(name);
            fs::create_dir_all(folder.join("norms")).unwrap();
            let norm = a_folder().with_norm();
            fs::write(folder.join("norms/local.toml"), norm.text("norms/local.toml")).unwrap();
            let values = "stratum,scale,mean,sd,n\nF,R,30,8,\nM,R,30,8,\n";
            fs::write(folder.join("norms/local.csv"), values).unwrap();
            folder
        };
        let folder = make("interests-60");
        let report = check_folder(&folder);
        assert!(report.is_sound(), "{:#?}", report.problems);
        assert_eq!(lock_folder(&folder).unwrap().added, ["norm local"]);
        fs::write(folder.join("norms/local.csv"), "stratum,scale,mean,sd,n\nF,R,300,8,\nM,R,30,8,\n").unwrap();
        let problems = check_folder(&folder).problems;
        assert!(
            problems.iter().any(|p| p.file.ends_with("norms/local.csv") && p.place == "line 2, column mean"),
            "{problems:#?}"
        );
        assert!(check_folder(&make("interest-60")).problems[0].remedy.contains("interests-60"));
    }
}
