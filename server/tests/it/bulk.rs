//! Scoring many rows by the addresses of the service.

use std::io;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use batch::{Sink, Source};
use instruments::Catalog;
use serde_json::{Value, json};
use server::bulk::job_file::JobEvent;
use server::bulk::score_query::ScoreQuery;
use server::bulk::scoring_order::{RunShare, ScoringOrder};
use server::documents::Stored;
use server::ids::Id;
use server::records::account::Scope;
use server::records::job::{ScoringJob, become_};
use server::services::{jobs, scheduler};
use server::store::{Change, Kind, Selection};

use crate::support::{TestAnswer, TestService};

const SCORES: &str = "/api/v1/scores?instrument=ipip-markers-50&id=id&metrics=raw,n,mean&decimals=full";

fn items() -> Vec<String> {
    let catalog = Catalog::bundled();
    let loaded = catalog.find("ipip-markers-50").unwrap();
    loaded.instrument().items().iter().map(|item| item.id.to_string()).collect()
}

/// Answers from 1 to 5, with a blank and an impossible one here and there.
fn answer(row: usize, item: usize) -> Option<usize> {
    match (row * 7919 + item * 104_729) % 1009 {
        0..20 => None,
        1008 => Some(9),
        mixed => Some(1 + mixed % 5),
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
    let mut bytes = rmp_serde::to_vec(&json!({ "columns": columns })).unwrap();
    for row in 0..n {
        let answers = (0..50).map(|item| json!(answer(row, item)));
        let fields: Vec<_> = std::iter::once(json!(format!("p{row}"))).chain(answers).collect();
        bytes.extend(rmp_serde::to_vec(&fields).unwrap());
    }
    bytes
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

/// What the scorer itself makes of the same rows, rejects inline.
fn directly(format: &str, rows: &[u8]) -> Vec<u8> {
    let query = ScoreQuery {
        instrument: "ipip-markers-50".to_owned(),
        id: Some("id".to_owned()),
        metrics: ["raw", "n", "mean"].map(str::to_owned).to_vec(),
        decimals: Some("full".to_owned()),
        format: Some(format.to_owned()),
        ..ScoreQuery::default()
    };
    let share = RunShare { threads: 1, chunk_bytes: 1 << 16 };
    let order = ScoringOrder::of(&query, &Arc::new(Catalog::bundled()), share).unwrap();
    let out = Memory::default();
    let source = Source::from_reader("rows".to_owned(), Box::new(io::Cursor::new(rows.to_vec())), None, 1 << 16);
    let sink = Sink::Stream { out: Box::new(out.clone()), name: "scores".to_owned() };
    order.job().run(source.unwrap(), sink, None).unwrap();
    out.0.lock().unwrap().clone()
}

pub(crate) async fn send(
    service: &TestService,
    (method, path): (&str, &str),
    token: &str,
    headers: &[(&str, &str)],
    bytes: &[u8],
) -> TestAnswer {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    service.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

async fn declare(service: &TestService, token: &str) {
    let body = json!({"ground": "anonymous", "text": "Rows of the survey of 2025, without names."});
    service.post("/api/v1/declarations", token, body).await.expect(201);
}

/// How many records of a kind there are.
async fn count(service: &TestService, kind: Kind) -> usize {
    service.app.documents().store().select(&Selection::of(kind)).await.unwrap().len()
}

/// Asks until the answer says so.
pub(crate) async fn until(service: &TestService, path: &str, token: &str, field: &str, wanted: &str) -> Value {
    for _ in 0..2000 {
        let answer = service.get(path, token).await.expect(200).json;
        if answer[field] == wanted {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{path} never said {wanted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_gives_the_bytes_of_the_command_and_names_what_made_them() {
    let service = TestService::start().await;
    let program = service.program(&[Scope::Score]).await;
    declare(&service, &program.token).await;
    let streams =
        [("csv", csv_rows(3000), 3000), ("msgpack", messagepack_rows(700), 700), ("csv", messagepack_rows(10), 10)];
    for (format, rows, n_rows) in streams {
        let path = format!("{SCORES}&format={format}");
        let answer = send(&service, ("POST", &path), &program.token, &[], &rows).await.expect(200);
        assert!(answer.bytes == directly(format, &rows), "{format}");
        let link = answer.headers["link"].to_str().unwrap();
        assert!(link.contains("rel=\"describedby\""), "{link}");
        let provenance = link.split(['<', '>']).nth(1).unwrap();
        let told = until(&service, provenance, &program.token, "state", "done").await;
        assert_eq!(told["findings"]["counts"]["read"], n_rows);
        assert!(told["made_by"].to_string().contains("ipip-markers-50"));
    }
    let clerk = service.clerk().await;
    let answer = send(&service, ("POST", SCORES), &clerk.token, &[], &csv_rows(5)).await.expect(200);
    let link = answer.headers["link"].to_str().unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    let other = other_clerk(&service).await;
    service.get(&link, &other).await.expect(404);
    service.advance(1);
    let unknown = service.get(&format!("/api/v1/provenance/{}", Id::from_bytes([9; 16])), &program.token).await;
    let gone = service.get(&link, &program.token).await.expect(404);
    assert_eq!(gone.bytes, unknown.bytes);
    scheduler::tick(&service.app).await.unwrap();
    assert_eq!(count(&service, Kind::Provenance).await, 0);
}

/// A program of another organisation.
async fn other_clerk(service: &TestService) -> String {
    let tenant = service.house("organisation").await;
    let body = json!({"tenant": tenant.to_string(), "label": "Other", "scopes": ["score", "jobs"]});
    service.post("/api/v1/tokens", &service.administrator.token, body).await.expect(201).text("/token")
}

#[tokio::test(flavor = "multi_thread")]
async fn ct_13_nothing_is_scored_or_stored_without_a_live_declaration() {
    let service = TestService::start().await;
    let program = service.program(&[Scope::Score, Scope::Jobs]).await;
    let refused = async |when: &str| {
        let answer = send(&service, ("POST", SCORES), &program.token, &[], &csv_rows(5)).await.expect(409);
        assert_eq!(answer.json["reason"], "no-declaration", "{when}");
        let jobs = "/api/v1/jobs?instrument=ipip-markers-50";
        let answer = service.post(jobs, &program.token, json!({"bytes": 100})).await.expect(409);
        assert_eq!(answer.json["reason"], "no-declaration", "{when}");
        assert_eq!((count(&service, Kind::Provenance).await, count(&service, Kind::Job).await), (0, 0), "{when}");
    };
    refused("before any").await;
    let other = other_clerk(&service).await;
    declare(&service, &other).await;
    refused("by another house").await;
    for ends in ["2026-11-03", "2028-01-01", "yesterday"] {
        let body = json!({"ground": "live-agreement", "text": "Agreements of 2026.", "ends": ends});
        let answer = service.post("/api/v1/declarations", &program.token, body).await.expect(422);
        assert_eq!(answer.json["errors"][0]["field"], "/ends", "{ends}");
    }
    let body = json!({"ground": "live-agreement", "text": "Agreements of 2026.", "ends": "2026-11-10"});
    let declared = service.post("/api/v1/declarations", &program.token, body).await.expect(201);
    assert_eq!(declared.text("/ends"), "2026-11-09T23:00:00Z");
    service.advance(7);
    refused("after its end").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_named_by_row_and_column_without_their_values() {
    let service = TestService::start().await;
    let program = service.program(&[Scope::Score]).await;
    declare(&service, &program.token).await;
    let mut broken = messagepack_rows(3);
    broken.extend(rmp_serde::to_vec("Jean Dupont").unwrap());
    let answer = send(&service, ("POST", SCORES), &program.token, &[], &broken).await.expect(422);
    assert_eq!(answer.json["errors"][0]["field"], "row 4");
    assert!(!answer.json.to_string().contains("Dupont"), "{}", answer.json);
    // Items without a column are named; the answers in the place of a header are not.
    let answer = send(&service, ("POST", SCORES), &program.token, &[], b"id,E1\nJean-Dupont,5\n").await.expect(422);
    let text = answer.json.to_string();
    assert!(text.contains("E2") && !text.contains("Dupont"), "{text}");
    // A row that is rejected stands in the output, with its column.
    let answer = send(&service, ("POST", SCORES), &program.token, &[], &csv_rows(3)).await.expect(200);
    assert!(String::from_utf8_lossy(&answer.bytes).contains("rejected: column `C10`"));
    let n_kept = count(&service, Kind::Provenance).await;
    let answer = send(&service, ("POST", "/api/v1/scores?metric=raw&id="), &program.token, &[], b"").await.expect(422);
    let fields: Vec<_> = answer.json["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["metric", "id", "instrument"]);
    let answer = send(&service, ("POST", "/api/v1/scores?instrument=nothing"), &program.token, &[], b"").await;
    assert_eq!(answer.expect(404).text("/type"), "/problems/no-such-instrument");
    assert_eq!((n_kept, count(&service, Kind::Provenance).await), (1, 1), "what was refused left something");
}

#[tokio::test]
async fn a_programs_scopes_are_checked() {
    let service = TestService::start().await;
    let program = service.program(&[Scope::Instruments]).await;
    let body = json!({"ground": "anonymous", "text": "Rows."});
    service.post("/api/v1/declarations", &program.token, body).await.expect(403);
    send(&service, ("POST", SCORES), &program.token, &[], b"").await.expect(403);
    let jobs = service.program(&[Scope::Jobs]).await;
    send(&service, ("POST", SCORES), &jobs.token, &[], b"").await.expect(403);
}

const JOBS: &str = "/api/v1/jobs?instrument=ipip-markers-50&id=id&metrics=raw,n,mean&decimals=full";

/// A job whose input came whole.
async fn job_with(service: &TestService, token: &str, rows: &[u8]) -> String {
    let made = service.post(JOBS, token, json!({"bytes": rows.len()})).await.expect(201);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let input = format!("{path}/input");
    let sent = send(service, ("PATCH", &input), token, &[("upload-offset", "0")], rows).await.expect(200);
    assert_eq!(sent.json["state"], "waiting");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_sent_in_parts_scored_and_fetched_in_parts() {
    let service = TestService::start().await;
    let program = service.program(&[Scope::Jobs]).await;
    let token = program.token.as_str();
    declare(&service, token).await;
    let rows = csv_rows(6000);
    assert!(rows.len() > 600_000);
    let made = service.post(JOBS, token, json!({"bytes": rows.len()})).await.expect(201);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let (input, output) = (format!("{path}/input"), format!("{path}/output"));
    assert_eq!(
        service.post(&format!("{path}/start"), token, Value::Null).await.expect(409).json["reason"],
        "job-not-waiting"
    );
    // What is asked for can change until it is started.
    let ask = async |asked: &str| service.call("PUT", &format!("{path}/query?{asked}"), Some(token), Value::Null).await;
    let changed = ask("instrument=ipip-markers-50&metrics=raw").await.expect(200).json["made_by"].clone();
    assert_ne!(changed, made.json["made_by"]);
    ask("instrument=no-such-instrument").await.expect(404);
    let asked = JOBS.split_once('?').unwrap().1;
    assert_eq!(ask(asked).await.expect(200).json["made_by"], made.json["made_by"]);
    assert_eq!(service.get(&output, token).await.expect(409).json["reason"], "job-not-done");
    send(&service, ("PATCH", &input), token, &[], &rows).await.expect(422);
    send(&service, ("PATCH", &input), token, &[("upload-offset", "0")], &rows[..100]).await.expect(422);
    // A part that breaks off: whole pieces of it are kept.
    let sent = send(&service, ("PATCH", &input), token, &[("upload-offset", "0")], &rows[..300_000]).await.expect(200);
    let received = sent.json["received"].as_u64().unwrap();
    assert_eq!((received, &sent.json["state"]), (262_144, &json!("receiving")));
    let wrong = send(&service, ("PATCH", &input), token, &[("upload-offset", "300000")], &rows).await.expect(409);
    assert_eq!(wrong.json["reason"], "wrong-offset");
    let offset = service.get(&path, token).await.expect(200).json["received"].to_string();
    let rest = &rows[262_144..];
    let sent = send(&service, ("PATCH", &input), token, &[("upload-offset", &offset)], rest).await.expect(200);
    assert_eq!(sent.json["state"], "waiting");
    let again = send(&service, ("PATCH", &input), token, &[("upload-offset", "0")], &rows).await.expect(409);
    assert_eq!(again.json["reason"], "input-whole");
    service.post(&format!("{path}/start"), token, Value::Null).await.expect(202);
    let done = until(&service, &path, token, "state", "done").await;
    assert_eq!(done["counts"]["read"], 6000);
    let expected = directly("csv", &rows);
    let whole = service.get(&output, token).await.expect(200);
    assert!(whole.bytes == expected);
    assert_eq!(whole.headers["content-type"], "text/csv; charset=utf-8");
    let middle = send(&service, ("GET", &output), token, &[("range", "bytes=262000-262999")], b"").await.expect(206);
    assert!(middle.bytes == expected[262_000..263_000]);
    assert_eq!(middle.headers["content-range"], format!("bytes 262000-262999/{}", expected.len()));
    let other = [("range", "bytes=1-2"), ("if-range", "\"other\"")];
    assert!(send(&service, ("GET", &output), token, &other, b"").await.expect(200).bytes == expected);
    let beyond = send(&service, ("GET", &output), token, &[("range", "bytes=999999999-")], b"").await.expect(416);
    assert_eq!(beyond.headers["content-range"], format!("bytes */{}", expected.len()));
    assert_eq!(service.get("/api/v1/jobs", token).await.expect(200).json.as_array().unwrap().len(), 1);
    // The input is gone with the end of the run, and no row stands in the clear.
    let id: Id = done["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(service.app.documents().store().chunk(id, 0).await.unwrap(), None);
    for file in ["data.db", "data.db-wal"] {
        let bytes = std::fs::read(service.folder.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(5).any(|window| window == b"p1234"), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_another_house_is_not_found() {
    let service = TestService::start().await;
    let program = service.program(&[Scope::Jobs]).await;
    declare(&service, &program.token).await;
    let path = job_with(&service, &program.token, &csv_rows(5)).await;
    let other = other_clerk(&service).await;
    let unknown = format!("/api/v1/jobs/{}", Id::from_bytes([7; 16]));
    for (method, rest) in [("GET", ""), ("POST", "/start"), ("GET", "/output"), ("DELETE", "")] {
        let theirs = service.call(method, &format!("{path}{rest}"), Some(&other), Value::Null).await.expect(404);
        let none = service.call(method, &format!("{unknown}{rest}"), Some(&other), Value::Null).await.expect(404);
        assert_eq!(theirs.bytes, none.bytes);
    }
    let input = format!("{path}/input");
    send(&service, ("PATCH", &input), &other, &[("upload-offset", "0")], b"x").await.expect(404);
    assert_eq!(service.get("/api/v1/jobs", &other).await.expect(200).json, json!([]));
    service.get(&path, &program.token).await.expect(200);
    let score = service.program(&[Scope::Score]).await;
    service.get(&path, &score.token).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_with_its_key_a_day_after_its_end_or_on_request() {
    let service = TestService::start().await;
    let token = service.program(&[Scope::Jobs]).await.token;
    declare(&service, &token).await;
    let rows = csv_rows(50);
    let kept = job_with(&service, &token, &rows).await;
    service.post(&format!("{kept}/start"), &token, Value::Null).await.expect(202);
    until(&service, &kept, &token, "state", "done").await;
    let removed = job_with(&service, &token, &rows).await;
    let record = async |path: &str| {
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        service.app.documents().store().fetch(Kind::Job, id).await.unwrap()
    };
    let before = [record(&kept).await.unwrap(), record(&removed).await.unwrap()];
    service.call("DELETE", &removed, Some(&token), Value::Null).await.expect(204);
    service.call("DELETE", &removed, Some(&token), Value::Null).await.expect(404);
    service.advance_minutes(24 * 60 - 1);
    scheduler::tick(&service.app).await.unwrap();
    service.get(&format!("{kept}/output"), &token).await.expect(200);
    service.advance_minutes(1);
    service.get(&kept, &token).await.expect(404);
    scheduler::tick(&service.app).await.unwrap();
    for (record, path) in before.iter().zip([&kept, &removed]) {
        service.get(path, &token).await.expect(404);
        assert!(service.app.documents().vault().opener(record.key.unwrap()).await.is_err(), "the key is there");
        for file in [Some(record.id), record.parent].into_iter().flatten() {
            assert_eq!(service.app.documents().store().chunk(file, 0).await.unwrap(), None);
        }
    }
    assert_eq!(count(&service, Kind::Job).await, 0);
}

/// All pieces of files, whoever they belong to.
fn n_pieces(service: &TestService) -> i64 {
    let data = rusqlite::Connection::open(service.folder.path().join("data.db")).unwrap();
    data.query_row("SELECT count(*) FROM chunk", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_job_was_doing_every_piece_of_its_files_goes_with_it() {
    let service = TestService::start().await;
    let token = service.program(&[Scope::Jobs]).await.token;
    declare(&service, &token).await;
    let rows = csv_rows(6000);
    let id_of = |path: &str| -> Id { path.rsplit('/').next().unwrap().parse().unwrap() };
    // One whose input is half there, one that waits, one that was cut off while it wrote its scores, one that is done, one that failed.
    let half = service.post(JOBS, &token, json!({"bytes": rows.len()})).await.expect(201).text("/id");
    let input = format!("/api/v1/jobs/{half}/input");
    send(&service, ("PATCH", &input), &token, &[("upload-offset", "0")], &rows[..300_000]).await.expect(200);
    let waiting = job_with(&service, &token, &rows).await;
    let cut = job_with(&service, &token, &rows).await;
    let documents = service.app.documents();
    let mut stored: Stored<ScoringJob> = documents.load(id_of(&cut)).await.unwrap();
    let running = stored.content.job.after(JobEvent::Started, service.app.now()).unwrap();
    become_(&mut stored, running);
    let output = stored.content.job.output;
    let pieces = (0..3).map(|seq| Change::PutChunk { file: output, seq, sealed: vec![7; 100] });
    let update = documents.update(&stored).await.unwrap();
    documents.commit(pieces.chain([update]).collect()).await.unwrap();
    let done = job_with(&service, &token, &rows).await;
    let no_row = [messagepack_rows(3), rmp_serde::to_vec("no row").unwrap()].concat();
    let failed = job_with(&service, &token, &no_row).await;
    for (path, state) in [(&done, "done"), (&failed, "failed")] {
        service.post(&format!("{path}/start"), &token, Value::Null).await.expect(202);
        until(&service, path, &token, "state", state).await;
    }
    assert!(n_pieces(&service) > 8, "{}", n_pieces(&service));
    let mut keys = Vec::new();
    for path in [&half, &waiting, &cut, &done, &failed] {
        keys.extend(documents.store().fetch(Kind::Job, id_of(path)).await.unwrap().unwrap().key);
    }
    service.advance(2);
    let report = scheduler::tick(&service.app).await.unwrap();
    assert_eq!((report.failed, count(&service, Kind::Job).await), (0, 0));
    assert_eq!(n_pieces(&service), 0);
    assert_eq!(keys.len(), 5);
    for key in keys {
        assert!(documents.vault().opener(key).await.is_err(), "the key is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_interrupted_is_run_again() {
    let service = TestService::start().await;
    let token = service.program(&[Scope::Jobs]).await.token;
    declare(&service, &token).await;
    let rows = csv_rows(500);
    let path = job_with(&service, &token, &rows).await;
    // As a process that was killed leaves it: running, by a run that nobody carries on.
    let id: Id = path.rsplit('/').next().unwrap().parse().unwrap();
    let documents = service.app.documents();
    let mut stored: Stored<ScoringJob> = documents.load(id).await.unwrap();
    let running = stored.content.job.after(JobEvent::Started, service.app.now()).unwrap();
    become_(&mut stored, running);
    stored.content.run = Some(Id::from_bytes([8; 16]));
    documents.commit(vec![documents.update(&stored).await.unwrap()]).await.unwrap();
    assert_eq!(jobs::resume(&service.app).await.unwrap(), 1);
    until(&service, &path, &token, "state", "done").await;
    assert!(service.get(&format!("{path}/output"), &token).await.expect(200).bytes == directly("csv", &rows));
    assert_eq!(jobs::resume(&service.app).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_bad_rows_fails_and_says_where() {
    let service = TestService::start().await;
    let token = service.program(&[Scope::Jobs]).await.token;
    declare(&service, &token).await;
    let mut rows = messagepack_rows(3);
    rows.extend(rmp_serde::to_vec("Jean Dupont").unwrap());
    let path = job_with(&service, &token, &rows).await;
    service.post(&format!("{path}/start"), &token, Value::Null).await.expect(202);
    let failed = until(&service, &path, &token, "state", "failed").await;
    assert_eq!(failed["problem"]["row"], 4);
    let text = failed.to_string();
    assert!(!text.contains("Dupont"), "{text}");
    service.get(&format!("{path}/output"), &token).await.expect(409);
}
