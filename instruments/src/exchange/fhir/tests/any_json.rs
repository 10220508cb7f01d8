//! Any JSON at all is answered, never with a panic.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{import_questionnaire, import_responses};
use super::full;
use crate::catalog::Catalog;
use crate::exchange::Scoring;
use crate::exchange::support::{catalog_of, full_folder};
use crate::load::load;
use crate::source::Source;

const KEYS: &[&str] = &[
    "resourceType",
    "item",
    "linkId",
    "type",
    "text",
    "_text",
    "extension",
    "url",
    "valueString",
    "valueCoding",
    "valueInteger",
    "valueDecimal",
    "answerOption",
    "code",
    "display",
    "system",
    "language",
    "title",
    "version",
    "answer",
    "entry",
    "resource",
    "subject",
    "identifier",
    "value",
    "valueAttachment",
    "data",
    "answerValueSet",
    "contained",
    "id",
    "valueBoolean",
];

const WORDS: &[&str] = &[
    "",
    "Questionnaire",
    "QuestionnaireResponse",
    "Bundle",
    "group",
    "display",
    "coding",
    "choice",
    "boolean",
    "integer",
    "decimal",
    "text",
    "i1",
    "i2",
    "3",
    "-1",
    "1e999",
    "fr",
    "x y",
    "é",
    "urn:bilan:file",
    "urn:bilan:section",
    "urn:bilan:response-scale",
    "urn:bilan:block",
    "http://hl7.org/fhir/StructureDefinition/translation",
    "instrument.toml",
    "../x",
    "eA==",
    "#a",
    "1.0.0",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/minValue",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-3_i64..6).prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let key = prop::sample::select(KEYS).prop_map(str::to_owned);
        let pairs = prop::collection::vec((key, inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            pairs.prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Every place of a value, as the way to it.
fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(idx, inner)| pointers(inner, format!("{at}/{idx}"), all))
        }
        Value::Object(map) => {
            for (key, inner) in map {
                pointers(inner, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

/// A folder comes out, or a refusal; the folder is what its problems say.
fn is_answered(json: &[u8]) {
    let Ok(imported) = import_questionnaire(json) else { return };
    let outcome = load(&Source::Memory(imported.files.clone()), &[]);
    assert!(imported.files.keys().all(|file| crate::exchange::file_names::is_safe(file)));
    for problem in &imported.problems {
        assert!(!problem.to_string().contains('\n') && !problem.message.is_empty() && !problem.remedy.is_empty());
    }
    // Whatever is wrong with the folder is told.
    let told = |message: &str| imported.problems.iter().any(|problem| problem.message == message);
    assert!(outcome.problems.iter().all(|problem| told(&problem.message)) || imported.problems.len() > 500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        is_answered(&bytes);
    }

    #[test]
    fn arbitrary_questionnaires_are_answered(value in any_value(), items in prop::collection::vec(any_value(), 0..5)) {
        is_answered(value.to_string().as_bytes());
        is_answered(json!({"resourceType": "Questionnaire", "item": items, "extension": value}).to_string().as_bytes());
    }

    #[test]
    fn slips_in_a_questionnaire_are_answered(
        slips in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..4),
    ) {
        let mut form = full(Scoring::With);
        for (at, value) in slips {
            let mut all = Vec::new();
            pointers(&form, String::new(), &mut all);
            let place = form.pointer_mut(&all[at.index(all.len())]).unwrap();
            *place = value;
        }
        is_answered(form.to_string().as_bytes());
    }

    #[test]
    fn arbitrary_answers_are_answered(value in any_value(), items in prop::collection::vec(any_value(), 0..5)) {
        let (_parent, catalog) = catalog_of(&full_folder());
        let resource = json!({"resourceType": "QuestionnaireResponse", "item": items, "subject": value});
        for json in [value.to_string(), resource.to_string()] {
            if let Ok(imported) = import_responses(&catalog, "test", json.as_bytes()) {
                let n_items = catalog.find("test").unwrap().instrument().items().len();
                prop_assert!(imported.rows.iter().all(|row| row.cells.len() == n_items));
            }
        }
    }
}

#[test]
fn large_and_deep_questionnaires_are_answered() {
    let deep = format!(
        "{}{}",
        r#"{"resourceType":"Questionnaire","item":[{"type":"group","item":["#.repeat(60),
        "]}]}".repeat(60)
    );
    is_answered(deep.as_bytes());
    is_answered("[".repeat(1_000_000).as_bytes());
    let many: Vec<Value> =
        (0..12_000).map(|number| json!({"linkId": format!("/{number}"), "type": "boolean", "text": "x"})).collect();
    let form = json!({"resourceType": "Questionnaire", "item": many});
    let imported = import_questionnaire(form.to_string().as_bytes()).unwrap();
    super::expect(&imported.problems, "", "more than 10000 items");
    // What would take hours if each were compared with all others, or each text copied again.
    let shown: Vec<Value> =
        (0..200_000).map(|number| json!({"type": "display", "text": format!("text {number}")})).collect();
    let form = json!({"resourceType": "Questionnaire", "item": [{"type": "group", "linkId": "g", "item": shown}]});
    assert!(import_questionnaire(form.to_string().as_bytes()).is_ok());
    let item = |number: i32| {
        let bound = |name: &str, bound: i32| json!({"url": format!("http://hl7.org/fhir/StructureDefinition/{name}Value"), "valueInteger": bound});
        let extension = [bound("min", number), bound("max", 50_000)];
        json!({"type": "group", "linkId": "g", "item": [{"linkId": "i7", "type": "decimal", "text": "x", "extension": extension}]})
    };
    let form = json!({"resourceType": "Questionnaire", "item": (0..20_000).map(item).collect::<Vec<_>>()});
    let imported = import_questionnaire(form.to_string().as_bytes()).unwrap();
    super::expect(&imported.problems, "", "more than 1000 answer formats");
    let options: Vec<Value> = (0..300).map(|number| json!({"valueInteger": number})).collect();
    let form = json!({"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "choice", "text": "x", "answerOption": options}]});
    let imported = import_questionnaire(form.to_string().as_bytes()).unwrap();
    super::expect(&imported.problems, "item `a`", "300 options");
}

#[test]
fn answers_to_a_bundled_instrument_need_a_resource() {
    for wrong in ["", "[]", "{}", r#"{"resourceType":"Questionnaire"}"#] {
        assert!(import_responses(&Catalog::bundled(), "interests-30", wrong.as_bytes()).is_err(), "{wrong}");
    }
}
