//! Round trips over every bundled instrument that QTI carries, changes made elsewhere, packages from elsewhere, any input at all.

mod any_zip;
mod foreign;

use std::collections::BTreeMap;

use super::{export_package, import_package, zip_file};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::exchange::losses::Losses;
use crate::exchange::support::{
    bundled, catalog_of, completed, expect_no_scoring, full_folder, load_files, load_imported,
};
use crate::exchange::{Imported, Scoring};
use crate::problem::Problem;
use crate::test_folder::TestFolder;

type Files = BTreeMap<String, Vec<u8>>;

fn unpacked(zip: &[u8]) -> Files {
    zip_file::unpack(zip, &mut Losses::default()).unwrap()
}

fn import(files: &Files) -> Imported {
    import_package(&zip_file::pack(files).unwrap()).unwrap()
}

/// The folder with everything that QTI carries.
fn full_without_blocks() -> TestFolder {
    let folder = full_folder()
        .without("content.lock")
        .replacing("instrument.toml", "order = { kind = \"rank\"", "order = { kind = \"likert\"")
        .replacing("instrument.toml", "most = { kind = \"most-least\"", "most = { kind = \"likert\"");
    let labels = |language: &str| {
        let known = if language == "en" { 2 } else { 1 };
        (known..=3).map(|code| format!("option,order:{code},{language} order {code}\n")).collect::<String>()
    };
    let folder = folder.adding("text.fr.csv", &labels("fr")).adding("text.en.csv", &labels("en"));
    let loaded = folder.load();
    let lock = format!("instrument 1.2.0 {}\nnorm local {}\n", loaded.hash(), loaded.norms()[0].hash());
    folder.with("content.lock", &lock)
}

/// Its package, unpacked.
fn full(scoring: Scoring) -> Files {
    let (_parent, catalog) = catalog_of(&full_without_blocks());
    unpacked(&export_package(&catalog, "test", scoring).unwrap())
}

fn replace(files: &mut Files, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from}: {text}");
    files.insert(file.to_owned(), text.replace(from, to).into_bytes());
}

#[track_caller]
fn expect(problems: &[Problem], place: &str, message: &str) {
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let is_it = |problem: &&Problem| problem.place.contains(place) && problem.message.contains(message);
    assert!(problems.iter().any(|problem| is_it(&problem)), "no {place:?} with {message:?}, but {shown:#?}");
}

#[test]
fn every_bundled_instrument_that_qti_carries_comes_back_equal() {
    let catalog = Catalog::bundled();
    let mut n_carried = 0;
    for id in bundled() {
        let original = catalog.find(&id).unwrap();
        let has_blocks = original.instrument().items().iter().any(|item| item.responses.kind().is_ipsative());
        let package = export_package(&catalog, &id, Scoring::With);
        if has_blocks {
            let Err(Error::Invalid { problems, .. }) = package else { panic!("{id} was exported") };
            assert!(problems[0].message.starts_with("block `b1` (i"), "{}", problems[0]);
            assert!(problems[0].remedy.contains("FHIR"));
            continue;
        }
        let package = package.unwrap();
        assert_eq!(package, export_package(&catalog, &id, Scoring::With).unwrap(), "{id}: other bytes");
        let imported = import_package(&package).unwrap();
        let loaded = load_imported(&imported);
        assert_eq!(loaded, *original, "{id}");
        assert_eq!(imported.problems, original.warnings(), "{id}");
        assert!(loaded.is_locked());
        n_carried += 1;
    }
    assert_eq!(n_carried, bundled().len() - 2);
}

#[test]
fn a_folder_with_everything_comes_back_equal() {
    let folder = full_without_blocks();
    let imported = import(&full(Scoring::With));
    assert_eq!(load_imported(&imported), folder.load());
    assert_eq!(imported.problems, folder.load().warnings());
    for file in
        ["instrument.toml", "items.csv", "keys.csv", "README.md", "notes.bin", "content.lock", "norms/local.toml"]
    {
        assert_eq!(imported.files[file], folder.bytes(file), "{file}");
    }
}

#[test]
fn items_are_what_other_systems_expect() {
    let files = full(Scoring::With);
    let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
    let likert = text("fr/items/i1.xml");
    assert!(likert.contains("<qti-map-entry map-key=\"c5\" mapped-value=\"5\"/>") && likert.contains("map_response"));
    assert!(likert.contains("max-choices=\"1\"") && likert.contains("xml:lang=\"fr\""));
    assert!(likert.contains("&lt;b&gt;i1&lt;/b&gt; &amp; &quot;more&quot;<br/>line 2</qti-prompt>"), "{likert}");
    let choice = text("en/items/i5.xml");
    assert!(choice.contains("<qti-value>c3</qti-value>") && choice.contains("match_correct"));
    assert!(!choice.contains("qti-mapping"));
    assert!(text("fr/items/i13.xml").contains("lower-bound=\"-0.5\" upper-bound=\"99.5\""));
    assert!(text("fr/items/7.b.xml").contains("identifier=\"_7.b\""));
    let test = text("fr/test.xml");
    assert!(test.contains("<qti-time-limits max-time=\"600\"/>") && test.contains("href=\"items/i1.xml\""));
    let manifest = text("imsmanifest.xml");
    let n_items = manifest.matches("imsqti_item_xmlv3p0").count();
    assert_eq!((n_items, manifest.matches("imsqti_test_xmlv3p0").count()), (30, 2));
    for file in files.keys().filter(|file| *file != "imsmanifest.xml") {
        assert!(manifest.contains(&format!("href=\"{file}\"")), "{file} is not named");
    }
}

#[test]
fn what_another_system_changes_arrives_changed() {
    let mut files = full(Scoring::With);
    let text = "fr text of &lt;b&gt;i2&lt;/b&gt; &amp; &quot;more&quot;<br/>line 2";
    replace(&mut files, "fr/items/i2.xml", text, "\n   Autre\n   chose  ");
    replace(&mut files, "en/test.xml", "en title &amp; &lt;more&gt;", "A title");
    replace(&mut files, "fr/items/i4.xml", "fr minus3, 0 &quot;&amp;&lt;&gt;", "Ni oui ni non");
    replace(&mut files, "en/items/i5.xml", "<qti-value>c3</qti-value>", "<qti-value>c2</qti-value>");
    replace(&mut files, "fr/items/i5.xml", "<qti-value>c3</qti-value>", "<qti-value>c2</qti-value>");
    let imported = import(&files);
    let loaded = load_imported(&imported);
    let fr = loaded.wording("fr").unwrap();
    assert_eq!((fr.item(1), loaded.wording("en").unwrap().title()), (Some("Autre chose"), "A title"));
    assert_eq!(fr.options(loaded.response_scale_of(3).unwrap())[1].1, "Ni oui ni non");
    expect(&imported.problems, "i4.xml", "not the same everywhere");
    expect(&imported.problems, "", "not those locked as version 1.2.0");
    let items = String::from_utf8(imported.files["items.csv"].clone()).unwrap();
    assert!(items.contains("i5,right4,2,x"), "{items}");
}

/// Converters between versions of QTI take out what they do not know, and make every rubric an instruction.
#[test]
fn a_package_without_our_attributes_comes_back_equal() {
    let mut files = full(Scoring::With);
    for (_, bytes) in files.iter_mut().filter(|(file, _)| file.ends_with(".xml")) {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let mut parts = text.split(" data-bilan-");
        let mut plain = parts.next().unwrap().to_owned();
        for part in parts {
            plain.push_str(part.splitn(3, '"').nth(2).unwrap());
        }
        assert!(!plain.contains("data-bilan"));
        *bytes = plain.into_bytes();
    }
    let imported = import(&files);
    let original = full_without_blocks().load();
    assert_eq!(load_imported(&imported), original);
    assert_eq!(imported.problems, original.warnings());
}

#[test]
fn without_scoring_nothing_of_it_leaks() {
    let catalog = Catalog::bundled();
    let mut n_checked = 0;
    for id in bundled() {
        let loaded = catalog.find(&id).unwrap();
        let Ok(package) = export_package(&catalog, &id, Scoring::Without) else { continue };
        let files = unpacked(&package);
        let own: Vec<&str> =
            files.keys().filter(|file| file.starts_with("bilan/folder/")).map(String::as_str).collect();
        assert_eq!(own, ["bilan/folder/instrument.toml"], "{id}");
        let all: String = files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        n_checked += expect_no_scoring(&loaded, &all);
        for word in ["mapped-value", "qti-correct-response", "SCORE", "qti-response-processing"] {
            assert!(!all.contains(word), "{id}: {word}");
        }
        let imported = import_package(&package).unwrap();
        expect(&imported.problems, "scales", "no scoring came along");
        assert!(!imported.problems.iter().any(Problem::is_error), "{id}");
        let without = load_files(&completed(&imported.files));
        assert_eq!(without.instrument().items(), loaded.instrument().items(), "{id}");
        for (reduced, whole) in without.wordings().iter().zip(loaded.wordings()) {
            let texts = (0..without.instrument().items().len()).map(|idx| (reduced.item(idx), whole.item(idx)));
            assert!(texts.clone().count() > 0 && texts.into_iter().all(|(one, other)| one == other));
        }
    }
    assert!(n_checked > 500, "only {n_checked} texts were looked for");
    let all: String =
        full(Scoring::Without).values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(!all.contains("secret") && !all.contains("reverse") && !all.contains("Une phrase basse"));
}

#[test]
fn characters_that_xml_does_not_have_are_refused() {
    let folder = full_without_blocks().replacing("text.fr.csv", "fr do it", "fr \u{b} do it").without("content.lock");
    let (_parent, catalog) = catalog_of(&folder);
    let Err(Error::Invalid { problems, .. }) = export_package(&catalog, "test", Scoring::With) else {
        panic!("exported")
    };
    assert_eq!((problems[0].file.as_str(), problems.len()), ("fr/test.xml", 1));
    assert!(problems[0].message.contains("U+000B"));
}

#[test]
fn files_that_would_leave_the_folder_are_refused() {
    for name in ["bilan/folder/text.fr.csv", "bilan/folder/.hidden", "bilan/folder/a:b"] {
        let mut files = full(Scoring::With);
        files.insert(name.to_owned(), b"x".to_vec());
        let imported = import(&files);
        assert!(imported.problems.len() > load_imported(&imported).warnings().len(), "{name}");
        assert_eq!(
            imported.files.keys().collect::<Vec<_>>(),
            import(&full(Scoring::With)).files.keys().collect::<Vec<_>>()
        );
    }
}
