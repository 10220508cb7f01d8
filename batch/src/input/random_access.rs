//! Inputs that are read at any place: what Parquet needs, whose directory stands at the end.

use std::io::{self, Read};
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// Bytes that can be read from any place, such as a sealed file.
pub trait RandomAccess: Send + Sync {
    /// The number of bytes.
    fn n_bytes(&self) -> u64;

    /// Reads into `buffer` from `start` on, perhaps less than it takes; nothing only at the end.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// Bytes in memory.
impl RandomAccess for Vec<u8> {
    fn n_bytes(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(self.len());
        (&self[start..]).read(buffer)
    }
}

/// Shows an input to the Parquet library, and to whoever reads from its beginning.
#[derive(Clone)]
pub(crate) struct Opened(pub Arc<dyn RandomAccess>);

impl Length for Opened {
    fn len(&self) -> u64 {
        self.0.n_bytes()
    }
}

impl ChunkReader for Opened {
    type T = io::BufReader<ReadFrom>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(io::BufReader::new(ReadFrom { input: Arc::clone(&self.0), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        // A length from a damaged file must not reserve memory before it is known to be there.
        if start.saturating_add(length as u64) > self.0.n_bytes() {
            return Err(ParquetError::EOF("a part beyond the end of the file is named".to_owned()));
        }
        let mut buffer = vec![0; length];
        let mut from = ReadFrom { input: Arc::clone(&self.0), at: start };
        from.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}

/// Reads on from a place.
pub(crate) struct ReadFrom {
    pub input: Arc<dyn RandomAccess>,
    pub at: u64,
}

impl Read for ReadFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read_at(self.at, buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}
