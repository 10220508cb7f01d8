//! What every study can write, and what it refuses.

use super::data::{Sheet, json_tiny, notes, simulate_tiny, study_tiny};
use crate::support::command::{Ran, Workplace};

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Every study with its main table, on an instrument that it is about.
const STUDIES: [(&str, &str); 6] = [
    ("reliability", "coefficients"),
    ("items", "items"),
    ("structure", "loadings"),
    ("quality", "people"),
    ("interests", "order"),
    ("agreement", "feedback"),
];

/// Answers for all studies: people, for interests and for the others, and ratings of 12 people by 6 raters each.
fn material(work: &Workplace) {
    simulate_tiny(work, 72, "answers.csv", &[]);
    work.run(&["simulate", "--instrument", "interests-60", "-n", "40", "--output", "interests.csv"]).ok();
    let mut ratings = Sheet::of(&work.read("answers.csv"));
    ratings.header[1] = "rater".to_owned();
    for (number, row) in ratings.rows.iter_mut().enumerate() {
        row[0] = format!("t{}", number / 6);
        row[1] = if number % 6 == 0 { "self" } else { "peers" }.to_owned();
    }
    work.file("ratings.csv", ratings.text());
}

fn run(work: &Workplace, study: &str, more: &[&str]) -> Ran {
    match study {
        "interests" => {
            let args = ["analyze", "interests", "interests.csv", "--instrument", "interests-60", "--bootstrap", "100"];
            work.run(&[&args[..], more].concat())
        }
        "agreement" => {
            let args = ["--target", "person", "--raters", "rater"];
            study_tiny(work, study, "ratings.csv", &[&args[..], more].concat())
        }
        "structure" => study_tiny(work, study, "answers.csv", &[&["--draws", "10"], more].concat()),
        _ => study_tiny(work, study, "answers.csv", more),
    }
}

#[test]
fn every_study_speaks_to_people_programs_and_spreadsheets() {
    let work = Workplace::new();
    material(&work);
    for (study, main) in STUDIES {
        let text = run(&work, study, &[]).ok().text();
        let json: serde_json::Value =
            serde_json::from_slice(&run(&work, study, &["--format", "json"]).ok().stdout).unwrap();
        let instrument = json["instrument"].as_str().unwrap();
        assert!(text.starts_with(&format!("{study} of {instrument}, ")), "{text}");
        assert_eq!(json["study"], study);
        assert_eq!(json["engine"], engine::VERSION);
        assert_eq!(json["n_respondents"], if study == "interests" { 40 } else { 72 });
        for (name, value) in json["settings"].as_object().unwrap() {
            assert!(text.contains(&format!("{name} {}", value.as_str().unwrap())), "{name}: {text}");
        }
        for note in json["notes"].as_array().unwrap() {
            assert!(text.contains(&format!("note: {}", note.as_str().unwrap())), "{note}: {text}");
        }
        // The main table is what CSV holds; every table is to be had by its name, with the rows of the object.
        let tables = json["tables"].as_object().unwrap();
        assert!(tables.contains_key(main), "{study}: {:?}", tables.keys().collect::<Vec<_>>());
        let csv = run(&work, study, &["--format", "csv"]).ok();
        assert_eq!(csv.text(), run(&work, study, &["--format", "csv", "--table", main]).ok().text());
        assert!(json["notes"].as_array().unwrap().iter().all(|note| csv.stderr.contains(note.as_str().unwrap())));
        assert_eq!(run(&work, study, &["--format", "csv", "--quiet"]).ok().stderr, "");
        for (table, expected) in tables {
            let expected = expected.as_array().unwrap();
            let sheet = Sheet::of(&run(&work, study, &["--format", "csv", "--table", table]).ok().text());
            assert_eq!(sheet.rows.len(), expected.len(), "{study} {table}");
            for (row, object) in sheet.rows.iter().zip(expected) {
                for (name, cell) in sheet.header.iter().zip(row) {
                    let same = match &object[name] {
                        serde_json::Value::Null => cell.is_empty(),
                        serde_json::Value::String(text) => text == cell,
                        serde_json::Value::Bool(flag) => *cell == flag.to_string(),
                        number => {
                            // Reading numbers of an object back is right to the last digit but one.
                            let (cell, number) = (cell.parse::<f64>().unwrap(), number.as_f64().unwrap());
                            (cell - number).abs() <= 1e-15 * number.abs()
                        }
                    };
                    assert!(same, "{study} {table} {name}: `{cell}` and {}", object[name]);
                }
            }
        }
    }
}

#[test]
fn a_file_holds_what_standard_output_would() {
    let work = Workplace::new();
    material(&work);
    for (study, _) in STUDIES {
        for format in ["text", "json", "csv"] {
            let printed = run(&work, study, &["--format", format]).ok().text();
            let ran = run(&work, study, &["--format", format, "--output", "found"]).ok();
            assert_eq!(ran.text(), "");
            assert_eq!(work.read("found"), printed, "{study} {format}");
        }
    }
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    let work = Workplace::new();
    material(&work);
    for (study, main) in STUDIES {
        run(&work, study, &["--table", "nothing", "--output", "found"]).fails_with(&[
            "--table",
            "no table `nothing`",
            main,
        ]);
        let expected: &[&str] = match study {
            "interests" => &["--scale", "all six scales"],
            _ => &["--scale", "no scale `Joy`", "Calm, Drive, All, Balance"],
        };
        run(&work, study, &["--scale", "Joy", "--output", "found"]).fails_with(expected);
        assert!(!work.path("found").exists());
    }
    study_tiny(&work, "items", "nowhere.csv", &[]).fails_with(&["nowhere.csv"]);
    study_tiny(&work, "items", "answers.csv", &["--output", "no/such/folder/x"]).fails_with(&["no/such/folder/x"]);
}

#[test]
fn a_scale_can_be_picked_in_any_case_of_letters() {
    let work = Workplace::new();
    material(&work);
    for study in ["reliability", "items"] {
        let json = json_tiny(&work, study, "answers.csv", &["--scale", "drive", "--scale", "DRIVE"]);
        for rows in json["tables"].as_object().unwrap().values() {
            assert!(rows.as_array().unwrap().iter().all(|row| row["scale"] == "Drive"), "{rows:#}");
        }
    }
    let json = json_tiny(&work, "structure", "answers.csv", &["--draws", "5", "--scale", "Drive"]);
    assert_eq!(json["tables"]["loadings"].as_array().unwrap().len(), 3);
}

#[test]
fn a_scale_made_of_scales_is_said_to_have_no_items() {
    let work = Workplace::new();
    material(&work);
    for study in ["reliability", "items"] {
        let json = json_tiny(&work, study, "answers.csv", &[]);
        assert!(notes(&json).contains("scale `Balance` is made of other scales; analyze those"), "{json:#}");
        study_tiny(&work, study, "answers.csv", &["--scale", "Balance"])
            .fails_with(&["no scale with items", "`Balance` is made of other scales"]);
    }
    for study in ["structure", "agreement"] {
        run(&work, study, &["--scale", "Balance"]).fails_with(&["Balance", "scale"]);
    }
}

#[test]
fn charts_appear_as_files_of_their_kind() {
    let work = Workplace::new();
    material(&work);
    run(&work, "items", &["--scale", "Calm", "--plot", "items.svg", "--output", "-"]).ok();
    run(&work, "items", &["--scale", "Calm", "--plot", "items.png"]).ok();
    run(&work, "structure", &["--plot", "structure.svg", "--lang", "en"]).ok();
    run(&work, "structure", &["--plot", "structure.png"]).ok();
    let charts: Vec<String> =
        work.names().into_iter().filter(|name| name.ends_with(".svg") || name.ends_with(".png")).collect();
    let expected = ["items.Calm.alpha", "items.Calm.answers", "structure.loadings", "structure.scree"];
    let expected: Vec<String> =
        expected.iter().flat_map(|name| [format!("{name}.png"), format!("{name}.svg")]).collect();
    assert_eq!(charts, expected);
    for name in charts {
        if name.ends_with(".png") {
            assert!(std::fs::read(work.path(&name)).unwrap().starts_with(PNG_SIGNATURE), "{name}");
        } else {
            let svg = work.read(&name);
            assert!(svg.trim_start().starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{name}");
            assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{name}");
        }
    }
    assert!(work.read("structure.scree.svg").contains("72 people"));
    assert!(work.read("items.Calm.answers.svg").contains("72 personnes"));
}

#[test]
fn a_chart_that_cannot_be_is_refused_before_anything_is_written() {
    let work = Workplace::new();
    material(&work);
    let before = work.names();
    for (study, _) in STUDIES {
        for name in ["x.pdf", "x", "x.svg.gz"] {
            let refused = run(&work, study, &["--plot", name, "--output", "found"]);
            let expected: &[&str] = match study {
                "items" | "structure" => &["--plot", name, ".svg and .png"],
                _ => &["--plot", name, "no chart"],
            };
            refused.fails_with(expected);
        }
        if !matches!(study, "items" | "structure") {
            run(&work, study, &["--plot", "x.svg", "--output", "found"]).fails_with(&["--plot x.svg", "no chart"]);
        }
        // A slip in the name of a table leaves no chart behind either.
        run(&work, study, &["--plot", "x.svg", "--table", "nothing"]).fails_with(&[]);
    }
    assert_eq!(work.names(), before);
}

#[test]
fn impossible_settings_are_named() {
    let work = Workplace::new();
    material(&work);
    let refused: [(&str, &[&str], &[&str]); 12] = [
        ("reliability", &["--level", "1"], &["--level 1", "below 1"]),
        ("reliability", &["--level", "NaN"], &["--level"]),
        ("reliability", &["--splits", "99999999999"], &["--splits 99999999999"]),
        ("reliability", &["--group-factors", "1"], &["--group-factors"]),
        ("structure", &["--factors", "0"], &["--factors"]),
        ("structure", &["--draws", "0"], &["--draws"]),
        ("structure", &["--groups", "town"], &["no column `town`"]),
        ("quality", &["--pair-correlation", "1.5"], &["--pair-correlation", "1.5"]),
        ("quality", &["--seconds", "time"], &["no column `time`"]),
        ("interests", &["--bootstrap", "0"], &["--bootstrap"]),
        ("agreement", &["--min-raters", "2"], &["--min-raters", "3"]),
        ("agreement", &["--raters", "group"], &["no column `group`"]),
    ];
    for (study, more, expected) in refused {
        let ran = match more[0] {
            // An option that `run` gives as well would stand twice.
            "--raters" => study_tiny(&work, study, "ratings.csv", &[&["--target", "person"], more].concat()),
            "--draws" => study_tiny(&work, study, "answers.csv", more),
            "--bootstrap" => {
                let args = ["analyze", study, "interests.csv", "--instrument", "interests-60"];
                work.run(&[&args[..], more].concat())
            }
            _ => run(&work, study, more),
        };
        ran.fails_with(expected);
    }
}
