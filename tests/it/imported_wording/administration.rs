//! A questionnaire with imported wording, given in French through the API and scored with Johnson's norms.

use client::{Connection, Serve, setup};
use serde_json::{Value, json};

use super::package::written;
use crate::support::command::Workplace;

/// The code given to an item, from 1: every code occurs, and the scales differ.
fn code_of(position: u64) -> u64 {
    1 + (position * 7 + position / 11) % 5
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invented_wording_is_given_and_scored() {
    let work = Workplace::new();
    written(&work.path("."), &["fr"], |_, _| {});
    let texts = administered(&work, "package").await;
    assert_eq!(texts[118], "fr, number 119");
}

/// Against the package as its holders publish it.
#[cfg(feature = "test-npm")]
#[tokio::test(flavor = "multi_thread")]
async fn the_published_package_is_given_in_french_and_scored() {
    let package = std::env::var("WORDINGS_PACKAGE").expect("WORDINGS_PACKAGE names the archive");
    let work = Workplace::new();
    let texts = administered(&work, &package).await;
    assert!(texts.iter().all(|text| text.chars().count() > 5), "{texts:?}");
    assert!(texts.iter().any(|text| text.chars().any(|c| "éèàêç".contains(c))), "{texts:?}");
}

/// Imports the wording, gives the questionnaire to somebody in French, and compares the result with the command's. Returns the texts
/// of the items as they were shown.
async fn administered(work: &Workplace, package: &str) -> Vec<String> {
    let import = ["instruments", "import", "ipip-neo-120", "--from", package, "--language", "fr", "--output", "mine"];
    work.run(&import).ok();
    let folder = work.path("service");
    std::fs::create_dir(&folder).unwrap();
    let serve = Serve::new(env!("CARGO_BIN_EXE_bilan"), folder).instruments(work.path("mine")).without_rate_limits();
    let mut process = serve.start().await.unwrap();
    let link = process.first_link().await.unwrap();
    let mut connection = Connection::to(process.address());
    let administrator = setup::first_administrator(&mut connection, &link).await.unwrap();
    let centre = setup::house(&mut connection, &administrator, "centre", "Centre").await.unwrap();
    let email = "consultant@bench.example";
    let consultant =
        setup::consultant(&mut connection, &administrator, &centre, email, &["ipip-neo-120"]).await.unwrap();
    let person = setup::beneficiary(&mut connection, &consultant, "Person").await.unwrap();

    let choice = json!({"instrument": "ipip-neo-120", "language": "fr", "norm": "johnson-2014", "purpose": "Projet"});
    let path = format!("/api/v1/bilans/{}/assignments", person.bilan);
    let given = connection.post(&path, &consultant.token, &choice).await.unwrap().expect(201).unwrap();
    let assignment = format!("/api/v1/assignments/{}", given.text_at("/id").unwrap());
    let facts = json!({"sex": "F", "age": 34});
    connection.post(&format!("{assignment}/start"), &person.token, &facts).await.unwrap().expect(200).unwrap();
    let mut texts = Vec::new();
    while texts.len() < 120 {
        let page = format!("{assignment}/page?from={}&n=40", texts.len() + 1);
        let page = connection.call("GET", &page, Some(&person.token), None).await.unwrap().expect(200).unwrap().json();
        let steps = page["steps"].as_array().unwrap();
        assert!(!steps.is_empty());
        for step in steps {
            texts.push(step["text"].as_str().unwrap().to_owned());
            let position = step["position"].as_u64().unwrap();
            assert_eq!(position, texts.len() as u64);
            assert_eq!(step["options"][0]["label"], "Tout à fait faux pour moi");
            let path = format!("{assignment}/answers/{position}");
            let answer = json!({"option": code_of(position)});
            let saved = connection.call("PUT", &path, Some(&person.token), Some(&answer)).await.unwrap();
            assert!([200, 204].contains(&saved.status), "{}", saved.text());
        }
    }
    let path = format!("{assignment}/submission");
    let submitted = connection.post(&path, &person.token, &json!({})).await.unwrap().expect(200).unwrap();
    let path = format!("/api/v1/results/{}", submitted.text_at("/result").unwrap());
    let result =
        connection.call("GET", &path, Some(&consultant.token), None).await.unwrap().expect(200).unwrap().json();
    assert_same_scores(work, &result);
    let restitution = format!("{path}/restitution?lang=fr");
    let page = connection.call("GET", &restitution, Some(&consultant.token), None).await.unwrap().expect(200).unwrap();
    assert!(page.text().contains("Tendance à s’inquiéter"), "the restitution is told in French");
    texts
}

/// The result is that of `bilan score` on the same answers.
fn assert_same_scores(work: &Workplace, result: &Value) {
    let header: Vec<String> = (1..=120).map(|n| format!("i{n}")).collect();
    let codes: Vec<String> = (1..=120).map(|n| code_of(n).to_string()).collect();
    work.file("answers.csv", format!("sex,age,{}\nF,34,{}\n", header.join(","), codes.join(",")));
    let args = [
        "score",
        "answers.csv",
        "--instrument",
        "ipip-neo-120",
        "--norm",
        "johnson-2014",
        "--sex",
        "sex",
        "--age",
        "age",
    ];
    let more = ["--metrics", "raw,t", "--decimals", "full", "--quiet", "--output", "scores.csv"];
    work.run(&[&args[..], &more[..]].concat()).ok();
    let table = work.read("scores.csv");
    let mut lines = table.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let (names, values) = (lines.next().unwrap(), lines.next().unwrap());
    let number = |name: String| values[names.iter().position(|known| *known == name).unwrap()].parse::<f64>().unwrap();
    let scales = result["scales"].as_array().unwrap();
    assert_eq!(scales.len(), 35);
    for scale in scales {
        let id = scale["id"].as_str().unwrap();
        assert_eq!(scale["raw"].as_f64().unwrap(), number(format!("{id}_raw")), "{id}");
        assert_eq!(scale["norm"]["t"].as_f64().unwrap(), number(format!("{id}_t")), "{id}");
    }
    assert_eq!(result["norm"]["id"], "johnson-2014");
}
