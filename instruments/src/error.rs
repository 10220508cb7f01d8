//! `instruments::Error`: why an instrument or a norm is not there or cannot be used.

use std::path::PathBuf;

use crate::problem::Problem;

/// Why an instrument or a norm is not there or cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No instrument of that name.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The folder of the instrument has errors.
    #[error("{name} cannot be used: {}", summary(problems))]
    Invalid {
        /// The instrument or folder.
        name: String,
        /// All problems found in it, errors and warnings.
        problems: Vec<Problem>,
    },
    /// Two folders give the same version of an instrument different content.
    #[error(
        "`{id}@{version}` stands in `{first}` and in `{second}` with different content; give one of them a new version"
    )]
    Conflict {
        /// The instrument.
        id: String,
        /// The version.
        version: String,
        /// One folder.
        first: String,
        /// The other folder.
        second: String,
    },
    /// A folder or file cannot be read or written.
    #[error("`{}`: {reason}", path.display())]
    File {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The norm to be written is there already, with other values.
    #[error("norm `{norm}` is there already with other content, in `{}`; give the new norm an id of its own, or say that it replaces the old one", path.display())]
    NormExists {
        /// Id of the norm.
        norm: String,
        /// Its card.
        path: PathBuf,
    },
    /// The wording to be written is there already, with other texts.
    #[error("`{}` is there already with other content; remove it, or say that the new wording replaces it", path.display())]
    WordingExists {
        /// The file.
        path: PathBuf,
    },
    /// The reference to be written is there already, with other values.
    #[error("`{}` is there already with other content; remove it, or say that the new reference replaces it", path.display())]
    ReferenceExists {
        /// The file.
        path: PathBuf,
    },
}

/// No instrument of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no instrument is called `{given}`; {}", hint(nearest.as_deref(), known))]
pub struct NotFound {
    /// The name as given, with its version if it had one.
    pub given: String,
    /// The nearest name that is known.
    pub nearest: Option<String>,
    /// Every name that is known, `id@version`.
    pub known: Vec<String>,
}

fn hint(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "there are no instruments at all".to_owned(),
        None => format!("known are {}", known.join(", ")),
    }
}

fn summary(problems: &[Problem]) -> String {
    let mut errors = problems.iter().filter(|problem| problem.is_error());
    let first = errors.next().map(ToString::to_string).unwrap_or_default();
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
