//! What `bilan score` writes: columns, decimals, notes, provenance, the place of each.

use crate::support::command::Workplace;

const FILE: &str = "id,sex,age,town,i1,i2,i3,i4,i5,i6
a,2,25,Lyon,5,1,4,4,4,2
b,1,40,Nice,5,1,,4,4,2
c,3,20,Lille,5,1,4,,,2
d,1,999,Brest,5,1,4,4,4,2
e,,35,Metz,5,1,4,4,4,2
f,1,,Tours,5,1,4,4,4,2
";

const NORM: [&str; 8] = ["--norm", "invented", "--sex", "sex", "--sex-codes", "1=M,2=F", "--age", "age"];

fn workplace() -> Workplace {
    let work = Workplace::new();
    work.file("answers.csv", FILE);
    work
}

fn with_norm<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&NORM[..], more].concat()
}

/// The cells of a CSV text, without quoting rules: good enough where no cell holds a comma before the notes.
fn cell<'t>(text: &'t str, row: &str, column: &str) -> &'t str {
    let mut lines = text.lines();
    let at = lines.next().unwrap().split(',').position(|name| name == column).unwrap();
    let line = lines.find(|line| line.starts_with(&format!("{row},"))).unwrap();
    line.split(',').nth(at).unwrap()
}

#[test]
fn default_columns_are_raw_and_n_and_t_with_a_norm() {
    let plain = workplace().score_tiny(&["--id", "id"]).ok().text();
    assert!(
        plain.starts_with("id,Calm_raw,Calm_n,Drive_raw,Drive_n,All_raw,All_n,Balance_raw,Balance_n,notes\n"),
        "{plain}"
    );
    let normed = workplace().score_tiny(&with_norm(&[])).ok().text();
    assert!(normed.starts_with("row,Calm_raw,Calm_n,Calm_t,"), "{normed}");
    // Calm of row a: 5 + (6 − 1) + 4 = 14; women 16–30: mean 9, SD 2, T = 50 + 10·5/2 = 75.
    assert_eq!(cell(&normed, "1", "Calm_raw"), "14");
    assert_eq!(cell(&normed, "1", "Calm_t"), "75.00");
}

#[test]
fn kept_columns_stand_after_the_identifier() {
    let text = workplace().score_tiny(&["--id", "id", "--keep", "town", "--keep", "age"]).ok().text();
    assert!(text.starts_with("id,town,age,Calm_raw"), "{text}");
    assert!(text.contains("\na,Lyon,25,14,3,"), "{text}");
}

#[test]
fn decimals_are_as_asked() {
    let t = |decimals: &str| {
        let args = with_norm(&["--id", "id", "--metrics", "t", "--decimals", decimals]);
        let text = workplace().score_tiny(&args).ok().text();
        cell(&text, "a", "All_t").to_owned()
    };
    // All: 14 + (4 + 4 + 4) = 26; women 16–30: mean 19, SD 3.5: exactly 70.
    assert_eq!(t("0"), "70");
    assert_eq!(t("3"), "70.000");
    assert_eq!(t("full"), "70");
}

#[test]
fn missing_answers_are_prorated_and_said() {
    let text = workplace().score_tiny(&["--id", "id"]).ok().text();
    // Row b: 5 + 5 of three, prorated 10 · 3 / 2 = 15.
    assert_eq!(cell(&text, "b", "Calm_raw"), "15");
    assert_eq!(cell(&text, "b", "Calm_n"), "2");
    assert!(
        text.contains("prorated: Calm (2 of 3 answered), All (5 of 6 answered), Balance (5 of 6 answered)"),
        "{text}"
    );
    // Row c: one answer of three is too few; the composite goes with it.
    assert_eq!(cell(&text, "c", "Drive_raw"), "");
    assert!(
        text.contains("not scored: Drive (1 of 3 answered, 2 needed), Balance (4 of 6 answered, Drive has no score)"),
        "{text}"
    );
}

#[test]
fn people_without_a_stratum_have_no_norm_score_and_are_told_why() {
    let text = workplace().score_tiny(&with_norm(&["--id", "id", "--metrics", "raw,t"])).ok().text();
    let note = |row: &str| text.lines().find(|line| line.starts_with(&format!("{row},"))).unwrap().to_owned();
    assert_eq!(cell(&text, "d", "Calm_t"), "");
    assert!(note("d").contains("no norm score: the norm is by age, and the age is impossible"), "{text}");
    assert!(note("f").contains("the age is missing"), "{text}");
    // Sex 3 is no code of sex, so the combined stratum serves: mean (9 + 10)/2, SD √(4 + 0.25).
    let t = 50.0 + 10.0 * (14.0 - 9.5) / 4.25_f64.sqrt();
    assert_eq!(cell(&text, "c", "Calm_t"), format!("{t:.2}"));
    assert!(note("c").contains("combined stratum, `3` is none of the sex codes"), "{text}");
    assert!(note("e").contains("combined stratum, the sex is not given"), "{text}");
    // The composite is not covered by the norm.
    assert!(note("a").contains("no norm score: Balance (not covered by the norm)"), "{text}");
}

#[test]
fn everyone_can_be_compared_with_the_combined_stratum() {
    let args = ["--id", "id", "--norm", "invented", "--stratum", "combined", "--age", "age", "--metrics", "t"];
    let text = workplace().score_tiny(&args).ok().text();
    let t = 50.0 + 10.0 * (14.0 - 9.5) / 4.25_f64.sqrt();
    assert_eq!(cell(&text, "a", "Calm_t"), format!("{t:.2}"));
    assert!(!text.contains("sex codes"), "{text}");
}

#[test]
fn errors_and_intervals_rest_on_reliability_or_on_the_person() {
    let args = ["--id", "id", "--metrics", "raw,sem,lower,upper", "--decimals", "full"];
    let text = workplace().score_tiny(&args).ok().text();
    // Calm: alpha .75 with SD 2 in the same group: SEM 1.
    assert_eq!(cell(&text, "a", "Calm_sem"), "1");
    let upper: f64 = cell(&text, "a", "Calm_upper").parse().unwrap();
    assert!((upper - (14.0 + 1.959_963_984_540_054)).abs() < 1e-12);
    // Drive has none: answers 4, 4, 4 after keying, no spread, so no interval, and it is said.
    assert_eq!(cell(&text, "a", "Drive_sem"), "");
    assert!(text.contains("no interval: Drive (all answered items count the same)"), "{text}");
    // All: 5, 5, 4, 4, 4, 4: x̄ = 26/6, Σ(x − x̄)² = 4/3; 6·√((4/3)/30).
    let sem: f64 = cell(&text, "a", "All_sem").parse().unwrap();
    assert!((sem - 6.0 * (4.0_f64 / 3.0 / 30.0).sqrt()).abs() < 1e-12, "{sem}");

    let on_t = with_norm(&["--id", "id", "--metrics", "t,sem,lower", "--decimals", "full"]);
    let text = workplace().score_tiny(&on_t).ok().text();
    // On T: 10 · 1 / 2.
    assert_eq!(cell(&text, "a", "Calm_sem"), "5");

    let kelley = with_norm(&["--id", "id", "--metrics", "sem,lower,upper", "--interval", "true", "--decimals", "full"]);
    let text = workplace().score_tiny(&kelley).ok().text();
    // Standard error of estimation 2·√(.75·.25), on T times 5.
    let see: f64 = cell(&text, "a", "Calm_sem").parse().unwrap();
    assert!((see - 10.0 * 0.1875_f64.sqrt()).abs() < 1e-12);
    let (lower, upper): (f64, f64) =
        (cell(&text, "a", "Calm_lower").parse().unwrap(), cell(&text, "a", "Calm_upper").parse().unwrap());
    // Kelley: .75·14 + .25·9 = 12.75, T = 68.75.
    assert!(((lower + upper) / 2.0 - 68.75).abs() < 1e-12);
    assert_eq!(cell(&text, "a", "Drive_lower"), "");
    assert!(text.contains("an interval around the true score needs a reliability"), "{text}");
}

#[test]
fn provenance_travels_with_the_scores() {
    let work = workplace();
    let ran = work.score_tiny(&with_norm(&["--output", "scores.csv"])).ok();
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.contains("6 rows read, 6 scored, 0 rejected"), "{}", ran.stderr);
    let meta: serde_json::Value = serde_json::from_str(&work.read("scores.csv.meta.json")).unwrap();
    assert_eq!(meta["instrument"], "tiny");
    assert_eq!(meta["version"], "1.0.0");
    assert_eq!(meta["norm"]["id"], "invented");
    assert_eq!(meta["norm"]["strata"][0]["n"], 120);
    assert_eq!(meta["rows"]["read"], 6);
    assert_eq!(meta["scales"][0]["missing"], "prorate, at least 2 answered");
    assert_eq!(meta["engine"], format!("bilan {}", engine::VERSION));

    let on_stream = work.score_tiny(&["--quiet"]).ok();
    let meta: serde_json::Value = serde_json::from_str(on_stream.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(meta["instrument"], "tiny");
    let elsewhere = work.score_tiny(&["--quiet", "--meta", "elsewhere.json"]).ok();
    assert_eq!(elsewhere.stderr, "");
    assert!(work.read("elsewhere.json").contains("\"tiny\""));
}

#[test]
fn standard_input_is_read() {
    let work = Workplace::new();
    let fixtures = crate::support::command::fixtures();
    let args = ["score", "-", "--instrument", "tiny", "--instruments", fixtures.to_str().unwrap(), "--id", "id"];
    let piped = work.run_with_input(&args, FILE.as_bytes()).ok().text();
    assert_eq!(piped, workplace().score_tiny(&["--id", "id"]).ok().text());
    work.run_with_input(&args, b"PAR1rest").fails_with(&["Parquet cannot be read from standard input"]);
}

#[test]
fn columns_of_other_names_are_mapped() {
    let work = Workplace::new();
    work.file("answers.csv", FILE.replace("i1,i2", "first,i9"));
    work.file("map.csv", "item,column\ni1,first\ni2,i9\n");
    let text = work.score_tiny(&["--id", "id", "--columns", "map.csv"]).ok().text();
    assert_eq!(text, workplace().score_tiny(&["--id", "id"]).ok().text());
    work.file("map.csv", "item,column\ni1,frist\nj2,i9\n");
    work.score_tiny(&["--columns", "map.csv"]).fails_with(&["did you mean `first`?", "item `j2`"]);
}

#[test]
fn version_and_help_are_no_fault() {
    let work = Workplace::new();
    assert!(work.run(&["--version"]).ok().text().starts_with("bilan "));
    let help = work.run(&["score", "--help"]).ok().text();
    for option in ["--instrument", "--norm", "--metrics", "--rejects", "--decimals", "--interval", "Examples:"] {
        assert!(help.contains(option), "{option}");
    }
    assert_eq!(work.run(&[]).status, 1);
}
