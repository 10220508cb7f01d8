//! An item as `qti-assessment-item`.

use engine::model::ResponseKind;

use crate::exchange::Scoring;
use crate::exchange::form::{Form, FormItem, FormScale, kind_word};
use crate::exchange::qti::vocabulary as names;
use crate::exchange::qti::xml_out::Xml;

const RESPONSE: &str = "RESPONSE";

/// How the item is scored in other systems.
enum Score {
    /// Not at all.
    None,
    /// One point for the right answer.
    Correct(i64),
    /// The number of the code.
    Mapping,
    /// The number that is answered.
    Number,
}

/// The item file in a language.
pub(crate) fn item_xml(form: &Form, item: &FormItem, scale: &FormScale, language: &str, scoring: Scoring) -> String {
    let kind = scale.responses.kind();
    let score = match (scoring, kind, item.correct) {
        (Scoring::Without, ..) | (_, ResponseKind::Text, _) => Score::None,
        (_, ResponseKind::Slider | ResponseKind::Numeric, _) => Score::Number,
        (_, _, Some(correct)) => Score::Correct(correct),
        (_, ResponseKind::Choice, None) => Score::None,
        _ => Score::Mapping,
    };
    let id = names::identifier(&item.id);
    let mut attributes = vec![
        ("identifier", id.as_str()),
        ("title", item.id.as_str()),
        ("adaptive", "false"),
        ("time-dependent", "false"),
    ];
    if form.can_be_given(language) {
        attributes.push(("xml:lang", language));
    }
    let mut xml = Xml::begin("qti-assessment-item", names::ITEMS_NAMESPACE, names::ITEMS_SCHEMA, &attributes);
    write_declarations(&mut xml, scale, &score);
    xml.open("qti-item-body", &[]);
    write_interaction(&mut xml, item, scale, language);
    xml.close();
    match score {
        Score::None => {}
        Score::Correct(_) => xml.empty("qti-response-processing", &[("template", names::MATCH_CORRECT)]),
        Score::Mapping => xml.empty("qti-response-processing", &[("template", names::MAP_RESPONSE)]),
        Score::Number => {
            xml.open("qti-response-processing", &[]);
            xml.open("qti-set-outcome-value", &[("identifier", "SCORE")]);
            xml.empty("qti-variable", &[("identifier", RESPONSE)]);
            xml.close();
            xml.close();
        }
    }
    xml.finish()
}

fn write_declarations(xml: &mut Xml, scale: &FormScale, score: &Score) {
    let base_type = match scale.responses.kind() {
        ResponseKind::Text => "string",
        ResponseKind::Slider | ResponseKind::Numeric => "float",
        _ => "identifier",
    };
    let attributes = [("identifier", RESPONSE), ("cardinality", "single"), ("base-type", base_type)];
    match score {
        Score::None | Score::Number => xml.empty("qti-response-declaration", &attributes),
        Score::Correct(code) => {
            xml.open("qti-response-declaration", &attributes);
            xml.open("qti-correct-response", &[]);
            xml.text("qti-value", &[], &names::choice_identifier(*code));
            xml.close();
            xml.close();
        }
        Score::Mapping => {
            xml.open("qti-response-declaration", &attributes);
            xml.open("qti-mapping", &[("default-value", "0")]);
            for code in codes_of(scale) {
                let (key, value) = (names::choice_identifier(code), code.to_string());
                xml.empty("qti-map-entry", &[("map-key", &key), ("mapped-value", &value)]);
            }
            xml.close();
            xml.close();
        }
    }
    if !matches!(score, Score::None) {
        xml.empty(
            "qti-outcome-declaration",
            &[("identifier", "SCORE"), ("cardinality", "single"), ("base-type", "float")],
        );
    }
}

fn codes_of(scale: &FormScale) -> impl Iterator<Item = i64> {
    let responses = scale.responses;
    (0..responses.n_categories()).map(move |category| responses.code_of(category))
}

fn write_interaction(xml: &mut Xml, item: &FormItem, scale: &FormScale, language: &str) {
    let kind = scale.responses.kind();
    let (lowest, highest) = (scale.responses.lowest().to_string(), scale.responses.highest().to_string());
    let mut attributes = vec![
        ("response-identifier", RESPONSE),
        (names::RESPONSE_SCALE, scale.name.as_str()),
        (names::KIND, kind_word(kind)),
    ];
    if let Some(block) = &item.block {
        attributes.push((names::BLOCK, block));
    }
    let text = item.text.get(language);
    let prompt = |xml: &mut Xml| {
        if let Some(text) = text {
            xml.text("qti-prompt", &[], text);
        }
    };
    match kind {
        ResponseKind::Text => {
            xml.open("qti-extended-text-interaction", &attributes);
            prompt(xml);
            xml.close();
        }
        ResponseKind::Slider => {
            attributes.extend([("lower-bound", lowest.as_str()), ("upper-bound", &highest)]);
            xml.open("qti-slider-interaction", &attributes);
            prompt(xml);
            xml.close();
        }
        ResponseKind::Numeric => {
            // A field for a short text stands inside a paragraph and has no prompt of its own.
            if let Some(text) = text {
                xml.text("p", &[], text);
            }
            attributes.extend([(names::LOWEST, lowest.as_str()), (names::HIGHEST, &highest)]);
            xml.open("p", &[]);
            xml.empty("qti-text-entry-interaction", &attributes);
            xml.close();
        }
        _ => {
            attributes.extend([("shuffle", "false"), ("max-choices", "1")]);
            xml.open("qti-choice-interaction", &attributes);
            prompt(xml);
            for code in codes_of(scale) {
                let label = scale.labels.get(&code).and_then(|label| label.get(language)).map_or("", String::as_str);
                xml.text("qti-simple-choice", &[("identifier", &names::choice_identifier(code))], label);
            }
            xml.close();
        }
    }
}
