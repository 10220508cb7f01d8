//! Round trips over every bundled instrument, changes made elsewhere, questionnaires from elsewhere, any input at all.

mod answers;
mod any_json;
mod foreign;

use serde_json::{Value, json};

use super::{export_questionnaire, import_questionnaire};
use crate::catalog::Catalog;
use crate::exchange::support::{bundled, catalog_of, completed, full_folder, load_files, load_imported};
use crate::exchange::{Imported, Scoring};
use crate::problem::Problem;

fn export(catalog: &Catalog, name: &str, scoring: Scoring) -> Value {
    export_questionnaire(catalog, name, scoring).unwrap()
}

fn import(questionnaire: &Value) -> Imported {
    import_questionnaire(&serde_json::to_vec(questionnaire).unwrap()).unwrap()
}

/// The folder with everything, exported.
fn full(scoring: Scoring) -> Value {
    let (_parent, catalog) = catalog_of(&full_folder());
    export(&catalog, "test", scoring)
}

#[track_caller]
fn expect(problems: &[Problem], place: &str, message: &str) {
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let is_it = |problem: &&Problem| problem.place.contains(place) && problem.message.contains(message);
    assert!(problems.iter().any(|problem| is_it(&problem)), "no {place:?} with {message:?}, but {shown:#?}");
}

/// The item of a link id, wherever it stands.
fn item<'v>(parent: &'v mut Value, link: &str) -> &'v mut Value {
    fn find<'v>(parent: &'v mut Value, link: &str) -> Option<&'v mut Value> {
        if parent["linkId"] == link {
            return Some(parent);
        }
        parent.get_mut("item")?.as_array_mut()?.iter_mut().find_map(|inner| find(inner, link))
    }
    find(parent, link).unwrap()
}

#[test]
fn every_bundled_instrument_comes_back_equal() {
    let catalog = Catalog::bundled();
    assert!(bundled().len() >= 16);
    for id in bundled() {
        let imported = import(&export(&catalog, &id, Scoring::With));
        let original = catalog.find(&id).unwrap();
        let loaded = load_imported(&imported);
        assert_eq!(loaded, *original, "{id}");
        assert_eq!(imported.problems, original.warnings(), "{id}");
        assert_eq!((imported.id, loaded.is_locked()), (id, true));
    }
}

#[test]
fn a_folder_with_everything_comes_back_equal() {
    let folder = full_folder();
    let original = folder.load();
    assert!(original.is_locked());
    let imported = import(&full(Scoring::With));
    let loaded = load_imported(&imported);
    assert_eq!(loaded, original);
    assert_eq!(imported.problems, original.warnings());
    // What is not told by items and words comes back to the byte.
    for file in
        ["instrument.toml", "items.csv", "keys.csv", "README.md", "notes.bin", "content.lock", "norms/local.toml"]
    {
        assert_eq!(imported.files[file], folder.bytes(file), "{file}");
    }
    // A second journey changes nothing any more.
    let catalog = Catalog::bundled();
    let parent = tempfile::tempdir().unwrap();
    let again = catalog.with_folder(&imported.write(parent.path()).unwrap()).unwrap();
    assert_eq!(export(&again, "test", Scoring::With), full(Scoring::With));
}

#[test]
fn words_and_items_are_native() {
    let mut form = full(Scoring::With);
    assert_eq!((&form["language"], &form["title"]), (&json!("fr"), &json!("fr title & <more>")));
    assert!(form.get("description").is_none() && form["_description"].to_string().contains("en about"));
    let option = item(&mut form, "i5")["answerOption"][2].clone();
    assert_eq!(option["valueCoding"]["code"], "3");
    assert_eq!(option["extension"], json!([{"url": "urn:bilan:correct", "valueBoolean": true}]));
    assert_eq!(item(&mut form, "i1")["type"], "coding");
    assert_eq!(item(&mut form, "i3")["answerOption"][0]["extension"][0]["valueDecimal"], -1);
    assert_eq!(
        (&item(&mut form, "i13")["type"].clone(), &item(&mut form, "i15")["type"]),
        (&json!("decimal"), &json!("text"))
    );
    assert_eq!(item(&mut form, "_block.i8")["item"].as_array().unwrap().len(), 2);
    assert_eq!(item(&mut form, "_section.p1")["text"], "fr part 1");
}

#[test]
fn what_another_system_changes_arrives_changed() {
    let mut form = full(Scoring::With);
    item(&mut form, "i2")["text"] = json!(" Autre chose ");
    item(&mut form, "i2")["_text"]["extension"][0]["extension"][1]["valueString"] = json!("Another thing");
    item(&mut form, "_section.p2")["text"] = json!("Deuxième");
    form["title"] = json!("Titre");
    form["publisher"] = json!("D");
    form["version"] = json!("1.3.0");
    let imported = import(&form);
    let loaded = load_imported(&imported);
    let (fr, en) = (loaded.wording("fr").unwrap(), loaded.wording("en").unwrap());
    assert_eq!((fr.item(1), en.item(1), fr.title()), (Some("Autre chose"), Some("Another thing"), "Titre"));
    assert_eq!(fr.section(1).unwrap().title, "Deuxième");
    assert_eq!((loaded.version().to_string().as_str(), &loaded.about().authors[..]), ("1.3.0", &["D".to_owned()][..]));
    expect(&imported.problems, "authors", "has changed this");
    expect(&imported.problems, "version", "has changed this");
}

#[test]
fn options_that_differ_between_items_become_two_formats() {
    let mut form = full(Scoring::With);
    item(&mut form, "i2")["answerOption"][0]["valueCoding"]["display"] = json!("Jamais");
    let imported = import(&form);
    let loaded = load_imported(&imported);
    assert_eq!((loaded.response_scale_of(0), loaded.response_scale_of(1)), (Some("agree5"), Some("agree5-2")));
    assert_eq!(loaded.wording("fr").unwrap().options("agree5-2")[0], (1, "Jamais".to_owned()));
    assert_eq!(loaded.instrument().items()[1].responses, loaded.instrument().items()[0].responses);
    expect(&imported.problems, "item `i2`", "not the same everywhere");
    // The answer format of a locked item is not changed in silence.
    expect(&imported.problems, "", "not those locked as version 1.2.0");
    assert!(!loaded.is_locked());
}

#[test]
fn an_item_that_was_taken_out_is_missed_by_the_keys() {
    let mut form = full(Scoring::With);
    let items = item(&mut form, "_section.p1")["item"].as_array_mut().unwrap();
    items.retain(|item| item["linkId"] != "i2");
    let imported = import(&form);
    expect(&imported.problems, "column item", "unknown item `i2`");
    assert!(imported.problems.iter().any(Problem::is_error));
}

#[test]
fn a_new_language_is_declared() {
    let mut form = full(Scoring::Without);
    let translate = |element: &mut Value, key: &str| {
        let words = json!({"url": super::vocabulary::TRANSLATION, "extension": [
            {"url": "lang", "valueCode": "it"}, {"url": "content", "valueString": "parola"}]});
        let list = &mut element[format!("_{key}")]["extension"];
        match list.as_array_mut() {
            Some(list) => list.push(words),
            None => *list = json!([words]),
        }
    };
    fn each(parent: &mut Value, translate: &dyn Fn(&mut Value, &str)) {
        for inner in parent.get_mut("item").and_then(Value::as_array_mut).into_iter().flatten() {
            if !inner["linkId"].as_str().unwrap().starts_with("_block") {
                translate(inner, "text");
            }
            for option in inner.get_mut("answerOption").and_then(Value::as_array_mut).into_iter().flatten() {
                translate(&mut option["valueCoding"], "display");
            }
            each(inner, translate);
        }
    }
    each(&mut form, &translate);
    translate(&mut form, "title");
    form["extension"].as_array_mut().unwrap().retain(|extended| !extended.to_string().contains("unused"));
    let without_unused = |imported: &mut Imported| {
        let text = String::from_utf8(imported.files["instrument.toml"].clone()).unwrap();
        let mut table: toml::Table = toml::from_str(&text).unwrap();
        table["response_scales"].as_table_mut().unwrap().remove("unused");
        imported.files.insert("instrument.toml".into(), toml::to_string(&table).unwrap().into_bytes());
    };
    let mut imported = import(&form);
    without_unused(&mut imported);
    let loaded = load_files(&completed(&imported.files));
    let languages: Vec<&str> = loaded.about().languages.iter().map(|language| language.as_str()).collect();
    assert_eq!(languages, ["fr", "en", "it"]);
    assert_eq!(loaded.wording("it").unwrap().item(14), Some("parola"));
}

#[test]
fn without_scoring_nothing_of_it_leaks() {
    let catalog = Catalog::bundled();
    let mut n_checked = 0;
    for id in bundled() {
        let loaded = catalog.find(&id).unwrap();
        let form = export(&catalog, &id, Scoring::Without);
        let text = form.to_string();
        let files: Vec<&str> = form["extension"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|e| e["valueAttachment"]["title"].as_str())
            .collect();
        assert_eq!(files, ["instrument.toml"], "{id}");
        assert!(
            !text.contains("itemWeight") && !text.contains("urn:bilan:scale") && !text.contains("urn:bilan:correct")
        );
        // The attached file is read too: base64 must not hide anything.
        let imported = import(&form);
        let mut all = text.clone();
        imported.files.values().for_each(|bytes| all.push_str(&String::from_utf8_lossy(bytes)));
        n_checked += crate::exchange::support::expect_no_scoring(&loaded, &all);
        expect(&imported.problems, "scales", "no scoring came along");
        assert!(!imported.problems.iter().any(Problem::is_error), "{id}");
        let without = load_files(&completed(&imported.files));
        assert!(without.norms().is_empty() && without.quality().is_none(), "{id}");
        assert_eq!(without.instrument().items(), loaded.instrument().items(), "{id}");
        for (reduced, whole) in without.wordings().iter().zip(loaded.wordings()) {
            assert_eq!((reduced.language(), reduced.title()), (whole.language(), whole.title()));
            for idx in 0..loaded.instrument().items().len() {
                assert_eq!(reduced.item(idx), whole.item(idx));
            }
        }
    }
    assert!(n_checked > 500, "only {n_checked} texts were looked for");
    let text = full(Scoring::Without).to_string();
    assert!(!text.contains("secret") && !text.contains("reverse") && !text.contains("Une phrase basse"));
    let imported = import(&full(Scoring::Without));
    let items = String::from_utf8(imported.files["items.csv"].clone()).unwrap();
    assert!(items.starts_with("item,response_scale,block\n"), "{items}");
}

#[test]
fn what_is_no_questionnaire_is_refused() {
    for wrong in ["", "{", "[]", "1", "{}", r#"{"resourceType":"Patient"}"#, "\u{0}"] {
        assert!(import_questionnaire(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let empty = import(&json!({"resourceType": "Questionnaire"}));
    expect(&empty.problems, "", "no item that can be answered");
}

#[test]
fn files_that_would_leave_the_folder_are_refused() {
    for name in ["../x", "/x", "text.fr.csv", "names.fr.csv", "", "a/../../b", "keys.csv"] {
        let mut form = full(Scoring::With);
        let file = json!({"url": "urn:bilan:file", "valueAttachment": {"title": name, "data": "eA=="}});
        form["extension"].as_array_mut().unwrap().push(file);
        let imported = import(&form);
        expect(&imported.problems, "urn:bilan:file", "no name of a file that can come along once");
        assert_eq!(imported.files.len(), import(&full(Scoring::With)).files.len());
    }
    let mut form = full(Scoring::With);
    let keys =
        form["extension"].as_array_mut().unwrap().iter_mut().find(|e| e["valueAttachment"]["title"] == "keys.csv");
    keys.unwrap()["valueAttachment"]["data"] = json!("é");
    expect(&import(&form).problems, "urn:bilan:file", "not in base64");
}
