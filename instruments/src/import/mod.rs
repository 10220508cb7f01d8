//! Importing the wording of a published key from what its holder has: the npm packages that carry the wordings of the IPIP-NEO-120,
//! or a plain CSV file.
//!
//! [`read_wordings`] finds the languages ([`npm`] reads packages, [`plain`] CSV files; nothing of a package is ever run),
//! [`import_wording`] compares them with the key ([`compare`]) and writes `FOLDER/<instrument>/text.<lang>.csv`, where
//! [`Catalog::with_folder`](crate::Catalog::with_folder) finds it. Key and norms stay those of the program.

mod compare;
mod npm;
mod package;
mod plain;
mod write;

use std::fs;
use std::path::Path;

use crate::about::Language;
use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::source::MAX_FILE_BYTES;
use crate::write_file::file_error;

pub use write::{ImportedWording, WordingImport, import_wording};

/// The items of an instrument in one language, as their holder has them; not yet compared with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignWording {
    language: Language,
    /// The file it stands in, for messages.
    file: String,
    /// Where it comes from, in words: the package with its version, or the name of the file.
    source: String,
    items: Vec<ForeignItem>,
}

impl ForeignWording {
    /// Its language.
    #[must_use]
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// Number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.items.len()
    }
}

/// One item of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ForeignItem {
    /// Its place in the file, for messages.
    place: String,
    name: ItemName,
    text: String,
}

/// How an item is matched with the key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ItemName {
    /// By its id.
    Id(String),
    /// By its place among all items; the scale that it names and its direction must then agree with the key.
    Nth { scale: String, is_reversed: bool },
}

/// Reads the wordings in a folder or file: an unpacked npm package or the `.tgz` that `npm pack` makes (all its languages), or a
/// CSV file `item,language,text`.
///
/// # Errors
/// [`Error::File`] when it cannot be read; [`Error::Invalid`] with every problem of its form: the file, the place in it and the
/// remedy.
pub fn read_wordings(path: &Path) -> Result<Vec<ForeignWording>> {
    let fail = |error: std::io::Error| file_error(path, &error);
    let metadata = fs::metadata(path).map_err(fail)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let is_table =
        path.extension().is_some_and(|ext| ["csv", "tsv", "txt"].iter().any(|known| ext.eq_ignore_ascii_case(known)));
    let found = if is_table && !metadata.is_dir() {
        if metadata.len() > MAX_FILE_BYTES {
            let reason =
                format!("the file has more than {} MB; a wording is far smaller", MAX_FILE_BYTES / 1024 / 1024);
            return Err(Error::File { path: path.to_owned(), reason });
        }
        plain::read(&name, &fs::read(path).map_err(fail)?)
    } else {
        npm::read(&package::open(path, metadata.is_dir())?)
    };
    found.map_err(|problems| Error::Invalid { name, problems })
}

/// What came of reading a file: wordings, or everything that is wrong with it.
type Found = std::result::Result<Vec<ForeignWording>, Vec<Problem>>;
