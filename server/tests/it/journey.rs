//! One whole bilan by its addresses alone, as a client plays it: from the first proposal to the receipt of the end, and a later
//! bilan in which the earlier one is compared. Tokens come from answers, never from behind them.

mod answering;

use std::collections::BTreeMap;
use std::io::Read as _;

use axum::body::Body;
use axum::http::Request;
use engine::assessment::{Assessor, IntervalKind, IntervalSettings};
use engine::model::{Answer, ResponseMatrix};
use engine::scoring::{Squares, Tallies};
use serde_json::{Value, json};
use server::app::{MailRoute, Terms};
use server::documents::Stored;
use server::ids::Id;
use server::records::administrative::Administrative;
use server::store::{Kind, Selection};
use server::vault::{Salt, verify_receipt};

use self::answering::{
    BLOCKS, answer_and_submit, first_sitting, interest_answer, key_answer, likert_answer, of, second_sitting,
    self_answer,
};
use crate::support::{Backend, TestAnswer, TestService, code_of, terms};

const PASSPHRASE: &str = "un deux trois soleil";

/// The questionnaires that the consultant gives, in this order.
const BATTERY: [&str; 4] = ["interests-60", "likert-12", "blocks-4", "timed-key-8"];

#[tokio::test]
async fn a_whole_bilan_on_sqlite() {
    play(Backend::Sqlite).await;
}

#[cfg(feature = "test-postgres")]
#[tokio::test]
async fn a_whole_bilan_on_postgres() {
    play(Backend::Postgres).await;
}

async fn play(backend: Backend) {
    let service = TestService::on(backend, Terms { mail: MailRoute::ByHand, ..terms() }).await;
    let mut consultant = Staff::invited(&service).await;
    let bea = Client::invited(&service, &consultant).await;
    consent(&service, &consultant, &bea).await;
    let battery = assign_battery(&service, &consultant, &bea).await;
    let round = open_round(&service, &consultant, &bea).await;
    raters_answer(&service, &consultant, &round).await;

    first_sitting(&service, &bea, &battery).await;
    service.advance(2);
    let bea = bea.on_another_device(&service).await;
    second_sitting(&service, &bea, &battery).await;
    answer_and_submit(&service, &bea.token, round.self_assignment, self_answer).await;

    consultant.sign_in_again(&service).await;
    let results = results_of(&service, &consultant, &bea).await;
    check_scores(&service, &consultant, &results).await;
    consultant_works(&service, &consultant, &bea, &results).await;
    release_in_conclusions(&service, &consultant, &bea, &results).await;
    beneficiary_reads(&service, &bea, &results).await;
    feedback_is_released(&service, &consultant, &bea, &round).await;
    share_and_revoke(&service, &bea, &results).await;
    let export = take_export(&service, &bea).await;

    let receipt = end(&service, &mut consultant, &bea).await;
    everything_is_gone(&service, &consultant, &bea, &results, &battery, &round).await;
    hours_stay(&service, receipt).await;

    service.advance(200);
    later_bilan(&service, &mut consultant, export, battery["likert-12"]).await;
}

// --- people -------------------------------------------------------------------------------------------------------------------

/// Somebody of staff with password and second factor.
struct Staff {
    token: String,
    email: String,
    secret: String,
}

impl Staff {
    /// The administrator makes a house and invites a consultant, who chooses a password, sets up a second factor and is qualified.
    async fn invited(service: &TestService) -> Self {
        let admin = &service.administrator.token;
        let house = json!({"kind": "centre", "name": "A centre of the journey"});
        let tenant = service.post("/api/v1/tenants", admin, house).await.expect(201).text("/id");
        let email = "camille@journey.example";
        let user = json!({"tenant": tenant, "role": "consultant", "name": "Camille Journey", "email": email, "language": "en"});
        let invited = service.post("/api/v1/users", admin, user).await.expect(201);
        let spend = json!({"token": invited.text("/link/token"), "password": PASSPHRASE});
        let entered = service.call("POST", "/api/v1/links/spend", None, spend).await.expect(201);
        assert_eq!(entered.json["needed"], "set-up");
        let secret = entered.text("/enrolment/secret");
        // Half a session opens nothing yet.
        service.get("/api/v1/bilans", &entered.text("/token")).await.expect(401);
        let code = json!({"code": code_of(service, &secret)});
        let open = service.post("/api/v1/me/second-factor", &entered.text("/token"), code).await.expect(201);
        let known = BATTERY.iter().chain(["entourage-6-self", "entourage-6-other"].iter());
        let qualified: Vec<Value> = known.map(|id| json!({"instrument": id, "evidence": "certificate"})).collect();
        let path = format!("/api/v1/users/{}/qualifications", invited.text("/user/id"));
        let body = json!({"qualifications": qualified});
        service.call("PUT", &path, Some(admin), body).await.expect(200);
        Self { token: open.text("/token"), email: email.to_owned(), secret }
    }

    /// Sessions of staff are locked after twenty idle minutes; she signs in with her second factor.
    async fn sign_in_again(&mut self, service: &TestService) {
        service.get("/api/v1/bilans", &self.token).await.expect(401);
        let body = json!({"email": self.email, "password": PASSPHRASE});
        let half = service.call("POST", "/api/v1/sessions", None, body).await.expect(201);
        assert_eq!(half.json["needed"], "code");
        let code = json!({"code": code_of(service, &self.secret)});
        let open = service.post("/api/v1/sessions/second-factor", &half.text("/token"), code).await.expect(201);
        self.token = open.text("/token");
    }
}

/// The beneficiary in one session.
#[derive(Clone)]
struct Client {
    bilan: Id,
    token: String,
}

impl Client {
    /// The consultant proposes and invites; the beneficiary comes in by her link and chooses a passphrase.
    async fn invited(service: &TestService, consultant: &Staff) -> Self {
        let body = json!({
            "name": "Bea Journey", "email": "bea@journey.example", "language": "en", "funding": {"by": "beneficiary"},
        });
        let bilan = service.post("/api/v1/bilans", &consultant.token, body).await.expect(201).id("/id");
        let path = format!("/api/v1/bilans/{bilan}/invitation");
        let invited = service.post(&path, &consultant.token, Value::Null).await.expect(201);
        assert_eq!(invited.json["sent"], false);
        let spend = json!({"token": invited.text("/link/token"), "password": PASSPHRASE});
        let entered = service.call("POST", "/api/v1/links/spend", None, spend).await.expect(201);
        assert_eq!((entered.id("/bilan"), &entered.json["needed"]), (bilan, &json!("nothing")));
        Self { bilan, token: entered.text("/token") }
    }

    /// The same person, signed in by her passphrase somewhere else.
    async fn on_another_device(&self, service: &TestService) -> Self {
        service.get("/api/v1/sessions/current", &self.token).await.expect(401);
        let body = json!({"email": "bea@journey.example", "password": PASSPHRASE});
        let entered = service.call("POST", "/api/v1/sessions", None, body).await.expect(201);
        Self { bilan: entered.id("/bilan"), token: entered.text("/token") }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/bilans/{}{rest}", self.bilan)
    }
}

// --- consent and questionnaires -----------------------------------------------------------------------------------------------

async fn consent(service: &TestService, consultant: &Staff, bea: &Client) {
    let choice = json!({"instrument": "likert-12", "language": "en", "purpose": "interests"});
    let early = service.post(&bea.path("/assignments"), &consultant.token, choice).await.expect(409);
    assert_eq!(early.text("/reason"), "consent-missing");
    let text = service.call("GET", "/api/v1/consent-text?lang=en", None, Value::Null).await.expect(200);
    let wrong = json!({"language": "en", "hash": "0".repeat(64)});
    service.post(&bea.path("/consent"), &bea.token, wrong).await.expect(409);
    let body = json!({"language": "en", "hash": text.text("/hash")});
    let engaged = service.post(&bea.path("/consent"), &bea.token, body).await.expect(200);
    assert_eq!(engaged.text("/phase"), "engaged");
    for to in ["preliminary", "investigation"] {
        service.post(&bea.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
}

async fn assign_battery(service: &TestService, consultant: &Staff, bea: &Client) -> BTreeMap<&'static str, Id> {
    let mut battery = BTreeMap::new();
    for instrument in BATTERY {
        let body = json!({"instrument": instrument, "language": "en", "purpose": "To know what the project rests on"});
        let given = service.post(&bea.path("/assignments"), &consultant.token, body).await.expect(201);
        battery.insert(instrument, given.id("/id"));
    }
    let own = service.get("/api/v1/assignments", &bea.token).await.expect(200);
    let own = own.json.as_array().unwrap().clone();
    assert_eq!(own.len(), 4);
    assert!(own.iter().all(|row| row["state"] == "not-started" && row.get("instrument").is_none()), "{own:?}");
    battery
}

/// A 360° round.
struct Round {
    id: Id,
    self_assignment: Id,
}

async fn open_round(service: &TestService, consultant: &Staff, bea: &Client) -> Round {
    let body = json!({
        "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en",
        "purpose": "To compare views",
    });
    let opened = service.post(&bea.path("/rounds"), &consultant.token, body).await.expect(201);
    Round { id: opened.id("/id"), self_assignment: opened.id("/self_assignment") }
}

/// Four peers and three others answer by their links; of two reports one does.
async fn raters_answer(service: &TestService, consultant: &Staff, round: &Round) {
    let groups = [("peer", 4), ("other", 3), ("report", 2)];
    for (group, number) in groups {
        for idx in 0..number {
            let body = json!({"name": format!("Rater {group} {idx}"), "group": group});
            let path = format!("/api/v1/rounds/{}/raters", round.id);
            let link = service.post(&path, &consultant.token, body).await.expect(201).text("/token");
            let spend = json!({"token": link});
            let entered = service.call("POST", "/api/v1/links/spend", None, spend).await.expect(201);
            assert_eq!(entered.text("/role"), "rater");
            let token = entered.text("/token");
            let own = service.get("/api/v1/assignments", &token).await.expect(200);
            let assignment: Id = own.text("/0/id").parse().unwrap();
            assert_eq!(own.json.as_array().unwrap().len(), 1);
            if (group, idx) != ("report", 1) {
                let rating = move |position: u32| json!({"option": 1 + (position + idx) % 5});
                answer_and_submit(service, &token, assignment, rating).await;
            }
        }
    }
}

// --- results ------------------------------------------------------------------------------------------------------------------

/// The results by instrument, as the consultant sees them; the beneficiary sees none yet.
async fn results_of(service: &TestService, consultant: &Staff, bea: &Client) -> BTreeMap<String, Id> {
    let own = service.get(&bea.path("/results"), &bea.token).await.expect(200);
    assert_eq!(own.json, json!([]));
    let found = service.get(&bea.path("/results"), &consultant.token).await.expect(200);
    let rows = found.json.as_array().unwrap().clone();
    let results: BTreeMap<String, Id> = rows
        .iter()
        .map(|row| (row["instrument"].as_str().unwrap().to_owned(), row["id"].as_str().unwrap().parse().unwrap()))
        .collect();
    assert_eq!((rows.len(), results.len()), (5, 5), "{rows:?}");
    results
}

/// The answers as the engine takes them: categories from 0 in the order of the items.
fn row_for_the_engine(instrument: &str) -> Vec<Answer> {
    let option = |answer: Value| match answer["option"].as_u64() {
        Some(option) => Answer::Category(u8::try_from(option - 1).unwrap()),
        None => Answer::Missing(engine::model::Missing::Declined),
    };
    match instrument {
        "interests-60" => (1..=60).map(|p| option(interest_answer(p))).collect(),
        "likert-12" => (1..=12).map(|p| option(likert_answer(p))).collect(),
        "timed-key-8" => (1..=8).map(|p| option(key_answer(p))).collect(),
        "entourage-6-self" => (1..=6).map(|p| option(self_answer(p))).collect(),
        _ => blocks_for_the_engine(),
    }
}

/// Most counts 2, least 0, the others 1.
fn blocks_for_the_engine() -> Vec<Answer> {
    let sizes = [3, 4, 3, 4];
    let members = BLOCKS.iter().zip(sizes).flat_map(|(&(most, least), size)| {
        (1..=size).map(move |member| match member {
            member if member == most => 2,
            member if member == least => 0,
            _ => 1,
        })
    });
    members.map(Answer::Category).collect()
}

/// The scores of the results are those of the engine, asked directly.
async fn check_scores(service: &TestService, consultant: &Staff, results: &BTreeMap<String, Id>) {
    for (instrument, result) in results {
        let loaded = service.app.catalog().find(instrument).unwrap();
        let matrix = ResponseMatrix::from_rows(loaded.instrument(), &row_for_the_engine(instrument)).unwrap();
        let interval = IntervalSettings::new(IntervalKind::Observed, 0.95).unwrap();
        let assessor = Assessor::new(loaded.instrument(), None, loaded.scale_reliability(), interval);
        let mut tallies = Tallies::new();
        assessor.plan().tally(&matrix, Squares::Keep, &mut tallies);
        let document = service.get(&format!("/api/v1/results/{result}"), &consultant.token).await.expect(200);
        let scales = document.json["scales"].as_array().unwrap().clone();
        assert_eq!(scales.len(), loaded.instrument().scales().len(), "{instrument}");
        for (scale_idx, scale) in scales.iter().enumerate() {
            let expected = assessor.assess(scale_idx, &tallies, 0, &None);
            let raw = expected.score.raw.as_ref().ok().map(|raw| raw.value);
            assert_eq!(scale["raw"].as_f64(), raw, "{instrument} {scale}");
            assert_eq!(scale["n_answered"].as_u64(), Some(u64::from(expected.score.answered)), "{instrument} {scale}");
        }
    }
}

async fn consultant_works(service: &TestService, consultant: &Staff, bea: &Client, results: &BTreeMap<String, Id>) {
    for result in results.values() {
        let profile = service.get(&format!("/api/v1/results/{result}/profile"), &consultant.token).await.expect(200);
        assert!(profile.json.is_object());
        service.get(&format!("/api/v1/results/{result}"), &bea.token).await.expect(404);
    }
    let note = json!({"text": "She hesitates between two trades."});
    let note = service.post(&bea.path("/notes"), &consultant.token, note).await.expect(201).text("/id");
    let changed = json!({"text": "She has chosen one of two trades."});
    service.call("PUT", &format!("/api/v1/notes/{note}"), Some(&consultant.token), changed).await.expect(200);
    let now = service.app.now().as_millis();
    let meeting = json!({"from": now - 7_200_000, "to": now - 3_600_000, "kind": "meeting"});
    let hours = service.post(&bea.path("/attendance"), &consultant.token, meeting).await.expect(201);
    assert_eq!(hours.json["meeting_hours"], 1.0);
    assert!(hours.json["questionnaire_hours"].as_f64().unwrap() > 0.0);
    let seen = service.get(&bea.path("/attendance"), &bea.token).await.expect(200);
    assert_eq!(seen.json, hours.json);
}

async fn release_in_conclusions(
    service: &TestService,
    consultant: &Staff,
    bea: &Client,
    results: &BTreeMap<String, Id>,
) {
    let everything = json!({"what": "everything"});
    let early = service.post(&bea.path("/release"), &consultant.token, everything.clone()).await.expect(409);
    assert_eq!(early.text("/reason"), "not-releasable");
    let undelivered = service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(409);
    assert_eq!(undelivered.text("/reason"), "no-such-step");
    service.post(&bea.path("/phase"), &consultant.token, json!({"to": "conclusions"})).await.expect(200);
    let unwritten = service.post(&bea.path("/release"), &consultant.token, everything.clone()).await.expect(409);
    assert_eq!(unwritten.text("/reason"), "no-synthesis");
    let undelivered = service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(409);
    assert_eq!(undelivered.text("/reason"), "undelivered");
    let text = json!({"circumstances": "A change of trade", "competences": "Many", "project": "Carpentry", "steps": "A course"});
    service.call("PUT", &bea.path("/synthesis"), Some(&consultant.token), text).await.expect(200);
    service.get(&bea.path("/synthesis"), &bea.token).await.expect(404);
    let released = service.post(&bea.path("/release"), &consultant.token, everything).await.expect(200);
    assert_eq!(released.json["delivered"], true);
    let seen = service.get(&bea.path("/results"), &bea.token).await.expect(200);
    assert_eq!(seen.json.as_array().unwrap().len(), results.len());
    let synthesis = service.get(&bea.path("/synthesis"), &bea.token).await.expect(200);
    assert_eq!(synthesis.json["text"]["project"], "Carpentry");
    let remarks = json!({"remarks": "Joinery rather."});
    service.call("PUT", &bea.path("/synthesis/remarks"), Some(&bea.token), remarks).await.expect(200);
}

async fn beneficiary_reads(service: &TestService, bea: &Client, results: &BTreeMap<String, Id>) {
    for (instrument, result) in results {
        let path = format!("/api/v1/results/{result}");
        let document = service.get(&path, &bea.token).await.expect(200);
        let packed = with_accept(service, &path, &bea.token, "application/msgpack").await.expect(200);
        let unpacked: Value = rmp_serde::from_slice(&packed.bytes).unwrap();
        assert_eq!(unpacked, document.json, "{instrument}");
        let csv = with_accept(service, &path, &bea.token, "text/csv").await.expect(200);
        assert_eq!(String::from_utf8(csv.bytes).unwrap().lines().count(), 2);
        let page = service.get(&format!("{path}/restitution"), &bea.token).await.expect(200);
        assert!(String::from_utf8(page.bytes).unwrap().starts_with("<!"), "{instrument}");
        let svg = service.get(&format!("{path}/charts/main.svg"), &bea.token).await.expect(200);
        assert!(String::from_utf8(svg.bytes).unwrap().contains("<svg"), "{instrument}");
        let png = service.get(&format!("{path}/charts/main.png"), &bea.token).await.expect(200);
        assert_eq!(&png.bytes[1..4], b"PNG", "{instrument}");
        let verified = service.get(&format!("{path}/verify"), &bea.token).await.expect(200);
        assert_eq!((&verified.json["identical"], &verified.json["same_versions"]), (&json!(true), &json!(true)));
        service.get(&format!("{path}/profile"), &bea.token).await.expect(403);
        for document in ["restitution.html", "restitution.pdf"] {
            is_document(service, &format!("{path}/documents/{document}"), &bea.token).await;
        }
        // The technical profile is the consultant's.
        service.get(&format!("{path}/documents/technical.pdf"), &bea.token).await.expect(404);
        service.get(&format!("{path}/documents/restitution.txt"), &bea.token).await.expect(404);
    }
    for name in ["restitutions", "synthesis", "attendance"] {
        for ending in ["html", "pdf"] {
            is_document(service, &bea.path(&format!("/documents/{name}.{ending}")), &bea.token).await;
        }
    }
    let rules = json!({"rules": ["S.high", "S.middle", "S.low"]});
    let result = format!("/api/v1/results/{}", results["interests-60"]);
    service.call("PUT", &format!("{result}/not-me"), Some(&bea.token), rules).await.expect(204);
    let page = service.get(&format!("{result}/documents/restitution.html"), &bea.token).await.expect(200);
    assert!(String::from_utf8(page.bytes).unwrap().contains("not-me"), "the mark stands beside its sentence");
    let hexagon = format!("/api/v1/results/{}/charts/hexagon.svg", results["interests-60"]);
    service.get(&hexagon, &bea.token).await.expect(200);
    let none = format!("/api/v1/results/{}/charts/hexagon.svg", results["likert-12"]);
    service.get(&none, &bea.token).await.expect(404);
}

/// A document of ours: a page of one file, or a PDF.
async fn is_document(service: &TestService, path: &str, token: &str) {
    let bytes = service.get(path, token).await.expect(200).bytes;
    if path.ends_with(".pdf") {
        assert!(bytes.starts_with(b"%PDF-"), "{path}");
    } else {
        assert_eq!(String::from_utf8(bytes).unwrap().matches("<h1>").count(), 1, "{path}");
    }
}

async fn with_accept(service: &TestService, path: &str, token: &str, accept: &str) -> TestAnswer {
    service.call_with("GET", path, Some(token), &[("accept", accept)], Value::Null).await
}

/// What is released of the round: groups of three and more, whatever the consultant knows of it before.
async fn feedback_is_released(service: &TestService, consultant: &Staff, bea: &Client, round: &Round) {
    let path = format!("/api/v1/rounds/{}", round.id);
    service.get(&format!("{path}/feedback"), &bea.token).await.expect(404);
    service.get(&format!("{path}/feedback"), &consultant.token).await.expect(404);
    let released = service.post(&format!("{path}/release"), &consultant.token, Value::Null).await.expect(200);
    for file in ["feedback.html", "feedback.pdf"] {
        is_document(service, &format!("{path}/documents/{file}"), &bea.token).await;
    }
    let seen = service.get(&format!("{path}/feedback"), &bea.token).await.expect(200);
    assert_eq!(seen.json, released.json);
    let groups = seen.json["groups"].as_array().unwrap().clone();
    for group in &groups {
        let shown = group["raters"]["state"] == "shown";
        assert_eq!(shown, ["peers", "others"].contains(&group["group"].as_str().unwrap()), "{group}");
    }
    for scale in seen.json["scales"].as_array().unwrap() {
        let peers = scale["groups"].as_array().unwrap().iter().find(|group| group["group"] == "peers").unwrap();
        assert_eq!(
            (&peers["figures"]["state"], &peers["figures"]["n_raters"]),
            (&json!("shown"), &json!(4)),
            "{peers}"
        );
        let reports = scale["groups"].as_array().unwrap().iter().find(|group| group["group"] == "reports");
        assert!(reports.is_none_or(|group| group["figures"]["state"] == "withheld"), "{scale}");
    }
    let again = service.post(&format!("{path}/release"), &consultant.token, Value::Null).await.expect(409);
    assert_eq!(again.text("/reason"), "frozen");
}

// --- sharing and taking away --------------------------------------------------------------------------------------------------

async fn share_and_revoke(service: &TestService, bea: &Client, results: &BTreeMap<String, Id>) {
    let wish = json!({
        "basis": "agreement", "recipient": "A friend", "purpose": "To talk it over", "classes": ["results"],
        "document": results["likert-12"], "days": 30,
    });
    let given = service.post(&bea.path("/grants"), &bea.token, wish).await.expect(201);
    let body = json!({"token": given.text("/token"), "code": given.text("/code")});
    let friend = service.call("POST", "/api/v1/shares/code", None, body).await.expect(201).text("/token");
    let shared = service.get("/api/v1/shared", &friend).await.expect(200);
    assert_eq!((shared.id("/0/bilan"), &shared.json[0]["classes"]), (bea.bilan, &json!(["results"])));
    let read = format!("/api/v1/results/{}", results["likert-12"]);
    service.get(&read, &friend).await.expect(200);
    service.get(&format!("{read}/restitution"), &friend).await.expect(200);
    // Nothing else: no other result, no synthesis, no notes, no answers.
    service.get(&format!("/api/v1/results/{}", results["interests-60"]), &friend).await.expect(404);
    service.get(&bea.path("/synthesis"), &friend).await.expect(404);
    service.get(&bea.path("/notes"), &friend).await.expect(403);
    service.get("/api/v1/assignments", &friend).await.expect(403);
    let grant = given.text("/id");
    service.call("DELETE", &format!("/api/v1/grants/{grant}"), Some(&bea.token), Value::Null).await.expect(204);
    service.get(&read, &friend).await.expect(401);
    let again = json!({"token": given.text("/token"), "code": given.text("/code")});
    service.call("POST", "/api/v1/shares/code", None, again).await.expect(401);
}

/// Everything that is kept about her, the consultant's notes included.
async fn take_export(service: &TestService, bea: &Client) -> Vec<u8> {
    let export = service.get(&bea.path("/export"), &bea.token).await.expect(200);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&export.bytes)).unwrap();
    let mut all = String::new();
    let mut names: Vec<String> = Vec::new();
    for idx in 0..archive.len() {
        let mut file = archive.by_index(idx).unwrap();
        names.push(file.name().unwrap().into_owned());
        file.read_to_string(&mut all).unwrap();
    }
    for told in ["She has chosen one of two trades.", "Carpentry", "Joinery rather.", "A friend", "Bea Journey"] {
        assert!(all.contains(told), "{told}: {names:?}");
    }
    // Own answers are in it; a rater's single answers are in nobody's.
    assert_eq!(names.iter().filter(|name| name.starts_with("answers/")).count(), 5, "{names:?}");
    assert!(!all.contains("Rater peer"), "{names:?}");
    export.bytes
}

// --- the end ------------------------------------------------------------------------------------------------------------------

/// Ends the bilan and checks the receipt with nothing but what anybody can fetch.
async fn end(service: &TestService, consultant: &mut Staff, bea: &Client) -> Id {
    let salt = Salt::from_hex(&service.get(&bea.path("/salt"), &bea.token).await.expect(200).text("/salt")).unwrap();
    service.advance_minutes(30);
    consultant.sign_in_again(service).await;
    service.post(&bea.path("/end"), &bea.token, Value::Null).await.expect(403);
    let ended = service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(200);
    assert_eq!(ended.text("/state"), "issued");
    let receipt = ended.id("/receipt");
    for file in ["receipt.html", "receipt.pdf"] {
        let path = format!("/api/v1/receipts/{receipt}/documents/{file}?lang=en");
        let bytes = service.call("GET", &path, None, Value::Null).await.expect(200).bytes;
        assert!(
            bytes.starts_with(b"%PDF-") || String::from_utf8_lossy(&bytes).contains("Destruction receipt"),
            "{file}"
        );
    }
    let text = service.call("GET", &format!("/api/v1/receipts/{receipt}"), None, Value::Null).await.expect(200);
    let keys = service.call("GET", "/api/v1/public-keys", None, Value::Null).await.expect(200);
    let [text, keys] = [text, keys].map(|answer| String::from_utf8(answer.bytes).unwrap());
    let verified = verify_receipt(&text, &keys).unwrap();
    assert!(verified.content.is_about(&salt, bea.bilan));
    assert!(!text.contains("Bea") && !text.contains(&bea.bilan.to_string()), "{text}");
    let tampered = text.replacen('1', "2", 1);
    assert_ne!(tampered, text);
    assert!(verify_receipt(&tampered, &keys).is_err());
    receipt
}

async fn everything_is_gone(
    service: &TestService,
    consultant: &Staff,
    bea: &Client,
    results: &BTreeMap<String, Id>,
    battery: &BTreeMap<&str, Id>,
    round: &Round,
) {
    let mut paths: Vec<String> = ["", "/results", "/synthesis", "/notes", "/attendance", "/assignments", "/ending"]
        .map(|rest| bea.path(rest))
        .to_vec();
    for result in results.values() {
        paths.extend(
            ["", "/restitution", "/profile", "/verify", "/documents/restitution.pdf", "/documents/technical.pdf"]
                .map(|rest| format!("/api/v1/results/{result}{rest}")),
        );
    }
    paths.extend(["", "/feedback"].map(|rest| format!("/api/v1/rounds/{}{rest}", round.id)));
    for path in &paths {
        service.get(path, &consultant.token).await.expect(404);
        service.get(path, &bea.token).await.expect(401);
    }
    for assignment in battery.values() {
        service.get(&of(*assignment, "/page"), &bea.token).await.expect(401);
    }
    assert_eq!(service.get("/api/v1/bilans", &consultant.token).await.expect(200).json, json!([]));
    let body = json!({"email": "bea@journey.example", "password": PASSPHRASE});
    service.call("POST", "/api/v1/sessions", None, body).await.expect(401);
}

/// Hours and attendance stay in the administrative record, which knows its receipt.
async fn hours_stay(service: &TestService, receipt: Id) {
    let selection = Selection::of(Kind::Administrative);
    let kept: Vec<Stored<Administrative>> = service.app.documents().select(&selection).await.unwrap();
    assert_eq!(kept.len(), 1);
    let content = &kept[0].content;
    assert_eq!(content.receipts, [receipt]);
    let hours = server::services::attendance::Hours::of(&content.attendance);
    assert!(hours.meetings == 1.0 && hours.questionnaires > 0.0, "{hours:?}");
    for kind in [Kind::Bilan, Kind::Assignment, Kind::Result, Kind::Note, Kind::Synthesis, Kind::FeedbackRound] {
        assert_eq!(service.app.documents().store().select(&Selection::of(kind)).await.unwrap(), [], "{kind:?}");
    }
}

// --- a later bilan ------------------------------------------------------------------------------------------------------------

/// The same person months later: she brings her export, and two dates are compared.
async fn later_bilan(service: &TestService, consultant: &mut Staff, export: Vec<u8>, earlier: Id) {
    consultant.sign_in_again(service).await;
    let bea = Client::invited(service, consultant).await;
    consent(service, consultant, &bea).await;
    let body = json!({"instrument": "likert-12", "language": "en", "purpose": "To see what has changed"});
    let given = service.post(&bea.path("/assignments"), &consultant.token, body).await.expect(201).id("/id");
    answer_and_submit(service, &bea.token, given, |position| json!({"option": 1 + position % 5})).await;
    let results = service.get(&bea.path("/results"), &consultant.token).await.expect(200);
    let result = results.id("/0/id");
    let brought = bring(service, &bea, export.clone()).await.expect(201);
    let mut changed = export;
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    assert_eq!(bring(service, &bea, changed).await.expect(409).text("/reason"), "foreign-export");
    let found = brought.json["assignments"].as_array().unwrap();
    assert!(found.iter().any(|row| row["id"] == earlier.to_string()), "{found:?}");
    let path = format!("/api/v1/results/{result}/comparison?brought={}&assignment={earlier}", brought.text("/id"));
    let comparison = service.get(&path, &consultant.token).await.expect(200);
    assert_eq!(comparison.json["scales"].as_array().unwrap().len(), 2, "{}", comparison.json);
    service.get(&path, &bea.token).await.expect(404);
}

async fn bring(service: &TestService, bea: &Client, bytes: Vec<u8>) -> TestAnswer {
    let request = Request::post(bea.path("/brought"))
        .header("authorization", format!("Bearer {}", bea.token))
        .header("content-type", "application/zip");
    service.send(request.body(Body::from(bytes)).unwrap()).await
}
