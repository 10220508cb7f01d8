//! 1EdTech QTI 3.0: an instrument as a content package, with an item file for each item and language.
//!
//! `vocabulary` names elements and attributes of ours; `xml_out` and `xml_in` write and read XML; `zip_file` packs and unpacks with limits.
//! `items_out` and `package_out` write, `items_in`, `tests_in`, `own_files_in` and `package_in` read.

mod items_in;
mod items_out;
mod own_files_in;
mod package_in;
mod package_out;
mod tests_in;
mod vocabulary;
mod xml_in;
mod xml_out;
mod zip_file;

#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::error::Result;
use crate::exchange::form::Form;
use crate::exchange::{Imported, Scoring};

/// The largest package that is read, in bytes.
pub const MAX_PACKAGE_BYTES: usize = 64 * 1024 * 1024;

/// An instrument as the bytes of a QTI 3.0 content package (a ZIP file); with [`Scoring::With`] it holds the whole folder. The same
/// instrument gives the same bytes.
///
/// - `name`: `ID` or `ID@VERSION`, as for [`Catalog::find`]. Norms and coefficients added by another folder stay there.
///
/// # Errors
/// As [`Catalog::find`]; [`Error::Invalid`](crate::Error::Invalid) with all problems when the folder has errors, when it has forced-choice
/// blocks or rankings, which QTI cannot carry without loss, or texts with characters that XML does not have.
///
/// # Examples
/// ```
/// use instruments::Catalog;
/// use instruments::exchange::{Scoring, qti};
/// let package = qti::export_package(&Catalog::bundled(), "interests-30", Scoring::Without)?;
/// assert!(qti::is_package(&package));
/// assert!(qti::export_package(&Catalog::bundled(), "work-values", Scoring::With).is_err());
/// # Ok::<(), instruments::Error>(())
/// ```
pub fn export_package(catalog: &Catalog, name: &str, scoring: Scoring) -> Result<Vec<u8>> {
    package_out::package(&Form::read(catalog.folder_of(name)?, scoring)?, scoring)
}

/// The folder of an instrument from a QTI 3.0 content package: one of our own, changed elsewhere or not, or any other.
///
/// Read are the choice, inline choice, text, number and slider interactions of its items, in the order of its tests. A package from
/// elsewhere gives a folder without scales, for a psychologist to complete; [`Imported::problems`] says what is assumed and what is left out.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) when the bytes are no ZIP file, or one that is too large or holds too much.
pub fn import_package(zip: &[u8]) -> Result<Imported> {
    package_in::import(zip)
}

/// Whether bytes begin as a package does, so that a file can be told from a FHIR resource.
#[must_use]
pub fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}
