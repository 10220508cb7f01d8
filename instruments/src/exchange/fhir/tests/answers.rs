//! Answers of people, there and back.

use engine::model::ResponseKind;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{AnswerRow, export_response, export_responses, import_responses};
use super::expect;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::exchange::support::{bundled, catalog_of, full_folder};
use crate::loaded::LoadedInstrument;

/// A cell that the item allows, or none.
fn a_cell(responses: engine::model::ResponseScale) -> BoxedStrategy<Option<String>> {
    let (lowest, highest) = (responses.lowest(), responses.highest());
    let answered = match responses.kind() {
        ResponseKind::Text => "[^\\x00]{0,6}[a-zé\"<&][^\\x00]{0,6}".boxed(),
        ResponseKind::Numeric | ResponseKind::Slider => {
            (lowest..=highest).prop_map(|number| number.to_string()).boxed()
        }
        _ => (lowest as i64..=highest as i64).prop_map(|code| code.to_string()).boxed(),
    };
    prop::option::weighted(0.8, answered).boxed()
}

fn rows_of(loaded: &LoadedInstrument) -> impl Strategy<Value = Vec<AnswerRow>> + use<> {
    let cells: Vec<_> = loaded.instrument().items().iter().map(|item| a_cell(item.responses)).collect();
    let row = ("[a-zé0-9]{1,8}( [a-z]{1,3})?", cells).prop_map(|(id, cells)| AnswerRow { id, cells });
    prop::collection::vec(row, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn answers_of_every_kind_come_back(rows in rows_of(&full_folder().load())) {
        let (_parent, catalog) = catalog_of(&full_folder());
        let bundle = export_responses(&catalog, "test", &rows).unwrap();
        let read = import_responses(&catalog, "test", bundle.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read.rows, &rows);
        prop_assert!(read.problems.iter().all(|problem| problem.message.contains("several resources")));
        let one = export_response(&catalog, "test", &rows[0]).unwrap();
        let read = import_responses(&catalog, "test", one.to_string().as_bytes()).unwrap();
        prop_assert_eq!((&read.rows[..], read.problems.len()), (&rows[..1], 0));
    }
}

#[test]
fn answers_to_every_bundled_instrument_come_back() {
    let catalog = Catalog::bundled();
    for id in bundled() {
        let loaded = catalog.find(&id).unwrap();
        let cell = |(idx, item): (usize, &engine::model::Item)| match item.responses.n_categories() {
            0 => (idx % 3 > 0).then(|| format!("mot {idx}")),
            n => (idx % 5 > 0).then(|| item.responses.code_of((idx % usize::from(n)) as u8).to_string()),
        };
        let cells = loaded.instrument().items().iter().enumerate().map(cell).collect();
        let rows = [AnswerRow { id: "p 1".into(), cells }];
        let bundle = export_responses(&catalog, &id, &rows).unwrap();
        let read = import_responses(&catalog, &id, bundle.to_string().as_bytes()).unwrap();
        assert_eq!((&read.rows[..], &read.problems[..]), (&rows[..], &[][..]), "{id}");
    }
}

fn a_row() -> AnswerRow {
    let mut cells = vec![None; 15];
    for (idx, cell) in [(0, "5"), (7, "1"), (12, "0.5"), (14, "mot")] {
        cells[idx] = Some(cell.to_owned());
    }
    AnswerRow { id: "p1".into(), cells }
}

#[test]
fn answers_stand_in_the_groups_of_their_questionnaire() {
    let (_parent, catalog) = catalog_of(&full_folder());
    let resource = export_response(&catalog, "test", &a_row()).unwrap();
    let answered = |link: &str, answer: Value| json!({"linkId": link, "answer": [answer]});
    let coding = |scale: &str, code: &str| json!({"valueCoding": {"system": format!("urn:bilan:codes:test:{scale}"), "code": code}});
    let expected = json!([
        {"linkId": "_section.p1", "item": [answered("i1", coding("agree5", "5"))]},
        {"linkId": "_section.p2", "item": [
            {"linkId": "_block.i8", "item": [answered("i8", coding("order", "1"))]},
            answered("i13", json!({"valueDecimal": 0.5})),
            answered("i15", json!({"valueString": "mot"}))]}
    ]);
    assert_eq!(resource["item"], expected);
    assert_eq!(resource["questionnaire"], "urn:bilan:questionnaire:test|1.2.0");
    assert_eq!(resource["subject"]["identifier"]["value"], "p1");
}

#[test]
fn cells_that_are_no_answer_are_refused() {
    let (_parent, catalog) = catalog_of(&full_folder());
    let mut row = a_row();
    row.cells[0] = Some("6".into());
    row.cells[12] = Some("100".into());
    let Err(Error::Invalid { problems, .. }) = export_responses(&catalog, "test", &[a_row(), row]) else {
        panic!("exported")
    };
    assert_eq!(problems.len(), 2);
    assert_eq!(
        (problems[0].place.as_str(), problems[0].message.as_str()),
        ("row 2, `p1`, item i1", "`6` is no answer to this item")
    );
    assert!(problems[0].remedy.contains("codes 1 to 5") && problems[1].remedy.contains("from -0.5 to 99.5"));
    let short = AnswerRow { id: " ".into(), cells: vec![None; 3] };
    let Err(Error::Invalid { problems, .. }) = export_response(&catalog, "test", &short) else { panic!("exported") };
    assert_eq!(problems.len(), 2);
}

#[test]
fn what_is_wrong_with_an_answer_is_told_and_the_others_are_read() {
    let (_parent, catalog) = catalog_of(&full_folder());
    let answer = |link: &str, value: Value| json!({"linkId": link, "answer": value});
    let resource = json!({
        "resourceType": "QuestionnaireResponse", "status": "in-progress", "authored": "2020-01-01",
        "questionnaire": "urn:bilan:questionnaire:test|1.1.0",
        "subject": {"identifier": {"value": "p7"}},
        "item": [
            answer("i1", json!([{"valueCoding": {"code": "9"}}])),
            answer("i2", json!([{"valueInteger": 3}])),
            answer("I3", json!([{"valueDecimal": 0.0}])),
            answer("i4", json!([{"valueInteger": 0}, {"valueInteger": 1}])),
            answer("i5", json!([{"valueString": "x"}])),
            answer("i22", json!([{"valueInteger": 1}])),
            answer("i2", json!([{"valueInteger": 4}])),
            answer("i14", json!([{"valueInteger": 121}])),
            answer("i15", json!([{"valueInteger": 12}])),
            answer("i13", json!([{"valueQuantity": {"value": 3}}]))]
    });
    let read = import_responses(&catalog, "test", resource.to_string().as_bytes()).unwrap();
    let answered: Vec<(usize, &str)> =
        read.rows[0].cells.iter().enumerate().filter_map(|(idx, cell)| Some((idx, cell.as_deref()?))).collect();
    assert_eq!((read.rows[0].id.as_str(), answered), ("p7", vec![(1, "3"), (2, "0"), (14, "12")]));
    for (place, message) in [
        ("item i1", "`9` is no answer"),
        ("item i2", "answered twice"),
        ("item i4", "2 answers"),
        ("item i5", "`x` is no answer"),
        ("resource 1", "unknown item `i22`"),
        ("item i14", "`121` is no answer"),
        ("item i13", "is no answer"),
        ("resource 1", "not to `test@1.2.0`"),
        ("resource 1", "the status is `in-progress`"),
        ("resource 1", "`authored` is not carried over"),
    ] {
        expect(&read.problems, place, message);
    }
    assert_eq!(read.problems.len(), 10);
}
