//! Files that no study can do much with: every study ends well or says what is wrong and what to do, on all of them.

use super::data::{Draws, Sheet};
use crate::support::command::{Ran, Workplace, fixtures};

/// A file of answers that is hard on statistics.
struct Ugly {
    name: &'static str,
    /// What it makes of 40 ordinary people.
    spoil: fn(&mut Sheet),
    /// Words of the message where every study must refuse the file; `None` where it may do what it can.
    refused: Option<&'static [&'static str]>,
}

/// The first three columns are no items.
const FIRST_ITEM: usize = 3;

const UGLY: [Ugly; 20] = [
    Ugly { name: "no rows", spoil: |sheet| sheet.rows.clear(), refused: Some(&["no rows"]) },
    Ugly { name: "one person", spoil: |sheet| sheet.rows.truncate(1), refused: None },
    Ugly { name: "two people", spoil: |sheet| sheet.rows.truncate(2), refused: None },
    Ugly { name: "three people", spoil: |sheet| sheet.rows.truncate(3), refused: None },
    Ugly { name: "fewer people than items", spoil: |sheet| sheet.rows.truncate(5), refused: None },
    Ugly { name: "a blank item", spoil: |sheet| all(sheet, FIRST_ITEM + 1, |_| String::new()), refused: None },
    Ugly { name: "nothing answered", spoil: |sheet| items(sheet, |_, _| String::new()), refused: None },
    Ugly {
        name: "one answer a person",
        spoil: |sheet| {
            let n = sheet.header.len() - FIRST_ITEM;
            for (number, row) in sheet.rows.iter_mut().enumerate() {
                let kept = FIRST_ITEM + number % n;
                row.iter_mut().enumerate().skip(FIRST_ITEM).filter(|(at, _)| *at != kept).for_each(|(_, f)| f.clear());
            }
        },
        refused: None,
    },
    Ugly { name: "a constant item", spoil: |sheet| all(sheet, FIRST_ITEM, |_| "3".to_owned()), refused: None },
    Ugly {
        name: "a single item varies",
        spoil: |sheet| items(sheet, |at, old| if at == 0 { old } else { "2".to_owned() }),
        refused: None,
    },
    Ugly { name: "everybody constant and alike", spoil: |sheet| items(sheet, |_, _| "4".to_owned()), refused: None },
    Ugly {
        name: "everybody constant, not alike",
        spoil: |sheet| {
            for (number, row) in sheet.rows.iter_mut().enumerate() {
                row[FIRST_ITEM..].fill((number % 5 + 1).to_string());
            }
        },
        refused: None,
    },
    Ugly { name: "two equal items", spoil: |sheet| copy(sheet, 0, 2), refused: None },
    Ugly {
        name: "all items equal",
        spoil: |sheet| (1..sheet.header.len() - FIRST_ITEM).for_each(|to| copy(sheet, 0, to)),
        refused: None,
    },
    Ugly {
        name: "everybody the same rows",
        spoil: |sheet| {
            let first = sheet.rows[0][FIRST_ITEM..].to_vec();
            sheet.rows.iter_mut().for_each(|row| row[FIRST_ITEM..].clone_from_slice(&first));
        },
        refused: None,
    },
    Ugly {
        name: "only the ends",
        spoil: |sheet| items(sheet, |_, old| if old.as_str() < "3" { "1" } else { "5" }.to_owned()),
        refused: None,
    },
    Ugly {
        name: "outside the answers",
        spoil: |sheet| sheet.rows[2][FIRST_ITEM + 3] = "9".to_owned(),
        refused: Some(&["row 3", "column `i4`", "`9`", "1 to 5"]),
    },
    Ugly {
        name: "NaN as an answer",
        spoil: |sheet| sheet.rows[1][FIRST_ITEM] = "NaN".to_owned(),
        refused: Some(&["row 2", "column `i1`", "`NaN`", "--missing"]),
    },
    Ugly {
        name: "inf as an answer",
        spoil: |sheet| sheet.rows[4][FIRST_ITEM + 5] = "inf".to_owned(),
        refused: Some(&["row 5", "column `i6`", "`inf`", "--missing"]),
    },
    Ugly {
        name: "a column is not there",
        spoil: |sheet| {
            sheet.header.remove(FIRST_ITEM + 4);
            sheet.rows.iter_mut().for_each(|row| drop(row.remove(FIRST_ITEM + 4)));
        },
        refused: Some(&["no column for 1 of the", "`i5`", "--columns"]),
    },
];

/// Fills a column.
fn all(sheet: &mut Sheet, column: usize, fill: impl Fn(&str) -> String) {
    sheet.rows.iter_mut().for_each(|row| row[column] = fill(&row[column]));
}

/// Fills the items; the first is number 0.
fn items(sheet: &mut Sheet, fill: impl Fn(usize, String) -> String) {
    for row in &mut sheet.rows {
        row[FIRST_ITEM..].iter_mut().enumerate().for_each(|(at, field)| *field = fill(at, std::mem::take(field)));
    }
}

/// Copies one item into another.
fn copy(sheet: &mut Sheet, from: usize, to: usize) {
    sheet.rows.iter_mut().for_each(|row| row[FIRST_ITEM + to] = row[FIRST_ITEM + from].clone());
}

/// 40 people, four ratings of each of ten targets, two groups of people.
fn ordinary(n_items: usize) -> Sheet {
    let mut draws = Draws(3);
    let mut header: Vec<String> = ["person", "who", "half"].map(str::to_owned).to_vec();
    header.extend((1..=n_items).map(|number| format!("i{number}")));
    let rows = (0..40).map(|number| {
        let who = if number % 4 == 0 { "self" } else { "peers" };
        let mut row = vec![format!("t{}", number / 4), who.to_owned(), (number % 2).to_string()];
        let level = draws.below(3);
        row.extend((0..n_items).map(|_| (level + draws.below(3) + 1).to_string()));
        row
    });
    Sheet { header, rows: rows.collect() }
}

/// Rows are told apart where administrations are matched.
fn number_rows(sheet: &mut Sheet) {
    sheet.header.push("row".to_owned());
    sheet.rows.iter_mut().enumerate().for_each(|(number, row)| row.push(number.to_string()));
}

/// Every study with the options that compute something else.
const STUDIES: [(&str, &[&str]); 14] = [
    ("reliability", &[]),
    ("reliability", &["--pairs", "pairwise"]),
    ("reliability", &["--scale", "All", "--retest", "answers.csv"]),
    ("items", &["--plot", "chart.svg"]),
    ("items", &["--pairs", "listwise"]),
    ("structure", &["--draws", "5", "--plot", "chart.svg", "--groups", "half"]),
    ("structure", &["--draws", "5", "--extraction", "ml", "--rotation", "promax", "--correlation", "spearman"]),
    ("structure", &["--draws", "2", "--confirm", "wlsmv", "--correlation", "polychoric"]),
    (
        "structure",
        &["--draws", "5", "--factors", "1", "--extraction", "pa", "--rotation", "varimax", "--scale", "Calm"],
    ),
    ("structure", &["--draws", "5", "--factors", "3"]),
    ("quality", &[]),
    ("quality", &["--pair-correlation", "0.01", "--seconds", "half"]),
    ("interests", &["--bootstrap", "100"]),
    ("agreement", &["--target", "person", "--raters", "who"]),
];

fn run(work: &Workplace, folder: &str, study: &str, options: &[&str], format: &str) -> Ran {
    let instrument = if study == "interests" { "interests-60" } else { "tiny" };
    let args =
        ["analyze", study, "answers.csv", "--instrument", instrument, "--instruments", folder, "--format", format];
    let by_row = if options.contains(&"--retest") { &["--id", "row"][..] } else { &[] };
    work.run(&[&args[..], options, by_row].concat())
}

/// Whether a text holds a number that is none.
fn holds_no_number(text: &str) -> bool {
    let mut words = text.split(|character: char| !character.is_alphanumeric());
    words.any(|word| ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str()))
}

/// What must hold of every run, whatever the file; the list of what does not.
fn check(ran: &Ran, work: &Workplace, refused: Option<&[&str]>, what: &str) -> Vec<String> {
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    let err = &ran.stderr;
    let mut rules = vec![
        (ran.status == 0 || ran.status == 1, "ends with 0 or 1"),
        (!err.contains("panicked"), "does not panic"),
        (!holds_no_number(&out), "prints no number that is none"),
        (refused.is_some() || !holds_no_number(err), "says no number that is none"),
        (!out.contains("(from 0)") && !err.contains("(from 0)"), "says names, not places"),
        ((ran.status == 0) != out.is_empty(), "prints something, or fails and prints nothing"),
        (ran.status == 0 || err.trim().len() > 20, "says why it fails"),
    ];
    if let Some(words) = refused {
        rules.push((ran.status == 1, "is refused"));
        rules.push((words.iter().all(|word| err.contains(word)), "names place and remedy"));
    }
    for name in work.names().iter().filter(|name| name.ends_with(".svg")) {
        rules.push((!holds_no_number(&work.read(name)), "draws no number that is none"));
        std::fs::remove_file(work.path(name)).unwrap();
    }
    let broken = rules.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, rule)| format!("{what}: not so: {rule}: {}\n{out}\n{err}", ran.status)).collect()
}

/// Runs all studies over one spoiled file.
fn study_all(ugly: &Ugly, folder: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for (study, options) in STUDIES {
        let mut sheet = ordinary(if study == "interests" { 60 } else { 6 });
        (ugly.spoil)(&mut sheet);
        number_rows(&mut sheet);
        for format in ["text", "json", "csv"] {
            let work = Workplace::new();
            work.file("answers.csv", sheet.text());
            let ran = run(&work, folder, study, options, format);
            let what = format!("{}: {study} {options:?} {format}", ugly.name);
            broken.extend(check(&ran, &work, ugly.refused, &what));
            if ran.status == 0 && format == "json" {
                let object: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
                assert_eq!(object["n_respondents"], sheet.rows.len(), "{what}");
            }
        }
    }
    broken
}

#[test]
fn every_study_survives_every_ugly_file() {
    let folder = fixtures();
    let folder = folder.to_str().unwrap();
    let broken: Vec<String> = std::thread::scope(|scope| {
        let halves = UGLY.chunks(UGLY.len().div_ceil(2));
        let runs: Vec<_> = halves
            .map(|half| scope.spawn(move || half.iter().flat_map(|ugly| study_all(ugly, folder)).collect::<Vec<_>>()))
            .collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    assert!(broken.is_empty(), "{} runs:\n{}", broken.len(), broken.join("\n"));
}

/// A copy of `tiny` in `short` that keeps these lines of its key and the items on them, and answers to it.
fn shortened(keys: &str) -> (Workplace, Sheet) {
    let place = Workplace::new();
    place.copy_tiny("short");
    place.file("short/tiny/keys.csv", format!("scale,item,sign,weight\n{keys}"));
    let is_kept = |item: &str| keys.contains(&format!(",{item},"));
    for name in ["items.csv", "text.en.csv", "text.fr.csv"] {
        let path = format!("short/tiny/{name}");
        let text = place.read(&path);
        let is_item =
            |line: &&str| line.starts_with("item,i") || (line.starts_with('i') && line.contains("agreement5"));
        let of = |line: &str| line.split(',').find(|field| field.len() == 2).unwrap_or("item").to_owned();
        let lines = text.lines().filter(|line| !is_item(line) || is_kept(&of(line)));
        place.file(&path, lines.collect::<Vec<_>>().join("\n") + "\n");
    }
    // Norms and coefficients were of the whole scales.
    std::fs::remove_dir_all(place.path("short/tiny/norms")).unwrap();
    std::fs::remove_file(place.path("short/tiny/reliability.csv")).unwrap();
    let toml = place.read("short/tiny/instrument.toml");
    place.file("short/tiny/instrument.toml", toml.replace("min_answered = 2 }", "min_answered = 1 }"));
    let mut sheet = ordinary(6);
    for at in (FIRST_ITEM..sheet.header.len()).rev() {
        if !is_kept(&sheet.header[at]) {
            sheet.header.remove(at);
            sheet.rows.iter_mut().for_each(|row| drop(row.remove(at)));
        }
    }
    number_rows(&mut sheet);
    (place, sheet)
}

#[test]
fn scales_of_two_items_and_of_one_are_studied_as_far_as_they_go() {
    let two_and_two = "Calm,i1,+,\nCalm,i2,-,\nDrive,i4,+,\nDrive,i5,+,\n";
    let three_and_one = "Calm,i1,+,\nCalm,i2,-,\nCalm,i3,-,\nDrive,i4,+,\n";
    for keys in [two_and_two, three_and_one] {
        let (place, sheet) = shortened(keys);
        let folder = place.path("short");
        let folder = folder.to_str().unwrap();
        for (study, options) in STUDIES.iter().filter(|(study, _)| *study != "interests") {
            let work = Workplace::new();
            work.file("answers.csv", sheet.text());
            for format in ["text", "json"] {
                let ran = run(&work, folder, study, options, format);
                let broken = check(&ran, &work, None, &format!("{keys:?}: {study} {options:?} {format}"));
                assert!(broken.is_empty(), "{}", broken.join("\n"));
                // Only the structure of a single scale of two items has nothing to look at.
                assert!(ran.status == 0 || options.contains(&"Calm"), "{study} {options:?}: {}", ran.stderr);
            }
        }
    }
}

#[test]
fn what_could_not_be_looked_at_is_not_called_fine() {
    let work = Workplace::new();
    let json = |study: &str, more: &[&str]| super::data::json_tiny(&work, study, "answers.csv", more);
    let mut sheet = ordinary(6);
    all(&mut sheet, FIRST_ITEM + 1, |_| String::new());
    all(&mut sheet, FIRST_ITEM + 2, |_| "3".to_owned());
    work.file("answers.csv", sheet.text());
    // 40 people are too few for an audit of the key, which is no clean key.
    let notes = super::data::notes(&json("quality", &[]));
    assert!(notes.contains("an audit of the key needs 100") && notes.contains("no scale could be audited"), "{notes}");
    assert!(!notes.contains("no item runs"), "{notes}");
    let notes = super::data::notes(&json("structure", &["--draws", "5"]));
    assert!(notes.contains("answered by nobody, and left out: i2"), "{notes}");
    assert!(notes.contains("answered by everybody alike, and left out: i3"), "{notes}");
    let study = json("items", &["--scale", "Calm"]);
    let notes = super::data::notes(&study);
    assert!(notes.contains("scale Calm: 1 of 3 items have answers that differ; at least 2 are needed"), "{notes}");
    let remark = |item: &str| super::data::row(&study, "items", &[("item", item)])["remark"].clone();
    assert_eq!(remark("i2"), "not answered: in no coefficient");
    assert_eq!(remark("i3"), "no spread: in no coefficient");
    assert!(remark("i1").is_null());
}

#[test]
fn a_row_that_cannot_be_read_is_named_with_a_remedy_that_there_is() {
    let work = Workplace::new();
    let mut sheet = ordinary(6);
    sheet.rows[1].pop();
    work.file("answers.csv", sheet.text());
    for (study, options) in STUDIES.iter().filter(|(study, _)| *study != "interests") {
        let ran = super::data::study_tiny(&work, study, "answers.csv", &[options, &["--id", "person"][..]].concat());
        let ran = ran.fails_with(&["answers.csv, row 2", "8 fields", "header 9", "take it out of the file"]);
        // What only `bilan score` has is no remedy here.
        assert!(!ran.stderr.contains("--rejects"), "{}", ran.stderr);
    }
}

#[test]
fn a_table_of_another_kind_never_takes_the_place_of_the_main_one() {
    let work = Workplace::new();
    let mut sheet = ordinary(60);
    sheet.rows.truncate(9);
    work.file("interests.csv", sheet.text());
    let args = ["analyze", "interests", "interests.csv", "--instrument", "interests-60", "--format", "csv"];
    work.run(&args).fails_with(&["no table `order`", "--table takes another: people", "at least 10 are needed"]);
    let people = work.run(&[&args[..], &["--table", "people"]].concat()).ok();
    assert_eq!(Sheet::of(&people.text()).rows.len(), 9);
    // Three peers a person are a group; two are none, and the table has no rows then.
    let mut ratings = ordinary(6);
    let mut number = 0;
    ratings.rows.retain(|_| {
        number += 1;
        number % 4 != 2
    });
    work.file("ratings.csv", ratings.text());
    let args = ["--target", "person", "--raters", "who", "--format", "csv"];
    let ran = super::data::study_tiny(&work, "agreement", "ratings.csv", &args).ok();
    assert!(ran.text().starts_with("person,group,scale,raters,") && ran.text().lines().count() == 1, "{}", ran.text());
    assert!(ran.stderr.contains("nobody has a group of others that is large enough"), "{}", ran.stderr);
}

#[test]
fn interests_need_six_scales_of_their_names() {
    let work = Workplace::new();
    work.file("answers.csv", ordinary(6).text());
    let folder = fixtures();
    let args = ["analyze", "interests", "answers.csv", "--instrument", "tiny", "--instruments"];
    work.run(&[&args[..], &[folder.to_str().unwrap()]].concat())
        .fails_with(&["tiny has no six scales named R, I, A, S, E and C"]);
}

#[test]
fn seconds_that_are_none_are_named() {
    let work = Workplace::new();
    let mut sheet = ordinary(6);
    sheet.rows[6][2] = "soon".to_owned();
    work.file("answers.csv", sheet.text());
    super::data::study_tiny(&work, "quality", "answers.csv", &["--seconds", "half"])
        .fails_with(&["row 7, column half: `soon`"]);
    for text in ["NaN", "inf", "-5", "1e400"] {
        sheet.rows[6][2] = text.to_owned();
        work.file("answers.csv", sheet.text());
        let ran = super::data::study_tiny(&work, "quality", "answers.csv", &["--seconds", "half", "--format", "json"]);
        let broken = check(&ran, &work, (ran.status == 1).then_some(&["row 7, column half"][..]), text);
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }
}
