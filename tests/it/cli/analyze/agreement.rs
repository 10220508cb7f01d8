//! `bilan analyze agreement` on ratings of the entourage: nothing about fewer than three raters comes out.

use super::data::{CALM, DRIVE, Draws, Sheet, json_tiny, mean, notes, row, rows, study_tiny};
use crate::support::command::Workplace;

const COLUMNS: [&str; 4] = ["--target", "person", "--raters", "group"];
const WHO: [(&str, usize); 4] = [("self", 1), ("peers", 6), ("reports", 4), ("boss", 1)];

/// Twelve people, each rated by themselves, six peers, four reports and one boss; all peers of the last person agree.
fn ratings() -> Sheet {
    let mut draws = Draws(9);
    let header = ["person", "group", "i1", "i2", "i3", "i4", "i5", "i6"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    for person in 1..=12 {
        for (group, n) in WHO {
            for _ in 0..n {
                let mut fields = vec![format!("t{person:02}"), group.to_owned()];
                let unanimous = person == 12 && group == "peers";
                fields.extend((0..6).map(|_| if unanimous { 4 } else { draws.below(5) + 1 }.to_string()));
                rows.push(fields);
            }
        }
    }
    Sheet { header, rows }
}

/// Means over the items of a scale, one for each rater of a person in these groups.
fn scores(sheet: &Sheet, person: &str, groups: &[&str], keys: &[(&str, char)]) -> Vec<f64> {
    let of_row = |row: &Vec<String>| {
        let points = keys.iter().map(|(item, sign)| {
            let code: f64 = row[sheet.place(item)].parse().unwrap();
            if *sign == '-' { 6.0 - code } else { code }
        });
        mean(&points.collect::<Vec<_>>())
    };
    sheet.rows.iter().filter(|row| row[0] == person && groups.contains(&row[1].as_str())).map(of_row).collect()
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[test]
fn small_groups_are_in_no_table_and_in_no_total() {
    let work = Workplace::new();
    let sheet = ratings();
    work.file("ratings.csv", sheet.text());
    let study = json_tiny(&work, "agreement", "ratings.csv", &COLUMNS);
    let text = study_tiny(&work, "agreement", "ratings.csv", &COLUMNS).ok().text();
    for found in ["feedback", "feedback_items"] {
        let groups: std::collections::BTreeSet<&str> =
            rows(&study, found, &[]).iter().map(|row| row["group"].as_str().unwrap()).collect();
        assert!(!groups.contains("boss") && !groups.contains("self"), "{groups:?}");
    }
    assert!(!text.contains("boss"), "{text}");
    let mut n_shown = 0;
    for person in 1..=12 {
        let person = format!("t{person:02}");
        for (scale, keys) in [("Calm", CALM), ("Drive", DRIVE)] {
            let own = rounded(scores(&sheet, &person, &["self"], &keys)[0]);
            for (group, members) in
                [("peers", &["peers"][..]), ("reports", &["reports"]), ("all", &["peers", "reports"])]
            {
                let found = row(&study, "feedback", &[("person", &person), ("group", group), ("scale", scale)]);
                if found["shown"] == "withheld" {
                    continue;
                }
                n_shown += 1;
                // The total is over peers and reports; with the boss it would be another number of raters and another mean.
                let expected = scores(&sheet, &person, members, &keys);
                assert_eq!(found["raters"], expected.len());
                assert_eq!(found["mean"].as_f64(), Some(rounded(mean(&expected))), "{found}");
                assert_eq!(found["self_mean"].as_f64(), Some(own), "{found}");
            }
        }
    }
    assert!(n_shown > 30, "{n_shown} figures are shown: the test says little");
}

#[test]
fn below_five_raters_neither_spread_nor_items_are_shown() {
    let work = Workplace::new();
    work.file("ratings.csv", ratings().text());
    let study = json_tiny(&work, "agreement", "ratings.csv", &COLUMNS);
    assert!(rows(&study, "feedback_items", &[("group", "reports")]).is_empty());
    assert!(!rows(&study, "feedback_items", &[("group", "peers")]).is_empty());
    let reports = rows(&study, "feedback", &[("group", "reports"), ("shown", "yes")]);
    assert!(!reports.is_empty());
    assert!(reports.iter().all(|row| row["sd"].is_null() && row["ad_mean"].is_null() && row["ad_median"].is_null()));
    let peers = rows(&study, "feedback", &[("group", "peers"), ("shown", "yes")]);
    assert!(peers.iter().any(|row| row["sd"].is_number()));
}

#[test]
fn what_is_withheld_has_no_figures_and_no_reason() {
    let work = Workplace::new();
    work.file("ratings.csv", ratings().text());
    let study = json_tiny(&work, "agreement", "ratings.csv", &COLUMNS);
    // All peers of the last person gave the same answers, which the mean alone would tell.
    for scale in ["Calm", "Drive"] {
        let found = row(&study, "feedback", &[("person", "t12"), ("group", "peers"), ("scale", scale)]);
        assert_eq!(found["shown"], "withheld");
    }
    let withheld = rows(&study, "feedback", &[("shown", "withheld")]);
    for found in &withheld {
        let figures = ["raters", "mean", "sd", "ad_mean", "ad_median", "self_minus_others"];
        assert!(figures.iter().all(|column| found[*column].is_null()), "{found}");
        let place = ["person", "group", "scale"].map(|column| (column, found[column].as_str().unwrap()));
        assert!(rows(&study, "feedback_items", &place).is_empty(), "{found}");
    }
    // A total with a group that is withheld would give it away.
    assert_eq!(row(&study, "feedback", &[("person", "t12"), ("group", "all"), ("scale", "Calm")])["shown"], "withheld");
    assert!(notes(&study).contains("the reason is not given"));
}

#[test]
fn figures_about_a_scale_need_ten_people() {
    let work = Workplace::new();
    let mut sheet = ratings();
    work.file("ratings.csv", sheet.text());
    let study = json_tiny(&work, "agreement", "ratings.csv", &COLUMNS);
    let calm = row(&study, "scales", &[("scale", "Calm")]);
    // A group whose figure is withheld enters no other; the boss, alone in a group, is in no mean of others either.
    let shown = |person: &str| -> Vec<&str> {
        let is_shown = |group: &&str| {
            let place = [("person", person), ("group", group), ("scale", "Calm"), ("shown", "yes")];
            !rows(&study, "feedback", &place).is_empty()
        };
        ["peers", "reports"].into_iter().filter(is_shown).collect()
    };
    let people: Vec<String> = (1..=12).map(|person| format!("t{person:02}")).collect();
    let with_others: Vec<&String> = people.iter().filter(|person| !shown(person).is_empty()).collect();
    assert_eq!(shown("t12"), ["reports"], "the peers of this person agree wholly");
    let n = with_others.len();
    assert_eq!((&calm["people"], &calm["self_n"]), (&n.into(), &n.into()));
    let own: Vec<f64> = with_others.iter().map(|person| scores(&sheet, person, &["self"], &CALM)[0]).collect();
    assert_eq!(calm["self_mean"].as_f64(), Some(rounded(mean(&own))));
    let others: Vec<Vec<f64>> =
        with_others.iter().map(|person| scores(&sheet, person, &shown(person), &CALM)).collect();
    let means: Vec<f64> = others.iter().map(|scores| mean(scores)).collect();
    assert_eq!(calm["others_mean"].as_f64(), Some(rounded(mean(&means))));
    assert_eq!(calm["ratings"], others.iter().map(Vec::len).sum::<usize>());
    sheet.rows.retain(|row| row[0].as_str() < "t10");
    work.file("nine.csv", sheet.text());
    let study = json_tiny(&work, "agreement", "nine.csv", &COLUMNS);
    assert!(study["tables"].get("scales").is_none());
    assert!(
        notes(&study).contains(
            "scale Calm: 9 people with a group of others that is large enough; figures about a scale need 10"
        )
    );
}

#[test]
fn a_superior_who_agreed_is_shown_alone() {
    let work = Workplace::new();
    let sheet = ratings();
    work.file("ratings.csv", sheet.text());
    let study = json_tiny(&work, "agreement", "ratings.csv", &[&COLUMNS[..], &["--named-superior", "boss"]].concat());
    let found = row(&study, "feedback", &[("person", "t01"), ("group", "boss"), ("scale", "Calm")]);
    assert_eq!(found["mean"].as_f64(), Some(rounded(scores(&sheet, "t01", &["boss"], &CALM)[0])));
    assert!(rows(&study, "feedback_items", &[("group", "boss")]).is_empty());
}

#[test]
fn slips_in_the_names_of_groups_are_said() {
    let work = Workplace::new();
    let mut sheet = ratings();
    work.file("ratings.csv", sheet.text());
    let study = json_tiny(&work, "agreement", "ratings.csv", &[&COLUMNS[..], &["--self", "moi"]].concat());
    assert!(
        notes(&study).contains("--self: no rating is of the group `moi`; column group has boss, peers, reports, self")
    );
    assert!(rows(&study, "feedback", &[("group", "self")]).is_empty(), "a self-rating was shown as a group of others");
    sheet.rows[3][1] = String::new();
    work.file("blank.csv", sheet.text());
    study_tiny(&work, "agreement", "blank.csv", &COLUMNS).fails_with(&["--raters group", "no group", "row 4"]);
    let mut sheet = ratings();
    sheet.rows[3][0] = String::new();
    work.file("blank.csv", sheet.text());
    study_tiny(&work, "agreement", "blank.csv", &COLUMNS).fails_with(&["--target person", "row 4"]);
    let mut sheet = ratings();
    sheet.rows[1][1] = "self".to_owned();
    work.file("twice.csv", sheet.text());
    study_tiny(&work, "agreement", "twice.csv", &COLUMNS).fails_with(&["row 2", "self-rating already"]);
}
