//! No word about anybody outside of sealed content: a bilan is played, and a file scored, with marked values. Each of them is stored:
//! it stands in some opened document. And every byte of data files, write-ahead logs, key files, backups, the log and the metrics is
//! searched for them, in the clear, in base64 and in hexadecimal.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use serde_json::{Value, json};
use server::records::account::Scope;
use server::request::logging;
use server::services::answering::answer_context;
use server::services::consent_text::consent_text;
use server::store::{Kind, Selection};
use server::vault::Context;

use crate::bulk;
use crate::support::{Beneficiary, TestService};

/// A marked value. None of them is a part of another or of a word of ours.
fn marked(what: &str) -> String {
    format!("zqxmarked-{what}-kwv")
}

/// Everything that is marked.
const MARKS: [&str; 22] = [
    "name",
    "mail",
    "staff",
    "staffmail",
    "house",
    "phrase",
    "purpose",
    "answer",
    "note",
    "changed",
    "circumstances",
    "competences",
    "project",
    "steps",
    "training",
    "remarks",
    "rater",
    "recipient",
    "grantpurpose",
    "agreement",
    "place",
    "declaration",
];

/// What stands in no document: a passphrase is kept as what verifies it, a note as it is now, and rows in the pieces of their job.
const IN_NO_DOCUMENT: [&str; 2] = ["phrase", "note"];

/// The identifier of a row that is scored in bulk.
const ROW: &str = "row";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gd_2_no_marked_value_stands_in_files_backups_logs_or_metrics() {
    let log = Log::default();
    let writer = log.clone();
    // For the process, since some of the work is done on other threads.
    tracing::subscriber::set_global_default(logging::subscriber("debug", move || writer.clone())).unwrap();
    let mut service = TestService::start().await;
    service.surround(1 << 20);
    let (bea, staff) = play(&service).await;
    score_a_file(&service).await;
    everything_was_stored(&service, &bea).await;
    provoke_problems(&service, &bea, &staff).await;
    search(&service, &log, "before").await;
    service.post(&bea.path("/erasure"), &bea.token, json!({"confirm": "erase"})).await.expect(200);
    search(&service, &log, "after").await;
}

async fn put(service: &TestService, path: &str, token: &str, body: Value) {
    service.call("PUT", path, Some(token), body).await.expect(200);
}

/// The flow with a marked value in every field that takes words.
async fn play(service: &TestService) -> (Beneficiary, String) {
    let admin = &service.administrator.token;
    let house = json!({"kind": "centre", "name": marked("house")});
    service.post("/api/v1/tenants", admin, house).await.expect(201);
    let user = json!({
        "tenant": service.centre, "role": "consultant", "name": marked("staff"), "language": "fr",
        "email": format!("{}@example.org", marked("staffmail")),
    });
    service.post("/api/v1/users", admin, user).await.expect(201);
    let consultant = service.consultant(&["formats-5", "entourage-6-self", "entourage-6-other"]).await;
    let staff = consultant.token.clone();
    let email = format!("{}@example.org", marked("mail"));
    let proposal = json!({"name": marked("name"), "email": email, "language": "en", "funding": {"by": "beneficiary"}});
    let bilan = service.post("/api/v1/bilans", &staff, proposal).await.expect(201).id("/id");
    let mut bea = Beneficiary { id: bilan, bilan, token: String::new(), email };
    service.post(&bea.path("/invitation"), &staff, Value::Null).await.expect(201);
    let link = service.post(&bea.path("/sign-in-link"), &staff, Value::Null).await.expect(201).text("/token");
    let spend = json!({"token": link, "password": marked("phrase")});
    bea.token = service.call("POST", "/api/v1/links/spend", None, spend).await.expect(201).text("/token");
    let consent = json!({"language": "en", "hash": consent_text("en").hash()});
    service.post(&bea.path("/consent"), &bea.token, consent).await.expect(200);
    let result = answer(service, &bea, &staff).await;
    write(service, &bea, &staff).await;
    share(service, &bea, &result).await;
    service.get(&bea.path("/export"), &bea.token).await.expect(200);
    service.call("POST", "/api/v1/links", None, json!({"email": bea.email})).await.expect(202);
    (bea, staff)
}

/// Returns the result.
async fn answer(service: &TestService, bea: &Beneficiary, staff: &str) -> String {
    let give = json!({"instrument": "formats-5", "language": "en", "purpose": marked("purpose")});
    let given = service.post(&bea.path("/assignments"), staff, give).await.expect(201).text("/id");
    let path = format!("/api/v1/assignments/{given}");
    service.post(&format!("{path}/start"), &bea.token, json!({})).await.expect(200);
    let page = service.get(&format!("{path}/page?from=1&n=50"), &bea.token).await.expect(200);
    let mut said = 0;
    for step in page.json["steps"].as_array().unwrap() {
        let given =
            if step["max_chars"].is_null() { json!({"none": "skipped"}) } else { json!({"text": marked("answer")}) };
        said += u32::from(given.get("text").is_some());
        let path = format!("{path}/answers/{}", step["position"]);
        put(service, &path, &bea.token, given).await;
    }
    assert!(said > 0, "no step takes a text: {}", page.json);
    let submitted = service.post(&format!("{path}/submission"), &bea.token, Value::Null).await.expect(200);
    let read = service.get(&format!("{path}/answers"), staff).await.expect(200);
    assert!(read.json.to_string().contains(&marked("answer")));
    let round = json!({
        "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en",
        "purpose": marked("purpose"),
    });
    let round = service.post(&bea.path("/rounds"), staff, round).await.expect(201).text("/id");
    let rater = json!({"name": marked("rater"), "email": format!("{}@example.org", marked("rater")), "group": "peer"});
    service.post(&format!("/api/v1/rounds/{round}/raters"), staff, rater).await.expect(201);
    submitted.text("/result")
}

async fn write(service: &TestService, bea: &Beneficiary, staff: &str) {
    let note = service.post(&bea.path("/notes"), staff, json!({"text": marked("note")})).await.expect(201).text("/id");
    put(service, &format!("/api/v1/notes/{note}"), staff, json!({"text": marked("changed")})).await;
    for to in ["preliminary", "investigation", "conclusions"] {
        service.post(&bea.path("/phase"), staff, json!({"to": to})).await.expect(200);
    }
    let sections = ["circumstances", "competences", "project", "steps", "training"];
    let text: serde_json::Map<_, _> = sections.iter().map(|name| ((*name).to_owned(), json!(marked(name)))).collect();
    put(service, &bea.path("/synthesis"), staff, Value::Object(text)).await;
    service.post(&bea.path("/release"), staff, json!({"what": "everything"})).await.expect(200);
    put(service, &bea.path("/synthesis/remarks"), &bea.token, json!({"remarks": marked("remarks")})).await;
}

async fn share(service: &TestService, bea: &Beneficiary, result: &str) {
    let wish = json!({
        "basis": "agreement", "recipient": marked("recipient"), "purpose": marked("grantpurpose"), "days": 30,
        "classes": ["results", "synthesis"],
    });
    let given = service.post(&bea.path("/grants"), &bea.token, wish).await.expect(201);
    let body = json!({"token": given.text("/token"), "code": given.text("/code")});
    service.call("POST", "/api/v1/shares/code", None, body).await.expect(201);
    let agreement = json!({
        "documents": [result], "purpose": marked("agreement"), "days": 30,
        "signature": {"kind": "on-paper", "place": marked("place")},
    });
    service.post(&bea.path("/agreements"), &bea.token, agreement).await.expect(201);
    put(service, &bea.path("/follow-up"), &bea.token, json!({"days": 100})).await;
}

/// A program has rows scored: as a stream, and as a job whose files stay until it is deleted.
async fn score_a_file(service: &TestService) {
    let token = service.program(&[Scope::Score, Scope::Jobs]).await.token;
    let declared = json!({"ground": "anonymous", "text": marked("declaration")});
    service.post("/api/v1/declarations", &token, declared).await.expect(201);
    let items: Vec<String> = (1..=12).map(|item| format!("i{item}")).collect();
    let answers = ["3"; 12].join(",");
    let rows: String = (0..50).map(|row| format!("{}-{row},{answers}\n", marked(ROW))).collect();
    let rows = format!("id,{}\n{rows}", items.join(","));
    let query = "instrument=likert-12&id=id&metrics=raw";
    let path = format!("/api/v1/scores?{query}");
    let scores = bulk::send(service, ("POST", &path), &token, &[], rows.as_bytes()).await.expect(200);
    let size = json!({"bytes": rows.len()});
    let job = service.post(&format!("/api/v1/jobs?{query}"), &token, size).await.expect(201).text("/id");
    let path = format!("/api/v1/jobs/{job}");
    let begin = [("upload-offset", "0")];
    bulk::send(service, ("PATCH", &format!("{path}/input")), &token, &begin, rows.as_bytes()).await.expect(200);
    service.post(&format!("{path}/start"), &token, Value::Null).await.expect(202);
    bulk::until(service, &path, &token, "state", "done").await;
    let output = service.get(&format!("{path}/output"), &token).await.expect(200);
    assert!(contains(&output.bytes, marked(ROW).as_bytes()), "the rows were not scored");
    assert_eq!(output.bytes, scores.bytes);
}

/// Everything that is marked stands in a document, for whoever has its key: what was refused would be found nowhere, too.
async fn everything_was_stored(service: &TestService, bea: &Beneficiary) {
    let (documents, vault) = (service.app.documents(), service.app.documents().vault());
    let mut opened: Vec<u8> = Vec::new();
    for kind in Kind::ALL {
        for record in documents.store().select(&Selection { limit: 1000, ..Selection::of(*kind) }).await.unwrap() {
            let Some(key) = record.key.filter(|_| !record.body.is_empty()) else { continue };
            opened.extend(vault.open_sealed(key, &Context::new(kind.as_str(), record.id), &record.body).await.unwrap());
            for answer in documents.store().answers(record.id).await.unwrap() {
                let context = answer_context(record.id, u32::try_from(answer.position).unwrap());
                opened.extend(vault.open_sealed(key, &context, &answer.sealed).await.unwrap());
            }
        }
    }
    for grant in documents.store().grants(bea.bilan).await.unwrap() {
        opened.extend(
            vault.open_sealed(grant.key.unwrap(), &Context::new("grant", grant.id), &grant.body).await.unwrap(),
        );
    }
    for mark in MARKS.into_iter().filter(|mark| !IN_NO_DOCUMENT.contains(mark)) {
        assert!(contains(&opened, marked(mark).as_bytes()), "{mark} is stored nowhere");
    }
}

/// Requests that go wrong, with marked values in bodies, addresses, parameters and headers: no answer repeats them.
async fn provoke_problems(service: &TestService, bea: &Beneficiary, staff: &str) {
    let mark = marked("name");
    let bodies = [json!({ "text": {mark.clone(): 1} }), json!({ mark.clone(): mark }), json!(mark), json!([mark])];
    for body in bodies {
        let answer = service.post(&bea.path("/notes"), staff, body).await.expect(422);
        assert!(!String::from_utf8(answer.bytes).unwrap().contains(&mark));
    }
    for path in [format!("/api/v1/results/{mark}"), format!("/{mark}"), format!("/api/v1/audit?{mark}={mark}")] {
        let answer = service.get(&path, staff).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert!(!String::from_utf8(answer.bytes).unwrap().contains(&mark), "{path}");
    }
    let headers = [("accept", mark.as_str()), ("if-match", &mark), ("idempotency-key", &mark), ("origin", &mark)];
    for header in headers {
        let body = json!({"project": marked("project")});
        let answer = service.call_with("PUT", &bea.path("/synthesis"), Some(staff), &[header], body).await;
        assert!(!answer.status.is_server_error(), "{header:?}");
    }
    let body = json!({"email": bea.email, "password": mark});
    service.call("POST", "/api/v1/sessions", None, body).await.expect(401);
}

/// The forms in which a value could stand somewhere: as it is, in hexadecimal, in base64 at each of its three offsets.
fn forms(mark: &str) -> Vec<Vec<u8>> {
    let bytes = mark.as_bytes();
    let mut forms = vec![bytes.to_vec(), HEXLOWER.encode(bytes).into_bytes(), HEXUPPER.encode(bytes).into_bytes()];
    for offset in 0..3 {
        let encoded = BASE64.encode(&[vec![0; offset], bytes.to_vec()].concat());
        // The first and the last group also hold bits of what stands around.
        forms.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    forms
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

async fn search(service: &TestService, log: &Log, name: &str) {
    let store = service.app.documents().store();
    store.backup(&service.folder.path().join(format!("{name}.backup"))).await.unwrap();
    let mut places = files(service.folder.path());
    for needed in ["data.db", "data.db-wal", "keys.db", "keys.db-wal", "before.backup", &format!("{name}.backup")] {
        assert!(places.iter().any(|(place, _)| place.ends_with(needed)), "{needed} was not searched");
    }
    let metrics = service.call("GET", "/metrics", None, Value::Null).await.expect(200);
    places.push(("metrics".to_owned(), metrics.bytes));
    places.push(("log".to_owned(), log.0.lock().unwrap().clone()));
    // That the search finds what is there.
    let all: Vec<u8> = places.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    for there in ["conclusions", "/api/v1/bilans/{bilan}/notes", "bilan_records"] {
        assert!(contains(&all, there.as_bytes()), "{there} should be somewhere");
    }
    let control = HEXLOWER.encode(b"zqxmarked-control");
    assert!(forms("zqxmarked-control").iter().any(|form| contains(control.as_bytes(), form)));
    for mark in MARKS.into_iter().chain([ROW]).map(marked) {
        for form in forms(&mark) {
            for (place, bytes) in &places {
                assert!(!contains(bytes, &form), "{mark} stands in {place} {name} the erasure");
            }
        }
    }
}
