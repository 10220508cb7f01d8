//! Reading the folder of an instrument: every file is read and checked, all problems are collected, and what is left becomes
//! engine types.
//!
//! In the order of work: [`manifest`] (`instrument.toml`), [`items`], [`sections`], [`keys`], [`scales`] (scoring rules), [`wording`],
//! [`norms`], [`reliability`], [`quality`], [`lock`].

pub(crate) mod items;
pub(crate) mod keys;
pub(crate) mod languages;
pub(crate) mod lock;
pub(crate) mod manifest;
pub(crate) mod norms;
pub(crate) mod quality;
pub(crate) mod reliability;
pub(crate) mod scales;
pub(crate) mod sections;
pub(crate) mod toml_file;
pub(crate) mod wording;

use std::borrow::Cow;

use crate::loaded::LoadedInstrument;
use crate::problem::{Problem, Problems, did_you_mean};
use crate::source::{Source, SourceError};

/// The folder of an instrument while it is read: its files and the problems found in them.
pub(crate) struct Reading<'s> {
    pub source: &'s Source,
    pub files: Vec<String>,
    pub problems: Problems,
}

impl<'s> Reading<'s> {
    /// Lists the files of a folder.
    pub(crate) fn begin(source: &'s Source) -> Self {
        let mut problems = Problems::default();
        let files = source.list().unwrap_or_else(|error| {
            problems.error("", "", format!("the folder cannot be read: {error}"), remedy_for(&error));
            Vec::new()
        });
        Self { source, files, problems }
    }

    /// Whether the folder has a file.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.files.iter().any(|known| known == file)
    }

    /// The bytes of a file; a file that cannot be read is reported, a missing one only if it is needed.
    pub(crate) fn bytes(&mut self, file: &str, need: Need) -> Option<Cow<'s, [u8]>> {
        match self.source.read(file) {
            Ok(bytes) => Some(bytes),
            Err(SourceError::Missing) if matches!(need, Need::Optional) => None,
            Err(SourceError::Missing) => {
                let remedy = format!("add the file `{file}`; instruments/FORMAT.md says what stands in it");
                let names = self.files.iter().map(String::as_str).filter(|name| !is_known_file(name));
                self.problems.error(file, "", "the file is missing", did_you_mean(file, names, remedy));
                None
            }
            Err(error) => {
                self.problems.error(file, "", error.to_string(), remedy_for(&error));
                None
            }
        }
    }
}

/// Whether a file must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Its absence is a problem.
    Required,
    /// It may be left out.
    Optional,
}

fn remedy_for(error: &SourceError) -> &'static str {
    match error {
        SourceError::Missing => "check the path",
        SourceError::TooLarge => "an instrument's files are small; look for what went into this one by mistake",
        SourceError::NotAFile => "replace it with a file",
        SourceError::TooManyFiles => "keep only the files of the instrument in its folder",
        SourceError::FileName => "rename the file with plain letters",
        SourceError::System(_) => "check that you may read the file",
    }
}

/// What came of reading a folder.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The instrument, when there was no error.
    pub loaded: Option<LoadedInstrument>,
    /// All errors and warnings.
    pub problems: Vec<Problem>,
}

/// Reads and checks the folder of an instrument, and adds the norms, reliability coefficients and wordings of other folders.
pub(crate) fn load(source: &Source, additions: &[Source]) -> Outcome {
    let mut reading = Reading::begin(source);
    let loaded = read_all(&mut reading, additions);
    let Reading { problems, .. } = reading;
    let is_sound = !problems.any_error();
    let problems = problems.into_list();
    let loaded = loaded.filter(|_| is_sound).map(|loaded| LoadedInstrument { warnings: problems.clone(), ..loaded });
    Outcome { loaded, problems }
}

fn read_all(reading: &mut Reading<'_>, additions: &[Source]) -> Option<LoadedInstrument> {
    let manifest = manifest::read(reading)?;
    let items = items::read(reading, &manifest);
    let sections = sections::read(&manifest, &items, &mut reading.problems);
    let keys = keys::read(reading, &manifest, &items);
    let scored = scales::build(&manifest, &items, &keys, &mut reading.problems);
    let mut words = wording::read(reading, &manifest, &items, &sections);
    let scales = scored.scale_facts(&manifest);
    let mut norms = norms::read(reading, &scales, norms::Origin::Own { version: manifest.version });
    let mut reliability = reliability::read(reading, &scales, &norms);
    let mut quality = quality::read(reading, scored.instrument.as_ref());
    let hash = lock::hash_of(reading.source, lock::INSTRUMENT_FILES);
    let locked = lock::check(reading, manifest.version.map(|version| (version, hash.as_str())), &norms);
    report_unknown_files(reading);
    for source in additions {
        let folder = source.name();
        let mut local = Reading::begin(source);
        let added = norms::read(&mut local, &scales, norms::Origin::Local { version: manifest.version });
        lock::check(&mut local, None, &added);
        wording::add(&mut local, &manifest, &items, &sections, &mut words);
        // One's own sample is nearer than the one that came with the instrument.
        quality = quality::read(&mut local, scored.instrument.as_ref()).or(quality);
        report_unknown_files(&mut local);
        for norm in added {
            if norms.iter().any(|known| known.card.id.eq_ignore_ascii_case(&norm.card.id)) {
                let message = format!("the instrument has a norm `{}` already", norm.card.id);
                local.problems.error(
                    &format!("norms/{}.toml", norm.card.id),
                    "id",
                    message,
                    "give the local norm another id",
                );
            } else {
                norms.push(norm);
            }
        }
        // Somebody who adds coefficients of their own people wants them used: they come first.
        let found = reliability::read(&mut local, &scales, &norms);
        for (known, added) in reliability.iter_mut().zip(found) {
            known.splice(0..0, added);
        }
        for mut problem in local.problems.into_list() {
            problem.file = format!("{folder}/{}", problem.file);
            reading.problems.push(problem);
        }
    }
    Some(LoadedInstrument {
        instrument: scored.instrument?,
        about: manifest.about?,
        wordings: words.wordings,
        response_scales: items.response_scales,
        blocks: items.blocks,
        sections,
        reliability,
        quality,
        norms,
        circle: scored.circle,
        facets: scored.facets,
        hash,
        locked,
        warnings: Vec::new(),
    })
}

/// The files of the format that have one name only.
const PLAIN_FILES: &[&str] = &[
    "instrument.toml",
    "items.csv",
    "keys.csv",
    "reliability.csv",
    "quality.toml",
    "content.lock",
    "exchange.csv",
    "README.md",
];

/// Whether a file belongs to the format by its name. What is wrong with a language or a norm is said where they are read.
fn is_known_file(file: &str) -> bool {
    PLAIN_FILES.contains(&file) || norms::is_norm_path(file) || languages::language_of(file).is_some()
}

/// Files that no part of the format reads are named, so that a slip in a file name is found.
fn report_unknown_files(reading: &mut Reading<'_>) {
    for file in reading.files.iter().filter(|file| !is_known_file(file)) {
        let remedy =
            did_you_mean(file, PLAIN_FILES.iter().copied(), "remove it, or rename it if it was meant to be read");
        reading.problems.warning(file, "", "this file is not part of the format and is not read", remedy);
    }
}

#[cfg(test)]
mod tests {
    use crate::loaded::LoadedInstrument;
    use crate::test_folder::a_folder;

    #[test]
    fn a_folder_saved_by_a_french_spreadsheet_is_the_same_instrument() {
        let folder = a_folder()
            .with_norm()
            .with("norms/local.table.csv", "stratum,scale,raw,percentile_rank\nF,A,3,10.25\nF,A,4.5,40\n")
            .with("reliability.csv", "scale,coefficient,value,stratum,sd,n,source\nA,alpha,0.8,all,1.5,,Study\n");
        let saved =
            ["items.csv", "keys.csv", "text.fr.csv", "reliability.csv", "norms/local.csv", "norms/local.table.csv"]
                .iter()
                .fold(folder.clone(), |folder, file| {
                    let text = folder.text(file).replace(',', ";").replace('.', ",").replace("Répondez,", "Répondez.");
                    folder.with(file, &format!("\u{feff}{}", text.replace('\n', "\r\n")))
                });
        let (plain, saved) = (folder.load(), saved.load());
        assert_eq!(saved.norms()[0].group(), plain.norms()[0].group());
        let without_hashes =
            |loaded: LoadedInstrument| LoadedInstrument { hash: String::new(), norms: Vec::new(), ..loaded };
        assert_eq!(without_hashes(saved), without_hashes(plain));
    }

    #[test]
    fn files_outside_the_format_are_named() {
        let folder = a_folder().with("reliabilty.csv", "x").with("notes/old.txt", "x").with(".hidden", "x");
        folder.expect_warning("reliabilty.csv", "", "did you mean `reliability.csv`?");
        folder.expect_warning("notes/old.txt", "", "remove it");
        assert_eq!(folder.problems().len(), 2);
        assert!(folder.loads());
    }
}
