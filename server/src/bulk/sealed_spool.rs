//! A temporary file that nobody can read: its name is gone before the first byte, its key is in memory only. A crash
//! leaves nothing behind. It serves Parquet input, whose directory stands at the end.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use batch::RandomAccess;
use zeroize::Zeroizing;

use super::sealed_chunk::{ChunkCipher, ChunkPlace, Cut, Cutter, FileKey, SEAL_BYTES};
use crate::entropy::Entropy;

/// Bytes of a piece.
pub const SPOOL_CHUNK_BYTES: usize = 64 << 10;
const STRIDE: u64 = (SPOOL_CHUNK_BYTES + SEAL_BYTES) as u64;

/// More was written than a spool takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} bytes came")]
pub struct SpoolFull {
    /// The limit in bytes.
    pub limit: u64,
}

/// The spool while it is written.
pub struct SpoolWriter {
    file: File,
    cipher: ChunkCipher,
    entropy: Arc<Entropy>,
    cutter: Cutter,
    limit: u64,
}

impl SpoolWriter {
    /// Makes the file in a folder, without a name.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(folder: &Path, limit: u64, entropy: Arc<Entropy>) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        let key = FileKey::new(entropy.bytes());
        let cipher = ChunkCipher::new(&key, entropy.id());
        Ok(Self { file, cipher, entropy, cutter: Cutter::new(SPOOL_CHUNK_BYTES), limit })
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<SealedSpool> {
        let Self { mut file, cipher, entropy, cutter, .. } = self;
        let size = cutter.finish(|place, bytes| write_chunk(&mut file, &cipher, &entropy, place, bytes))?;
        let open = Mutex::new(Open { file, held: None });
        Ok(SealedSpool { open, cipher, cut: Cut { size, chunk_bytes: SPOOL_CHUNK_BYTES as u64 } })
    }
}

fn write_chunk(
    file: &mut File,
    cipher: &ChunkCipher,
    entropy: &Entropy,
    place: ChunkPlace,
    bytes: &[u8],
) -> io::Result<()> {
    file.write_all(&cipher.seal(place, bytes, entropy).map_err(io::Error::other)?)
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cutter.size() + bytes.len() as u64 > self.limit {
            return Err(io::Error::other(SpoolFull { limit: self.limit }));
        }
        let Self { file, cipher, entropy, cutter, .. } = self;
        cutter.push(bytes, |place, bytes| write_chunk(file, cipher, entropy, place, bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The spool when it is whole: read at any place, one opened piece held.
pub struct SealedSpool {
    open: Mutex<Open>,
    cipher: ChunkCipher,
    cut: Cut,
}

struct Open {
    file: File,
    held: Option<(u64, Zeroizing<Vec<u8>>)>,
}

impl SealedSpool {
    fn load(&self, open: &mut Open, seq: u64) -> io::Result<()> {
        if open.held.as_ref().is_some_and(|(held, _)| *held == seq) {
            return Ok(());
        }
        open.file.seek(SeekFrom::Start(seq * STRIDE))?;
        let mut sealed = vec![0; self.cut.length(seq) as usize + SEAL_BYTES];
        open.file.read_exact(&mut sealed)?;
        let bytes = self.cipher.open(self.cut.place(seq), &sealed).map_err(io::Error::other)?;
        open.held = Some((seq, Zeroizing::new(bytes)));
        Ok(())
    }
}

impl RandomAccess for SealedSpool {
    fn n_bytes(&self) -> u64 {
        self.cut.size
    }

    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut filled = 0;
        while filled < buffer.len() {
            let at = start.saturating_add(filled as u64);
            if at >= self.cut.size {
                break;
            }
            self.load(&mut open, at / self.cut.chunk_bytes)?;
            let Some((_, bytes)) = &open.held else { break };
            let from = &bytes[(at % self.cut.chunk_bytes) as usize..];
            let n = from.len().min(buffer.len() - filled);
            buffer[filled..filled + n].copy_from_slice(&from[..n]);
            filled += n;
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool_of(bytes: &[u8]) -> SealedSpool {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SpoolWriter::create(folder.path(), 1 << 30, Arc::new(Entropy::seeded([1; 32]))).unwrap();
        bytes.chunks(1000).for_each(|part| writer.write_all(part).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has a name");
        writer.finish().unwrap()
    }

    #[test]
    fn any_part_reads_back() {
        let bytes: Vec<u8> = (0..3 * SPOOL_CHUNK_BYTES + 17).map(|at| (at % 251) as u8).collect();
        let spool = spool_of(&bytes);
        assert_eq!(spool.n_bytes(), bytes.len() as u64);
        for (start, length) in [(0, 4), (SPOOL_CHUNK_BYTES - 1, 2), (100, 2 * SPOOL_CHUNK_BYTES), (bytes.len() - 3, 9)]
        {
            let mut buffer = vec![0; length];
            let n = spool.read_at(start as u64, &mut buffer).unwrap();
            assert_eq!(buffer[..n], bytes[start..(start + length).min(bytes.len())]);
        }
        assert_eq!(spool.read_at(u64::MAX, &mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn sizes_at_the_borders_of_pieces_read_back() {
        for size in [0, 1, SPOOL_CHUNK_BYTES, SPOOL_CHUNK_BYTES + 1, 2 * SPOOL_CHUNK_BYTES] {
            let bytes = vec![5; size];
            let mut buffer = vec![0; size + 1];
            assert_eq!(spool_of(&bytes).read_at(0, &mut buffer).unwrap(), size);
            assert_eq!(buffer[..size], bytes);
        }
    }

    #[test]
    fn the_file_holds_no_word_in_the_clear_and_a_changed_one_is_refused() {
        let spool = spool_of(&b"SECRET".repeat(30_000));
        let mut open = spool.open.lock().unwrap();
        let mut raw = Vec::new();
        open.file.seek(SeekFrom::Start(0)).unwrap();
        open.file.read_to_end(&mut raw).unwrap();
        assert!(!raw.windows(6).any(|window| window == b"SECRET"));
        open.file.seek(SeekFrom::Start(STRIDE + 100)).unwrap();
        open.file.write_all(&[raw[STRIDE as usize + 100] ^ 1]).unwrap();
        drop(open);
        assert!(spool.read_at(0, &mut [0; 10]).is_ok());
        assert!(spool.read_at(SPOOL_CHUNK_BYTES as u64, &mut [0; 10]).is_err());
    }

    #[test]
    fn a_spool_takes_no_more_than_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SpoolWriter::create(folder.path(), 10, Arc::new(Entropy::seeded([1; 32]))).unwrap();
        assert!(writer.write_all(&[0; 10]).is_ok());
        assert!(writer.write_all(&[0]).is_err());
    }
}
