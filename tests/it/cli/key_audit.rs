//! Warnings of the key audit while a file is scored or a norm is built.

use crate::support::command::Workplace;

/// 300 simulated people; a column mirrored, another one copied.
fn damaged(work: &Workplace) -> String {
    work.run(&["simulate", "--instrument", "ipip-markers-50", "-n", "300", "--output", "sound.csv"]).ok();
    let text = work.read("sound.csv");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |item: &str| header.iter().position(|name| name.eq_ignore_ascii_case(item)).unwrap();
    let (mirrored, copied, from) = (at("E3"), at("N2"), at("N7"));
    let damage = |line: &str| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields[mirrored] = (6 - fields[mirrored].parse::<i32>().unwrap()).to_string();
        fields[copied] = fields[from].clone();
        fields.join(",")
    };
    let lines: Vec<String> = std::iter::once(header.join(",")).chain(lines.map(damage)).collect();
    lines.join("\n") + "\n"
}

#[test]
fn wrong_and_copied_columns_are_warned_of_whatever_the_threads() {
    let work = Workplace::new();
    let text = damaged(&work);
    work.file("damaged.csv", text);
    let score = |file: &str, more: &[&str]| {
        let args = [&["score", file, "--instrument", "ipip-markers-50", "--output", "scores.csv"], more].concat();
        let ran = work.run(&args).ok();
        ran.stderr.lines().filter(|line| line.contains("warning")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(score("sound.csv", &[]), Vec::<String>::new());
    let sound = work.read("scores.csv");
    let one = score("damaged.csv", &["--threads", "1"]);
    assert!(one.iter().any(|line| line.starts_with("warning: item `E3` runs against its scale `E`")), "{one:?}");
    assert!(one.iter().any(|line| line.contains("items `N2`, `N7` have the same answer")), "{one:?}");
    assert_eq!(score("damaged.csv", &["--threads", "4"]), one);
    assert_eq!(score("damaged.csv", &["--quiet"]), Vec::<String>::new());
    // Warnings change nothing: the other scales come out as before.
    let column = |text: &str| text.lines().map(|line| line.split(',').nth(5).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(column(&sound), column(&work.read("scores.csv")));
}

#[test]
fn a_file_in_another_order_of_codes_is_warned_of_when_a_norm_is_built() {
    let work = Workplace::new();
    let text = damaged(&work);
    work.file("damaged.csv", text);
    let build = |file: &str, output: &str| {
        let args = [
            "norms",
            "build",
            file,
            "--instrument",
            "ipip-markers-50",
            "--norm-id",
            "ours",
            "--title",
            "t",
            "--population",
            "p",
            "--source",
            "s",
            "--year",
            "2026",
            "--output",
            output,
        ];
        work.run(&args).ok().stderr
    };
    assert!(!build("sound.csv", "sound").contains("warning"));
    let stderr = build("damaged.csv", "damaged");
    assert!(stderr.contains("warning: item `E3` runs against its scale `E`"), "{stderr}");
}

#[test]
fn a_missing_code_that_was_not_named_is_counted() {
    let work = Workplace::new();
    let mut text = "i1,i2,i3,i4,i5,i6\n".to_owned();
    text.push_str(&"9,1,2,3,4,5\n".repeat(3));
    work.file("answers.csv", &text);
    let stderr = work.score_tiny(&["--rejects", "rejects.csv", "--output", "scores.csv"]).ok().stderr;
    assert!(stderr.contains("warning: column `i1` holds an impossible answer in 3 rows"), "{stderr}");
}
