//! Why the store could not do what it was asked.

use std::path::PathBuf;
use std::sync::Arc;

/// Why the store could not do what it was asked.
///
/// The causes say names of tables and columns and random identifiers, never what a body holds.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The precondition of a change does not hold; nothing of the commit was done.
    #[error("change {change_idx} of the commit does not fit what is stored now: it exists, is gone or was changed")]
    Conflict {
        /// The change, counted from 0.
        change_idx: usize,
    },
    /// The database holds a kind of record that this version does not know.
    #[error("the database holds a record of kind `{kind}`, which this version does not know")]
    UnknownKind {
        /// The text in the database.
        kind: String,
    },
    /// A column holds what it cannot hold.
    #[error("column `{column}` holds a value of the wrong type or length")]
    DamagedColumn {
        /// The column.
        column: &'static str,
    },
    /// The file is no intact database of ours.
    #[error("`{}` is not an intact data file: {problem}", file.display())]
    DamagedFile {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A newer version of the program made the database.
    #[error("the database has schema version {found}, this program knows up to {supported}: use a newer program")]
    NewerSchema {
        /// The version found.
        found: i64,
        /// The highest version known.
        supported: i64,
    },
    /// Another process has the file.
    #[error("`{}` is in use by another process: only one may open it; stop that one first", file.display())]
    InUse {
        /// The data file.
        file: PathBuf,
    },
    /// There is a file already.
    #[error("`{}` exists and is not overwritten", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// A setting is not allowed.
    #[error("{setting}: {problem}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// A selection contradicts itself.
    #[error("a page by due date that follows another needs the due date of that one's last record")]
    PageWithoutDue,
    /// Segments of the audit log are closed in order of month.
    #[error("segment `{segment}` cannot be closed while `{other}` {problem}")]
    SegmentOrder {
        /// The segment to close.
        segment: String,
        /// The segment in the way.
        other: String,
        /// Whether that one is open or closed.
        problem: &'static str,
    },
    /// Only a closed segment of the audit log can be deleted.
    #[error("segment `{segment}` of the audit log is not closed: only a closed one can be deleted")]
    SegmentOpen {
        /// The segment.
        segment: String,
    },
    /// This kind of store cannot do that.
    #[error("{what} is not done here: {remedy}")]
    Unsupported {
        /// What was asked.
        what: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// The store was closed, or its writer ended.
    #[error("the store is closed")]
    Closed,
    /// No connection could be had.
    #[error("no connection to the database: {0}")]
    Connection(String),
    /// A file could not be read or written.
    #[error("`{}`: {cause}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: Arc<std::io::Error>,
    },
    /// What SQLite says.
    #[error("SQLite: {0}")]
    Sqlite(Arc<rusqlite::Error>),
    /// What PostgreSQL says.
    #[error("PostgreSQL: {}", postgres_words(.0))]
    Postgres(Arc<tokio_postgres::Error>),
}

impl StoreError {
    /// Wraps what the system says of a file.
    pub(crate) fn file(file: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.into();
        move |cause| Self::File { file, cause: Arc::new(cause) }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(cause))
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(cause: tokio_postgres::Error) -> Self {
        Self::Postgres(Arc::new(cause))
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(cause: deadpool_postgres::PoolError) -> Self {
        match cause {
            deadpool_postgres::PoolError::Backend(cause) => cause.into(),
            deadpool_postgres::PoolError::Closed => Self::Closed,
            other => Self::Connection(other.to_string()),
        }
    }
}

/// The server's message and code; its details are left out, for they repeat values.
fn postgres_words(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
