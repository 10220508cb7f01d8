//! `bilan instruments import`.

use serde_json::json;

use super::package::{packed, questions, written};
use crate::support::command::Workplace;

const IMPORT: [&str; 5] = ["instruments", "import", "ipip-neo-120", "--output", "mine"];

fn import<'a>(more: &[&'a str]) -> Vec<&'a str> {
    IMPORT.iter().chain(more).copied().collect()
}

#[test]
fn a_package_is_imported_from_its_folder_and_from_its_archive() {
    let work = Workplace::new();
    let package = written(&work.path("."), &["de", "en", "fr"], |_, _| {});
    packed(&package);
    for from in ["package", "package.tgz"] {
        let ran = work.run(&import(&["--from", from])).ok();
        // Without --language: those in which the instrument has its title, instruction and labels.
        assert!(ran.text().starts_with("en: 120 items, as in the key"), "{}", ran.text());
        assert!(!ran.text().contains("de:"), "{}", ran.text());
        let text = work.read("mine/ipip-neo-120/text.fr.csv");
        assert!(
            text.contains("source,,@invented/questions 2.0.1") && text.contains("item,i120,\"fr, number 120\""),
            "{text}"
        );
    }
    let list = work.run(&["instruments", "list", "--instruments", "mine"]).ok().text();
    assert!(list.lines().any(|line| line.starts_with("ipip-neo-120") && line.contains("en,fr")), "{list}");
    let shown = work.run(&["instruments", "show", "ipip-neo-120", "--instruments", "mine"]).ok().text();
    assert!(shown.contains("fr from @invented/questions 2.0.1"), "{shown}");
}

#[test]
fn every_difference_from_the_key_is_named_and_nothing_is_written() {
    let work = Workplace::new();
    written(&work.path("."), &["fr"], |_, questions| {
        questions[1]["keyed"] = json!("minus");
        questions[4]["facet"] = json!(6);
        questions[7]["text"] = json!(" ");
        questions.pop();
    });
    let ran = work.run(&import(&["--from", "package"])).fails_with(&["cannot be used"]);
    for expected in [
        "item 2 of the list: it counts on E1 (-), but item `i2` of the key counts on E1 (+)",
        "item 5 of the list: it counts on C6 (+), but item `i5` of the key counts on C1 (+)",
        "item 8 of the list: the text is blank",
        "119 items in `fr`, but ipip-neo-120 has 120; missing are i120",
    ] {
        assert!(ran.stderr.contains(expected), "`{expected}` is not in: {}", ran.stderr);
    }
    assert!(!work.path("mine").exists());
    // The same for another key.
    let ran = work.run(&["instruments", "import", "ipip-neo-300", "--output", "mine", "--from", "package"]);
    ran.fails_with(&["but ipip-neo-300 has 300"]);
}

#[test]
fn a_csv_file_is_imported_with_labels_of_its_language() {
    let work = Workplace::new();
    let rows: String = (1..=120).rev().map(|n| format!("i{n},it,Frase {n}\n")).collect();
    work.file("wording.csv", format!("item,language,text\n{rows}"));
    let args = import(&["--from", "wording.csv", "--language", "it"]);
    work.run(&args).fails_with(&["text.it.csv", "the title is missing", "--words"]);
    let labels: String = (1..=5).map(|code| format!("option,accuracy5:{code},Etichetta {code}\n")).collect();
    work.file("words.csv", format!("element,id,text\ntitle,,Titolo\ninstruction,,Istruzione\n{labels}"));
    let args = import(&["--from", "wording.csv", "--language", "it", "--words", "words.csv"]);
    work.run(&args).ok();
    work.run(&["instruments", "list", "--instruments", "mine"]).ok();
    let text = work.read("mine/ipip-neo-120/text.it.csv");
    assert!(text.contains("item,i7,Frase 7") && text.contains("source,,wording.csv"), "{text}");
    // The same again changes nothing, another wording replaces it only when told to.
    work.run(&args).ok();
    work.file("wording.csv", format!("item,language,text\n{}", rows.replace("Frase 7\n", "Altra frase\n")));
    work.run(&args).fails_with(&["is there already"]);
    let replaced: Vec<&str> = args.iter().copied().chain(["--replace"]).collect();
    work.run(&replaced).ok();
    assert!(work.read("mine/ipip-neo-120/text.it.csv").contains("Altra frase"));
}

#[test]
fn what_is_no_wording_is_refused_with_its_place() {
    let work = Workplace::new();
    std::fs::create_dir(work.path("empty")).unwrap();
    work.file("bad.tgz", "no archive");
    work.file("rows.csv", "item,language,text\ni1,Français,Phrase\ni999,fr,Phrase\n");
    work.run(&import(&["--from", "nowhere"])).fails_with(&["nowhere"]);
    work.run(&import(&["--from", "empty"])).fails_with(&["empty"]);
    work.run(&import(&["--from", "bad.tgz"])).fails_with(&["bad.tgz"]);
    work.run(&import(&["--from", "rows.csv"])).fails_with(&["line 2, column language", "language tag"]);
    work.file("rows.csv", "item,language,text\ni999,fr,Phrase\n");
    work.run(&import(&["--from", "rows.csv"])).fails_with(&["line 2: the key has no item `i999`"]);
    work.run(&import(&["--from", "npm:../x; rm"])).fails_with(&["no name of a npm package"]);
    let package = written(&work.path("."), &["fr"], |_, _| {});
    std::fs::write(package.join("data/fr/questions.json"), "[{\"text\": 1}]").unwrap();
    work.run(&import(&["--from", "package"])).fails_with(&["data/fr/questions.json", "no list of items"]);
    let mut twice = questions("fr");
    twice[3]["text"] = twice[2]["text"].clone();
    std::fs::write(package.join("data/fr/questions.json"), serde_json::to_vec(&twice).unwrap()).unwrap();
    let ran = work.run(&import(&["--from", "package"])).ok();
    assert!(ran.stderr.contains("the same sentence stands at item 3"), "{}", ran.stderr);
}
