//! A limit on how much one record may take from a reader.

use std::io::{self, Read};

/// A reader that gives no more than was allowed.
pub(crate) struct Meter<R> {
    reader: R,
    left: usize,
}

/// A record is longer than allowed.
#[derive(Debug, thiserror::Error)]
#[error("a record is longer than is read")]
pub(crate) struct TooLong;

impl<R: Read> Meter<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, left: 0 }
    }

    /// Allows so many bytes from here on.
    pub fn allow(&mut self, n_bytes: usize) {
        self.left = n_bytes;
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            return Err(io::Error::other(TooLong));
        }
        let most = buffer.len().min(self.left);
        let n = self.reader.read(&mut buffer[..most])?;
        self.left -= n;
        Ok(n)
    }
}
