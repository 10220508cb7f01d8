//! Bodies as pipes: an HTTP body read by a thread, a thread's output sent as a body. Both ends wait for each other, so
//! that what is in memory is bounded whatever the size of the body.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use http_body::Frame;
use http_body_util::BodyExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Bytes of a part that goes through a pipe.
pub const PART_BYTES: usize = 64 << 10;
/// Parts that wait in a pipe.
const WAITING_PARTS: usize = 2;
/// The most bytes that a pipe holds: those waiting, one held by each end, and one being handed over.
pub const PIPE_BYTES: usize = (WAITING_PARTS + 3) * PART_BYTES;

/// How long an end may be waited for, and how much is taken.
#[derive(Debug, Clone, Copy)]
pub struct PipeLimits {
    /// The longest wait for the other side.
    pub stall: Duration,
    /// The most bytes of a body.
    pub max_bytes: u64,
}

/// Why a body did not come or go to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// It ended before its end.
    #[error("the body broke off before its end; send it again")]
    Cut,
    /// The other side waited too long.
    #[error("nothing moved for {seconds} s; send the rows and take the scores at the same time, without long pauses")]
    Stalled {
        /// The longest wait.
        seconds: u64,
    },
    /// More came than is taken.
    #[error("the body is larger than {limit} bytes; send the rows in several requests, or as a job")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
}

/// Counts the bytes in a pipe; the most there ever were is kept.
#[derive(Debug, Default)]
pub struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl Gauge {
    fn add(&self, n: usize) {
        let now = self.now.fetch_add(n, Ordering::Relaxed) + n;
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    fn remove(&self, n: usize) {
        self.now.fetch_sub(n, Ordering::Relaxed);
    }

    /// The bytes in the pipe now.
    #[must_use]
    pub fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// The most bytes there ever were.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }
}

/// The place where the first fault of a pipe is noted, for libraries on the way turn it into other words.
pub type FaultNote = Arc<OnceLock<BodyFault>>;

enum Part {
    Data(Bytes),
    End,
    Fault(BodyFault),
}

/// A body as a reader for a thread.
pub struct BodyReader {
    parts: mpsc::Receiver<Part>,
    current: Bytes,
    ended: bool,
    fault: FaultNote,
    gauge: Arc<Gauge>,
}

impl BodyReader {
    /// Takes a body in. Must be called in a runtime; the task that reads ends with the body, when the reader is
    /// dropped, or when `hung_up` ends.
    pub fn new(
        body: Body,
        limits: PipeLimits,
        gauge: Arc<Gauge>,
        hung_up: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let (sender, parts) = mpsc::channel(WAITING_PARTS);
        let fault = FaultNote::default();
        let counted = Arc::clone(&gauge);
        tokio::spawn(async move {
            tokio::select! {
                () = feed(body, &sender, limits, &counted) => {}
                () = sender.closed() => {}
                () = hung_up => {}
            }
        });
        Self { parts, current: Bytes::new(), ended: false, fault, gauge }
    }

    /// Where faults of the body are noted.
    #[must_use]
    pub fn fault(&self) -> FaultNote {
        Arc::clone(&self.fault)
    }

    fn fail(&mut self, fault: BodyFault) -> io::Error {
        self.ended = true;
        // The first fault is the one that counts.
        let _ = self.fault.set(fault);
        io::Error::other(fault)
    }
}

async fn feed(mut body: Body, sender: &mpsc::Sender<Part>, limits: PipeLimits, gauge: &Gauge) {
    let mut n_bytes = 0;
    let last = loop {
        let frame = match timeout(limits.stall, body.frame()).await {
            Err(_) => break Part::Fault(BodyFault::Stalled { seconds: limits.stall.as_secs() }),
            Ok(None) => break Part::End,
            Ok(Some(Err(_))) => break Part::Fault(BodyFault::Cut),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(mut data) = frame.into_data() else { continue };
        n_bytes += data.len() as u64;
        if n_bytes > limits.max_bytes {
            break Part::Fault(BodyFault::TooLarge { limit: limits.max_bytes });
        }
        while !data.is_empty() {
            let part = data.split_to(data.len().min(PART_BYTES));
            gauge.add(part.len());
            if sender.send(Part::Data(part)).await.is_err() {
                return;
            }
        }
    };
    // A reader that is gone needs no end.
    let _ = sender.send(last).await;
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.ended {
            match self.parts.blocking_recv() {
                Some(Part::Data(bytes)) => self.current = bytes,
                Some(Part::End) => self.ended = true,
                Some(Part::Fault(fault)) => return Err(self.fail(fault)),
                // Without a word of its end the body was given up.
                None => return Err(self.fail(BodyFault::Cut)),
            }
        }
        if self.current.is_empty() {
            return match self.fault.get() {
                Some(fault) => Err(io::Error::other(*fault)),
                None => Ok(0),
            };
        }
        let n = self.current.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.current.split_to(n));
        self.gauge.remove(n);
        Ok(n)
    }
}

/// What a thread says to the body that it makes.
pub enum Output<P> {
    /// Some bytes.
    Data(Bytes),
    /// All is said; trailers close the body.
    Done(HeaderMap),
    /// All is lost; the body breaks off.
    Failed(P),
}

/// A thread's output on the way into a body. Nothing is sent before a whole part is there, so that a short output
/// fails or succeeds as a whole.
pub struct BodyWriter<P> {
    held: Arc<std::sync::Mutex<Vec<u8>>>,
    sender: OutputSender<P>,
}

/// The side of the thread.
pub struct OutputSender<P> {
    parts: mpsc::Sender<Output<P>>,
    runtime: Handle,
    stall: Duration,
    fault: FaultNote,
    gauge: Arc<Gauge>,
}

impl<P> Clone for OutputSender<P> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            runtime: self.runtime.clone(),
            stall: self.stall,
            fault: Arc::clone(&self.fault),
            gauge: Arc::clone(&self.gauge),
        }
    }
}

/// What has been written and not yet been sent.
pub struct Held(Arc<std::sync::Mutex<Vec<u8>>>);

impl Held {
    /// Takes it.
    #[must_use]
    pub fn take(self) -> Bytes {
        std::mem::take(&mut *lock(&self.0)).into()
    }
}

fn lock(held: &std::sync::Mutex<Vec<u8>>) -> std::sync::MutexGuard<'_, Vec<u8>> {
    held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl<P> OutputSender<P> {
    /// A way from a thread to a body; must be called in a runtime.
    #[must_use]
    pub fn new(limits: PipeLimits, gauge: Arc<Gauge>) -> (Self, mpsc::Receiver<Output<P>>) {
        let (parts, receiver) = mpsc::channel(WAITING_PARTS);
        let sender =
            Self { parts, runtime: Handle::current(), stall: limits.stall, fault: FaultNote::default(), gauge };
        (sender, receiver)
    }

    /// A writer for the thread, and what it holds back.
    #[must_use]
    pub fn writer(&self) -> (BodyWriter<P>, Held) {
        let held = Arc::default();
        (BodyWriter { held: Arc::clone(&held), sender: self.clone() }, Held(held))
    }

    /// Ends when nobody takes the output any more.
    pub async fn closed(&self) {
        self.parts.closed().await;
    }

    /// Whether nobody takes the output any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.parts.is_closed()
    }

    /// Where a stalled taker is noted.
    #[must_use]
    pub fn fault(&self) -> FaultNote {
        Arc::clone(&self.fault)
    }

    /// Sends, waiting for the taker.
    ///
    /// # Errors
    /// A closed pipe when nobody takes it any more; a time-out when nobody took it for too long.
    pub fn send(&self, part: Output<P>) -> io::Result<()> {
        let n = if let Output::Data(bytes) = &part { bytes.len() } else { 0 };
        self.gauge.add(n);
        match self.runtime.block_on(async { timeout(self.stall, self.parts.send(part)).await }) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => {
                self.gauge.remove(n);
                Err(io::ErrorKind::BrokenPipe.into())
            }
            Err(_) => {
                self.gauge.remove(n);
                let fault = BodyFault::Stalled { seconds: self.stall.as_secs() };
                // The first fault is the one that counts.
                let _ = self.fault.set(fault);
                Err(io::Error::new(io::ErrorKind::TimedOut, fault))
            }
        }
    }
}

impl<P> Write for BodyWriter<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (n, full) = {
            let mut held = lock(&self.held);
            let n = bytes.len().min(PART_BYTES - held.len().min(PART_BYTES));
            held.extend_from_slice(&bytes[..n]);
            let full = held.len() >= PART_BYTES;
            (n, full.then(|| std::mem::replace(&mut *held, Vec::with_capacity(PART_BYTES))))
        };
        if let Some(full) = full {
            self.sender.send(Output::Data(full.into()))?;
        }
        Ok(n)
    }

    /// Does nothing: what is held is sent when the part is full or all is done.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A thread's output as a body. It ends well only after the thread has said that all is done: everything else breaks
/// the transfer, so that a part is never taken for the whole.
pub struct OutputBody<P> {
    parts: mpsc::Receiver<Output<P>>,
    first: Option<Bytes>,
    over: bool,
    gauge: Arc<Gauge>,
}

/// The rest of a body will not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the output broke off before its end")]
pub struct BrokenOff;

impl<P> OutputBody<P> {
    /// A body that begins with `first`, which came out of `parts`.
    #[must_use]
    pub fn new(first: Bytes, parts: mpsc::Receiver<Output<P>>, gauge: Arc<Gauge>) -> Self {
        Self { parts, first: Some(first), over: false, gauge }
    }
}

impl<P> http_body::Body for OutputBody<P> {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            self.gauge.remove(first.len());
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.over {
            return Poll::Ready(None);
        }
        let frame = match std::task::ready!(self.parts.poll_recv(context)) {
            Some(Output::Data(bytes)) => {
                self.gauge.remove(bytes.len());
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            Some(Output::Done(trailers)) => Ok(Frame::trailers(trailers)),
            Some(Output::Failed(_)) | None => Err(BrokenOff),
        };
        self.over = true;
        Poll::Ready(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PipeLimits = PipeLimits { stall: Duration::from_secs(20), max_bytes: 1 << 30 };

    fn read_all(mut reader: BodyReader) -> (io::Result<Vec<u8>>, FaultNote) {
        let mut bytes = Vec::new();
        let read = reader.read_to_end(&mut bytes).map(|_| bytes);
        (read, reader.fault())
    }

    async fn reader(body: Body, limits: PipeLimits) -> (io::Result<Vec<u8>>, FaultNote) {
        let reader = BodyReader::new(body, limits, Arc::default(), std::future::pending());
        tokio::task::spawn_blocking(move || read_all(reader)).await.unwrap()
    }

    #[tokio::test]
    async fn a_body_larger_than_the_pipe_comes_whole() {
        let bytes: Vec<u8> = (0..10 * PIPE_BYTES).map(|at| (at % 251) as u8).collect();
        let (read, _) = reader(Body::from(bytes.clone()), LIMITS).await;
        assert!(read.unwrap() == bytes);
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_says_so() {
        let limits = PipeLimits { max_bytes: 100, ..LIMITS };
        let (read, fault) = reader(Body::from(vec![0; 101]), limits).await;
        assert!(read.is_err());
        assert_eq!(fault.get(), Some(&BodyFault::TooLarge { limit: 100 }));
        let (read, _) = reader(Body::from(vec![0; 100]), limits).await;
        assert_eq!(read.unwrap().len(), 100);
    }

    #[tokio::test]
    async fn a_body_that_never_comes_is_given_up() {
        let (_sender, receiver) = mpsc::channel::<Output<()>>(1);
        let body = Body::new(OutputBody::new(Bytes::from_static(b"abc"), receiver, Arc::new(counted(3))));
        let (read, fault) = reader(body, PipeLimits { stall: Duration::from_millis(5), ..LIMITS }).await;
        assert!(read.is_err());
        assert_eq!(fault.get(), Some(&BodyFault::Stalled { seconds: 0 }));
    }

    #[tokio::test]
    async fn an_output_without_a_word_of_its_end_is_broken() {
        let (sender, receiver) = mpsc::channel::<Output<()>>(1);
        drop(sender);
        let body = OutputBody::new(Bytes::from_static(b"abc"), receiver, Arc::new(counted(3)));
        assert!(axum::body::to_bytes(Body::new(body), 100).await.is_err());
        let (sender, receiver) = mpsc::channel::<Output<()>>(1);
        sender.send(Output::Done(HeaderMap::new())).await.unwrap();
        let body = OutputBody::new(Bytes::from_static(b"abc"), receiver, Arc::new(counted(3)));
        assert_eq!(axum::body::to_bytes(Body::new(body), 100).await.unwrap(), "abc");
    }

    #[tokio::test]
    async fn a_taker_that_is_gone_or_asleep_ends_the_writer() {
        let (sender, receiver) =
            OutputSender::<()>::new(PipeLimits { stall: Duration::from_millis(5), ..LIMITS }, Arc::default());
        let write = |sender: OutputSender<()>| move || sender.writer().0.write_all(&vec![0; 2 * PIPE_BYTES]);
        let asleep = tokio::task::spawn_blocking(write(sender.clone())).await.unwrap();
        assert_eq!(asleep.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(sender.fault().get().is_some());
        drop(receiver);
        let gone = tokio::task::spawn_blocking(write(sender)).await.unwrap();
        assert_eq!(gone.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    fn counted(n: usize) -> Gauge {
        let gauge = Gauge::default();
        gauge.add(n);
        gauge
    }
}
