//! A job's scoring: from sealed pieces to sealed pieces, one piece of each in memory.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use batch::{RandomAccess, Sink, Source};
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::super::scoring_order::ScoringOrder;
use super::super::scoring_problem::{ProblemKind, ScoringProblem};
use super::super::scoring_stream::RunSummary;
use super::super::sealed_chunk::{ChunkPlace, Cutter, FileKey};
use super::chunks::{CHUNK_BYTES, ChunkStore, FileError, SealedFile};
use crate::entropy::Entropy;
use crate::ids::Id;

/// Where a job reads and writes.
pub struct JobFiles {
    /// The store of pieces.
    pub store: Arc<dyn ChunkStore>,
    /// The input, whole.
    pub input: SealedFile,
    /// The output: its key and its identity.
    pub output: (FileKey, Id),
    /// Randomness for sealing.
    pub entropy: Arc<Entropy>,
}

/// Scores a job's input into its output; any format in, and out as the order says. Blocks: call it on a thread that
/// may, in a runtime.
///
/// - `progress`: told how many bytes of input were taken in so far; `false` stops the run.
///
/// Returns what the run did, and the bytes of output.
///
/// # Errors
/// [`ScoringProblem`]; the pieces of output that were written then serve nothing.
pub fn score_file(
    order: &ScoringOrder,
    files: JobFiles,
    progress: impl Fn(u64) -> KeepGoing + Send + Sync + 'static,
) -> Result<(RunSummary, u64), ScoringProblem> {
    let runtime = Handle::current();
    let JobFiles { store, input, output: (key, id), entropy } = files;
    let stopped = Arc::new(OnceLock::new());
    let input = Input {
        stopped: Arc::clone(&stopped),
        file: input,
        store: Arc::clone(&store),
        runtime: runtime.clone(),
        held: Mutex::new(None),
        progress: Box::new(progress),
    };
    // Why the input stopped is the cause of whatever the scorer made of it.
    let scorer = |error: batch::Error| stopped.get().cloned().unwrap_or_else(|| ScoringProblem::from(&error));
    let chunk_bytes = order.settings().chunk_bytes;
    let source = Source::from_random_access("the file".to_owned(), Arc::new(input), chunk_bytes).map_err(scorer)?;
    // The size is not known yet and is not needed to write: the last piece is marked as such.
    let file = SealedFile::new(&key, id, 0);
    let output = Arc::new(Output { cutter: Mutex::new(Some(Cutter::new(CHUNK_BYTES))), file, store, runtime, entropy });
    let sink = Sink::Stream { out: Box::new(OutputWriter(Arc::clone(&output))), name: "the scores".to_owned() };
    let report = order.job().run(source, sink, None).map_err(scorer)?;
    let n_bytes = output.finish().map_err(|_| ScoringProblem::internal())?;
    Ok((RunSummary::of(order, &report), n_bytes))
}

/// Opens a job's input to look at it. Blocks while it is read: read it on a thread that may, in a runtime.
///
/// # Errors
/// What reading the header can meet.
pub fn open_input(store: Arc<dyn ChunkStore>, file: SealedFile, chunk_bytes: usize) -> batch::Result<Source> {
    let input = Input {
        stopped: Arc::default(),
        file,
        store,
        runtime: Handle::current(),
        held: Mutex::new(None),
        progress: Box::new(|_| KeepGoing::Yes),
    };
    Source::from_random_access("the file".to_owned(), Arc::new(input), chunk_bytes)
}

/// Whether a run is still wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepGoing {
    /// It is.
    Yes,
    /// Its job was deleted.
    No,
}

/// The sealed input, read at any place; one opened piece is held.
struct Input {
    file: SealedFile,
    store: Arc<dyn ChunkStore>,
    runtime: Handle,
    held: Mutex<Option<(u64, Zeroizing<Vec<u8>>)>>,
    progress: Box<dyn Fn(u64) -> KeepGoing + Send + Sync>,
    stopped: Arc<OnceLock<ScoringProblem>>,
}

impl Input {
    fn stop(&self, problem: ScoringProblem) -> io::Error {
        // The first reason is the one that counts.
        let _ = self.stopped.set(problem);
        io::Error::other("the input stopped")
    }

    fn open(&self, seq: u64, start: u64) -> io::Result<Zeroizing<Vec<u8>>> {
        if (self.progress)(start) == KeepGoing::No {
            return Err(self.stop(ScoringProblem::new(ProblemKind::Gone, "the job was deleted")));
        }
        self.runtime.block_on(self.file.read(self.store.as_ref(), seq)).map_err(|error| {
            tracing::error!(%error, "the input of a job could not be read");
            self.stop(ScoringProblem::internal())
        })
    }
}

impl RandomAccess for Input {
    fn n_bytes(&self) -> u64 {
        self.file.cut().size
    }

    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let cut = self.file.cut();
        if start >= cut.size || buffer.is_empty() {
            return Ok(0);
        }
        let seq = start / cut.chunk_bytes;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match &mut *held {
            Some((number, bytes)) if *number == seq => bytes,
            held => &mut held.insert((seq, self.open(seq, start)?)).1,
        };
        let from = &bytes[(start % cut.chunk_bytes) as usize..];
        let n = from.len().min(buffer.len());
        buffer[..n].copy_from_slice(&from[..n]);
        Ok(n)
    }
}

/// The sealed output.
struct Output {
    cutter: Mutex<Option<Cutter>>,
    file: SealedFile,
    store: Arc<dyn ChunkStore>,
    runtime: Handle,
    entropy: Arc<Entropy>,
}

impl Output {
    fn keep(&self, place: ChunkPlace, bytes: &[u8]) -> Result<(), FileError> {
        self.runtime.block_on(self.file.write(self.store.as_ref(), place, bytes, &self.entropy))
    }

    fn finish(&self) -> Result<u64, FileError> {
        let cutter = self.cutter.lock().unwrap_or_else(PoisonError::into_inner).take();
        cutter.map_or(Ok(0), |cutter| cutter.finish(|place, bytes| self.keep(place, bytes)))
    }
}

struct OutputWriter(Arc<Output>);

impl Write for OutputWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut cutter = self.0.cutter.lock().unwrap_or_else(PoisonError::into_inner);
        let cutter = cutter.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        cutter.push(bytes, |place, bytes| self.0.keep(place, bytes)).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use instruments::Catalog;

    use super::super::super::score_query::ScoreQuery;
    use super::super::super::scoring_order::RunShare;
    use super::super::memory_store::MemoryStore;
    use super::super::upload::Upload;
    use super::*;

    const INPUT: Id = Id::from_bytes([1; 16]);
    const OUTPUT: Id = Id::from_bytes([2; 16]);

    fn key(byte: u8) -> FileKey {
        FileKey::new([byte; 32])
    }

    fn order(format: &str) -> ScoringOrder {
        let query = ScoreQuery {
            instrument: "ipip-markers-50".to_owned(),
            id: Some("id".to_owned()),
            metrics: ["raw", "n", "sem"].map(str::to_owned).to_vec(),
            format: Some(format.to_owned()),
            ..ScoreQuery::default()
        };
        let share = RunShare { threads: 2, chunk_bytes: 64 << 10 };
        ScoringOrder::of(&query, &Arc::new(Catalog::bundled()), share).unwrap()
    }

    fn rows(n: usize) -> Vec<u8> {
        let catalog = Catalog::bundled();
        let loaded = catalog.find("ipip-markers-50").unwrap();
        let items: Vec<&str> = loaded.instrument().items().iter().map(|item| item.id.as_str()).collect();
        let mut text = format!("id,{}\n", items.join(","));
        for row in 0..n {
            let answers: Vec<String> = (0..50).map(|item| (1 + (row * 31 + item * 17) % 5).to_string()).collect();
            text.push_str(&format!("p{row},{}\n", answers.join(",")));
        }
        text.into_bytes()
    }

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn directly(order: &ScoringOrder, rows: Vec<u8>) -> Vec<u8> {
        let source = Source::from_random_access("rows".to_owned(), Arc::new(rows), 1 << 20).unwrap();
        let memory = Memory::default();
        let sink = Sink::Stream { out: Box::new(memory.clone()), name: "memory".to_owned() };
        order.job().run(source, sink, None).unwrap();
        let bytes = memory.0.lock().unwrap();
        bytes.clone()
    }

    async fn sent(bytes: &[u8], store: &MemoryStore, entropy: &Entropy) -> SealedFile {
        let file = SealedFile::new(&key(1), INPUT, bytes.len() as u64);
        let upload = Upload::new(bytes.len() as u64, 1 << 30).unwrap();
        let mut part = upload.begin(0).unwrap();
        part.push(bytes, &file, store, entropy).await.unwrap();
        assert!(part.end(&upload, &file, store, entropy).await.unwrap().is_complete());
        file
    }

    async fn run(
        bytes: &[u8],
        format: &'static str,
        progress: impl Fn(u64) -> KeepGoing + Send + Sync + 'static,
    ) -> (Arc<MemoryStore>, Result<(RunSummary, u64), ScoringProblem>) {
        let (store, entropy) = (Arc::new(MemoryStore::default()), Arc::new(Entropy::seeded([4; 32])));
        let input = sent(bytes, &store, &entropy).await;
        let files = JobFiles { store: Arc::clone(&store) as _, input, output: (key(2), OUTPUT), entropy };
        let scored = tokio::task::spawn_blocking(move || score_file(&order(format), files, progress)).await.unwrap();
        (store, scored)
    }

    #[tokio::test]
    async fn a_job_gives_the_bytes_of_the_command() {
        let n = 8_000;
        let rows = rows(n);
        let parquet = directly(&order("parquet"), rows.clone());
        for format in ["csv", "parquet"] {
            let (store, scored) = run(&rows, format, |_| KeepGoing::Yes).await;
            let (summary, n_bytes) = scored.unwrap();
            assert_eq!(summary.counts.read, n as u64);
            let file = SealedFile::new(&key(2), OUTPUT, n_bytes);
            assert_eq!(store.count(OUTPUT) as u64, file.cut().n_chunks());
            let mut bytes = Vec::new();
            for seq in 0..file.cut().n_chunks() {
                bytes.extend_from_slice(&file.read(store.as_ref(), seq).await.unwrap());
            }
            assert!(bytes == directly(&order(format), rows.clone()), "{format}");
        }
        // A Parquet file that is no file of answers is read, and says what is missing.
        let (_, scored) = run(&parquet, "csv", |_| KeepGoing::Yes).await;
        assert!(scored.unwrap_err().detail.contains("names no item"));
    }

    #[tokio::test]
    async fn a_deleted_job_stops() {
        let going = |start| if start < CHUNK_BYTES as u64 { KeepGoing::Yes } else { KeepGoing::No };
        let (_, scored) = run(&rows(8_000), "csv", going).await;
        assert_eq!(scored.unwrap_err().kind, ProblemKind::Gone);
    }
}
