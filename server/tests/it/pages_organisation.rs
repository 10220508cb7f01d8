//! The desk of an organisation's clerk by its pages alone: a file from the declaration to the scores and their end, a norm of the house,
//! tokens; what is wrong is said, and nothing of a house is seen by another one.

use std::io::Cursor;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream::unfold;
use instruments::Catalog;
use serde_json::json;
use server::ids::Id;
use server::records::tenant::TenantKind;
use server::services::{jobs, scheduler, sessions};
use server::store::{Kind, Selection};

use crate::bulk;
use crate::pages_consultant::{Desk, check, text_of};
use crate::support::{Person, TestAnswer, TestService};

const INSTRUMENT: &str = "ipip-neo-120";

/// Answers of so many people: two columns are not called like their items, and one answer is none.
fn csv(n_people: usize) -> String {
    let loaded = Catalog::bundled().find(INSTRUMENT).unwrap();
    let n_items = loaded.instrument().items().len();
    let ids = loaded.instrument().items().iter().map(|item| item.id.to_string());
    let mut names: Vec<String> = ids.collect();
    names[n_items - 2] = "last but one".to_owned();
    names[n_items - 1] = "last".to_owned();
    let mut text = format!("code;sexe;age;remark;{}\n", names.join(";"));
    for person in 1..=n_people {
        let sex = if person % 2 == 0 { "F" } else { "H" };
        text.push_str(&format!("P{person};{sex};{};note", 20 + person % 40));
        for item in 0..n_items {
            let answer = (person * 7919 + item * 104_729 + person * item) % 1009 % 5 + 1;
            text.push_str(&if person == 3 && item == 5 { ";9".to_owned() } else { format!(";{answer}") });
        }
        text.push('\n');
    }
    text
}

/// Sends a file as a form does.
async fn upload(desk: &Desk<'_>, address: &str, name: &str, content: &[u8]) -> TestAnswer {
    let head = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--limit--\r\n"].concat();
    let request = Request::builder()
        .method("POST")
        .uri(format!("{address}/input"))
        .header("authorization", format!("Bearer {}", desk.token))
        .header("cookie", format!("lang={}", desk.language))
        .header("content-type", "multipart/form-data; boundary=limit");
    desk.service.send(request.body(Body::from(body)).unwrap()).await
}

/// The clerk in English, after the page was looked at in French too.
async fn page(service: &TestService, clerk: &Person, path: &str) -> String {
    Desk::of(service, clerk, "fr").page(path).await;
    Desk::of(service, clerk, "en").page(path).await
}

async fn declare(desk: &Desk<'_>) {
    let fields = [("ground", "anonymous"), ("text", "Answers of the survey of 2025, without names.")];
    assert_eq!(desk.send("/declaration", &fields).await, "/files/new");
}

/// A file that was sent: its address.
async fn sent(desk: &Desk<'_>, norm: &str, content: &str) -> String {
    let address = desk.send("/files/new", &[("instrument", INSTRUMENT), ("norm", norm)]).await;
    let led = Desk::led(&upload(desk, &address, "answers.csv", content.as_bytes()).await);
    assert_eq!(led, format!("{address}/columns"));
    address
}

/// The columns of the file, as they are chosen.
fn columns() -> Vec<(&'static str, &'static str)> {
    vec![
        ("first", "last but one"),
        ("id", "code"),
        ("sex", "sexe"),
        ("men", "H"),
        ("women", "F"),
        ("age", "age"),
        ("metrics", "raw"),
        ("metrics", "t"),
        ("format", "csv"),
    ]
}

/// Looks at a file until its scores are there.
async fn until_done(desk: &Desk<'_>, address: &str) -> String {
    for _ in 0..2000 {
        let answer = desk.request("GET", address, String::new()).await.expect(200);
        let runs = answer.headers.contains_key("refresh");
        let page = text_of(answer);
        check(&page, desk.language);
        if !runs {
            return page;
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the file at {address} was never scored");
}

async fn n_records(service: &TestService, kind: Kind) -> usize {
    service.app.documents().store().select(&Selection::of(kind)).await.unwrap().len()
}

/// A clerk of another organisation.
async fn stranger(service: &TestService) -> Person {
    let body = json!({"kind": TenantKind::Organisation, "name": "Another organisation"});
    let made = service.post("/api/v1/tenants", &service.administrator.token, body).await.expect(201);
    service.clerk_of(made.text("/id").parse::<Id>().unwrap()).await
}

#[tokio::test]
async fn a_declaration_comes_first_and_must_say_on_what_it_rests() {
    let service = TestService::start().await;
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "en");
    let led = desk.request("GET", "/files/new", String::new()).await;
    assert_eq!(Desk::led(&led), "/declaration");
    page(&service, &clerk, "/declaration").await;
    let nothing = desk.refused("/declaration", &[]).await;
    assert!(nothing.contains("href=\"#ground\"") && nothing.contains("href=\"#text\""));
    let past = [("ground", "agreement"), ("ends", "2001-01-01"), ("text", "Agreements of 2000")];
    assert!(desk.refused("/declaration", &past).await.contains("href=\"#ends\""));
    let opened = desk.post("/files/new", &[("instrument", INSTRUMENT), ("norm", "")]).await;
    assert_eq!(opened.status, 409, "nothing is made before");
    assert_eq!(n_records(&service, Kind::Job).await, 0);
    declare(&desk).await;
    assert!(page(&service, &clerk, "/").await.contains("You declared anonymous rows"));
    assert!(page(&service, &clerk, "/files/new").await.contains(&format!("?instrument={INSTRUMENT}")));
    let compare = page(&service, &clerk, &format!("/files/new?instrument={INSTRUMENT}")).await;
    assert!(compare.contains("johnson-2014"));
}

#[tokio::test]
async fn a_file_goes_from_its_columns_to_its_scores_and_leaves_nothing() {
    let service = TestService::start().await;
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "en");
    declare(&desk).await;
    let address = desk.send("/files/new", &[("instrument", INSTRUMENT), ("norm", "johnson-2014")]).await;
    let id: Id = address.rsplit('/').next().unwrap().parse().unwrap();
    page(&service, &clerk, &address).await;
    // No file, an empty one, one that breaks off.
    for wrong in
        [upload(&desk, &address, "", b"").await, desk.request("POST", &format!("{address}/input"), String::new()).await]
    {
        let wrong = text_of(wrong.expect(422));
        check(&wrong, "en");
        assert!(wrong.contains("href=\"#file\""));
    }
    let led = Desk::led(&upload(&desk, &address, "answers.csv", csv(40).as_bytes()).await);
    assert_eq!(led, format!("{address}/columns"));
    assert_eq!(upload(&desk, &address, "again.csv", b"a").await.status, 409, "a file comes once");
    assert!(page(&service, &clerk, "/").await.contains("answers.csv"));

    let columns_page = page(&service, &clerk, &led).await;
    assert!(columns_page.contains("2 items have no column of their name"));
    assert!(columns_page.contains("<option value=\"sexe\" selected>"), "what can be guessed is guessed");
    let mut without: Vec<(&str, &str)> = columns();
    without.retain(|(name, _)| !["first", "sex"].contains(name));
    let refused = desk.refused(&led, &without).await;
    for field in ["#col-118", "#col-119", "#sex"] {
        assert!(refused.contains(&format!("href=\"{field}\"")), "{field}");
    }
    assert_eq!(desk.send(&led, &columns()).await, format!("{address}/check"));
    // What was chosen is there again.
    assert!(page(&service, &clerk, &led).await.contains("<option value=\"last\" selected>"));

    let preview = page(&service, &clerk, &format!("{address}/check")).await;
    assert!(preview.contains("Of 40 rows, 39 would have scores, 1 would be rejected"), "{preview}");
    assert!(
        preview.contains("<td>9</td>") && preview.contains("<td class=\"some\">3</td>"),
        "value and row of the rejected one"
    );
    assert!(preview.contains("Columns that serve nothing") && preview.contains("remark"));
    assert_eq!(n_records(&service, Kind::Provenance).await, 0, "nothing is kept of a preview");
    assert_eq!(desk.post(&format!("{address}/scores"), &[]).await.status, 405);

    assert_eq!(desk.send(&format!("{address}/start"), &[]).await, address);
    let done = until_done(&desk, &address).await;
    assert!(
        done.contains("The scores are ready") && done.contains("<dd>39</dd>") && done.contains("<dd>1</dd>"),
        "{done}"
    );
    page(&service, &clerk, &address).await;
    let scores = desk.request("GET", &format!("{address}/scores"), String::new()).await.expect(200);
    assert!(scores.headers["content-disposition"].to_str().unwrap().contains("scores.csv"));
    let by_api = service.get(&format!("/api/v1/jobs/{id}/output"), &clerk.token).await.expect(200);
    assert_eq!(scores.bytes, by_api.bytes);
    let scores = String::from_utf8(scores.bytes).unwrap();
    assert!(scores.starts_with("code,") && scores.contains("_t") && scores.lines().count() == 41, "{scores}");

    let strange = stranger(&service).await;
    let other = Desk::of(&service, &strange, "en");
    assert!(!other.page("/").await.contains("answers.csv"));
    for rest in ["", "/columns", "/check", "/norm", "/scores"] {
        other.nothing_at(&format!("{address}{rest}")).await;
    }
    for rest in ["/start", "/deletion", "/columns", "/norm", "/input"] {
        assert_eq!(other.post(&format!("{address}{rest}"), &[]).await.status, 404, "{rest}");
    }

    assert_eq!(desk.send(&format!("{address}/deletion"), &[]).await, "/");
    assert!(!page(&service, &clerk, "/").await.contains("answers.csv"));
    desk.nothing_at(&address).await;
    let store = service.app.documents().store();
    assert_eq!(n_records(&service, Kind::Job).await, 0);
    assert_eq!(store.chunk(id, 0).await.unwrap(), None);
}

#[tokio::test]
async fn files_that_cannot_be_read_say_why_and_expire() {
    let service = TestService::start().await;
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "fr");
    declare(&desk).await;
    let utf16 = [&[0xff, 0xfe][..], &b"a\0,\0b\0"[..]].concat();
    for (content, said) in [(&utf16[..], "UTF-16"), (&b"PAR1 is no Parquet"[..], "Parquet")] {
        let address = desk.send("/files/new", &[("instrument", INSTRUMENT), ("norm", "")]).await;
        let led = Desk::led(&upload(&desk, &address, "faux.csv", content).await);
        let page = desk.page(&led).await;
        assert!(page.contains("ne se lit pas ainsi") && page.contains(said), "{page}");
    }
    // No column fits.
    let address = desk.send("/files/new", &[("instrument", INSTRUMENT), ("norm", "")]).await;
    let led = Desk::led(&upload(&desk, &address, "autre.csv", b"nom;prix\nVis;3\n").await);
    assert!(desk.page(&led).await.contains("120 items n’ont pas de colonne"));
    let refused = desk.refused(&led, &[("metrics", "raw"), ("format", "csv")]).await;
    assert!(refused.contains("href=\"#first\""), "one problem for all of them");
    // Many items and many columns: columns are typed, and a wrong name is said.
    let address = desk.send("/files/new", &[("instrument", INSTRUMENT), ("norm", "")]).await;
    let wide: Vec<String> = (0..124).map(|column| format!("x{column}y")).collect();
    let wide = format!("{}\n{}\n", wide.join(","), vec!["3"; 124].join(","));
    let led = Desk::led(&upload(&desk, &address, "large.csv", wide.as_bytes()).await);
    assert!(desk.page(&led).await.contains("list=\"columns\""));
    let typed = [("first", "x4y"), ("col-7", "nothing"), ("metrics", "raw"), ("format", "csv")];
    let refused = desk.refused(&led, &typed).await;
    assert!(refused.contains("href=\"#col-7\"") && !refused.contains("href=\"#col-8\""));
    let typed = [("first", "x4y"), ("col-7", "x0y"), ("metrics", "raw"), ("format", "csv")];
    desk.send(&led, &typed).await;
    assert!(desk.page(&format!("{address}/check")).await.contains("Sur 1 ligne, 1 donnerait des notes"));
    // The answers of a longer questionnaire whose items are numbered alike.
    let address = desk.send("/files/new", &[("instrument", "interests-60"), ("norm", "")]).await;
    let led = Desk::led(&upload(&desk, &address, "longue.csv", csv(3).as_bytes()).await);
    assert!(desk.page(&led).await.contains("Chaque item a sa colonne"));
    desk.send(&led, &[("metrics", "raw"), ("format", "csv")]).await;
    let page = desk.page(&format!("{address}/check")).await;
    assert!(page.contains("forme plus longue"), "{page}");
    // A day later everything is gone by itself.
    service.clock.advance(25 * 3_600_000);
    scheduler::tick(&service.app).await.unwrap();
    assert_eq!(n_records(&service, Kind::Job).await, 0);
}

#[tokio::test]
async fn a_norm_of_the_house_is_built_used_and_never_seen_by_another_house() {
    let service = TestService::start().await;
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "en");
    declare(&desk).await;
    let listed = page(&service, &clerk, "/norms").await;
    assert!(listed.contains("/norms/ipip-neo-120/johnson-2014"));
    let published = page(&service, &clerk, "/norms/ipip-neo-120/johnson-2014").await;
    assert!(published.contains("Doubtful points") && published.contains("not known"), "its groups have no n");

    // The whole file is read for a norm, and an answer that is none ends it.
    let address = sent(&desk, "", &csv(80)).await;
    desk.send(&format!("{address}/columns"), &columns()).await;
    let form = page(&service, &clerk, &format!("{address}/norm")).await;
    assert!(form.contains("Make a norm of this file"));
    let said = |ages: &'static str| {
        vec![
            ("title", "Été 2025"),
            ("population", "People of the workshop"),
            ("from", "2025-06-01"),
            ("to_day", "2025-09-30"),
            ("by_sex", "on"),
            ("ages", ages),
            ("min_n", "30"),
            ("conversion", "linear"),
            ("agreed", "on"),
        ]
    };
    let nothing = desk.refused(&format!("{address}/norm"), &[("min_n", "10")]).await;
    for field in ["#title", "#population", "#from", "#to_day", "#agreed"] {
        assert!(nothing.contains(&format!("href=\"{field}\"")), "{field}");
    }
    assert!(desk.refused(&format!("{address}/norm"), &said("")).await.contains("Row 3"), "the row that cannot be read");
    let mut with_code = columns();
    with_code.push(("missing", "9"));
    desk.send(&format!("{address}/columns"), &with_code).await;
    assert!(desk.refused(&format!("{address}/norm"), &said("20-40, 30-64")).await.contains("href=\"#ages\""));
    assert!(desk.refused(&format!("{address}/norm"), &said("20-22, 23-25")).await.contains("No group is large enough"));
    let norm = desk.send(&format!("{address}/norm"), &said("")).await;
    assert_eq!(norm, "/norms/ipip-neo-120/local-ete-2025");
    desk.nothing_at(&address).await;
    assert_eq!(n_records(&service, Kind::Job).await, 0, "the file goes with its norm");

    let card = page(&service, &clerk, &norm).await.replace('\u{a0}', " ");
    for part in ["Été 2025", "People of the workshop", "1 June 2025", "Women", "Men", "<td class=\"n\">40</td>"] {
        assert!(card.contains(part), "{part} in {card}");
    }
    let archive = desk.request("GET", &format!("{norm}/file"), String::new()).await.expect(200);
    // Unpacked, it is a folder of norms for the command.
    let folder = tempfile::tempdir().unwrap();
    zip::ZipArchive::new(Cursor::new(archive.bytes)).unwrap().extract(folder.path()).unwrap();
    let known = Catalog::bundled().with_folder(folder.path()).unwrap().find(INSTRUMENT).unwrap();
    assert!(known.norm("local-ete-2025").is_some());

    let address = sent(&desk, "local-ete-2025", &csv(10)).await;
    desk.send(&format!("{address}/columns"), &columns()).await;
    desk.send(&format!("{address}/start"), &[]).await;
    until_done(&desk, &address).await;
    let scores = text_of(desk.request("GET", &format!("{address}/scores"), String::new()).await.expect(200));
    let header: Vec<&str> = scores.lines().next().unwrap().split(',').collect();
    let of_t = header.iter().position(|name| name.ends_with("_t")).unwrap();
    let second = scores.lines().nth(2).unwrap().split(',').nth(of_t).unwrap();
    assert!(second.parse::<f64>().is_ok(), "{second}");

    let strange = stranger(&service).await;
    let other = Desk::of(&service, &strange, "en");
    declare(&other).await;
    other.nothing_at(&norm).await;
    other.nothing_at(&format!("{norm}/file")).await;
    assert!(!other.page("/norms").await.contains("local-ete-2025"));
    assert!(!other.page(&format!("/files/new?instrument={INSTRUMENT}")).await.contains("local-ete-2025"));
    let theirs = [("instrument", INSTRUMENT), ("norm", "local-ete-2025")];
    assert!(other.refused("/files/new", &theirs).await.contains("href=\"#norm\""));
    assert_eq!(other.post(&format!("{norm}/deletion"), &[]).await.status, 404);
    // By the API it is no norm either, and the page says that the scoring stopped.
    let rows = csv(3);
    let by_api = format!("/api/v1/jobs?instrument={INSTRUMENT}&norm=local-ete-2025&age=age&sex=sexe");
    let made = service.post(&by_api, &strange.token, json!({"bytes": rows.len()})).await.expect(201);
    let path = format!("/api/v1/jobs/{}", made.text("/id"));
    let input = format!("{path}/input");
    bulk::send(&service, ("PATCH", &input), &strange.token, &[("upload-offset", "0")], rows.as_bytes())
        .await
        .expect(200);
    service.post(&format!("{path}/start"), &strange.token, json!(null)).await.expect(202);
    let failed = bulk::until(&service, &path, &strange.token, "state", "failed").await;
    assert!(failed["problem"]["detail"].as_str().unwrap().contains("has no norm `local-ete-2025`"), "{failed}");
    let stopped = page(&service, &strange, &format!("/files/{}", made.text("/id"))).await;
    assert!(stopped.contains("The scoring stopped"));

    assert_eq!(desk.send(&format!("{norm}/deletion"), &[]).await, "/norms");
    desk.nothing_at(&norm).await;
    assert_eq!(n_records(&service, Kind::LocalNorm).await, 0);
}

#[tokio::test]
async fn tokens_are_made_shown_once_and_ended_by_their_own_house_alone() {
    let service = TestService::start().await;
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "en");
    page(&service, &clerk, "/tokens").await;
    let nothing = desk.refused("/tokens", &[]).await;
    assert!(nothing.contains("href=\"#label\"") && nothing.contains("href=\"#scopes\""));
    let made = desk.post("/tokens", &[("label", "Nightly run"), ("scopes", "jobs")]).await.expect(200);
    let made = text_of(made);
    check(&made, "en");
    let token = made.split("<code class=\"key\">").nth(1).unwrap().split('<').next().unwrap();
    service.get("/api/v1/jobs", token).await.expect(200);
    service.get("/", token).await.expect(200);
    let listed = page(&service, &clerk, "/tokens").await;
    assert!(listed.contains("Nightly run") && !listed.contains(token), "its text is shown once");
    let end = listed.split("action=\"").find(|rest| rest.starts_with("/tokens/")).unwrap().split('"').next().unwrap();

    let strange = stranger(&service).await;
    let other = Desk::of(&service, &strange, "en");
    assert!(!other.page("/tokens").await.contains("Nightly run"));
    assert_eq!(other.post(end, &[]).await.status, 404);
    // Nor can anybody's account be ended this way.
    let own = format!("/tokens/{}/end", clerk.id);
    assert_eq!(desk.post(&own, &[]).await.status, 404);
    service.get("/api/v1/jobs", token).await.expect(200);

    assert_eq!(desk.send(end, &[]).await, "/tokens");
    assert!(!page(&service, &clerk, "/tokens").await.contains("Nightly run"));
    service.get("/api/v1/jobs", token).await.expect(401);
}

#[tokio::test]
async fn a_file_may_be_larger_than_a_form_and_a_form_may_not() {
    let mut service = TestService::start().await;
    service.surround(20_000);
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "en");
    declare(&desk).await;
    let content = csv(300);
    assert!(content.len() > 60_000);
    let address = sent(&desk, "", &content).await;
    let long = "9,".repeat(20_000);
    let form = desk.post(&format!("{address}/columns"), &[("missing", long.as_str())]).await.expect(413);
    check(&text_of(form), "en");
}

#[tokio::test]
async fn of_two_files_sent_at_once_for_one_place_the_later_one_stays_whole() {
    let service = TestService::start().await;
    let clerk = service.clerk().await;
    let desk = Desk::of(&service, &clerk, "en");
    declare(&desk).await;
    let address = desk.send("/files/new", &[("instrument", INSTRUMENT), ("norm", "")]).await;
    let id: Id = address.rsplit('/').next().unwrap().parse().unwrap();
    let caller = sessions::authenticate(&service.app, &sessions::token_of(&clerk.token).unwrap()).await.unwrap();
    let (parts, coming) = tokio::sync::mpsc::channel::<Bytes>(1);
    let bytes = unfold(coming, |mut coming| async { coming.recv().await.map(|bytes| (Ok(bytes), coming)) });
    let slow = {
        let (app, caller) = (service.app.clone(), caller.clone());
        tokio::spawn(async move { jobs::receive_whole(&app, &caller, id, None, bytes).await.err() })
    };
    parts.send(vec![b'a'; 600_000].into()).await.unwrap();
    let store = service.app.documents().store();
    while store.chunk(id, 0).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    let content = csv(20);
    Desk::led(&upload(&desk, &address, "answers.csv", content.as_bytes()).await);
    // It may know already that it was overtaken, and take nothing more.
    let _ = parts.send(vec![b'a'; 600_000].into()).await;
    drop(parts);
    assert!(slow.await.unwrap().is_some(), "the one that was overtaken is refused");
    let head = jobs::head(&service.app, &caller, id).await.unwrap().unwrap();
    assert_eq!(head.columns.join(";"), content.lines().next().unwrap());
    assert_eq!(head.rows.len(), 3);
}
