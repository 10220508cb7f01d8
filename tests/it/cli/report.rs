//! `bilan report`, `bilan simulate` and `bilan demo`.

use crate::support::command::{Workplace, fixtures};

const FILE: &str = "id,sex,age,i1,i2,i3,i4,i5,i6\na,2,25,5,1,4,4,4,3\nb,1,40,5,1,,4,4,2\nb,1,40,5,1,,4,4,2\n";

fn report<'a>(fixtures: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = ["report", "answers.csv", "--instrument", "tiny", "--instruments", fixtures, "--id", "id"];
    [&args[..], more].concat()
}

#[test]
fn a_restitution_is_written_in_both_languages_and_as_charts() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    work.file("answers.csv", FILE);
    let norm = ["--norm", "invented", "--sex", "sex", "--sex-codes", "1=M,2=F", "--age", "age"];
    for (lang, name, unit) in [("fr", "Calme", "zone moyenne"), ("en", "Calm", "average")] {
        let args = [&["--person", "a", "--lang", lang, "--output", "a.html"], &norm[..]].concat();
        work.run(&report(fixtures, &args)).ok();
        let html = work.read("a.html");
        assert!(html.contains(&format!("lang=\"{lang}\"")) && html.contains(name) && html.contains(unit), "{html}");
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(!html.contains("NaN") && !html.contains("src=\"http"), "{html}");
    }
    let svg = [&["--person", "a", "--output", "a.svg"], &norm[..]].concat();
    work.run(&report(fixtures, &svg)).ok();
    assert!(work.read("a.svg").contains("role=\"img\""));
    work.run(&report(fixtures, &["--person", "a", "--output", "a.png"])).ok();
    assert!(std::fs::read(work.path("a.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn the_same_content_is_written_as_data() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    work.file("answers.csv", FILE);
    let norm = ["--norm", "invented", "--sex", "sex", "--sex-codes", "1=M,2=F", "--age", "age"];
    for name in ["a.json", "a.msgpack"] {
        work.run(&report(fixtures, &[&["--person", "a", "--lang", "en", "--output", name], &norm[..]].concat())).ok();
    }
    let told: serde_json::Value = serde_json::from_str(&work.read("a.json")).unwrap();
    // Calm 14 on mean 9, SD 2 for young women.
    let calm = told["scales"].as_array().unwrap().iter().find(|scale| scale["id"] == "Calm").unwrap();
    assert_eq!((&calm["raw"]["value"], &calm["standard"]["t"]), (&14.0.into(), &75.0.into()));
    assert_eq!(calm["parent"], "All");
    assert_eq!((&told["language"], &told["norm"]), (&"en".into(), &"invented".into()));
    let packed: serde_json::Value = rmp_serde::from_slice(&std::fs::read(work.path("a.msgpack")).unwrap()).unwrap();
    assert_eq!(packed, told);
}

#[cfg(feature = "pdf")]
#[test]
fn documents_of_one_person_are_written_as_pages_and_as_pdf() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    work.file("answers.csv", FILE);
    work.file("earlier.csv", "id,sex,age,i1,i2,i3,i4,i5,i6\na,2,24,1,5,1,2,2,1\n");
    let norm = ["--norm", "invented", "--sex", "sex", "--sex-codes", "1=M,2=F", "--age", "age"];
    let is_pdf = |name: &str| {
        let bytes = std::fs::read(work.path(name)).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7") && bytes.trim_ascii_end().ends_with(b"%%EOF"), "{name}");
    };
    work.run(&report(fixtures, &[&["--person", "a", "--output", "a.pdf"], &norm[..]].concat())).ok();
    is_pdf("a.pdf");
    let documents = [
        ("battery", &["--with", "tiny=earlier.csv"][..], "Vos remarques"),
        ("technical", &["--technical"][..], "Erreur type"),
        ("dates", &["--earlier", "earlier.csv"][..], "première date"),
    ];
    for (name, args, told) in documents {
        for ending in ["html", "pdf"] {
            let file = format!("{name}.{ending}");
            work.run(&report(fixtures, &[&["--person", "a", "--output", &file], args, &norm[..]].concat())).ok();
        }
        is_pdf(&format!("{name}.pdf"));
        let page = work.read(&format!("{name}.html"));
        assert!(page.contains(told) && page.matches("<h1").count() == 1, "{name}");
    }
    // A battery holds both files, each in a chapter of its own.
    assert_eq!(work.read("battery.html").matches("<section class=\"chapter\"").count(), 4);
    work.run(&report(fixtures, &["--person", "a", "--technical", "--output", "a.svg"])).fails_with(&["a.svg", ".pdf"]);
    work.run(&report(fixtures, &["--person", "a", "--with", "answers.csv", "--output", "a.pdf"]))
        .fails_with(&["--with answers.csv", "ID[@VERSION]=FILE"]);
    work.run(&report(fixtures, &["--person", "b", "--earlier", "earlier.csv", "--output", "b.pdf"]))
        .fails_with(&["2 rows"]);
}

#[test]
fn a_group_is_told_in_aggregates_with_small_parts_hidden() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    let mut file = "id,site,i1,i2,i3,i4,i5,i6\n".to_owned();
    for n in 0..26_usize {
        let site = if n < 22 { "Lyon" } else { "Nancy" };
        file += &format!("p{n},{site},{},{},2,3,4,{}\n", 1 + n % 5, 1 + n % 3, 1 + n % 4);
    }
    work.file("answers.csv", file);
    let args = ["--group", "--by", "site", "--lang", "en", "--quiet", "--output", "group.html"];
    // `report` names people by the column `id`; a group report shows none.
    let mut args = report(fixtures, &args);
    args.retain(|arg| *arg != "--quiet");
    work.run(&args).ok();
    let page = work.read("group.html");
    assert!(page.contains("26 people") && page.contains("Lyon") && page.contains("Nancy"), "{page}");
    assert!(!page.contains("p12") && !page.contains(">22<") && !page.contains(">4<"), "hidden counts are told");
    work.run(&report(fixtures, &["--group", "--min-cell", "3", "--output", "group.html"])).fails_with(&["10"]);
    work.file("answers.csv", "id,site,i1,i2,i3,i4,i5,i6\na,Lyon,1,2,3,4,5,1\n");
    work.run(&report(fixtures, &["--group", "--output", "one.html"])).ok();
    assert!(!work.read("one.html").contains("<td class=\"n\">1"), "one person's scores are told");
}

#[test]
fn a_person_must_be_found_once() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    work.file("answers.csv", FILE);
    work.run(&report(fixtures, &["--person", "z", "--output", "z.html"])).fails_with(&["no row", "`id` = z"]);
    work.run(&report(fixtures, &["--person", "b", "--output", "b.html"])).fails_with(&["2 rows", "`id` = b"]);
    work.run(&report(fixtures, &["--person", "a", "--output", "a.doc"]))
        .fails_with(&["a.doc", ".html", ".svg", ".png"]);
    work.run(&report(fixtures, &["--person", "a", "--chart", "hexagon", "--output", "a.svg"])).fails_with(&["hexagon"]);
    assert_eq!(work.names(), ["answers.csv"]);
}

#[test]
fn everybody_has_a_restitution_of_their_own() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    work.file("answers.csv", FILE);
    work.run(&report(fixtures, &["--person", "a", "--output", "one.html"])).ok();
    work.run(&report(fixtures, &["--all", "--output-dir", "told"])).ok();
    assert_eq!(work.names_in("told"), ["a.html", "b-row-3.html", "b.html"]);
    assert_eq!(work.read("told/a.html"), work.read("one.html"), "alone and in company the same");
    work.run(&report(fixtures, &["--all", "--output-dir", "told", "--format", "png"])).ok();
    assert!(std::fs::read(work.path("told/b.png")).unwrap().starts_with(b"\x89PNG"));
    // A row that cannot be read is named, the others are told.
    work.file("answers.csv", FILE.replace("a,2,25,5", "a,2,25,7"));
    let spoiled = work.run(&report(fixtures, &["--all", "--output-dir", "some"]));
    spoiled.fails_with(&["`i1`", "`7`", "1 rows could not be read"]);
    assert_eq!(work.names_in("some"), ["b-row-3.html", "b.html"]);
    work.run(&report(fixtures, &["--all", "--person", "a", "--output-dir", "x"])).fails_with(&["--person"]);
    work.run(&report(fixtures, &["--output-dir", "x"])).fails_with(&["--all"]);
}

#[test]
fn the_card_of_a_published_norm_speaks_the_reader_s_language() {
    let work = Workplace::new();
    work.run(&["simulate", "--instrument", "ipip-neo-120", "-n", "3", "--output", "answers.csv"]).ok();
    let page = |lang: &str| {
        let args = [
            "report",
            "answers.csv",
            "--instrument",
            "ipip-neo-120",
            "--norm",
            "johnson-2014",
            "--sex",
            "sex",
            "--age",
            "age",
            "--id",
            "person",
            "--person",
            "2",
            "--lang",
            lang,
            "--output",
            "page.html",
        ];
        work.run(&args).ok();
        work.read("page.html")
    };
    let (french, english) = (page("fr"), page("en"));
    assert!(french.contains("Personnes volontaires") && !french.contains("Volunteers who"), "{french}");
    assert!(english.contains("Volunteers who") && !english.contains("Personnes volontaires"), "{english}");
    assert!(french.contains("Compté selon la méthode publiée"), "a convenience sample is no standardization");
}

#[test]
fn simulated_people_are_the_same_for_the_same_seed() {
    let work = Workplace::new();
    let simulate = |seed: &str, output: &str| {
        work.run(&[
            "simulate",
            "--instrument",
            "interests-60",
            "-n",
            "50",
            "--seed",
            seed,
            "--output",
            output,
            "--traits",
            "traits.csv",
        ])
        .ok();
        work.read(output)
    };
    let first = simulate("7", "a.csv");
    assert_eq!(first.lines().count(), 51);
    assert_eq!(first, simulate("7", "b.csv"));
    assert_ne!(first, simulate("8", "c.csv"));
    assert!(work.read("traits.csv").starts_with("person,R,I,A,S,E,C\n"));
    work.run(&["score", "a.csv", "--instrument", "interests-60", "--id", "person", "--output", "scores.csv"]).ok();
    work.run(&["simulate", "--instrument", "interests-60", "--missing", "2"]).fails_with(&["missing"]);
}

#[test]
fn the_demonstration_does_the_main_job() {
    let work = Workplace::new();
    let ran = work.run(&["demo", "--output", "shown", "--people", "400"]).ok();
    let said = ran.text();
    for expected in ["shown", "restitution", "bilan score", "données simulées"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let names: Vec<String> = std::fs::read_dir(work.path("shown"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let restitutions: Vec<&String> = names.iter().filter(|name| name.ends_with(".html")).collect();
    assert_eq!(restitutions.len(), 2, "{names:?}");
    for name in restitutions {
        let html = work.read(&format!("shown/{name}"));
        assert!(html.contains("simul"), "{name} does not say that it is simulated");
    }
    // The norm of the demonstration serves nowhere else.
    let refused = work.run(&[
        "score",
        "shown/interests-60.answers.csv",
        "--instrument",
        "interests-60",
        "--instruments",
        "shown/instruments",
        "--norm",
        "simulated-demo",
        "--id",
        "person",
        "--sex",
        "sex",
        "--age",
        "age",
    ]);
    refused.fails_with(&["simulated", "demo"]);
}
