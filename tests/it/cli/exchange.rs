//! `bilan instruments export`, and `import` of what came of it.

use crate::support::command::Workplace;

fn export<'a>(id: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    ["instruments", "export", id].iter().chain(more).copied().collect()
}

#[test]
fn an_instrument_goes_out_and_comes_back() {
    let work = Workplace::new();
    for (format, file) in [("fhir", "form.json"), ("qti", "form.zip")] {
        work.run(&export("interests-30", &["--format", format, "--output", file])).ok();
        let folder = format!("from-{format}");
        let ran = work.run(&["instruments", "import", "--from", file, "--output", &folder]).ok();
        assert!(ran.text().starts_with("interests-30 written to"), "{}", ran.text());
        let checked = work.run(&["instruments", "check", &format!("{folder}/interests-30")]).ok();
        assert!(checked.text().contains("0 errors, 0 warnings"), "{}", checked.text());
        // It is the same instrument: the catalog takes both for one version.
        work.run(&["instruments", "show", "interests-30", "--instruments", &folder]).ok();
        work.run(&["instruments", "import", "--from", file, "--output", &folder]).fails_with(&["interests-30"]);
    }
    work.run(&export("work-values", &["--format", "qti", "--output", "form.zip"])).fails_with(&["block `b1`", "FHIR"]);
    let without = ["--format", "fhir", "--without-scoring", "--output", "bare.json"];
    work.run(&export("interests-30", &without)).ok();
    let (whole, bare) = (work.read("form.json"), work.read("bare.json"));
    assert!(whole.contains("keys.csv") && !bare.contains("keys.csv"));
    work.file("other.json", "{\"resourceType\": \"Patient\"}");
    work.run(&["instruments", "import", "--from", "other.json", "--output", "x"])
        .fails_with(&["no FHIR Questionnaire"]);
}

#[test]
fn answers_go_out_and_come_back() {
    let work = Workplace::new();
    work.run(&["simulate", "--instrument", "work-values", "-n", "20", "--missing", "0.1", "--output", "answers.csv"])
        .ok();
    let out = ["--format", "fhir", "--responses", "answers.csv", "--id", "person", "--output", "responses.json"];
    work.run(&export("work-values", &out)).ok();
    let back = ["instruments", "import", "work-values", "--from", "responses.json", "--output", "back.csv"];
    work.run(&back).ok();
    let rows = |name: &str| -> Vec<Vec<String>> {
        let text = work.read(name);
        let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        let kept: Vec<usize> = (0..header.len()).filter(|&at| header[at] != "sex" && header[at] != "age").collect();
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            kept.iter().map(|&at| fields[at].to_owned()).collect()
        };
        text.lines().map(row).collect()
    };
    assert_eq!(rows("answers.csv"), rows("back.csv"));
    // Some blocks are left out as a whole, and everybody can be scored.
    assert!(rows("answers.csv").iter().skip(1).any(|row| row.iter().any(String::is_empty)));
    work.run(&["score", "back.csv", "--instrument", "work-values", "--output", "scores.csv"]).ok();
    work.run(&export("work-values", &["--format", "qti", "--responses", "answers.csv", "--output", "x"]))
        .fails_with(&["--format fhir"]);
}

#[test]
fn choices_that_cannot_have_been_made_together_are_rejects() {
    let work = Workplace::new();
    work.run(&["simulate", "--instrument", "work-values", "-n", "3", "--output", "answers.csv"]).ok();
    let text = work.read("answers.csv");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // The second person's first block: the most twice. The third leaves one member blank.
    let spoil = |line: &str, codes: [&str; 4]| {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields[3..7].copy_from_slice(&codes);
        fields.join(",")
    };
    lines[2] = spoil(&lines[2], ["3", "3", "1", "2"]);
    lines[3] = spoil(&lines[3], ["3", "", "1", "2"]);
    work.file("spoiled.csv", lines.join("\n") + "\n");
    let args = ["score", "spoiled.csv", "--instrument", "work-values", "--id", "person", "--output", "scores.csv"];
    work.run(&args).fails_with(&["spoiled.csv, row 2", "both have 3, which is given once", "leave all of them blank"]);
    assert!(!work.path("scores.csv").exists());
    work.run(&[&args[..], &["--rejects", "rejects.csv"]].concat()).ok();
    let rejects = work.read("rejects.csv");
    assert_eq!(rejects.lines().count(), 3, "{rejects}");
    assert!(rejects.contains("is blank and others are not"), "{rejects}");
    assert_eq!(work.read("scores.csv").lines().count(), 2);
}
