//! The catalog: the bundled instruments, and those of folders that somebody adds.
//!
//! Nothing is read before it is asked for: scoring with one instrument does not read the others.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use engine::model::{InstrumentId, Version};
use include_dir::{Dir, include_dir};

use crate::about::{Evidence, Kind, Language};
use crate::error::{Error, NotFound, Result};
use crate::load::{self, Reading, lock, manifest};
use crate::loaded::LoadedInstrument;
use crate::problem::{Problem, did_you_mean, nearest};
use crate::source::Source;
use crate::write_file::file_error;

static DATA: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// Instruments by name and version.
#[derive(Debug)]
pub struct Catalog {
    entries: Vec<Entry>,
    additions: Vec<Addition>,
}

/// The folder of one instrument.
#[derive(Debug)]
struct Entry {
    source: Source,
    folder: String,
    is_bundled: bool,
    head: OnceLock<std::result::Result<CatalogEntry, Vec<Problem>>>,
    loaded: OnceLock<Result<Arc<LoadedInstrument>>>,
}

/// A folder of norms, reliability coefficients and wordings for an instrument that stands elsewhere.
#[derive(Debug)]
struct Addition {
    instrument: String,
    source: Source,
}

/// One version of an instrument, as the catalog lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogEntry {
    /// Identifier.
    pub id: InstrumentId,
    /// Version.
    pub version: Version,
    /// What it is about.
    pub kind: Kind,
    /// What is known about the quality of its scores.
    pub evidence: Evidence,
    /// Languages of its wording.
    pub languages: Vec<Language>,
    /// Whether it is part of the program.
    pub is_bundled: bool,
}

impl Entry {
    fn new(source: Source, folder: String, is_bundled: bool) -> Self {
        Self { source, folder, is_bundled, head: OnceLock::new(), loaded: OnceLock::new() }
    }

    /// Id and version, from `instrument.toml` alone.
    fn head(&self) -> std::result::Result<&CatalogEntry, &Vec<Problem>> {
        self.head.get_or_init(|| self.read_head()).as_ref()
    }

    fn read_head(&self) -> std::result::Result<CatalogEntry, Vec<Problem>> {
        let mut reading = Reading::begin(&self.source);
        let head = manifest::read(&mut reading).and_then(|manifest| {
            let about = manifest.about?;
            let (kind, evidence, languages) = (about.kind, about.evidence, about.languages);
            Some(CatalogEntry {
                id: manifest.id?,
                version: manifest.version?,
                kind,
                evidence,
                languages,
                is_bundled: self.is_bundled,
            })
        });
        head.ok_or_else(|| reading.problems.into_list())
    }

    /// The id that the folder's name says, `ID` or `ID@VERSION`. Bundled folders keep to it.
    fn name(&self) -> &str {
        self.folder.split('@').next().unwrap_or_default()
    }

    fn may_be(&self, id: &str) -> bool {
        if self.is_bundled {
            return self.name().eq_ignore_ascii_case(id);
        }
        match self.head() {
            Ok(head) => head.id.eq_ignore_case(id),
            Err(_) => self.name().eq_ignore_ascii_case(id),
        }
    }

    fn hash(&self) -> String {
        lock::hash_of(&self.source, lock::INSTRUMENT_FILES)
    }
}

impl Catalog {
    /// The instruments that are part of the program.
    #[must_use]
    pub fn bundled() -> Self {
        let entries = DATA.dirs().filter_map(|dir| {
            let folder = dir.path().file_name()?.to_str()?.to_owned();
            dir.get_file(dir.path().join("instrument.toml"))?;
            Some(Entry::new(Source::Embedded(dir), folder, true))
        });
        Self { entries: entries.collect(), additions: Vec::new() }
    }

    /// Adds a folder whose subfolders are instruments. A subfolder with `norms/`, `reliability.csv`, `quality.toml` or
    /// `text.<lang>.csv` but without `instrument.toml` adds them to the instrument of its name. A folder that is itself an instrument or such a subfolder is
    /// accepted too.
    ///
    /// # Errors
    /// [`Error::File`] when the folder cannot be read. What is wrong inside a subfolder is said by [`Catalog::problems`], and by
    /// [`Catalog::find`] when that instrument is asked for.
    pub fn with_folder(mut self, path: &Path) -> Result<Self> {
        let fail = |error: std::io::Error| file_error(path, &error);
        let mut folders = Vec::new();
        for entry in fs::read_dir(path).map_err(fail)? {
            let entry = entry.map_err(fail)?.path();
            if entry.is_dir() {
                folders.push(entry);
            }
        }
        folders.sort();
        let is_itself_one = path.join("instrument.toml").is_file() || is_addition(path);
        if is_itself_one {
            folders = vec![path.canonicalize().map_err(fail)?];
        }
        for folder in folders {
            let Some(name) = folder.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
            let source = Source::Disk(folder.clone());
            if source.has("instrument.toml") {
                self.entries.push(Entry::new(source, name, false));
            } else if is_addition(&folder) {
                self.additions.push(Addition { instrument: name, source });
            }
        }
        // Instruments that were loaded before do not have the new files yet.
        for entry in &mut self.entries {
            entry.loaded = OnceLock::new();
        }
        Ok(self)
    }

    /// The instrument `ID` in its newest version, or `ID@VERSION`. Case of letters does not count.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest name, [`Error::Invalid`] with all problems of its folder, [`Error::Conflict`] when two
    /// folders give the same version different content.
    ///
    /// # Examples
    /// ```
    /// use instruments::{Catalog, Error};
    /// let catalog = Catalog::bundled();
    /// assert_eq!(catalog.find("interests-60")?.instrument().items().len(), 60);
    /// let Err(Error::NotFound(missing)) = catalog.find("interest-60") else { panic!() };
    /// assert_eq!(missing.nearest.as_deref(), Some("interests-60"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn find(&self, name: &str) -> Result<Arc<LoadedInstrument>> {
        let (entry, head) = self.entry_of(name)?;
        entry.loaded.get_or_init(|| self.load(entry, head)).clone()
    }

    /// The folder of `ID` in its newest version, or of `ID@VERSION`, chosen as [`Catalog::find`] does.
    pub(crate) fn folder_of(&self, name: &str) -> Result<&Source> {
        self.entry_of(name).map(|(entry, _)| &entry.source)
    }

    fn entry_of(&self, name: &str) -> Result<(&Entry, &CatalogEntry)> {
        let name = name.trim();
        let (id, version) = match name.split_once('@') {
            Some((id, version)) => (id, Some(version)),
            None => (name, None),
        };
        let candidates: Vec<&Entry> = self.entries.iter().filter(|entry| entry.may_be(id)).collect();
        // A folder of that name that cannot be read hides what was asked for: say so rather than take another version.
        if let Some((entry, problems)) = candidates.iter().find_map(|entry| Some((entry, entry.head().err()?))) {
            return Err(Error::Invalid { name: entry.source.name(), problems: problems.clone() });
        }
        let heads = candidates.iter().filter_map(|entry| Some((*entry, entry.head().ok()?)));
        let wanted: Vec<(&Entry, &CatalogEntry)> = match version {
            Some(text) => match text.parse::<Version>() {
                Ok(version) => heads.filter(|(_, head)| head.version == version).collect(),
                Err(_) => Vec::new(),
            },
            None => {
                let heads: Vec<_> = heads.collect();
                let newest = heads.iter().map(|(_, head)| head.version).max();
                heads.into_iter().filter(|(_, head)| Some(head.version) == newest).collect()
            }
        };
        // Of equal ones the folder added last is taken: it may bring wording or norms of its own.
        let Some(&(entry, head)) = wanted.last() else { return Err(self.not_found(name, id).into()) };
        if let Some((other, _)) = wanted.iter().find(|(other, _)| other.hash() != entry.hash()) {
            let (id, version) = (head.id.to_string(), head.version.to_string());
            return Err(Error::Conflict { id, version, first: other.source.name(), second: entry.source.name() });
        }
        Ok((entry, head))
    }

    fn load(&self, entry: &Entry, head: &CatalogEntry) -> Result<Arc<LoadedInstrument>> {
        let of_this = self.additions.iter().filter(|added| head.id.eq_ignore_case(&added.instrument));
        let additions: Vec<Source> = of_this.map(|added| added.source.clone()).collect();
        let outcome = load::load(&entry.source, &additions);
        match outcome.loaded {
            Some(loaded) => Ok(Arc::new(loaded)),
            None => Err(Error::Invalid { name: format!("{}@{}", head.id, head.version), problems: outcome.problems }),
        }
    }

    fn not_found(&self, given: &str, id: &str) -> NotFound {
        let list = self.list();
        let known: Vec<String> = list.iter().map(|entry| format!("{}@{}", entry.id, entry.version)).collect();
        // A known instrument in an unknown version: the newest one of it.
        let newest = list.iter().rev().find(|entry| entry.id.eq_ignore_case(id));
        let newest = newest.map(|entry| format!("{}@{}", entry.id, entry.version));
        let ids = self.ids();
        let nearest = newest.or_else(|| nearest(id, ids.iter().map(String::as_str)).map(str::to_owned));
        NotFound { given: given.chars().take(100).collect(), nearest, known }
    }

    /// Every version of every instrument, by id and version; each once.
    #[must_use]
    pub fn list(&self) -> Vec<CatalogEntry> {
        let mut list: Vec<CatalogEntry> = self.entries.iter().filter_map(|entry| entry.head().ok()).cloned().collect();
        list.sort_by(|a, b| (&a.id, a.version).cmp(&(&b.id, b.version)));
        list.dedup_by(|a, b| a.id == b.id && a.version == b.version);
        list
    }

    /// Every instrument's id, in alphabetical order.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.list().into_iter().map(|entry| entry.id.to_string()).collect();
        ids.dedup();
        ids
    }

    /// The folder of the newest version of an instrument.
    pub(crate) fn source_of(&self, id: &str) -> Option<Source> {
        let of_id = self.entries.iter().filter(|entry| entry.may_be(id));
        let newest = of_id.max_by_key(|entry| entry.head().ok().map(|head| head.version));
        newest.map(|entry| entry.source.clone())
    }

    /// The folder of one version of an instrument, without what other folders add to it.
    pub(crate) fn own_folder(&self, id: &InstrumentId, version: Version) -> Option<Source> {
        let is_it = |entry: &&Entry| entry.head().is_ok_and(|head| head.id == *id && head.version == version);
        self.entries.iter().rfind(is_it).map(|entry| entry.source.clone())
    }

    /// What is wrong with the folders that were added, as far as it hides them: instruments whose `instrument.toml` cannot be
    /// read, and norms for an instrument that is not there.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for entry in &self.entries {
            for problem in entry.head().err().into_iter().flatten() {
                problems.push(Problem { file: format!("{}/{}", entry.source.name(), problem.file), ..problem.clone() });
            }
        }
        let ids = self.ids();
        for added in &self.additions {
            if !ids.iter().any(|id| id.eq_ignore_ascii_case(&added.instrument)) {
                let remedy = "name the folder after the instrument that its files belong to";
                let remedy = did_you_mean(&added.instrument, ids.iter().map(String::as_str), remedy);
                let message = "the folder holds additions to an instrument only, and no instrument is called like it";
                problems.push(Problem::warning(&added.source.name(), "", message, remedy));
            }
        }
        problems
    }
}

/// Whether a folder holds what can be added to an instrument that stands elsewhere.
fn is_addition(folder: &Path) -> bool {
    let is_file = |file: &str| folder.join(file).is_file();
    let is_wording = |name: &str| name.starts_with("text.") && load::languages::language_of(name).is_some();
    let names =
        || fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    folder.join("norms").is_dir()
        || is_file("reliability.csv")
        || is_file("quality.toml")
        || names().any(|name| is_wording(&name))
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
