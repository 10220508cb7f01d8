//! `bilan instruments list|show|check`.

use crate::support::command::Workplace;

#[test]
fn bundled_instruments_are_listed_and_shown() {
    let work = Workplace::new();
    let list = work.run(&["instruments", "list"]).ok().text();
    for id in ["ipip-neo-120", "ipip-neo-300", "ipip-markers-50", "interests-60"] {
        assert!(list.contains(id), "{list}");
        let shown = work.run(&["instruments", "show", id]).ok().text();
        assert!(shown.contains("scale") && shown.contains("source"), "{shown}");
    }
    work.run(&["instruments", "show", "interests-6"]).fails_with(&["did you mean `interests-60`?"]);
}

#[test]
fn bundled_folders_are_in_order_and_locked() {
    let work = Workplace::new();
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("instruments/data");
    for folder in std::fs::read_dir(data).unwrap() {
        let folder = folder.unwrap().path();
        let ran = work.run(&["instruments", "check", folder.to_str().unwrap()]).ok();
        assert!(ran.text().contains("0 errors, 0 warnings"), "{}", ran.text());
    }
}

#[test]
fn all_problems_of_a_folder_are_named_at_once() {
    let work = Workplace::new();
    work.copy_tiny(".");
    work.run(&["instruments", "check", "tiny"]).ok();
    let keys = work.read("tiny/keys.csv").replace("Calm,i3,+,", "Calm,i33,+,").replace("Drive,i5,+,", "Drive,i5,+,0");
    work.file("tiny/keys.csv", keys);
    let norm = work.read("tiny/norms/invented.csv").replace("F-old,Drive,10,2,", "F-old,Drive,10,0,");
    work.file("tiny/norms/invented.csv", norm);
    let text = work.read("tiny/text.en.csv");
    let without: String =
        text.lines().filter(|line| !line.starts_with("item,i2")).map(|line| format!("{line}\n")).collect();
    work.file("tiny/text.en.csv", without);
    let ran = work.run(&["instruments", "check", "tiny"]);
    assert_eq!(ran.status, 1);
    let report = ran.text();
    for expected in
        ["unknown item `i33`", "did you mean `i3`?", "weight 0", "text.en.csv: the item of `i2`", "line 9, column sd"]
    {
        assert!(report.contains(expected), "{expected}: {report}");
    }
}

#[test]
fn a_norm_mean_outside_the_possible_range_is_refused() {
    let work = Workplace::new();
    work.copy_tiny(".");
    let norm = work.read("tiny/norms/invented.csv").replace("M-old,Calm,11,2,", "M-old,Calm,99,2,");
    work.file("tiny/norms/invented.csv", norm);
    let ran = work.run(&["instruments", "check", "tiny"]);
    assert_eq!(ran.status, 1);
    assert!(ran.text().contains("line 11") && ran.text().contains("99") && ran.text().contains("15"), "{}", ran.text());
}

#[test]
fn a_changed_key_under_the_same_version_is_found() {
    let work = Workplace::new();
    work.copy_tiny(".");
    work.run(&["instruments", "check", "tiny", "--lock"]).ok();
    work.run(&["instruments", "check", "tiny"]).ok();
    let keys = work.read("tiny/keys.csv").replace("Calm,i2,-,", "Calm,i2,+,");
    work.file("tiny/keys.csv", keys);
    let ran = work.run(&["instruments", "check", "tiny"]);
    assert_eq!(ran.status, 1, "{}", ran.text());
    assert!(ran.text().contains("version"), "{}", ran.text());
}
