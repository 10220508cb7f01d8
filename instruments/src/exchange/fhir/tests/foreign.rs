//! Questionnaires that other systems made.

use serde_json::{Value, json};

use super::super::{export_questionnaire, import_questionnaire, import_responses};
use super::{expect, import};
use crate::catalog::Catalog;
use crate::exchange::support::{catalog_of_completed, completed, load_files};
use crate::exchange::{Imported, Scoring};

/// A questionnaire in R4 as health systems have them: nested groups, codes of LOINC, numbers of options.
fn r4() -> Value {
    let frequency = |link: &str, text: &str| {
        let option = |number: i64, code: &str, label: &str| {
            json!({
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": number}],
                "valueCoding": {"system": "http://loinc.org", "code": code, "display": label}
            })
        };
        json!({"linkId": link, "type": "choice", "text": text, "required": true, "code": [{"code": "44250-9"}], "answerOption": [
            option(0, "LA6568-5", "Jamais"), option(1, "LA6569-3", "Parfois"), option(2, "LA6570-1", "Souvent")]})
    };
    json!({
        "resourceType": "Questionnaire",
        "id": "mood",
        "url": "http://example.org/Questionnaire/mood",
        "version": "2.1",
        "status": "draft",
        "title": "Humeur",
        "language": "fr",
        "date": "2020-01-01",
        "contained": [{"resourceType": "ValueSet", "id": "colors", "compose": {"include": [
            {"system": "http://example.org/c", "concept": [{"code": "r", "display": "rouge"}, {"code": "b", "display": "bleu"}]}]}}],
        "item": [
            {"linkId": "intro", "type": "display", "text": "Répondez."},
            {"linkId": "g1", "type": "group", "text": "Humeur", "item": [
                {"linkId": "g1.1", "type": "group", "text": "Deux semaines", "item": [
                    {"linkId": "d", "type": "display", "text": "Pensez-y."},
                    frequency("/44250-9", "Peu d'intérêt"), frequency("/44255-8", "Triste")]},
                {"linkId": "q3", "type": "boolean", "text": "Suivi ?", "enableWhen": [{"question": "/44250-9"}]}]},
            {"linkId": "age", "type": "integer", "text": "Âge", "item": [{"linkId": "why", "type": "string", "text": "Pourquoi ?"}],
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 16},
                              {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 99}]},
            {"linkId": "weight", "type": "decimal", "text": "Poids"},
            {"linkId": "color", "type": "choice", "text": "Couleur", "answerValueSet": "#colors"},
            {"linkId": "other", "type": "open-choice", "text": "Autre", "answerOption": [{"valueString": "un"}, {"valueString": "deux"}]},
            {"linkId": "when", "type": "date", "text": "Quand"}
        ]
    })
}

fn problems(imported: &Imported) -> Vec<String> {
    imported.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_questionnaire_of_a_health_system_becomes_a_folder() {
    let imported = import(&r4());
    let loaded = load_files(&completed(&imported.files));
    assert!(!imported.problems.iter().any(crate::Problem::is_error), "{:#?}", problems(&imported));
    assert_eq!((imported.id.as_str(), loaded.version().to_string().as_str()), ("mood", "1.0.0"));
    let ids: Vec<&str> = loaded.instrument().items().iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["i1", "i2", "q3", "age", "why", "weight", "color", "other", "when"]);
    let fr = loaded.wording("fr").unwrap();
    assert_eq!((fr.title(), fr.instruction(), fr.item(0)), ("Humeur", Some("Répondez."), Some("Peu d'intérêt")));
    let scale = loaded.response_scale_of(0).unwrap();
    assert_eq!(fr.options(scale), [(0, "Jamais".into()), (1, "Parfois".into()), (2, "Souvent".into())]);
    assert_eq!(loaded.response_scale_of(1), Some(scale));
    assert_eq!(fr.options(loaded.response_scale_of(2).unwrap()), [(0, "Non".into()), (1, "Oui".into())]);
    assert_eq!(fr.options(loaded.response_scale_of(6).unwrap()), [(1, "rouge".into()), (2, "bleu".into())]);
    let age = loaded.instrument().items()[3].responses;
    assert_eq!((age.lowest(), age.highest()), (16.0, 99.0));
    let titles: Vec<&str> = (0..loaded.sections().len()).map(|idx| fr.section(idx).unwrap().title.as_str()).collect();
    assert_eq!(titles, ["Humeur — Deux semaines", "Humeur", "Humeur"]);
    assert_eq!(fr.section(0).unwrap().instruction.as_deref(), Some("Pensez-y."));
}

#[test]
fn what_has_no_place_is_told() {
    let imported = import(&r4());
    for (place, message) in [
        ("item `q3`", "`enableWhen` is not carried over"),
        ("item `/44250-9`", "`required` is not carried over (2 times"),
        ("item `/44250-9`", "`code` is not carried over"),
        ("", "`date` is not carried over"),
        ("status", "status other than active"),
        ("version", "`2.1` is not of the form"),
        ("item `weight`", "not bounded"),
        ("item `when`", "an item of type `date`"),
        ("item `other`", "other words than those of the options"),
        ("item `age`", "below a question"),
        ("scales", "no scoring came along"),
        ("license", "`unknown` is assumed"),
        ("", "2 items have ids that are none with us"),
        ("response_scales.options2", "taken for a choice"),
    ] {
        expect(&imported.problems, place, message);
    }
}

#[test]
fn answers_in_the_words_of_the_other_system_are_understood() {
    let imported = import(&r4());
    let (_parent, catalog) = catalog_of_completed(&imported);
    let answers = json!({
        "resourceType": "QuestionnaireResponse", "status": "completed", "id": "r9",
        "questionnaire": "http://example.org/Questionnaire/mood|2.1",
        "subject": {"reference": "Patient/7"},
        "item": [
            {"linkId": "g1", "item": [{"linkId": "g1.1", "item": [
                {"linkId": "/44250-9", "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6570-1"}}]}]},
                {"linkId": "q3", "answer": [{"valueBoolean": true}]}]},
            {"linkId": "age", "answer": [{"valueInteger": 41, "item": [{"linkId": "why", "answer": [{"valueString": "parce que"}]}]}]},
            {"linkId": "color", "answer": [{"valueCoding": {"system": "http://example.org/c", "code": "b"}}]},
            {"linkId": "other", "answer": [{"valueString": "deux"}]},
            {"linkId": "when", "answer": [{"valueDate": "2020-02-03"}]}]
    });
    let read = import_responses(&catalog, "mood", answers.to_string().as_bytes()).unwrap();
    assert_eq!(read.problems, []);
    let cells: Vec<Option<&str>> = read.rows[0].cells.iter().map(Option::as_deref).collect();
    let expected =
        [Some("2"), None, Some("1"), Some("41"), Some("parce que"), None, Some("2"), Some("deux"), Some("2020-02-03")];
    // A text among options is answered by its code.
    let expected = expected.map(|cell| if cell == Some("deux") { Some("2") } else { cell });
    assert_eq!((read.rows[0].id.as_str(), cells), ("Patient/7", expected.to_vec()));
}

#[test]
fn a_folder_from_elsewhere_goes_on_to_other_systems() {
    let imported = import(&r4());
    let (_parent, catalog) = catalog_of_completed(&imported);
    let again = import(&export_questionnaire(&catalog, "mood", Scoring::With).unwrap());
    assert_eq!(load_files(&again.files), *catalog.find("mood").unwrap());
    assert_eq!(again.files["exchange.csv"], imported.files["exchange.csv"]);
}

#[test]
fn our_items_without_our_extensions_are_still_read() {
    let mut form = export_questionnaire(&Catalog::bundled(), "career-drivers", Scoring::With).unwrap();
    fn strip(value: &mut Value) {
        if let Some(list) = value.get_mut("extension").and_then(Value::as_array_mut) {
            list.retain(|e| !e["url"].as_str().unwrap().starts_with("urn:bilan:"));
        }
        for key in ["item", "answerOption"] {
            value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().for_each(strip);
        }
    }
    strip(&mut form);
    let imported = import(&form);
    let loaded = load_files(&completed(&imported.files));
    let original = Catalog::bundled().find("career-drivers").unwrap();
    let ids = |loaded: &crate::LoadedInstrument| -> Vec<String> {
        loaded.instrument().items().iter().map(|item| item.id.to_string()).collect()
    };
    assert_eq!(ids(&loaded), ids(&original));
    for (read, whole) in loaded.wordings().iter().zip(original.wordings()) {
        for idx in 0..ids(&original).len() {
            assert_eq!(read.item(idx), whole.item(idx));
            let (one, other) = (loaded.response_scale_of(idx).unwrap(), original.response_scale_of(idx).unwrap());
            assert_eq!(read.options(one), whole.options(other));
        }
    }
}

#[test]
fn questionnaires_without_language_ids_or_texts_are_answered() {
    let form = json!({"resourceType": "Questionnaire", "item": [
        {"type": "text", "text": "un"}, {"linkId": "a", "type": "text", "text": "deux"}, {"linkId": "A", "type": "text", "text": "trois"},
        {"linkId": "i3", "type": "text", "text": "quatre"}, {"linkId": "b b", "type": "text", "text": "cinq"}]});
    let imported = import_questionnaire(form.to_string().as_bytes()).unwrap();
    let text = String::from_utf8(imported.files["items.csv"].clone()).unwrap();
    assert_eq!(text, "item,response_scale\ni1,words\na,words\ni6,words\ni3,words\ni5,words\n");
    expect(&imported.problems, "language", "does not say its language");
    assert!(imported.files.contains_key("text.und.csv"));
    let ids = String::from_utf8(imported.files["exchange.csv"].clone()).unwrap();
    assert!(ids.contains("item,i5,,b b\n") && ids.contains("item,i6,,A\n"), "{ids}");
}
