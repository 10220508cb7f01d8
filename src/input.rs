//! The file of answers that a command reads.

use std::io;
use std::path::Path;

use batch::{DEFAULT_CHUNK_BYTES, Source};

/// Opens the input, `-` being standard input.
///
/// # Errors
/// When it cannot be opened or its header cannot be read.
pub fn open(path: &Path) -> anyhow::Result<Source> {
    let source = if path.as_os_str() == "-" {
        Source::from_reader("standard input".to_owned(), Box::new(io::stdin()), None, DEFAULT_CHUNK_BYTES)
    } else {
        Source::open_file(path, DEFAULT_CHUNK_BYTES)
    };
    Ok(source?)
}
