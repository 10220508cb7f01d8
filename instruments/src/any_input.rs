//! Any input at all gives an instrument or problems, never a panic.

use proptest::prelude::*;

use crate::load::load;
use crate::test_folder::{TestFolder, a_folder};

const FILES: &[&str] = &[
    "instrument.toml",
    "items.csv",
    "keys.csv",
    "text.fr.csv",
    "interpretation.fr.csv",
    "reliability.csv",
    "quality.toml",
    "content.lock",
    "norms/local.toml",
    "norms/local.csv",
    "norms/local.table.csv",
];

fn full_folder() -> TestFolder {
    let folder = a_folder()
        .with_norm()
        .with("norms/local.table.csv", "stratum,scale,raw,percentile_rank\nF,A,3,10\nF,A,4,40\n")
        .with("interpretation.fr.csv", "scale,band,text\nA,low,Bas\nA,middle,Moyen\nA,high,Haut\n")
        .with("reliability.csv", "scale,coefficient,value,stratum,sd,n,source\nA,alpha,0.8,all,1.5,,Study\n")
        .with("quality.toml", crate::load::quality::SAMPLE);
    let loaded = folder.load();
    let norm = &loaded.norms()[0];
    folder.with("content.lock", &format!("instrument 1.0.0 {}\nnorm local {}\n", loaded.hash(), norm.hash()))
}

/// Reads the folder; an instrument never comes with an error.
fn is_answered(folder: &TestFolder) {
    let outcome = load(&folder.source(), &[]);
    assert_eq!(outcome.loaded.is_none(), outcome.problems.iter().any(|problem| problem.is_error()));
    for problem in &outcome.problems {
        let line = problem.to_string();
        assert!(!line.contains('\n') && !problem.message.is_empty() && !problem.remedy.is_empty(), "{line}");
    }
}

/// One change to the bytes of a file.
#[derive(Debug, Clone)]
enum Change {
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Overwrite(prop::sample::Index, u8),
    RepeatLine(prop::sample::Index),
    SwapWord(prop::sample::Index, &'static str),
}

fn a_change() -> impl Strategy<Value = Change> {
    let words = [
        "0",
        "-1",
        "1e999",
        "nan",
        "65536",
        "99999999999999999999",
        "A",
        "i1",
        "",
        "\"",
        "\"a\nb\"",
        "é",
        ";",
        "[",
        "{",
        "true",
        "5/6",
    ];
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Change::Cut),
        (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..6))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Overwrite(at, byte)),
        any::<prop::sample::Index>().prop_map(Change::RepeatLine),
        (any::<prop::sample::Index>(), prop::sample::select(words.to_vec()))
            .prop_map(|(at, word)| Change::SwapWord(at, word)),
    ]
}

fn apply(bytes: &[u8], change: &Change) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let len = bytes.len();
    match change {
        Change::Cut(at) => bytes.truncate(at.index(len + 1)),
        Change::Insert(at, more) => {
            let at = at.index(len + 1);
            bytes.splice(at..at, more.iter().copied());
        }
        Change::Overwrite(at, byte) if len > 0 => bytes[at.index(len)] = *byte,
        Change::Overwrite(..) => {}
        Change::RepeatLine(at) => {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            if !lines.is_empty() {
                let line = lines[at.index(lines.len())].to_vec();
                bytes.extend(line);
            }
        }
        Change::SwapWord(at, word) => {
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
            if len > 0 {
                let at = at.index(len);
                let start = (0..at).rev().find(|&i| !is_part(bytes[i])).map_or(0, |i| i + 1);
                let end = (at..len).find(|&i| !is_part(bytes[i])).unwrap_or(len);
                bytes.splice(start..end.max(start), word.bytes());
            }
        }
    }
    bytes
}

#[test]
fn the_full_folder_is_sound() {
    assert_eq!(full_folder().load().warnings(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_in_any_file_are_answered(
        file in prop::sample::select(FILES.to_vec()),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        is_answered(&full_folder().with_bytes(file, &bytes));
    }

    #[test]
    fn slips_in_any_file_are_answered(
        changes in prop::collection::vec((prop::sample::select(FILES.to_vec()), a_change()), 1..5),
    ) {
        let mut folder = full_folder();
        for (file, change) in &changes {
            let bytes = apply(&folder.bytes(file), change);
            folder = folder.with_bytes(file, &bytes);
        }
        is_answered(&folder);
    }
}

#[test]
fn files_that_are_missing_one_by_one_are_answered() {
    for file in FILES {
        is_answered(&full_folder().without(file));
    }
    is_answered(&FILES.iter().fold(full_folder(), |folder, file| folder.without(file)));
}

#[test]
fn deep_and_long_files_are_answered() {
    let folder = full_folder();
    is_answered(&folder.with("instrument.toml", &format!("a = {}", "[".repeat(100_000))));
    is_answered(&folder.with("instrument.toml", &format!("{} = 1", "a.".repeat(50_000) + "a")));
    let chain: String = (0..990).map(|i| format!("[[scales]]\nid = \"D{i}\"\nincludes = [\"D{}\"]\n", i + 1)).collect();
    is_answered(&folder.adding("instrument.toml", &format!("\n{chain}")));
    let many: String = (0..3000).map(|i| format!("[[scales]]\nid = \"D{i}\"\n")).collect();
    is_answered(&folder.adding("instrument.toml", &format!("\n{many}")));
    is_answered(&folder.adding("norms/local.toml", &format!("\n{}", many.replace("scales", "strata"))));
    let names = "\"A9\", ".repeat(300_000);
    is_answered(&folder.adding("instrument.toml", &format!("\n[[scales]]\nid = \"D\"\nincludes = [{names}]\n")));
    let items: String = (0..20_000).map(|i| format!("x{i},agree5\n")).collect();
    is_answered(&folder.with("items.csv", &format!("item,response_scale\n{items}")));
    is_answered(&folder.with("items.csv", &format!("item,response_scale\n{}", "x,".repeat(1_000_000))));
}
