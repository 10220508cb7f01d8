//! Bulk scoring of a body into a body, in bounded memory: the bytes are those of `bilan score --rejects inline`.
//!
//! One thread a run reads the request's body, scores, and writes the response's body; both ends of both pipes wait for
//! each other. A problem before the first part of output is a problem response with a status of its own; one after it
//! breaks the transfer. Whoever hangs up ends the run.

use std::io::{self, Cursor, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use batch::{Counts, RandomAccess, Report, Sink, Source};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::audit_note::AuditNote;
use super::body_pipe::{BodyReader, BodyWriter, Gauge, Held, Output, OutputBody, OutputSender, PipeLimits};
use super::entitlement::Entitled;
use super::scoring_order::ScoringOrder;
use super::scoring_problem::ScoringProblem;
use super::sealed_spool::{SpoolFull, SpoolWriter};
use crate::entropy::Entropy;

/// Trailers of a response: rows read, scored and rejected.
pub const COUNT_TRAILERS: [HeaderName; 3] = [
    HeaderName::from_static("bilan-rows-read"),
    HeaderName::from_static("bilan-rows-scored"),
    HeaderName::from_static("bilan-rows-rejected"),
];

/// What the scoring of bodies may take.
#[derive(Debug, Clone)]
pub struct DeskLimits {
    /// Runs at once, from 1.
    pub runs: usize,
    /// How long a request waits for a place.
    pub patience: Duration,
    /// Limits of the bodies.
    pub pipe: PipeLimits,
    /// Folder for sealed temporary files, of Parquet input.
    pub spool_folder: PathBuf,
}

/// Scores bodies, so many at once.
pub struct ScoringDesk {
    places: Arc<Semaphore>,
    limits: DeskLimits,
    entropy: Arc<Entropy>,
}

/// A run under way: the response, and word of its end.
#[derive(Debug)]
pub struct ScoredStream {
    /// Content type of the body.
    pub content_type: &'static str,
    /// What makes the scores, as JSON without the counts: for the resource that a `Link` header names.
    pub provenance: String,
    /// The scores; [`COUNT_TRAILERS`] follow them.
    pub body: Body,
    /// Word of the end, for the counts of that resource. Dropped without a word when the run was given up.
    pub outcome: oneshot::Receiver<Result<RunSummary, ScoringProblem>>,
    /// Bytes waiting in the pipe of input, and in that of output.
    pub in_flight: (Arc<Gauge>, Arc<Gauge>),
}

/// What a run did, when it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Rows read, scored and rejected.
    pub counts: Counts,
    /// Columns of the input that served nothing.
    pub n_ignored_columns: usize,
    /// What the key audit of the first rows has to say.
    pub warnings: Vec<String>,
    /// The same findings, for whoever words them.
    pub notes: Vec<AuditNote>,
    /// What made the scores, as JSON with the counts.
    pub provenance: String,
}

impl RunSummary {
    /// Puts together what a run has to say.
    #[must_use]
    pub fn of(order: &ScoringOrder, report: &Report) -> Self {
        Self {
            counts: report.counts,
            n_ignored_columns: report.n_ignored_columns,
            warnings: order.warnings(&report.key_audit),
            notes: order.notes(&report.key_audit),
            provenance: order.provenance(Some(&report.counts)),
        }
    }
}

/// The value of a `Link` header that names the resource of a response's provenance.
///
/// # Errors
/// When the address cannot stand in a header.
pub fn described_by(address: &str) -> Result<HeaderValue, axum::http::header::InvalidHeaderValue> {
    HeaderValue::from_str(&format!("<{address}>; rel=\"describedby\"; type=\"application/json\""))
}

impl ScoringDesk {
    /// A desk with its limits.
    #[must_use]
    pub fn new(limits: DeskLimits, entropy: Arc<Entropy>) -> Self {
        Self { places: Arc::new(Semaphore::new(limits.runs.max(1))), limits, entropy }
    }

    /// Begins to score a body, and returns with the first part of the scores.
    ///
    /// # Errors
    /// [`ScoringProblem`] for whatever comes before the first part of output; its kind has the status.
    pub async fn score(&self, _: Entitled, order: ScoringOrder, body: Body) -> Result<ScoredStream, ScoringProblem> {
        let permit = timeout(self.limits.patience, Arc::clone(&self.places).acquire_owned()).await;
        let permit = permit.map_err(|_| ScoringProblem::busy())?.map_err(|_| ScoringProblem::internal())?;
        let (input_gauge, output_gauge) = <(Arc<Gauge>, Arc<Gauge>)>::default();
        let (sender, mut parts) = OutputSender::new(self.limits.pipe, Arc::clone(&output_gauge));
        let taker = sender.clone();
        let hung_up = async move { taker.closed().await };
        let input = BodyReader::new(body, self.limits.pipe, Arc::clone(&input_gauge), hung_up);
        let (tell, outcome) = oneshot::channel();
        let (content_type, provenance) = (order.content_type(), order.provenance(None));
        let spool = Spool {
            folder: self.limits.spool_folder.clone(),
            limit: self.limits.pipe.max_bytes,
            entropy: Arc::clone(&self.entropy),
        };
        let run = Run { order, spool, sender, _permit: permit };
        tokio::task::spawn_blocking(move || {
            // Nobody may be waiting for the outcome.
            let _ = tell.send(run.run(input));
        });
        let first = match parts.recv().await {
            Some(Output::Data(bytes)) => bytes,
            Some(Output::Failed(problem)) => return Err(problem),
            Some(Output::Done(_)) | None => return Err(ScoringProblem::internal()),
        };
        let body = Body::new(OutputBody::new(first, parts, Arc::clone(&output_gauge)));
        Ok(ScoredStream { content_type, provenance, body, outcome, in_flight: (input_gauge, output_gauge) })
    }
}

/// Where Parquet input goes until it is whole.
struct Spool {
    folder: PathBuf,
    limit: u64,
    entropy: Arc<Entropy>,
}

/// The work of the thread.
struct Run {
    order: ScoringOrder,
    spool: Spool,
    sender: OutputSender<ScoringProblem>,
    _permit: OwnedSemaphorePermit,
}

impl Run {
    fn run(self, input: BodyReader) -> Result<RunSummary, ScoringProblem> {
        let (fault_of_input, fault_of_output) = (input.fault(), self.sender.fault());
        let (writer, held) = self.sender.writer();
        let scored = self.score(input, writer);
        let gone = || ScoringProblem::from(&batch::Error::ClosedPipe);
        let outcome = scored.and_then(|report| self.finish(held, &report).map_err(|_| gone()));
        let outcome = outcome.map_err(|problem| {
            if self.sender.is_closed() {
                return gone();
            }
            // A fault of a body is the cause of whatever the scorer made of it.
            let fault = fault_of_input.get().or(fault_of_output.get());
            fault.map_or(problem, ScoringProblem::of_body)
        });
        if let Err(problem) = &outcome {
            // Whoever hung up learns nothing.
            let _ = self.sender.send(Output::Failed(problem.clone()));
        }
        outcome
    }

    fn score(&self, input: BodyReader, writer: BodyWriter<ScoringProblem>) -> Result<Report, ScoringProblem> {
        let source = self.open(input)?;
        let sink = Sink::Stream { out: Box::new(writer), name: "the response".to_owned() };
        self.order.job().run(source, sink, None).map_err(|error| ScoringProblem::from(&error))
    }

    fn finish(&self, held: Held, report: &Report) -> io::Result<RunSummary> {
        let rest = held.take();
        if !rest.is_empty() {
            self.sender.send(Output::Data(rest))?;
        }
        self.sender.send(Output::Done(trailers(&report.counts)))?;
        Ok(RunSummary::of(&self.order, report))
    }

    /// Opens the rows; Parquet is taken in whole first, sealed.
    fn open(&self, mut input: BodyReader) -> Result<Source, ScoringProblem> {
        let name = "the body".to_owned();
        let chunk_bytes = self.order.settings().chunk_bytes;
        let mut start = Vec::with_capacity(4);
        input.by_ref().take(4).read_to_end(&mut start).map_err(|_| ScoringProblem::internal())?;
        let is_parquet = start == b"PAR1";
        let mut whole = Cursor::new(start).chain(input);
        let opened = if is_parquet {
            let spooled: Arc<dyn RandomAccess> = self.spool(&mut whole)?;
            Source::from_random_access(name, spooled, chunk_bytes)
        } else {
            Source::from_reader(name, Box::new(whole), None, chunk_bytes)
        };
        opened.map_err(|error| ScoringProblem::from(&error))
    }

    fn spool(&self, input: &mut impl io::Read) -> Result<Arc<dyn RandomAccess>, ScoringProblem> {
        let Spool { folder, limit, entropy } = &self.spool;
        let mut spool = || {
            let mut writer = SpoolWriter::create(folder, *limit, Arc::clone(entropy))?;
            io::copy(input, &mut writer)?;
            writer.flush()?;
            writer.finish()
        };
        let problem = |error: io::Error| {
            if error.get_ref().is_none_or(|cause| !cause.is::<SpoolFull>()) {
                tracing::error!(kind = ?error.kind(), "a temporary file could not be written");
            }
            ScoringProblem::internal()
        };
        let spool = spool().map_err(problem)?;
        Ok(Arc::new(spool))
    }
}

fn trailers(counts: &Counts) -> HeaderMap {
    let counts = [counts.read, counts.scored, counts.rejected].map(HeaderValue::from);
    COUNT_TRAILERS.into_iter().zip(counts).collect()
}

#[cfg(test)]
#[path = "scoring_stream_tests.rs"]
mod tests;
