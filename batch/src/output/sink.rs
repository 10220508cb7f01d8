//! Places to write to. A file appears under its name only when it is whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Where output goes.
pub enum Sink {
    /// A file, written beside its place and renamed when whole.
    File {
        /// The file being written.
        partial: NamedTempFile,
        /// Its name in the end.
        path: PathBuf,
    },
    /// A stream, such as standard output.
    Stream {
        /// The stream.
        out: Box<dyn Write + Send>,
        /// Its name for messages.
        name: String,
    },
}

impl Sink {
    /// Opens a file for writing; nothing appears under its name yet.
    ///
    /// # Errors
    /// [`Error::OutputPlace`] when the folder does not exist or the name cannot be written.
    pub fn file(path: &Path) -> Result<Self> {
        let fail = |problem: String| Error::OutputPlace { path: path.to_owned(), problem };
        if path.is_dir() {
            return Err(fail("it is a folder; name a file".to_owned()));
        }
        if path.exists() {
            // A read-only file would be replaced by the rename; whoever protected it meant it.
            let metadata = path.metadata().map_err(|error| fail(error.to_string()))?;
            if metadata.permissions().readonly() || File::options().append(true).open(path).is_err() {
                return Err(fail("the file exists and may not be written; choose another name".to_owned()));
            }
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(fail(format!("the folder {} does not exist; make it first", folder.display())));
        }
        let partial = tempfile::Builder::new()
            .prefix(".bilan-")
            .suffix(".partial")
            .tempfile_in(folder)
            .map_err(|error| fail(format!("{error}; choose a folder that may be written")))?;
        Ok(Self::File { partial, path: path.to_owned() })
    }

    /// The name for messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        }
    }

    /// Makes the output whole: renames the file to its place.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(self) -> Result<()> {
        let name = self.name();
        match self {
            Self::File { mut partial, path } => {
                let fail = |cause| write_error(&name, cause);
                partial.flush().map_err(fail)?;
                partial.persist(&path).map_err(|error| fail(error.error))?;
                Ok(())
            }
            Self::Stream { mut out, .. } => out.flush().map_err(|cause| write_error(&name, cause)),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File { partial, .. } => partial.write(bytes),
            Self::Stream { out, .. } => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File { partial, .. } => partial.flush(),
            Self::Stream { out, .. } => out.flush(),
        }
    }
}

/// A failed write: a closed pipe is no fault.
#[must_use]
pub fn write_error(name: &str, cause: io::Error) -> Error {
    if cause.kind() == io::ErrorKind::BrokenPipe {
        Error::ClosedPipe
    } else {
        Error::Write { file: name.to_owned(), cause }
    }
}
