//! `content.lock`: hashes of what may not change under a version.

use std::fmt::Write as _;

use engine::model::Version;
use sha2::{Digest, Sha256};

use crate::load::{Need, Reading};
use crate::loaded::LoadedNorm;
use crate::problem::{Problem, Problems, given};
use crate::source::Source;
use crate::text::decode;

/// The file read here.
pub(crate) const FILE: &str = "content.lock";

/// The files that the line `instrument` covers, in the order in which they are hashed.
pub(crate) const INSTRUMENT_FILES: &[&str] = &["instrument.toml", "items.csv", "keys.csv"];

/// What a line covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Items, keys and scoring rules of a version.
    Instrument,
    /// Card and values of a norm.
    Norm,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Instrument => "instrument",
            Self::Norm => "norm",
        }
    }
}

/// One line: part, version or norm id, SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub part: Part,
    pub name: String,
    pub hash: String,
}

impl Line {
    /// `instrument 1.0.0`.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.part.word(), self.name)
    }

    /// The line as it stands in the file.
    pub(crate) fn to_text(&self) -> String {
        format!("{} {} {}\n", self.part.word(), self.name, self.hash)
    }
}

/// SHA-256 of files one after the other, in hexadecimal; byte order marks and carriage returns do not count, missing files
/// neither. The same as `cat FILES | tr -d '\r' | sha256sum` for files without a byte order mark.
pub(crate) fn hash_of(source: &Source, files: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for file in files {
        let Ok(bytes) = source.read(file) else { continue };
        let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&bytes);
        for part in bytes.split(|byte| *byte == b'\r') {
            hasher.update(part);
        }
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The lines of `content.lock`; empty without one.
pub(crate) fn read(reading: &mut Reading<'_>) -> Option<Vec<Line>> {
    let bytes = reading.bytes(FILE, Need::Optional)?;
    let text = reading.problems.keep(decode(FILE, &bytes))?;
    Some(parse(&text, &mut reading.problems))
}

fn parse(text: &str, problems: &mut Problems) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (idx, text) in text.lines().enumerate() {
        if problems.is_full() {
            break;
        }
        let parts: Vec<&str> = text.split_whitespace().collect();
        let part = match parts.first() {
            Some(&"instrument") => Some(Part::Instrument),
            Some(&"norm") => Some(Part::Norm),
            _ => None,
        };
        let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        match (part, parts.as_slice()) {
            (Some(part), [_, name, hash]) if is_hash(hash) => {
                let line = Line { part, name: (*name).to_owned(), hash: hash.to_ascii_lowercase() };
                if lines.iter().any(|known| known.part == line.part && known.name == line.name) {
                    let message = format!("{} {} is locked twice", part.word(), given(name));
                    problems.error(FILE, format!("line {}", idx + 1), message, "keep the line that was there first");
                } else {
                    lines.push(line);
                }
            }
            _ => {
                let message = format!("{} is not of the form `part name sha-256`", given(text));
                problems.error(
                    FILE,
                    format!("line {}", idx + 1),
                    message,
                    "restore the file: it is written by `bilan instruments check FOLDER --lock` only",
                );
            }
        }
    }
    lines
}

/// What the folder holds now, as lines of the lock.
pub(crate) fn current(instrument: Option<(Version, &str)>, norms: &[LoadedNorm]) -> Vec<Line> {
    let instrument = instrument.map(|(version, hash)| Line {
        part: Part::Instrument,
        name: version.to_string(),
        hash: hash.to_owned(),
    });
    let norms = norms.iter().map(|norm| Line { part: Part::Norm, name: norm.card.id.clone(), hash: norm.hash.clone() });
    instrument.into_iter().chain(norms).collect()
}

/// Compares the folder with its lock. Gives whether everything in the folder is vouched for.
pub(crate) fn check(reading: &mut Reading<'_>, instrument: Option<(Version, &str)>, norms: &[LoadedNorm]) -> bool {
    let Some(locked) = read(reading) else { return false };
    let mut all = true;
    for line in current(instrument, norms) {
        match locked.iter().find(|known| known.part == line.part && known.name == line.name) {
            Some(known) if known.hash == line.hash => {}
            Some(_) => {
                all = false;
                reading.problems.push(changed(&line));
            }
            None => {
                all = false;
                let message = format!("{} `{}` is not locked", line.part.word(), line.name);
                reading.problems.warning(
                    FILE,
                    "",
                    message,
                    "lock it with `bilan instruments check FOLDER --lock` when it is final",
                );
            }
        }
    }
    all
}

/// Content that is not what was locked under its name.
pub(crate) fn changed(line: &Line) -> Problem {
    let name = &line.name;
    let (message, remedy) = match line.part {
        Part::Instrument => (
            format!("instrument.toml, items.csv or keys.csv changed, but the version is still `{name}`"),
            format!(
                "restore the files, or give the instrument a new version (if version {name} never scored anyone: delete its line here)"
            ),
        ),
        Part::Norm => (
            format!("card or values of norm `{name}` changed under the same id"),
            format!(
                "restore the files, or give the norm a new id (if norm {name} was never used: delete its line here)"
            ),
        ),
    };
    Problem::error(FILE, "", message, remedy)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::test_folder::a_folder;

    fn locked() -> crate::test_folder::TestFolder {
        let folder = a_folder().with_norm();
        let loaded = folder.load();
        let norm = &loaded.norms()[0];
        folder.with(FILE, &format!("instrument 1.0.0 {}\nnorm local {}\n", loaded.hash(), norm.hash()))
    }

    #[test]
    fn the_hash_is_that_of_the_files_one_after_the_other() {
        let source = Source::Memory(BTreeMap::from([
            ("a".to_owned(), b"\xEF\xBB\xBFx\r\n".to_vec()),
            ("b".to_owned(), b"y\n".to_vec()),
        ]));
        // printf 'x\ny\n' | sha256sum
        let expected = "09834d488008f5f1ef589a2d7cedc52425bee9dd23b2212e4c1d673c5cbb54e4";
        assert_eq!(hash_of(&source, &["a", "missing", "b"]), expected);
    }

    #[test]
    fn locked_content_loads() {
        let loaded = locked().load();
        assert!(loaded.is_locked());
        assert_eq!(loaded.warnings(), []);
    }

    #[test]
    fn a_changed_key_needs_a_new_version() {
        locked().replacing("keys.csv", "A,i2,-", "A,i2,+").expect(FILE, "", "new version");
        locked().replacing("norms/local.csv", "F,A,6,", "F,A,6.1,").expect(FILE, "", "new id");
        // Wording may be corrected, and line ends do not count.
        locked().replacing("text.fr.csv", "Deux", "2").expect_none();
        locked().replacing("keys.csv", "\n", "\r\n").expect_none();
    }

    #[test]
    fn a_new_version_is_not_locked_yet() {
        let folder = locked().replacing("instrument.toml", "1.0.0", "1.1.0").replacing("keys.csv", "A,i2,-", "A,i2,+");
        folder.expect_warning(FILE, "", "--lock");
        assert!(!folder.load().is_locked());
    }

    #[test]
    fn a_lock_that_was_edited_is_refused() {
        a_folder().with(FILE, "instrument 1.0.0 abc\n").expect(FILE, "line 1", "restore");
        a_folder().with(FILE, "\u{0}").expect(FILE, "line 1", "UTF-8");
        let hash = "0".repeat(64);
        a_folder().with(FILE, &format!("norm x {hash}\nnorm x {hash}\n")).expect(FILE, "line 2", "there first");
    }
}
