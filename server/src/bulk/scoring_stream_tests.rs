use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::http::StatusCode;
use http_body::Frame;
use http_body_util::BodyExt as _;
use instruments::Catalog;

use super::*;
use crate::bulk::body_pipe::{PART_BYTES, PIPE_BYTES};
use crate::bulk::entitlement::{Basis, Declaration};
use crate::bulk::score_query::ScoreQuery;
use crate::bulk::scoring_order::RunShare;
use crate::bulk::scoring_problem::ProblemKind;
use crate::clock::Timestamp;
use crate::ids::Id;

/// A body in frames of a size, which tells how much was taken and when it was let go, and may never end.
struct Frames {
    bytes: Bytes,
    size: usize,
    then: Then,
    watch: Watch,
}

#[derive(Clone, Copy)]
enum Then {
    End,
    Break,
    Wait,
}

#[derive(Clone, Default)]
struct Watch {
    taken: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.watch.gone.store(true, Ordering::SeqCst);
    }
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.bytes.is_empty() {
            return match self.then {
                Then::End => Poll::Ready(None),
                Then::Break => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
                Then::Wait => Poll::Pending,
            };
        }
        let size = self.size.min(self.bytes.len());
        let frame = self.bytes.split_to(size);
        self.watch.taken.fetch_add(size, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }
}

fn body(bytes: &[u8], size: usize, then: Then) -> (Body, Watch) {
    let watch = Watch::default();
    (Body::new(Frames { bytes: bytes.to_vec().into(), size, then, watch: watch.clone() }), watch)
}

fn entitled() -> Entitled {
    let (organisation, now) = (Id::from_bytes([1; 16]), Timestamp::from_millis(0));
    let declaration =
        Declaration { organisation, declared_by: organisation, declared_at: now, basis: Basis::Anonymous };
    Declaration::check(Some(&declaration), organisation, now).unwrap()
}

fn desk(runs: usize) -> ScoringDesk {
    let limits = DeskLimits {
        runs,
        patience: Duration::ZERO,
        pipe: PipeLimits { stall: Duration::from_secs(60), max_bytes: 1 << 30 },
        spool_folder: std::env::temp_dir(),
    };
    ScoringDesk::new(limits, Arc::new(Entropy::seeded([3; 32])))
}

fn order(format: &str, keep: &[String]) -> ScoringOrder {
    let query = ScoreQuery {
        instrument: "ipip-markers-50".to_owned(),
        id: Some("id".to_owned()),
        keep: keep.to_vec(),
        metrics: ["raw", "n", "mean", "sem", "lower", "upper"].map(str::to_owned).to_vec(),
        decimals: Some("full".to_owned()),
        format: Some(format.to_owned()),
        ..ScoreQuery::default()
    };
    let share = RunShare { threads: 2, chunk_bytes: 32 << 10 };
    ScoringOrder::of(&query, &Arc::new(Catalog::bundled()), share).unwrap()
}

fn items() -> Vec<String> {
    let catalog = Catalog::bundled();
    let loaded = catalog.find("ipip-markers-50").unwrap();
    loaded.instrument().items().iter().map(|item| item.id.to_string()).collect()
}

/// Answers from 1 to 5, with a blank and an impossible one here and there.
fn answer(row: usize, item: usize) -> Option<usize> {
    let mixed = (row * 7919 + item * 104_729) % 1009;
    match mixed {
        0..20 => None,
        1008 => Some(9),
        _ => Some(1 + mixed % 5),
    }
}

fn csv_rows(n: usize) -> Vec<u8> {
    let mut text = format!("id,{}\n", items().join(","));
    for row in 0..n {
        let answers = (0..50).map(|item| answer(row, item).map_or_else(String::new, |answer| answer.to_string()));
        text.push_str(&format!("p{row},{}\n", answers.collect::<Vec<_>>().join(",")));
    }
    text.into_bytes()
}

fn messagepack_rows(n: usize) -> Vec<u8> {
    let columns: Vec<String> = std::iter::once("id".to_owned()).chain(items()).collect();
    let mut bytes = rmp_serde::to_vec(&serde_json::json!({ "columns": columns })).unwrap();
    for row in 0..n {
        let answers = (0..50).map(|item| serde_json::json!(answer(row, item)));
        let fields: Vec<_> = std::iter::once(serde_json::json!(format!("p{row}"))).chain(answers).collect();
        bytes.extend(rmp_serde::to_vec(&fields).unwrap());
    }
    bytes
}

/// Parquet made by the scorer itself, which carries the answers over (but for those of rejected rows).
fn parquet_rows(n: usize) -> Vec<u8> {
    directly(&order("parquet", &items()), &csv_rows(n))
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The scores as the command writes them, from a file.
fn directly(order: &ScoringOrder, rows: &[u8]) -> Vec<u8> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(rows).unwrap();
    let source = Source::open_file(file.path(), 1 << 20).unwrap();
    let memory = Memory::default();
    let sink = Sink::Stream { out: Box::new(memory.clone()), name: "memory".to_owned() };
    order.job().run(source, sink, None).unwrap();
    let bytes = memory.0.lock().unwrap();
    bytes.clone()
}

async fn streamed(format: &str, rows: &[u8], size: usize) -> (Vec<u8>, RunSummary) {
    let stream = desk(1).score(entitled(), order(format, &[]), body(rows, size, Then::End).0).await.unwrap();
    assert!(!stream.provenance.contains("\"rows\""));
    let collected = stream.body.collect().await.unwrap();
    let trailers = collected.trailers().unwrap().clone();
    let summary = stream.outcome.await.unwrap().unwrap();
    assert_eq!(trailers[&COUNT_TRAILERS[0]], summary.counts.read.to_string());
    assert_eq!(trailers[&COUNT_TRAILERS[2]], summary.counts.rejected.to_string());
    for gauge in [&stream.in_flight.0, &stream.in_flight.1] {
        assert!(gauge.peak() <= PIPE_BYTES, "{} bytes were in a pipe", gauge.peak());
        assert_eq!(gauge.now(), 0);
    }
    (collected.to_bytes().to_vec(), summary)
}

#[tokio::test]
async fn the_bytes_are_those_of_the_command_in_every_format() {
    let n = 12_000;
    let inputs = [csv_rows(n), messagepack_rows(n), parquet_rows(n)];
    assert!(inputs[..2].iter().all(|input| input.len() > PIPE_BYTES));
    for format in ["csv", "jsonl", "msgpack", "parquet"] {
        let expected = inputs.each_ref().map(|input| directly(&order(format, &[]), input));
        assert!(expected[0] == expected[1]);
        for ((input, size), expected) in inputs.iter().zip([1 << 20, 4099, 70_001]).zip(&expected) {
            let (bytes, summary) = streamed(format, input, size).await;
            assert!(bytes == *expected, "{format} from frames of {size} bytes");
            assert_eq!(summary.counts.read, n as u64);
            assert!(summary.counts.scored > n as u64 / 2, "{:?}", summary.counts);
        }
    }
    assert!(streamed("csv", &inputs[0], 70_001).await.1.counts.rejected > 0);
}

#[tokio::test]
async fn the_bytes_do_not_depend_on_the_size_of_frames() {
    let (rows, packed, parquet) = (csv_rows(150), messagepack_rows(150), parquet_rows(150));
    for (kind, input) in [("csv", &rows), ("msgpack", &packed), ("parquet", &parquet)] {
        let expected = directly(&order("msgpack", &[]), input);
        for size in [1, 7, 1000, 1 << 20] {
            let bytes = streamed("msgpack", input, size).await.0;
            assert!(bytes == expected, "{kind} in frames of {size} bytes");
        }
    }
}

#[tokio::test]
async fn a_taker_that_is_slow_holds_the_sender_back() {
    let rows = csv_rows(60_000);
    let (input, watch) = body(&rows, 16 << 10, Then::End);
    let stream = desk(1).score(entitled(), order("csv", &[]), input).await.unwrap();
    // Nothing is taken until the pipe of output is full.
    while stream.in_flight.1.now() < 3 * PART_BYTES {
        tokio::task::yield_now().await;
    }
    assert!(watch.taken.load(Ordering::SeqCst) < rows.len() / 2, "the input was taken in ahead of its scores");
    let mut body = stream.body;
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.unwrap().into_data() {
            bytes.extend_from_slice(&data);
        }
        tokio::task::yield_now().await;
    }
    assert!(bytes == directly(&order("csv", &[]), &rows));
    assert!(stream.in_flight.0.peak() <= PIPE_BYTES && stream.in_flight.1.peak() <= PIPE_BYTES);
}

#[tokio::test]
async fn whoever_hangs_up_ends_the_run_and_frees_its_place() {
    let desk = desk(1);
    let (input, watch) = body(&csv_rows(60_000), 16 << 10, Then::End);
    let stream = desk.score(entitled(), order("csv", &[]), input).await.unwrap();
    let busy = desk.score(entitled(), order("csv", &[]), Body::empty()).await.unwrap_err();
    assert_eq!((busy.kind, busy.kind.status()), (ProblemKind::Busy, StatusCode::SERVICE_UNAVAILABLE));
    drop(stream.body);
    assert_eq!(stream.outcome.await.unwrap().unwrap_err().kind, ProblemKind::Gone);
    while !watch.gone.load(Ordering::SeqCst) || desk.places.available_permits() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(desk.score(entitled(), order("csv", &[]), body(&csv_rows(3), 9, Then::End).0).await.is_ok());
}

#[tokio::test]
async fn whoever_hangs_up_before_the_first_part_ends_the_run_too() {
    let desk = desk(1);
    let (input, watch) = body(b"id,E1", 9, Then::Wait);
    let waiting = timeout(Duration::from_millis(5), desk.score(entitled(), order("csv", &[]), input)).await;
    assert!(waiting.is_err());
    while !watch.gone.load(Ordering::SeqCst) || desk.places.available_permits() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_problem_before_the_first_part_has_a_status_and_repeats_no_answer() {
    let mut broken = messagepack_rows(2);
    broken.extend(rmp_serde::to_vec(&"SECRET").unwrap());
    let cases: [(&[u8], ProblemKind, Option<u64>, &str); 6] = [
        (b"", ProblemKind::UnreadableInput, None, "needs a header line"),
        (b"SECRET,2\n3,4\n", ProblemKind::UnreadableInput, None, "is the header missing?"),
        (b"id,E1,E2\nSECRET,1,2\n", ProblemKind::UnreadableInput, None, "no column for"),
        (b"\xFF\xFEi\0", ProblemKind::UnreadableInput, None, "save it as UTF-8"),
        (b"PAR1SECRET", ProblemKind::UnreadableInput, None, "not a readable Parquet file"),
        (&broken, ProblemKind::UnreadableInput, Some(3), "row 3: an array"),
    ];
    for (bytes, kind, row, words) in cases {
        let result = desk(1).score(entitled(), order("csv", &[]), body(bytes, 5, Then::End).0).await;
        let problem = result.unwrap_err();
        assert_eq!((problem.kind, problem.row), (kind, row), "{problem:?}");
        assert_eq!(kind.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem.detail.contains(words) && !problem.detail.contains("SECRET"), "{problem:?}");
        assert!(!problem.detail.contains("--"), "an option of the command is named: {problem:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_never_taken_for_the_whole() {
    // Before the first part: a problem.
    for rows in [csv_rows(10), messagepack_rows(10), b"PAR1xxxx".to_vec()] {
        let cut = desk(1).score(entitled(), order("csv", &[]), body(&rows, 100, Then::Break).0).await.unwrap_err();
        assert_eq!((cut.kind, cut.kind.status()), (ProblemKind::BodyCut, StatusCode::BAD_REQUEST));
    }
    // After it: a broken transfer.
    for rows in [csv_rows(12_000), messagepack_rows(12_000)] {
        let stream = desk(1).score(entitled(), order("csv", &[]), body(&rows, 9999, Then::Break).0).await.unwrap();
        assert!(stream.body.collect().await.is_err());
        assert_eq!(stream.outcome.await.unwrap().unwrap_err().kind, ProblemKind::BodyCut);
    }
}

#[tokio::test]
async fn a_problem_late_in_the_rows_breaks_the_transfer() {
    let mut rows = messagepack_rows(12_000);
    rows.push(0x05);
    let stream = desk(1).score(entitled(), order("jsonl", &[]), body(&rows, 9999, Then::End).0).await.unwrap();
    assert!(stream.body.collect().await.is_err());
    let problem = stream.outcome.await.unwrap().unwrap_err();
    assert_eq!((problem.kind, problem.row), (ProblemKind::UnreadableInput, Some(12_001)));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_too_large() {
    let mut desk = desk(1);
    desk.limits.pipe.max_bytes = 1000;
    for rows in [csv_rows(100), parquet_rows(100)] {
        let problem = desk.score(entitled(), order("csv", &[]), body(&rows, 100, Then::End).0).await.unwrap_err();
        assert_eq!((problem.kind, problem.kind.status()), (ProblemKind::TooLarge, StatusCode::PAYLOAD_TOO_LARGE));
        while desk.places.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[test]
fn the_provenance_is_linked() {
    let link = described_by("/api/v1/scores/0a/provenance").unwrap();
    assert_eq!(link, "</api/v1/scores/0a/provenance>; rel=\"describedby\"; type=\"application/json\"");
    assert!(described_by("a\nb").is_err());
}
