//! An instrument with answer keys, sliders, weights, scores centered on the person, and free text.

use crate::support::command::{Workplace, fixtures};

const FILE: &str = "id;q1;q2;s1;s2;r1;r2;r3;r4;note
a;3;2;62,5;40;2;-1;0;1;« bien, merci »
b;3;1;10;;-2;;2;2;
c;;1;;;1;1;1;1;NA
";

fn score(content: &str, more: &[&str]) -> crate::support::command::Ran {
    let (work, fixtures) = (Workplace::new(), fixtures());
    work.file("answers.csv", content);
    let args =
        ["score", "answers.csv", "--instrument", "mixed", "--instruments", fixtures.to_str().unwrap(), "--id", "id"];
    work.run(&[&args[..], &["--metrics", "raw", "--decimals", "full"], more].concat())
}

#[test]
fn every_kind_of_item_is_scored() {
    let text = score(FILE, &[]).ok().text();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').take(6).collect()).collect();
    assert_eq!(rows[0], ["id", "Right_raw", "Line_raw", "Weighted_raw", "Up_raw", "Down_raw"]);
    // Right: one of two. Line: (62.5 + (100 − 40)) / 2. Weighted: 2·2 + 0.5·(0 − (−1)) = 4.5, half up: 5.
    // Centered: means 0.5 and 0.5, the person's mean 0.5.
    assert_eq!(rows[1], ["a", "1", "61.25", "5", "0", "0"]);
    // Weighted: only r1 of weight 2 of 2.5: −4 / 2 · 2.5 = −5. Centered: −2 and 2 about the mean of −2, 2, 2.
    let third = 2.0 / 3.0;
    let (up, down) = ((-2.0 - third).to_string(), (2.0 - third).to_string());
    assert_eq!(rows[2], ["b", "2", "10", "-5", up.as_str(), down.as_str()]);
    // A test of performance has no score while a question is open; nothing answered on the line.
    assert_eq!(rows[3][..3], ["c", "", ""]);
    assert!(text.contains("not scored: Right (1 of 2 answered, 2 needed), Line (0 of 2 answered, 1 needed)"), "{text}");
}

#[test]
fn free_text_needs_no_column() {
    let without: String = FILE.lines().map(|line| format!("{}\n", line.rsplit_once(';').unwrap().0)).collect();
    assert_eq!(score(&without, &[]).ok().text(), score(FILE, &[]).ok().text());
}

#[test]
fn numbers_outside_their_line_are_rejected() {
    score(&FILE.replace("62,5", "162,5"), &[]).fails_with(&["row 1, column `s1`", "`162,5` is outside 0 to 100"]);
    score(&FILE.replace("62,5", "far"), &[]).fails_with(&["column `s1`", "`far`"]);
    score(&FILE.replace("a;3;", "a;5;"), &[]).fails_with(&["column `q1`", "`5` is outside 1 to 4"]);
}

#[test]
fn the_same_scores_come_as_message_pack_and_with_many_threads() {
    let mut content = FILE.lines().next().unwrap().to_owned() + "\n";
    let rows: Vec<&str> = FILE.lines().skip(1).collect();
    for number in 0..3000 {
        content.push_str(&format!("{number}{}\n", &rows[number % 3][1..]));
    }
    let one = score(&content, &["--threads", "1"]).ok();
    let seven = score(&content, &["--threads", "7"]).ok();
    assert_eq!(one.text().lines().count(), 3001);
    assert_eq!(one.text(), seven.text());
}
