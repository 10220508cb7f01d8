//! Inventories, their wording and their norms as data: `instruments/FORMAT.md` describes the files.
//!
//! Reading order:
//!
//! 1. [`Catalog`]: the bundled instruments and those of a folder; finds one by name and version.
//! 2. [`LoadedInstrument`]: an instrument for the engine, with [`About`], [`Wording`], [`ReliabilityEstimate`]s and [`LoadedNorm`]s.
//! 3. [`check_folder`], [`lock_folder`]: all [`Problem`]s of a folder at once; hashes of what may not change.
//! 4. [`write_norm`], [`write_continuous_norm`], [`write_reliability`], [`write_quality`]: what somebody found, written where the
//!    catalog finds it.
//! 5. [`check_norm`]: everything that is doubtful in a norm at once; [`read_aggregate`], [`aggregate_text`]: counts in place of people.
//! 6. [`read_wordings`], [`import_wording`]: the wording of a published key, from what its holder has.
//! 7. [`Catalog::looks_like`], [`fits_item_pattern`]: which instrument a file of answers is for.
//! 8. [`exchange`]: instruments and answers in the forms of other systems, FHIR and QTI.
//!
//! Inside: `source` (folder, program or memory), `text` and `table` (bytes to rows), `schema` (TOML), `load` (checks and conversion).
//!
//! # Examples
//! ```
//! use instruments::Catalog;
//! let catalog = Catalog::bundled();
//! let loaded = catalog.find("ipip-neo-120")?;
//! assert_eq!((loaded.instrument().items().len(), loaded.instrument().scales().len()), (120, 35));
//! assert_eq!(loaded.norm("johnson-2014").map(|norm| norm.card().year), Some(2014));
//! # Ok::<(), instruments::Error>(())
//! ```

mod about;
mod catalog;
mod check;
mod columns;
mod error;
pub mod exchange;
mod import;
mod load;
mod loaded;
mod local_norm;
mod norm_aggregate;
mod norm_check;
mod problem;
mod schema;
mod source;
mod table;
mod text;
mod wording;
mod write_file;
mod write_norm;
mod write_quality;
mod write_reliability;

#[cfg(test)]
mod any_input;
#[cfg(test)]
mod test_folder;

pub use about::{About, Administration, Evidence, Kind, Language, Supervision};
pub use catalog::{Catalog, CatalogEntry};
pub use check::{CheckReport, LockReport, Summary, check_folder, lock_folder};
pub use columns::fits_item_pattern;
pub use error::{Error, NotFound, Result};
pub use import::{ForeignWording, ImportedWording, WordingImport, import_wording, read_wordings};
pub use loaded::{
    CardWords, Coefficient, LoadedInstrument, LoadedNorm, NORM_KIND_WORDS, NormCard, NormCurve, ReliabilityEstimate,
    STANDARDIZATION_WORDS, Section, word_of,
};
pub use norm_aggregate::{aggregate_text, read_aggregate};
pub use norm_check::{NormFinding, check_norm};
pub use problem::{Problem, Severity, nearest};
pub use wording::{Band, ScaleWording, SectionWording, Wording};
pub use write_norm::{IfExists, norm_files, write_continuous_norm, write_norm};
pub use write_quality::write_quality;
pub use write_reliability::write_reliability;
