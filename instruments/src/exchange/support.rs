//! What the tests of the exchange share.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::exchange::Imported;
use crate::load;
use crate::loaded::LoadedInstrument;
use crate::source::Source;
use crate::test_folder::TestFolder;

/// The ids of all bundled instruments.
pub(crate) fn bundled() -> Vec<String> {
    Catalog::bundled().list().iter().map(|entry| entry.id.to_string()).collect()
}

/// A folder of files, loaded; the problems are shown when it cannot be.
#[track_caller]
pub(crate) fn load_files(files: &BTreeMap<String, Vec<u8>>) -> LoadedInstrument {
    let outcome = load::load(&Source::Memory(files.clone()), &[]);
    let shown: Vec<String> = outcome.problems.iter().map(ToString::to_string).collect();
    outcome.loaded.unwrap_or_else(|| panic!("{shown:#?}"))
}

/// A folder in memory, loaded.
#[track_caller]
pub(crate) fn load_imported(imported: &Imported) -> LoadedInstrument {
    load_files(&imported.files)
}

/// A folder without scoring, with one scale of all items that can be scored, as somebody would complete it.
pub(crate) fn completed(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
    let manifest: toml::Table = toml::from_str(&text("instrument.toml")).unwrap();
    let mut keys = "scale,item,sign\n".to_owned();
    for line in text("items.csv").lines().skip(1) {
        let mut fields = line.split(',');
        let (item, scale) = (fields.next().unwrap(), fields.next().unwrap());
        if manifest["response_scales"][scale]["kind"].as_str() != Some("text") {
            keys.push_str(&format!("Z,{item},+\n"));
        }
    }
    let mut completed = files.clone();
    if keys.lines().count() > 1 {
        completed.insert("keys.csv".into(), keys.into_bytes());
        let scale = "\n[[scales]]\nid = \"Z\"\nipsative = true\nscore = \"sum\"\nmissing = { policy = \"reject\" }\n";
        completed.insert("instrument.toml".into(), (text("instrument.toml") + scale).into_bytes());
        for (file, bytes) in &mut completed {
            if file.starts_with("text.") || file.starts_with("names.") {
                bytes.extend(b"scale,Z,Zed\n");
            }
        }
    }
    completed
}

/// The folder of what was imported, completed, on disk.
pub(crate) fn catalog_of_completed(imported: &Imported) -> (tempfile::TempDir, Catalog) {
    let parent = tempfile::tempdir().unwrap();
    let imported = Imported { files: completed(&imported.files), ..imported.clone() };
    let catalog = Catalog::bundled().with_folder(&imported.write(parent.path()).unwrap()).unwrap();
    (parent, catalog)
}

/// The catalog of a folder on disk, with the folder that has to live as long.
pub(crate) fn catalog_of(folder: &TestFolder) -> (tempfile::TempDir, Catalog) {
    let (parent, path) = folder.on_disk();
    let catalog = Catalog::bundled().with_folder(&path).unwrap();
    (parent, catalog)
}

/// A folder with every kind of answers, every kind of file, and languages that say different amounts.
pub(crate) fn full_folder() -> TestFolder {
    let folder = crate::test_folder::a_folder()
        .with_norm()
        .with(
            "instrument.toml",
            r#"# A remark that stays.
id = "test"
version = "1.2.0"
kind = "personality"
languages = ["fr", "en"]
authors = ["A; B", "C"]
license = "MIT"
sources = []
evidence = "original-not-standardized"
purpose = "test"
administration = "self-report"
supervision = "open"

[scoring]
score = "sum"
missing = { policy = "prorate", min_answered = "1/2" }
rounding = "none"

[response_scales]
agree5 = { kind = "likert", lowest = 1, highest = 5 }
minus3 = { kind = "likert", lowest = -1, highest = 1 }
right4 = { kind = "choice", lowest = 1, highest = 4 }
truth = { kind = "dichotomous", lowest = 0, highest = 1 }
order = { kind = "rank", lowest = 1, highest = 3 }
most = { kind = "most-least", lowest = 0, highest = 2 }
line = { kind = "slider", lowest = -0.5, highest = 99.5 }
years = { kind = "numeric", lowest = 0, highest = 120 }
words = { kind = "text" }
unused = { kind = "likert", lowest = 0, highest = 1 }

[[scales]]
id = "A"

[[scales]]
id = "B"

[[scales]]
id = "R"
score = "correct"

[[scales]]
id = "M"
ipsative = true

[[scales]]
id = "O"
ipsative = true

[[scales]]
id = "L"

[[scales]]
id = "D"
includes = ["A", "B"]

[[scales]]
id = "X"
components = { A = 1.0, B = -0.5 }

[[sections]]
id = "p1"
first = "i1"
last = "7.b"
seconds = 600

[[sections]]
id = "p2"
first = "i8"
last = "i15"

[circle]
order = ["A", "B", "R"]
"#,
        )
        .with(
            "items.csv",
            "item,response_scale,correct,block\ni1,agree5,,\ni2,agree5,,\ni3,minus3,,\ni4,minus3,,\ni5,right4,3,x\n\
             i6,right4,1,x\n7.b,truth,,\ni8,order,,b 1\ni9,order,,b 1\ni10,most,,b2\ni11,most,,b2\ni12,most,,b2\n\
             i13,line,,\ni14,years,,\ni15,words,,\n",
        )
        .with(
            "keys.csv",
            "scale,item,sign,weight\nA,i1,+,\nA,i2,-,2\nB,i3,+,\nB,i4,+,\nR,i5,+,\nR,i6,+,\nO,i8,+,\nO,i9,+,\nL,7.b,+,\nL,i13,+,\nL,i14,-,\nM,i10,+,\nM,i11,+,\nM,i12,+,\n",
        )
        .with("norms/local.csv", "stratum,scale,mean,sd,n\nF,A,6,1.5,100\nF,B,1,0.5,\nM,A,5,1.5,\nM,B,1,0.5,\n")
        .with("interpretation.fr.csv", "scale,band,text\nA,low,Une phrase basse\nA,middle,Moyen\nA,high,Haut\n")
        .with("interpretation.en.csv", "scale,band,text\nA,low,A low sentence\nA,middle,Mid\nA,high,High\n")
        .with("reliability.csv", "scale,coefficient,value,stratum,sd,n,source\nA,alpha,0.8,all,1.5,,Study\n")
        .with("README.md", "# Blueprint\n\nitem i2 is keyed in reverse\n")
        .with("notes.bin", "\u{1}\u{2}");
    let options = |language: &str| {
        let scales: &[(&str, std::ops::RangeInclusive<i64>)] = &[
            ("agree5", 1..=5),
            ("minus3", -1..=1),
            ("right4", 1..=4),
            ("truth", 0..=1),
            ("most", 0..=2),
            ("unused", 0..=1),
        ];
        let label = |name: &str, code: i64| format!("option,{name}:{code},\"{language} {name}, {code} \"\"&<>\"\n");
        scales.iter().flat_map(|(name, codes)| codes.clone().map(move |code| label(name, code))).collect::<String>()
    };
    let text = |language: &str, extra: &str| {
        let ids = (1..=15).map(|number| if number == 7 { "7.b".to_owned() } else { format!("i{number}") });
        let items: String =
            ids.map(|id| format!("item,{id},\"{language} text of <b>{id}</b> & \"\"more\"\"\nline 2\"\n")).collect();
        let names: String =
            ["A", "B", "R", "M", "O", "L", "D", "X"].map(|id| format!("scale,{id},{language} secret {id}\n")).concat();
        format!(
            "element,id,text\ntitle,,{language} title & <more>\ninstruction,,{language} do it\nsection,p1,{language} part 1\n\
             section,p2,{language} part 2\nsection-instruction,p2,{language} quick\n{items}{}{names}{extra}",
            options(language)
        )
    };
    let fr = "definition,A,fr secret definition\nlow,A,fr secret low\nhigh,A,fr secret high\noption,line:0,fr zéro\n";
    let en = "description,,en about\ndefinition,A,en secret definition\nlow,A,en secret low\nhigh,A,en secret high\noption,line:99,en end\noption,order:1,en first\n";
    let names = "element,id,text\ntitle,,de title\nscale,A,a\nscale,B,b\nscale,R,r\nscale,M,m\nscale,O,o\nscale,L,l\nscale,D,d\nscale,X,x\n";
    let folder = folder
        .with("text.fr.csv", &text("fr", fr))
        .with("text.en.csv", &text("en", en))
        .with("names.de.csv", names)
        .replacing("items.csv", "\n", "\r\n");
    let loaded = folder.load();
    let lock = format!("instrument 1.2.0 {}\nnorm local {}\n", loaded.hash(), loaded.norms()[0].hash());
    folder.with("content.lock", &lock)
}

/// Asserts that a text holds no name, definition, pole or sentence of a scale that is long enough to be told from ordinary words and is
/// no word of the questionnaire itself. Gives how many were looked for.
#[track_caller]
pub(crate) fn expect_no_scoring(loaded: &LoadedInstrument, text: &str) -> usize {
    use crate::wording::Band;
    let mut n_checked = 0;
    for wording in loaded.wordings() {
        let n_items = loaded.instrument().items().len();
        let mut shown: Vec<&str> = (0..n_items).filter_map(|idx| wording.item(idx)).collect();
        shown.extend([Some(wording.title()), wording.description(), wording.instruction()].into_iter().flatten());
        shown.extend(
            (0..loaded.sections().len()).filter_map(|idx| wording.section(idx)).map(|words| words.title.as_str()),
        );
        for scale_idx in 0..loaded.instrument().scales().len() {
            let words = wording.scale(scale_idx).unwrap();
            let sentences = Band::WORDS.iter().map(|(_, band)| wording.interpretation(scale_idx, *band));
            let own =
                [Some(words.name.as_str()), words.definition.as_deref(), words.low.as_deref(), words.high.as_deref()];
            for secret in own.into_iter().chain(sentences).flatten() {
                let is_shown = shown.iter().any(|text| text.to_lowercase().contains(&secret.to_lowercase()));
                if secret.len() >= 9 && !is_shown {
                    assert!(!text.contains(secret), "{}: {secret}", loaded.id());
                    n_checked += 1;
                }
            }
        }
    }
    n_checked
}
