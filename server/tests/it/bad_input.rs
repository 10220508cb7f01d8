//! Bad input: each malformed body, header, token, identifier, content type and size gets its own problem, with the field and the
//! remedy; and nothing is half-written.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::store::Kind;

use crate::support::{Beneficiary, Person, TestAnswer, TestService};

const MAX_BODY: usize = 64 << 10;

struct Scene {
    service: TestService,
    consultant: Person,
    bea: Beneficiary,
    assignment: String,
}

impl Scene {
    async fn new() -> Self {
        let mut service = TestService::start().await;
        service.surround(MAX_BODY);
        let consultant = service.consultant(&["likert-12"]).await;
        let bea = service.beneficiary(&consultant).await;
        let give = json!({"instrument": "likert-12", "language": "en", "purpose": "P"});
        let given = service.post(&bea.path("/assignments"), &consultant.token, give).await.expect(201).text("/id");
        service.post(&format!("/api/v1/assignments/{given}/start"), &bea.token, json!({})).await.expect(200);
        Self { service, consultant, bea, assignment: given }
    }

    /// What is stored: records by kind and state, answers, lines of the log.
    async fn stored(&self) -> (BTreeMap<(Kind, String), u64>, usize) {
        let store = self.service.app.documents().store();
        let answers = store.answers(self.assignment.parse().unwrap()).await.unwrap().len();
        (store.counts().await.unwrap(), answers)
    }

    /// Sends a request as it is, and checks that it is refused as a problem and leaves nothing behind.
    async fn refused(&self, request: Request<Body>, status: u16, kind: &str) -> TestAnswer {
        let shown = format!("{} {} {:?}", request.method(), request.uri(), request.headers());
        let before = self.stored().await;
        let answer = self.service.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{shown}: {}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{shown}");
        assert_eq!(answer.json["status"], status, "{shown}");
        assert_eq!(answer.json["type"], format!("/problems/{kind}"), "{shown}");
        assert!(!answer.text("/title").is_empty() && !answer.text("/detail").is_empty(), "{shown}");
        assert_eq!(self.stored().await, before, "{shown} left something behind");
        answer
    }

    fn notes(&self) -> String {
        self.bea.path("/notes")
    }
}

fn request(method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

const JSON: (&str, &str) = ("content-type", "application/json");
const MSGPACK: (&str, &str) = ("content-type", "application/msgpack");

#[track_caller]
fn names(answer: &TestAnswer, field: &str) {
    let errors = answer.json["errors"].as_array().cloned().unwrap_or_default();
    let found = errors.iter().find(|error| error["field"] == field);
    let remedy = found.and_then(|error| error["remedy"].as_str()).unwrap_or_default();
    assert!(!remedy.is_empty(), "{field} is not named with a remedy: {}", answer.json);
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let scene = Scene::new().await;
    let (path, token) = (scene.notes(), scene.consultant.token.as_str());
    let nested = "[".repeat(2000);
    for body in ["", "{", "{\"text\": \"x\"} trailing", "nonsense", "{\"text\": \"\u{0}"] {
        scene.refused(request("POST", &path, token, &[JSON], body), 400, "malformed-body").await;
    }
    let broken: [&[u8]; 3] = [&[], &[0x81, 0xa4, b't', b'e'], &[0x81, 0xa4, b't', b'e', b'x', b't', 0xa2, 0xff, 0xfe]];
    for body in broken {
        scene.refused(request("POST", &path, token, &[MSGPACK], body.to_vec()), 400, "malformed-body").await;
    }
    let latin = b"{\"text\": \"caf\xe9\"}".to_vec();
    scene.refused(request("POST", &path, token, &[JSON], latin), 400, "malformed-body").await;
    let deep = format!("{{\"text\": {nested}");
    let answer = scene.service.send(request("POST", &path, token, &[JSON], deep)).await;
    assert!(answer.status.is_client_error());
}

#[tokio::test]
async fn bodies_that_are_not_as_they_must_be() {
    let scene = Scene::new().await;
    let (staff, bea) = (scene.consultant.token.as_str(), scene.bea.token.as_str());
    let answers = format!("/api/v1/assignments/{}/answers", scene.assignment);
    let long = "x".repeat(20_001);
    let funded = json!({"by": "nobody"});
    let cases: Vec<(&str, String, &str, Value, &str)> = vec![
        ("POST", scene.notes(), staff, json!({"text": 1}), "/text"),
        ("POST", scene.notes(), staff, json!({"words": "x"}), "/words"),
        ("POST", scene.notes(), staff, json!(["x"]), "/"),
        ("POST", scene.notes(), staff, json!({"text": long}), "/text"),
        (
            "POST",
            "/api/v1/bilans".into(),
            staff,
            json!({"name": " ", "language": "en", "funding": {"by": "beneficiary"}}),
            "/name",
        ),
        (
            "POST",
            "/api/v1/bilans".into(),
            staff,
            json!({"name": "N", "language": "xx", "funding": {"by": "beneficiary"}}),
            "/language",
        ),
        (
            "POST",
            "/api/v1/bilans".into(),
            staff,
            json!({"name": "N", "language": "en", "funding": funded}),
            "/funding/by",
        ),
        (
            "POST",
            "/api/v1/bilans".into(),
            staff,
            json!({"name": "N", "language": "en", "email": "no address", "funding": {"by": "beneficiary"}}),
            "/email",
        ),
        ("POST", scene.bea.path("/phase"), staff, json!({"to": "somewhere"}), "/to"),
        (
            "POST",
            scene.bea.path("/assignments"),
            staff,
            json!({"instrument": "no-such", "language": "en", "purpose": "P"}),
            "/instrument",
        ),
        (
            "POST",
            scene.bea.path("/assignments"),
            staff,
            json!({"instrument": "likert-12", "language": "en", "purpose": " "}),
            "/purpose",
        ),
        ("POST", scene.bea.path("/attendance"), staff, json!({"from": 2, "to": 1, "kind": "meeting"}), "/to"),
        (
            "POST",
            scene.bea.path("/grants"),
            bea,
            json!({"basis": "agreement", "recipient": "R", "purpose": "P", "classes": ["notes"], "days": 3}),
            "/classes",
        ),
        (
            "POST",
            scene.bea.path("/grants"),
            bea,
            json!({"basis": "agreement", "recipient": "R", "purpose": "P", "classes": ["results"], "days": 366}),
            "/days",
        ),
        (
            "POST",
            scene.bea.path("/agreements"),
            bea,
            json!({"documents": [], "purpose": "P", "days": 3, "signature": {"kind": "in-service"}}),
            "/documents",
        ),
        ("PUT", scene.bea.path("/follow-up"), bea, json!({"days": 0}), "/days"),
        ("PUT", format!("{answers}/1"), bea, json!({"option": 9}), "/option"),
        ("PUT", format!("{answers}/1"), bea, json!({"text": "x"}), ""),
        ("PUT", format!("{answers}/99"), bea, json!({"option": 1}), "position"),
    ];
    for (method, path, token, body, field) in cases {
        let bytes = serde_json::to_vec(&body).unwrap();
        let answer = scene.refused(request(method, &path, token, &[JSON], bytes), 422, "invalid").await;
        names(&answer, field);
    }
}

#[tokio::test]
async fn content_types_sizes_and_methods() {
    let scene = Scene::new().await;
    let (path, staff) = (scene.notes(), scene.consultant.token.as_str());
    for content_type in ["text/plain", "application/xml", "application/jsonx", "multipart/form-data", ""] {
        let request = request("POST", &path, staff, &[("content-type", content_type)], "{\"text\": \"x\"}");
        scene.refused(request, 415, "unsupported-media-type").await;
    }
    scene.refused(request("POST", &path, staff, &[], "{\"text\": \"x\"}"), 415, "unsupported-media-type").await;
    let large = format!("{{\"text\": \"{}\"}}", "x".repeat(MAX_BODY));
    scene.refused(request("POST", &path, staff, &[JSON], large.clone()), 413, "too-large").await;
    let keyed = [JSON, ("idempotency-key", "k")];
    scene.refused(request("POST", &path, staff, &keyed, large), 413, "too-large").await;
    let brought = scene.bea.path("/brought");
    let zip = [("content-type", "application/zip")];
    scene.refused(request("POST", &brought, &scene.bea.token, &[JSON], "{}"), 415, "unsupported-media-type").await;
    scene.refused(request("POST", &brought, &scene.bea.token, &zip, "no archive"), 409, "conflict").await;
    scene.refused(request("PATCH", &path, staff, &[JSON], "{}"), 405, "method-not-allowed").await;
    scene.refused(request("GET", "/api/v2/bilans", staff, &[], ""), 404, "no-such-address").await;
    let packed = [("accept", "application/xml")];
    scene.refused(request("GET", "/api/v1/bilans", staff, &packed, ""), 406, "not-acceptable").await;
}

#[tokio::test]
async fn tokens_identifiers_and_headers() {
    let scene = Scene::new().await;
    let (staff, bea) = (scene.consultant.token.as_str(), &scene.bea);
    let long = "A".repeat(10_000);
    let cut = &staff[..staff.len() - 1];
    for token in ["", "x", "bis_", cut, &staff.to_uppercase(), &long, "bis_%00", &format!("{staff} {staff}")] {
        scene.refused(request("GET", &bea.path(""), token, &[], ""), 401, "unauthenticated").await;
    }
    let basic =
        Request::get(bea.path("")).header("authorization", format!("Basic {staff}")).body(Body::empty()).unwrap();
    scene.refused(basic, 401, "unauthenticated").await;
    let upper = bea.bilan.to_string().to_uppercase();
    for id in
        ["x", "0", "-1", "%00", "%ff", "..%2f..", &"a".repeat(31), &"a".repeat(33), &"g".repeat(32), &upper, &long]
    {
        scene.refused(request("GET", &format!("/api/v1/bilans/{id}"), staff, &[], ""), 404, "not-found").await;
    }
    let notes = scene.notes();
    for key in ["", &"k".repeat(256)] {
        let headers = [JSON, ("idempotency-key", key)];
        let answer = scene.refused(request("POST", &notes, staff, &headers, "{\"text\": \"x\"}"), 422, "invalid").await;
        names(&answer, "Idempotency-Key");
    }
}

#[tokio::test]
async fn parameters() {
    let scene = Scene::new().await;
    let (admin, bea) = (scene.service.administrator.token.as_str(), scene.bea.token.as_str());
    let page = format!("/api/v1/assignments/{}/page", scene.assignment);
    let cases = [
        (admin, "/api/v1/tenants?limit=0".to_owned(), "limit"),
        (admin, "/api/v1/tenants?limit=501".to_owned(), "limit"),
        (admin, "/api/v1/tenants?limit=many".to_owned(), "limit"),
        (admin, "/api/v1/tenants?after=x".to_owned(), "after"),
        (admin, "/api/v1/tenants?lmit=1".to_owned(), "lmit"),
        (admin, "/api/v1/consent-text?lang=xx".to_owned(), "lang"),
        (admin, "/api/v1/audit?segment=".to_owned(), "segment"),
        (admin, "/api/v1/audit?segment=2026".to_owned(), "segment"),
        (admin, "/api/v1/audit?segment=2026-13".to_owned(), "segment"),
        (admin, "/api/v1/audit?segment=2026-1".to_owned(), "segment"),
        (admin, "/api/v1/audit?segment=%2B026-11".to_owned(), "segment"),
        (admin, "/api/v1/audit?segment=november".to_owned(), "segment"),
        (admin, "/api/v1/audit?after=x".to_owned(), "after"),
        (admin, "/api/v1/audit?after=-1".to_owned(), "after"),
        (bea, scene.bea.path("/accesses?after=2026-11"), "after"),
        (bea, scene.bea.path("/accesses?after=2026-13.1"), "after"),
        (bea, scene.bea.path("/accesses?after=2026-11.-1"), "after"),
        (bea, format!("{page}?n=0"), "n"),
        (bea, format!("{page}?n=51"), "n"),
        (bea, format!("{page}?from=0"), "from"),
        (bea, format!("{page}?from=99"), "from"),
    ];
    for (token, path, field) in cases {
        let answer = scene.refused(request("GET", &path, token, &[], ""), 422, "invalid").await;
        names(&answer, field);
    }
}

#[tokio::test]
async fn a_month_without_a_log_is_an_empty_list() {
    let scene = Scene::new().await;
    let admin = scene.service.administrator.token.as_str();
    let lines = scene.service.get("/api/v1/audit?segment=2026-11", admin).await.expect(200).json;
    assert!(!lines.as_array().unwrap().is_empty());
    for segment in ["2026-12", "2025-01", "1999-12"] {
        let lines = scene.service.get(&format!("/api/v1/audit?segment={segment}"), admin).await.expect(200).json;
        assert_eq!(lines, json!([]), "{segment}");
    }
}

#[tokio::test]
async fn what_another_site_sends_along_with_the_cookie() {
    let scene = Scene::new().await;
    let path = scene.notes();
    let own = scene.service.app.terms().public_url.clone();
    let with_cookie = |headers: &[(&str, &str)]| {
        let cookie = format!("bilan={}", scene.consultant.token);
        let mut request = Request::post(&path).header("cookie", cookie).header(JSON.0, JSON.1);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from("{\"text\": \"x\"}")).unwrap()
    };
    let foreign: [&[(&str, &str)]; 10] = [
        &[("origin", "https://elsewhere.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", &own), ("origin", "https://elsewhere.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "nonsense")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        // A browser says where it comes from; what lives on the cookie and does not is none of ours.
        &[],
    ];
    for headers in foreign {
        scene.refused(with_cookie(headers), 403, "cross-site").await;
    }
    // The cookie is good: a page of ours is served.
    for headers in [("origin", own.as_str()), ("sec-fetch-site", "same-origin")] {
        scene.service.send(with_cookie(&[headers])).await.expect(201);
    }
}
