//! What an error of SQLite means for us.

use rusqlite::ErrorCode;

use super::super::KeyStoreError;

/// Kinds of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Trying again may help.
    Away,
    /// The file is damaged.
    Corrupt,
    /// Anything else.
    Refused,
}

/// The kind of an error.
pub(super) fn kind(error: &rusqlite::Error) -> Kind {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed,
        ) => Kind::Away,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Corrupt,
        _ => Kind::Refused,
    }
}

/// The error with the name of its store.
pub(super) fn named(store: &str, error: &rusqlite::Error) -> KeyStoreError {
    let (store, reason) = (store.to_owned(), error.to_string());
    match kind(error) {
        Kind::Away => KeyStoreError::Away { store, reason },
        Kind::Corrupt => KeyStoreError::Corrupt { store, reason },
        Kind::Refused => KeyStoreError::Refused { store, reason },
    }
}

/// The file is not the one that was opened.
pub(super) fn moved(store: &str) -> KeyStoreError {
    KeyStoreError::Away { store: store.to_owned(), reason: MOVED.to_owned() }
}

/// What is said of a file that is not the one that was opened.
pub(super) const MOVED: &str = "its file was moved, removed or replaced";
