//! The run: one reader, scoring workers, one writer that keeps the input's order. Memory is bounded by the number of
//! pieces under way, whatever the size of the input.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use engine::assessment::Assessor;
use engine::norms::{NormGroup, NormKind};
use instruments::{Catalog, LoadedInstrument};

use crate::answers::AnswerReader;
use crate::block::{BlockReader, BlockScratch};
use crate::error::{Error, Reject, Result};
use crate::input::{Chunk, Rows, Source};
use crate::key_audit::{FileAudit, FileAuditor};
use crate::layout::Layout;
use crate::output::parquet::ParquetWriter;
use crate::output::sink::{Sink, write_error};
use crate::output::{Columns, Encoder, Piece, csv, messagepack};
use crate::person::Places;
use crate::provenance::{Counts, Provenance};
use crate::settings::{OutputFormat, RejectPolicy, ScoreSettings};
use crate::worker::{Scored, Scratch, Shared};

/// What a run is asked to do: the instrument, the norm, the settings.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// All known instruments, for messages.
    pub catalog: &'a Catalog,
    /// The instrument.
    pub instrument: &'a LoadedInstrument,
    /// Identifier of the norm.
    pub norm_id: Option<&'a str>,
    /// The settings.
    pub settings: &'a ScoreSettings,
    /// Whether a norm of simulated data may be used: in the demonstration and in tests only.
    pub allow_simulated: bool,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Rows read, scored, rejected.
    pub counts: Counts,
    /// Columns of the input that served nothing.
    pub n_ignored_columns: usize,
    /// What made the scores.
    pub provenance: Provenance,
    /// Whether the key fits the first rows.
    pub key_audit: FileAudit,
}

/// What a run needs besides the rows.
pub(crate) struct Prepared {
    pub layout: Layout,
    pub answers: AnswerReader,
    pub places: Places,
    pub assessor: Assessor,
}

/// Told how many bytes of input text have been taken in.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

struct Done {
    piece: Piece,
    counts: Counts,
    rejects: Vec<Reject>,
    spare: Vec<u8>,
}

impl Job<'_> {
    /// Scores a source into a sink.
    ///
    /// # Errors
    /// The first problem in input order, whatever the number of threads. The sink's file appears only on success.
    pub fn run(&self, mut source: Source, sink: Sink, progress: Option<Progress<'_>>) -> Result<Report> {
        let settings = self.settings;
        let instrument = self.instrument.instrument();
        let Prepared { layout, answers, places, assessor } = self.prepare(&source)?;
        let columns = Columns::of(&layout, instrument, &settings.metrics);
        let provenance = Provenance::of(self.instrument, self.norm_id, settings);
        let shared = Shared {
            instrument,
            assessor: &assessor,
            places: &places,
            metrics: &settings.metrics,
            decimals: settings.decimals,
        };
        let blocks = BlockReader::new(instrument, &layout, &answers, &places, source.separator);
        let workshop = Workshop {
            blocks,
            shared,
            columns: &columns,
            format: settings.format,
            inline: settings.rejects == RejectPolicy::Inline,
            spare: Mutex::new(Vec::new()),
        };
        let file = source.name.clone();
        let mut writer = Writer::open(sink, settings, &columns, &provenance, &file)?;
        let counts = run_ordered(&workshop, &mut source, &mut writer, settings.threads.max(1), progress)?;
        writer.finish(&provenance, &counts)?;
        let key_audit = workshop.finish_audit()?;
        Ok(Report { counts, n_ignored_columns: layout.n_ignored, provenance, key_audit })
    }

    /// Matches the header and places the norm.
    pub(crate) fn prepare(&self, source: &Source) -> Result<Prepared> {
        let settings = self.settings;
        let instrument = self.instrument.instrument();
        let norm = self.checked_norm()?;
        let layout = Layout::of(
            &source.name,
            &source.header,
            instrument,
            self.catalog,
            &settings.columns,
            settings.norm.as_ref(),
        )?;
        let answers = AnswerReader::new(instrument, &settings.columns.missing)
            .map_err(|problems| Error::Settings(problems.join("\n  ")))?;
        let places = match (&norm, &settings.norm) {
            (Some(group), Some(settings)) => Places::in_norm(group, settings),
            _ => Places::without_norm(),
        };
        let assessor = Assessor::new(instrument, norm, self.instrument.scale_reliability(), settings.interval);
        Ok(Prepared { layout, answers, places, assessor })
    }

    fn checked_norm(&self) -> Result<Option<NormGroup>> {
        let needs_norm = self.settings.metrics.iter().find(|metric| metric.needs_norm());
        let Some(id) = self.norm_id else {
            return match needs_norm {
                Some(metric) => Err(Error::Settings(format!(
                    "metric `{metric}` needs a norm: name one with --norm{}",
                    known_norms(self.instrument)
                ))),
                None => Ok(None),
            };
        };
        let id_of_instrument = self.instrument.instrument().id();
        let norm = self.instrument.norm(id).ok_or_else(|| {
            Error::Settings(format!("{id_of_instrument} has no norm `{id}`{}", known_norms(self.instrument)))
        })?;
        let group = norm.group().clone();
        if group.kind() == NormKind::Simulated && !self.allow_simulated {
            return Err(Error::Settings(format!(
                "norm `{id}` is made of simulated data and serves in `bilan demo` only; build a local norm with `bilan norms build`"
            )));
        }
        let settings = self.settings.norm.as_ref();
        let by_sex = settings.is_none_or(|norm| norm.rule == engine::norms::StratumRule::BySex);
        if by_sex && group.needs_sex() && settings.is_none_or(|norm| norm.sex.is_none()) {
            return Err(Error::Settings(format!(
                "norm `{id}` is by sex: name the column with --sex (and its codes with --sex-codes 1=M,2=F), or compare everyone with --stratum combined"
            )));
        }
        if group.needs_age() && settings.is_none_or(|norm| norm.age.is_none()) {
            return Err(Error::Settings(format!("norm `{id}` is by age: name the column with --age")));
        }
        if !by_sex && group.needs_sex() && !group.has_combined() {
            return Err(Error::Settings(format!("norm `{id}` offers no combined stratum; use --stratum by-sex")));
        }
        Ok(Some(group))
    }
}

fn known_norms(instrument: &LoadedInstrument) -> String {
    let ids: Vec<&str> = instrument.norms().iter().map(|norm| norm.card().id.as_str()).collect();
    if ids.is_empty() {
        "; none is known for it, build one with `bilan norms build`".to_owned()
    } else {
        format!("; known are {}", ids.join(", "))
    }
}

/// What turns a chunk into a piece of output.
struct Workshop<'a> {
    blocks: BlockReader<'a>,
    shared: Shared<'a>,
    columns: &'a Columns,
    format: OutputFormat,
    inline: bool,
    spare: Mutex<Vec<Tools>>,
}

/// What one worker uses again from chunk to chunk, and has gathered so far for the key audit.
struct Tools {
    block: BlockScratch,
    scratch: Scratch,
    auditor: FileAuditor,
}

impl Workshop<'_> {
    fn score(&self, chunk: Chunk, spare: Vec<u8>) -> std::result::Result<Done, String> {
        let lock = || self.spare.lock().map_err(|_| "a worker has failed".to_owned());
        let spare_tools = lock()?.pop();
        let mut tools = spare_tools.unwrap_or_else(|| Tools {
            block: BlockScratch::default(),
            scratch: Scratch::default(),
            auditor: FileAuditor::new(self.shared.instrument),
        });
        let Tools { block: block_scratch, scratch, auditor } = &mut tools;
        let mut encoder = Encoder::new(self.format, self.columns, self.inline, spare, chunk.n_bytes());
        let mut counts = Counts::default();
        let mut rejects = Vec::new();
        self.blocks
            .read(&chunk, block_scratch, |block| {
                counts.read += block.rows.len() as u64;
                rejects.extend(block.rows.iter().filter_map(|row| row.reject.as_deref().cloned()));
                let (scored, memory) = Scored::new(&self.shared, block, scratch);
                encoder.add(&scored, memory);
                auditor.add(block);
            })
            .map_err(|error| error.to_string())?;
        lock()?.push(tools);
        counts.rejected = rejects.len() as u64;
        counts.scored = counts.read - counts.rejected;
        let spare = match chunk.rows {
            Rows::Lines { text, .. } => text,
            Rows::Fields(_) => Vec::new(),
        };
        Ok(Done { piece: encoder.finish()?, counts, rejects, spare })
    }

    /// Puts together what the workers gathered.
    fn finish_audit(&self) -> Result<FileAudit> {
        let tools = self.spare.lock().map_err(|_| Error::Internal("a worker has failed".to_owned()))?;
        let mut whole = FileAuditor::new(self.shared.instrument);
        tools.iter().for_each(|tools| whole.merge(&tools.auditor));
        Ok(whole.finish())
    }
}

type Numbered = (u64, std::result::Result<Done, String>);

/// Memory for one chunk and its output.
type Permit = (Vec<u8>, Vec<u8>);

fn run_ordered(
    workshop: &Workshop<'_>,
    source: &mut Source,
    writer: &mut Writer,
    threads: usize,
    progress: Option<Progress<'_>>,
) -> Result<Counts> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|idx| format!("score-{idx}"))
        .build()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let in_flight = 3 * threads + 2;
    let (permits_out, permits) = bounded::<Permit>(in_flight);
    for _ in 0..in_flight {
        // The channel holds exactly as many.
        let _ = permits_out.send((Vec::new(), Vec::new()));
    }
    let (done_out, done_in) = unbounded::<Numbered>();
    let stop = AtomicBool::new(false);
    let stop = &stop;
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            let counts = write_in_order(&done_in, &permits_out, writer);
            stop.store(true, Ordering::Relaxed);
            counts
        });
        let reading = pool.in_place_scope_fifo(|tasks| -> Result<()> {
            let mut number = 0;
            while let Ok((spare_text, spare_output)) = permits.recv() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let Some(chunk) = source.next_chunk(spare_text)? else { break };
                if let (Some(progress), Rows::Lines { text, .. }) = (progress, &chunk.rows) {
                    progress(text.len() as u64);
                }
                let done_out = done_out.clone();
                tasks.spawn_fifo(move |_| {
                    let done = workshop.score(chunk, spare_output);
                    // The writer may have stopped at an earlier error.
                    let _ = done_out.send((number, done));
                });
                number += 1;
            }
            Ok(())
        });
        drop(done_out);
        let written = writing.join().map_err(|_| Error::Internal("the writer has failed".to_owned()))?;
        // Rows before a broken place come first in the input, so their problem is reported first.
        match (written, reading) {
            (Err(error), _) | (Ok(_), Err(error)) => Err(error),
            (Ok(counts), Ok(())) => Ok(counts),
        }
    })
}

fn write_in_order(done_in: &Receiver<Numbered>, permits: &Sender<Permit>, writer: &mut Writer) -> Result<Counts> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    let mut counts = Counts::default();
    for (number, done) in done_in {
        waiting.insert(number, done);
        while let Some(done) = waiting.remove(&next) {
            let done = done.map_err(Error::Internal)?;
            next += 1;
            counts.read += done.counts.read;
            counts.scored += done.counts.scored;
            counts.rejected += done.counts.rejected;
            writer.reject(&done.rejects)?;
            let output = writer.write(done.piece)?;
            // The reader may be gone already.
            let _ = permits.send((done.spare, output));
        }
    }
    Ok(counts)
}

/// The writer's side: the output, and the rejects.
struct Writer {
    out: Out,
    rejects: Rejects,
    file: String,
    rows_written: u64,
    inline: bool,
}

enum Out {
    Bytes { sink: Sink, format: OutputFormat },
    Parquet { writer: Box<ParquetWriter<Sink>>, name: String },
}

enum Rejects {
    Stop,
    Inline,
    File { writer: BufWriter<Sink> },
}

impl Writer {
    fn open(
        sink: Sink,
        settings: &ScoreSettings,
        columns: &Columns,
        provenance: &Provenance,
        file: &str,
    ) -> Result<Self> {
        let name = sink.name();
        let mut out = if settings.format == OutputFormat::Parquet {
            let writer = ParquetWriter::new(sink, columns).map_err(|error| parquet_error(&name, error))?;
            Out::Parquet { writer: Box::new(writer), name }
        } else {
            Out::Bytes { sink, format: settings.format }
        };
        if let Out::Bytes { sink, format } = &mut out {
            let header = match format {
                OutputFormat::Csv => csv::header(columns),
                OutputFormat::MessagePack => messagepack::header(columns, provenance),
                OutputFormat::JsonLines | OutputFormat::Parquet => Vec::new(),
            };
            sink.write_all(&header).map_err(|cause| write_error(&sink.name(), cause))?;
        }
        let rejects = match &settings.rejects {
            RejectPolicy::Stop => Rejects::Stop,
            RejectPolicy::Inline => Rejects::Inline,
            RejectPolicy::File(path) => Rejects::open(path)?,
        };
        let inline = settings.rejects == RejectPolicy::Inline;
        Ok(Self { out, rejects, file: file.to_owned(), rows_written: 0, inline })
    }

    fn reject(&mut self, rejects: &[Reject]) -> Result<()> {
        match &mut self.rejects {
            Rejects::Inline => Ok(()),
            Rejects::Stop => match rejects.first() {
                None => Ok(()),
                Some(first) => Err(Error::rejected(&self.file, first)),
            },
            Rejects::File { writer } => rejects.iter().try_for_each(|reject| {
                let name = writer.get_ref().name();
                reject.write_csv(writer).map_err(|cause| write_error(&name, cause))
            }),
        }
    }

    /// Writes a piece; its memory is given back.
    fn write(&mut self, piece: Piece) -> Result<Vec<u8>> {
        match (&mut self.out, piece) {
            (Out::Bytes { sink, .. }, Piece::Bytes(bytes)) => {
                sink.write_all(&bytes).map_err(|cause| write_error(&sink.name(), cause))?;
                Ok(bytes)
            }
            (Out::Parquet { writer, name }, Piece::Batches(batches)) => {
                for batch in &batches {
                    writer.write(batch).map_err(|error| parquet_error(name, error))?;
                }
                Ok(Vec::new())
            }
            _ => Err(Error::Internal("a piece of another format came to the writer".to_owned())),
        }
    }

    fn finish(mut self, provenance: &Provenance, counts: &Counts) -> Result<()> {
        self.rows_written = if self.inline { counts.read } else { counts.scored };
        let sink = match self.out {
            Out::Parquet { writer, name } => {
                writer.finish(provenance, counts).map_err(|error| parquet_error(&name, error))?
            }
            Out::Bytes { mut sink, format } => {
                if format == OutputFormat::MessagePack {
                    let trailer = messagepack::trailer(counts, self.rows_written);
                    sink.write_all(&trailer).map_err(|cause| write_error(&sink.name(), cause))?;
                }
                sink
            }
        };
        // The rejects come first: scores whose rejects are lost would not be whole.
        if let Rejects::File { writer } = self.rejects {
            let rejects = writer.into_inner().map_err(|error| write_error("the rejects file", error.into_error()))?;
            rejects.finish()?;
        }
        sink.finish()
    }
}

impl Rejects {
    fn open(path: &Path) -> Result<Self> {
        let mut writer = BufWriter::new(Sink::file(path)?);
        writer.write_all(b"row,id,column,value,reason\n").map_err(|cause| write_error("the rejects file", cause))?;
        Ok(Self::File { writer })
    }
}

fn parquet_error(name: &str, error: parquet::errors::ParquetError) -> Error {
    match error {
        parquet::errors::ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => write_error(name, *cause),
            Err(other) => Error::Internal(other.to_string()),
        },
        other => Error::Internal(other.to_string()),
    }
}
